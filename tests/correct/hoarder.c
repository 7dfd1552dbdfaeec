// SPDX-License-Identifier: BSD-2-Clause
/* Keeps the blocks of its sessions for the next ones. They are freed when an adapter goes, those in
 * use later. */
#include <stdlib.h>

#include "base.h"

#define BLOCKS 32

static struct block {
	LPVOID p;
	DWORD size;
	bool used;
} blocks[BLOCKS];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* taken last */

/* Those of the two sizes that sessions need, and no others: these are never asked for by a handler
 * of an adapter. */
static bool is_kept(DWORD size)
{
	return size == BASE_MEMO_SIZE || size == BASE_PACKET_SIZE;
}

static DWORD WINAPI allocate(DWORD size, LPVOID *out)
{
	struct block *b, *room = NULL;
	DWORD error = ERROR_SUCCESS;

	if (!is_kept(size))
		return host.Dot11ExtAllocateBuffer(size, out);
	pthread_mutex_lock(&lock);
	for (b = blocks; b < blocks + BLOCKS; b++) {
		if (b->p && !b->used && b->size == size)
			break;
		if (!b->p)
			room = b;
	}
	if (b == blocks + BLOCKS) {
		b = room;
		error = host.Dot11ExtAllocateBuffer(size, out);
		if (b && !error)
			*b = (struct block){.p = *out, .size = size};
	}
	if (b && !error) {
		b->used = true;
		*out = b->p;
	}
	pthread_mutex_unlock(&lock);
	return error;
}

static VOID WINAPI release(LPVOID p)
{
	struct block *b;

	pthread_mutex_lock(&lock);
	for (b = blocks; b < blocks + BLOCKS && b->p != p; b++)
		;
	if (b < blocks + BLOCKS)
		b->used = false;
	else
		host.Dot11ExtFreeBuffer(p);
	pthread_mutex_unlock(&lock);
}

static void free_unused(void)
{
	struct block *b;

	pthread_mutex_lock(&lock);
	for (b = blocks; b < blocks + BLOCKS; b++) {
		if (!b->p || b->used)
			continue;
		host.Dot11ExtFreeBuffer(b->p);
		b->p = NULL;
	}
	pthread_mutex_unlock(&lock);
}

static VOID WINAPI deinit_adapter(HANDLE ext)
{
	base.Dot11ExtIhvDeinitAdapter(ext);
	free_unused();
}

static VOID WINAPI deinit_service(VOID)
{
	base.Dot11ExtIhvDeinitService();
	free_unused();
}

const struct mutation mutation = {
	.calls.Dot11ExtAllocateBuffer = allocate,
	.calls.Dot11ExtFreeBuffer = release,
	.handlers.Dot11ExtIhvDeinitAdapter = deinit_adapter,
	.handlers.Dot11ExtIhvDeinitService = deinit_service,
};
