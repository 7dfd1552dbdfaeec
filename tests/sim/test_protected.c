// SPDX-License-Identifier: BSD-2-Clause
/*
 * Protected management frames (802.11-2020, 12.6.19): a whole host with the RSN extension, and
 * access points that can, must or cannot.
 */
#include "tests/lib/world.h"

#include <errno.h>

#define SHA256 ",akm=psk-sha256"

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
	static const struct world_config off = {
		.module = WORLD_RSN, .security = WORLD_SECURITY, .aps = {WORLD_RADIO}};

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
	assert_int_equal(world_count(&w, FN_PERFORM_POST_ASSOCIATE, PHASE_ENTER), 0);
	close_all(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_connect),
		cmocka_unit_test(test_incapable),
	};

	return cmocka_run_group_tests_name("protected", tests, NULL, NULL);
}
