// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_WORKER_SOURCE_WINE_H
#define OPENIHV_WORKER_SOURCE_WINE_H

#include "worker/proxy.h"

/*
 * What starts the incarnations of a Windows module: `program` (openihv-worker.exe) in the user's
 * Wine, which is kept until the source is closed, or under WSL as it is. Both files must exist. 0
 * and *out, or a negative errno and one sentence in err: also those of wine_open().
 */
int source_wine_open(
	const char *module, const char *program, struct worker_source *out, char *err, size_t room);

#endif
