// SPDX-License-Identifier: BSD-2-Clause
#include "worker/message.h"

#include <stdlib.h>

#include "base/wipe.h"

#define ALIGN     16u
#define BLOCK_MIN (64u << 10)

/* Bytes from arena->next on are zero. The first block of the list is the one at hand. */
struct arena_block {
	_Alignas(ALIGN) struct arena_block *next;
	size_t size;
	_Alignas(ALIGN) uint8_t bytes[];
};

static int grow(struct arena *a, size_t size)
{
	size_t room = size < BLOCK_MIN ? BLOCK_MIN : size;
	struct arena_block *b = calloc(1, sizeof(*b) + room);

	if (!b)
		return -1;
	b->size = room;
	b->next = a->blocks;
	a->blocks = b;
	a->next = b->bytes;
	a->left = room;
	return 0;
}

void *arena_alloc(struct arena *a, size_t size)
{
	void *p;

	if (size > MESSAGE_MAX * 4u - a->total)
		return NULL;
	size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (size > MESSAGE_MAX * 4u - a->total || (size > a->left && grow(a, size)))
		return NULL;
	p = a->next;
	a->next += size;
	a->left -= size;
	a->total += size;
	return p;
}

void arena_reset(struct arena *a)
{
	struct arena_block *b = a->blocks, *old;

	a->total = 0;
	if (!b)
		return;
	wipe(b->bytes, b->size - a->left);
	while ((old = b->next)) {
		b->next = old->next;
		wipe(old->bytes, old->size);
		free(old);
	}
	a->next = b->bytes;
	a->left = b->size;
}

void arena_free(struct arena *a)
{
	arena_reset(a);
	free(a->blocks);
	*a = (struct arena){0};
}
