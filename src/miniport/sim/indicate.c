// SPDX-License-Identifier: BSD-2-Clause
/*
 * Indications of one station: queued in order, delivered one by one from the loop (miniport.h, rule
 * 2). Between two of them the host's other work on the loop gets its turn.
 */
#include "miniport/sim/sim_internal.h"

struct queued {
	STAILQ_ENTRY(queued) next;
	struct indication ind;
	struct association_info association;
	uint8_t bytes[];
};

static void deliver_one(struct timer *t, void *user)
{
	struct station *st = user;
	struct sim *sim = st->sim;
	struct queued *q = STAILQ_FIRST(&st->queue);
	miniport_indicate_fn to = st->indicate;
	void *to_user = st->indicate_user;

	if (!q)
		return;
	STAILQ_REMOVE_HEAD(&st->queue, next);
	if (!STAILQ_EMPTY(&st->queue))
		(void)timer_arm(sim->loop, &st->indicating, 0, deliver_one, st);
	/* From here on the station may be gone: the host may detach and remove it. */
	if (to)
		to(to_user, &q->ind);
	pool_put(&sim->pool, q);
}

static struct queued *queue_new(struct station *st, const struct indication *ind, size_t bytes)
{
	struct queued *q;

	if (!st->indicate)
		return NULL;
	q = pool_get(&st->sim->pool, sizeof(*q) + bytes);
	if (q)
		q->ind = *ind;
	return q;
}

static void enqueue(struct station *st, struct queued *q)
{
	STAILQ_INSERT_TAIL(&st->queue, q, next);
	if (!timer_armed(&st->indicating))
		(void)timer_arm(st->sim->loop, &st->indicating, 0, deliver_one, st);
}

void indicate(struct station *st, const struct indication *ind)
{
	struct queued *q = queue_new(st, ind, 0);

	if (q)
		enqueue(st, q);
}

void indicate_status(
	struct station *st, enum indication_type type, const struct mac *peer, uint32_t status)
{
	struct indication ind = {.type = type, .status = status};

	if (peer)
		ind.peer = *peer;
	indicate(st, &ind);
}

void indicate_receive(struct station *st, const struct mac *peer, uint16_t ethertype,
	const uint8_t *data, size_t length)
{
	struct indication ind = {.type = IND_RECEIVE,
		.peer = *peer,
		.ethertype = ethertype,
		.length = (uint32_t)length};
	struct queued *q = queue_new(st, &ind, length);

	if (!q)
		return;
	if (length)
		memcpy(q->bytes, data, length);
	q->ind.data = q->bytes;
	enqueue(st, q);
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

void indicate_association(
	struct station *st, const struct mac *peer, const struct association_info *info)
{
	struct indication ind = {
		.type = IND_ASSOCIATION_COMPLETION, .peer = *peer, .status = STATUS_SUCCESS};
	struct queued *q = queue_new(st, &ind,
		(size_t)info->request_length + info->response_length + info->beacon_length);
	uint8_t *to;

	if (!q)
		return;
	to = q->bytes;
	q->association = *info;
	q->association.request = keep(&to, info->request, info->request_length);
	q->association.response = keep(&to, info->response, info->response_length);
	q->association.beacon = keep(&to, info->beacon, info->beacon_length);
	q->ind.association = &q->association;
	enqueue(st, q);
}

void indicate_discard(struct station *st, bool keep_completions)
{
	STAILQ_HEAD(, queued) kept = STAILQ_HEAD_INITIALIZER(kept);
	struct queued *q;

	while ((q = STAILQ_FIRST(&st->queue))) {
		STAILQ_REMOVE_HEAD(&st->queue, next);
		if (keep_completions && q->ind.type == IND_SEND_COMPLETE)
			STAILQ_INSERT_TAIL(&kept, q, next);
		else
			pool_put(&st->sim->pool, q);
	}
	STAILQ_CONCAT(&st->queue, &kept);
	if (STAILQ_EMPTY(&st->queue))
		timer_disarm(st->sim->loop, &st->indicating);
}
