// SPDX-License-Identifier: BSD-2-Clause
#include "module/heap.h"

#include "host/module.h"

struct heap_counts heap_counts;

_Thread_local bool heap_ours;

void heap_begin(void)
{
	heap_ours = true;
	atomic_store(&heap_counts.carries, true);
}

void heap_end(void)
{
	atomic_store(&heap_counts.carries, false);
}

void heap_usage(uint64_t *blocks, uint64_t *bytes)
{
	*blocks = heap_counts.known ? atomic_load(&heap_counts.blocks) : MODULE_UNKNOWN;
	*bytes = heap_counts.known ? atomic_load(&heap_counts.bytes) : MODULE_UNKNOWN;
}
