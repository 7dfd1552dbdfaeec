// SPDX-License-Identifier: BSD-2-Clause
#include "miniport/sim/sim_internal.h"

#include <errno.h>

#include "base/wipe.h"

uint32_t ap_frequency(const struct sim_ap *ap)
{
	/* 802.11-2020, 15.4.4.3 */
	return ap->config.channel == 14 ? 2484 : 2407u + 5u * ap->config.channel;
}

struct ap_station *ap_station_find(const struct sim_ap *ap, const struct mac *address)
{
	struct ap_station *s;

	HASH_FIND(hh, ap->stations, address, sizeof(*address), s);
	return s;
}

static struct ap_station *station_get(struct sim_ap *ap, const struct mac *address)
{
	struct ap_station *s = ap_station_find(ap, address);
	unsigned before = HASH_COUNT(ap->stations);

	if (s)
		return s;
	s = pool_get(&ap->sim->pool, sizeof(*s));
	if (!s)
		return NULL;
	memset(s, 0, sizeof(*s));
	s->ap = ap;
	s->address = *address;
	s->authenticator.bss = &ap->bss;
	s->authenticator.user = s;
	HASH_ADD(hh, ap->stations, address, sizeof(struct mac), s);
	if (HASH_COUNT(ap->stations) == before) {
		pool_put(&ap->sim->pool, s);
		return NULL;
	}
	return s;
}

void ap_forget(struct ap_station *s, uint16_t reason)
{
	const struct sim_peer_ops *peer = s->state == SIM_STA_UNKNOWN ? NULL : s->ap->peer;

	authenticator_stop(&s->authenticator);
	wipe(&s->ptk, sizeof(s->ptk));
	s->state = SIM_STA_UNKNOWN;
	s->authenticated = false;
	if (peer)
		peer->disassociated(s->ap->peer_user, s->ap, s->address, reason);
}

static void station_free(struct ap_station *s)
{
	struct sim_ap *ap = s->ap;

	ap_forget(s, 0);
	HASH_DEL(ap->stations, s);
	wipe(s, sizeof(*s));
	pool_put(&ap->sim->pool, s);
}

void ap_purge(struct sim_ap *ap, const struct mac *station)
{
	struct ap_station *s = ap_station_find(ap, station);

	if (s)
		station_free(s);
}

void ap_destroy(struct sim_ap *ap)
{
	struct ap_station *s, *next;

	ap->peer = NULL;
	HASH_ITER(hh, ap->stations, s, next)
	{
		station_free(s);
	}
	authenticator_bss_destroy(&ap->bss);
}

/* Robust ones are protected, where there is a key for it. */
static struct traffic_key *management_key(
	struct sim_ap *ap, const struct mac *to, struct ap_station *s, unsigned kind)
{
	if (!sim_is_robust(kind))
		return NULL;
	if (mac_is_multicast(to))
		return ap->bss.mfp ? &ap->bss.igtk[ap->bss.gtk_active % 2] : NULL;
	return s && s->authenticator.mfp && s->ptk.set ? &s->ptk : NULL;
}

int ap_send_management(struct sim_ap *ap, const struct mac *to, unsigned kind,
	enum sim_kind rule_kind, const struct writer *body)
{
	struct ap_station *s = ap_station_find(ap, to);
	struct transmission t = {.kind = rule_kind,
		.air_free = s ? &s->air_free : &ap->air_free,
		.frequency = ap_frequency(ap),
		.header = {.frame_control = (uint16_t)kind,
			.addr1 = *to,
			.addr2 = ap->config.bssid,
			.addr3 = ap->config.bssid,
			.sequence_control = sim_next_sequence(&ap->sequence)},
		.body = body->buf,
		.length = body->len,
		.key = management_key(ap, to, s, kind)};

	if (!writer_ok(body))
		return -ENOBUFS;
	return medium_send(ap->sim, &t);
}

int ap_send_reason(struct sim_ap *ap, const struct mac *to, unsigned kind, uint16_t reason)
{
	uint8_t body[2];
	struct writer w = writer_init(body, sizeof(body));
	struct dot11_reason d = {.reason = reason};

	dot11_reason_build(&w, &d);
	return ap_send_management(ap, to, kind, SIM_DISASSOCIATION, &w);
}

int ap_throw_out(struct ap_station *s, unsigned kind, uint16_t reason)
{
	/* Sent first: it may need the key that is forgotten then. */
	int err = ap_send_reason(s->ap, &s->address, kind, reason);

	ap_forget(s, reason);
	return err;
}

static void probe_request(
	struct sim_ap *ap, const struct dot11_header *h, const struct reader *body)
{
	uint8_t answer[BEACON_MAX];
	struct writer w = writer_init(answer, sizeof(answer));
	struct element ssid;

	if (element_find(body->pos, reader_left(body), D11_EID_SSID, &ssid))
		return;
	if (ssid.len && (ssid.len != ap->config.ssid.length ||
				memcmp(ssid.data, ap->config.ssid.bytes, ssid.len)))
		return;
	ap_put_beacon(ap, &w);
	(void)ap_send_management(ap, &h->addr2, D11_PROBE_RESP, SIM_ANY, &w);
}

/* Open System authentication (802.11-2020, 12.3.3.2). */
static void authentication(struct sim_ap *ap, const struct dot11_header *h, struct reader *body)
{
	uint8_t answer[6];
	struct writer w = writer_init(answer, sizeof(answer));
	struct dot11_auth a, reply;
	struct ap_station *s;

	if (dot11_auth_parse(body, &a) || a.sequence != 1)
		return;
	reply = (struct dot11_auth){.algorithm = a.algorithm, .sequence = 2};
	s = station_get(ap, &h->addr2);
	if (a.algorithm != D11_AUTH_OPEN)
		reply.status = D11_STATUS_AUTH_ALGORITHM;
	else if (!s)
		reply.status = D11_STATUS_NO_MORE_STAS;
	else
		s->authenticated = true;
	dot11_auth_build(&w, &reply);
	(void)ap_send_management(ap, &h->addr2, D11_AUTH, SIM_AUTHENTICATION, &w);
}

static void association_response(struct ap_station *s, bool reassociation, uint16_t status)
{
	uint8_t answer[64 + SIM_ELEMENTS_MAX];
	struct writer w = writer_init(answer, sizeof(answer));
	struct dot11_assoc_resp r = {.capability = s->ap->capability, .status = status};

	if (status == D11_STATUS_SUCCESS)
		r.aid = s->aid;
	dot11_assoc_resp_build(&w, &r);
	put_rates(&w);
	writer_put(&w, s->ap->config.elements, s->ap->config.elements_length);
	(void)ap_send_management(s->ap, &s->address,
		reassociation ? D11_REASSOC_RESP : D11_ASSOC_RESP, SIM_ASSOCIATION_RESPONSE, &w);
}

/* The distribution system tells the other access points of the network where the station is now
 * (802.11-2020, 4.5.3.4). */
static void tell_network(const struct ap_station *s)
{
	const struct ssid *ssid = &s->ap->config.ssid;
	struct sim_ap *ap, *next;

	HASH_ITER(hh, s->ap->sim->aps, ap, next)
	{
		struct ap_station *other;

		if (ap == s->ap || ap->config.ssid.length != ssid->length ||
			memcmp(ap->config.ssid.bytes, ssid->bytes, ssid->length))
			continue;
		other = ap_station_find(ap, &s->address);
		if (other && other->state != SIM_STA_UNKNOWN)
			ap_forget(other, 0);
	}
}

static uint16_t judge_association(const struct sim_ap *ap, const struct dot11_assoc_req *a,
	uint32_t *akm, struct element *rsne)
{
	struct element ssid;

	if (element_find(a->elements, a->elements_len, D11_EID_SSID, &ssid))
		return D11_STATUS_INVALID_ELEMENT;
	if (ssid.len != ap->config.ssid.length ||
		memcmp(ssid.data, ap->config.ssid.bytes, ssid.len))
		return D11_STATUS_UNSPECIFIED;
	return ap_judge_rsne(ap, a->elements, a->elements_len, akm, rsne);
}

static void association(struct sim_ap *ap, const struct dot11_header *h, struct reader *body)
{
	struct ap_station *s = ap_station_find(ap, &h->addr2);
	struct dot11_assoc_req a;
	struct element rsne;
	uint32_t akm = 0;
	uint16_t status;

	if (dot11_assoc_req_parse(body, dot11_kind(h) == D11_REASSOC_REQ, &a))
		return;
	if (!s || !s->authenticated) { /* 802.11-2020, 11.3.5.3 b */
		(void)ap_send_reason(ap, &h->addr2, D11_DEAUTH, D11_REASON_CLASS2_FRAME);
		return;
	}
	status = judge_association(ap, &a, &akm, &rsne);
	if (status != D11_STATUS_SUCCESS) {
		association_response(s, a.reassociation, status);
		return;
	}
	ap_forget(s, 0); /* a new association ends the older one, keys and handshake included */
	s->authenticated = true;
	if (!s->aid)
		s->aid =
			(uint16_t)(1 +
				   ap->aids++ %
					   2007); /* nobody looks for buffered frames by AID here */
	s->state = akm || ap->config.security == SIM_PEER ? SIM_STA_ASSOCIATED : SIM_STA_AUTHORISED;
	tell_network(s);
	association_response(s, a.reassociation, D11_STATUS_SUCCESS);
	if (akm)
		(void)authenticator_start(
			&s->authenticator, &s->address, akm, rsne.data - 2, (size_t)rsne.len + 2);
	ap_peer_associated(s, &a);
}

static void left(struct ap_station *s, struct reader *body, bool deauthenticated)
{
	struct dot11_reason d = {0};

	if (dot11_reason_parse(body, &d))
		d.reason = D11_REASON_UNSPECIFIED; /* it has left all the same */
	ap_forget(s, d.reason);
	s->authenticated = !deauthenticated;
}

/* Frames that end an association, and those that ask whether it still is one. */
static void robust(struct sim_ap *ap, const struct dot11_header *h, struct reader *body)
{
	struct ap_station *s = ap_station_find(ap, &h->addr2);
	uint8_t plain[MSDU_MAX];

	if (!s || !ap_open_robust(s, h, body, plain))
		return;
	if (dot11_kind(h) == D11_ACTION)
		ap_answer_query(s, body);
	else
		left(s, body, dot11_kind(h) == D11_DEAUTH);
}

void ap_receive(struct sim_ap *ap, const struct dot11_header *h, struct reader body)
{
	/* What claims to come from a group would be answered to all stations. */
	if (!ap->present || mac_is_multicast(&h->addr2))
		return;
	if (dot11_type(h) == D11_TYPE_DATA) {
		if (mac_equal(&h->addr1, &ap->config.bssid))
			ap_receive_data(ap, h, body);
		return;
	}
	if (!mac_equal(&h->addr1,
		    &h->addr3)) /* 802.11-2020, 9.3.3.1: addr3 is the BSSID, or the wildcard */
		return;
	switch (dot11_kind(h)) {
	case D11_PROBE_REQ:
		probe_request(ap, h, &body);
		break;
	case D11_AUTH:
		authentication(ap, h, &body);
		break;
	case D11_ASSOC_REQ:
	case D11_REASSOC_REQ:
		association(ap, h, &body);
		break;
	case D11_DISASSOC:
	case D11_DEAUTH:
	case D11_ACTION:
		robust(ap, h, &body);
		break;
	}
}
