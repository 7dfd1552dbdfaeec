// SPDX-License-Identifier: BSD-2-Clause
/*
 * What libcrypto alone needs for a cycle, both ends: 1 PMKID, 1 SNonce, 2 PTKs, a MIC made and
 * checked for each of messages 2, 3 and 4, the key data of message 3 wrapped and unwrapped, an echo
 * request and its reply sealed and opened. Every context is made once, every algorithm fetched
 * once.
 */
#include "bench.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/clock.h"

struct bare {
	EVP_MAC_CTX *hmac;
	EVP_CIPHER_CTX *wrap, *unwrap, *seal, *open;
	uint8_t key[32], in[256], out[256];
};

static EVP_CIPHER_CTX *cipher(const char *name, bool encrypt)
{
	EVP_CIPHER *c = EVP_CIPHER_fetch(NULL, name, NULL);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

	if (!c || !ctx)
		bench_die("libcrypto lacks a cipher");
	EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	if (EVP_CipherInit_ex2(ctx, c, NULL, NULL, encrypt, NULL) != 1)
		bench_die("libcrypto refused a cipher");
	EVP_CIPHER_free(c);
	return ctx;
}

static void hmac(struct bare *b, size_t length)
{
	size_t n;

	if (EVP_MAC_init(b->hmac, b->key, 32, NULL) != 1 ||
		EVP_MAC_update(b->hmac, b->in, length) != 1 ||
		EVP_MAC_final(b->hmac, b->out, &n, sizeof(b->out)) != 1)
		bench_die("HMAC failed");
}

/* 12.7.1.2: 48 bytes of PTK are three blocks of HMAC-SHA-1. */
static void ptk(struct bare *b)
{
	int i;

	for (i = 0; i < 3; i++)
		hmac(b, 22 + 1 + 76 + 1);
}

static void ccm(struct bare *b, bool encrypt)
{
	static uint8_t tag[8], nonce[13], text[256];
	EVP_CIPHER_CTX *ctx = encrypt ? b->seal : b->open;
	int n, ok = 1;

	if (!encrypt)
		EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, 8, tag);
	ok &= EVP_CipherInit_ex2(ctx, NULL, b->key, nonce, encrypt, NULL);
	ok &= EVP_CipherUpdate(ctx, NULL, &n, NULL, 68);
	ok &= EVP_CipherUpdate(ctx, NULL, &n, b->in, 22);
	ok &= EVP_CipherUpdate(ctx, encrypt ? text : b->out, &n, encrypt ? b->in : text, 68);
	if (encrypt) {
		ok &= EVP_CipherFinal_ex(ctx, b->out, &n);
		ok &= EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 8, tag);
	}
	if (ok != 1)
		bench_die("CCM failed");
}

static void wrap(struct bare *b)
{
	uint8_t wrapped[64];
	int n;

	if (EVP_EncryptInit_ex2(b->wrap, NULL, b->key, NULL, NULL) != 1 ||
		EVP_EncryptUpdate(b->wrap, wrapped, &n, b->in, 48) != 1)
		bench_die("AES key wrap failed");
	if (EVP_DecryptInit_ex2(b->unwrap, NULL, b->key, NULL, NULL) != 1 ||
		EVP_DecryptUpdate(b->unwrap, b->out, &n, wrapped, 56) != 1)
		bench_die("AES key unwrap failed");
}

static void cycle(struct bare *b)
{
	int i;

	hmac(b, 20); /* PMKID */
	RAND_bytes(b->out, 32);
	ptk(b);
	ptk(b);
	for (i = 0; i < 6; i++)
		hmac(b, i < 4 ? 121 : 99);
	wrap(b);
	for (i = 0; i < 2; i++) {
		ccm(b, true);
		ccm(b, false);
	}
}

static void setup(struct bare *b)
{
	OSSL_PARAM digest[] = {OSSL_PARAM_construct_utf8_string("digest", (char[]){"SHA1"}, 0),
		OSSL_PARAM_construct_end()};
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);

	b->hmac = mac ? EVP_MAC_CTX_new(mac) : NULL;
	if (!b->hmac || EVP_MAC_CTX_set_params(b->hmac, digest) != 1)
		bench_die("libcrypto lacks HMAC");
	EVP_MAC_free(mac);
	b->wrap = cipher("AES-128-WRAP", true);
	b->unwrap = cipher("AES-128-WRAP", false);
	b->seal = cipher("AES-128-CCM", true);
	b->open = cipher("AES-128-CCM", false);
	EVP_CIPHER_CTX_ctrl(b->seal, EVP_CTRL_AEAD_SET_IVLEN, 13, NULL);
	EVP_CIPHER_CTX_ctrl(b->open, EVP_CTRL_AEAD_SET_IVLEN, 13, NULL);
	EVP_CIPHER_CTX_ctrl(b->seal, EVP_CTRL_AEAD_SET_TAG, 8, NULL);
}

double bench_bare_crypto(unsigned rounds)
{
	struct bare b = {0};
	uint64_t began;
	unsigned i;

	setup(&b);
	for (i = 0; i < 100; i++)
		cycle(&b);
	began = monotonic_ns();
	for (i = 0; i < rounds; i++)
		cycle(&b);
	began = monotonic_ns() - began;
	EVP_MAC_CTX_free(b.hmac);
	EVP_CIPHER_CTX_free(b.wrap);
	EVP_CIPHER_CTX_free(b.unwrap);
	EVP_CIPHER_CTX_free(b.seal);
	EVP_CIPHER_CTX_free(b.open);
	return (double)began / rounds;
}
