// SPDX-License-Identifier: BSD-2-Clause
/* Opens a module in a process of its own: openihv-worker for a Linux library, openihv-worker.exe
 * under Wine for a Windows one. */
#ifndef OPENIHV_WORKER_WORKER_H
#define OPENIHV_WORKER_WORKER_H

#include "worker/proxy.h"

struct worker_config {
	struct worker_options options;
	/* The program that runs the module; NULL: $OPENIHV_WORKER (for a DLL $OPENIHV_WORKER_EXE),
	 * or the one beside this program, or the installed one. */
	const char *program;
};

/*
 * Looks into the file, so that nothing runs that is no module, and starts a worker with it. 0, or a
 * negative errno, with *out NULL and one sentence in err without the path. As proxy_open()
 * otherwise.
 */
int worker_open(const char *path, const struct worker_config *config, struct module **out,
	char *err, size_t room);

#endif
