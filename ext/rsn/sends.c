// SPDX-License-Identifier: BSD-2-Clause
/*
 * Packets under way. A buffer belongs to the radio until SendPacketCompletion names it,
 * which may be long after its session was stopped. Buffers are reused, handles never are.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/handle.h"
#include "messages.h"
#include "rsn.h"

enum {
	HEADER_LEN = offsetof(DOT11_SECURITY_PACKET_HEADER, Data),
	SENDS_MAX = 8,  // under way for one adapter: more is a radio that stands still
	SPARE_MAX = 64, // buffers kept
	SEND_KIND = 1,
};

struct send {
	struct send *next;     // spare
	struct adapter *owner; // NULL: has gone
	uint64_t handle;
	uint8_t packet[HEADER_LEN + MESSAGE_MAX];
};

// Module-wide because a completion does not say which adapter it is about.
static struct {
	pthread_mutex_t lock;
	struct handle_table live;
	struct send *spare;
	size_t spares;
} sends = {.lock = PTHREAD_MUTEX_INITIALIZER};

void sends_init(void)
{
	handle_table_init(&sends.live, SEND_KIND);
}

static void put_spare(struct send *s)
{
	if (sends.spares >= SPARE_MAX) {
		free(s);
		return;
	}
	s->next = sends.spare;
	sends.spare = s;
	sends.spares++;
}

void sends_destroy(void)
{
	uint32_t cursor = 0;
	uint64_t h;

	pthread_mutex_lock(&sends.lock);
	// The host completes every send before (H-28); if it has not, this was the last chance.
	while ((h = handle_next(&sends.live, &cursor)) != 0)
		free(handle_get(&sends.live, h));
	handle_table_destroy(&sends.live);
	while (sends.spare) {
		struct send *s = sends.spare;
		sends.spare = s->next;
		free(s);
	}
	sends.spares = 0;
	pthread_mutex_unlock(&sends.lock);
}

static struct send *take(struct adapter *a)
{
	struct send *s = NULL;

	pthread_mutex_lock(&sends.lock);
	if (a->sends < SENDS_MAX) {
		s = sends.spare;
		if (s) {
			sends.spare = s->next;
			sends.spares--;
		} else {
			s = malloc(sizeof(*s));
		}
	}
	if (s && handle_alloc(&sends.live, s, &s->handle) != 0) {
		put_spare(s);
		s = NULL;
	}
	if (s) {
		s->owner = a;
		a->sends++;
	}
	pthread_mutex_unlock(&sends.lock);
	return s;
}

// False for a handle that is not under way.
static bool give(uint64_t handle)
{
	pthread_mutex_lock(&sends.lock);
	struct send *s = handle_get(&sends.live, handle);
	if (s) {
		(void)handle_free(&sends.live, handle);
		if (s->owner)
			s->owner->sends--;
		put_spare(s);
	}
	pthread_mutex_unlock(&sends.lock);
	return s;
}

DWORD sends_send(struct adapter *a, const struct mac *peer, const void *pdu, size_t len)
{
	const USHORT ethertype = IHV_ETHERTYPE_EAPOL;

	if (len > MESSAGE_MAX)
		return ERROR_INVALID_PARAMETER;
	struct send *s = take(a);
	if (!s)
		return ERROR_NOT_ENOUGH_MEMORY;
	memcpy(s->packet, peer->b, MAC_LEN);
	memcpy(s->packet + offsetof(DOT11_SECURITY_PACKET_HEADER, usEtherType), &ethertype,
		sizeof(ethertype));
	memcpy(s->packet + HEADER_LEN, pdu, len);
	// From here on it may be completed at any moment, on another thread or this one.
	const uint64_t handle = s->handle;
	const DWORD error = rsn_host.Dot11ExtSendPacket(
		a->svc, (ULONG)(HEADER_LEN + len), s->packet, (HANDLE)(uintptr_t)handle);
	if (error)
		(void)give(handle);
	return error;
}

void sends_forget(struct adapter *a)
{
	uint32_t cursor = 0;
	uint64_t h;

	pthread_mutex_lock(&sends.lock);
	while (a->sends > 0 && (h = handle_next(&sends.live, &cursor)) != 0) {
		struct send *s = handle_get(&sends.live, h);
		if (s->owner != a)
			continue;
		s->owner = NULL;
		a->sends--;
	}
	pthread_mutex_unlock(&sends.lock);
}

DWORD WINAPI rsn_send_packet_completion(HANDLE send)
{
	return give((uint64_t)(uintptr_t)send) ? ERROR_SUCCESS : ERROR_INVALID_HANDLE;
}
