// SPDX-License-Identifier: BSD-2-Clause
// Keys behind ucKey, as a module lays them out and as a radio is given them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "host/host_internal.h"
#include "wire/algorithm.h"

#define GCMP 8u
#define WEP  0x101u

static const uint8_t material[32] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18,
	19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32};

// The structure of the algorithm with these lengths (mic: TKIP alone), on memory of `length`
// octets.
static bool layout(uint32_t algorithm, uint32_t key_len, uint32_t mic_len, uint32_t length,
	struct miniport_key *key)
{
	uint8_t whole[64] = {0};
	struct writer w = writer_init(whole, sizeof(whole));

	writer_put(&w, "\x01\x02\x03\x04\x05\x06\xee\xee", 8);
	writer_le32(&w, key_len);
	if (algorithm == ALGORITHM_CIPHER_TKIP)
		writer_le32(&w, mic_len);
	writer_put(&w, material, sizeof(material));
	assert_true(writer_ok(&w) && length <= sizeof(whole));
	uint8_t *exact = malloc(length + 1);
	assert_non_null(exact);
	memcpy(exact, whole, length);
	memset(key, 0, sizeof(*key));
	const bool ok = key_layout(algorithm, exact, length, key);
	if (ok) {
		assert_int_equal(key->length, key_len + mic_len);
		assert_memory_equal(key->key, material, key->length);
		assert_true(key->receive_pn == UINT64_C(0x060504030201));
	}
	free(exact);
	return ok;
}

static void test_whole(void **state)
{
	struct miniport_key key;

	assert_true(layout(ALGORITHM_CIPHER_CCMP, 16, 0, 12 + 16, &key));
	assert_true(layout(GCMP, 16, 0, 12 + 16, &key));
	assert_true(layout(ALGORITHM_CIPHER_BIP, 16, 0, 12 + 16, &key));
	assert_true(layout(ALGORITHM_CIPHER_TKIP, 16, 16, 16 + 32, &key));
	// What the lengths do not name is not looked at.
	assert_true(layout(ALGORITHM_CIPHER_BIP, 16, 0, 12 + 20, &key));
	assert_true(layout(ALGORITHM_CIPHER_TKIP, 16, 8, 16 + 32, &key));
}

static void test_cut(void **state)
{
	struct miniport_key key;

	for (uint32_t n = 0; n < 12 + 16; n++) {
		assert_false(layout(ALGORITHM_CIPHER_CCMP, 16, 0, n, &key));
		assert_false(layout(ALGORITHM_CIPHER_BIP, 16, 0, n, &key));
	}
	for (uint32_t n = 0; n < 16 + 32; n++)
		assert_false(layout(ALGORITHM_CIPHER_TKIP, 16, 16, n, &key));
}

// Lengths whose sum is small again.
static void test_overflow(void **state)
{
	struct miniport_key key;

	assert_false(layout(ALGORITHM_CIPHER_CCMP, UINT32_MAX, 0, 28, &key));
	assert_false(layout(ALGORITHM_CIPHER_BIP, UINT32_MAX - 11, 0, 28, &key));
	assert_false(layout(ALGORITHM_CIPHER_TKIP, UINT32_MAX, 33, 48, &key));
	assert_false(layout(ALGORITHM_CIPHER_TKIP, 33, UINT32_MAX, 48, &key));
	assert_false(layout(ALGORITHM_CIPHER_TKIP, 16, UINT32_MAX - 15, 48, &key));
}

static void test_bare(void **state)
{
	struct miniport_key key = {0};

	assert_true(key_layout(WEP, material, 13, &key));
	assert_ptr_equal(key.key, material);
	assert_int_equal(key.length, 13);
	assert_true(key.receive_pn == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_overflow),
		cmocka_unit_test(test_bare),
	};
	return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
