// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_TESTS_CORRECT_POOL_H
#define OPENIHV_TESTS_CORRECT_POOL_H

/* WORKERS threads for the life of the service, and a queue of the adapters that have something to
 * do. */
#include <stdlib.h>

#include "base.h"

/* An adapter in the pool. One worker at a time is in base_step() with it. */
struct entry {
	struct entry *next; /* in the queue */
	struct adapter *adapter;
	bool queued, busy, again;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* taken last */
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct entry *queue, **queue_end = &queue;
static pthread_t workers[WORKERS];
static unsigned nworkers;
static bool ends;

/* The lock is held. */
static void push(struct entry *e)
{
	if (e->busy) {
		e->again = true;
		return;
	}
	if (e->queued)
		return;
	e->queued = true;
	e->next = NULL;
	*queue_end = e;
	queue_end = &e->next;
	pthread_cond_broadcast(&changed);
}

static void pull(struct entry *e)
{
	struct entry **at;

	for (at = &queue; *at && *at != e; at = &(*at)->next)
		;
	if (!*at)
		return;
	*at = e->next;
	if (!*at)
		queue_end = at;
	e->queued = false;
}

static void serve(struct entry *e)
{
	pull(e);
	e->busy = true;
	pthread_mutex_unlock(&lock);
	pthread_mutex_lock(&e->adapter->lock);
	while (!e->adapter->leaving && base_step(e->adapter))
		;
	pthread_mutex_unlock(&e->adapter->lock);
	pthread_mutex_lock(&lock);
	e->busy = false;
	if (e->again)
		push(e);
	e->again = false;
	pthread_cond_broadcast(&changed);
}

static void *work(void *unused)
{
	pthread_mutex_lock(&lock);
	while (!ends) {
		if (queue)
			serve(queue);
		else
			pthread_cond_wait(&changed, &lock);
	}
	pthread_mutex_unlock(&lock);
	return unused;
}

static VOID started(PDOT11EXT_APIS apis, PDOT11EXT_IHV_HANDLERS out)
{
	while (nworkers < WORKERS && pthread_create(&workers[nworkers], NULL, work, NULL) == 0)
		nworkers++;
}

static VOID WINAPI deinit_service(VOID)
{
	pthread_mutex_lock(&lock);
	ends = true;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	while (nworkers)
		pthread_join(workers[--nworkers], NULL);
	base.Dot11ExtIhvDeinitService();
}

const struct mutation mutation = {
	.started = started, .handlers.Dot11ExtIhvDeinitService = deinit_service};

/* Without any worker no adapter can be served. */
int base_worker_start(struct adapter *a)
{
	struct entry *e = nworkers ? calloc(1, sizeof(*e)) : NULL;

	if (!e)
		return -1;
	e->adapter = a;
	a->own = e;
	return 0;
}

void base_worker_wake(struct adapter *a)
{
	pthread_mutex_lock(&lock);
	push(a->own);
	pthread_mutex_unlock(&lock);
}

void base_worker_end(struct adapter *a)
{
	struct entry *e = a->own;

	pthread_mutex_lock(&lock);
	while (e->busy)
		pthread_cond_wait(&changed, &lock);
	pull(e);
	pthread_mutex_unlock(&lock);
	free(e);
}

#endif
