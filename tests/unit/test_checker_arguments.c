// SPDX-License-Identifier: BSD-2-Clause
/* What the module owes around 802.1X, packets, keys, UI and arguments. */

#include "tests/lib/rule_cases.h"

static struct crossing onex(enum crossing_fn fn)
{
	return (struct crossing){
		.fn = (uint16_t)fn, .phase = PHASE_ENTER, .thread = WORKER, .adapter = 1};
}

static void onex_outside(struct tape *t)
{
	struct crossing x = onex(FN_START_ONEX);

	x.result = 5023;
	tape_insert_call(t, t->starts[PART_FAILED], x);
}

static void onex_unregistered(struct tape *t)
{
	struct crossing *x = tape_get(t, PART_CCMP, FN_SET_ETHERTYPE_HANDLING, PHASE_EXIT, 0);
	size_t at;

	x->set_ethertype_handling.types = 1;
	x->data[1] = 0xC7;
	for (at = tape_at(t, PART_CCMP, FN_RECEIVE_PACKET, PHASE_ENTER, 0);
		at < t->starts[PART_ROAM]; at++)
		if (t->x[at].fn == FN_RECEIVE_PACKET)
			t->x[at].receive_packet.ethertype = 0x88C7;
	at = tape_at(t, PART_CCMP, FN_DATA_REFUSED, PHASE_POINT, 0);
	tape_insert_call(t, at, onex(FN_STOP_ONEX));
	tape_insert_call(t, at, onex(FN_START_ONEX));
}

static void onex_twice(struct tape *t)
{
	tape_insert_call(
		t, tape_at(t, PART_ONEX, FN_IND_PACKET, PHASE_POINT, 0), onex(FN_START_ONEX));
}

static void stop_onex_idle(struct tape *t)
{
	tape_insert_call(t, tape_at(t, PART_ROAM, FN_SET_KEY_MAPPING_KEY, PHASE_ENTER, 0),
		onex(FN_STOP_ONEX));
}

static void eapol_kept_back(struct tape *t)
{
	tape_remove_call(t, PART_ONEX, FN_PROCESS_SECURITY_PACKET, 0);
}

static void eapol_key_fed(struct tape *t)
{
	struct crossing x = *tape_get(t, PART_ONEX, FN_PROCESS_SECURITY_PACKET, PHASE_ENTER, 1);

	x.data[1] = 3;
	tape_insert_call(t, tape_at(t, PART_ONEX, FN_RECEIVE_PACKET, PHASE_EXIT, 1), x);
}

/* The pages let the packet begin at its type (C-13). */
static void eapol_key_fed_by_type(struct tape *t)
{
	struct crossing x = *tape_get(t, PART_ONEX, FN_PROCESS_SECURITY_PACKET, PHASE_ENTER, 1);

	x.data[0] = 3;
	x.data[1] = 0;
	x.data[2] = 95;
	x.data[3] = 2;
	tape_insert_call(t, tape_at(t, PART_ONEX, FN_RECEIVE_PACKET, PHASE_EXIT, 1), x);
}

static void fed_before_start(struct tape *t)
{
	struct crossing x = *tape_get(t, PART_ONEX, FN_PROCESS_SECURITY_PACKET, PHASE_ENTER, 0);

	tape_insert_call(t, tape_at(t, PART_ONEX, FN_START_ONEX, PHASE_ENTER, 0), x);
}

static void fed_after_stop_onex(struct tape *t)
{
	struct crossing x = *tape_get(t, PART_ONEX, FN_PROCESS_SECURITY_PACKET, PHASE_ENTER, 0);

	tape_insert_call(t, tape_at(t, PART_ONEX, FN_STOP_ONEX, PHASE_EXIT, 0) + 1, x);
}

static void fed_after_result(struct tape *t)
{
	struct crossing x = *tape_get(t, PART_ONEX, FN_PROCESS_SECURITY_PACKET, PHASE_ENTER, 0);

	tape_insert_call(t, tape_at(t, PART_ONEX, FN_SET_KEY_MAPPING_KEY, PHASE_ENTER, 0), x);
}

static void completed_on_progress(struct tape *t)
{
	tape_insert_call(t, tape_at(t, PART_ONEX, FN_ONEX_INDICATE_RESULT, PHASE_EXIT, 0) + 1,
		ENTER(POST_ASSOCIATE_COMPLETION, .thread = WORKER, .adapter = 1, .handle = 107,
			.reason = 0x90000, .post_associate_completion.error = 5));
}

static void two_sends_with_one_handle(struct tape *t)
{
	struct crossing *x = tape_get(t, PART_CCMP, FN_SEND_PACKET_COMPLETION, PHASE_ENTER, 0),
			done = *x;

	tape_remove_call(t, PART_CCMP, FN_SEND_PACKET_COMPLETION, 0);
	tape_get(t, PART_CCMP, FN_SEND_PACKET, PHASE_ENTER, 1)->handle = 1;
	tape_get(t, PART_CCMP, FN_SEND_PACKET, PHASE_EXIT, 1)->handle = 1;
	tape_get(t, PART_CCMP, FN_SEND_PACKET_COMPLETION, PHASE_ENTER, 0)->handle = 1;
	tape_insert_call(
		t, tape_at(t, PART_CCMP, FN_SEND_PACKET_COMPLETION, PHASE_EXIT, 0) + 1, done);
}

static void two_ui_requests_with_one_guid(struct tape *t)
{
	struct crossing x = *tape_get(t, PART_CCMP, FN_SEND_UI_REQUEST, PHASE_ENTER, 0);

	tape_insert_call(t, tape_at(t, PART_CCMP, FN_IS_UI_REQUEST_PENDING, PHASE_ENTER, 0), x);
}

static void pending_after_logoff(struct tape *t)
{
	size_t at = tape_at(t, PART_CCMP, FN_IS_UI_REQUEST_PENDING, PHASE_ENTER, 0);

	tape_insert_call(t, at,
		ENTER(PROCESS_SESSION_CHANGE, .thread = HOST, .process_session_change.event = 6));
}

static void pending_after_deinit(struct tape *t)
{
	tape_insert_call(t, tape_at(t, PART_DOWN, FN_ADAPTER_DOWN, PHASE_POINT, 0),
		ENTER(SEND_UI_REQUEST, .thread = WORKER, .adapter = 1, .handle = 3));
	tape_insert_call(t, t->starts[PART_SECOND],
		ENTER(IS_UI_REQUEST_PENDING, .thread = HOST, .handle = 3,
			.is_ui_request_pending.pending = 1));
}

static void other_virtual_station_calls(struct tape *t, enum crossing_fn fn)
{
	struct crossing x = {.fn = (uint16_t)fn,
		.phase = PHASE_ENTER,
		.thread = WORKER,
		.adapter = 1,
		.result = 50};

	x.request_virtual_station.reserved = 1;
	tape_insert_call(t, t->starts[PART_OPEN], x);
}

static void request_reserved(struct tape *t)
{
	other_virtual_station_calls(t, FN_REQUEST_VIRTUAL_STATION);
}

static void release_reserved(struct tape *t)
{
	other_virtual_station_calls(t, FN_RELEASE_VIRTUAL_STATION);
}

static void key_of_odd_length(struct tape *t)
{
	tape_get(t, PART_CCMP, FN_SET_VIRTUAL_STATION_AP_PROPERTIES, PHASE_ENTER, 0)
		->set_virtual_station_ap_properties.passphrase = 0;
}

/* The host need not let a station go that another module asked for. */
static void released_unasked(struct tape *t)
{
	tape_remove_call(t, PART_VIRTUAL, FN_REQUEST_VIRTUAL_STATION, 0);
	tape_get(t, PART_VIRTUAL, FN_ADAPTER_RESET, PHASE_EXIT, 0)->result = 6;
}

static void multicast_after_stop(struct tape *t)
{
	tape_insert_call(t, t->starts[PART_FAILED],
		ENTER(SEND_PACKET, .thread = WORKER, .adapter = 1, .handle = 9,
			.peer = 0xFFFFFFFFFFFFu, .send_packet.length = 129, .result = 5023));
}

static void packet_written(struct tape *t)
{
	tape_insert(t, t->starts[PART_ROAM],
		POINT(MODULE_TRESPASS, .module_trespass = {.what = TRESPASS_PACKET,
					       .function = CROSSING_NO_FUNCTION}));
}

static const struct rule_case cases[] = {
	{RULE_X_51, "StartOneX outside a session", .also = "X-42", .mutate = onex_outside},
	{RULE_X_52, "0x888E is not registered", .mutate = onex_unregistered},
	{RULE_X_53, "two operations", .mutate = onex_twice},
	{RULE_X_53, "StopOneX with none", .mutate = stop_onex_idle},
	{RULE_X_54, "a packet kept back", .mutate = eapol_kept_back},
	{RULE_X_55, "EAPOL-Key, from its version", .mutate = eapol_key_fed},
	{RULE_X_55, "EAPOL-Key, from its type", .mutate = eapol_key_fed_by_type},
	{RULE_X_56, "before StartOneX", .mutate = fed_before_start},
	{RULE_X_56, "after StopOneX", .mutate = fed_after_stop_onex},
	{RULE_X_56, "after the terminal result", .race = true, .mutate = fed_after_result},
	{RULE_X_57, "completed on IN_PROGRESS", .mutate = completed_on_progress},
	{RULE_X_59, "no room for the header", WHERE(CCMP, SEND_PACKET, ENTER, 0),
		SET(send_packet.length, 7)},
	{RULE_X_59, "to a group", WHERE(CCMP, SEND_PACKET, ENTER, 0), SET(peer, 0xFFFFFFFFFFFFu)},
	{RULE_X_59, "to another station", WHERE(CCMP, SEND_PACKET, ENTER, 0), SET(peer, AP_B)},
	{RULE_X_59, "to a group, outside a session", .also = "X-42",
		.mutate = multicast_after_stop},
	{RULE_X_60, "written, as a guard sees", .mutate = packet_written},
	{RULE_X_60, "changed before its completion", WHERE(CCMP, SEND_PACKET_COMPLETION, EXIT, 0),
		SET(send_packet_completion.modified, 1)},
	{RULE_X_61, "two sends with one handle", .mutate = two_sends_with_one_handle},
	{RULE_X_62, "0x888E in host order", WHERE(CCMP, SET_ETHERTYPE_HANDLING, ENTER, 0),
		.offset = offsetof(struct crossing, data), .size = 2, .value = 0x888E},
	{RULE_X_62, "an exemption in host order", WHERE(CCMP, SET_ETHERTYPE_HANDLING, ENTER, 0),
		SET(data[2], 0x01)},
	{RULE_X_62, "exemption action 3", WHERE(CCMP, SET_ETHERTYPE_HANDLING, ENTER, 0),
		SET(data[4], 3)},
	{RULE_X_62, "exemption packet type 0", WHERE(CCMP, SET_ETHERTYPE_HANDLING, ENTER, 0),
		SET(data[6], 0)},
	{RULE_X_62, "a count without a list", WHERE(CCMP, SET_ETHERTYPE_HANDLING, ENTER, 0),
		SET(set_ethertype_handling.exemptions_null, 1)},
	{RULE_X_63, "direction OUTBOUND", WHERE(CCMP, SET_DEFAULT_KEY, ENTER, 0),
		SET(set_default_key.direction, 2)},
	{RULE_X_63, "no header", WHERE(CCMP, SET_DEFAULT_KEY, ENTER, 0),
		SET(set_default_key.header, 0)},
	{RULE_X_63, "index 4 for CCMP", WHERE(CCMP, SET_DEFAULT_KEY, ENTER, 0),
		SET(set_default_key.index, 4)},
	{RULE_X_63, "usKeyLength", WHERE(CCMP, SET_DEFAULT_KEY, ENTER, 0),
		SET(set_default_key.flags, KEY_BAD_LAYOUT)},
	{RULE_X_63, "NULL", WHERE(CCMP, SET_DEFAULT_KEY, ENTER, 0), SET(flags, CROSSING_NULL)},
	{RULE_X_64, "a group address", WHERE(CCMP, SET_KEY_MAPPING_KEY, ENTER, 0),
		SET(peer, 0x01005E000001u)},
	{RULE_X_64, "direction 0", WHERE(CCMP, SET_KEY_MAPPING_KEY, ENTER, 0),
		SET(set_key_mapping_key.direction, 0)},
	{RULE_X_64, "layout", WHERE(CCMP, SET_KEY_MAPPING_KEY, ENTER, 0),
		SET(set_key_mapping_key.flags, KEY_BAD_LAYOUT)},
	{RULE_X_64, "NULL", WHERE(CCMP, SET_KEY_MAPPING_KEY, ENTER, 0), SET(flags, CROSSING_NULL)},
	{RULE_X_64, "default key id 4", WHERE(CCMP, SET_DEFAULT_KEY_ID, ENTER, 0),
		SET(set_default_key_id.index, 4)},
	{RULE_X_65, "a GUID that is pending", .mutate = two_ui_requests_with_one_guid},
	{RULE_X_65, "changed before the response", WHERE(CCMP, PROCESS_UI_RESPONSE, EXIT, 0),
		SET(process_ui_response.modified, 1)},
	{RULE_X_66, "pending after AdapterReset", WHERE(CANCEL, IS_UI_REQUEST_PENDING, EXIT, 0),
		SET(is_ui_request_pending.pending, 1)},
	{RULE_X_66, "pending after the logoff", .mutate = pending_after_logoff},
	{RULE_X_66, "pending after DeinitAdapter", .mutate = pending_after_deinit},
	{RULE_X_67, "NULL", WHERE(PROFILES, SEND_NOTIFICATION, ENTER, 0),
		SET(send_notification.present, 0)},
	{RULE_X_67, "source ACM", WHERE(PROFILES, SEND_NOTIFICATION, ENTER, 0),
		SET(send_notification.source, 8)},
	{RULE_X_67, "a size without data", WHERE(PROFILES, SEND_NOTIFICATION, ENTER, 0),
		SET(send_notification.data_present, 0)},
	{RULE_X_69, "more than there is room for", WHERE(PROFILES, CONTROL, EXIT, 0),
		SET(control.returned, 9)},
	{RULE_X_69, "written beyond the end", WHERE(PROFILES, CONTROL, EXIT, 0),
		SET(control.overrun, 1)},
	{RULE_X_70, "a key of 9 bytes", .mutate = key_of_odd_length},
	{RULE_X_70, "a passphrase of 65 bytes",
		WHERE(CCMP, SET_VIRTUAL_STATION_AP_PROPERTIES, ENTER, 0),
		SET(set_virtual_station_ap_properties.key_length, 65)},
	{RULE_X_70, "a passphrase without its end",
		WHERE(CCMP, SET_VIRTUAL_STATION_AP_PROPERTIES, ENTER, 0),
		SET(set_virtual_station_ap_properties.terminated, 0)},
	{RULE_X_70, "a reserved argument",
		WHERE(ARRIVAL, QUERY_VIRTUAL_STATION_PROPERTIES, ENTER, 0),
		SET(query_virtual_station_properties.reserved, 1)},
	{RULE_X_70, "a reserved argument of Request", .mutate = request_reserved},
	{RULE_X_70, "a reserved argument of Release", .mutate = release_reserved},
	{RULE_X_70, "a released station is not reset", WHERE(VIRTUAL, ADAPTER_RESET, EXIT, 0),
		SET(result, 6)},
	{RULE_X_70, "a released station is not stopped", .also = "X-43",
		WHERE(VIRTUAL, STOP_POST_ASSOCIATE, EXIT, 0), SET(result, 6)},
	{RULE_X_70, "a released station of somebody else's", .mutate = released_unasked},
};

int main(void)
{
	return rule_cases_run(
		(struct rule_cases){cases, sizeof(cases) / sizeof(*cases), RULE_X_51, RULE_COUNT});
}
