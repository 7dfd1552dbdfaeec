// SPDX-License-Identifier: BSD-2-Clause
#include "module/platform.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <windows.h>

#include "base/utf16.h"
#include "module/pe.h"

/* An open set of codes: those that people meet, the rest is the loader's dislike. */
static int errno_of(DWORD code)
{
	switch (code) {
	case ERROR_FILE_NOT_FOUND:
	case ERROR_PATH_NOT_FOUND:
	case ERROR_INVALID_NAME:
		return -ENOENT;
	case ERROR_ACCESS_DENIED:
	case ERROR_SHARING_VIOLATION:
		return -EACCES;
	case ERROR_NOT_ENOUGH_MEMORY:
	case ERROR_OUTOFMEMORY:
		return -ENOMEM;
	case ERROR_BAD_EXE_FORMAT:
		return -EINVAL;
	default:
		return -ENOEXEC;
	}
}

static int refused(DWORD code, char *err, size_t room)
{
	switch (errno_of(code)) {
	case -ENOENT:
		snprintf(err, room, "there is no such file");
		break;
	case -EINVAL:
		snprintf(err, room, "not a library for 64-bit Windows");
		break;
	default:
		if (code == ERROR_MOD_NOT_FOUND)
			snprintf(err, room, "cannot be loaded: a library that it needs is missing");
		else
			snprintf(err, room, "cannot be loaded: Windows error %lu", code);
		break;
	}
	return errno_of(code);
}

/* The absolute path in UTF-16: only beside such a one the loader looks for the libraries that the
 * module brought along. NULL: why is in *code. */
static WCHAR *absolute(const char *path, DWORD *code)
{
	uint16_t *wide;
	WCHAR *full = NULL;
	DWORD n;

	*code = ERROR_INVALID_NAME;
	if (utf8_to_utf16(path, strlen(path), &wide, NULL))
		return NULL;
	n = GetFullPathNameW(wide, 0, NULL, NULL);
	if (n) {
		*code = ERROR_OUTOFMEMORY;
		full = calloc(n, sizeof(*full));
	}
	if (full && GetFullPathNameW(wide, n, full, NULL) >= n) {
		/* The current folder has changed meanwhile. */
		*code = ERROR_PATH_NOT_FOUND;
		free(full);
		full = NULL;
	}
	free(wide);
	return full;
}

static int check_exports(const struct pe_info *pe, char *err, size_t room)
{
	const char *missing = NULL;

	if (!pe->has_init_service)
		missing = "Dot11ExtIhvInitService";
	if (!pe->has_get_version_info)
		missing = "Dot11ExtIhvGetVersionInfo";
	if (!missing)
		return 0;
	snprintf(err, room, "not an IHV Extensions module: it does not export %s (X-01)", missing);
	return -EINVAL;
}

/* All of a file, to be freed; NULL: why is in *code. */
static uint8_t *read_file(HANDLE file, size_t *n, DWORD *code)
{
	LARGE_INTEGER size;
	uint8_t *buf = NULL;
	DWORD got = 0;

	*code = ERROR_SUCCESS;
	if (!GetFileSizeEx(file, &size))
		*code = GetLastError();
	else if (size.QuadPart > PE_MAX_BYTES)
		*code = ERROR_BAD_EXE_FORMAT;
	else if (!(buf = malloc((size_t)size.QuadPart + 1)))
		*code = ERROR_OUTOFMEMORY;
	else if (!ReadFile(file, buf, (DWORD)size.QuadPart, &got, NULL))
		*code = GetLastError();
	*n = got;
	if (!*code)
		return buf;
	free(buf);
	return NULL;
}

/*
 * The file as it stands, before anything of it runs. 0, a Windows error code with err empty, or
 * ERROR_BAD_EXE_FORMAT with what pe_parse() said in err.
 */
static DWORD look_into(const WCHAR *path, char *err, size_t room)
{
	HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL,
		OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
	FILE_BASIC_INFO info;
	struct pe_info *pe = NULL;
	uint8_t *buf = NULL;
	size_t n;
	DWORD code;

	if (file == INVALID_HANDLE_VALUE)
		return GetLastError();
	/* The backup's way opens folders, too; without it they would be "access denied". */
	if (GetFileInformationByHandleEx(file, FileBasicInfo, &info, sizeof(info)) &&
		(info.FileAttributes & FILE_ATTRIBUTE_DIRECTORY))
		code = ERROR_BAD_EXE_FORMAT;
	else
		buf = read_file(file, &n, &code);
	CloseHandle(file);
	if (buf && pe_parse(buf, n, &pe, err, room))
		code = ERROR_BAD_EXE_FORMAT;
	else if (pe)
		code = check_exports(pe, err, room) ? ERROR_BAD_EXE_FORMAT : ERROR_SUCCESS;
	pe_free(pe);
	free(buf);
	return code;
}

static DWORD load(const WCHAR *path, HMODULE *out)
{
	DWORD code = ERROR_SUCCESS, before;

	/* A library that is missing is told to the caller, not shown in a window. */
	SetThreadErrorMode(SEM_FAILCRITICALERRORS | SEM_NOOPENFILEERRORBOX, &before);
	*out = LoadLibraryExW(path, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
	if (!*out)
		code = GetLastError();
	SetThreadErrorMode(before, NULL);
	return code;
}

/* The only instruction of ours that may fail to read, and what follows it; of copy(). */
extern const char platform_copies[], platform_copied[];

static LONG CALLBACK end_copy(EXCEPTION_POINTERS *info)
{
	CONTEXT *c = info->ContextRecord;

	/* Whatever the reason: a page that is missing, or guards the end of a stack. */
	if (c->Rip != (uintptr_t)platform_copies)
		return EXCEPTION_CONTINUE_SEARCH;
	c->Rip = (uintptr_t)platform_copied;
	return EXCEPTION_CONTINUE_EXECUTION;
}

/* Once for the process: it does nothing for anybody else. */
static bool catch_copies(void)
{
	static void *registration;

	if (!registration)
		registration = AddVectoredExceptionHandler(1, end_copy);
	return registration != NULL;
}

int platform_load(const char *path, bool looked, void **out, char *err, size_t room)
{
	HMODULE library = NULL;
	char why[PE_ERROR_SIZE] = "";
	DWORD code;
	WCHAR *full = absolute(path, &code);

	if (full && !catch_copies())
		code = ERROR_OUTOFMEMORY;
	else if (full)
		code = looked ? 0 : look_into(full, why, sizeof(why));
	if (full && !code)
		code = load(full, &library);
	free(full);
	*out = library;
	if (!code)
		return 0;
	if (!why[0])
		return refused(code, err, room);
	snprintf(err, room, "%s", why);
	return -EINVAL;
}

/* ISO C has no conversion between pointers to functions of unlike types that keeps warnings quiet;
 * all are of one size here. */
void platform_export(void *library, const char *name, void *function)
{
	FARPROC p = GetProcAddress((HMODULE)library, name);

	memcpy(function, &p, sizeof(p));
}

void platform_unload(void *library)
{
	FreeLibrary((HMODULE)library);
}

void *platform_pages(size_t size)
{
	return VirtualAlloc(NULL, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
}

void platform_pages_free(void *p, size_t size)
{
	(void)size; /* a reservation ends as a whole */
	VirtualFree(p, 0, MEM_RELEASE);
}

/*
 * Copies until it is done or there is nothing to read. ReadProcessMemory() will not do: under Wine
 * its server reads, which is not allowed to look into a worker's sandbox.
 */
__attribute__((noinline, noclone)) static size_t copy(void *out, const void *p, size_t left)
{
	__asm__ volatile("platform_copies: rep movsb\n"
			 "platform_copied:"
			 : "+D"(out), "+S"(p), "+c"(left)
			 :
			 : "memory");
	return left;
}

int platform_read(const void *p, void *out, size_t size)
{
	return catch_copies() && copy(out, p, size) == 0 ? 0 : -EFAULT;
}

void platform_yield(void)
{
	if (!SwitchToThread())
		Sleep(0);
}
