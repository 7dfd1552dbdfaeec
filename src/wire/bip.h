// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_WIRE_BIP_H
#define OPENIHV_WIRE_BIP_H

/*
 * BIP (802.11-2020, 12.5.4) without the MAC, which is crypto_cmac_aes128(). A management frame to a
 * group that is protected is its header, its body in clear, and as the last element of that the
 * Management MIC element (9.4.2.54). The MIC is the first half of the CMAC of additional data and
 * body, in which it counts as zero.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "wire/dot11.h"

enum {
	BIP_KEY_LEN = 16,
	BIP_MIC_LEN = 8,
	BIP_MME_LEN = 2 + 16, // the whole element
	BIP_AAD_LEN = 20,
};

struct bip_mme {
	uint16_t key_id; // 4 or 5
	uint64_t ipn;    // 48 bits; 1 is the first that a key uses
	const uint8_t *mic;
};

// The element at the end of a frame's body. 0, or -EBADMSG if there is none.
int bip_mme_parse(const void *body, size_t len, struct bip_mme *out);

// Appends the element, with a MIC of zero.
void bip_mme_build(struct writer *w, uint16_t key_id, uint64_t ipn);

// The additional authentication data; what a retransmission may change is masked (12.5.4.3).
void bip_aad(const struct dot11_header *h, uint8_t aad[BIP_AAD_LEN]);

#endif
