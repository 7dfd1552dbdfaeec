// SPDX-License-Identifier: BSD-2-Clause
/* The template with one fault, chosen by FAULT when it is built. */
#include "template.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FAULT_NONE              0
#define FAULT_GET_VERSION       1
#define FAULT_VERSION_UNWRITTEN 2
#define FAULT_FUTURE_VERSION    3
#define FAULT_INIT_SERVICE      4
#define FAULT_NULL_HANDLER      5
#define FAULT_NO_INIT_SERVICE   6
#define FAULT_NO_GET_VERSION    7
#define FAULT_INIT_ADAPTER      8
#define FAULT_LATE_COMPLETION   9
#define FAULT_CRASH             10
#define FAULT_HANG              11
#define FAULT_CRASH_START       12
#define FAULT_CRASH_CONNECT     13
/* In PerformPreAssociate, what ends a process, or should not: */
#define FAULT_PRINT      14 /* on stdout, and reads stdin */
#define FAULT_EXIT       15
#define FAULT_ABORT      16
#define FAULT_SEGV       17
#define FAULT_OVERFLOW   18 /* of the stack */
#define FAULT_GARBAGE    19 /* into whatever is open */
#define FAULT_CLOSE      20 /* all that it was not given as 0, 1, 2 */
#define FAULT_LATE_CLOSE 21 /* the same, and it does not return soon */
#define FAULT_REFUSED    22 /* a thread that asks the kernel for what it may not have */

#define FAULT_OF_PROCESS (FAULT >= FAULT_PRINT)

#if FAULT != FAULT_NO_GET_VERSION
IHV_EXPORT DWORD WINAPI Dot11ExtIhvGetVersionInfo(PDOT11_IHV_VERSION_INFO info)
{
	if (FAULT == FAULT_GET_VERSION)
		return ERROR_GEN_FAILURE;
	if (FAULT == FAULT_VERSION_UNWRITTEN)
		return ERROR_SUCCESS;
	template_get_version_info(info);
	if (FAULT == FAULT_FUTURE_VERSION) {
		info->dwVerMin = 7;
		info->dwVerMax = 9;
	}
	return ERROR_SUCCESS;
}
#endif

#if FAULT == FAULT_INIT_ADAPTER
static DWORD WINAPI refuse_adapter(PDOT11_ADAPTER adapter, HANDLE svc, PHANDLE ext)
{
	return ERROR_OUTOFMEMORY;
}
#endif

#if FAULT == FAULT_CRASH || FAULT == FAULT_HANG
static DWORD WINAPI never_return(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t never = PTHREAD_COND_INITIALIZER;

	if (FAULT == FAULT_CRASH)
		raise(SIGSEGV);
	pthread_mutex_lock(&lock);
	while (pthread_cond_wait(&never, &lock) == 0)
		;
	return ERROR_SUCCESS;
}
#endif

#if FAULT_OF_PROCESS
static void print(void)
{
	char line[16] = "";
	int i;

	for (i = 0; i < 1000; i++)
		printf("a module that has much to say, line %d\n", i);
	fflush(stdout);
	if (fgets(line, sizeof(line), stdin))
		abort(); /* there is nobody to have written it */
}

static unsigned overflow(unsigned depth)
{
	volatile char room[4096];

	memset((char *)room, (int)depth, sizeof(room));
	return depth == UINT32_MAX ? 0 : overflow(depth + 1) + (unsigned char)room[depth % 4096];
}

static void write_garbage(void)
{
	char garbage[100];
	int fd;

	memset(garbage, 0xA5, sizeof(garbage));
	for (fd = 3; fd < 64; fd++)
		if (write(fd, garbage, sizeof(garbage)) < 0 && errno == EIO)
			break;
}

static void compute(clock_t ms)
{
	const clock_t end = clock() + ms * (CLOCKS_PER_SEC / 1000);

	while (clock() < end)
		;
}

/* Each request waits until the host has seen that it was refused; between them the host falls
 * asleep. */
static void *ask_kernel(void *arg)
{
	int i;

	for (i = 0; i < 10; i++) {
		compute(10);
		if (socket(AF_INET, SOCK_DGRAM, 0) >= 0)
			abort();
	}
	return arg;
}

static void ask_beside(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, ask_kernel, NULL) || pthread_detach(thread))
		abort();
}

static void fail_the_process(void)
{
	switch (FAULT) {
	case FAULT_PRINT:
		print();
		break;
	case FAULT_EXIT:
		exit(3);
	case FAULT_ABORT:
		abort();
	case FAULT_SEGV:
		raise(SIGSEGV);
		break;
	case FAULT_OVERFLOW:
		if (overflow(0) == 0)
			abort();
		break;
	case FAULT_GARBAGE:
		write_garbage();
		break;
	case FAULT_CLOSE:
		close_range(3, ~0u, 0);
		break;
	case FAULT_LATE_CLOSE:
		compute(200); /* another thread waits for messages meanwhile: two looks of 10 ms */
		close_range(3, ~0u, 0);
		pause();
		break;
	case FAULT_REFUSED:
		ask_beside();
		break;
	}
}

static DWORD WINAPI fail_and_associate(HANDLE ext, HANDLE connect,
	PDOT11EXT_IHV_PROFILE_PARAMS params, PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
	PDOT11EXT_IHV_SECURITY_PROFILE security, PDOT11_BSS_LIST networks, PDWORD reason)
{
	fail_the_process();
	return perform_pre_associate(
		ext, connect, params, connectivity, security, networks, reason);
}
#endif

#if FAULT == FAULT_CRASH_CONNECT
static DWORD WINAPI die(HANDLE ext, HANDLE connect, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity, PDOT11EXT_IHV_SECURITY_PROFILE security,
	PDOT11_BSS_LIST networks, PDWORD reason)
{
	abort();
}
#endif

#if FAULT == FAULT_LATE_COMPLETION
static HANDLE last_session;

static DWORD WINAPI note_session(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port, ULONG bytes,
	PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	last_session = session;
	return perform_post_associate(ext, session, port, bytes, params);
}

/* On the stack of Stop, for the session that it ends: X-40. */
static DWORD WINAPI stop_and_complete(
	HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	struct adapter *a = ext;

	stop_post_associate(ext, peer, status);
	host.Dot11ExtPostAssociateCompletion(
		a->svc, last_session, peer, L2_REASON_CODE_SUCCESS, ERROR_SUCCESS);
	return ERROR_SUCCESS;
}
#endif

#if FAULT != FAULT_NO_INIT_SERVICE
IHV_EXPORT DWORD WINAPI Dot11ExtIhvInitService(
	DWORD version, PDOT11EXT_APIS apis, LPVOID reserved, PDOT11EXT_IHV_HANDLERS handlers)
{
	DWORD error = template_init_service(version, apis, reserved, handlers);

	if (FAULT == FAULT_CRASH_START)
		raise(SIGSEGV);
	if (FAULT == FAULT_INIT_SERVICE)
		return ERROR_NOT_ENOUGH_MEMORY;
	if (FAULT == FAULT_NULL_HANDLER)
		handlers->Dot11ExtIhvStopPostAssociate = NULL;
#if FAULT == FAULT_INIT_ADAPTER
	handlers->Dot11ExtIhvInitAdapter = refuse_adapter;
#endif
#if FAULT == FAULT_CRASH || FAULT == FAULT_HANG
	handlers->Dot11ExtIhvStopPostAssociate = never_return;
#endif
#if FAULT_OF_PROCESS
	handlers->Dot11ExtIhvPerformPreAssociate = fail_and_associate;
#endif
#if FAULT == FAULT_CRASH_CONNECT
	handlers->Dot11ExtIhvPerformPreAssociate = die;
#endif
#if FAULT == FAULT_LATE_COMPLETION
	handlers->Dot11ExtIhvPerformPostAssociate = note_session;
	handlers->Dot11ExtIhvStopPostAssociate = stop_and_complete;
#endif
	return error;
}
#endif
