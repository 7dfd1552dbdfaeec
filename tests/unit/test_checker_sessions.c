// SPDX-License-Identifier: BSD-2-Clause
/* What the module owes in its operations. */

#include "tests/lib/rule_cases.h"

static struct crossing connect_done(
	uint16_t thread, uint64_t connect, uint32_t error, uint32_t reason)
{
	return ENTER(PRE_ASSOCIATE_COMPLETION, .thread = thread, .adapter = 1, .handle = connect,
		.reason = reason, .pre_associate_completion.error = error);
}

static struct crossing post_done(uint16_t thread, uint64_t session, uint32_t error, uint32_t reason)
{
	return ENTER(POST_ASSOCIATE_COMPLETION, .thread = thread, .adapter = 1, .handle = session,
		.reason = reason, .post_associate_completion.error = error);
}

static size_t exit_of(const struct tape *t, enum part part, enum crossing_fn fn)
{
	return tape_at(t, part, fn, PHASE_EXIT, 0);
}

static void pre_completion_early(struct tape *t, uint16_t thread)
{
	tape_remove_call(t, PART_UNFIT, FN_PRE_ASSOCIATE_COMPLETION, 0);
	tape_insert_call(t, tape_at(t, PART_UNFIT, FN_PERFORM_PRE_ASSOCIATE, PHASE_EXIT, 1),
		connect_done(thread, 12, 11, 0x90000));
}

static void pre_completion_inside(struct tape *t)
{
	pre_completion_early(t, HOST);
}

static void pre_completion_overtakes(struct tape *t)
{
	pre_completion_early(t, WORKER);
}

static void pre_completion_twice(struct tape *t)
{
	tape_insert_call(t, t->starts[PART_CCMP], connect_done(WORKER, 12, 11, 0x90000));
}

static void pre_completion_never(struct tape *t)
{
	tape_insert(t, tape_at(t, PART_CCMP, FN_PRE_ASSOCIATE_COMPLETION, PHASE_ENTER, 0),
		POINT(PRE_ASSOCIATE_TIMEOUT, .adapter = 1));
}

static void pre_completion_after_refusal(struct tape *t)
{
	tape_insert_call(t, tape_at(t, PART_UNFIT, FN_PERFORM_PRE_ASSOCIATE, PHASE_EXIT, 0) + 1,
		connect_done(WORKER, 11, 11, 0x90000));
}

static void completed_then_refused(struct tape *t)
{
	tape_insert_call(t, tape_at(t, PART_UNFIT, FN_PERFORM_PRE_ASSOCIATE, PHASE_EXIT, 0),
		connect_done(WORKER, 11, 11, 0x90000));
}

static struct crossing current_profile(uint16_t thread, uint64_t connect)
{
	return ENTER(SET_CURRENT_PROFILE, .thread = thread, .adapter = 1, .handle = connect);
}

static void connect_used_after_completion(struct tape *t)
{
	tape_insert_call(t, t->starts[PART_CCMP], current_profile(WORKER, 12));
}

static void profile_inside(struct tape *t)
{
	tape_insert_call(
		t, exit_of(t, PART_OPEN, FN_PERFORM_PRE_ASSOCIATE), current_profile(HOST, 10));
}

static void profile_overtakes(struct tape *t)
{
	tape_insert_call(
		t, exit_of(t, PART_OPEN, FN_PERFORM_PRE_ASSOCIATE), current_profile(WORKER, 10));
}

static void lists_after_completion(struct tape *t)
{
	size_t at = tape_at(t, PART_OPEN, FN_SET_ETHERTYPE_HANDLING, PHASE_ENTER, 0);

	tape_insert_call(t, tape_at(t, PART_OPEN, FN_OID_CONNECT, PHASE_POINT, 0), t->x[at]);
}

static void post_completion_early(struct tape *t, uint16_t thread)
{
	struct crossing done =
		*tape_get(t, PART_FAILED, FN_POST_ASSOCIATE_COMPLETION, PHASE_ENTER, 0);

	tape_remove_call(t, PART_FAILED, FN_POST_ASSOCIATE_COMPLETION, 0);
	done.thread = thread;
	tape_insert_call(t, exit_of(t, PART_FAILED, FN_PERFORM_POST_ASSOCIATE), done);
}

static void post_completion_inside(struct tape *t)
{
	post_completion_early(t, HOST);
}

static void post_completion_overtakes(struct tape *t)
{
	post_completion_early(t, WORKER);
}

static void post_completion_never(struct tape *t)
{
	tape_insert(t, tape_at(t, PART_PENDING, FN_IND_DISASSOCIATION, PHASE_POINT, 1),
		POINT(POST_ASSOCIATE_TIMEOUT, .adapter = 1));
}

static void post_completion_after_refusal(struct tape *t)
{
	tape_insert_call(t, tape_at(t, PART_REFUSED, FN_PORT_DELETED, PHASE_POINT, 0),
		post_done(WORKER, 109, 5, 0x90000));
}

static void post_completed_then_refused(struct tape *t)
{
	tape_insert_call(t, exit_of(t, PART_REFUSED, FN_PERFORM_POST_ASSOCIATE),
		post_done(WORKER, 109, 5, 0x90000));
}

/* uSessionId, for example. */
static void post_completion_of_nothing(struct tape *t)
{
	tape_insert_call(t, tape_at(t, PART_PENDING, FN_IND_DISASSOCIATION, PHASE_POINT, 1),
		post_done(WORKER, 4711, 5, 0x90000));
}

static void post_completion_of_connect(struct tape *t)
{
	tape_insert_call(t, tape_at(t, PART_PENDING, FN_IND_DISASSOCIATION, PHASE_POINT, 1),
		post_done(WORKER, 13, 5, 0x90000));
}

static void post_completion_of_other_adapter(struct tape *t)
{
	struct crossing x = post_done(WORKER, 108, 5, 0x90000);

	x.adapter = 2;
	tape_insert_call(t, tape_at(t, PART_SECOND, FN_IND_REMOVED, PHASE_POINT, 0), x);
}

static void success_without_keys(struct tape *t)
{
	tape_remove_call(t, PART_ROAM, FN_SET_KEY_MAPPING_KEY, 0);
	tape_remove_call(t, PART_ROAM, FN_SET_DEFAULT_KEY, 0);
}

static void success_with_removed_key(struct tape *t)
{
	tape_remove_call(t, PART_ROAM, FN_SET_DEFAULT_KEY, 0);
	tape_get(t, PART_ROAM, FN_SET_KEY_MAPPING_KEY, PHASE_ENTER, 0)->set_key_mapping_key.flags =
		KEY_DELETE;
	tape_get(t, PART_ROAM, FN_SET_KEY_MAPPING_KEY, PHASE_EXIT, 0)->set_key_mapping_key.flags =
		KEY_DELETE;
}

static void success_during_onex(struct tape *t)
{
	tape_remove_call(t, PART_ONEX, FN_ONEX_INDICATE_RESULT, 1);
	tape_remove_call(t, PART_ONEX, FN_ONEX_INDICATE_RESULT, 0);
	tape_remove_call(t, PART_ONEX, FN_START_ONEX, 1);
}

static void same_completion_again(struct tape *t)
{
	tape_insert_call(t, tape_at(t, PART_FAILED, FN_IND_DISASSOCIATION, PHASE_POINT, 0),
		post_done(WORKER, 105, 5, 0x90000));
}

static void post_completion_after_stop(struct tape *t)
{
	tape_insert_call(t, t->starts[PART_FAILED], post_done(WORKER, 104, 5, 0x90000));
}

static void post_completion_inside_stop(struct tape *t)
{
	tape_insert_call(t, tape_at(t, PART_PENDING, FN_STOP_POST_ASSOCIATE, PHASE_EXIT, 1),
		post_done(HOST, 104, 5, 0x90000));
}

static void post_completion_races_stop(struct tape *t)
{
	tape_insert_call(t, tape_at(t, PART_PENDING, FN_STOP_POST_ASSOCIATE, PHASE_EXIT, 1),
		post_done(WORKER, 104, 5, 0x90000));
}

static struct crossing eapol(uint16_t thread)
{
	return ENTER(SEND_PACKET, .thread = thread, .adapter = 1, .handle = 9, .peer = AP_A,
		.send_packet = {.length = 129, .ethertype = 0x888E}, .result = 5023);
}

static void send_after_stop(struct tape *t)
{
	tape_insert_call(t, t->starts[PART_FAILED], eapol(WORKER));
}

static void send_races_stop(struct tape *t)
{
	tape_insert_call(
		t, tape_at(t, PART_PENDING, FN_STOP_POST_ASSOCIATE, PHASE_EXIT, 1), eapol(WORKER));
}

static void reset_without_pre_completion(struct tape *t)
{
	tape_remove_call(t, PART_CANCEL, FN_PRE_ASSOCIATE_COMPLETION, 0);
}

static void reset_with_other_pre_error(struct tape *t)
{
	tape_get(t, PART_CANCEL, FN_PRE_ASSOCIATE_COMPLETION, PHASE_ENTER, 0)
		->pre_associate_completion.error = 995;
	tape_get(t, PART_CANCEL, FN_PRE_ASSOCIATE_COMPLETION, PHASE_ENTER, 0)->thread = HOST;
}

static void reset_without_post_completion(struct tape *t)
{
	tape_remove_call(t, PART_RESET, FN_POST_ASSOCIATE_COMPLETION, 0);
}

static void reset_with_other_post_error(struct tape *t)
{
	tape_get(t, PART_RESET, FN_POST_ASSOCIATE_COMPLETION, PHASE_ENTER, 0)
		->post_associate_completion.error = 995;
	tape_get(t, PART_RESET, FN_POST_ASSOCIATE_COMPLETION, PHASE_ENTER, 0)->thread = HOST;
}

static void reset_completes_completed(struct tape *t)
{
	struct crossing done = post_done(HOST, 106, 1223, 0x48011);

	done.post_associate_completion.error = 5;
	tape_insert_call(t, tape_at(t, PART_RESET, FN_OID_RESET, PHASE_POINT, 0), done);
}

static void session_used_after_reset(struct tape *t)
{
	tape_insert_call(t, tape_at(t, PART_RESET, FN_IND_DISASSOCIATION, PHASE_POINT, 0),
		post_done(WORKER, 106, 5, 0x90000));
}

static void connect_used_after_reset(struct tape *t)
{
	tape_remove_call(t, PART_CANCEL, FN_PRE_ASSOCIATE_COMPLETION, 0);
	tape_insert_call(t, t->starts[PART_REFUSED], connect_done(WORKER, 14, 1223, 0x48011));
}

static void onex_after_reset(struct tape *t)
{
	tape_insert_call(t, tape_at(t, PART_RESET, FN_IND_DISASSOCIATION, PHASE_POINT, 0),
		ENTER(START_ONEX, .thread = WORKER, .adapter = 1, .result = 5023));
}

static void onex_on_lost_lists(struct tape *t)
{
	tape_remove_call(t, PART_ONEX, FN_SET_ETHERTYPE_HANDLING, 0);
}

static void roam_refused(struct tape *t)
{
	tape_get(t, PART_PENDING, FN_PERFORM_POST_ASSOCIATE, PHASE_EXIT, 0)->result = 5023;
	tape_remove_call(t, PART_PENDING, FN_STOP_POST_ASSOCIATE, 1);
}

static void key_before_association(struct tape *t)
{
	struct crossing x = *tape_get(t, PART_CCMP, FN_SET_DEFAULT_KEY, PHASE_ENTER, 0);

	tape_insert_call(t, tape_at(t, PART_CCMP, FN_PRE_ASSOCIATE_COMPLETION, PHASE_ENTER, 0), x);
}

static void trespass(struct tape *t, enum module_trespass what, enum crossing_fn fn)
{
	tape_insert(t, t->starts[PART_OPEN],
		POINT(MODULE_TRESPASS, .module_trespass = {.what = what, .function = fn}));
}

static void input_written(struct tape *t)
{
	trespass(t, TRESPASS_WRITE, FN_PERFORM_POST_ASSOCIATE);
}

static void input_read_late(struct tape *t)
{
	trespass(t, TRESPASS_LATE_READ, FN_RECEIVE_PACKET);
}

static void input_written_late(struct tape *t)
{
	trespass(t, TRESPASS_LATE_WRITE, FN_RECEIVE_PACKET);
}

static void ap_too_late(struct tape *t)
{
	tape_insert_call(t, tape_at(t, PART_VIRTUAL, FN_OID_CONNECT, PHASE_POINT, 0),
		*tape_get(t, PART_VIRTUAL, FN_SET_VIRTUAL_STATION_AP_PROPERTIES, PHASE_ENTER, 0));
}

static const struct rule_case cases[] = {
	{RULE_X_21, "inside PerformPreAssociate", .also = "X-18", .mutate = pre_completion_inside},
	{RULE_X_21, "before PerformPreAssociate returned", .race = true,
		.mutate = pre_completion_overtakes},
	{RULE_X_22, "two completions", .also = "X-24", .mutate = pre_completion_twice},
	{RULE_X_22, "none", .mutate = pre_completion_never},
	{RULE_X_23, "a completion after the refusal", .mutate = pre_completion_after_refusal},
	{RULE_X_23, "refused after the completion", .also = "X-21",
		.mutate = completed_then_refused},
	{RULE_X_24, "a dead connect handle", .also = "X-25",
		.mutate = connect_used_after_completion},
	{RULE_X_24, "the AP of a virtual station is told too late", .mutate = ap_too_late},
	{RULE_X_25, "inside PerformPreAssociate", .mutate = profile_inside},
	{RULE_X_25, "before PerformPreAssociate returned", .race = true,
		.mutate = profile_overtakes},
	{RULE_X_26, "after the completion", .mutate = lists_after_completion},
	{RULE_X_27, "an authentication algorithm", WHERE(OPEN, SET_AUTH_ALGORITHM, ENTER, 0),
		SET(set_auth_algorithm.advertised, 0)},
	{RULE_X_27, "a unicast cipher", WHERE(CCMP, SET_UNICAST_CIPHER_ALGORITHM, ENTER, 0),
		SET(set_unicast_cipher_algorithm.advertised, 0)},
	{RULE_X_27, "a multicast cipher", WHERE(CCMP, SET_MULTICAST_CIPHER_ALGORITHM, ENTER, 0),
		SET(set_multicast_cipher_algorithm.advertised, 0)},
	{RULE_X_28, "pre-association", WHERE(OPEN, PRE_ASSOCIATE_COMPLETION, ENTER, 0),
		SET(reason, 0x38002)},
	{RULE_X_28, "post-association", WHERE(OPEN, POST_ASSOCIATE_COMPLETION, ENTER, 0),
		SET(reason, 0x48005)},
	{RULE_X_29, "pre-association", WHERE(UNFIT, PRE_ASSOCIATE_COMPLETION, ENTER, 0),
		SET(reason, 0)},
	{RULE_X_29, "post-association", WHERE(FAILED, POST_ASSOCIATE_COMPLETION, ENTER, 0),
		SET(reason, 0)},
	{RULE_X_30, "a Win32 code for a reason", WHERE(FAILED, POST_ASSOCIATE_COMPLETION, ENTER, 0),
		SET(reason, 1326)},
	{RULE_X_30, "of a handler", WHERE(UNFIT, PERFORM_PRE_ASSOCIATE, EXIT, 0),
		SET(reason, 0xC0000)},
	{RULE_X_31, "inside PerformPostAssociate", .mutate = post_completion_inside},
	{RULE_X_31, "before PerformPostAssociate returned", .race = true,
		.mutate = post_completion_overtakes},
	{RULE_X_32, "never", .mutate = post_completion_never},
	{RULE_X_33, "a completion after the refusal", .mutate = post_completion_after_refusal},
	{RULE_X_33, "refused after the completion", .also = "X-31",
		.mutate = post_completed_then_refused},
	{RULE_X_34, "pPortState", WHERE(OPEN, PERFORM_POST_ASSOCIATE, EXIT, 0),
		SET(perform_post_associate.modified, 1)},
	{RULE_X_35, "association parameters", WHERE(OPEN, PERFORM_POST_ASSOCIATE, EXIT, 0),
		SET(perform_post_associate.modified, 2)},
	{RULE_X_35, "pPeer", WHERE(OPEN, STOP_POST_ASSOCIATE, EXIT, 0),
		SET(stop_post_associate.modified, 1)},
	{RULE_X_35, "a packet", WHERE(CCMP, RECEIVE_PACKET, EXIT, 0),
		SET(receive_packet.modified, 1)},
	{RULE_X_35, "an input that a guard looks at", .mutate = input_written},
	{RULE_X_35, "an input read late", .mutate = input_read_late},
	{RULE_X_35, "an input written late", .mutate = input_written_late},
	{RULE_X_35, "an indication", WHERE(PROFILES, RECEIVE_INDICATION, EXIT, 0),
		SET(receive_indication.modified, 1)},
	{RULE_X_36, "a handle that is no session", .mutate = post_completion_of_nothing},
	{RULE_X_36, "the connect handle", .mutate = post_completion_of_connect},
	{RULE_X_13, "another adapter's session", .mutate = post_completion_of_other_adapter},
	{RULE_X_37, "another AP", WHERE(FAILED, POST_ASSOCIATE_COMPLETION, ENTER, 0),
		SET(peer, AP_B)},
	{RULE_X_38, "no key", .mutate = success_without_keys},
	{RULE_X_38, "a removed key", .mutate = success_with_removed_key},
	{RULE_X_38, "802.1X still runs", .mutate = success_during_onex},
	{RULE_X_39, "nothing changed", .mutate = same_completion_again},
	{RULE_X_40, "after Stop", .mutate = post_completion_after_stop},
	{RULE_X_40, "inside Stop", .mutate = post_completion_inside_stop},
	{RULE_X_40, "while Stop runs", .race = true, .mutate = post_completion_races_stop},
	{RULE_X_42, "SendPacket after Stop", .mutate = send_after_stop},
	{RULE_X_42, "SendPacket while Stop runs", .race = true, .mutate = send_races_stop},
	{RULE_X_43, "Stop fails", WHERE(PENDING, STOP_POST_ASSOCIATE, EXIT, 0), SET(result, 1168)},
	{RULE_X_44, "no completion", .mutate = reset_without_pre_completion},
	{RULE_X_44, "not ERROR_CANCELLED", .mutate = reset_with_other_pre_error},
	{RULE_X_44, "not ERROR_CANCELLED, on another thread", .race = true,
		WHERE(CANCEL, PRE_ASSOCIATE_COMPLETION, ENTER, 0),
		SET(pre_associate_completion.error, 995)},
	{RULE_X_45, "no completion", .mutate = reset_without_post_completion},
	{RULE_X_45, "not ERROR_CANCELLED", .mutate = reset_with_other_post_error},
	{RULE_X_45, "completed once more", .also = "X-39", .mutate = reset_completes_completed},
	{RULE_X_46, "a session from before", .mutate = session_used_after_reset},
	{RULE_X_46, "a connect handle from before", .also = "X-44",
		.mutate = connect_used_after_reset},
	{RULE_X_46, "StartOneX", .also = "X-48 X-52", .mutate = onex_after_reset},
	{RULE_X_48, "nothing registered again", .also = "H-27 X-52", .mutate = onex_on_lost_lists},
	{RULE_X_49, "the second association is refused", .mutate = roam_refused},
	{RULE_X_50, "before the association", .mutate = key_before_association},
};

int main(void)
{
	return rule_cases_run(
		(struct rule_cases){cases, sizeof(cases) / sizeof(*cases), RULE_X_21, RULE_X_51});
}
