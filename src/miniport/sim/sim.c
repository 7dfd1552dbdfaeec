// SPDX-License-Identifier: BSD-2-Clause
#include "miniport/sim/sim_internal.h"

#include <errno.h>
#include <stdlib.h>

#include "base/wipe.h"

int sim_new(struct loop *loop, uint64_t seed, struct sim **out)
{
	struct sim *sim = calloc(1, sizeof(*sim));

	if (!sim)
		return -ENOMEM;
	sim->loop = loop;
	rng_init(&sim->rng, seed);
	TAILQ_INIT(&sim->air);
	TAILQ_INIT(&sim->held);
	sim->crypto = crypto_new();
	if (!sim->crypto) {
		free(sim);
		return -ENOMEM;
	}
	*out = sim;
	return 0;
}

void sim_free(struct sim *sim)
{
	struct station *st, *next_st;
	struct sim_ap *ap, *next_ap;

	if (!sim)
		return;
	HASH_ITER(hh, sim->stations, st, next_st)
	{
		HASH_DEL(sim->stations, st);
		station_destroy(st);
		free(st);
	}
	medium_destroy(sim);
	HASH_ITER(hh, sim->aps, ap, next_ap)
	{
		HASH_DEL(sim->aps, ap);
		ap_destroy(ap);
		wipe(&ap->config, sizeof(ap->config));
		free(ap);
	}
	pool_destroy(&sim->pool);
	crypto_free(sim->crypto);
	free(sim->rules);
	free(sim->bss_list);
	free(sim);
}

struct station *sim_station_find(const struct sim *sim, const struct mac *address)
{
	struct station *st;

	HASH_FIND(hh, sim->stations, address, sizeof(*address), st);
	return st;
}

struct sim_ap *sim_ap_find(const struct sim *sim, const struct mac *bssid)
{
	struct sim_ap *ap;

	HASH_FIND(hh, sim->aps, bssid, sizeof(*bssid), ap);
	return ap;
}

uint16_t sim_next_sequence(uint16_t *sequence)
{
	*sequence = (uint16_t)((*sequence + 1) & 0xfff);
	return (uint16_t)(*sequence << 4);
}

bool sim_is_msdu(const struct dot11_header *h)
{
	enum { FRAGMENT = 0x000f, AMSDU = 0x0080 }; /* 802.11-2020, 9.2.4.4.3, 9.2.4.5.9 */

	return (dot11_kind(h) == D11_DATA || dot11_kind(h) == D11_QOS_DATA) &&
	       !(h->frame_control & D11_FC_MORE_FRAGMENTS) && !(h->sequence_control & FRAGMENT) &&
	       !(h->qos_control & AMSDU);
}

bool sim_is_robust(unsigned kind)
{
	return kind == D11_DEAUTH || kind == D11_DISASSOC || kind == D11_ACTION;
}

static struct mac free_address(struct sim *sim)
{
	struct mac m;

	do {
		rng_fill(&sim->rng, m.b, sizeof(m.b));
		m.b[0] = (uint8_t)((m.b[0] & ~1u) | 2u); /* individual, locally administered */
	} while (sim_station_find(sim, &m) || sim_ap_find(sim, &m));
	return m;
}

static int complete_config(struct sim *sim, struct sim_ap_config *c)
{
	if (c->ssid.length == 0 || c->ssid.length > sizeof(c->ssid.bytes) || c->channel > 14 ||
		mac_is_multicast(&c->bssid) || (c->akms & ~(SIM_AKM_PSK | SIM_AKM_PSK_SHA256)) ||
		c->elements_length > sizeof(c->elements) ||
		elements_check(c->elements, c->elements_length))
		return -EINVAL;
	if (mac_is_zero(&c->bssid))
		c->bssid = free_address(sim);
	else if (sim_ap_find(sim, &c->bssid) || sim_station_find(sim, &c->bssid))
		return -EEXIST;
	if (!c->akms)
		c->akms = SIM_AKM_PSK;
	if (!c->channel)
		c->channel = 1;
	if (!c->rssi)
		c->rssi = -50;
	if (!c->update_count)
		c->update_count = 4;
	if (!c->retry_ms)
		c->retry_ms = 1000;
	return 0;
}

/* What the authenticator needs; PBKDF2 runs here, once for each AP. */
static int prepare_security(struct sim_ap *ap)
{
	const struct sim_ap_config *c = &ap->config;
	struct authenticator_bss *bss = &ap->bss;

	bss->loop = ap->sim->loop;
	bss->crypto = ap->sim->crypto;
	bss->rng = &ap->sim->rng;
	bss->ops = &ap_authenticator_ops;
	bss->address = c->bssid;
	bss->update_count = c->update_count;
	bss->retry = c->retry_ms * NS_PER_MS;
	bss->mfp = c->security == SIM_WPA2_PSK && c->mfp != SIM_MFP_OFF;
	if (c->security != SIM_WPA2_PSK)
		return 0;
	authenticator_bss_init(bss);
	return crypto_wpa_psk(bss->crypto, c->passphrase,
		strnlen(c->passphrase, sizeof(c->passphrase)), c->ssid.bytes, c->ssid.length,
		bss->pmk);
}

int sim_add_ap(struct sim *sim, const struct sim_ap_config *config, struct sim_ap **out)
{
	struct sim_ap *ap = calloc(1, sizeof(*ap));
	int err;

	if (!ap)
		return -ENOMEM;
	ap->sim = sim;
	ap->config = *config;
	ap->present = true;
	LIST_INIT(&ap->members);
	err = complete_config(sim, &ap->config);
	if (!err)
		err = prepare_security(ap);
	if (!err) {
		unsigned before = HASH_COUNT(sim->aps);

		ap_build_elements(ap);
		HASH_ADD(hh, sim->aps, config.bssid, sizeof(struct mac), ap);
		if (HASH_COUNT(sim->aps) == before)
			err = -ENOMEM;
	}
	if (err) {
		wipe(ap, sizeof(*ap));
		free(ap);
		return err;
	}
	sim->naps++;
	*out = ap;
	return 0;
}

int sim_add_station(struct sim *sim, struct mac address, struct miniport **out)
{
	unsigned before = HASH_COUNT(sim->stations);
	struct station *st;

	if (mac_is_multicast(&address))
		return -EINVAL;
	if (mac_is_zero(&address))
		address = free_address(sim);
	else if (sim_station_find(sim, &address) || sim_ap_find(sim, &address))
		return -EEXIST;
	st = calloc(1, sizeof(*st));
	if (!st)
		return -ENOMEM;
	station_init(st, sim, &address);
	HASH_ADD(hh, sim->stations, caps.address, sizeof(struct mac), st);
	if (HASH_COUNT(sim->stations) == before) {
		free(st);
		return -ENOMEM;
	}
	*out = &st->mp;
	return 0;
}

void sim_remove_station(struct miniport *mp)
{
	struct station *st = station_of(mp);
	struct sim *sim = st->sim;
	struct sim_ap *ap, *next;

	HASH_DEL(sim->stations, st);
	HASH_ITER(hh, sim->aps, ap, next)
	{
		ap_purge(ap, &st->caps.address);
	}
	station_destroy(st);
	wipe(st, sizeof(*st));
	free(st);
}

const struct sim_ap_config *sim_ap_config(const struct sim_ap *ap)
{
	return &ap->config;
}

int sim_inject(struct sim *sim, const uint8_t *frame, size_t length)
{
	return medium_inject(sim, frame, length);
}

void sim_set_tap(struct sim *sim, sim_tap_fn tap, void *user)
{
	sim->tap = tap;
	sim->tap_user = user;
}
