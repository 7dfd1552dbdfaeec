// SPDX-License-Identifier: BSD-2-Clause
#include "handshake.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <string.h>

enum type {
	CHALLENGE = 1,
	ANSWER,
	ACCEPT,
	REJECT,
	CONFIRM,
	KEY, /* only to tell the key from the proofs */
};

static bool proof(const struct handshake *h, enum type type, uint8_t out[HANDSHAKE_PROOF])
{
	uint8_t text[1 + HANDSHAKE_BSSID + 2 * HANDSHAKE_NONCE];
	unsigned length = 0;

	text[0] = (uint8_t)type;
	memcpy(text + 1, h->bssid, HANDSHAKE_BSSID);
	memcpy(text + 1 + HANDSHAKE_BSSID, h->nonce_a, HANDSHAKE_NONCE);
	memcpy(text + 1 + HANDSHAKE_BSSID + HANDSHAKE_NONCE, h->nonce_s, HANDSHAKE_NONCE);
	return HMAC(EVP_sha256(), h->secret.bytes, (int)h->secret.length, text, sizeof(text), out,
		       &length) &&
	       length == HANDSHAKE_PROOF;
}

void handshake_begin(struct handshake *h, const struct handshake_secret *secret,
	const uint8_t bssid[HANDSHAKE_BSSID])
{
	memset(h, 0, sizeof(*h));
	h->secret = *secret;
	memcpy(h->bssid, bssid, HANDSHAKE_BSSID);
}

/* A repeated challenge gets the same answer, a new one starts anew. */
static enum handshake_step challenged(
	struct handshake *h, const uint8_t *nonce, struct handshake_message *reply)
{
	if (!h->answered || memcmp(h->nonce_a, nonce, HANDSHAKE_NONCE) != 0) {
		h->answered = h->installed = false;
		memcpy(h->nonce_a, nonce, HANDSHAKE_NONCE);
		if (RAND_bytes(h->nonce_s, HANDSHAKE_NONCE) != 1)
			return HANDSHAKE_FAILED;
		h->answered = true;
	}
	reply->bytes[0] = ANSWER;
	memcpy(reply->bytes + 1, h->nonce_s, HANDSHAKE_NONCE);
	reply->length = 1 + HANDSHAKE_NONCE + HANDSHAKE_PROOF;
	return proof(h, ANSWER, reply->bytes + 1 + HANDSHAKE_NONCE) ? HANDSHAKE_REPLY
								    : HANDSHAKE_FAILED;
}

static enum handshake_step accepted(const struct handshake *h, const uint8_t *theirs,
	struct handshake_message *reply, uint8_t key[HANDSHAKE_KEY])
{
	uint8_t ours[HANDSHAKE_PROOF];

	if (!h->answered)
		return HANDSHAKE_NOTHING;
	if (!proof(h, ACCEPT, ours))
		return HANDSHAKE_FAILED;
	if (CRYPTO_memcmp(ours, theirs, HANDSHAKE_PROOF) != 0)
		return HANDSHAKE_NOTHING;
	if (!proof(h, KEY, ours))
		return HANDSHAKE_FAILED;
	memcpy(key, ours, HANDSHAKE_KEY);
	OPENSSL_cleanse(ours, sizeof(ours));
	reply->bytes[0] = CONFIRM;
	reply->length = 1 + HANDSHAKE_PROOF;
	return proof(h, CONFIRM, reply->bytes + 1) ? HANDSHAKE_ACCEPTED : HANDSHAKE_FAILED;
}

enum handshake_step handshake_receive(struct handshake *h, const uint8_t *message, size_t length,
	struct handshake_message *reply, uint8_t key[HANDSHAKE_KEY])
{
	if (length == 1 + HANDSHAKE_NONCE && message[0] == CHALLENGE)
		return challenged(h, message + 1, reply);
	if (length == 1 + HANDSHAKE_PROOF && message[0] == ACCEPT)
		return accepted(h, message + 1, reply, key);
	/* Anybody can say so; it ends no port that was opened. */
	if (length == 1 && message[0] == REJECT && h->answered && !h->installed)
		return HANDSHAKE_REJECTED;
	return HANDSHAKE_NOTHING;
}

void handshake_installed(struct handshake *h)
{
	h->installed = true;
}

void handshake_end(struct handshake *h)
{
	OPENSSL_cleanse(h, sizeof(*h));
}
