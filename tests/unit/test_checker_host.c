// SPDX-License-Identifier: BSD-2-Clause
/* What the host owes: a case for each H rule. */

#include "tests/lib/rule_cases.h"

static void version_before_load(struct tape *t)
{
	tape_remove_call(t, PART_LOAD, FN_GET_VERSION_INFO, 0);
}

static void version_twice(struct tape *t)
{
	tape_insert_call(t, tape_at(t, PART_LOAD, FN_INIT_SERVICE, PHASE_ENTER, 0),
		ENTER(GET_VERSION_INFO, .thread = HOST, .get_version_info.written = 3));
}

static void service_after_failed_version(struct tape *t)
{
	tape_get(t, PART_LOAD, FN_GET_VERSION_INFO, PHASE_EXIT, 0)->result = 31;
}

static void virtual_station_late(struct tape *t)
{
	tape_remove_call(t, PART_LOAD, FN_INIT_VIRTUAL_STATION, 0);
	tape_remove_call(t, PART_ARRIVAL, FN_QUERY_VIRTUAL_STATION_PROPERTIES, 0);
	tape_insert_call(t, t->starts[PART_PROFILES],
		ENTER(INIT_VIRTUAL_STATION, .thread = HOST, .init_virtual_station.functions = 4));
}

static void virtual_station_twice(struct tape *t)
{
	tape_insert_call(t, t->starts[PART_ARRIVAL],
		ENTER(INIT_VIRTUAL_STATION, .thread = HOST, .init_virtual_station.functions = 4));
}

static void virtual_station_never(struct tape *t)
{
	tape_remove_call(t, PART_LOAD, FN_INIT_VIRTUAL_STATION, 0);
	tape_remove_call(t, PART_ARRIVAL, FN_QUERY_VIRTUAL_STATION_PROPERTIES, 0);
	tape_remove_call(t, PART_CCMP, FN_SET_VIRTUAL_STATION_AP_PROPERTIES, 0);
	while (t->starts[PART_DOWN] > t->starts[PART_VIRTUAL])
		tape_remove(t, t->starts[PART_VIRTUAL]);
}

static void handler_before_service(struct tape *t)
{
	tape_insert_call(t, tape_at(t, PART_LOAD, FN_INIT_SERVICE, PHASE_ENTER, 0),
		ENTER(PROCESS_SESSION_CHANGE, .thread = HOST, .process_session_change.event = 7));
}

static void handler_after_service(struct tape *t)
{
	tape_insert_call(t, tape_at(t, PART_END, FN_MODULE_UNLOADED, PHASE_POINT, 0),
		ENTER(PROCESS_SESSION_CHANGE, .thread = HOST, .process_session_change.event = 7));
}

static void adapter_twice(struct tape *t)
{
	struct crossing x = ENTER(INIT_ADAPTER, .thread = HOST, .adapter = 1);

	tape_insert_call(t, t->starts[PART_PROFILES], x);
}

static void handle_of_old_adapter(struct tape *t)
{
	tape_insert_call(
		t, t->starts[PART_SECOND], ENTER(INIT_ADAPTER, .thread = HOST, .adapter = 1));
}

static void no_adapter(struct tape *t)
{
	struct crossing *x = tape_get(t, PART_PROFILES, FN_CONTROL, PHASE_ENTER, 0);

	x->adapter = x->ext = 0;
}

static void handler_after_deinit(struct tape *t)
{
	tape_insert_call(t, t->starts[PART_SECOND],
		ENTER(RECEIVE_INDICATION, .thread = HOST, .adapter = 1, .ext = 1,
			.receive_indication.type = 4));
}

static void lists_kept(struct tape *t)
{
	tape_remove(t, tape_at(t, PART_OPEN, FN_LISTS_CLEARED, PHASE_POINT, 0));
}

static void lists_cleared_late(struct tape *t)
{
	tape_move(t, tape_at(t, PART_OPEN, FN_LISTS_CLEARED, PHASE_POINT, 0),
		tape_at(t, PART_OPEN, FN_ADAPTER_RESET, PHASE_EXIT, 0));
}

static void second_connect(struct tape *t)
{
	struct crossing x = *tape_get(t, PART_SECOND, FN_PERFORM_PRE_ASSOCIATE, PHASE_ENTER, 0);

	x.handle = 99;
	tape_insert_call(t, tape_at(t, PART_SECOND, FN_IND_REMOVED, PHASE_POINT, 0), x);
}

static void connect_handle_again(struct tape *t)
{
	tape_get(t, PART_UNFIT, FN_PERFORM_PRE_ASSOCIATE, PHASE_ENTER, 0)->handle = 10;
	tape_get(t, PART_UNFIT, FN_PERFORM_PRE_ASSOCIATE, PHASE_EXIT, 0)->handle = 10;
}

static void connect_unprepared(struct tape *t)
{
	tape_insert(t, t->starts[PART_UNFIT], POINT(OID_CONNECT, .adapter = 1));
}

static void connect_before_completion(struct tape *t)
{
	tape_move(t, tape_at(t, PART_OPEN, FN_OID_CONNECT, PHASE_POINT, 0),
		tape_at(t, PART_OPEN, FN_PRE_ASSOCIATE_COMPLETION, PHASE_ENTER, 0));
}

static void connect_after_failure(struct tape *t)
{
	tape_insert(t, t->starts[PART_CCMP], POINT(OID_CONNECT, .adapter = 1));
}

static void port_unassociated(struct tape *t)
{
	tape_get(t, PART_FAILED, FN_PORT_CREATED, PHASE_POINT, 0)->peer = AP_UNKNOWN;
}

static void perform_failed_association(struct tape *t)
{
	tape_get(t, PART_FAILED, FN_PERFORM_POST_ASSOCIATE, PHASE_ENTER, 0)
		->perform_post_associate.status = 1;
}

static void perform_twice(struct tape *t)
{
	struct crossing x = *tape_get(t, PART_REFUSED, FN_PERFORM_POST_ASSOCIATE, PHASE_ENTER, 0);
	size_t at = tape_at(t, PART_REFUSED, FN_PORT_DELETED, PHASE_POINT, 0);

	x.handle = 199;
	tape_insert(t, at, x);
	x.phase = PHASE_EXIT;
	x.result = 14;
	tape_insert(t, at + 1, x);
}

static void perform_never(struct tape *t)
{
	tape_remove_call(t, PART_REFUSED, FN_PERFORM_POST_ASSOCIATE, 0);
}

static void perform_old_session(struct tape *t)
{
	size_t at = tape_at(t, PART_PENDING, FN_PERFORM_POST_ASSOCIATE, PHASE_ENTER, 0);

	t->x[at].handle = t->x[at + 1].handle = 102;
	tape_get(t, PART_PENDING, FN_STOP_POST_ASSOCIATE, PHASE_ENTER, 1)->handle = 102;
}

static void no_stop_for_explicit(struct tape *t)
{
	tape_remove_call(t, PART_FAILED, FN_STOP_POST_ASSOCIATE, 0);
}

static void stop_without_cause(struct tape *t)
{
	tape_remove(t, tape_at(t, PART_PENDING, FN_IND_DISASSOCIATION, PHASE_POINT, 0));
}

static void no_stop_at_roam(struct tape *t)
{
	tape_remove_call(t, PART_DOWN, FN_STOP_POST_ASSOCIATE, 0);
}

static void no_stop_at_removal(struct tape *t)
{
	tape_remove_call(t, PART_DOWN, FN_STOP_POST_ASSOCIATE, 1);
	tape_remove(t, tape_at(t, PART_DOWN, FN_PORT_DELETED, PHASE_POINT, 1));
}

static void no_stop_unannounced(struct tape *t)
{
	no_stop_at_removal(t);
	tape_remove(t, tape_at(t, PART_DOWN, FN_ADAPTER_DOWN, PHASE_POINT, 0));
}

static void no_stop_once_completed(struct tape *t)
{
	size_t at = tape_at(t, PART_DOWN, FN_ADAPTER_DOWN, PHASE_POINT, 0);

	no_stop_at_removal(t);
	tape_insert_call(t, at,
		ENTER(POST_ASSOCIATE_COMPLETION, .thread = WORKER, .adapter = 1, .handle = 108,
			.reason = 0x48005, .post_associate_completion.error = 5));
}

static void stop_twice(struct tape *t)
{
	struct crossing x = *tape_get(t, PART_PENDING, FN_STOP_POST_ASSOCIATE, PHASE_ENTER, 0);

	tape_insert_call(t, tape_at(t, PART_PENDING, FN_PORT_DELETED, PHASE_POINT, 0), x);
}

static void stop_of_refused(struct tape *t)
{
	tape_insert_call(t, tape_at(t, PART_REFUSED, FN_PORT_DELETED, PHASE_POINT, 0),
		ENTER(STOP_POST_ASSOCIATE, .thread = HOST, .adapter = 1, .ext = 1, .handle = 109,
			.peer = AP_A, .reason = 7));
}

static void port_deleted_early(struct tape *t)
{
	tape_move(t, tape_at(t, PART_PENDING, FN_PORT_DELETED, PHASE_POINT, 0),
		tape_at(t, PART_PENDING, FN_STOP_POST_ASSOCIATE, PHASE_EXIT, 0));
}

static void port_deleted_told(struct tape *t)
{
	tape_insert(t, tape_at(t, PART_PENDING, FN_PORT_DELETED, PHASE_POINT, 0),
		POINT(OID_PORT_STATE, .adapter = 1));
}

static void packet_after_stop(struct tape *t)
{
	tape_insert_call(t, tape_at(t, PART_PENDING, FN_PORT_DELETED, PHASE_POINT, 0),
		ENTER(RECEIVE_PACKET, .thread = HOST, .adapter = 1, .ext = 1, .peer = AP_B,
			.receive_packet = {.length = 103, .ethertype = 0x888E, .order = 5}));
	for (size_t i = tape_at(t, PART_PENDING, FN_RECEIVE_PACKET, PHASE_EXIT, 0) + 1; i < t->n;
		i++)
		if (t->x[i].fn == FN_RECEIVE_PACKET)
			t->x[i].receive_packet.order += 10;
}

static void onex_result_after_stop(struct tape *t)
{
	tape_insert_call(t, tape_at(t, PART_DOWN, FN_PORT_DELETED, PHASE_POINT, 0),
		ENTER(ONEX_INDICATE_RESULT, .thread = HOST, .adapter = 1, .ext = 1,
			.onex_indicate_result.outcome = 2));
}

static void association_start_twice(struct tape *t)
{
	size_t at = tape_at(t, PART_PENDING, FN_IND_ASSOCIATION_START, PHASE_POINT, 0);

	tape_insert(t, at, t->x[at]);
}

static void association_without_start(struct tape *t)
{
	tape_remove(t, tape_at(t, PART_PENDING, FN_IND_ASSOCIATION_START, PHASE_POINT, 0));
}

static void open_without_completion(struct tape *t)
{
	tape_insert(t, tape_at(t, PART_OPEN, FN_POST_ASSOCIATE_COMPLETION, PHASE_ENTER, 0),
		POINT(PORT_GATE, .adapter = 1, .port_gate.open = 1));
}

static void open_after_failure(struct tape *t)
{
	size_t at = tape_at(t, PART_FAILED, FN_IND_DISASSOCIATION, PHASE_POINT, 0);

	tape_insert(t, at, POINT(PORT_GATE, .adapter = 1, .port_gate.open = 1));
	tape_insert(t, at + 1, POINT(PORT_GATE, .adapter = 1));
}

static void open_told_first(struct tape *t)
{
	tape_move(t, tape_at(t, PART_OPEN, FN_OID_PORT_STATE, PHASE_POINT, 0),
		tape_at(t, PART_OPEN, FN_PORT_GATE, PHASE_POINT, 0));
}

static void open_while_stopping(struct tape *t)
{
	tape_remove(t, tape_at(t, PART_ROAM, FN_PORT_GATE, PHASE_POINT, 0));
}

static void data_through_closed_port(struct tape *t)
{
	tape_get(t, PART_CCMP, FN_DATA_REFUSED, PHASE_POINT, 0)->fn = FN_DATA_PASSED;
}

static void data_before_the_miniport_knows(struct tape *t)
{
	tape_remove(t, tape_at(t, PART_OPEN, FN_OID_PORT_STATE, PHASE_POINT, 0));
}

static void failure_ignored(struct tape *t)
{
	tape_remove(t, tape_at(t, PART_CCMP, FN_PORT_GATE, PHASE_POINT, 1));
}

static void repeat_ignored(struct tape *t)
{
	tape_remove(t, tape_at(t, PART_CCMP, FN_PORT_GATE, PHASE_POINT, 2));
	tape_remove(t, tape_at(t, PART_CCMP, FN_OID_PORT_STATE, PHASE_POINT, 2));
}

static void packet_unregistered(struct tape *t)
{
	tape_get(t, PART_CCMP, FN_RECEIVE_PACKET, PHASE_ENTER, 0)->receive_packet.ethertype =
		0x88C7;
}

static void packets_overlap(struct tape *t)
{
	tape_move(t, tape_at(t, PART_CCMP, FN_RECEIVE_PACKET, PHASE_EXIT, 0),
		tape_at(t, PART_CCMP, FN_RECEIVE_PACKET, PHASE_EXIT, 1));
	tape_get(t, PART_CCMP, FN_RECEIVE_PACKET, PHASE_ENTER, 1)->thread = OTHER;
	tape_get(t, PART_CCMP, FN_RECEIVE_PACKET, PHASE_EXIT, 1)->thread = OTHER;
}

static void packet_overtakes(struct tape *t)
{
	tape_get(t, PART_CCMP, FN_RECEIVE_PACKET, PHASE_ENTER, 1)->receive_packet.order = 1;
}

static void youngest_dropped(struct tape *t)
{
	tape_get(t, PART_CCMP, FN_PACKET_DROPPED, PHASE_POINT, 0)->packet_dropped.order = 2;
}

static void send_never_completed(struct tape *t)
{
	tape_remove_call(t, PART_CCMP, FN_SEND_PACKET_COMPLETION, 1);
}

static void send_completed_twice(struct tape *t)
{
	struct crossing x = *tape_get(t, PART_CCMP, FN_SEND_PACKET_COMPLETION, PHASE_ENTER, 0);

	tape_insert_call(t, tape_at(t, PART_CCMP, FN_SEND_PACKET_COMPLETION, PHASE_EXIT, 0) + 1, x);
}

static void no_reset(struct tape *t)
{
	tape_remove_call(t, PART_REFUSED, FN_ADAPTER_RESET, 0);
}

static void failed_request_hides_reset(struct tape *t)
{
	no_reset(t);
	tape_insert(t, t->starts[PART_ONEX], POINT(OID_DISCONNECT, .adapter = 1, .result = 5));
}

static void result_without_onex(struct tape *t)
{
	tape_remove_call(t, PART_ONEX, FN_ONEX_INDICATE_RESULT, 0);
	tape_insert_call(t, tape_at(t, PART_ONEX, FN_POST_ASSOCIATE_COMPLETION, PHASE_ENTER, 0),
		ENTER(ONEX_INDICATE_RESULT, .thread = HOST, .adapter = 1, .ext = 1,
			.onex_indicate_result.outcome = 1));
}

static void buffer_kept(struct tape *t)
{
	tape_remove(t, tape_at(t, PART_PROFILES, FN_BUFFER_RELEASED, PHASE_POINT, 0));
}

static void buffer_released_twice(struct tape *t)
{
	size_t at = tape_at(t, PART_PROFILES, FN_BUFFER_RELEASED, PHASE_POINT, 0);

	tape_insert(t, at, t->x[at]);
}

static void deinit_twice(struct tape *t)
{
	struct crossing x = *tape_get(t, PART_DOWN, FN_DEINIT_ADAPTER, PHASE_ENTER, 0);

	tape_insert_call(t, t->starts[PART_SECOND], x);
}

static void no_deinit(struct tape *t)
{
	tape_remove_call(t, PART_SECOND, FN_DEINIT_ADAPTER, 0);
}

static void no_deinit_service(struct tape *t)
{
	tape_remove(t, tape_at(t, PART_END, FN_DEINIT_SERVICE, PHASE_EXIT, 0));
	tape_remove(t, tape_at(t, PART_END, FN_DEINIT_SERVICE, PHASE_ENTER, 0));
}

static void port_kept_at_roam(struct tape *t)
{
	tape_remove(t, tape_at(t, PART_ROAM, FN_PORT_DELETED, PHASE_POINT, 0));
}

/* The module dies before the nth crossing of a kind, and that is the last that happens. */
static void dead_before(
	struct tape *t, enum part part, enum crossing_fn fn, enum crossing_phase phase)
{
	size_t at = tape_at(t, part, fn, phase, 0);

	tape_insert(t, at, POINT(MODULE_DIED, .module_died.how = MODULE_SIGNALLED));
	t->n = at + 2;
}

static void handler_of_the_dead(struct tape *t)
{
	dead_before(t, PART_PROFILES, FN_PROCESS_SESSION_CHANGE, PHASE_ENTER);
}

static void data_of_the_dead(struct tape *t)
{
	dead_before(t, PART_OPEN, FN_DATA_PASSED, PHASE_POINT);
}

static void port_of_the_dead(struct tape *t)
{
	size_t at = tape_at(t, PART_OPEN, FN_DATA_PASSED, PHASE_POINT, 0);

	tape_insert(t, at, POINT(MODULE_DIED, .module_died.how = MODULE_SIGNALLED));
	tape_insert(t, at + 1,
		POINT(OID_PORT_STATE, .adapter = 1, .peer = AP_A, .oid_port_state.open = 0));
	t->n = at + 2;
}

static const struct rule_case cases[] = {
	{RULE_H_01, "InitService is the first call", .mutate = version_before_load},
	{RULE_H_01, "GetVersionInfo twice", .mutate = version_twice},
	{RULE_H_01, "InitService after GetVersionInfo failed",
		.mutate = service_after_failed_version},
	{RULE_H_02, "a version that the module does not have", WHERE(LOAD, INIT_SERVICE, ENTER, 0),
		SET(init_service.version, 1)},
	{RULE_H_03, "a table with a hole", WHERE(LOAD, INIT_SERVICE, ENTER, 0),
		SET(init_service.functions, 21)},
	{RULE_H_03, "a virtual station table with a hole",
		WHERE(LOAD, INIT_VIRTUAL_STATION, ENTER, 0),
		SET(init_virtual_station.functions, 3)},
	{RULE_H_04, "InitVirtualStation after InitAdapter", .mutate = virtual_station_late},
	{RULE_H_04, "InitVirtualStation twice", .mutate = virtual_station_twice},
	{RULE_H_04, "exported and not called", .mutate = virtual_station_never},
	{RULE_H_05, "a handler before InitService", .mutate = handler_before_service},
	{RULE_H_05, "a handler after DeinitService", .mutate = handler_after_service},
	{RULE_H_05, "a handler of a module that died", .mutate = handler_of_the_dead},
	{RULE_H_06, "the svc handle of a live adapter", .mutate = adapter_twice},
	{RULE_H_06, "the svc handle of an adapter that is gone", .mutate = handle_of_old_adapter},
	{RULE_H_07, "another hIhvExtAdapter", WHERE(PROFILES, CONTROL, ENTER, 0), SET(ext, 2)},
	{RULE_H_07, "no adapter", .mutate = no_adapter},
	{RULE_H_07, "a handler after DeinitAdapter", .mutate = handler_after_deinit},
	{RULE_H_08, "lists not cleared before AdapterReset", .mutate = lists_kept},
	{RULE_H_08, "lists cleared inside AdapterReset", .mutate = lists_cleared_late},
	{RULE_H_09, "a second pre-association while one is pending", .mutate = second_connect},
	{RULE_H_09, "an old hConnectSession", .mutate = connect_handle_again},
	{RULE_H_09, "CONNECT_REQUEST out of nothing", .also = "H-10", .mutate = connect_unprepared},
	{RULE_H_10, "CONNECT_REQUEST before the completion", .mutate = connect_before_completion},
	{RULE_H_10, "CONNECT_REQUEST after a failure", .mutate = connect_after_failure},
	{RULE_H_11, "the port is authorised already", WHERE(OPEN, PERFORM_POST_ASSOCIATE, ENTER, 0),
		SET(perform_post_associate.authorized, 1)},
	{RULE_H_11, "a failed association", .mutate = perform_failed_association},
	{RULE_H_11, "a port for another AP", .also = "H-13 H-22", .mutate = port_unassociated},
	{RULE_H_12, "two calls for one association", .also = "X-49", .mutate = perform_twice},
	{RULE_H_12, "no call for an association", .mutate = perform_never},
	{RULE_H_12, "the handle of an older session", .mutate = perform_old_session},
	{RULE_H_13, "parameters that name another AP",
		WHERE(OPEN, PERFORM_POST_ASSOCIATE, ENTER, 0), SET(data[5], 0xB)},
	{RULE_H_13, "too few bytes", WHERE(OPEN, PERFORM_POST_ASSOCIATE, ENTER, 0),
		SET(perform_post_associate.bytes, 179)},
	{RULE_H_14, "an independent BSS", WHERE(OPEN, PERFORM_PRE_ASSOCIATE, ENTER, 0),
		SET(perform_pre_associate.bss_type, 2)},
	{RULE_H_15, "no Stop", .also = "H-18 H-22", .mutate = no_stop_for_explicit},
	{RULE_H_15, "Stop without a cause", .mutate = stop_without_cause},
	{RULE_H_16, "no Stop", .also = "H-18 H-22", .mutate = no_stop_at_roam},
	{RULE_H_16, "another status than 8", WHERE(ROAM, STOP_POST_ASSOCIATE, ENTER, 0),
		SET(reason, 0xB)},
	{RULE_H_17, "no Stop", .mutate = no_stop_at_removal},
	{RULE_H_17, "no Stop, and no word of it", .mutate = no_stop_unannounced},
	{RULE_H_18, "no Stop once it was completed", .also = "H-17",
		.mutate = no_stop_once_completed},
	{RULE_H_19, "two Stops", .mutate = stop_twice},
	{RULE_H_19, "Stop for a refused session", .mutate = stop_of_refused},
	{RULE_H_20, "the wildcard as pPeer", WHERE(PENDING, STOP_POST_ASSOCIATE, ENTER, 1),
		SET(peer, 0xFFFFFFFFFFFFu)},
	{RULE_H_20, "the new AP at a roam", WHERE(ROAM, STOP_POST_ASSOCIATE, ENTER, 0),
		SET(peer, AP_B)},
	{RULE_H_21, "another status than indicated", WHERE(PENDING, STOP_POST_ASSOCIATE, ENTER, 0),
		SET(reason, 7)},
	{RULE_H_22, "the port deleted inside Stop", .mutate = port_deleted_early},
	{RULE_H_22, "PORT_STATE_NOTIFICATION for the deletion", .mutate = port_deleted_told},
	{RULE_H_22, "the new port before the old one is gone", .mutate = port_kept_at_roam},
	{RULE_H_22, "PORT_STATE_NOTIFICATION for a module that died", .mutate = port_of_the_dead},
	{RULE_H_23, "a packet after Stop", .mutate = packet_after_stop},
	{RULE_H_23, "an 802.1X result after Stop", .mutate = onex_result_after_stop},
	{RULE_H_24, "two ASSOCIATION_STARTs", .mutate = association_start_twice},
	{RULE_H_24, "ASSOCIATION_COMPLETION without START", .mutate = association_without_start},
	{RULE_H_25, "open without a completion", .mutate = open_without_completion},
	{RULE_H_25, "open after a failure", .mutate = open_after_failure},
	{RULE_H_25, "the miniport is told first", .mutate = open_told_first},
	{RULE_H_25, "open while the session is stopped", .mutate = open_while_stopping},
	{RULE_H_25, "data through a closed port", .mutate = data_through_closed_port},
	{RULE_H_25, "data before the miniport knows", .mutate = data_before_the_miniport_knows},
	{RULE_H_25, "data after the module died", .mutate = data_of_the_dead},
	{RULE_H_26, "a failure that does not close", .mutate = failure_ignored},
	{RULE_H_26, "a repeated success that does not open", .mutate = repeat_ignored},
	{RULE_H_27, "an EtherType that is not registered", .mutate = packet_unregistered},
	{RULE_H_27, "two packets at a time", .mutate = packets_overlap},
	{RULE_H_27, "a packet that overtakes", .mutate = packet_overtakes},
	{RULE_H_27, "an older packet dropped after a younger was delivered",
		.mutate = youngest_dropped},
	{RULE_H_28, "a send without its completion", .mutate = send_never_completed},
	{RULE_H_28, "two completions", .mutate = send_completed_twice},
	{RULE_H_29, "no AdapterReset after a disconnection", .mutate = no_reset},
	{RULE_H_29, "nor when a later request failed", .mutate = failed_request_hides_reset},
	{RULE_H_30, "a result and no operation", .mutate = result_without_onex},
	{RULE_H_31, "a buffer kept", .mutate = buffer_kept},
	{RULE_H_31, "a buffer freed twice", .mutate = buffer_released_twice},
	{RULE_H_32, "DeinitAdapter twice", .mutate = deinit_twice},
	{RULE_H_32, "no DeinitAdapter", .mutate = no_deinit},
	{RULE_H_32, "no DeinitService", .mutate = no_deinit_service},
};

int main(void)
{
	return rule_cases_run(
		(struct rule_cases){cases, sizeof(cases) / sizeof(*cases), RULE_H_01, RULE_X_01});
}
