// SPDX-License-Identifier: BSD-2-Clause
#include "base/handle.h"

#include <errno.h>
#include <stdlib.h>

#define NO_SLOT UINT32_MAX

static uint64_t handle_make(uint8_t kind, uint32_t generation, uint32_t index)
{
	return (uint64_t)kind << 56 | (uint64_t)generation << 32 | index;
}

void handle_table_init(struct handle_table *t, uint8_t kind)
{
	*t = (struct handle_table){.free_head = NO_SLOT, .kind = kind};
}

void handle_table_destroy(struct handle_table *t)
{
	free(t->slots);
	handle_table_init(t, t->kind);
}

static int table_grow(struct handle_table *t)
{
	if (t->cap > NO_SLOT / 2)
		return -ENOMEM;
	const uint32_t cap = t->cap ? t->cap * 2 : 8;
	// At most 2^32 slots: no overflow.
	struct handle_slot *slots = realloc(t->slots, (size_t)cap * sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	t->slots = slots;
	t->cap = cap;
	return 0;
}

// Takes a free slot, a new one if need be.
static int slot_take(struct handle_table *t, uint32_t *index)
{
	if (t->free_head != NO_SLOT) {
		*index = t->free_head;
		t->free_head = t->slots[*index].next_free;
		return 0;
	}
	if (t->used == t->cap) {
		const int err = table_grow(t);
		if (err)
			return err;
	}
	*index = t->used++;
	t->slots[*index] = (struct handle_slot){.next_free = NO_SLOT};
	return 0;
}

int handle_alloc(struct handle_table *t, void *object, uint64_t *out)
{
	uint32_t index;

	*out = 0;
	if (!object)
		return -EINVAL;
	const int err = slot_take(t, &index);
	if (err)
		return err;
	struct handle_slot *slot = &t->slots[index];
	slot->object = object;
	slot->generation++;
	t->live++;
	*out = handle_make(t->kind, slot->generation, index);
	return 0;
}

enum handle_state handle_state(const struct handle_table *t, uint64_t h)
{
	const uint32_t index = handle_index(h);
	const uint32_t generation = handle_generation(h);

	if (handle_kind(h) != t->kind || index >= t->used)
		return HANDLE_GARBAGE;
	const struct handle_slot *slot = &t->slots[index];
	if (generation == 0 || generation > slot->generation)
		return HANDLE_GARBAGE;
	if (generation == slot->generation && slot->object)
		return HANDLE_LIVE;
	return HANDLE_DEAD;
}

void *handle_get(const struct handle_table *t, uint64_t h)
{
	return handle_state(t, h) == HANDLE_LIVE ? t->slots[handle_index(h)].object : NULL;
}

int handle_free(struct handle_table *t, uint64_t h)
{
	switch (handle_state(t, h)) {
	case HANDLE_GARBAGE:
		return -EBADF;
	case HANDLE_DEAD:
		return -ESTALE;
	case HANDLE_LIVE:
		break;
	}
	struct handle_slot *slot = &t->slots[handle_index(h)];
	slot->object = NULL;
	t->live--;
	// One more generation would repeat a value: such a slot stays out of the free list for
	// good.
	if (slot->generation < HANDLE_GENERATION_MAX) {
		slot->next_free = t->free_head;
		t->free_head = handle_index(h);
	}
	return 0;
}

uint64_t handle_next(const struct handle_table *t, uint32_t *cursor)
{
	while (*cursor < t->used) {
		const uint32_t index = (*cursor)++;
		if (t->slots[index].object)
			return handle_make(t->kind, t->slots[index].generation, index);
	}
	return 0;
}
