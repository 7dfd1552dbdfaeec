// SPDX-License-Identifier: BSD-2-Clause
// CCMP: the codecs of wire/ccmp.h and the cipher of crypto/crypto.h together.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "crypto/crypto.h"
#include "wire/ccmp.h"

// 802.11-2020, J.6.4 (CCMP-128 test vector).
static const uint8_t key[] = {0xc9, 0x7c, 0x1f, 0x67, 0xce, 0x37, 0x11, 0x85, 0x51, 0x4a, 0x8a,
	0x19, 0xf2, 0xbd, 0xd5, 0x2f};
static const uint64_t pn = UINT64_C(0xb5039776e70c);
static const uint8_t header[] = {0x08, 0x48, 0xc3, 0x2c, 0x0f, 0xd2, 0xe1, 0x28, 0xa5, 0x7c, 0x50,
	0x30, 0xf1, 0x84, 0x44, 0x08, 0xab, 0xae, 0xa5, 0xb8, 0xfc, 0xba, 0x80, 0x33};
static const uint8_t plain[] = {0xf8, 0xba, 0x1a, 0x55, 0xd0, 0x2f, 0x85, 0xae, 0x96, 0x7b, 0xb6,
	0x2f, 0xb6, 0xcd, 0xa8, 0xeb, 0x7e, 0x78, 0xa0, 0x50};
static const uint8_t sealed[] = {0xf3, 0xd0, 0xa2, 0xfe, 0x9a, 0x3d, 0xbf, 0x23, 0x42, 0xa6, 0x43,
	0xe4, 0x32, 0x46, 0xe8, 0x0c, 0x3c, 0x04, 0xd0, 0x19, 0x78, 0x45, 0xce, 0x0b, 0x16, 0xf9,
	0x76, 0x23};

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
	struct reader r = reader_init(header, sizeof(header));
	struct dot11_header h;
	assert_int_equal(dot11_header_parse(&r, &h), 0);
	return h;
}

static void test_vector(void **state)
{
	const struct dot11_header h = parse_header();
	uint8_t aad[CCMP_AAD_MAX], nonce[CCMP_NONCE_LEN], out[sizeof(sealed)];

	const size_t aad_len = ccmp_aad(&h, aad);
	assert_int_equal(aad_len, 22);
	assert_memory_equal(aad,
		"\x08\x40\x0f\xd2\xe1\x28\xa5\x7c\x50\x30\xf1\x84\x44\x08\xab\xae\xa5\xb8\xfc\xba\0"
		"\0",
		22);
	ccmp_nonce(&h, pn, nonce);
	assert_memory_equal(nonce, "\x00\x50\x30\xf1\x84\x44\x08\xb5\x03\x97\x76\xe7\x0c", 13);
	const struct crypto_ccm p = {key, sizeof(key), nonce, aad, aad_len, CCMP_MIC_LEN};
	assert_int_equal(crypto_ccm_seal(*state, &p, plain, sizeof(plain), out), 0);
	assert_memory_equal(out, sealed, sizeof(sealed));
	assert_int_equal(crypto_ccm_open(*state, &p, out, sizeof(out), out), 0); // in place
	assert_memory_equal(out, plain, sizeof(plain));
}

static void test_forged(void **state)
{
	const struct dot11_header h = parse_header();
	uint8_t aad[CCMP_AAD_MAX], nonce[CCMP_NONCE_LEN], in[sizeof(sealed)], out[sizeof(plain)];
	const struct crypto_ccm p = {key, sizeof(key), nonce, aad, ccmp_aad(&h, aad), CCMP_MIC_LEN};

	ccmp_nonce(&h, pn, nonce);
	memcpy(in, sealed, sizeof(in));
	for (size_t bit = 0; bit < sizeof(in) * 8; bit++) {
		in[bit / 8] ^= (uint8_t)(1 << bit % 8);
		memset(out, 1, sizeof(out));
		assert_int_equal(crypto_ccm_open(*state, &p, in, sizeof(in), out), -EBADMSG);
		assert_memory_equal(out, (uint8_t[sizeof(plain)]){0}, sizeof(out));
		in[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	aad[3] ^= 1;
	assert_int_equal(crypto_ccm_open(*state, &p, in, sizeof(in), out), -EBADMSG);
	aad[3] ^= 1;
	nonce[12] ^= 1;
	assert_int_equal(crypto_ccm_open(*state, &p, in, sizeof(in), out), -EBADMSG);
	nonce[12] ^= 1;
	assert_int_equal(crypto_ccm_open(*state, &p, in, sizeof(in), out), 0);
	assert_memory_equal(out, plain, sizeof(out));
}

// RFC 3610, vector 1: 13 octets of nonce, tag of 8, 8 octets of additional data.
static void test_rfc3610(void **state)
{
	static const uint8_t k[] = {0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9,
		0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf};
	static const uint8_t n[] = {0, 0, 0, 3, 2, 1, 0, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5};
	uint8_t text[31], out[31];
	char hex[63];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)i;
	const struct crypto_ccm p = {k, 16, n, text, 8, 8};
	assert_int_equal(crypto_ccm_seal(*state, &p, text + 8, 23, out), 0);
	assert_string_equal(hex_encode(out, 31, hex),
		"588c979a61c663d2f066d0c2c0f989806d5f6b61dac38417e8d12cfdf926e0");
}

// All sizes of key and tag take turns on one object.
static void test_sizes(void **state)
{
	uint8_t long_key[32] = {1}, nonce[13] = {2}, text[50] = {3}, out[66], back[50];

	for (size_t i = 0; i < 40; i++) {
		const struct crypto_ccm p = {long_key, i & 1 ? 16 : 32, nonce, i & 4 ? text : NULL,
			i & 4 ? 30 : 0, i & 2 ? 8 : 16};
		const size_t n = 1 + i;
		assert_int_equal(crypto_ccm_seal(*state, &p, text, n, out), 0);
		assert_int_equal(crypto_ccm_open(*state, &p, out, n + p.tag_len, back), 0);
		assert_memory_equal(back, text, n);
		assert_int_equal(crypto_ccm_open(*state, &p, out, n + p.tag_len - 1, back),
			n == 1 ? -EINVAL : -EBADMSG);
		assert_int_equal(crypto_ccm_open(*state, &p, out, p.tag_len, back), -EINVAL);
		assert_int_equal(crypto_ccm_open(*state, &p, out, p.tag_len - 1, back), -EINVAL);
	}
	struct crypto_ccm p = {long_key, 24, nonce, NULL, 0, 8};
	assert_int_equal(crypto_ccm_seal(*state, &p, text, 1, out), -EINVAL);
	p.key_len = 16;
	p.tag_len = 4;
	assert_int_equal(crypto_ccm_seal(*state, &p, text, 1, out), -EINVAL);
	p.tag_len = 8;
	assert_int_equal(crypto_ccm_seal(*state, &p, text, 0, out), -EINVAL);
	assert_int_equal(crypto_ccm_seal(*state, &p, text, 65536, out), -EINVAL);
}

static void test_header(void **state)
{
	uint8_t buf[8];
	struct writer w = writer_init(buf, sizeof(buf));
	struct ccmp_header h;

	ccmp_header_build(&w, &(struct ccmp_header){pn, 2});
	assert_memory_equal(buf, "\x0c\xe7\x00\xa0\x76\x97\x03\xb5", 8);
	for (size_t n = 0; n < 8; n++) {
		uint8_t *part = malloc(n + 1);
		memcpy(part + 1, buf, n);
		struct reader r = reader_init(part + 1, n);
		assert_int_equal(ccmp_header_parse(&r, &h), -EBADMSG);
		free(part);
	}
	struct reader r = reader_init(buf, 8);
	assert_int_equal(ccmp_header_parse(&r, &h), 0);
	assert_true(h.pn == pn && h.key_id == 2);
	buf[3] &= (uint8_t)~0x20; // ExtIV
	r = reader_init(buf, 8);
	assert_int_equal(ccmp_header_parse(&r, &h), -EBADMSG);
}

// 802.11-2012, M.9.2 (802.11-2020, J.9.2): a deauthentication, protected as other implementations
// publish it.
static void test_management(void **state)
{
	static const uint8_t tk[] = {0x66, 0xed, 0x21, 0x04, 0x2f, 0x9f, 0x26, 0xd7, 0x11, 0x57,
		0x06, 0xe4, 0x04, 0x14, 0xcf, 0x2e};
	static const uint8_t frame[] = {0xc0, 0x40, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x01, 0x00,
		0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x60, 0x00,
		0x01, 0x00, 0x00, 0x20, 0x00, 0x00, 0x00, 0x00, 0x1d, 0x07, 0xca, 0xfd, 0x04, 0x09,
		0xbb, 0x8b, 0xaf, 0xef};
	struct reader r = reader_init(frame, sizeof(frame));
	uint8_t aad[CCMP_AAD_MAX], nonce[CCMP_NONCE_LEN], out[2];
	struct ccmp_header ccmp;
	struct dot11_header h;

	assert_int_equal(dot11_header_parse(&r, &h), 0);
	assert_int_equal(ccmp_header_parse(&r, &ccmp), 0);
	assert_true(ccmp.pn == 1);
	const struct crypto_ccm p = {tk, sizeof(tk), nonce, aad, ccmp_aad(&h, aad), CCMP_MIC_LEN};
	ccmp_nonce(&h, ccmp.pn, nonce);
	assert_int_equal(crypto_ccm_open(*state, &p, r.pos, reader_left(&r), out), 0);
	assert_memory_equal(out, "\x02\x00", 2);
}

// What a retransmission or a relay may change must not enter; all else must.
static void test_masking(void **state)
{
	struct dot11_header h = parse_header();
	uint8_t a[CCMP_AAD_MAX], b[CCMP_AAD_MAX], nonce[CCMP_NONCE_LEN];

	h.frame_control = D11_QOS_DATA | D11_FC_TO_DS | D11_FC_FROM_DS;
	h.qos_control = 0x0005;
	h.addr4 = h.addr1;
	assert_int_equal(ccmp_aad(&h, a), 30);
	assert_memory_equal(a, "\x88\x43", 2);
	assert_memory_equal(a + 28, "\x05\x00", 2);
	h.frame_control |= D11_FC_RETRY | D11_FC_POWER | D11_FC_MORE_DATA | D11_FC_HTC | 0x0070;
	h.duration ^= 0xffff;
	h.sequence_control ^= 0xfff0;
	h.qos_control |= 0xff90;
	assert_int_equal(ccmp_aad(&h, b), 30);
	assert_memory_equal(a, b, 30);
	h.sequence_control ^= 1;
	ccmp_aad(&h, b);
	assert_memory_not_equal(a, b, 30);
	ccmp_nonce(&h, pn, nonce);
	assert_int_equal(nonce[0], 5);
	h.frame_control = D11_DEAUTH | D11_FC_PROTECTED;
	ccmp_nonce(&h, pn, nonce);
	assert_int_equal(nonce[0], 0x10);
	assert_int_equal(ccmp_aad(&h, a), 22);
	assert_memory_equal(a, "\xc0\x40", 2); // subtypes of management frames stay
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vector),
		cmocka_unit_test(test_forged),
		cmocka_unit_test(test_rfc3610),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_masking),
		cmocka_unit_test(test_management),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
