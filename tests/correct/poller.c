// SPDX-License-Identifier: BSD-2-Clause
/* Nobody wakes its workers: each looks every 10 ms whether there is something to do. */
#include "base.h"
#include "wait.h"

const struct mutation mutation = {0};

static void *work(void *arg)
{
	struct adapter *a = arg;

	pthread_mutex_lock(&a->lock);
	while (!a->leaving)
		if (!base_step(a))
			wait_ms(a, 10);
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
