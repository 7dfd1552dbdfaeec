// SPDX-License-Identifier: BSD-2-Clause
/*
 * Dot11ExtAllocateBuffer's memory. Each block is known by its address, so that a free of anything
 * else is recognised; freed blocks stay in quarantine for a while, filled with a pattern, so that a
 * second free is told from a foreign one.
 */
#include "host/host_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"

#define POISON 0xDD

struct buffer *buffer_find(struct host *h, const void *p)
{
	struct buffer *b;

	HASH_FIND_PTR(h->buffers, &p, b);
	return b;
}

bool buffer_holds(struct host *h, const void *p, uint64_t size)
{
	const struct buffer *b = buffer_find(h, p);

	return b && b->size >= size;
}

DWORD buffer_allocate(struct host *h, DWORD size, void **out, struct crossing *x)
{
	const struct call *open = engine_current();
	struct buffer *b = calloc(1, sizeof(*b));

	/* Zeroed: a module that reads what it never wrote must not see another's data. */
	void *p = b ? calloc(1, size ? size : 1) : NULL;

	if (!p) {
		free(b);
		return ERROR_OUTOFMEMORY;
	}
	b->p = p;
	b->size = size;
	b->id = ++h->next_buffer;
	b->adapter = open ? open->adapter : NULL;
	if (b->adapter)
		b->adapter->buffers++;
	HASH_ADD_PTR(h->buffers, p, b);
	x->handle = b->id;
	*out = p;
	return ERROR_SUCCESS;
}

void buffer_free(struct host *h, struct buffer *b)
{
	struct buffer **slot = &h->quarantine[h->quarantine_next++ % QUARANTINE];

	HASH_DEL(h->buffers, b);
	if (b->adapter)
		b->adapter->buffers--;
	b->adapter = NULL;
	memset(b->p, POISON, b->size);
	if (*slot) {
		free((*slot)->p);
		free(*slot);
	}
	*slot = b;
}

unsigned buffer_take(struct host *h, void *p)
{
	struct buffer *b;
	struct crossing x;

	if (!p)
		return 0;
	b = buffer_find(h, p);
	if (!b)
		return 1;
	b->given = true;
	x = crossing_of(NULL, FN_BUFFER_TAKEN);
	x.handle = b->id;
	record(h, &x, PHASE_POINT);
	buffer_free(h, b);
	x.fn = FN_BUFFER_RELEASED;
	record(h, &x, PHASE_POINT);
	return 0;
}

unsigned buffers_left(const struct host *h, const struct host_adapter *a)
{
	return a ? a->buffers : HASH_COUNT(h->buffers);
}

bool buffer_was_freed(const struct host *h, const void *p)
{
	unsigned i;

	for (i = 0; i < QUARANTINE; i++)
		if (h->quarantine[i] && h->quarantine[i]->p == p)
			return true;
	return false;
}

void buffers_forget(struct host *h)
{
	struct buffer *b, *next;
	unsigned i;

	HASH_ITER(hh, h->buffers, b, next)
	{
		HASH_DEL(h->buffers, b);
		wipe(b->p, b->size); /* it may hold what a user entrusted to the module */
		free(b->p);
		free(b);
	}
	for (i = 0; i < QUARANTINE; i++) {
		if (!h->quarantine[i])
			continue;
		free(h->quarantine[i]->p);
		free(h->quarantine[i]);
	}
}
