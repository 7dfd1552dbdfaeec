// SPDX-License-Identifier: BSD-2-Clause
/* The record of a call out of the module, at its entry. Keys and profile texts leave nothing but
 * their sizes. */
#include "host/host_internal.h"

#include <string.h>

#include "base/bytes.h"
#include "wire/algorithm.h"

static void completion(const struct function_call *call, struct crossing *x)
{
	struct mac peer = {{0}};

	x->handle = handle_from_win(call->completion.session);
	x->reason = call->completion.reason;
	x->pre_associate_completion.error = call->completion.error; /* at the same place in both */
	if (call->completion.peer)
		peer = mac_from_bytes(call->completion.peer);
	else if (call->fn == FN_POST_ASSOCIATE_COMPLETION)
		x->flags |= CROSSING_PEER_NULL;
	x->peer = mac_to_u64(&peer);
}

static void free_buffer(struct host *h, const struct function_call *call, struct crossing *x)
{
	const void *p = call->free_buffer.buffer;
	const struct buffer *b = p ? buffer_find(h, p) : NULL;

	if (!p)
		x->free_buffer.known = BUFFER_NULL;
	else if (b)
		x->free_buffer.known = BUFFER_LIVE;
	else
		x->free_buffer.known = buffer_gone(h, p);
	x->handle = b ? b->id : 0;
}

static void lists(const struct function_call *call, struct crossing *x)
{
	struct writer w = writer_init(x->data, sizeof(x->data));
	uint32_t i;

	x->set_ethertype_handling.backlog = call->set_ethertype_handling.backlog;
	x->set_ethertype_handling.exemptions = call->set_ethertype_handling.exemptions;
	x->set_ethertype_handling.types = call->set_ethertype_handling.types;
	x->set_ethertype_handling.exemptions_null = call->set_ethertype_handling.exemption == NULL;
	x->set_ethertype_handling.types_null = call->set_ethertype_handling.type == NULL;
	/* What does not fit is not looked at: the numbers may be anything. */
	for (i = 0; call->set_ethertype_handling.type && i < call->set_ethertype_handling.types &&
		    writer_left(&w) >= 2;
		i++)
		writer_put(&w, &call->set_ethertype_handling.type[i], 2);
	for (i = 0; call->set_ethertype_handling.exemption &&
		    i < call->set_ethertype_handling.exemptions &&
		    writer_left(&w) >= sizeof(DOT11_PRIVACY_EXEMPTION);
		i++)
		writer_put(&w, &call->set_ethertype_handling.exemption[i],
			sizeof(DOT11_PRIVACY_EXEMPTION));
	x->data_length = (uint8_t)w.len;
}

static bool advertised(const struct miniport_caps *caps, enum crossing_fn fn, uint32_t value)
{
	const struct algorithm_pair *list =
		fn == FN_SET_MULTICAST_CIPHER_ALGORITHM ? caps->multicast : caps->unicast;
	size_t i,
		count = fn == FN_SET_MULTICAST_CIPHER_ALGORITHM ? caps->nmulticast : caps->nunicast;

	for (i = 0; i < count; i++)
		if ((fn == FN_SET_AUTH_ALGORITHM ? list[i].auth : list[i].cipher) == value)
			return true;
	return false;
}

static uint32_t key_flags(
	bool remove, bool permanent, uint32_t algorithm, const UCHAR *p, uint32_t length)
{
	struct miniport_key key = {0};

	return (remove ? KEY_DELETE : 0) | (permanent ? KEY_STATIC : 0) |
	       (!remove && !key_layout(algorithm, p, length, &key) ? KEY_BAD_LAYOUT : 0);
}

static void default_key(const struct function_call *call, struct crossing *x)
{
	const DOT11_CIPHER_DEFAULT_KEY_VALUE *v = call->set_default_key.key;
	struct mac peer;

	if (!v) {
		x->flags |= CROSSING_NULL;
		return;
	}
	peer = mac_from_bytes(v->MacAddr);
	x->peer = mac_to_u64(&peer);
	x->set_default_key.algorithm = v->AlgorithmId;
	x->set_default_key.index = v->uKeyIndex;
	x->set_default_key.direction = call->set_default_key.direction;
	x->set_default_key.length = v->usKeyLength;
	x->set_default_key.flags =
		key_flags(v->bDelete, v->bStatic, v->AlgorithmId, v->ucKey, v->usKeyLength);
	x->set_default_key.header = (uint32_t)v->Header.Type << 24 |
				    (uint32_t)v->Header.Revision << 16 | v->Header.Size;
}

static void mapping_key(const struct function_call *call, struct crossing *x)
{
	const DOT11_CIPHER_KEY_MAPPING_KEY_VALUE *v = call->set_key_mapping_key.key;
	struct mac peer;

	if (!v) {
		x->flags |= CROSSING_NULL;
		return;
	}
	peer = mac_from_bytes(v->PeerMacAddr);
	x->peer = mac_to_u64(&peer);
	x->set_key_mapping_key.algorithm = v->AlgorithmId;
	x->set_key_mapping_key.direction = v->Direction;
	x->set_key_mapping_key.length = v->usKeyLength;
	x->set_key_mapping_key.flags =
		key_flags(v->bDelete, v->bStatic, v->AlgorithmId, v->ucKey, v->usKeyLength);
}

static void packet(struct host *h, const struct function_call *call, struct crossing *x)
{
	struct reader r = reader_init(
		call->send_packet.packet, call->send_packet.packet ? call->send_packet.length : 0);
	const uint8_t *peer = reader_take(&r, MAC_LEN);
	struct mac m = {{0}};

	if (peer)
		m = mac_from_bytes(peer);
	x->peer = mac_to_u64(&m);
	x->send_packet.length = call->send_packet.length;
	x->send_packet.ethertype = reader_be16(&r);
	x->data_length = (uint8_t)(reader_left(&r) < PACKET_SEEN ? reader_left(&r) : PACKET_SEEN);
	memcpy(x->data, r.pos, x->data_length);
	packet_number(h, call->send_packet.send, x);
}

static void security_packet(const struct function_call *call, struct crossing *x)
{
	uint32_t n =
		call->process_security_packet.packet ? call->process_security_packet.length : 0;

	x->process_security_packet.length = call->process_security_packet.length;
	x->data_length = (uint8_t)(n < PACKET_SEEN ? n : PACKET_SEEN);
	if (x->data_length)
		memcpy(x->data, call->process_security_packet.packet, x->data_length);
}

static void start_onex(struct host *h, const struct function_call *call, struct crossing *x)
{
	const EAP_ATTRIBUTES *e;
	const EAP_ATTRIBUTE *list;
	uint32_t i;

	if (!call->start_onex.attributes)
		return;
	/* What is not from AllocateBuffer is not read: its size is unknown. */
	e = buffer_view(h, &call->views, call->start_onex.attributes, sizeof(*e));
	x->start_onex.foreign = !e;
	if (!e)
		return;
	x->start_onex.attributes = e->dwNumberOfAttributes;
	if (!e->dwNumberOfAttributes)
		return;
	list = buffer_view(
		h, &call->views, e->pAttribs, (uint64_t)e->dwNumberOfAttributes * sizeof(*list));
	x->start_onex.foreign = !list;
	for (i = 0; list && i < e->dwNumberOfAttributes; i++)
		x->start_onex.foreign += list[i].pValue && !buffer_find(h, list[i].pValue);
}

static void notification(const struct function_call *call, struct crossing *x)
{
	const L2_NOTIFICATION_DATA *d = call->send_notification.data;

	if (!d)
		return;
	x->send_notification.present = 1;
	x->send_notification.source = d->NotificationSource;
	x->send_notification.code = d->NotificationCode;
	x->send_notification.size = d->dwDataSize;
	x->send_notification.data_present = d->pData != NULL;
}

static void virtual_station(const struct function_call *call, struct crossing *x)
{
	const DOT11EXT_VIRTUAL_STATION_AP_PROPERTY *p = call->virtual_station.property;

	x->request_virtual_station.reserved =
		call->virtual_station.reserved != NULL; /* at the same place in all four */
	if (call->fn != FN_SET_VIRTUAL_STATION_AP_PROPERTIES)
		return;
	x->handle = handle_from_win(call->virtual_station.session);
	if (!p)
		return;
	x->set_virtual_station_ap_properties.passphrase = p->bIsPassPhrase != 0;
	x->set_virtual_station_ap_properties.key_length = p->dwKeyLength;
	x->set_virtual_station_ap_properties.terminated = virtual_phrase_ends(p);
}

static void profile_call(const struct function_call *call, struct crossing *x)
{
	/* The session stands first in all three. */
	x->handle = handle_from_win(call->set_user_data.session);
	if (call->fn == FN_SET_CURRENT_PROFILE) {
		x->set_current_profile.connectivity =
			call->set_current_profile.connectivity != NULL;
		x->set_current_profile.security = call->set_current_profile.security != NULL;
		return;
	}
	x->set_profile_custom_user_data.session =
		call->set_user_data.user; /* at the same place in both */
	if (call->fn == FN_SET_PROFILE_CUSTOM_USER_DATA)
		x->set_profile_custom_user_data.size = call->set_user_data.size;
}

static void algorithm(struct host *h, const struct function_call *call, struct crossing *x)
{
	const struct host_adapter *a = extapi_adapter(h, call->svc);

	x->set_auth_algorithm.algorithm = call->set.value; /* at the same place in the three */
	if (a)
		x->set_auth_algorithm.advertised =
			advertised(a->mp->ops->caps(a->mp), call->fn, call->set.value);
}

void record_function(struct host *h, const struct function_call *call, struct crossing *x)
{
	x->fn = (uint16_t)call->fn;
	x->flags = call->stale ? CROSSING_STALE_TABLE : 0;
	if (call->fn != FN_ALLOCATE_BUFFER && call->fn != FN_FREE_BUFFER)
		x->adapter = handle_from_win(call->svc);
	switch (call->fn) {
	case FN_ALLOCATE_BUFFER:
		x->allocate_buffer.size = call->allocate_buffer.size;
		break;
	case FN_FREE_BUFFER:
		free_buffer(h, call, x);
		break;
	case FN_SET_PROFILE_CUSTOM_USER_DATA:
	case FN_GET_PROFILE_CUSTOM_USER_DATA:
	case FN_SET_CURRENT_PROFILE:
		profile_call(call, x);
		break;
	case FN_SEND_UI_REQUEST:
		if (!call->send_ui_request.request)
			break;
		x->send_ui_request.session = call->send_ui_request.request->dwSessionId;
		x->send_ui_request.size = call->send_ui_request.request->dwByteCount;
		ui_number(h, &call->send_ui_request.request->guidUIRequest, x);
		break;
	case FN_PRE_ASSOCIATE_COMPLETION:
	case FN_POST_ASSOCIATE_COMPLETION:
		completion(call, x);
		break;
	case FN_SEND_NOTIFICATION:
		notification(call, x);
		break;
	case FN_SEND_PACKET:
		packet(h, call, x);
		break;
	case FN_SET_ETHERTYPE_HANDLING:
		lists(call, x);
		break;
	case FN_SET_AUTH_ALGORITHM:
	case FN_SET_UNICAST_CIPHER_ALGORITHM:
	case FN_SET_MULTICAST_CIPHER_ALGORITHM:
		algorithm(h, call, x);
		break;
	case FN_SET_DEFAULT_KEY:
		default_key(call, x);
		break;
	case FN_SET_KEY_MAPPING_KEY:
		mapping_key(call, x);
		break;
	case FN_SET_DEFAULT_KEY_ID:
		x->set_default_key_id.index = call->set.value;
		break;
	case FN_NIC_SPECIFIC_EXTENSION:
		x->nic_specific_extension.in_size = call->nic_specific_extension.in_size;
		x->nic_specific_extension.out_size =
			call->nic_specific_extension.out_size
				? *call->nic_specific_extension.out_size
				: 0;
		break;
	case FN_SET_EXCLUDE_UNENCRYPTED:
		x->set_exclude_unencrypted.exclude = call->set.value != 0;
		break;
	case FN_START_ONEX:
		start_onex(h, call, x);
		break;
	case FN_PROCESS_SECURITY_PACKET:
		security_packet(call, x);
		break;
	case FN_REQUEST_VIRTUAL_STATION:
	case FN_RELEASE_VIRTUAL_STATION:
	case FN_QUERY_VIRTUAL_STATION_PROPERTIES:
	case FN_SET_VIRTUAL_STATION_AP_PROPERTIES:
		virtual_station(call, x);
		break;
	default: /* StopOneX takes nothing; the rest are no functions */
		break;
	}
}
