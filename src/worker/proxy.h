// SPDX-License-Identifier: BSD-2-Clause
/*
 * A module in a process of its own, for the host: struct module whose calls go over a pair of
 * pipes.
 *
 * What comes back is taken as hostile. A worker that speaks nonsense, or closes its pipes, is
 * killed, and has ended like one that crashed; nothing that it can say reaches more than the
 * functions that its module was given, with the handles that the host judges anyway.
 */
#ifndef OPENIHV_WORKER_PROXY_H
#define OPENIHV_WORKER_PROXY_H

#include <sys/types.h>

#include "host/module.h"

/* A process that runs a worker, and the pipes to it. */
struct worker_process {
	pid_t pid;        /* 0: none, it is played by a test */
	pid_t server;     /* whose work is the worker's too (Wine's server); 0: none */
	int to, from;     /* pipes, owned by who receives this */
	unsigned sandbox; /* SANDBOX_* that it was started in, besides those it tells itself */
	int socket;       /* over which the worker sends its listener (sandbox.h); -1: none */
};

/* How workers are made: launch.c for real ones. */
struct worker_source {
	/* 0, or a negative errno and one sentence in err. Called again for each new incarnation. */
	int (*start)(void *user, struct worker_process *out, char *err, size_t room);
	/* Ends at once what start() made with pid 0; its end of the pipes is closed then. Any
	 * thread. */
	void (*kill)(void *user);
	/* The module goes away for good. NULL: nothing to do. */
	void (*close)(void *user);
	void *user;
};

struct worker_options {
	bool guard;      /* page guards */
	bool repeatable; /* random numbers of the module from .seed: simulated radio only */
	uint64_t seed;
	unsigned start_s; /* until it has loaded the module; 0: 60 */
	/* What a worker says of its sandbox, once for each incarnation; NULL: not wanted. */
	void (*sandboxed)(void *user, unsigned sandbox);
	void *user;
};

/*
 * Starts the first incarnation and loads the module. On an error *out is NULL, err holds one
 * sentence without the path, and the source is closed. path is for people.
 *
 * Ignores SIGPIPE in this process, unless the program handles it.
 */
int proxy_open(const char *path, const struct worker_source *source,
	const struct worker_options *options, struct module **out, char *err, size_t room);

/* Round trips so far: calls that returned, and functions that were answered. */
void proxy_counts(const struct module *m, unsigned long *calls, unsigned long *functions);
/* Of the present process; 0: none. */
pid_t proxy_pid(const struct module *m);

#endif
