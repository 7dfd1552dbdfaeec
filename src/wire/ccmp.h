// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_WIRE_CCMP_H
#define OPENIHV_WIRE_CCMP_H

/*
 * CCMP encapsulation (802.11-2020, 12.5.3) without the cipher, which is crypto_ccm_seal() and
 * crypto_ccm_open(). A protected frame is: MAC header, CCMP header, ciphertext, MIC.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "wire/dot11.h"

enum {
	CCMP_HEADER_LEN = 8,
	CCMP_MIC_LEN = 8, // CCMP-128; CCMP-256 has 16
	CCMP_AAD_MAX = 30,
	CCMP_NONCE_LEN = 13,
};

#define CCMP_PN_MAX UINT64_C(0xffffffffffff)

struct ccmp_header {
	uint64_t pn;    // 48 bits; 1 is the first a key uses (12.5.3.3.2)
	uint8_t key_id; // 0 to 3
};

// 0; -EBADMSG when truncated or without ExtIV (12.5.3.2). Reserved bits are ignored.
int ccmp_header_parse(struct reader *r, struct ccmp_header *h);

void ccmp_header_build(struct writer *w, const struct ccmp_header *h);

// Writes the additional authentication data of the frame and returns its length, 22 to 30
// (12.5.3.3.3). Fields that may change in a retransmission are masked; Protected Frame counts as
// set.
size_t ccmp_aad(const struct dot11_header *h, uint8_t aad[CCMP_AAD_MAX]);

// Writes the nonce: flags (priority, management), A2, PN from its most significant octet
// (12.5.3.3.4).
void ccmp_nonce(const struct dot11_header *h, uint64_t pn, uint8_t nonce[CCMP_NONCE_LEN]);

#endif
