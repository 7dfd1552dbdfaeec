// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_WORKER_LAUNCH_H
#define OPENIHV_WORKER_LAUNCH_H

#include "worker/proxy.h"

struct launch {
	const char *program;
	char *const *argv; /* in it "SOCKET" stands for the number of the socket, "PID" for the
			      program's own */
	char *const *envp; /* NULL: this process's */
	bool socket;       /* the program sends a listener */
	/* In the child, before the program: async-signal-safe. Returns SANDBOX_* that are in force
	 * from then on. NULL: nothing to do. */
	unsigned (*prepare)(const void *user);
	const void *user;
};

/* Starts a program with pipes as its stdin and stdout, and none of our other descriptors but
 * stderr. 0, or a negative errno: also that of execve(). */
int launch(const struct launch *s, struct worker_process *out);

#endif
