// SPDX-License-Identifier: BSD-2-Clause
#include "tests/lib/crossings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"

#define MS 1000000u

__attribute__((noreturn)) static void give_up(const char *what, enum crossing_fn fn)
{
	(void)fprintf(stderr, "crossings: %s: %s\n", what, crossing_name(fn));
	abort();
}

void tape_add(struct tape *t, struct crossing x)
{
	tape_insert(t, t->n, x);
}

void tape_insert(struct tape *t, size_t at, struct crossing x)
{
	size_t i;

	if (t->n == TAPE_MAX)
		give_up("the tape is full", (enum crossing_fn)x.fn);
	memmove(&t->x[at + 1], &t->x[at], (t->n - at) * sizeof(x));
	t->x[at] = x;
	t->n++;
	for (i = 0; i < PARTS; i++)
		if (t->starts[i] > at)
			t->starts[i]++;
}

void tape_insert_call(struct tape *t, size_t at, struct crossing x)
{
	tape_insert(t, at, x);
	x.phase = PHASE_EXIT;
	tape_insert(t, at + 1, x);
}

void tape_remove(struct tape *t, size_t at)
{
	size_t i;

	t->n--;
	memmove(&t->x[at], &t->x[at + 1], (t->n - at) * sizeof(t->x[0]));
	for (i = 0; i < PARTS; i++)
		if (t->starts[i] > at)
			t->starts[i]--;
}

void tape_remove_call(struct tape *t, enum part part, enum crossing_fn fn, unsigned nth)
{
	tape_remove(t, tape_at(t, part, fn, PHASE_EXIT, nth));
	tape_remove(t, tape_at(t, part, fn, PHASE_ENTER, nth));
}

void tape_move(struct tape *t, size_t from, size_t to)
{
	struct crossing x = t->x[from];

	tape_remove(t, from);
	tape_insert(t, to > from ? to - 1 : to, x);
}

size_t tape_at(const struct tape *t, enum part part, enum crossing_fn fn, enum crossing_phase phase,
	unsigned nth)
{
	size_t i;

	for (i = t->starts[part]; i < t->n; i++)
		if (t->x[i].fn == fn && t->x[i].phase == phase && nth-- == 0)
			return i;
	give_up("no such crossing", fn);
}

struct crossing *tape_get(struct tape *t, enum part part, enum crossing_fn fn,
	enum crossing_phase phase, unsigned nth)
{
	return &t->x[tape_at(t, part, fn, phase, nth)];
}

struct checker *tape_judge(const struct tape *t, bool strict)
{
	struct checker *c;
	uint64_t time = 0;
	size_t i;

	if (checker_new(strict, &c) < 0)
		return NULL;
	for (i = 0; i < t->n; i++) {
		struct crossing x = t->x[i];

		time += MS + x.time;
		x.seq = i + 1;
		x.time = time;
		checker_feed(c, &x);
	}
	return c;
}

void describe_findings(const struct checker *c, char text[CASE_TEXT])
{
	size_t i, n, at = 0;
	const struct finding *f = checker_findings(c, &n);

	text[0] = '\0';
	for (i = 0; i < n && at < CASE_TEXT; i++)
		at += (size_t)snprintf(text + at, CASE_TEXT - at, "\n  %llu %s %c: %s",
			(unsigned long long)f[i].seq, rule_info(f[i].rule)->id,
			rule_severity_letter(f[i].severity), f[i].text);
}

static void apply(const struct rule_case *rc, struct tape *t)
{
	uint8_t *at;

	if (rc->mutate) {
		rc->mutate(t);
		return;
	}
	at = (uint8_t *)tape_get(t, rc->part, rc->fn, rc->phase, rc->nth) + rc->offset;
	memcpy(at, &rc->value, rc->size); /* little-endian, as the only machines it is built for */
}

static bool listed(const char *ids, const char *id)
{
	const char *at = ids ? strstr(ids, id) : NULL;

	return at && (at[strlen(id)] == ' ' || at[strlen(id)] == '\0');
}

/* The findings are of the case's rule, at least one, and of those that may come along, each of
 * them. */
static bool as_told(
	const struct rule_case *rc, const struct checker *c, enum rule_severity severity)
{
	size_t i, n;
	const struct finding *f = checker_findings(c, &n);
	bool found = false, seen[RULE_COUNT] = {false};
	unsigned id;

	for (i = 0; i < n; i++) {
		if (f[i].rule == rc->rule && f[i].severity == severity)
			found = true;
		else if (!listed(rc->also, rule_info(f[i].rule)->id))
			return false;
		seen[f[i].rule] = true;
	}
	for (id = 0; id < RULE_COUNT; id++)
		if (!seen[id] && listed(rc->also, rule_info((enum rule_id)id)->id))
			return false;
	return found && checker_exercised(c, rc->rule) > 0;
}

bool rule_case_holds(const struct rule_case *rc, char text[CASE_TEXT])
{
	const struct rule *rule = rule_info(rc->rule);
	enum rule_severity severity;
	struct checker *c;
	struct tape *t = malloc(sizeof(*t));
	bool strict, ok = t != NULL;

	text[0] = '\0';
	for (strict = false; ok; strict = true) {
		life_of_module(t);
		apply(rc, t);
		c = tape_judge(t, strict);
		severity = rc->race && !strict ? SEVERITY_W : rule->severity;
		ok = c && as_told(rc, c, severity);
		if (c && !ok)
			describe_findings(c, text);
		checker_free(c);
		if (strict)
			break;
	}
	free(t);
	return ok;
}

bool rule_cases_complete(
	const struct rule_case *cases, size_t n, unsigned first, unsigned end, char text[CASE_TEXT])
{
	unsigned id;
	size_t i, at = 0;

	text[0] = '\0';
	for (id = first; id < end; id++) {
		for (i = 0; i < n; i++)
			if (cases[i].rule == id)
				break;
		if (i == n && rule_info((enum rule_id)id)->status == RULE_CHECKED)
			at += (size_t)snprintf(
				text + at, CASE_TEXT - at, " %s", rule_info((enum rule_id)id)->id);
	}
	return at == 0;
}

/* --- the life --- */

/* ... stands for fields of the crossing, by designators. */
#define ADD(...)         tape_add(t, (struct crossing){__VA_ARGS__})
#define IN(ID, ...)      ADD(.fn = FN_##ID, .phase = PHASE_ENTER, .thread = HOST, __VA_ARGS__)
#define OUT(ID, ...)     ADD(.fn = FN_##ID, .phase = PHASE_EXIT, .thread = HOST, __VA_ARGS__)
#define HANDLER(ID, ...) (IN(ID, __VA_ARGS__), OUT(ID, __VA_ARGS__))
#define FUNCTION(th, ID, ...)                                                                      \
	(ADD(.fn = FN_##ID, .phase = PHASE_ENTER, .thread = th, __VA_ARGS__),                      \
		ADD(.fn = FN_##ID, .phase = PHASE_EXIT, .thread = th, __VA_ARGS__))
#define EVENT(ID, ...) ADD(.fn = FN_##ID, .phase = PHASE_POINT, .thread = HOST, __VA_ARGS__)

#define ONE .adapter = 1, .ext = 1 /* handlers of the first adapter */

enum {
	CIPHER_CCMP = 4,
	CANCELLED = 1223,
	BAD_PROFILE = 1206,
	KEY_HEADER_V1 = (int)0x80010018u,
};

#define EAPOL_TYPE_LIST .data_length = 2, .data = {0x88, 0x8E}

static void load(struct tape *t)
{
	EVENT(MODULE_LOADED,
		.module_loaded = {
			.get_version_info = 1, .init_service = 1, .init_virtual_station = 1});
	HANDLER(GET_VERSION_INFO, .get_version_info.written = 3);
	IN(INIT_SERVICE, .init_service = {.functions = 22});
	FUNCTION(HOST, ALLOCATE_BUFFER, .handle = 1, .allocate_buffer.size = 100);
	OUT(INIT_SERVICE, .init_service = {.functions = 22, .handlers = 19});
	HANDLER(INIT_VIRTUAL_STATION, .init_virtual_station.functions = 4);
}

static void arrival(struct tape *t)
{
	IN(INIT_ADAPTER, .adapter = 1);
	FUNCTION(HOST, NIC_SPECIFIC_EXTENSION, .adapter = 1, .result = 50);
	FUNCTION(HOST, QUERY_VIRTUAL_STATION_PROPERTIES, .adapter = 1);
	OUT(INIT_ADAPTER, ONE, .init_adapter.written = 1);
}

static void profiles(struct tape *t)
{
	HANDLER(VALIDATE_PROFILE, ONE, .validate_profile = {.bss_type = 1, .written = 1});
	HANDLER(PERFORM_CAPABILITY_MATCH, ONE, .result = BAD_PROFILE, .reason = 0x80008,
		.perform_capability_match = {.bss_type = 1, .written = 1});
	IN(CREATE_DISCOVERY_PROFILES, ONE);
	FUNCTION(HOST, ALLOCATE_BUFFER, .handle = 2, .allocate_buffer.size = 100);
	OUT(CREATE_DISCOVERY_PROFILES, ONE,
		.create_discovery_profiles = {.written = 1, .count = 1});
	EVENT(BUFFER_TAKEN, .adapter = 1, .handle = 2);
	EVENT(BUFFER_RELEASED, .adapter = 1, .handle = 2);
	HANDLER(RECEIVE_INDICATION, ONE, .receive_indication = {.type = 4, .length = 12});
	HANDLER(CONTROL, ONE, .control = {.in_size = 4, .out_size = 8, .returned = 8});
	HANDLER(QUERY_UI_REQUEST, ONE, .result = 120, .query_ui_request.phase = 1);
	HANDLER(PROCESS_SESSION_CHANGE, .process_session_change = {.event = 7, .session = 1});
	FUNCTION(WORKER, SEND_NOTIFICATION, .adapter = 1,
		.send_notification = {.present = 1, .source = 0x40, .size = 4, .data_present = 1});
}

static void begin(struct tape *t, uint64_t connect)
{
	HANDLER(PERFORM_PRE_ASSOCIATE, ONE, .handle = connect,
		.perform_pre_associate = {.bss_type = 1, .written = 1});
}

static void algorithms(struct tape *t, uint32_t auth, uint32_t cipher)
{
	FUNCTION(WORKER, SET_AUTH_ALGORITHM, .adapter = 1,
		.set_auth_algorithm = {.algorithm = auth, .advertised = 1});
	FUNCTION(WORKER, SET_UNICAST_CIPHER_ALGORITHM, .adapter = 1,
		.set_unicast_cipher_algorithm = {.algorithm = cipher, .advertised = 1});
	FUNCTION(WORKER, SET_MULTICAST_CIPHER_ALGORITHM, .adapter = 1,
		.set_multicast_cipher_algorithm = {.algorithm = cipher, .advertised = 1});
}

static void prepared(struct tape *t, uint64_t connect)
{
	FUNCTION(WORKER, PRE_ASSOCIATE_COMPLETION, .adapter = 1, .handle = connect);
	EVENT(OID_CONNECT, .adapter = 1);
	EVENT(IND_CONNECTION_START, .adapter = 1);
}

static void associate(struct tape *t, uint64_t ap)
{
	EVENT(IND_ASSOCIATION_START, .adapter = 1, .peer = ap);
	EVENT(IND_ASSOCIATION_COMPLETION, .adapter = 1, .peer = ap);
	EVENT(PORT_CREATED, .adapter = 1, .peer = ap);
}

static struct crossing perform(uint64_t ap, uint64_t session)
{
	struct crossing x =
		ENTER(PERFORM_POST_ASSOCIATE, ONE, .thread = HOST, .handle = session, .peer = ap,
			.perform_post_associate = {.bytes = 200, .need = 180}, .data_length = 6);
	struct mac mac = mac_from_u64(ap);

	memcpy(x.data, mac.b, sizeof(mac.b));
	return x;
}

static void start(struct tape *t, uint64_t ap, uint64_t session, uint32_t result)
{
	struct crossing x = perform(ap, session);

	tape_add(t, x);
	x.phase = PHASE_EXIT;
	x.result = result;
	tape_add(t, x);
}

static void keys(struct tape *t, uint64_t ap)
{
	FUNCTION(WORKER, SET_KEY_MAPPING_KEY, .adapter = 1, .peer = ap,
		.set_key_mapping_key = {.algorithm = CIPHER_CCMP, .direction = 3, .length = 16});
	FUNCTION(WORKER, SET_DEFAULT_KEY, .adapter = 1, .peer = ap,
		.set_default_key = {.algorithm = CIPHER_CCMP,
			.index = 1,
			.direction = 1,
			.length = 16,
			.header = (uint32_t)KEY_HEADER_V1});
}

static void complete(struct tape *t, uint64_t session, uint32_t error)
{
	bool open = error == 0;
	struct crossing x =
		ENTER(POST_ASSOCIATE_COMPLETION, .adapter = 1, .thread = WORKER, .handle = session,
			.reason = open ? 0 : 0x48005, .post_associate_completion.error = error);

	tape_add(t, x);
	EVENT(PORT_GATE, .adapter = 1, .port_gate.open = open);
	EVENT(OID_PORT_STATE, .adapter = 1, .oid_port_state.open = open);
	x.phase = PHASE_EXIT;
	tape_add(t, x);
}

static void stop(struct tape *t, uint64_t ap, uint64_t session, uint32_t status)
{
	HANDLER(STOP_POST_ASSOCIATE, ONE, .handle = session, .peer = ap, .reason = status);
	EVENT(PORT_DELETED, .adapter = 1, .peer = ap);
}

static void reset(struct tape *t)
{
	EVENT(LISTS_CLEARED, .adapter = 1);
	HANDLER(ADAPTER_RESET, ONE);
}

static void disconnect(struct tape *t, uint64_t ap, uint64_t session)
{
	EVENT(OID_DISCONNECT, .adapter = 1);
	EVENT(IND_DISASSOCIATION, .adapter = 1, .peer = ap, .reason = 7);
	EVENT(PORT_GATE, .adapter = 1);
	stop(t, ap, session, 7);
	reset(t);
}

static void open_network(struct tape *t)
{
	begin(t, 10);
	algorithms(t, 1, 0);
	FUNCTION(WORKER, SET_ETHERTYPE_HANDLING, .adapter = 1,
		.set_ethertype_handling = {.backlog = 4, .types = 1}, EAPOL_TYPE_LIST);
	prepared(t, 10);
	associate(t, AP_A);
	EVENT(IND_CONNECTION_COMPLETION, .adapter = 1);
	start(t, AP_A, 100, 0);
	complete(t, 100, 0);
	EVENT(DATA_PASSED, .adapter = 1, .peer = AP_A,
		.data_passed = {.outbound = 1, .length = 84});
	EVENT(DATA_PASSED, .adapter = 1, .peer = AP_A, .data_passed = {.length = 84});
	disconnect(t, AP_A, 100);
}

static void unfit(struct tape *t)
{
	IN(PERFORM_PRE_ASSOCIATE, ONE, .handle = 11, .perform_pre_associate.bss_type = 1);
	OUT(PERFORM_PRE_ASSOCIATE, ONE, .handle = 11, .result = BAD_PROFILE, .reason = 0x80007,
		.perform_pre_associate = {.bss_type = 1, .written = 1});
	begin(t, 12);
	FUNCTION(WORKER, PRE_ASSOCIATE_COMPLETION, .adapter = 1, .handle = 12, .reason = 0x90000,
		.pre_associate_completion.error = 11);
}

static void packet(struct tape *t, uint32_t order, uint8_t type, bool feed)
{
	EVENT(IND_PACKET, .adapter = 1, .peer = AP_A,
		.ind_packet = {.length = 103, .ethertype = 0x888E, .order = order});
	IN(RECEIVE_PACKET, ONE, .peer = AP_A,
		.receive_packet = {.length = 103, .ethertype = 0x888E, .order = order},
		.data_length = 4, .data = {2, type, 0, 91});
	if (feed)
		FUNCTION(HOST, PROCESS_SECURITY_PACKET, .adapter = 1,
			.process_security_packet.length = 95, .data_length = 4,
			.data = {2, type, 0, 91});
	OUT(RECEIVE_PACKET, ONE, .peer = AP_A,
		.receive_packet = {.length = 103, .ethertype = 0x888E, .order = order});
}

static void ccmp(struct tape *t)
{
	begin(t, 13);
	FUNCTION(WORKER, SEND_UI_REQUEST, .adapter = 1, .handle = 1,
		.send_ui_request = {.session = 1, .size = 64});
	HANDLER(IS_UI_REQUEST_PENDING, .handle = 1, .is_ui_request_pending.pending = 1);
	HANDLER(PROCESS_UI_RESPONSE, .handle = 1, .process_ui_response.length = 32);
	FUNCTION(WORKER, GET_PROFILE_CUSTOM_USER_DATA, .adapter = 1, .handle = 13,
		.get_profile_custom_user_data = {.session = 1, .size = 16, .buffer = 3});
	FUNCTION(WORKER, FREE_BUFFER, .handle = 3, .free_buffer.known = BUFFER_LIVE);
	FUNCTION(WORKER, SET_CURRENT_PROFILE, .adapter = 1, .handle = 13,
		.set_current_profile.security = 1);
	FUNCTION(WORKER, SET_VIRTUAL_STATION_AP_PROPERTIES, .adapter = 1, .handle = 13,
		.set_virtual_station_ap_properties = {
			.passphrase = 1, .key_length = 9, .terminated = 1});
	algorithms(t, 7, CIPHER_CCMP);
	FUNCTION(WORKER, SET_ETHERTYPE_HANDLING, .adapter = 1,
		.set_ethertype_handling = {.backlog = 4, .exemptions = 1, .types = 1},
		.data_length = 8, .data = {0x88, 0x8E, 0x88, 0x8E, 2, 0, 1, 0});
	prepared(t, 13);
	associate(t, AP_A);
	start(t, AP_A, 101, 0);
	packet(t, 1, 3, false);
	FUNCTION(WORKER, SEND_PACKET, .adapter = 1, .handle = 1, .peer = AP_A,
		.send_packet = {.length = 129, .ethertype = 0x888E});
	HANDLER(SEND_PACKET_COMPLETION, .handle = 1);
	packet(t, 2, 3, false);
	EVENT(PACKET_DROPPED, .adapter = 1, .packet_dropped = {.order = 3, .backlog = 4});
	packet(t, 4, 3, false);
	FUNCTION(WORKER, SEND_PACKET, .adapter = 1, .handle = 2, .peer = AP_A,
		.send_packet = {.length = 107, .ethertype = 0x888E});
	keys(t, AP_A);
	FUNCTION(WORKER, SET_DEFAULT_KEY_ID, .adapter = 1);
	FUNCTION(WORKER, SET_EXCLUDE_UNENCRYPTED, .adapter = 1,
		.set_exclude_unencrypted.exclude = 1);
	HANDLER(SEND_PACKET_COMPLETION, .handle = 2);
	complete(t, 101, 0);
	EVENT(DATA_PASSED, .adapter = 1, .peer = AP_A,
		.data_passed = {.outbound = 1, .length = 84});
	complete(t, 101, 5);
	EVENT(DATA_REFUSED, .adapter = 1, .peer = AP_A,
		.data_refused = {.outbound = 1, .length = 84});
	complete(t, 101, 0);
}

static void roam_from_a(struct tape *t, uint64_t session)
{
	EVENT(IND_ROAMING_START, .adapter = 1, .reason = 0xB);
	EVENT(IND_ASSOCIATION_START, .adapter = 1, .peer = AP_B);
	EVENT(PORT_GATE, .adapter = 1);
	stop(t, AP_A, session, 8);
	EVENT(IND_ASSOCIATION_COMPLETION, .adapter = 1, .peer = AP_B);
	EVENT(PORT_CREATED, .adapter = 1, .peer = AP_B);
	EVENT(IND_ROAMING_COMPLETION, .adapter = 1);
}

static void roam(struct tape *t)
{
	roam_from_a(t, 101);
	start(t, AP_B, 102, 0);
	keys(t, AP_B);
	complete(t, 102, 0);
}

/* The wildcard stands for the session's AP. */
static void pending(struct tape *t)
{
	EVENT(IND_DISASSOCIATION, .adapter = 1, .peer = AP_B, .reason = 0x20003);
	EVENT(PORT_GATE, .adapter = 1);
	stop(t, AP_B, 102, 0x20003);
	associate(t, AP_A);
	start(t, AP_A, 104, 0);
	EVENT(IND_DISASSOCIATION, .adapter = 1, .peer = 0xFFFFFFFFFFFFu, .reason = 3);
	stop(t, AP_A, 104, 3);
}

static void failed(struct tape *t)
{
	associate(t, AP_A);
	start(t, AP_A, 105, 0);
	FUNCTION(WORKER, POST_ASSOCIATE_COMPLETION, .adapter = 1, .handle = 105, .peer = AP_A,
		.reason = 0x90000, .post_associate_completion.error = 1326);
	EVENT(IND_DISASSOCIATION, .adapter = 1, .peer = AP_A, .reason = 0x1000F);
	stop(t, AP_A, 105, 0x1000F);
}

/* AdapterReset before Stop: the pending operation is cancelled, Stop finds nothing to do
 * (contract 4.8). */
static void reset_first(struct tape *t)
{
	associate(t, AP_B);
	start(t, AP_B, 106, 0);
	EVENT(OID_RESET, .adapter = 1);
	EVENT(LISTS_CLEARED, .adapter = 1);
	IN(ADAPTER_RESET, ONE);
	FUNCTION(WORKER, POST_ASSOCIATE_COMPLETION, .adapter = 1, .handle = 106, .reason = 0x48011,
		.post_associate_completion.error = CANCELLED);
	OUT(ADAPTER_RESET, ONE);
	EVENT(IND_DISASSOCIATION, .adapter = 1, .peer = AP_B, .reason = 9);
	stop(t, AP_B, 106, 9);
}

static void cancel(struct tape *t)
{
	begin(t, 14);
	FUNCTION(WORKER, SEND_UI_REQUEST, .adapter = 1, .handle = 2,
		.send_ui_request = {.session = 1, .size = 64});
	EVENT(OID_DISCONNECT, .adapter = 1);
	EVENT(LISTS_CLEARED, .adapter = 1);
	IN(ADAPTER_RESET, ONE);
	FUNCTION(WORKER, PRE_ASSOCIATE_COMPLETION, .adapter = 1, .handle = 14, .reason = 0x48011,
		.pre_associate_completion.error = CANCELLED);
	OUT(ADAPTER_RESET, ONE);
	HANDLER(IS_UI_REQUEST_PENDING, .handle = 2);
}

static void refused(struct tape *t)
{
	begin(t, 17);
	prepared(t, 17);
	associate(t, AP_A);
	start(t, AP_A, 109, 14);
	EVENT(PORT_DELETED, .adapter = 1, .peer = AP_A);
	EVENT(OID_DISCONNECT, .adapter = 1);
	EVENT(IND_DISASSOCIATION, .adapter = 1, .peer = AP_A, .reason = 7);
	reset(t);
}

static void onex(struct tape *t)
{
	begin(t, 15);
	algorithms(t, 6, CIPHER_CCMP);
	FUNCTION(WORKER, SET_ETHERTYPE_HANDLING, .adapter = 1,
		.set_ethertype_handling = {.backlog = 4, .types = 1}, EAPOL_TYPE_LIST);
	prepared(t, 15);
	associate(t, AP_A);
	tape_add(t, perform(AP_A, 107));
	FUNCTION(HOST, START_ONEX, .adapter = 1, .start_onex.attributes = 1);
	tape_add(t, perform(AP_A, 107));
	t->x[t->n - 1].phase = PHASE_EXIT;
	packet(t, 5, 0, true);
	packet(t, 6, 0, true);
	HANDLER(ONEX_INDICATE_RESULT, ONE, .onex_indicate_result.outcome = 2);
	packet(t, 7, 0, true);
	HANDLER(ONEX_INDICATE_RESULT, ONE, .onex_indicate_result.outcome = 0);
	packet(t, 8, 3, false);
	keys(t, AP_A);
	complete(t, 107, 0);
	FUNCTION(WORKER, START_ONEX, .adapter = 1);
	FUNCTION(WORKER, STOP_ONEX, .adapter = 1);
}

/* As the first adapter's, from there on: with handles of its own. */
static void second_pair(struct tape *t, size_t from)
{
	for (; from < t->n; from++) {
		t->x[from].adapter = 5;
		if (t->x[from].ext)
			t->x[from].ext = 5;
	}
}

static void virtual_station(struct tape *t)
{
	size_t from;

	FUNCTION(WORKER, REQUEST_VIRTUAL_STATION, .adapter = 1);
	IN(INIT_ADAPTER, .adapter = 5, .handle = 1);
	FUNCTION(HOST, QUERY_VIRTUAL_STATION_PROPERTIES, .adapter = 5,
		.query_virtual_station_properties.is_virtual = 1);
	OUT(INIT_ADAPTER, .adapter = 5, .ext = 5, .handle = 1, .init_adapter.written = 1);
	from = t->n;
	IN(PERFORM_PRE_ASSOCIATE, ONE, .handle = 18, .perform_pre_associate.bss_type = 1);
	FUNCTION(HOST, SET_VIRTUAL_STATION_AP_PROPERTIES, .adapter = 1, .handle = 18,
		.set_virtual_station_ap_properties.key_length = 64);
	OUT(PERFORM_PRE_ASSOCIATE, ONE, .handle = 18,
		.perform_pre_associate = {.bss_type = 1, .written = 1});
	prepared(t, 18);
	associate(t, AP_A);
	start(t, AP_A, 110, 0);
	complete(t, 110, 0);
	second_pair(t, from);
	FUNCTION(WORKER, RELEASE_VIRTUAL_STATION, .adapter = 1);
	from = t->n;
	disconnect(t, AP_A, 110);
	EVENT(ADAPTER_DOWN, .adapter = 1, .adapter_down.removed = 1);
	HANDLER(DEINIT_ADAPTER, ONE);
	second_pair(t, from);
}

static void down(struct tape *t)
{
	roam_from_a(t, 107);
	start(t, AP_B, 108, 0);
	EVENT(ADAPTER_DOWN, .adapter = 1);
	stop(t, AP_B, 108, 7);
	IN(DEINIT_ADAPTER, ONE);
	FUNCTION(HOST, FREE_BUFFER, .handle = 4, .free_buffer.known = BUFFER_LIVE);
	OUT(DEINIT_ADAPTER, ONE);
}

static void second(struct tape *t)
{
	IN(INIT_ADAPTER, .adapter = 2);
	OUT(INIT_ADAPTER, .adapter = 2, .ext = 2, .init_adapter.written = 1);
	HANDLER(PERFORM_PRE_ASSOCIATE, .adapter = 2, .ext = 2, .handle = 16,
		.perform_pre_associate = {.bss_type = 1, .written = 1});
	EVENT(IND_REMOVED, .adapter = 2);
	EVENT(ADAPTER_DOWN, .adapter = 2, .adapter_down.removed = 1);
	HANDLER(DEINIT_ADAPTER, .adapter = 2, .ext = 2);
}

static void ending(struct tape *t)
{
	IN(DEINIT_SERVICE);
	FUNCTION(HOST, FREE_BUFFER, .handle = 1, .free_buffer.known = BUFFER_LIVE);
	OUT(DEINIT_SERVICE);
	EVENT(MODULE_UNLOADED);
}

void life_of_module(struct tape *t)
{
	static void (*const parts[PARTS])(struct tape * t) = {
		[PART_LOAD] = load,
		[PART_ARRIVAL] = arrival,
		[PART_PROFILES] = profiles,
		[PART_OPEN] = open_network,
		[PART_UNFIT] = unfit,
		[PART_CCMP] = ccmp,
		[PART_ROAM] = roam,
		[PART_REFUSED] = refused,
		[PART_PENDING] = pending,
		[PART_FAILED] = failed,
		[PART_RESET] = reset_first,
		[PART_CANCEL] = cancel,
		[PART_ONEX] = onex,
		[PART_VIRTUAL] = virtual_station,
		[PART_DOWN] = down,
		[PART_SECOND] = second,
		[PART_END] = ending,
	};
	unsigned part;

	memset(t, 0, sizeof(*t));
	for (part = 0; part < PARTS; part++) {
		t->starts[part] = t->n;
		parts[part](t);
	}
	t->starts[0] = 0;
}
