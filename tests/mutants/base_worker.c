// SPDX-License-Identifier: BSD-2-Clause
/* A worker for each adapter, for as long as that is there. */
#include "base.h"

#define WORKER_STACK (256 * 1024)

static void *work(void *arg)
{
	struct adapter *a = arg;

	pthread_mutex_lock(&a->lock);
	while (!a->leaving)
		if (!base_step(a))
			pthread_cond_wait(&a->changed, &a->lock);
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

int base_worker_start(struct adapter *a)
{
	pthread_attr_t attr;
	int error = pthread_attr_init(&attr);

	if (error)
		return error;
	pthread_attr_setstacksize(&attr, WORKER_STACK);
	error = pthread_create(&a->worker, &attr, work, a);
	pthread_attr_destroy(&attr);
	return error;
}

void base_worker_wake(struct adapter *a)
{
	pthread_cond_broadcast(&a->changed);
}

void base_worker_end(struct adapter *a)
{
	pthread_join(a->worker, NULL);
}
