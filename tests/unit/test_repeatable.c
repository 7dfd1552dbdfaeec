// SPDX-License-Identifier: BSD-2-Clause
// The generator for simulated radios.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <pthread.h>

#include "crypto/crypto.h"

static void test_repeatable(void **state)
{
	uint8_t a[40], b[40], c[40];

	assert_int_equal(crypto_make_repeatable(5), 0);
	assert_int_equal(crypto_random(a, 13), 0);
	assert_int_equal(crypto_random(a + 13, 27), 0);
	assert_int_equal(crypto_make_repeatable(5), 0);
	assert_int_equal(crypto_random(b, 13), 0);
	assert_int_equal(crypto_random(b + 13, 27), 0);
	assert_memory_equal(a, b, 40);
	assert_int_equal(crypto_make_repeatable(6), 0);
	assert_int_equal(crypto_random(b, 40), 0);
	assert_memory_not_equal(a, b, 13);
	assert_int_equal(crypto_make_random(), 0);
	assert_int_equal(crypto_random(b, 40), 0);
	assert_int_equal(crypto_random(c, 40), 0);
	assert_memory_not_equal(b, c, 40);
}

enum {
	THREADS = 4,
	DRAWS = 2000,
};

static uint64_t drawn[THREADS * DRAWS];

static void *draw(void *from)
{
	uint64_t *to = from;
	for (size_t i = 0; i < DRAWS; i++)
		(void)crypto_random(to + i, sizeof(*to));
	return NULL;
}

static int compare(const void *a, const void *b)
{
	const uint64_t m = *(const uint64_t *)a;
	const uint64_t n = *(const uint64_t *)b;
	return m < n ? -1 : m > n;
}

// Threads share the one sequence: together they get what a single thread would have got.
static void test_repeatable_threads(void **state)
{
	static uint64_t alone[THREADS * DRAWS];
	pthread_t threads[THREADS];

	assert_int_equal(crypto_make_repeatable(9), 0);
	for (size_t i = 0; i < THREADS * DRAWS; i++)
		assert_int_equal(crypto_random(&alone[i], sizeof(alone[i])), 0);
	assert_int_equal(crypto_make_repeatable(9), 0);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, draw, drawn + i * DRAWS), 0);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(crypto_make_random(), 0);
	qsort(alone, THREADS * DRAWS, sizeof(alone[0]), compare);
	qsort(drawn, THREADS * DRAWS, sizeof(drawn[0]), compare);
	assert_memory_equal(alone, drawn, sizeof(alone));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_repeatable),
		cmocka_unit_test(test_repeatable_threads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
