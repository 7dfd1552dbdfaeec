// SPDX-License-Identifier: BSD-2-Clause
/*
 * Does in handlers what may be done there: the radio is set up in PerformPreAssociate, the packet
 * sent in PerformPostAssociate, and the session completed in SendPacketCompletion. The worker only
 * completes the pre-association, and what went wrong.
 */
#include <stdlib.h>
#include <string.h>

#include "base.h"

static DWORD set_up(const struct adapter *a)
{
	USHORT registration = BASE_ETHERTYPE;
	DWORD error = host.Dot11ExtSetAuthAlgorithm(a->svc, DOT11_AUTH_ALGO_80211_OPEN);

	if (!error)
		error = host.Dot11ExtSetUnicastCipherAlgorithm(a->svc, DOT11_CIPHER_ALGO_NONE);
	if (!error)
		error = host.Dot11ExtSetMulticastCipherAlgorithm(a->svc, DOT11_CIPHER_ALGO_NONE);
	if (!error)
		error = host.Dot11ExtSetEtherTypeHandling(a->svc, 4, 0, NULL, 1, &registration);
	return error;
}

static DWORD WINAPI perform_pre(HANDLE ext, HANDLE connect, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn, PDOT11EXT_IHV_SECURITY_PROFILE sec,
	PDOT11_BSS_LIST list, PDWORD reason)
{
	struct adapter *a = ext;
	DWORD error;

	pthread_mutex_lock(&a->lock);
	error = set_up(a);
	pthread_mutex_unlock(&a->lock);
	if (error) {
		*reason = BASE_REASON_DRIVER;
		return error;
	}
	return base.Dot11ExtIhvPerformPreAssociate(ext, connect, params, conn, sec, list, reason);
}

/* The worker finds that done. */
static DWORD WINAPI set_already(HANDLE svc, DWORD algorithm)
{
	return ERROR_SUCCESS;
}

static DWORD WINAPI lists_already(HANDLE svc, ULONG backlog, ULONG exemptions,
	PDOT11_PRIVACY_EXEMPTION exemption, ULONG registrations, USHORT *registration)
{
	return ERROR_SUCCESS;
}

/* Where the packet cannot be sent, the worker tries again, and tells. */
static DWORD WINAPI perform_post(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port, ULONG size,
	PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	struct adapter *a = ext;

	pthread_mutex_lock(&a->lock);
	base_end_session(a);
	a->session.id = session;
	memcpy(a->session.peer, port->PeerMacAddress, sizeof(a->session.peer));
	a->session.progress = SESSION_SENT;
	if (base_send(a)) {
		a->session.progress = SESSION_NEW;
		base_worker_wake(a);
	}
	pthread_mutex_unlock(&a->lock);
	return ERROR_SUCCESS;
}

static DWORD WINAPI completed(HANDLE number)
{
	struct send *s = base_send_take(number);
	struct adapter *a;

	if (!s)
		return ERROR_NOT_FOUND;
	a = s->owner;
	pthread_mutex_lock(&a->lock);
	if (base_still(a, &a->session.id, s->session) && a->session.progress == SESSION_SENT) {
		a->session.progress = SESSION_DONE;
		host.Dot11ExtPostAssociateCompletion(a->svc, s->session, &a->session.peer,
			L2_REASON_CODE_SUCCESS, ERROR_SUCCESS);
	}
	pthread_mutex_unlock(&a->lock);
	host.Dot11ExtFreeBuffer(s->packet);
	free(s);
	return ERROR_SUCCESS;
}

const struct mutation mutation = {
	.calls.Dot11ExtSetAuthAlgorithm = set_already,
	.calls.Dot11ExtSetUnicastCipherAlgorithm = set_already,
	.calls.Dot11ExtSetMulticastCipherAlgorithm = set_already,
	.calls.Dot11ExtSetEtherTypeHandling = lists_already,
	.handlers.Dot11ExtIhvPerformPreAssociate = perform_pre,
	.handlers.Dot11ExtIhvPerformPostAssociate = perform_post,
	.handlers.Dot11ExtIhvSendPacketCompletion = completed,
};
