// SPDX-License-Identifier: BSD-2-Clause
/* What the files of the hostile worker share. All of it is its thread's, but for what says
 * otherwise. */
#ifndef OPENIHV_TESTS_LIB_HOSTILE_INTERNAL_H
#define OPENIHV_TESTS_LIB_HOSTILE_INTERNAL_H

#include <pthread.h>

#include "tests/lib/hostile.h"
#include "tests/lib/message_samples.h"
#include "worker/message.h"

#define HOSTILE_CALLS   16 /* open at a time; more than a host of few adapters has */
#define HOSTILE_PENDING 64
#define HOSTILE_HANDLES 8
#define HOSTILE_BLOCKS  8
#define HOSTILE_ROOM    (2u << 20) /* of a message that it sends */

/* A CALL that is not answered yet. */
struct hostile_call {
	struct message m; /* .type 0: free */
	uint8_t *body;
	bool began; /* what a module does in that handler before it returns has been done */
	bool acted; /* the operation of the test has been */
};

/* A function that its thread 1 will call. */
struct hostile_pending {
	enum crossing_fn fn;
	HANDLE svc, session;
	DOT11_MAC_ADDRESS peer;
};

struct hostile {
	struct hostile_config config;
	struct reader bytes;
	unsigned seen; /* CALLs of .at */
	/* Of start(), kill() and close() */
	int wake; /* eventfd: it is killed */
	bool running;
	pthread_t thread;

	int in, out;
	int scratch[2]; /* what is in the pipe is copied through it */
	bool deaf;
	uint8_t *inbox; /* of .filled bytes, the last .held are in the pipe, too */
	size_t filled, held, inbox_room;
	uint8_t *outbox;
	size_t outbox_length;
	size_t whole; /* of the body that was cut last */
	bool cheated; /* has answered a probe as it was told to; the next ones properly */

	struct hostile_call calls[HOSTILE_CALLS];
	struct hostile_pending pending[HOSTILE_PENDING];
	unsigned npending;
	bool waiting;                    /* its thread 1, for a REPLY */
	HANDLE handles[HOSTILE_HANDLES]; /* that the host named: adapters, connections, sessions */
	unsigned nhandles;
	HANDLE session; /* or connection, the last */
	HANDLE svcs[4]; /* by the handle that it gave back, less 1 */
	unsigned nsvcs;
	DOT11_MAC_ADDRESS peer;
	uintptr_t sends;
	uint8_t blocks[HOSTILE_BLOCKS][64];
	struct samples samples;
	struct arena arena;
};

/* hostile.c */
/* 0, or -1: it is killed, or there is nobody. */
int hostile_write(struct hostile *h, const void *p, size_t n);
/* From the outbox, behind the header: sends what stands there. */
int hostile_send(struct hostile *h, struct message m);

/* hostile_module.c: what a module does */
void hostile_learn(struct hostile *h, const struct handler_call *c);
/* Fills c's outputs. */
void hostile_handle(struct hostile *h, struct handler_call *c);
/* The function that the handler calls before it returns. False: none. */
bool hostile_first(struct hostile *h, const struct handler_call *c, struct function_call *f);
/* The next function of its thread 1, if that waits for nothing. 0 or -1. */
int hostile_next(struct hostile *h);
/* Body of f into the outbox. */
void hostile_put_function(struct hostile *h, const struct function_call *f);

/* hostile_start.c: the answer to START. 0, or -1: it is gone. */
int hostile_greet(struct hostile *h);

/* hostile_acts.c: what it does else */
/* An operation on a CALL. 0, or -1: it is gone. */
int hostile_probed(struct hostile *h, const struct message *m, const uint8_t *body);
int hostile_act(struct hostile *h, struct hostile_call *c);

#endif
