// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wire/inet.h"

// Header of a well-known worked example of the Internet checksum.
static void test_checksum(void **state)
{
	uint8_t ip[20] = {0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11, 0x00, 0x00,
		0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7};

	assert_int_equal(inet_checksum(ip, sizeof(ip)), 0xb861);
	store_be16(ip + 10, 0xb861);
	assert_int_equal(inet_checksum(ip, sizeof(ip)), 0);
	// RFC 1071, 3: the sum of these is ddf2.
	assert_int_equal(inet_checksum("\x00\x01\xf2\x03\xf4\xf5\xf6\xf7", 8), 0xffff - 0xddf2);
	assert_int_equal(inet_checksum("\x01", 1), 0xfeff);
	assert_int_equal(inet_checksum(NULL, 0), 0xffff);
}

static size_t build(uint8_t *buf, size_t cap, size_t payload_len)
{
	static const uint8_t payload[64] = "are you there";
	struct writer w = writer_init(buf, cap);

	inet_echo_build(&w, &(struct inet_echo){0x0a000001, 0x0a000002, 64, ICMP_ECHO_REQUEST_TYPE,
				    0x1234, 7, payload, payload_len});
	assert_true(writer_ok(&w));
	return w.len;
}

static void test_round_trip(void **state)
{
	uint8_t buf[128] = {0};
	struct inet_echo e;

	for (size_t n = 0; n <= 64; n++) {
		const size_t len = build(buf, sizeof(buf), n);
		assert_int_equal(len, INET_ECHO_OVERHEAD + n);
		assert_int_equal(inet_echo_parse(buf, len, &e), 0);
		assert_true(e.source == 0x0a000001 && e.destination == 0x0a000002 && e.ttl == 64);
		assert_true(e.type == ICMP_ECHO_REQUEST_TYPE && e.id == 0x1234 && e.sequence == 7);
		assert_int_equal(e.payload_len, n);
		assert_int_equal(inet_echo_parse(buf, len + 3, &e), 0); // padding
		assert_int_equal(e.payload_len, n);
	}
	assert_memory_equal(e.payload, "are you there", 13);
}

static void test_every_length_and_bit(void **state)
{
	uint8_t buf[128];
	const size_t len = build(buf, sizeof(buf), 9);
	struct inet_echo e;

	for (size_t n = 0; n < len; n++) {
		uint8_t *part = malloc(n + 1);
		memcpy(part + 1, buf, n);
		assert_int_equal(inet_echo_parse(part + 1, n, &e), -EBADMSG);
		free(part);
	}
	for (size_t bit = 0; bit < len * 8; bit++) {
		buf[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_not_equal(inet_echo_parse(buf, len, &e), 0);
		buf[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void rewrite(uint8_t *buf, size_t at, uint8_t value)
{
	buf[at] = value;
	store_be16(buf + 10, 0);
	store_be16(buf + 10, inet_checksum(buf, (buf[0] & 15u) * 4));
}

static void test_refused(void **state)
{
	uint8_t buf[128];
	const size_t len = build(buf, sizeof(buf), 9);
	struct inet_echo e;

	rewrite(buf, 9, 17); // UDP
	assert_int_equal(inet_echo_parse(buf, len, &e), -EPROTONOSUPPORT);
	rewrite(buf, 9, 1);
	rewrite(buf, 6, 0x20); // more fragments
	assert_int_equal(inet_echo_parse(buf, len, &e), -EPROTONOSUPPORT);
	rewrite(buf, 6, 0);
	assert_int_equal(inet_echo_parse(buf, len, &e), 0);
	rewrite(buf, 0, 0x44); // header shorter than a header
	assert_int_equal(inet_echo_parse(buf, len, &e), -EBADMSG);
	rewrite(buf, 0, 0x65);
	assert_int_equal(inet_echo_parse(buf, len, &e), -EPROTONOSUPPORT);
	rewrite(buf, 0, 0x45);
	rewrite(buf, 3, 19); // total length shorter than the header
	assert_int_equal(inet_echo_parse(buf, len, &e), -EBADMSG);
}

static void test_build_limits(void **state)
{
	uint8_t buf[INET_ECHO_OVERHEAD];
	struct writer w = writer_init(buf, sizeof(buf) - 1);

	inet_echo_build(&w, &(struct inet_echo){.ttl = 1});
	assert_false(writer_ok(&w));
	w = writer_init(buf, sizeof(buf));
	inet_echo_build(&w, &(struct inet_echo){.payload = buf, .payload_len = SIZE_MAX});
	assert_false(writer_ok(&w));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_checksum),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_every_length_and_bit),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_build_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
