// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_BASE_RNG_H
#define OPENIHV_BASE_RNG_H

/*
 * A small seeded generator for simulation and tests: the same seed gives the same numbers on every
 * machine. NEVER for keys, nonces or anything else an attacker must not guess; that is
 * crypto_random(). The generator is xoshiro256** of Blackman and Vigna, seeded by splitmix64.
 */

#include <stddef.h>
#include <stdint.h>

struct rng {
	uint64_t s[4];
};

// Every seed is good, 0 also.
void rng_init(struct rng *r, uint64_t seed);

uint64_t rng_u64(struct rng *r);

// Uniform in 0 .. bound - 1, without bias; 0 when `bound` is 0 or 1.
uint64_t rng_below(struct rng *r, uint64_t bound);

void rng_fill(struct rng *r, void *out, size_t n);

// One step of splitmix64: turns a counter into a well mixed number. For deriving seeds.
static inline uint64_t rng_mix(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

#endif
