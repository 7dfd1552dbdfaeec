// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_BASE_CLOCK_H
#define OPENIHV_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

// Nanoseconds of the system's monotonic clock, whose origin means nothing. For measurement and for
// the real-time loop only: whatever must be repeatable asks its loop for the time.
static inline uint64_t monotonic_ns(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

// Nanoseconds of processor time that this process has used: what it did, however busy others are.
static inline uint64_t processor_ns(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

#endif
