// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_BASE_LEAN_H
#define OPENIHV_BASE_LEAN_H

#include <malloc.h>

/*
 * For a program that runs for days beside others: memory that is free goes back to the system (by
 * default what was large once is kept for ever), and threads share one arena. To be called first.
 * Does nothing but with glibc.
 */
static inline void lean_heap(void)
{
#ifdef __GLIBC__
	(void)mallopt(M_ARENA_MAX, 1);
	(void)mallopt(M_MMAP_THRESHOLD, 64 * 1024);
	(void)mallopt(M_TRIM_THRESHOLD, 64 * 1024);
#endif
}

#endif
