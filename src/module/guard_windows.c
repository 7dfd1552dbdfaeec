// SPDX-License-Identifier: BSD-2-Clause
/* Pages with protection, and the faults that they raise: what guard.c needs of Windows. */
#include <errno.h>
#include <stdatomic.h>

#include <windows.h>

#include "module/platform.h"

/* EXCEPTION_RECORD.ExceptionInformation[0] of an access violation; 8 would be a jump. */
#define FAULT_WRITE 1

/* A handler of exceptions has no context of its own. Written before it is registered. */
static _Atomic(bool (*)(void *, enum platform_access)) resolver;
static void *registration;

size_t platform_page_size(void)
{
	SYSTEM_INFO info;

	GetSystemInfo(&info);
	return info.dwPageSize;
}

int platform_protect(void *p, size_t size, enum platform_access access)
{
	const DWORD protection = access == PLATFORM_NONE   ? PAGE_NOACCESS
				 : access == PLATFORM_READ ? PAGE_READONLY
							   : PAGE_READWRITE;
	DWORD before;

	return VirtualProtect(p, size, protection, &before) ? 0 : -EFAULT;
}

static LONG CALLBACK on_exception(EXCEPTION_POINTERS *info)
{
	const EXCEPTION_RECORD *e = info->ExceptionRecord;
	bool (*resolve)(void *, enum platform_access) = atomic_load(&resolver);
	bool resolved = false;

	if (resolve && e->ExceptionCode == EXCEPTION_ACCESS_VIOLATION && e->NumberParameters >= 2 &&
		e->ExceptionInformation[0] <= FAULT_WRITE) {
		/* The thread goes on as if nothing had been called in between. */
		const DWORD saved = GetLastError();

		resolved = resolve((void *)e->ExceptionInformation[1],
			e->ExceptionInformation[0] == FAULT_WRITE ? PLATFORM_WRITE : PLATFORM_READ);
		SetLastError(saved);
	}
	return resolved ? EXCEPTION_CONTINUE_EXECUTION : EXCEPTION_CONTINUE_SEARCH;
}

int platform_catch_faults(bool (*resolve)(void *address, enum platform_access wanted))
{
	atomic_store(&resolver, resolve);
	if (!resolve && registration) {
		RemoveVectoredExceptionHandler(registration);
		registration = NULL;
	}
	if (!resolve || registration)
		return 0;
	/* Before all others, a module's __except among them: those are for faults that stay. */
	registration = AddVectoredExceptionHandler(1, on_exception);
	return registration ? 0 : -ENOMEM;
}
