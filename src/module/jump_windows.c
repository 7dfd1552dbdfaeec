// SPDX-License-Identifier: BSD-2-Clause
/*
 * Clocks of Windows and of its C library. Nearly all waits there take a length of time; a point in
 * time takes SetWaitableTimer(). Code that is linked into the module, as winpthreads, imports these
 * as well.
 */
#include "module/jump.h"

#include <string.h>
#include <time.h>

#include <windows.h>

#define TICK   INT64_C(100)     /* ns of a FILETIME's unit */
#define MS     INT64_C(1000000) /* ns */
#define SECOND INT64_C(1000000000)

static void move(FILETIME *t)
{
	ULARGE_INTEGER v = {.LowPart = t->dwLowDateTime, .HighPart = t->dwHighDateTime};

	v.QuadPart += (ULONGLONG)(jump_wall() / TICK);
	t->dwLowDateTime = v.LowPart;
	t->dwHighDateTime = v.HighPart;
}

static void WINAPI our_GetSystemTimeAsFileTime(FILETIME *out)
{
	GetSystemTimeAsFileTime(out);
	move(out);
}

/* Since Windows 8. */
static void WINAPI our_GetSystemTimePreciseAsFileTime(FILETIME *out)
{
	FARPROC found =
		GetProcAddress(GetModuleHandleW(L"kernel32.dll"), "GetSystemTimePreciseAsFileTime");
	void(WINAPI * precise)(FILETIME *);

	memcpy(&precise, &found, sizeof(precise));
	if (precise)
		precise(out);
	else
		GetSystemTimeAsFileTime(out);
	move(out);
}

static void move_parts(SYSTEMTIME *t)
{
	FILETIME moved;

	if (!SystemTimeToFileTime(t, &moved))
		return;
	move(&moved);
	FileTimeToSystemTime(&moved, t);
}

static void WINAPI our_GetSystemTime(SYSTEMTIME *out)
{
	GetSystemTime(out);
	move_parts(out);
}

static void WINAPI our_GetLocalTime(SYSTEMTIME *out)
{
	GetLocalTime(out);
	move_parts(out);
}

static ULONGLONG WINAPI our_GetTickCount64(void)
{
	return GetTickCount64() + (ULONGLONG)(jump_monotonic() / MS);
}

/* timeGetTime() counts the same. */
static DWORD WINAPI our_GetTickCount(void)
{
	return (DWORD)our_GetTickCount64();
}

static BOOL WINAPI our_QueryPerformanceCounter(LARGE_INTEGER *out)
{
	const int64_t ns = jump_monotonic();
	LARGE_INTEGER frequency;

	if (!QueryPerformanceCounter(out) || !QueryPerformanceFrequency(&frequency))
		return FALSE;
	out->QuadPart += ns / SECOND * frequency.QuadPart;
	out->QuadPart += ns % SECOND * frequency.QuadPart / SECOND;
	return TRUE;
}

static __time64_t __cdecl our_time64(__time64_t *out)
{
	FILETIME now;
	ULARGE_INTEGER v;
	__time64_t seconds;

	our_GetSystemTimeAsFileTime(&now);
	v.LowPart = now.dwLowDateTime;
	v.HighPart = now.dwHighDateTime;
	seconds = (__time64_t)(v.QuadPart / (ULONGLONG)(SECOND / TICK)) - INT64_C(11644473600);
	if (out)
		*out = seconds;
	return seconds;
}

/* A positive time is a point of the wall clock. */
static BOOL WINAPI our_SetWaitableTimer(HANDLE timer, const LARGE_INTEGER *due, LONG period,
	PTIMERAPCROUTINE routine, LPVOID user, BOOL resume)
{
	LARGE_INTEGER real = *due;

	if (real.QuadPart > 0) {
		real.QuadPart -= jump_wall() / TICK;
		if (real.QuadPart <= 0)
			real.QuadPart = 1; /* long ago */
	}
	return SetWaitableTimer(timer, &real, period, routine, user, resume);
}

/* winpthreads looks up what not every Windows has. */
static FARPROC WINAPI our_GetProcAddress(HMODULE library, const char *name)
{
	FARPROC found = GetProcAddress(library, name);
	size_t i;

	for (i = 0; found && (uintptr_t)name > UINT16_MAX && i < jump_import_count; i++)
		if (strcmp(jump_imports[i].name, name) == 0)
			memcpy(&found, &jump_imports[i].ours, sizeof(found));
	return found;
}

#define OURS(function) (void (*)(void))(function)

const struct jump_import jump_imports[] = {
	{"GetSystemTimeAsFileTime", OURS(our_GetSystemTimeAsFileTime)},
	{"GetSystemTimePreciseAsFileTime", OURS(our_GetSystemTimePreciseAsFileTime)},
	{"GetSystemTime", OURS(our_GetSystemTime)},
	{"GetLocalTime", OURS(our_GetLocalTime)},
	{"GetTickCount", OURS(our_GetTickCount)},
	{"GetTickCount64", OURS(our_GetTickCount64)},
	{"timeGetTime", OURS(our_GetTickCount)},
	{"QueryPerformanceCounter", OURS(our_QueryPerformanceCounter)},
	{"time", OURS(our_time64)},
	{"_time64", OURS(our_time64)},
	{"GetProcAddress", OURS(our_GetProcAddress)},
	{"SetWaitableTimer", OURS(our_SetWaitableTimer)},
};
const size_t jump_import_count = sizeof(jump_imports) / sizeof(jump_imports[0]);
/* What is looked up is kept. */
const bool jump_early = true;
