// SPDX-License-Identifier: BSD-2-Clause
/* Calls into the module: their memory, their queues, and what is recorded around them. */
#include "host/host_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"

#define SPARE_CALLS_MAX 64

/* Without these a port or an adapter would never end. They are small, and for each adapter one call
 * is kept for them. */
static bool must_be_made(enum crossing_fn fn)
{
	return fn == FN_STOP_POST_ASSOCIATE || fn == FN_ADAPTER_RESET || fn == FN_DEINIT_ADAPTER;
}

int call_reserve(struct host *h)
{
	struct call *c = malloc(sizeof(*c));

	if (!c)
		return -ENOMEM;
	STAILQ_INSERT_HEAD(&h->spare_calls, c, next);
	h->nspare_calls++;
	h->reserved_calls++;
	return 0;
}

void call_unreserve(struct host *h)
{
	struct call *c = STAILQ_FIRST(&h->spare_calls);

	h->reserved_calls--;
	if (!c || h->nspare_calls <= h->reserved_calls + SPARE_CALLS_MAX)
		return;
	STAILQ_REMOVE_HEAD(&h->spare_calls, next);
	h->nspare_calls--;
	free(c);
}

struct call *call_new(struct host *h, struct host_adapter *a, enum crossing_fn fn, size_t memory)
{
	struct call *c = STAILQ_FIRST(&h->spare_calls);

	if (c && (h->nspare_calls > h->reserved_calls || must_be_made(fn))) {
		STAILQ_REMOVE_HEAD(&h->spare_calls, next);
		h->nspare_calls--;
	} else {
		c = malloc(sizeof(*c));
		if (!c)
			return NULL;
	}
	memset(c, 0, offsetof(struct call, room));
	c->memory = memory <= sizeof(c->room) ? c->room : calloc(1, memory);
	if (!c->memory) {
		free(c);
		return NULL;
	}
	if (c->memory == c->room)
		memset(c->room, 0, memory);
	c->memory_length = memory;
	c->adapter = a;
	c->hc.fn = fn;
	return c;
}

void call_free(struct host *h, struct call *c)
{
	/* Profiles and UI responses may hold what a person typed. */
	wipe(c->memory, c->memory_length);
	if (c->memory != c->room)
		free(c->memory);
	if (c->hc.views.list) {
		wipe(c->hc.views.list, c->hc.views.size);
		free(c->hc.views.list);
	}
	if (h->nspare_calls >= h->reserved_calls + SPARE_CALLS_MAX) {
		free(c);
		return;
	}
	STAILQ_INSERT_HEAD(&h->spare_calls, c, next);
	h->nspare_calls++;
}

static struct queue *queue_of(struct host *h, const struct call *c)
{
	return c->adapter ? &c->adapter->queue : &h->service;
}

static void list_queue(struct host *h, struct queue *q)
{
	if (q->listed || q->open || STAILQ_EMPTY(&q->calls))
		return;
	q->listed = true;
	STAILQ_INSERT_TAIL(&h->ready, q, next);
}

void call_queue(struct host *h, struct call *c)
{
	struct queue *q = queue_of(h, c);

	STAILQ_INSERT_TAIL(&q->calls, c, next);
	list_queue(h, q);
	if (h->asleep)
		loop_kick(h->loop);
}

void call_withdraw(struct host *h, struct call *c)
{
	struct queue *q = queue_of(h, c);

	STAILQ_REMOVE(&q->calls, c, call, next);
	if (!STAILQ_EMPTY(&q->calls) || !q->listed)
		return;
	STAILQ_REMOVE(&h->ready, q, queue, next);
	q->listed = false;
}

struct call *call_take(struct host *h)
{
	struct queue *q = STAILQ_FIRST(&h->ready);

	if (!q)
		return NULL;
	STAILQ_REMOVE_HEAD(&h->ready, next);
	q->listed = false;
	q->open = STAILQ_FIRST(&q->calls);
	STAILQ_REMOVE_HEAD(&q->calls, next);
	return q->open;
}

bool queue_idle(const struct queue *q)
{
	return !q->open && STAILQ_EMPTY(&q->calls);
}

void call_begin(struct host *h, struct call *c)
{
	if (c->begin)
		c->begin(h, c);
	c->hc.adapter = c->adapter ? c->adapter->ext : NULL;
	record_handler(c);
	if (c->hc.fn == FN_MODULE_LOADED)
		c->x.time = loop_now(h->loop); /* crosses no border; its success is an event */
	else
		record(h, &c->x, PHASE_ENTER);
}

void call_finish(struct host *h, struct call *c)
{
	struct queue *q = queue_of(h, c);
	struct host_adapter *a = c->adapter;

	if (c->hc.fn != FN_MODULE_LOADED) {
		record_handler_result(h, c);
		record(h, &c->x, PHASE_EXIT);
	}
	/* Open until done() is over: whatever a notice in it asks for, the adapter outlives it. */
	if (c->done)
		c->done(h, c);
	q->open = NULL;
	list_queue(h, q);
	call_free(h, c);
	if (a)
		adapter_proceed(a); /* may free it */
}

void call_abandon(struct host *h, struct call *c)
{
	queue_of(h, c)->open = NULL;
	c->adapter = NULL;
	c->abandoned = true;
	h->abandoned++;
}

static void drop(struct host *h, struct queue *q)
{
	struct call *c;

	while ((c = STAILQ_FIRST(&q->calls))) {
		STAILQ_REMOVE_HEAD(&q->calls, next);
		call_free(h, c);
	}
	q->listed = false;
}

void calls_drop(struct host *h)
{
	struct host_adapter *a;

	STAILQ_INIT(&h->ready);
	drop(h, &h->service);
	TAILQ_FOREACH(a, &h->adapter_list, next)
	{
		drop(h, &a->queue);
		a->perform = NULL;
		a->queued_packets = 0;
	}
}
