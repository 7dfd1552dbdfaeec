// SPDX-License-Identifier: BSD-2-Clause
/*
 * A packet belongs to the host until SendPacketCompletion names it, perhaps long after its
 * session, or from inside the call that sends it. The list is the module's and not an adapter's,
 * since a completion does not say whose it is; so are the handles, which are never used again
 * (X-61).
 */
#include <stdlib.h>
#include <string.h>

#include "vendor.h"

struct send {
	struct send *next;
	uintptr_t handle;
	uint8_t packet[offsetof(DOT11_SECURITY_PACKET_HEADER, Data) + HANDSHAKE_MESSAGE_MAX];
};

static struct {
	pthread_mutex_t lock;
	struct send *first;
	uintptr_t last; /* handle */
} sends = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void put(struct send *s)
{
	pthread_mutex_lock(&sends.lock);
	s->handle = ++sends.last;
	s->next = sends.first;
	sends.first = s;
	pthread_mutex_unlock(&sends.lock);
}

static struct send *take(uintptr_t handle)
{
	struct send **at, *s;

	pthread_mutex_lock(&sends.lock);
	for (at = &sends.first; *at && (*at)->handle != handle; at = &(*at)->next)
		;
	s = *at;
	if (s)
		*at = s->next;
	pthread_mutex_unlock(&sends.lock);
	return s;
}

DWORD sends_send(HANDLE svc, const DOT11_MAC_ADDRESS peer, const struct handshake_message *m)
{
	const size_t header = offsetof(DOT11_SECURITY_PACKET_HEADER, Data);
	const USHORT ethertype = ETHERTYPE;
	struct send *s = calloc(1, sizeof(*s));
	uintptr_t handle;
	DWORD error;

	if (!s)
		return ERROR_NOT_ENOUGH_MEMORY;
	memcpy(s->packet, peer, sizeof(DOT11_MAC_ADDRESS));
	memcpy(s->packet + offsetof(DOT11_SECURITY_PACKET_HEADER, usEtherType), &ethertype,
		sizeof(ethertype));
	memcpy(s->packet + header, m->bytes, m->length);
	put(s);
	handle = s->handle; /* s may be gone when the call returns */
	error = host.Dot11ExtSendPacket(
		svc, (ULONG)(header + m->length), s->packet, (HANDLE)handle);
	if (error != ERROR_SUCCESS)
		free(take(handle));
	return error;
}

DWORD WINAPI send_packet_completion(HANDLE send)
{
	struct send *s = take((uintptr_t)send);

	free(s);
	return s ? ERROR_SUCCESS : ERROR_INVALID_HANDLE;
}

void sends_destroy(void)
{
	while (sends.first)
		free(take(sends.first->handle));
}
