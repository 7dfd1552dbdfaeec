// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_WIRE_RSNE_H
#define OPENIHV_WIRE_RSNE_H

// The RSN element (802.11-2020, 9.4.2.24) and the RSN extension element (9.4.2.241). Pure codecs.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

// A suite selector is OUI and type as one number: 00-0F-AC:4 is 0x000fac04.
#define SUITE(oui, type) ((uint32_t)(oui) << 8 | (uint32_t)(type))

// Cipher suites (Table 9-149).
enum {
	CIPHER_USE_GROUP = 0x000fac00,
	CIPHER_WEP40 = 0x000fac01,
	CIPHER_TKIP = 0x000fac02,
	CIPHER_CCMP_128 = 0x000fac04,
	CIPHER_WEP104 = 0x000fac05,
	CIPHER_BIP_CMAC_128 = 0x000fac06,
	CIPHER_NO_GROUP = 0x000fac07,
	CIPHER_GCMP_128 = 0x000fac08,
	CIPHER_GCMP_256 = 0x000fac09,
	CIPHER_CCMP_256 = 0x000fac0a,
	CIPHER_BIP_GMAC_128 = 0x000fac0b,
	CIPHER_BIP_GMAC_256 = 0x000fac0c,
	CIPHER_BIP_CMAC_256 = 0x000fac0d,
};

// AKM suites (Table 9-151).
enum {
	AKM_8021X = 0x000fac01,
	AKM_PSK = 0x000fac02,
	AKM_FT_8021X = 0x000fac03,
	AKM_FT_PSK = 0x000fac04,
	AKM_8021X_SHA256 = 0x000fac05,
	AKM_PSK_SHA256 = 0x000fac06,
	AKM_SAE = 0x000fac08,
	AKM_FT_SAE = 0x000fac09,
	AKM_OWE = 0x000fac12,
};

// RSN Capabilities (9.4.2.24.4).
enum {
	RSN_CAP_PREAUTH = 0x0001,
	RSN_CAP_NO_PAIRWISE = 0x0002,
	RSN_CAP_PTKSA_REPLAY = 0x000c,
	RSN_CAP_GTKSA_REPLAY = 0x0030,
	RSN_CAP_MFPR = 0x0040, // management frame protection required
	RSN_CAP_MFPC = 0x0080, // management frame protection capable
	RSN_CAP_OCVC = 0x4000,
};

// Every field after the version may be absent, together with all that follow it: how far it went.
enum rsne_extent {
	RSNE_VERSION_ONLY,
	RSNE_TO_GROUP,
	RSNE_TO_PAIRWISE,
	RSNE_TO_AKM,
	RSNE_TO_CAPABILITIES,
	RSNE_TO_PMKIDS,
	RSNE_TO_GROUP_MGMT,
};

enum {
	RSNE_SUITES_MAX = 61, // what 255 octets can hold
	PMKID_LEN = 16,
	RSNE_MAX = 2 + 255,
};

struct rsne {
	enum rsne_extent extent;
	uint16_t version; // 1
	uint32_t group;
	uint32_t pairwise[RSNE_SUITES_MAX]; // only the first pairwise_count are set
	size_t pairwise_count;
	uint32_t akm[RSNE_SUITES_MAX];
	size_t akm_count;
	uint16_t capabilities;
	const uint8_t *pmkids; // pmkid_count times 16 octets, in the parsed memory
	size_t pmkid_count;
	uint32_t group_mgmt;
	const uint8_t *extra; // octets after the last known field: the element is extensible
	size_t extra_len;
};

/*
 * Parses the element's body (without identifier and length). Absent fields get their defaults:
 * CCMP-128 as group and pairwise cipher, 802.1X as AKM, capabilities 0, no PMKID, BIP-CMAC-128 as
 * group management cipher. Returns 0; -EBADMSG if the body ends within a field, has a suite count
 * of 0, or counts more than is there; -EPROTONOSUPPORT for a version other than 1. `out` points
 * into `body`.
 */
int rsne_parse(const void *body, size_t len, struct rsne *out);

// Appends the whole element, identifier and length included, up to `extent` (fields beyond it are
// not written). Counts above RSNE_SUITES_MAX, or a body of over 255 octets, make the writer bad.
void rsne_build(struct writer *w, const struct rsne *rsne);

bool rsne_has_pairwise(const struct rsne *rsne, uint32_t suite);
bool rsne_has_akm(const struct rsne *rsne, uint32_t suite);
bool rsne_has_pmkid(const struct rsne *rsne, const uint8_t pmkid[PMKID_LEN]);

// Bits of the Extended RSN Capabilities field (Table 9-321).
enum {
	RSNX_PROTECTED_TWT = 4,
	RSNX_SAE_H2E = 5,
};

// The field: its low four bits are its length in octets less one.
struct rsnxe {
	const uint8_t *field;
	size_t len;
};

// Parses the element's body. -EBADMSG: empty, or shorter than it says it is. Octets beyond the said
// length are ignored.
int rsnxe_parse(const void *body, size_t len, struct rsnxe *out);

// Whether capability `bit` (counted from the field's first bit, so 4 and above) is set.
bool rsnxe_has(const struct rsnxe *x, unsigned bit);

// Appends the whole element with these capabilities (bit 4 and above; the low four are replaced by
// the length) in the fewest octets.
void rsnxe_build(struct writer *w, uint64_t capabilities);

#endif
