// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_TESTS_CORRECT_SLOW_H
#define OPENIHV_TESTS_CORRECT_SLOW_H

/*
 * Workers that take their time before each step, in slices, and look after each whether they still
 * have to. What includes this says how: spend_time() is called with the adapter's lock held, and
 * may give it up.
 */
#include "base.h"

#define SLICES 3

static void spend_time(struct adapter *a);

const struct mutation mutation = {0};

/* What a worker has to do. */
struct duty {
	HANDLE connect, session;
	enum progress progress;
};

static struct duty duty_of(const struct adapter *a)
{
	return (struct duty){a->connect, a->session.id, a->session.progress};
}

static bool is_any(struct duty d)
{
	return d.connect ||
	       (d.session && (d.progress == SESSION_NEW || d.progress == SESSION_READY));
}

static bool is_same(struct duty d, struct duty e)
{
	return d.connect == e.connect && d.session == e.session && d.progress == e.progress;
}

/* The lock is given up. False: it has become something else. */
static bool prepare(struct adapter *a, struct duty d)
{
	unsigned i;

	for (i = 0; i < SLICES && is_same(d, duty_of(a)) && !a->leaving; i++)
		spend_time(a);
	return i == SLICES && is_same(d, duty_of(a)) && !a->leaving;
}

static void *work(void *arg)
{
	struct adapter *a = arg;
	struct duty d;

	pthread_mutex_lock(&a->lock);
	while (!a->leaving) {
		d = duty_of(a);
		if (!is_any(d))
			pthread_cond_wait(&a->changed, &a->lock);
		else if (prepare(a, d))
			base_step(a);
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

int base_worker_start(struct adapter *a)
{
	return pthread_create(&a->worker, NULL, work, a);
}

void base_worker_wake(struct adapter *a)
{
	pthread_cond_broadcast(&a->changed);
}

void base_worker_end(struct adapter *a)
{
	pthread_join(a->worker, NULL);
}

#endif
