// SPDX-License-Identifier: BSD-2-Clause
/* The base for open networks: service, adapters, connections. */
#include "base.h"

#include <stdlib.h>
#include <string.h>

#define BACKLOG 4

DOT11EXT_APIS calls;

/* All adapters, for who knows no more than a svc handle. */
static struct adapter *adapters;
static pthread_mutex_t adapters_lock = PTHREAD_MUTEX_INITIALIZER;

struct adapter *base_adapter(HANDLE svc)
{
	struct adapter *a;

	pthread_mutex_lock(&adapters_lock);
	for (a = adapters; a && a->svc != svc; a = a->next)
		;
	pthread_mutex_unlock(&adapters_lock);
	return a;
}

void base_end_begin(struct adapter *a)
{
	atomic_fetch_add(&a->ending, 1);
	pthread_mutex_lock(&a->lock);
}

void base_end_done(struct adapter *a)
{
	atomic_fetch_sub(&a->ending, 1);
	pthread_cond_broadcast(&a->changed);
	pthread_mutex_unlock(&a->lock);
}

bool base_still(struct adapter *a, const HANDLE *slot, HANDLE op)
{
	while (atomic_load(&a->ending) > 0)
		pthread_cond_wait(&a->changed, &a->lock);
	return *slot == op;
}

void base_end_session(struct adapter *a)
{
	if (a->session.memo)
		calls.Dot11ExtFreeBuffer(a->session.memo);
	memset(&a->session, 0, sizeof(a->session));
}

/* ---- Pre-association, by base_step(). ---- */

static DWORD set_auth(struct adapter *a, HANDLE op)
{
	return calls.Dot11ExtSetAuthAlgorithm(a->svc, DOT11_AUTH_ALGO_80211_OPEN);
}

static DWORD set_unicast(struct adapter *a, HANDLE op)
{
	return calls.Dot11ExtSetUnicastCipherAlgorithm(a->svc, DOT11_CIPHER_ALGO_NONE);
}

static DWORD set_multicast(struct adapter *a, HANDLE op)
{
	return calls.Dot11ExtSetMulticastCipherAlgorithm(a->svc, DOT11_CIPHER_ALGO_NONE);
}

static DWORD set_ethertypes(struct adapter *a, HANDLE op)
{
	DOT11_PRIVACY_EXEMPTION exemption = {.usEtherType = BASE_ETHERTYPE,
		.usExemptionActionType = DOT11_EXEMPT_ALWAYS,
		.usExemptionPacketType = DOT11_EXEMPT_BOTH};
	USHORT registration = BASE_ETHERTYPE;

	return calls.Dot11ExtSetEtherTypeHandling(a->svc, BACKLOG, 1, &exemption, 1, &registration);
}

/* How often this profile was used: what does not work here keeps nobody from connecting. */
static DWORD count_use(struct adapter *a, HANDLE op)
{
	LPVOID kept = NULL;
	DWORD size = 0, uses = 0;

	if (calls.Dot11ExtGetProfileCustomUserData(a->svc, op, 0, &size, &kept) == ERROR_SUCCESS) {
		if (size == sizeof(uses))
			memcpy(&uses, kept, sizeof(uses));
		calls.Dot11ExtFreeBuffer(kept);
	}
	uses++;
	if (base_still(a, &a->connect, op))
		calls.Dot11ExtSetProfileCustomUserData(a->svc, op, 0, sizeof(uses), &uses);
	return ERROR_SUCCESS;
}

static DWORD tell(struct adapter *a, HANDLE op)
{
	DWORD code = 1;
	L2_NOTIFICATION_DATA data = {.NotificationSource = L2_NOTIFICATION_SOURCE_WLAN_IHV,
		.NotificationCode = code,
		.dwDataSize = sizeof(code),
		.pData = (BYTE *)&code};

	calls.Dot11ExtSendNotification(a->svc, &data);
	return ERROR_SUCCESS;
}

static DWORD ask(struct adapter *a, HANDLE op)
{
	base_ask(a);
	return ERROR_SUCCESS;
}

static void prepare(struct adapter *a, HANDLE op)
{
	static DWORD (*const steps[])(struct adapter *, HANDLE) = {
		set_auth, set_unicast, set_multicast, set_ethertypes, count_use, tell, ask};
	DWORD error = ERROR_SUCCESS;
	size_t i;

	for (i = 0; i < ARRAYSIZE(steps) && error == ERROR_SUCCESS; i++) {
		if (!base_still(a, &a->connect, op))
			return;
		error = steps[i](a, op);
	}
	if (!base_still(a, &a->connect, op))
		return;
	a->connect = NULL;
	calls.Dot11ExtPreAssociateCompletion(a->svc, op,
		error == ERROR_SUCCESS ? L2_REASON_CODE_SUCCESS : BASE_REASON_DRIVER, error);
}

/* ---- Post-association, by base_step(). ---- */

static void complete(struct adapter *a, HANDLE op, DWORD reason, DWORD error)
{
	if (!base_still(a, &a->session.id, op))
		return;
	a->session.progress = SESSION_DONE;
	calls.Dot11ExtPostAssociateCompletion(a->svc, op, &a->session.peer, reason, error);
}

/* All that a session needs, before anything is sent: then Stop has its turn once more. */
static DWORD begin_with(struct adapter *a, struct send **s)
{
	DWORD error = calls.Dot11ExtAllocateBuffer(BASE_MEMO_SIZE, &a->session.memo);

	if (error) {
		a->session.memo = NULL;
		return error;
	}
	memset(a->session.memo, 0, BASE_MEMO_SIZE);
	memcpy(a->session.memo, a->session.peer, sizeof(a->session.peer));
	*s = base_send_new(a);
	return *s ? ERROR_SUCCESS : ERROR_NOT_ENOUGH_MEMORY;
}

static void begin(struct adapter *a, HANDLE op)
{
	struct send *s = NULL;
	DWORD error;

	if (!base_still(a, &a->session.id, op))
		return;
	error = begin_with(a, &s);
	if (error) {
		complete(a, op, BASE_REASON_MEMORY, error);
		return;
	}
	if (!base_still(a, &a->session.id, op)) {
		base_send_free(s);
		return;
	}
	a->session.progress = SESSION_SENT;
	error = base_send_go(s);
	if (error)
		complete(a, op, BASE_REASON_DRIVER, error);
}

bool base_step(struct adapter *a)
{
	if (a->connect)
		prepare(a, a->connect);
	else if (a->session.id && a->session.progress == SESSION_NEW)
		begin(a, a->session.id);
	else if (a->session.id && a->session.progress == SESSION_READY)
		complete(a, a->session.id, L2_REASON_CODE_SUCCESS, ERROR_SUCCESS);
	else
		return false;
	return true;
}

/* ---- Handlers: service and adapters. ---- */

static VOID WINAPI deinit_service(VOID)
{
	base_ui_cancel(NULL);
}

static DWORD WINAPI init_adapter(PDOT11_ADAPTER adapter, HANDLE svc, PHANDLE ext)
{
	struct adapter *a = calloc(1, sizeof(*a));

	if (!a)
		return ERROR_NOT_ENOUGH_MEMORY;
	a->svc = svc;
	atomic_init(&a->ending, 0);
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->changed, NULL);
	if (base_worker_start(a)) {
		pthread_cond_destroy(&a->changed);
		pthread_mutex_destroy(&a->lock);
		free(a);
		return ERROR_NOT_ENOUGH_MEMORY;
	}
	pthread_mutex_lock(&adapters_lock);
	a->next = adapters;
	adapters = a;
	pthread_mutex_unlock(&adapters_lock);
	*ext = a;
	return ERROR_SUCCESS;
}

static void forget(struct adapter *a)
{
	struct adapter **at;

	pthread_mutex_lock(&adapters_lock);
	for (at = &adapters; *at != a; at = &(*at)->next)
		;
	*at = a->next;
	pthread_mutex_unlock(&adapters_lock);
}

static VOID WINAPI deinit_adapter(HANDLE ext)
{
	struct adapter *a = ext;

	base_end_begin(a);
	a->leaving = true;
	a->connect = NULL;
	base_end_session(a);
	base_end_done(a);
	base_worker_end(a);
	base_ui_cancel(a);
	forget(a);
	pthread_cond_destroy(&a->changed);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

static DWORD WINAPI adapter_reset(HANDLE ext)
{
	struct adapter *a = ext;
	DOT11_MAC_ADDRESS peer;
	HANDLE connect, session;

	base_end_begin(a);
	connect = a->connect;
	session = a->session.progress == SESSION_DONE ? NULL : a->session.id;
	memcpy(peer, a->session.peer, sizeof(peer));
	a->connect = NULL;
	base_end_session(a);
	if (connect)
		calls.Dot11ExtPreAssociateCompletion(
			a->svc, connect, BASE_REASON_RESET, ERROR_CANCELLED);
	if (session)
		calls.Dot11ExtPostAssociateCompletion(
			a->svc, session, &peer, BASE_REASON_RESET, ERROR_CANCELLED);
	base_ui_cancel(a);
	base_end_done(a);
	return ERROR_SUCCESS;
}

/* ---- Handlers: the connection. ---- */

static DWORD WINAPI perform_pre_associate(HANDLE ext, HANDLE connect,
	PDOT11EXT_IHV_PROFILE_PARAMS params, PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn,
	PDOT11EXT_IHV_SECURITY_PROFILE sec, PDOT11_BSS_LIST list, PDWORD reason)
{
	struct adapter *a = ext;
	DWORD error = base_validate_profile(ext, params, conn, sec, reason);

	if (error)
		return error;
	pthread_mutex_lock(&a->lock);
	if (a->connect) {
		*reason = BASE_REASON_BUSY;
		error = ERROR_INVALID_STATE;
	} else {
		a->connect = connect;
		base_worker_wake(a);
	}
	pthread_mutex_unlock(&a->lock);
	return error;
}

static DWORD WINAPI perform_post_associate(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port,
	ULONG size, PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	struct adapter *a = ext;

	pthread_mutex_lock(&a->lock);
	base_end_session(a); /* what is left of an older one, if anything */
	a->session.id = session;
	memcpy(a->session.peer, port->PeerMacAddress, sizeof(a->session.peer));
	a->session.progress = SESSION_NEW;
	base_worker_wake(a);
	pthread_mutex_unlock(&a->lock);
	return ERROR_SUCCESS;
}

static DWORD WINAPI stop_post_associate(
	HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	struct adapter *a = ext;

	base_end_begin(a);
	if (a->session.id && memcmp(a->session.peer, *peer, sizeof(*peer)) == 0)
		base_end_session(a);
	base_end_done(a);
	return ERROR_SUCCESS;
}

DWORD WINAPI base_get_version_info(PDOT11_IHV_VERSION_INFO info)
{
	info->dwVerMin = info->dwVerMax = 0;
	return ERROR_SUCCESS;
}

DWORD WINAPI base_init_service(
	DWORD version, PDOT11EXT_APIS apis, LPVOID reserved, PDOT11EXT_IHV_HANDLERS out)
{
	calls = *apis;
	*out = (DOT11EXT_IHV_HANDLERS){
		.Dot11ExtIhvDeinitService = deinit_service,
		.Dot11ExtIhvInitAdapter = init_adapter,
		.Dot11ExtIhvDeinitAdapter = deinit_adapter,
		.Dot11ExtIhvPerformPreAssociate = perform_pre_associate,
		.Dot11ExtIhvAdapterReset = adapter_reset,
		.Dot11ExtIhvPerformPostAssociate = perform_post_associate,
		.Dot11ExtIhvStopPostAssociate = stop_post_associate,
		.Dot11ExtIhvValidateProfile = base_validate_profile,
		.Dot11ExtIhvPerformCapabilityMatch = base_capability_match,
		.Dot11ExtIhvCreateDiscoveryProfiles = base_discovery,
		.Dot11ExtIhvProcessSessionChange = base_process_session_change,
		.Dot11ExtIhvReceiveIndication = base_receive_indication,
		.Dot11ExtIhvReceivePacket = base_receive_packet,
		.Dot11ExtIhvSendPacketCompletion = base_send_packet_completion,
		.Dot11ExtIhvIsUIRequestPending = base_is_ui_request_pending,
		.Dot11ExtIhvProcessUIResponse = base_process_ui_response,
		.Dot11ExtIhvQueryUIRequest = base_query_ui,
		.Dot11ExtIhvOnexIndicateResult = base_onex_result,
		.Dot11ExtIhvControl = base_control,
	};
	return ERROR_SUCCESS;
}
