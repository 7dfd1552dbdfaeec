// SPDX-License-Identifier: BSD-2-Clause
/* Answers probes of a module in this process (host/module.h). */
#ifndef OPENIHV_MODULE_PROBE_H
#define OPENIHV_MODULE_PROBE_H

#include "host/module.h"
#include "module/threads.h"

struct probe;

/*
 * For a library of platform_load(). scans: the process is the module's, and may be searched. What
 * it takes to answer is opened here. threads stays the caller's. 0 or a negative errno.
 */
int probe_new(void *library, struct threads *threads, bool scans, struct probe **out);
/* NULL is fine. */
void probe_free(struct probe *p);
/* As .probe of struct module_ops. */
int probe_answer(struct probe *p, struct module_probe *question);

#endif
