// SPDX-License-Identifier: BSD-2-Clause
/* What the two halves of the engine share: the threads of the pool (engine.c), and who watches them
 * (watch.c). Guarded by the host lock unless it says otherwise. */
#ifndef OPENIHV_HOST_SERVER_H
#define OPENIHV_HOST_SERVER_H

#include "host/host_internal.h"

/* A thread of the pool, on its own stack. */
struct server {
	TAILQ_ENTRY(server) next;
	pid_t tid;
	struct call *call; /* open */
	uint64_t number;   /* of its call, by .calls_made: tells whether it is still the same one */
	atomic_bool inside; /* its call is in one of our functions: asleep there is not blocked */
	bool displaced;     /* lost the lead while its call blocked */
	uint64_t watched,
		since; /* the watcher's: .number at its look, and when it saw that first */
	struct timer overdue;
	struct host *host;
};

/* Ends host_run(). */
void engine_end_run(struct host *h, enum host_run_result result);
/* Its call waits for something that only others can bring about. */
bool server_blocked(const struct server *s);
/* How long a call may be open, in ns. */
uint64_t watch_deadline(const struct host *h, const struct call *c);
/* One more, ready to lead. 0 or the errno of a thread. */
int server_add(struct host *h);

#endif
