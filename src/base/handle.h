// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_BASE_HANDLE_H
#define OPENIHV_BASE_HANDLE_H

/*
 * Handle tables: what a module gets to hold instead of pointers.
 *
 *	 63      56 55             32 31              0
 *	+----------+-----------------+-----------------+
 *	|   kind   |   generation    |      index      |
 *	+----------+-----------------+-----------------+
 *
 * A value is never 0 and never given out twice: each slot counts its generations from 1, and a slot
 * whose generations are used up is retired. So the table can tell a handle that was once valid
 *(DEAD) from one it has never given out (GARBAGE). All operations take constant time (allocation
 *amortised). Memory is that of the greatest number of handles alive at one time, doubled at most,
 *and 16 octets for every 2^24 - 1 allocations.
 *
 * A table is not locked: its owner is.
 */

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#ifndef ESTALE // it came with networked file systems, which the C library of Windows knows nothing
	       // of
#define ESTALE 116
#endif

enum handle_state {
	HANDLE_LIVE,    // given out and not freed
	HANDLE_DEAD,    // given out by this table, and freed
	HANDLE_GARBAGE, // not of this kind, or never given out
};

enum {
	HANDLE_GENERATION_MAX = 0xffffff,
};

struct handle_slot {
	void *object;        // NULL: not live
	uint32_t generation; // the last one given out; 0: none yet
	uint32_t next_free;  // index, meaningful on the free list only
};

// Private to handle.c; visible so that it can be a member.
struct handle_table {
	struct handle_slot *slots;
	uint32_t used; // slots that have ever been given out
	uint32_t cap;
	uint32_t free_head; // UINT32_MAX: empty
	uint32_t live;
	uint8_t kind;
};

// `kind` is put in every handle: give each table of a process its own.
void handle_table_init(struct handle_table *t, uint8_t kind);

// Frees the table's memory, not the objects. Handles of it must not be used any more; after
// handle_table_init() the table would give out the same values again.
void handle_table_destroy(struct handle_table *t);

// Gives out a handle for `object` (not NULL, not owned by the table).
// Returns 0, -EINVAL for a NULL object, or -ENOMEM; on an error `*out` is 0.
int handle_alloc(struct handle_table *t, void *object, uint64_t *out);

// The object of a live handle, otherwise NULL.
void *handle_get(const struct handle_table *t, uint64_t h);

// Makes a live handle dead. Returns 0, -ESTALE if it is dead already, -EBADF if it is garbage.
int handle_free(struct handle_table *t, uint64_t h);

enum handle_state handle_state(const struct handle_table *t, uint64_t h);

// Number of live handles.
static inline uint32_t handle_count(const struct handle_table *t)
{
	return t->live;
}

static inline uint8_t handle_kind(uint64_t h)
{
	return (uint8_t)(h >> 56);
}

static inline uint32_t handle_generation(uint64_t h)
{
	return (uint32_t)(h >> 32) & HANDLE_GENERATION_MAX;
}

// Small and dense: live handles of a table have different indices.
static inline uint32_t handle_index(uint64_t h)
{
	return (uint32_t)h;
}

// Walks the live handles: start with `*cursor` = 0; returns a handle, or 0 at the end. Handles may
// be freed during the walk; those allocated meanwhile may or may not be seen.
uint64_t handle_next(const struct handle_table *t, uint32_t *cursor);

#endif
