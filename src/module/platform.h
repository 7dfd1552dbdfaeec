// SPDX-License-Identifier: BSD-2-Clause
/*
 * What a carrier of modules needs of the system it runs on: platform_posix.c for Linux,
 * platform_windows.c for Windows.
 */
#ifndef OPENIHV_MODULE_PLATFORM_H
#define OPENIHV_MODULE_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Loads a module's file, after a look into it that runs nothing of it; looked: that was done
 * before, by module_file_check(), and is not done again. 0 and *out, or a negative
 * errno and one sentence in err without the path: -EINVAL no library for this machine, or the two
 * exports are missing; -ELIBBAD (POSIX) or -ENOEXEC (Windows) the system's loader refused it;
 * -ENOMEM; the errors of open(2).
 */
int platform_load(const char *path, bool looked, void **out, char *err, size_t room);
/* The address of an export goes to *function, a pointer to a function pointer; NULL: none. */
void platform_export(void *library, const char *name, void *function);
void platform_unload(void *library);
/* Whole zeroed pages, and their end. NULL: no memory. */
void *platform_pages(size_t size);
void platform_pages_free(void *p, size_t size);
/* What may be done with whole pages, or was tried; the greater includes the lesser. */
enum platform_access { PLATFORM_NONE, PLATFORM_READ, PLATFORM_WRITE };

size_t platform_page_size(void);
/* 0 or a negative errno. May be called while a fault is resolved. */
int platform_protect(void *p, size_t size, enum platform_access access);
/*
 * From now on resolve() is asked about each access to memory that the pages forbid, in the thread
 * that tried it: true, it is tried again; false, it is what it would be without us, a crash or
 * another's business. wanted is PLATFORM_NONE where the machine does not tell. resolve() may do
 * nothing but what a signal handler may. NULL: no longer. 0 or a negative errno.
 */
int platform_catch_faults(bool (*resolve)(void *address, enum platform_access wanted));
/* Copies what is at p, which the module may have unmapped: -EFAULT if it has. */
int platform_read(const void *p, void *out, size_t size);
/* Lets other threads run. Does not sleep: to those who look from outside that would be rest. */
void platform_yield(void);

#endif
