// SPDX-License-Identifier: BSD-2-Clause
/* Packets under way: a completion names its send alone, whichever adapter that is of. */
#include "base.h"

#include <stdlib.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct send *sends;
static ULONG_PTR numbers;

static void put(struct send *s)
{
	pthread_mutex_lock(&lock);
	s->number = (HANDLE)++numbers;
	s->next = sends;
	sends = s;
	pthread_mutex_unlock(&lock);
}

struct send *base_send_take(HANDLE number)
{
	struct send **at, *s;

	pthread_mutex_lock(&lock);
	for (at = &sends; *at && (*at)->number != number; at = &(*at)->next)
		;
	s = *at;
	if (s)
		*at = s->next;
	pthread_mutex_unlock(&lock);
	return s;
}

static DWORD fill(struct send *s, struct adapter *a, ULONG *size)
{
	static const UCHAR start[] = {1, 1, 0, 0}; /* EAPOL version 1, EAPOL-Start, no body */
	DOT11_SECURITY_PACKET_HEADER *p;
	DWORD error;

	*size = offsetof(DOT11_SECURITY_PACKET_HEADER, Data) + sizeof(start);
	error = calls.Dot11ExtAllocateBuffer(*size, &s->packet);
	if (error)
		return error;
	p = s->packet;
	memcpy(p->PeerMac, a->session.peer, sizeof(p->PeerMac));
	p->usEtherType = BASE_ETHERTYPE;
	memcpy(p->Data, start, sizeof(start));
	s->owner = a;
	s->session = a->session.id;
	return ERROR_SUCCESS;
}

DWORD base_send(struct adapter *a)
{
	struct send *s = calloc(1, sizeof(*s));
	HANDLE number;
	ULONG size;
	DWORD error;

	if (!s)
		return ERROR_NOT_ENOUGH_MEMORY;
	error = fill(s, a, &size);
	if (error) {
		free(s);
		return error;
	}
	put(s);
	number = s->number; /* from the call on it may be completed, and gone, at any moment */
	error = calls.Dot11ExtSendPacket(a->svc, size, s->packet, number);
	if (error && base_send_take(number)) {
		calls.Dot11ExtFreeBuffer(s->packet);
		free(s);
	}
	return error;
}

DWORD WINAPI base_send_packet_completion(HANDLE number)
{
	struct send *s = base_send_take(number);
	struct adapter *a;

	if (!s)
		return ERROR_NOT_FOUND;
	a = s->owner; /* lives: every send is completed before DeinitAdapter */
	pthread_mutex_lock(&a->lock);
	if (a->session.id == s->session && a->session.progress == SESSION_SENT) {
		a->session.progress = SESSION_READY;
		base_worker_wake(a);
	}
	pthread_mutex_unlock(&a->lock);
	calls.Dot11ExtFreeBuffer(s->packet);
	free(s);
	return ERROR_SUCCESS;
}
