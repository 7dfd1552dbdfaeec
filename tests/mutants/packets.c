// SPDX-License-Identifier: BSD-2-Clause
/*
 * Mistakes with packets, lists and inputs, and with the system's 802.1X, on open networks: X-35,
 *
 */
#include <stdlib.h>
#include <string.h>

#include "base.h"

#define HEADER_SIZE ((ULONG)offsetof(DOT11_SECURITY_PACKET_HEADER, Data))

/* ---- where a packet goes. ---- */

static DWORD WINAPI x59_send(HANDLE svc, ULONG size, LPVOID packet, HANDLE number)
{
	DOT11_SECURITY_PACKET_HEADER *p = packet;

	memset(p->PeerMac, 0xFF, sizeof(p->PeerMac)); /* whichever AP it is */
	return host.Dot11ExtSendPacket(svc, size, packet, number);
}

const struct mutation x59_broadcast = {.calls.Dot11ExtSendPacket = x59_send};

/* To the group address of 802.1X, without its group bit: no station has that. */
static DWORD WINAPI x59_pae_send(HANDLE svc, ULONG size, LPVOID packet, HANDLE number)
{
	static const UCHAR pae[] = {0x00, 0x80, 0xC2, 0x00, 0x00, 0x03};
	DOT11_SECURITY_PACKET_HEADER *p = packet;

	memcpy(p->PeerMac, pae, sizeof(pae));
	return host.Dot11ExtSendPacket(svc, size, packet, number);
}

const struct mutation x59_other_station = {.calls.Dot11ExtSendPacket = x59_pae_send};

/* The length of the payload, not that of the packet. */
static DWORD WINAPI x59_short_send(HANDLE svc, ULONG size, LPVOID packet, HANDLE number)
{
	return host.Dot11ExtSendPacket(svc, size - HEADER_SIZE, packet, number);
}

const struct mutation x59_payload_length = {.calls.Dot11ExtSendPacket = x59_short_send};

/* ---- a packet that is under way. ---- */

static DWORD WINAPI x60_send(HANDLE svc, ULONG size, LPVOID packet, HANDLE number)
{
	const DWORD error = host.Dot11ExtSendPacket(svc, size, packet, number);

	memset(packet, 0, size);
	return error;
}

const struct mutation x60_wipes = {.calls.Dot11ExtSendPacket = x60_send};

/* Sends a copy, and has no more use for it. */
static LPVOID copy_of(LPVOID packet, ULONG size)
{
	LPVOID copy;

	if (host.Dot11ExtAllocateBuffer(size, &copy))
		return NULL;
	return memcpy(copy, packet, size);
}

static DWORD WINAPI x60_free_send(HANDLE svc, ULONG size, LPVOID packet, HANDLE number)
{
	LPVOID copy = copy_of(packet, size);
	DWORD error = ERROR_NOT_ENOUGH_MEMORY;

	if (copy) {
		error = host.Dot11ExtSendPacket(svc, size, copy, number);
		host.Dot11ExtFreeBuffer(copy);
	}
	return error;
}

const struct mutation x60_frees = {.calls.Dot11ExtSendPacket = x60_free_send};

/* Packets go with their session, even those that are under way. */
static LPVOID under_way;
static pthread_mutex_t under_way_lock = PTHREAD_MUTEX_INITIALIZER;

static void free_under_way(LPVOID next)
{
	LPVOID old;

	pthread_mutex_lock(&under_way_lock);
	old = under_way;
	under_way = next;
	pthread_mutex_unlock(&under_way_lock);
	if (old)
		host.Dot11ExtFreeBuffer(old);
}

static DWORD WINAPI x60_session_send(HANDLE svc, ULONG size, LPVOID packet, HANDLE number)
{
	LPVOID copy = copy_of(packet, size);
	DWORD error;

	if (!copy)
		return ERROR_NOT_ENOUGH_MEMORY;
	free_under_way(copy);
	error = host.Dot11ExtSendPacket(svc, size, copy, number);
	if (error)
		free_under_way(NULL);
	return error;
}

static DWORD WINAPI x60_completion(HANDLE number)
{
	free_under_way(NULL);
	return base.Dot11ExtIhvSendPacketCompletion(number);
}

static DWORD WINAPI x60_stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	free_under_way(NULL);
	return base.Dot11ExtIhvStopPostAssociate(ext, peer, status);
}

const struct mutation x60_frees_at_stop = {.calls.Dot11ExtSendPacket = x60_session_send,
	.handlers.Dot11ExtIhvSendPacketCompletion = x60_completion,
	.handlers.Dot11ExtIhvStopPostAssociate = x60_stop};

/* ---- how a packet is called. ---- */

/* Sends each packet twice, since one may be lost; both have one name. */
static DWORD WINAPI x61_send(HANDLE svc, ULONG size, LPVOID packet, HANDLE number)
{
	const DWORD error = host.Dot11ExtSendPacket(svc, size, packet, number);

	if (!error)
		host.Dot11ExtSendPacket(svc, size, packet, number);
	return error;
}

const struct mutation x61_sends_twice = {.calls.Dot11ExtSendPacket = x61_send};

/* ---- the lists. ---- */

static DWORD WINAPI x62_lists(HANDLE svc, ULONG backlog, ULONG exemptions,
	PDOT11_PRIVACY_EXEMPTION exemption, ULONG registrations, USHORT *registration)
{
	*registration = 0x888E;
	return host.Dot11ExtSetEtherTypeHandling(
		svc, backlog, exemptions, exemption, registrations, registration);
}

const struct mutation x62_host_order = {.calls.Dot11ExtSetEtherTypeHandling = x62_lists};

static DWORD WINAPI x62_action_lists(HANDLE svc, ULONG backlog, ULONG exemptions,
	PDOT11_PRIVACY_EXEMPTION exemption, ULONG registrations, USHORT *registration)
{
	exemption->usExemptionActionType = DOT11_EXEMPT_NO_EXEMPTION;
	return host.Dot11ExtSetEtherTypeHandling(
		svc, backlog, exemptions, exemption, registrations, registration);
}

const struct mutation x62_no_action = {.calls.Dot11ExtSetEtherTypeHandling = x62_action_lists};

/* ---- what is the host's. ---- */

/* Reads the offsets after it has made them its own. */
static DWORD WINAPI x35_perform(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port, ULONG size,
	PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	params->uStatus = DOT11_ASSOC_STATUS_FAILURE; /* until the port is open */
	return base.Dot11ExtIhvPerformPostAssociate(ext, session, port, size, params);
}

const struct mutation x35_association = {.handlers.Dot11ExtIhvPerformPostAssociate = x35_perform};

/* Takes the two flag bits out of the address, where it lies. */
static DWORD WINAPI x35_stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	const DWORD error = base.Dot11ExtIhvStopPostAssociate(ext, peer, status);

	(*peer)[0] &= 0xFC;
	return error;
}

const struct mutation x35_peer = {.handlers.Dot11ExtIhvStopPostAssociate = x35_stop};

/* The worker looks for the network in the list that the handler was given. */
static const volatile UCHAR *kept_networks;

static DWORD WINAPI x35_pre_associate(HANDLE ext, HANDLE connect,
	PDOT11EXT_IHV_PROFILE_PARAMS params, PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn,
	PDOT11EXT_IHV_SECURITY_PROFILE sec, PDOT11_BSS_LIST list, PDWORD reason)
{
	kept_networks = (const UCHAR *)list;
	return base.Dot11ExtIhvPerformPreAssociate(ext, connect, params, conn, sec, list, reason);
}

static DWORD WINAPI x35_set_multicast(HANDLE svc, DWORD algorithm)
{
	(void)*kept_networks;
	return host.Dot11ExtSetMulticastCipherAlgorithm(svc, algorithm);
}

const struct mutation x35_keeps_networks = {
	.handlers.Dot11ExtIhvPerformPreAssociate = x35_pre_associate,
	.calls.Dot11ExtSetMulticastCipherAlgorithm = x35_set_multicast};

/* Compares the AP of Stop with that in the port state of long ago. */
static const volatile DOT11_PORT_STATE *kept_port;

static DWORD WINAPI x35_port_perform(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port, ULONG size,
	PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	kept_port = port;
	return base.Dot11ExtIhvPerformPostAssociate(ext, session, port, size, params);
}

static DWORD WINAPI x35_port_stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	if (kept_port && kept_port->PeerMacAddress[0] != (*peer)[0])
		return ERROR_SUCCESS;
	return base.Dot11ExtIhvStopPostAssociate(ext, peer, status);
}

const struct mutation x35_keeps_port = {
	.handlers.Dot11ExtIhvPerformPostAssociate = x35_port_perform,
	.handlers.Dot11ExtIhvStopPostAssociate = x35_port_stop};

/* Turns the numbers of an indication around in place. */
static DWORD WINAPI x35_indication(
	HANDLE ext, DOT11EXT_IHV_INDICATION_TYPE type, ULONG size, LPVOID data)
{
	UCHAR *bytes = data, first;

	if (size < 2)
		return ERROR_SUCCESS;
	first = bytes[0];
	bytes[0] = (UCHAR)~bytes[size - 1];
	bytes[size - 1] = (UCHAR)~first;
	return ERROR_SUCCESS;
}

const struct mutation x35_turns_indication = {
	.handlers.Dot11ExtIhvReceiveIndication = x35_indication};

/* ---- keys. ---- */

/* A key of its own before there is a session, which the association then removes. */
static DWORD WINAPI x50_set_auth(HANDLE svc, DWORD algorithm)
{
	const ULONG length = 16;
	union {
		DOT11_CIPHER_DEFAULT_KEY_VALUE value;
		UCHAR bytes[64];
	} key = {.bytes = {0}};
	UCHAR *at = key.value.ucKey;

	key.value.Header.Type = NDIS_OBJECT_TYPE_DEFAULT;
	key.value.Header.Revision = DOT11_CIPHER_DEFAULT_KEY_VALUE_REVISION_1;
	key.value.Header.Size = sizeof(key.value);
	key.value.AlgorithmId = DOT11_CIPHER_ALGO_CCMP;
	key.value.usKeyLength = (USHORT)(offsetof(DOT11_KEY_ALGO_CCMP, ucCCMPKey) + length);
	memcpy(at + offsetof(DOT11_KEY_ALGO_CCMP, ulCCMPKeyLength), &length, sizeof(length));
	memset(at + offsetof(DOT11_KEY_ALGO_CCMP, ucCCMPKey), 0x5A, length);
	host.Dot11ExtSetDefaultKey(svc, &key.value, DOT11_DIR_BOTH);
	return host.Dot11ExtSetAuthAlgorithm(svc, algorithm);
}

const struct mutation x50_too_early = {.calls.Dot11ExtSetAuthAlgorithm = x50_set_auth};

/* ---- the system's 802.1X. ---- */

static DWORD WINAPI x51_lists(HANDLE svc, ULONG backlog, ULONG exemptions,
	PDOT11_PRIVACY_EXEMPTION exemption, ULONG registrations, USHORT *registration)
{
	const DWORD error = host.Dot11ExtSetEtherTypeHandling(
		svc, backlog, exemptions, exemption, registrations, registration);

	if (!error)
		host.Dot11ExtStartOneX(svc, NULL); /* to save time later */
	return error;
}

const struct mutation x51_too_early = {.calls.Dot11ExtSetEtherTypeHandling = x51_lists};

static DWORD WINAPI x52_lists(HANDLE svc, ULONG backlog, ULONG exemptions,
	PDOT11_PRIVACY_EXEMPTION exemption, ULONG registrations, USHORT *registration)
{
	return host.Dot11ExtSetEtherTypeHandling(svc, 0, 0, NULL, 0, NULL);
}

static DWORD WINAPI start_onex(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port, ULONG size,
	PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	const struct adapter *a = ext;

	host.Dot11ExtStartOneX(a->svc, NULL);
	return base.Dot11ExtIhvPerformPostAssociate(ext, session, port, size, params);
}

const struct mutation x52_not_registered = {.calls.Dot11ExtSetEtherTypeHandling = x52_lists,
	.handlers.Dot11ExtIhvPerformPostAssociate = start_onex};

/* Ends what may be left of the session before. */
static DWORD WINAPI x53_perform(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port, ULONG size,
	PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	const struct adapter *a = ext;

	host.Dot11ExtStopOneX(a->svc);
	return base.Dot11ExtIhvPerformPostAssociate(ext, session, port, size, params);
}

const struct mutation x53_stops_first = {.handlers.Dot11ExtIhvPerformPostAssociate = x53_perform};

/* The packet that it sends to the AP it shows to 802.1X, too, which was never started. */
static DWORD WINAPI x56_send(HANDLE svc, ULONG size, LPVOID packet, HANDLE number)
{
	DOT11_SECURITY_PACKET_HEADER *p = packet;

	host.Dot11ExtProcessSecurityPacket(svc, size - HEADER_SIZE, p->Data);
	return host.Dot11ExtSendPacket(svc, size, packet, number);
}

const struct mutation x56_never_started = {.calls.Dot11ExtSendPacket = x56_send};

/* EAP attributes of the C library's memory: they are the system's to free. */
static DWORD WINAPI x11_perform(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port, ULONG size,
	PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	static EAP_ATTRIBUTES none;
	const struct adapter *a = ext;

	host.Dot11ExtStartOneX(a->svc, &none);
	return base.Dot11ExtIhvPerformPostAssociate(ext, session, port, size, params);
}

const struct mutation x11_static_attributes = {
	.handlers.Dot11ExtIhvPerformPostAssociate = x11_perform};
