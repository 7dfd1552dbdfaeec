// SPDX-License-Identifier: BSD-2-Clause
/* An adapter's life, and pre-association: the radio is set up by a worker. */
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include <wlanreason.h>

#include "secret.h"
#include "vendor.h"

#define WORKER_STACK (256 * 1024)
#define BACKLOG      16 /* received packets that may wait for the handler */

void end_begin(struct adapter *a)
{
	atomic_fetch_add(&a->ending, 1);
	pthread_mutex_lock(&a->lock);
}

void end_done(struct adapter *a)
{
	atomic_fetch_sub(&a->ending, 1);
	pthread_cond_broadcast(&a->turn);
	pthread_mutex_unlock(&a->lock);
}

bool still(struct adapter *a, const HANDLE *slot, HANDLE op)
{
	while (atomic_load(&a->ending) > 0)
		pthread_cond_wait(&a->turn, &a->lock);
	return *slot == op;
}

/* ---- Pre-association. ---- */

static DWORD set_auth(HANDLE svc)
{
	return host.Dot11ExtSetAuthAlgorithm(svc, DOT11_AUTH_ALGO_80211_OPEN);
}

static DWORD set_unicast(HANDLE svc)
{
	return host.Dot11ExtSetUnicastCipherAlgorithm(svc, DOT11_CIPHER_ALGO_CCMP);
}

static DWORD set_multicast(HANDLE svc)
{
	return host.Dot11ExtSetMulticastCipherAlgorithm(svc, DOT11_CIPHER_ALGO_CCMP);
}

/* Our packets come to us, and never are encrypted: each proves itself. */
static DWORD set_ethertypes(HANDLE svc)
{
	DOT11_PRIVACY_EXEMPTION exemption = {
		.usEtherType = ETHERTYPE,
		.usExemptionActionType = DOT11_EXEMPT_ALWAYS,
		.usExemptionPacketType = DOT11_EXEMPT_BOTH,
	};
	USHORT registration = ETHERTYPE;

	return host.Dot11ExtSetEtherTypeHandling(svc, BACKLOG, 1, &exemption, 1, &registration);
}

static DWORD set_exclude(HANDLE svc)
{
	return host.Dot11ExtSetExcludeUnencrypted(svc, TRUE);
}

static void pre_associate(struct adapter *a, HANDLE op)
{
	static DWORD (*const steps[])(HANDLE svc) = {
		set_auth, set_unicast, set_multicast, set_ethertypes, set_exclude};
	DWORD error = ERROR_SUCCESS;

	for (size_t i = 0; i < ARRAYSIZE(steps) && error == ERROR_SUCCESS; i++) {
		if (!still(a, &a->connect, op))
			return;
		error = steps[i](a->svc);
	}
	if (!still(a, &a->connect, op))
		return;
	a->connect = NULL; /* dies with the one completion */
	host.Dot11ExtPreAssociateCompletion(
		a->svc, op, error == ERROR_SUCCESS ? L2_REASON_CODE_SUCCESS : REASON_DRIVER, error);
}

static void *work(void *arg)
{
	struct adapter *a = arg;

	pthread_mutex_lock(&a->lock); /* not before the handler let go of it */
	while (a->connect)
		pre_associate(a, a->connect);
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
static DWORD judge(
	PDOT11EXT_IHV_SECURITY_PROFILE security, struct handshake_secret *out, PDWORD reason)
{
	if (!security || security->bUseMSOnex ||
		!secret_read(security->pszXmlFragmentIhvSecurity, out)) {
		*reason = REASON_SETTINGS;
		return ERROR_NOT_SUPPORTED;
	}
	*reason = L2_REASON_CODE_SUCCESS;
	return ERROR_SUCCESS;
}

DWORD WINAPI judge_profile(HANDLE ext, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity, PDOT11EXT_IHV_SECURITY_PROFILE security,
	PDWORD reason)
{
	UNREFERENCED_PARAMETER(ext);
	UNREFERENCED_PARAMETER(params);
	UNREFERENCED_PARAMETER(connectivity);
	return judge(security, NULL, reason);
}

DWORD WINAPI perform_pre_associate(HANDLE ext, HANDLE connect, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity, PDOT11EXT_IHV_SECURITY_PROFILE security,
	PDOT11_BSS_LIST networks, PDWORD reason)
{
	struct handshake_secret secret;
	struct adapter *a = ext;
	DWORD error = judge(security, &secret, reason);

	UNREFERENCED_PARAMETER(params);
	UNREFERENCED_PARAMETER(connectivity);
	UNREFERENCED_PARAMETER(networks);
	if (error != ERROR_SUCCESS)
		return error; /* never started, so never completed */
	pthread_mutex_lock(&a->lock);
	if (a->connect) {
		*reason = REASON_BUSY;
		error = ERROR_INVALID_STATE;
	} else if (!start_worker(a)) {
		*reason = REASON_NO_THREAD;
		error = ERROR_NOT_ENOUGH_MEMORY;
	} else {
		a->secret = secret;
		a->connect = connect;
	}
	pthread_mutex_unlock(&a->lock); /* last: from here on the worker may complete */
	OPENSSL_cleanse(&secret, sizeof(secret));
	return error;
}

/* ---- Adapters. ---- */

DWORD WINAPI init_adapter(PDOT11_ADAPTER adapter, HANDLE svc, PHANDLE ext)
{
	struct adapter *a = calloc(1, sizeof(*a));

	UNREFERENCED_PARAMETER(adapter);
	if (!a)
		return ERROR_OUTOFMEMORY;
	a->svc = svc;
	atomic_init(&a->ending, 0);
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->turn, NULL);
	*ext = a; /* an address is unique among the living */
	return ERROR_SUCCESS;
}

VOID WINAPI deinit_adapter(HANDLE ext)
{
	struct adapter *a = ext;

	end_begin(a);
	a->connect = NULL; /* cancelled in silence: nobody to tell any more */
	session_end(a, NULL);
	end_done(a);
	if (a->started)
		pthread_join(a->worker, NULL); /* */
	pthread_cond_destroy(&a->turn);
	pthread_mutex_destroy(&a->lock);
	OPENSSL_cleanse(a, sizeof(*a));
	free(a);
}

DWORD WINAPI adapter_reset(HANDLE ext)
{
	struct adapter *a = ext;
	DOT11_MAC_ADDRESS peer;
	HANDLE connect, session;

	end_begin(a);
	connect = a->connect;
	a->connect = NULL;
	session = session_end(a, &peer); /* a completed one is just forgotten */
	OPENSSL_cleanse(&a->secret, sizeof(a->secret));
	if (connect) /* */
		host.Dot11ExtPreAssociateCompletion(a->svc, connect, REASON_RESET, ERROR_CANCELLED);
	if (session) /* */
		host.Dot11ExtPostAssociateCompletion(
			a->svc, session, &peer, REASON_RESET, ERROR_CANCELLED);
	end_done(a);
	return ERROR_SUCCESS;
}
