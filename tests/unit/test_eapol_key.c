// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wire/eapol.h"
#include "wire/eapol_key.h"

static const uint8_t nonce[32] = {0xe0, 0xe1, 0xe2};
static const uint8_t iv[16] = {0x11};
static const uint8_t data[24] = {0x30, 22, 1};

static struct eapol_key sample(void)
{
	return (struct eapol_key){.version = EAPOL_VERSION_2004,
		.descriptor = EAPOL_KEY_DESCRIPTOR_RSN,
		.info = KEY_VERSION_SHA1_AES | KEY_INFO_PAIRWISE | KEY_INFO_ACK | KEY_INFO_MIC |
			KEY_INFO_INSTALL | KEY_INFO_SECURE | KEY_INFO_ENCRYPTED,
		.key_length = 16,
		.replay_counter = UINT64_C(0x0102030405060708),
		.nonce = nonce,
		.iv = iv,
		.rsc = 0x0a0b,
		.mic_len = EAPOL_KEY_MIC_LEN,
		.key_data = data,
		.key_data_len = sizeof(data)};
}

static size_t build(const struct eapol_key *k, uint8_t *buf, size_t cap)
{
	struct writer w = writer_init(buf, cap);
	const size_t at = eapol_key_build(&w, k);
	assert_true(writer_ok(&w));
	assert_int_equal(at, EAPOL_KEY_MIC_OFFSET);
	return w.len;
}

static void test_layout(void **state)
{
	const struct eapol_key k = sample();
	uint8_t buf[256];
	const size_t len = build(&k, buf, sizeof(buf));

	assert_int_equal(len, EAPOL_KEY_LEN + sizeof(data));
	// Version, type, length 95 + 24; descriptor, information, key length, replay counter.
	assert_memory_equal(
		buf, "\x02\x03\x00\x77\x02\x13\xca\x00\x10\x01\x02\x03\x04\x05\x06\x07\x08", 17);
	assert_memory_equal(buf + 17, nonce, 32);
	assert_memory_equal(buf + 49, iv, 16);
	assert_memory_equal(buf + 65, "\x0b\x0a\0\0\0\0\0\0", 8);
	for (size_t i = 73; i < 97; i++) // reserved field and MIC
		assert_int_equal(buf[i], 0);
	assert_memory_equal(buf + 97, "\x00\x18", 2);
	assert_memory_equal(buf + 99, data, sizeof(data));
}

static void test_round_trip(void **state)
{
	const struct eapol_key k = sample();
	uint8_t buf[256];
	const size_t len = build(&k, buf, sizeof(buf));
	struct eapol_key got;

	assert_int_equal(eapol_key_parse(buf, len, 16, &got), 0);
	assert_int_equal(got.version, k.version);
	assert_int_equal(got.descriptor, k.descriptor);
	assert_int_equal(got.info, k.info);
	assert_int_equal(got.key_length, 16);
	assert_true(got.replay_counter == k.replay_counter);
	assert_memory_equal(got.nonce, nonce, 32);
	assert_memory_equal(got.iv, iv, 16);
	assert_int_equal(got.rsc, k.rsc);
	assert_ptr_equal(got.mic, buf + EAPOL_KEY_MIC_OFFSET);
	assert_int_equal(got.key_data_len, sizeof(data));
	assert_memory_equal(got.key_data, data, sizeof(data));
	assert_ptr_equal(got.frame, buf);
	assert_int_equal(got.frame_len, len);
	assert_int_equal(got.trailing, 0);
	assert_int_equal(eapol_key_descriptor_version(&got), KEY_VERSION_SHA1_AES);

	assert_int_equal(eapol_key_parse(buf, len + 5, 16, &got), 0);
	assert_int_equal(got.trailing, 5);
	assert_int_equal(got.frame_len, len);
}

static void test_every_length(void **state)
{
	const struct eapol_key k = sample();
	uint8_t buf[256];
	const size_t len = build(&k, buf, sizeof(buf));
	struct eapol_key got;

	for (size_t n = 0; n < len; n++) {
		uint8_t *part = malloc(n + 1);
		memcpy(part + 1, buf, n);
		assert_int_equal(eapol_key_parse(part + 1, n, 16, &got), -EBADMSG);
		// An EAPOL length that agrees with the truncation does not help either.
		if (n >= EAPOL_HEADER_LEN) {
			store_be16(part + 3, (uint16_t)(n - EAPOL_HEADER_LEN));
			assert_int_equal(eapol_key_parse(part + 1, n, 16, &got), -EBADMSG);
		}
		free(part);
	}
}

static void test_inconsistent(void **state)
{
	const struct eapol_key k = sample();
	uint8_t buf[256] = {0};
	const size_t len = build(&k, buf, sizeof(buf));
	struct eapol_key got;

	buf[98]--; // key data length
	assert_int_equal(eapol_key_parse(buf, len, 16, &got), -EBADMSG);
	buf[98] += 2;
	assert_int_equal(eapol_key_parse(buf, len + 9, 16, &got), -EBADMSG);
	buf[98]--;
	buf[97] = 0xff;
	assert_int_equal(eapol_key_parse(buf, len, 16, &got), -EBADMSG);
	buf[97] = 0;
	assert_int_equal(eapol_key_parse(buf, len, 24, &got), -EBADMSG);
	assert_int_equal(eapol_key_parse(buf, len, 17, &got), -EINVAL);
	buf[1] = EAPOL_TYPE_EAP;
	assert_int_equal(eapol_key_parse(buf, len, 16, &got), -EPROTONOSUPPORT);
	buf[1] = EAPOL_TYPE_KEY;
	buf[4] = 254; // WPA's descriptor
	assert_int_equal(eapol_key_parse(buf, len, 16, &got), -EPROTONOSUPPORT);
}

static void test_build_limits(void **state)
{
	struct eapol_key k = sample();
	uint8_t buf[256];
	struct eapol_key got;

	for (size_t cap = 0; cap < EAPOL_KEY_LEN + sizeof(data); cap++) {
		struct writer w = writer_init(buf, cap);
		assert_int_equal(eapol_key_build(&w, &k), 0);
		assert_false(writer_ok(&w));
	}
	k.nonce = NULL;
	k.iv = NULL;
	k.mic_len = 24;
	struct writer w = writer_init(buf, sizeof(buf));
	assert_int_equal(eapol_key_build(&w, &k), EAPOL_KEY_MIC_OFFSET);
	assert_int_equal(eapol_key_parse(buf, w.len, 24, &got), 0);
	assert_int_equal(got.nonce[0], 0);
	assert_int_equal(got.mic_len, 24);
	k.mic_len = 15;
	assert_int_equal(eapol_key_build(&w, &k), 0);
	assert_false(writer_ok(&w));
}

static void test_messages(void **state)
{
	enum {
		P = KEY_INFO_PAIRWISE,
		I = KEY_INFO_INSTALL,
		A = KEY_INFO_ACK,
		M = KEY_INFO_MIC,
		S = KEY_INFO_SECURE,
	};
	static const struct {
		unsigned info;
		uint16_t data_len;
		enum eapol_key_message want;
	} table[] = {
		{P | A, 0, EAPOL_KEY_PAIRWISE_1},
		{P | A | S, 22, EAPOL_KEY_PAIRWISE_1}, // of a rekeying
		{P | A | I, 0, EAPOL_KEY_UNKNOWN},
		{P | M, 22, EAPOL_KEY_PAIRWISE_2},
		{P | M, 0, EAPOL_KEY_PAIRWISE_2}, // wrong, but not message 4
		{P | M | S, 22, EAPOL_KEY_PAIRWISE_2},
		{P | M | S, 0, EAPOL_KEY_PAIRWISE_4},
		{P | M | S | I, 0, EAPOL_KEY_UNKNOWN},
		{P | A | M | I | S | KEY_INFO_ENCRYPTED, 56, EAPOL_KEY_PAIRWISE_3},
		{P | A | M | S, 56, EAPOL_KEY_PAIRWISE_3},
		{P | A | M | I, 56, EAPOL_KEY_UNKNOWN},
		{A | M | S, 32, EAPOL_KEY_GROUP_1},
		{A | M | S | I, 32, EAPOL_KEY_GROUP_1},
		{A | M, 32, EAPOL_KEY_UNKNOWN},
		{M | S, 0, EAPOL_KEY_GROUP_2},
		{M, 0, EAPOL_KEY_UNKNOWN},
		{S, 0, EAPOL_KEY_UNKNOWN},
		{P, 0, EAPOL_KEY_UNKNOWN},
		{A | S, 0, EAPOL_KEY_UNKNOWN},
		{P | M | S | KEY_INFO_REQUEST, 0, EAPOL_KEY_UNKNOWN},
		{M | S | KEY_INFO_REQUEST | KEY_INFO_ERROR, 0, EAPOL_KEY_UNKNOWN},
		{P | A | KEY_INFO_SMK, 0, EAPOL_KEY_UNKNOWN},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct eapol_key k = {
			.info = (uint16_t)(table[i].info | KEY_VERSION_SHA1_AES),
			.key_data_len = table[i].data_len};
		assert_int_equal(eapol_key_message(&k), table[i].want);
	}
	assert_string_equal(eapol_key_message_name(EAPOL_KEY_GROUP_2), "group 2");
	assert_string_equal(eapol_key_message_name(EAPOL_KEY_UNKNOWN), "unknown");
}

static void test_eapol_header(void **state)
{
	uint8_t buf[8] = {0};
	struct writer w = writer_init(buf, sizeof(buf));
	struct eapol_header h;
	struct reader body;

	eapol_build(&w, &(struct eapol_header){1, EAPOL_TYPE_START, 2});
	assert_memory_equal(buf, "\x01\x01\x00\x02", 4);
	struct reader r = reader_init(buf, sizeof(buf));
	assert_int_equal(eapol_parse(&r, &h, &body), 0);
	assert_int_equal(reader_left(&body), 2);
	assert_int_equal(reader_left(&r), 2);
	r = reader_init(buf, 5);
	assert_int_equal(eapol_parse(&r, &h, &body), -EBADMSG);
	assert_false(reader_ok(&body));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_every_length),
		cmocka_unit_test(test_inconsistent),
		cmocka_unit_test(test_build_limits),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_eapol_header),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
