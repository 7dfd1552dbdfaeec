// SPDX-License-Identifier: BSD-2-Clause
// The generator for simulated radios. See crypto.h for what must never be done with it.
#include "crypto/repeatable.h"

#include <stdatomic.h>
#include <string.h>

#include "base/bytes.h"
#include "base/rng.h"

#define GAMMA UINT64_C(0x9e3779b97f4a7c15)

// Global as the library's generator is. A counter that is mixed into the output (splitmix64): a
// call takes its range of the counter in one atomic step, so threads share it without a lock.
static _Atomic uint64_t position;

static int repeatable_bytes(unsigned char *out, int n)
{
	if (n < 0)
		return 0;
	const uint64_t words = ((uint64_t)n + 7) / 8;
	uint64_t x = atomic_fetch_add(&position, words * GAMMA);
	size_t left = (size_t)n;

	for (; left > 0; x += GAMMA) {
		uint8_t word[8];
		const size_t take = left < sizeof(word) ? left : sizeof(word);
		store_le64(word, rng_mix(x));
		memcpy(out, word, take);
		out += take;
		left -= take;
	}
	return 1;
}

static int repeatable_status(void)
{
	return 1;
}

static const RAND_METHOD repeatable = {
	.bytes = repeatable_bytes,
	.pseudorand = repeatable_bytes,
	.status = repeatable_status,
};

const RAND_METHOD *repeatable_method(uint64_t seed)
{
	// Mixed, so that neighbouring seeds do not start near each other in the one long sequence.
	atomic_store(&position, rng_mix(seed));
	return &repeatable;
}
