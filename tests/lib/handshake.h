// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_TESTS_LIB_HANDSHAKE_H
#define OPENIHV_TESTS_LIB_HANDSHAKE_H

/*
 * The authenticator's half of the two handshakes, for tests: builds its messages from codecs and
 * primitives, and checks the answers. A message is first a plain description of every field, which
 *a test may change before it is built:
 *
 *	struct handshake_message m = handshake_3(&h);
 *	m.gtk_id = 0;
 *	handshake_build(&h, &m, &frame);
 *
 * Failures of primitives end the program: here they are the test's own.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hex.h"
#include "crypto/crypto.h"

enum {
	HANDSHAKE_FRAME_MAX = 4096,
	HANDSHAKE_PLAIN_MAX = 3072,
};

struct handshake {
	struct crypto *c;
	enum crypto_akm akm;
	uint8_t pmk[CRYPTO_PMK_LEN];
	struct mac ap, station;
	uint8_t anonce[CRYPTO_NONCE_LEN];
	uint64_t counter; // of the last message that was described
	struct crypto_ptk ptk;
	bool have_ptk;
	uint8_t ap_elements[300], own_elements[300]; // RSNE, whole
	size_t ap_len, own_len;
	uint8_t gtk[32]; // gtk_len octets, then 0
	size_t gtk_len;
	uint8_t gtk_id;
	uint64_t rsc;
	bool mfp; // management frames are protected: the messages carry the IGTK
	uint8_t igtk[16];
	uint16_t igtk_id;
	uint64_t ipn;
};

struct handshake_message {
	uint16_t info;
	uint16_t key_length;
	uint64_t counter;
	uint8_t nonce[CRYPTO_NONCE_LEN];
	uint64_t rsc;
	uint8_t plain[HANDSHAKE_PLAIN_MAX]; // key data before it is padded and wrapped
	size_t plain_len;
	bool wrap; // encrypt the key data
	bool mic;
};

struct handshake_frame {
	uint8_t pdu[HANDSHAKE_FRAME_MAX];
	size_t len;
};

// Fixed addresses, nonces and keys; the AKM's RSNEs; PMK of "correct horse battery" and "openihv".
void handshake_init(struct handshake *h, enum crypto_akm akm);
void handshake_destroy(struct handshake *h);

// A new ANonce, made of `seed`.
void handshake_anonce(struct handshake *h, uint8_t seed);
// Another group key, made of `seed`.
void handshake_gtk(struct handshake *h, uint8_t id, uint8_t seed);
// Another IGTK, likewise.
void handshake_igtk(struct handshake *h, uint16_t id, uint8_t seed);

// What the network has besides, from now on; the RSNEs of both sides tell.
void handshake_protect(struct handshake *h); // management frame protection
void handshake_tkip(struct handshake *h);    // TKIP for group traffic

// Descriptions of good messages, each with the next counter.
struct handshake_message handshake_1(struct handshake *h);
struct handshake_message handshake_3(struct handshake *h);
struct handshake_message handshake_group_1(struct handshake *h);
// Appends a GTK or IGTK KDE to the key data.
void handshake_put_gtk(struct handshake_message *m, uint8_t id, const uint8_t *key, size_t len);
void handshake_put_igtk(
	struct handshake_message *m, uint16_t id, uint64_t ipn, const uint8_t *key, size_t len);

void handshake_build(
	struct handshake *h, const struct handshake_message *m, struct handshake_frame *out);

// Whether the PDU is the good answer to the message with that counter. Message 2 gives the PTK.
bool handshake_is_2(struct handshake *h, const void *pdu, size_t len, uint64_t counter);
bool handshake_is_4(struct handshake *h, const void *pdu, size_t len, uint64_t counter);
bool handshake_is_group_2(struct handshake *h, const void *pdu, size_t len, uint64_t counter);

#endif
