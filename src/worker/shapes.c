// SPDX-License-Identifier: BSD-2-Clause
#include "worker/structs.h"

/* Members of a call; g is the member of the union. */
#define CALL(c, g, m) .name = #m, .offset = offsetof(c, g.m)
#define C_VALUE(c, g, m, f)                                                                        \
	{                                                                                          \
		CALL(c, g, m), .kind = MEMBER_VALUE, .size = SIZE(c, g.m), .flags = (f)            \
	}
#define C_FLAG(c, g, m, f)                                                                         \
	{                                                                                          \
		CALL(c, g, m), .kind = MEMBER_FLAG, .flags = (f)                                   \
	}
#define C_TOKEN(c, g, m, f)                                                                        \
	{                                                                                          \
		CALL(c, g, m), .kind = MEMBER_TOKEN, .flags = (f)                                  \
	}
#define C_ONE(c, g, m, s, f)                                                                       \
	{                                                                                          \
		CALL(c, g, m), .kind = MEMBER_STRUCTS, .shape = &(s), .flags = (f)                 \
	}
#define C_BYTES(c, g, m, n, max)                                                                   \
	{                                                                                          \
		CALL(c, g, m), .kind = MEMBER_BYTES, .size = 1, .limit = (max), COUNTED_BY(c, g.n) \
	}
#define H struct handler_call
#define F struct function_call

#define OUTPUT (MEMBER_ANSWER | MEMBER_QUIET)
#define BLANK  (MEMBER_ANSWER | MEMBER_HOLLOW)

static const struct member handler_members[] = {
	{.name = "adapter", .kind = MEMBER_TOKEN, .offset = offsetof(H, adapter)},
};

static const struct member get_version_info[] = {
	C_ONE(H, get_version_info, version, struct_version_info, MEMBER_MUST),
};

static const struct member init_service[] = {
	C_VALUE(H, init_service, version, 0),
	C_VALUE(H, init_service, functions, 0),
	C_VALUE(H, init_service, handlers, OUTPUT),
};

static const struct member init_virtual_station[] = {
	C_VALUE(H, init_virtual_station, functions, 0),
};

static const struct member init_adapter[] = {
	C_ONE(H, init_adapter, adapter, struct_adapter, MEMBER_MUST),
	C_TOKEN(H, init_adapter, svc, 0),
	C_TOKEN(H, init_adapter, ext, OUTPUT),
};

static const struct member profile[] = {
	C_TOKEN(H, profile, session, 0),
	C_ONE(H, profile, params, struct_profile_params, 0),
	C_ONE(H, profile, connectivity, struct_connectivity_profile, 0),
	C_ONE(H, profile, security, struct_security_profile, 0),
	C_ONE(H, profile, bss, struct_bss_list, 0),
	C_ONE(H, profile, reason, struct_dword, MEMBER_MUST),
};

static const struct member perform_post_associate[] = {
	C_TOKEN(H, perform_post_associate, session, 0),
	C_ONE(H, perform_post_associate, port, struct_port_state, MEMBER_MUST),
	C_VALUE(H, perform_post_associate, length, 0),
	{CALL(H, perform_post_associate, association), .kind = MEMBER_BYTES, .size = 1,
		.limit = BYTES_MAX, .flags = MEMBER_MUST, .shape = &struct_association,
		COUNTED_BY(H, perform_post_associate.length)},
};

static const struct member stop_post_associate[] = {
	C_ONE(H, stop_post_associate, peer, struct_mac, MEMBER_MUST),
	C_VALUE(H, stop_post_associate, status, 0),
};

static const struct member create_discovery_profiles[] = {
	C_VALUE(H, create_discovery_profiles, insecure, 0),
	C_ONE(H, create_discovery_profiles, params, struct_profile_params, 0),
	C_ONE(H, create_discovery_profiles, bss, struct_bss_list, 0),
	C_ONE(H, create_discovery_profiles, list, struct_discovery_list, MEMBER_MUST | MEMBER_VIEW),
	C_ONE(H, create_discovery_profiles, reason, struct_dword, MEMBER_MUST),
};

static const struct member process_session_change[] = {
	C_VALUE(H, process_session_change, event, 0),
	C_ONE(H, process_session_change, session, struct_session_change, MEMBER_MUST),
};

static const struct member receive_indication[] = {
	C_VALUE(H, receive_indication, type, 0),
	C_VALUE(H, receive_indication, length, 0),
	C_BYTES(H, receive_indication, buffer, length, BYTES_MAX),
};

static const struct member receive_packet[] = {
	C_VALUE(H, receive_packet, length, 0),
	C_BYTES(H, receive_packet, buffer, length, BYTES_MAX),
};

static const struct member send_packet_completion[] = {
	C_TOKEN(H, send_packet_completion, send, 0),
	C_FLAG(H, send_packet_completion, modified, OUTPUT),
};

static const struct member is_ui_request_pending[] = {
	C_VALUE(H, is_ui_request_pending, request, 0),
	C_ONE(H, is_ui_request_pending, pending, struct_one_bool, MEMBER_MUST),
};

static const struct member process_ui_response[] = {
	C_VALUE(H, process_ui_response, request, 0),
	C_VALUE(H, process_ui_response, length, 0),
	C_BYTES(H, process_ui_response, buffer, length, BYTES_MAX),
	C_FLAG(H, process_ui_response, modified, OUTPUT),
};

static const struct member query_ui_request[] = {
	C_VALUE(H, query_ui_request, phase, 0),
	{CALL(H, query_ui_request, request), .kind = MEMBER_TOKEN, .flags = OUTPUT | MEMBER_VIEW,
		.shape = &struct_given_request},
};

static const struct member onex_indicate_result[] = {
	C_VALUE(H, onex_indicate_result, outcome, 0),
	C_ONE(H, onex_indicate_result, params, struct_onex_params, 0),
};

static const struct member control[] = {
	C_VALUE(H, control, in_size, 0),
	C_BYTES(H, control, in, in_size, BYTES_MAX),
	C_VALUE(H, control, out_size, 0),
	{CALL(H, control, out), .kind = MEMBER_BYTES, .size = 1, .extra = CONTROL_GUARD,
		.limit = BYTES_MAX, COUNTED_BY(H, control.out_size)},
	C_ONE(H, control, returned, struct_dword, MEMBER_MUST),
};

static const struct member function_members[] = {
	{.name = "stale", .kind = MEMBER_FLAG, .offset = offsetof(F, stale)},
	{.name = "svc", .kind = MEMBER_TOKEN, .offset = offsetof(F, svc)},
};

static const struct member allocate_buffer[] = {
	C_VALUE(F, allocate_buffer, size, 0),
	C_ONE(F, allocate_buffer, buffer, struct_token, BLANK | MEMBER_EVEN_FAILED),
	C_TOKEN(F, allocate_buffer, token, 0),
};

static const struct member free_buffer[] = {
	C_TOKEN(F, free_buffer, buffer, 0),
	C_FLAG(F, free_buffer, release, OUTPUT),
};

static const struct member set_user_data[] = {
	C_TOKEN(F, set_user_data, session, 0),
	C_VALUE(F, set_user_data, user, 0),
	C_VALUE(F, set_user_data, size, 0),
	C_BYTES(F, set_user_data, data, size, DATA_MAX),
};

static const struct member get_user_data[] = {
	C_TOKEN(F, get_user_data, session, 0),
	C_VALUE(F, get_user_data, user, 0),
	C_ONE(F, get_user_data, size, struct_dword, BLANK),
	C_ONE(F, get_user_data, data, struct_token, BLANK),
	C_TOKEN(F, get_user_data, token, 0),
	{CALL(F, get_user_data, bytes), .kind = MEMBER_BYTES, .size = 1,
		.flags = OUTPUT | MEMBER_COUNT_BEHIND | MEMBER_ROOM_LIMIT,
		.limit = MODULE_USER_DATA_MAX, .count_at = offsetof(F, get_user_data.size),
		.count_size = sizeof(DWORD)},
};

static const struct member set_current_profile[] = {
	C_TOKEN(F, set_current_profile, session, 0),
	C_ONE(F, set_current_profile, connectivity, struct_connectivity_profile, 0),
	C_ONE(F, set_current_profile, security, struct_security_profile, 0),
};

static const struct member send_ui_request[] = {
	C_ONE(F, send_ui_request, request, struct_ui_request, 0),
};

static const struct member completion[] = {
	C_TOKEN(F, completion, session, 0),
	C_ONE(F, completion, peer, struct_mac, 0),
	C_VALUE(F, completion, reason, 0),
	C_VALUE(F, completion, error, 0),
};

static const struct member send_notification[] = {
	C_ONE(F, send_notification, data, struct_notification, 0),
};

static const struct member send_packet[] = {
	C_VALUE(F, send_packet, length, 0),
	C_BYTES(F, send_packet, packet, length, BYTES_MAX),
	C_TOKEN(F, send_packet, send, 0),
};

static const struct member set_ethertype_handling[] = {
	C_VALUE(F, set_ethertype_handling, backlog, 0),
	C_VALUE(F, set_ethertype_handling, exemptions, 0),
	{CALL(F, set_ethertype_handling, exemption), .kind = MEMBER_BYTES,
		.size = sizeof(DOT11_PRIVACY_EXEMPTION), .limit = LIST_MAX,
		COUNTED_BY(F, set_ethertype_handling.exemptions)},
	C_VALUE(F, set_ethertype_handling, types, 0),
	{CALL(F, set_ethertype_handling, type), .kind = MEMBER_BYTES, .size = sizeof(USHORT),
		.limit = LIST_MAX, COUNTED_BY(F, set_ethertype_handling.types)},
};

static const struct member set[] = {
	C_VALUE(F, set, value, 0),
};

static const struct member set_default_key[] = {
	C_ONE(F, set_default_key, key, struct_default_key, 0),
	C_VALUE(F, set_default_key, direction, 0),
};

static const struct member set_key_mapping_key[] = {
	C_ONE(F, set_key_mapping_key, key, struct_mapping_key, 0),
};

static const struct member nic_specific_extension[] = {
	C_VALUE(F, nic_specific_extension, in_size, 0),
	C_BYTES(F, nic_specific_extension, in, in_size, BYTES_MAX),
	C_ONE(F, nic_specific_extension, out_size, struct_dword,
		MEMBER_ANSWER | MEMBER_EVEN_FAILED),
	{CALL(F, nic_specific_extension, out), .kind = MEMBER_BYTES, .size = 1,
		.flags = BLANK | MEMBER_COUNT_BEHIND, .limit = BYTES_MAX,
		.count_at = offsetof(F, nic_specific_extension.out_size),
		.count_size = sizeof(DWORD)},
};

static const struct member start_onex[] = {
	{CALL(F, start_onex, attributes), .kind = MEMBER_TOKEN, .flags = MEMBER_VIEW,
		.shape = &struct_given_attributes},
};

static const struct member process_security_packet[] = {
	C_VALUE(F, process_security_packet, length, 0),
	C_BYTES(F, process_security_packet, packet, length, BYTES_MAX),
};

static const struct member virtual_station[] = {
	C_TOKEN(F, virtual_station, reserved, 0),
	C_ONE(F, virtual_station, is_virtual, struct_one_bool, BLANK),
	C_ONE(F, virtual_station, primary, struct_guid, BLANK),
	C_TOKEN(F, virtual_station, session, 0),
	C_VALUE(F, virtual_station, length, 0),
	C_ONE(F, virtual_station, property, struct_ap_property, 0),
};

static bool within(ULONG offset, ULONG size, ULONG length)
{
	return (uint64_t)offset + size <= length;
}

/* A module follows the offsets of the structure into the bytes behind it: none may lead out. */
static bool association_sound(const struct handler_call *c)
{
	const DOT11_ASSOCIATION_COMPLETION_PARAMETERS *p = c->perform_post_associate.association;
	ULONG n = c->perform_post_associate.length;

	return n >= SIZEOF_DOT11_ASSOCIATION_COMPLETION_PARAMETERS_REVISION_1 &&
	       p->Header.Size <= n && within(p->uAssocReqOffset, p->uAssocReqSize, n) &&
	       within(p->uAssocRespOffset, p->uAssocRespSize, n) &&
	       within(p->uBeaconOffset, p->uBeaconSize, n) &&
	       within(p->uIHVDataOffset, p->uIHVDataSize, n) &&
	       within(p->uActivePhyListOffset, p->uActivePhyListSize, n) &&
	       within(p->uEncapTableOffset, p->uEncapTableSize, n);
}

#define MEMBERS(list) .shape = {.members = (list), .count = COUNT(list)}
#define HANDLER(list)                                                                              \
	{                                                                                          \
		.side = SIDE_HANDLER, MEMBERS(list)                                                \
	}
#define FUNCTION(list)                                                                             \
	{                                                                                          \
		.side = SIDE_FUNCTION, MEMBERS(list)                                               \
	}
#define NOTHING(s)                                                                                 \
	{                                                                                          \
		.side = (s), .shape = {.members = NULL, .count = 0 }                               \
	}

static const struct crossing_shape shapes[] = {
	[FN_GET_VERSION_INFO] = HANDLER(get_version_info),
	[FN_INIT_SERVICE] = HANDLER(init_service),
	[FN_INIT_VIRTUAL_STATION] = HANDLER(init_virtual_station),
	[FN_DEINIT_SERVICE] = NOTHING(SIDE_HANDLER),
	[FN_INIT_ADAPTER] = HANDLER(init_adapter),
	[FN_DEINIT_ADAPTER] = NOTHING(SIDE_HANDLER),
	[FN_PERFORM_PRE_ASSOCIATE] = HANDLER(profile),
	[FN_ADAPTER_RESET] = NOTHING(SIDE_HANDLER),
	[FN_PERFORM_POST_ASSOCIATE] = {.side = SIDE_HANDLER,
		MEMBERS(perform_post_associate),
		.sound = association_sound},
	[FN_STOP_POST_ASSOCIATE] = HANDLER(stop_post_associate),
	[FN_VALIDATE_PROFILE] = HANDLER(profile),
	[FN_PERFORM_CAPABILITY_MATCH] = HANDLER(profile),
	[FN_CREATE_DISCOVERY_PROFILES] = HANDLER(create_discovery_profiles),
	[FN_PROCESS_SESSION_CHANGE] = HANDLER(process_session_change),
	[FN_RECEIVE_INDICATION] = HANDLER(receive_indication),
	[FN_RECEIVE_PACKET] = HANDLER(receive_packet),
	[FN_SEND_PACKET_COMPLETION] = HANDLER(send_packet_completion),
	[FN_IS_UI_REQUEST_PENDING] = HANDLER(is_ui_request_pending),
	[FN_PROCESS_UI_RESPONSE] = HANDLER(process_ui_response),
	[FN_QUERY_UI_REQUEST] = HANDLER(query_ui_request),
	[FN_ONEX_INDICATE_RESULT] = HANDLER(onex_indicate_result),
	[FN_CONTROL] = HANDLER(control),
	[FN_ALLOCATE_BUFFER] = FUNCTION(allocate_buffer),
	[FN_FREE_BUFFER] = FUNCTION(free_buffer),
	[FN_SET_PROFILE_CUSTOM_USER_DATA] = FUNCTION(set_user_data),
	[FN_GET_PROFILE_CUSTOM_USER_DATA] = FUNCTION(get_user_data),
	[FN_SET_CURRENT_PROFILE] = FUNCTION(set_current_profile),
	[FN_SEND_UI_REQUEST] = FUNCTION(send_ui_request),
	[FN_PRE_ASSOCIATE_COMPLETION] = FUNCTION(completion),
	[FN_POST_ASSOCIATE_COMPLETION] = FUNCTION(completion),
	[FN_SEND_NOTIFICATION] = FUNCTION(send_notification),
	[FN_SEND_PACKET] = FUNCTION(send_packet),
	[FN_SET_ETHERTYPE_HANDLING] = FUNCTION(set_ethertype_handling),
	[FN_SET_AUTH_ALGORITHM] = FUNCTION(set),
	[FN_SET_UNICAST_CIPHER_ALGORITHM] = FUNCTION(set),
	[FN_SET_MULTICAST_CIPHER_ALGORITHM] = FUNCTION(set),
	[FN_SET_DEFAULT_KEY] = FUNCTION(set_default_key),
	[FN_SET_KEY_MAPPING_KEY] = FUNCTION(set_key_mapping_key),
	[FN_SET_DEFAULT_KEY_ID] = FUNCTION(set),
	[FN_NIC_SPECIFIC_EXTENSION] = FUNCTION(nic_specific_extension),
	[FN_SET_EXCLUDE_UNENCRYPTED] = FUNCTION(set),
	[FN_START_ONEX] = FUNCTION(start_onex),
	[FN_STOP_ONEX] = NOTHING(SIDE_FUNCTION),
	[FN_PROCESS_SECURITY_PACKET] = FUNCTION(process_security_packet),
	[FN_REQUEST_VIRTUAL_STATION] = FUNCTION(virtual_station),
	[FN_RELEASE_VIRTUAL_STATION] = FUNCTION(virtual_station),
	[FN_QUERY_VIRTUAL_STATION_PROPERTIES] = FUNCTION(virtual_station),
	[FN_SET_VIRTUAL_STATION_AP_PROPERTIES] = FUNCTION(virtual_station),
};

/* Handlers and functions are the first lines of crossings.def, without a gap. */
_Static_assert(COUNT(shapes) == FN_SET_VIRTUAL_STATION_AP_PROPERTIES + 1, "a shape for each");

const struct crossing_shape *shape_of(unsigned fn)
{
	return fn < COUNT(shapes) ? &shapes[fn] : NULL;
}

const struct shape *shape_common(enum crossing_side side)
{
	static const struct shape common[] = {
		[SIDE_HANDLER] = {.members = handler_members, .count = COUNT(handler_members)},
		[SIDE_FUNCTION] = {.members = function_members, .count = COUNT(function_members)},
	};

	return &common[side];
}
