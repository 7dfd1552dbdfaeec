// SPDX-License-Identifier: BSD-2-Clause
/* probed.so holds what the first byte of Control's input says: tests/sim/test_probe.c. */
#ifndef OPENIHV_TESTS_MODULES_PROBED_H
#define OPENIHV_TESTS_MODULES_PROBED_H

#include <stddef.h>
#include <stdint.h>

enum probed {
	PROBED_NOTHING,
	PROBED_BLOCK, /* one of PROBED_SIZE more */
	PROBED_UNBLOCK,
	PROBED_BLOCK_BY_LIBRARY, /* strdup() of PROBED_SIZE bytes in all */
	PROBED_BLOCK_IN_THREAD,  /* a thread allocates it, which then ends */
	PROBED_BLOCK_GROWS,      /* the last one, to twice its size */
	PROBED_BUFFER,           /* of Dot11ExtAllocateBuffer: not of the heap */
	PROBED_THREAD,           /* one more, which waits */
	PROBED_UNTHREAD,
	PROBED_COMPUTE, /* the last one made uses PROBED_CPU_NS of the processor, then waits */
	PROBED_DESCRIPTOR,
	PROBED_UNDESCRIPTOR,
	PROBED_CANARY_HEAP, /* writes the canary */
	PROBED_CANARY_LARGE,
	PROBED_CANARY_ARENA, /* in a heap of another thread, if there is one */
	PROBED_CANARY_STACK, /* of a thread that waits */
	PROBED_CANARY_ENDED, /* of a thread that has ended */
	PROBED_CANARY_DATA,
	PROBED_CANARY_CONST, /* in memory that is read-only afterwards: not found */
	PROBED_CANARY_WIPE,
	PROBED_CLOCKS, /* output: struct probed_clocks */
	PROBED_WAITS,  /* output: struct probed_waits */
	PROBED_HOLD,   /* returns after PROBED_GO */
	PROBED_GO,
};

#define PROBED_SIZE   100u
#define PROBED_CPU_NS 20000000u
#define PROBED_CANARY 40u
#define PROBED_WAIT   20000000 /* ns of each wait */

struct probed_clocks {
	int64_t wall, coarse, day, seconds, c11; /* ns, by each of the functions */
	int64_t monotonic, boot;
	int64_t cpu;
};

#define PROBED_WAITS_ALL 8

/* What waits of PROBED_WAIT came to: whether they timed out, and what it took by CLOCK_MONOTONIC.
 */
struct probed_waits {
	int64_t took[PROBED_WAITS_ALL]; /* -1: it did not time out */
};

static inline uint8_t probed_canary(size_t i)
{
	return (uint8_t)(0x9D + i * 0x35 + (i * i >> 2));
}

#endif
