// SPDX-License-Identifier: BSD-2-Clause
/*
 * A worker that means harm, one way at a time.
 *
 *     test -- host -- proxy == hostile worker (tests/lib/hostile.h)
 *              |
 *           adapter ~~ station ~~ open AP
 *
 * The harm is done at PerformPostAssociate, when most is alive. Whatever it is: the port stays
 * closed, the module's end is told as what it was, the adapter is lost and comes back.
 */
#include "tests/lib/world.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/lib/hostile.h"
#include "tests/lib/message_samples.h"
#include "worker/message.h"

#define EVENTS_MAX 32
#define LIVES      MODULE_LIVES

struct harm {
	const char *name;
	enum hostile_op op;
	uint8_t bytes[16];
	/* What becomes of the module; MODULE_LIVES: nothing */
	enum module_end end;
	uint32_t code;
	bool late; /* by the deadline */
	uint32_t deadline_ms;
};

static const struct harm harms[] = {
	{"result changed", HOSTILE_CHANGED, {1, 0, 0, 5}, LIVES, 0, false, 0},
	{"count of changes", HOSTILE_CHANGED, {1, 8, 0, 1}, MODULE_GARBLED, 0, false, 0},
	{"answer cut", HOSTILE_TRUNCATED, {1}, MODULE_GARBLED, 0, false, 0},
	{"length 0", HOSTILE_HEADER, {0}, MODULE_GARBLED, 0, false, 0},
	{"length of 4 GiB", HOSTILE_HEADER, {0, 255, 255, 255, 255}, MODULE_GARBLED, 0, false, 0},
	{"length over the limit", HOSTILE_HEADER, {0, 1, 0, 64, 0}, MODULE_GARBLED, 0, false, 0},
	{"length that never comes", HOSTILE_HEADER, {0, 0, 0, 64, 0}, MODULE_KILLED, 0, true, 0},
	{"type 0", HOSTILE_HEADER, {1}, MODULE_GARBLED, 0, false, 0},
	{"type CALL", HOSTILE_HEADER, {1, MESSAGE_CALL}, MODULE_GARBLED, 0, false, 0},
	{"type unknown", HOSTILE_HEADER, {1, MESSAGE_TYPES}, MODULE_GARBLED, 0, false, 0},
	{"fn of another", HOSTILE_HEADER, {2, FN_VALIDATE_PROFILE}, MODULE_GARBLED, 0, false, 0},
	{"fn of a function", HOSTILE_HEADER, {2, FN_SEND_PACKET}, MODULE_GARBLED, 0, false, 0},
	{"fn of none", HOSTILE_HEADER, {2, 255, 255}, MODULE_GARBLED, 0, false, 0},
	{"number 0", HOSTILE_HEADER, {3}, MODULE_GARBLED, 0, false, 0},
	{"number of the past", HOSTILE_HEADER, {3, 1}, MODULE_GARBLED, 0, false, 0},
	{"a thread", HOSTILE_HEADER, {4, 1}, MODULE_GARBLED, 0, false, 0},
	{"reserved bit", HOSTILE_HEADER, {5, 0, 0, 0, 128}, MODULE_GARBLED, 0, false, 0},
	{"twice", HOSTILE_TWICE, {0}, MODULE_GARBLED, 0, false, 0},
	{"never", HOSTILE_SILENT, {0}, MODULE_KILLED, 0, true, 0},
	{"function", HOSTILE_FUNCTION, {FN_SEND_PACKET - FN_HANDLERS}, LIVES, 0, false, 0},
	{"function cut", HOSTILE_FUNCTION, {9, 0, 0, 0, 1}, MODULE_GARBLED, 0, false, 0},
	{"function of a thread", HOSTILE_THREAD, {9}, LIVES, 0, false, 0},
	{"function of a thread cut", HOSTILE_THREAD, {9, 0, 0, 0, 1}, MODULE_GARBLED, 0, false, 0},
	{"failure of the session", HOSTILE_FUNCTION, {7}, LIVES, 0, false, 0},
	{"function without a body", HOSTILE_FUZZED, {9}, MODULE_GARBLED, 0, false, 0},
	{"START", HOSTILE_FORBIDDEN, {0}, MODULE_GARBLED, 0, false, 0},
	{"CALL", HOSTILE_FORBIDDEN, {1}, MODULE_GARBLED, 0, false, 0},
	{"REPLY", HOSTILE_FORBIDDEN, {2}, MODULE_GARBLED, 0, false, 0},
	{"RELEASE", HOSTILE_FORBIDDEN, {3}, MODULE_GARBLED, 0, false, 0},
	{"PROBE", HOSTILE_FORBIDDEN, {4}, MODULE_GARBLED, 0, false, 0},
	{"answer to no probe", HOSTILE_PROBED, {0}, MODULE_GARBLED, 0, false, 0},
	{"trespass", HOSTILE_TRESPASS, {TRESPASS_WRITE, FN_PERFORM_POST_ASSOCIATE}, LIVES, 0, false,
		0},
	{"trespass that the kernel tells", HOSTILE_TRESPASS, {TRESPASS_SYSTEM}, MODULE_GARBLED, 0,
		false, 0},
	{"trespass in nothing", HOSTILE_TRESPASS, {0, 255}, MODULE_GARBLED, 0, false, 0},
	{"crash", HOSTILE_CRASH, {5}, MODULE_EXCEPTION, 0xC0000005, false, 0},
	{"crash that was none", HOSTILE_CRASH, {0x85}, LIVES, 0, false, 0},
	{"READY", HOSTILE_READY, {0}, MODULE_GARBLED, 0, false, 0},
	{"FAILED", HOSTILE_FAILED, {0}, MODULE_GARBLED, 0, false, 0},
	{"garbage", HOSTILE_GARBAGE, {20, 0, 0, 0, 0, 77}, MODULE_GARBLED, 0, false, 0},
	{"half a header", HOSTILE_PART, {10}, MODULE_EXITED, 0, false, 0},
	{"half a body", HOSTILE_PART, {25}, MODULE_EXITED, 0, false, 0},
	{"both pipes closed", HOSTILE_CLOSE, {0}, MODULE_EXITED, 0, false, 0},
	{"its pipe closed", HOSTILE_CLOSE_OUT, {0}, MODULE_EXITED, 0, false, 0},
	{"the host's pipe closed", HOSTILE_CLOSE_IN, {0}, MODULE_KILLED, 0, true, 0},
	{"many functions", HOSTILE_FLOOD, {200}, LIVES, 0, false, 0},
	{"many functions of a thread", HOSTILE_FLOOD, {200, 0, 1}, LIVES, 0, false, 0},
	{"too many functions of a thread", HOSTILE_FLOOD, {0, 5, 1}, MODULE_GARBLED, 0, false, 0},
	/* The host has its patience with a full pipe: the one case that takes 2 s. */
	{"answers not read", HOSTILE_FLOOD, {0, 64}, MODULE_GARBLED, 0, false, 0},
	{"deaf in a handler", HOSTILE_DEAF, {0}, MODULE_KILLED, 0, true, 200},
	{"deaf after it", HOSTILE_DEAF, {1}, MODULE_KILLED, 0, true, 200},
};

static const struct harm *harm;
static struct hostile *worker;
static struct {
	enum module_event_id id;
	enum module_end end;
	uint32_t code;
	enum crossing_fn handler;
} events[EVENTS_MAX];
static unsigned nevents;

static struct module *make(struct world *w)
{
	const struct hostile_config config = {.bytes = harm->bytes,
		.size = sizeof(harm->bytes),
		.at = FN_PERFORM_POST_ASSOCIATE,
		.op = harm->op};
	const struct worker_options options = {.start_s = 10};
	struct worker_source source;
	struct module *m;
	char err[256];

	(void)w;
	worker = hostile_new(&config);
	source = hostile_source(worker);
	assert_int_equal(proxy_open("played", &source, &options, &m, err, sizeof(err)), 0);
	return m;
}

static void on_event(void *user, const struct module_event *e)
{
	(void)user;
	if (nevents == EVENTS_MAX)
		abort();
	events[nevents].id = e->id;
	events[nevents].end = e->end;
	events[nevents].code = e->code;
	events[nevents++].handler = e->handler;
}

static void configure(struct world *w, struct host_config *hc)
{
	(void)w;
	hc->event = on_event;
	hc->handler_deadline_ms = harm->deadline_ms;
}

static void wait_for_harm(struct world *w)
{
	world_arrive(w, 0);
	assert_int_equal(host_connect(w->adapters[0].host, w->profile), 0);
	world_rest(w, 20 * NS_PER_S);
}

/* What was told of its end. */
static void check_end(const struct world *w)
{
	const struct world_adapter *a = &w->adapters[0];
	unsigned at = 0;

	assert_int_equal(events[at++].id, MODULE_STARTED);
	if (harm->late)
		assert_int_equal(events[at++].id, MODULE_TIMED_OUT);
	assert_int_equal(events[at].id, MODULE_STOPPED_UNEXPECTEDLY);
	assert_int_equal(events[at].end, harm->end);
	assert_int_equal(events[at++].code, harm->code);
	assert_int_equal(events[at++].id, MODULE_STARTED);
	assert_int_equal(nevents, at);
	assert_int_equal(a->told[NOTICE_ADAPTER_LOST], 1);
	assert_int_equal(a->told[NOTICE_ADAPTER_UP], 2);
	assert_int_equal(world_count(w, FN_MODULE_DIED, PHASE_POINT), 1);
}

static void host_kept_its_rules(const struct world *w)
{
	const struct finding *list;
	size_t count, i;

	list = checker_findings(host_checker(w->host), &count);
	for (i = 0; i < count; i++)
		if (rule_info(list[i].rule)->id[0] == 'H')
			fail_msg("%s: %s", rule_info(list[i].rule)->id, list[i].text);
}

static void test_harm(void **state)
{
	const struct world_config config = {
		.aps = {"open"}, .breaks_rules = true, .make = make, .configure = configure};
	struct world w;

	harm = *state;
	nevents = 0;
	world_open(&w, &config);
	assert_int_equal(world_start(&w), 0);
	wait_for_harm(&w);
	if (harm->end == MODULE_LIVES) {
		assert_int_equal(nevents, 1);
		assert_int_equal(w.adapters[0].told[NOTICE_ADAPTER_LOST], 0);
	} else {
		check_end(&w);
	}
	assert_int_equal(w.adapters[0].told[NOTICE_PORT_OPEN], 0);
	world_stop(&w);
	host_kept_its_rules(&w);
	world_close(&w);
}

/* ---- Every message, cut at every byte, without a host. ---- */

static unsigned functions;

static DWORD on_function(void *user, struct function_call *call)
{
	(void)user;
	free(call->views.list);
	call->views = (struct module_views){0};
	functions++;
	return ERROR_SUCCESS;
}

/* A call of fn whose answer, or the function before it, ends too early. False: nothing was left to
 * cut. */
static bool cut_once(enum crossing_fn fn, enum hostile_op op, uint8_t function, unsigned missing)
{
	static struct samples samples;
	const uint8_t cut_answer[] = {(uint8_t)missing, (uint8_t)(missing >> 8)};
	const uint8_t cut_function[] = {
		function, 0, 0, 0, (uint8_t)missing, (uint8_t)(missing >> 8)};
	const bool answers = op == HOSTILE_TRUNCATED;
	const struct hostile_config config = {.bytes = answers ? cut_answer : cut_function,
		.size = answers ? sizeof(cut_answer) : sizeof(cut_function),
		.at = fn,
		.op = op};
	const struct worker_options options = {.start_s = 10};
	struct hostile *h = hostile_new(&config);
	struct worker_source source = hostile_source(h);
	struct module_death death;
	struct handler_call c;
	struct module *m;
	char err[256];
	bool there;

	samples_fill(&samples, 0);
	c = sample_handler(&samples, fn);
	assert_int_equal(proxy_open("played", &source, &options, &m, err, sizeof(err)), 0);
	m->function = on_function;
	functions = 0;
	m->ops->call(m, &c);
	there = missing <= hostile_whole(h);
	if (there) {
		assert_true(c.lost);
		m->ops->death(m, &death);
		assert_int_equal(death.end, MODULE_GARBLED);
		/* InitAdapter calls one before. */
		assert_int_equal(functions, fn == FN_INIT_ADAPTER);
	}
	m->ops->close(m);
	return there;
}

static void test_answers_cut(void **state)
{
	unsigned fn, missing;

	(void)state;
	for (fn = 0; fn < FN_HANDLERS; fn++) {
		for (missing = 1; cut_once((enum crossing_fn)fn, HOSTILE_TRUNCATED, 0, missing);)
			missing++;
		assert_true(missing > 12); /* result, threads, blocks */
	}
}

static void test_functions_cut(void **state)
{
	unsigned fn, missing;

	(void)state;
	for (fn = 0; fn < FN_CALLS - FN_HANDLERS; fn++)
		for (missing = 1; cut_once(FN_CONTROL, HOSTILE_FUNCTION, (uint8_t)fn, missing);)
			missing++;
	assert_true(missing > 13); /* of the last: stale, adapter, blocks */
}

/* ---- The answer to START. ---- */

static void test_starts(void **state)
{
	static const int expected[HOSTILE_START_WAYS] = {[HOSTILE_START_VERSION] = -EPROTO,
		[HOSTILE_START_ANY] = -EPROTO,
		[HOSTILE_START_EARLY] = -EPROTO,
		[HOSTILE_START_FAILS] = -ENOENT,
		[HOSTILE_START_FAILS_WELL] = -EPROTO,
		[HOSTILE_START_GARBAGE] = -EPROTO,
		[HOSTILE_START_PART] = -EPROTO,
		[HOSTILE_START_CLOSES] = -EPROTO};
	const struct worker_options options = {.start_s = 10};
	uint8_t way;

	(void)state;
	for (way = 0; way < HOSTILE_START_WAYS; way++) {
		const struct hostile_config config = {
			.bytes = &way, .size = 1, .at = FN_CONTROL, .starts = true};
		struct worker_source source = hostile_source(hostile_new(&config));
		struct module *m;
		char err[256] = "";
		int rc = proxy_open("played", &source, &options, &m, err, sizeof(err));

		assert_int_equal(rc, expected[way]);
		assert_true(rc ? m == NULL && err[0] : m != NULL);
		assert_null(strchr(err, '\n'));
		if (m)
			m->ops->close(m);
	}
}

/* ---- Answers to probes, without a host. ---- */

static const struct lie {
	enum hostile_probe way;
	int first, second; /* what it comes to, and what comes of the next one */
} lies[] = {
	{HOSTILE_PROBE_ANSWERS, 0, 0},
	{HOSTILE_PROBE_CUT, -EIO, -EIO},
	{HOSTILE_PROBE_OTHER, -EIO, -EIO},
	{HOSTILE_PROBE_EXCESS, -EIO, -EIO},
	{HOSTILE_PROBE_ODD, -EIO, -EIO},
	{HOSTILE_PROBE_SILENT, -ETIMEDOUT, -ETIMEDOUT},
};

static void ask(const struct lie *lie, enum module_probe_what what)
{
	const struct hostile_config config = {
		.at = FN_CONTROL, .op = HOSTILE_ANSWER, .probe = lie->way};
	const struct worker_options options = {.start_s = 10};
	struct worker_source source = hostile_source(hostile_new(&config));
	struct module_probe p = {.what = what};
	struct module_death death;
	struct module *m;
	char err[256];

	assert_int_equal(proxy_open("played", &source, &options, &m, err, sizeof(err)), 0);
	m->function = on_function;
	if (what == PROBE_SCAN) {
		p.scan.count = 1;
		module_needle_set(&p.scan.needles[0], "a needle", 8, 1);
	}
	assert_int_equal(m->ops->probe(m, &p), lie->first);
	assert_int_equal(m->ops->probe(m, &p), lie->second);
	m->ops->death(m, &death);
	assert_int_equal(m->ended, lie->first == -EIO);
	assert_true(!m->ended || death.end == MODULE_GARBLED);
	m->ops->close(m);
}

static void test_probes(void **state)
{
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		ask(&lies[i], PROBE_USAGE);
		ask(&lies[i], PROBE_SCAN);
	}
}

/* The second answer belongs to nothing, whether anybody asks again or not. */
static void test_probed_twice(void **state)
{
	const struct hostile_config config = {
		.at = FN_CONTROL, .op = HOSTILE_ANSWER, .probe = HOSTILE_PROBE_TWICE};
	const struct worker_options options = {.start_s = 10};
	struct worker_source source = hostile_source(hostile_new(&config));
	struct module_probe p = {.what = PROBE_USAGE};
	struct module_death death;
	struct module *m;
	char err[256];

	(void)state;
	assert_int_equal(proxy_open("played", &source, &options, &m, err, sizeof(err)), 0);
	m->function = on_function;
	assert_int_equal(m->ops->probe(m, &p), 0);
	while (!m->ended)
		m->ops->pump(m);
	m->ops->death(m, &death);
	assert_int_equal(death.end, MODULE_GARBLED);
	m->ops->close(m);
}

int main(void)
{
	struct CMUnitTest tests[sizeof(harms) / sizeof(harms[0]) + 5] = {
		{"answers cut", test_answers_cut, NULL, NULL, NULL},
		{"functions cut", test_functions_cut, NULL, NULL, NULL},
		{"starts", test_starts, NULL, NULL, NULL},
		{"probes", test_probes, NULL, NULL, NULL},
		{"probed twice", test_probed_twice, NULL, NULL, NULL}};
	size_t i;

	for (i = 0; i < sizeof(harms) / sizeof(harms[0]); i++)
		tests[i + 5] = (struct CMUnitTest){
			harms[i].name, test_harm, NULL, NULL, (void *)(uintptr_t)&harms[i]};
	return _cmocka_run_group_tests(
		"hostile", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
