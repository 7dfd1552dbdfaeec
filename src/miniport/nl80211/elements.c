// SPDX-License-Identifier: BSD-2-Clause
/* What an association request asks for, and whether a BSS can give it. */
#include "miniport/nl80211/internal.h"

#include <errno.h>
#include <string.h>

#include "wire/algorithm.h"
#include "wire/rsne.h"

bool elements_wanted(const struct radio *r, const struct found *f)
{
	struct element e;

	if (element_find(f->elements, f->bss.elements_length, D11_EID_SSID, &e))
		return false;
	for (size_t i = 0; i < r->nssids; i++)
		if (e.len == r->ssids[i].length && memcmp(e.data, r->ssids[i].bytes, e.len) == 0)
			return true;
	return false;
}

static bool read_rsne(const struct found *f, struct rsne *out)
{
	struct element e;

	return element_find(f->elements, f->bss.elements_length, D11_EID_RSN, &e) == 0 &&
	       rsne_parse(e.data, e.len, out) == 0;
}

bool elements_suit(const struct radio *r, const struct found *f)
{
	const uint32_t akm = algorithm_akm(r->auth);
	struct rsne rsne;

	if (!(f->bss.capability & D11_CAP_ESS))
		return false;
	if (!akm)
		return true; /* open, or what only the module and its access points know */
	return read_rsne(f, &rsne) && rsne_has_akm(&rsne, akm) &&
	       rsne_has_pairwise(&rsne, algorithm_cipher_suite(r->unicast)) &&
	       (!(rsne.capabilities & RSN_CAP_MFPR) || (r->info.features & RADIO_BIP));
}

/* 802.11-2020, 12.6.3: used whenever both can. */
bool elements_protected(const struct radio *r, const struct found *f)
{
	struct rsne rsne;

	return algorithm_akm(r->auth) && (r->info.features & RADIO_BIP) && read_rsne(f, &rsne) &&
	       (rsne.capabilities & RSN_CAP_MFPC) && rsne.group_mgmt == CIPHER_BIP_CMAC_128;
}

int elements_request(
	const struct radio *r, const struct found *f, struct writer *w, uint32_t *group)
{
	struct rsne theirs, ours = {.extent = RSNE_TO_CAPABILITIES,
				    .version = 1,
				    .pairwise = {algorithm_cipher_suite(r->unicast)},
				    .pairwise_count = 1,
				    .akm = {algorithm_akm(r->auth)},
				    .akm_count = 1};

	if (!ours.akm[0])
		return 0;
	if (!read_rsne(f, &theirs))
		return -EINVAL;
	*group = ours.group = theirs.group;
	if (elements_protected(r, f))
		ours.capabilities |= RSN_CAP_MFPC;
	rsne_build(w, &ours);
	return writer_ok(w) ? 0 : -EMSGSIZE;
}
