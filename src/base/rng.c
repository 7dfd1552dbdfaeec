// SPDX-License-Identifier: BSD-2-Clause
#include "base/rng.h"

#include <string.h>

#include "base/bytes.h"

static uint64_t rotate_left(uint64_t x, unsigned n)
{
	return x << n | x >> (64 - n);
}

void rng_init(struct rng *r, uint64_t seed)
{
	// splitmix64 is a bijection of its counter, so the four words are never all zero.
	for (size_t i = 0; i < 4; i++)
		r->s[i] = rng_mix(seed + i * UINT64_C(0x9e3779b97f4a7c15));
}

uint64_t rng_u64(struct rng *r)
{
	uint64_t *s = r->s;
	const uint64_t result = rotate_left(s[1] * 5, 7) * 9;
	const uint64_t shifted = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= shifted;
	s[3] = rotate_left(s[3], 45);
	return result;
}

uint64_t rng_below(struct rng *r, uint64_t bound)
{
	if (bound < 2)
		return 0;
	// The lowest 2^64 mod bound numbers would make the small results too frequent.
	const uint64_t reject = (0 - bound) % bound;
	uint64_t x;
	do {
		x = rng_u64(r);
	} while (x < reject);
	return x % bound;
}

void rng_fill(struct rng *r, void *out, size_t n)
{
	uint8_t *p = out;
	for (; n >= 8; n -= 8, p += 8)
		store_le64(p, rng_u64(r));
	if (n > 0) {
		uint8_t last[8];
		store_le64(last, rng_u64(r));
		memcpy(p, last, n);
	}
}
