// SPDX-License-Identifier: BSD-2-Clause
// Reader, writer, wipe, hex, MAC addresses, UTF-16, generator.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/hex.h"
#include "base/rng.h"
#include "base/utf16.h"
#include "base/wipe.h"

static void test_reader_numbers(void **state)
{
	static const uint8_t in[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a,
		0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18,
		0x19, 0x1a, 0x1b, 0x1c, 0x1d};
	struct reader r = reader_init(in, sizeof(in));

	assert_int_equal(reader_u8(&r), 0x01);
	assert_int_equal(reader_le16(&r), 0x0302);
	assert_int_equal(reader_be16(&r), 0x0405);
	assert_int_equal(reader_le32(&r), 0x09080706);
	assert_int_equal(reader_be32(&r), 0x0a0b0c0d);
	assert_true(reader_le64(&r) == UINT64_C(0x1514131211100f0e));
	assert_true(reader_be64(&r) == UINT64_C(0x161718191a1b1c1d));
	assert_int_equal(reader_left(&r), 0);
	assert_true(reader_ok(&r));
}

static void test_reader_error_is_sticky(void **state)
{
	static const uint8_t in[] = {1, 2, 3};
	struct reader r = reader_init(in, sizeof(in));
	uint8_t copy[2] = {9, 9};

	assert_int_equal(reader_be32(&r), 0);
	assert_false(reader_ok(&r));
	assert_int_equal(reader_left(&r), 0);
	assert_int_equal(reader_u8(&r), 0);
	assert_null(reader_take(&r, 0));
	reader_copy(&r, copy, 2);
	assert_int_equal(copy[0] | copy[1], 0);
	struct reader sub = reader_sub(&r, 1);
	assert_false(reader_ok(&sub));
	assert_int_equal(reader_u8(&sub), 0);
}

static void test_reader_bounds(void **state)
{
	static const uint8_t in[] = {1, 2, 3};
	struct reader r = reader_init(in, sizeof(in));

	struct reader sub = reader_sub(&r, 2);
	assert_int_equal(reader_u8(&r), 3);
	assert_int_equal(reader_left(&sub), 2);
	assert_int_equal(reader_le16(&sub), 0x0201);
	assert_int_equal(reader_u8(&sub), 0);
	assert_false(reader_ok(&sub));
	assert_true(reader_ok(&r));
	assert_non_null(reader_take(&r, 0));
	assert_null(reader_take(&r, SIZE_MAX));
	r = reader_init(NULL, 0);
	assert_non_null(reader_take(&r, 0));
	assert_null(reader_take(&r, 1));
}

static void test_writer_numbers(void **state)
{
	static const uint8_t want[] = {0x01, 0x03, 0x02, 0x02, 0x03, 0x04, 0x03, 0x02, 0x01, 0x01,
		0x02, 0x03, 0x04, 8, 7, 6, 5, 4, 3, 2, 1, 1, 2, 3, 4, 5, 6, 7, 8, 'a', 'b', 0, 0};
	uint8_t buf[sizeof(want)];
	struct writer w = writer_init(buf, sizeof(buf));

	writer_u8(&w, 1);
	writer_le16(&w, 0x0203);
	writer_be16(&w, 0x0203);
	writer_le32(&w, 0x01020304);
	writer_be32(&w, 0x01020304);
	writer_le64(&w, UINT64_C(0x0102030405060708));
	writer_be64(&w, UINT64_C(0x0102030405060708));
	writer_put(&w, "ab", 2);
	writer_zero(&w, 2);
	assert_true(writer_ok(&w));
	assert_int_equal(w.len, sizeof(want));
	assert_memory_equal(buf, want, sizeof(want));
	writer_put(&w, NULL, 0);
	assert_true(writer_ok(&w));
}

static void test_writer_error_is_sticky(void **state)
{
	uint8_t buf[4] = {7, 7, 7, 7};
	struct writer w = writer_init(buf, 3);

	writer_le16(&w, 0);
	writer_be16(&w, 0);
	assert_false(writer_ok(&w));
	writer_u8(&w, 1); // would fit, but the message is spoiled already
	assert_int_equal(w.len, 2);
	assert_int_equal(writer_left(&w), 0);
	assert_int_equal(buf[2], 7);
	assert_null(writer_reserve(&w, 0));
	w = writer_init(buf, 4);
	assert_null(writer_reserve(&w, SIZE_MAX));
}

static void test_wipe_and_compare(void **state)
{
	uint8_t a[5] = {1, 2, 3, 4, 5};
	uint8_t b[5] = {1, 2, 3, 4, 6};

	assert_false(equal_ct(a, b, 5));
	assert_true(equal_ct(a, b, 4));
	assert_true(equal_ct(a, b, 0));
	wipe(a, 4);
	assert_memory_equal(a, "\0\0\0\0\5", 5);
	wipe(NULL, 0);
}

static void test_mac(void **state)
{
	struct mac m = {{9}};
	char text[MAC_TEXT_SIZE];
	static const char *const bad[] = {"", "02:00:00:00:00", "02:00:00:00:00:0",
		"02:00:00:00:00:000", "02:00-00:00:00:00", "0g:00:00:00:00:00", "02.00.00.00.00.00",
		"02:00:00:00:00:00:", "020000000000", "-2:00:00:00:00:00"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(mac_parse(bad[i], &m), -EINVAL);
	assert_int_equal(m.b[0], 9);
	assert_int_equal(mac_parse("02-aB-00-10-fF-7e", &m), 0);
	assert_string_equal(mac_format(&m, text), "02:ab:00:10:ff:7e");
	assert_int_equal(mac_parse(text, &m), 0);
	assert_true(mac_to_u64(&m) == UINT64_C(0x02ab0010ff7e));
	struct mac n = mac_from_u64(UINT64_C(0xffff02ab0010ff7e));
	assert_true(mac_equal(&m, &n));
	assert_false(mac_is_multicast(&m));
	n = mac_from_bytes((const uint8_t *)"\x01\x00\x5e\x00\x00\x01");
	assert_true(mac_is_multicast(&n));
	assert_false(mac_equal(&m, &n));
	n = mac_from_u64(UINT64_C(0xffffffffffff));
	assert_true(mac_is_wildcard(&n) && mac_is_multicast(&n) && !mac_is_zero(&n));
	n = mac_from_u64(UINT64_C(0xfffffffffffe));
	assert_false(mac_is_wildcard(&n));
	n = mac_from_u64(0);
	assert_true(mac_is_zero(&n));
}

static void test_hex(void **state)
{
	uint8_t out[3];
	char text[7];

	assert_string_equal(hex_encode("\x00\xa5\xff", 3, text), "00a5ff");
	assert_int_equal(hex_decode("00A5ff", 6, out, sizeof(out)), 3);
	assert_memory_equal(out, "\x00\xa5\xff", 3);
	assert_int_equal(hex_decode("", 0, out, 0), 0);
	assert_int_equal(hex_decode("0", 1, out, 3), -EINVAL);
	assert_int_equal(hex_decode("0x", 2, out, 3), -EINVAL);
	assert_int_equal(hex_decode("00000000", 8, out, 3), -ENOBUFS);
}

static void test_utf16_good(void **state)
{
	static const char text[] = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x93\xb6\xf4\x8f\xbf\xbf";
	static const uint16_t want[] = {'a', 0xe9, 0x20ac, 0xd83d, 0xdcf6, 0xdbff, 0xdfff, 0};
	uint16_t *wide = NULL;
	char *back = NULL;
	size_t units, len;

	assert_int_equal(utf8_to_utf16(text, strlen(text), &wide, &units), 0);
	assert_int_equal(units, 7);
	assert_memory_equal(wide, want, sizeof(want));
	assert_int_equal(utf16_len(wide), 7);
	assert_int_equal(utf16_nlen(wide, 3), 3);
	assert_int_equal(utf16_to_utf8(wide, units, &back, &len), 0);
	assert_int_equal(len, strlen(text));
	assert_string_equal(back, text);
	free(back);
	free(wide);
	assert_int_equal(utf8_to_utf16("", 0, &wide, NULL), 0);
	assert_int_equal(wide[0], 0);
	free(wide);
}

static void test_utf16_bad(void **state)
{
	static const char *const bad8[] = {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80",
		"\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x80\x80\x80",
		"\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xff", "a\xc3", "\xe2\x82",
		"\xf0\x9f\x93", "\xc3(", "\xe2(\xac"};
	static const uint16_t bad16[][2] = {
		{0xd800, 'a'}, {'a', 0xd800}, {0xdc00, 0xd800}, {'a', 0}, {0xdbff, 0xdbff}};
	uint16_t *wide;
	char *text;

	for (size_t i = 0; i < sizeof(bad8) / sizeof(bad8[0]); i++) {
		assert_int_equal(utf8_to_utf16(bad8[i], strlen(bad8[i]), &wide, NULL), -EILSEQ);
		assert_null(wide);
		assert_false(utf8_valid(bad8[i], strlen(bad8[i])));
	}
	assert_int_equal(utf8_to_utf16("a\0b", 3, &wide, NULL), -EILSEQ);
	for (size_t i = 0; i < sizeof(bad16) / sizeof(bad16[0]); i++) {
		assert_int_equal(utf16_to_utf8(bad16[i], 2, &text, NULL), -EILSEQ);
		assert_null(text);
	}
}

static void test_rng(void **state)
{
	struct rng a, b;
	uint8_t x[13], y[13];
	unsigned seen[5] = {0};

	rng_init(&a, 7);
	rng_init(&b, 7);
	for (int i = 0; i < 1000; i++)
		assert_true(rng_u64(&a) == rng_u64(&b));
	rng_fill(&a, x, sizeof(x));
	rng_fill(&b, y, sizeof(y));
	assert_memory_equal(x, y, sizeof(x));
	rng_init(&b, 8);
	assert_true(rng_u64(&a) != rng_u64(&b));
	for (int i = 0; i < 5000; i++)
		seen[rng_below(&a, 5)]++;
	for (int i = 0; i < 5; i++)
		assert_in_range(seen[i], 800, 1200);
	assert_int_equal(rng_below(&a, 0), 0);
	assert_int_equal(rng_below(&a, 1), 0);
	// First output of splitmix64 for state 0, from its published reference.
	assert_true(rng_mix(0) == UINT64_C(0xe220a8397b1dcdaf));
}

static void test_cleanup(void **state)
{
	char *kept;
	{
		_cleanup_free_ char *text = strdup("kept");
		_cleanup_free_ char *dropped = strdup("freed by the scope, or ASan complains");
		_cleanup_fclose_ FILE *f = fopen("/dev/null", "r");
		_cleanup_close_ int fd = -1;
		assert_non_null(f);
		assert_non_null(dropped);
		assert_int_equal(steal_fd(&fd), -1);
		kept = steal_ptr(&text);
		assert_null(text);
	}
	assert_string_equal(kept, "kept");
	free(kept);
	const uint64_t before = monotonic_ns();
	assert_true(monotonic_ns() >= before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reader_numbers),
		cmocka_unit_test(test_reader_error_is_sticky),
		cmocka_unit_test(test_reader_bounds),
		cmocka_unit_test(test_writer_numbers),
		cmocka_unit_test(test_writer_error_is_sticky),
		cmocka_unit_test(test_wipe_and_compare),
		cmocka_unit_test(test_mac),
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_utf16_good),
		cmocka_unit_test(test_utf16_bad),
		cmocka_unit_test(test_rng),
		cmocka_unit_test(test_cleanup),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
