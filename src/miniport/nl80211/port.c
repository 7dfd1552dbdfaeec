// SPDX-License-Identifier: BSD-2-Clause
/*
 * Frames of the control port over nl80211, both ways, and the state of the port. While the station
 * is not authorised the kernel lets no other frame pass.
 */
#include "miniport/nl80211/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define STATUS_LATE                                                                                \
	(1 * NS_PER_S) /* a frame whose fate the kernel did not tell has one by then               \
			*/
#define MSDU_MAX 2304

static void complete(struct radio *r, struct sending *s)
{
	struct indication ind = {.type = IND_SEND_COMPLETE, .cookie = s->host};

	TAILQ_REMOVE(&r->sends, s, next);
	r->nsends--;
	free(s);
	radio_indicate(r, &ind);
}

void port_ends(struct radio *r)
{
	struct sending *s;

	while ((s = TAILQ_FIRST(&r->sends)))
		complete(r, s);
	timer_disarm(r->loop, &r->send_timer);
	if (r->port_open || r->state == SME_ASSOCIATED)
		link_set_operstate(r, true, false);
	r->port_open = false;
}

static void late(struct timer *t, void *user)
{
	struct radio *r = user;
	struct sending *s;

	(void)t;
	while ((s = TAILQ_FIRST(&r->sends)))
		complete(r, s);
}

/* ---- Sending. ---- */

static struct nl_msg *frame_message(struct radio *r, const struct miniport_frame *f)
{
	struct nl_msg *m = radio_request(r, NL80211_CMD_CONTROL_PORT_FRAME);

	if (m && (nla_put(m, NL80211_ATTR_MAC, MAC_LEN, f->peer.b) ||
			 nla_put(m, NL80211_ATTR_FRAME, (int)f->length, f->data) ||
			 nla_put_u16(m, NL80211_ATTR_CONTROL_PORT_ETHERTYPE, f->ethertype))) {
		nlmsg_free(m);
		return NULL;
	}
	return m;
}

static void await(struct radio *r, struct sending *s)
{
	s->kernel = r->nl.cookie;
	TAILQ_INSERT_TAIL(&r->sends, s, next);
	r->nsends++;
	if (!s->kernel || !(r->info.features & RADIO_TX_STATUS))
		complete(r, s); /* more is not told */
	else
		(void)timer_arm(r->loop, &r->send_timer, STATUS_LATE, late, r);
}

int port_send(struct miniport *mp, const struct miniport_frame *f)
{
	struct radio *r = radio_of(mp);
	struct sending *s = NULL;
	int err;

	if (radio_off(r))
		return -ENODEV;
	if (r->state != SME_ASSOCIATED)
		return -ENOTCONN;
	if (f->ethertype != LLC_ETHERTYPE_EAPOL)
		return -ENOTSUP; /* the control port's alone; all others are the system's */
	if (!f->length || f->length > MSDU_MAX || !f->data)
		return -EINVAL;
	if (r->nsends == SENDS_MAX)
		return -EBUSY;
	s = f->cookie ? malloc(sizeof(*s)) : NULL;
	if (f->cookie && !s)
		return -ENOMEM;
	err = radio_call(r, frame_message(r, f), NULL, NULL);
	/* The association is over, which is about to be told: a frame that is lost, as on the air.
	 */
	if (radio_is_over(err))
		err = 0;
	if (err || !s) {
		free(s);
		return err ? -EIO : 0;
	}
	s->host = f->cookie;
	await(r, s);
	return 0;
}

void port_sent(struct radio *r, struct nlattr **a)
{
	struct sending *s, *next;
	uint64_t cookie;

	if (!a[NL80211_ATTR_COOKIE])
		return;
	cookie = nla_get_u64(a[NL80211_ATTR_COOKIE]);
	for (s = TAILQ_FIRST(&r->sends); s; s = next) {
		next = TAILQ_NEXT(s, next);
		if (s->kernel == cookie)
			complete(r, s);
	}
	if (TAILQ_EMPTY(&r->sends))
		timer_disarm(r->loop, &r->send_timer);
}

/* ---- Receiving. ---- */

static void give(struct radio *r, const struct mac *from, uint16_t ethertype, const uint8_t *data,
	size_t length)
{
	radio_indicate(r, &(struct indication){.type = IND_RECEIVE,
				  .peer = *from,
				  .ethertype = ethertype,
				  .data = data,
				  .length = (uint32_t)length});
}

static void keep(struct radio *r, const struct mac *from, uint16_t ethertype, const uint8_t *data,
	size_t length)
{
	struct early *e = r->nearly < EARLY_MAX ? malloc(sizeof(*e) + length) : NULL;

	if (!e)
		return;
	*e = (struct early){.from = *from, .ethertype = ethertype, .length = (uint16_t)length};
	memcpy(e->bytes, data, length);
	STAILQ_INSERT_TAIL(&r->early, e, next);
	r->nearly++;
}

void port_frame(struct radio *r, struct nlattr **a)
{
	const struct nlattr *frame = a[NL80211_ATTR_FRAME];
	uint16_t ethertype;
	struct mac from;

	if (!frame || nla_len(frame) > MSDU_MAX || !a[NL80211_ATTR_CONTROL_PORT_ETHERTYPE] ||
		!netlink_bytes(a[NL80211_ATTR_MAC], from.b, MAC_LEN))
		return;
	ethertype = nla_get_u16(a[NL80211_ATTR_CONTROL_PORT_ETHERTYPE]);
	if (r->state == SME_ASSOCIATED && mac_equal(&from, &r->bssid))
		give(r, &from, ethertype, nla_data(frame), (size_t)nla_len(frame));
	else if (r->state == SME_ASSOCIATING && mac_equal(&from, &r->target.bssid))
		keep(r, &from, ethertype, nla_data(frame), (size_t)nla_len(frame));
}

static void empty_early(struct radio *r, bool give_them)
{
	struct early *e;

	while ((e = STAILQ_FIRST(&r->early))) {
		STAILQ_REMOVE_HEAD(&r->early, next);
		if (give_them)
			give(r, &e->from, e->ethertype, e->bytes, e->length);
		free(e);
	}
	r->nearly = 0;
}

void port_begins(struct radio *r)
{
	empty_early(r, true);
}

void port_forget_early(struct radio *r)
{
	empty_early(r, false);
}

/* ---- Its state. ---- */

static int authorise(struct radio *r, bool open)
{
	const struct nl80211_sta_flag_update flags = {.mask = 1u << NL80211_STA_FLAG_AUTHORIZED,
		.set = open ? 1u << NL80211_STA_FLAG_AUTHORIZED : 0};
	struct nl_msg *m = radio_request(r, NL80211_CMD_SET_STATION);

	if (m && (nla_put(m, NL80211_ATTR_MAC, MAC_LEN, r->bssid.b) ||
			 nla_put(m, NL80211_ATTR_STA_FLAGS2, sizeof(flags), &flags))) {
		nlmsg_free(m);
		m = NULL;
	}
	return radio_call(r, m, NULL, NULL);
}

int port_state(struct miniport *mp, const struct mac *peer, bool open)
{
	struct radio *r = radio_of(mp);
	int err;

	if (radio_off(r))
		return -ENODEV;
	if (r->state != SME_ASSOCIATED || !mac_equal(peer, &r->bssid))
		return -EINVAL;
	if (open == r->port_open)
		return 0;
	err = authorise(r, open);
	if (err && !radio_is_over(err))
		return -EIO;
	r->port_open = open;
	link_set_operstate(r, true, open);
	if (open)
		radio_sme_watch_signal(r);
	return 0;
}
