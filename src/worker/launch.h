// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_WORKER_LAUNCH_H
#define OPENIHV_WORKER_LAUNCH_H

#include "worker/proxy.h"

struct launch {
	const char *program;
	char *const *argv; /* "SOCKET" in it, if any, stands for the number of the socket */
	char *const *envp; /* NULL: this process's */
	bool socket;       /* the program sends a listener */
	/* In the child, before the program: async-signal-safe. NULL: nothing to do. */
	void (*prepare)(const void *user);
	const void *user;
};

/* Starts a program with pipes as its stdin and stdout, and none of our other descriptors but
 * stderr. 0, or a negative errno: also that of execve(). */
int launch(const struct launch *s, struct worker_process *out);

#endif
