// SPDX-License-Identifier: BSD-2-Clause
/*
 * A module loaded into this process. What it breaks, it breaks here; a process of its own is
 * another carrier.
 *
 * The interface gives its functions no context, so one module at a time can be loaded in a process.
 */
#ifndef OPENIHV_MODULE_INPROC_H
#define OPENIHV_MODULE_INPROC_H

#include "host/module.h"

/* Zero-initialise it. */
struct inproc_options {
	/*
	 * Watch the memory that passes between host and module by page guards (guard.h), and tell
	 * module->trespass what they see: before the module's next call, when a handler returns, or
	 * at the end. Costs some system calls for each buffer.
	 */
	bool guard;
	/* The file has passed module_file_check() already: it is not read for that again. */
	bool looked;
	/* The process is the module's: there is no host in it whose secrets would be found. */
	bool own_process;
};

/*
 * Looks into the file, loads it and resolves its exports; runs nothing but its constructors. On an
 * error *out is NULL and err holds one sentence without the path: -EBUSY a module is loaded
 * already; else those of platform_load() in platform.h. options: NULL is as all zero.
 *
 * Threads that exist now are not the module's; every one that appears later is, unless the host
 * claims it.
 */
int inproc_open(const char *path, const struct inproc_options *options, struct module **out,
	char *err, size_t room);

/* Bytes of the live block of Dot11ExtAllocateBuffer that begins at p; SIZE_MAX: there is none. */
size_t inproc_block(struct module *m, const void *p);

#endif
