// SPDX-License-Identifier: BSD-2-Clause
/* A library's table of imports: for each library that it needs, names and addresses. */
#include "module/jump.h"

#include <errno.h>
#include <string.h>

#include <windows.h>

static const struct jump_import *import_of(const uint8_t *base, const IMAGE_THUNK_DATA *by_name)
{
	const IMAGE_IMPORT_BY_NAME *name;
	size_t i;

	if (IMAGE_SNAP_BY_ORDINAL(by_name->u1.Ordinal))
		return NULL;
	name = (const IMAGE_IMPORT_BY_NAME *)(const void *)(base + by_name->u1.AddressOfData);
	for (i = 0; i < jump_import_count; i++)
		if (strcmp(jump_imports[i].name, (const char *)name->Name) == 0)
			return &jump_imports[i];
	return NULL;
}

/* Other threads may be calling it: they see the one or the other. */
static int replace(IMAGE_THUNK_DATA *at, const struct jump_import *import)
{
	DWORD before;

	if (!VirtualProtect(at, sizeof(*at), PAGE_READWRITE, &before))
		return -EACCES;
	__atomic_store_n(&at->u1.Function, (ULONGLONG)(uintptr_t)import->ours, __ATOMIC_RELEASE);
	VirtualProtect(at, sizeof(*at), before, &before);
	return 0;
}

static int replace_all(uint8_t *base, const IMAGE_IMPORT_DESCRIPTOR *library)
{
	const IMAGE_THUNK_DATA *by_name =
		(const IMAGE_THUNK_DATA *)(void *)(base + library->OriginalFirstThunk);
	IMAGE_THUNK_DATA *at = (IMAGE_THUNK_DATA *)(void *)(base + library->FirstThunk);
	const struct jump_import *import;
	int err = 0;

	/* Some old linkers leave the names out. */
	for (; library->OriginalFirstThunk && by_name->u1.AddressOfData && !err; by_name++, at++) {
		import = import_of(base, by_name);
		if (import)
			err = replace(at, import);
	}
	return err;
}

int jump_replace(void *library)
{
	uint8_t *base = library;
	const IMAGE_DOS_HEADER *dos = library;
	const IMAGE_NT_HEADERS *nt = (const IMAGE_NT_HEADERS *)(void *)(base + dos->e_lfanew);
	const IMAGE_DATA_DIRECTORY *imports =
		&nt->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_IMPORT];
	const IMAGE_IMPORT_DESCRIPTOR *d =
		(const IMAGE_IMPORT_DESCRIPTOR *)(void *)(base + imports->VirtualAddress);
	int err = 0;

	if (!imports->Size)
		return 0;
	for (; d->FirstThunk && !err; d++)
		err = replace_all(base, d);
	return err;
}
