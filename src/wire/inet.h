// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_WIRE_INET_H
#define OPENIHV_WIRE_INET_H

// Just enough IPv4 (RFC 791) and ICMP echo (RFC 792) to send a ping over a data port. Pure codecs.

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum {
	ICMP_ECHO_REPLY_TYPE = 0,
	ICMP_ECHO_REQUEST_TYPE = 8,
	INET_ECHO_OVERHEAD = 20 + 8, // IPv4 header without options, ICMP header
};

struct inet_echo {
	uint32_t source; // 10.0.0.1 is 0x0a000001
	uint32_t destination;
	uint8_t ttl;
	uint8_t type; // ICMP_ECHO_REQUEST_TYPE or ICMP_ECHO_REPLY_TYPE
	uint16_t id;
	uint16_t sequence;
	const void *payload; // into the parsed packet
	size_t payload_len;  // at most 65535 - INET_ECHO_OVERHEAD
};

// Parses a packet from its IPv4 header on; octets after its total length are padding and ignored.
// Returns 0; -EBADMSG when truncated, inconsistent or with a wrong checksum; -EPROTONOSUPPORT when
// it is a fragment or no ICMP echo.
int inet_echo_parse(const void *packet, size_t len, struct inet_echo *out);

// Appends the packet with both checksums; a payload that is too long makes the writer bad.
void inet_echo_build(struct writer *w, const struct inet_echo *e);

// Internet checksum (RFC 1071) of `n` octets, as the big-endian number to store; 0 over data that
// contains its own right checksum.
uint16_t inet_checksum(const void *p, size_t n);

#endif
