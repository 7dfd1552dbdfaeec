// SPDX-License-Identifier: BSD-2-Clause
/*
 * The threads of this process, counted as they begin and end: by a TLS callback of the program,
 * which the system calls in each of them. Windows does not say whether a thread sleeps (and Wine
 * could not), so none is ever said to: who has to know looks at the process from outside.
 *
 * A thread that was just created has not come to its callback yet. Under Wine it is counted
 * nevertheless, since the kernel below counts, at the cost of one pread() of /proc/PID/stat.
 * Toolhelp's list would be of the whole system and take milliseconds there, for each call of a
 * handler.
 */
#include "module/threads.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <windows.h>

/* NtQueryInformationThread() and its ThreadQuerySetWin32StartAddress. Looked up, because an import
 * library of ntdll would bring its memcpy() and the like, too. */
typedef LONG WINAPI query_thread(HANDLE thread, int what, void *out, ULONG size, ULONG *done);
#define ENTRY_ADDRESS 9

/* What a thread has in its slot: 0, or the generation in which it came without being ours. */
#define OF_POOL ((uintptr_t)1 << 31) /* and that the system keeps it */

struct threads {
	HANDLE stat; /* /proc/PID/stat; INVALID_HANDLE_VALUE: this is no Wine */
};

/* A TLS callback has no context: one object at a time in a process, as functions.c has one module.
 */
static struct {
	_Atomic uintptr_t generation; /* of the object; 0: there has been none */
	_Atomic unsigned all;         /* that came to their callback, and did not end */
	_Atomic unsigned ours, pool;  /* of those: in this generation */
	DWORD slot;
	query_thread *query;
	HMODULE ntdll;
	unsigned process; /* Linux's number of it; 0: it is none of Linux's */
} counts = {.slot = TLS_OUT_OF_INDEXES};

/*
 * Whether this thread began in ntdll: one of the pool that the system keeps, for its loader (which
 * makes some for each module) and for whoever queues work. They outlive both by design.
 */
static bool of_pool(void)
{
	void *entry = NULL;
	HMODULE home = NULL;

	if (!counts.query ||
		counts.query(GetCurrentThread(), ENTRY_ADDRESS, &entry, sizeof(entry), NULL))
		return false;
	return GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
					  GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
		       (const WCHAR *)entry, &home) &&
	       home == counts.ntdll;
}

static uintptr_t mark(void)
{
	return (uintptr_t)TlsGetValue(counts.slot);
}

static bool is_foreign(uintptr_t marked, uintptr_t generation)
{
	return (marked & ~OF_POOL) == generation;
}

static void came(void)
{
	const uintptr_t generation = atomic_load(&counts.generation);
	uintptr_t marked = generation;

	atomic_fetch_add(&counts.all, 1);
	if (!generation)
		return;
	if (of_pool()) {
		marked |= OF_POOL;
		atomic_fetch_add(&counts.pool, 1);
	}
	TlsSetValue(counts.slot, (void *)marked);
}

static void goes(void)
{
	const uintptr_t generation = atomic_load(&counts.generation);
	uintptr_t marked;

	atomic_fetch_sub(&counts.all, 1);
	if (!generation)
		return;
	marked = mark();
	if (!is_foreign(marked, generation))
		atomic_fetch_sub(&counts.ours, 1);
	else if (marked & OF_POOL)
		atomic_fetch_sub(&counts.pool, 1);
}

static void NTAPI on_thread(void *module, DWORD what, void *reserved)
{
	(void)module;
	(void)reserved;
	/* The first thread of all comes with its process. */
	if (what == DLL_PROCESS_ATTACH || what == DLL_THREAD_ATTACH)
		came();
	else if (what == DLL_THREAD_DETACH)
		goes();
}

/* Between the first and the last of the array, which the linker sorts by the letters after $; both
 * are the C runtime's, and so is the directory that names it. */
extern const PIMAGE_TLS_CALLBACK openihv_threads_callback;
__attribute__((section(".CRT$XLM"), used)) const PIMAGE_TLS_CALLBACK openihv_threads_callback =
	on_thread;

void threads_of_linux(unsigned process)
{
	counts.process = process;
}

/* By number: "self" would be wineserver, which opens files for all. */
static HANDLE open_stat(void)
{
	WCHAR path[64];

	if (!counts.process)
		return INVALID_HANDLE_VALUE;
	_snwprintf(path, sizeof(path) / sizeof(path[0]), L"\\\\?\\unix\\proc\\%u\\stat",
		counts.process);
	return CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
		OPEN_EXISTING, 0, NULL);
}

/* num_threads of proc_pid_stat(5); 0: the file cannot be read. */
static unsigned linux_counts(HANDLE stat)
{
	OVERLAPPED from_start = {.Offset = 0};
	char text[512];
	const char *p;
	DWORD n;
	int i;

	if (!ReadFile(stat, text, sizeof(text) - 1, &n, &from_start))
		return 0;
	text[n] = '\0';
	p = strrchr(text, ')'); /* the name before it may hold anything */
	for (i = 0; p && i < 18; i++)
		p = strchr(p + 1, ' ');
	return p ? (unsigned)strtoul(p, NULL, 10) : 0;
}

static unsigned living(const struct threads *t)
{
	const unsigned n = t->stat != INVALID_HANDLE_VALUE ? linux_counts(t->stat) : 0;

	return n ? n : atomic_load(&counts.all);
}

static int prepare(void)
{
	FARPROC p;

	if (counts.slot != TLS_OUT_OF_INDEXES)
		return 0;
	counts.ntdll = GetModuleHandleW(L"ntdll.dll");
	p = GetProcAddress(counts.ntdll, "NtQueryInformationThread");
	memcpy(&counts.query, &p, sizeof(p));
	counts.slot = TlsAlloc();
	return counts.slot == TLS_OUT_OF_INDEXES ? -ENOMEM : 0;
}

int threads_new(struct threads **out)
{
	struct threads *t = calloc(1, sizeof(*t));

	if (!t || prepare()) {
		free(t);
		return -ENOMEM;
	}
	t->stat = open_stat();
	atomic_store(&counts.pool, 0);
	atomic_store(&counts.ours, living(t));
	atomic_fetch_add(&counts.generation, 1);
	*out = t;
	return 0;
}

void threads_free(struct threads *t)
{
	if (!t)
		return;
	if (t->stat != INVALID_HANDLE_VALUE)
		CloseHandle(t->stat);
	free(t);
}

int threads_claim(struct threads *t, bool ours)
{
	const uintptr_t generation = atomic_load(&counts.generation);
	const bool foreign = is_foreign(mark(), generation);

	(void)t;
	if (ours && foreign)
		atomic_fetch_add(&counts.ours, 1);
	else if (!ours && !foreign)
		atomic_fetch_sub(&counts.ours, 1);
	TlsSetValue(counts.slot, (void *)(ours ? 0 : generation));
	return 0;
}

/* A thread of the pool may hold work of the module's: it counts. */
enum module_activity threads_activity(struct threads *t)
{
	return living(t) > atomic_load(&counts.ours) ? MODULE_BUSY : MODULE_ALONE;
}

/* The system tells the times of a thread to those who have a handle of it; that nobody keeps. */
int threads_usage(struct threads *t, uint64_t *count, uint64_t *cpu_ns)
{
	const unsigned known = atomic_load(&counts.ours) + atomic_load(&counts.pool);
	const unsigned now = living(t);

	*count = now > known ? now - known : 0;
	*cpu_ns = MODULE_UNKNOWN;
	return 0;
}

bool threads_doze(struct threads *t, int ours)
{
	return false;
}
