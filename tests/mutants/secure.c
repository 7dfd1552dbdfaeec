// SPDX-License-Identifier: BSD-2-Clause
/* Mistakes in post-association. */
#include <string.h>

#include "base.h"

/* Takes note of a session that the base's worker shall leave alone. */
static void note(struct adapter *a, HANDLE session, const DOT11_PORT_STATE *port, enum progress at)
{
	pthread_mutex_lock(&a->lock);
	base_end_session(a);
	a->session.id = session;
	memcpy(a->session.peer, port->PeerMacAddress, sizeof(a->session.peer));
	a->session.progress = at;
	pthread_mutex_unlock(&a->lock);
}

/* An open network has nothing to wait for. */
static DWORD WINAPI x31_perform(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port, ULONG size,
	PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	struct adapter *a = ext;

	note(a, session, port, SESSION_DONE);
	host.Dot11ExtPostAssociateCompletion(a->svc, session, NULL, L2_REASON_CODE_SUCCESS, 0);
	return ERROR_SUCCESS;
}

const struct mutation x31_inside = {.handlers.Dot11ExtIhvPerformPostAssociate = x31_perform};

/* A thread does it, and the handler waits for the thread. */
struct task {
	HANDLE svc, session;
};

static void *complete_task(void *arg)
{
	const struct task *t = arg;

	host.Dot11ExtPostAssociateCompletion(
		t->svc, t->session, NULL, L2_REASON_CODE_SUCCESS, ERROR_SUCCESS);
	return NULL;
}

static DWORD WINAPI x31_join_perform(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port, ULONG size,
	PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	struct adapter *a = ext;
	struct task task = {a->svc, session};
	pthread_t thread;

	note(a, session, port, SESSION_DONE);
	if (pthread_create(&thread, NULL, complete_task, &task))
		return ERROR_NOT_ENOUGH_MEMORY;
	pthread_join(thread, NULL);
	return ERROR_SUCCESS;
}

const struct mutation x31_joins = {.handlers.Dot11ExtIhvPerformPostAssociate = x31_join_perform};

/* Sends from the handler, which is fine, and completes there when that fails. */
static DWORD WINAPI x31_send_perform(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port, ULONG size,
	PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	struct adapter *a = ext;
	DWORD error;

	note(a, session, port, SESSION_SENT);
	pthread_mutex_lock(&a->lock);
	error = base_send(a);
	if (error) {
		a->session.progress = SESSION_DONE;
		host.Dot11ExtPostAssociateCompletion(
			a->svc, session, NULL, BASE_REASON_DRIVER, error);
	}
	pthread_mutex_unlock(&a->lock);
	return ERROR_SUCCESS;
}

const struct mutation x31_send_fails = {
	.handlers.Dot11ExtIhvPerformPostAssociate = x31_send_perform};

/* It has introduced itself to this AP already, so it sends nothing, and waits for the completion.
 */
static DWORD WINAPI x32_send(HANDLE svc, ULONG size, LPVOID packet, HANDLE number)
{
	static atomic_uint sent;

	return atomic_fetch_add(&sent, 1) ? ERROR_SUCCESS
					  : host.Dot11ExtSendPacket(svc, size, packet, number);
}

const struct mutation x32_waits_for_nothing = {.calls.Dot11ExtSendPacket = x32_send};

/* What SendPacket answers nobody looks at. */
static DWORD WINAPI x32_careless_send(HANDLE svc, ULONG size, LPVOID packet, HANDLE number)
{
	(void)host.Dot11ExtSendPacket(svc, size, packet, number);
	return ERROR_SUCCESS;
}

const struct mutation x32_send_fails = {.calls.Dot11ExtSendPacket = x32_careless_send};

/* Under way is not success, it says, and completes all the same. */
static DWORD WINAPI x33_perform(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port, ULONG size,
	PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	(void)base.Dot11ExtIhvPerformPostAssociate(ext, session, port, size, params);
	return ERROR_IO_PENDING;
}

const struct mutation x33_io_pending = {.handlers.Dot11ExtIhvPerformPostAssociate = x33_perform};

/* The worker is at it already when the handler finds no memory. */
static DWORD WINAPI x33_memory_perform(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port,
	ULONG size, PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	DWORD error = base.Dot11ExtIhvPerformPostAssociate(ext, session, port, size, params);
	LPVOID copy;

	if (error)
		return error;
	error = host.Dot11ExtAllocateBuffer(size, &copy);
	if (!error)
		host.Dot11ExtFreeBuffer(copy);
	return error;
}

const struct mutation x33_out_of_memory = {
	.handlers.Dot11ExtIhvPerformPostAssociate = x33_memory_perform};

/* Its own note of the state of the port. */
static DWORD WINAPI x34_perform(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port, ULONG size,
	PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	port->bPortAuthorized = TRUE;
	return base.Dot11ExtIhvPerformPostAssociate(ext, session, port, size, params);
}

const struct mutation x34_notes_there = {.handlers.Dot11ExtIhvPerformPostAssociate = x34_perform};

/* ---- Which session, which AP. ---- */

static DWORD session_number;

static DWORD WINAPI number_perform(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port, ULONG size,
	PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	session_number = port->uSessionId;
	return base.Dot11ExtIhvPerformPostAssociate(ext, session, port, size, params);
}

static DWORD WINAPI x36_complete(
	HANDLE svc, HANDLE session, PDOT11_MAC_ADDRESS peer, DWORD reason, DWORD error)
{
	return host.Dot11ExtPostAssociateCompletion(
		svc, (HANDLE)(ULONG_PTR)session_number, peer, reason, error);
}

const struct mutation x36_session_number = {
	.handlers.Dot11ExtIhvPerformPostAssociate = number_perform,
	.calls.Dot11ExtPostAssociateCompletion = x36_complete};

static HANDLE last_connect;

static DWORD WINAPI connect_complete(HANDLE svc, HANDLE connect, DWORD reason, DWORD error)
{
	last_connect = connect;
	return host.Dot11ExtPreAssociateCompletion(svc, connect, reason, error);
}

static DWORD WINAPI x36_connect_complete(
	HANDLE svc, HANDLE session, PDOT11_MAC_ADDRESS peer, DWORD reason, DWORD error)
{
	return host.Dot11ExtPostAssociateCompletion(svc, last_connect, peer, reason, error);
}

const struct mutation x36_connect_handle = {
	.calls.Dot11ExtPreAssociateCompletion = connect_complete,
	.calls.Dot11ExtPostAssociateCompletion = x36_connect_complete};

/* A failure is told of no session in particular. */
static DWORD WINAPI x36_null_complete(
	HANDLE svc, HANDLE session, PDOT11_MAC_ADDRESS peer, DWORD reason, DWORD error)
{
	return host.Dot11ExtPostAssociateCompletion(
		svc, error ? NULL : session, peer, reason, error);
}

const struct mutation x36_null_on_failure = {
	.calls.Dot11ExtPostAssociateCompletion = x36_null_complete};

/* The AP that it knew first. */
static DWORD WINAPI x37_complete(
	HANDLE svc, HANDLE session, PDOT11_MAC_ADDRESS peer, DWORD reason, DWORD error)
{
	static DOT11_MAC_ADDRESS first;
	static bool known;

	if (!known)
		memcpy(first, *peer, sizeof(first));
	known = true;
	return host.Dot11ExtPostAssociateCompletion(svc, session, &first, reason, error);
}

const struct mutation x37_first_ap = {.calls.Dot11ExtPostAssociateCompletion = x37_complete};

static DWORD WINAPI x37_broadcast_complete(
	HANDLE svc, HANDLE session, PDOT11_MAC_ADDRESS peer, DWORD reason, DWORD error)
{
	DOT11_MAC_ADDRESS all = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

	return host.Dot11ExtPostAssociateCompletion(svc, session, &all, reason, error);
}

const struct mutation x37_broadcast = {
	.calls.Dot11ExtPostAssociateCompletion = x37_broadcast_complete};

/* To be on the safe side. */
static DWORD WINAPI x39_complete(
	HANDLE svc, HANDLE session, PDOT11_MAC_ADDRESS peer, DWORD reason, DWORD error)
{
	host.Dot11ExtPostAssociateCompletion(svc, session, peer, reason, error);
	return host.Dot11ExtPostAssociateCompletion(svc, session, peer, reason, error);
}

const struct mutation x39_twice = {.calls.Dot11ExtPostAssociateCompletion = x39_complete};

/* ---- More than one association. ---- */

static atomic_bool associated;

static DWORD WINAPI fresh_pre_associate(HANDLE ext, HANDLE connect,
	PDOT11EXT_IHV_PROFILE_PARAMS params, PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn,
	PDOT11EXT_IHV_SECURITY_PROFILE sec, PDOT11_BSS_LIST list, PDWORD reason)
{
	atomic_store(&associated, false);
	return base.Dot11ExtIhvPerformPreAssociate(ext, connect, params, conn, sec, list, reason);
}

/* One association for each pre-association. */
static DWORD WINAPI x49_perform(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port, ULONG size,
	PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	if (atomic_exchange(&associated, true))
		return ERROR_INVALID_STATE;
	return base.Dot11ExtIhvPerformPostAssociate(ext, session, port, size, params);
}

const struct mutation x49_once = {.handlers.Dot11ExtIhvPerformPreAssociate = fresh_pre_associate,
	.handlers.Dot11ExtIhvPerformPostAssociate = x49_perform};

/* With one AP alone: the first. */
static DWORD WINAPI x49_roam_perform(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port, ULONG size,
	PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	static DOT11_MAC_ADDRESS first;

	if (!atomic_exchange(&associated, true))
		memcpy(first, port->PeerMacAddress, sizeof(first));
	if (memcmp(first, port->PeerMacAddress, sizeof(first)) != 0)
		return ERROR_ACCESS_DENIED;
	return base.Dot11ExtIhvPerformPostAssociate(ext, session, port, size, params);
}

const struct mutation x49_first_ap = {
	.handlers.Dot11ExtIhvPerformPreAssociate = fresh_pre_associate,
	.handlers.Dot11ExtIhvPerformPostAssociate = x49_roam_perform};
