// SPDX-License-Identifier: BSD-2-Clause
#include "miniport/queue.h"

#include <stdlib.h>
#include <string.h>

struct queued_indication {
	STAILQ_ENTRY(queued_indication) next;
	struct indication ind;
	struct association_info association;
	uint8_t bytes[];
};

static struct queued_indication *take_block(struct indication_queue *q, size_t size)
{
	return q->pool ? pool_get(q->pool, size) : malloc(size);
}

static void put_block(struct indication_queue *q, struct queued_indication *block)
{
	if (q->pool)
		pool_put(q->pool, block);
	else
		free(block);
}

void queue_init(struct indication_queue *q, struct loop *loop, struct pool *pool)
{
	*q = (struct indication_queue){.loop = loop, .pool = pool};
	STAILQ_INIT(&q->list);
}

void queue_attach(struct indication_queue *q, miniport_indicate_fn to, void *user)
{
	q->to = to;
	q->user = user;
	if (!to)
		queue_discard(q, false);
}

static void deliver_one(struct timer *t, void *user)
{
	struct indication_queue *q = user;
	struct queued_indication *first = STAILQ_FIRST(&q->list);
	struct pool *pool = q->pool;

	if (!first)
		return;
	STAILQ_REMOVE_HEAD(&q->list, next);
	if (!STAILQ_EMPTY(&q->list))
		(void)timer_arm(q->loop, t, 0, deliver_one, q);
	/* From here on the radio may be gone: the host may detach and remove it. */
	if (q->to)
		q->to(q->user, &first->ind);
	if (pool)
		pool_put(pool, first);
	else
		free(first);
}

/* Copies n bytes to *to, which moves on; returns where they are now. */
static const uint8_t *keep(uint8_t **to, const uint8_t *from, uint32_t n)
{
	uint8_t *at = *to;

	if (n)
		memcpy(at, from, n);
	*to += n;
	return at;
}

static void keep_association(struct queued_indication *b, uint8_t *to)
{
	const struct association_info *from = b->ind.association;

	b->association = *from;
	b->association.request = keep(&to, from->request, from->request_length);
	b->association.response = keep(&to, from->response, from->response_length);
	b->association.beacon = keep(&to, from->beacon, from->beacon_length);
	b->ind.association = &b->association;
}

static size_t bytes_of(const struct indication *ind)
{
	const struct association_info *a = ind->association;
	size_t n = ind->data ? ind->length : 0;

	if (a)
		n += (size_t)a->request_length + a->response_length + a->beacon_length;
	return n;
}

void queue_put(struct indication_queue *q, const struct indication *ind)
{
	struct queued_indication *b;
	uint8_t *to;

	if (!q->to)
		return;
	b = take_block(q, sizeof(*b) + bytes_of(ind));
	if (!b)
		return;
	b->ind = *ind;
	to = b->bytes;
	if (ind->data)
		b->ind.data = keep(&to, ind->data, ind->length);
	if (ind->association)
		keep_association(b, to);
	STAILQ_INSERT_TAIL(&q->list, b, next);
	if (!timer_armed(&q->delivering))
		(void)timer_arm(q->loop, &q->delivering, 0, deliver_one, q);
}

void queue_discard(struct indication_queue *q, bool keep_completions)
{
	STAILQ_HEAD(, queued_indication) kept = STAILQ_HEAD_INITIALIZER(kept);
	struct queued_indication *b;

	while ((b = STAILQ_FIRST(&q->list))) {
		STAILQ_REMOVE_HEAD(&q->list, next);
		if (keep_completions && b->ind.type == IND_SEND_COMPLETE)
			STAILQ_INSERT_TAIL(&kept, b, next);
		else
			put_block(q, b);
	}
	STAILQ_CONCAT(&q->list, &kept);
	if (STAILQ_EMPTY(&q->list))
		timer_disarm(q->loop, &q->delivering);
}
