// SPDX-License-Identifier: BSD-2-Clause
// What the unit tests use of <dlfcn.h>, over the loader of Windows. See cmocka.h here.
#ifndef OPENIHV_TESTS_WINE_DLFCN_H
#define OPENIHV_TESTS_WINE_DLFCN_H

#include <stdio.h>
#include <string.h>

#include <windows.h>

#define RTLD_NOW   0
#define RTLD_LOCAL 0

static inline void *dlopen(const char *path, int flags)
{
	return flags == 0 ? LoadLibraryA(path) : NULL;
}

static inline void *dlsym(void *library, const char *name)
{
	const FARPROC f = GetProcAddress((HMODULE)library, name);
	void *p;

	memcpy(&p, &f, sizeof(p));
	return p;
}

static inline int dlclose(void *library)
{
	return FreeLibrary((HMODULE)library) ? 0 : -1;
}

static inline const char *dlerror(void)
{
	static char text[40];

	(void)snprintf(text, sizeof(text), "Windows error %lu", GetLastError());
	return text;
}

#endif
