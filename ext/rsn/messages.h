// SPDX-License-Identifier: BSD-2-Clause
#ifndef RSN_MESSAGES_H
#define RSN_MESSAGES_H

/*
 * Messages of the two handshakes, judged and built. Pure: whatever is decided here depends on the
 * arguments only, and nothing but `out` is changed.
 */

#include "supplicant.h"
#include "wire/eapol_key.h"

// The longest PDU that is sent: message 2 with the elements of the association request.
enum {
	MESSAGE_MAX = EAPOL_KEY_LEN + 2 * (2 + 255),
};

struct message {
	uint8_t pdu[MESSAGE_MAX];
	size_t len;
};

// What message 3 or group message 1 brings, decrypted. The owner wipes it.
struct delivery {
	bool repeated; // message 3 of the keys in use: answer, install nothing
	uint64_t counter;
	struct supplicant_group_key group;
	struct supplicant_group_key
		igtk; // id 0: there is none, without management frame protection
};

/*
 * Judges by length, descriptor, key descriptor version and replay counter what kind of message it
 * is. EAPOL_KEY_PAIRWISE_1, _PAIRWISE_3, _GROUP_1, or EAPOL_KEY_UNKNOWN: ignore it.
 */
enum eapol_key_message message_classify(
	const struct supplicant *s, const void *pdu, size_t len, struct eapol_key *out);

// 0; -EBADMSG: not authentic or malformed, ignore; -EPERM: authentic, but its RSNE or RSNXE is not
// that of the beacon; -EIO: the cryptography failed. After an error `out` holds no key.
int message_judge_3(const struct supplicant *s, struct crypto *c, const struct eapol_key *key,
	struct delivery *out);
int message_judge_group_1(const struct supplicant *s, struct crypto *c, const struct eapol_key *key,
	struct delivery *out);

// Answers to `to`, with the MIC of `keys`. 0 or a negative errno.
int message_build_2(const struct supplicant *s, struct crypto *c, const struct eapol_key *to,
	const struct supplicant_keys *keys, struct message *out);
int message_build_4(const struct supplicant *s, struct crypto *c, const struct eapol_key *to,
	const struct supplicant_keys *keys, struct message *out);
int message_build_group_2(const struct supplicant *s, struct crypto *c, const struct eapol_key *to,
	const struct supplicant_keys *keys, struct message *out);

#endif
