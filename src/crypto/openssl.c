// SPDX-License-Identifier: BSD-2-Clause
#include "crypto/crypto.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>

#include "base/wipe.h"

enum {
	WRAP_KEYS = 3, // 16, 24 and 32 octets
	CCM_KEYS = 2,  // 16 and 32 octets
};

// Every algorithm is fetched, and bound to its context, once.
struct crypto {
	EVP_MD *sha1;
	EVP_MD *sha256;
	EVP_MD_CTX *md;
	EVP_MAC_CTX *hmac_sha1;
	EVP_MAC_CTX *hmac_sha256;
	EVP_MAC_CTX *cmac;
	EVP_KDF_CTX *pbkdf2;
	EVP_CIPHER_CTX *wrap[WRAP_KEYS];
	EVP_CIPHER_CTX *unwrap[WRAP_KEYS];
	EVP_CIPHER_CTX *seal[CCM_KEYS];
	EVP_CIPHER_CTX *open[CCM_KEYS];
};

// Errors are reported by the return value; what the library queued would only pile up.
static int library_failed(int err)
{
	ERR_clear_error();
	return err;
}

// NULL with length 0 is an empty string here, and "not given" to the library.
static const void *not_null(const void *p)
{
	return p ? p : "";
}

static EVP_MAC_CTX *mac_new(const char *name, const char *param, const char *value)
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, name, NULL);
	EVP_MAC_CTX *ctx = mac ? EVP_MAC_CTX_new(mac) : NULL;
	char text[16];

	EVP_MAC_free(mac); // the context has a reference of its own
	(void)strncpy(text, value, sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(param, text, 0), OSSL_PARAM_construct_end()};
	if (ctx && EVP_MAC_CTX_set_params(ctx, params) != 1) {
		EVP_MAC_CTX_free(ctx);
		return NULL;
	}
	return ctx;
}

static EVP_KDF_CTX *pbkdf2_new(void)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "PBKDF2", NULL);
	EVP_KDF_CTX *ctx = kdf ? EVP_KDF_CTX_new(kdf) : NULL;

	EVP_KDF_free(kdf);
	return ctx;
}

static EVP_CIPHER_CTX *cipher_new(const char *name, bool encrypt)
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);
	EVP_CIPHER_CTX *ctx = cipher ? EVP_CIPHER_CTX_new() : NULL;
	int ok = 0;

	if (ctx) {
		EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
		ok = EVP_CipherInit_ex2(ctx, cipher, NULL, NULL, encrypt, NULL);
		if (ok == 1 && EVP_CIPHER_get_mode(cipher) == EVP_CIPH_CCM_MODE)
			ok = EVP_CIPHER_CTX_ctrl(
				ctx, EVP_CTRL_AEAD_SET_IVLEN, CRYPTO_CCM_NONCE_LEN, NULL);
	}
	EVP_CIPHER_free(cipher);
	if (ok != 1) {
		EVP_CIPHER_CTX_free(ctx);
		return NULL;
	}
	return ctx;
}

static bool ciphers_new(struct crypto *c)
{
	static const char *const wrap_names[] = {"AES-128-WRAP", "AES-192-WRAP", "AES-256-WRAP"};
	static const char *const ccm_names[] = {"AES-128-CCM", "AES-256-CCM"};

	for (size_t i = 0; i < WRAP_KEYS; i++) {
		c->wrap[i] = cipher_new(wrap_names[i], true);
		c->unwrap[i] = cipher_new(wrap_names[i], false);
		if (!c->wrap[i] || !c->unwrap[i])
			return false;
	}
	for (size_t i = 0; i < CCM_KEYS; i++) {
		c->seal[i] = cipher_new(ccm_names[i], true);
		c->open[i] = cipher_new(ccm_names[i], false);
		if (!c->seal[i] || !c->open[i])
			return false;
	}
	return true;
}

struct crypto *crypto_new(void)
{
	struct crypto *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
	c->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	c->md = EVP_MD_CTX_new();
	c->hmac_sha1 = mac_new("HMAC", OSSL_MAC_PARAM_DIGEST, "SHA1");
	c->hmac_sha256 = mac_new("HMAC", OSSL_MAC_PARAM_DIGEST, "SHA256");
	c->cmac = mac_new("CMAC", OSSL_MAC_PARAM_CIPHER, "AES-128-CBC");
	c->pbkdf2 = pbkdf2_new();
	if (!c->sha1 || !c->sha256 || !c->md || !c->hmac_sha1 || !c->hmac_sha256 || !c->cmac ||
		!c->pbkdf2 || !ciphers_new(c)) {
		crypto_free(c);
		ERR_clear_error();
		return NULL;
	}
	return c;
}

// The library has no call that removes a key: another one takes its place.
void crypto_forget(struct crypto *c)
{
	static const uint8_t zero[32];

	(void)EVP_MAC_init(c->hmac_sha1, zero, CRYPTO_SHA1_LEN, NULL);
	(void)EVP_MAC_init(c->hmac_sha256, zero, CRYPTO_SHA256_LEN, NULL);
	(void)EVP_MAC_init(c->cmac, zero, 16, NULL);
	for (size_t i = 0; i < WRAP_KEYS; i++) {
		(void)EVP_EncryptInit_ex(c->wrap[i], NULL, NULL, zero, NULL);
		(void)EVP_DecryptInit_ex(c->unwrap[i], NULL, NULL, zero, NULL);
	}
	for (size_t i = 0; i < CCM_KEYS; i++) {
		(void)EVP_EncryptInit_ex(c->seal[i], NULL, NULL, zero, NULL);
		(void)EVP_DecryptInit_ex(c->open[i], NULL, NULL, zero, NULL);
	}
	ERR_clear_error();
}

void crypto_free(struct crypto *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < WRAP_KEYS; i++) {
		EVP_CIPHER_CTX_free(c->wrap[i]);
		EVP_CIPHER_CTX_free(c->unwrap[i]);
	}
	for (size_t i = 0; i < CCM_KEYS; i++) {
		EVP_CIPHER_CTX_free(c->seal[i]);
		EVP_CIPHER_CTX_free(c->open[i]);
	}
	EVP_KDF_CTX_free(c->pbkdf2);
	EVP_MAC_CTX_free(c->cmac);
	EVP_MAC_CTX_free(c->hmac_sha256);
	EVP_MAC_CTX_free(c->hmac_sha1);
	EVP_MD_CTX_free(c->md);
	EVP_MD_free(c->sha256);
	EVP_MD_free(c->sha1);
	free(c);
}

static int digest(struct crypto *c, const EVP_MD *md, const void *p, size_t n, uint8_t *out)
{
	if (EVP_DigestInit_ex2(c->md, md, NULL) != 1 ||
		EVP_DigestUpdate(c->md, not_null(p), n) != 1 ||
		EVP_DigestFinal_ex(c->md, out, NULL) != 1) {
		wipe(out, (size_t)EVP_MD_get_size(md));
		return library_failed(-EIO);
	}
	return 0;
}

int crypto_sha1(struct crypto *c, const void *p, size_t n, uint8_t out[CRYPTO_SHA1_LEN])
{
	return digest(c, c->sha1, p, n, out);
}

int crypto_sha256(struct crypto *c, const void *p, size_t n, uint8_t out[CRYPTO_SHA256_LEN])
{
	return digest(c, c->sha256, p, n, out);
}

static int mac_parts(EVP_MAC_CTX *ctx, const void *key, size_t key_len,
	const struct crypto_part *parts, size_t count, uint8_t *out, size_t out_len)
{
	size_t len;
	int ok = EVP_MAC_init(ctx, key, key_len, NULL);

	for (size_t i = 0; ok == 1 && i < count; i++)
		ok = parts[i].n == 0 || EVP_MAC_update(ctx, parts[i].p, parts[i].n);
	if (ok != 1 || EVP_MAC_final(ctx, out, &len, out_len) != 1) {
		wipe(out, out_len);
		return library_failed(-EIO);
	}
	return 0;
}

int crypto_hmac_sha1(struct crypto *c, const void *key, size_t key_len,
	const struct crypto_part *parts, size_t count, uint8_t out[CRYPTO_SHA1_LEN])
{
	return mac_parts(c->hmac_sha1, not_null(key), key_len, parts, count, out, CRYPTO_SHA1_LEN);
}

int crypto_hmac_sha256(struct crypto *c, const void *key, size_t key_len,
	const struct crypto_part *parts, size_t count, uint8_t out[CRYPTO_SHA256_LEN])
{
	return mac_parts(
		c->hmac_sha256, not_null(key), key_len, parts, count, out, CRYPTO_SHA256_LEN);
}

int crypto_cmac_aes128(struct crypto *c, const uint8_t key[16], const struct crypto_part *parts,
	size_t count, uint8_t out[CRYPTO_CMAC_LEN])
{
	return mac_parts(c->cmac, key, 16, parts, count, out, CRYPTO_CMAC_LEN);
}

int crypto_pbkdf2_sha1(struct crypto *c, const void *password, size_t password_len,
	const void *salt, size_t salt_len, unsigned iterations, void *out, size_t out_len)
{
	int unchecked = 1; // no lower limits of SP 800-132: the standard sets salt and count
	char name[] = "SHA1";
	// The parameter type has no const; the library only reads.
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PASSWORD,
			(void *)(uintptr_t)not_null(password), password_len),
		OSSL_PARAM_construct_octet_string(
			OSSL_KDF_PARAM_SALT, (void *)(uintptr_t)not_null(salt), salt_len),
		OSSL_PARAM_construct_uint(OSSL_KDF_PARAM_ITER, &iterations),
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, name, 0),
		OSSL_PARAM_construct_int(OSSL_KDF_PARAM_PKCS5, &unchecked),
		OSSL_PARAM_construct_end(),
	};

	if (iterations == 0 || out_len == 0)
		return -EINVAL;
	const int ok = EVP_KDF_derive(c->pbkdf2, out, out_len, params);
	EVP_KDF_CTX_reset(c->pbkdf2); // wipes its copy of the password
	if (ok != 1) {
		wipe(out, out_len);
		return library_failed(-EIO);
	}
	return 0;
}

// Place of the context for a key length, or -EINVAL.
static int wrap_index(size_t kek_len)
{
	return kek_len == 16 || kek_len == 24 || kek_len == 32 ? (int)kek_len / 8 - 2 : -EINVAL;
}

int crypto_aes_wrap(
	struct crypto *c, const void *kek, size_t kek_len, const void *in, size_t n, void *out)
{
	const int i = wrap_index(kek_len);
	int len = 0;

	if (i < 0 || n < 16 || n % 8 != 0 || n > INT_MAX - CRYPTO_WRAP_OVERHEAD)
		return -EINVAL;
	if (EVP_EncryptInit_ex(c->wrap[i], NULL, NULL, kek, NULL) != 1 ||
		EVP_EncryptUpdate(c->wrap[i], out, &len, in, (int)n) != 1 ||
		(size_t)len != n + CRYPTO_WRAP_OVERHEAD) {
		wipe(out, n + CRYPTO_WRAP_OVERHEAD);
		return library_failed(-EIO);
	}
	return 0;
}

int crypto_aes_unwrap(
	struct crypto *c, const void *kek, size_t kek_len, const void *in, size_t n, void *out)
{
	const int i = wrap_index(kek_len);
	int len = 0;

	if (i < 0 || n < 24 || n % 8 != 0 || n > INT_MAX)
		return -EINVAL;
	if (EVP_DecryptInit_ex(c->unwrap[i], NULL, NULL, kek, NULL) != 1) {
		wipe(out, n - CRYPTO_WRAP_OVERHEAD);
		return library_failed(-EIO);
	}
	if (EVP_DecryptUpdate(c->unwrap[i], out, &len, in, (int)n) != 1 ||
		(size_t)len != n - CRYPTO_WRAP_OVERHEAD) {
		wipe(out, n - CRYPTO_WRAP_OVERHEAD);
		return library_failed(-EBADMSG);
	}
	return 0;
}

static bool ccm_valid(const struct crypto_ccm *p, size_t n)
{
	return (p->key_len == 16 || p->key_len == 32) && (p->tag_len == 8 || p->tag_len == 16) &&
	       n >= 1 && n <= UINT16_MAX && p->aad_len <= INT_MAX;
}

// Key, nonce, length of the text and additional data: what comes before the text in both
// directions.
static bool ccm_begin(EVP_CIPHER_CTX *ctx, const struct crypto_ccm *p, size_t n)
{
	int len;

	return EVP_CipherInit_ex(ctx, NULL, NULL, p->key, p->nonce, -1) == 1 &&
	       EVP_CipherUpdate(ctx, NULL, &len, NULL, (int)n) == 1 &&
	       (p->aad_len == 0 || EVP_CipherUpdate(ctx, NULL, &len, p->aad, (int)p->aad_len) == 1);
}

int crypto_ccm_seal(
	struct crypto *c, const struct crypto_ccm *p, const void *in, size_t n, void *out)
{
	if (!ccm_valid(p, n))
		return -EINVAL;

	EVP_CIPHER_CTX *ctx = c->seal[p->key_len == 32];
	const int tag_len = (int)p->tag_len;
	int len;

	if (EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, tag_len, NULL) != 1 ||
		!ccm_begin(ctx, p, n) || EVP_CipherUpdate(ctx, out, &len, in, (int)n) != 1 ||
		EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, tag_len, (uint8_t *)out + n) != 1) {
		wipe(out, n + p->tag_len);
		return library_failed(-EIO);
	}
	return 0;
}

int crypto_ccm_open(
	struct crypto *c, const struct crypto_ccm *p, const void *in, size_t n, void *out)
{
	if (n < p->tag_len || !ccm_valid(p, n - p->tag_len))
		return -EINVAL;

	EVP_CIPHER_CTX *ctx = c->open[p->key_len == 32];
	const size_t text_len = n - p->tag_len;
	uint8_t tag[CRYPTO_CCM_TAG_MAX];
	int len;

	memcpy(tag, (const uint8_t *)in + text_len, p->tag_len);
	if (EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, (int)p->tag_len, tag) != 1 ||
		!ccm_begin(ctx, p, text_len)) {
		wipe(out, text_len);
		return library_failed(-EIO);
	}
	// In this mode the update itself verifies the tag.
	if (EVP_CipherUpdate(ctx, out, &len, in, (int)text_len) != 1) {
		wipe(out, text_len);
		return library_failed(-EBADMSG);
	}
	return 0;
}

int crypto_random(void *out, size_t n)
{
	uint8_t *p = out;

	for (size_t done = 0; done < n;) {
		const size_t take = n - done < INT_MAX ? n - done : INT_MAX;
		if (RAND_bytes(p + done, (int)take) != 1) {
			wipe(out, n);
			return library_failed(-EIO);
		}
		done += take;
	}
	return 0;
}
