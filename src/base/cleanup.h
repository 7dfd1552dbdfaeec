// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_BASE_CLEANUP_H
#define OPENIHV_BASE_CLEANUP_H

/*
 * Memory, streams and descriptors that end with their scope (attribute cleanup of GCC and Clang).
 * The variable must be initialised where it is declared:
 *
 *	_cleanup_free_ char *name = NULL;
 *
 * To hand the value on to a caller: `*out = steal_ptr(&name);`.
 */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_fclose(FILE **f)
{
	if (*f)
		(void)fclose(*f);
}

static inline void cleanup_close(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

#define _cleanup_(fn)    __attribute__((cleanup(fn)))
#define _cleanup_free_   _cleanup_(cleanup_free)
#define _cleanup_fclose_ _cleanup_(cleanup_fclose)
// The descriptor is closed unless it is negative.
#define _cleanup_close_ _cleanup_(cleanup_close)

static inline void *steal_ptr_(void *p)
{
	void **slot = (void **)p;
	void *value = *slot;
	*slot = NULL;
	return value;
}

// The value of the pointer variable at `pp`, which becomes NULL, so that its cleanup does nothing.
#define steal_ptr(pp) ((__typeof__(*(pp)))steal_ptr_(pp))

// The descriptor at `fd`, which becomes -1.
static inline int steal_fd(int *fd)
{
	int value = *fd;
	*fd = -1;
	return value;
}

#endif
