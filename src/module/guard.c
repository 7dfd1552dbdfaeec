// SPDX-License-Identifier: BSD-2-Clause
#include "module/guard.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/wipe.h"

#define NOTES    256        /* power of two; more at once are lost */
#define RETIRED  256        /* inputs that are watched after their handler has returned */
#define NOTE_SET (1u << 31) /* so that no note is 0 */

struct guard {
	pthread_mutex_t lock;             /* of all that the fault handler does not use */
	_Atomic(struct region *) regions; /* all that ever were */
	struct region *spare;
	struct region *retired[RETIRED];
	unsigned next_retired;
	size_t page;
	_Atomic unsigned resolving; /* threads in the fault handler */
	/* A ring: the fault handler fills a slot, guard_tell() empties it. */
	_Atomic uint32_t notes[NOTES];
	_Atomic uint32_t first_note, end_note;
};

/* The fault handler of a process has no context; functions.c says why one is enough. */
static _Atomic(struct guard *) guarding;

/* ---- In the fault handler: no locks, no memory. ---- */

static void note(struct guard *g, struct region *r, enum module_trespass what)
{
	const unsigned bit = 1u << what;
	uint32_t at = atomic_load(&g->end_note);

	if (atomic_fetch_or(&r->noted, bit) & bit)
		return;
	do {
		if (at - atomic_load(&g->first_note) == NOTES)
			return;
	} while (!atomic_compare_exchange_weak(&g->end_note, &at, at + 1));
	atomic_store(&g->notes[at % NOTES], NOTE_SET | (uint32_t)what << 16 | (uint32_t)r->fn);
}

static bool in_packet(struct region *r, uintptr_t address)
{
	const uintptr_t lent = atomic_load(&r->lent);

	return lent && address >= lent && address - lent < atomic_load(&r->lent_size);
}

/* What an access that the state forbids is called. */
static void judge(struct guard *g, struct region *r, uintptr_t address, bool write)
{
	const bool expired = atomic_load(&r->state) == REGION_EXPIRED;

	switch (r->kind) {
	case REGION_INPUT:
		if (expired)
			note(g, r, write ? TRESPASS_LATE_WRITE : TRESPASS_LATE_READ);
		else if (write)
			note(g, r, TRESPASS_WRITE);
		break;
	case REGION_TABLE:
		if (expired)
			note(g, r, TRESPASS_TABLE);
		break;
	case REGION_BLOCK:
		if (expired)
			note(g, r, TRESPASS_GIVEN);
		else if (write && in_packet(r, address)) /* beside the packet it may */
			note(g, r, TRESPASS_PACKET);
		break;
	}
}

static int set_access(struct region *r, enum platform_access access)
{
	const int before = atomic_exchange(&r->access, access);
	int rc = platform_protect((void *)atomic_load(&r->base), atomic_load(&r->room), access);

	if (rc)
		atomic_store(&r->access, before);
	return rc;
}

static struct region *find(struct guard *g, uintptr_t address)
{
	struct region *r;

	for (r = atomic_load(&g->regions); r; r = r->next) {
		const uintptr_t base = atomic_load(&r->base);

		if (base && address >= base && address - base < atomic_load(&r->room))
			return r;
	}
	return NULL;
}

/* True: the access can be tried again. */
static bool resolve(void *p, enum platform_access wanted)
{
	const uintptr_t address = (uintptr_t)p;
	struct guard *g = atomic_load(&guarding);
	struct region *r;
	bool ok = false;

	if (!g)
		return false;
	atomic_fetch_add(&g->resolving, 1);
	r = find(g, address);
	if (r) {
		const enum platform_access has = (enum platform_access)atomic_load(&r->access);

		/* Where the processor does not tell: what may be read was to be written. */
		if (wanted == PLATFORM_NONE)
			wanted = has == PLATFORM_NONE ? PLATFORM_READ : PLATFORM_WRITE;
		/* Else another thread was faster, and it only has to try again. */
		ok = true;
		if (wanted > has) {
			judge(g, r, address, wanted == PLATFORM_WRITE);
			ok = set_access(r, wanted) == 0;
		}
	}
	atomic_fetch_sub(&g->resolving, 1);
	return ok;
}

/* ---- Elsewhere. ---- */

struct guard *guard_new(void)
{
	struct guard *g = calloc(1, sizeof(*g)), *none = NULL;

	if (!g)
		return NULL;
	pthread_mutex_init(&g->lock, NULL);
	g->page = platform_page_size();
	if (!atomic_compare_exchange_strong(&guarding, &none, g)) {
		pthread_mutex_destroy(&g->lock);
		free(g);
		return NULL;
	}
	if (platform_catch_faults(resolve)) {
		guard_free(g);
		return NULL;
	}
	return g;
}

/* A region from those not in use, or a new one. Called with the lock held. */
static struct region *take_region(struct guard *g)
{
	struct region *r = g->spare;

	if (r) {
		g->spare = r->spare;
		return r;
	}
	r = calloc(1, sizeof(*r));
	if (!r)
		return NULL;
	r->next = atomic_load(&g->regions);
	atomic_store(&g->regions, r);
	return r;
}

struct region *guard_map(
	struct guard *g, enum region_kind kind, enum crossing_fn fn, size_t size, size_t align)
{
	struct region *r = NULL;
	size_t room = (size + g->page - 1) & ~(g->page - 1);
	uint8_t *p;

	if (room < size || room > SIZE_MAX - g->page)
		return NULL;
	if (!room)
		room = g->page;
	p = platform_pages(room + g->page);
	if (!p)
		return NULL;
	pthread_mutex_lock(&g->lock);
	if (platform_protect(p + room, g->page, PLATFORM_NONE) == 0)
		r = take_region(g);
	if (r) {
		r->data = p + ((room - size) & ~(align - 1));
		r->size = size;
		r->chain = NULL;
		r->origin = NULL;
		r->secret = false;
		r->kind = kind;
		r->fn = fn;
		atomic_store(&r->room, room);
		atomic_store(&r->lent, 0);
		atomic_store(&r->state, REGION_OPEN);
		atomic_store(&r->access, PLATFORM_WRITE);
		atomic_store(&r->noted, 0);
		atomic_store(&r->base, (uintptr_t)p); /* last: now it can be found */
	}
	pthread_mutex_unlock(&g->lock);
	if (!r)
		platform_pages_free(p, room + g->page);
	return r;
}

/* Called with the lock held. */
static void unmap(struct guard *g, struct region *r)
{
	void *p = (void *)atomic_exchange(&r->base, 0);

	/* A thread that found it before must be done with it. */
	while (atomic_load(&g->resolving))
		platform_yield();
	platform_pages_free(p, atomic_load(&r->room) + g->page);
	r->spare = g->spare;
	g->spare = r;
}

void guard_unmap(struct guard *g, struct region *r)
{
	if (!r)
		return;
	pthread_mutex_lock(&g->lock);
	unmap(g, r);
	pthread_mutex_unlock(&g->lock);
}

void guard_free(struct guard *g)
{
	struct region *r, *next;

	if (!g)
		return;
	for (r = atomic_load(&g->regions); r; r = r->next)
		if (atomic_load(&r->base))
			guard_unmap(g, r);
	platform_catch_faults(NULL);
	atomic_store(&guarding, NULL);
	while (atomic_load(&g->resolving))
		platform_yield();
	for (r = atomic_load(&g->regions); r; r = next) {
		next = r->next;
		free(r);
	}
	pthread_mutex_destroy(&g->lock);
	free(g);
}

/* Without success the region stays as it was: it is not watched, and nothing is lost. */
static void enter(struct region *r, enum region_state state, enum platform_access access)
{
	/* First the state: a fault in between is judged by it. */
	atomic_store(&r->state, state);
	set_access(r, access);
}

void guard_seal(struct region *r)
{
	enter(r, REGION_SEALED, PLATFORM_READ);
}

void guard_expire(struct region *r)
{
	enter(r, REGION_EXPIRED, PLATFORM_NONE);
}

void guard_retire(struct guard *g, struct region *r)
{
	struct region **slot;

	if (r->secret && set_access(r, PLATFORM_WRITE) == 0)
		wipe(r->data, r->size);
	guard_expire(r);
	pthread_mutex_lock(&g->lock);
	slot = &g->retired[g->next_retired++ % RETIRED];
	if (*slot)
		unmap(g, *slot);
	*slot = r;
	pthread_mutex_unlock(&g->lock);
}

bool guard_written(const struct region *r)
{
	return atomic_load(&r->noted) & 1u << TRESPASS_WRITE;
}

void guard_lend(struct guard *g, const void *packet, size_t size)
{
	const uintptr_t address = (uintptr_t)packet;
	struct region *r;

	pthread_mutex_lock(&g->lock);
	r = find(g, address);
	if (r && r->kind == REGION_BLOCK && atomic_load(&r->state) == REGION_OPEN) {
		atomic_store(&r->lent_size, size);
		atomic_store(&r->lent, address);
		guard_seal(r);
	}
	pthread_mutex_unlock(&g->lock);
}

void guard_return(struct guard *g, const void *packet)
{
	const uintptr_t address = (uintptr_t)packet;
	struct region *r;

	pthread_mutex_lock(&g->lock);
	r = find(g, address);
	if (r && atomic_load(&r->lent) == address) {
		atomic_store(&r->lent, 0);
		enter(r, REGION_OPEN, PLATFORM_WRITE);
		atomic_fetch_and(&r->noted, ~(1u << TRESPASS_PACKET)); /* the next has its own */
	}
	pthread_mutex_unlock(&g->lock);
}

void guard_give_up(struct guard *g, struct region *r)
{
	pthread_mutex_lock(&g->lock);
	if (atomic_exchange(&r->lent, 0))
		note(g, r, TRESPASS_PACKET);
	enter(r, REGION_OPEN, PLATFORM_WRITE);
	pthread_mutex_unlock(&g->lock);
}

/* The oldest note, or 0. */
static uint32_t take_note(struct guard *g)
{
	uint32_t at, value;

	if (atomic_load(&g->first_note) == atomic_load(&g->end_note))
		return 0;
	pthread_mutex_lock(&g->lock);
	at = atomic_load(&g->first_note);
	value = atomic_exchange(&g->notes[at % NOTES], 0); /* 0: about to be filled, or none */
	if (value)
		atomic_store(&g->first_note, at + 1);
	pthread_mutex_unlock(&g->lock);
	return value;
}

void guard_tell(struct guard *g, struct module *m)
{
	uint32_t value;

	while ((value = take_note(g))) {
		const struct module_trespass_info info = {
			.what = (enum module_trespass)(value >> 16 & 0xff),
			.fn = (enum crossing_fn)(value & 0xffff)};

		if (m->trespass)
			m->trespass(m->user, &info);
	}
}
