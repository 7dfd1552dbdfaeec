// SPDX-License-Identifier: BSD-2-Clause
/*
 * The smallest correct IHV extension: it connects to open networks. Copy it and fill it in.
 *
 * Shape: a handler never completes its own operation. It notes what is to be done and a worker
 * thread, which lives only while there is something to do, does it. Numbers like X-40 name the
 * contract's rules.
 *
 * Locks: each adapter has one, held around every call to the host. The host never waits for a
 * handler inside such a call, so this cannot deadlock. A handler that ends something (Stop, Reset,
 * Deinit) announces itself first; the worker steps aside and then finds its operation gone.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <ihv_unused.h>
#include <wlanihv.h>
#include <wlanreason.h>

/* The handlers' parameters are given, wanted or not. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

/* A host may run many adapters: room for a host function to work on, but not the default 8 MiB. */
#define WORKER_STACK (256 * 1024)

/* Reasons of our own. The Win32 code beside one says whether it is a success. */
enum {
	REASON_RESET = L2_REASON_CODE_IHV_BASE,
	REASON_BUSY,
	REASON_NO_THREAD,
	REASON_DRIVER,
};

struct adapter {
	HANDLE svc; /* the host's name of the adapter; dead on entry to DeinitAdapter */
	pthread_mutex_t lock;
	pthread_cond_t turn; /* ending fell to 0 */
	atomic_uint ending;  /* handlers that are ending something */
	pthread_t worker;
	bool started, running; /* worker is to be joined; worker will look for work again */
	HANDLE connect;        /* pending pre-association, or NULL */
	HANDLE session;        /* live security session, or NULL */
	bool opening;          /* its post-association is pending */
	DOT11_MAC_ADDRESS peer;
};

/* The host's functions. Written once by InitService, before any other thread exists. */
static DOT11EXT_APIS host;

static void end_begin(struct adapter *a)
{
	atomic_fetch_add(&a->ending, 1);
	pthread_mutex_lock(&a->lock);
}

static void end_done(struct adapter *a)
{
	atomic_fetch_sub(&a->ending, 1);
	pthread_cond_broadcast(&a->turn);
	pthread_mutex_unlock(&a->lock);
}

/* Asked by the worker before each call to the host: is `op` still what `slot` holds? */
static bool still(struct adapter *a, const HANDLE *slot, HANDLE op)
{
	while (atomic_load(&a->ending) > 0)
		pthread_cond_wait(&a->turn, &a->lock);
	return *slot == op;
}

static void pre_associate(struct adapter *a, HANDLE op)
{
	/* Three functions of one type. */
	const DOT11EXT_SET_AUTH_ALGORITHM set[] = {host.Dot11ExtSetAuthAlgorithm,
		host.Dot11ExtSetUnicastCipherAlgorithm, host.Dot11ExtSetMulticastCipherAlgorithm};
	const DWORD value[] = {
		DOT11_AUTH_ALGO_80211_OPEN, DOT11_CIPHER_ALGO_NONE, DOT11_CIPHER_ALGO_NONE};
	DWORD error = ERROR_SUCCESS;

	/* Here goes what else the network needs: EtherTypes, exemptions, static keys, the user. */
	for (size_t i = 0; i < ARRAYSIZE(set) && error == ERROR_SUCCESS; i++) {
		if (!still(a, &a->connect, op))
			return;
		error = set[i](a->svc, value[i]);
	}
	if (!still(a, &a->connect, op))
		return;
	a->connect = NULL; /* dies with the one completion */
	host.Dot11ExtPreAssociateCompletion(
		a->svc, op, error == ERROR_SUCCESS ? L2_REASON_CODE_SUCCESS : REASON_DRIVER, error);
}

static void post_associate(struct adapter *a, HANDLE op)
{
	/* Here goes the authentication: packets, keys. Only then the port may open. */
	if (!still(a, &a->session, op))
		return;
	a->opening = false;
	host.Dot11ExtPostAssociateCompletion(
		a->svc, op, &a->peer, L2_REASON_CODE_SUCCESS, ERROR_SUCCESS);
}

static void *work(void *arg)
{
	struct adapter *a = arg;

	pthread_mutex_lock(&a->lock); /* not before the handler let go of it */
	while (a->connect || a->opening) {
		if (a->connect)
			pre_associate(a, a->connect);
		else
			post_associate(a, a->session);
	}
	a->running = false;
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

/* Sees to it that a worker looks at the adapter. Called with the lock held. */
static bool start_worker(struct adapter *a)
{
	pthread_attr_t attr;

	if (a->running)
		return true;
	if (a->started)
		pthread_join(a->worker, NULL); /* it gave up the lock for good */
	a->started = false;
	if (pthread_attr_init(&attr))
		return false;
	pthread_attr_setstacksize(&attr, WORKER_STACK);
	a->started = a->running = pthread_create(&a->worker, &attr, work, a) == 0;
	pthread_attr_destroy(&attr);
	return a->started;
}

/* Whoever judges a profile writes the reason, and it agrees with the answer. */
static DWORD judge(PDOT11EXT_IHV_SECURITY_PROFILE sec, PDWORD pdwReasonCode)
{
	LPWSTR fragment = sec ? sec->pszXmlFragmentIhvSecurity : NULL;

	if ((fragment && fragment[0]) || (sec && sec->bUseMSOnex)) {
		*pdwReasonCode = WLAN_REASON_CODE_IHV_SECURITY_NOT_SUPPORTED;
		return ERROR_NOT_SUPPORTED;
	}
	*pdwReasonCode = L2_REASON_CODE_SUCCESS;
	return ERROR_SUCCESS;
}

/* ---- Service and adapters. ---- */

static VOID WINAPI deinit_service(VOID)
{
	/* Every adapter is gone, and took its thread and its memory along. */
}

static DWORD WINAPI init_adapter(
	PDOT11_ADAPTER pDot11Adapter, HANDLE hDot11SvcHandle, PHANDLE phIhvExtAdapter)
{
	struct adapter *a = calloc(1, sizeof(*a));

	if (!a)
		return ERROR_OUTOFMEMORY;
	a->svc = hDot11SvcHandle;
	atomic_init(&a->ending, 0);
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->turn, NULL);
	*phIhvExtAdapter = a; /* an address is unique among the living */
	return ERROR_SUCCESS;
}

static VOID WINAPI deinit_adapter(HANDLE hIhvExtAdapter)
{
	struct adapter *a = hIhvExtAdapter;

	end_begin(a);
	a->connect = a->session = NULL; /* cancelled in silence: nobody to tell any more */
	a->opening = false;
	end_done(a);
	if (a->started)
		pthread_join(a->worker, NULL); /* */
	pthread_cond_destroy(&a->turn);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

static DWORD WINAPI adapter_reset(HANDLE hIhvExtAdapter)
{
	struct adapter *a = hIhvExtAdapter;
	HANDLE connect, session;

	end_begin(a);
	connect = a->connect;
	session = a->opening ? a->session : NULL; /* a completed one is just forgotten */
	a->connect = a->session = NULL;
	a->opening = false;
	if (connect) /* */
		host.Dot11ExtPreAssociateCompletion(a->svc, connect, REASON_RESET, ERROR_CANCELLED);
	if (session) /* */
		host.Dot11ExtPostAssociateCompletion(
			a->svc, session, &a->peer, REASON_RESET, ERROR_CANCELLED);
	end_done(a);
	return ERROR_SUCCESS;
}

/* ---- Connection. ---- */

static DWORD WINAPI perform_pre_associate(HANDLE hIhvExtAdapter, HANDLE hConnectSession,
	PDOT11EXT_IHV_PROFILE_PARAMS pIhvProfileParams,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE pIhvConnProfile,
	PDOT11EXT_IHV_SECURITY_PROFILE pIhvSecProfile, PDOT11_BSS_LIST pConnectableBssid,
	PDWORD pdwReasonCode)
{
	struct adapter *a = hIhvExtAdapter;
	DWORD error = judge(pIhvSecProfile, pdwReasonCode);

	if (error != ERROR_SUCCESS)
		return error; /* never started, so never completed */
	pthread_mutex_lock(&a->lock);
	if (a->connect) {
		*pdwReasonCode = REASON_BUSY;
		error = ERROR_INVALID_STATE;
	} else if (!start_worker(a)) {
		*pdwReasonCode = REASON_NO_THREAD;
		error = ERROR_NOT_ENOUGH_MEMORY;
	} else {
		a->connect = hConnectSession;
	}
	pthread_mutex_unlock(&a->lock); /* last: from here on the worker may complete */
	return error;
}

/* One call for each association; one pre-association may be followed by many. */
static DWORD WINAPI perform_post_associate(HANDLE hIhvExtAdapter, HANDLE hSecuritySessionID,
	PDOT11_PORT_STATE pPortState, ULONG uDot11AssocParamsBytes,
	PDOT11_ASSOCIATION_COMPLETION_PARAMETERS pDot11AssocParams)
{
	struct adapter *a = hIhvExtAdapter;
	DWORD error = ERROR_NOT_ENOUGH_MEMORY;

	pthread_mutex_lock(&a->lock);
	if (start_worker(a)) {
		a->session = hSecuritySessionID; /* an older one, if any, is over */
		a->opening = true;
		memcpy(a->peer, pPortState->PeerMacAddress, sizeof(a->peer)); /* copy: X-35 */
		error = ERROR_SUCCESS;
	}
	pthread_mutex_unlock(&a->lock);
	return error;
}

static DWORD WINAPI stop_post_associate(
	HANDLE hIhvExtAdapter, PDOT11_MAC_ADDRESS pPeer, DOT11_ASSOC_STATUS dot11AssocStatus)
{
	struct adapter *a = hIhvExtAdapter;

	end_begin(a); /* now no thread is inside a call for the session */
	if (a->session && memcmp(a->peer, *pPeer, sizeof(a->peer)) == 0) {
		a->session = NULL; /* cancelled, not completed: the port is gone */
		a->opening = false;
		/* Here goes whatever else the session holds; wipe its keys. */
	} /* otherwise: a repeat, or Reset came first */
	end_done(a);
	return ERROR_SUCCESS;
}

/* ---- Profiles. ---- */

static DWORD WINAPI validate_profile(HANDLE hIhvExtAdapter,
	PDOT11EXT_IHV_PROFILE_PARAMS pIhvProfileParams,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE pIhvConnProfile,
	PDOT11EXT_IHV_SECURITY_PROFILE pIhvSecProfile, PDWORD pdwReasonCode)
{
	return judge(pIhvSecProfile, pdwReasonCode);
}

static DWORD WINAPI perform_capability_match(HANDLE hIhvExtAdapter,
	PDOT11EXT_IHV_PROFILE_PARAMS pIhvProfileParams,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE pIhvConnProfile,
	PDOT11EXT_IHV_SECURITY_PROFILE pIhvSecProfile, PDOT11_BSS_LIST pConnectableBssid,
	PDWORD pdwReasonCode)
{
	return judge(pIhvSecProfile, pdwReasonCode);
}

/* ---- Entry points. ---- */

IHV_EXPORT DWORD WINAPI Dot11ExtIhvGetVersionInfo(PDOT11_IHV_VERSION_INFO pDot11IHVVersionInfo)
{
	pDot11IHVVersionInfo->dwVerMin = 0;
	pDot11IHVVersionInfo->dwVerMax = 0;
	return ERROR_SUCCESS;
}

IHV_EXPORT DWORD WINAPI Dot11ExtIhvInitService(DWORD dwVerNumUsed, PDOT11EXT_APIS pDot11ExtAPI,
	LPVOID pvReserved, PDOT11EXT_IHV_HANDLERS pDot11IHVHandlers)
{
	static const DOT11EXT_IHV_HANDLERS handlers = {
		.Dot11ExtIhvDeinitService = deinit_service,
		.Dot11ExtIhvInitAdapter = init_adapter,
		.Dot11ExtIhvDeinitAdapter = deinit_adapter,
		.Dot11ExtIhvPerformPreAssociate = perform_pre_associate,
		.Dot11ExtIhvAdapterReset = adapter_reset,
		.Dot11ExtIhvPerformPostAssociate = perform_post_associate,
		.Dot11ExtIhvStopPostAssociate = stop_post_associate,
		.Dot11ExtIhvValidateProfile = validate_profile,
		.Dot11ExtIhvPerformCapabilityMatch = perform_capability_match,
		IHV_UNUSED_HANDLERS,
	};

	if (dwVerNumUsed != 0)
		return ERROR_REVISION_MISMATCH;
	host = *pDot11ExtAPI; /* the table, not its address */
	*pDot11IHVHandlers = handlers;
	return ERROR_SUCCESS;
}
