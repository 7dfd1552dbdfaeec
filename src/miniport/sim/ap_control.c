// SPDX-License-Identifier: BSD-2-Clause
/* What a test or a user tells an access point to do. */
#include "miniport/sim/sim_internal.h"

#include <errno.h>

struct ap_station *ap_associated(const struct sim_ap *ap, const struct mac *station)
{
	struct ap_station *s = ap->present ? ap_station_find(ap, station) : NULL;

	return s && s->state != SIM_STA_UNKNOWN ? s : NULL;
}

int sim_ap_disassociate(struct sim_ap *ap, struct mac station, uint16_t reason)
{
	struct ap_station *s = ap_associated(ap, &station);
	int err;

	if (!s)
		return -ENOENT;
	err = ap_throw_out(s, D11_DISASSOC, reason);
	s->authenticated = true; /* 802.11-2020, 11.3.2: back to state 2 */
	return err;
}

int sim_ap_deauthenticate(struct sim_ap *ap, struct mac station, uint16_t reason)
{
	struct ap_station *s = ap_associated(ap, &station);

	return s ? ap_throw_out(s, D11_DEAUTH, reason) : -ENOENT;
}

static void forget_all(struct sim_ap *ap, uint16_t reason)
{
	struct ap_station *s, *next;

	HASH_ITER(hh, ap->stations, s, next)
	{
		ap_forget(s, reason);
	}
}

int sim_ap_deauthenticate_all(struct sim_ap *ap, uint16_t reason)
{
	struct mac everybody = mac_from_u64(UINT64_MAX);
	int err;

	if (!ap->present)
		return -ENOENT;
	err = ap_send_reason(ap, &everybody, D11_DEAUTH, reason);
	forget_all(ap, reason);
	return err;
}

int sim_ap_group_rekey(struct sim_ap *ap)
{
	struct ap_station *s, *next;

	if (ap->config.security != SIM_WPA2_PSK || !ap->present)
		return -EINVAL;
	authenticator_bss_new_gtk(&ap->bss);
	HASH_ITER(hh, ap->stations, s, next)
	{
		if (s->state != SIM_STA_UNKNOWN)
			(void)authenticator_group_rekey(&s->authenticator);
	}
	return 0;
}

int sim_ap_rekey(struct sim_ap *ap, struct mac station)
{
	struct ap_station *s = ap_associated(ap, &station);

	return s ? authenticator_rekey(&s->authenticator) : -ENOENT;
}

void sim_ap_vanish(struct sim_ap *ap)
{
	struct station *st;

	if (!ap->present)
		return;
	ap->present = false;
	forget_all(ap, 0);
	LIST_FOREACH(st, &ap->members, member)
	sme_ap_vanished(st);
}

void sim_ap_return(struct sim_ap *ap)
{
	struct station *st;

	if (ap->present)
		return;
	ap->present = true;
	LIST_FOREACH(st, &ap->members, member)
	sme_ap_returned(st);
}

void sim_ap_set_rssi(struct sim_ap *ap, int32_t rssi)
{
	ap->config.rssi = rssi;
}

void sim_ap_station(const struct sim_ap *ap, struct mac station, struct sim_ap_station_info *out)
{
	const struct ap_station *s = ap_station_find(ap, &station);

	*out = (struct sim_ap_station_info){.state = SIM_STA_UNKNOWN};
	if (!s)
		return;
	out->state = s->state;
	out->data_received = s->data_received;
	out->data_refused = s->data_refused;
	out->protocol_received = s->protocol_received;
	out->mic_failures = s->authenticator.mic_failures;
	out->handshakes = s->authenticator.handshakes;
	out->group_handshakes = s->authenticator.group_handshakes;
}

int sim_ap_keys(const struct sim_ap *ap, struct mac station, struct sim_ap_keys *out)
{
	static const struct crypto_ptk none;
	const struct ap_station *s = ap_station_find(ap, &station);
	const struct crypto_ptk *ptk;

	if (!s || ap->config.security != SIM_WPA2_PSK)
		return -ENOENT;
	ptk = &s->authenticator.pending;
	if (memcmp(ptk, &none, sizeof(none)) == 0)
		ptk = &s->authenticator.ptk;
	if (memcmp(ptk, &none, sizeof(none)) == 0)
		return -ENOENT;
	memcpy(out->pmk, ap->bss.pmk, sizeof(out->pmk));
	memcpy(out->kck, ptk->kck, sizeof(out->kck));
	memcpy(out->kek, ptk->kek, sizeof(out->kek));
	memcpy(out->tk, ptk->tk, sizeof(out->tk));
	return 0;
}
