// SPDX-License-Identifier: BSD-2-Clause
/*
 * Indications of one radio on their way to the host: kept in order, with all that they point to,
 * and delivered one by one from the loop (miniport.h, rule 2). Between two of them the host's other
 * work on the loop gets its turn.
 */
#ifndef OPENIHV_MINIPORT_QUEUE_H
#define OPENIHV_MINIPORT_QUEUE_H

#include <sys/queue.h>

#include "loop/loop.h"
#include "miniport/miniport.h"
#include "miniport/pool.h"

struct queued_indication;

struct indication_queue {
	struct loop *loop;
	struct pool *pool; /* that the copies come from; NULL: malloc() */
	miniport_indicate_fn to;
	void *user;
	STAILQ_HEAD(, queued_indication) list;
	struct timer delivering;
};

void queue_init(struct indication_queue *q, struct loop *loop, struct pool *pool);
/* miniport_ops.attach; NULL is its detach: what waits is dropped, and what comes is, too. */
void queue_attach(struct indication_queue *q, miniport_indicate_fn to, void *user);
/* Copies *ind, its data and its association. Without memory it is lost, like a frame on the air. */
void queue_put(struct indication_queue *q, const struct indication *ind);
/* Drops what waits; IND_SEND_COMPLETE stays if completions are kept. */
void queue_discard(struct indication_queue *q, bool keep_completions);

#endif
