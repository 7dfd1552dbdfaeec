// SPDX-License-Identifier: BSD-2-Clause
/* Algorithms and names of 802.11 networks, shared by every other header. Facts: wlantypes.h [H]. */
#ifndef _INC_WLANTYPES
#define _INC_WLANTYPES

#include <windows.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes in the longest SSID. */
#define DOT11_SSID_MAX_LENGTH 32

/*
 * Authentication algorithm of an association. A module with an algorithm of its own uses the IHV
 * range. __extension__: the range does not fit into an int, as ISO C wants enumerators to.
 */
__extension__ typedef enum _DOT11_AUTH_ALGORITHM {
	DOT11_AUTH_ALGO_80211_OPEN = 1,
	DOT11_AUTH_ALGO_80211_SHARED_KEY = 2,
	DOT11_AUTH_ALGO_WPA = 3,
	DOT11_AUTH_ALGO_WPA_PSK = 4,
	DOT11_AUTH_ALGO_WPA_NONE = 5,
	DOT11_AUTH_ALGO_RSNA = 6,
	DOT11_AUTH_ALGO_RSNA_PSK = 7,
	DOT11_AUTH_ALGO_WPA3 = 8,
	DOT11_AUTH_ALGO_WPA3_ENT_192 = DOT11_AUTH_ALGO_WPA3,
	DOT11_AUTH_ALGO_WPA3_SAE = 9,
	DOT11_AUTH_ALGO_OWE = 10,
	DOT11_AUTH_ALGO_WPA3_ENT = 11,
	DOT11_AUTH_ALGO_IHV_START = 0x80000000,
	DOT11_AUTH_ALGO_IHV_END = 0xFFFFFFFF
} DOT11_AUTH_ALGORITHM,
	*PDOT11_AUTH_ALGORITHM;

/* Cipher of an association or of a key. The BIP ones protect management frames only. */
__extension__ typedef enum _DOT11_CIPHER_ALGORITHM {
	DOT11_CIPHER_ALGO_NONE = 0x00,
	DOT11_CIPHER_ALGO_WEP40 = 0x01,
	DOT11_CIPHER_ALGO_TKIP = 0x02,
	DOT11_CIPHER_ALGO_CCMP = 0x04,
	DOT11_CIPHER_ALGO_WEP104 = 0x05,
	DOT11_CIPHER_ALGO_BIP = 0x06,
	DOT11_CIPHER_ALGO_GCMP = 0x08,
	DOT11_CIPHER_ALGO_GCMP_256 = 0x09,
	DOT11_CIPHER_ALGO_CCMP_256 = 0x0A,
	DOT11_CIPHER_ALGO_BIP_GMAC_128 = 0x0B,
	DOT11_CIPHER_ALGO_BIP_GMAC_256 = 0x0C,
	DOT11_CIPHER_ALGO_BIP_CMAC_256 = 0x0D,
	DOT11_CIPHER_ALGO_WPA_USE_GROUP = 0x100,
	DOT11_CIPHER_ALGO_RSN_USE_GROUP = 0x100,
	DOT11_CIPHER_ALGO_WEP = 0x101,
	DOT11_CIPHER_ALGO_IHV_START = 0x80000000,
	DOT11_CIPHER_ALGO_IHV_END = 0xFFFFFFFF
} DOT11_CIPHER_ALGORITHM,
	*PDOT11_CIPHER_ALGORITHM;

/* Kind of network. Only infrastructure ones reach a module (H-14). */
typedef enum _DOT11_BSS_TYPE {
	dot11_BSS_type_infrastructure = 1,
	dot11_BSS_type_independent = 2,
	dot11_BSS_type_any = 3
} DOT11_BSS_TYPE,
	*PDOT11_BSS_TYPE;

/* An authentication algorithm with a cipher that goes with it, as a miniport advertises them. */
typedef struct _DOT11_AUTH_CIPHER_PAIR {
	DOT11_AUTH_ALGORITHM AuthAlgoId;
	DOT11_CIPHER_ALGORITHM CipherAlgoId;
} DOT11_AUTH_CIPHER_PAIR, *PDOT11_AUTH_CIPHER_PAIR;

/* Network name: arbitrary bytes, not text, not terminated. */
typedef struct _DOT11_SSID {
	ULONG uSSIDLength; /* bytes used, 0 to 32 */
	UCHAR ucSSID[DOT11_SSID_MAX_LENGTH];
} DOT11_SSID, *PDOT11_SSID;

#ifdef __cplusplus
}
#endif

#endif
