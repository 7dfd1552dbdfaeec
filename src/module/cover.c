// SPDX-License-Identifier: BSD-2-Clause
#include "module/cover.h"

#include <dlfcn.h>
#include <stdatomic.h>

/* The functions have no context: a module in this process is the only one. */
static uint8_t *map;
static enum cover_kind kind;
static uint32_t guards;                  /* numbered so far */
static uint8_t *counters, *counters_end; /* of the module */
static _Atomic uintptr_t base;           /* of the module whose program counters come first */

void cover_into(uint8_t *to)
{
	map = to;
}

enum cover_kind cover_kind(void)
{
	return kind;
}

/* Threads of the module may lose a count to each other, but no edge. */
static void count(size_t place, unsigned n)
{
	uint8_t *p = &map[place % COVER_SIZE];

	*p = (uint8_t)(*p + n > 255 ? 255 : *p + n);
}

void __sanitizer_cov_trace_pc_guard_init(uint32_t *start, uint32_t *stop)
{
	/* Called once by each of its files, maybe again for the same range. */
	if (start == stop || *start)
		return;
	kind = COVER_GUARDS;
	for (; start < stop; start++)
		*start = ++guards;
}

void __sanitizer_cov_trace_pc_guard(uint32_t *guard)
{
	if (map && *guard)
		count(*guard, 1);
}

void __sanitizer_cov_8bit_counters_init(uint8_t *start, uint8_t *stop)
{
	if (start == stop)
		return;
	kind = COVER_COUNTERS;
	/* The linker has put those of all files side by side. */
	counters = start;
	counters_end = stop;
}

void __sanitizer_cov_pcs_init(const uintptr_t *start, const uintptr_t *stop)
{
	(void)start;
	(void)stop;
}

void cover_collect(void)
{
	size_t i, n = (size_t)(counters_end - counters);

	for (i = 0; map && i < n; i++) {
		count(i, counters[i]);
		counters[i] = 0;
	}
}

void __sanitizer_cov_trace_pc(void)
{
	uintptr_t pc = (uintptr_t)__builtin_return_address(0), from = atomic_load(&base);
	uint64_t mixed;
	Dl_info info;

	if (!map)
		return;
	if (!from) {
		if (!dladdr((void *)pc, &info))
			return;
		from = (uintptr_t)info.dli_fbase;
		atomic_store(&base, from);
		kind = COVER_PCS;
	}
	/* Multiplied by an odd number: addresses lie close together, and places should not. */
	mixed = (uint64_t)(pc - from) * 0x9E3779B97F4A7C15u;
	count(mixed >> 48, 1);
}
