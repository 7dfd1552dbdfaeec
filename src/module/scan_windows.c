// SPDX-License-Identifier: BSD-2-Clause
/*
 * The memory of this process by VirtualQuery(). A stack is what lies behind a guard page in one
 * allocation; other private memory is taken for heaps.
 */
#include "module/scan.h"

#include <windows.h>

#define WRITABLE (PAGE_READWRITE | PAGE_WRITECOPY | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY)

/* The system lists: there is nothing to open. */
static char nothing;

int scan_map_new(struct scan_map **out)
{
	*out = (struct scan_map *)(void *)&nothing;
	return 0;
}

void scan_map_free(struct scan_map *m)
{
	(void)m;
}

bool scan_library(void *library, struct scan_range *out)
{
	const uint8_t *base = library;
	const IMAGE_DOS_HEADER *dos = library;
	const IMAGE_NT_HEADERS *nt = (const IMAGE_NT_HEADERS *)(const void *)(base + dos->e_lfanew);

	*out = (struct scan_range){
		(uintptr_t)base, (uintptr_t)base + nt->OptionalHeader.SizeOfImage};
	return true;
}

static enum module_place place_of(
	const MEMORY_BASIC_INFORMATION *r, const MEMORY_BASIC_INFORMATION *before)
{
	if (r->Type != MEM_PRIVATE)
		return PLACE_OTHER;
	if (before->AllocationBase == r->AllocationBase && (before->Protect & PAGE_GUARD))
		return PLACE_STACK;
	return PLACE_HEAP;
}

int scan_map_visit(struct scan_map *m,
	void (*visit)(void *user, const struct scan_range *range, enum module_place place),
	void *user)
{
	MEMORY_BASIC_INFORMATION r, before = {0};
	struct scan_range range = {0, 0};

	(void)m;
	for (; VirtualQuery((const void *)range.end, &r, sizeof(r)) == sizeof(r); before = r) {
		range.begin = (uintptr_t)r.BaseAddress;
		range.end = range.begin + r.RegionSize;
		if (r.State == MEM_COMMIT && (r.Protect & WRITABLE) && !(r.Protect & PAGE_GUARD))
			visit(user, &range, place_of(&r, &before));
	}
	return 0;
}
