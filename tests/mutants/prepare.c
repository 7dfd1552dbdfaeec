// SPDX-License-Identifier: BSD-2-Clause
/* Mistakes in pre-association and in judging profiles. */
#include <string.h>

#include "base.h"

/* ---- Who completes, and when. ---- */

/* Nothing takes long here, so there is no need for a thread. */
static DWORD WINAPI x18_perform(HANDLE ext, HANDLE connect, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn, PDOT11EXT_IHV_SECURITY_PROFILE sec,
	PDOT11_BSS_LIST list, PDWORD reason)
{
	const struct adapter *a = ext;
	USHORT registration = BASE_ETHERTYPE;
	DWORD error;

	*reason = L2_REASON_CODE_SUCCESS;
	error = host.Dot11ExtSetAuthAlgorithm(a->svc, DOT11_AUTH_ALGO_80211_OPEN);
	if (!error)
		error = host.Dot11ExtSetEtherTypeHandling(a->svc, 1, 0, NULL, 1, &registration);
	host.Dot11ExtPreAssociateCompletion(
		a->svc, connect, error ? BASE_REASON_DRIVER : L2_REASON_CODE_SUCCESS, error);
	return ERROR_SUCCESS;
}

const struct mutation x18_no_thread = {.handlers.Dot11ExtIhvPerformPreAssociate = x18_perform};

/* The settings of last time still hold: done at once. */
static DWORD WINAPI x21_perform(HANDLE ext, HANDLE connect, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn, PDOT11EXT_IHV_SECURITY_PROFILE sec,
	PDOT11_BSS_LIST list, PDWORD reason)
{
	static atomic_bool before;
	const struct adapter *a = ext;

	if (!atomic_exchange(&before, true))
		return base.Dot11ExtIhvPerformPreAssociate(
			ext, connect, params, conn, sec, list, reason);
	*reason = L2_REASON_CODE_SUCCESS;
	host.Dot11ExtPreAssociateCompletion(a->svc, connect, L2_REASON_CODE_SUCCESS, 0);
	return ERROR_SUCCESS;
}

const struct mutation x21_cached = {.handlers.Dot11ExtIhvPerformPreAssociate = x21_perform};

/* What fails in the handler itself is completed there, and the answer is success. */
static DWORD WINAPI x21_fail_perform(HANDLE ext, HANDLE connect,
	PDOT11EXT_IHV_PROFILE_PARAMS params, PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn,
	PDOT11EXT_IHV_SECURITY_PROFILE sec, PDOT11_BSS_LIST list, PDWORD reason)
{
	const struct adapter *a = ext;
	DWORD error = host.Dot11ExtSetAuthAlgorithm(a->svc, DOT11_AUTH_ALGO_80211_OPEN);

	if (!error)
		return base.Dot11ExtIhvPerformPreAssociate(
			ext, connect, params, conn, sec, list, reason);
	*reason = L2_REASON_CODE_SUCCESS;
	host.Dot11ExtPreAssociateCompletion(a->svc, connect, BASE_REASON_DRIVER, error);
	return ERROR_SUCCESS;
}

const struct mutation x21_fails_inside = {
	.handlers.Dot11ExtIhvPerformPreAssociate = x21_fail_perform};

/* The worker has begun, and the handler waits until it is done. */
static DWORD WINAPI x21_wait_perform(HANDLE ext, HANDLE connect,
	PDOT11EXT_IHV_PROFILE_PARAMS params, PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn,
	PDOT11EXT_IHV_SECURITY_PROFILE sec, PDOT11_BSS_LIST list, PDWORD reason)
{
	struct adapter *a = ext;
	DWORD error =
		base.Dot11ExtIhvPerformPreAssociate(ext, connect, params, conn, sec, list, reason);

	pthread_mutex_lock(&a->lock);
	while (!error && a->connect == connect) {
		pthread_cond_broadcast(&a->changed);
		pthread_cond_wait(&a->changed, &a->lock);
	}
	pthread_mutex_unlock(&a->lock);
	return error;
}

static DWORD WINAPI x21_wait_complete(HANDLE svc, HANDLE connect, DWORD reason, DWORD error)
{
	const DWORD result = host.Dot11ExtPreAssociateCompletion(svc, connect, reason, error);

	pthread_cond_broadcast(&base_adapter(svc)->changed);
	return result;
}

const struct mutation x21_waits_for_worker = {
	.handlers.Dot11ExtIhvPerformPreAssociate = x21_wait_perform,
	.calls.Dot11ExtPreAssociateCompletion = x21_wait_complete};

static DWORD WINAPI x22_complete(HANDLE svc, HANDLE connect, DWORD reason, DWORD error)
{
	host.Dot11ExtPreAssociateCompletion(svc, connect, reason, error);
	return host.Dot11ExtPreAssociateCompletion(svc, connect, reason, error);
}

const struct mutation x22_twice = {.calls.Dot11ExtPreAssociateCompletion = x22_complete};

/* A failure ends the worker's work, and is not told. */
static DWORD WINAPI x22_silent(HANDLE svc, HANDLE connect, DWORD reason, DWORD error)
{
	return error && error != ERROR_CANCELLED
		       ? ERROR_SUCCESS
		       : host.Dot11ExtPreAssociateCompletion(svc, connect, reason, error);
}

const struct mutation x22_silent_failure = {.calls.Dot11ExtPreAssociateCompletion = x22_silent};

/* A failure is told, and then the common end tells success. */
static DWORD WINAPI x22_falls(HANDLE svc, HANDLE connect, DWORD reason, DWORD error)
{
	if (error && error != ERROR_CANCELLED)
		host.Dot11ExtPreAssociateCompletion(svc, connect, reason, error);
	return host.Dot11ExtPreAssociateCompletion(svc, connect, reason, error);
}

const struct mutation x22_falls_through = {.calls.Dot11ExtPreAssociateCompletion = x22_falls};

/* Under way is not success, it says, and completes all the same. */
static DWORD WINAPI x23_perform(HANDLE ext, HANDLE connect, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn, PDOT11EXT_IHV_SECURITY_PROFILE sec,
	PDOT11_BSS_LIST list, PDWORD reason)
{
	const DWORD error =
		base.Dot11ExtIhvPerformPreAssociate(ext, connect, params, conn, sec, list, reason);

	if (error)
		return error;
	*reason = BASE_REASON_BUSY;
	return ERROR_IO_PENDING;
}

const struct mutation x23_io_pending = {.handlers.Dot11ExtIhvPerformPreAssociate = x23_perform};

/* The worker has been started when the last thing that the handler needs is not to be had. */
static DWORD WINAPI x23_memory_perform(HANDLE ext, HANDLE connect,
	PDOT11EXT_IHV_PROFILE_PARAMS params, PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn,
	PDOT11EXT_IHV_SECURITY_PROFILE sec, PDOT11_BSS_LIST list, PDWORD reason)
{
	LPVOID name = NULL;
	DWORD error =
		base.Dot11ExtIhvPerformPreAssociate(ext, connect, params, conn, sec, list, reason);

	if (error)
		return error;
	if (host.Dot11ExtAllocateBuffer(64, &name)) {
		*reason = BASE_REASON_MEMORY;
		return ERROR_NOT_ENOUGH_MEMORY;
	}
	host.Dot11ExtFreeBuffer(name);
	return ERROR_SUCCESS;
}

const struct mutation x23_out_of_memory = {
	.handlers.Dot11ExtIhvPerformPreAssociate = x23_memory_perform};

/* ---- Handles and functions. ---- */

/* Keeps the data of the user once it knows that all went well. */
static DWORD WINAPI x24_complete(HANDLE svc, HANDLE connect, DWORD reason, DWORD error)
{
	const DWORD result = host.Dot11ExtPreAssociateCompletion(svc, connect, reason, error);
	DWORD uses = 1;

	if (!error)
		host.Dot11ExtSetProfileCustomUserData(svc, connect, 0, sizeof(uses), &uses);
	return result;
}

const struct mutation x24_keeps_after = {.calls.Dot11ExtPreAssociateCompletion = x24_complete};

static DWORD WINAPI x25_perform(HANDLE ext, HANDLE connect, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn, PDOT11EXT_IHV_SECURITY_PROFILE sec,
	PDOT11_BSS_LIST list, PDWORD reason)
{
	const struct adapter *a = ext;
	LPVOID data;
	DWORD size;

	if (host.Dot11ExtGetProfileCustomUserData(a->svc, connect, 0, &size, &data) == 0)
		host.Dot11ExtFreeBuffer(data);
	return base.Dot11ExtIhvPerformPreAssociate(ext, connect, params, conn, sec, list, reason);
}

const struct mutation x25_inside = {.handlers.Dot11ExtIhvPerformPreAssociate = x25_perform};

/* Registers when it needs the packets, which is too late. */
static DWORD WINAPI x26_perform(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port, ULONG size,
	PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	const struct adapter *a = ext;
	USHORT registration = BASE_ETHERTYPE;

	host.Dot11ExtSetEtherTypeHandling(a->svc, 4, 0, NULL, 1, &registration);
	return base.Dot11ExtIhvPerformPostAssociate(ext, session, port, size, params);
}

const struct mutation x26_at_association = {
	.handlers.Dot11ExtIhvPerformPostAssociate = x26_perform};

/* Tries the best first, and takes what the radio leaves it. */
static DWORD WINAPI x27_unicast(HANDLE svc, DWORD algorithm)
{
	host.Dot11ExtSetUnicastCipherAlgorithm(svc, DOT11_CIPHER_ALGO_WEP104);
	return host.Dot11ExtSetUnicastCipherAlgorithm(svc, algorithm);
}

const struct mutation x27_tries = {.calls.Dot11ExtSetUnicastCipherAlgorithm = x27_unicast};

/* ---- Reasons. ---- */

static DWORD WINAPI x19_validate(HANDLE ext, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn, PDOT11EXT_IHV_SECURITY_PROFILE sec, PDWORD reason)
{
	return ERROR_SUCCESS;
}

const struct mutation x19_only_errors = {.handlers.Dot11ExtIhvValidateProfile = x19_validate};

/* Out of memory the reason is forgotten. */
static DWORD WINAPI x19_discovery(HANDLE ext, BOOL insecure, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11_BSS_LIST list, PDOT11EXT_IHV_DISCOVERY_PROFILE_LIST out, PDWORD reason)
{
	DWORD own, error = base.Dot11ExtIhvCreateDiscoveryProfiles(
			   ext, insecure, params, list, out, &own);

	if (!error)
		*reason = own;
	return error;
}

const struct mutation x19_out_of_memory = {
	.handlers.Dot11ExtIhvCreateDiscoveryProfiles = x19_discovery};

static DWORD no_profiles(PDOT11EXT_IHV_DISCOVERY_PROFILE_LIST out)
{
	memset(out, 0, sizeof(*out));
	return ERROR_NOT_SUPPORTED;
}

static DWORD WINAPI x20_discovery(HANDLE ext, BOOL insecure, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11_BSS_LIST list, PDOT11EXT_IHV_DISCOVERY_PROFILE_LIST out, PDWORD reason)
{
	*reason = L2_REASON_CODE_SUCCESS;
	return no_profiles(out);
}

const struct mutation x20_error_without_reason = {
	.handlers.Dot11ExtIhvCreateDiscoveryProfiles = x20_discovery};

static DWORD WINAPI x20_match(HANDLE ext, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn, PDOT11EXT_IHV_SECURITY_PROFILE sec,
	PDOT11_BSS_LIST list, PDWORD reason)
{
	*reason = L2_REASON_CODE_UNKNOWN; /* until it is known better */
	return ERROR_SUCCESS;
}

const struct mutation x20_success_with_reason = {
	.handlers.Dot11ExtIhvPerformCapabilityMatch = x20_match};

static DWORD WINAPI x30_discovery(HANDLE ext, BOOL insecure, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11_BSS_LIST list, PDOT11EXT_IHV_DISCOVERY_PROFILE_LIST out, PDWORD reason)
{
	*reason = ERROR_NOT_SUPPORTED;
	return no_profiles(out);
}

const struct mutation x30_win32_reason = {
	.handlers.Dot11ExtIhvCreateDiscoveryProfiles = x30_discovery};

/* The error, when something fails, stands for both. */
static DWORD WINAPI x30_complete(
	HANDLE svc, HANDLE session, PDOT11_MAC_ADDRESS peer, DWORD reason, DWORD error)
{
	return host.Dot11ExtPostAssociateCompletion(
		svc, session, peer, error ? error : reason, error);
}

const struct mutation x30_error_twice = {.calls.Dot11ExtPostAssociateCompletion = x30_complete};

static DWORD WINAPI x28_complete(HANDLE svc, HANDLE connect, DWORD reason, DWORD error)
{
	return host.Dot11ExtPreAssociateCompletion(
		svc, connect, error ? reason : L2_REASON_CODE_UNKNOWN, error);
}

const struct mutation x28_no_reason_yet = {.calls.Dot11ExtPreAssociateCompletion = x28_complete};

/* The Win32 code says it all. */
static DWORD WINAPI x29_complete(HANDLE svc, HANDLE connect, DWORD reason, DWORD error)
{
	return host.Dot11ExtPreAssociateCompletion(svc, connect, L2_REASON_CODE_SUCCESS, error);
}

const struct mutation x29_no_reason = {.calls.Dot11ExtPreAssociateCompletion = x29_complete};
