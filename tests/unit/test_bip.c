// SPDX-License-Identifier: BSD-2-Clause
// BIP: the codec of wire/bip.h and the MAC of crypto/crypto.h together.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"
#include "wire/bip.h"

// 802.11-2012, M.9.1 (802.11-2020, J.9.1): a broadcast deauthentication, protected.
static const uint8_t igtk[] = {0x4e, 0xa9, 0x54, 0x3e, 0x09, 0xcf, 0x2b, 0x1e, 0xca, 0x66, 0xff,
	0xc5, 0x8b, 0xde, 0xcb, 0xcf};
static const uint8_t frame[] = {0xc0, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x09, 0x00, 0x02, 0x00,
	0x4c, 0x10, 0x04, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x48, 0xdf, 0xbf, 0xa7, 0xb8,
	0x27, 0x88, 0x72};

enum {
	BODY = sizeof(frame) - D11_HEADER_LEN,
};

static int setup(void **state)
{
	*state = crypto_new();
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	crypto_free(*state);
	return 0;
}

static struct dot11_header parse_header(void)
{
	struct reader r = reader_init(frame, sizeof(frame));
	struct dot11_header h;

	assert_int_equal(dot11_header_parse(&r, &h), 0);
	return h;
}

static void test_vector(void **state)
{
	const struct dot11_header h = parse_header();
	uint8_t body[BODY], aad[BIP_AAD_LEN], mac[CRYPTO_CMAC_LEN];
	struct writer w = writer_init(body, sizeof(body));
	const struct crypto_part parts[] = {{aad, sizeof(aad)}, {body, sizeof(body)}};

	writer_put(&w, "\x02\x00", 2);
	bip_mme_build(&w, 4, 4);
	assert_true(writer_ok(&w) && w.len == sizeof(body));
	bip_aad(&h, aad);
	assert_int_equal(crypto_cmac_aes128(*state, igtk, parts, 2, mac), 0);
	memcpy(body + BODY - BIP_MIC_LEN, mac, BIP_MIC_LEN);
	assert_memory_equal(body, frame + D11_HEADER_LEN, sizeof(body));
}

static void test_element(void **state)
{
	struct bip_mme mme;

	assert_int_equal(bip_mme_parse(frame + D11_HEADER_LEN, BODY, &mme), 0);
	assert_int_equal(mme.key_id, 4);
	assert_true(mme.ipn == 4);
	assert_memory_equal(mme.mic, frame + sizeof(frame) - BIP_MIC_LEN, BIP_MIC_LEN);
	// Cut at its end, on memory of its exact size.
	for (size_t n = 0; n < BODY; n++) {
		uint8_t *part = malloc(n + 1);
		assert_non_null(part);
		memcpy(part + 1, frame + D11_HEADER_LEN, n);
		assert_int_equal(bip_mme_parse(part + 1, n, &mme), -EBADMSG);
		free(part);
	}
	// Another element in its place, and another length.
	uint8_t body[BODY];
	memcpy(body, frame + D11_HEADER_LEN, sizeof(body));
	body[2] ^= 1;
	assert_int_equal(bip_mme_parse(body, sizeof(body), &mme), -EBADMSG);
	body[2] ^= 1;
	body[3] = 24; // that of BIP-CMAC-256
	assert_int_equal(bip_mme_parse(body, sizeof(body), &mme), -EBADMSG);
	// All 48 bits of the packet number.
	struct writer w = writer_init(body, sizeof(body));
	bip_mme_build(&w, 5, UINT64_C(0x060504030201));
	assert_int_equal(bip_mme_parse(body, w.len, &mme), 0);
	assert_int_equal(mme.key_id, 5);
	assert_true(mme.ipn == UINT64_C(0x060504030201));
}

// What a retransmission may change must not enter; all else of the header but its sequence must.
static void test_masking(void **state)
{
	struct dot11_header h = parse_header();
	uint8_t a[BIP_AAD_LEN], b[BIP_AAD_LEN];

	bip_aad(&h, a);
	assert_memory_equal(a, "\xc0\x00", 2);
	assert_memory_equal(a + 2, frame + 4, 18);
	h.frame_control |= D11_FC_RETRY | D11_FC_POWER | D11_FC_MORE_DATA;
	h.duration ^= 0xffff;
	h.sequence_control ^= 0xffff;
	bip_aad(&h, b);
	assert_memory_equal(a, b, sizeof(a));
	h.frame_control ^= D11_DEAUTH ^ D11_DISASSOC;
	bip_aad(&h, b);
	assert_memory_not_equal(a, b, sizeof(a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vector),
		cmocka_unit_test(test_element),
		cmocka_unit_test(test_masking),
	};

	return cmocka_run_group_tests_name("bip", tests, setup, teardown);
}
