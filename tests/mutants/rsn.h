// SPDX-License-Identifier: BSD-2-Clause
/* What mutants of the WPA2-Personal base share: they see no more of it than what it passes. */
#ifndef OPENIHV_TESTS_MUTANTS_RSN_H
#define OPENIHV_TESTS_MUTANTS_RSN_H

#include <stdbool.h>
#include <string.h>

#include "mutant.h"

#define RSN_HEADER ((DWORD)offsetof(DOT11_SECURITY_PACKET_HEADER, Data))

/* Of an EAPOL-Key PDU (802.11-2020, 12.7.2). */
enum {
	RSN_KEY_INFO = 5,
	RSN_KEY_REPLAY = 9,
	RSN_KEY_DATA_LENGTH = 97,
	RSN_KEY_DATA = 99,
	RSN_INFO_PAIRWISE = 0x0008,
	RSN_INFO_INSTALL = 0x0040,
	RSN_INFO_ACK = 0x0080,
};

/* A mapping key or a default key as it was passed. */
struct rsn_key {
	union {
		DOT11_CIPHER_KEY_MAPPING_KEY_VALUE mapping;
		DOT11_CIPHER_DEFAULT_KEY_VALUE group;
		UCHAR bytes[128];
	} value;
	bool known;
};

static inline void rsn_keep_mapping(struct rsn_key *k, const DOT11_CIPHER_KEY_MAPPING_KEY_VALUE *v)
{
	memcpy(k->value.bytes, v,
		offsetof(DOT11_CIPHER_KEY_MAPPING_KEY_VALUE, ucKey) + v->usKeyLength);
	k->known = true;
}

static inline void rsn_keep_group(struct rsn_key *k, const DOT11_CIPHER_DEFAULT_KEY_VALUE *v)
{
	memcpy(k->value.bytes, v, offsetof(DOT11_CIPHER_DEFAULT_KEY_VALUE, ucKey) + v->usKeyLength);
	k->known = true;
}

/* The svc handle of an adapter, once its InitAdapter went by rsn_note_adapter(). */
HANDLE rsn_svc(HANDLE ext);
DWORD WINAPI rsn_note_adapter(PDOT11_ADAPTER adapter, HANDLE svc, PHANDLE ext);

#endif
