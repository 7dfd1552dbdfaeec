// SPDX-License-Identifier: BSD-2-Clause
/* Mistakes that no rule names, or X-17 alone: crashes, hangs, leaks, threads that never rest. */
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base.h"

static volatile UCHAR seen;

static void look(const void *p)
{
	seen = *(const volatile UCHAR *)p;
}

/* ---- Crashes. ---- */

/* There always is memory. */
static DWORD WINAPI crash_allocate(DWORD size, LPVOID *out)
{
	*out = NULL;
	(void)host.Dot11ExtAllocateBuffer(size, out);
	return ERROR_SUCCESS;
}

const struct mutation crash_no_memory = {.calls.Dot11ExtAllocateBuffer = crash_allocate};

/* A session that is stopped has its block: not one that has just begun, or was reset. */
static DWORD WINAPI crash_stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	struct adapter *a = ext;

	base_end_begin(a);
	look(a->session.memo);
	base_end_done(a);
	return base.Dot11ExtIhvStopPostAssociate(ext, peer, status);
}

const struct mutation crash_stop_early = {.handlers.Dot11ExtIhvStopPostAssociate = crash_stop};

/* A packet's completion goes to its session, which may be gone. */
static struct session *sender;

static DWORD WINAPI crash_send(HANDLE svc, ULONG size, LPVOID packet, HANDLE number)
{
	sender = &base_adapter(svc)->session;
	return host.Dot11ExtSendPacket(svc, size, packet, number);
}

static DWORD WINAPI crash_send_stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	sender = NULL;
	return base.Dot11ExtIhvStopPostAssociate(ext, peer, status);
}

static DWORD WINAPI crash_completion(HANDLE number)
{
	look(&sender->progress);
	return base.Dot11ExtIhvSendPacketCompletion(number);
}

const struct mutation crash_late_completion = {.calls.Dot11ExtSendPacket = crash_send,
	.handlers.Dot11ExtIhvStopPostAssociate = crash_send_stop,
	.handlers.Dot11ExtIhvSendPacketCompletion = crash_completion};

/* ---- Hangs. ---- */

static pthread_mutex_t radio = PTHREAD_MUTEX_INITIALIZER;

/* The way out after an error leaves the lock behind. */
static DWORD WINAPI hang_set_auth(HANDLE svc, DWORD algorithm)
{
	DWORD error;

	pthread_mutex_lock(&radio);
	error = host.Dot11ExtSetAuthAlgorithm(svc, algorithm);
	if (error)
		return error;
	pthread_mutex_unlock(&radio);
	return ERROR_SUCCESS;
}

const struct mutation hang_after_error = {.calls.Dot11ExtSetAuthAlgorithm = hang_set_auth};

/* Two locks in two orders: they meet only where a thread is slow in SendNotification. */
static DWORD WINAPI hang_complete(
	HANDLE svc, HANDLE session, PDOT11_MAC_ADDRESS peer, DWORD reason, DWORD error)
{
	L2_NOTIFICATION_DATA data = {
		.NotificationSource = L2_NOTIFICATION_SOURCE_WLAN_IHV, .NotificationCode = 3};
	DWORD result;

	host.Dot11ExtSendNotification(svc, &data);
	pthread_mutex_lock(&radio);
	result = host.Dot11ExtPostAssociateCompletion(svc, session, peer, reason, error);
	pthread_mutex_unlock(&radio);
	return result;
}

static DWORD WINAPI hang_stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	DWORD error;

	pthread_mutex_lock(&radio);
	error = base.Dot11ExtIhvStopPostAssociate(ext, peer, status);
	pthread_mutex_unlock(&radio);
	return error;
}

const struct mutation hang_lock_order = {.calls.Dot11ExtPostAssociateCompletion = hang_complete,
	.handlers.Dot11ExtIhvStopPostAssociate = hang_stop};

/* Stop waits for the packet that is under way. */
static DWORD WINAPI hang_wait_stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	struct adapter *a = ext;

	pthread_mutex_lock(&a->lock);
	while (a->session.progress == SESSION_SENT)
		pthread_cond_wait(&a->changed, &a->lock);
	pthread_mutex_unlock(&a->lock);
	return base.Dot11ExtIhvStopPostAssociate(ext, peer, status);
}

const struct mutation hang_waits_for_send = {
	.handlers.Dot11ExtIhvStopPostAssociate = hang_wait_stop};

/* ---- handlers that take their time. ---- */

static DWORD WINAPI x17_stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	const struct timespec settle = {.tv_sec = 3};

	nanosleep(&settle, NULL);
	return base.Dot11ExtIhvStopPostAssociate(ext, peer, status);
}

const struct mutation x17_sleeps = {.handlers.Dot11ExtIhvStopPostAssociate = x17_stop};

static pthread_mutex_t answer_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t answer_came = PTHREAD_COND_INITIALIZER;
static unsigned answers;

static DWORD WINAPI x17_perform(HANDLE ext, HANDLE connect, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn, PDOT11EXT_IHV_SECURITY_PROFILE sec,
	PDOT11_BSS_LIST list, PDWORD reason)
{
	struct adapter *a = ext;

	pthread_mutex_lock(&a->lock);
	base_ask(a);
	pthread_mutex_unlock(&a->lock);
	pthread_mutex_lock(&answer_lock);
	while (!answers)
		pthread_cond_wait(&answer_came, &answer_lock);
	answers--;
	pthread_mutex_unlock(&answer_lock);
	return base.Dot11ExtIhvPerformPreAssociate(ext, connect, params, conn, sec, list, reason);
}

static DWORD WINAPI x17_response(GUID id, DWORD size, LPVOID response)
{
	pthread_mutex_lock(&answer_lock);
	answers++;
	pthread_cond_signal(&answer_came);
	pthread_mutex_unlock(&answer_lock);
	return base.Dot11ExtIhvProcessUIResponse(id, size, response);
}

const struct mutation x17_waits_for_user = {.handlers.Dot11ExtIhvPerformPreAssociate = x17_perform,
	.handlers.Dot11ExtIhvProcessUIResponse = x17_response};

/* ---- Leaks. ---- */

static volatile UCHAR *lost;

static void lose(size_t size)
{
	lost = calloc(1, size);
	if (lost)
		lost[size - 1] = 1;
}

static DWORD WINAPI leak_perform(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port, ULONG size,
	PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	lose(16 * 1024);
	return base.Dot11ExtIhvPerformPostAssociate(ext, session, port, size, params);
}

const struct mutation leak_association = {.handlers.Dot11ExtIhvPerformPostAssociate = leak_perform};

static DWORD WINAPI leak_set_unicast(HANDLE svc, DWORD algorithm)
{
	const DWORD error = host.Dot11ExtSetUnicastCipherAlgorithm(svc, algorithm);

	if (error)
		lose(16 * 1024); /* what the way out should have freed */
	return error;
}

const struct mutation leak_after_error = {
	.calls.Dot11ExtSetUnicastCipherAlgorithm = leak_set_unicast};

/* What a session has that is stopped before it was authorised: the worker would free it, but it is
 * not told. */
static DWORD WINAPI leak_stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	struct adapter *a = ext;

	base_end_begin(a);
	if (a->session.id && a->session.progress != SESSION_DONE)
		lose(16 * 1024);
	base_end_done(a);
	return base.Dot11ExtIhvStopPostAssociate(ext, peer, status);
}

const struct mutation leak_pending = {.handlers.Dot11ExtIhvStopPostAssociate = leak_stop};

/* A thread for each association, to be joined when the adapter goes. */
struct helper {
	struct helper *next;
	const void *owner;
	pthread_t thread;
};

static struct helper *helpers;
static pthread_mutex_t helpers_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t helpers_changed = PTHREAD_COND_INITIALIZER;
static const void *leaving;

static void *help(void *arg)
{
	const struct helper *h = arg;

	pthread_mutex_lock(&helpers_lock);
	while (leaving != h->owner)
		pthread_cond_wait(&helpers_changed, &helpers_lock);
	pthread_mutex_unlock(&helpers_lock);
	return NULL;
}

static DWORD WINAPI leak_thread_perform(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port,
	ULONG size, PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	struct helper *h = calloc(1, sizeof(*h));

	if (h) {
		h->owner = ext;
		if (pthread_create(&h->thread, NULL, help, h)) {
			free(h);
		} else {
			h->next = helpers;
			helpers = h;
		}
	}
	return base.Dot11ExtIhvPerformPostAssociate(ext, session, port, size, params);
}

static VOID WINAPI leak_thread_deinit(HANDLE ext)
{
	struct helper **at = &helpers, *h;

	pthread_mutex_lock(&helpers_lock);
	leaving = ext;
	pthread_cond_broadcast(&helpers_changed);
	pthread_mutex_unlock(&helpers_lock);
	while ((h = *at)) {
		if (h->owner != ext) {
			at = &h->next;
			continue;
		}
		pthread_join(h->thread, NULL);
		*at = h->next;
		free(h);
	}
	leaving = NULL;
	base.Dot11ExtIhvDeinitAdapter(ext);
}

const struct mutation leak_threads = {
	.handlers.Dot11ExtIhvPerformPostAssociate = leak_thread_perform,
	.handlers.Dot11ExtIhvDeinitAdapter = leak_thread_deinit};

/* ---- Threads that never rest. ---- */

static pthread_t poller;
static atomic_uint polling; /* adapters */
static atomic_bool waiting; /* for a session to be authorised */

static void *poll_always(void *unused)
{
	while (atomic_load(&polling))
		sched_yield();
	return unused;
}

static void *poll_waiting(void *unused)
{
	const struct timespec pause = {.tv_nsec = 1000 * 1000};

	while (atomic_load(&polling))
		if (!atomic_load(&waiting))
			nanosleep(&pause, NULL);
	return unused;
}

static DWORD busy_init(PDOT11_ADAPTER adapter, HANDLE svc, PHANDLE ext, void *(*poll)(void *))
{
	const DWORD error = base.Dot11ExtIhvInitAdapter(adapter, svc, ext);

	if (!error && atomic_fetch_add(&polling, 1) == 0)
		pthread_create(&poller, NULL, poll, NULL);
	return error;
}

static DWORD WINAPI busy_always_init(PDOT11_ADAPTER adapter, HANDLE svc, PHANDLE ext)
{
	return busy_init(adapter, svc, ext, poll_always);
}

static DWORD WINAPI busy_waiting_init(PDOT11_ADAPTER adapter, HANDLE svc, PHANDLE ext)
{
	return busy_init(adapter, svc, ext, poll_waiting);
}

static VOID WINAPI busy_deinit(HANDLE ext)
{
	if (atomic_fetch_sub(&polling, 1) == 1)
		pthread_join(poller, NULL);
	base.Dot11ExtIhvDeinitAdapter(ext);
}

const struct mutation busy_polls = {.handlers.Dot11ExtIhvInitAdapter = busy_always_init,
	.handlers.Dot11ExtIhvDeinitAdapter = busy_deinit};

/* Waits, by polling, until a session is authorised that was stopped before that. */
static DWORD WINAPI busy_stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	struct adapter *a = ext;
	bool pending;
	DWORD error;

	base_end_begin(a);
	pending = a->session.id && a->session.progress != SESSION_DONE;
	base_end_done(a);
	error = base.Dot11ExtIhvStopPostAssociate(ext, peer, status);
	if (pending)
		atomic_store(&waiting, true);
	return error;
}

static DWORD WINAPI busy_complete(
	HANDLE svc, HANDLE session, PDOT11_MAC_ADDRESS peer, DWORD reason, DWORD error)
{
	atomic_store(&waiting, false);
	return host.Dot11ExtPostAssociateCompletion(svc, session, peer, reason, error);
}

const struct mutation busy_after_stop = {.handlers.Dot11ExtIhvInitAdapter = busy_waiting_init,
	.handlers.Dot11ExtIhvDeinitAdapter = busy_deinit,
	.handlers.Dot11ExtIhvStopPostAssociate = busy_stop,
	.calls.Dot11ExtPostAssociateCompletion = busy_complete};
