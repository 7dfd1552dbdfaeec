// SPDX-License-Identifier: BSD-2-Clause
#ifndef RSN_SUPPLICANT_H
#define RSN_SUPPLICANT_H

/*
 * The supplicant's half of the 4-way and group key handshakes of an RSN with a pre-shared key,
 * CCMP-128 for pairwise and CCMP-128 or TKIP for group traffic, with or without management frame
 * protection (802.11-2020, 12.7.6 and 12.7.7). A pure part: frames and keys leave through a table
 * of operations, there is no clock, no thread and no allocation, and nothing of the IHV interface.
 *
 * One struct supplicant serves one association. Its owner serialises the calls and may move or free
 * it after supplicant_end() only.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hex.h"
#include "crypto/crypto.h"

enum {
	SUPPLICANT_TK_LEN = 16,    // CCMP-128
	SUPPLICANT_GROUP_MAX = 32, // of a group key
	SUPPLICANT_KEY_IDS = 6,    // 0 to 5, of which a GTK has 1 to 3 and an IGTK 4 or 5
	SUPPLICANT_PDU_MAX = 2304, // an MSDU (9.2.4.7); longer input is ignored
	SUPPLICANT_PATIENCE = 4, // message 1 that arrives this often without a message 3: wrong key
};

enum supplicant_result {
	SUPPLICANT_PENDING,    // never reported
	SUPPLICANT_OK,         // keys are installed, both sides know the PMK
	SUPPLICANT_CREDENTIAL, // the authenticator does not accept our MIC: another passphrase
	SUPPLICANT_MISMATCH,   // authentic message 3 whose elements are not the beacon's (12.7.6.4)
	SUPPLICANT_KEY_FAILURE, // the radio refused a key
};

enum supplicant_cipher {
	SUPPLICANT_CCMP, // CCMP-128, 16 octets
	// 32 octets: the temporal key, 8 octets of Michael key for what the AP sends, 8 for what
	// the station would (12.8.2)
	SUPPLICANT_TKIP,
	SUPPLICANT_BIP, // BIP-CMAC-128, 16 octets
};

// Octets of a group key of that cipher.
size_t supplicant_key_len(enum supplicant_cipher cipher);

// A GTK, or with BIP the IGTK, which guards management frames that are sent to a group.
struct supplicant_group_key {
	enum supplicant_cipher cipher;
	uint8_t id;                        // 1 to 3; IGTK: 4 or 5; 0: none
	uint8_t key[SUPPLICANT_GROUP_MAX]; // as long as the cipher wants, then 0
	// RSC or IPN: packet number of the last frame sent with it: receive only greater ones
	uint64_t rsc;
};

/*
 * What the supplicant asks of its owner. Pointers are valid during the call. None of these may call
 * the supplicant. Those that return int answer 0 or a negative errno.
 */
struct supplicant_ops {
	// Sends an EAPOL PDU to the authenticator. After an error the message counts as not
	// received: the authenticator will repeat it.
	int (*send)(void *user, const void *pdu, size_t len);

	// Installs the pairwise key; once for each key that was negotiated.
	int (*install_pairwise)(void *user, const uint8_t tk[SUPPLICANT_TK_LEN]);

	// Installs a group key to receive with, GTK or IGTK; once for each key, under its first id.
	int (*install_group)(void *user, const struct supplicant_group_key *key);

	// The result changed: the first one, OK after a failure, or a failure after OK.
	void (*done)(void *user, enum supplicant_result result);
};

struct supplicant_element {
	const uint8_t *p; // with identifier and length; may be NULL when len is 0
	size_t len;
};

// Elements are not copied: they must outlive the supplicant. The rest is.
struct supplicant_config {
	enum crypto_akm akm;
	enum supplicant_cipher group; // CCMP or TKIP
	bool mfp; // management frame protection was negotiated: there is an IGTK, for BIP-CMAC-128
	const uint8_t *pmk; // CRYPTO_PMK_LEN octets
	struct mac ap, station;
	struct supplicant_element own;      // RSNE [and RSNXE] as in the association request
	struct supplicant_element ap_rsne;  // as in the beacon or probe response
	struct supplicant_element ap_rsnxe; // likewise; empty if there was none
};

// A PTK with the nonces it comes from.
struct supplicant_keys {
	bool valid;     // ptk is that of the two nonces
	bool installed; // and its temporal key has gone to the radio
	uint8_t anonce[CRYPTO_NONCE_LEN];
	uint8_t snonce[CRYPTO_NONCE_LEN];
	struct crypto_ptk ptk;
};

// Private to supplicant.c; here so that it can be a member. All zero: not in use.
struct supplicant {
	const struct supplicant_ops *ops;
	void *user;
	struct supplicant_config config; // its pmk points to the copy below
	uint8_t pmk[CRYPTO_PMK_LEN];

	struct supplicant_keys next;    // of the 4-way handshake that is running, if one is
	struct supplicant_keys current; // of the last one that ended well
	struct supplicant_group_key group[SUPPLICANT_KEY_IDS]; // id 0: none installed

	bool counted;     // `counter` is meaningful
	uint64_t counter; // replay counter of the last message with a good MIC (12.7.2, item d)
	uint64_t asked;   // replay counter of the last message 1 that was answered
	unsigned asks;    // different ones answered before the first message 3
	enum supplicant_result result;
};

// Starts for a new association. 0, or -EINVAL for elements or a PMK that are missing.
int supplicant_begin(struct supplicant *s, const struct supplicant_config *config,
	const struct supplicant_ops *ops, void *user);

// One received EAPOL PDU. What is not a valid message of the authenticator for this moment is
// ignored and changes nothing. `c` is used during the call only. Nothing happens after
// supplicant_end() or before supplicant_begin().
void supplicant_receive(struct supplicant *s, struct crypto *c, const void *pdu, size_t len);

// Wipes everything. Repeats are harmless.
void supplicant_end(struct supplicant *s);

#endif
