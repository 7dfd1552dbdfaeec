// SPDX-License-Identifier: BSD-2-Clause
#include "tests/lib/memory.h"

#include <string.h>

#include <windows.h>

#include "module/platform.h"

static bool in_chunk(const uint8_t *chunk, size_t len, const uint8_t *masked, size_t n)
{
	for (size_t i = 0; i + n <= len; i++) {
		size_t same = 0;
		while (same < n && (chunk[i + same] ^ masked[same]) == 0xff)
			same++;
		if (same == n)
			return true;
	}
	return false;
}

// It may go away while it is read.
static bool in_region(const uint8_t *p, size_t len, const uint8_t *masked, size_t n)
{
	static uint8_t chunk[1 << 16];
	bool found = false;

	for (size_t at = 0; at < len && !found; at += sizeof(chunk) - n) {
		const size_t want = len - at < sizeof(chunk) ? len - at : sizeof(chunk);
		if (platform_read(p + at, chunk, want) == 0)
			found = in_chunk(chunk, want, masked, n);
	}
	memset(chunk, 0, sizeof(chunk));
	return found;
}

bool in_memory(const uint8_t *masked, size_t n)
{
	MEMORY_BASIC_INFORMATION m;
	const uint8_t *at = NULL;
	bool found = false;

	while (!found && VirtualQuery(at, &m, sizeof(m)) == sizeof(m)) {
		at = (const uint8_t *)m.BaseAddress;
		if (m.State == MEM_COMMIT && m.Protect & (PAGE_READWRITE | PAGE_WRITECOPY))
			found = in_region(at, m.RegionSize, masked, n);
		at += m.RegionSize;
	}
	return found;
}
