// SPDX-License-Identifier: BSD-2-Clause
/*
 * Blocks of memory in three sizes that are used again and again, so that a frame costs no malloc()
 * once the radio has run for a while. A build with AddressSanitizer still sees a use after
 * pool_put().
 */
#ifndef OPENIHV_MINIPORT_POOL_H
#define OPENIHV_MINIPORT_POOL_H

#include <stddef.h>

#define POOL_CLASSES 3
#define POOL_MAX     3056 /* the largest block */

struct pool_block;

struct pool {
	struct pool_block *free[POOL_CLASSES];
};

/* A block of at least size bytes, 16-aligned, its contents undefined. NULL: no memory, or more than
 * POOL_MAX. */
void *pool_get(struct pool *pool, size_t size);
/* NULL is allowed. */
void pool_put(struct pool *pool, void *block);
/* Gives the unused blocks back to the system. */
void pool_destroy(struct pool *pool);

#endif
