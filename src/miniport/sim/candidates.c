// SPDX-License-Identifier: BSD-2-Clause
/* Which access points a station would associate with, and in which order. */
#include "miniport/sim/sim_internal.h"

#include "wire/algorithm.h"
#include "wire/rsne.h"

static uint32_t akm_bit(uint32_t auth)
{
	switch (algorithm_akm(auth)) {
	case AKM_PSK:
		return SIM_AKM_PSK;
	case AKM_PSK_SHA256:
		return SIM_AKM_PSK_SHA256;
	}
	return 0;
}

static bool security_fits(const struct station *st, const struct sim_ap *ap)
{
	switch (ap->config.security) {
	case SIM_OPEN:
		return st->auth == ALGORITHM_AUTH_OPEN && st->unicast == ALGORITHM_CIPHER_NONE;
	case SIM_WPA2_PSK:
		/* 802.11-2020, 12.6.3 */
		if (ap->config.mfp == SIM_MFP_REQUIRED && !st->mfp_capable)
			return false;
		return (akm_bit(st->auth) & ap->config.akms) &&
		       st->unicast == ALGORITHM_CIPHER_CCMP &&
		       st->multicast == ALGORITHM_CIPHER_CCMP;
	case SIM_BLIND: /* what the vendor makes of the algorithms is not known here */
	case SIM_PEER:
		return true;
	}
	return false;
}

static bool fits(const struct station *st, const struct sim_ap *ap)
{
	const struct ssid *have = &ap->config.ssid;

	if (!ap->present || !security_fits(st, ap))
		return false;
	for (size_t i = 0; i < st->nssids; i++) {
		const struct ssid *want = &st->ssids[i];

		if (!want->length || (want->length == have->length &&
					     !memcmp(want->bytes, have->bytes, have->length)))
			return true;
	}
	return false;
}

static bool better(const struct sim_ap *a, const struct sim_ap *b)
{
	if (a->config.rssi != b->config.rssi)
		return a->config.rssi > b->config.rssi;
	return mac_to_u64(&a->config.bssid) < mac_to_u64(&b->config.bssid);
}

struct sim_ap *sme_candidate(const struct station *st, const struct sim_ap *after)
{
	struct sim_ap *ap, *next, *best = NULL;

	HASH_ITER(hh, st->sim->aps, ap, next)
	{
		if ((after && !better(after, ap)) || (best && !better(ap, best)) || !fits(st, ap))
			continue;
		best = ap;
	}
	return best;
}
