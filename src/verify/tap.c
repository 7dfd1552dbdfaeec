// SPDX-License-Identifier: BSD-2-Clause
#include "verify/tap.h"

#include <errno.h>
#include <string.h>

#include "base/wipe.h"

#define ETHERTYPE_IPV4 0x0800
#define REORDER_NS     (20 * NS_PER_MS) /* the next packet may never come */

static struct tap *tap_of(struct miniport *mp)
{
	return (struct tap *)mp;
}

static const struct tap *tap_of_const(const struct miniport *mp)
{
	return (const struct tap *)mp;
}

/* ---- Upwards. ---- */

static void keep(struct tap *t, const struct indication *ind)
{
	struct tap_packet *p;

	if (t->nnow == TAP_PACKETS || ind->length > TAP_PACKET)
		return;
	p = &t->now[t->nnow++];
	p->peer = ind->peer;
	p->ethertype = ind->ethertype;
	p->length = ind->length;
	memcpy(p->data, ind->data, ind->length);
}

static void up(struct tap *t, const struct indication *ind)
{
	if (!t->gone && t->indicate)
		t->indicate(t->host, ind);
}

static void bring_packet(struct tap *t, const struct tap_packet *p)
{
	tap_bring(t, p->peer, p->ethertype, p->data, p->length);
}

void tap_bring(struct tap *t, struct mac ap, uint16_t ethertype, const uint8_t *data, uint32_t n)
{
	const struct indication ind = {
		.type = IND_RECEIVE, .peer = ap, .ethertype = ethertype, .data = data, .length = n};

	up(t, &ind);
}

bool tap_bring_stale(struct tap *t)
{
	if (!t->nbefore && !t->nnow)
		return false;
	bring_packet(t, t->nbefore ? &t->before[0] : &t->now[0]);
	return true;
}

static void bring_waiting(struct tap *t)
{
	struct tap_packet *p = &t->waits;

	timer_disarm(t->loop, &t->later);
	if (!p->length)
		return;
	tap_bring(t, p->peer, p->ethertype, p->data, p->length);
	p->length = 0;
}

static void later(struct timer *timer, void *user)
{
	(void)timer;
	bring_waiting(user);
}

/* The packet with its last bytes cut, a bit inverted, or bytes behind it. */
static void bring_changed(
	struct tap *t, const struct indication *ind, enum act act, uint32_t argument)
{
	uint8_t data[TAP_PACKET + 1024] = {0};
	uint32_t n = ind->length < TAP_PACKET ? ind->length : TAP_PACKET;

	memcpy(data, ind->data, n);
	if (act == ACT_TRUNCATE)
		n /= 2;
	else if (act == ACT_CUT && argument < n)
		n = argument;
	else if (act == ACT_EXTEND)
		n += argument < 1024 ? argument : 1024;
	else if (act == ACT_FLIP && n)
		data[argument / 8 % n] ^= (uint8_t)(1u << argument % 8);
	tap_bring(t, ind->peer, ind->ethertype, data, n);
}

static void wait_for_next(struct tap *t, const struct indication *ind)
{
	if (ind->length > TAP_PACKET)
		return;
	t->waits = (struct tap_packet){
		.peer = ind->peer, .ethertype = ind->ethertype, .length = ind->length};
	memcpy(t->waits.data, ind->data, ind->length);
	timer_arm(t->loop, &t->later, REORDER_NS, later, t);
}

static void packet_arrived(struct tap *t, const struct indication *ind)
{
	uint32_t argument = 0;
	enum act act = t->received ? t->received(t->user, &argument) : ACTS;
	unsigned number = t->nnow;

	keep(t, ind);
	if (t->feed && t->feed->packet(t->feed->user, ind))
		return;
	switch (act) {
	case ACT_LOSE:
		return;
	case ACT_REPEAT:
		up(t, ind);
		up(t, ind);
		return;
	case ACT_REORDER:
		wait_for_next(t, ind);
		return;
	case ACT_TRUNCATE:
	case ACT_CUT:
	case ACT_FLIP:
	case ACT_EXTEND:
		bring_changed(t, ind, act, argument);
		return;
	case ACT_REPLAY:
		if (number < t->nbefore)
			bring_packet(t, &t->before[number]);
		else if (!tap_bring_stale(t))
			up(t, ind);
		return;
	default: /* done elsewhere, or nothing is */
		up(t, ind);
		bring_waiting(t);
		return;
	}
}

static void association_started(struct tap *t)
{
	if (t->nnow) {
		memcpy(t->before, t->now, sizeof(t->before));
		t->nbefore = t->nnow;
	}
	t->nnow = 0;
}

void tap_forget_keys(struct tap *t)
{
	wipe(t->keys, sizeof(t->keys));
	t->nkeys = 0;
}

static void associated(struct tap *t, const struct indication *ind)
{
	struct association_info info;
	struct indication changed = *ind;

	if (t->feed && ind->association) {
		info = *ind->association;
		t->feed->associated(t->feed->user, ind->peer, &info);
		changed.association = &info;
	}
	up(t, &changed);
}

static void on_indication(void *user, const struct indication *ind)
{
	static const struct mac everybody = {{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}};
	struct tap *t = user;
	struct indication changed = *ind;

	switch (ind->type) {
	case IND_RECEIVE:
		if (ind->ethertype != ETHERTYPE_IPV4) {
			packet_arrived(t, ind);
			return;
		}
		break;
	case IND_ASSOCIATION_START:
		association_started(t);
		break;
	case IND_ASSOCIATION_COMPLETION:
		associated(t, ind);
		return;
	case IND_SEND_COMPLETE:
		if (t->never && ind->cookie == t->never)
			return;
		break;
	case IND_DISASSOCIATION:
		if (t->wildcard)
			changed.peer = everybody;
		t->wildcard = false;
		break;
	default: /* nothing is done to the others */
		break;
	}
	up(t, &changed);
}

/* ---- Downwards. ---- */

static void attach(struct miniport *mp, miniport_indicate_fn indicate, void *user)
{
	struct tap *t = tap_of(mp);

	t->indicate = indicate;
	t->host = user;
	t->radio->ops->attach(t->radio, on_indication, t);
}

static void detach(struct miniport *mp)
{
	struct tap *t = tap_of(mp);

	timer_disarm(t->loop, &t->later);
	t->radio->ops->detach(t->radio);
	t->indicate = NULL;
}

static const struct miniport_caps *caps(struct miniport *mp)
{
	return tap_of(mp)->radio->ops->caps(tap_of(mp)->radio);
}

static int power(struct miniport *mp, bool on)
{
	return tap_of(mp)->radio->ops->power(tap_of(mp)->radio, on);
}

static int scan(struct miniport *mp, const struct ssid *hidden, size_t count)
{
	return tap_of(mp)->radio->ops->scan(tap_of(mp)->radio, hidden, count);
}

static const struct bss *bss_list(struct miniport *mp, size_t *count)
{
	struct tap *t = tap_of(mp);
	const struct bss *list = t->radio->ops->bss_list(t->radio, count);

	return t->feed ? t->feed->bss_list(t->feed->user, list, *count) : list;
}

static int set_auth(struct miniport *mp, uint32_t auth)
{
	return tap_of(mp)->radio->ops->set_auth(tap_of(mp)->radio, auth);
}

static int set_unicast(struct miniport *mp, uint32_t cipher)
{
	return tap_of(mp)->radio->ops->set_unicast_cipher(tap_of(mp)->radio, cipher);
}

static int set_multicast(struct miniport *mp, uint32_t cipher)
{
	return tap_of(mp)->radio->ops->set_multicast_cipher(tap_of(mp)->radio, cipher);
}

static int set_exclude(struct miniport *mp, bool exclude)
{
	return tap_of(mp)->radio->ops->set_exclude_unencrypted(tap_of(mp)->radio, exclude);
}

static int set_exemptions(struct miniport *mp, const struct privacy_exemption *list, size_t count)
{
	return tap_of(mp)->radio->ops->set_exemptions(tap_of(mp)->radio, list, count);
}

/* The same key in the same place starts its packet numbers anew, whatever was done in between. */
static void note_key(struct tap *t, const struct miniport_key *key, bool mapping)
{
	struct tap_key k = {.mapping = mapping, .index = mapping ? 0 : key->index};
	unsigned i;

	if (key->remove || !key->length || key->length > TAP_KEY)
		return;
	k.length = key->length;
	memcpy(k.bytes, key->key, key->length);
	for (i = 0; i < t->nkeys; i++) {
		const struct tap_key *old = &t->keys[i];

		if (old->mapping == k.mapping && old->index == k.index && old->length == k.length &&
			memcmp(old->bytes, k.bytes, k.length) == 0)
			break;
	}
	if (i < t->nkeys && t->key_again)
		t->key_again(t->user, &t->keys[i]);
	else if (i < TAP_KEYS)
		t->keys[t->nkeys++] = k;
	wipe(&k, sizeof(k));
}

static int set_default_key(struct miniport *mp, const struct miniport_key *key)
{
	struct tap *t = tap_of(mp);
	int err = t->radio->ops->set_default_key(t->radio, key);

	if (!err)
		note_key(t, key, false);
	return err;
}

static int set_mapping_key(struct miniport *mp, const struct miniport_key *key)
{
	struct tap *t = tap_of(mp);
	int err = t->radio->ops->set_mapping_key(t->radio, key);

	if (!err)
		note_key(t, key, true);
	return err;
}

static int set_default_key_id(struct miniport *mp, uint32_t index)
{
	return tap_of(mp)->radio->ops->set_default_key_id(tap_of(mp)->radio, index);
}

static int tap_connect(struct miniport *mp, const struct connect_request *req)
{
	return tap_of(mp)->radio->ops->connect(tap_of(mp)->radio, req);
}

static int tap_disconnect(struct miniport *mp)
{
	return tap_of(mp)->radio->ops->disconnect(tap_of(mp)->radio);
}

static int tap_reset(struct miniport *mp)
{
	return tap_of(mp)->radio->ops->reset(tap_of(mp)->radio);
}

static int port_state(struct miniport *mp, const struct mac *peer, bool open)
{
	return tap_of(mp)->radio->ops->port_state(tap_of(mp)->radio, peer, open);
}

static void complete_lost(void *user)
{
	struct tap *t = user;
	struct indication ind = {.type = IND_SEND_COMPLETE};
	unsigned i;

	for (i = 0; i < t->nlost; i++) {
		ind.cookie = t->lost[i];
		up(t, &ind);
	}
	t->nlost = 0;
}

/* A packet of the module's that never reaches the AP; the radio does not know that. */
static int lose(struct tap *t, const struct miniport_frame *frame)
{
	if (t->nlost == TAP_PACKETS || loop_post(t->loop, complete_lost, t, NULL))
		return t->radio->ops->send(t->radio, frame);
	t->lost[t->nlost++] = frame->cookie;
	return 0;
}

static int send_flipped(struct tap *t, const struct miniport_frame *frame)
{
	uint8_t data[TAP_PACKET];
	struct miniport_frame changed = *frame;

	if (!frame->length || frame->length > sizeof(data))
		return t->radio->ops->send(t->radio, frame);
	memcpy(data, frame->data, frame->length);
	data[frame->length / 2] ^= 1;
	changed.data = data;
	return t->radio->ops->send(t->radio, &changed);
}

static int tap_send(struct miniport *mp, const struct miniport_frame *frame)
{
	struct tap *t = tap_of(mp);
	enum act act = frame->cookie ? t->sent : ACTS;

	if (frame->cookie)
		t->sent = ACTS;
	if (act == ACT_LOSE_SENT)
		return lose(t, frame);
	if (act == ACT_FLIP_SENT)
		return send_flipped(t, frame);
	if (act == ACT_NEVER_SENT)
		t->never = frame->cookie;
	return t->radio->ops->send(t->radio, frame);
}

static int nic_specific(struct miniport *mp, const uint8_t *in, uint32_t in_length, uint8_t *out,
	uint32_t *out_length)
{
	const struct tap *t = tap_of_const(mp);

	return t->radio->ops->nic_specific(t->radio, in, in_length, out, out_length);
}

static const struct miniport_ops ops = {
	.attach = attach,
	.detach = detach,
	.caps = caps,
	.power = power,
	.scan = scan,
	.bss_list = bss_list,
	.set_auth = set_auth,
	.set_unicast_cipher = set_unicast,
	.set_multicast_cipher = set_multicast,
	.set_exclude_unencrypted = set_exclude,
	.set_exemptions = set_exemptions,
	.set_default_key = set_default_key,
	.set_mapping_key = set_mapping_key,
	.set_default_key_id = set_default_key_id,
	.connect = tap_connect,
	.disconnect = tap_disconnect,
	.reset = tap_reset,
	.port_state = port_state,
	.send = tap_send,
	.nic_specific = nic_specific,
};

void tap_init(struct tap *t, struct miniport *radio, struct loop *loop)
{
	t->mp.ops = &ops;
	t->radio = radio;
	t->loop = loop;
	t->sent = ACTS;
}

void tap_free(struct tap *t)
{
	if (t->loop)
		timer_disarm(t->loop, &t->later);
	wipe(t, sizeof(*t));
}
