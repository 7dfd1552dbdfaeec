// SPDX-License-Identifier: BSD-2-Clause
/* A station's keys and its data path, both ways. */
#include "miniport/sim/sim_internal.h"

#include <errno.h>

#include "base/wipe.h"
#include "wire/algorithm.h"
#include "wire/bip.h"
#include "wire/ccmp.h"

enum {
	DIRECTION_INBOUND = 1,
	DIRECTION_OUTBOUND = 2,
	DIRECTION_BOTH = 3,

	TKIP_KEY_LEN = 32, /* with its Michael keys */

	EXEMPT_ALWAYS = 1,
	EXEMPT_WITHOUT_KEY = 2,
	EXEMPT_UNICAST = 1,
	EXEMPT_MULTICAST = 2,
};

static struct station_key *mapping_key(
	struct station *st, const struct mac *peer, uint8_t direction)
{
	for (size_t i = 0; i < MAPPING_KEYS; i++) {
		struct station_key *k = &st->mapping_keys[i];

		if (k->traffic.set && (k->direction & direction) && mac_equal(&k->peer, peer))
			return k;
	}
	return NULL;
}

/* length is what the key's cipher wants, 0 for one that is not known where the key is to go. */
static int judge_key(const struct station *st, const struct miniport_key *key, uint32_t length)
{
	if (st->removed || !st->powered)
		return -ENODEV;
	if (key->remove)
		return 0;
	if (!length)
		return -ENOTSUP;
	if (!key->key || key->length != length || key->receive_pn > CCMP_PN_MAX ||
		key->direction < DIRECTION_INBOUND || key->direction > DIRECTION_BOTH)
		return -EINVAL;
	return 0;
}

static void set_key(struct station_key *k, const struct miniport_key *from, uint8_t id)
{
	wipe(k, sizeof(*k));
	if (from->remove)
		return;
	k->peer = from->peer;
	k->direction = (uint8_t)from->direction;
	k->permanent = from->permanent;
	if (from->algorithm == ALGORITHM_CIPHER_TKIP)
		return; /* nothing will come that it is for */
	k->traffic.set = true;
	k->traffic.id = id;
	k->traffic.received = from->receive_pn;
	memcpy(k->traffic.tk, from->key, sizeof(k->traffic.tk));
}

static uint32_t default_key_length(const struct station *st, uint32_t algorithm)
{
	switch (algorithm) {
	case ALGORITHM_CIPHER_CCMP:
		return TRAFFIC_KEY_LEN;
	case ALGORITHM_CIPHER_TKIP:
		return TKIP_KEY_LEN;
	case ALGORITHM_CIPHER_BIP:
		return st->mfp_capable ? TRAFFIC_KEY_LEN : 0;
	}
	return 0;
}

int station_set_default_key(struct miniport *mp, const struct miniport_key *key)
{
	struct station *st = station_of(mp);
	int err = judge_key(st, key, default_key_length(st, key->algorithm));
	bool bip = key->algorithm == ALGORITHM_CIPHER_BIP;

	if (err)
		return err;
	if (key->index >= DEFAULT_KEYS || (!key->remove && bip != (key->index >= DATA_KEYS)))
		return -EINVAL;
	set_key(&st->default_keys[key->index], key, (uint8_t)key->index);
	return 0;
}

/* The slot of peer's key, or one that is free, or that of a station that is not the access point.
 */
static struct station_key *mapping_slot(struct station *st, const struct mac *peer)
{
	struct station_key *k, *use = NULL;

	for (size_t i = 0; i < MAPPING_KEYS; i++) {
		k = &st->mapping_keys[i];
		if (k->traffic.set && mac_equal(&k->peer, peer))
			return k;
	}
	for (size_t i = 0; i < MAPPING_KEYS; i++) {
		k = &st->mapping_keys[i];
		if (!k->traffic.set)
			return k;
		if (!k->permanent &&
			!(st->target && mac_equal(&k->peer, &st->target->config.bssid)))
			use = k;
	}
	return use;
}

int station_set_mapping_key(struct miniport *mp, const struct miniport_key *key)
{
	struct station *st = station_of(mp);
	int err = judge_key(st, key, key->algorithm == ALGORITHM_CIPHER_CCMP ? TRAFFIC_KEY_LEN : 0);
	struct station_key *k;

	if (err)
		return err;
	if (mac_is_multicast(&key->peer))
		return -EINVAL;
	k = mapping_slot(st, &key->peer);
	if (key->remove && !(k && k->traffic.set && mac_equal(&k->peer, &key->peer)))
		return 0;
	if (!k)
		return -ENOMEM;
	set_key(k, key, 0);
	return 0;
}

/* ndis-status-dot11-association-completion: the keys of a session do not outlive it, configured
 * ones do. */
void station_association_keys(struct station *st, const struct mac *ap)
{
	for (size_t i = 0; i < DEFAULT_KEYS; i++)
		if (!st->default_keys[i].permanent)
			wipe(&st->default_keys[i], sizeof(st->default_keys[i]));
	for (size_t i = 0; i < MAPPING_KEYS; i++)
		if (!st->mapping_keys[i].permanent && mac_equal(&st->mapping_keys[i].peer, ap))
			wipe(&st->mapping_keys[i], sizeof(st->mapping_keys[i]));
}

void station_clear_keys(struct station *st)
{
	wipe(st->default_keys, sizeof(st->default_keys));
	wipe(st->mapping_keys, sizeof(st->mapping_keys));
	st->default_key_id = 0;
}

static const struct privacy_exemption *exemption(
	const struct station *st, uint16_t ethertype, bool multicast)
{
	uint16_t packet = multicast ? EXEMPT_MULTICAST : EXEMPT_UNICAST;

	for (size_t i = 0; i < st->nexemptions; i++)
		if (st->exemptions[i].ethertype == ethertype && (st->exemptions[i].packet & packet))
			return &st->exemptions[i];
	return NULL;
}

int station_send(struct miniport *mp, const struct miniport_frame *frame)
{
	struct station *st = station_of(mp);
	const struct privacy_exemption *exempt;
	struct station_key *key;
	struct transmission t;

	if (st->removed || !st->powered)
		return -ENODEV;
	if (st->state != SME_ASSOCIATED)
		return -ENOTCONN;
	if (frame->length > MSDU_MAX - D11_LLC_SNAP_LEN || (frame->length && !frame->data))
		return -EINVAL;
	exempt = exemption(st, frame->ethertype, false); /* towards the AP every frame is unicast */
	key = mapping_key(st, &st->target->config.bssid, DIRECTION_OUTBOUND);
	if (exempt && exempt->action == EXEMPT_ALWAYS)
		key = NULL;
	t = (struct transmission){.kind = SIM_DATA,
		.air_free = &st->air_free,
		.frequency = ap_frequency(st->target),
		.header = {.frame_control = D11_DATA | D11_FC_TO_DS,
			.addr1 = st->target->config.bssid,
			.addr2 = st->caps.address,
			.addr3 = frame->peer,
			.sequence_control = sim_next_sequence(&st->sequence)},
		.ethertype = frame->ethertype,
		.body = frame->data,
		.length = frame->length,
		.key = key ? &key->traffic : NULL,
		.sender = frame->cookie ? st : NULL,
		.cookie = frame->cookie};
	if (frame->ethertype == LLC_ETHERTYPE_EAPOL)
		t.kind = medium_eapol_kind(frame->data, frame->length);
	st->counters.sent++;
	return medium_send(st->sim, &t);
}

/* The MSDU of a protected frame, in out; counts what is wrong with it. */
static bool decrypt(
	struct station *st, const struct dot11_header *h, struct reader *body, uint8_t *out)
{
	struct reader peek = *body;
	struct station_key *key = NULL;
	struct ccmp_header ccmp;
	ssize_t n = -EBADMSG;

	if (!mac_is_multicast(&h->addr1)) {
		key = mapping_key(st, &h->addr2, DIRECTION_INBOUND);
	} else if (!ccmp_header_parse(&peek, &ccmp)) {
		key = &st->default_keys[ccmp.key_id % DATA_KEYS];
		if (!key->traffic.set || !(key->direction & DIRECTION_INBOUND))
			key = NULL;
	}
	if (key)
		n = traffic_open(st->sim->crypto, &key->traffic, h, *body, out);
	if (n == -EALREADY)
		st->counters.replays++;
	else if (n < 0)
		st->counters.undecryptable++;
	else
		*body = reader_init(out, (size_t)n);
	return n >= 0;
}

struct traffic_key *station_management_key(struct station *st)
{
	struct station_key *key = NULL;

	if (st->state == SME_ASSOCIATED && station_mfp(st))
		key = mapping_key(st, &st->target->config.bssid, DIRECTION_BOTH);
	return key ? &key->traffic : NULL;
}

/* A frame to a group: BIP. */
static enum station_trust check_group(
	struct station *st, const struct dot11_header *h, struct reader *body)
{
	struct station_key *key = NULL;
	struct bip_mme mme;
	ssize_t n = -EBADMSG;

	if (bip_mme_parse(body->pos, reader_left(body), &mme))
		return STATION_UNPROTECTED;
	if (mme.key_id >= DATA_KEYS && mme.key_id < DEFAULT_KEYS)
		key = &st->default_keys[mme.key_id];
	if (key && key->traffic.set)
		n = traffic_check(st->sim->crypto, &key->traffic, h, *body);
	if (n == -EALREADY)
		st->counters.replays++;
	else if (n < 0)
		st->counters.undecryptable++;
	else
		*body = reader_init(body->pos, (size_t)n);
	return n < 0 ? STATION_DROPPED : STATION_TRUSTED;
}

enum station_trust station_open_management(
	struct station *st, const struct dot11_header *h, struct reader *body, uint8_t *plain)
{
	bool guarded = (h->frame_control & D11_FC_PROTECTED) != 0;

	/* 802.11-2020, 12.6.19: until there is a key nothing can be protected. */
	if (!station_management_key(st))
		return guarded ? STATION_DROPPED : STATION_TRUSTED;
	if (mac_is_multicast(&h->addr1))
		return check_group(st, h, body);
	if (!guarded)
		return STATION_UNPROTECTED;
	return decrypt(st, h, body, plain) ? STATION_TRUSTED : STATION_DROPPED;
}

/* What the exemptions (windot11.h, DOT11_PRIVACY_EXEMPTION) and OID_DOT11_EXCLUDE_UNENCRYPTED let
 * through. */
static bool let_through(struct station *st, const struct dot11_header *h, uint16_t ethertype)
{
	bool guarded = (h->frame_control & D11_FC_PROTECTED) != 0;
	const struct privacy_exemption *exempt =
		exemption(st, ethertype, mac_is_multicast(&h->addr1));

	if (!exempt)
		return guarded || !st->exclude_unencrypted;
	if (exempt->action == EXEMPT_ALWAYS)
		return !guarded;
	return guarded || !mapping_key(st, &h->addr2, DIRECTION_BOTH);
}

void station_receive_data(struct station *st, const struct dot11_header *h, struct reader body)
{
	const unsigned ds = D11_FC_TO_DS | D11_FC_FROM_DS;
	uint8_t plain[MSDU_MAX];
	uint16_t ethertype;

	if (!sim_is_msdu(h) || (h->frame_control & ds) != D11_FC_FROM_DS)
		return;
	if (st->state != SME_ASSOCIATED || !mac_equal(&h->addr2, &st->target->config.bssid))
		return;
	/* 802.11-2020, 10.3.6: its own group frame, distributed by the access point. */
	if (mac_is_multicast(&h->addr1) && mac_equal(&h->addr3, &st->caps.address))
		return;
	if ((h->frame_control & D11_FC_PROTECTED) && !decrypt(st, h, &body, plain))
		return;
	if (llc_snap_parse(&body, &ethertype))
		return;
	if (!let_through(st, h, ethertype)) {
		st->counters.privacy_drops++;
		return;
	}
	st->counters.received++;
	indicate_receive(st, &h->addr2, ethertype, body.pos, reader_left(&body));
}
