// SPDX-License-Identifier: BSD-2-Clause
// A short key becomes a long one: what 802.11-2020 makes of HMAC. No library is named here.
#include "crypto/crypto.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "base/wipe.h"

enum {
	PRF_MAX = 5120,
	KDF_MAX = 8191, // Length is a 16-bit number of bits
};

typedef int hmac(struct crypto *c, const void *key, size_t key_len, const struct crypto_part *parts,
	size_t count, uint8_t *out);

// What the PRF and the KDF share: MACs of the parts, one after another, as the output. `step`
// changes the parts for block `i`, counted from 0.
struct expansion {
	hmac *mac;
	size_t block_len;
	const struct crypto_part *parts;
	size_t count;
	void (*step)(uint8_t *counter, size_t i);
	uint8_t *counter;
};

static int expand(struct crypto *c, const struct expansion *e, const void *key, size_t key_len,
	void *out, size_t n)
{
	uint8_t block[CRYPTO_SHA256_LEN] = {0};
	uint8_t *to = out;
	int err = 0;

	for (size_t i = 0, done = 0; done < n && !err; i++) {
		const size_t take = n - done < e->block_len ? n - done : e->block_len;
		e->step(e->counter, i);
		err = e->mac(c, key, key_len, e->parts, e->count, block);
		memcpy(to + done, block, take);
		done += take;
	}
	if (err)
		wipe(out, n);
	wipe(block, sizeof(block));
	return err;
}

static void prf_step(uint8_t *counter, size_t i)
{
	*counter = (uint8_t)i;
}

int crypto_prf_sha1(struct crypto *c, const void *key, size_t key_len, const char *label,
	const void *data, size_t data_len, void *out, size_t out_len)
{
	uint8_t counter = 0;
	// HMAC-SHA-1(K, A || Y || B || X): Y is the terminator of A, X the counter (12.7.1.2).
	const struct crypto_part parts[] = {
		{label, strlen(label) + 1}, {data, data_len}, {&counter, 1}};
	const struct expansion e = {
		crypto_hmac_sha1, CRYPTO_SHA1_LEN, parts, 3, prf_step, &counter};

	if (out_len > PRF_MAX) {
		wipe(out, out_len);
		return -EINVAL;
	}
	return expand(c, &e, key, key_len, out, out_len);
}

static void kdf_step(uint8_t *counter, size_t i)
{
	store_le16(counter, (uint16_t)(i + 1));
}

int crypto_kdf_sha256(struct crypto *c, const void *key, size_t key_len, const char *label,
	const void *context, size_t context_len, void *out, size_t out_len)
{
	uint8_t counter[2];
	uint8_t bits[2];
	// HMAC-SHA-256(K, i || Label || Context || Length), both numbers little-endian
	// (12.7.1.7.2).
	const struct crypto_part parts[] = {
		{counter, 2}, {label, strlen(label)}, {context, context_len}, {bits, 2}};
	const struct expansion e = {
		crypto_hmac_sha256, CRYPTO_SHA256_LEN, parts, 4, kdf_step, counter};

	if (out_len > KDF_MAX) {
		wipe(out, out_len);
		return -EINVAL;
	}
	store_le16(bits, (uint16_t)(out_len * 8));
	return expand(c, &e, key, key_len, out, out_len);
}
