// SPDX-License-Identifier: BSD-2-Clause
/*
 * The 26 extensibility functions: one entry for all, from any thread of the module. It takes the
 * host lock, records and judges the call, carries it out and records the answer. It never waits for
 * a handler.
 *
 * A call that breaks a rule while the state stays defined is carried out all the same, as the real
 * system would; a strict host refuses it with ERROR_INVALID_STATE.
 */
#include "host/host_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/utf16.h"

DWORD extapi_error(int err)
{
	switch (err) {
	case 0:
		return ERROR_SUCCESS;
	case -ENOTSUP:
		return ERROR_NOT_SUPPORTED;
	case -EINVAL:
		return ERROR_INVALID_PARAMETER;
	case -ENODEV:
		return ERROR_DEVICE_REMOVED;
	case -EBUSY:
		return ERROR_BUSY;
	case -ENOMEM:
		return ERROR_NOT_ENOUGH_MEMORY;
	case -ENOTCONN:
		return ERROR_DEVICE_NOT_CONNECTED;
	}
	return ERROR_GEN_FAILURE;
}

struct host_adapter *extapi_adapter(struct host *h, HANDLE svc)
{
	return handle_get(&h->adapters, handle_from_win(svc));
}

static DWORD allocate_buffer(struct host *h, struct function_call *call, struct crossing *x)
{
	DWORD error;

	if (!call->allocate_buffer.buffer)
		return ERROR_INVALID_PARAMETER;
	*call->allocate_buffer.buffer = NULL;
	error = buffer_allocate(
		h, call, call->allocate_buffer.token, call->allocate_buffer.size, x);
	if (!error)
		*call->allocate_buffer.buffer = call->allocate_buffer.token;
	return error;
}

static DWORD free_buffer(struct host *h, struct function_call *call, struct crossing *x)
{
	struct buffer *b = buffer_find(h, call->free_buffer.buffer);

	(void)x;
	call->free_buffer.release = b != NULL;
	if (b)
		buffer_free(h, b, false);
	return ERROR_SUCCESS;
}

static DWORD set_current_profile(struct host_adapter *a, const struct function_call *call)
{
	const uint16_t *texts[2] = {NULL, NULL};
	uint16_t **mine[2] = {&a->own_connectivity, &a->own_security};
	uint16_t *copies[2] = {NULL, NULL};
	char *name;
	int i;

	if (!a->profile || !a->connect_handle ||
		handle_from_win(call->set_current_profile.session) != a->connect_handle)
		return ERROR_INVALID_HANDLE;
	if (call->set_current_profile.connectivity)
		texts[0] = call->set_current_profile.connectivity->pszXmlFragmentIhvConnectivity;
	if (call->set_current_profile.security)
		texts[1] = call->set_current_profile.security->pszXmlFragmentIhvSecurity;
	for (i = 0; i < 2; i++) {
		size_t n = texts[i] ? utf16_nlen(texts[i], PROFILE_MAX_BYTES / 2) : 0;

		if (n == PROFILE_MAX_BYTES / 2) {
			fragment_free(&copies[0]);
			return ERROR_INVALID_PARAMETER;
		}
		copies[i] = texts[i] ? calloc(n + 1, sizeof(**copies)) : NULL;
		if (texts[i] && !copies[i]) {
			fragment_free(&copies[0]);
			return ERROR_NOT_ENOUGH_MEMORY;
		}
		if (texts[i])
			memcpy(copies[i], texts[i], n * sizeof(**copies));
	}
	name = strdup(a->profile->name);
	if (!name) {
		fragment_free(&copies[0]);
		fragment_free(&copies[1]);
		return ERROR_NOT_ENOUGH_MEMORY;
	}
	for (i = 0; i < 2; i++) {
		fragment_free(mine[i]);
		*mine[i] = copies[i];
	}
	free(a->own_name);
	a->own_name = name;
	user_data_wipe(a);
	return ERROR_SUCCESS;
}

static DWORD pre_completion(struct host_adapter *a, const struct function_call *call)
{
	if (!a->connect_handle || handle_from_win(call->completion.session) != a->connect_handle)
		return ERROR_INVALID_HANDLE;
	connection_pre_completed(a, call->completion.reason, call->completion.error);
	return ERROR_SUCCESS;
}

static DWORD send_notification(struct host_adapter *a, const struct function_call *call)
{
	const L2_NOTIFICATION_DATA *d = call->send_notification.data;
	struct host_notice n = {.type = NOTICE_NOTIFICATION};

	if (!d || (d->dwDataSize && !d->pData))
		return ERROR_INVALID_PARAMETER;
	n.reason = d->NotificationCode;
	n.data = d->pData;
	n.length = d->dwDataSize;
	adapter_notice(a, &n);
	return ERROR_SUCCESS;
}

static DWORD set_algorithm(struct host_adapter *a, enum crossing_fn fn, uint32_t value)
{
	const struct miniport_ops *ops = a->mp->ops;
	int (*set)(struct miniport *, uint32_t) = ops->set_auth;

	if (fn == FN_SET_UNICAST_CIPHER_ALGORITHM)
		set = ops->set_unicast_cipher;
	else if (fn == FN_SET_MULTICAST_CIPHER_ALGORITHM)
		set = ops->set_multicast_cipher;
	else if (fn == FN_SET_DEFAULT_KEY_ID)
		set = ops->set_default_key_id;
	return extapi_error(set(a->mp, value));
}

static DWORD nic_specific(struct host_adapter *a, const struct function_call *call)
{
	DWORD *out_size = call->nic_specific_extension.out_size;
	uint32_t room;
	int err;

	if (!a->mp->ops->nic_specific)
		return ERROR_NOT_SUPPORTED;
	if (!out_size ||
		(call->nic_specific_extension.in_size && !call->nic_specific_extension.in) ||
		(*out_size && !call->nic_specific_extension.out))
		return ERROR_INVALID_PARAMETER;
	room = *out_size;
	err = a->mp->ops->nic_specific(a->mp, call->nic_specific_extension.in,
		call->nic_specific_extension.in_size, call->nic_specific_extension.out, &room);
	*out_size = err ? 0 : room;
	return extapi_error(err);
}

static DWORD send_ui_request(struct host_adapter *a, const struct function_call *call)
{
	return call->send_ui_request.request ? ui_send(a, call->send_ui_request.request)
					     : ERROR_INVALID_PARAMETER;
}

/* Functions that take a live adapter. */
static DWORD on_adapter(struct host_adapter *a, struct function_call *call, struct crossing *x)
{
	switch (call->fn) {
	case FN_SET_PROFILE_CUSTOM_USER_DATA:
		return user_data_set(a, call);
	case FN_GET_PROFILE_CUSTOM_USER_DATA:
		return user_data_get(a, call, x);
	case FN_SET_CURRENT_PROFILE:
		return set_current_profile(a, call);
	case FN_SEND_UI_REQUEST:
		return send_ui_request(a, call);
	case FN_PRE_ASSOCIATE_COMPLETION:
		return pre_completion(a, call);
	case FN_POST_ASSOCIATE_COMPLETION:
		return session_completed(a, call->completion.session, call->completion.reason,
			call->completion.error);
	case FN_SEND_NOTIFICATION:
		return send_notification(a, call);
	case FN_SEND_PACKET:
		return packet_send(a, call);
	case FN_SET_ETHERTYPE_HANDLING:
		return packet_filter(a, call);
	case FN_SET_AUTH_ALGORITHM:
	case FN_SET_UNICAST_CIPHER_ALGORITHM:
	case FN_SET_MULTICAST_CIPHER_ALGORITHM:
	case FN_SET_DEFAULT_KEY_ID:
		return set_algorithm(a, call->fn, call->set.value);
	case FN_SET_EXCLUDE_UNENCRYPTED:
		return extapi_error(
			a->mp->ops->set_exclude_unencrypted(a->mp, call->set.value != 0));
	case FN_SET_DEFAULT_KEY:
		return key_set_default(a, call);
	case FN_SET_KEY_MAPPING_KEY:
		return key_set_mapping(a, call);
	case FN_NIC_SPECIFIC_EXTENSION:
		return nic_specific(a, call);
	case FN_START_ONEX:
	case FN_STOP_ONEX:
	case FN_PROCESS_SECURITY_PACKET:
		return ERROR_NOT_SUPPORTED; /* this host has no 802.1X supplicant to lend */
	case FN_REQUEST_VIRTUAL_STATION:
	case FN_RELEASE_VIRTUAL_STATION:
	case FN_QUERY_VIRTUAL_STATION_PROPERTIES:
	case FN_SET_VIRTUAL_STATION_AP_PROPERTIES:
		return virtual_function(a, call, x);
	default: /* handlers, and the two functions that take no adapter */
		break;
	}
	return ERROR_CALL_NOT_IMPLEMENTED;
}

static DWORD carry_out(struct host *h, struct function_call *call, struct crossing *x)
{
	struct host_adapter *a;

	if (call->fn == FN_ALLOCATE_BUFFER)
		return allocate_buffer(h, call, x);
	if (call->fn == FN_FREE_BUFFER)
		return free_buffer(h, call, x);
	a = extapi_adapter(h, call->svc);
	if (!a)
		return ERROR_INVALID_HANDLE;
	return on_adapter(a, call, x);
}

DWORD extapi(void *user, struct function_call *call)
{
	struct host *h = user;
	struct crossing x = {0};
	unsigned violations;
	DWORD result;
	uint16_t before;

	engine_enter(h);
	if (!h->life.alive) {
		engine_leave(h);
		return ERROR_INVALID_STATE; /* of a process that is dead already */
	}
	before = h->acting;
	h->acting = record_thread(h, call);
	record_function(h, call, &x);
	if (call->kept)
		x.flags |= CROSSING_HELD;
	violations = record(h, &x, PHASE_ENTER);
	result = h->config.refuse ? h->config.refuse(h->config.user, &x) : ERROR_SUCCESS;
	if (!result && violations && h->config.strict)
		result = ERROR_INVALID_STATE;
	if (result)
		x.flags |= CROSSING_REFUSED;
	else
		result = carry_out(h, call, &x);
	x.result = result;
	record(h, &x, PHASE_EXIT);
	h->acting = before;
	engine_leave(h);
	return result;
}
