// SPDX-License-Identifier: BSD-2-Clause
#include "miniport/pool.h"

#include <stdalign.h>
#include <stdlib.h>

/* The sanitizer's header comes with its run-time library, which a plain build does not need. */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define WITH_ASAN
#endif
#endif
#if defined(WITH_ASAN) || defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n)   ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

struct pool_block {
	struct pool_block *next;
	size_t size_class;
	alignas(16) unsigned char memory[];
};

static const size_t sizes[POOL_CLASSES] = {496, 1008, POOL_MAX};

void *pool_get(struct pool *pool, size_t size)
{
	struct pool_block *b;
	size_t size_class = 0;

	while (size_class < POOL_CLASSES && sizes[size_class] < size)
		size_class++;
	if (size_class == POOL_CLASSES)
		return NULL;
	b = pool->free[size_class];
	if (b) {
		pool->free[size_class] = b->next;
		ASAN_UNPOISON_MEMORY_REGION(b->memory, sizes[size_class]);
		return b->memory;
	}
	b = malloc(sizeof(*b) + sizes[size_class]);
	if (!b)
		return NULL;
	b->size_class = size_class;
	return b->memory;
}

void pool_put(struct pool *pool, void *block)
{
	struct pool_block *b;

	if (!block)
		return;
	b = (struct pool_block *)((char *)block - offsetof(struct pool_block, memory));
	b->next = pool->free[b->size_class];
	pool->free[b->size_class] = b;
	ASAN_POISON_MEMORY_REGION(b->memory, sizes[b->size_class]);
}

void pool_destroy(struct pool *pool)
{
	struct pool_block *b;

	for (size_t size_class = 0; size_class < POOL_CLASSES; size_class++)
		while ((b = pool->free[size_class])) {
			pool->free[size_class] = b->next;
			ASAN_UNPOISON_MEMORY_REGION(b->memory, sizes[size_class]);
			free(b);
		}
}
