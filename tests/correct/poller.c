// SPDX-License-Identifier: BSD-2-Clause
/* Nobody wakes its workers: each looks every 10 ms whether there is something to do. */
#include <time.h>

#include "base.h"

#define INTERVAL_NS (10 * 1000 * 1000)

const struct mutation mutation = {0};

static void pause_10_ms(struct adapter *a)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += INTERVAL_NS;
	if (until.tv_nsec >= 1000 * 1000 * 1000) {
		until.tv_nsec -= 1000 * 1000 * 1000;
		until.tv_sec++;
	}
	pthread_cond_timedwait(&a->changed, &a->lock, &until);
}

static void *work(void *arg)
{
	struct adapter *a = arg;

	pthread_mutex_lock(&a->lock);
	while (!a->leaving)
		if (!base_step(a))
			pause_10_ms(a);
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

int base_worker_start(struct adapter *a)
{
	return pthread_create(&a->worker, NULL, work, a);
}

void base_worker_wake(struct adapter *a)
{
}

void base_worker_end(struct adapter *a)
{
	pthread_join(a->worker, NULL);
}
