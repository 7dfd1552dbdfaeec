// SPDX-License-Identifier: BSD-2-Clause
/*
 * Whether processes do anything, seen from outside through /proc: a process is at rest when all its
 * threads sleep in the kernel, and none of them has run between two looks. It asks nothing of the
 * processes, so it holds for hostile ones and for Windows programs under Wine, whose server process
 * is then watched along.
 */
#ifndef OPENIHV_WORKER_OBSERVE_H
#define OPENIHV_WORKER_OBSERVE_H

#include <stdbool.h>
#include <sys/types.h>

struct observer;

/* Watches one or two processes (second: 0 for none). 0, -ENOMEM, -ESRCH. */
int observe_new(pid_t first, pid_t second, struct observer **out);
void observe_free(struct observer *o);
/* True: at rest, or gone. Costs two reads a thread. */
bool observe_at_rest(struct observer *o);
/* One of its threads sleeps until a point in time, or nobody may know. */
bool observe_dozes(const struct observer *o);
/* The first process was at rest at the last look because it is stopped, by a signal or a debugger:
 * it does nothing, whatever there is for it to do. */
bool observe_stopped(const struct observer *o);

#endif
