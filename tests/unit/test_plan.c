// SPDX-License-Identifier: BSD-2-Clause
/* Plans: as text they read the same, what makes no sense is refused with its reason; and the plans
 * that are made of an undisturbed run, their order, and pairs of them. */
#include "verify/plans.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

#define RANDOM_PLANS 4000
#define CROSSINGS    400

/* ---- Text. ---- */

static bool same_act(const struct plan_act *a, const struct plan_act *b)
{
	return a->act == b->act && a->argument == b->argument && a->at.fn == b->at.fn &&
	       a->at.phase == b->at.phase && a->at.hold == b->at.hold && a->at.nth == b->at.nth;
}

static bool same_plan(const struct plan *a, const struct plan *b)
{
	unsigned i;

	if (a->scenario != b->scenario || a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++)
		if (!same_act(&a->acts[i], &b->acts[i]))
			return false;
	return true;
}

static bool is_call(uint16_t fn)
{
	const enum crossing_border border = crossing_border((enum crossing_fn)fn);

	return border == BORDER_HANDLER || border == BORDER_FUNCTION;
}

/* One that can be done: the act fits its point. */
static struct plan_act random_act(struct rng *rng)
{
	struct plan_act a = {.act = (enum act)rng_below(rng, ACTS),
		.argument = (uint32_t)rng_below(rng, UINT32_MAX),
		.at = {.fn = (uint16_t)rng_below(rng, FN_COUNT),
			.nth = 1 + (uint32_t)rng_below(rng, UINT32_MAX)}};

	if (rng_below(rng, 2))
		a.argument = act_argument(a.act);
	switch (act_kind(a.act)) {
	case ACT_EVENT:
		break;
	case ACT_RECEIVED:
		a.at.fn = FN_IND_PACKET;
		break;
	case ACT_SENT:
		a.at.fn = FN_SEND_PACKET;
		break;
	case ACT_FUNCTION:
		while (crossing_border((enum crossing_fn)a.at.fn) != BORDER_FUNCTION)
			a.at.fn = (uint16_t)rng_below(rng, FN_COUNT);
		break;
	}
	a.at.phase = !is_call(a.at.fn)                                   ? PHASE_POINT
		     : act_kind(a.act) == ACT_EVENT && rng_below(rng, 2) ? PHASE_EXIT
									 : PHASE_ENTER;
	if (act_kind(a.act) == ACT_EVENT &&
		crossing_border((enum crossing_fn)a.at.fn) == BORDER_FUNCTION)
		a.at.hold = (uint8_t)rng_below(rng, HOLD_LONG + 1);
	return a;
}

static void test_text_is_exact(void **state)
{
	struct rng rng;
	unsigned i, k;

	(void)state;
	rng_init(&rng, 1);
	for (i = 0; i < RANDOM_PLANS; i++) {
		struct plan plan = {.scenario = (enum scenario)rng_below(&rng, SCENARIOS),
				    .count = (unsigned)rng_below(&rng, PLAN_ACTS + 1)},
			    again;
		char text[PLAN_TEXT], words[512], err[160] = "";

		for (k = 0; k < plan.count; k++)
			plan.acts[k] = random_act(&rng);
		plan_format(&plan, text, sizeof(text));
		if (plan_parse(text, &again, err, sizeof(err)))
			fail_msg("%s: %s", text, err);
		assert_true(same_plan(&plan, &again));
		assert_int_equal(
			strlen(plan_text(&plan, words, sizeof(words))) > 0, plan.count > 0);
	}
}

static void test_forms(void **state)
{
	struct plan plan;
	char err[160], text[PLAN_TEXT];

	(void)state;
	assert_int_equal(
		plan_parse(" roam\tdeauthenticate=6@SendPacket#2  disable@ReceivePacket:return#3 ",
			&plan, err, sizeof(err)),
		0);
	assert_int_equal(plan.scenario, SCENARIO_ROAM);
	assert_int_equal(plan.count, 2);
	assert_int_equal(plan.acts[1].at.phase, PHASE_EXIT);
	/* What an act has by itself is left out. */
	assert_string_equal(plan_format(&plan, text, sizeof(text)),
		"roam deauthenticate@SendPacket#2 disable@ReceivePacket:return#3");
	assert_string_equal(plan_text(&plan, text, sizeof(text)),
		"the AP deauthenticates, reason 6 at the 2nd call of Dot11ExtSendPacket; then the "
		"adapter is disabled at the 3rd return of Dot11ExtIhvReceivePacket");
	assert_int_equal(plan_parse("connect", &plan, err, sizeof(err)), 0);
	assert_int_equal(plan.count, 0);
	assert_string_equal(plan_text(&plan, text, sizeof(text)), "");
}

static void test_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{"", "there is no such scenario: ''"},
		{"  ", "there is no such scenario: ''"},
		{"Connect", "there is no such scenario: 'Connect'"},
		{"disconnect@SendPacket#1", "there is no such scenario: 'disconnect@SendPacket#1'"},
		{"connect disconnect",
			"an act needs a point, as in disconnect@SendPacket#1: 'disconnect'"},
		{"connect explode@SendPacket#1", "there is no such act: 'explode'"},
		{"connect @SendPacket#1", "there is no such act: ''"},
		{"connect fail=x@SendPacket#1", "not a number: 'x'"},
		{"connect fail=@SendPacket#1", "not a number: ''"},
		{"connect fail=-1@SendPacket#1", "not a number: '-1'"},
		{"connect fail=4294967296@SendPacket#1", "not a number: '4294967296'"},
		{"connect fail=99999999999999999999@SendPacket#1",
			"not a number: '99999999999999999999'"},
		{"connect disconnect@", "a point needs a number, as in SendPacket#2: ''"},
		{"connect disconnect@SendPacket",
			"a point needs a number, as in SendPacket#2: 'SendPacket'"},
		{"connect disconnect@SendPacket#", "not the number of a crossing: ''"},
		{"connect disconnect@SendPacket#0", "not the number of a crossing: '0'"},
		{"connect disconnect@SendPacket#-1", "not the number of a crossing: '-1'"},
		{"connect disconnect@SendPacket#1x", "not the number of a crossing: '1x'"},
		{"connect disconnect@SendPocket#1", "there is no such crossing: 'SendPocket'"},
		{"connect disconnect@#1", "there is no such crossing: ''"},
		{"connect disconnect@SendPacket:entry#1",
			"only calls have a :return: 'SendPacket'"},
		{"connect disconnect@port-created:return#1",
			"only calls have a :return: 'port-created'"},
		{"connect disconnect@SendPacket#1,long", "neither held nor held-long: 'long'"},
		{"connect disconnect@SendPacket#1,", "neither held nor held-long: ''"},
		{"connect disconnect@ReceivePacket#1,held",
			"this cannot be done at that point: 'disconnect'"},
		{"connect lose@SendPacket#1", "this cannot be done at that point: 'lose'"},
		{"connect never-sent@SendPacket:return#1",
			"this cannot be done at that point: 'never-sent'"},
		{"connect fail@ReceivePacket#1", "this cannot be done at that point: 'fail'"},
		{"connect fail@SendPacket#1,held", "this cannot be done at that point: 'fail'"},
		{"connect reset@SendPacket#1 reset@SendPacket#2 reset@SendPacket#3",
			"too many acts: 'reset@SendPacket#3'"},
	};
	struct plan plan;
	char err[160], text[PLAN_TEXT + 16];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(plan_parse(cases[i].text, &plan, err, sizeof(err)), -EINVAL);
		assert_string_equal(err, cases[i].why);
	}
	memset(text, ' ', sizeof(text));
	memcpy(text, "connect", 7);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(plan_parse(text, &plan, err, sizeof(err)), -EINVAL);
	assert_int_equal(strncmp(err, "too long for a plan: ", 21), 0);
}

/* Any bytes: read or refused, and what is read can be written and read again. */
static void test_any_text(void **state)
{
	static const char *const words[] = {"connect", " ", "reset", "@", "SendPacket", "#", "1",
		"2", ",held", ":return", "=", "fail", "lose", "PACKET", "-long", "port-created",
		"\t", "\377"};
	struct rng rng;
	unsigned i, k;

	(void)state;
	rng_init(&rng, 2);
	for (i = 0; i < 20 * RANDOM_PLANS; i++) {
		char text[PLAN_TEXT] = "connect ", again[PLAN_TEXT], err[160];
		struct plan plan, second;

		for (k = 1 + (unsigned)rng_below(&rng, 12); k > 0; k--)
			strcat(text, words[rng_below(&rng, sizeof(words) / sizeof(words[0]))]);
		if (plan_parse(text, &plan, err, sizeof(err)))
			continue;
		plan_format(&plan, again, sizeof(again));
		assert_int_equal(plan_parse(again, &second, err, sizeof(err)), 0);
		assert_true(same_plan(&plan, &second));
	}
}

/* ---- Plans of a run. ---- */

static struct crossing log_run[CROSSINGS];
static uint16_t settled[CROSSINGS];

/* A thread that calls in and out, packets between them; what is posted is done at once, so that
 * each crossing is a moment of its own. */
static struct plan_log make_log(size_t count)
{
	static const struct {
		enum crossing_fn fn;
		enum crossing_phase phase;
	} cycle[] = {{FN_PERFORM_POST_ASSOCIATE, PHASE_ENTER}, {FN_ALLOCATE_BUFFER, PHASE_ENTER},
		{FN_ALLOCATE_BUFFER, PHASE_EXIT}, {FN_PERFORM_POST_ASSOCIATE, PHASE_EXIT},
		{FN_SEND_PACKET, PHASE_ENTER}, {FN_SEND_PACKET, PHASE_EXIT},
		{FN_IND_PACKET, PHASE_POINT}};
	size_t i;

	for (i = 0; i < count; i++) {
		log_run[i] = (struct crossing){.seq = i + 1,
			.fn = (uint16_t)cycle[i % 7].fn,
			.phase = (uint8_t)cycle[i % 7].phase,
			.thread = 1};
		settled[i] = (uint16_t)(i + 1);
	}
	return (struct plan_log){log_run, settled, count};
}

static size_t count_acts(const struct plans *p, enum act act, enum crossing_fn fn)
{
	size_t n = 0, i;

	for (i = 0; i < p->count; i++)
		n += p->list[i].acts[0].act == act && p->list[i].acts[0].at.fn == fn;
	return n;
}

static void check_each(const struct plans *p)
{
	size_t i, k;

	for (i = 0; i < p->count; i++) {
		char text[PLAN_TEXT], err[160];
		struct plan again;

		/* Each can be told, and is there once. */
		plan_format(&p->list[i], text, sizeof(text));
		if (plan_parse(text, &again, err, sizeof(err)))
			fail_msg("%s: %s", text, err);
		assert_true(same_plan(&p->list[i], &again));
		for (k = 0; k < i; k++)
			assert_false(same_plan(&p->list[i], &p->list[k]));
	}
}

static void test_plans(void **state)
{
	const struct plan_log log = make_log(21);
	struct plans p = {NULL, 0, 0, false};

	(void)state;
	plans_add(&p, SCENARIO_ROAM, &log, NULL, true);
	check_each(&p);
	/* Three times round: three packets arrive, and three times memory can be refused. */
	assert_int_equal(count_acts(&p, ACT_LOSE, FN_IND_PACKET), 3);
	assert_int_equal(count_acts(&p, ACT_FAIL, FN_ALLOCATE_BUFFER), 3);
	assert_int_equal(count_acts(&p, ACT_NEVER_SENT, FN_SEND_PACKET), 3);
	assert_int_equal(count_acts(&p, ACT_FAIL, FN_PERFORM_POST_ASSOCIATE), 0);
	assert_true(count_acts(&p, ACT_ROAM, FN_IND_PACKET) > 0);
	plans_free(&p);
	assert_int_equal(p.count, 0);
}

/* Where there is no other AP nothing roams. */
static void test_one_ap(void **state)
{
	const struct plan_log log = make_log(21);
	struct plans p = {NULL, 0, 0, false};
	size_t i;

	(void)state;
	plans_add(&p, SCENARIO_CONNECT, &log, NULL, false);
	assert_true(p.count > 0);
	for (i = 0; i < p.count; i++)
		assert_int_not_equal(p.list[i].acts[0].act, ACT_ROAM);
	plans_free(&p);
}

/* What two lives begin with is disturbed in one of them, and what is done at the same moment once.
 */
static void test_common(void **state)
{
	struct plan_log log = make_log(21), begins = log;
	struct plans whole = {NULL, 0, 0, false}, rest = {NULL, 0, 0, false},
		     moments = {NULL, 0, 0, false};
	size_t i;

	(void)state;
	begins.count = 14;
	plans_add(&whole, SCENARIO_ROAM, &log, NULL, true);
	plans_add(&rest, SCENARIO_ROAM, &log, &begins, true);
	assert_int_equal(count_acts(&rest, ACT_LOSE, FN_IND_PACKET), 1);
	assert_true(rest.count > 0 && rest.count < whole.count);
	for (i = 0; i < rest.count; i++)
		assert_int_equal(rest.list[i].acts[0].at.nth, 3);
	for (i = 0; i < log.count; i++)
		settled[i] = (uint16_t)log.count;
	plans_add(&moments, SCENARIO_ROAM, &log, NULL, true);
	assert_true(moments.count < whole.count);
	assert_int_equal(count_acts(&moments, ACT_LOSE, FN_IND_PACKET), 3);
	plans_free(&whole);
	plans_free(&rest);
	plans_free(&moments);
}

static bool same_lists(const struct plans *a, const struct plans *b)
{
	size_t i;

	assert_int_equal(a->count, b->count);
	for (i = 0; i < a->count; i++)
		if (!same_plan(&a->list[i], &b->list[i]))
			return false;
	return true;
}

/* The seed alone decides, and nothing is lost. */
static void test_order(void **state)
{
	const struct plan_log log = make_log(CROSSINGS);
	struct plans p[3] = {{NULL, 0, 0, false}, {NULL, 0, 0, false}, {NULL, 0, 0, false}};
	const uint64_t seeds[3] = {1, 1, 2};
	size_t i, acts[ACTS] = {0};

	(void)state;
	for (i = 0; i < 3; i++) {
		plans_add(&p[i], SCENARIO_CONNECT, &log, NULL, true);
		plans_order(&p[i], seeds[i]);
	}
	assert_true(same_lists(&p[0], &p[1]));
	assert_false(same_lists(&p[0], &p[2]));
	/* Some of everything early: each act is among the first few hundred of thousands. */
	for (i = 0; i < 400 && i < p[0].count; i++)
		acts[p[0].list[i].acts[0].act]++;
	for (i = 0; i < ACTS; i++)
		assert_true(acts[i] > 0);
	for (i = 0; i < 3; i++)
		plans_free(&p[i]);
}

static void test_order_keeps_all(void **state)
{
	const struct plan_log log = make_log(28);
	struct plans p = {NULL, 0, 0, false};
	size_t before;

	(void)state;
	plans_add(&p, SCENARIO_CONNECT, &log, NULL, true);
	before = p.count;
	plans_order(&p, 3);
	assert_int_equal(p.count, before);
	check_each(&p);
	plans_free(&p);
	plans_order(&p, 3); /* of nothing */
	assert_int_equal(p.count, 0);
}

/* Number and seed decide; the second act comes some crossings after the first. */
static void test_pairs(void **state)
{
	const struct plan_log log = make_log(49);
	struct plans p = {NULL, 0, 0, false};
	unsigned i, different = 0;

	(void)state;
	plans_add(&p, SCENARIO_CONNECT, &log, NULL, true);
	plans_order(&p, 1);
	for (i = 0; i < 200; i++) {
		const struct plan a = plans_pair(&p, 1, i), b = plans_pair(&p, 1, i);
		const struct plan other = plans_pair(&p, 2, i);

		assert_int_equal(a.count, 2);
		assert_true(same_plan(&a, &b));
		assert_int_equal(a.acts[1].at.skip, b.acts[1].at.skip);
		assert_int_not_equal(a.acts[0].at.nth, 0);
		assert_int_equal(a.acts[1].at.nth, 0);
		different += !same_plan(&a, &other);
	}
	assert_true(different > 150);
	plans_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_is_exact),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_any_text),
		cmocka_unit_test(test_plans),
		cmocka_unit_test(test_one_ap),
		cmocka_unit_test(test_common),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_order_keeps_all),
		cmocka_unit_test(test_pairs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
