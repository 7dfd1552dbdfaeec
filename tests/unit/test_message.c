// SPDX-License-Identifier: BSD-2-Clause
/* Messages between host and worker: there and back, cut off, corrupted, and what must not cross. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "tests/lib/message_samples.h"
#include "worker/message.h"
#include "worker/shapes.h"

#define ROOM (1u << 20)

static struct samples samples;
static uint8_t first[ROOM], second[ROOM];

/* Lengths of what was written; the test fails if it was not. */
static size_t put_call(uint8_t *to, const struct handler_call *c)
{
	struct writer w = writer_init(to, ROOM);

	message_put_call(&w, c);
	assert_true(writer_ok(&w));
	return w.len;
}

static size_t put_function(
	uint8_t *to, const struct function_call *f, const struct block_source *blocks)
{
	struct writer w = writer_init(to, ROOM);

	message_put_function(&w, f, blocks);
	assert_true(writer_ok(&w));
	return w.len;
}

/* From a block of its own of just this size, so that a sanitizer sees a read beyond it. */
static int get_call(const uint8_t *from, size_t n, struct arena *a, struct handler_call *c)
{
	_cleanup_free_ uint8_t *copy = malloc(n ? n : 1);
	struct reader r;

	assert_non_null(copy);
	memcpy(copy, from, n);
	r = reader_init(copy, n);
	return message_get_call(&r, a, c);
}

static int get_function(const uint8_t *from, size_t n, struct arena *a, struct function_call *f)
{
	_cleanup_free_ uint8_t *copy = malloc(n ? n : 1);
	struct reader r;

	assert_non_null(copy);
	memcpy(copy, from, n);
	r = reader_init(copy, n);
	return message_get_function(&r, a, f);
}

static bool must_have_pointers(enum crossing_fn fn)
{
	const struct crossing_shape *s = shape_of(fn);
	unsigned i;

	for (i = 0; i < s->shape.count; i++)
		if (s->shape.members[i].flags & MEMBER_MUST)
			return true;
	return false;
}

static void test_calls_go_there_and_back(void **state)
{
	struct arena a = {0};
	int fn;

	for (fn = 0; fn < FN_HANDLERS; fn++) {
		struct handler_call c, got = {.fn = (enum crossing_fn)fn};
		size_t n;

		samples_fill(&samples, 0x37);
		c = sample_handler(&samples, (enum crossing_fn)fn);
		n = put_call(first, &c);
		assert_int_equal(get_call(first, n, &a, &got), 0);
		assert_ptr_equal(got.adapter, SAMPLE_TOKEN);
		memset(&samples, 0, sizeof(samples)); /* nothing leads back there */
		assert_int_equal(put_call(second, &got), n);
		assert_memory_equal(first, second, n);
		arena_reset(&a);
	}
	arena_free(&a);
}

static void test_functions_go_there_and_back(void **state)
{
	struct arena a = {0};
	int fn;

	for (fn = FN_HANDLERS; fn < FN_CALLS; fn++) {
		struct function_call f, got = {.fn = (enum crossing_fn)fn};
		size_t n;

		samples_fill(&samples, 0x37);
		f = sample_function(&samples, (enum crossing_fn)fn);
		n = put_function(first, &f, NULL);
		assert_int_equal(get_function(first, n, &a, &got), 0);
		assert_true(got.stale);
		assert_int_equal(got.views.count, 0);
		memset(&samples, 0, sizeof(samples));
		assert_int_equal(put_function(second, &got, NULL), n);
		assert_memory_equal(first, second, n);
		arena_reset(&a);
	}
	arena_free(&a);
}

static void test_null_pointers(void **state)
{
	struct arena a = {0};
	int fn;

	for (fn = 0; fn < FN_CALLS; fn++) {
		struct handler_call c = {.fn = (enum crossing_fn)fn}, got = c;
		struct function_call f = {.fn = (enum crossing_fn)fn}, fgot = f;
		size_t n;

		if (fn < FN_HANDLERS) {
			n = put_call(first, &c);
			assert_int_equal(get_call(first, n, &a, &got),
				must_have_pointers(c.fn) ? -EPROTO : 0);
		} else {
			n = put_function(first, &f, NULL);
			assert_int_equal(get_function(first, n, &a, &fgot), 0);
			assert_memory_equal(&f, &fgot, sizeof(f));
		}
	}
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calls_go_there_and_back),
		cmocka_unit_test(test_functions_go_there_and_back),
		cmocka_unit_test(test_null_pointers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
