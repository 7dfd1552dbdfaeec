// SPDX-License-Identifier: BSD-2-Clause
/*
 * Who owns the blocks of Dot11ExtAllocateBuffer. Each is known by its token, so that a free of
 * anything else is recognised; the tokens of those that were freed last are remembered, so that a
 * second free is told from a foreign one. The bytes are the carrier's.
 */
#include "host/host_internal.h"

#include <stdlib.h>

struct buffer *buffer_find(struct host *h, const void *p)
{
	struct buffer *b;

	HASH_FIND_PTR(h->buffers, &p, b);
	return b;
}

const void *buffer_view(
	struct host *h, const struct module_views *views, const void *token, uint64_t size)
{
	const struct buffer *b = buffer_find(h, token);

	return b && b->size >= size ? module_view(h->module, views, token, size) : NULL;
}

DWORD buffer_allocate(struct host *h, const struct function_call *call, void *token, DWORD size,
	struct crossing *x)
{
	const struct call *open = engine_call(call);
	struct buffer *b;

	/* A token that is known already would be a carrier's mistake, or another process's lie. */
	if (!token || buffer_find(h, token))
		return ERROR_OUTOFMEMORY;
	b = calloc(1, sizeof(*b));
	if (!b)
		return ERROR_OUTOFMEMORY;
	b->p = token;
	b->size = size;
	b->id = ++h->next_buffer;
	b->adapter = open ? open->adapter : NULL;
	if (b->adapter)
		b->adapter->buffers++;
	HASH_ADD_PTR(h->buffers, p, b);
	x->handle = b->id;
	return ERROR_SUCCESS;
}

void buffer_free(struct host *h, struct buffer *b, bool given)
{
	HASH_DEL(h->buffers, b);
	if (b->adapter)
		b->adapter->buffers--;
	h->freed[h->next_freed % FREED].p = b->p;
	h->freed[h->next_freed++ % FREED].given = given;
	free(b);
}

unsigned buffer_take(struct host *h, const void *p)
{
	struct buffer *b;
	struct crossing x;

	if (!p)
		return 0;
	b = buffer_find(h, p);
	if (!b)
		return 1;
	x = crossing_of(NULL, FN_BUFFER_TAKEN);
	x.handle = b->id;
	record(h, &x, PHASE_POINT);
	h->module->ops->release(h->module, b->p);
	buffer_free(h, b, true);
	x.fn = FN_BUFFER_RELEASED;
	record(h, &x, PHASE_POINT);
	return 0;
}

unsigned buffers_left(const struct host *h, const struct host_adapter *a)
{
	return a ? a->buffers : HASH_COUNT(h->buffers);
}

enum buffer_known buffer_gone(const struct host *h, const void *p)
{
	unsigned i, at;

	/* The last one counts: an address may have had several buffers. */
	for (i = 1; i <= FREED; i++) {
		at = (h->next_freed - i) % FREED;
		if (h->freed[at].p == p)
			return h->freed[at].given ? BUFFER_GIVEN : BUFFER_FREED;
	}
	return BUFFER_FOREIGN;
}

void buffers_forget(struct host *h)
{
	struct buffer *b, *next;
	unsigned i;

	HASH_ITER(hh, h->buffers, b, next)
	{
		HASH_DEL(h->buffers, b);
		if (b->adapter)
			b->adapter->buffers--;
		free(b);
	}
	for (i = 0; i < FREED; i++)
		h->freed[i].p = NULL;
}
