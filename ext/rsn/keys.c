// SPDX-License-Identifier: BSD-2-Clause
// Keys in the layout of windot11.h. For CCMP ucKey holds a DOT11_KEY_ALGO_CCMP, at whatever
// alignment its place in the outer structure gives it.
#include <string.h>

#include "base/bytes.h"
#include "base/wipe.h"
#include "rsn.h"
#include "wire/algorithm.h"

enum {
	PN_LEN = 6,
	CCMP_LEN = offsetof(DOT11_KEY_ALGO_CCMP, ucCCMPKey) + SUPPLICANT_TK_LEN,
	PAIRWISE_LEN = offsetof(DOT11_CIPHER_KEY_MAPPING_KEY_VALUE, ucKey) + CCMP_LEN,
	GROUP_LEN = offsetof(DOT11_CIPHER_DEFAULT_KEY_VALUE, ucKey) + CCMP_LEN,
};

// `pn` is the receive counter to start from, in the order of the Key RSC field
// (802.11-2020, 12.7.2).
static void put_ccmp(uint8_t *at, const uint8_t key[SUPPLICANT_TK_LEN], uint64_t pn)
{
	const ULONG len = SUPPLICANT_TK_LEN;
	uint8_t counter[8];

	store_le64(counter, pn);
	memcpy(at + offsetof(DOT11_KEY_ALGO_CCMP, ucIV48Counter), counter, PN_LEN);
	memcpy(at + offsetof(DOT11_KEY_ALGO_CCMP, ulCCMPKeyLength), &len, sizeof(len));
	memcpy(at + offsetof(DOT11_KEY_ALGO_CCMP, ucCCMPKey), key, SUPPLICANT_TK_LEN);
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
	key.value.usKeyLength = CCMP_LEN;
	put_ccmp(key.bytes + offsetof(DOT11_CIPHER_KEY_MAPPING_KEY_VALUE, ucKey), tk, 0);
	const DWORD error = rsn_host.Dot11ExtSetKeyMappingKey(svc, &key.value);
	wipe(&key, sizeof(key));
	return error;
}

// A station only receives with the group key. MacAddr is the AP's, as for every dynamic key (C-17).
DWORD keys_set_group(HANDLE svc, const struct mac *ap, const struct supplicant_group_key *gtk)
{
	union {
		DOT11_CIPHER_DEFAULT_KEY_VALUE value;
		uint8_t bytes[GROUP_LEN];
	} key;

	memset(&key, 0, sizeof(key));
	key.value.Header.Type = NDIS_OBJECT_TYPE_DEFAULT;
	key.value.Header.Revision = DOT11_CIPHER_DEFAULT_KEY_VALUE_REVISION_1;
	key.value.Header.Size = sizeof(DOT11_CIPHER_DEFAULT_KEY_VALUE);
	key.value.uKeyIndex = gtk->id;
	key.value.AlgorithmId = ALGORITHM_CIPHER_CCMP;
	memcpy(key.value.MacAddr, ap->b, sizeof(ap->b));
	key.value.usKeyLength = CCMP_LEN;
	put_ccmp(key.bytes + offsetof(DOT11_CIPHER_DEFAULT_KEY_VALUE, ucKey), gtk->key, gtk->rsc);
	const DWORD error = rsn_host.Dot11ExtSetDefaultKey(svc, &key.value, DOT11_DIR_INBOUND);
	wipe(&key, sizeof(key));
	return error;
}
