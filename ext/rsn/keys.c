// SPDX-License-Identifier: BSD-2-Clause
// Keys in the layout of windot11.h. ucKey holds the structure of the cipher, DOT11_KEY_ALGO_CCMP
// and its like, at whatever alignment its place in the outer structure gives it.
#include <string.h>

#include "base/bytes.h"
#include "base/wipe.h"
#include "rsn.h"
#include "wire/algorithm.h"

enum {
	PN_LEN = 6,
	CCMP_LEN = offsetof(DOT11_KEY_ALGO_CCMP, ucCCMPKey) + SUPPLICANT_TK_LEN,
	TKIP_KEY_LEN = 16,
	TKIP_MIC_LEN = 2 * 8,
	TKIP_LEN = offsetof(DOT11_KEY_ALGO_TKIP_MIC, ucTKIPMICKeys) + TKIP_KEY_LEN + TKIP_MIC_LEN,
	PAIRWISE_LEN = offsetof(DOT11_CIPHER_KEY_MAPPING_KEY_VALUE, ucKey) + CCMP_LEN,
	GROUP_LEN = offsetof(DOT11_CIPHER_DEFAULT_KEY_VALUE, ucKey) + TKIP_LEN, // the longest
};

_Static_assert(
	offsetof(DOT11_KEY_ALGO_BIP, ucIPN) == offsetof(DOT11_KEY_ALGO_CCMP, ucIV48Counter) &&
		offsetof(DOT11_KEY_ALGO_BIP, ulBIPKeyLength) ==
			offsetof(DOT11_KEY_ALGO_CCMP, ulCCMPKeyLength) &&
		offsetof(DOT11_KEY_ALGO_BIP, ucBIPKey) == offsetof(DOT11_KEY_ALGO_CCMP, ucCCMPKey),
	"a BIP key is laid out as a CCMP key is");

// `pn` is the receive counter to start from, in the order of the Key RSC field
// (802.11-2020, 12.7.2).
static void put_counter(uint8_t *at, uint64_t pn)
{
	uint8_t counter[8];

	store_le64(counter, pn);
	memcpy(at, counter, PN_LEN);
}

// CCMP, and BIP whose counter is the IPN. Returns the length of the structure.
static USHORT put_ccmp(uint8_t *at, const uint8_t key[SUPPLICANT_TK_LEN], uint64_t pn)
{
	const ULONG len = SUPPLICANT_TK_LEN;

	put_counter(at + offsetof(DOT11_KEY_ALGO_CCMP, ucIV48Counter), pn);
	memcpy(at + offsetof(DOT11_KEY_ALGO_CCMP, ulCCMPKeyLength), &len, sizeof(len));
	memcpy(at + offsetof(DOT11_KEY_ALGO_CCMP, ucCCMPKey), key, SUPPLICANT_TK_LEN);
	return CCMP_LEN;
}

// Drivers take the Michael key for received frames first, and that is the order of a GTK: what the
// AP sends with, then what the station would (12.8.2).
static USHORT put_tkip(uint8_t *at, const uint8_t key[TKIP_KEY_LEN + TKIP_MIC_LEN], uint64_t tsc)
{
	const ULONG key_len = TKIP_KEY_LEN;
	const ULONG mic_len = TKIP_MIC_LEN;

	put_counter(at + offsetof(DOT11_KEY_ALGO_TKIP_MIC, ucIV48Counter), tsc);
	memcpy(at + offsetof(DOT11_KEY_ALGO_TKIP_MIC, ulTKIPKeyLength), &key_len, sizeof(key_len));
	memcpy(at + offsetof(DOT11_KEY_ALGO_TKIP_MIC, ulMICKeyLength), &mic_len, sizeof(mic_len));
	memcpy(at + offsetof(DOT11_KEY_ALGO_TKIP_MIC, ucTKIPMICKeys), key,
		TKIP_KEY_LEN + TKIP_MIC_LEN);
	return TKIP_LEN;
}

DWORD keys_set_pairwise(HANDLE svc, const struct mac *ap, const uint8_t tk[SUPPLICANT_TK_LEN])
{
	union {
		DOT11_CIPHER_KEY_MAPPING_KEY_VALUE value;
		uint8_t bytes[PAIRWISE_LEN];
	} key;

	memset(&key, 0, sizeof(key));
	memcpy(key.value.PeerMacAddr, ap->b, sizeof(ap->b));
	key.value.AlgorithmId = ALGORITHM_CIPHER_CCMP;
	key.value.Direction = DOT11_DIR_BOTH;
	key.value.usKeyLength =
		put_ccmp(key.bytes + offsetof(DOT11_CIPHER_KEY_MAPPING_KEY_VALUE, ucKey), tk, 0);
	const DWORD error = rsn_host.Dot11ExtSetKeyMappingKey(svc, &key.value);
	wipe(&key, sizeof(key));
	return error;
}

static DWORD algorithm_of(enum supplicant_cipher cipher)
{
	switch (cipher) {
	case SUPPLICANT_CCMP:
		return ALGORITHM_CIPHER_CCMP;
	case SUPPLICANT_TKIP:
		return ALGORITHM_CIPHER_TKIP;
	case SUPPLICANT_BIP:
		return ALGORITHM_CIPHER_BIP;
	}
	return ALGORITHM_CIPHER_NONE;
}

// A station only receives with a group key. MacAddr is the AP's, as for every dynamic key (C-17).
DWORD keys_set_group(HANDLE svc, const struct mac *ap, const struct supplicant_group_key *group)
{
	union {
		DOT11_CIPHER_DEFAULT_KEY_VALUE value;
		uint8_t bytes[GROUP_LEN];
	} key;

	memset(&key, 0, sizeof(key));
	key.value.Header.Type = NDIS_OBJECT_TYPE_DEFAULT;
	key.value.Header.Revision = DOT11_CIPHER_DEFAULT_KEY_VALUE_REVISION_1;
	key.value.Header.Size = sizeof(DOT11_CIPHER_DEFAULT_KEY_VALUE);
	key.value.uKeyIndex = group->id;
	key.value.AlgorithmId = (DOT11_CIPHER_ALGORITHM)algorithm_of(group->cipher);
	memcpy(key.value.MacAddr, ap->b, sizeof(ap->b));
	uint8_t *at = key.bytes + offsetof(DOT11_CIPHER_DEFAULT_KEY_VALUE, ucKey);
	key.value.usKeyLength = group->cipher == SUPPLICANT_TKIP
					? put_tkip(at, group->key, group->rsc)
					: put_ccmp(at, group->key, group->rsc);
	const DWORD error = rsn_host.Dot11ExtSetDefaultKey(svc, &key.value, DOT11_DIR_INBOUND);
	wipe(&key, sizeof(key));
	return error;
}
