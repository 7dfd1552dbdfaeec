// SPDX-License-Identifier: BSD-2-Clause
/*
 * Protected management frames (802.11-2020, 12.6.19): a whole host with the RSN extension, and
 * access points that can, must or cannot.
 */
#include "tests/lib/world.h"

#include <errno.h>

#include "base/bytes.h"
#include "wire/dot11.h"

#define SHA256 ",akm=psk-sha256"

static const struct world_config off = {
	.module = WORLD_RSN, .security = WORLD_SECURITY, .aps = {WORLD_RADIO}};
static const struct world_config optional = {
	.module = WORLD_RSN, .security = WORLD_SECURITY, .aps = {WORLD_RADIO ",mfp=optional"}};
static const struct world_config required = {
	.module = WORLD_RSN, .security = WORLD_SECURITY, .aps = {WORLD_RADIO ",mfp=required"}};
static const struct world_config required_sha256 = {.module = WORLD_RSN,
	.security = WORLD_SECURITY,
	.aps = {WORLD_RADIO ",mfp=required" SHA256}};

/* Integrity group keys that the radio has taken. */
static unsigned igtks(const struct world *w)
{
	unsigned n = 0;

	for (size_t i = 0; i < w->ncrossings; i++) {
		const struct crossing *x = &w->crossings[i];

		n += x->fn == FN_SET_DEFAULT_KEY && x->phase == PHASE_EXIT && x->result == 0 &&
		     x->set_default_key.algorithm == 6 && x->set_default_key.index >= 4;
	}
	return n;
}

/* ---- What the air carries. ---- */

/* Frames of the robust kinds, counted, and the last of those that end an association. */
struct air {
	unsigned ends, guarded, queries;
	uint8_t last[128];
	size_t last_length;
};

static void tapped(
	void *user, uint64_t time, const uint8_t *frame, size_t length, uint32_t frequency)
{
	struct air *air = (struct air *)user;
	struct reader r = reader_init(frame, length);
	struct dot11_header h;

	(void)time;
	(void)frequency;
	if (dot11_header_parse(&r, &h))
		return;
	if (dot11_kind(&h) == D11_ACTION)
		air->queries++;
	if (dot11_kind(&h) != D11_DEAUTH && dot11_kind(&h) != D11_DISASSOC)
		return;
	air->ends++;
	air->guarded += (h.frame_control & D11_FC_PROTECTED) || mac_is_multicast(&h.addr1);
	if (length > sizeof(air->last))
		return;
	memcpy(air->last, frame, length);
	air->last_length = length;
}

static void open_world(struct world *w, const struct world_config *config, struct air *air)
{
	memset(air, 0, sizeof(*air));
	world_open(w, config);
	sim_set_tap(w->sim, tapped, air);
}

static unsigned stops(const struct world *w)
{
	return world_count(w, FN_STOP_POST_ASSOCIATE, PHASE_ENTER);
}

static enum sim_ap_state state_at_ap(const struct world *w)
{
	struct sim_ap_station_info info;

	sim_ap_station(w->aps[0], world_station(w, 0), &info);
	return info.state;
}

static struct sim_station_counters counters(const struct world *w)
{
	struct miniport *mp = w->adapters[0].mp;
	struct sim_station_counters n;
	uint32_t room = sizeof(n);

	assert_int_equal(
		mp->ops->nic_specific(mp, (const uint8_t *)SIM_NIC_PING, 4, (uint8_t *)&n, &room),
		0);
	return n;
}

/* A frame that claims to come from `from` and ends the association. */
static void forge(struct world *w, unsigned kind, const struct mac *to, const struct mac *from)
{
	const struct mac *bssid = &sim_ap_config(w->aps[0])->bssid;
	uint8_t bytes[64];
	struct writer out = writer_init(bytes, sizeof(bytes));

	dot11_mgmt_header_build(&out, kind, to, from, bssid, 7);
	writer_le16(&out, 7);
	assert_int_equal(sim_inject(w->sim, bytes, out.len), 0);
}

static void close_all(struct world *w)
{
	world_check_sessions(w);
	world_close(w);
}

static void connect_to(const struct world_config *config, unsigned keys)
{
	struct world w;

	world_open(&w, config);
	world_bring_up(&w, 0);
	assert_int_equal(igtks(&w), keys);
	assert_int_equal(sim_ap_group_rekey(w.aps[0]), 0);
	world_rest(&w, NS_PER_S);
	assert_int_equal(igtks(&w), 2 * keys);
	/* A new pairwise key brings no new group keys. */
	assert_int_equal(sim_ap_rekey(w.aps[0], world_station(&w, 0)), 0);
	world_rest(&w, NS_PER_S);
	assert_int_equal(igtks(&w), 2 * keys);
	world_ping(&w, 0);
	world_disconnect(&w, 0);
	world_recover(&w, 0);
	assert_int_equal(igtks(&w), 3 * keys);
	close_all(&w);
}

static void test_connect(void **state)
{
	(void)state;
	connect_to(&off, 0);
	connect_to(&optional, 1);
	connect_to(&required, 1);
	connect_to(&required_sha256, 1);
}

/* A radio that cannot: all goes on as ever where protection is optional, and elsewhere it does not
 * even ask. */
static void test_incapable(void **state)
{
	struct sim_ap_station_info info;
	struct world w;

	(void)state;
	world_open(&w, &optional);
	sim_station_set_mfp(w.adapters[0].mp, false);
	world_bring_up(&w, 0);
	assert_int_equal(igtks(&w), 0);
	close_all(&w);

	world_open(&w, &required);
	sim_station_set_mfp(w.adapters[0].mp, false);
	world_arrive(&w, 0);
	assert_false(world_try_connect(&w, 0));
	sim_ap_station(w.aps[0], world_station(&w, 0), &info);
	assert_int_equal(info.state, SIM_STA_UNKNOWN);
	assert_int_equal(world_count(&w, FN_IND_ASSOCIATION_START, PHASE_POINT), 0);
	close_all(&w);
}

/* ---- Frames that end an association. ---- */

static int throw_out(struct world *w, unsigned way)
{
	switch (way) {
	case 0:
		return sim_ap_disassociate(w->aps[0], world_station(w, 0), 5);
	case 1:
		return sim_ap_deauthenticate(w->aps[0], world_station(w, 0), 5);
	default:
		return sim_ap_deauthenticate_all(w->aps[0], 5);
	}
}

/* The access point's own are protected, and believed. */
static void test_thrown_out(void **state)
{
	struct air air;
	struct world w;

	(void)state;
	open_world(&w, &required, &air);
	world_bring_up(&w, 0);
	for (unsigned way = 0; way < 3; way++) {
		assert_int_equal(throw_out(&w, way), 0);
		world_rest(&w, 10 * NS_PER_MS);
		assert_int_equal(stops(&w), way + 1);
		assert_int_equal(air.ends, way + 1);
		assert_int_equal(air.guarded, way + 1);
		world_recover(&w, 0);
	}
	/* So are the station's, when it leaves. */
	world_disconnect(&w, 0);
	world_rest(&w, 10 * NS_PER_MS);
	assert_int_equal(air.guarded, 4);
	assert_int_equal(state_at_ap(&w), SIM_STA_UNKNOWN);
	assert_int_equal(counters(&w).unprotected, 0);
	assert_int_equal(counters(&w).undecryptable, 0);
	assert_int_equal(air.queries, 0);
	close_all(&w);
}

/* Anybody's, which end an association that is not protected ... */
static void test_unprotected(void **state)
{
	struct mac station, ap;
	struct air air;
	struct world w;

	(void)state;
	open_world(&w, &off, &air);
	world_bring_up(&w, 0);
	station = world_station(&w, 0);
	ap = sim_ap_config(w.aps[0])->bssid;
	forge(&w, D11_DEAUTH, &station, &ap);
	world_rest(&w, NS_PER_S);
	assert_int_equal(stops(&w), 1);
	world_recover(&w, 0);
	forge(&w, D11_DEAUTH, &ap, &station);
	world_rest(&w, NS_PER_MS);
	assert_int_equal(state_at_ap(&w), SIM_STA_UNKNOWN);
	close_all(&w);
}

/* ... and no other. */
static void forged(const struct world_config *config)
{
	const struct mac everybody = mac_from_u64(UINT64_MAX);
	struct mac station, ap;
	struct air air;
	struct world w;

	open_world(&w, config, &air);
	world_bring_up(&w, 0);
	station = world_station(&w, 0);
	ap = sim_ap_config(w.aps[0])->bssid;
	for (unsigned i = 0; i < 4; i++) {
		const unsigned kind = i & 1 ? D11_DISASSOC : D11_DEAUTH;

		forge(&w, kind, i & 2 ? &everybody : &station, &ap);
		world_rest(&w, 3 * NS_PER_S);
		/* It was asked about, and answered for. */
		assert_int_equal(air.queries, 2 * (i + 1));
		assert_int_equal(counters(&w).unprotected, i + 1);
		/* And in the name of the station. */
		forge(&w, kind, &ap, &station);
		world_rest(&w, 10 * NS_PER_MS);
		assert_int_equal(state_at_ap(&w), SIM_STA_AUTHORISED);
		world_ping(&w, 0);
	}
	assert_int_equal(stops(&w), 0);
	close_all(&w);
}

static void test_forged(void **state)
{
	(void)state;
	forged(&optional);
	forged(&required);
	forged(&required_sha256);
}

/* A true one that never arrived, with one bit changed, at each place that a MIC is over; then as it
 * was; then once more, to the next association. */
static void changed(unsigned way, size_t from)
{
	struct sim_rule rule = {.kind = SIM_DISASSOCIATION, .action = SIM_DROP, .count = 1};
	struct air air;
	struct world w;
	uint8_t frame[sizeof(air.last)];

	open_world(&w, &required, &air);
	world_bring_up(&w, 0);
	sim_add_rule(w.sim, &rule);
	assert_int_equal(throw_out(&w, way), 0);
	world_rest(&w, NS_PER_MS);
	assert_int_equal(rule.hits, 1);
	const size_t length = air.last_length;
	memcpy(frame, air.last, length);
	for (size_t bit = 8 * from; bit < 8 * length; bit++) {
		frame[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(sim_inject(w.sim, frame, length), 0);
		frame[bit / 8] ^= (uint8_t)(1u << bit % 8);
		world_rest(&w, NS_PER_MS / 2);
		assert_int_equal(stops(&w), 0);
	}
	assert_int_equal(sim_inject(w.sim, frame, length), 0);
	world_rest(&w, NS_PER_MS);
	assert_int_equal(stops(&w), 1);
	world_recover(&w, 0);
	const struct sim_station_counters before = counters(&w);
	assert_int_equal(sim_inject(w.sim, frame, length), 0);
	world_rest(&w, NS_PER_S);
	assert_int_equal(stops(&w), 1);
	/* The integrity group key is the same still: there it is the packet number that tells. */
	assert_int_equal(counters(&w).replays - before.replays, way == 2);
	assert_int_equal(counters(&w).undecryptable - before.undecryptable, way != 2);
	close_all(&w);
}

static void test_changed(void **state)
{
	(void)state;
	changed(0, D11_HEADER_LEN + 8);
	changed(1, D11_HEADER_LEN + 8);
	changed(2, D11_HEADER_LEN);
}

/* Twice on the air: the second one is a replay, and by then nobody's. */
static void test_replayed(void **state)
{
	struct air air;
	struct world w;

	(void)state;
	for (unsigned way = 0; way < 3; way++) {
		struct sim_rule rule = {.kind = SIM_DISASSOCIATION,
			.action = SIM_REPLAY,
			.delay = 500 * NS_PER_MS,
			.count = 1};

		open_world(&w, &required, &air);
		world_bring_up(&w, 0);
		sim_add_rule(w.sim, &rule);
		assert_int_equal(throw_out(&w, way), 0);
		world_rest(&w, 2 * NS_PER_S);
		assert_int_equal(air.ends, 2);
		assert_int_equal(stops(&w), 1);
		world_ping(&w, 0);
		close_all(&w);
	}
}

/* ---- What cannot be protected. ---- */

/* The access point has forgotten the station and has no key any more: the station asks, is not
 * answered, and connects anew. */
static void test_forgotten(void **state)
{
	struct air air;
	struct world w;

	(void)state;
	open_world(&w, &required, &air);
	world_bring_up(&w, 0);
	sim_ap_vanish(w.aps[0]);
	sim_ap_return(w.aps[0]);
	assert_false(world_try_ping(&w, 0));
	assert_int_equal(stops(&w), 0);
	world_rest(&w, 3 * NS_PER_S);
	assert_int_equal(stops(&w), 1);
	assert_true(air.queries >= 5);
	assert_true(world_wait_open(&w, 0));
	world_ping(&w, 0);
	close_all(&w);
}

/* Before there are keys everything is as without protection. */
static void test_before_keys(void **state)
{
	struct sim_rule rule = {
		.kind = SIM_MESSAGE_2, .action = SIM_DISASSOCIATE, .offset = 9, .count = 1};
	struct air air;
	struct world w;

	(void)state;
	open_world(&w, &required, &air);
	sim_add_rule(w.sim, &rule);
	world_arrive(&w, 0);
	(void)world_try_connect(&w, 0);
	assert_int_equal(rule.hits, 1);
	assert_int_equal(air.guarded, 0);
	assert_int_equal(stops(&w), 1);
	world_recover(&w, 0);
	close_all(&w);
}

/* Each message of the handshakes over a bad air. */
static void test_bad_air(void **state)
{
	static const enum sim_action actions[] = {
		SIM_DROP, SIM_DUPLICATE, SIM_REORDER, SIM_REPLAY, SIM_CORRUPT, SIM_DISASSOCIATE};
	static const enum sim_kind kinds[] = {SIM_MESSAGE_1, SIM_MESSAGE_2, SIM_MESSAGE_3,
		SIM_MESSAGE_4, SIM_GROUP_1, SIM_GROUP_2};
	struct world w;

	(void)state;
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
			struct sim_rule rule = {.kind = kinds[k],
				.action = actions[i],
				.offset = actions[i] == SIM_CORRUPT ? SIM_RANDOM : 5,
				.delay = 300 * NS_PER_MS,
				.count = 1};

			world_open(&w, &required);
			sim_add_rule(w.sim, &rule);
			world_arrive(&w, 0);
			(void)world_try_connect(&w, 0);
			world_recover(&w, 0);
			assert_int_equal(sim_ap_group_rekey(w.aps[0]), 0);
			world_rest(&w, 10 * NS_PER_S);
			world_recover(&w, 0);
			assert_int_equal(rule.hits, 1);
			assert_int_equal(state_at_ap(&w), SIM_STA_AUTHORISED);
			close_all(&w);
		}
}

static uint32_t last_association(const struct world *w)
{
	uint32_t status = UINT32_MAX;

	for (size_t i = 0; i < w->ncrossings; i++)
		if (w->crossings[i].fn == FN_IND_ASSOCIATION_COMPLETION)
			status = w->crossings[i].reason;
	return status;
}

/* A request that says less than it should: the station's capability bit, changed on the way. */
static void test_refused(void **state)
{
	/* Capability and interval; the name; rates; the RSNE's header, version, suites. */
	const uint32_t at = 4 + 2 + 7 + 10 + 2 + 2 + 4 + 6 + 6;
	struct sim_rule rule = {.kind = SIM_ASSOCIATION_REQUEST,
		.action = SIM_CORRUPT,
		.offset = 8 * at + 7,
		.count = 1};
	struct world w;

	(void)state;
	world_open(&w, &required);
	sim_add_rule(w.sim, &rule);
	world_arrive(&w, 0);
	assert_false(world_try_connect(&w, 0));
	assert_int_equal(rule.hits, 1);
	assert_int_equal(state_at_ap(&w), SIM_STA_UNKNOWN);
	/* "Robust management frame policy violation", behind the kind of DOT11_ASSOC_STATUS. */
	assert_int_equal(last_association(&w), 0x30000 + D11_STATUS_ROBUST_MGMT_VIOLATION);
	world_recover(&w, 0);
	close_all(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_connect),
		cmocka_unit_test(test_incapable),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_thrown_out),
		cmocka_unit_test(test_unprotected),
		cmocka_unit_test(test_forged),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_replayed),
		cmocka_unit_test(test_forgotten),
		cmocka_unit_test(test_before_keys),
		cmocka_unit_test(test_bad_air),
	};

	return cmocka_run_group_tests_name("protected", tests, NULL, NULL);
}
