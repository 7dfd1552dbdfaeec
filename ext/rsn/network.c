// SPDX-License-Identifier: BSD-2-Clause
#include "network.h"

#include <errno.h>

#include "profile.h"
#include "wire/dot11.h"
#include "wire/rsne.h"

enum {
	ENTRY_LEN = offsetof(DOT11_BSS_ENTRY, ucBuffer),
	WPA_OUI_TYPE = 0x0050f201, // the element of WPA, before RSN
};

struct reader network_list(const DOT11_BSS_LIST *list)
{
	if (!list || !list->pucBuffer)
		return reader_init(NULL, 0);
	return reader_init(list->pucBuffer, list->uNumOfBytes);
}

// Whether the management frame protection that the network requires, if it does, is to be had here.
static bool mfp_suits(const struct rsne *rsne)
{
	if (!(rsne->capabilities & RSN_CAP_MFPR))
		return true;
	// 802.11-2020, 12.6.3: who requires it must also be capable of it.
	return rsne->capabilities & RSN_CAP_MFPC && rsne->group_mgmt == CIPHER_BIP_CMAC_128;
}

static void read_rsne(const struct element *e, struct network *out)
{
	struct rsne rsne;

	if (rsne_parse(e->data, e->len, &rsne) != 0)
		return;
	// TKIP for groups is for the older stations of a network. Their own traffic is not ours.
	if ((rsne.group != CIPHER_CCMP_128 && rsne.group != CIPHER_TKIP) ||
		!rsne_has_pairwise(&rsne, CIPHER_CCMP_128) || !mfp_suits(&rsne))
		return;
	out->group = rsne.group;
	out->psk = rsne_has_akm(&rsne, AKM_PSK);
	out->psk_sha256 = rsne_has_akm(&rsne, AKM_PSK_SHA256);
}

static void read_ssid(const struct element *e, struct network *out)
{
	// A hidden name may also be so many zeros.
	if (e->len > sizeof(out->ssid) || e->len == 0 || e->data[0] == 0)
		return;
	memcpy(out->ssid, e->data, e->len);
	out->ssid_len = e->len;
}

// False for elements that do not fit their frame: such a BSS is not joined.
static bool read_elements(struct reader r, bool privacy, struct network *out)
{
	struct element e;
	bool secured = privacy;
	bool named = false;

	while (element_next(&r, &e)) {
		if (e.id == D11_EID_SSID && !named) {
			named = true;
			read_ssid(&e, out);
		} else if (e.id == D11_EID_RSN && !out->psk && !out->psk_sha256) {
			secured = true;
			read_rsne(&e, out);
		} else if (e.id == D11_EID_VENDOR && e.len >= 4) {
			secured |= load_be32(e.data) == WPA_OUI_TYPE;
		}
	}
	out->open = !secured;
	return reader_ok(&r);
}

bool network_next(struct reader *list, struct network *out)
{
	DOT11_BSS_ENTRY entry;

	*out = (struct network){0};
	if (reader_left(list) == 0)
		return false;
	// Entries are packed: only a copy is aligned.
	reader_copy(list, &entry, ENTRY_LEN);
	struct reader elements = reader_sub(list, entry.uBufferLength);
	if (!reader_ok(list))
		return false;
	const bool privacy = entry.usCapabilityInformation & D11_CAP_PRIVACY;
	if (entry.dot11BSSType != dot11_BSS_type_infrastructure ||
		!read_elements(elements, privacy, out))
		*out = (struct network){0};
	return true;
}

static bool same_name(const struct network *n, const DOT11_SSID *ssid)
{
	return ssid->uSSIDLength == n->ssid_len && memcmp(ssid->ucSSID, n->ssid, n->ssid_len) == 0;
}

bool network_named(const struct network *n, const DOT11EXT_IHV_PROFILE_PARAMS *params)
{
	const DOT11EXT_IHV_SSID_LIST *names = params ? params->pSsidList : NULL;

	if (!names || names->ulCount == 0 || n->ssid_len == 0)
		return true;
	for (ULONG i = 0; i < names->ulCount; i++) {
		if (same_name(n, &names->SSIDs[i]))
			return true;
	}
	return false;
}

// The name that goes into the key: that of the network, or for a hidden one the profile's first.
static void name_choice(
	const struct network *n, const DOT11EXT_IHV_PROFILE_PARAMS *params, struct choice *out)
{
	const DOT11EXT_IHV_SSID_LIST *names = params ? params->pSsidList : NULL;

	if (n->ssid_len == 0 && names && names->ulCount > 0 &&
		names->SSIDs[0].uSSIDLength <= sizeof(out->ssid)) {
		out->ssid_len = names->SSIDs[0].uSSIDLength;
		memcpy(out->ssid, names->SSIDs[0].ucSSID, out->ssid_len);
		return;
	}
	out->ssid_len = n->ssid_len;
	memcpy(out->ssid, n->ssid, n->ssid_len);
}

// SHA-1 first: it is what nearly every PSK network is run with. A profile can ask for the other.
static uint32_t pick_akm(const struct network *n, const struct profile *profile)
{
	if (n->psk && (profile->akm == 0 || profile->akm == AKM_PSK))
		return AKM_PSK;
	if (n->psk_sha256 && (profile->akm == 0 || profile->akm == AKM_PSK_SHA256))
		return AKM_PSK_SHA256;
	return 0;
}

int network_judge(const struct network *n, const struct profile *profile,
	const DOT11EXT_IHV_PROFILE_PARAMS *params, struct choice *out)
{
	*out = (struct choice){0};
	if (!network_named(n, params))
		return -ENOENT;
	name_choice(n, params, out);
	out->akm = pick_akm(n, profile);
	out->group = n->group;
	if (out->akm)
		return out->ssid_len ? 0 : -ENOENT;
	// A profile that names a secret or an AKM is never lured into an open network of that name.
	return n->open && !profile->secured ? 0 : -ENOENT;
}

int network_choose(const DOT11_BSS_LIST *list, const struct profile *profile,
	const DOT11EXT_IHV_PROFILE_PARAMS *params, struct choice *out)
{
	struct reader r = network_list(list);
	struct network n;
	struct choice choice;
	int err = -ENOENT;

	while (network_next(&r, &n)) {
		if (network_judge(&n, profile, params, &choice) != 0 || (err == 0 && !choice.akm))
			continue;
		*out = choice;
		err = 0;
		if (choice.akm)
			break;
	}
	return err;
}
