// SPDX-License-Identifier: BSD-2-Clause
/* Mistakes in StopPostAssociate. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base.h"

static bool pending(const struct adapter *a)
{
	return a->session.id && a->session.progress != SESSION_DONE;
}

/* ---- completions that come too late. ---- */

/* The lock is given up for the call, since nobody knows how long that takes. */
static DWORD WINAPI x40_complete(
	HANDLE svc, HANDLE session, PDOT11_MAC_ADDRESS peer, DWORD reason, DWORD error)
{
	struct adapter *a = base_adapter(svc);
	DOT11_MAC_ADDRESS copy;
	DWORD result;

	memcpy(copy, *peer, sizeof(copy));
	pthread_mutex_unlock(&a->lock);
	result = host.Dot11ExtPostAssociateCompletion(svc, session, &copy, reason, error);
	pthread_mutex_lock(&a->lock);
	return result;
}

const struct mutation x40_unlocked = {.calls.Dot11ExtPostAssociateCompletion = x40_complete};

/* Cancelled is an end, too, and is told. */
static DWORD WINAPI x40_stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	struct adapter *a = ext;

	base_end_begin(a);
	if (a->session.id)
		host.Dot11ExtPostAssociateCompletion(
			a->svc, a->session.id, peer, BASE_REASON_RESET, ERROR_CANCELLED);
	base_end_done(a);
	return base.Dot11ExtIhvStopPostAssociate(ext, peer, status);
}

const struct mutation x40_in_stop = {.handlers.Dot11ExtIhvStopPostAssociate = x40_stop};

/* ... by a thread, and only what is pending. */
struct telling {
	HANDLE svc, session;
	pthread_t thread;
	bool started;
};

static struct telling telling;

static void *tell_cancelled(void *arg)
{
	const struct telling *t = arg;
	struct adapter *a = base_adapter(t->svc);

	pthread_mutex_lock(&a->lock); /* not before Stop gives it up */
	host.Dot11ExtPostAssociateCompletion(
		t->svc, t->session, NULL, BASE_REASON_RESET, ERROR_CANCELLED);
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

static void join_telling(void)
{
	if (telling.started)
		pthread_join(telling.thread, NULL);
	telling.started = false;
}

static DWORD WINAPI x40_tell_stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	struct adapter *a = ext;

	join_telling();
	base_end_begin(a);
	if (pending(a)) {
		telling.svc = a->svc;
		telling.session = a->session.id;
		telling.started =
			pthread_create(&telling.thread, NULL, tell_cancelled, &telling) == 0;
	}
	base_end_session(a);
	base_end_done(a);
	return ERROR_SUCCESS;
}

static VOID WINAPI x40_tell_deinit(HANDLE ext)
{
	join_telling();
	base.Dot11ExtIhvDeinitAdapter(ext);
}

const struct mutation x40_pending_told = {.handlers.Dot11ExtIhvStopPostAssociate = x40_tell_stop,
	.handlers.Dot11ExtIhvDeinitAdapter = x40_tell_deinit};

/* The handle of a connection is that of its first association. */
static HANDLE first_session;

static DWORD WINAPI x40_pre_associate(HANDLE ext, HANDLE connect,
	PDOT11EXT_IHV_PROFILE_PARAMS params, PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn,
	PDOT11EXT_IHV_SECURITY_PROFILE sec, PDOT11_BSS_LIST list, PDWORD reason)
{
	first_session = NULL;
	return base.Dot11ExtIhvPerformPreAssociate(ext, connect, params, conn, sec, list, reason);
}

static DWORD WINAPI x40_first_complete(
	HANDLE svc, HANDLE session, PDOT11_MAC_ADDRESS peer, DWORD reason, DWORD error)
{
	if (!first_session)
		first_session = session;
	return host.Dot11ExtPostAssociateCompletion(svc, first_session, peer, reason, error);
}

const struct mutation x40_first_session = {
	.handlers.Dot11ExtIhvPerformPreAssociate = x40_pre_associate,
	.calls.Dot11ExtPostAssociateCompletion = x40_first_complete};

/* What the system does itself, a reset will follow and tidy up. */
static DWORD WINAPI x40_leave_stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	if (status == DOT11_ASSOC_STATUS_DISASSOCIATED_BY_OS)
		return ERROR_SUCCESS;
	return base.Dot11ExtIhvStopPostAssociate(ext, peer, status);
}

const struct mutation x40_left_to_reset = {.handlers.Dot11ExtIhvStopPostAssociate = x40_leave_stop};

/* Reset cancels the last session, whether or not that was stopped. */
static HANDLE last_session;

static DWORD WINAPI x40_note_perform(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port, ULONG size,
	PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	last_session = session;
	return base.Dot11ExtIhvPerformPostAssociate(ext, session, port, size, params);
}

static DWORD WINAPI x40_reset(HANDLE ext)
{
	const struct adapter *a = ext;

	if (last_session && !a->session.id)
		host.Dot11ExtPostAssociateCompletion(
			a->svc, last_session, NULL, BASE_REASON_RESET, ERROR_CANCELLED);
	last_session = NULL;
	return base.Dot11ExtIhvAdapterReset(ext);
}

const struct mutation x40_in_reset = {.handlers.Dot11ExtIhvPerformPostAssociate = x40_note_perform,
	.handlers.Dot11ExtIhvAdapterReset = x40_reset};

/* A handler has to be quick: where the worker is at work it is not waited for. */
static DWORD WINAPI x40_busy_stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	struct adapter *a = ext;

	if (pthread_mutex_trylock(&a->lock) != 0)
		return ERROR_SUCCESS; /* the worker will see for itself */
	pthread_mutex_unlock(&a->lock);
	return base.Dot11ExtIhvStopPostAssociate(ext, peer, status);
}

const struct mutation x40_does_not_wait = {.handlers.Dot11ExtIhvStopPostAssociate = x40_busy_stop};

/* ---- what is not released. ---- */

/* Blocks that somebody will free, when the module goes. */
#define LOST_MAX 4096
static LPVOID lost[LOST_MAX];
static unsigned nlost;

static void lose_block(struct adapter *a)
{
	if (!a->session.memo || nlost == LOST_MAX)
		return;
	lost[nlost++] = a->session.memo;
	a->session.memo = NULL;
}

static VOID WINAPI x41_deinit(VOID)
{
	while (nlost)
		host.Dot11ExtFreeBuffer(lost[--nlost]);
	base.Dot11ExtIhvDeinitService();
}

static DWORD WINAPI x41_stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	struct adapter *a = ext;

	base_end_begin(a);
	if (pending(a))
		lose_block(a); /* a packet may be under way that needs it */
	base_end_done(a);
	return base.Dot11ExtIhvStopPostAssociate(ext, peer, status);
}

const struct mutation x41_pending_block = {.handlers.Dot11ExtIhvStopPostAssociate = x41_stop,
	.handlers.Dot11ExtIhvDeinitService = x41_deinit};

/* A roam is not an end: the next association takes the block over. It does not. */
static DWORD WINAPI x41_roam_stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	struct adapter *a = ext;

	base_end_begin(a);
	if (status == DOT11_ASSOC_STATUS_DISASSOCIATED_BY_ROAMING)
		lose_block(a);
	base_end_done(a);
	return base.Dot11ExtIhvStopPostAssociate(ext, peer, status);
}

const struct mutation x41_roam_block = {.handlers.Dot11ExtIhvStopPostAssociate = x41_roam_stop,
	.handlers.Dot11ExtIhvDeinitService = x41_deinit};

/* A timer thread for each session, which Stop ends if it was authorised; DeinitAdapter ends all. */
struct timer {
	struct timer *next;
	const struct adapter *owner;
	HANDLE session;
	bool ends;
	pthread_t thread;
};

static struct timer *timers;
static pthread_mutex_t timers_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t timers_changed = PTHREAD_COND_INITIALIZER;

static void *run_timer(void *arg)
{
	struct timer *t = arg;

	pthread_mutex_lock(&timers_lock);
	while (!t->ends)
		pthread_cond_wait(&timers_changed, &timers_lock);
	pthread_mutex_unlock(&timers_lock);
	return NULL;
}

static void end_timers(const struct adapter *owner, HANDLE session)
{
	struct timer **at = &timers, *t;

	while ((t = *at)) {
		if (t->owner != owner || (session && t->session != session)) {
			at = &t->next;
			continue;
		}
		pthread_mutex_lock(&timers_lock);
		t->ends = true;
		pthread_cond_broadcast(&timers_changed);
		pthread_mutex_unlock(&timers_lock);
		pthread_join(t->thread, NULL);
		*at = t->next;
		free(t);
	}
}

static DWORD WINAPI x41_perform(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port, ULONG size,
	PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	struct timer *t = calloc(1, sizeof(*t));

	if (t) {
		t->owner = ext;
		t->session = session;
		if (pthread_create(&t->thread, NULL, run_timer, t)) {
			free(t);
		} else {
			t->next = timers;
			timers = t;
		}
	}
	return base.Dot11ExtIhvPerformPostAssociate(ext, session, port, size, params);
}

static DWORD WINAPI x41_timer_stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	struct adapter *a = ext;
	HANDLE authorised;

	base_end_begin(a);
	authorised = pending(a) ? NULL : a->session.id;
	base_end_done(a);
	if (authorised)
		end_timers(a, authorised);
	return base.Dot11ExtIhvStopPostAssociate(ext, peer, status);
}

static VOID WINAPI x41_timer_deinit(HANDLE ext)
{
	end_timers(ext, NULL);
	base.Dot11ExtIhvDeinitAdapter(ext);
}

const struct mutation x41_pending_thread = {.handlers.Dot11ExtIhvPerformPostAssociate = x41_perform,
	.handlers.Dot11ExtIhvStopPostAssociate = x41_timer_stop,
	.handlers.Dot11ExtIhvDeinitAdapter = x41_timer_deinit};

/* ---- packets outside of a session. ---- */

/* Says goodbye to the AP. */
static DWORD WINAPI x42_stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	struct adapter *a = ext;

	base_end_begin(a);
	if (a->session.id)
		base_send(a);
	base_end_done(a);
	return base.Dot11ExtIhvStopPostAssociate(ext, peer, status);
}

const struct mutation x42_goodbye = {.handlers.Dot11ExtIhvStopPostAssociate = x42_stop};

/* As x40_unlocked. */
static DWORD WINAPI x42_send(HANDLE svc, ULONG size, LPVOID packet, HANDLE number)
{
	struct adapter *a = base_adapter(svc);
	DWORD result;

	pthread_mutex_unlock(&a->lock);
	result = host.Dot11ExtSendPacket(svc, size, packet, number);
	pthread_mutex_lock(&a->lock);
	return result;
}

const struct mutation x42_unlocked = {.calls.Dot11ExtSendPacket = x42_send};

/* A packet that was completed without opening the port was lost, and is sent once more. */
static DWORD WINAPI x42_completion(HANDLE number)
{
	static HANDLE again;
	struct send *s = base_send_take(number);
	struct adapter *a;

	if (!s)
		return ERROR_NOT_FOUND;
	a = s->owner;
	pthread_mutex_lock(&a->lock);
	if (a->session.id == s->session && a->session.progress == SESSION_SENT) {
		a->session.progress = SESSION_READY;
		pthread_cond_broadcast(&a->changed);
	} else if (a->session.id != s->session && number != again) {
		again = number;
		if (host.Dot11ExtSendPacket(a->svc, BASE_PACKET_SIZE, s->packet, number) ==
			ERROR_SUCCESS) {
			pthread_mutex_unlock(&a->lock);
			return ERROR_SUCCESS; /* and its memory is lost, too */
		}
	}
	pthread_mutex_unlock(&a->lock);
	host.Dot11ExtFreeBuffer(s->packet);
	free(s);
	return ERROR_SUCCESS;
}

const struct mutation x42_sends_again = {
	.handlers.Dot11ExtIhvSendPacketCompletion = x42_completion};

/* ---- what Stop answers, and to whom. ---- */

static DWORD WINAPI x43_stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	base.Dot11ExtIhvStopPostAssociate(ext, peer, status);
	return (DWORD)status;
}

const struct mutation x43_returns_status = {.handlers.Dot11ExtIhvStopPostAssociate = x43_stop};

static DWORD WINAPI x43_roam_stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	base.Dot11ExtIhvStopPostAssociate(ext, peer, status);
	return status == DOT11_ASSOC_STATUS_DISASSOCIATED_BY_ROAMING ? ERROR_BUSY : ERROR_SUCCESS;
}

const struct mutation x43_roam_is_busy = {.handlers.Dot11ExtIhvStopPostAssociate = x43_roam_stop};

/* No session, nothing to stop: after a reset, or at a repeat. */
static DWORD WINAPI x43_none_stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	struct adapter *a = ext;
	bool any;

	base_end_begin(a);
	any = a->session.id != NULL;
	base_end_done(a);
	if (!any)
		return ERROR_NOT_FOUND;
	return base.Dot11ExtIhvStopPostAssociate(ext, peer, status);
}

const struct mutation x43_not_found = {.handlers.Dot11ExtIhvStopPostAssociate = x43_none_stop};

/* There is one session only, so the peer need not be looked at. */
static DWORD WINAPI x43_any_stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	struct adapter *a = ext;

	base_end_begin(a);
	base_end_session(a);
	base_end_done(a);
	return ERROR_SUCCESS;
}

const struct mutation x43_any_peer = {.handlers.Dot11ExtIhvStopPostAssociate = x43_any_stop};

/* An AP that it has no session with is the caller's mistake, it thinks. */
static DWORD WINAPI x43_other_stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	struct adapter *a = ext;
	bool other;

	base_end_begin(a);
	other = a->session.id && memcmp(a->session.peer, *peer, sizeof(*peer)) != 0;
	base_end_done(a);
	if (other)
		return ERROR_INVALID_PARAMETER;
	return base.Dot11ExtIhvStopPostAssociate(ext, peer, status);
}

const struct mutation x43_other_peer = {.handlers.Dot11ExtIhvStopPostAssociate = x43_other_stop};
