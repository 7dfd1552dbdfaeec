// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_TESTS_WINE_CMOCKA_H
#define OPENIHV_TESTS_WINE_CMOCKA_H

/*
 * What the unit tests use of cmocka, which is not packaged for mingw-w64: with it the same files
 * run on Windows. Each test is one file, so all of it may be static. A failed assertion ends its
 * test; the program ends with "N passed, N failed" and exit code 0 or 1.
 */

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef int fixture(void **state);

struct CMUnitTest {
	const char *name;
	void (*run)(void **state);
	fixture *setup;
};

#define cmocka_unit_test(f)                                                                        \
	{                                                                                          \
#f, f, NULL                                                                        \
	}
#define cmocka_unit_test_setup(f, setup)                                                           \
	{                                                                                          \
#f, f, setup                                                                       \
	}

static jmp_buf test_end;

#define fail_msg(...) fail_at(__FILE__, __LINE__, __VA_ARGS__)

__attribute__((noreturn, format(gnu_printf, 3, 4))) static void fail_at(
	const char *file, int line, const char *format, ...)
{
	va_list args;

	printf("%s:%d: ", file, line);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	longjmp(test_end, 1);
}

static inline void check_integers(
	uintmax_t a, uintmax_t b, int equal, const char *what, const char *file, int line)
{
	if ((a == b) != equal)
		fail_at(file, line, "%s: 0x%jx and 0x%jx", what, a, b);
}

static inline void check_memory(const void *a, const void *b, size_t n, int equal, const char *what,
	const char *file, int line)
{
	if ((memcmp(a, b, n) == 0) != equal)
		fail_at(file, line, "%s of %zu octets", what, n);
}

#define CHECK(a, b, equal)                                                                         \
	check_integers((uintmax_t)(a), (uintmax_t)(b), equal, #a ", " #b, __FILE__, __LINE__)
#define CHECK_MEMORY(a, b, n, equal) check_memory(a, b, n, equal, #a ", " #b, __FILE__, __LINE__)

#define assert_true(c)                   CHECK(!!(c), 1, 1)
#define assert_false(c)                  CHECK(!!(c), 0, 1)
#define assert_null(p)                   CHECK((uintptr_t)(p), 0, 1)
#define assert_non_null(p)               CHECK((uintptr_t)(p), 0, 0)
#define assert_int_equal(a, b)           CHECK(a, b, 1)
#define assert_int_not_equal(a, b)       CHECK(a, b, 0)
#define assert_ptr_equal(a, b)           CHECK((uintptr_t)(a), (uintptr_t)(b), 1)
#define assert_ptr_not_equal(a, b)       CHECK((uintptr_t)(a), (uintptr_t)(b), 0)
#define assert_in_range(a, low, high)    CHECK((a) >= (low) && (a) <= (high), 1, 1)
#define assert_memory_equal(a, b, n)     CHECK_MEMORY(a, b, n, 1)
#define assert_memory_not_equal(a, b, n) CHECK_MEMORY(a, b, n, 0)
#define assert_string_equal(a, b)        CHECK_MEMORY(a, b, strlen(b) + 1, 1)

static inline int fixture_ok(fixture *f, void **state)
{
	return !f || (setjmp(test_end) == 0 && f(state) == 0);
}

static int test_passes(const struct CMUnitTest *test, void **state)
{
	if (setjmp(test_end))
		return 0;
	test->run(state);
	return 1;
}

static int run_group(const struct CMUnitTest *tests, size_t n, fixture *setup, fixture *teardown)
{
	unsigned passed = 0, failed = 0;
	void *shared = NULL;

	if (!fixture_ok(setup, &shared)) {
		printf("the group's setup failed\n");
		failed = (unsigned)n;
		n = 0;
	}
	for (size_t i = 0; i < n; i++) {
		void *state = shared;
		const int ok = fixture_ok(tests[i].setup, &state) && test_passes(&tests[i], &state);
		if (!ok)
			printf("%s: failed\n", tests[i].name);
		(void)fflush(stdout);
		*(ok ? &passed : &failed) += 1;
	}
	if (n > 0 && !fixture_ok(teardown, &shared)) {
		printf("the group's teardown failed\n");
		failed++;
	}
	printf("%u passed, %u failed\n", passed, failed);
	return failed ? 1 : 0;
}

#define cmocka_run_group_tests(tests, setup, teardown)                                             \
	run_group(tests, sizeof(tests) / sizeof((tests)[0]), setup, teardown)
#define cmocka_run_group_tests_name(name, tests, setup, teardown)                                  \
	cmocka_run_group_tests(tests, setup, teardown)

#endif
