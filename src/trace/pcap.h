// SPDX-License-Identifier: BSD-2-Clause
/*
 * Frames of the simulated air as a capture file for tshark: 802.11 frames without FCS behind a
 * radiotap header that tells the channel (www.radiotap.org), nanosecond timestamps on the loop's
 * clock, which starts at 0.
 */
#ifndef OPENIHV_TRACE_PCAP_H
#define OPENIHV_TRACE_PCAP_H

#include <stddef.h>
#include <stdint.h>

struct pcap_writer;

/* A longer frame is cut in the file; its true length is kept. */
#define PCAP_FRAME_MAX 8192

/*
 * Creates the file, or empties it. Returns 0 and *out; or -EIO or -ENOMEM with the cause in err,
 * naming path.
 */
int pcap_writer_open(const char *path, struct pcap_writer **out, char *err, size_t errlen);
/* frequency in MHz, 0 if unknown. An error shows at pcap_writer_close(). */
void pcap_writer_frame(struct pcap_writer *w, uint64_t time_ns, const void *frame, size_t length,
	uint32_t frequency);
/* Flushes and frees; NULL is allowed. Returns 0, or -EIO if not all could be written. */
int pcap_writer_close(struct pcap_writer *w);

#endif
