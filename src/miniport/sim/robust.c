// SPDX-License-Identifier: BSD-2-Clause
/*
 * Robust management frames of both sides (802.11-2020, 12.6.19), and the SA Query procedure by
 * which a station finds out whether a frame that anybody can have sent told the truth (11.13).
 */
#include "miniport/sim/sim_internal.h"

#define QUERY_LEN 4 /* category, action, transaction (9.6.9.2) */

struct query {
	uint8_t action;
	uint16_t transaction;
};

static bool query_parse(struct reader *r, struct query *q)
{
	uint8_t category = reader_u8(r);

	q->action = reader_u8(r);
	q->transaction = reader_le16(r);
	return reader_ok(r) && category == D11_CATEGORY_SA_QUERY;
}

static struct writer query_build(uint8_t room[QUERY_LEN], const struct query *q)
{
	struct writer w = writer_init(room, QUERY_LEN);

	writer_u8(&w, D11_CATEGORY_SA_QUERY);
	writer_u8(&w, q->action);
	writer_le16(&w, q->transaction);
	return w;
}

/* --- the access point */

bool ap_open_robust(
	struct ap_station *s, const struct dot11_header *h, struct reader *body, uint8_t *plain)
{
	bool early;
	ssize_t n;

	if (!(h->frame_control & D11_FC_PROTECTED))
		return !(s->authenticator.mfp && s->ptk.set);
	if (!s->authenticator.mfp)
		return false;
	n = ap_open_frame(s, h, *body, plain, &early);
	if (n < 0)
		return false;
	*body = reader_init(plain, (size_t)n);
	return true;
}

void ap_answer_query(struct ap_station *s, struct reader *body)
{
	uint8_t room[QUERY_LEN];
	struct writer w;
	struct query q;

	if (!query_parse(body, &q) || q.action != D11_SA_QUERY_REQUEST || !s->authenticator.mfp ||
		!s->ptk.set)
		return;
	q.action = D11_SA_QUERY_RESPONSE;
	w = query_build(room, &q);
	(void)ap_send_management(s->ap, &s->address, D11_ACTION, SIM_ANY, &w);
}

/* --- the station */

static void ask(struct timer *t, void *user)
{
	struct station *st = user;
	struct query q = {.action = D11_SA_QUERY_REQUEST};
	uint8_t room[QUERY_LEN];
	struct writer w;

	if (st->queries == QUERY_TRIES) {
		sme_ap_lost(st);
		return;
	}
	st->queries++;
	q.transaction = ++st->transaction;
	w = query_build(room, &q);
	sme_send(st, D11_ACTION, SIM_ANY, &w);
	/* Without memory for the timer it has not asked. */
	(void)timer_arm(st->sim->loop, &st->query, QUERY_RETRY, ask, st);
}

bool station_open_robust(
	struct station *st, const struct dot11_header *h, struct reader *body, uint8_t *plain)
{
	switch (station_open_management(st, h, body, plain)) {
	case STATION_TRUSTED:
		return true;
	case STATION_DROPPED:
		break;
	case STATION_UNPROTECTED:
		st->counters.unprotected++;
		if (!timer_armed(&st->query) && dot11_kind(h) != D11_ACTION)
			ask(&st->query, st);
		break;
	}
	return false;
}

void station_query_answered(struct station *st, struct reader *body)
{
	struct query q;

	if (query_parse(body, &q) && q.action == D11_SA_QUERY_RESPONSE && timer_armed(&st->query) &&
		q.transaction == st->transaction)
		station_query_stop(st);
}

void station_query_stop(struct station *st)
{
	timer_disarm(st->sim->loop, &st->query);
	st->queries = 0;
}
