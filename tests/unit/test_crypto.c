// SPDX-License-Identifier: BSD-2-Clause
// Published vectors where there are any; otherwise numbers from an independent implementation
// (Python).
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

// Octets of a hexadecimal literal, in one of a few static buffers used in turn.
static uint8_t *x(const char *hex)
{
	static uint8_t pool[16][160];
	static size_t next;
	uint8_t *p = pool[next++ % 16];
	assert_true(hex_decode(hex, strlen(hex), p, sizeof(pool[0])) >= 0);
	return p;
}

static void assert_hex(const void *got, const char *hex)
{
	char text[400];
	assert_string_equal(hex_encode(got, strlen(hex) / 2, text), hex);
}

static int setup(void **state)
{
	*state = crypto_new();
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	crypto_free(*state);
	crypto_free(NULL);
	return 0;
}

// FIPS 180-4 examples.
static void test_hashes(void **state)
{
	uint8_t out[32];

	assert_int_equal(crypto_sha1(*state, "abc", 3, out), 0);
	assert_hex(out, "a9993e364706816aba3e25717850c26c9cd0d89d");
	assert_int_equal(crypto_sha256(*state, "abc", 3, out), 0);
	assert_hex(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_int_equal(crypto_sha1(*state, NULL, 0, out), 0);
	assert_hex(out, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

// RFC 2202 and RFC 4231, cases 1, 2 and 6. The text is also cut in two, which must not matter.
static void test_hmac(void **state)
{
	uint8_t eleven[20], long_key[131];
	memset(eleven, 0x0b, sizeof(eleven));
	memset(long_key, 0xaa, sizeof(long_key));
	const char *first = "Test Using Larger Than Block-Size Key - Hash Key First";
	const struct {
		const void *key;
		size_t len1, len256;
		const char *text, *sha1, *sha256;
	} table[] = {
		{eleven, 20, 20, "Hi There", "b617318655057264e28bc0b6fb378c8ef146be00",
			"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
		{"Jefe", 4, 4, "what do ya want for nothing?",
			"effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
			"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
		{long_key, 80, 131, first, "aa4ae5e15272d00e95705637ce8a3b55ed402112",
			"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
		{NULL, 0, 0, "", "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d",
			"b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const size_t n = strlen(table[i].text);
		const struct crypto_part parts[] = {
			{table[i].text, n / 3}, {NULL, 0}, {table[i].text + n / 3, n - n / 3}};
		uint8_t out[32];
		assert_int_equal(
			crypto_hmac_sha1(*state, table[i].key, table[i].len1, parts, 3, out), 0);
		assert_hex(out, table[i].sha1);
		assert_int_equal(
			crypto_hmac_sha256(*state, table[i].key, table[i].len256, parts, 3, out),
			0);
		assert_hex(out, table[i].sha256);
	}
}

// RFC 4493, 4: all four.
static void test_cmac(void **state)
{
	const uint8_t *key = x("2b7e151628aed2a6abf7158809cf4f3c");
	const uint8_t *text = x("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
				"30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");
	static const struct {
		size_t n;
		const char *mac;
	} table[] = {{0, "bb1d6929e95937287fa37d129b756746"},
		{16, "070a16b46b4d4144f79bdd9dd04a287c"}, {40, "dfa66747de9ae63030ca32611497c827"},
		{64, "51f0bebf7e3b9d92fc49741779363cfe"}};

	for (size_t i = 0; i < 4; i++) {
		const size_t n = table[i].n;
		const struct crypto_part parts[] = {{text, n / 2}, {text + n / 2, n - n / 2}};
		uint8_t out[16];
		assert_int_equal(crypto_cmac_aes128(*state, key, parts, 2, out), 0);
		assert_hex(out, table[i].mac);
	}
}

// 802.11-2020, J.3.
static void test_prf(void **state)
{
	uint8_t key[20], out[64];
	memset(key, 0x0b, sizeof(key));

	assert_int_equal(crypto_prf_sha1(*state, key, 20, "prefix", "Hi There", 8, out, 64), 0);
	assert_hex(out, "bcd4c650b30b9684951829e0d75f9d54b862175ed9f00606e17d8da35402ffee"
			"75df78c3d31e0f889f012120c0862beb67753e7439ae242edb8373698356cf5a");
	// PRF-384 is a prefix of PRF-512.
	assert_int_equal(crypto_prf_sha1(*state, key, 20, "prefix", "Hi There", 8, out, 48), 0);
	assert_hex(out, "bcd4c650b30b9684951829e0d75f9d54b862175ed9f00606e17d8da35402ffee"
			"75df78c3d31e0f889f012120c0862beb");
	uint8_t *big = malloc(8192);
	memset(big, 1, 8192);
	assert_int_equal(crypto_prf_sha1(*state, key, 20, "a", NULL, 0, big, 5121), -EINVAL);
	assert_int_equal(big[0] | big[5120], 0);
	assert_int_equal(crypto_kdf_sha256(*state, key, 20, "a", NULL, 0, big, 8192), -EINVAL);
	assert_int_equal(crypto_kdf_sha256(*state, key, 20, "a", NULL, 0, big, 8191), 0);
	free(big);
}

// RFC 6070, without the one of 16 million iterations.
static void test_pbkdf2(void **state)
{
	static const struct {
		const char *password;
		size_t password_len;
		const char *salt;
		size_t salt_len;
		unsigned iterations;
		size_t n;
		const char *want;
	} table[] = {
		{"password", 8, "salt", 4, 1, 20, "0c60c80f961f0e71f3a9b524af6012062fe037a6"},
		{"password", 8, "salt", 4, 2, 20, "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957"},
		{"password", 8, "salt", 4, 4096, 20, "4b007901b765489abead49d926f721d065a429c1"},
		{"passwordPASSWORDpassword", 24, "saltSALTsaltSALTsaltSALTsaltSALTsalt", 36, 4096,
			25, "3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038"},
		{"pass\0word", 9, "sa\0lt", 5, 4096, 16, "56fa6aa75548099dcc37d7f03425e0c3"},
	};
	uint8_t out[32];

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		assert_int_equal(crypto_pbkdf2_sha1(*state, table[i].password,
					 table[i].password_len, table[i].salt, table[i].salt_len,
					 table[i].iterations, out, table[i].n),
			0);
		assert_hex(out, table[i].want);
	}
	assert_int_equal(crypto_pbkdf2_sha1(*state, "a", 1, "b", 1, 0, out, 16), -EINVAL);
	assert_int_equal(crypto_pbkdf2_sha1(*state, "a", 1, "b", 1, 1, out, 0), -EINVAL);
}

// 802.11-2020, J.4.2.
static void test_psk(void **state)
{
	uint8_t pmk[32];

	assert_int_equal(crypto_wpa_psk(*state, "password", 8, "IEEE", 4, pmk), 0);
	assert_hex(pmk, "f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e");
	assert_int_equal(crypto_wpa_psk(*state, "ThisIsAPassword", 15, "ThisIsASSID", 11, pmk), 0);
	assert_hex(pmk, "0dc0d6eb90555ed6419756b9a15ec3e3209b63df707dd508d14581f8982721af");
	assert_int_equal(crypto_wpa_psk(*state, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 32,
				 "ZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZ", 32, pmk),
		0);
	assert_hex(pmk, "becb93866bb8c3832cb777c2f559807c8c59afcb6eae734885001300a981cc62");
}

static void test_psk_limits(void **state)
{
	static const char digits[] =
		"0dc0d6eb90555ed6419756b9a15ec3e3209b63df707dd508d14581f8982721AF";
	char secret[65];
	uint8_t pmk[32];

	assert_int_equal(crypto_wpa_psk(*state, digits, 64, "s", 1, pmk), 0);
	assert_hex(pmk, "0dc0d6eb90555ed6419756b9a15ec3e3209b63df707dd508d14581f8982721af");
	memset(secret, 'x', sizeof(secret));
	for (size_t n = 0; n <= 65; n++) {
		const bool good = n >= 8 && n <= 63;
		memset(pmk, 1, sizeof(pmk));
		assert_int_equal(
			crypto_wpa_psk(*state, secret, n, "s", 1, pmk), good ? 0 : -EINVAL);
		if (!good)
			assert_int_equal(pmk[0], 0);
	}
	assert_int_equal(crypto_wpa_psk(*state, secret, 8, "s", 0, pmk), -EINVAL);
	assert_int_equal(crypto_wpa_psk(*state, secret, 8, secret, 33, pmk), -EINVAL);
	secret[3] = '\n';
	assert_int_equal(crypto_wpa_psk(*state, secret, 8, "s", 1, pmk), -EINVAL);
	secret[3] = 127;
	assert_int_equal(crypto_wpa_psk(*state, secret, 8, "s", 1, pmk), -EINVAL);
}

// Whatever keys it is left with.
static void test_check(void **state)
{
	const struct crypto_part part = {"x", 1};
	uint8_t key[16] = {1}, out[CRYPTO_SHA256_LEN];

	for (int i = 0; i < 3; i++) {
		assert_int_equal(crypto_check(*state), 0);
		assert_int_equal(crypto_cmac_aes128(*state, key, &part, 1, out), 0);
		crypto_forget(*state);
	}
}

// RFC 3394, 4.1, 4.2, 4.3 and 4.6.
static void test_wrap(void **state)
{
	const uint8_t *kek = x("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
	const uint8_t *data = x("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f");
	static const struct {
		size_t kek_len, n;
		const char *want;
	} table[] = {
		{16, 16, "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5"},
		{24, 16, "96778b25ae6ca435f92b5b97c050aed2468ab8a17ad84e5d"},
		{32, 16, "64e8c3f9ce0f5ba263e9777905818a2a93c8191e7d6e8ae7"},
		{32, 32,
			"28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a"
			"02dd21"},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const size_t n = table[i].n;
		uint8_t wrapped[40], back[32];
		assert_int_equal(
			crypto_aes_wrap(*state, kek, table[i].kek_len, data, n, wrapped), 0);
		assert_hex(wrapped, table[i].want);
		assert_int_equal(
			crypto_aes_unwrap(*state, kek, table[i].kek_len, wrapped, n + 8, back), 0);
		assert_memory_equal(back, data, n);
		// Each changed bit is found, and the context is good for the next use.
		for (size_t bit = 0; bit < (n + 8) * 8; bit += 5) {
			wrapped[bit / 8] ^= (uint8_t)(1 << bit % 8);
			memset(back, 1, n);
			assert_int_equal(crypto_aes_unwrap(*state, kek, table[i].kek_len, wrapped,
						 n + 8, back),
				-EBADMSG);
			assert_memory_equal(back, (uint8_t[32]){0}, n);
			wrapped[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		assert_int_equal(
			crypto_aes_unwrap(*state, kek, table[i].kek_len, wrapped, n + 8, back), 0);
	}
}

static void test_wrap_limits(void **state)
{
	uint8_t key[32] = {0}, in[64] = {0}, out[72];
	static const size_t bad_keys[] = {0, 8, 15, 17, 40};

	for (size_t i = 0; i < 5; i++)
		assert_int_equal(crypto_aes_wrap(*state, key, bad_keys[i], in, 16, out), -EINVAL);
	for (size_t n = 0; n <= 64; n++) {
		const bool wrap = n % 8 == 0 && n >= 16;
		assert_int_equal(crypto_aes_wrap(*state, key, 16, in, n, out), wrap ? 0 : -EINVAL);
		const bool unwrap = n % 8 == 0 && n >= 24;
		assert_int_equal(crypto_aes_unwrap(*state, key, 16, in, n, out),
			unwrap ? -EBADMSG : -EINVAL);
	}
}

static struct crypto_ptk_input ptk_input(void)
{
	return (struct crypto_ptk_input){
		.pmk = x("0dc0d6eb90555ed6419756b9a15ec3e3209b63df707dd508d14581f8982721af"),
		.pmk_len = 32,
		.aa = x("a0a1a1a3a4a5"),
		.spa = x("b0b1b2b3b4b5"),
		.anonce = x("e0e1e2e3e4e5e6e7e8e9f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff000102030405"),
		.snonce = x("c0c1c2c3c4c5c6c7c8c9d0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5"),
		.tk_len = 16,
	};
}

static void test_ptk(void **state)
{
	struct crypto_ptk_input in = ptk_input();
	struct crypto_ptk ptk;

	// 802.11-2020, J.7.
	assert_int_equal(crypto_ptk(*state, CRYPTO_AKM_SHA1, &in, &ptk), 0);
	assert_hex(ptk.kck, "379f9852d0199236b94e407ce4c00ec8");
	assert_hex(ptk.kek, "47c9edc01c2c6e5b4910caddfb3e51a7");
	assert_hex(ptk.tk, "b2360c79e9710fdd58bea93deaf06599"
			   "00000000000000000000000000000000");
	assert_int_equal(ptk.tk_len, 16);

	assert_int_equal(crypto_ptk(*state, CRYPTO_AKM_SHA256, &in, &ptk), 0);
	assert_hex(ptk.kck, "ef4540918946a492df873642a391980e");
	assert_hex(ptk.kek, "9d2175fc13f083e38d96b3d450b1d698");
	assert_hex(ptk.tk, "c1d8551e9b4a744376a33e8ebf50290c");
	in.tk_len = 32; // another length is another key from the first octet (12.7.1.7.2)
	assert_int_equal(crypto_ptk(*state, CRYPTO_AKM_SHA256, &in, &ptk), 0);
	assert_hex(ptk.kck, "9958aa3ce7422569b34517cd5e76fefb");
	assert_hex(ptk.tk, "b649832d4f788e643713e516061b557460fe91f9c9c48e23a7fb1a6015da3e10");
	in.tk_len = 17;
	assert_int_equal(crypto_ptk(*state, CRYPTO_AKM_SHA1, &in, &ptk), -EINVAL);
	assert_int_equal(ptk.tk_len, 0);
}

static void test_ptk_order(void **state)
{
	struct crypto_ptk_input in = ptk_input();
	struct crypto_ptk a, b;
	const uint8_t *swap = in.aa;

	assert_int_equal(crypto_ptk(*state, CRYPTO_AKM_SHA1, &in, &a), 0);
	in.aa = in.spa;
	in.spa = swap;
	swap = in.anonce;
	in.anonce = in.snonce;
	in.snonce = swap;
	assert_int_equal(crypto_ptk(*state, CRYPTO_AKM_SHA1, &in, &b), 0);
	assert_memory_equal(a.kck, b.kck, 16);
	assert_memory_equal(a.tk, b.tk, 16);
}

static void test_pmkid_and_suites(void **state)
{
	const struct crypto_ptk_input in = ptk_input();
	uint8_t out[16];
	enum crypto_akm akm;

	assert_int_equal(crypto_pmkid(*state, CRYPTO_AKM_SHA1, in.pmk, in.aa, in.spa, out), 0);
	assert_hex(out, "6ed6b22f7c9bc8dee4b3920e93ca53b2");
	assert_int_equal(crypto_pmkid(*state, CRYPTO_AKM_SHA256, in.pmk, in.aa, in.spa, out), 0);
	assert_hex(out, "657f44df65722492b0b55c5d13c4b970");
	assert_int_equal(crypto_akm_of_suite(0x000fac02, &akm), 0);
	assert_int_equal(akm, CRYPTO_AKM_SHA1);
	assert_int_equal(crypto_akm_of_suite(0x000fac06, &akm), 0);
	assert_int_equal(akm, CRYPTO_AKM_SHA256);
	assert_int_equal(crypto_akm_of_suite(0x000fac04, &akm), -EPROTONOSUPPORT);
}

static void test_eapol_mic(void **state)
{
	const uint8_t *kck = x("379f9852d0199236b94e407ce4c00ec8");
	static const char *const want[] = {
		"4d60e636ae9d04524a426f174da9fcc0", "a54e38d184b5e33caf6e1503c5d3723d"};
	uint8_t frame[99], mic[16];

	for (size_t i = 0; i < sizeof(frame); i++)
		frame[i] = (uint8_t)(i * 7); // the MIC field also: it must count as zero
	for (int akm = CRYPTO_AKM_SHA1; akm <= CRYPTO_AKM_SHA256; akm++) {
		const enum crypto_akm a = (enum crypto_akm)akm;
		assert_int_equal(crypto_eapol_mic_check(*state, a, kck, frame, 99, 81), -EBADMSG);
		assert_int_equal(crypto_eapol_mic(*state, a, kck, frame, 99, 81, mic), 0);
		assert_hex(mic, want[akm]);
		memcpy(frame + 81, mic, 16);
		assert_int_equal(crypto_eapol_mic_check(*state, a, kck, frame, 99, 81), 0);
		for (size_t bit = 0; bit < 99 * 8; bit += 7) {
			frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_int_equal(
				crypto_eapol_mic_check(*state, a, kck, frame, 99, 81), -EBADMSG);
			frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	}
	assert_int_equal(
		crypto_eapol_mic(*state, CRYPTO_AKM_SHA1, kck, frame, 99, 84, mic), -EINVAL);
	assert_int_equal(
		crypto_eapol_mic(*state, CRYPTO_AKM_SHA1, kck, frame, 15, 0, mic), -EINVAL);
	assert_int_equal(
		crypto_eapol_mic(*state, CRYPTO_AKM_SHA1, kck, frame, 99, SIZE_MAX, mic), -EINVAL);
}

static void test_random(void **state)
{
	uint8_t a[32] = {0}, b[32] = {0};

	assert_int_equal(crypto_random(a, sizeof(a)), 0);
	assert_int_equal(crypto_random(b, sizeof(b)), 0);
	assert_memory_not_equal(a, b, sizeof(a));
	assert_int_equal(crypto_random(NULL, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hashes),
		cmocka_unit_test(test_hmac),
		cmocka_unit_test(test_cmac),
		cmocka_unit_test(test_prf),
		cmocka_unit_test(test_pbkdf2),
		cmocka_unit_test(test_psk),
		cmocka_unit_test(test_psk_limits),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_wrap_limits),
		cmocka_unit_test(test_ptk),
		cmocka_unit_test(test_ptk_order),
		cmocka_unit_test(test_pmkid_and_suites),
		cmocka_unit_test(test_eapol_mic),
		cmocka_unit_test(test_random),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
