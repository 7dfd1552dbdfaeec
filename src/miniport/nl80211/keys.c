// SPDX-License-Identifier: BSD-2-Clause
/*
 * Keys. The kernel holds them; what is remembered here is only that they are there, because the
 * keys of a session end with it.
 */
#include "miniport/nl80211/internal.h"

#include <errno.h>
#include <string.h>

#include "base/wipe.h"
#include "wire/algorithm.h"
#include "wire/rsne.h"

#define TKIP_LENGTH 32 /* key, and a Michael key for each direction */
#define INDEX_MAX   5  /* 0..3 group, 4 and 5 of management frames */

static uint32_t suite_of(uint32_t algorithm)
{
	switch (algorithm) {
	case ALGORITHM_CIPHER_CCMP:
		return CIPHER_CCMP_128;
	case ALGORITHM_CIPHER_TKIP:
		return CIPHER_TKIP;
	case ALGORITHM_CIPHER_BIP:
		return CIPHER_BIP_CMAC_128;
	}
	return 0;
}

static bool can(const struct radio *r, uint32_t suite)
{
	for (unsigned i = 0; i < r->info.nciphers; i++)
		if (r->info.ciphers[i] == suite)
			return true;
	return false;
}

/* -ENOTCONN: for an association that was lost, which the module may not know yet. */
static int judge(const struct radio *r, const struct miniport_key *key)
{
	const uint32_t suite = suite_of(key->algorithm);

	if (radio_off(r))
		return -ENODEV;
	if (key->remove)
		return 0;
	if (!suite || !can(r, suite))
		return -ENOTSUP;
	if (!key->key || key->length != (suite == CIPHER_TKIP ? TKIP_LENGTH : 16))
		return -EINVAL;
	if (r->state == SME_ASSOCIATED)
		return 0;
	return r->state == SME_IDLE || r->connecting ? -EBUSY : -ENOTCONN;
}

/* The Michael keys come as the access point names them: what it sends with is what a station
 * receives with. */
static int put_data(struct nl_msg *m, const struct miniport_key *key)
{
	uint8_t swapped[TKIP_LENGTH];
	int err;

	if (key->algorithm != ALGORITHM_CIPHER_TKIP)
		return nla_put(m, NL80211_KEY_DATA, (int)key->length, key->key);
	memcpy(swapped, key->key, 16);
	memcpy(swapped + 16, key->key + 24, 8);
	memcpy(swapped + 24, key->key + 16, 8);
	err = nla_put(m, NL80211_KEY_DATA, sizeof(swapped), swapped);
	wipe(swapped, sizeof(swapped));
	return err;
}

static int put_key(struct nl_msg *m, const struct miniport_key *key, uint32_t index, bool pairwise)
{
	const uint32_t type = pairwise ? NL80211_KEYTYPE_PAIRWISE : NL80211_KEYTYPE_GROUP;
	struct nlattr *nest = nla_nest_start(m, NL80211_ATTR_KEY);
	uint8_t sequence[6];
	unsigned i;

	for (i = 0; i < sizeof(sequence); i++)
		sequence[i] = (uint8_t)(key->receive_pn >> 8 * i);
	if (!nest || nla_put_u8(m, NL80211_KEY_IDX, (uint8_t)index) ||
		nla_put_u32(m, NL80211_KEY_TYPE, type))
		return -ENOMEM;
	if (!key->remove &&
		(put_data(m, key) || nla_put_u32(m, NL80211_KEY_CIPHER, suite_of(key->algorithm)) ||
			nla_put(m, NL80211_KEY_SEQ, sizeof(sequence), sequence)))
		return -ENOMEM;
	nla_nest_end(m, nest);
	return 0;
}

static int set_key(struct radio *r, const struct miniport_key *key, uint32_t index, bool pairwise)
{
	struct nl_msg *m =
		radio_request(r, key->remove ? NL80211_CMD_DEL_KEY : NL80211_CMD_NEW_KEY);
	int err;

	if (m && ((pairwise && nla_put(m, NL80211_ATTR_MAC, MAC_LEN, key->peer.b)) ||
			 put_key(m, key, index, pairwise))) {
		netlink_drop(m);
		m = NULL;
	}
	err = radio_call(r, m, NULL, NULL);
	/* One for an association that is over, which is about to be told, or that is gone already.
	 */
	if (radio_is_over(err))
		return 0;
	return err == -ENOMEM ? err : err ? -EIO : 0;
}

int keys_set_default(struct miniport *mp, const struct miniport_key *key)
{
	struct radio *r = radio_of(mp);
	int err = judge(r, key);

	if (err)
		return err == -ENOTCONN ? 0 : err;
	/* One that is removed has no algorithm. */
	if (key->index > INDEX_MAX ||
		(!key->remove && (key->algorithm == ALGORITHM_CIPHER_BIP) != (key->index > 3)))
		return -EINVAL;
	if (key->remove && !(r->group_keys & 1u << key->index))
		return 0;
	err = set_key(r, key, key->index, false);
	if (err)
		return err;
	if (key->remove)
		r->group_keys &= ~(1u << key->index);
	else
		r->group_keys |= 1u << key->index;
	return 0;
}

int keys_set_mapping(struct miniport *mp, const struct miniport_key *key)
{
	struct radio *r = radio_of(mp);
	int err = judge(r, key);

	if (err)
		return err == -ENOTCONN ? 0 : err;
	if (mac_is_multicast(&key->peer) || key->algorithm == ALGORITHM_CIPHER_BIP)
		return -EINVAL;
	/* The access point's alone, as a station of a network has no other peer. */
	if (!mac_equal(&key->peer, &r->bssid))
		return key->remove ? 0 : -ENOTSUP;
	if (key->remove && !r->pairwise_key)
		return 0;
	err = set_key(r, key, 0, true);
	if (!err)
		r->pairwise_key = !key->remove;
	return err;
}

int keys_set_default_id(struct miniport *mp, uint32_t index)
{
	/* A station sends to its access point alone, with the pairwise key. */
	if (radio_off(radio_of(mp)))
		return -ENODEV;
	return index <= 3 ? 0 : -EINVAL;
}

void keys_forget(struct radio *r)
{
	struct miniport_key gone = {.remove = true};
	const uint32_t group = r->group_keys;

	r->pairwise_key = false;
	r->group_keys = 0;
	if (!radio_holds(r))
		return;
	/* With the station the kernel has dropped its key; those of the group it may not have. */
	for (uint32_t i = 0; i <= INDEX_MAX; i++)
		if (group & 1u << i)
			(void)set_key(r, &gone, i, false);
}
