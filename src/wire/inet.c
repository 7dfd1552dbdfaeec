// SPDX-License-Identifier: BSD-2-Clause
#include "wire/inet.h"

#include <errno.h>

enum {
	IPV4_HEADER_LEN = 20,
	IPV4_DONT_FRAGMENT = 0x4000,
	IPV4_FRAGMENT = 0x3fff, // more fragments, or an offset
	IPV4_PROTOCOL_ICMP = 1,
	ICMP_HEADER_LEN = 8,
};

uint16_t inet_checksum(const void *p, size_t n)
{
	struct reader r = reader_init(p, n);
	uint64_t sum = 0;

	while (reader_left(&r) >= 2)
		sum += reader_be16(&r);
	if (reader_left(&r))
		sum += (uint64_t)reader_u8(&r) << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

// Judges the IPv4 header and gives the ICMP message in it.
static int ipv4_parse(struct reader *r, struct inet_echo *out, struct reader *icmp)
{
	const uint8_t *start = r->pos;
	const uint8_t version = reader_u8(r);
	const size_t header_len = (version & 0x0fu) * 4;

	reader_skip(r, 1);
	const uint16_t total_len = reader_be16(r);
	reader_skip(r, 2);
	const uint16_t fragment = reader_be16(r);
	out->ttl = reader_u8(r);
	const uint8_t protocol = reader_u8(r);
	reader_skip(r, 2);
	out->source = reader_be32(r);
	out->destination = reader_be32(r);
	if (reader_ok(r) && version >> 4 != 4)
		return -EPROTONOSUPPORT;
	if (!reader_ok(r) || header_len < IPV4_HEADER_LEN || total_len < header_len)
		return -EBADMSG;
	reader_skip(r, header_len - IPV4_HEADER_LEN);
	*icmp = reader_sub(r, total_len - header_len);
	if (!reader_ok(r) || inet_checksum(start, header_len) != 0)
		return -EBADMSG;
	if (protocol != IPV4_PROTOCOL_ICMP || (fragment & IPV4_FRAGMENT))
		return -EPROTONOSUPPORT;
	return 0;
}

int inet_echo_parse(const void *packet, size_t len, struct inet_echo *out)
{
	struct reader r = reader_init(packet, len);
	struct reader icmp;

	*out = (struct inet_echo){.payload = NULL};
	const int err = ipv4_parse(&r, out, &icmp);
	if (err)
		return err;
	if (inet_checksum(icmp.pos, reader_left(&icmp)) != 0)
		return -EBADMSG;
	out->type = reader_u8(&icmp);
	const uint8_t code = reader_u8(&icmp);
	reader_skip(&icmp, 2);
	out->id = reader_be16(&icmp);
	out->sequence = reader_be16(&icmp);
	out->payload_len = reader_left(&icmp);
	out->payload = reader_take(&icmp, out->payload_len);
	if (!reader_ok(&icmp))
		return -EBADMSG;
	if (code != 0 || (out->type != ICMP_ECHO_REPLY_TYPE && out->type != ICMP_ECHO_REQUEST_TYPE))
		return -EPROTONOSUPPORT;
	return 0;
}

void inet_echo_build(struct writer *w, const struct inet_echo *e)
{
	const size_t total = INET_ECHO_OVERHEAD + e->payload_len;

	if (e->payload_len > UINT16_MAX - INET_ECHO_OVERHEAD || writer_left(w) < total) {
		writer_fail(w);
		return;
	}
	uint8_t *ip = w->buf + w->len;
	writer_u8(w, 0x45);
	writer_u8(w, 0);
	writer_be16(w, (uint16_t)total);
	writer_be16(w, 0);
	writer_be16(w, IPV4_DONT_FRAGMENT);
	writer_u8(w, e->ttl);
	writer_u8(w, IPV4_PROTOCOL_ICMP);
	writer_be16(w, 0);
	writer_be32(w, e->source);
	writer_be32(w, e->destination);
	store_be16(ip + 10, inet_checksum(ip, IPV4_HEADER_LEN));

	uint8_t *icmp = w->buf + w->len;
	writer_u8(w, e->type);
	writer_zero(w, 3);
	writer_be16(w, e->id);
	writer_be16(w, e->sequence);
	writer_put(w, e->payload, e->payload_len);
	store_be16(icmp + 2, inet_checksum(icmp, ICMP_HEADER_LEN + e->payload_len));
}
