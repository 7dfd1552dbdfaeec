// SPDX-License-Identifier: BSD-2-Clause
/*
 * Where a module crashed, seen from inside: a signal handler in the process of the run writes it
 * into memory that is shared with whoever started that. With AddressSanitizer in the program it is
 * the sanitizer that tells.
 */
#ifndef OPENIHV_FUZZ_WATCH_H
#define OPENIHV_FUZZ_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "contract/crossing.h"

#define CRASH_WHAT 48

enum crash_place {
	CRASH_UNKNOWN,
	CRASH_MODULE, /* .offset in the module: there, or what it called did not return there */
	CRASH_WILD,   /* the program counter is where no code is: a return address, or a pointer to
			 a function, was overwritten */
	CRASH_OUTSIDE /* elsewhere, and the stack shows no way back into the module */
};

/* All zero: nothing was seen. */
struct crash {
	int32_t signal;
	uint32_t place;        /* enum crash_place */
	uint64_t offset;       /* from where the module's file begins in memory */
	uint32_t handler;      /* enum crossing_fn, or FN_COUNT: in a thread of the module's own */
	bool overflow;         /* the stack of the thread is used up */
	char what[CRASH_WHAT]; /* of a sanitizer: "stack-buffer-overflow"; else empty */
};

/*
 * In the process of a run, before its module is loaded; path is the module's. What another handler
 * has taken already stays with that.
 */
void watch_begin(struct crash *to, const char *path);
/* At each crossing, in the thread that makes it: it gets a stack of its own for the handler,
 * without which nobody would learn where its own was used up. */
void watch_crossing(const struct crossing *x);

#endif
