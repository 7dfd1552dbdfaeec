// SPDX-License-Identifier: BSD-2-Clause
/*
 * Page guards: memory that a module may not touch, or no longer, lies on pages of its own that the
 * processor watches. What the module does there is noted, and then let happen, so that it goes on
 * as it would have without a guard.
 *
 * A region ends at the end of a page, and the page behind it can never be accessed: reading or
 * writing past the end is a crash, as there is nothing sensible to go on with.
 *
 *     | ........ data | no access |      open:    the module may read and write
 *              region                    sealed:  it may read
 *                                        expired: it may do nothing
 *
 * Two ways around it: a system call that is given such memory fails (EFAULT), and in a thread that
 * blocks SIGSEGV the first fault is the process's end.
 */
#ifndef OPENIHV_MODULE_GUARD_H
#define OPENIHV_MODULE_GUARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/module.h"
#include "module/platform.h"

struct guard;

enum region_kind {
	REGION_INPUT, /* of a handler; sealed while that runs, then expired */
	REGION_TABLE, /* of InitService or InitVirtualStation; expired when that returns */
	REGION_BLOCK, /* of Dot11ExtAllocateBuffer; expired when given up, sealed while a
			 packet in it is on its way */
};

enum region_state { REGION_OPEN, REGION_SEALED, REGION_EXPIRED };

/* For the holder: what stands before `kind`. The rest is the guard's. */
struct region {
	uint8_t *data;
	size_t size;
	struct region *chain; /* the holder's own */
	void *origin;         /* likewise */
	bool secret;          /* guard_retire() wipes it */
	enum region_kind kind;
	enum crossing_fn fn;
	/* The fault handler of any thread reads what follows. */
	struct region *next;    /* in the list of all; a region is never taken out of it */
	_Atomic uintptr_t base; /* first page; 0: not in use */
	_Atomic size_t room;    /* bytes of its pages, without the one behind */
	_Atomic uintptr_t lent; /* packet in it that is on its way; 0: none */
	_Atomic size_t lent_size;
	_Atomic int state;      /* enum region_state */
	_Atomic int access;     /* enum platform_access that its pages have now */
	_Atomic unsigned noted; /* bit 1 << enum module_trespass: each is told once */
	struct region *spare;   /* in the list of those not in use */
};

/* One at a time in a process. NULL: no memory, or there is one. */
struct guard *guard_new(void);
/* All regions go. NULL is fine. */
void guard_free(struct guard *g);

/* Zeroed memory of size bytes that is open, aligned to a power of two; fn is told with what is seen
 * there. NULL: no memory. Any thread, as are those below. */
struct region *guard_map(
	struct guard *g, enum region_kind kind, enum crossing_fn fn, size_t size, size_t align);
void guard_unmap(struct guard *g, struct region *r); /* NULL is fine */
void guard_seal(struct region *r);
void guard_expire(struct region *r);
/* Expires an input and lets go of it: it is unmapped some hundred inputs later. A late reader finds
 * what was there, unless it is a secret. */
void guard_retire(struct guard *g, struct region *r);
/* Whether the module has written to a sealed region. */
bool guard_written(const struct region *r);

/* The packet is on its way: the block that it lies in is sealed, unless another packet in it is on
 * its way already. Memory of other origin is let be. */
void guard_lend(struct guard *g, const void *packet, size_t size);
/* It is back. */
void guard_return(struct guard *g, const void *packet);
/* An open or sealed block is given up: to be expired. A packet in it that was on its way is noted.
 */
void guard_give_up(struct guard *g, struct region *r);

/* Tells m->trespass what was noted since. Not from a fault handler. */
void guard_tell(struct guard *g, struct module *m);

#endif
