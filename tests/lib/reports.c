// SPDX-License-Identifier: BSD-2-Clause
#include "tests/lib/reports.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

static void head(struct report *r)
{
	memset(r, 0, sizeof(*r));
	strcpy(r->module, "build/ext/rsn.so");
	strcpy(r->mode, "in-process");
	strcpy(r->options, "--profile examples/home.xml");
	strcpy(r->version, "0.1.0");
	r->seed = 1;
	r->depth = 1;
	r->shards = 1;
	r->shards_in[0] = 1;
	r->planned = r->runs = 2314;
	r->crossings = 830412;
	r->replays = 12;
	r->seconds = 12.3;
	r->complete = true;
}

static void scenarios(struct report *r)
{
	unsigned i;

	for (i = 0; i < SCENARIOS; i++)
		r->scenarios[i] = (struct report_scenario){
			.runs = 100 + 17 * i, .crossings = 120 + 31 * i, .connected = true};
	r->scenarios[SCENARIO_VIRTUAL] =
		(struct report_scenario){.note = "the module asks for none"};
	r->scenarios[SCENARIO_UI] = (struct report_scenario){
		.runs = 3, .crossings = 70, .note = "the module asks the user nothing"};
}

/* Some rules never, among them those that wait for a verifier. */
static void exercise(struct report *r)
{
	unsigned i;

	for (i = 0; i < RULE_COUNT; i++)
		r->exercised[i] = i % 9 == 4 ? 0 : 20 + 13 * i;
	r->exercised[RULE_X_41] = r->exercised[RULE_X_47] = 0;
	r->exercised[RULE_X_58] = r->exercised[RULE_X_68] = 0;
}

static void cells(struct report *r)
{
	static const enum crossing_fn at[] = {FN_PERFORM_POST_ASSOCIATE, FN_STOP_POST_ASSOCIATE,
		FN_RECEIVE_PACKET, FN_SEND_PACKET, FN_POST_ASSOCIATE_COMPLETION,
		FN_SET_KEY_MAPPING_KEY, FN_SET_DEFAULT_KEY, FN_PERFORM_PRE_ASSOCIATE,
		FN_PRE_ASSOCIATE_COMPLETION, FN_INIT_ADAPTER, FN_SET_AUTH_ALGORITHM,
		FN_IND_ASSOCIATION_COMPLETION, FN_PORT_CREATED};
	unsigned i, act;

	for (i = 0; i < sizeof(at) / sizeof(at[0]); i++)
		for (act = 0; act < ACTS; act++)
			if (act_kind((enum act)act) == ACT_EVENT && (i + act) % 7 != 3)
				r->cells[at[i]][act].runs = 3 + (i * 31 + act * 17) % 140;
	for (act = 0; act < ACTS; act++)
		switch (act_kind((enum act)act)) {
		case ACT_EVENT:
			break;
		case ACT_RECEIVED:
			r->cells[FN_IND_PACKET][act].runs = 40 + act;
			break;
		case ACT_SENT:
			r->cells[FN_SEND_PACKET][act].runs = 12 + act;
			break;
		case ACT_FUNCTION:
			r->cells[FN_SET_KEY_MAPPING_KEY][act].runs = 9;
			r->cells[FN_SEND_PACKET][act].runs = 4;
			break;
		}
}

void report_fixture_clean(struct report *r)
{
	head(r);
	scenarios(r);
	exercise(r);
	cells(r);
}

/* ---- Crossings around a finding: an end of the port in the middle of a handshake. ---- */

struct step {
	enum crossing_fn fn;
	uint8_t phase;
	uint16_t thread;
	uint32_t value; /* result of a return, else the first argument or a reason */
};

/* 802.11-2020, 12.7.2: key information of messages 3 and 4. */
static void eapol_key(struct crossing *x, uint32_t *ethertype)
{
	const uint16_t info = x->fn == FN_RECEIVE_PACKET ? 0x13CA : 0x030A;

	*ethertype = 0x888E;
	x->data_length = 7;
	x->data[0] = 2;
	x->data[1] = 3;
	x->data[5] = (uint8_t)(info >> 8);
	x->data[6] = (uint8_t)info;
}

static void around(struct report_finding *f, const struct step *steps, unsigned count,
	uint64_t first, unsigned here)
{
	unsigned i;

	for (i = 0; i < count; i++) {
		struct crossing *x = &f->around[i];
		const enum crossing_border border = crossing_border(steps[i].fn);

		x->seq = first + i;
		x->time = 100424000 + 20000 * i;
		x->fn = (uint16_t)steps[i].fn;
		x->phase = steps[i].phase;
		x->thread = steps[i].thread;
		x->adapter = 1;
		x->ext = 1;
		x->peer = 0x020000000101;
		if (x->phase == PHASE_EXIT)
			x->result = steps[i].value;
		else if (border == BORDER_INDICATION || steps[i].fn == FN_STOP_POST_ASSOCIATE)
			x->reason = steps[i].value;
		else if (border == BORDER_FUNCTION)
			x->arg[0] = steps[i].value;
		if (x->fn == FN_RECEIVE_PACKET && x->phase == PHASE_ENTER)
			eapol_key(x, &x->receive_packet.ethertype);
		if (x->fn == FN_SEND_PACKET && x->phase == PHASE_ENTER)
			eapol_key(x, &x->send_packet.ethertype);
	}
	f->naround = count;
	f->seq = first + here;
}

static const struct step stopped[] = {
	{FN_RECEIVE_PACKET, PHASE_ENTER, 2, 0},
	{FN_SEND_PACKET, PHASE_ENTER, 2, 121},
	{FN_SEND_PACKET, PHASE_EXIT, 2, 0},
	{FN_RECEIVE_PACKET, PHASE_EXIT, 2, 0},
	{FN_IND_DISASSOCIATION, PHASE_POINT, 1, 0x10006},
	{FN_PORT_GATE, PHASE_POINT, 1, 0},
	{FN_STOP_POST_ASSOCIATE, PHASE_ENTER, 2, 0x10006},
	{FN_POST_ASSOCIATE_COMPLETION, PHASE_ENTER, 3, 0},
	{FN_POST_ASSOCIATE_COMPLETION, PHASE_EXIT, 3, 0},
	{FN_STOP_POST_ASSOCIATE, PHASE_EXIT, 2, 0},
	{FN_PORT_DELETED, PHASE_POINT, 1, 0},
	{FN_OID_DISCONNECT, PHASE_POINT, 1, 0},
};

static const struct step died[] = {
	{FN_INIT_SERVICE, PHASE_EXIT, 2, 0},
	{FN_INIT_ADAPTER, PHASE_ENTER, 2, 0},
	{FN_ALLOCATE_BUFFER, PHASE_ENTER, 2, 64},
	{FN_ALLOCATE_BUFFER, PHASE_EXIT, 2, 0},
	{FN_SET_ETHERTYPE_HANDLING, PHASE_ENTER, 2, 4},
	{FN_SET_ETHERTYPE_HANDLING, PHASE_EXIT, 2, 87},
	{FN_MODULE_DIED, PHASE_POINT, 1, 0},
};

#define COUNT(list) (unsigned)(sizeof(list) / sizeof((list)[0]))

static struct report_finding made(const char *rule, enum rule_severity severity, uint64_t count,
	uint64_t number, const char *plan, const char *text)
{
	struct report_finding f = {.severity = severity,
		.count = count,
		.number = number,
		.reproduced = 3,
		.replays = 3};
	struct plan parsed;
	char err[100];

	snprintf(f.rule, sizeof(f.rule), "%s", rule);
	snprintf(f.text, sizeof(f.text), "%s", text);
	snprintf(f.plan, sizeof(f.plan), "%s", plan);
	if (plan_parse(plan, &parsed, err, sizeof(err)))
		abort();
	plan_text(&parsed, f.did, sizeof(f.did));
	return f;
}

static void add(struct report *r, const struct report_finding *f)
{
	if (report_add(r, f))
		abort();
}

void report_fixture_findings(struct report *r)
{
	struct report_finding f;

	report_fixture_clean(r);
	strcpy(r->module, "my modules/it's <new>.so");
	strcpy(r->mode, "isolated");
	r->complete = false;
	r->planned = 3000;
	f = made("X-40", SEVERITY_F, 37, 118, "connect deauthenticate=7@SendPacket:return#2",
		"PostAssociateCompletion inside StopPostAssociate");
	around(&f, stopped, COUNT(stopped), 44, 7);
	add(r, &f);
	f = made("X-40", SEVERITY_F, 2, 902,
		"roam disconnect@PostAssociateCompletion#1,held disable@ReceivePacket:return#3",
		"PostAssociateCompletion after StopPostAssociate returned");
	f.reproduced = 1;
	around(&f, stopped + 4, COUNT(stopped) - 4, 101, 3);
	add(r, &f);
	f = made("crash", SEVERITY_F, 5, 0, "connect", "signal 11 (SIGSEGV) in InitAdapter");
	around(&f, died, COUNT(died), 3, 6);
	f.around[6].module_died.how = MODULE_SIGNALLED;
	f.around[6].module_died.code = 11;
	f.around[6].module_died.function = FN_INIT_ADAPTER;
	add(r, &f);
	f = made("X-11", SEVERITY_E, 1, 77, "connect fail=87@SetEtherTypeHandling#1",
		REPORT_HOSTILE_TEXT);
	f.replays = f.reproduced = 0;
	add(r, &f);
	f = made("X-66", SEVERITY_W, 1200, 3, "connect",
		"a UI request is still pending after AdapterReset");
	add(r, &f);
	f = made("busy", SEVERITY_W, 4, 55, "cycles", "thread 3 never slept in 100 cycles");
	add(r, &f);
	r->cells[FN_SEND_PACKET][ACT_DEAUTHENTICATE].findings = 37;
	r->cells[FN_SET_ETHERTYPE_HANDLING][ACT_FAIL] = (struct report_cell){9, 1, 0};
	r->cells[FN_RECEIVE_PACKET][ACT_ROAM].warnings = 5;
	report_sort(r);
}

/* ---- By chance. ---- */

static struct crossing random_crossing(struct rng *g, uint64_t seq)
{
	struct crossing x = {.seq = seq,
		.time = rng_u64(g),
		.adapter = rng_u64(g) >> rng_below(g, 64),
		.handle = rng_u64(g),
		.peer = rng_u64(g) & 0xFFFFFFFFFFFFu,
		.result = (uint32_t)rng_u64(g),
		.reason = (uint32_t)rng_u64(g),
		.ext = (uint32_t)rng_u64(g),
		.fn = (uint16_t)rng_below(g, FN_COUNT),
		.thread = (uint16_t)rng_below(g, 9),
		.flags = (uint8_t)rng_below(g, 16),
		.data_length = (uint8_t)rng_below(g, CROSSING_DATA + 1)};
	const enum crossing_border border = crossing_border((enum crossing_fn)x.fn);
	const char *const *names = crossing_args((enum crossing_fn)x.fn);
	unsigned i;

	x.phase = PHASE_POINT;
	if (border == BORDER_HANDLER || border == BORDER_FUNCTION)
		x.phase = (uint8_t)rng_below(g, PHASE_POINT);
	for (i = 0; i < x.data_length; i++)
		x.data[i] = (uint8_t)rng_u64(g);
	for (i = 0; i < CROSSING_ARGS; i++)
		if (names[i][0] != '_')
			x.arg[i] = (uint32_t)rng_u64(g) >> rng_below(g, 32);
	return x;
}

static struct report_finding random_finding(struct rng *g)
{
	static const char *const rules[] = {"X-01", "H-32", "crash", "leak", "key", "X-70"};
	static const char *const plans[] = {"connect", "roam disable@port-created#12",
		"rekey extend=70@security-packet-arrived#3 fail=5@SetDefaultKey#1"};
	char text[64];
	struct report_finding f;
	uint64_t seq = rng_below(g, 1000);
	unsigned i;

	snprintf(text, sizeof(text), "seen \"%u\" \\ caf\xc3\xa9", (unsigned)rng_below(g, 6));
	f = made(rules[rng_below(g, 6)], (enum rule_severity)rng_below(g, 3), 1 + rng_below(g, 99),
		rng_below(g, 3) ? rng_below(g, 500) : rng_u64(g), plans[rng_below(g, 3)], text);
	f.replays = (unsigned)rng_below(g, 5);
	f.reproduced = (unsigned)rng_below(g, f.replays + 1);
	f.naround = (unsigned)rng_below(g, REPORT_AROUND + 1);
	f.seq = rng_u64(g);
	for (i = 0; i < f.naround; i++)
		f.around[i] = random_crossing(g, seq += 1 + rng_below(g, 3));
	return f;
}

void report_fixture_random(struct report *r, uint64_t seed, unsigned findings)
{
	struct rng g;
	struct report_finding f;
	unsigned i, act;

	rng_init(&g, seed);
	head(r);
	r->seed = rng_u64(&g);
	r->seconds = (double)rng_below(&g, 1u << 30) / 997;
	r->complete = rng_below(&g, 2);
	r->planned = rng_u64(&g);
	r->lost = rng_below(&g, 3);
	for (i = 0; i < RULE_COUNT; i++)
		r->exercised[i] = rng_below(&g, 3) ? rng_u64(&g) >> rng_below(&g, 64) : 0;
	for (i = 0; i < SCENARIOS; i++) {
		r->scenarios[i].runs = rng_below(&g, 1000);
		r->scenarios[i].crossings = (uint32_t)rng_u64(&g);
		r->scenarios[i].connected = rng_below(&g, 2);
		snprintf(r->scenarios[i].note, sizeof(r->scenarios[i].note), "note %u", i);
	}
	for (i = 0; i < FN_COUNT; i++)
		for (act = 0; act < ACTS; act++)
			if (rng_below(&g, 4) == 0)
				r->cells[i][act] = (struct report_cell){
					rng_below(&g, 900), rng_below(&g, 3), rng_u64(&g)};
	for (i = 0; i < findings; i++) {
		f = random_finding(&g);
		add(r, &f);
	}
	report_sort(r);
}

/* Field by field: padding does not count. */

static bool same_crossing(const struct crossing *a, const struct crossing *b)
{
	return a->seq == b->seq && a->time == b->time && a->adapter == b->adapter &&
	       a->handle == b->handle && a->peer == b->peer && a->result == b->result &&
	       a->reason == b->reason && a->ext == b->ext && a->fn == b->fn &&
	       a->thread == b->thread && a->phase == b->phase && a->flags == b->flags &&
	       a->data_length == b->data_length && memcmp(a->data, b->data, sizeof(a->data)) == 0 &&
	       memcmp(a->arg, b->arg, sizeof(a->arg)) == 0;
}

static bool same_finding(const struct report_finding *a, const struct report_finding *b)
{
	unsigned i;

	for (i = 0; i < a->naround && i < b->naround; i++)
		if (!same_crossing(&a->around[i], &b->around[i]))
			return false;
	return strcmp(a->rule, b->rule) == 0 && a->severity == b->severity &&
	       a->count == b->count && strcmp(a->text, b->text) == 0 && a->number == b->number &&
	       strcmp(a->plan, b->plan) == 0 && strcmp(a->did, b->did) == 0 &&
	       a->reproduced == b->reproduced && a->replays == b->replays && a->seq == b->seq &&
	       a->naround == b->naround;
}

static bool same_scenario(const struct report_scenario *a, const struct report_scenario *b)
{
	return a->runs == b->runs && a->crossings == b->crossings && a->connected == b->connected &&
	       strcmp(a->note, b->note) == 0;
}

static bool same_head(const struct report *a, const struct report *b)
{
	return strcmp(a->module, b->module) == 0 && strcmp(a->mode, b->mode) == 0 &&
	       strcmp(a->options, b->options) == 0 && strcmp(a->version, b->version) == 0 &&
	       a->seed == b->seed && a->depth == b->depth && a->shards == b->shards &&
	       memcmp(a->shards_in, b->shards_in, sizeof(a->shards_in)) == 0 &&
	       a->planned == b->planned && a->runs == b->runs && a->crossings == b->crossings &&
	       a->replays == b->replays && a->complete == b->complete && a->lost == b->lost &&
	       memcmp(a->exercised, b->exercised, sizeof(a->exercised)) == 0 &&
	       memcmp(a->cells, b->cells, sizeof(a->cells)) == 0;
}

bool report_fixture_same(const struct report *a, const struct report *b)
{
	unsigned i;

	if (!same_head(a, b) || a->nfindings != b->nfindings || a->seconds < b->seconds ||
		a->seconds > b->seconds)
		return false;
	for (i = 0; i < SCENARIOS; i++)
		if (!same_scenario(&a->scenarios[i], &b->scenarios[i]))
			return false;
	for (i = 0; i < a->nfindings; i++)
		if (!same_finding(&a->findings[i], &b->findings[i]))
			return false;
	return true;
}
