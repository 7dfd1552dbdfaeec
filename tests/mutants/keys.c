// SPDX-License-Identifier: BSD-2-Clause
/* Mistakes with keys and in the handshake, of the WPA2-Personal base,
 * keys that are installed twice. */
#include <pthread.h>
#include <stdlib.h>

#include "rsn.h"

static struct rsn_key pairwise, group;

static void forget_keys(void)
{
	memset(&pairwise, 0, sizeof(pairwise));
	memset(&group, 0, sizeof(group));
}

static DWORD WINAPI forgetful_stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	const DWORD error = base.Dot11ExtIhvStopPostAssociate(ext, peer, status);

	forget_keys();
	return error;
}

/* ---- success first, keys when there is time. ---- */

static bool open_already;

static DWORD WINAPI x38_perform(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port, ULONG size,
	PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	open_already = false;
	return base.Dot11ExtIhvPerformPostAssociate(ext, session, port, size, params);
}

static DWORD WINAPI x38_mapping(HANDLE svc, PDOT11_CIPHER_KEY_MAPPING_KEY_VALUE key)
{
	if (open_already)
		return host.Dot11ExtSetKeyMappingKey(svc, key);
	rsn_keep_mapping(&pairwise, key);
	return ERROR_SUCCESS;
}

static DWORD WINAPI x38_default(
	HANDLE svc, PDOT11_CIPHER_DEFAULT_KEY_VALUE key, DOT11_DIRECTION direction)
{
	if (open_already)
		return host.Dot11ExtSetDefaultKey(svc, key, direction);
	rsn_keep_group(&group, key);
	return ERROR_SUCCESS;
}

static DWORD WINAPI x38_complete(
	HANDLE svc, HANDLE session, PDOT11_MAC_ADDRESS peer, DWORD reason, DWORD error)
{
	const DWORD result =
		host.Dot11ExtPostAssociateCompletion(svc, session, peer, reason, error);

	if (!error && pairwise.known && group.known) {
		host.Dot11ExtSetKeyMappingKey(svc, &pairwise.value.mapping);
		host.Dot11ExtSetDefaultKey(svc, &group.value.group, DOT11_DIR_INBOUND);
		forget_keys();
		open_already = true;
	}
	return result;
}

const struct mutation x38_before_keys = {.handlers.Dot11ExtIhvPerformPostAssociate = x38_perform,
	.handlers.Dot11ExtIhvStopPostAssociate = forgetful_stop,
	.calls.Dot11ExtSetKeyMappingKey = x38_mapping,
	.calls.Dot11ExtSetDefaultKey = x38_default,
	.calls.Dot11ExtPostAssociateCompletion = x38_complete};

/* A radio that does not take a key has none to take, and that is not an error. */
static bool without_keys;

static DWORD WINAPI x38_refused_mapping(HANDLE svc, PDOT11_CIPHER_KEY_MAPPING_KEY_VALUE key)
{
	without_keys = host.Dot11ExtSetKeyMappingKey(svc, key) != ERROR_SUCCESS;
	return ERROR_SUCCESS;
}

static DWORD WINAPI x38_refused_default(
	HANDLE svc, PDOT11_CIPHER_DEFAULT_KEY_VALUE key, DOT11_DIRECTION direction)
{
	return without_keys ? ERROR_SUCCESS : host.Dot11ExtSetDefaultKey(svc, key, direction);
}

const struct mutation x38_key_fails = {.calls.Dot11ExtSetKeyMappingKey = x38_refused_mapping,
	.calls.Dot11ExtSetDefaultKey = x38_refused_default};

/* ---- told again with each new group key. ---- */

static HANDLE authorised;

static DWORD WINAPI x39_complete(
	HANDLE svc, HANDLE session, PDOT11_MAC_ADDRESS peer, DWORD reason, DWORD error)
{
	authorised = error ? NULL : session;
	return host.Dot11ExtPostAssociateCompletion(svc, session, peer, reason, error);
}

static DWORD WINAPI x39_default(
	HANDLE svc, PDOT11_CIPHER_DEFAULT_KEY_VALUE key, DOT11_DIRECTION direction)
{
	const DWORD error = host.Dot11ExtSetDefaultKey(svc, key, direction);

	if (!error && authorised)
		host.Dot11ExtPostAssociateCompletion(
			svc, authorised, NULL, L2_REASON_CODE_SUCCESS, ERROR_SUCCESS);
	return error;
}

static DWORD WINAPI x39_stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	const DWORD error = base.Dot11ExtIhvStopPostAssociate(ext, peer, status);

	authorised = NULL;
	return error;
}

const struct mutation x39_each_rekey = {.calls.Dot11ExtPostAssociateCompletion = x39_complete,
	.calls.Dot11ExtSetDefaultKey = x39_default,
	.handlers.Dot11ExtIhvStopPostAssociate = x39_stop};

/* ---- success is told by a thread, which nobody holds back. ---- */

struct success {
	HANDLE svc, session;
	pthread_t thread;
	bool started;
};

static struct success success;

static void *tell_success(void *unused)
{
	host.Dot11ExtPostAssociateCompletion(
		success.svc, success.session, NULL, L2_REASON_CODE_SUCCESS, ERROR_SUCCESS);
	return unused;
}

static void join_success(void)
{
	if (success.started)
		pthread_join(success.thread, NULL);
	success.started = false;
}

static DWORD WINAPI x40_complete(
	HANDLE svc, HANDLE session, PDOT11_MAC_ADDRESS peer, DWORD reason, DWORD error)
{
	if (error)
		return host.Dot11ExtPostAssociateCompletion(svc, session, peer, reason, error);
	join_success();
	success.svc = svc;
	success.session = session;
	success.started = pthread_create(&success.thread, NULL, tell_success, NULL) == 0;
	return ERROR_SUCCESS;
}

static VOID WINAPI x40_deinit(HANDLE ext)
{
	join_success();
	base.Dot11ExtIhvDeinitAdapter(ext);
}

const struct mutation x40_by_thread = {.calls.Dot11ExtPostAssociateCompletion = x40_complete,
	.handlers.Dot11ExtIhvDeinitAdapter = x40_deinit};

/* ---- how a key looks. ---- */

static DWORD WINAPI x63_direction_default(
	HANDLE svc, PDOT11_CIPHER_DEFAULT_KEY_VALUE key, DOT11_DIRECTION direction)
{
	return host.Dot11ExtSetDefaultKey(svc, key, DOT11_DIR_OUTBOUND);
}

const struct mutation x63_outbound = {.calls.Dot11ExtSetDefaultKey = x63_direction_default};

static DWORD WINAPI x63_header_default(
	HANDLE svc, PDOT11_CIPHER_DEFAULT_KEY_VALUE key, DOT11_DIRECTION direction)
{
	memset(&key->Header, 0, sizeof(key->Header));
	return host.Dot11ExtSetDefaultKey(svc, key, direction);
}

const struct mutation x63_no_header = {.calls.Dot11ExtSetDefaultKey = x63_header_default};

/* The length of the key itself. */
static DWORD WINAPI x63_length_default(
	HANDLE svc, PDOT11_CIPHER_DEFAULT_KEY_VALUE key, DOT11_DIRECTION direction)
{
	key->usKeyLength = 16;
	return host.Dot11ExtSetDefaultKey(svc, key, direction);
}

const struct mutation x63_key_length = {.calls.Dot11ExtSetDefaultKey = x63_length_default};

static DWORD WINAPI x64_direction_mapping(HANDLE svc, PDOT11_CIPHER_KEY_MAPPING_KEY_VALUE key)
{
	key->Direction = 0;
	return host.Dot11ExtSetKeyMappingKey(svc, key);
}

const struct mutation x64_no_direction = {.calls.Dot11ExtSetKeyMappingKey = x64_direction_mapping};

static DWORD WINAPI x64_length_mapping(HANDLE svc, PDOT11_CIPHER_KEY_MAPPING_KEY_VALUE key)
{
	key->usKeyLength = 16;
	return host.Dot11ExtSetKeyMappingKey(svc, key);
}

const struct mutation x64_key_length = {.calls.Dot11ExtSetKeyMappingKey = x64_length_mapping};

/* The pairwise key is the one that encrypts, it thinks, and numbers it behind the others. */
static DWORD WINAPI x64_id_mapping(HANDLE svc, PDOT11_CIPHER_KEY_MAPPING_KEY_VALUE key)
{
	host.Dot11ExtSetDefaultKeyId(svc, 4);
	return host.Dot11ExtSetKeyMappingKey(svc, key);
}

const struct mutation x64_key_id = {.calls.Dot11ExtSetKeyMappingKey = x64_id_mapping};

/* ---- Keys that are installed twice: the packet numbers begin anew (KRACK). ---- */

static UCHAR last_replay[8];

static DWORD WINAPI keep_mapping(HANDLE svc, PDOT11_CIPHER_KEY_MAPPING_KEY_VALUE key)
{
	rsn_keep_mapping(&pairwise, key);
	return host.Dot11ExtSetKeyMappingKey(svc, key);
}

static DWORD WINAPI keep_default(
	HANDLE svc, PDOT11_CIPHER_DEFAULT_KEY_VALUE key, DOT11_DIRECTION direction)
{
	rsn_keep_group(&group, key);
	return host.Dot11ExtSetDefaultKey(svc, key, direction);
}

/* The flags of an EAPOL-Key packet, or 0. */
static unsigned key_info(const DOT11_SECURITY_PACKET_HEADER *p, DWORD size)
{
	if (size < RSN_HEADER + RSN_KEY_DATA || p->Data[1] != 3)
		return 0;
	return (unsigned)(p->Data[RSN_KEY_INFO] << 8 | p->Data[RSN_KEY_INFO + 1]);
}

static bool is_message_3(const DOT11_SECURITY_PACKET_HEADER *p, DWORD size)
{
	const unsigned wanted = RSN_INFO_PAIRWISE | RSN_INFO_INSTALL | RSN_INFO_ACK;

	return (key_info(p, size) & wanted) == wanted;
}

/* Message 3 says "install", and that is done: also when it is sent again, message 4 being lost. */
static DWORD WINAPI key_again_receive(HANDLE ext, DWORD size, LPVOID packet)
{
	const bool installed = pairwise.known;
	const DWORD error = base.Dot11ExtIhvReceivePacket(ext, size, packet);

	if (installed && pairwise.known && is_message_3(packet, size))
		host.Dot11ExtSetKeyMappingKey(rsn_svc(ext), &pairwise.value.mapping);
	return error;
}

const struct mutation key_message_3_again = {.handlers.Dot11ExtIhvInitAdapter = rsn_note_adapter,
	.handlers.Dot11ExtIhvReceivePacket = key_again_receive,
	.handlers.Dot11ExtIhvStopPostAssociate = forgetful_stop,
	.calls.Dot11ExtSetKeyMappingKey = keep_mapping};

/* Only where the very same message comes again: an attacker's, since an AP counts on. */
static DWORD WINAPI key_replay_receive(HANDLE ext, DWORD size, LPVOID packet)
{
	const DOT11_SECURITY_PACKET_HEADER *p = packet;
	const DWORD error = base.Dot11ExtIhvReceivePacket(ext, size, packet);

	if (!is_message_3(p, size))
		return error;
	if (pairwise.known && memcmp(last_replay, p->Data + RSN_KEY_REPLAY, 8) == 0)
		host.Dot11ExtSetKeyMappingKey(rsn_svc(ext), &pairwise.value.mapping);
	memcpy(last_replay, p->Data + RSN_KEY_REPLAY, 8);
	return error;
}

const struct mutation key_replayed = {.handlers.Dot11ExtIhvInitAdapter = rsn_note_adapter,
	.handlers.Dot11ExtIhvReceivePacket = key_replay_receive,
	.handlers.Dot11ExtIhvStopPostAssociate = forgetful_stop,
	.calls.Dot11ExtSetKeyMappingKey = keep_mapping};

/* The group key again, with any message that the AP wants an answer to. */
static DWORD WINAPI key_group_receive(HANDLE ext, DWORD size, LPVOID packet)
{
	const bool installed = group.known;
	const DWORD error = base.Dot11ExtIhvReceivePacket(ext, size, packet);
	const unsigned info = key_info(packet, size);

	if (installed && group.known && (info & RSN_INFO_ACK) && !(info & RSN_INFO_PAIRWISE))
		host.Dot11ExtSetDefaultKey(rsn_svc(ext), &group.value.group, DOT11_DIR_INBOUND);
	return error;
}

const struct mutation key_group_again = {.handlers.Dot11ExtIhvInitAdapter = rsn_note_adapter,
	.handlers.Dot11ExtIhvReceivePacket = key_group_receive,
	.handlers.Dot11ExtIhvStopPostAssociate = forgetful_stop,
	.calls.Dot11ExtSetDefaultKey = keep_default};
