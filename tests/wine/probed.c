// SPDX-License-Identifier: BSD-2-Clause
/* Of ../modules/probed.h what Windows has, by its own functions. */
#include "../modules/probed.h"
#include "../modules/template.h"

#include <stdlib.h>
#include <time.h>

#define MANY 64

static HANDLE ends[MANY], threads[MANY], handles[MANY];
static unsigned nthreads, nhandles;
static HANDLE there;
static uint8_t canary_data[PROBED_CANARY];
static uint8_t *canary_heap;

static void write_canary(volatile uint8_t *p)
{
	for (size_t i = 0; i < PROBED_CANARY; i++)
		p[i] = probed_canary(i);
}

static void erase(volatile uint8_t *p)
{
	for (size_t i = 0; p && i < PROBED_CANARY; i++)
		p[i] = 0;
}

/* ---- Threads. ---- */

static DWORD WINAPI stay(LPVOID end)
{
	SetEvent(there);
	WaitForSingleObject(end, INFINITE);
	return 0;
}

static DWORD WINAPI stay_with_canary(LPVOID end)
{
	volatile uint8_t canary[PROBED_CANARY];

	write_canary(canary);
	stay(end);
	erase(canary);
	return 0;
}

/* Begun when this returns. */
static void add_thread(LPTHREAD_START_ROUTINE what)
{
	ends[nthreads] = CreateEventW(NULL, TRUE, FALSE, NULL);
	there = CreateEventW(NULL, TRUE, FALSE, NULL);
	threads[nthreads] = CreateThread(NULL, 0, what, ends[nthreads], 0, NULL);
	WaitForSingleObject(there, INFINITE);
	CloseHandle(there);
	nthreads++;
}

static void end_thread(void)
{
	nthreads--;
	SetEvent(ends[nthreads]);
	WaitForSingleObject(threads[nthreads], INFINITE);
	CloseHandle(threads[nthreads]);
	CloseHandle(ends[nthreads]);
}

/* ---- Clocks. ---- */

static int64_t since_1970(FILETIME t)
{
	const ULARGE_INTEGER v = {.LowPart = t.dwLowDateTime, .HighPart = t.dwHighDateTime};

	return ((int64_t)v.QuadPart - INT64_C(116444736000000000)) * 100;
}

static void tell_clocks(struct probed_clocks *out)
{
	LARGE_INTEGER counter, frequency;
	SYSTEMTIME parts;
	FILETIME t;
	struct timespec ts;

	GetSystemTimeAsFileTime(&t);
	out->wall = since_1970(t);
	GetSystemTime(&parts);
	SystemTimeToFileTime(&parts, &t);
	out->coarse = out->day = since_1970(t);
	out->seconds = (int64_t)time(NULL) * 1000000000;
	clock_gettime(CLOCK_REALTIME, &ts);
	out->c11 = (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
	QueryPerformanceCounter(&counter);
	QueryPerformanceFrequency(&frequency);
	out->monotonic = counter.QuadPart / frequency.QuadPart * 1000000000;
	out->boot = (int64_t)GetTickCount64() * 1000000;
	out->cpu = 0;
}

static void canary(enum probed order)
{
	switch (order) {
	case PROBED_CANARY_HEAP:
		canary_heap = malloc(PROBED_CANARY);
		if (canary_heap)
			write_canary(canary_heap);
		break;
	case PROBED_CANARY_STACK:
		add_thread(stay_with_canary);
		break;
	case PROBED_CANARY_DATA:
		write_canary(canary_data);
		break;
	case PROBED_CANARY_WIPE:
		erase(canary_heap);
		erase(canary_data);
		break;
	default: /* the others are control()'s, or not of Windows */
		break;
	}
}

static DWORD WINAPI control(
	HANDLE ext, DWORD in_size, BYTE *in, DWORD out_size, BYTE *out, DWORD *returned)
{
	const enum probed order = in_size ? (enum probed)in[0] : PROBED_NOTHING;
	struct probed_clocks clocks;

	(void)ext;
	switch (order) {
	case PROBED_THREAD:
		add_thread(stay);
		break;
	case PROBED_UNTHREAD:
		end_thread();
		break;
	case PROBED_DESCRIPTOR:
		handles[nhandles++] = CreateEventW(NULL, TRUE, FALSE, NULL);
		break;
	case PROBED_UNDESCRIPTOR:
		CloseHandle(handles[--nhandles]);
		break;
	case PROBED_CLOCKS:
		tell_clocks(&clocks);
		memcpy(out, &clocks, out_size);
		*returned = out_size;
		break;
	default:
		canary(order);
		break;
	}
	return ERROR_SUCCESS;
}

IHV_EXPORT DWORD WINAPI Dot11ExtIhvGetVersionInfo(PDOT11_IHV_VERSION_INFO info)
{
	return template_get_version_info(info);
}

IHV_EXPORT DWORD WINAPI Dot11ExtIhvInitService(
	DWORD version, PDOT11EXT_APIS apis, LPVOID reserved, PDOT11EXT_IHV_HANDLERS handlers)
{
	DWORD error = template_init_service(version, apis, reserved, handlers);

	handlers->Dot11ExtIhvControl = control;
	return error;
}
