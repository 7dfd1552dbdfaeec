// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_WIRE_EAPOL_KEY_H
#define OPENIHV_WIRE_EAPOL_KEY_H

/*
 * EAPOL-Key frames (802.11-2020, 12.7.2, Figure 12-34), as EAPOL PDUs: from the EAPOL header to the
 * end of the key data. Pure codecs and predicates: nothing here knows a key.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

// Key Information (Figure 12-33).
enum {
	KEY_INFO_VERSION = 0x0007, // key descriptor version, below
	KEY_INFO_PAIRWISE = 0x0008,
	KEY_INFO_INSTALL = 0x0040,
	KEY_INFO_ACK = 0x0080,
	KEY_INFO_MIC = 0x0100,
	KEY_INFO_SECURE = 0x0200,
	KEY_INFO_ERROR = 0x0400,
	KEY_INFO_REQUEST = 0x0800,
	KEY_INFO_ENCRYPTED = 0x1000,
	KEY_INFO_SMK = 0x2000,
};

// Key descriptor versions (12.7.2, item b.1).
enum {
	KEY_VERSION_AKM = 0,      // MIC and wrapping are those of the AKM (SAE and later ones)
	KEY_VERSION_MD5_RC4 = 1,  // TKIP
	KEY_VERSION_SHA1_AES = 2, // HMAC-SHA-1-128, AES key wrap
	KEY_VERSION_CMAC_AES = 3, // AES-128-CMAC, AES key wrap
};

enum {
	EAPOL_KEY_DESCRIPTOR_RSN = 2,
	EAPOL_KEY_NONCE_LEN = 32,
	EAPOL_KEY_MIC_LEN = 16, // of all AKMs handled so far; parameter `mic_len`
	EAPOL_KEY_MIC_MAX = 32,
	EAPOL_KEY_MIC_OFFSET = 4 + 77,   // from the first octet of the EAPOL header
	EAPOL_KEY_LEN = 4 + 77 + 16 + 2, // whole PDU with a MIC of 16 octets and no key data
};

// Pointers are into the parsed frame; for building, NULL nonce and iv stand for zero.
struct eapol_key {
	uint8_t version;    // of the EAPOL header
	uint8_t descriptor; // EAPOL_KEY_DESCRIPTOR_RSN
	uint16_t info;      // KEY_INFO_*
	uint16_t key_length;
	uint64_t replay_counter;
	const uint8_t *nonce; // 32 octets
	const uint8_t *iv;    // 16 octets
	uint64_t rsc;         // little-endian field: as a number it is the packet number
	const uint8_t *mic;   // mic_len octets; not used for building
	size_t mic_len;
	const uint8_t *key_data;
	uint16_t key_data_len;

	// Set by parsing only.
	const uint8_t *frame; // the PDU without trailing padding: what the MIC covers
	size_t frame_len;
	size_t trailing; // octets after the PDU
};

/*
 * Parses one PDU. `mic_len` is that of the negotiated AKM (0, 16, 24 or 32).
 * Returns 0; -EBADMSG when truncated, or when the EAPOL length is not exactly that of the fixed
 * fields and the key data; -EPROTONOSUPPORT for another EAPOL type or key descriptor;
 * -EINVAL for a `mic_len` that cannot be. Octets after the PDU are allowed, and counted in
 * `trailing`.
 */
int eapol_key_parse(const void *frame, size_t len, size_t mic_len, struct eapol_key *out);

// Appends the PDU with a MIC of zero. Returns the offset of the MIC from w->buf: when the PDU
// starts at the buffer's start, that is EAPOL_KEY_MIC_OFFSET. 0, with the writer bad, if it does
// not fit.
size_t eapol_key_build(struct writer *w, const struct eapol_key *k);

enum eapol_key_message {
	EAPOL_KEY_UNKNOWN,
	EAPOL_KEY_PAIRWISE_1,
	EAPOL_KEY_PAIRWISE_2,
	EAPOL_KEY_PAIRWISE_3,
	EAPOL_KEY_PAIRWISE_4,
	EAPOL_KEY_GROUP_1,
	EAPOL_KEY_GROUP_2,
};

/*
 * Which message the information bits say it is (12.7.6.1 to 12.7.6.5, 12.7.7.2, 12.7.7.3). Error,
 * request and SMK frames are UNKNOWN. Install may be 0 in message 3 (12.7.6.4), and is ignored in
 * group messages. Messages 2 and 4 differ in the Secure bit, which a rekeying
 * sets in both (12.7.6.3): there an empty Key Data field means message 4. Nothing else is judged.
 */
enum eapol_key_message eapol_key_message(const struct eapol_key *k);

// "pairwise 1" ... "group 2", "unknown".
const char *eapol_key_message_name(enum eapol_key_message m);

static inline unsigned eapol_key_descriptor_version(const struct eapol_key *k)
{
	return k->info & KEY_INFO_VERSION;
}

#endif
