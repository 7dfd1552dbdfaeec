// SPDX-License-Identifier: BSD-2-Clause
#include "miniport/sim/sim_internal.h"

#include <errno.h>

#include "wire/eapol_key.h"

#define FRAME_MAX (D11_HEADER_MAX + 8 + MSDU_MAX + 8) /* CCMP header and MIC */

static void arrive(struct timer *t, void *user);

enum sim_kind medium_eapol_kind(const uint8_t *pdu, size_t length)
{
	struct eapol_key k;

	if (eapol_key_parse(pdu, length, EAPOL_KEY_MIC_LEN, &k))
		return SIM_EAPOL;
	switch (eapol_key_message(&k)) {
	case EAPOL_KEY_PAIRWISE_1:
		return SIM_MESSAGE_1;
	case EAPOL_KEY_PAIRWISE_2:
		return SIM_MESSAGE_2;
	case EAPOL_KEY_PAIRWISE_3:
		return SIM_MESSAGE_3;
	case EAPOL_KEY_PAIRWISE_4:
		return SIM_MESSAGE_4;
	case EAPOL_KEY_GROUP_1:
		return SIM_GROUP_1;
	case EAPOL_KEY_GROUP_2:
		return SIM_GROUP_2;
	case EAPOL_KEY_UNKNOWN:
		break;
	}
	return SIM_EAPOL;
}

static struct frame *frame_new(struct sim *sim, size_t room)
{
	struct frame *f = pool_get(&sim->pool, sizeof(*f) + room);

	if (!f)
		return NULL;
	memset(f, 0, sizeof(*f));
	f->sim = sim;
	f->room = (uint16_t)room;
	return f;
}

static void frame_settle_sender(struct frame *f)
{
	struct indication done = {.type = IND_SEND_COMPLETE, .cookie = f->cookie};

	if (!f->sender)
		return;
	TAILQ_REMOVE(&f->sender->sending, f, owed);
	indicate(f->sender, &done);
	f->sender = NULL;
}

/* What the air takes for length bytes and a check sequence at 24 Mbit/s. */
static uint64_t airtime(size_t length)
{
	return AIR_PREAMBLE + (length + 4) * 1000 / 3;
}

/* Puts f on the air; its sender's link is taken until it has arrived, so that one sender's frames
 * keep their order. */
static int launch(struct frame *f, uint64_t *air_free, uint64_t delay)
{
	struct sim *sim = f->sim;
	uint64_t now = loop_now(sim->loop);
	uint64_t start = air_free && *air_free > now ? *air_free : now;
	uint64_t end = start + airtime(f->length);

	if (timer_arm(sim->loop, &f->arrival, end - now + delay, arrive, f)) {
		pool_put(&sim->pool, f);
		return -ENOMEM;
	}
	if (air_free)
		*air_free = f->arrival.at - delay; /* not end: real time has passed since now */
	TAILQ_INSERT_TAIL(&sim->air, f, air);
	return 0;
}

/* Encodes t as the rules left it. */
static int build(struct sim *sim, const struct transmission *t, const uint8_t *body, size_t length,
	struct frame **out)
{
	struct dot11_header h = t->header;
	struct frame *f = frame_new(sim, D11_HEADER_MAX + 8 + D11_LLC_SNAP_LEN + length + 8);
	struct writer w;
	int err = 0;

	if (!f)
		return -ENOMEM;
	w = writer_init(f->bytes, f->room);
	if (dot11_type(&h) == D11_TYPE_DATA)
		err = traffic_build(sim->crypto, t->key, &h, t->ethertype, body, length, &w);
	else
		err = traffic_build_management(sim->crypto, t->key, &h, body, length, &w);
	if (err || !writer_ok(&w)) {
		pool_put(&sim->pool, f);
		return err ? err : -ENOBUFS;
	}
	f->length = (uint16_t)w.len;
	f->frequency = t->frequency;
	*out = f;
	return 0;
}

static int send_copy(struct sim *sim, const struct frame *of, uint64_t delay)
{
	struct frame *f = frame_new(sim, of->length);

	if (!f)
		return -ENOMEM;
	memcpy(f->bytes, of->bytes, of->length);
	f->length = of->length;
	f->frequency = of->frequency;
	return launch(f, NULL, delay);
}

static int send_once(struct sim *sim, const struct transmission *t, const struct rule_verdict *v,
	const uint8_t *body, size_t length, bool first)
{
	struct frame *f;
	int err = build(sim, t, body, length, &f);

	if (err)
		return err;
	f->lost = v->lost;
	f->hold = v->hold;
	f->disassociate = v->disassociate;
	f->reason = v->reason;
	err = launch(f, t->air_free, v->delay);
	if (err)
		return err;
	if (first && t->sender) {
		f->sender = t->sender;
		f->cookie = t->cookie;
		TAILQ_INSERT_TAIL(&t->sender->sending, f, owed);
	}
	if (first && v->replay)
		return send_copy(sim, f, v->replay_delay + f->arrival.at - loop_now(sim->loop));
	return 0;
}

/* The usual way, without rules, is kept free of the verdict's large buffer. */
static int send_by_rules(struct sim *sim, const struct transmission *t)
{
	struct rule_verdict v;
	const uint8_t *body;
	int err;

	memset(&v, 0, offsetof(struct rule_verdict, changed_body));
	v.length = t->length;
	rules_judge(sim, t, &v);
	body = v.changed ? v.changed_body : t->body;
	err = send_once(sim, t, &v, body, v.length, true);
	if (!err && v.duplicate)
		err = send_once(sim, t, &v, body, v.length, false);
	return err;
}

int medium_send(struct sim *sim, const struct transmission *t)
{
	struct frame *f;
	int err;

	if (t->length > MSDU_MAX - D11_LLC_SNAP_LEN)
		return -EINVAL;
	if (sim->nrules)
		return send_by_rules(sim, t);
	err = build(sim, t, t->body, t->length, &f);
	if (err)
		return err;
	err = launch(f, t->air_free, 0);
	if (!err && t->sender) {
		f->sender = t->sender;
		f->cookie = t->cookie;
		TAILQ_INSERT_TAIL(&t->sender->sending, f, owed);
	}
	return err;
}

int medium_inject(struct sim *sim, const uint8_t *bytes, size_t length)
{
	struct frame *f;

	if (length > FRAME_MAX)
		return -EINVAL;
	f = frame_new(sim, length);
	if (!f)
		return -ENOMEM;
	if (length)
		memcpy(f->bytes, bytes, length);
	f->length = (uint16_t)length;
	return launch(f, NULL, 0);
}

static void to_group(struct sim *sim, const struct dot11_header *h, struct reader body)
{
	struct sim_ap *ap = sim_ap_find(sim, &h->addr2), *next_ap;
	struct station *st, *next;

	if (ap) {
		for (st = LIST_FIRST(&ap->members); st; st = next) {
			next = LIST_NEXT(st, member);
			station_receive(st, h, body);
		}
		return;
	}
	HASH_ITER(hh, sim->aps, ap, next_ap)
	{
		ap_receive(ap, h, body);
	}
}

static void deliver(struct sim *sim, const struct frame *f)
{
	struct reader body = reader_init(f->bytes, f->length);
	struct dot11_header h;
	struct station *st;
	struct sim_ap *ap;

	if (sim->tap)
		sim->tap(sim->tap_user, loop_now(sim->loop), f->bytes, f->length, f->frequency);
	if (f->lost || dot11_header_parse(&body, &h))
		return;
	if (mac_is_multicast(&h.addr1))
		to_group(sim, &h, body);
	else if ((st = sim_station_find(sim, &h.addr1)))
		station_receive(st, &h, body);
	else if ((ap = sim_ap_find(sim, &h.addr1)))
		ap_receive(ap, &h, body);
}

static bool same_direction(const struct frame *a, const struct frame *b)
{
	enum { ADDR1 = 4, BOTH = 2 * MAC_LEN };

	return a->length >= ADDR1 + BOTH && b->length >= ADDR1 + BOTH &&
	       !memcmp(a->bytes + ADDR1, b->bytes + ADDR1, BOTH);
}

/* Frames that waited to be overtaken by passed. */
static void release_held(struct sim *sim, const struct frame *passed)
{
	struct frame *f, *next;

	for (f = TAILQ_FIRST(&sim->held); f; f = next) {
		next = TAILQ_NEXT(f, air);
		if (!same_direction(f, passed))
			continue;
		TAILQ_REMOVE(&sim->held, f, air);
		deliver(sim, f);
		pool_put(&sim->pool, f);
	}
}

/* SIM_DISASSOCIATE: whichever end is the access point does it. */
static void disassociate_instead(struct sim *sim, const struct frame *f)
{
	struct reader r = reader_init(f->bytes, f->length);
	struct dot11_header h;
	struct sim_ap *ap;

	if (dot11_header_parse(&r, &h))
		return;
	if ((ap = sim_ap_find(sim, &h.addr1)))
		(void)sim_ap_disassociate(ap, h.addr2, f->reason);
	else if ((ap = sim_ap_find(sim, &h.addr2)))
		(void)sim_ap_disassociate(ap, h.addr1, f->reason);
}

static void arrive(struct timer *t, void *user)
{
	struct frame *f = user;
	struct sim *sim = f->sim;

	TAILQ_REMOVE(&sim->air, f, air);
	frame_settle_sender(f);
	if (f->hold) {
		TAILQ_INSERT_TAIL(&sim->held, f, air);
		return;
	}
	deliver(sim, f);
	if (f->disassociate)
		disassociate_instead(sim, f);
	if (!TAILQ_EMPTY(&sim->held))
		release_held(sim, f);
	pool_put(&sim->pool, f);
}

void medium_forget_sender(struct station *st)
{
	struct frame *f;

	while ((f = TAILQ_FIRST(&st->sending))) {
		TAILQ_REMOVE(&st->sending, f, owed);
		f->sender = NULL;
	}
}

void medium_complete_all(struct station *st)
{
	struct frame *f;

	while ((f = TAILQ_FIRST(&st->sending)))
		frame_settle_sender(f);
}

void medium_destroy(struct sim *sim)
{
	struct frame *f;

	while ((f = TAILQ_FIRST(&sim->air))) {
		TAILQ_REMOVE(&sim->air, f, air);
		timer_disarm(sim->loop, &f->arrival);
		pool_put(&sim->pool, f);
	}
	while ((f = TAILQ_FIRST(&sim->held))) {
		TAILQ_REMOVE(&sim->held, f, air);
		pool_put(&sim->pool, f);
	}
}
