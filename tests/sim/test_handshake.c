// SPDX-License-Identifier: BSD-2-Clause
/*
 * The 4-way and the group handshake over a bad air, and the ends that a connection can come to.
 *
 *     station 1, 2 ~~ air with rules ~~ AP 1, AP 2 (weaker)
 *
 * Whatever happens to a message, the port opens only after a handshake that both sides finished, a
 * pairwise key is installed once for each, and in the end there is a connection, or a reason why
 * not.
 */
#include "tests/lib/world.h"

#include <errno.h>
#include <stdio.h>

#define REASON_CREDENTIAL 0x90000
#define RECONNECTS        50

static const struct world_config one_ap = {
	.module = WORLD_RSN, .security = WORLD_SECURITY, .aps = {WORLD_RADIO}};
static const struct world_config two_aps = {
	.module = WORLD_RSN, .security = WORLD_SECURITY, .aps = {WORLD_RADIO, WORLD_RADIO}};

/* ---- What must hold whatever happens. ---- */

/* Pairwise keys that were given to the radio, deletions aside. */
static unsigned pairwise_keys(const struct world *w)
{
	unsigned n = 0;
	size_t i;

	for (i = 0; i < w->ncrossings; i++)
		n += w->crossings[i].fn == FN_SET_KEY_MAPPING_KEY &&
		     w->crossings[i].phase == PHASE_EXIT && w->crossings[i].result == 0 &&
		     !(w->crossings[i].set_key_mapping_key.flags & KEY_DELETE);
	return n;
}

/* At most one pairwise key for each session, and `more` for rekeyings. */
static void check_keys(const struct world *w, unsigned more)
{
	assert_true(
		pairwise_keys(w) <= world_count(w, FN_PERFORM_POST_ASSOCIATE, PHASE_EXIT) + more);
}

static uint64_t handshakes(const struct world *w, unsigned i)
{
	struct sim_ap_station_info info;
	uint64_t n = 0;
	unsigned ap;

	for (ap = 0; ap < w->naps; ap++) {
		sim_ap_station(w->aps[ap], world_station(w, i), &info);
		n += info.handshakes;
	}
	return n;
}

static void finish(struct world *w, unsigned rekeyings)
{
	world_check_sessions(w);
	check_keys(w, rekeyings);
	world_close(w);
}

/* ---- One fault in one message. ---- */

struct fault {
	enum sim_kind kind;
	enum sim_action action;
	uint32_t offset;
	uint64_t delay;
};

/* Runs a connection, and for the group handshake a rekeying, with one fault. */
static void run_fault(const struct world_config *config, const struct fault *f, uint64_t seed)
{
	struct world_config c = *config;
	struct sim_rule rule = {.kind = f->kind,
		.action = f->action,
		.offset = f->offset,
		.delay = f->delay,
		.count = 1};
	bool group = f->kind == SIM_GROUP_1 || f->kind == SIM_GROUP_2;
	struct world w;

	c.seed = seed;
	world_open(&w, &c);
	world_arrive(&w, 0);
	sim_add_rule(w.sim, &rule);
	if (group) {
		world_connect(&w, 0);
		assert_int_equal(sim_ap_group_rekey(w.aps[0]), 0);
	} else if (!world_try_connect(&w, 0)) {
		/* Given up for a reason; then the next attempt must do. */
		assert_true(w.adapters[0].last[NOTICE_CONNECT_FAILED].reason != 0);
		assert_true(w.adapters[0].last[NOTICE_CONNECT_FAILED].error != 0);
	}
	world_recover(&w, 0);
	if (!rule.hits) {
		world_dump(&w);
		fail_msg("the fault did not happen");
	}
	assert_true(handshakes(&w, 0) > 0);
	world_ping(&w, 0);
	finish(&w, 0);
}

static const enum sim_kind messages[] = {
	SIM_MESSAGE_1, SIM_MESSAGE_2, SIM_MESSAGE_3, SIM_MESSAGE_4, SIM_GROUP_1, SIM_GROUP_2};

/* One action on each message, with each of the offsets. */
static unsigned on_each(enum sim_action action, const uint32_t *offsets, size_t count,
	uint64_t delay, uint64_t seed)
{
	unsigned runs = 0;
	size_t m, o;

	for (m = 0; m < sizeof(messages) / sizeof(messages[0]); m++)
		for (o = 0; o < count; o++, runs++) {
			const struct fault f = {messages[m], action, offsets[o], delay};

			run_fault(&one_ap, &f, seed + o);
		}
	return runs;
}

static const uint32_t none[] = {0};

static void test_loss(void **state)
{
	(void)state;
	on_each(SIM_DROP, none, 1, 0, 1);
}

static void test_duplicate(void **state)
{
	(void)state;
	on_each(SIM_DUPLICATE, none, 1, 0, 1);
}

static void test_replay(void **state)
{
	(void)state;
	on_each(SIM_REPLAY, none, 1, NS_PER_MS, 1);
	on_each(SIM_REPLAY, none, 1, 1500 * NS_PER_MS, 1);
	on_each(SIM_REPLAY, none, 1, 20 * NS_PER_S, 1);
}

static void test_reorder(void **state)
{
	(void)state;
	on_each(SIM_REORDER, none, 1, 0, 1);
}

static void test_delay(void **state)
{
	(void)state;
	on_each(SIM_DELAY, none, 1, 300 * NS_PER_MS, 1);
	on_each(SIM_DELAY, none, 1, 1500 * NS_PER_MS, 1);
	on_each(SIM_DELAY, none, 1, 6 * NS_PER_S, 1);
}

/* Bits of an EAPOL-Key frame: header, descriptor, key information, counter, nonce, MIC, length of
 * data, data. */
static void test_bit_flip(void **state)
{
	static const uint32_t bits[] = {0, 8 + 1, 16, 24 + 7, 32, 5 * 8, 5 * 8 + 3, 6 * 8,
		6 * 8 + 3, 7 * 8, 9 * 8, 16 * 8 + 1, 17 * 8, 40 * 8, 48 * 8 + 7, 49 * 8, 65 * 8,
		73 * 8, 81 * 8, 96 * 8 + 7, 97 * 8, 98 * 8, 98 * 8 + 7};
	static const uint32_t random[] = {SIM_RANDOM, SIM_RANDOM, SIM_RANDOM, SIM_RANDOM,
		SIM_RANDOM, SIM_RANDOM, SIM_RANDOM, SIM_RANDOM};
	unsigned runs;

	(void)state;
	runs = on_each(SIM_CORRUPT, bits, sizeof(bits) / sizeof(bits[0]), 0, 1);
	runs += on_each(SIM_CORRUPT, random, sizeof(random) / sizeof(random[0]), 0, 100);
	print_message("%u bit flips\n", runs);
}

static void test_truncation(void **state)
{
	static const uint32_t cut[] = {1, 2, 4, 50, 90, 95, SIM_RANDOM, SIM_RANDOM, SIM_RANDOM};

	(void)state;
	on_each(SIM_TRUNCATE, cut, sizeof(cut) / sizeof(cut[0]), 0, 1);
}

static void test_extension(void **state)
{
	static const uint32_t more[] = {1, 2, 100, 1000};

	(void)state;
	on_each(SIM_EXTEND, more, sizeof(more) / sizeof(more[0]), 0, 1);
}

static void test_sha256(void **state)
{
	static const struct world_config config = {.module = WORLD_RSN,
		.security = WORLD_FRAGMENT(
			"<passphrase>" WORLD_PSK "</passphrase><akm>psk-sha256</akm>"),
		.aps = {WORLD_RADIO ",akm=psk-sha256"}};
	static const enum sim_action actions[] = {
		SIM_DROP, SIM_DUPLICATE, SIM_REPLAY, SIM_REORDER, SIM_CORRUPT};
	size_t m, a;

	(void)state;
	for (m = 0; m < sizeof(messages) / sizeof(messages[0]); m++)
		for (a = 0; a < sizeof(actions) / sizeof(actions[0]); a++) {
			const struct fault f = {messages[m], actions[a], SIM_RANDOM, NS_PER_MS};

			run_fault(&config, &f, 1 + a);
		}
}

/* ---- Rekeying. ---- */

static void test_group_rekey(void **state)
{
	struct sim_ap_station_info info;
	struct world w;
	unsigned i, before;

	(void)state;
	world_open(&w, &one_ap);
	world_bring_up(&w, 0);
	before = world_count(&w, FN_SET_DEFAULT_KEY, PHASE_EXIT);
	for (i = 1; i <= 5; i++) {
		assert_int_equal(sim_ap_group_rekey(w.aps[0]), 0);
		world_rest(&w, NS_PER_S);
		sim_ap_station(w.aps[0], world_station(&w, 0), &info);
		assert_int_equal(info.group_handshakes, i);
		assert_int_equal(world_count(&w, FN_SET_DEFAULT_KEY, PHASE_EXIT), before + i);
		/* The new key is good: a frame to all arrives. */
		const unsigned data = w.adapters[0].told[NOTICE_DATA];
		assert_int_equal(
			sim_ap_broadcast(w.aps[0], 0x0806, (const uint8_t *)"hello", 5), 0);
		assert_true(world_wait(&w, 0, NOTICE_DATA, data));
		world_ping(&w, 0);
	}
	assert_int_equal(pairwise_keys(&w), 1);
	finish(&w, 0);
}

static void test_pairwise_rekey(void **state)
{
	struct world w;
	unsigned i;

	(void)state;
	world_open(&w, &one_ap);
	world_bring_up(&w, 0);
	for (i = 1; i <= 5; i++) {
		assert_int_equal(sim_ap_rekey(w.aps[0], world_station(&w, 0)), 0);
		world_rest(&w, NS_PER_S);
		assert_int_equal(handshakes(&w, 0), i + 1);
		assert_int_equal(pairwise_keys(&w), i + 1);
		world_ping(&w, 0);
	}
	/* The port was open all the time. */
	assert_int_equal(w.adapters[0].told[NOTICE_PORT_OPEN], 1);
	assert_int_equal(w.adapters[0].told[NOTICE_PORT_CLOSED], 0);
	finish(&w, 5);
}

/* Loss in a rekeying, of each message: the AP repeats it. */
static void test_pairwise_rekey_loss(void **state)
{
	size_t m;

	(void)state;
	for (m = 0; m < 4; m++) {
		struct sim_rule rule = {.kind = messages[m], .action = SIM_DROP, .count = 1};
		struct world w;

		world_open(&w, &one_ap);
		world_bring_up(&w, 0);
		sim_add_rule(w.sim, &rule);
		assert_int_equal(sim_ap_rekey(w.aps[0], world_station(&w, 0)), 0);
		world_recover(&w, 0);
		assert_int_equal(rule.hits, 1);
		finish(&w, 1);
	}
}

/* ---- Connections that come to nothing. ---- */

static void expect_failure(struct world *w, uint32_t reason, uint32_t error)
{
	struct world_adapter *a = &w->adapters[0];

	assert_false(world_try_connect(w, 0));
	if (a->last[NOTICE_CONNECT_FAILED].reason != reason)
		world_dump(w);
	assert_int_equal(a->last[NOTICE_CONNECT_FAILED].reason, reason);
	if (error)
		assert_int_equal(a->last[NOTICE_CONNECT_FAILED].error, error);
	assert_int_equal(a->told[NOTICE_PORT_OPEN], 0);
	assert_int_equal(world_count(w, FN_PORT_GATE, PHASE_POINT), 0);
	assert_int_equal(pairwise_keys(w), 0);
}

static void test_wrong_passphrase(void **state)
{
	static const struct world_config config = {.module = WORLD_RSN,
		.security = WORLD_FRAGMENT("<passphrase>wrong horse battery</passphrase>"),
		.aps = {WORLD_RADIO}};
	struct sim_ap_station_info info;
	struct world w;
	uint64_t began;

	(void)state;
	world_open(&w, &config);
	world_arrive(&w, 0);
	began = loop_now(w.loop);
	expect_failure(&w, REASON_CREDENTIAL, ERROR_LOGON_FAILURE);
	/* The module's verdict, long before the host's patience ends. */
	assert_true(loop_now(w.loop) - began < 10 * NS_PER_S);
	assert_int_equal(world_count(&w, FN_POST_ASSOCIATE_TIMEOUT, PHASE_POINT), 0);
	sim_ap_station(w.aps[0], world_station(&w, 0), &info);
	assert_true(info.mic_failures >= 3);
	assert_int_equal(info.handshakes, 0);
	/* And again: nothing of the first attempt is in the way. */
	expect_failure(&w, REASON_CREDENTIAL, ERROR_LOGON_FAILURE);
	finish(&w, 0);
}

/* A message that never gets through: no connection and a reason; without the rule all is well
 * again. */
static void test_message_always_lost(void **state)
{
	size_t m;

	(void)state;
	for (m = 0; m < 3; m++) {
		struct sim_rule rule = {.kind = messages[m], .action = SIM_DROP};
		struct world w;

		world_open(&w, &one_ap);
		world_arrive(&w, 0);
		sim_add_rule(w.sim, &rule);
		assert_false(world_try_connect(&w, 0));
		assert_true(rule.hits >= 2);
		assert_true(w.adapters[0].last[NOTICE_CONNECT_FAILED].reason != 0);
		assert_int_equal(world_count(&w, FN_PORT_GATE, PHASE_POINT), 0);
		assert_int_equal(pairwise_keys(&w), 0);
		sim_remove_rule(w.sim, &rule);
		world_recover(&w, 0);
		finish(&w, 0);
	}
}

static void test_ap_absent(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, &one_ap);
	world_arrive(&w, 0);
	sim_ap_vanish(w.aps[0]);
	assert_false(world_try_connect(&w, 0));
	assert_true(w.adapters[0].last[NOTICE_CONNECT_FAILED].reason != 0);
	assert_int_equal(world_count(&w, FN_PERFORM_PRE_ASSOCIATE, PHASE_ENTER), 0);
	sim_ap_return(w.aps[0]);
	world_recover(&w, 0);
	finish(&w, 0);
}

static void vanish(void *user)
{
	struct world *w = (struct world *)user;

	sim_ap_vanish(w->aps[0]);
}

/* The AP vanishes with the n-th of the crossings that .user names. */
struct moment {
	enum crossing_fn fn;
	enum crossing_phase phase;
	unsigned n;
};

static void vanish_at(struct world *w, const struct crossing *x)
{
	struct moment *m = (struct moment *)w->config.user;

	if (m->n && x->fn == m->fn && x->phase == m->phase && --m->n == 0 &&
		host_post(w->host, vanish, w))
		m->n = 1;
}

static void run_vanish(const struct world_config *config, struct moment m)
{
	struct world_config c = *config;
	struct world w;

	c.crossing = vanish_at;
	c.user = &m;
	world_open(&w, &c);
	world_arrive(&w, 0);
	assert_int_equal(host_connect(w.adapters[0].host, w.profile), 0);
	world_rest(&w, 300 * NS_PER_S);
	assert_int_equal(m.n, 0);
	if (c.aps[1]) {
		/* The other AP serves, sooner or later. */
		world_recover(&w, 0);
		assert_ptr_equal(world_ap(&w, 0), w.aps[1]);
	} else {
		assert_false(host_port_open(w.adapters[0].host, NULL));
		sim_ap_return(w.aps[0]);
		if (w.adapters[0].told[NOTICE_CONNECTED] >
				w.adapters[0].told[NOTICE_DISCONNECTED] &&
			host_disconnect(w.adapters[0].host) == 0)
			world_rest(&w, 10 * NS_PER_S);
		world_recover(&w, 0);
	}
	finish(&w, 0);
}

static void test_ap_vanishes(void **state)
{
	static const struct moment moments[] = {
		{FN_PERFORM_PRE_ASSOCIATE, PHASE_EXIT, 1},
		{FN_OID_CONNECT, PHASE_POINT, 1},
		{FN_IND_ASSOCIATION_COMPLETION, PHASE_POINT, 1},
		{FN_PERFORM_POST_ASSOCIATE, PHASE_EXIT, 1},
		{FN_RECEIVE_PACKET, PHASE_ENTER, 1},
		{FN_RECEIVE_PACKET, PHASE_EXIT, 1},
		{FN_RECEIVE_PACKET, PHASE_ENTER, 2},
		{FN_RECEIVE_PACKET, PHASE_EXIT, 2},
		{FN_SEND_PACKET_COMPLETION, PHASE_EXIT, 2},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
		run_vanish(&one_ap, moments[i]);
		run_vanish(&two_aps, moments[i]);
	}
}

/* ---- Many associations. ---- */

/* One pre-association, then associations that end in every way that the radio survives. */
static void test_one_pre_association(void **state)
{
	struct world w;
	unsigned i;

	(void)state;
	world_open(&w, &two_aps);
	world_bring_up(&w, 0);
	for (i = 0; i < 12; i++) {
		const unsigned opened = w.adapters[0].told[NOTICE_PORT_OPEN];
		struct sim_ap *ap = world_ap(&w, 0);
		struct sim_ap *other = ap == w.aps[0] ? w.aps[1] : w.aps[0];
		int err = 0;

		if (i % 4 == 0)
			err = sim_ap_disassociate(ap, world_station(&w, 0), 5);
		else if (i % 4 == 1)
			err = sim_ap_deauthenticate_all(ap, 3);
		else if (i % 4 == 2)
			err = sim_station_roam(w.adapters[0].mp, sim_ap_config(other)->bssid, 0xB);
		else
			err = sim_station_roam(w.adapters[0].mp, sim_ap_config(ap)->bssid, 0xC);
		assert_int_equal(err, 0);
		assert_true(world_wait(&w, 0, NOTICE_PORT_OPEN, opened));
		if (i % 4 == 2)
			assert_ptr_equal(world_ap(&w, 0), other);
		world_ping(&w, 0);
	}
	assert_int_equal(world_count(&w, FN_PERFORM_PRE_ASSOCIATE, PHASE_ENTER), 1);
	assert_int_equal(world_count(&w, FN_PERFORM_POST_ASSOCIATE, PHASE_ENTER), 13);
	assert_int_equal(world_count(&w, FN_STOP_POST_ASSOCIATE, PHASE_ENTER), 12);
	assert_int_equal(pairwise_keys(&w), 13);
	assert_int_equal(w.adapters[0].told[NOTICE_CONNECTED], 1);
	finish(&w, 0);
}

/* A wildcard frame is told to the module as the AP of its session (H-20). */
static void test_wildcard(void **state)
{
	struct world w;
	size_t i;
	unsigned stops = 0;

	(void)state;
	world_open(&w, &one_ap);
	world_bring_up(&w, 0);
	assert_int_equal(sim_ap_deauthenticate_all(w.aps[0], 3), 0);
	assert_true(world_wait(&w, 0, NOTICE_PORT_DELETED, 0));
	for (i = 0; i < w.ncrossings; i++) {
		const struct crossing *x = &w.crossings[i];
		const struct mac peer = mac_from_u64(x->peer);

		if (x->fn == FN_IND_DISASSOCIATION)
			assert_true(mac_is_wildcard(&peer));
		if (x->fn != FN_STOP_POST_ASSOCIATE || x->phase != PHASE_ENTER)
			continue;
		stops++;
		assert_true(mac_equal(&peer, &sim_ap_config(w.aps[0])->bssid));
		assert_int_equal(x->reason, 0x10003);
	}
	assert_int_equal(stops, 1);
	world_recover(&w, 0);
	finish(&w, 0);
}

static void test_two_adapters(void **state)
{
	struct world_config config = two_aps;
	struct world w;
	unsigned i;

	(void)state;
	config.adapters = 2;
	world_open(&w, &config);
	world_bring_up(&w, 0);
	world_bring_up(&w, 1);
	for (i = 0; i < 6; i++) {
		const unsigned mine = i % 2, other = 1 - mine;
		const unsigned opened = w.adapters[other].told[NOTICE_PORT_OPEN];

		if (i < 2)
			world_disconnect(&w, mine);
		else if (i < 4)
			assert_int_equal(host_disable(w.adapters[mine].host), 0);
		else
			assert_int_equal(
				sim_ap_disassociate(world_ap(&w, mine), world_station(&w, mine), 5),
				0);
		world_ping(&w, other);
		world_recover(&w, mine);
		/* What one does is nothing to the other. */
		assert_int_equal(w.adapters[other].told[NOTICE_PORT_OPEN], opened);
		world_ping(&w, other);
	}
	/* Both at the same time. */
	assert_int_equal(sim_ap_deauthenticate_all(w.aps[0], 3), 0);
	world_recover(&w, 0);
	world_recover(&w, 1);
	finish(&w, 0);
}

static void test_reconnects(void **state)
{
	struct host_counts first = {0}, now;
	struct world w;
	unsigned i;

	(void)state;
	world_open(&w, &one_ap);
	world_arrive(&w, 0);
	for (i = 0; i < RECONNECTS; i++) {
		world_connect(&w, 0);
		world_ping(&w, 0);
		world_disconnect(&w, 0);
		world_rest(&w, NS_PER_S);
		host_counts(w.host, &now);
		if (i == 0)
			first = now;
		assert_memory_equal(&now, &first, sizeof(now));
		assert_int_equal(now.sessions, 0);
		assert_int_equal(now.sends, 0);
	}
	assert_int_equal(w.adapters[0].told[NOTICE_CONNECTED], RECONNECTS);
	assert_int_equal(pairwise_keys(&w), RECONNECTS);
	finish(&w, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loss),
		cmocka_unit_test(test_duplicate),
		cmocka_unit_test(test_replay),
		cmocka_unit_test(test_reorder),
		cmocka_unit_test(test_delay),
		cmocka_unit_test(test_bit_flip),
		cmocka_unit_test(test_truncation),
		cmocka_unit_test(test_extension),
		cmocka_unit_test(test_sha256),
		cmocka_unit_test(test_group_rekey),
		cmocka_unit_test(test_pairwise_rekey),
		cmocka_unit_test(test_pairwise_rekey_loss),
		cmocka_unit_test(test_wrong_passphrase),
		cmocka_unit_test(test_message_always_lost),
		cmocka_unit_test(test_ap_absent),
		cmocka_unit_test(test_ap_vanishes),
		cmocka_unit_test(test_one_pre_association),
		cmocka_unit_test(test_wildcard),
		cmocka_unit_test(test_two_adapters),
		cmocka_unit_test(test_reconnects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
