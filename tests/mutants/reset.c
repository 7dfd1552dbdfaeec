// SPDX-License-Identifier: BSD-2-Clause
/* Mistakes in AdapterReset. */
#include <string.h>
#include <time.h>

#include "base.h"

/* ---- a pending pre-association. ---- */

static DWORD WINAPI x44_reset(HANDLE ext)
{
	struct adapter *a = ext;

	base_end_begin(a);
	a->connect = NULL;
	base_end_done(a);
	return base.Dot11ExtIhvAdapterReset(ext);
}

const struct mutation x44_forgets = {.handlers.Dot11ExtIhvAdapterReset = x44_reset};

static DWORD WINAPI x44_complete(HANDLE svc, HANDLE connect, DWORD reason, DWORD error)
{
	return host.Dot11ExtPreAssociateCompletion(
		svc, connect, reason, error == ERROR_CANCELLED ? ERROR_OPERATION_ABORTED : error);
}

const struct mutation x44_aborted = {.calls.Dot11ExtPreAssociateCompletion = x44_complete};

/* A thread tells what Reset has cancelled, when it gets to it. */
static struct {
	HANDLE svc, connect, session;
	pthread_t thread;
	bool started;
} telling;

static void *tell_cancelled(void *unused)
{
	const struct timespec a_while = {.tv_nsec = 5000000};
	struct adapter *a = base_adapter(telling.svc);

	nanosleep(&a_while, NULL); /* it has something else to do first, and comes after Reset */
	pthread_mutex_lock(&a->lock);
	if (telling.connect)
		host.Dot11ExtPreAssociateCompletion(
			telling.svc, telling.connect, BASE_REASON_RESET, ERROR_CANCELLED);
	if (telling.session)
		host.Dot11ExtPostAssociateCompletion(
			telling.svc, telling.session, NULL, BASE_REASON_RESET, ERROR_CANCELLED);
	pthread_mutex_unlock(&a->lock);
	return unused;
}

static void join_telling(void)
{
	if (telling.started)
		pthread_join(telling.thread, NULL);
	telling.started = false;
}

static HANDLE pending_session(const struct adapter *a)
{
	return a->session.progress == SESSION_DONE ? NULL : a->session.id;
}

static DWORD reset_and_tell(struct adapter *a, bool connect, bool session)
{
	join_telling();
	base_end_begin(a);
	telling.svc = a->svc;
	telling.connect = connect ? a->connect : NULL;
	telling.session = session ? pending_session(a) : NULL;
	if (telling.connect || telling.session)
		telling.started = pthread_create(&telling.thread, NULL, tell_cancelled, NULL) == 0;
	if (telling.connect)
		a->connect = NULL;
	if (telling.session)
		base_end_session(a);
	base_end_done(a);
	return base.Dot11ExtIhvAdapterReset(a);
}

static DWORD WINAPI x44_late_reset(HANDLE ext)
{
	return reset_and_tell(ext, true, false);
}

static VOID WINAPI join_and_deinit(HANDLE ext)
{
	join_telling();
	base.Dot11ExtIhvDeinitAdapter(ext);
}

const struct mutation x44_late = {.handlers.Dot11ExtIhvAdapterReset = x44_late_reset,
	.handlers.Dot11ExtIhvDeinitAdapter = join_and_deinit};

/* ---- a pending post-association. ---- */

static DWORD WINAPI x45_reset(HANDLE ext)
{
	struct adapter *a = ext;

	base_end_begin(a);
	base_end_session(a);
	base_end_done(a);
	return base.Dot11ExtIhvAdapterReset(ext);
}

const struct mutation x45_forgets = {.handlers.Dot11ExtIhvAdapterReset = x45_reset};

static DWORD WINAPI x45_complete(
	HANDLE svc, HANDLE session, PDOT11_MAC_ADDRESS peer, DWORD reason, DWORD error)
{
	return host.Dot11ExtPostAssociateCompletion(svc, session, peer, reason,
		error == ERROR_CANCELLED ? ERROR_OPERATION_ABORTED : error);
}

const struct mutation x45_aborted = {.calls.Dot11ExtPostAssociateCompletion = x45_complete};

/* Whatever the session was, it is cancelled. */
static DWORD WINAPI x45_all_reset(HANDLE ext)
{
	struct adapter *a = ext;

	base_end_begin(a);
	if (a->session.id && a->session.progress == SESSION_DONE)
		a->session.progress = SESSION_READY;
	base_end_done(a);
	return base.Dot11ExtIhvAdapterReset(ext);
}

const struct mutation x45_completed_too = {.handlers.Dot11ExtIhvAdapterReset = x45_all_reset};

static DWORD WINAPI x45_late_reset(HANDLE ext)
{
	return reset_and_tell(ext, false, true);
}

const struct mutation x45_late = {.handlers.Dot11ExtIhvAdapterReset = x45_late_reset,
	.handlers.Dot11ExtIhvDeinitAdapter = join_and_deinit};

/* ---- what comes after it. ---- */

/* Reset is about the pre-association; what is authenticating goes on. */
static DWORD WINAPI x46_reset(HANDLE ext)
{
	struct adapter *a = ext;
	struct session going_on;
	DWORD error;

	base_end_begin(a);
	going_on = a->session;
	memset(&a->session, 0, sizeof(a->session));
	base_end_done(a);
	error = base.Dot11ExtIhvAdapterReset(ext);
	pthread_mutex_lock(&a->lock);
	a->session = going_on;
	pthread_cond_broadcast(&a->changed);
	pthread_mutex_unlock(&a->lock);
	return error;
}

const struct mutation x46_goes_on = {.handlers.Dot11ExtIhvAdapterReset = x46_reset};

/* The lock is given up for the call, since nobody knows how long that takes. */
static DWORD WINAPI x46_complete(HANDLE svc, HANDLE connect, DWORD reason, DWORD error)
{
	struct adapter *a = base_adapter(svc);
	DWORD result;

	pthread_mutex_unlock(&a->lock);
	result = host.Dot11ExtPreAssociateCompletion(svc, connect, reason, error);
	pthread_mutex_lock(&a->lock);
	return result;
}

const struct mutation x46_unlocked = {.calls.Dot11ExtPreAssociateCompletion = x46_complete};

/* ---- what is not there again. ---- */

static atomic_bool was_reset;

static DWORD WINAPI note_reset(HANDLE ext)
{
	atomic_store(&was_reset, true);
	return base.Dot11ExtIhvAdapterReset(ext);
}

static DWORD WINAPI x47_perform(HANDLE ext, HANDLE connect, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn, PDOT11EXT_IHV_SECURITY_PROFILE sec,
	PDOT11_BSS_LIST list, PDWORD reason)
{
	if (atomic_load(&was_reset)) {
		*reason = BASE_REASON_RESET;
		return ERROR_INVALID_STATE;
	}
	return base.Dot11ExtIhvPerformPreAssociate(ext, connect, params, conn, sec, list, reason);
}

const struct mutation x47_stays_reset = {.handlers.Dot11ExtIhvAdapterReset = note_reset,
	.handlers.Dot11ExtIhvPerformPreAssociate = x47_perform};

/* The radio's filter for data without encryption stays on: no data on an open network any more. */
static DWORD WINAPI x47_reset(HANDLE ext)
{
	const struct adapter *a = ext;

	host.Dot11ExtSetExcludeUnencrypted(a->svc, TRUE);
	return base.Dot11ExtIhvAdapterReset(ext);
}

const struct mutation x47_filter_stays = {.handlers.Dot11ExtIhvAdapterReset = x47_reset};

/* EtherTypes are registered once in the life of the module. */
static DWORD WINAPI x48_lists(HANDLE svc, ULONG backlog, ULONG exemptions,
	PDOT11_PRIVACY_EXEMPTION exemption, ULONG registrations, USHORT *registration)
{
	static atomic_bool done;

	if (atomic_exchange(&done, true))
		return ERROR_SUCCESS;
	return host.Dot11ExtSetEtherTypeHandling(
		svc, backlog, exemptions, exemption, registrations, registration);
}

static DWORD WINAPI x48_perform(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port, ULONG size,
	PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	const struct adapter *a = ext;

	host.Dot11ExtStartOneX(a->svc, NULL);
	return base.Dot11ExtIhvPerformPostAssociate(ext, session, port, size, params);
}

const struct mutation x48_registers_once = {.calls.Dot11ExtSetEtherTypeHandling = x48_lists,
	.handlers.Dot11ExtIhvPerformPostAssociate = x48_perform};
