// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_BASE_HEX_H
#define OPENIHV_BASE_HEX_H

// MAC addresses (IEEE 802-2014, 8.2) and hexadecimal text.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

enum {
	MAC_LEN = 6,
	MAC_TEXT_SIZE = 18, // "aa:bb:cc:dd:ee:ff" and its end
};

// An address in the order in which it is sent. No padding: may be copied to and from a frame.
struct mac {
	uint8_t b[MAC_LEN];
};

// Reads "aa:bb:cc:dd:ee:ff" or "aa-bb-cc-dd-ee-ff" (either case, one kind of separator), the whole
// string. Returns 0, or -EINVAL and leaves `out` as it was.
int mac_parse(const char *text, struct mac *out);

// Writes lower-case "aa:bb:cc:dd:ee:ff" and returns `out`.
char *mac_format(const struct mac *m, char out[MAC_TEXT_SIZE]);

// `p` holds 6 octets.
static inline struct mac mac_from_bytes(const uint8_t *p)
{
	struct mac m;
	memcpy(m.b, p, sizeof(m.b));
	return m;
}

static inline bool mac_equal(const struct mac *a, const struct mac *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

// Group address bit (802-2014, 8.2.2); true for broadcast also.
static inline bool mac_is_multicast(const struct mac *m)
{
	return (m->b[0] & 1) != 0;
}

// The wildcard (broadcast) address, ff:ff:ff:ff:ff:ff.
static inline bool mac_is_wildcard(const struct mac *m)
{
	return (m->b[0] & m->b[1] & m->b[2] & m->b[3] & m->b[4] & m->b[5]) == 0xff;
}

static inline bool mac_is_zero(const struct mac *m)
{
	return (m->b[0] | m->b[1] | m->b[2] | m->b[3] | m->b[4] | m->b[5]) == 0;
}

// The first octet is the most significant of the 48 bits; the order of the numbers is that of
// memcmp() on the addresses.
static inline uint64_t mac_to_u64(const struct mac *m)
{
	uint64_t v = 0;
	for (int i = 0; i < MAC_LEN; i++)
		v = v << 8 | m->b[i];
	return v;
}

// The upper 16 bits of `v` are ignored.
static inline struct mac mac_from_u64(uint64_t v)
{
	struct mac m;
	for (int i = MAC_LEN - 1; i >= 0; i--, v >>= 8)
		m.b[i] = (uint8_t)v;
	return m;
}

// Writes 2 * n lower-case digits and a terminating NUL to `out`; returns `out`.
char *hex_encode(const void *data, size_t n, char *out);

// Reads `digits` hexadecimal digits (either case, no separators) into `out`, which has room for
// `cap` octets. Returns the number of octets, -EINVAL for a wrong digit or an odd number of them,
// or -ENOBUFS when `cap` is too small. Nothing useful is in `out` after an error.
ssize_t hex_decode(const char *text, size_t digits, void *out, size_t cap);

#endif
