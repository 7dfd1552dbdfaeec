// SPDX-License-Identifier: BSD-2-Clause
#include "trace/pcap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <pcap/pcap.h>

#include "base/bytes.h"

/* Radiotap fields by their bit in it_present, and what they hold. */
enum {
	RADIOTAP_FLAGS = 1u << 1,   /* u8: no FCS, no padding */
	RADIOTAP_CHANNEL = 1u << 3, /* le16 MHz, le16 flags; aligned to 2 */
	RADIOTAP_SIZE = 14,

	CHANNEL_OFDM = 0x0040,
	CHANNEL_2GHZ = 0x0080,
	CHANNEL_5GHZ = 0x0100,
	CHANNEL_DYNAMIC = 0x0400, /* CCK and OFDM */
};

struct pcap_writer {
	pcap_t *handle;
	pcap_dumper_t *dumper;
};

int pcap_writer_open(const char *path, struct pcap_writer **out, char *err, size_t errlen)
{
	struct pcap_writer *w = calloc(1, sizeof(*w));

	if (!w)
		goto nomem;
	w->handle = pcap_open_dead_with_tstamp_precision(
		DLT_IEEE802_11_RADIO, PCAP_FRAME_MAX + RADIOTAP_SIZE, PCAP_TSTAMP_PRECISION_NANO);
	if (!w->handle)
		goto nomem;
	w->dumper = pcap_dump_open(w->handle, path);
	if (!w->dumper) {
		(void)snprintf(err, errlen, "%s", pcap_geterr(w->handle));
		(void)pcap_writer_close(w);
		return -EIO;
	}
	*out = w;
	return 0;
nomem:
	(void)snprintf(err, errlen, "%s: out of memory", path);
	free(w);
	return -ENOMEM;
}

static uint16_t channel_flags(uint32_t frequency)
{
	return frequency < 3000 ? CHANNEL_2GHZ | CHANNEL_DYNAMIC : CHANNEL_5GHZ | CHANNEL_OFDM;
}

static void put_radiotap(struct writer *out, uint32_t frequency)
{
	writer_u8(out, 0); /* it_version */
	writer_u8(out, 0);
	writer_le16(out, RADIOTAP_SIZE);
	writer_le32(out, RADIOTAP_FLAGS | (frequency ? RADIOTAP_CHANNEL : 0));
	writer_u8(out, 0);
	writer_u8(out, 0);
	writer_le16(out, (uint16_t)frequency);
	writer_le16(out, frequency ? channel_flags(frequency) : 0);
}

void pcap_writer_frame(struct pcap_writer *w, uint64_t time_ns, const void *frame, size_t length,
	uint32_t frequency)
{
	uint8_t record[RADIOTAP_SIZE + PCAP_FRAME_MAX];
	struct writer out = writer_init(record, sizeof(record));
	size_t kept = length < PCAP_FRAME_MAX ? length : PCAP_FRAME_MAX;
	struct pcap_pkthdr header = {
		.ts = {.tv_sec = (time_t)(time_ns / 1000000000u),
			.tv_usec = (suseconds_t)(time_ns % 1000000000u)}, /* ns, as opened */
		.caplen = (bpf_u_int32)(RADIOTAP_SIZE + kept),
		.len = (bpf_u_int32)(RADIOTAP_SIZE + length),
	};

	put_radiotap(&out, frequency);
	writer_put(&out, frame, kept);
	pcap_dump((u_char *)w->dumper, &header, record);
}

int pcap_writer_close(struct pcap_writer *w)
{
	int ret = 0;

	if (!w)
		return 0;
	if (w->dumper) {
		if (pcap_dump_flush(w->dumper) != 0 || ferror(pcap_dump_file(w->dumper)))
			ret = -EIO;
		pcap_dump_close(w->dumper);
	}
	pcap_close(w->handle);
	free(w);
	return ret;
}
