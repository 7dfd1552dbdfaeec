// SPDX-License-Identifier: BSD-2-Clause
/*
 * The memory behind Dot11ExtAllocateBuffer, in the process of the module. Who owns a block, and
 * whether it may be freed, the host knows; here is only where the bytes are.
 *
 * A block that was given up stays in quarantine for a while, filled with a pattern, so that its
 * address is not used again at once: a second free is then told from that of another block.
 */
#ifndef OPENIHV_MODULE_BLOCKS_H
#define OPENIHV_MODULE_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

#include "module/guard.h"

struct blocks;

/* g: each block is a region of it, expired when it is given up; it outlives the blocks. NULL:
 * ordinary memory. NULL is returned without memory. */
struct blocks *blocks_new(struct guard *g);
/* All blocks, also those that nobody gave up, are wiped and freed. NULL is fine. */
void blocks_free(struct blocks *b);
/* size zeroed bytes; NULL: no memory. Any thread, as are those below. */
void *blocks_allocate(struct blocks *b, size_t size);
/* p is a live block. */
void blocks_release(struct blocks *b, void *p);
/* Never given to anybody: not even its address need be kept. NULL is fine. */
void blocks_discard(struct blocks *b, void *p);
/* Gives back what lies behind the first `size` bytes, which stay where they are. */
void blocks_shrink(struct blocks *b, void *p, size_t size);
/* Bytes of the live block that begins at p; SIZE_MAX: there is none. */
size_t blocks_size(struct blocks *b, const void *p);

#endif
