// SPDX-License-Identifier: BSD-2-Clause
/*
 * Looks for copies of secrets in this process: in all memory that can be read and written. What is
 * looked for is masked (struct module_needle) and stays so: bytes are compared by way of the mask.
 * So nothing has to be left out but the piece of memory that is looked at, which is copied first,
 * since another thread may take it away.
 */
#ifndef OPENIHV_MODULE_SCAN_H
#define OPENIHV_MODULE_SCAN_H

#include "host/module.h"

/* Addresses [begin, end). */
struct scan_range {
	uintptr_t begin, end;
};

struct scan;

/* library: of platform_load(), whose static data is PLACE_DATA. 0 or a negative errno;
 * -ENOTSUP: not with sanitizers. */
int scan_new(void *library, struct scan **out);
/* NULL is fine. */
void scan_free(struct scan *s);
/* Carries out a PROBE_SCAN that is sound. One thread at a time. 0 or a negative errno. */
int scan_run(struct scan *s, struct module_probe *p);

/* ---- For the system's part, scan_posix.c and scan_windows.c. ---- */

struct scan_map; /* a way to ask the system for the memory of this process */

int scan_map_new(struct scan_map **out);
void scan_map_free(struct scan_map *m);
/* Where the module's file has been loaded. False: unknown. */
bool scan_library(void *library, struct scan_range *out);
/* Visits all memory that can be read and written but that of devices, by address. place: what it
 * is, leaving the module's file out of account. 0 or a negative errno. */
int scan_map_visit(struct scan_map *m,
	void (*visit)(void *user, const struct scan_range *range, enum module_place place),
	void *user);

#endif
