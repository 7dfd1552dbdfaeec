// SPDX-License-Identifier: BSD-2-Clause
/*
 * The threads of this process that are not ours: how many there are, and whether all of them sleep.
 * threads.c watches them through /proc/self/task, which costs one system call while there are none;
 * threads_windows.c counts them as they come and go, and never says that they sleep.
 */
#ifndef OPENIHV_MODULE_THREADS_H
#define OPENIHV_MODULE_THREADS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "host/module.h"

struct threads;

/* Windows only, before threads_new(): under Wine, Linux's number of this process. Without it a
 * thread counts from when it has begun to run, with it from when it was created. */
void threads_of_linux(unsigned process);

/* The functions below may be called by any thread at any time. */

/* All threads that exist now are ours. 0 or a negative errno. */
int threads_new(struct threads **out);
void threads_free(struct threads *t);
/* The calling thread is ours (or, about to end, no longer). -ENOMEM. */
int threads_claim(struct threads *t, bool ours);
/* What the threads do that are not ours. */
enum module_activity threads_activity(struct threads *t);
/* One of them, or the thread `ours` if that is not 0, sleeps until a point in time; not on Windows.
 */
bool threads_doze(struct threads *t, int ours);
/* How many threads are not ours, without those that are about to end, and the processor time that
 * they have used (MODULE_UNKNOWN on Windows). 0 or a negative errno. */
int threads_usage(struct threads *t, uint64_t *count, uint64_t *cpu_ns);

#endif
