// SPDX-License-Identifier: BSD-2-Clause
#include "probed.h"
#include "template.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#define MANY  64
#define LARGE ((size_t)1 << 20)
#define PAGE  4096u

static char *blocks[MANY];
static pthread_t threads[MANY];
static int descriptors[MANY];
static unsigned nblocks, nthreads, ndescriptors;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t change = PTHREAD_COND_INITIALIZER;
static unsigned wanted; /* threads with a number below live */
static bool compute, go, there;

static uint8_t canary_data[PROBED_CANARY];
static uint8_t *canary_heap, *canary_const;

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

static int64_t ns_of(struct timespec ts)
{
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static int64_t now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ns_of(ts);
}

static void *stay(void *number)
{
	pthread_mutex_lock(&lock);
	there = true;
	pthread_cond_broadcast(&change);
	while (wanted > (uintptr_t)number) {
		if (compute) {
			compute = false;
			pthread_mutex_unlock(&lock);
			while (now(CLOCK_THREAD_CPUTIME_ID) < PROBED_CPU_NS)
				;
			pthread_mutex_lock(&lock);
			continue;
		}
		pthread_cond_wait(&change, &lock);
	}
	pthread_mutex_unlock(&lock);
	return NULL;
}

static void *stay_with_canary(void *number)
{
	volatile uint8_t canary[PROBED_CANARY];

	write_canary(canary);
	stay(number);
	erase(canary);
	return NULL;
}

/* Deeper than the end of a thread reaches, and not as deep as what the C library gives back then.
 */
static void *leave_canary(void *unused)
{
	volatile uint8_t room[2 * PAGE];

	write_canary(room);
	return unused;
}

static void *allocate(void *unused)
{
	blocks[nblocks++] = malloc(PROBED_SIZE);
	return unused;
}

static void *allocate_canary(void *unused)
{
	canary_heap = malloc(PROBED_CANARY);
	if (canary_heap)
		write_canary(canary_heap);
	return unused;
}

static void run(void *(*what)(void *))
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, what, NULL) == 0)
		pthread_join(thread, NULL);
}

/* Begun when this returns. */
static void add_thread(void *(*what)(void *))
{
	pthread_mutex_lock(&lock);
	there = false;
	wanted = nthreads + 1;
	if (pthread_create(&threads[nthreads], NULL, what, (void *)(uintptr_t)nthreads) == 0) {
		nthreads++;
		while (!there)
			pthread_cond_wait(&change, &lock);
	}
	pthread_mutex_unlock(&lock);
}

static void change_flag(bool *flag)
{
	pthread_mutex_lock(&lock);
	*flag = true;
	pthread_cond_broadcast(&change);
	pthread_mutex_unlock(&lock);
}

static void end_thread(void)
{
	pthread_mutex_lock(&lock);
	wanted = nthreads - 1;
	pthread_cond_broadcast(&change);
	pthread_mutex_unlock(&lock);
	pthread_join(threads[--nthreads], NULL);
}

static void hold(void)
{
	host.Dot11ExtFreeBuffer(NULL); /* tells that it is here */
	pthread_mutex_lock(&lock);
	while (!go)
		pthread_cond_wait(&change, &lock);
	go = false;
	pthread_mutex_unlock(&lock);
}

/* ---- Memory. ---- */

static void canary_on_heap(size_t size)
{
	canary_heap = malloc(size);
	if (canary_heap)
		write_canary(canary_heap + size - PROBED_CANARY);
	if (canary_heap && size > PROBED_CANARY)
		canary_heap += size - PROBED_CANARY; /* kept for good */
}

static void canary_in_const(void)
{
	void *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return;
	canary_const = p;
	write_canary(canary_const);
	mprotect(p, PAGE, PROT_READ);
}

static void erase_all(void)
{
	erase(canary_heap);
	erase(canary_data);
	if (canary_const)
		munmap(canary_const, PAGE);
	canary_const = NULL;
}

static void library_block(void)
{
	char text[PROBED_SIZE];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	blocks[nblocks++] = strdup(text);
}

static void grow(void)
{
	char *grown = realloc(blocks[nblocks - 1], 2 * PROBED_SIZE);

	if (grown)
		blocks[nblocks - 1] = grown;
}

static void keep_buffer(void)
{
	void *p = NULL;

	host.Dot11ExtAllocateBuffer(PROBED_SIZE, &p);
	host.Dot11ExtFreeBuffer(p);
}

/* ---- Clocks. ---- */

static void tell_clocks(struct probed_clocks *out)
{
	struct timespec ts;
	struct timeval tv;

	out->wall = now(CLOCK_REALTIME);
	out->coarse = now(CLOCK_REALTIME_COARSE);
	gettimeofday(&tv, NULL);
	out->day = (int64_t)tv.tv_sec * 1000000000 + tv.tv_usec * 1000;
	out->seconds = (int64_t)time(NULL) * 1000000000;
	timespec_get(&ts, TIME_UTC);
	out->c11 = ns_of(ts);
	out->monotonic = now(CLOCK_MONOTONIC);
	out->boot = now(CLOCK_BOOTTIME);
	out->cpu = now(CLOCK_THREAD_CPUTIME_ID);
}

static struct timespec in_a_while(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	ts.tv_nsec += PROBED_WAIT;
	ts.tv_sec += ts.tv_nsec / 1000000000;
	ts.tv_nsec %= 1000000000;
	return ts;
}

static int wait_for_nothing(unsigned way)
{
	const struct timespec wall = in_a_while(CLOCK_REALTIME),
			      monotonic = in_a_while(CLOCK_MONOTONIC);
	pthread_cond_t never = PTHREAD_COND_INITIALIZER;
	pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;
	pthread_condattr_t attr;
	cnd_t c11;
	mtx_t c11_lock;
	sem_t none;
	int rc;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	sem_init(&none, 0, 0);
	cnd_init(&c11);
	mtx_init(&c11_lock, mtx_timed);
	pthread_mutex_lock(&own);
	mtx_lock(&c11_lock);
	switch (way) {
	case 0:
		return pthread_cond_timedwait(&never, &own, &wall);
	case 1:
		pthread_cond_init(&never, &attr);
		return pthread_cond_timedwait(&never, &own, &monotonic);
	case 2:
		return pthread_cond_clockwait(&never, &own, CLOCK_MONOTONIC, &monotonic);
	case 3:
		return sem_timedwait(&none, &wall) ? errno : 0;
	case 4:
		return sem_clockwait(&none, CLOCK_MONOTONIC, &monotonic) ? errno : 0;
	case 5:
		return cnd_timedwait(&c11, &c11_lock, &wall) == thrd_timedout ? ETIMEDOUT : 0;
	case 6:
		rc = clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &wall, NULL);
		return rc ? rc : ETIMEDOUT;
	default:
		rc = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &monotonic, NULL);
		return rc ? rc : ETIMEDOUT;
	}
}

static void tell_waits(struct probed_waits *out)
{
	int64_t began;
	unsigned i;

	for (i = 0; i < PROBED_WAITS_ALL; i++) {
		began = now(CLOCK_MONOTONIC);
		out->took[i] = wait_for_nothing(i) == ETIMEDOUT ? now(CLOCK_MONOTONIC) - began : -1;
	}
}

/* ---- */

static void hold_memory(enum probed order)
{
	switch (order) {
	case PROBED_BLOCK:
		allocate(NULL);
		break;
	case PROBED_UNBLOCK:
		free(blocks[--nblocks]);
		break;
	case PROBED_BLOCK_BY_LIBRARY:
		library_block();
		break;
	case PROBED_BLOCK_IN_THREAD:
		run(allocate);
		break;
	case PROBED_BLOCK_GROWS:
		grow();
		break;
	case PROBED_BUFFER:
		keep_buffer();
		break;
	case PROBED_CANARY_HEAP:
		canary_on_heap(PROBED_CANARY);
		break;
	case PROBED_CANARY_LARGE:
		canary_on_heap(LARGE);
		break;
	case PROBED_CANARY_ARENA:
		run(allocate_canary);
		break;
	case PROBED_CANARY_STACK:
		add_thread(stay_with_canary);
		break;
	case PROBED_CANARY_ENDED:
		run(leave_canary);
		break;
	case PROBED_CANARY_DATA:
		write_canary(canary_data);
		break;
	case PROBED_CANARY_CONST:
		canary_in_const();
		break;
	case PROBED_CANARY_WIPE:
		erase_all();
		break;
	default: /* the others are control()'s */
		break;
	}
}

static DWORD WINAPI control(
	HANDLE ext, DWORD in_size, BYTE *in, DWORD out_size, BYTE *out, DWORD *returned)
{
	const enum probed order = in_size ? (enum probed)in[0] : PROBED_NOTHING;
	struct probed_clocks clocks;
	struct probed_waits waits;

	(void)ext;
	switch (order) {
	case PROBED_THREAD:
		add_thread(stay);
		break;
	case PROBED_UNTHREAD:
		end_thread();
		break;
	case PROBED_COMPUTE:
		change_flag(&compute);
		break;
	case PROBED_DESCRIPTOR:
		descriptors[ndescriptors++] = dup(0);
		break;
	case PROBED_UNDESCRIPTOR:
		close(descriptors[--ndescriptors]);
		break;
	case PROBED_CLOCKS:
		tell_clocks(&clocks);
		memcpy(out, &clocks, out_size);
		*returned = out_size;
		break;
	case PROBED_WAITS:
		tell_waits(&waits);
		memcpy(out, &waits, out_size);
		*returned = out_size;
		break;
	case PROBED_HOLD:
		hold();
		break;
	case PROBED_GO:
		change_flag(&go);
		break;
	default:
		hold_memory(order);
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
