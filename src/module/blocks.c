// SPDX-License-Identifier: BSD-2-Clause
#include "module/blocks.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "base/wipe.h"

#define POISON     0xDD
#define QUARANTINE 64
#define ALIGNMENT  16 /* of guarded blocks, as malloc()'s */

struct block {
	UT_hash_handle hh; /* by .p */
	void *p;
	size_t size;
	struct region *region; /* of p; NULL: not guarded */
};

struct blocks {
	pthread_mutex_t lock;
	struct guard *guard; /* NULL: none */
	struct block *live;
	struct block *quarantine[QUARANTINE];
	unsigned next;
};

struct blocks *blocks_new(struct guard *g)
{
	struct blocks *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->guard = g;
	pthread_mutex_init(&b->lock, NULL);
	return b;
}

static void destroy(struct blocks *b, struct block *block)
{
	if (!block)
		return;
	if (block->region) {
		guard_unmap(b->guard, block->region); /* the system clears what it takes back */
	} else {
		/* It may hold what a user entrusted to the module. */
		wipe(block->p, block->size);
		free(block->p);
	}
	free(block);
}

void blocks_free(struct blocks *b)
{
	struct block *block, *next;
	unsigned i;

	if (!b)
		return;
	HASH_ITER(hh, b->live, block, next)
	{
		HASH_DEL(b->live, block);
		destroy(b, block);
	}
	for (i = 0; i < QUARANTINE; i++)
		destroy(b, b->quarantine[i]);
	pthread_mutex_destroy(&b->lock);
	free(b);
}

/* Zeroed: a module that reads what it never wrote must not see another's data. */
static void *memory(struct blocks *b, size_t size, struct region **region)
{
	if (!b->guard)
		return calloc(1, size ? size : 1);
	*region = guard_map(b->guard, REGION_BLOCK, FN_COUNT, size ? size : 1, ALIGNMENT);
	return *region ? (*region)->data : NULL;
}

void *blocks_allocate(struct blocks *b, size_t size)
{
	struct block *block = calloc(1, sizeof(*block));

	if (block)
		block->p = memory(b, size, &block->region);
	if (!block || !block->p) {
		free(block);
		return NULL;
	}
	block->size = size;
	pthread_mutex_lock(&b->lock);
	HASH_ADD_PTR(b->live, p, block);
	pthread_mutex_unlock(&b->lock);
	return block->p;
}

static struct block *take(struct blocks *b, const void *p)
{
	struct block *block;

	HASH_FIND_PTR(b->live, &p, block);
	if (block)
		HASH_DEL(b->live, block);
	return block;
}

static void poison(struct blocks *b, struct block *block)
{
	if (block->region)
		guard_give_up(b->guard, block->region);
	memset(block->p, POISON, block->size);
	if (block->region)
		guard_expire(block->region);
}

void blocks_release(struct blocks *b, void *p)
{
	struct block *block, *oldest = NULL;

	pthread_mutex_lock(&b->lock);
	block = take(b, p);
	if (block) {
		poison(b, block);
		oldest = b->quarantine[b->next % QUARANTINE];
		b->quarantine[b->next++ % QUARANTINE] = block;
	}
	pthread_mutex_unlock(&b->lock);
	destroy(b, oldest);
}

void blocks_discard(struct blocks *b, void *p)
{
	struct block *block;

	pthread_mutex_lock(&b->lock);
	block = take(b, p);
	pthread_mutex_unlock(&b->lock);
	destroy(b, block);
}

void blocks_shrink(struct blocks *b, void *p, size_t size)
{
	struct block *block;

	pthread_mutex_lock(&b->lock);
	HASH_FIND_PTR(b->live, &p, block);
	if (block && size < block->size)
		block->size = size;
	pthread_mutex_unlock(&b->lock);
}

size_t blocks_size(struct blocks *b, const void *p)
{
	struct block *block;
	size_t size;

	pthread_mutex_lock(&b->lock);
	HASH_FIND_PTR(b->live, &p, block);
	size = block ? block->size : SIZE_MAX;
	pthread_mutex_unlock(&b->lock);
	return size;
}
