// SPDX-License-Identifier: BSD-2-Clause
/* Packets under way: a completion names its send alone, whichever adapter that is of. */
#include "base.h"

#include <stdlib.h>
#include <string.h>

/* EAPOL version 1, EAPOL-Start, no body. */
static const UCHAR start[] = {1, 1, 0, 0};

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

void base_send_free(struct send *s)
{
	calls.Dot11ExtFreeBuffer(s->packet);
	free(s);
}

struct send *base_send_new(struct adapter *a)
{
	struct send *s = calloc(1, sizeof(*s));
	DOT11_SECURITY_PACKET_HEADER *p;

	if (!s)
		return NULL;
	if (calls.Dot11ExtAllocateBuffer(BASE_PACKET_SIZE, &s->packet)) {
		free(s);
		return NULL;
	}
	p = s->packet;
	memcpy(p->PeerMac, a->session.peer, sizeof(p->PeerMac));
	p->usEtherType = BASE_ETHERTYPE;
	memcpy(p->Data, start, sizeof(start));
	s->owner = a;
	s->session = a->session.id;
	return s;
}

DWORD base_send_go(struct send *s)
{
	HANDLE number;
	DWORD error;

	put(s);
	number = s->number; /* from the call on it may be completed, and gone, at any moment */
	error = calls.Dot11ExtSendPacket(s->owner->svc, BASE_PACKET_SIZE, s->packet, number);
	if (error && base_send_take(number))
		base_send_free(s);
	return error;
}

DWORD base_send(struct adapter *a)
{
	struct send *s = base_send_new(a);

	return s ? base_send_go(s) : ERROR_NOT_ENOUGH_MEMORY;
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
	base_send_free(s);
	return ERROR_SUCCESS;
}
