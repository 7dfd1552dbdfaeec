// SPDX-License-Identifier: BSD-2-Clause
/*
 * How a suite selector of 802.11 and an algorithm of Native 802.11 name the same thing.
 *
 * DOT11_AUTH_ALGORITHM (wlantypes.h) has a value for AKM 00-0F-AC:2 (RSNA_PSK) but none for its
 * SHA-256 sibling 00-0F-AC:6. X-27 sends what has no value to the IHV range, so here an AKM of the
 * 00-0F-AC family that has none is DOT11_AUTH_ALGO_IHV_START plus its suite type. A radio
 * advertises it like any other pair.
 */
#ifndef OPENIHV_WIRE_ALGORITHM_H
#define OPENIHV_WIRE_ALGORITHM_H

#include <stdint.h>

#define ALGORITHM_AUTH_OPEN       1u
#define ALGORITHM_AUTH_RSNA_PSK   7u
#define ALGORITHM_AUTH_PSK_SHA256 0x80000006u
#define ALGORITHM_IHV_START       0x80000000u /* of authentication and cipher alike */
#define ALGORITHM_CIPHER_NONE     0u
#define ALGORITHM_CIPHER_TKIP     2u
#define ALGORITHM_CIPHER_CCMP     4u
#define ALGORITHM_CIPHER_BIP      6u /* BIP-CMAC-128, for management frames to a group */

/* AKM suite selector (0x000FAC02 ...) of an authentication algorithm; 0: it has none, as open has.
 */
static inline uint32_t algorithm_akm(uint32_t auth)
{
	switch (auth) {
	case ALGORITHM_AUTH_RSNA_PSK:
		return 0x000FAC02u;
	case ALGORITHM_AUTH_PSK_SHA256:
		return 0x000FAC06u;
	}
	return 0;
}

/* Cipher suite selector of a cipher algorithm; 0: none. */
static inline uint32_t algorithm_cipher_suite(uint32_t cipher)
{
	switch (cipher) {
	case ALGORITHM_CIPHER_TKIP:
		return 0x000FAC02u;
	case ALGORITHM_CIPHER_CCMP:
		return 0x000FAC04u;
	case ALGORITHM_CIPHER_BIP:
		return 0x000FAC06u;
	}
	return 0;
}

#endif
