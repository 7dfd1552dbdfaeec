// SPDX-License-Identifier: BSD-2-Clause
/* What the files of the proxy share. */
#ifndef OPENIHV_WORKER_PROXY_INTERNAL_H
#define OPENIHV_WORKER_PROXY_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/queue.h>

#include "worker/channel.h"
#include "worker/observe.h"
#include "worker/proxy.h"

#define EARLY_MAX    16   /* refused system calls of its loading that are remembered */
#define RELEASES_MAX 4096 /* blocks given back in one go; as many as a sane module has at all */
#define DEFERRED_MAX                                                                               \
	1024 /* calls of module threads that wait for a handler: each has one at most */
#define DEFERRED_BYTES (16u * MESSAGE_MAX) /* all of them together */

/* A handler call that is open, on the stack of the thread that makes it. */
struct waiter {
	LIST_ENTRY(waiter) next;
	uint32_t number;
	struct handler_call *call;
	bool done;
	bool asleep;         /* else it may still be sending */
	pthread_cond_t turn; /* done, or nobody reads any more */
};

LIST_HEAD(waiter_list, waiter);

/*
 * What module->hold() kept: a FUNCTION that has not been carried out yet, or the REPLY that is
 * ready. The module's thread sleeps until it gets its answer.
 */
struct kept {
	struct message m;
	uint8_t *body; /* m.length bytes; NULL: nothing is kept */
	bool let_go;   /* whoever reads next goes on with it */
};

/* A probe that waits for its answer, on the stack of the thread that asks. */
struct prober {
	struct module_probe *probe;
	int result;
	bool done;
	bool asleep;         /* else it may still be sending */
	pthread_cond_t turn; /* done, or nobody reads any more */
};

/* A function call of a module's thread, put off until the open handler has returned or sleeps. */
struct deferred {
	STAILQ_ENTRY(deferred) next;
	struct message m;
	uint8_t body[];
};

STAILQ_HEAD(deferred_queue, deferred);

struct proxy {
	struct module module;
	struct worker_source source;
	struct worker_options options;
	char *path;
	unsigned incarnation;

	/* Of the present incarnation */
	struct worker_process process;
	struct channel channel;
	struct observer *observer;
	int listener; /* of its system call filter; -1: none */
	int ready;    /* epoll(7): either of those two has something */
	unsigned long calls, functions;

	pthread_mutex_t probing; /* held by the one who asks */
	pthread_mutex_t
		lock; /* of what follows; never held while the host is called or a pipe is written
		       */
	bool reading; /* a thread receives */
	bool acting;  /* it has received something, and acts on it */
	bool alone;   /* the worker said it had no thread of the module's, and was told nothing
			 since */
	bool killed, garbled; /* by ops->kill(); for what it said */
	uint32_t exception;   /* it told with its last breath */
	uint32_t next_number;
	unsigned threads; /* of the module's own, when it said so last */
	struct waiter_list waiters;
	bool probed;           /* an answer to a PROBE is owed: that of .asked */
	struct prober *prober; /* who waits for it; NULL: nobody any more */
	struct module_probe asked;
	struct deferred_queue deferred;
	unsigned ndeferred;
	size_t deferred_bytes;
	struct kept kept;
	void **releases; /* blocks that the worker is told of with the next call */
	unsigned nreleases, releases_room;
	struct module_death death;
	char why[128];

	/* Of the reader */
	bool asks; /* it has made a probe, and is nobody that a handler could be waited for in */
	struct module_trespass_info early[EARLY_MAX]; /* before the host was there to be told */
	unsigned nearly;
	struct arena arena;
	uint8_t *user_data; /* MODULE_USER_DATA_MAX bytes, made at the first use */
};

/* proxy_life.c: the process. */
/* A new incarnation, with its module loaded. 0, or a negative errno and one sentence in err. */
int proxy_start(struct proxy *p, char *err, size_t room);
/* By the reader: the process is gone, or must go. Judges how, and wakes all who wait for it. */
void proxy_end(struct proxy *p);
/* Closes its pipe, so that it ends by itself, and waits for that; not for ever. */
void proxy_farewell(struct proxy *p);
/* Forgets what is left of a process that has ended. */
void proxy_close_process(struct proxy *p);

/* proxy.c */
/* With the lock held: the reader stops reading. Somebody who waits goes on in its place. */
void proxy_give_up_reading(struct proxy *p);

/* proxy_probe.c */
int proxy_probe(struct module *m, struct module_probe *probe);
/* The answer came. 0, or -EPROTO. */
int proxy_probed(struct proxy *p, struct reader *body);
/* With the lock held: none will come. */
void proxy_forget_probe(struct proxy *p);

/* proxy_talk.c: all that a worker says while it runs. */
/*
 * Takes up one thing: a message, a refused system call, or the end. Waits for it for at most ms
 * (-1: as long as it takes). The caller has the role of the reader. 1: something was done; 0: there
 * was nothing; -EPIPE: the worker is gone, or must go.
 */
int proxy_step(struct proxy *p, int ms);
/* Answers a refused system call, if there is one, and tells of it. */
bool proxy_refuse(struct proxy *p);
bool proxy_handler_open(struct proxy *p);
/* Serves the oldest deferred call, or the oldest of those that were made in a handler. False: there
 * is none. */
bool proxy_serve_deferred(struct proxy *p, bool of_handler);
/* Goes on with what was kept, if that has been let go. False: it was not. */
bool proxy_serve_kept(struct proxy *p);
/* All that was put off, and what is kept. */
void proxy_drop_deferred(struct proxy *p);
/* The worker can do nothing by itself now: it sleeps, and nothing is on its way in either pipe. */
bool proxy_at_rest(struct proxy *p);

#endif
