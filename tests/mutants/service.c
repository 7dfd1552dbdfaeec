// SPDX-License-Identifier: BSD-2-Clause
/* Mistakes with the module's and the adapters' lives. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base.h"

/* Only its name is wanted: it is linked without Dot11ExtIhvInitService. */
const struct mutation x01_no_init = {0};

static VOID x02_version(PDOT11_IHV_VERSION_INFO info)
{
	info->dwVerMin = 0;
}

const struct mutation x02_max_unwritten = {.version = x02_version};

/* The table's address is kept, not its contents. */
static PDOT11EXT_APIS kept_table;

static VOID x03_started(PDOT11EXT_APIS apis, PDOT11EXT_IHV_HANDLERS out)
{
	kept_table = apis;
}

static DWORD WINAPI x03_init_adapter(PDOT11_ADAPTER adapter, HANDLE svc, PHANDLE ext)
{
	LPVOID p;

	if (kept_table->Dot11ExtAllocateBuffer(16, &p) == ERROR_SUCCESS)
		kept_table->Dot11ExtFreeBuffer(p);
	return base.Dot11ExtIhvInitAdapter(adapter, svc, ext);
}

const struct mutation x03_keeps_table = {
	.started = x03_started, .handlers.Dot11ExtIhvInitAdapter = x03_init_adapter};

/* What it does not support it leaves out. */
static VOID x04_started(PDOT11EXT_APIS apis, PDOT11EXT_IHV_HANDLERS out)
{
	out->Dot11ExtIhvOnexIndicateResult = NULL;
}

const struct mutation x04_left_out = {.started = x04_started};

/* A thread that tidies up now and then, for the whole service; nobody tells it to end. */
static pthread_t tidier;
static atomic_bool tidying;

static void *tidy(void *unused)
{
	const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};

	for (;;)
		nanosleep(&pause, NULL);
	return unused;
}

static DWORD WINAPI x06_init_adapter(PDOT11_ADAPTER adapter, HANDLE svc, PHANDLE ext)
{
	if (!atomic_exchange(&tidying, true))
		pthread_create(&tidier, NULL, tidy, NULL);
	return base.Dot11ExtIhvInitAdapter(adapter, svc, ext);
}

const struct mutation x06_tidier = {.handlers.Dot11ExtIhvInitAdapter = x06_init_adapter};

/* The same with a lamp that is waited for; where the radio is busy it is given up, not ended. */
static pthread_mutex_t lamp_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t lamp_changed = PTHREAD_COND_INITIALIZER;
static pthread_t lamp;
static bool lamp_runs, lamp_ends, lamp_lost;

static void *shine(void *unused)
{
	pthread_mutex_lock(&lamp_lock);
	while (!lamp_ends)
		pthread_cond_wait(&lamp_changed, &lamp_lock);
	pthread_mutex_unlock(&lamp_lock);
	return unused;
}

static DWORD WINAPI x06_lamp_set_auth(HANDLE svc, DWORD algorithm)
{
	const DWORD error = host.Dot11ExtSetAuthAlgorithm(svc, algorithm);

	if (error)
		lamp_lost = true;
	else if (!lamp_runs)
		lamp_runs = pthread_create(&lamp, NULL, shine, NULL) == 0;
	return error;
}

static VOID WINAPI x06_lamp_deinit(VOID)
{
	if (lamp_runs && !lamp_lost) {
		pthread_mutex_lock(&lamp_lock);
		lamp_ends = true;
		pthread_cond_broadcast(&lamp_changed);
		pthread_mutex_unlock(&lamp_lock);
		pthread_join(lamp, NULL);
	}
	base.Dot11ExtIhvDeinitService();
}

const struct mutation x06_lost_after_error = {.calls.Dot11ExtSetAuthAlgorithm = x06_lamp_set_auth,
	.handlers.Dot11ExtIhvDeinitService = x06_lamp_deinit};

/* Says goodbye for the adapter that was the last. */
static HANDLE last_svc;

static DWORD WINAPI remember_init_adapter(PDOT11_ADAPTER adapter, HANDLE svc, PHANDLE ext)
{
	last_svc = svc;
	return base.Dot11ExtIhvInitAdapter(adapter, svc, ext);
}

static void say_goodbye(HANDLE svc)
{
	L2_NOTIFICATION_DATA data = {
		.NotificationSource = L2_NOTIFICATION_SOURCE_WLAN_IHV, .NotificationCode = 2};

	host.Dot11ExtSendNotification(svc, &data);
}

static VOID WINAPI x07_deinit(VOID)
{
	say_goodbye(last_svc);
	base.Dot11ExtIhvDeinitService();
}

const struct mutation x07_goodbye = {.handlers.Dot11ExtIhvInitAdapter = remember_init_adapter,
	.handlers.Dot11ExtIhvDeinitService = x07_deinit};

/* An adapter that it has seen before it does not set up again, and writes no handle. */
static GUID seen_adapter;

static DWORD WINAPI x12_init_adapter(PDOT11_ADAPTER adapter, HANDLE svc, PHANDLE ext)
{
	if (memcmp(&seen_adapter, &adapter->gAdapterId, sizeof(seen_adapter)) == 0)
		return ERROR_SUCCESS;
	seen_adapter = adapter->gAdapterId;
	return base.Dot11ExtIhvInitAdapter(adapter, svc, ext);
}

const struct mutation x12_comes_back = {.handlers.Dot11ExtIhvInitAdapter = x12_init_adapter};

/* There is one card in a computer: a second adapter gets the context of the first. */
static HANDLE only_adapter;
static unsigned only_users;

static DWORD WINAPI x12_only_init(PDOT11_ADAPTER adapter, HANDLE svc, PHANDLE ext)
{
	DWORD error = ERROR_SUCCESS;

	if (!only_users)
		error = base.Dot11ExtIhvInitAdapter(adapter, svc, &only_adapter);
	if (!error) {
		only_users++;
		*ext = only_adapter;
	}
	return error;
}

static VOID WINAPI x12_only_deinit(HANDLE ext)
{
	if (--only_users == 0)
		base.Dot11ExtIhvDeinitAdapter(ext);
}

const struct mutation x12_one_for_all = {.handlers.Dot11ExtIhvInitAdapter = x12_only_init,
	.handlers.Dot11ExtIhvDeinitAdapter = x12_only_deinit};

/* A handle of 64 bits in a DWORD. */
static DWORD WINAPI x13_notify(HANDLE svc, PL2_NOTIFICATION_DATA data)
{
	const DWORD kept = (DWORD)(ULONG_PTR)svc;

	return host.Dot11ExtSendNotification((HANDLE)(ULONG_PTR)kept, data);
}

const struct mutation x13_handle_cut = {.calls.Dot11ExtSendNotification = x13_notify};

/* The adapter is a global: that which arrived last. */
static DWORD WINAPI x13_complete(
	HANDLE svc, HANDLE session, PDOT11_MAC_ADDRESS peer, DWORD reason, DWORD error)
{
	return host.Dot11ExtPostAssociateCompletion(last_svc, session, peer, reason, error);
}

const struct mutation x13_last_adapter = {.handlers.Dot11ExtIhvInitAdapter = remember_init_adapter,
	.calls.Dot11ExtPostAssociateCompletion = x13_complete};

/* Puts the radio back as it was before it lets go of it. */
static VOID WINAPI x14_deinit(HANDLE ext)
{
	struct adapter *a = ext;

	host.Dot11ExtSetExcludeUnencrypted(a->svc, FALSE);
	base.Dot11ExtIhvDeinitAdapter(ext);
}

const struct mutation x14_restores = {.handlers.Dot11ExtIhvDeinitAdapter = x14_deinit};

/* The same by the thread that watches the card, which DeinitAdapter waits for. */
struct watcher {
	HANDLE svc;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool ends;
};

static struct watcher watcher = {
	.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void *watch(void *unused)
{
	pthread_mutex_lock(&watcher.lock);
	while (!watcher.ends)
		pthread_cond_wait(&watcher.changed, &watcher.lock);
	pthread_mutex_unlock(&watcher.lock);
	say_goodbye(watcher.svc);
	return unused;
}

static DWORD WINAPI watched_init_adapter(PDOT11_ADAPTER adapter, HANDLE svc, PHANDLE ext)
{
	if (!watcher.svc || watcher.ends) {
		watcher.svc = svc;
		watcher.ends = false;
		pthread_create(&watcher.thread, NULL, watch, NULL);
	}
	return base.Dot11ExtIhvInitAdapter(adapter, svc, ext);
}

static bool is_watched(HANDLE ext)
{
	const struct adapter *a = ext;

	return a->svc == watcher.svc;
}

static void end_watcher(void)
{
	pthread_mutex_lock(&watcher.lock);
	watcher.ends = true;
	pthread_cond_broadcast(&watcher.changed);
	pthread_mutex_unlock(&watcher.lock);
}

static VOID WINAPI x14_watched_deinit(HANDLE ext)
{
	if (is_watched(ext)) {
		end_watcher();
		pthread_join(watcher.thread, NULL);
	}
	base.Dot11ExtIhvDeinitAdapter(ext);
}

const struct mutation x14_watcher = {.handlers.Dot11ExtIhvInitAdapter = watched_init_adapter,
	.handlers.Dot11ExtIhvDeinitAdapter = x14_watched_deinit};

/* ... or not: it says goodbye when it gets to it. */
static VOID WINAPI x16_watched_deinit(HANDLE ext)
{
	const bool watched = is_watched(ext);

	base.Dot11ExtIhvDeinitAdapter(ext);
	if (!watched)
		return;
	end_watcher(); /* last, as what comes before may wait for a thread and so let this one go
			  first */
	pthread_detach(watcher.thread);
}

const struct mutation x16_watcher = {.handlers.Dot11ExtIhvInitAdapter = watched_init_adapter,
	.handlers.Dot11ExtIhvDeinitAdapter = x16_watched_deinit};

/* The reference page of the completion asks for it; the guides forbid it. */
static VOID WINAPI x15_deinit(HANDLE ext)
{
	struct adapter *a = ext;
	HANDLE connect;

	base_end_begin(a);
	connect = a->connect;
	a->connect = NULL;
	if (connect)
		host.Dot11ExtPreAssociateCompletion(
			a->svc, connect, BASE_REASON_RESET, ERROR_CANCELLED);
	base_end_done(a);
	base.Dot11ExtIhvDeinitAdapter(ext);
}

const struct mutation x15_cancels = {.handlers.Dot11ExtIhvDeinitAdapter = x15_deinit};
