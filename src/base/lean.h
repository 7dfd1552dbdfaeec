// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_BASE_LEAN_H
#define OPENIHV_BASE_LEAN_H

#include <malloc.h>
#include <sys/prctl.h>

/*
 * For a program that runs for days beside others: memory that is free goes back to the system (by
 * default what was large once is kept for ever), threads share one arena, and a thread's stack of
 * a few KiB is not put on a huge page. To be called first; of the heap with glibc only.
 */
static inline void lean_process(void)
{
#ifdef __GLIBC__
	(void)mallopt(M_ARENA_MAX, 1);
	(void)mallopt(M_MMAP_THRESHOLD, 64 * 1024);
	(void)mallopt(M_TRIM_THRESHOLD, 256 * 1024);
#endif
	(void)prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
}

#endif
