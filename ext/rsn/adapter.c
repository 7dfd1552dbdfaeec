// SPDX-License-Identifier: BSD-2-Clause
// An adapter's life: arrival, reset, removal; and the manners of its workers.
#include <errno.h>
#include <sched.h>
#include <stdlib.h>

#include "base/wipe.h"
#include "rsn.h"
#include "rsn_reason.h"

int worker_start(struct worker *w, void *(*main)(void *), void *arg)
{
	pthread_attr_t attr;

	int err = pthread_attr_init(&attr);
	if (err)
		return -err;
	err = pthread_attr_setstacksize(&attr, WORKER_STACK);
	if (!err)
		err = pthread_create(&w->thread, &attr, main, arg);
	(void)pthread_attr_destroy(&attr);
	w->started = !err;
	w->done = false;
	return -err;
}

void worker_reap(struct worker *w)
{
	if (!w->started || !w->done)
		return;
	(void)pthread_join(w->thread, NULL);
	w->started = false;
}

void worker_finish(struct worker *w)
{
	if (pthread_equal(w->thread, pthread_self()))
		w->done = true;
}

// The handler holds the lock until its end. The little that is left of it then, its return, cannot
// be seen from here; so it is offered the processor (X-21, X-31: a completion comes after the
// return).
void worker_await_handler(struct adapter *a)
{
	pthread_mutex_lock(&a->lock);
	pthread_mutex_unlock(&a->lock);
	(void)sched_yield();
}

void adapter_lock(struct adapter *a)
{
	pthread_mutex_lock(&a->lock);
	adapter_yield(a);
}

void adapter_yield(struct adapter *a)
{
	while (atomic_load(&a->ending))
		pthread_cond_wait(&a->turn, &a->lock);
}

// What ends something says so before it takes the lock: then a worker between two calls to the
// host makes way, and makes no further call of an operation that the host already counts as over.
static void end_begin(struct adapter *a)
{
	atomic_fetch_add(&a->ending, 1);
	pthread_mutex_lock(&a->lock);
}

// Takes the worker away from the adapter, to be joined once the lock is free.
static struct worker worker_take(struct worker *w)
{
	const struct worker taken = *w;

	w->started = false;
	return taken;
}

// Returns when no worker of the operations that were ended is left.
static void end_done(struct adapter *a, bool preparer)
{
	const struct worker none = {.started = false};
	const struct worker first = preparer ? worker_take(&a->preparer) : none;
	const struct worker second = worker_take(&a->opener);

	if (atomic_fetch_sub(&a->ending, 1) == 1)
		pthread_cond_broadcast(&a->turn);
	pthread_mutex_unlock(&a->lock);
	if (first.started)
		(void)pthread_join(first.thread, NULL);
	if (second.started)
		(void)pthread_join(second.thread, NULL);
}

DWORD WINAPI rsn_init_adapter(PDOT11_ADAPTER adapter, HANDLE svc, PHANDLE ext)
{
	if (!adapter || !svc || !ext)
		return ERROR_INVALID_PARAMETER;
	struct adapter *a = calloc(1, sizeof(*a));
	if (!a)
		return ERROR_NOT_ENOUGH_MEMORY;
	a->svc = svc;
	a->id = adapter->gAdapterId;
	(void)pthread_mutex_init(&a->lock, NULL);
	(void)pthread_cond_init(&a->turn, NULL);
	*ext = a;
	return ERROR_SUCCESS;
}

// The host's handle is dead already: nothing is told to the host.
VOID WINAPI rsn_deinit_adapter(HANDLE ext)
{
	struct adapter *a = (struct adapter *)ext;

	if (!a)
		return;
	end_begin(a);
	(void)preassoc_end(a);
	(void)postassoc_end(a);
	ui_cancel(a);
	end_done(a, true);
	sends_forget(a);
	(void)pthread_cond_destroy(&a->turn);
	(void)pthread_mutex_destroy(&a->lock);
	free(a->elements);
	wipe(a, sizeof(*a));
	free(a);
}

// Pending and not stopped: one completion with ERROR_CANCELLED each; otherwise none.
DWORD WINAPI rsn_adapter_reset(HANDLE ext)
{
	struct adapter *a = (struct adapter *)ext;

	if (!a)
		return ERROR_INVALID_HANDLE;
	end_begin(a);
	DOT11_MAC_ADDRESS peer;
	memcpy(peer, a->session.ap.b, sizeof(peer));
	const HANDLE connect = preassoc_end(a);
	const HANDLE session = postassoc_end(a);
	if (connect)
		(void)rsn_host.Dot11ExtPreAssociateCompletion(
			a->svc, connect, RSN_REASON_CANCELLED, ERROR_CANCELLED);
	if (session)
		(void)rsn_host.Dot11ExtPostAssociateCompletion(
			a->svc, session, &peer, RSN_REASON_CANCELLED, ERROR_CANCELLED);
	ui_cancel(a);
	end_done(a, true);
	return ERROR_SUCCESS;
}

// Ends the session with that AP, whether or not it was completed, without a completion (X-40,
// Another peer, or a repeat: nothing to do.
DWORD WINAPI rsn_stop_post_associate(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	struct adapter *a = (struct adapter *)ext;

	if (!a)
		return ERROR_INVALID_HANDLE;
	if (!peer)
		return ERROR_INVALID_PARAMETER;
	end_begin(a);
	if (a->session.live && memcmp(a->session.ap.b, *peer, MAC_LEN) == 0)
		(void)postassoc_end(a);
	end_done(a, false);
	return ERROR_SUCCESS;
}
