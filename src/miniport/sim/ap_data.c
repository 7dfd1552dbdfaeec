// SPDX-License-Identifier: BSD-2-Clause
/* An access point's data path, and the host behind it that answers ICMP echo requests. */
#include "miniport/sim/sim_internal.h"

#include <errno.h>

#include "base/wipe.h"
#include "wire/eapol_key.h"
#include "wire/inet.h"

int ap_send_data(struct sim_ap *ap, struct ap_station *s, uint16_t ethertype,
	const uint8_t *payload, size_t length, bool clear)
{
	struct traffic_key *key = s ? &s->ptk : &ap->bss.gtk[ap->bss.gtk_active % 2];
	struct transmission t = {.kind = ethertype == LLC_ETHERTYPE_EAPOL
						 ? medium_eapol_kind(payload, length)
						 : SIM_DATA,
		.air_free = s ? &s->air_free : &ap->air_free,
		.frequency = ap_frequency(ap),
		.header = {.frame_control = D11_DATA | D11_FC_FROM_DS,
			.addr1 = s ? s->address : mac_from_u64(UINT64_MAX),
			.addr2 = ap->config.bssid,
			.addr3 = ap->config.bssid,
			.sequence_control = sim_next_sequence(&ap->sequence)},
		.ethertype = ethertype,
		.body = payload,
		.length = length,
		.key = key->set && !clear ? key : NULL};

	return medium_send(ap->sim, &t);
}

int sim_ap_broadcast(struct sim_ap *ap, uint16_t ethertype, const uint8_t *data, size_t length)
{
	return ap->present ? ap_send_data(ap, NULL, ethertype, data, length, false) : -ENOENT;
}

static void on_send_eapol(void *user, const uint8_t *pdu, size_t length)
{
	struct ap_station *s = user;

	(void)ap_send_data(s->ap, s, LLC_ETHERTYPE_EAPOL, pdu, length, false);
}

static void on_install_ptk(void *user, const uint8_t tk[TRAFFIC_KEY_LEN])
{
	struct ap_station *s = user;

	s->ptk = (struct traffic_key){.set = true};
	memcpy(s->ptk.tk, tk, sizeof(s->ptk.tk));
}

static void on_authorised(void *user)
{
	struct ap_station *s = user;

	s->state = SIM_STA_AUTHORISED;
}

static void on_disconnect(void *user, uint16_t reason)
{
	struct ap_station *s = user;

	(void)ap_throw_out(s, D11_DEAUTH, reason);
}

const struct authenticator_ops ap_authenticator_ops = {
	.send_eapol = on_send_eapol,
	.install_ptk = on_install_ptk,
	.authorised = on_authorised,
	.disconnect = on_disconnect,
};

static void answer_echo(struct ap_station *s, const uint8_t *packet, size_t length)
{
	uint8_t reply[MSDU_MAX - D11_LLC_SNAP_LEN];
	struct writer w = writer_init(reply, sizeof(reply));
	struct inet_echo e;

	if (inet_echo_parse(packet, length, &e) || e.type != ICMP_ECHO_REQUEST_TYPE ||
		e.destination != SIM_ECHO_ADDRESS)
		return;
	e.type = ICMP_ECHO_REPLY_TYPE;
	e.destination = e.source;
	e.source = SIM_ECHO_ADDRESS;
	e.ttl = 64;
	inet_echo_build(&w, &e);
	if (writer_ok(&w))
		(void)ap_send_data(s->ap, s, LLC_ETHERTYPE_IPV4, reply, w.len, false);
}

ssize_t ap_open_frame(struct ap_station *s, const struct dot11_header *h, struct reader body,
	uint8_t *out, bool *early)
{
	const uint8_t *pending = authenticator_pending_tk(&s->authenticator);
	struct traffic_key key = {.set = true};
	ssize_t n = -EBADMSG;

	*early = false;
	if (s->ptk.set)
		n = traffic_open(s->ap->sim->crypto, &s->ptk, h, body, out);
	if (n >= 0 || !pending)
		return n;
	memcpy(key.tk, pending, sizeof(key.tk));
	*early = true;
	n = traffic_open(s->ap->sim->crypto, &key, h, body, out);
	wipe(&key, sizeof(key));
	return n;
}

/* What is no data but a protocol between module and access point. True: it was that. */
static bool take_protocol(
	struct ap_station *s, uint16_t ethertype, const struct reader *r, bool guarded)
{
	switch (s->ap->config.security) {
	case SIM_OPEN:
		return ethertype == LLC_ETHERTYPE_EAPOL;
	case SIM_WPA2_PSK:
		if (ethertype != LLC_ETHERTYPE_EAPOL)
			return false;
		/* Its own MIC protects EAPOL-Key, with and without a PTK beneath it. */
		authenticator_receive(&s->authenticator, r->pos, reader_left(r));
		return true;
	case SIM_BLIND:
	case SIM_PEER:
		if (ethertype == LLC_ETHERTYPE_IPV4 || ethertype == LLC_ETHERTYPE_ARP ||
			ethertype == LLC_ETHERTYPE_IPV6)
			return false;
		s->protocol_received++;
		ap_peer_frame(s, ethertype, r, guarded);
		return true;
	}
	return false;
}

/* trusted: decrypted with the key that the station is known to have. */
static void judge_msdu(struct ap_station *s, struct reader r, bool trusted)
{
	uint16_t ethertype;

	if (llc_snap_parse(&r, &ethertype)) {
		s->data_refused++;
		return;
	}
	if (take_protocol(s, ethertype, &r, trusted))
		return;
	if (s->state != SIM_STA_AUTHORISED || (s->ptk.set && !trusted)) {
		s->data_refused++;
		return;
	}
	s->data_received++;
	if (ethertype == LLC_ETHERTYPE_IPV4)
		answer_echo(s, r.pos, reader_left(&r));
}

void ap_receive_data(struct sim_ap *ap, const struct dot11_header *h, struct reader body)
{
	const unsigned ds = D11_FC_TO_DS | D11_FC_FROM_DS;
	struct ap_station *s = ap_station_find(ap, &h->addr2);
	uint8_t plain[MSDU_MAX];
	bool early;
	ssize_t n;

	if (!sim_is_msdu(h) || (h->frame_control & ds) != D11_FC_TO_DS)
		return;
	if (!s || s->state == SIM_STA_UNKNOWN) { /* 802.11-2020, 11.3.3 c */
		(void)ap_send_reason(ap, &h->addr2, D11_DEAUTH, D11_REASON_CLASS3_FRAME);
		return;
	}
	if (!(h->frame_control & D11_FC_PROTECTED)) {
		judge_msdu(s, body, false);
		return;
	}
	n = ap_open_frame(s, h, body, plain, &early);
	if (n >= 0)
		judge_msdu(s, reader_init(plain, (size_t)n), !early);
	else
		s->data_refused++;
}
