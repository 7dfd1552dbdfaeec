// SPDX-License-Identifier: BSD-2-Clause
/*
 * Clocks that jump for the module alone. What the module's file imports to read a clock, or to wait
 * for a point in time, is replaced by functions of ours in its own table of imports: the host and
 * all libraries have theirs as before, and pay nothing.
 *
 * Not seen are clocks that a library reads for the module (libstdc++'s, say), and, but for Windows,
 * functions that it looks up by name.
 */
#ifndef OPENIHV_MODULE_JUMP_H
#define OPENIHV_MODULE_JUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The chosen clocks of the module jump by that much, added to earlier jumps. library: of
 * platform_load(). 0; -ENOTSUP: its tables cannot be read here; -EINVAL: further than a clock can
 * go; or the error of a system call. One thread at a time.
 */
int jump(void *library, int64_t ns, bool wall, bool monotonic);
/* To be called once the library is loaded. 0 or an error as above. */
int jump_prepare(void *library);
/* All clocks are right again: for the next module. */
void jump_forget(void);

/* ---- For jump.c and the system's part. ---- */

struct jump_import {
	const char *name;
	void (*ours)(void);
};

/* Of jump_posix.c or jump_windows.c: what is replaced, and by what. */
extern const struct jump_import jump_imports[];
extern const size_t jump_import_count;
/* They are replaced before the first call of the module, and not at the first jump. */
extern const bool jump_early;

/* How far the clocks have jumped. */
int64_t jump_wall(void);
int64_t jump_monotonic(void);

/* Of jump_elf.c or jump_pe.c: replaces. 0 or an error as above. */
int jump_replace(void *library);

#endif
