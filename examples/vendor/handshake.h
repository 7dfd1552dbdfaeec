// SPDX-License-Identifier: BSD-2-Clause
/*
 * The vendor's protocol, the module's half: no IHV interface, no thread, no clock.
 *
 *	module                                  access point
 *	           <--  CHALLENGE  nonce A      after the association, and again to rekey
 *	ANSWER     -->             nonce S, proof(ANSWER)
 *	           <--  ACCEPT     proof(ACCEPT), or REJECT with nothing behind it
 *	(key)
 *	CONFIRM    -->             proof(CONFIRM)
 *	                                        (key, port)
 *
 * A message is its type, one octet, and what stands behind it above; nonces and proofs have 32
 * octets. proof(t) = HMAC-SHA256(secret, t || BSSID || nonce A || nonce S), and the pairwise key is
 * the first 16 octets of proof(KEY). The access point repeats what is not answered.
 */
#ifndef VENDOR_HANDSHAKE_H
#define VENDOR_HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	HANDSHAKE_BSSID = 6,
	HANDSHAKE_NONCE = 32,
	HANDSHAKE_PROOF = 32,
	HANDSHAKE_KEY = 16,
	HANDSHAKE_MESSAGE_MAX = 1 + HANDSHAKE_NONCE + HANDSHAKE_PROOF,
	HANDSHAKE_SECRET_MIN = 8,
	HANDSHAKE_SECRET_MAX = 63,
};

struct handshake_secret {
	uint8_t bytes[HANDSHAKE_SECRET_MAX];
	size_t length;
};

struct handshake {
	struct handshake_secret secret;
	uint8_t bssid[HANDSHAKE_BSSID];
	uint8_t nonce_a[HANDSHAKE_NONCE], nonce_s[HANDSHAKE_NONCE];
	bool answered;  /* both nonces are set */
	bool installed; /* and their key is in use */
};

struct handshake_message {
	uint8_t bytes[HANDSHAKE_MESSAGE_MAX];
	size_t length;
};

enum handshake_step {
	HANDSHAKE_NOTHING,  /* not for us, malformed, or not authentic: as if it had not come */
	HANDSHAKE_REPLY,    /* send the reply */
	HANDSHAKE_ACCEPTED, /* install the key unless it is, then send the reply */
	HANDSHAKE_REJECTED, /* the access point does not take the answer: another secret */
	HANDSHAKE_FAILED,   /* libcrypto */
};

void handshake_begin(struct handshake *h, const struct handshake_secret *secret,
	const uint8_t bssid[HANDSHAKE_BSSID]);
/* Judges a message from the access point. key is set with HANDSHAKE_ACCEPTED. */
enum handshake_step handshake_receive(struct handshake *h, const uint8_t *message, size_t length,
	struct handshake_message *reply, uint8_t key[HANDSHAKE_KEY]);
/* The key of the present nonces is in use: it is never installed again, whatever is repeated. */
void handshake_installed(struct handshake *h);
/* Wipes it. */
void handshake_end(struct handshake *h);

#endif
