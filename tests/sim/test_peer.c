// SPDX-License-Identifier: BSD-2-Clause
/*
 * Access points whose protocol is not known to the radio: blind ones, and such with an owner, who
 * is a few callbacks here.
 *
 *	client (here) -- miniport -- station  ~~~ medium, rules ~~~  AP -- owner (here)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>

#include "miniport/sim/sim.h"
#include "wire/algorithm.h"
#include "wire/dot11.h"
#include "wire/inet.h"

#define VENDOR    0x88b5
#define LOG_MAX   2048
#define VENDOR_IE "dd06020000010203"
#define TK        "0123456789abcdef"
#define OTHER_TK  "fedcba9876543210"
#define FIRST_AP  0x020000000001
#define REASON    23
#define BETTER_AP 0xB

/* What the client and the owner saw, in one line of words; [n] is the AP's number. */
struct world {
	struct loop *loop;
	struct sim *sim;
	struct sim_ap *ap[2];
	struct miniport *mp;
	struct mac at; /* the AP that the client is with */
	char log[LOG_MAX];
	unsigned pings; /* answered */
	bool silent;    /* the owner only listens */
	uint8_t elements[512], response[512], beacon[512];
	size_t elements_length, response_length, beacon_length;
};

__attribute__((format(printf, 2, 3))) static void note(struct world *w, const char *format, ...)
{
	size_t used = strlen(w->log);
	va_list args;

	va_start(args, format);
	vsnprintf(w->log + used, sizeof(w->log) - used, format, args);
	va_end(args);
}

static void expect(struct world *w, const char *want)
{
	assert_string_equal(w->log, want);
	w->log[0] = '\0';
}

static unsigned number(const struct sim_ap *ap)
{
	return sim_ap_config(ap)->bssid.b[5];
}

/* --- the owner */

static void on_associated(void *user, struct sim_ap *ap, struct mac station, bool reassociation,
	const uint8_t *elements, size_t length)
{
	struct world *w = user;

	assert_true(length <= sizeof(w->elements));
	memcpy(w->elements, elements, length);
	w->elements_length = length;
	note(w, "%sassociated[%u] ", reassociation ? "re" : "", number(ap));
	if (!w->silent)
		assert_int_equal(
			sim_ap_send(ap, station, VENDOR, (const uint8_t *)"who", 3, false), 0);
}

static void on_frame(void *user, struct sim_ap *ap, struct mac station, uint16_t ethertype,
	const uint8_t *data, size_t length, bool guarded)
{
	struct world *w = user;

	note(w, "%s[%u]:%x:%.*s ", guarded ? "guarded" : "frame", number(ap), ethertype,
		(int)length, (const char *)data);
	if (w->silent)
		return;
	if (length == 2 && !memcmp(data, "me", 2)) {
		assert_int_equal(
			sim_ap_send(ap, station, VENDOR, (const uint8_t *)"ok", 2, false), 0);
		assert_int_equal(sim_ap_authorise(ap, station, true), 0);
	}
	if (length == 3 && !memcmp(data, "bad", 3)) {
		assert_int_equal(sim_ap_disassociate(ap, station, REASON), 0);
		assert_int_equal(sim_ap_disassociate(ap, station, REASON), -ENOENT);
		assert_int_equal(sim_ap_send(ap, station, VENDOR, data, length, false), -ENOENT);
	}
}

static void on_disassociated(void *user, struct sim_ap *ap, struct mac station, uint16_t reason)
{
	note(user, "left[%u]=%u ", number(ap), reason);
}

static const struct sim_peer_ops owner = {on_associated, on_frame, on_disassociated};

/* --- the client */

static void send_frame(struct world *w, uint16_t ethertype, const void *data, size_t length)
{
	const struct miniport_frame f = {
		.peer = w->at, .ethertype = ethertype, .data = data, .length = (uint32_t)length};

	assert_int_equal(w->mp->ops->send(w->mp, &f), 0);
}

static void say(struct world *w, const char *text)
{
	send_frame(w, VENDOR, text, strlen(text));
}

static void ping(struct world *w)
{
	uint8_t packet[64];
	struct writer out = writer_init(packet, sizeof(packet));
	const struct inet_echo e = {.source = SIM_STATION_ADDRESS,
		.destination = SIM_ECHO_ADDRESS,
		.ttl = 64,
		.type = ICMP_ECHO_REQUEST_TYPE};

	inet_echo_build(&out, &e);
	send_frame(w, LLC_ETHERTYPE_IPV4, packet, out.len);
}

static void keep(uint8_t *to, size_t *length, const uint8_t *from, uint32_t n)
{
	assert_true(n <= 512);
	memcpy(to, from, n);
	*length = n;
}

static void indicated(void *user, const struct indication *ind)
{
	struct world *w = user;

	switch (ind->type) {
	case IND_RECEIVE:
		if (ind->ethertype == LLC_ETHERTYPE_IPV4)
			w->pings++;
		else
			note(w, "heard:%.*s ", (int)ind->length, (const char *)ind->data);
		break;
	case IND_ASSOCIATION_COMPLETION:
		note(w, "with[%u]=%x ", ind->peer.b[5], ind->status);
		if (ind->status)
			break;
		w->at = ind->peer;
		keep(w->response, &w->response_length, ind->association->response,
			ind->association->response_length);
		keep(w->beacon, &w->beacon_length, ind->association->beacon,
			ind->association->beacon_length);
		break;
	case IND_DISASSOCIATION:
		note(w, "lost[%u]=%x ", ind->peer.b[5], ind->status);
		break;
	default: /* they come with every connection */
		break;
	}
}

static void run(struct world *w)
{
	do {
		while (loop_step(w->loop))
			;
	} while (loop_advance(w->loop));
}

static void run_for(struct world *w, uint64_t ns)
{
	const uint64_t end = loop_now(w->loop) + ns;

	while (loop_step(w->loop) ||
		(loop_delay(w->loop) <= end - loop_now(w->loop) && loop_advance(w->loop)))
		;
}

static void add_ap(struct world *w, size_t i, const char *spec)
{
	struct sim_ap_config config = {.bssid = mac_from_u64(FIRST_AP + i)};
	char err[160];

	if (sim_ap_config_parse(spec, &config, err, sizeof(err)))
		fail_msg("%s: %s", spec, err);
	assert_int_equal(sim_add_ap(w->sim, &config, &w->ap[i]), 0);
}

static int connect_as(struct world *w, uint32_t auth, uint32_t cipher)
{
	const struct miniport_ops *ops = w->mp->ops;
	struct ssid ssid = {4, "home"};
	const struct connect_request req = {&ssid, 1, 1};

	assert_int_equal(ops->set_auth(w->mp, auth), 0);
	assert_int_equal(ops->set_unicast_cipher(w->mp, cipher), 0);
	assert_int_equal(ops->set_multicast_cipher(w->mp, cipher), 0);
	return ops->connect(w->mp, &req);
}

static void make(struct world *w, const char *spec, const char *second)
{
	memset(w, 0, sizeof(*w));
	assert_int_equal(loop_new(LOOP_VIRTUAL, &w->loop), 0);
	assert_int_equal(sim_new(w->loop, 1, &w->sim), 0);
	add_ap(w, 0, spec);
	if (second)
		add_ap(w, 1, second);
	for (size_t i = 0; i < 2 && w->ap[i]; i++)
		assert_int_equal(sim_ap_set_peer(w->ap[i], &owner, w),
			sim_ap_config(w->ap[i])->security == SIM_PEER ? 0 : -EINVAL);
	assert_int_equal(sim_add_station(w->sim, (struct mac){{0}}, &w->mp), 0);
	w->mp->ops->attach(w->mp, indicated, w);
}

static void unmake(struct world *w)
{
	w->mp->ops->detach(w->mp);
	w->log[0] = '\0';
	sim_free(w->sim);
	expect(w, ""); /* the AP's going is no news to its owner */
	loop_free(w->loop);
}

static struct mac station(const struct world *w)
{
	return w->mp->ops->caps(w->mp)->address;
}

static struct sim_ap_station_info at_ap(const struct world *w, size_t i)
{
	struct sim_ap_station_info info;

	sim_ap_station(w->ap[i], station(w), &info);
	return info;
}

static void connected(struct world *w, const char *second)
{
	make(w, "peer,ssid=home", second);
	assert_int_equal(connect_as(w, ALGORITHM_AUTH_OPEN, ALGORITHM_CIPHER_CCMP), 0);
	run(w);
	expect(w, "associated[1] with[1]=0 heard:who ");
	assert_int_equal(at_ap(w, 0).state, SIM_STA_ASSOCIATED);
}

/* --- */

static void test_blind(void **state)
{
	static const struct {
		uint32_t auth, cipher;
	} any[] = {{ALGORITHM_IHV_START + 7, ALGORITHM_IHV_START + 9},
		{ALGORITHM_AUTH_OPEN, ALGORITHM_CIPHER_NONE},
		{ALGORITHM_AUTH_OPEN, ALGORITHM_CIPHER_CCMP},
		{ALGORITHM_AUTH_RSNA_PSK, ALGORITHM_CIPHER_CCMP}};
	struct world w;

	for (size_t i = 0; i < sizeof(any) / sizeof(any[0]); i++) {
		make(&w, "blind,ssid=home", NULL);
		assert_int_equal(connect_as(&w, any[i].auth, any[i].cipher), 0);
		run(&w);
		expect(&w, "with[1]=0 ");
		/* A protocol is not answered, and is no data. */
		say(&w, "me");
		send_frame(&w, LLC_ETHERTYPE_EAPOL, "\1\1\0\0", 4);
		run(&w);
		assert_int_equal(at_ap(&w, 0).protocol_received, 2);
		assert_int_equal(at_ap(&w, 0).data_received, 0);
		assert_int_equal(at_ap(&w, 0).data_refused, 0);
		/* Data that gets through to here is seen. */
		ping(&w);
		run(&w);
		assert_int_equal(at_ap(&w, 0).data_received, 1);
		assert_int_equal(w.pings, 1);
		expect(&w, "");
		unmake(&w);
	}
}

static void test_both_ways(void **state)
{
	struct world w;

	connected(&w, NULL);
	/* The port is closed. */
	ping(&w);
	run(&w);
	assert_int_equal(w.pings, 0);
	assert_int_equal(at_ap(&w, 0).data_refused, 1);
	say(&w, "me");
	run(&w);
	expect(&w, "frame[1]:88b5:me heard:ok ");
	assert_int_equal(at_ap(&w, 0).state, SIM_STA_AUTHORISED);
	ping(&w);
	run(&w);
	assert_int_equal(w.pings, 1);
	assert_int_equal(at_ap(&w, 0).data_received, 1);
	assert_int_equal(at_ap(&w, 0).protocol_received, 1);
	/* And closed again. */
	assert_int_equal(sim_ap_authorise(w.ap[0], station(&w), false), 0);
	ping(&w);
	run(&w);
	assert_int_equal(w.pings, 1);
	assert_int_equal(at_ap(&w, 0).data_refused, 2);
	/* EAPOL is the owner's, too. */
	send_frame(&w, LLC_ETHERTYPE_EAPOL, "x", 1);
	run(&w);
	expect(&w, "frame[1]:888e:x ");
	unmake(&w);
}

/* Algorithms of a vendor lead to no network that is not his, and have no keys here. */
static void test_vendors_algorithms(void **state)
{
	const struct miniport_key key = {.peer = mac_from_u64(FIRST_AP),
		.algorithm = ALGORITHM_IHV_START + 9,
		.direction = 3,
		.key = (const uint8_t *)TK,
		.length = 16};
	const char *const specs[] = {"open,ssid=home", "wpa2-psk:12345678,ssid=home"};
	struct world w;

	for (size_t i = 0; i < 2; i++) {
		make(&w, specs[i], NULL);
		assert_int_equal(connect_as(&w, ALGORITHM_IHV_START, ALGORITHM_IHV_START), 0);
		assert_int_equal(w.mp->ops->set_mapping_key(w.mp, &key), -ENOTSUP);
		run(&w);
		expect(&w, "");
		assert_int_equal(at_ap(&w, 0).state, SIM_STA_UNKNOWN);
		unmake(&w);
	}
}

/* The station's elements reach the owner: its SSID and its RSNE. */
static void test_elements(void **state)
{
	struct element e;
	struct world w;

	make(&w, "peer,ssid=home", NULL);
	w.silent = true;
	assert_int_equal(connect_as(&w, ALGORITHM_AUTH_RSNA_PSK, ALGORITHM_CIPHER_CCMP), 0);
	run(&w);
	expect(&w, "associated[1] with[1]=0 ");
	assert_int_equal(element_find(w.elements, w.elements_length, D11_EID_SSID, &e), 0);
	assert_memory_equal(e.data, "home", 4);
	assert_int_equal(element_find(w.elements, w.elements_length, D11_EID_RSN, &e), 0);
	unmake(&w);
}

static void set_station_key(struct world *w, const char *tk)
{
	const struct miniport_key key = {.peer = w->at,
		.algorithm = ALGORITHM_CIPHER_CCMP,
		.direction = 3,
		.key = (const uint8_t *)tk,
		.length = 16};

	assert_int_equal(w->mp->ops->set_mapping_key(w->mp, &key), 0);
}

static void test_keys(void **state)
{
	const struct miniport_key group = {.index = 2,
		.algorithm = ALGORITHM_CIPHER_CCMP,
		.direction = 1,
		.key = (const uint8_t *)OTHER_TK,
		.length = 16};
	const struct mac all = mac_from_u64(UINT64_MAX);
	struct world w;

	connected(&w, NULL);
	assert_int_equal(sim_ap_authorise(w.ap[0], station(&w), true), 0);
	assert_int_equal(sim_ap_set_key(w.ap[0], station(&w), (const uint8_t *)TK), 0);
	/* In clear the data is refused now; the protocol's frames are told apart. */
	ping(&w);
	say(&w, "hi");
	run(&w);
	assert_int_equal(w.pings, 0);
	assert_int_equal(at_ap(&w, 0).data_refused, 1);
	expect(&w, "frame[1]:88b5:hi ");
	set_station_key(&w, TK);
	assert_int_equal(w.mp->ops->set_exclude_unencrypted(w.mp, true), 0);
	ping(&w);
	say(&w, "hi");
	run(&w);
	assert_int_equal(w.pings, 1);
	expect(&w, "guarded[1]:88b5:hi ");
	/* Towards the station: encrypted, or in clear if wanted, which this station drops. */
	sim_ap_send(w.ap[0], station(&w), VENDOR, (const uint8_t *)"sealed", 6, false);
	sim_ap_send(w.ap[0], station(&w), VENDOR, (const uint8_t *)"clear", 5, true);
	run(&w);
	expect(&w, "heard:sealed ");
	/* Group frames have a key of their own. */
	assert_int_equal(w.mp->ops->set_default_key(w.mp, &group), 0);
	sim_ap_send(w.ap[0], all, VENDOR, (const uint8_t *)"lost", 4, false);
	assert_int_equal(sim_ap_set_group_key(w.ap[0], 2, (const uint8_t *)OTHER_TK), 0);
	sim_ap_send(w.ap[0], all, VENDOR, (const uint8_t *)"all", 3, false);
	run(&w);
	expect(&w, "heard:all ");
	/* Another key, and none. */
	set_station_key(&w, OTHER_TK);
	say(&w, "wrong");
	run(&w);
	expect(&w, "");
	assert_int_equal(sim_ap_set_key(w.ap[0], station(&w), NULL), 0);
	assert_int_equal(w.mp->ops->set_exclude_unencrypted(w.mp, false), 0);
	sim_ap_send(w.ap[0], station(&w), VENDOR, (const uint8_t *)"plain", 5, false);
	run(&w);
	expect(&w, "heard:plain ");
	unmake(&w);
}

static void test_arguments(void **state)
{
	static const uint8_t long_data[2304];
	const struct mac stranger = mac_from_u64(0x020000000099);
	struct sim_ap *open;
	struct world w;

	connected(&w, "open,ssid=home");
	open = w.ap[1];
	assert_int_equal(sim_ap_send(open, station(&w), VENDOR, long_data, 1, false), -EINVAL);
	assert_int_equal(sim_ap_authorise(open, station(&w), true), -EINVAL);
	assert_int_equal(sim_ap_set_key(open, station(&w), long_data), -EINVAL);
	assert_int_equal(sim_ap_set_group_key(open, 1, long_data), -EINVAL);
	assert_int_equal(sim_ap_send(w.ap[0], stranger, VENDOR, long_data, 1, false), -ENOENT);
	assert_int_equal(sim_ap_authorise(w.ap[0], stranger, true), -ENOENT);
	assert_int_equal(sim_ap_set_key(w.ap[0], stranger, long_data), -ENOENT);
	assert_int_equal(sim_ap_set_group_key(w.ap[0], 0, long_data), -EINVAL);
	assert_int_equal(sim_ap_set_group_key(w.ap[0], 4, long_data), -EINVAL);
	assert_int_equal(
		sim_ap_send(w.ap[0], station(&w), VENDOR, long_data, 2297, false), -EINVAL);
	assert_int_equal(sim_ap_send(w.ap[0], station(&w), VENDOR, NULL, 1, false), -EINVAL);
	assert_int_equal(sim_ap_send(w.ap[0], station(&w), VENDOR, long_data, 2296, false), 0);
	sim_ap_vanish(w.ap[0]);
	expect(&w, "left[1]=0 ");
	assert_int_equal(
		sim_ap_send(w.ap[0], mac_from_u64(UINT64_MAX), VENDOR, long_data, 1, false),
		-ENOENT);
	unmake(&w);
}

/* Each association that was told of ends once, whoever ends it. */
static void test_ends(void **state)
{
	struct world w;

	connected(&w, NULL);
	say(&w, "bad"); /* by the owner */
	run_for(&w, 10 * NS_PER_MS);
	expect(&w, "frame[1]:88b5:bad left[1]=23 lost[1]=20017 ");
	run(&w); /* the station comes back by itself */
	expect(&w, "associated[1] with[1]=0 heard:who ");
	assert_int_equal(sim_ap_deauthenticate(w.ap[0], station(&w), 5), 0); /* by somebody else */
	run(&w);
	expect(&w, "left[1]=5 lost[1]=10005 associated[1] with[1]=0 heard:who ");
	assert_int_equal(sim_ap_deauthenticate_all(w.ap[0], 3), 0);
	run_for(&w, 10 * NS_PER_MS);
	expect(&w, "left[1]=3 lost[255]=10003 ");
	run(&w);
	expect(&w, "associated[1] with[1]=0 heard:who ");
	assert_int_equal(w.mp->ops->disconnect(w.mp), 0); /* by the station */
	run(&w);
	expect(&w, "lost[1]=7 left[1]=8 ");
	assert_int_equal(connect_as(&w, ALGORITHM_AUTH_OPEN, ALGORITHM_CIPHER_NONE), 0);
	run(&w);
	expect(&w, "associated[1] with[1]=0 heard:who ");
	/* It is unplugged, and nobody hears of that; then it associates again. */
	w.mp->ops->detach(w.mp);
	sim_remove_station(w.mp);
	expect(&w, "left[1]=0 ");
	assert_int_equal(sim_add_station(w.sim, (struct mac){{0}}, &w.mp), 0);
	w.mp->ops->attach(w.mp, indicated, &w);
	assert_int_equal(sim_ap_set_peer(w.ap[0], NULL, NULL), 0);
	assert_int_equal(connect_as(&w, ALGORITHM_AUTH_OPEN, ALGORITHM_CIPHER_NONE), 0);
	run(&w);
	say(&w, "anybody");
	run(&w);
	expect(&w, "with[1]=0 ");
	unmake(&w);
}

static void test_roam(void **state)
{
	struct world w;

	connected(&w, "peer,ssid=home,rssi=-60");
	assert_int_equal(sim_ap_authorise(w.ap[0], station(&w), true), 0);
	assert_int_equal(sim_station_roam(w.mp, mac_from_u64(FIRST_AP + 1), BETTER_AP), 0);
	run(&w);
	expect(&w, "left[1]=0 reassociated[2] with[2]=0 heard:who ");
	assert_int_equal(at_ap(&w, 0).state, SIM_STA_UNKNOWN);
	assert_int_equal(at_ap(&w, 1).state, SIM_STA_ASSOCIATED);
	ping(&w);
	say(&w, "me");
	run(&w);
	assert_int_equal(w.pings, 0);
	expect(&w, "frame[2]:88b5:me heard:ok ");
	ping(&w);
	run(&w);
	assert_int_equal(w.pings, 1);
	unmake(&w);
}

static bool has_vendor_element(const uint8_t *body, size_t length, size_t fixed)
{
	struct element e;

	return length > fixed &&
	       element_find(body + fixed, length - fixed, D11_EID_VENDOR, &e) == 0 && e.len == 6 &&
	       !memcmp(e.data, "\2\0\0\1\2\3", 6);
}

/* The user's elements are in beacon and association response of every kind of AP. */
static void test_announced(void **state)
{
	static const struct {
		const char *spec;
		bool privacy;
	} cases[] = {{"open,ssid=home,ie=" VENDOR_IE, false},
		{"blind,ssid=home,ie=" VENDOR_IE, false},
		{"blind,ssid=home,privacy=on,ie=" VENDOR_IE, true},
		{"peer,ssid=home,ie=" VENDOR_IE ",privacy=on", true},
		{"peer,ssid=home,ie=" VENDOR_IE, false}};
	struct world w;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		make(&w, cases[i].spec, NULL);
		assert_int_equal(connect_as(&w, ALGORITHM_AUTH_OPEN, ALGORITHM_CIPHER_NONE), 0);
		run(&w);
		assert_true(has_vendor_element(w.beacon, w.beacon_length, 12));
		assert_true(has_vendor_element(w.response, w.response_length, 6));
		assert_int_equal((w.beacon[10] & D11_CAP_PRIVACY) != 0, cases[i].privacy);
		unmake(&w);
	}
}

static void test_spec(void **state)
{
	static const struct {
		const char *spec, *cause;
	} bad[] = {
		{"blind:x", "unknown security 'blind'"},
		{"peer,ie=", "not an element"},
		{"peer,ie=dd0", "not an element"},
		{"peer,ie=xx", "not an element"},
		{"peer,ie=dd", "in the midst"},
		{"peer,ie=dd0200", "in the midst"},
		{"peer,ie=dd0100dd", "in the midst"},
		{"peer,ie=000161", "element 0 is the access point's own"},
		{"peer,ie=dd00030101", "element 3 is the access point's own"},
		{"wpa2-psk:12345678,ie=30020100", "element 48 is the access point's own"},
		{"open,privacy=on", "privacy is for blind and peer"},
		{"peer,privacy=yes", "privacy is on or off"},
		{"peer,privacy", "not an option"},
	};
	struct sim_ap_config config = {.channel = 3};
	char err[160], spec[700];
	struct sim *sim;
	struct sim_ap *ap;
	struct loop *loop;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(
			sim_ap_config_parse(bad[i].spec, &config, err, sizeof(err)), -EINVAL);
		if (!strstr(err, bad[i].cause))
			fail_msg("%s: %s", bad[i].spec, err);
	}
	assert_int_equal(sim_ap_config_parse("peer,ie=30020100", &config, err, sizeof(err)), 0);
	assert_int_equal(config.security, SIM_PEER);
	assert_int_equal(config.elements_length, 4);
	/* One element of full length fits, and not a byte more. */
	memset(spec, '0', sizeof(spec));
	memcpy(spec, "peer,ie=ddff", 12);
	spec[12 + 2 * 255] = '\0';
	assert_int_equal(sim_ap_config_parse(spec, &config, err, sizeof(err)), 0);
	assert_int_equal(config.elements_length, SIM_ELEMENTS_MAX);
	spec[12 + 2 * 255] = '0';
	spec[14 + 2 * 255] = '\0';
	assert_int_equal(sim_ap_config_parse(spec, &config, err, sizeof(err)), -EINVAL);
	/* Who fills the structure himself is judged too. */
	assert_int_equal(loop_new(LOOP_VIRTUAL, &loop), 0);
	assert_int_equal(sim_new(loop, 1, &sim), 0);
	config.ssid = (struct ssid){4, "home"};
	assert_int_equal(sim_add_ap(sim, &config, &ap), 0);
	config.elements_length--;
	assert_int_equal(sim_add_ap(sim, &config, &ap), -EINVAL);
	config.elements_length = SIM_ELEMENTS_MAX + 1;
	assert_int_equal(sim_add_ap(sim, &config, &ap), -EINVAL);
	sim_free(sim);
	loop_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blind),
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_vendors_algorithms),
		cmocka_unit_test(test_elements),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_roam),
		cmocka_unit_test(test_announced),
		cmocka_unit_test(test_spec),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
