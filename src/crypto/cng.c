// SPDX-License-Identifier: BSD-2-Clause
/*
 * Over the library of Windows, "Cryptography API: Next Generation" (bcrypt.dll).
 *
 * Of AES only the single block is asked for. AES-CMAC came with Windows 8, and Wine 8 has neither
 * it nor the key wrap blobs; both are a few lines over the block, and then the same everywhere.
 * There is no CCM here: on Windows the adapter's driver enciphers the frames.
 */
#include "crypto/crypto.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <windows.h>

#include <bcrypt.h>

#include "base/bytes.h"
#include "base/wipe.h"

enum {
	BLOCK = 16,
	SEMIBLOCK = 8, // of the key wrap
	WRAP_ROUNDS = 6,
	PIECE_MAX = 1 << 30, // the library counts octets in 32 bits
};

// Providers take long to open, and serve any number of keys. No key outlives its call: the library
// wipes what it destroys.
struct crypto {
	BCRYPT_ALG_HANDLE sha1;
	BCRYPT_ALG_HANDLE sha256;
	BCRYPT_ALG_HANDLE hmac_sha1;
	BCRYPT_ALG_HANDLE hmac_sha256;
	BCRYPT_ALG_HANDLE aes;
};

// The library's parameters have no const, and take no NULL for an empty string; it only reads.
static UCHAR *input(const void *p)
{
	return (UCHAR *)(uintptr_t)(p ? p : "");
}

static BCRYPT_ALG_HANDLE provider(const WCHAR *name, ULONG flags)
{
	BCRYPT_ALG_HANDLE alg;

	return BCRYPT_SUCCESS(BCryptOpenAlgorithmProvider(&alg, name, NULL, flags)) ? alg : NULL;
}

static BCRYPT_ALG_HANDLE aes_provider(void)
{
	static WCHAR mode[] = BCRYPT_CHAIN_MODE_ECB;
	BCRYPT_ALG_HANDLE alg = provider(BCRYPT_AES_ALGORITHM, 0);

	if (!alg || BCRYPT_SUCCESS(BCryptSetProperty(
			    alg, BCRYPT_CHAINING_MODE, (UCHAR *)mode, sizeof(mode), 0)))
		return alg;
	(void)BCryptCloseAlgorithmProvider(alg, 0);
	return NULL;
}

struct crypto *crypto_new(void)
{
	struct crypto *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->sha1 = provider(BCRYPT_SHA1_ALGORITHM, 0);
	c->sha256 = provider(BCRYPT_SHA256_ALGORITHM, 0);
	c->hmac_sha1 = provider(BCRYPT_SHA1_ALGORITHM, BCRYPT_ALG_HANDLE_HMAC_FLAG);
	c->hmac_sha256 = provider(BCRYPT_SHA256_ALGORITHM, BCRYPT_ALG_HANDLE_HMAC_FLAG);
	c->aes = aes_provider();
	if (!c->sha1 || !c->sha256 || !c->hmac_sha1 || !c->hmac_sha256 || !c->aes) {
		crypto_free(c);
		return NULL;
	}
	return c;
}

void crypto_forget(struct crypto *c)
{
	(void)c; // nothing is kept between calls
}

void crypto_free(struct crypto *c)
{
	if (!c)
		return;
	const BCRYPT_ALG_HANDLE all[] = {c->sha1, c->sha256, c->hmac_sha1, c->hmac_sha256, c->aes};
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (all[i])
			(void)BCryptCloseAlgorithmProvider(all[i], 0);
	}
	free(c);
}

static bool feed(BCRYPT_HASH_HANDLE hash, const struct crypto_part *part)
{
	UCHAR *p = input(part->p);
	bool ok = true;

	for (size_t done = 0; ok && done < part->n;) {
		const size_t take = part->n - done < PIECE_MAX ? part->n - done : PIECE_MAX;
		ok = BCRYPT_SUCCESS(BCryptHashData(hash, p + done, (ULONG)take, 0));
		done += take;
	}
	return ok;
}

// A hash, or, of a provider that was opened for it, an HMAC.
static int hash_parts(BCRYPT_ALG_HANDLE alg, const void *key, size_t key_len,
	const struct crypto_part *parts, size_t count, uint8_t *out, size_t out_len)
{
	BCRYPT_HASH_HANDLE hash;
	bool ok = key_len <= PIECE_MAX && BCRYPT_SUCCESS(BCryptCreateHash(alg, &hash, NULL, 0,
						  input(key), (ULONG)key_len, 0));

	if (ok) {
		for (size_t i = 0; ok && i < count; i++)
			ok = feed(hash, &parts[i]);
		ok = ok && BCRYPT_SUCCESS(BCryptFinishHash(hash, out, (ULONG)out_len, 0));
		(void)BCryptDestroyHash(hash);
	}
	if (ok)
		return 0;
	wipe(out, out_len);
	return -EIO;
}

int crypto_sha1(struct crypto *c, const void *p, size_t n, uint8_t out[CRYPTO_SHA1_LEN])
{
	return hash_parts(c->sha1, NULL, 0, &(struct crypto_part){p, n}, 1, out, CRYPTO_SHA1_LEN);
}

int crypto_sha256(struct crypto *c, const void *p, size_t n, uint8_t out[CRYPTO_SHA256_LEN])
{
	return hash_parts(
		c->sha256, NULL, 0, &(struct crypto_part){p, n}, 1, out, CRYPTO_SHA256_LEN);
}

int crypto_hmac_sha1(struct crypto *c, const void *key, size_t key_len,
	const struct crypto_part *parts, size_t count, uint8_t out[CRYPTO_SHA1_LEN])
{
	return hash_parts(c->hmac_sha1, key, key_len, parts, count, out, CRYPTO_SHA1_LEN);
}

int crypto_hmac_sha256(struct crypto *c, const void *key, size_t key_len,
	const struct crypto_part *parts, size_t count, uint8_t out[CRYPTO_SHA256_LEN])
{
	return hash_parts(c->hmac_sha256, key, key_len, parts, count, out, CRYPTO_SHA256_LEN);
}

int crypto_pbkdf2_sha1(struct crypto *c, const void *password, size_t password_len,
	const void *salt, size_t salt_len, unsigned iterations, void *out, size_t out_len)
{
	if (iterations == 0 || out_len == 0 || password_len > PIECE_MAX || salt_len > PIECE_MAX ||
		out_len > PIECE_MAX)
		return -EINVAL;
	if (BCRYPT_SUCCESS(BCryptDeriveKeyPBKDF2(c->hmac_sha1, input(password), (ULONG)password_len,
		    input(salt), (ULONG)salt_len, iterations, out, (ULONG)out_len, 0)))
		return 0;
	wipe(out, out_len);
	return -EIO;
}

static BCRYPT_KEY_HANDLE aes_key(struct crypto *c, const void *key, size_t len)
{
	BCRYPT_KEY_HANDLE k;

	return BCRYPT_SUCCESS(
		       BCryptGenerateSymmetricKey(c->aes, &k, NULL, 0, input(key), (ULONG)len, 0))
		       ? k
		       : NULL;
}

static bool encrypt(BCRYPT_KEY_HANDLE key, uint8_t block[BLOCK])
{
	ULONG n;

	return BCRYPT_SUCCESS(BCryptEncrypt(key, block, BLOCK, NULL, NULL, 0, block, BLOCK, &n, 0));
}

static bool decrypt(BCRYPT_KEY_HANDLE key, uint8_t block[BLOCK])
{
	ULONG n;

	return BCRYPT_SUCCESS(BCryptDecrypt(key, block, BLOCK, NULL, NULL, 0, block, BLOCK, &n, 0));
}

static void exclusive_or(uint8_t *to, const uint8_t *with, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] ^= with[i];
}

// A subkey from the one before, in constant time (RFC 4493, 2.3).
static void subkey(uint8_t k[BLOCK])
{
	const unsigned reduce = (unsigned)(k[0] >> 7) * 0x87;

	for (size_t i = 0; i < BLOCK - 1; i++)
		k[i] = (uint8_t)(k[i] << 1 | k[i + 1] >> 7);
	k[BLOCK - 1] = (uint8_t)((unsigned)k[BLOCK - 1] << 1 ^ reduce);
}

// The last block is not known as such before the end, so one always waits.
struct cmac {
	BCRYPT_KEY_HANDLE key;
	uint8_t chain[BLOCK];
	uint8_t waiting[BLOCK];
	size_t len;
	bool ok;
};

static void cmac_update(struct cmac *m, const struct crypto_part *part)
{
	const uint8_t *p = part->p;

	for (size_t i = 0; m->ok && i < part->n; i++) {
		if (m->len == BLOCK) {
			exclusive_or(m->chain, m->waiting, BLOCK);
			m->ok = encrypt(m->key, m->chain);
			m->len = 0;
		}
		m->waiting[m->len++] = p[i];
	}
}

// RFC 4493, 2.4.
static void cmac_final(struct cmac *m)
{
	uint8_t k[BLOCK] = {0};

	m->ok = m->ok && encrypt(m->key, k);
	subkey(k);
	if (m->len < BLOCK) {
		subkey(k);
		m->waiting[m->len] = 0x80;
		memset(m->waiting + m->len + 1, 0, BLOCK - 1 - m->len);
	}
	exclusive_or(m->chain, m->waiting, BLOCK);
	exclusive_or(m->chain, k, BLOCK);
	m->ok = m->ok && encrypt(m->key, m->chain);
	wipe(k, sizeof(k));
}

int crypto_cmac_aes128(struct crypto *c, const uint8_t key[16], const struct crypto_part *parts,
	size_t count, uint8_t out[CRYPTO_CMAC_LEN])
{
	struct cmac m = {.key = aes_key(c, key, 16)};

	m.ok = m.key != NULL;
	for (size_t i = 0; i < count; i++)
		cmac_update(&m, &parts[i]);
	if (m.ok)
		cmac_final(&m);
	if (m.ok)
		memcpy(out, m.chain, CRYPTO_CMAC_LEN);
	else
		wipe(out, CRYPTO_CMAC_LEN);
	if (m.key)
		(void)BCryptDestroyKey(m.key);
	const bool ok = m.ok;
	wipe(&m, sizeof(m));
	return ok ? 0 : -EIO;
}

static bool wrap_key_ok(size_t len)
{
	return len == 16 || len == 24 || len == 32;
}

static const uint8_t wrap_start[SEMIBLOCK] = {0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6};

// One step in either direction: block is A | R[i], t its number (RFC 3394, 2.2.1 and 2.2.2).
static bool wrap_step(BCRYPT_KEY_HANDLE key, uint8_t block[BLOCK], uint8_t *r, uint64_t t)
{
	memcpy(block + SEMIBLOCK, r, SEMIBLOCK);
	const bool ok = encrypt(key, block);
	store_be64(block, load_be64(block) ^ t);
	memcpy(r, block + SEMIBLOCK, SEMIBLOCK);
	return ok;
}

static bool unwrap_step(BCRYPT_KEY_HANDLE key, uint8_t block[BLOCK], uint8_t *r, uint64_t t)
{
	store_be64(block, load_be64(block) ^ t);
	memcpy(block + SEMIBLOCK, r, SEMIBLOCK);
	const bool ok = decrypt(key, block);
	memcpy(r, block + SEMIBLOCK, SEMIBLOCK);
	return ok;
}

int crypto_aes_wrap(
	struct crypto *c, const void *kek, size_t kek_len, const void *in, size_t n, void *out)
{
	uint8_t *r = (uint8_t *)out + CRYPTO_WRAP_OVERHEAD;
	uint8_t block[BLOCK];

	if (!wrap_key_ok(kek_len) || n < 16 || n % SEMIBLOCK != 0 || n > PIECE_MAX)
		return -EINVAL;
	BCRYPT_KEY_HANDLE key = aes_key(c, kek, kek_len);
	const uint64_t steps = WRAP_ROUNDS * (uint64_t)(n / SEMIBLOCK);
	bool ok = key != NULL;
	memcpy(r, in, n);
	memcpy(block, wrap_start, SEMIBLOCK);
	for (uint64_t t = 1; ok && t <= steps; t++)
		ok = wrap_step(key, block, r + (t - 1) * SEMIBLOCK % n, t);
	memcpy(out, block, SEMIBLOCK);
	if (key)
		(void)BCryptDestroyKey(key);
	wipe(block, sizeof(block));
	if (ok)
		return 0;
	wipe(out, n + CRYPTO_WRAP_OVERHEAD);
	return -EIO;
}

int crypto_aes_unwrap(
	struct crypto *c, const void *kek, size_t kek_len, const void *in, size_t n, void *out)
{
	uint8_t block[BLOCK];

	if (!wrap_key_ok(kek_len) || n < 24 || n % SEMIBLOCK != 0 || n > PIECE_MAX)
		return -EINVAL;
	BCRYPT_KEY_HANDLE key = aes_key(c, kek, kek_len);
	const size_t len = n - CRYPTO_WRAP_OVERHEAD;
	uint8_t *r = (uint8_t *)out;
	bool ok = key != NULL;
	memcpy(block, in, SEMIBLOCK);
	memcpy(r, (const uint8_t *)in + SEMIBLOCK, len);
	for (uint64_t t = WRAP_ROUNDS * (uint64_t)(len / SEMIBLOCK); ok && t > 0; t--)
		ok = unwrap_step(key, block, r + (t - 1) * SEMIBLOCK % len, t);
	const int err = !ok ? -EIO : equal_ct(block, wrap_start, SEMIBLOCK) ? 0 : -EBADMSG;
	if (key)
		(void)BCryptDestroyKey(key);
	wipe(block, sizeof(block));
	if (err)
		wipe(out, len);
	return err;
}

int crypto_random(void *out, size_t n)
{
	uint8_t *p = out;

	for (size_t done = 0; done < n;) {
		const size_t take = n - done < PIECE_MAX ? n - done : PIECE_MAX;
		if (!BCRYPT_SUCCESS(BCryptGenRandom(
			    NULL, p + done, (ULONG)take, BCRYPT_USE_SYSTEM_PREFERRED_RNG))) {
			wipe(out, n);
			return -EIO;
		}
		done += take;
	}
	return 0;
}
