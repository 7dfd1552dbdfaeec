// SPDX-License-Identifier: BSD-2-Clause
/*
 * Holds no lock across a call to the host. What ends something keeps the worker from beginning a
 * call, by `ending`, and waits until it is out of the one that it is in.
 */
#include "base.h"

static pthread_mutex_t inside_lock = PTHREAD_MUTEX_INITIALIZER; /* taken last */
static pthread_cond_t inside_changed = PTHREAD_COND_INITIALIZER;
static HANDLE inside[64]; /* adapters whose worker is in a call */

static void swap(HANDLE from, HANDLE to)
{
	unsigned i;

	pthread_mutex_lock(&inside_lock);
	for (i = 0; i < ARRAYSIZE(inside) && inside[i] != from; i++)
		;
	if (i < ARRAYSIZE(inside))
		inside[i] = to;
	pthread_cond_broadcast(&inside_changed);
	pthread_mutex_unlock(&inside_lock);
}

/* Before and after a call. The caller holds the adapter's lock. */
static struct adapter *go(HANDLE svc)
{
	struct adapter *a = base_adapter(svc);

	if (pthread_equal(pthread_self(), a->worker))
		swap(NULL, a);
	pthread_mutex_unlock(&a->lock);
	return a;
}

static DWORD come(struct adapter *a, DWORD result)
{
	if (pthread_equal(pthread_self(), a->worker))
		swap(a, NULL);
	pthread_mutex_lock(&a->lock);
	return result;
}

static void keep_out(struct adapter *a)
{
	unsigned i;

	base_end_begin(
		a); /* and a worker that has the lock is in a call when it gives it up, or waits */
	pthread_mutex_unlock(&a->lock);
	pthread_mutex_lock(&inside_lock);
	for (i = 0; i < ARRAYSIZE(inside); i++)
		while (inside[i] == a)
			pthread_cond_wait(&inside_changed, &inside_lock);
	pthread_mutex_unlock(&inside_lock);
}

static void let_in(struct adapter *a)
{
	pthread_mutex_lock(&a->lock);
	base_end_done(a);
}

/* ---- Calls. ---- */

static DWORD WINAPI set_auth(HANDLE svc, DWORD algorithm)
{
	struct adapter *a = go(svc);

	return come(a, host.Dot11ExtSetAuthAlgorithm(svc, algorithm));
}

static DWORD WINAPI set_unicast(HANDLE svc, DWORD algorithm)
{
	struct adapter *a = go(svc);

	return come(a, host.Dot11ExtSetUnicastCipherAlgorithm(svc, algorithm));
}

static DWORD WINAPI set_multicast(HANDLE svc, DWORD algorithm)
{
	struct adapter *a = go(svc);

	return come(a, host.Dot11ExtSetMulticastCipherAlgorithm(svc, algorithm));
}

static DWORD WINAPI set_lists(HANDLE svc, ULONG backlog, ULONG exemptions,
	PDOT11_PRIVACY_EXEMPTION exemption, ULONG registrations, USHORT *registration)
{
	struct adapter *a = go(svc);

	return come(a, host.Dot11ExtSetEtherTypeHandling(
			       svc, backlog, exemptions, exemption, registrations, registration));
}

static DWORD WINAPI get_data(HANDLE svc, HANDLE connect, DWORD session, DWORD *size, LPVOID *data)
{
	struct adapter *a = go(svc);

	return come(a, host.Dot11ExtGetProfileCustomUserData(svc, connect, session, size, data));
}

static DWORD WINAPI set_data(HANDLE svc, HANDLE connect, DWORD session, DWORD size, LPVOID data)
{
	struct adapter *a = go(svc);

	return come(a, host.Dot11ExtSetProfileCustomUserData(svc, connect, session, size, data));
}

static DWORD WINAPI notify(HANDLE svc, PL2_NOTIFICATION_DATA data)
{
	struct adapter *a = go(svc);

	return come(a, host.Dot11ExtSendNotification(svc, data));
}

static DWORD WINAPI ask(HANDLE svc, PDOT11EXT_IHV_UI_REQUEST request)
{
	struct adapter *a = go(svc);

	return come(a, host.Dot11ExtSendUIRequest(svc, request));
}

static DWORD WINAPI complete_pre(HANDLE svc, HANDLE connect, DWORD reason, DWORD error)
{
	struct adapter *a = go(svc);

	return come(a, host.Dot11ExtPreAssociateCompletion(svc, connect, reason, error));
}

static DWORD WINAPI complete_post(
	HANDLE svc, HANDLE session, PDOT11_MAC_ADDRESS peer, DWORD reason, DWORD error)
{
	struct adapter *a = go(svc);

	return come(a, host.Dot11ExtPostAssociateCompletion(svc, session, peer, reason, error));
}

static DWORD WINAPI send_packet(HANDLE svc, ULONG size, LPVOID packet, HANDLE number)
{
	struct adapter *a = go(svc);

	return come(a, host.Dot11ExtSendPacket(svc, size, packet, number));
}

/* ---- Handlers that end something. ---- */

static DWORD WINAPI stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	DWORD error;

	keep_out(ext);
	error = base.Dot11ExtIhvStopPostAssociate(ext, peer, status);
	let_in(ext);
	return error;
}

static DWORD WINAPI reset(HANDLE ext)
{
	DWORD error;

	keep_out(ext);
	error = base.Dot11ExtIhvAdapterReset(ext);
	let_in(ext);
	return error;
}

/* With nothing left to do the worker makes no more calls. */
static VOID WINAPI deinit_adapter(HANDLE ext)
{
	struct adapter *a = ext;

	keep_out(a);
	pthread_mutex_lock(&a->lock);
	a->connect = NULL;
	base_end_session(a);
	base_end_done(a);
	base.Dot11ExtIhvDeinitAdapter(ext);
}

const struct mutation mutation = {
	.calls.Dot11ExtSetAuthAlgorithm = set_auth,
	.calls.Dot11ExtSetUnicastCipherAlgorithm = set_unicast,
	.calls.Dot11ExtSetMulticastCipherAlgorithm = set_multicast,
	.calls.Dot11ExtSetEtherTypeHandling = set_lists,
	.calls.Dot11ExtGetProfileCustomUserData = get_data,
	.calls.Dot11ExtSetProfileCustomUserData = set_data,
	.calls.Dot11ExtSendNotification = notify,
	.calls.Dot11ExtSendUIRequest = ask,
	.calls.Dot11ExtPreAssociateCompletion = complete_pre,
	.calls.Dot11ExtPostAssociateCompletion = complete_post,
	.calls.Dot11ExtSendPacket = send_packet,
	.handlers.Dot11ExtIhvStopPostAssociate = stop,
	.handlers.Dot11ExtIhvAdapterReset = reset,
	.handlers.Dot11ExtIhvDeinitAdapter = deinit_adapter,
};
