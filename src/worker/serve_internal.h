// SPDX-License-Identifier: BSD-2-Clause
/* What the files of the worker's side share. */
#ifndef OPENIHV_WORKER_SERVE_INTERNAL_H
#define OPENIHV_WORKER_SERVE_INTERNAL_H

#include "worker/channel.h"

/* A handler call that is open here. */
struct open_call {
	struct open_call *next;
	uint32_t number;
	struct handler_call call, before; /* as the module sees it, and as it came */
	struct arena arena;
};

/* A function call that waits for its answer, on the stack of the module's thread. */
struct caller {
	struct caller *next;
	uint32_t call, thread;
	struct function_call *function;
	DWORD result;
	bool done;
	bool asleep; /* in wait_for_reply() */
	pthread_cond_t turn;
};

/* One worker a process, as the module's functions have no context either. */
struct worker {
	struct channel channel;
	struct module *module;
	pthread_mutex_t looking; /* at the module's threads */
	pthread_mutex_t lock;    /* of what follows */
	bool reading;
	unsigned running; /* handlers that are open */
	uint64_t moved;   /* how many there have been, and answers for them */
	unsigned pool;    /* threads that make calls, beside the first */
	unsigned idle;    /* those of them that wait */
	unsigned unknown; /* those that the module's carrier does not know yet for ours */
	pthread_t last;   /* of them to end; it joins the one that ended before it */
	bool has_last;
	bool ticking; /* one of these is the relief, and looks every 10 ms */
	bool called;  /* one of them is being woken to become it */
	bool deinitialised;
	bool over; /* the host is gone */
	int status;
	pthread_cond_t work, known;
	struct open_call *waiting; /* calls that came to a thread that cannot make them */
	struct open_call *spare;
	unsigned nspare;
	struct caller *callers;
};

extern struct worker worker;

/* serve_calls.c: the calls that the host makes. */
struct open_call *serve_call_of(const struct handler_call *c);
/* From the body of a CALL. 0, -EPROTO, -ENOMEM. */
int serve_read_call(const struct message *m, struct reader *body, struct open_call **out);
/* In a thread of the pool, without the lock: makes it, answers it, and frees it. */
void serve_make_call(struct open_call *c);
/* The live blocks of the module's buffers. */
extern const struct block_source serve_blocks;

/* Until every thread of ours counts as one. */
void serve_await_pool(void);

/* serve_probe.c */
/* By the reader: answers a PROBE. 0, -EPROTO, or as channel_send(). */
int serve_probe(struct reader *body);

/* The host is gone, or not what it seems: err, as of channel_receive(). What the module does now
 * concerns nobody. */
void serve_end(int err);

#endif
