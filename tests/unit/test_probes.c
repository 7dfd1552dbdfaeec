// SPDX-License-Identifier: BSD-2-Clause
/* PROBE and PROBED between host and worker, and what a probe may ask for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>

#include "worker/message.h"

#define ROOM 4096u

static uint8_t first[ROOM], again[ROOM];

static struct module_probe sample(enum module_probe_what what)
{
	struct module_probe p = {.what = what};

	switch (what) {
	case PROBE_USAGE:
		break;
	case PROBE_SCAN:
		p.scan.count = 3;
		module_needle_set(&p.scan.needles[0], "8 octets", 8, 1);
		module_needle_set(&p.scan.needles[1], "a needle of others", 18, 2);
		module_needle_set(&p.scan.needles[2],
			"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", 64, 3);
		break;
	case PROBE_CLOCK:
		p.clock.jump_ns = -5;
		p.clock.monotonic = true;
		break;
	}
	return p;
}

/* What a worker may say to it. */
static struct module_probe answered(enum module_probe_what what)
{
	struct module_probe p = sample(what);

	if (what == PROBE_USAGE)
		p.usage = (struct module_usage){1, 2, 3, MODULE_UNKNOWN, 5};
	if (what == PROBE_SCAN) {
		p.scan.found[0] = (struct module_found){4, PLACE_OTHER};
		p.scan.found[2] = (struct module_found){UINT32_MAX, PLACE_HEAP};
		p.scan.bytes = UINT64_C(1) << 40;
	}
	return p;
}

static size_t put(uint8_t *out, const struct module_probe *p)
{
	struct writer w = writer_init(out, ROOM);

	message_put_probe(&w, p);
	assert_true(writer_ok(&w));
	return w.len;
}

static size_t put_answer(uint8_t *out, const struct module_probe *p, int result)
{
	struct writer w = writer_init(out, ROOM);

	message_put_probed(&w, p, result);
	assert_true(writer_ok(&w));
	return w.len;
}

static int get(const uint8_t *body, size_t n, struct module_probe *p)
{
	struct reader r = reader_init(body, n);

	return message_get_probe(&r, p);
}

static int get_answer(const uint8_t *body, size_t n, struct module_probe *p, int *result)
{
	struct reader r = reader_init(body, n);

	return message_get_probed(&r, p, result);
}

static void test_there_and_back(void **state)
{
	struct module_probe asked, got, answer;
	size_t n;
	int what, result;

	(void)state;
	for (what = PROBE_USAGE; what <= PROBE_CLOCK; what++) {
		asked = sample((enum module_probe_what)what);
		n = put(first, &asked);
		assert_true(n <= 4096 - MESSAGE_HEADER); /* one write to a pipe */
		assert_int_equal(get(first, n, &got), 0);
		assert_memory_equal(&got, &asked, sizeof(got));
		answer = answered((enum module_probe_what)what);
		n = put_answer(first, &answer, 0);
		assert_int_equal(get_answer(first, n, &asked, &result), 0);
		assert_int_equal(result, 0);
		assert_memory_equal(&asked, &answer, sizeof(asked));
		n = put_answer(first, &answer, -ENOTSUP);
		assert_int_equal(get_answer(first, n, &asked, &result), 0);
		assert_int_equal(result, -ENOTSUP);
	}
}

static void test_truncated(void **state)
{
	struct module_probe p, got;
	size_t n, cut;
	int what, result;

	(void)state;
	for (what = PROBE_USAGE; what <= PROBE_CLOCK; what++) {
		p = answered((enum module_probe_what)what);
		n = put(first, &p);
		first[n] = 0;
		for (cut = 0; cut <= n + 1; cut++)
			assert_int_equal(get(first, cut, &got), cut == n ? 0 : -EPROTO);
		n = put_answer(first, &p, 0);
		first[n] = 0;
		for (cut = 0; cut <= n + 1; cut++)
			assert_int_equal(
				get_answer(first, cut, &p, &result), cut == n ? 0 : -EPROTO);
	}
}

/* What is accepted would be written again byte for byte. */
static void test_corrupted(void **state)
{
	struct module_probe p, got;
	size_t n, at, length;
	int what, result;
	unsigned bit;

	(void)state;
	for (what = PROBE_USAGE; what <= PROBE_CLOCK; what++) {
		p = answered((enum module_probe_what)what);
		n = put(first, &p);
		for (at = 0; at < n; at++)
			for (bit = 0; bit < 8; bit++) {
				first[at] ^= (uint8_t)(1u << bit);
				if (get(first, n, &got) == 0) {
					length = put(again, &got);
					assert_int_equal(length, n);
					assert_memory_equal(first, again, n);
				}
				first[at] ^= (uint8_t)(1u << bit);
			}
		n = put_answer(first, &p, 0);
		for (at = 0; at < n; at++)
			for (bit = 0; bit < 8; bit++) {
				first[at] ^= (uint8_t)(1u << bit);
				got = sample((enum module_probe_what)what);
				if (get_answer(first, n, &got, &result) == 0) {
					length = put_answer(again, &got, result);
					assert_int_equal(length, n);
					assert_memory_equal(first, again, n);
				}
				first[at] ^= (uint8_t)(1u << bit);
			}
	}
}

static void test_bad_answers(void **state)
{
	struct module_probe p = answered(PROBE_SCAN);
	int result;
	size_t n;

	(void)state;
	p.scan.found[1] = (struct module_found){0, PLACE_STACK}; /* nowhere, but on a stack */
	n = put_answer(first, &p, 0);
	assert_int_equal(get_answer(first, n, &p, &result), -EPROTO);
	p = answered(PROBE_SCAN);
	n = put_answer(first, &p, 0);
	first[12] = PLACE_OTHER + 1;
	assert_int_equal(get_answer(first, n, &p, &result), -EPROTO);
	n = put_answer(first, &p, 0);
	p.what = PROBE_USAGE; /* it was asked for something else */
	assert_int_equal(get_answer(first, n, &p, &result), -EPROTO);
	p.what = PROBE_CLOCK;
	n = put_answer(first, &p, EIO); /* not a negative one */
	assert_int_equal(get_answer(first, n, &p, &result), -EPROTO);
}

static void test_sound(void **state)
{
	struct module_probe p = sample(PROBE_SCAN);
	struct module_needle *n = &p.scan.needles[0];
	struct writer w = writer_init(first, ROOM);

	(void)state;
	assert_true(module_probe_sound(&p));
	n->mask[3] = 0; /* the needle would lie there as it is */
	assert_false(module_probe_sound(&p));
	message_put_probe(&w, &p);
	assert_false(writer_ok(&w));
	p = sample(PROBE_SCAN);
	n->masked[8] = 1;
	assert_false(module_probe_sound(&p));
	p = sample(PROBE_SCAN);
	n->length = MODULE_NEEDLE_SIZE + 1;
	assert_false(module_probe_sound(&p));
	p.scan.count = MODULE_NEEDLES + 1;
	assert_false(module_probe_sound(&p));
	p.scan.count = UINT32_MAX;
	assert_false(module_probe_sound(&p));
	p.scan.count = 0;
	assert_true(module_probe_sound(&p));
	p.what = (enum module_probe_what)(PROBE_CLOCK + 1);
	assert_false(module_probe_sound(&p));
}

/* No byte stays what it was. */
static void test_needle_is_masked(void **state)
{
	uint8_t plain[MODULE_NEEDLE_SIZE];
	struct module_needle n;
	uint64_t seed;
	size_t i;

	(void)state;
	for (seed = 0; seed < 200; seed++) {
		memset(plain, (int)seed, sizeof(plain));
		module_needle_set(&n, plain, sizeof(plain), seed);
		for (i = 0; i < sizeof(plain); i++) {
			assert_int_not_equal(n.masked[i], plain[i]);
			assert_int_equal(n.masked[i] ^ n.mask[i], plain[i]);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_corrupted),
		cmocka_unit_test(test_bad_answers),
		cmocka_unit_test(test_sound),
		cmocka_unit_test(test_needle_is_masked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
