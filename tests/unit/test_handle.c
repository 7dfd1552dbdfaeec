// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/handle.h"

enum {
	KIND = 0x2a,
};

static int objects[1000];

static void test_life(void **state)
{
	struct handle_table t;
	uint64_t h, again;

	handle_table_init(&t, KIND);
	assert_int_equal(handle_alloc(&t, &objects[0], &h), 0);
	assert_true(h != 0);
	assert_int_equal(handle_kind(h), KIND);
	assert_int_equal(handle_index(h), 0);
	assert_int_equal(handle_generation(h), 1);
	assert_ptr_equal(handle_get(&t, h), &objects[0]);
	assert_int_equal(handle_state(&t, h), HANDLE_LIVE);
	assert_int_equal(handle_count(&t), 1);

	assert_int_equal(handle_free(&t, h), 0);
	assert_int_equal(handle_state(&t, h), HANDLE_DEAD);
	assert_null(handle_get(&t, h));
	assert_int_equal(handle_free(&t, h), -ESTALE);

	assert_int_equal(handle_alloc(&t, &objects[1], &again), 0);
	assert_int_equal(handle_index(again), 0);
	assert_true(again != h);
	assert_int_equal(handle_state(&t, h), HANDLE_DEAD);
	assert_null(handle_get(&t, h));
	assert_ptr_equal(handle_get(&t, again), &objects[1]);
	handle_table_destroy(&t);
}

static void test_garbage(void **state)
{
	struct handle_table t;
	uint64_t h;

	handle_table_init(&t, KIND);
	assert_int_equal(handle_state(&t, 0), HANDLE_GARBAGE);
	assert_int_equal(handle_alloc(&t, NULL, &h), -EINVAL);
	assert_true(h == 0);
	assert_int_equal(handle_alloc(&t, &objects[0], &h), 0);
	assert_int_equal(handle_state(&t, 0), HANDLE_GARBAGE);
	assert_int_equal(handle_state(&t, h + 1), HANDLE_GARBAGE);                   // index
	assert_int_equal(handle_state(&t, h + (UINT64_C(1) << 32)), HANDLE_GARBAGE); // future
	assert_int_equal(handle_state(&t, h - (UINT64_C(1) << 32)), HANDLE_GARBAGE); // generation 0
	assert_int_equal(handle_state(&t, h ^ (UINT64_C(1) << 56)), HANDLE_GARBAGE); // kind
	assert_int_equal(handle_state(&t, (uintptr_t)&t), HANDLE_GARBAGE);           // a pointer
	assert_int_equal(handle_free(&t, h + 1), -EBADF);
	handle_table_destroy(&t);
}

static void test_many(void **state)
{
	struct handle_table t;
	uint64_t h[1000];
	uint64_t seen;
	uint32_t cursor = 0;
	size_t walked = 0;

	handle_table_init(&t, 0);
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(handle_alloc(&t, &objects[i], &h[i]), 0);
	for (size_t i = 0; i < 1000; i += 2)
		assert_int_equal(handle_free(&t, h[i]), 0);
	for (size_t i = 0; i < 1000; i++)
		assert_ptr_equal(handle_get(&t, h[i]), i % 2 ? &objects[i] : NULL);
	assert_int_equal(handle_count(&t), 500);
	while ((seen = handle_next(&t, &cursor)) != 0) {
		assert_int_equal(handle_state(&t, seen), HANDLE_LIVE);
		walked++;
	}
	assert_int_equal(walked, 500);
	handle_table_destroy(&t);
}

static void test_memory_is_bounded_and_values_differ(void **state)
{
	struct handle_table t;
	uint64_t last = 0;

	handle_table_init(&t, KIND);
	for (int i = 0; i < 100000; i++) {
		uint64_t h;
		assert_int_equal(handle_alloc(&t, &objects[0], &h), 0);
		assert_true(h > last); // one slot: the generation grows
		last = h;
		assert_int_equal(handle_free(&t, h), 0);
	}
	assert_int_equal(t.used, 1);
	assert_int_equal(t.cap, 8);
	handle_table_destroy(&t);
}

static void test_exhausted_slot_is_retired(void **state)
{
	struct handle_table t;
	uint64_t h, next;

	handle_table_init(&t, KIND);
	assert_int_equal(handle_alloc(&t, &objects[0], &h), 0);
	assert_int_equal(handle_free(&t, h), 0);
	t.slots[0].generation = HANDLE_GENERATION_MAX - 1; // 16 million allocations later
	assert_int_equal(handle_alloc(&t, &objects[0], &h), 0);
	assert_int_equal(handle_generation(h), HANDLE_GENERATION_MAX);
	assert_int_equal(handle_index(h), 0);
	assert_int_equal(handle_free(&t, h), 0);
	assert_int_equal(handle_alloc(&t, &objects[0], &next), 0);
	assert_int_equal(handle_index(next), 1);
	assert_int_equal(handle_state(&t, h), HANDLE_DEAD);
	handle_table_destroy(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_memory_is_bounded_and_values_differ),
		cmocka_unit_test(test_exhausted_slot_is_retired),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
