// SPDX-License-Identifier: BSD-2-Clause
// Known answers: the library does what it says, before anybody's keys depend on it.
#include "crypto/crypto.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

// RFC 4231, 4.2; 802.11-2020, J.3.
static const uint8_t hmac_sha256[] = {0xb0, 0x34, 0x4c, 0x61, 0xd8, 0xdb, 0x38, 0x53, 0x5c, 0xa8,
	0xaf, 0xce, 0xaf, 0x0b, 0xf1, 0x2b, 0x88, 0x1d, 0xc2, 0x00, 0xc9, 0x83, 0x3d, 0xa7, 0x26,
	0xe9, 0x37, 0x6c, 0x2e, 0x32, 0xcf, 0xf7};
static const uint8_t prf_sha1[] = {0xbc, 0xd4, 0xc6, 0x50, 0xb3, 0x0b, 0x96, 0x84, 0x95, 0x18, 0x29,
	0xe0, 0xd7, 0x5f, 0x9d, 0x54};
// RFC 4493, 4, example 2.
static const uint8_t cmac_key[] = {0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6, 0xab, 0xf7, 0x15,
	0x88, 0x09, 0xcf, 0x4f, 0x3c};
static const uint8_t cmac_text[] = {0x6b, 0xc1, 0xbe, 0xe2, 0x2e, 0x40, 0x9f, 0x96, 0xe9, 0x3d,
	0x7e, 0x11, 0x73, 0x93, 0x17, 0x2a};
static const uint8_t cmac[] = {0x07, 0x0a, 0x16, 0xb4, 0x6b, 0x4d, 0x41, 0x44, 0xf7, 0x9b, 0xdd,
	0x9d, 0xd0, 0x4a, 0x28, 0x7c};
// RFC 3394, 4.1; the key is 00 01 .. 0f, the data 00 11 .. ff.
static const uint8_t wrapped[] = {0x1f, 0xa6, 0x8b, 0x0a, 0x81, 0x12, 0xb4, 0x47, 0xae, 0xf3, 0x4b,
	0xd8, 0xfb, 0x5a, 0x7b, 0x82, 0x9d, 0x3e, 0x86, 0x23, 0x71, 0xd2, 0xcf, 0xe5};

static bool is(int err, const void *a, const void *b, size_t n)
{
	return err == 0 && memcmp(a, b, n) == 0;
}

static bool hashes_well(struct crypto *c)
{
	static const char text[] = "Hi There";
	const struct crypto_part part = {text, sizeof(text) - 1};
	uint8_t key[20], out[CRYPTO_SHA256_LEN];

	memset(key, 0x0b, sizeof(key));
	return is(crypto_hmac_sha256(c, key, sizeof(key), &part, 1, out), out, hmac_sha256,
		       sizeof(hmac_sha256)) &&
	       is(crypto_prf_sha1(c, key, sizeof(key), "prefix", text, sizeof(text) - 1, out,
			  sizeof(prf_sha1)),
		       out, prf_sha1, sizeof(prf_sha1));
}

static bool ciphers_well(struct crypto *c)
{
	const struct crypto_part part = {cmac_text, sizeof(cmac_text)};
	uint8_t key[16], data[16], out[sizeof(wrapped)];

	for (unsigned i = 0; i < sizeof(key); i++) {
		key[i] = (uint8_t)i;
		data[i] = (uint8_t)(0x11 * i);
	}
	return is(crypto_cmac_aes128(c, cmac_key, &part, 1, out), out, cmac, sizeof(cmac)) &&
	       is(crypto_aes_wrap(c, key, sizeof(key), data, sizeof(data), out), out, wrapped,
		       sizeof(wrapped)) &&
	       is(crypto_aes_unwrap(c, key, sizeof(key), wrapped, sizeof(wrapped), out), out, data,
		       sizeof(data));
}

int crypto_check(struct crypto *c)
{
	uint8_t nonce[CRYPTO_NONCE_LEN];

	if (crypto_random(nonce, sizeof(nonce)) != 0)
		return -EIO;
	return hashes_well(c) && ciphers_well(c) ? 0 : -EIO;
}
