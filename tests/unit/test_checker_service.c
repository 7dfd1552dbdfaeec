// SPDX-License-Identifier: BSD-2-Clause
/* What the module owes as a library and for its adapters, buffers and profiles. */

#include "tests/lib/rule_cases.h"

static void call_before_service(struct tape *t)
{
	tape_insert_call(t, tape_at(t, PART_LOAD, FN_INIT_SERVICE, PHASE_ENTER, 0),
		ENTER(ALLOCATE_BUFFER, .thread = HOST, .handle = 9, .allocate_buffer.size = 1));
}

static void call_after_service(struct tape *t)
{
	tape_insert_call(t, tape_at(t, PART_END, FN_MODULE_UNLOADED, PHASE_POINT, 0),
		ENTER(FREE_BUFFER, .thread = WORKER, .free_buffer.known = BUFFER_LIVE));
}

static void virtual_station_too_early(struct tape *t)
{
	tape_move(t, tape_at(t, PART_LOAD, FN_INIT_VIRTUAL_STATION, PHASE_EXIT, 0),
		tape_at(t, PART_ARRIVAL, FN_INIT_ADAPTER, PHASE_EXIT, 0));
}

static void operation_in_deinit_service(struct tape *t)
{
	tape_insert_call(t, tape_at(t, PART_END, FN_DEINIT_SERVICE, PHASE_EXIT, 0),
		ENTER(SEND_NOTIFICATION, .thread = HOST, .adapter = 2,
			.send_notification = {.present = 1, .source = 0x40}));
}

static void handle_of_live_adapter(struct tape *t)
{
	struct crossing x = ENTER(INIT_ADAPTER, .thread = HOST, .adapter = 3);

	tape_insert(t, t->starts[PART_PROFILES], x);
	x.phase = PHASE_EXIT;
	x.ext = 1;
	x.init_adapter.written = 1;
	tape_insert(t, t->starts[PART_PROFILES] + 1, x);
	tape_insert_call(t, t->starts[PART_SECOND],
		ENTER(DEINIT_ADAPTER, .thread = HOST, .adapter = 3, .ext = 1));
}

static void foreign_svc(struct tape *t)
{
	tape_insert_call(t, t->starts[PART_OPEN],
		ENTER(SEND_NOTIFICATION, .thread = WORKER, .adapter = 77,
			.send_notification = {.present = 1, .source = 0x40}));
}

static void foreign_connect(struct tape *t)
{
	tape_get(t, PART_SECOND, FN_PERFORM_PRE_ASSOCIATE, PHASE_ENTER, 0)->thread = HOST;
	tape_insert_call(t, tape_at(t, PART_SECOND, FN_IND_REMOVED, PHASE_POINT, 0),
		ENTER(PRE_ASSOCIATE_COMPLETION, .thread = WORKER, .adapter = 2, .handle = 15));
}

static struct crossing notification(uint16_t thread)
{
	return ENTER(SEND_NOTIFICATION, .thread = thread, .adapter = 1,
		.send_notification = {.present = 1, .source = 0x40});
}

static void call_inside_deinit(struct tape *t)
{
	tape_insert_call(
		t, tape_at(t, PART_DOWN, FN_DEINIT_ADAPTER, PHASE_EXIT, 0), notification(HOST));
}

static void call_races_deinit(struct tape *t)
{
	tape_insert_call(
		t, tape_at(t, PART_DOWN, FN_DEINIT_ADAPTER, PHASE_EXIT, 0), notification(WORKER));
}

static void call_after_deinit(struct tape *t)
{
	tape_insert_call(t, t->starts[PART_SECOND], notification(WORKER));
}

static void completion_in_deinit(struct tape *t)
{
	tape_insert_call(t, tape_at(t, PART_SECOND, FN_DEINIT_ADAPTER, PHASE_EXIT, 0),
		ENTER(PRE_ASSOCIATE_COMPLETION, .thread = HOST, .adapter = 2, .handle = 16,
			.reason = 0x48011, .pre_associate_completion.error = 1223));
}

static void completion_races_deinit(struct tape *t)
{
	completion_in_deinit(t);
	tape_get(t, PART_SECOND, FN_PRE_ASSOCIATE_COMPLETION, PHASE_ENTER, 0)->thread = WORKER;
}

static void completion_after_deinit(struct tape *t)
{
	tape_insert_call(t, t->starts[PART_END],
		ENTER(PRE_ASSOCIATE_COMPLETION, .thread = WORKER, .adapter = 2, .handle = 16,
			.reason = 0x48011, .pre_associate_completion.error = 1223));
}

static void overdue(struct tape *t)
{
	tape_insert(t, tape_at(t, PART_OPEN, FN_PERFORM_PRE_ASSOCIATE, PHASE_EXIT, 0),
		POINT(HANDLER_OVERDUE, .adapter = 1,
			.handler_overdue.function = FN_PERFORM_PRE_ASSOCIATE));
}

static void call_of_the_dead(struct tape *t)
{
	size_t at = tape_at(t, PART_PROFILES, FN_ALLOCATE_BUFFER, PHASE_ENTER, 0);

	tape_insert(t, at, POINT(MODULE_DIED, .module_died.how = MODULE_EXITED));
	t->n = at + 3; /* the call, and nothing after it */
}

static void trespass(struct tape *t, enum module_trespass what)
{
	tape_insert(t, t->starts[PART_OPEN],
		POINT(MODULE_TRESPASS,
			.module_trespass = {.what = what, .function = CROSSING_NO_FUNCTION}));
}

static void table_read_late(struct tape *t)
{
	trespass(t, TRESPASS_TABLE);
}

static void given_touched(struct tape *t)
{
	trespass(t, TRESPASS_GIVEN);
}

/* The completion of one adapter's pre-association is made on the handler's thread of another's. */
static void completed_on_handlers_thread(struct tape *t)
{
	size_t at = tape_at(t, PART_CCMP, FN_PRE_ASSOCIATE_COMPLETION, PHASE_ENTER, 0);
	struct crossing x = ENTER(INIT_ADAPTER, .thread = OTHER, .adapter = 3);

	t->x[at].thread = OTHER;
	tape_insert(t, at,
		ENTER(PERFORM_PRE_ASSOCIATE, .thread = OTHER, .adapter = 3, .ext = 3, .handle = 50,
			.perform_pre_associate = {.bss_type = 1}));
	tape_insert(t, at + 2,
		((struct crossing){.fn = FN_PERFORM_PRE_ASSOCIATE,
			.phase = PHASE_EXIT,
			.thread = OTHER,
			.adapter = 3,
			.ext = 3,
			.handle = 50,
			.perform_pre_associate = {.bss_type = 1, .written = 1}}));
	tape_insert(t, at, x);
	x.phase = PHASE_EXIT;
	x.ext = 3;
	x.init_adapter.written = 1;
	tape_insert(t, at + 1, x);
	tape_insert_call(t, t->starts[PART_SECOND],
		ENTER(DEINIT_ADAPTER, .thread = HOST, .adapter = 3, .ext = 3));
}

static const struct rule_case cases[] = {
	{RULE_X_01, "an export is missing", WHERE(LOAD, MODULE_LOADED, POINT, 0),
		SET(module_loaded.init_service, 0)},
	{RULE_X_02, "one version is not written", WHERE(LOAD, GET_VERSION_INFO, EXIT, 0),
		SET(get_version_info.written, 1)},
	{RULE_X_02, "min above max", .also = "H-02", WHERE(LOAD, GET_VERSION_INFO, EXIT, 0),
		SET(get_version_info.min, 1)},
	{RULE_X_03, "a call through the argument's memory",
		WHERE(PROFILES, SEND_NOTIFICATION, ENTER, 0), SET(flags, CROSSING_STALE_TABLE)},
	{RULE_X_03, "the tables read late", .mutate = table_read_late},
	{RULE_X_04, "18 handlers", WHERE(LOAD, INIT_SERVICE, EXIT, 0),
		SET(init_service.handlers, 18)},
	{RULE_X_05, "before InitService", .mutate = call_before_service},
	{RULE_X_05, "after DeinitService", .mutate = call_after_service},
	{RULE_X_05, "a virtual station function before InitVirtualStation returned",
		.mutate = virtual_station_too_early},
	{RULE_X_05, "by a process that is dead", .mutate = call_of_the_dead},
	{RULE_X_06, "a thread left", WHERE(END, DEINIT_SERVICE, EXIT, 0),
		SET(deinit_service.threads_left, 1)},
	{RULE_X_07, "a notification inside DeinitService", .also = "X-14 X-16",
		.mutate = operation_in_deinit_service},
	{RULE_X_08, "a buffer left by the adapter", WHERE(DOWN, DEINIT_ADAPTER, EXIT, 0),
		SET(deinit_adapter.buffers_left, 1)},
	{RULE_X_08, "a buffer left by the service", WHERE(END, DEINIT_SERVICE, EXIT, 0),
		SET(deinit_service.buffers_left, 1)},
	{RULE_X_09, "freed twice", WHERE(CCMP, FREE_BUFFER, ENTER, 0),
		SET(free_buffer.known, BUFFER_FREED)},
	{RULE_X_09, "a pointer of its own", WHERE(CCMP, FREE_BUFFER, ENTER, 0),
		SET(free_buffer.known, BUFFER_FOREIGN)},
	{RULE_X_10, "frees what it gave away", WHERE(CCMP, FREE_BUFFER, ENTER, 0),
		SET(free_buffer.known, BUFFER_GIVEN)},
	{RULE_X_10, "touches what it gave away", .mutate = given_touched},
	{RULE_X_11, "discovery profiles", WHERE(PROFILES, CREATE_DISCOVERY_PROFILES, EXIT, 0),
		SET(create_discovery_profiles.foreign, 1)},
	{RULE_X_11, "UI request", WHERE(PROFILES, QUERY_UI_REQUEST, EXIT, 0),
		SET(query_ui_request.foreign, 1)},
	{RULE_X_11, "EAP attributes", WHERE(ONEX, START_ONEX, ENTER, 0),
		SET(start_onex.foreign, 2)},
	{RULE_X_12, "no handle written", WHERE(ARRIVAL, INIT_ADAPTER, EXIT, 0),
		SET(init_adapter.written, 0)},
	{RULE_X_12, "NULL", .also = "H-07 H-32", WHERE(SECOND, INIT_ADAPTER, EXIT, 0), SET(ext, 0)},
	{RULE_X_12, "the handle of a live adapter", .mutate = handle_of_live_adapter},
	{RULE_X_13, "a svc handle from nowhere", .mutate = foreign_svc},
	{RULE_X_13, "a connect handle of another adapter", .mutate = foreign_connect},
	{RULE_X_14, "inside DeinitAdapter", .mutate = call_inside_deinit},
	{RULE_X_14, "while DeinitAdapter runs", .race = true, .mutate = call_races_deinit},
	{RULE_X_14, "after DeinitAdapter", .also = "X-16", .mutate = call_after_deinit},
	{RULE_X_15, "inside DeinitAdapter", .also = "X-14", .mutate = completion_in_deinit},
	{RULE_X_15, "while DeinitAdapter runs", .also = "X-14", .race = true,
		.mutate = completion_races_deinit},
	{RULE_X_15, "after DeinitAdapter", .also = "X-14 X-16", .mutate = completion_after_deinit},
	{RULE_X_16, "a thread goes on", .also = "X-14", .mutate = call_after_deinit},
	{RULE_X_17, "6 s in a handler", WHERE(OPEN, PERFORM_PRE_ASSOCIATE, EXIT, 0),
		SET(time, 6000000000u)},
	{RULE_X_17, "a handler does not return", .mutate = overdue},
	{RULE_X_18, "worked off on the handler's thread", .mutate = completed_on_handlers_thread},
	{RULE_X_19, "PerformPreAssociate", WHERE(OPEN, PERFORM_PRE_ASSOCIATE, EXIT, 0),
		SET(perform_pre_associate.written, 0)},
	{RULE_X_19, "ValidateProfile", WHERE(PROFILES, VALIDATE_PROFILE, EXIT, 0),
		SET(validate_profile.written, 0)},
	{RULE_X_19, "PerformCapabilityMatch", WHERE(PROFILES, PERFORM_CAPABILITY_MATCH, EXIT, 0),
		SET(perform_capability_match.written, 0)},
	{RULE_X_19, "CreateDiscoveryProfiles", WHERE(PROFILES, CREATE_DISCOVERY_PROFILES, EXIT, 0),
		SET(create_discovery_profiles.written, 0)},
	{RULE_X_20, "success with a reason", WHERE(OPEN, PERFORM_PRE_ASSOCIATE, EXIT, 0),
		SET(reason, 0x38002)},
	{RULE_X_20, "failure without one", WHERE(UNFIT, PERFORM_PRE_ASSOCIATE, EXIT, 0),
		SET(reason, 0)},
};

int main(void)
{
	return rule_cases_run(
		(struct rule_cases){cases, sizeof(cases) / sizeof(*cases), RULE_X_01, RULE_X_21});
}
