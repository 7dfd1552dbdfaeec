// SPDX-License-Identifier: BSD-2-Clause
/*
 * The station management entity: connecting, roaming, leaving.
 *
 * A round goes through the candidates, best signal first. Connecting is one round, over what the
 * host's scan has found. A lost association is followed by rounds of roaming: the first at once and
 * over what is known, so that an access point that sends us away and takes us back costs no scan;
 * then each with a scan, RETRY doubling to RETRY_MAX after it, until the host disconnects.
 */
#include "miniport/nl80211/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wire/algorithm.h"
#include "wire/rsne.h"

#define ANSWER_TIMEOUT (3 * NS_PER_S) /* the kernel's own is shorter: a driver that forgot us */
#define ROAM_DELAY     (10 * NS_PER_MS)
#define OWN_DELAY      (1 * NS_PER_S) /* when it was not the AP: somebody may want the interface */
#define RETRY          (1 * NS_PER_S)
#define RETRY_MAX      (16 * NS_PER_S)
#define WEAK_AGAIN     (10 * NS_PER_S) /* between two looks for a better access point */
#define WEAK_DBM       -72
#define BETTER_DB      8

static void on_timer(struct timer *t, void *user);

static void arm(struct radio *r, uint64_t delay)
{
	/* Without memory for the timer this is a wait that only the host can end. */
	(void)timer_arm(r->loop, &r->timer, delay, on_timer, r);
}

/* Every change of state goes through here. */
static void enter(struct radio *r, enum sme_state state)
{
	timer_disarm(r->loop, &r->timer);
	if (r->state == SME_ASSOCIATED) {
		timer_disarm(r->loop, &r->signal);
		port_ends(r);
		keys_forget(r);
	}
	r->state = state;
}

/* ---- What is asked of the kernel. ---- */

static int put_target(const struct radio *r, struct nl_msg *m)
{
	const struct candidate *c = &r->target;

	return nla_put(m, NL80211_ATTR_MAC, MAC_LEN, c->bssid.b) ||
	       nla_put_u32(m, NL80211_ATTR_WIPHY_FREQ, c->frequency) ||
	       nla_put(m, NL80211_ATTR_SSID, c->ssid.length, c->ssid.bytes);
}

static int authenticate(struct radio *r)
{
	struct nl_msg *m = radio_request(r, NL80211_CMD_AUTHENTICATE);

	if (m && (put_target(r, m) ||
			 nla_put_u32(m, NL80211_ATTR_AUTH_TYPE, NL80211_AUTHTYPE_OPEN_SYSTEM))) {
		nlmsg_free(m);
		return -ENOMEM;
	}
	return radio_call(r, m, NULL, NULL);
}

/* What the driver has to know of the keys that will come. */
static int put_security(const struct radio *r, struct nl_msg *m, uint32_t group)
{
	const uint32_t akm = algorithm_akm(r->auth), pairwise = algorithm_cipher_suite(r->unicast);

	if (!akm)
		return 0;
	return nla_put_u32(m, NL80211_ATTR_WPA_VERSIONS, NL80211_WPA_VERSION_2) ||
	       nla_put(m, NL80211_ATTR_CIPHER_SUITES_PAIRWISE, sizeof(pairwise), &pairwise) ||
	       nla_put_u32(m, NL80211_ATTR_CIPHER_SUITE_GROUP, group) ||
	       nla_put(m, NL80211_ATTR_AKM_SUITES, sizeof(akm), &akm) ||
	       nla_put_u32(m, NL80211_ATTR_USE_MFP,
		       r->target.is_protected ? NL80211_MFP_REQUIRED : NL80211_MFP_NO);
}

static int put_association(const struct radio *r, struct nl_msg *m)
{
	const struct found *f = radio_scan_find(r, &r->target.bssid);
	uint8_t bytes[RSNE_MAX];
	struct writer w = writer_init(bytes, sizeof(bytes));
	uint32_t group = CIPHER_CCMP_128;

	if (!f || elements_request(r, f, &w, &group))
		return -ENOENT;
	return put_target(r, m) || put_security(r, m, group) ||
	       (w.len && nla_put(m, NL80211_ATTR_IE, (int)w.len, bytes)) ||
	       (r->reassociation && nla_put(m, NL80211_ATTR_PREV_BSSID, MAC_LEN, r->bssid.b)) ||
	       nla_put_flag(m, NL80211_ATTR_CONTROL_PORT) ||
	       nla_put_flag(m, NL80211_ATTR_CONTROL_PORT_OVER_NL80211) ||
	       nla_put_flag(m, NL80211_ATTR_SOCKET_OWNER);
}

static int associate(struct radio *r)
{
	struct nl_msg *m = radio_request(r, NL80211_CMD_ASSOCIATE);

	if (m && put_association(r, m)) {
		nlmsg_free(m);
		return -ENOENT;
	}
	return radio_call(r, m, NULL, NULL);
}

static void deauthenticate(struct radio *r, const struct mac *bssid)
{
	struct nl_msg *m = radio_request(r, NL80211_CMD_DEAUTHENTICATE);

	r->left = loop_now(r->loop);
	if (m && (nla_put(m, NL80211_ATTR_MAC, MAC_LEN, bssid->b) ||
			 nla_put_u16(m, NL80211_ATTR_REASON_CODE, D11_REASON_LEAVING_DEAUTH))) {
		nlmsg_free(m);
		return;
	}
	/* Refused means that there is nothing to leave. */
	(void)radio_call(r, m, NULL, NULL);
}

/* ---- A round. ---- */

static void attempt_failed(struct radio *r, uint32_t status);

/* One that a scan has heard since then gets another chance. */
static bool has_failed(const struct radio *r, const struct found *f)
{
	for (size_t i = 0; i < r->nfailed; i++)
		if (mac_equal(&r->failed[i].bssid, &f->bss.bssid) && f->seen <= r->failed[i].at)
			return true;
	return r->nfailed == FAILED_MAX;
}

static struct found *best(const struct radio *r, const struct mac *but)
{
	struct found *best = NULL;

	for (size_t i = 0; i < r->nfound; i++) {
		struct found *f = r->found[i];

		if ((but && mac_equal(&f->bss.bssid, but)) || has_failed(r, f) ||
			!elements_wanted(r, f) || !elements_suit(r, f))
			continue;
		if (!best || f->bss.rssi > best->bss.rssi)
			best = f;
	}
	return best;
}

static void choose(struct radio *r, const struct found *f)
{
	struct element e = {0};

	r->target = (struct candidate){.bssid = f->bss.bssid,
		.frequency = f->bss.frequency,
		.capability = f->bss.capability,
		.is_protected = elements_protected(r, f)};
	if (element_find(f->elements, f->bss.elements_length, D11_EID_SSID, &e) ||
		e.len > D11_SSID_MAX)
		return;
	r->target.ssid.length = e.len;
	memcpy(r->target.ssid.bytes, e.data, e.len);
}

static void attempt(struct radio *r, const struct found *f, bool reassociation)
{
	int err;

	choose(r, f);
	enter(r, SME_AUTHENTICATING);
	r->reassociation = reassociation;
	r->associating = true;
	radio_indicate_status(r, IND_ASSOCIATION_START, &r->target.bssid, STATUS_SUCCESS);
	port_forget_early(r);
	err = authenticate(r);
	if (err == -EALREADY) {
		deauthenticate(r, &r->target.bssid); /* the kernel remembers an old one */
		err = authenticate(r);
	}
	if (err)
		attempt_failed(r, STATUS_FAILURE);
	else
		arm(r, ANSWER_TIMEOUT);
}

static void round_failed(struct radio *r)
{
	if (r->roaming) {
		r->roaming = false;
		radio_indicate_status(r, IND_ROAMING_COMPLETION, NULL, STATUS_CANDIDATES_EXHAUSTED);
		enter(r, SME_WAITING);
		arm(r, r->retry);
		if (r->retry < RETRY_MAX)
			r->retry *= 2;
		return;
	}
	r->connecting = false;
	enter(r, SME_IDLE);
	radio_indicate_status(r, IND_CONNECTION_COMPLETION, NULL, STATUS_CANDIDATES_EXHAUSTED);
}

static void try_next(struct radio *r)
{
	const struct found *f = best(r, NULL);

	if (f) {
		attempt(r, f, false);
		return;
	}
	/* A network that was not found may be there now; one that refuses us is not asked again. */
	if (!r->rescanned && (r->roaming || !r->nfailed)) {
		r->rescanned = true;
		enter(r, SME_LOOKING);
		if (radio_scan_request(r, r->ssids, r->nssids, false) == 0)
			return;
	}
	round_failed(r);
}

static void new_round(struct radio *r)
{
	r->nfailed = 0;
	r->rescanned = false;
}

static void attempt_failed(struct radio *r, uint32_t status)
{
	const bool was_reassociation = r->reassociation;

	r->associating = false;
	if (r->state == SME_ASSOCIATING)
		deauthenticate(r, &r->target.bssid);
	enter(r, SME_WAITING);
	radio_indicate_status(r, IND_ASSOCIATION_COMPLETION, &r->target.bssid, status);
	if (r->nfailed < FAILED_MAX)
		r->failed[r->nfailed++] = (struct failure){r->target.bssid, loop_now(r->loop)};
	/* Who could not be roamed to is followed by a whole round, old access point included. */
	r->reassociation = false;
	if (was_reassociation)
		r->rescanned = false;
	try_next(r);
}

static void start_roaming(struct radio *r, uint32_t reason)
{
	r->roaming = true;
	new_round(r);
	radio_indicate_status(r, IND_ROAMING_START, &r->bssid, reason);
}

/* The association ended explicitly; peer may be the wildcard. */
static void lost(struct radio *r, const struct mac *peer, uint32_t status, uint64_t delay)
{
	enter(r, SME_WAITING);
	radio_indicate_status(r, IND_DISASSOCIATION, peer, status);
	r->retry = RETRY;
	arm(r, delay);
}

static void on_timer(struct timer *t, void *user)
{
	struct radio *r = user;

	(void)t;
	switch (r->state) {
	case SME_AUTHENTICATING:
	case SME_ASSOCIATING:
		attempt_failed(r, STATUS_UNREACHABLE);
		break;
	case SME_WAITING:
		start_roaming(r, STATUS_ASSOCIATION_LOST);
		radio_scan_read(r);
		try_next(r);
		break;
	case SME_IDLE:
	case SME_ASSOCIATED:
	case SME_LOOKING: /* the end of the scan is told */
		break;
	}
}

void radio_sme_scanned(struct radio *r)
{
	const struct found *here, *there;

	if (r->state == SME_LOOKING)
		try_next(r);
	if (r->state != SME_ASSOCIATED || !r->weak)
		return;
	new_round(r);
	here = radio_scan_find(r, &r->bssid);
	there = best(r, &r->bssid);
	if (!there || (here && there->bss.rssi < here->bss.rssi + BETTER_DB)) {
		radio_sme_signal(r, true);
		return;
	}
	r->retry = RETRY;
	start_roaming(r, STATUS_BETTER_AP);
	attempt(r, there, true);
}

static void look_for_better(struct timer *t, void *user)
{
	struct radio *r = user;

	(void)t;
	if (radio_scan_request(r, r->ssids, r->nssids, false))
		radio_sme_signal(r, true);
}

void radio_sme_watch_signal(struct radio *r)
{
	struct nl_msg *m;
	struct nlattr *cqm;

	m = radio_request(r, NL80211_CMD_SET_CQM);
	cqm = m ? nla_nest_start(m, NL80211_ATTR_CQM) : NULL;
	if (!cqm || nla_put_u32(m, NL80211_ATTR_CQM_RSSI_THOLD, (uint32_t)WEAK_DBM) ||
		nla_put_u32(m, NL80211_ATTR_CQM_RSSI_HYST, BETTER_DB / 2)) {
		nlmsg_free(m);
		return;
	}
	nla_nest_end(m, cqm);
	/* Without it the station stays until its access point is lost. */
	(void)radio_call(r, m, NULL, NULL);
}

void radio_sme_signal(struct radio *r, bool low)
{
	if (r->state != SME_ASSOCIATED)
		return;
	if (!low)
		timer_disarm(r->loop, &r->signal);
	else if (!timer_armed(&r->signal))
		/* At once the first time; then now and then for as long as it stays weak. */
		(void)timer_arm(r->loop, &r->signal, r->weak ? WEAK_AGAIN : 0, look_for_better, r);
	r->weak = low;
}

/* ---- What the kernel tells. ---- */

/* The frame of an event, if it is about that BSS. */
static bool take_frame(
	struct nlattr **a, const struct mac *bssid, struct dot11_header *h, struct reader *body)
{
	if (!a[NL80211_ATTR_FRAME])
		return false;
	*body = reader_init(
		nla_data(a[NL80211_ATTR_FRAME]), (size_t)nla_len(a[NL80211_ATTR_FRAME]));
	return dot11_header_parse(body, h) == 0 && mac_equal(&h->addr3, bssid);
}

void radio_sme_authenticated(struct radio *r, struct nlattr **a)
{
	struct dot11_header h;
	struct dot11_auth auth;
	struct reader body;

	if (r->state != SME_AUTHENTICATING)
		return;
	if (a[NL80211_ATTR_TIMED_OUT]) {
		attempt_failed(r, STATUS_UNREACHABLE);
		return;
	}
	if (!take_frame(a, &r->target.bssid, &h, &body) || dot11_auth_parse(&body, &auth))
		return;
	if (auth.status != D11_STATUS_SUCCESS) {
		attempt_failed(r, STATUS_RESPONSE + auth.status);
		return;
	}
	enter(r, SME_ASSOCIATING);
	if (associate(r))
		attempt_failed(r, STATUS_FAILURE);
	else
		arm(r, ANSWER_TIMEOUT);
}

/* The kernel tells the elements that it sent, and not the fixed fields before them: those are what
 * mac80211 usually sends. */
static void put_request(const struct radio *r, struct nlattr **a, struct writer *w)
{
	struct dot11_assoc_req req = {.reassociation = r->reassociation,
		.capability = r->target.capability,
		.listen_interval = 5,
		.current_ap = r->bssid};
	const struct nlattr *sent = a[NL80211_ATTR_REQ_IE];
	const struct found *f = radio_scan_find(r, &r->target.bssid);
	uint32_t group;

	dot11_assoc_req_build(w, &req);
	if (sent) {
		writer_put(w, nla_data(sent), (size_t)nla_len(sent));
		return;
	}
	element_put(w, D11_EID_SSID, r->target.ssid.bytes, r->target.ssid.length);
	if (f)
		(void)elements_request(r, f, w, &group);
}

static void put_beacon(const struct radio *r, struct writer *w)
{
	const struct found *f = radio_scan_find(r, &r->target.bssid);
	struct dot11_beacon b;

	if (!f)
		return;
	b = (struct dot11_beacon){.timestamp = f->bss.timestamp,
		.interval = f->bss.beacon_interval,
		.capability = f->bss.capability,
		.elements = f->elements,
		.elements_len = f->bss.elements_length};
	dot11_beacon_build(w, &b);
}

static void indicate_association(struct radio *r, struct nlattr **a, const struct reader *response)
{
	uint8_t request[2048], beacon[4096];
	struct writer req = writer_init(request, sizeof(request)),
		      bcn = writer_init(beacon, sizeof(beacon));
	struct association_info info = {.request = request,
		.response = response->pos,
		.beacon = beacon,
		.response_length = (uint32_t)reader_left(response),
		.reassociation = r->reassociation,
		.auth = r->auth,
		.unicast = r->unicast,
		.multicast = r->multicast};

	put_request(r, a, &req);
	put_beacon(r, &bcn);
	info.request_length = writer_ok(&req) ? (uint32_t)req.len : 0;
	info.beacon_length = writer_ok(&bcn) ? (uint32_t)bcn.len : 0;
	radio_indicate(r, &(struct indication){.type = IND_ASSOCIATION_COMPLETION,
				  .peer = r->target.bssid,
				  .status = STATUS_SUCCESS,
				  .association = &info});
}

static void succeeded(struct radio *r, struct nlattr **a, const struct reader *response)
{
	enter(r, SME_ASSOCIATED);
	indicate_association(r, a, response);
	r->bssid = r->target.bssid;
	r->associating = r->weak = false;
	if (r->connecting)
		radio_indicate_status(r, IND_CONNECTION_COMPLETION, NULL, STATUS_SUCCESS);
	if (r->roaming)
		radio_indicate_status(r, IND_ROAMING_COMPLETION, NULL, STATUS_SUCCESS);
	r->connecting = r->roaming = false;
	port_begins(r);
}

void radio_sme_associated(struct radio *r, struct nlattr **a)
{
	struct dot11_assoc_resp resp;
	struct dot11_header h;
	struct reader body, whole;

	if (r->state != SME_ASSOCIATING)
		return;
	if (a[NL80211_ATTR_TIMED_OUT]) {
		attempt_failed(r, STATUS_UNREACHABLE);
		return;
	}
	if (!take_frame(a, &r->target.bssid, &h, &body))
		return;
	whole = body;
	if (dot11_assoc_resp_parse(&body, &resp))
		return;
	if (resp.status == D11_STATUS_SUCCESS)
		succeeded(r, a, &whole);
	else
		attempt_failed(r, STATUS_RESPONSE + resp.status);
}

/* Told by the access point, or by the kernel in our name. */
static void ended_by_us(struct radio *r, uint16_t reason)
{
	/* net/mac80211 says so when beacons or acknowledgements stay away. */
	if (reason == D11_REASON_INACTIVITY)
		lost(r, &r->bssid, STATUS_UNREACHABLE, ROAM_DELAY);
	else
		lost(r, &r->bssid, STATUS_BY_OS, OWN_DELAY);
}

void radio_sme_ended(struct radio *r, struct nlattr **a)
{
	const bool trying = r->state == SME_AUTHENTICATING || r->state == SME_ASSOCIATING;
	struct dot11_reason d;
	struct dot11_header h;
	struct reader body;
	uint32_t status;

	if ((!trying && r->state != SME_ASSOCIATED) ||
		!take_frame(a, trying ? &r->target.bssid : &r->bssid, &h, &body) ||
		dot11_reason_parse(&body, &d))
		return;
	status = (dot11_kind(&h) == D11_DEAUTH ? STATUS_DEAUTHENTICATED : STATUS_DISASSOCIATED) +
		 d.reason;
	if (mac_equal(&h.addr2, &r->info.address)) {
		if (!trying)
			ended_by_us(r, d.reason);
	} else if (trying) {
		attempt_failed(r, status);
	} else {
		/* A broadcast frame is told as it came: with the wildcard. */
		lost(r, mac_is_multicast(&h.addr1) ? &h.addr1 : &h.addr2, status, ROAM_DELAY);
	}
}

void radio_sme_look_again(struct radio *r)
{
	struct nl_msg *m;

	if (r->state == SME_AUTHENTICATING || r->state == SME_ASSOCIATING) {
		attempt_failed(r, STATUS_FAILURE);
		return;
	}
	if (r->state != SME_ASSOCIATED)
		return;
	m = radio_request(r, NL80211_CMD_GET_STATION);
	if (m && nla_put(m, NL80211_ATTR_MAC, MAC_LEN, r->bssid.b)) {
		nlmsg_free(m);
		return;
	}
	if (radio_call(r, m, NULL, NULL))
		lost(r, &r->bssid, STATUS_UNREACHABLE, ROAM_DELAY);
}

/* ---- What the host asks. ---- */

int radio_sme_connect(struct radio *r, const struct connect_request *req)
{
	int err;

	if (r->state != SME_IDLE)
		return -EBUSY;
	err = request_names(req, &r->ssids, &r->nssids);
	if (err)
		return err;
	r->connecting = true;
	new_round(r);
	radio_indicate_status(r, IND_CONNECTION_START, NULL, STATUS_SUCCESS);
	try_next(r);
	return 0;
}

static void close_open_starts(struct radio *r)
{
	if (r->associating)
		radio_indicate_status(
			r, IND_ASSOCIATION_COMPLETION, &r->target.bssid, STATUS_CANCELLED);
	if (r->connecting)
		radio_indicate_status(r, IND_CONNECTION_COMPLETION, NULL, STATUS_CANCELLED);
	if (r->roaming)
		radio_indicate_status(r, IND_ROAMING_COMPLETION, NULL, STATUS_CANCELLED);
}

void radio_sme_leave(struct radio *r, bool silent)
{
	const enum sme_state was = r->state;

	if (!silent)
		close_open_starts(r);
	enter(r, SME_IDLE);
	if (was == SME_ASSOCIATED && !silent)
		radio_indicate_status(r, IND_DISASSOCIATION, &r->bssid, STATUS_BY_OS);
	if (was == SME_ASSOCIATED && radio_holds(r))
		deauthenticate(r, &r->bssid);
	else if ((was == SME_AUTHENTICATING || was == SME_ASSOCIATING) && radio_holds(r))
		deauthenticate(r, &r->target.bssid);
	r->associating = r->connecting = r->roaming = r->weak = false;
	port_forget_early(r);
}
