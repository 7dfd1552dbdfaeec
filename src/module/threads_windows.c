// SPDX-License-Identifier: BSD-2-Clause
/*
 * The threads of this process, from Toolhelp's list. Windows does not say whether a thread sleeps
 * (and Wine could not), so none is ever said to: who has to know looks at the process from outside.
 *
 * The list is that of the whole system and takes milliseconds under Wine: not for every call.
 *
 * A handle is kept of each thread of ours, so that its number is not given to another.
 */
#include "module/threads.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <windows.h>
#include <tlhelp32.h>

/* NtQueryInformationThread() and its ThreadQuerySetWin32StartAddress. Looked up, because an import
 * library of ntdll would bring its memcpy() and the like, too. */
typedef LONG WINAPI query_thread(HANDLE thread, int what, void *out, ULONG size, ULONG *done);
#define ENTRY_ADDRESS 9

struct own {
	DWORD id;
	HANDLE thread;
};

struct threads {
	CRITICAL_SECTION lock; /* of all below: claims come from any thread */
	struct own *ours;
	size_t nours, room;
};

static bool ended(HANDLE thread)
{
	return WaitForSingleObject(thread, 0) == WAIT_OBJECT_0;
}

static struct own *find(struct threads *t, DWORD id)
{
	size_t i;

	for (i = 0; i < t->nours; i++)
		if (t->ours[i].id == id)
			return &t->ours[i];
	return NULL;
}

static void disown(struct threads *t, struct own *own)
{
	CloseHandle(own->thread);
	*own = t->ours[--t->nours];
}

static void disown_ended(struct threads *t)
{
	size_t i;

	for (i = t->nours; i-- > 0;)
		if (ended(t->ours[i].thread))
			disown(t, &t->ours[i]);
}

static int claim(struct threads *t, DWORD id)
{
	HANDLE thread;

	if (find(t, id))
		return 0;
	if (t->nours == t->room) {
		size_t room = t->room ? t->room * 2 : 16;
		struct own *grown = realloc(t->ours, room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		t->ours = grown;
		t->room = room;
	}
	thread = OpenThread(SYNCHRONIZE, FALSE, id);
	if (thread) /* else it has just ended */
		t->ours[t->nours++] = (struct own){.id = id, .thread = thread};
	return 0;
}

/* Calls visit for each thread of this process until it returns other than 0. */
static int each(struct threads *t, int (*visit)(struct threads *, DWORD, void *), void *user)
{
	HANDLE list = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
	THREADENTRY32 e = {.dwSize = sizeof(e)};
	const DWORD self = GetCurrentProcessId();
	BOOL more;
	int rc = 0;

	if (list == INVALID_HANDLE_VALUE)
		return -ENOMEM;
	for (more = Thread32First(list, &e); more && !rc; more = Thread32Next(list, &e))
		if (e.th32OwnerProcessID == self)
			rc = visit(t, e.th32ThreadID, user);
	CloseHandle(list);
	return rc;
}

static int visit_claim(struct threads *t, DWORD id, void *user)
{
	(void)user;
	return claim(t, id);
}

static int visit_any(struct threads *t, DWORD id, void *user)
{
	(void)user;
	return find(t, id) ? 0 : 1;
}

/*
 * Whether a thread began in ntdll: one of the pool that the system keeps, for its loader (which
 * makes some for each module) and for whoever queues work. They outlive both by design.
 */
static bool of_pool(HANDLE thread)
{
	const HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
	const FARPROC p = GetProcAddress(ntdll, "NtQueryInformationThread");
	query_thread *query;
	void *entry = NULL;
	HMODULE home = NULL;

	memcpy(&query, &p, sizeof(p));
	if (!query || query(thread, ENTRY_ADDRESS, &entry, sizeof(entry), NULL))
		return false;
	return GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
					  GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
		       (const WCHAR *)entry, &home) &&
	       home == ntdll;
}

static int visit_left(struct threads *t, DWORD id, void *user)
{
	unsigned *left = (unsigned *)user;
	HANDLE thread;

	if (find(t, id))
		return 0;
	thread = OpenThread(SYNCHRONIZE | THREAD_QUERY_INFORMATION, FALSE, id);
	if (!thread)
		return 0;
	*left += !ended(thread) && !of_pool(thread);
	CloseHandle(thread);
	return 0;
}

int threads_new(struct threads **out)
{
	struct threads *t = calloc(1, sizeof(*t));
	int err;

	if (!t)
		return -ENOMEM;
	InitializeCriticalSection(&t->lock);
	err = each(t, visit_claim, NULL);
	if (err) {
		threads_free(t);
		return err;
	}
	*out = t;
	return 0;
}

void threads_free(struct threads *t)
{
	if (!t)
		return;
	while (t->nours)
		disown(t, t->ours);
	free(t->ours);
	DeleteCriticalSection(&t->lock);
	free(t);
}

int threads_claim(struct threads *t, bool ours)
{
	const DWORD id = GetCurrentThreadId();
	struct own *own;
	int err = 0;

	EnterCriticalSection(&t->lock);
	disown_ended(t);
	own = find(t, id);
	if (ours)
		err = claim(t, id);
	else if (own)
		disown(t, own);
	LeaveCriticalSection(&t->lock);
	return err;
}

/* A thread of the pool may hold work of the module's: it counts. */
enum module_activity threads_activity(struct threads *t)
{
	int foreign;

	EnterCriticalSection(&t->lock);
	disown_ended(t);
	foreign = each(t, visit_any, NULL);
	LeaveCriticalSection(&t->lock);
	return foreign ? MODULE_BUSY : MODULE_ALONE;
}

unsigned threads_foreign(struct threads *t)
{
	unsigned left = 0;

	EnterCriticalSection(&t->lock);
	disown_ended(t);
	each(t, visit_left, &left);
	LeaveCriticalSection(&t->lock);
	return left;
}
