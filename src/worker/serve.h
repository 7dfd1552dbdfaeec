// SPDX-License-Identifier: BSD-2-Clause
/*
 * The worker's side: makes the calls that come over the channel, and sends what the module calls.
 *
 * Whoever waits reads. A thread of the pool receives a call and makes it itself; while the module
 * runs in it nobody reads, and nobody is woken: what can come then is the answer to a function,
 * which the thread that called it reads. Only a call for another adapter, which the host sends when
 * this one blocks, needs one more thread: the relief looks every 10 ms whether a handler is open
 * that long, and reads then.
 */
#ifndef OPENIHV_WORKER_SERVE_H
#define OPENIHV_WORKER_SERVE_H

#include "worker/channel.h"

struct inproc_options;

/* What the system's main file brings: its descriptors, and what it does before the module is
 * loaded. */
struct serve_config {
	const char *module; /* path of its file */
	int in, out;
	/* After START, before the module is loaded: sandbox, random numbers. Returns SANDBOX_* for
	 * READY. */
	unsigned (*prepare)(const struct message_start *start, const char *module);
	/* After it was loaded. */
	void (*loaded)(const struct message_start *start);
};

/*
 * Serves until the host closes its pipe. Returns the exit status of the process: 0, or 1 if the
 * module could not be loaded or the host spoke nonsense. When a handler is open at the end it does
 * not return but ends the process.
 */
int serve(const struct serve_config *config);

/* Sends a crash's exception code: for the thread that crashed, when nothing can be trusted any
 * more. */
void serve_crash(uint32_t code);

#endif
