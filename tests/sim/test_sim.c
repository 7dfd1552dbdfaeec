// SPDX-License-Identifier: BSD-2-Clause
/*
 * The simulated radio alone: a client with a supplicant of thirty lines stands where the host will
 *stand.
 *
 *	client (here) -- miniport -- station  ~~~ medium, rules, tap ~~~  AP -- host that answers
 *ICMP echo
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "crypto/crypto.h"
#include "miniport/sim/sim.h"
#include "wire/algorithm.h"
#include "wire/dot11.h"
#include "wire/eapol.h"
#include "wire/eapol_key.h"
#include "wire/inet.h"
#include "wire/kde.h"

#define LOG_MAX 8192
#define PASS    "correct horse"

struct client {
	struct miniport *mp;
	struct crypto *crypto;
	enum crypto_akm akm;
	const char *passphrase;
	uint8_t pmk[CRYPTO_PMK_LEN];
	struct mac ap;
	uint8_t rsne[64];
	size_t rsne_length;
	uint8_t anonce[32], snonce[32];
	struct crypto_ptk ptk, next; /* installed; of the handshake that runs */
	bool installed, keyed, mute, gone;
	uint32_t installs, groups, broadcasts, replies, completions;
	uint32_t settled;  /* completions before DISCONNECT_COMPLETE or RESET_COMPLETE */
	char log[LOG_MAX]; /* names of the indications, as expect() wants them */
	size_t nlog;
};

struct world {
	struct loop *loop;
	struct sim *sim;
	struct sim_ap *ap[3];
	struct client c;
	uint64_t hash; /* of all that the tap saw */
	size_t frames, kinds[256];
};

/* --- the supplicant */

static void send_msdu(struct client *c, uint16_t ethertype, const uint8_t *data, size_t length)
{
	struct miniport_frame f = {.peer = c->ap,
		.ethertype = ethertype,
		.data = data,
		.length = (uint32_t)length,
		.cookie = 1};

	assert_int_equal(c->mp->ops->send(c->mp, &f), 0);
}

static void send_key(
	struct client *c, const struct eapol_key *to, uint16_t info, const uint8_t *kck)
{
	uint8_t pdu[256];
	struct writer w = writer_init(pdu, sizeof(pdu));
	bool two = !(info & KEY_INFO_SECURE);
	struct eapol_key k = {.version = EAPOL_VERSION_2004,
		.descriptor = EAPOL_KEY_DESCRIPTOR_RSN,
		.info = (uint16_t)(info | KEY_INFO_MIC | (to->info & KEY_INFO_VERSION)),
		.replay_counter = to->replay_counter,
		.nonce = two ? c->snonce : NULL,
		.mic_len = EAPOL_KEY_MIC_LEN,
		.key_data = c->rsne,
		.key_data_len = (uint16_t)(two ? c->rsne_length : 0)};
	size_t mic = eapol_key_build(&w, &k);

	assert_int_equal(crypto_eapol_mic(c->crypto, c->akm, kck, pdu, w.len, mic, pdu + mic), 0);
	send_msdu(c, LLC_ETHERTYPE_EAPOL, pdu, w.len);
}

static void install(struct client *c, const struct kde_gtk *gtk, uint64_t rsc, bool pairwise)
{
	struct miniport_key key = {
		.peer = c->ap, .algorithm = ALGORITHM_CIPHER_CCMP, .direction = 3};

	if (pairwise) {
		key.key = c->ptk.tk;
		key.length = 16;
		assert_int_equal(c->mp->ops->set_mapping_key(c->mp, &key), 0);
		c->installs++;
	}
	key.direction = 1;
	key.index = gtk->key_id;
	key.key = gtk->key;
	key.length = (uint32_t)gtk->key_len;
	key.receive_pn = rsc;
	assert_int_equal(c->mp->ops->set_default_key(c->mp, &key), 0);
}

static void message_1(struct client *c, const struct eapol_key *k)
{
	const struct mac *own = &c->mp->ops->caps(c->mp)->address;
	struct crypto_ptk_input in = {.pmk = c->pmk,
		.pmk_len = 32,
		.aa = c->ap.b,
		.spa = own->b,
		.anonce = k->nonce,
		.snonce = c->snonce,
		.tk_len = 16};

	if (memcmp(c->anonce, k->nonce, 32)) {
		memcpy(c->anonce, k->nonce, 32);
		c->snonce[0]++;
		c->installed = false;
	}
	assert_int_equal(crypto_ptk(c->crypto, c->akm, &in, &c->next), 0);
	send_key(c, k, KEY_INFO_PAIRWISE, c->next.kck);
}

static void receive_key(struct client *c, const uint8_t *pdu, uint32_t length)
{
	const struct crypto_ptk *ptk;
	uint8_t plain[256];
	struct kde_gtk gtk;
	struct eapol_key k;
	struct kde kde;
	bool pairwise, first;

	if (eapol_key_parse(pdu, length, EAPOL_KEY_MIC_LEN, &k))
		return;
	if (eapol_key_message(&k) == EAPOL_KEY_PAIRWISE_1) {
		message_1(c, &k);
		return;
	}
	pairwise = eapol_key_message(&k) == EAPOL_KEY_PAIRWISE_3;
	ptk = pairwise ? &c->next : &c->ptk;
	if (crypto_eapol_mic_check(
		    c->crypto, c->akm, ptk->kck, pdu, k.frame_len, EAPOL_KEY_MIC_OFFSET) ||
		crypto_aes_unwrap(c->crypto, ptk->kek, 16, k.key_data, k.key_data_len, plain) ||
		kde_find(plain, (size_t)k.key_data_len - 8, KDE_GTK, &kde) ||
		kde_gtk_parse(&kde, &gtk))
		return;
	send_key(c, &k, pairwise ? KEY_INFO_PAIRWISE | KEY_INFO_SECURE : KEY_INFO_SECURE, ptk->kck);
	first = pairwise && !c->installed;
	if (first)
		c->ptk = c->next;
	c->installed = true;
	c->groups += !pairwise;
	if (first || !pairwise)
		install(c, &gtk, k.rsc, first);
}

/* --- the client */

static void receive(struct client *c, const struct indication *ind)
{
	struct inet_echo e;

	if (ind->ethertype == LLC_ETHERTYPE_EAPOL && !c->mute)
		receive_key(c, ind->data, ind->length);
	else if (ind->ethertype == LLC_ETHERTYPE_IPV4 &&
		 !inet_echo_parse(ind->data, ind->length, &e) && e.type == ICMP_ECHO_REPLY_TYPE &&
		 e.source == SIM_ECHO_ADDRESS)
		c->replies++;
	else if (ind->ethertype == 0x88b5)
		c->broadcasts++;
}

/* What is told about an association are bodies of frames, with their fixed fields (miniport.h). */
static void associated(struct client *c, const struct indication *ind)
{
	const struct association_info *info = ind->association;
	struct reader request = reader_init(info->request, info->request_length),
		      response = reader_init(info->response, info->response_length),
		      beacon = reader_init(info->beacon, info->beacon_length);
	struct dot11_assoc_req req;
	struct dot11_assoc_resp resp;
	struct dot11_beacon bcn;
	struct element e, ssid;

	c->ap = ind->peer;
	c->installed = false;
	memset(c->anonce, 0, sizeof(c->anonce));
	assert_int_equal(dot11_assoc_req_parse(&request, info->reassociation, &req), 0);
	assert_int_equal(dot11_assoc_resp_parse(&response, &resp), 0);
	assert_int_equal(dot11_beacon_parse(&beacon, &bcn), 0);
	assert_int_equal(resp.status, 0);
	assert_true(resp.aid > 0);
	assert_int_equal(elements_check(resp.elements, resp.elements_len), 0);
	assert_int_equal(element_find(bcn.elements, bcn.elements_len, D11_EID_SSID, &ssid), 0);
	if (element_find(req.elements, req.elements_len, D11_EID_RSN, &e))
		return;
	c->rsne_length = e.len + 2u;
	memcpy(c->rsne, e.data - 2, c->rsne_length);
	if (c->keyed)
		return; /* PBKDF2 is slow, and all networks here are called home */
	c->keyed = true;
	assert_int_equal(crypto_wpa_psk(c->crypto, c->passphrase, strlen(c->passphrase), ssid.data,
				 ssid.len, c->pmk),
		0);
}

static void note(struct client *c, const struct indication *ind)
{
	static const char *const names[] = {[IND_SCAN_CONFIRM] = "scan",
		[IND_CONNECTION_START] = "conn",
		[IND_CONNECTION_COMPLETION] = "conn-done",
		[IND_ASSOCIATION_START] = "assoc",
		[IND_ASSOCIATION_COMPLETION] = "assoc-done",
		[IND_ROAMING_START] = "roam",
		[IND_ROAMING_COMPLETION] = "roam-done",
		[IND_DISASSOCIATION] = "disassoc",
		[IND_DISCONNECT_COMPLETE] = "disconnected",
		[IND_RESET_COMPLETE] = "reset",
		[IND_REMOVED] = "removed"};
	char peer[8] = "", status[16] = "";
	size_t used = strlen(c->log);

	if (mac_is_wildcard(&ind->peer))
		strcpy(peer, "[*]");
	else if (!mac_is_zero(&ind->peer))
		snprintf(peer, sizeof(peer), "[%u]", ind->peer.b[5]);
	if (ind->status)
		snprintf(status, sizeof(status), "=%x", ind->status);
	snprintf(c->log + used, LOG_MAX - used, "%s%s%s ", names[ind->type], peer, status);
	c->nlog++;
}

static void indicated(void *user, const struct indication *ind)
{
	struct client *c = user;

	assert_false(c->gone);
	if (ind->type == IND_RECEIVE) {
		receive(c, ind);
		return;
	}
	if (ind->type == IND_SEND_COMPLETE) {
		c->completions++;
		return;
	}
	if (ind->type == IND_ASSOCIATION_COMPLETION && !ind->status)
		associated(c, ind);
	if (ind->type == IND_RESET_COMPLETE || ind->type == IND_DISCONNECT_COMPLETE)
		c->settled = c->completions;
	note(c, ind);
}

static void ping(struct world *w)
{
	uint8_t packet[64];
	struct writer out = writer_init(packet, sizeof(packet));
	struct inet_echo e = {.source = SIM_STATION_ADDRESS,
		.destination = SIM_ECHO_ADDRESS,
		.ttl = 64,
		.type = ICMP_ECHO_REQUEST_TYPE,
		.payload = "openihv",
		.payload_len = 7};

	inet_echo_build(&out, &e);
	send_msdu(&w->c, LLC_ETHERTYPE_IPV4, packet, out.len);
}

/* --- the world */

static void tapped(
	void *user, uint64_t time, const uint8_t *frame, size_t length, uint32_t frequency)
{
	struct world *w = user;

	w->frames++;
	w->kinds[frame[0]]++;
	w->hash = rng_mix(w->hash ^ time ^ frequency);
	for (size_t i = 0; i < length; i++)
		w->hash = rng_mix(w->hash ^ frame[i]);
}

/* Runs until nothing is pending: virtual time must come to an end. */
static void run(struct world *w)
{
	size_t steps = 0;

	do {
		while (loop_step(w->loop))
			assert_true(++steps < 1000000);
	} while (loop_advance(w->loop));
}

/* Runs what happens within ns. */
static void run_for(struct world *w, uint64_t ns)
{
	uint64_t end = loop_now(w->loop) + ns;

	while (loop_step(w->loop) ||
		(loop_delay(w->loop) <= end - loop_now(w->loop) && loop_advance(w->loop)))
		;
}

static void add_ap(struct world *w, size_t i, const char *spec)
{
	struct sim_ap_config config = {.bssid = mac_from_u64(0x020000000001 + i)};
	char err[128];

	if (sim_ap_config_parse(spec, &config, err, sizeof(err)))
		fail_msg("%s: %s", spec, err);
	assert_int_equal(sim_add_ap(w->sim, &config, &w->ap[i]), 0);
}

static void make(struct world *w, uint64_t seed, const char *spec, const char *second)
{
	memset(w, 0, sizeof(*w));
	assert_int_equal(loop_new(LOOP_VIRTUAL, &w->loop), 0);
	assert_int_equal(sim_new(w->loop, seed, &w->sim), 0);
	sim_set_tap(w->sim, tapped, w);
	add_ap(w, 0, spec);
	if (second)
		add_ap(w, 1, second);
	w->c.passphrase = PASS;
	w->c.crypto = crypto_new();
	assert_non_null(w->c.crypto);
	assert_int_equal(sim_add_station(w->sim, (struct mac){{0}}, &w->c.mp), 0);
	w->c.mp->ops->attach(w->c.mp, indicated, &w->c);
}

static void unmake(struct world *w)
{
	w->c.mp->ops->detach(w->c.mp);
	w->c.gone = true;
	sim_free(w->sim);
	loop_free(w->loop);
	crypto_free(w->c.crypto);
}

static const struct privacy_exemption eapol_exempt = {LLC_ETHERTYPE_EAPOL, 2, 1};

static int connect_as(struct world *w, uint32_t auth)
{
	const struct miniport_ops *ops = w->c.mp->ops;
	uint32_t cipher =
		auth == ALGORITHM_AUTH_OPEN ? ALGORITHM_CIPHER_NONE : ALGORITHM_CIPHER_CCMP;
	struct ssid ssid = {4, "home"};
	struct connect_request req = {&ssid, 1, 1};

	w->c.akm = auth == ALGORITHM_AUTH_PSK_SHA256 ? CRYPTO_AKM_SHA256 : CRYPTO_AKM_SHA1;
	assert_int_equal(ops->set_auth(w->c.mp, auth), 0);
	assert_int_equal(ops->set_unicast_cipher(w->c.mp, cipher), 0);
	assert_int_equal(ops->set_multicast_cipher(w->c.mp, cipher), 0);
	assert_int_equal(ops->set_exclude_unencrypted(w->c.mp, cipher != ALGORITHM_CIPHER_NONE), 0);
	assert_int_equal(ops->set_exemptions(w->c.mp, &eapol_exempt, 1), 0);
	return ops->connect(w->c.mp, &req);
}

static struct sim_ap_station_info at_ap(struct world *w, size_t i)
{
	struct sim_ap_station_info info;

	sim_ap_station(w->ap[i], w->c.mp->ops->caps(w->c.mp)->address, &info);
	return info;
}

static struct sim_station_counters counters(struct world *w)
{
	struct sim_station_counters n;
	uint32_t room = sizeof(n);

	assert_int_equal(w->c.mp->ops->nic_specific(
				 w->c.mp, (const uint8_t *)SIM_NIC_PING, 4, (uint8_t *)&n, &room),
		0);
	return n;
}

/* All that was indicated since, as text; AP[1] is the first access point, AP[*] the wildcard. */
static void expect(struct world *w, const char *want)
{
	assert_string_equal(w->c.log, want);
	w->c.log[0] = '\0';
	w->c.nlog = 0;
}

#define CONNECTED "conn assoc[1] assoc-done[1] conn-done "
#define ROAMED    "roam[1]=c assoc[1] assoc-done[1] roam-done "

static bool ends_with(const char *text, const char *end)
{
	return strlen(text) >= strlen(end) && !strcmp(text + strlen(text) - strlen(end), end);
}

static void connected(struct world *w, const char *spec, const char *second, uint32_t auth)
{
	make(w, 1, spec, second);
	assert_int_equal(connect_as(w, auth), 0);
	run(w);
	assert_int_equal(at_ap(w, 0).state, SIM_STA_AUTHORISED);
	expect(w, CONNECTED);
}

#define HOME                     "wpa2-psk:" PASS ",ssid=home"
#define connected_psk(w, second) connected(w, HOME, second, ALGORITHM_AUTH_RSNA_PSK)

/* --- connecting and leaving */

static void test_open(void **state)
{
	struct world w;

	make(&w, 1, "open,ssid=home", NULL);
	assert_int_equal(connect_as(&w, ALGORITHM_AUTH_OPEN), 0);
	assert_int_equal(w.c.nlog, 0); /* miniport.h, rule 2 */
	assert_int_equal(connect_as(&w, ALGORITHM_AUTH_OPEN), -EBUSY);
	run(&w);
	expect(&w, CONNECTED);
	ping(&w);
	run(&w);
	assert_int_equal(w.c.replies, 1);
	assert_int_equal(w.c.completions, 1);
	assert_int_equal(w.c.mp->ops->disconnect(w.c.mp), 0);
	run(&w);
	expect(&w, "disassoc[1]=7 disconnected ");
	assert_int_equal(at_ap(&w, 0).state, SIM_STA_UNKNOWN);
	assert_int_equal(w.kinds[D11_DISASSOC], 1);
	unmake(&w);
}

static void test_psk(void **state)
{
	static const uint32_t auths[] = {ALGORITHM_AUTH_RSNA_PSK, ALGORITHM_AUTH_PSK_SHA256};
	struct world w;

	for (size_t i = 0; i < 2; i++) {
		connected(&w, HOME ",akm=both", NULL, auths[i]);
		assert_int_equal(at_ap(&w, 0).handshakes, 1);
		ping(&w);
		run(&w);
		assert_int_equal(w.c.replies, 1);
		assert_int_equal(w.c.installs, 1);
		assert_int_equal(at_ap(&w, 0).data_received, 1);
		assert_int_equal(counters(&w).sent, 3);
		assert_int_equal(counters(&w).received, 3);
		assert_int_equal(w.kinds[D11_DATA], 6);
		unmake(&w);
	}
}

static void test_no_candidate(void **state)
{
	static const struct {
		const char *spec;
		uint32_t auth;
	} cases[] = {
		{"open,ssid=home", ALGORITHM_AUTH_RSNA_PSK},
		{HOME, ALGORITHM_AUTH_OPEN},
		{HOME ",akm=psk-sha256", ALGORITHM_AUTH_RSNA_PSK},
		{"open,ssid=other", ALGORITHM_AUTH_OPEN},
	};
	struct world w;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		make(&w, 1, cases[i].spec, NULL);
		assert_int_equal(connect_as(&w, cases[i].auth), 0);
		run(&w);
		expect(&w, "conn conn-done=6 ");
		unmake(&w);
	}
}

static void test_wrong_passphrase(void **state)
{
	struct world w;

	make(&w, 1, HOME, NULL);
	w.c.passphrase = "wrong passphrase";
	assert_int_equal(connect_as(&w, ALGORITHM_AUTH_RSNA_PSK), 0);
	run_for(&w, 4050 * NS_PER_MS);
	expect(&w, CONNECTED "disassoc[1]=1000f ");
	assert_int_equal(at_ap(&w, 0).mic_failures, 4);
	assert_int_equal(at_ap(&w, 0).handshakes, 0);
	run(&w); /* it tries again, and gives up in the end */
	assert_true(ends_with(w.c.log, "disassoc[1]=1000f "));
	assert_true(at_ap(&w, 0).mic_failures == 4 * 9);
	assert_int_equal(connect_as(&w, ALGORITHM_AUTH_RSNA_PSK), 0);
	unmake(&w);
}

static void test_next_candidate(void **state)
{
	struct sim_rule rule = {.kind = SIM_AUTHENTICATION, .action = SIM_DROP, .count = 3};
	struct world w;

	make(&w, 1, "open,ssid=home,rssi=-70", "open,ssid=home,rssi=-40");
	sim_add_rule(w.sim, &rule);
	assert_int_equal(connect_as(&w, ALGORITHM_AUTH_OPEN), 0);
	run(&w);
	expect(&w, "conn assoc[2] assoc-done[2]=2 assoc[1] assoc-done[1] conn-done ");
	assert_int_equal(rule.hits, 3);
	unmake(&w);
}

static void test_refused(void **state)
{
	/* The lowest bit of the status code in the response, of the version in the request's RSNE.
	 */
	struct sim_rule rule = {
		.kind = SIM_ASSOCIATION_RESPONSE, .action = SIM_CORRUPT, .offset = 16};
	struct world w;

	make(&w, 1, HOME, NULL);
	sim_add_rule(w.sim, &rule);
	assert_int_equal(connect_as(&w, ALGORITHM_AUTH_RSNA_PSK), 0);
	run(&w);
	expect(&w, "conn assoc[1] assoc-done[1]=30001 conn-done=6 ");
	rule = (struct sim_rule){.kind = SIM_ASSOCIATION_REQUEST,
		.action = SIM_CORRUPT,
		.offset = (4 + 6 + 10 + 2) * 8};
	assert_int_equal(connect_as(&w, ALGORITHM_AUTH_RSNA_PSK), 0);
	run(&w);
	expect(&w, "conn assoc[1] assoc-done[1]=3002c conn-done=6 ");
	unmake(&w);
}

static void test_cancelled(void **state)
{
	struct world w;

	make(&w, 1, HOME, NULL);
	assert_int_equal(connect_as(&w, ALGORITHM_AUTH_RSNA_PSK), 0);
	assert_int_equal(w.c.mp->ops->scan(w.c.mp, NULL, 0), 0);
	assert_int_equal(w.c.mp->ops->reset(w.c.mp), 0);
	run(&w);
	expect(&w, "conn assoc[1] scan=5 assoc-done[1]=5 conn-done=5 reset ");
	unmake(&w);
}

static void test_reset(void **state)
{
	struct ssid ssid = {4, "home"};
	struct connect_request req = {&ssid, 1, 1};
	struct world w;

	connected_psk(&w, NULL);
	ping(&w);
	assert_int_equal(w.c.mp->ops->reset(w.c.mp), 0);
	run(&w);
	expect(&w, "disassoc[1]=7 reset ");
	assert_int_equal(w.c.settled, 3);
	assert_int_equal(w.c.completions, 3);
	assert_int_equal(w.c.replies, 0);
	/* The algorithms are gone: open is what is left, and there is no such network. */
	assert_int_equal(w.c.mp->ops->connect(w.c.mp, &req), 0);
	run(&w);
	expect(&w, "conn conn-done=6 ");
	unmake(&w);
}

static void test_unplug(void **state)
{
	struct miniport_frame f = {.ethertype = 0x88b5, .cookie = 7};
	size_t count = 1;
	struct world w;

	connected_psk(&w, NULL);
	ping(&w);
	sim_unplug(w.c.mp);
	sim_unplug(w.c.mp);
	run(&w);
	expect(&w, "removed ");
	assert_int_equal(w.c.completions, 2);
	assert_int_equal(at_ap(&w, 0).state, SIM_STA_AUTHORISED); /* it heard nothing */
	assert_int_equal(w.c.mp->ops->scan(w.c.mp, NULL, 0), -ENODEV);
	assert_int_equal(w.c.mp->ops->send(w.c.mp, &f), -ENODEV);
	assert_int_equal(w.c.mp->ops->power(w.c.mp, true), -ENODEV);
	assert_int_equal(w.c.mp->ops->reset(w.c.mp), -ENODEV);
	assert_null(w.c.mp->ops->bss_list(w.c.mp, &count));
	assert_int_equal(count, 0);
	unmake(&w);
}

static void test_power(void **state)
{
	struct world w;

	connected_psk(&w, NULL);
	assert_int_equal(w.c.mp->ops->power(w.c.mp, false), 0);
	run(&w);
	assert_int_equal(w.c.nlog, 0);
	assert_int_equal(at_ap(&w, 0).state, SIM_STA_UNKNOWN);
	assert_int_equal(w.kinds[D11_DEAUTH], 1);
	assert_int_equal(w.c.mp->ops->scan(w.c.mp, NULL, 0), -ENODEV);
	assert_int_equal(w.c.mp->ops->power(w.c.mp, true), 0);
	assert_int_equal(connect_as(&w, ALGORITHM_AUTH_RSNA_PSK), 0);
	run(&w);
	assert_int_equal(at_ap(&w, 0).handshakes, 2);
	/* What was queued is not told any more, but for completions. */
	expect(&w, CONNECTED);
	ping(&w);
	assert_int_equal(w.c.mp->ops->scan(w.c.mp, NULL, 0), 0);
	assert_int_equal(w.c.mp->ops->disconnect(w.c.mp), 0);
	assert_int_equal(w.c.mp->ops->power(w.c.mp, false), 0);
	run(&w);
	assert_int_equal(w.c.nlog, 0);
	assert_int_equal(w.c.completions, 5);
	unmake(&w);
}

static void test_scan(void **state)
{
	const struct bss *list;
	struct element e;
	struct world w;
	size_t n;

	make(&w, 1, HOME ",channel=6", "open,ssid=guest,rssi=-77");
	assert_int_equal(w.c.mp->ops->scan(w.c.mp, NULL, 0), 0);
	assert_int_equal(w.c.mp->ops->scan(w.c.mp, NULL, 0), -EBUSY);
	run(&w);
	expect(&w, "scan ");
	assert_int_equal(w.kinds[D11_PROBE_RESP], 2);
	list = w.c.mp->ops->bss_list(w.c.mp, &n);
	assert_int_equal(n, 2);
	assert_int_equal(list[0].frequency, 2437);
	assert_int_equal(list[0].timestamp, 100000);
	assert_int_equal(
		element_find(list[0].elements, list[0].elements_length, D11_EID_RSN, &e), 0);
	assert_int_equal(list[1].rssi, -77);
	sim_ap_vanish(w.ap[0]);
	list = w.c.mp->ops->bss_list(w.c.mp, &n);
	assert_int_equal(n, 1);
	assert_int_equal(
		element_find(list[0].elements, list[0].elements_length, D11_EID_RSN, &e), -ENOENT);
	unmake(&w);
}

/* --- what an access point does */

static void test_group_rekey(void **state)
{
	struct world w;

	connected_psk(&w, NULL);
	for (uint32_t i = 1; i <= 3; i++) {
		assert_int_equal(sim_ap_broadcast(w.ap[0], 0x88b5, (const uint8_t *)"hello", 5), 0);
		run(&w);
		assert_int_equal(w.c.broadcasts, i);
		assert_int_equal(sim_ap_group_rekey(w.ap[0]), 0);
		run(&w);
		assert_int_equal(at_ap(&w, 0).group_handshakes, i);
		assert_int_equal(w.c.groups, i);
	}
	/* The handshake travelled under the PTK, so the client saw no more than it could decrypt.
	 */
	assert_int_equal(counters(&w).undecryptable, 0);
	/* Until the station has the new key, group frames go with the old one. */
	assert_int_equal(sim_ap_group_rekey(w.ap[0]), 0);
	assert_int_equal(sim_ap_broadcast(w.ap[0], 0x88b5, (const uint8_t *)"hello", 5), 0);
	run(&w);
	assert_int_equal(w.c.broadcasts, 4);
	/* A station that never answers is thrown out with reason 16. */
	w.c.mute = true;
	assert_int_equal(sim_ap_group_rekey(w.ap[0]), 0);
	run_for(&w, 4050 * NS_PER_MS);
	expect(&w, "disassoc[1]=10010 ");
	unmake(&w);
}

static void test_ptk_rekey(void **state)
{
	struct world w;

	connected_psk(&w, NULL);
	assert_int_equal(sim_ap_rekey(w.ap[0], w.c.mp->ops->caps(w.c.mp)->address), 0);
	assert_int_equal(sim_ap_rekey(w.ap[0], w.c.mp->ops->caps(w.c.mp)->address), -EBUSY);
	assert_int_equal(sim_ap_group_rekey(w.ap[0]), 0); /* message 3 takes the new GTK along */
	run(&w);
	assert_int_equal(at_ap(&w, 0).handshakes, 2);
	assert_int_equal(at_ap(&w, 0).group_handshakes, 0);
	assert_int_equal(w.c.installs, 2);
	ping(&w);
	assert_int_equal(sim_ap_broadcast(w.ap[0], 0x88b5, (const uint8_t *)"hello", 5), 0);
	run(&w);
	assert_int_equal(w.c.replies, 1);
	assert_int_equal(w.c.broadcasts, 1);
	assert_int_equal(counters(&w).privacy_drops, 0);
	assert_int_equal(sim_ap_rekey(w.ap[0], mac_from_u64(2)), -ENOENT);
	unmake(&w);
}

static void test_thrown_out(void **state)
{
	struct world w;

	connected_psk(&w, NULL);
	assert_int_equal(sim_ap_disassociate(w.ap[0], w.c.mp->ops->caps(w.c.mp)->address, 5), 0);
	run(&w);
	expect(&w, "disassoc[1]=20005 " ROAMED);
	assert_int_equal(sim_ap_deauthenticate(w.ap[0], w.c.mp->ops->caps(w.c.mp)->address, 2), 0);
	run(&w);
	expect(&w, "disassoc[1]=10002 " ROAMED);
	assert_int_equal(sim_ap_deauthenticate_all(w.ap[0], 3), 0);
	run(&w);
	expect(&w, "disassoc[*]=10003 " ROAMED);
	assert_int_equal(at_ap(&w, 0).handshakes, 4);
	ping(&w);
	run(&w);
	assert_int_equal(w.c.replies, 1);
	assert_int_equal(sim_ap_disassociate(w.ap[0], mac_from_u64(2), 5), -ENOENT);
	unmake(&w);
}

static void test_roam(void **state)
{
	struct mac unknown = {{2, 9, 9, 9, 9, 9}}, to;
	struct world w;

	connected_psk(&w, HOME ",rssi=-60");
	to = sim_ap_config(w.ap[1])->bssid;
	assert_int_equal(sim_station_roam(w.c.mp, unknown, 0xB), -ENOENT);
	assert_int_equal(sim_station_roam(w.c.mp, to, 0xB), 0);
	run(&w);
	expect(&w, "roam[1]=b assoc[2] assoc-done[2] roam-done ");
	assert_int_equal(w.kinds[D11_REASSOC_REQ], 1);
	assert_int_equal(w.kinds[D11_REASSOC_RESP], 1);
	assert_int_equal(w.kinds[D11_DISASSOC] + w.kinds[D11_DEAUTH], 0);
	assert_int_equal(at_ap(&w, 0).state, SIM_STA_UNKNOWN);
	assert_int_equal(at_ap(&w, 1).state, SIM_STA_AUTHORISED);
	ping(&w);
	run(&w);
	assert_int_equal(w.c.replies, 1);
	/* A target that does not answer: the old access point is a candidate like any other. */
	sim_ap_vanish(w.ap[0]);
	sim_ap_set_rssi(w.ap[0], -90);
	assert_int_equal(sim_station_roam(w.c.mp, sim_ap_config(w.ap[0])->bssid, 0xB), 0);
	run(&w);
	expect(&w, "roam[2]=b assoc[1] assoc-done[1]=2 assoc[2] assoc-done[2] roam-done ");
	unmake(&w);
}

static void test_vanish(void **state)
{
	uint64_t since;
	struct world w;

	connected_psk(&w, NULL);
	since = loop_now(w.loop);
	sim_ap_vanish(w.ap[0]);
	run_for(&w, 2 * NS_PER_S);
	assert_true(loop_now(w.loop) - since < 2100 * NS_PER_MS);
	expect(&w, "disassoc[1]=2 ");
	run_for(&w, 500 * NS_PER_MS);
	expect(&w, "roam[1]=c roam-done=6 ");
	sim_ap_return(w.ap[0]);
	run(&w);
	expect(&w, ROAMED);
	/* Back before it was missed: the station believes to be associated until a frame of it is
	 * refused. */
	sim_ap_vanish(w.ap[0]);
	sim_ap_return(w.ap[0]);
	run(&w);
	assert_int_equal(w.c.nlog, 0);
	ping(&w);
	run(&w);
	expect(&w, "disassoc[1]=10007 " ROAMED);
	/* For ever: it gives up, and virtual time ends. */
	sim_ap_vanish(w.ap[0]);
	run(&w);
	assert_true(ends_with(w.c.log, "roam-done=6 "));
	unmake(&w);
}

/* --- the station's privacy */

static void inject_data(struct world *w, uint16_t ethertype, bool group)
{
	uint8_t bytes[64];
	struct writer out = writer_init(bytes, sizeof(bytes));
	struct dot11_header h = {.frame_control = D11_DATA | D11_FC_FROM_DS,
		.addr1 = group ? mac_from_u64(UINT64_MAX) : w->c.mp->ops->caps(w->c.mp)->address,
		.addr2 = sim_ap_config(w->ap[0])->bssid};

	h.addr3 = h.addr2;
	dot11_header_build(&out, &h);
	llc_snap_build(&out, ethertype);
	writer_put(&out, "clear", 5);
	assert_int_equal(sim_inject(w->sim, bytes, out.len), 0);
	run(w);
}

static void test_exemptions(void **state)
{
	const struct privacy_exemption always = {0x88b5, 1, 3}, bad = {0x88b5, 3, 3};
	uint8_t echo[8] = {0};
	struct world w;

	connected_psk(&w, NULL);
	inject_data(&w, 0x88b5, false); /* no exemption: exclude_unencrypted drops it */
	inject_data(&w, 0x88b5, true);
	inject_data(&w, LLC_ETHERTYPE_EAPOL, false); /* action 2, and there is a mapping key */
	assert_int_equal(counters(&w).privacy_drops, 3);
	assert_int_equal(w.c.broadcasts, 0);
	assert_int_equal(w.c.mp->ops->set_exemptions(w.c.mp, &bad, 1), -EINVAL);
	assert_int_equal(w.c.mp->ops->set_exemptions(w.c.mp, &always, 1), 0);
	inject_data(&w, 0x88b5, false);
	inject_data(&w, 0x88b5, true);
	assert_int_equal(w.c.broadcasts, 2);
	assert_int_equal(
		sim_ap_broadcast(w.ap[0], 0x88b5, echo, sizeof(echo)), 0); /* protected: dropped */
	run(&w);
	assert_int_equal(w.c.broadcasts, 2);
	assert_int_equal(counters(&w).privacy_drops, 4);
	send_msdu(&w.c, 0x88b5, echo, sizeof(echo)); /* in clear, which the AP refuses */
	run(&w);
	assert_int_equal(at_ap(&w, 0).data_refused, 1);
	assert_int_equal(w.c.mp->ops->set_exemptions(w.c.mp, NULL, 0), 0);
	assert_int_equal(w.c.mp->ops->set_exclude_unencrypted(w.c.mp, false), 0);
	inject_data(&w, 0x88b5, false);
	assert_int_equal(w.c.broadcasts, 3);
	unmake(&w);
}

static void test_keys(void **state)
{
	struct miniport_key key = {.peer = {{2, 0, 0, 0, 0, 1}},
		.algorithm = ALGORITHM_CIPHER_CCMP,
		.direction = 3,
		.index = 4};
	static const uint8_t tkip[32] = {1};
	struct world w;

	connected_psk(&w, NULL);
	key.key = w.c.ptk.tk;
	key.length = 16;
	assert_int_equal(w.c.mp->ops->set_default_key(w.c.mp, &key), -EINVAL);
	key.length = 15;
	assert_int_equal(w.c.mp->ops->set_mapping_key(w.c.mp, &key), -EINVAL);
	key.algorithm = ALGORITHM_CIPHER_TKIP;
	assert_int_equal(w.c.mp->ops->set_mapping_key(w.c.mp, &key), -ENOTSUP);
	/* BIP and nothing else at 4 and 5; a whole TKIP key for groups. */
	key.algorithm = ALGORITHM_CIPHER_BIP;
	key.length = 16;
	assert_int_equal(w.c.mp->ops->set_default_key(w.c.mp, &key), 0);
	assert_int_equal(w.c.mp->ops->set_mapping_key(w.c.mp, &key), -ENOTSUP);
	key.index = 3;
	assert_int_equal(w.c.mp->ops->set_default_key(w.c.mp, &key), -EINVAL);
	key.index = 6;
	assert_int_equal(w.c.mp->ops->set_default_key(w.c.mp, &key), -EINVAL);
	key.algorithm = ALGORITHM_CIPHER_TKIP;
	key.index = 1;
	assert_int_equal(w.c.mp->ops->set_default_key(w.c.mp, &key), -EINVAL);
	key.key = tkip;
	key.length = sizeof(tkip);
	assert_int_equal(w.c.mp->ops->set_default_key(w.c.mp, &key), 0);
	key.remove = true;
	assert_int_equal(w.c.mp->ops->set_mapping_key(w.c.mp, &key), 0);
	ping(&w); /* in clear now */
	run(&w);
	assert_int_equal(w.c.replies, 0);
	assert_int_equal(at_ap(&w, 0).data_refused, 1);
	unmake(&w);
}

static void test_before_authorised(void **state)
{
	struct world w;

	make(&w, 1, HOME, NULL);
	w.c.mute = true;
	assert_int_equal(connect_as(&w, ALGORITHM_AUTH_RSNA_PSK), 0);
	run_for(&w, 50 * NS_PER_MS);
	ping(&w);
	run_for(&w, 50 * NS_PER_MS);
	assert_int_equal(w.c.replies, 0);
	assert_int_equal(at_ap(&w, 0).data_refused, 1);
	assert_int_equal(at_ap(&w, 0).state, SIM_STA_ASSOCIATED);
	unmake(&w);
}

static void test_spoofed(void **state)
{
	uint8_t bytes[26];
	struct writer out = writer_init(bytes, sizeof(bytes));
	struct mac stranger = {{2, 7, 7, 7, 7, 7}};
	struct world w;

	connected_psk(&w, NULL);
	dot11_mgmt_header_build(
		&out, D11_DEAUTH, &w.c.mp->ops->caps(w.c.mp)->address, &stranger, &stranger, 0);
	writer_le16(&out, 3);
	assert_int_equal(sim_inject(w.sim, bytes, out.len), 0);
	for (size_t n = 0; n < out.len; n++) /* and pieces of frames */
		assert_int_equal(sim_inject(w.sim, bytes, n), 0);
	run(&w);
	assert_int_equal(w.c.nlog, 0);
	unmake(&w);
}

/* A frame of 5 octets in clear, with what is in h. */
static void inject(struct world *w, const struct dot11_header *h, uint16_t ethertype)
{
	uint8_t bytes[64];
	struct writer out = writer_init(bytes, sizeof(bytes));

	dot11_header_build(&out, h);
	llc_snap_build(&out, ethertype);
	writer_put(&out, "clear", 5);
	assert_int_equal(sim_inject(w->sim, bytes, out.len), 0);
	run(w);
}

/* What looks like an MSDU but is a piece of one, or several, or comes back to its sender. */
static void test_no_msdu(void **state)
{
	struct dot11_header down, up, h;
	struct world w;
	uint64_t refused;

	connected(&w, "open,ssid=home", NULL, ALGORITHM_AUTH_OPEN);
	down = (struct dot11_header){.frame_control = D11_DATA | D11_FC_FROM_DS,
		.addr1 = w.c.mp->ops->caps(w.c.mp)->address,
		.addr2 = sim_ap_config(w.ap[0])->bssid,
		.addr3 = {{2, 7, 7, 7, 7, 7}}};
	up = down;
	up.frame_control = D11_DATA | D11_FC_TO_DS;
	up.addr1 = down.addr2;
	up.addr2 = down.addr1;
	inject(&w, &down, 0x88b5);
	inject(&w, &up, 0x88b5);
	assert_int_equal(w.c.broadcasts, 1);
	assert_int_equal(at_ap(&w, 0).data_received, 1);
	refused = at_ap(&w, 0).data_refused;
	for (int i = 0; i < 6; i++) {
		h = i % 2 ? up : down;
		if (i / 2 == 0) { /* the first fragment */
			h.frame_control |= D11_FC_MORE_FRAGMENTS;
		} else if (i / 2 == 1) { /* the last one */
			h.sequence_control = 1;
		} else { /* an A-MSDU */
			h.frame_control |= D11_QOS_DATA;
			h.qos_control = 0x0080;
		}
		inject(&w, &h, 0x88b5);
	}
	h = down;
	h.addr1 = mac_from_u64(UINT64_MAX);
	inject(&w, &h, 0x88b5);
	assert_int_equal(w.c.broadcasts, 2);
	h.addr3 = down.addr1;
	inject(&w, &h, 0x88b5);
	assert_int_equal(w.c.broadcasts, 2);
	assert_int_equal(at_ap(&w, 0).data_received, 1);
	assert_int_equal(at_ap(&w, 0).data_refused, refused);
	unmake(&w);
}

/* A transmitter has an address of its own: an answer to a group would throw everybody out. */
static void test_group_transmitter(void **state)
{
	struct dot11_header h = {
		.frame_control = D11_DATA | D11_FC_TO_DS, .addr2 = mac_from_u64(UINT64_MAX)};
	struct world w;

	connected_psk(&w, NULL);
	h.addr1 = h.addr3 = sim_ap_config(w.ap[0])->bssid;
	inject(&w, &h, 0x88b5);
	assert_int_equal(w.c.nlog, 0);
	assert_int_equal(at_ap(&w, 0).state, SIM_STA_AUTHORISED);
	unmake(&w);
}

/* --- rules */

/* What a rule on one frame of a connection does to it: handshakes and key installations are always
 * one. */
static const struct {
	enum sim_kind kind;
	enum sim_action action;
	uint32_t offset;
	uint64_t delay;
	size_t frames;  /* EAPOL frames that the tap saw; 4 without a rule */
	uint32_t extra; /* indications beyond the four of a connection */
} faults[] = {
	{SIM_MESSAGE_1, SIM_DROP, 0, 0, 5, 0},
	{SIM_MESSAGE_2, SIM_DROP, 0, 0, 6, 0},
	{SIM_MESSAGE_3, SIM_DROP, 0, 0, 5, 0},
	{SIM_MESSAGE_1, SIM_DELAY, 0, 100 * NS_PER_MS, 4, 0},
	{SIM_MESSAGE_2, SIM_DELAY, 0, 1500 * NS_PER_MS, 6, 0},
	{SIM_MESSAGE_1, SIM_DUPLICATE, 0, 0, 6, 0},
	{SIM_MESSAGE_2, SIM_DUPLICATE, 0, 0, 5, 0},
	{SIM_MESSAGE_3, SIM_DUPLICATE, 0, 0, 5, 0},
	{SIM_MESSAGE_4, SIM_DUPLICATE, 0, 0, 5, 0},
	{SIM_MESSAGE_1, SIM_REORDER, 0, 0, 6, 0},
	{SIM_MESSAGE_2, SIM_REPLAY, 0, 300 * NS_PER_MS, 5, 0},
	{SIM_MESSAGE_3, SIM_REPLAY, 0, 300 * NS_PER_MS, 5, 0},
	{SIM_MESSAGE_2, SIM_CORRUPT, 8 * 30, 0, 6, 0},
	{SIM_MESSAGE_3, SIM_CORRUPT, 8 * 110, 0, 5, 0},
	{SIM_MESSAGE_2, SIM_TRUNCATE, 9, 0, 6, 0},
	{SIM_MESSAGE_3, SIM_TRUNCATE, SIM_RANDOM, 0, 5, 0},
	{SIM_MESSAGE_2, SIM_EXTEND, 5, 0, 4, 0}, /* padding of the link is no fault */
	{SIM_MESSAGE_2, SIM_DISASSOCIATE, 9, 0, 6, 5},
};

static void test_rules(void **state)
{
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct sim_rule rule = {.kind = faults[i].kind,
			.action = faults[i].action,
			.offset = faults[i].offset,
			.delay = faults[i].delay,
			.count = 1};
		struct world w;

		make(&w, i, HOME, NULL);
		sim_add_rule(w.sim, &rule);
		assert_int_equal(connect_as(&w, ALGORITHM_AUTH_RSNA_PSK), 0);
		run(&w);
		if (rule.hits != 1 || w.kinds[D11_DATA] != faults[i].frames ||
			w.c.nlog != 4 + faults[i].extra || w.c.installs != 1 ||
			at_ap(&w, 0).handshakes != 1)
			fail_msg("case %zu: hits %u, EAPOL frames %zu, indications %zu, installed "
				 "%u",
				i, rule.hits, w.kinds[D11_DATA], w.c.nlog, w.c.installs);
		sim_remove_rule(w.sim, &rule);
		unmake(&w);
	}
}

/* Rules on frames under the PTK: what is a replay on the air must not get through, a second
 * encryption must. */
static void test_rules_on_data(void **state)
{
	static const struct {
		enum sim_action action;
		uint32_t replies;
	} cases[] = {{SIM_DROP, 1}, {SIM_DUPLICATE, 3}, {SIM_REPLAY, 2}, {SIM_CORRUPT, 1},
		{SIM_TRUNCATE, 1}, {SIM_EXTEND, 2}, {SIM_DELAY, 1}, {SIM_REORDER, 1}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sim_rule rule = {.kind = SIM_DATA,
			.action = cases[i].action,
			.offset = 30,
			.delay = 20 * NS_PER_MS,
			.count = 1};
		struct world w;

		connected_psk(&w, NULL);
		sim_add_rule(w.sim, &rule);
		ping(&w);
		ping(&w);
		run(&w);
		assert_int_equal(rule.hits, 1);
		assert_int_equal(w.c.completions, 4);
		assert_int_equal(w.c.replies, cases[i].replies);
		unmake(&w);
	}
}

/* A client without exemption for EAPOL repeats message 4 under keys that the AP has not installed
 * yet. */
static void test_early_message_4(void **state)
{
	struct sim_rule rule = {.kind = SIM_MESSAGE_4, .action = SIM_DROP, .count = 1};
	struct world w;

	make(&w, 1, HOME, NULL);
	sim_add_rule(w.sim, &rule);
	assert_int_equal(connect_as(&w, ALGORITHM_AUTH_RSNA_PSK), 0);
	assert_int_equal(w.c.mp->ops->set_exemptions(w.c.mp, NULL, 0), 0);
	assert_int_equal(w.c.mp->ops->set_exclude_unencrypted(w.c.mp, false), 0);
	run(&w);
	assert_int_equal(rule.hits, 1);
	assert_int_equal(at_ap(&w, 0).handshakes, 1);
	assert_int_equal(w.c.installs, 1);
	ping(&w);
	run(&w);
	assert_int_equal(w.c.replies, 1);
	unmake(&w);
}

/*
 * With the usual exemption, EAPOL in clear while there is no key, the repeated message 3 comes too
 * late: only the access point's patience ends that.
 */
static void test_lost_message_4(void **state)
{
	struct sim_rule rule = {.kind = SIM_MESSAGE_4, .action = SIM_DROP, .count = 1};
	struct world w;

	make(&w, 1, HOME, NULL);
	sim_add_rule(w.sim, &rule);
	assert_int_equal(connect_as(&w, ALGORITHM_AUTH_RSNA_PSK), 0);
	run(&w);
	assert_int_equal(rule.hits, 1);
	expect(&w, CONNECTED "disassoc[1]=1000f " ROAMED);
	assert_int_equal(counters(&w).privacy_drops, 3);
	unmake(&w);
}

/* --- the whole */

static uint64_t busy_run(uint64_t seed, size_t *frames)
{
	struct sim_rule rule = {.kind = SIM_EAPOL,
		.action = SIM_CORRUPT,
		.offset = SIM_RANDOM,
		.skip = 3,
		.count = 2};
	struct world w;
	uint64_t hash;

	make(&w, seed, HOME, HOME);
	sim_add_rule(w.sim, &rule);
	assert_int_equal(connect_as(&w, ALGORITHM_AUTH_RSNA_PSK), 0);
	run(&w);
	assert_int_equal(sim_ap_group_rekey(w.ap[0]), 0);
	(void)sim_station_roam(w.c.mp, sim_ap_config(w.ap[1])->bssid, 0xB);
	run(&w);
	*frames = w.frames;
	hash = w.hash;
	unmake(&w);
	return hash;
}

static void test_repeatable(void **state)
{
	size_t a, b;
	uint64_t first = busy_run(42, &a);

	assert_true(busy_run(42, &b) == first);
	assert_int_equal(a, b);
	assert_true(busy_run(43, &b) != first);
}

static void test_many_stations(void **state)
{
	enum { N = 300 };
	static struct client clients[N];
	struct sim_ap_station_info info;
	struct world w;

	make(&w, 1, "open,ssid=home", NULL);
	for (size_t i = 0; i < N; i++) {
		struct ssid any = {0, ""};
		struct connect_request req = {&any, 1, 1};

		memset(&clients[i], 0, sizeof(clients[i]));
		assert_int_equal(sim_add_station(w.sim, (struct mac){{0}}, &clients[i].mp), 0);
		clients[i].mp->ops->attach(clients[i].mp, indicated, &clients[i]);
		assert_int_equal(clients[i].mp->ops->connect(clients[i].mp, &req), 0);
	}
	run(&w);
	assert_int_equal(sim_ap_broadcast(w.ap[0], 0x88b5, (const uint8_t *)"x", 1), 0);
	run(&w);
	for (size_t i = 0; i < N; i++) {
		assert_int_equal(clients[i].broadcasts, 1);
		sim_ap_station(w.ap[0], clients[i].mp->ops->caps(clients[i].mp)->address, &info);
		assert_int_equal(info.state, SIM_STA_AUTHORISED);
		clients[i].mp->ops->detach(clients[i].mp);
		clients[i].gone = true;
		sim_remove_station(clients[i].mp);
	}
	run(&w);
	unmake(&w);
}

static void test_spec(void **state)
{
	static const struct {
		const char *spec, *cause;
	} bad[] = {
		{"", "unknown security"},
		{"wep:x", "unknown security 'wep'"},
		{"wpa2-psk", "needs a passphrase"},
		{"wpa2-psk:1234567", "has 7 characters"},
		{"wpa2-psk:zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
			"64 hexadecimal"},
		{"wpa2-psk:12345678901234567890123456789012345678901234567890123456789012345",
			"has 65 characters"},
		{"wpa2-psk:gr\xc3\xbc\xc3\x9fung", "not printable"},
		{"open,", "not an option"},
		{"open,ssid=", "SSID is empty"},
		{"open,ssid=123456789012345678901234567890123", "SSID has 33 bytes"},
		{"open,bssid=02:00:00:00:00", "not a BSSID"},
		{"open,bssid=03:00:00:00:00:01", "group address"},
		{"open,bssid=00:00:00:00:00:00", "zero"},
		{"open,channel=15", "not a channel"},
		{"open,channel=1x", "not a channel"},
		{"open,rssi=5", "not a signal"},
		{"open,akm=sae", "unknown AKM"},
		{"open,mfp=required", "mfp is for wpa2-psk"},
		{"wpa2-psk:12345678,mfp=on", "mfp is off, optional or required, not 'on'"},
		{"open,color=red", "unknown option 'color'"},
	};
	struct sim_ap_config config = {.channel = 3};
	char err[160];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(
			sim_ap_config_parse(bad[i].spec, &config, err, sizeof(err)), -EINVAL);
		if (!strstr(err, bad[i].cause))
			fail_msg("%s: %s", bad[i].spec, err);
	}
	assert_int_equal(config.channel, 3);
	assert_int_equal(
		sim_ap_config_parse(
			"wpa2-psk:a\\,b\\\\cdefgh,ssid=x\\,y,bssid=02:00:00:00:00:07,channel=11,"
			"rssi=-61,akm=both,mfp=required",
			&config, err, sizeof(err)),
		0);
	assert_string_equal(config.passphrase, "a,b\\cdefgh");
	assert_int_equal(config.ssid.length, 3);
	assert_memory_equal(config.ssid.bytes, "x,y", 3);
	assert_int_equal(config.bssid.b[5], 7);
	assert_int_equal(config.channel, 11);
	assert_int_equal(config.rssi, -61);
	assert_int_equal(config.akms, SIM_AKM_PSK | SIM_AKM_PSK_SHA256);
	assert_int_equal(config.mfp, SIM_MFP_REQUIRED);
	assert_int_equal(sim_ap_config_parse("open", &config, err, sizeof(err)), 0);
	assert_int_equal(config.channel, 11);
	assert_int_equal(config.passphrase[0], 0);
}

static void test_bad_ap(void **state)
{
	struct sim_ap_config config = {
		.security = SIM_WPA2_PSK, .ssid = {4, "home"}, .passphrase = "short"};
	struct sim_ap *ap;
	struct world w;

	make(&w, 1, HOME, NULL);
	assert_int_equal(sim_add_ap(w.sim, &config, &ap), -EINVAL);
	config.security = SIM_OPEN;
	config.ssid.length = 33;
	assert_int_equal(sim_add_ap(w.sim, &config, &ap), -EINVAL);
	config.ssid.length = 4;
	config.bssid = sim_ap_config(w.ap[0])->bssid;
	assert_int_equal(sim_add_ap(w.sim, &config, &ap), -EEXIST);
	config.bssid = mac_from_u64(0);
	assert_int_equal(sim_add_ap(w.sim, &config, &ap), 0);
	assert_int_equal(sim_ap_config(ap)->bssid.b[0] & 3, 2);
	unmake(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_psk),
		cmocka_unit_test(test_no_candidate),
		cmocka_unit_test(test_wrong_passphrase),
		cmocka_unit_test(test_next_candidate),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_cancelled),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_unplug),
		cmocka_unit_test(test_power),
		cmocka_unit_test(test_scan),
		cmocka_unit_test(test_group_rekey),
		cmocka_unit_test(test_ptk_rekey),
		cmocka_unit_test(test_thrown_out),
		cmocka_unit_test(test_roam),
		cmocka_unit_test(test_vanish),
		cmocka_unit_test(test_exemptions),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_before_authorised),
		cmocka_unit_test(test_spoofed),
		cmocka_unit_test(test_no_msdu),
		cmocka_unit_test(test_group_transmitter),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_rules_on_data),
		cmocka_unit_test(test_early_message_4),
		cmocka_unit_test(test_lost_message_4),
		cmocka_unit_test(test_repeatable),
		cmocka_unit_test(test_many_stations),
		cmocka_unit_test(test_spec),
		cmocka_unit_test(test_bad_ap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
