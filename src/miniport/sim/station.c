// SPDX-License-Identifier: BSD-2-Clause
/* A station as a miniport: the requests of miniport.h. */
#include "miniport/sim/sim_internal.h"

#include <errno.h>
#include <stdlib.h>

#include "base/wipe.h"
#include "wire/algorithm.h"

/*
 * TKIP is for groups alone, and no access point here has it: its keys are taken, and that is all.
 * BIP comes last, so that a station without it has fewer pairs.
 */
static const struct algorithm_pair pairs[] = {
	{ALGORITHM_AUTH_OPEN, ALGORITHM_CIPHER_NONE},
	{ALGORITHM_AUTH_RSNA_PSK, ALGORITHM_CIPHER_CCMP},
	{ALGORITHM_AUTH_PSK_SHA256, ALGORITHM_CIPHER_CCMP},
	{ALGORITHM_AUTH_RSNA_PSK, ALGORITHM_CIPHER_TKIP},
	{ALGORITHM_AUTH_PSK_SHA256, ALGORITHM_CIPHER_TKIP},
	{ALGORITHM_AUTH_RSNA_PSK, ALGORITHM_CIPHER_BIP},
	{ALGORITHM_AUTH_PSK_SHA256, ALGORITHM_CIPHER_BIP},
};
#define UNICAST_PAIRS   3
#define MULTICAST_PAIRS 5
#define BIP_PAIRS       2

/* What a vendor makes of these numbers his module and his access point know; the radio carries it.
 */
static bool vendors_own(uint32_t algorithm)
{
	return algorithm >= ALGORITHM_IHV_START;
}

static bool gone(const struct station *st)
{
	return st->removed || !st->powered;
}

static void station_attach(struct miniport *mp, miniport_indicate_fn fn, void *user)
{
	queue_attach(&station_of(mp)->queue, fn, user);
}

static void station_detach(struct miniport *mp)
{
	queue_attach(&station_of(mp)->queue, NULL, NULL);
}

static const struct miniport_caps *station_caps(struct miniport *mp)
{
	return &station_of(mp)->caps;
}

static int station_power(struct miniport *mp, bool on)
{
	struct station *st = station_of(mp);

	if (st->removed)
		return -ENODEV;
	if (!on && st->powered) {
		sme_leave(st, true);
		timer_disarm(st->sim->loop, &st->scanning);
		indicate_discard(st, true);
		medium_complete_all(st);
	}
	st->powered = on;
	return 0;
}

static void scan_done(struct timer *t, void *user)
{
	indicate_status(user, IND_SCAN_CONFIRM, NULL, STATUS_SUCCESS);
}

/* An active scan: one probe request with the wildcard SSID, which every AP answers. */
static int station_scan(struct miniport *mp, const struct ssid *hidden, size_t count)
{
	static const uint8_t wildcard_ssid[] = {D11_EID_SSID, 0};
	struct station *st = station_of(mp);
	uint8_t body[32];
	struct writer w = writer_init(body, sizeof(body));
	struct transmission t = {.kind = SIM_ANY,
		.air_free = &st->air_free,
		.frequency = 2412,
		.header = {.frame_control = D11_PROBE_REQ,
			.addr1 = mac_from_u64(UINT64_MAX),
			.addr2 = st->caps.address,
			.addr3 = mac_from_u64(UINT64_MAX)}};

	(void)hidden; /* none hides here */
	(void)count;
	if (gone(st))
		return -ENODEV;
	if (timer_armed(&st->scanning))
		return -EBUSY;
	writer_put(&w, wildcard_ssid, sizeof(wildcard_ssid));
	put_rates(&w);
	t.header.sequence_control = sim_next_sequence(&st->sequence);
	t.body = body;
	t.length = w.len;
	(void)medium_send(st->sim, &t);
	return timer_arm(st->sim->loop, &st->scanning, SCAN_TIME, scan_done, st);
}

/* The list is the simulation's own and made anew for each caller: the radio always knows who is in
 * the air. */
static const struct bss *station_bss_list(struct miniport *mp, size_t *count)
{
	struct station *st = station_of(mp);
	struct sim *sim = st->sim;
	struct sim_ap *ap, *next;
	size_t n = 0;

	*count = 0;
	if (gone(st))
		return NULL;
	if (sim->bss_room < sim->naps) {
		struct bss *list = reallocarray(sim->bss_list, sim->naps, sizeof(*list));

		if (!list)
			return NULL;
		sim->bss_list = list;
		sim->bss_room = sim->naps;
	}
	HASH_ITER(hh, sim->aps, ap, next)
	{
		if (!ap->present)
			continue;
		sim->bss_list[n++] = (struct bss){.bssid = ap->config.bssid,
			.rssi = ap->config.rssi,
			.frequency = ap_frequency(ap),
			.capability = ap->capability,
			.beacon_interval = BEACON_INTERVAL,
			.timestamp = loop_now(sim->loop) / NS_PER_US,
			.elements = ap->elements,
			.elements_length = ap->elements_length};
	}
	*count = n;
	return sim->bss_list;
}

static int set_algorithm(struct miniport *mp, uint32_t *slot, uint32_t value, bool known)
{
	if (gone(station_of(mp)))
		return -ENODEV;
	if (!known)
		return -EINVAL;
	*slot = value;
	return 0;
}

static int station_set_auth(struct miniport *mp, uint32_t auth)
{
	bool known = vendors_own(auth);

	for (size_t i = 0; i < UNICAST_PAIRS; i++)
		known = known || pairs[i].auth == auth;
	return set_algorithm(mp, &station_of(mp)->auth, auth, known);
}

/* Among the first n pairs. */
static bool known_cipher(uint32_t cipher, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (pairs[i].cipher == cipher)
			return true;
	return vendors_own(cipher);
}

static int station_set_unicast(struct miniport *mp, uint32_t cipher)
{
	return set_algorithm(
		mp, &station_of(mp)->unicast, cipher, known_cipher(cipher, UNICAST_PAIRS));
}

static int station_set_multicast(struct miniport *mp, uint32_t cipher)
{
	return set_algorithm(
		mp, &station_of(mp)->multicast, cipher, known_cipher(cipher, MULTICAST_PAIRS));
}

static int station_set_exclude(struct miniport *mp, bool exclude)
{
	struct station *st = station_of(mp);

	if (gone(st))
		return -ENODEV;
	st->exclude_unencrypted = exclude;
	return 0;
}

static int station_set_exemptions(
	struct miniport *mp, const struct privacy_exemption *list, size_t count)
{
	struct station *st = station_of(mp);
	const int err = gone(st) ? -ENODEV : request_exemptions(list, count);

	if (err)
		return err;
	if (count)
		memcpy(st->exemptions, list, count * sizeof(*list));
	st->nexemptions = (uint16_t)count;
	return 0;
}

static int station_set_default_key_id(struct miniport *mp, uint32_t index)
{
	return set_algorithm(mp, &station_of(mp)->default_key_id, index, index < DATA_KEYS);
}

static int station_connect(struct miniport *mp, const struct connect_request *req)
{
	struct station *st = station_of(mp);

	return gone(st) ? -ENODEV : sme_connect(st, req);
}

static int station_disconnect(struct miniport *mp)
{
	struct station *st = station_of(mp);

	if (gone(st))
		return -ENODEV;
	medium_complete_all(st);
	sme_leave(st, false);
	indicate_status(st, IND_DISCONNECT_COMPLETE, NULL, STATUS_SUCCESS);
	return 0;
}

static void set_defaults(struct station *st)
{
	station_clear_keys(st);
	st->auth = ALGORITHM_AUTH_OPEN;
	st->unicast = st->multicast = ALGORITHM_CIPHER_NONE;
	st->exclude_unencrypted = false;
	st->nexemptions = 0;
	st->port_open = false;
}

static int station_reset(struct miniport *mp)
{
	struct station *st = station_of(mp);

	if (gone(st))
		return -ENODEV;
	if (timer_armed(&st->scanning)) {
		timer_disarm(st->sim->loop, &st->scanning);
		indicate_status(st, IND_SCAN_CONFIRM, NULL, STATUS_CANCELLED);
	}
	medium_complete_all(st);
	sme_leave(st, false);
	set_defaults(st);
	indicate_status(st, IND_RESET_COMPLETE, NULL, STATUS_SUCCESS);
	return 0;
}

static int station_port_state(struct miniport *mp, const struct mac *peer, bool open)
{
	struct station *st = station_of(mp);

	if (gone(st))
		return -ENODEV;
	if (st->state != SME_ASSOCIATED || !mac_equal(peer, &st->target->config.bssid))
		return -EINVAL;
	st->port_open = open;
	if (open)
		st->roams = 0; /* this association was good for something */
	return 0;
}

static bool asks(const uint8_t *in, uint32_t length, const char *request)
{
	return length == strlen(request) && memcmp(in, request, length) == 0;
}

static int station_nic_specific(struct miniport *mp, const uint8_t *in, uint32_t in_length,
	uint8_t *out, uint32_t *out_length)
{
	struct station *st = station_of(mp);

	if (gone(st))
		return -ENODEV;
	if (request_address(&st->caps.address, in, in_length, out, out_length))
		return 0;
	if (!asks(in, in_length, SIM_NIC_PING) || *out_length < sizeof(st->counters))
		return -EINVAL;
	memcpy(out, &st->counters, sizeof(st->counters));
	*out_length = sizeof(st->counters);
	return 0;
}

static const struct miniport_ops station_ops = {
	.attach = station_attach,
	.detach = station_detach,
	.caps = station_caps,
	.power = station_power,
	.scan = station_scan,
	.bss_list = station_bss_list,
	.set_auth = station_set_auth,
	.set_unicast_cipher = station_set_unicast,
	.set_multicast_cipher = station_set_multicast,
	.set_exclude_unencrypted = station_set_exclude,
	.set_exemptions = station_set_exemptions,
	.set_default_key = station_set_default_key,
	.set_mapping_key = station_set_mapping_key,
	.set_default_key_id = station_set_default_key_id,
	.connect = station_connect,
	.disconnect = station_disconnect,
	.reset = station_reset,
	.port_state = station_port_state,
	.send = station_send,
	.nic_specific = station_nic_specific,
};

bool station_mfp(const struct station *st)
{
	return st->mfp_capable && st->target && st->target->config.security == SIM_WPA2_PSK &&
	       st->target->config.mfp != SIM_MFP_OFF;
}

void sim_station_set_mfp(struct miniport *mp, bool capable)
{
	struct station *st = station_of(mp);

	st->mfp_capable = capable;
	st->caps.nmulticast = MULTICAST_PAIRS + (capable ? BIP_PAIRS : 0);
}

void station_init(struct station *st, struct sim *sim, const struct mac *address)
{
	st->mp.ops = &station_ops;
	st->sim = sim;
	st->powered = true;
	st->caps = (struct miniport_caps){.address = *address,
		.description = "openihv simulated radio",
		.unicast = pairs,
		.multicast = pairs,
		.nunicast = UNICAST_PAIRS};
	sim_station_set_mfp(&st->mp, true);
	queue_init(&st->queue, sim->loop, &sim->pool);
	TAILQ_INIT(&st->sending);
	set_defaults(st);
}

void station_receive(struct station *st, const struct dot11_header *h, struct reader body)
{
	if (gone(st))
		return;
	if (dot11_type(h) == D11_TYPE_DATA)
		station_receive_data(st, h, body);
	else
		sme_receive(st, h, body);
}

/* Stops everything without a frame or an indication. */
static void stop(struct station *st)
{
	sme_silence(st);
	timer_disarm(st->sim->loop, &st->scanning);
	medium_forget_sender(st);
	station_clear_keys(st);
}

void station_destroy(struct station *st)
{
	stop(st);
	indicate_discard(st, false);
	free(st->ssids);
	st->ssids = NULL;
}

void sim_unplug(struct miniport *mp)
{
	struct station *st = station_of(mp);

	if (st->removed)
		return;
	stop(st);
	st->removed = true;
	indicate_status(st, IND_REMOVED, NULL, STATUS_SUCCESS);
}

int sim_station_roam(struct miniport *mp, struct mac bssid, uint32_t reason)
{
	struct station *st = station_of(mp);
	struct sim_ap *ap = sim_ap_find(st->sim, &bssid);

	if (!ap)
		return -ENOENT;
	return gone(st) ? -ENOTCONN : sme_roam(st, ap, reason);
}
