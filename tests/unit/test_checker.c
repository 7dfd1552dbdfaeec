// SPDX-License-Identifier: BSD-2-Clause
/* The checker as a whole: a life that keeps every rule, the table of rules, and what does not
 * depend on one rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "tests/lib/crossings.h"

static struct tape tape;
static char text[CASE_TEXT];

static void expect_no_findings(struct checker *c)
{
	assert_non_null(c);
	describe_findings(c, text);
	assert_string_equal(text, "");
	assert_int_equal(checker_violations(c), 0);
	assert_int_equal(checker_warnings(c), 0);
	assert_false(checker_incomplete(c));
}

static void test_good_life(void **state)
{
	struct checker *c;
	unsigned id, strict, exercised = 0;

	life_of_module(&tape);
	for (strict = 0; strict < 2; strict++) {
		c = tape_judge(&tape, strict != 0);
		expect_no_findings(c);
		assert_int_equal(checker_crossings(c), tape.n);
		text[0] = '\0';
		for (id = 0, exercised = 0; id < RULE_COUNT; id++) {
			if (checker_exercised(c, (enum rule_id)id))
				exercised++;
			else if (rule_info((enum rule_id)id)->status == RULE_CHECKED)
				strcat(strcat(text, " "), rule_info((enum rule_id)id)->id);
		}
		assert_int_equal(exercised, checker_rules_exercised(c));
		checker_free(c);
	}
	print_message("%zu crossings exercise %u rules\n", tape.n, exercised);
	assert_string_equal(text, ""); /* checked, but not exercised by a good life */
}

/* Loaded, used and unloaded, over and over: nothing of one life is held against the next. */
/* Handles of adapters are never used again. */
static void move_life(struct crossing *x, uint64_t life)
{
	if (x->adapter)
		x->adapter += 8 * life;
	if (x->fn == FN_INIT_ADAPTER && x->handle)
		x->handle += 8 * life;
}

static void test_many_lives(void **state)
{
	struct checker *c;
	size_t i, life;
	uint64_t seq = 0;

	assert_int_equal(checker_new(false, &c), 0);
	life_of_module(&tape);
	for (life = 0; life < 400; life++) {
		for (i = 0; i < tape.n; i++) {
			struct crossing x = tape.x[i];

			x.seq = x.time = ++seq;
			move_life(&x, life);
			checker_feed(c, &x);
		}
	}
	expect_no_findings(c);
	checker_free(c);
}

static void feed(struct checker *c, struct crossing x, uint64_t *seq)
{
	x.seq = x.time = ++*seq;
	checker_feed(c, &x);
}

/* Of the adapters by their handles, in one life. */
struct ports {
	uint64_t peer[8]; /* 0: there is none */
	bool gate[8];
};

static void follow(struct ports *p, const struct crossing *x)
{
	if (x->fn == FN_PORT_CREATED)
		p->peer[x->adapter] = x->peer;
	else if (x->fn == FN_PORT_GATE)
		p->gate[x->adapter] = x->port_gate.open;
	else if (x->fn == FN_PORT_DELETED)
		p->peer[x->adapter] = 0;
}

/* What the host does to ports whose module has died. */
static void feed_loss(struct checker *c, const struct ports *p, uint64_t *seq)
{
	unsigned i;

	for (i = 0; i < 8; i++) {
		struct crossing x = POINT(PORT_GATE, .adapter = i, .peer = p->peer[i]);

		if (p->peer[i] && p->gate[i])
			feed(c, x, seq);
		x.fn = FN_PORT_DELETED;
		if (p->peer[i])
			feed(c, x, seq);
	}
}

/* Dies after each crossing of its life, its ports with it; and lives a whole life after that. */
static void test_death_anywhere(void **state)
{
	struct crossing death = POINT(MODULE_DIED, .module_died.how = MODULE_SIGNALLED);
	struct checker *c;
	size_t n, i;

	life_of_module(&tape);
	for (n = 0; n < tape.n; n++) {
		struct ports ports = {.gate = {false}};
		uint64_t seq = 0;

		assert_int_equal(checker_new(true, &c), 0);
		for (i = 0; i < n; i++) {
			feed(c, tape.x[i], &seq);
			follow(&ports, &tape.x[i]);
		}
		feed(c, death, &seq);
		feed_loss(c, &ports, &seq);
		for (i = 0; i < tape.n; i++) {
			struct crossing x = tape.x[i];

			move_life(&x, 1);
			feed(c, x, &seq);
		}
		expect_no_findings(c);
		checker_free(c);
	}
}

/* What is recorded, and under no rule. */
static void test_no_rule(void **state)
{
	struct crossing x[] = {POINT(HANDLER_OVERDUE, .handler_overdue.function = FN_MODULE_LOADED),
		POINT(HANDLER_OVERDUE, .handler_overdue.function = CROSSING_NO_FUNCTION),
		POINT(MODULE_TRESPASS, .module_trespass = {.what = TRESPASS_SYSTEM,
					       .code = 41,
					       .function = CROSSING_NO_FUNCTION}),
		POINT(MODULE_TRESPASS, .module_trespass = {.what = 1000})};
	struct checker *c;
	uint64_t seq = 0;
	size_t i;

	assert_int_equal(checker_new(true, &c), 0);
	for (i = 0; i < sizeof(x) / sizeof(*x); i++)
		feed(c, x[i], &seq);
	expect_no_findings(c);
	checker_free(c);
}

/* As many findings as there may be; those beyond are counted. */
static void test_findings_are_bounded(void **state)
{
	struct crossing x = ENTER(FREE_BUFFER, .thread = WORKER, .free_buffer.known = BUFFER_FREED);
	struct checker *c;
	size_t n;

	life_of_module(&tape);
	c = tape_judge(&tape, false);
	for (x.seq = tape.n + 1; x.seq <= tape.n + 3 * CHECKER_FINDINGS_MAX; x.seq++)
		checker_feed(c, &x);
	checker_findings(c, &n);
	assert_int_equal(n, CHECKER_FINDINGS_MAX);
	/* each time */
	assert_int_equal(checker_violations(c), 2 * 3 * CHECKER_FINDINGS_MAX);
	checker_free(c);
}

static void test_table_of_rules(void **state)
{
	unsigned id, other, host = 0, verified = 0;

	for (id = 0; id < RULE_COUNT; id++) {
		const struct rule *rule = rule_info((enum rule_id)id);

		host += rule->id[0] == 'H';
		assert_true(rule->text[0] && rule->source[0] && rule->note);
		assert_int_equal(rule_by_name(rule->id), id);
		if (rule->status == RULE_VERIFIED) {
			verified++;
			assert_true(rule->note[0]);
		}
		for (other = 0; other < id; other++)
			assert_string_not_equal(rule->id, rule_info((enum rule_id)other)->id);
	}
	assert_int_equal(host, 32);
	assert_int_equal(RULE_COUNT - host, 70);
	assert_int_equal(rule_by_name("x40"), RULE_X_40);
	assert_int_equal(rule_by_name("x-40"), RULE_X_40);
	assert_int_equal(rule_by_name("X-4"), RULE_COUNT);
	assert_int_equal(rule_by_name(""), RULE_COUNT);
	print_message("%d rules checked at crossings, %u verified\n", RULE_COUNT - (int)verified,
		verified);
}

static void test_table_of_crossings(void **state)
{
	unsigned fn, i;

	for (fn = 0; fn < FN_COUNT; fn++) {
		const char *const *args = crossing_args((enum crossing_fn)fn);

		assert_int_equal(crossing_by_name(crossing_name((enum crossing_fn)fn)), fn);
		for (i = 0; i < CROSSING_ARGS; i++)
			assert_non_null(args[i]);
	}
	assert_int_equal(crossing_by_name("Dot11ExtNothing"), FN_COUNT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_life),
		cmocka_unit_test(test_many_lives),
		cmocka_unit_test(test_death_anywhere),
		cmocka_unit_test(test_no_rule),
		cmocka_unit_test(test_findings_are_bounded),
		cmocka_unit_test(test_table_of_rules),
		cmocka_unit_test(test_table_of_crossings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
