// SPDX-License-Identifier: BSD-2-Clause
/*
 * One association. The access point speaks first, so everything happens inside ReceivePacket, and
 * no thread is needed; nor a clock, since it is the access point that repeats.
 */
#include <openssl/crypto.h>
#include <stddef.h>
#include <string.h>

#include "vendor.h"

enum {
	HEADER = offsetof(DOT11_SECURITY_PACKET_HEADER, Data),
	CCMP_VALUE = offsetof(DOT11_KEY_ALGO_CCMP, ucCCMPKey) + HANDSHAKE_KEY,
	KEY_VALUE = offsetof(DOT11_CIPHER_KEY_MAPPING_KEY_VALUE, ucKey) + CCMP_VALUE,
};

static DWORD install(struct adapter *a, const uint8_t key[HANDSHAKE_KEY])
{
	union {
		DOT11_CIPHER_KEY_MAPPING_KEY_VALUE value;
		uint8_t bytes[KEY_VALUE];
	} k;
	uint8_t *ccmp = k.bytes + offsetof(DOT11_CIPHER_KEY_MAPPING_KEY_VALUE, ucKey);
	const ULONG length = HANDSHAKE_KEY;
	DWORD error;

	memset(&k, 0, sizeof(k));
	memcpy(k.value.PeerMacAddr, a->session.peer, sizeof(DOT11_MAC_ADDRESS));
	k.value.AlgorithmId = DOT11_CIPHER_ALGO_CCMP;
	k.value.Direction = DOT11_DIR_BOTH;
	k.value.usKeyLength = CCMP_VALUE;
	/* Both counters begin at 0; the inner structure stands unaligned. */
	memcpy(ccmp + offsetof(DOT11_KEY_ALGO_CCMP, ulCCMPKeyLength), &length, sizeof(length));
	memcpy(ccmp + offsetof(DOT11_KEY_ALGO_CCMP, ucCCMPKey), key, HANDSHAKE_KEY);
	error = host.Dot11ExtSetKeyMappingKey(a->svc, &k.value);
	OPENSSL_cleanse(&k, sizeof(k));
	return error;
}

/* Tells the host once how it went, and again only if it got better. */
static void complete(struct adapter *a, HANDLE id, DWORD reason, DWORD error)
{
	struct session *s = &a->session;
	DOT11_MAC_ADDRESS peer;

	if (!still(a, &s->id, id) || s->open || (s->told && error != ERROR_SUCCESS))
		return;
	s->told = true;
	s->open = error == ERROR_SUCCESS;
	memcpy(peer, s->peer, sizeof(peer));
	host.Dot11ExtPostAssociateCompletion(a->svc, id, &peer, reason, error);
}

static void reply(struct adapter *a, HANDLE id, const struct handshake_message *m)
{
	/* A packet that could not be sent is one that was lost: it is asked for again. */
	if (still(a, &a->session.id, id))
		(void)sends_send(a->svc, a->session.peer, m);
}

/* The key first: what follows the confirmation may be encrypted. */
static void accepted(struct adapter *a, HANDLE id, const uint8_t key[HANDSHAKE_KEY],
	const struct handshake_message *m)
{
	DWORD error = ERROR_SUCCESS;

	if (!still(a, &a->session.id, id))
		return;
	if (!a->session.handshake.installed)
		error = install(a, key);
	if (error != ERROR_SUCCESS) {
		complete(a, id, REASON_DRIVER, error);
		return;
	}
	handshake_installed(&a->session.handshake);
	reply(a, id, m);
	complete(a, id, L2_REASON_CODE_SUCCESS, ERROR_SUCCESS);
}

static void received(struct adapter *a, HANDLE id, const uint8_t *message, size_t length)
{
	struct handshake_message m;
	uint8_t key[HANDSHAKE_KEY];

	switch (handshake_receive(&a->session.handshake, message, length, &m, key)) {
	case HANDSHAKE_NOTHING:
		break;
	case HANDSHAKE_REPLY:
		reply(a, id, &m);
		break;
	case HANDSHAKE_ACCEPTED:
		accepted(a, id, key, &m);
		OPENSSL_cleanse(key, sizeof(key));
		break;
	case HANDSHAKE_REJECTED:
		complete(a, id, REASON_SECRET, ERROR_LOGON_FAILURE);
		break;
	case HANDSHAKE_FAILED:
		complete(a, id, REASON_CRYPTO, ERROR_GEN_FAILURE);
		break;
	}
}

DWORD WINAPI receive_packet(HANDLE ext, DWORD size, LPVOID packet)
{
	const DOT11_SECURITY_PACKET_HEADER *header = packet;
	struct adapter *a = ext;
	HANDLE id;

	if (!packet || size < HEADER)
		return ERROR_INVALID_PARAMETER;
	pthread_mutex_lock(&a->lock);
	id = a->session.id;
	if (id && still(a, &a->session.id, id) && header->usEtherType == ETHERTYPE &&
		memcmp(header->PeerMac, a->session.peer, sizeof(DOT11_MAC_ADDRESS)) == 0)
		received(a, id, (const uint8_t *)packet + HEADER, size - HEADER);
	pthread_mutex_unlock(&a->lock);
	return ERROR_SUCCESS;
}

/* One call for each association; one pre-association may be followed by many. */
DWORD WINAPI perform_post_associate(HANDLE ext, HANDLE id, PDOT11_PORT_STATE port, ULONG size,
	PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	struct adapter *a = ext;
	struct session *s = &a->session;
	DWORD error = ERROR_INVALID_STATE;

	UNREFERENCED_PARAMETER(size);
	UNREFERENCED_PARAMETER(params);
	pthread_mutex_lock(&a->lock);
	if (!s->id && a->secret.length) {
		memset(s, 0, sizeof(*s));
		s->id = id;
		memcpy(s->peer, port->PeerMacAddress, sizeof(s->peer)); /* copy: X-35 */
		handshake_begin(&s->handshake, &a->secret, s->peer);
		error = ERROR_SUCCESS;
	}
	pthread_mutex_unlock(&a->lock);
	return error;
}

HANDLE session_end(struct adapter *a, DOT11_MAC_ADDRESS *peer)
{
	HANDLE owed = a->session.told ? NULL : a->session.id;

	if (peer)
		memcpy(*peer, a->session.peer, sizeof(*peer));
	handshake_end(&a->session.handshake);
	memset(&a->session, 0, sizeof(a->session));
	return owed;
}

DWORD WINAPI stop_post_associate(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	struct adapter *a = ext;

	UNREFERENCED_PARAMETER(status);
	end_begin(a); /* now no thread is inside a call for the session */
	if (a->session.id && memcmp(a->session.peer, *peer, sizeof(*peer)) == 0)
		session_end(a, NULL); /* cancelled, not completed: the port is gone */
	end_done(a);                  /* otherwise: a repeat, or Reset came first */
	return ERROR_SUCCESS;
}
