// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_TESTS_CORRECT_WAIT_H
#define OPENIHV_TESTS_CORRECT_WAIT_H

#include <time.h>

#include "base.h"

/* Until something changes, or so long on the system's clock: less than a second. The adapter's lock
 * is held. */
static inline void wait_ms(struct adapter *a, long ms)
{
	const long second = 1000 * 1000 * 1000;
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += ms * 1000 * 1000;
	if (until.tv_nsec >= second) {
		until.tv_nsec -= second;
		until.tv_sec++;
	}
	pthread_cond_timedwait(&a->changed, &a->lock, &until);
}

#endif
