// SPDX-License-Identifier: BSD-2-Clause
/*
 * How much of the C library's heap the module holds. A block is the module's if it was allocated in
 * its code or in a library's that was called from there: in a handler or a thread of its own, and
 * not in a function of ours.
 *
 * A program has to count for that: heap_posix.c is for those that do, and replaces their malloc().
 * In others, and with sanitizers, nobody knows.
 */
#ifndef OPENIHV_MODULE_HEAP_H
#define OPENIHV_MODULE_HEAP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Of the process, as one module is carried in it. What counts has .blocks and .bytes. */
struct heap_counts {
	bool known;           /* somebody counts */
	_Atomic bool carries; /* a module is there, or about to be */
	_Atomic uint64_t blocks, bytes;
};

extern struct heap_counts heap_counts;

/* The calling thread runs our code, not the module's. A thread that nobody has claimed is the
 * module's. */
extern _Thread_local bool heap_ours;

/* A module comes: the calling thread is ours, what is allocated in others counts. */
void heap_begin(void);
void heap_end(void);
/* MODULE_UNKNOWN where nobody counts. */
void heap_usage(uint64_t *blocks, uint64_t *bytes);

/* The calling thread runs the module's code from now on, or ours. Returns what it ran before. */
static inline bool heap_enter(bool module)
{
	const bool before = !heap_ours;

	heap_ours = !module;
	return before;
}

#endif
