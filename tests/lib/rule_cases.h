// SPDX-License-Identifier: BSD-2-Clause
/* The program around a table of struct rule_case: every case holds, and no rule of the range lacks
 * one. */
#ifndef OPENIHV_TESTS_LIB_RULE_CASES_H
#define OPENIHV_TESTS_LIB_RULE_CASES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/lib/crossings.h"

struct rule_cases {
	const struct rule_case *list;
	size_t count;
	unsigned first, end; /* rules of the table: [first, end) */
};

static void rule_cases_hold(void **state)
{
	const struct rule_cases *c = (const struct rule_cases *)*state;
	static char text[CASE_TEXT];
	size_t i, failed = 0;

	for (i = 0; i < c->count; i++) {
		if (rule_case_holds(&c->list[i], text))
			continue;
		failed++;
		print_error("%s: %s: not found as told, but:%s\n", rule_info(c->list[i].rule)->id,
			c->list[i].what, text);
	}
	print_message("%zu cases\n", c->count);
	assert_int_equal(failed, 0);
}

static void rule_cases_lack_none(void **state)
{
	const struct rule_cases *c = (const struct rule_cases *)*state;
	static char text[CASE_TEXT];

	if (!rule_cases_complete(c->list, c->count, c->first, c->end, text))
		fail_msg("checked, but without a case:%s", text);
}

/* What main() returns. */
static inline int rule_cases_run(struct rule_cases cases)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(rule_cases_hold, &cases),
		cmocka_unit_test_prestate(rule_cases_lack_none, &cases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
