// SPDX-License-Identifier: BSD-2-Clause
/*
 * The station management entity: connecting, roaming, leaving.
 *
 * A round goes through the candidates, best signal first. Connecting is one round. A lost
 * association is followed by rounds of roaming, ROAM_DELAY after the loss, then ROAM_RETRY doubling
 * to ROAM_RETRY_MAX after each round without success. After ROAM_TRIES losses and failed rounds in
 * a row, with no port opened in between, the station gives up: an access point that throws it out
 * for ever must not keep virtual time going.
 */
#include "miniport/sim/sim_internal.h"

#include <errno.h>
#include <stdlib.h>

#include "wire/algorithm.h"
#include "wire/rsne.h"

#define REQUEST_MAX 128

static void on_timer(struct timer *t, void *user);

static void arm(struct station *st, uint64_t delay)
{
	/* Without memory for the timer this is a wait that only the host can end. */
	(void)timer_arm(st->sim->loop, &st->sme_timer, delay, on_timer, st);
}

/* Every change of state goes through here; membership follows it. */
static void enter(struct station *st, enum sme_state state)
{
	if (st->state == SME_ASSOCIATED)
		LIST_REMOVE(st, member);
	timer_disarm(st->sim->loop, &st->sme_timer);
	station_query_stop(st);
	st->state = state;
	st->port_open = false;
	if (state == SME_ASSOCIATED)
		LIST_INSERT_HEAD(&st->target->members, st, member);
}

void sme_send(struct station *st, unsigned kind, enum sim_kind rule_kind, const struct writer *body)
{
	struct transmission t = {.kind = rule_kind,
		.air_free = &st->air_free,
		.frequency = ap_frequency(st->target),
		.header = {.frame_control = (uint16_t)kind,
			.addr1 = st->target->config.bssid,
			.addr2 = st->caps.address,
			.addr3 = st->target->config.bssid,
			.sequence_control = sim_next_sequence(&st->sequence)},
		.body = body->buf,
		.length = body->len,
		.key = sim_is_robust(kind) ? station_management_key(st) : NULL};

	if (writer_ok(body))
		(void)medium_send(st->sim,
			&t); /* a frame that was not sent is repeated like one that was lost */
}

static void send_authentication(struct station *st)
{
	uint8_t body[6];
	struct writer w = writer_init(body, sizeof(body));
	struct dot11_auth a = {.algorithm = D11_AUTH_OPEN, .sequence = 1};

	dot11_auth_build(&w, &a);
	sme_send(st, D11_AUTH, SIM_AUTHENTICATION, &w);
}

/* SSID, rates and the RSNE that the algorithms ask for. */
static void put_request_elements(const struct station *st, struct writer *w)
{
	const struct ssid *ssid = &st->target->config.ssid;
	struct rsne rsne = {.extent = RSNE_TO_CAPABILITIES,
		.version = 1,
		.group = algorithm_cipher_suite(st->multicast),
		.pairwise = {algorithm_cipher_suite(st->unicast)},
		.pairwise_count = 1,
		.akm = {algorithm_akm(st->auth)},
		.akm_count = 1};

	element_put(w, D11_EID_SSID, ssid->bytes, ssid->length);
	put_rates(w);
	if (station_mfp(st)) { /* 802.11-2020, 12.6.3 */
		rsne.capabilities = RSN_CAP_MFPC;
		rsne.extent = RSNE_TO_GROUP_MGMT;
		rsne.group_mgmt = CIPHER_BIP_CMAC_128;
	}
	if (rsne.akm[0])
		rsne_build(w, &rsne);
}

/* The body of the (re)association request. The same state gives the same bytes, so it need not be
 * kept. */
static void put_request(const struct station *st, struct writer *w)
{
	struct dot11_assoc_req a = {.reassociation = st->reassociation,
		.capability = st->target->capability,
		.listen_interval = 10};

	if (st->reassociation)
		a.current_ap = st->current->config.bssid;
	dot11_assoc_req_build(w, &a);
	put_request_elements(st, w);
}

static void send_association(struct station *st)
{
	uint8_t body[REQUEST_MAX];
	struct writer w = writer_init(body, sizeof(body));

	put_request(st, &w);
	sme_send(st, st->reassociation ? D11_REASSOC_REQ : D11_ASSOC_REQ, SIM_ASSOCIATION_REQUEST,
		&w);
}

static void leave_frame(struct station *st, unsigned kind, uint16_t reason)
{
	uint8_t body[2];
	struct writer w = writer_init(body, sizeof(body));
	struct dot11_reason d = {.reason = reason};

	dot11_reason_build(&w, &d);
	sme_send(st, kind, SIM_DISASSOCIATION, &w);
}

static void attempt(struct station *st, struct sim_ap *ap, bool reassociation)
{
	enter(st, SME_AUTHENTICATING);
	st->target = ap;
	st->reassociation = reassociation;
	st->associating = true;
	st->tries = 1;
	indicate_status(st, IND_ASSOCIATION_START, &ap->config.bssid, STATUS_SUCCESS);
	send_authentication(st);
	arm(st, ANSWER_TIMEOUT);
}

/* Waits for the next round of roaming, or gives up. */
static void wait_or_give_up(struct station *st, uint64_t delay)
{
	if (++st->roams > ROAM_TRIES) {
		enter(st, SME_GIVEN_UP);
		return;
	}
	enter(st, SME_WAITING);
	arm(st, delay);
}

static void round_failed(struct station *st)
{
	if (st->roaming) {
		st->roaming = false;
		indicate_status(st, IND_ROAMING_COMPLETION, NULL, STATUS_CANDIDATES_EXHAUSTED);
		wait_or_give_up(st, st->roam_retry);
		if (st->roam_retry < ROAM_RETRY_MAX)
			st->roam_retry *= 2;
		return;
	}
	st->connecting = false;
	enter(st, SME_IDLE);
	indicate_status(st, IND_CONNECTION_COMPLETION, NULL, STATUS_CANDIDATES_EXHAUSTED);
}

static void try_next(struct station *st, const struct sim_ap *after)
{
	struct sim_ap *ap = sme_candidate(st, after);

	if (ap)
		attempt(st, ap, false);
	else
		round_failed(st);
}

static void attempt_failed(struct station *st, uint32_t status)
{
	st->associating = false;
	indicate_status(st, IND_ASSOCIATION_COMPLETION, &st->target->config.bssid, status);
	/* Who could not be roamed to is followed by a whole round, old access point included. */
	try_next(st, st->reassociation ? NULL : st->target);
}

static void start_roaming(struct station *st, uint32_t reason)
{
	st->roaming = true;
	indicate_status(st, IND_ROAMING_START, &st->current->config.bssid, reason);
}

/* The association ended explicitly; peer may be the wildcard. */
static void lost(struct station *st, const struct mac *peer, uint32_t status)
{
	indicate_status(st, IND_DISASSOCIATION, peer, status);
	st->roam_retry = ROAM_RETRY;
	wait_or_give_up(st, ROAM_DELAY);
}

void sme_ap_lost(struct station *st)
{
	lost(st, &st->target->config.bssid, STATUS_UNREACHABLE);
}

static void again(struct station *st, void (*send)(struct station *))
{
	if (st->tries == ANSWER_TRIES) {
		attempt_failed(st, STATUS_UNREACHABLE);
		return;
	}
	st->tries++;
	send(st);
	arm(st, ANSWER_TIMEOUT);
}

static void on_timer(struct timer *t, void *user)
{
	struct station *st = user;

	switch (st->state) {
	case SME_AUTHENTICATING:
		again(st, send_authentication);
		break;
	case SME_ASSOCIATING:
		again(st, send_association);
		break;
	case SME_ASSOCIATED: /* armed by sme_ap_vanished() */
		sme_ap_lost(st);
		break;
	case SME_WAITING:
		start_roaming(st, STATUS_ASSOCIATION_LOST);
		try_next(st, NULL);
		break;
	case SME_IDLE:
	case SME_GIVEN_UP:
		break;
	}
}

static void authenticated(struct station *st, struct reader *body)
{
	struct dot11_auth a;

	if (st->state != SME_AUTHENTICATING || dot11_auth_parse(body, &a) || a.sequence != 2 ||
		a.algorithm != D11_AUTH_OPEN)
		return;
	if (a.status != D11_STATUS_SUCCESS) {
		attempt_failed(st, STATUS_RESPONSE + a.status);
		return;
	}
	enter(st, SME_ASSOCIATING);
	st->tries = 1;
	send_association(st);
	arm(st, ANSWER_TIMEOUT);
}

/* response is the body of the response, fixed fields included. */
static void associated(struct station *st, const struct reader *response)
{
	uint8_t request[REQUEST_MAX], beacon[BEACON_MAX];
	struct writer req = writer_init(request, sizeof(request)),
		      bcn = writer_init(beacon, sizeof(beacon));
	struct association_info info = {.request = request,
		.response = response->pos,
		.beacon = beacon,
		.response_length = (uint32_t)reader_left(response),
		.reassociation = st->reassociation,
		.auth = st->auth,
		.unicast = st->unicast,
		.multicast = st->multicast};

	put_request(st, &req);
	info.request_length = (uint32_t)req.len;
	ap_put_beacon(st->target, &bcn);
	info.beacon_length = (uint32_t)bcn.len;
	enter(st, SME_ASSOCIATED);
	st->current = st->target;
	st->associating = false;
	station_association_keys(st, &st->target->config.bssid);
	indicate_association(st, &st->target->config.bssid, &info);
	if (st->connecting)
		indicate_status(st, IND_CONNECTION_COMPLETION, NULL, STATUS_SUCCESS);
	if (st->roaming)
		indicate_status(st, IND_ROAMING_COMPLETION, NULL, STATUS_SUCCESS);
	st->connecting = st->roaming = false;
	if (!st->target->present)
		sme_ap_vanished(st);
}

static void association_response(struct station *st, unsigned kind, struct reader *body)
{
	const struct reader whole = *body;
	struct dot11_assoc_resp resp;

	if (st->state != SME_ASSOCIATING || (kind == D11_REASSOC_RESP) != st->reassociation ||
		dot11_assoc_resp_parse(body, &resp) ||
		elements_check(resp.elements, resp.elements_len))
		return;
	if (resp.status == D11_STATUS_SUCCESS)
		associated(st, &whole);
	else
		attempt_failed(st, STATUS_RESPONSE + resp.status);
}

static void thrown_out(struct station *st, const struct dot11_header *h, struct reader *body)
{
	uint32_t base = dot11_kind(h) == D11_DEAUTH ? STATUS_DEAUTHENTICATED : STATUS_DISASSOCIATED;
	struct dot11_reason d;

	if (dot11_reason_parse(body, &d))
		return;
	/* A broadcast frame is told as it came: with the wildcard instead of the access point. */
	lost(st, mac_is_multicast(&h->addr1) ? &h->addr1 : &h->addr2, base + d.reason);
}

static void robust(struct station *st, const struct dot11_header *h, struct reader *body)
{
	uint8_t plain[MSDU_MAX];

	if (st->state != SME_ASSOCIATED || !station_open_robust(st, h, body, plain))
		return;
	if (dot11_kind(h) == D11_ACTION)
		station_query_answered(st, body);
	else
		thrown_out(st, h, body);
}

void sme_receive(struct station *st, const struct dot11_header *h, struct reader body)
{
	if (!st->target || !mac_equal(&h->addr2, &st->target->config.bssid))
		return;
	switch (dot11_kind(h)) {
	case D11_AUTH:
		authenticated(st, &body);
		break;
	case D11_ASSOC_RESP:
	case D11_REASSOC_RESP:
		association_response(st, dot11_kind(h), &body);
		break;
	case D11_DISASSOC:
	case D11_DEAUTH:
	case D11_ACTION:
		robust(st, h, &body);
		break;
	}
}

int sme_connect(struct station *st, const struct connect_request *req)
{
	int err;

	if (st->state != SME_IDLE && st->state != SME_GIVEN_UP)
		return -EBUSY;
	err = request_names(req, &st->ssids, &st->nssids);
	if (err)
		return err;
	st->connecting = true;
	st->roams = 0;
	indicate_status(st, IND_CONNECTION_START, NULL, STATUS_SUCCESS);
	try_next(st, NULL);
	return 0;
}

int sme_roam(struct station *st, struct sim_ap *to, uint32_t reason)
{
	if (st->state != SME_ASSOCIATED)
		return -ENOTCONN;
	st->roam_retry = ROAM_RETRY;
	start_roaming(st, reason);
	attempt(st, to, true);
	return 0;
}

static void close_open_starts(struct station *st)
{
	if (st->associating)
		indicate_status(st, IND_ASSOCIATION_COMPLETION, &st->target->config.bssid,
			STATUS_CANCELLED);
	if (st->connecting)
		indicate_status(st, IND_CONNECTION_COMPLETION, NULL, STATUS_CANCELLED);
	if (st->roaming)
		indicate_status(st, IND_ROAMING_COMPLETION, NULL, STATUS_CANCELLED);
}

void sme_silence(struct station *st)
{
	enter(st, SME_IDLE);
	st->target = st->current = NULL;
	st->associating = st->connecting = st->roaming = false;
}

void sme_leave(struct station *st, bool silent)
{
	if (!silent)
		close_open_starts(st);
	if (st->state == SME_ASSOCIATED || st->state == SME_ASSOCIATING) {
		/* 802.11-2020, Table 9-49: 8 is for leaving by disassociation, 3 by
		 * deauthentication. */
		if (silent || st->state == SME_ASSOCIATING)
			leave_frame(st, D11_DEAUTH, D11_REASON_LEAVING_DEAUTH);
		else
			leave_frame(st, D11_DISASSOC, D11_REASON_LEAVING_DISASSOC);
	}
	if (st->state == SME_ASSOCIATED && !silent)
		indicate_status(st, IND_DISASSOCIATION, &st->target->config.bssid, STATUS_BY_OS);
	sme_silence(st);
}

void sme_ap_vanished(struct station *st)
{
	arm(st, BEACON_LOSS);
}

void sme_ap_returned(struct station *st)
{
	timer_disarm(st->sim->loop, &st->sme_timer);
}
