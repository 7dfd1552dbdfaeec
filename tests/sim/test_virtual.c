// SPDX-License-Identifier: BSD-2-Clause
/*
 * Virtual stations: from the module's request to the last one's DeinitAdapter.
 *
 *     test, the owner -- host -- stationed.so, in this process and in a worker
 *                         |
 *          primary, virtual station ~~ two stations of one radio ~~ open AP
 *
 * The module says what it saw; the record says what came when. Times are virtual.
 */
#include "tests/lib/world.h"

#include <errno.h>

#include "host/host_internal.h"
#include "tests/modules/stationed.h"

#define PRIMARY 0
#define STATION 1
#define MINUTES (60 * NS_PER_S)

/* Who makes virtual stations, and what he was told. */
struct owner {
	bool makes;
	int error; /* of the last one that he made */
	unsigned wanted, unwanted;
	uint64_t unwanted_at;
	bool early; /* the request is kept from returning until the station is there */
	unsigned kept;
	void (*notice)(void *user, struct host_adapter *a, const struct host_notice *n);
};

static struct owner owner;

static int add(struct world *w)
{
	return host_add_virtual(
		w->adapters[PRIMARY].host, w->adapters[STATION].mp, &w->adapters[STATION].host);
}

static void on_virtual(void *user, struct host_adapter *primary, bool wanted)
{
	struct world *w = (struct world *)user;

	if (primary != w->adapters[PRIMARY].host)
		abort();
	owner.wanted += wanted;
	owner.unwanted += !wanted;
	if (!wanted)
		owner.unwanted_at = loop_now(w->loop);
	if (wanted && owner.makes)
		owner.error = add(w);
}

static void on_notice(void *user, struct host_adapter *a, const struct host_notice *n)
{
	struct world *w = (struct world *)user;

	owner.notice(user, a, n);
	if (a == w->adapters[STATION].host && n->type == NOTICE_ADAPTER_UP && owner.early)
		w->module->ops->let_go(w->module);
}

/* The module sees the station before its call has returned. */
static bool keep_request(void *user, enum crossing_fn fn, bool within, bool returned)
{
	(void)user, (void)within;
	if (!owner.early || fn != FN_REQUEST_VIRTUAL_STATION || !returned)
		return false;
	owner.kept++;
	return true;
}

static void configure(struct world *w, struct host_config *hc)
{
	(void)w;
	hc->virtual_station = on_virtual;
	owner.notice = hc->notice;
	hc->notice = on_notice;
}

static void loaded(struct world *w)
{
	w->module->hold = keep_request;
}

static void open_world(struct world *w, bool isolated, bool breaks_rules)
{
	const struct world_config config = {.module = "tests/modules/stationed.so",
		.aps = {"open"},
		.adapters = 2,
		.isolated = isolated,
		.breaks_rules = breaks_rules,
		.configure = configure,
		.loaded = loaded};

	owner = (struct owner){.makes = true};
	world_open(w, &config);
	world_arrive(w, PRIMARY);
}

/* The order, with what follows its byte. */
static struct stationed order_with(
	struct world *w, unsigned i, enum stationed_order order, const void *more, uint32_t length)
{
	struct world_adapter *a = &w->adapters[i];
	const unsigned before = a->told[NOTICE_CONTROL];
	struct stationed seen;
	uint8_t in[256] = {(uint8_t)order};

	assert_true(length < sizeof(in));
	if (length)
		memcpy(in + 1, more, length);
	assert_int_equal(host_control(a->host, in, 1 + length, sizeof(seen)), 0);
	assert_true(world_wait(w, i, NOTICE_CONTROL, before));

	assert_int_equal(a->last[NOTICE_CONTROL].error, ERROR_SUCCESS);
	assert_int_equal(a->data_length, sizeof(seen));
	memcpy(&seen, a->data, sizeof(seen));
	return seen;
}

static struct stationed order(struct world *w, unsigned i, enum stationed_order what)
{
	return order_with(w, i, what, NULL, 0);
}

static void await_up(struct world *w)
{
	assert_true(world_wait(w, STATION, NOTICE_ADAPTER_UP, 0));
	assert_int_equal(owner.error, 0);
	assert_int_equal(owner.wanted, 1);
}

static void await_gone(struct world *w)
{
	assert_true(world_wait(w, STATION, NOTICE_ADAPTER_REMOVED, 0));
	assert_null(w->adapters[STATION].host);
}

/* Place in the record, of adapter's; 0: it is not there. */
static uint64_t seq_of(
	const struct world *w, enum crossing_fn fn, enum crossing_phase phase, uint64_t adapter)
{
	size_t i;

	for (i = 0; i < w->ncrossings; i++)
		if (w->crossings[i].fn == fn && w->crossings[i].phase == phase &&
			(!adapter || w->crossings[i].adapter == adapter))
			return w->crossings[i].seq;
	return 0;
}

/* The station's handle at the host, and its primary's, from the record of the last InitAdapter. */
static uint64_t station_svc(const struct world *w, uint64_t *primary)
{
	uint64_t svc = 0;
	size_t i;

	for (i = 0; i < w->ncrossings; i++)
		if (w->crossings[i].fn == FN_INIT_ADAPTER && w->crossings[i].handle) {
			svc = w->crossings[i].adapter;
			*primary = w->crossings[i].handle;
		}
	return svc;
}

/* ---- Its life. ---- */

static void live(bool isolated, enum stationed_order ask, bool early)
{
	struct stationed seen;
	uint64_t svc, primary = 0;
	struct world w;

	open_world(&w, isolated, false);
	owner.early = early;
	order(&w, PRIMARY, ask);
	await_up(&w);
	seen = order(&w, PRIMARY, STATIONED_NOTHING);
	assert_int_equal(seen.result, ERROR_SUCCESS);
	assert_int_equal(seen.came, 1);
	assert_int_equal(seen.early, early);
	assert_int_equal(owner.kept, early);
	seen = order(&w, STATION, STATIONED_QUERY);
	assert_true(seen.result == ERROR_SUCCESS && seen.is_virtual && seen.of_first);
	seen = order(&w, PRIMARY, STATIONED_QUERY);
	assert_true(seen.result == ERROR_SUCCESS && !seen.is_virtual && !seen.of_first);
	world_connect(&w, STATION);
	world_ping(&w, STATION);
	world_connect(&w, PRIMARY);
	seen = order(&w, PRIMARY, STATIONED_RELEASE);
	assert_int_equal(seen.result, ERROR_SUCCESS);
	await_gone(&w);
	assert_int_equal(owner.unwanted, 1);
	seen = order(&w, PRIMARY, STATIONED_NOTHING);
	assert_int_equal(seen.stopped, 1);
	assert_int_equal(seen.gone, 1);
	world_ping(&w, PRIMARY);
	svc = station_svc(&w, &primary);
	assert_true(svc && primary && svc != primary);
	assert_true(seq_of(&w, FN_RELEASE_VIRTUAL_STATION, PHASE_EXIT, primary) <
		    seq_of(&w, FN_STOP_POST_ASSOCIATE, PHASE_ENTER, svc));
	assert_true(seq_of(&w, FN_STOP_POST_ASSOCIATE, PHASE_EXIT, svc) <
		    seq_of(&w, FN_DEINIT_ADAPTER, PHASE_ENTER, svc));
	assert_int_equal(seq_of(&w, FN_DEINIT_ADAPTER, PHASE_ENTER, primary), 0);
	assert_true(checker_exercised(host_checker(w.host), RULE_X_70) > 0);
	world_close(&w);
}

static void test_after_return(void **state)
{
	(void)state;
	live(false, STATIONED_REQUEST, false);
	live(true, STATIONED_REQUEST, false);
	live(false, STATIONED_LATER, false);
	live(true, STATIONED_LATER, false);
}

static void test_before_return(void **state)
{
	unsigned i;

	(void)state;
	live(false, STATIONED_REQUEST, true);
	/* The worker's threads have an order of their own each time. */
	for (i = 0; i < 10; i++)
		live(true, STATIONED_REQUEST, true);
	live(false, STATIONED_LATER, true);
	live(true, STATIONED_LATER, true);
}

/* Removed by its owner, and asked for once more. */
static void again(bool isolated)
{
	struct stationed seen;
	struct world w;

	open_world(&w, isolated, false);
	order(&w, PRIMARY, STATIONED_REQUEST);
	await_up(&w);
	assert_int_equal(host_remove(w.adapters[STATION].host), 0);
	await_gone(&w);
	seen = order(&w, PRIMARY, STATIONED_RELEASE);
	assert_int_equal(seen.result, ERROR_INVALID_STATE);
	seen = order(&w, PRIMARY, STATIONED_REQUEST);
	assert_int_equal(seen.result, ERROR_SUCCESS);
	assert_true(world_wait(&w, STATION, NOTICE_ADAPTER_UP, 1));
	assert_int_equal(owner.wanted, 2);
	assert_int_equal(owner.unwanted, 0);
	world_close(&w);
}

static void test_again(void **state)
{
	(void)state;
	again(false);
	again(true);
}

/* ---- It goes with its primary. ---- */

enum way { WAY_DISABLE, WAY_REMOVE, WAY_UNPLUG, WAY_STOP, WAYS };

static void leave(struct world *w, enum way way)
{
	struct host_adapter *a = w->adapters[PRIMARY].host;

	switch (way) {
	case WAY_DISABLE:
		assert_int_equal(host_disable(a), 0);
		assert_true(world_wait(w, PRIMARY, NOTICE_ADAPTER_DOWN, 0));
		break;
	case WAY_REMOVE:
		assert_int_equal(host_remove(a), 0);
		assert_true(world_wait(w, PRIMARY, NOTICE_ADAPTER_REMOVED, 0));
		break;
	case WAY_UNPLUG:
		sim_unplug(w->adapters[PRIMARY].mp);
		w->adapters[PRIMARY].unplugged = true;
		assert_true(world_wait(w, PRIMARY, NOTICE_ADAPTER_REMOVED, 0));
		break;
	case WAY_STOP:
	case WAYS:
		world_stop(w);
		break;
	}
}

/* stage: disabled, up, or with an open port. */
static void go_with_primary(enum way way, unsigned stage, bool asked)
{
	uint64_t svc, primary = 0;
	struct world w;

	open_world(&w, false, false);
	if (asked)
		order(&w, PRIMARY, STATIONED_REQUEST);
	else
		assert_int_equal(add(&w), 0);
	assert_true(world_wait(&w, STATION, NOTICE_ADAPTER_UP, 0));
	if (stage == 0) {
		assert_int_equal(host_disable(w.adapters[STATION].host), 0);
		assert_true(world_wait(&w, STATION, NOTICE_ADAPTER_DOWN, 0));
	}
	if (stage == 2) {
		world_connect(&w, STATION);
		world_connect(&w, PRIMARY);
	}
	leave(&w, way);
	assert_int_equal(w.adapters[STATION].told[NOTICE_ADAPTER_REMOVED], 1);
	svc = station_svc(&w, &primary);
	assert_true(seq_of(&w, FN_DEINIT_ADAPTER, PHASE_EXIT, svc) > 0);
	assert_true(seq_of(&w, FN_DEINIT_ADAPTER, PHASE_EXIT, svc) <
		    seq_of(&w, FN_DEINIT_ADAPTER, PHASE_ENTER, primary));
	if (way == WAY_DISABLE) {
		assert_int_equal(host_enable(w.adapters[PRIMARY].host), 0);
		assert_true(world_wait(&w, PRIMARY, NOTICE_ADAPTER_UP, 1));
		world_rest(&w, NS_PER_S);
		assert_null(w.adapters[STATION].host);
		order(&w, PRIMARY, STATIONED_REQUEST);
		assert_true(world_wait(&w, STATION, NOTICE_ADAPTER_UP, 1));
	}
	world_close(&w);
}

static void test_primary_goes(void **state)
{
	unsigned way, stage;

	(void)state;
	for (way = 0; way < WAYS; way++)
		for (stage = 0; stage < 3; stage++) {
			go_with_primary((enum way)way, stage, true);
			go_with_primary((enum way)way, stage, false);
		}
}

/* A request is no station yet. */
static void test_primary_goes_early(void **state)
{
	unsigned way;
	struct world w;

	(void)state;
	for (way = 0; way < WAYS; way++) {
		open_world(&w, false, false);
		owner.makes = false;
		order(&w, PRIMARY, STATIONED_REQUEST);
		world_rest(&w, NS_PER_S);
		assert_int_equal(owner.wanted, 1);
		leave(&w, (enum way)way);
		if (way == WAY_DISABLE) {
			world_rest(&w, NS_PER_S);
			assert_int_equal(owner.unwanted, 1);
			assert_int_equal(add(&w), -ENETDOWN);
		}
		world_close(&w);
	}
}

/* ---- Requests that lead to nothing, and too many. ---- */

static void test_given_up(void **state)
{
	struct stationed seen;
	uint64_t asked;
	struct world w;

	(void)state;
	open_world(&w, false, false);
	owner.makes = false;
	order(&w, PRIMARY, STATIONED_REQUEST);
	asked = loop_now(w.loop);
	world_rest(&w, 2 * MINUTES - NS_PER_S);
	assert_int_equal(owner.wanted, 1);
	assert_int_equal(owner.unwanted, 0);
	seen = order(&w, PRIMARY, STATIONED_REQUEST);
	assert_int_equal(seen.result, ERROR_ALREADY_EXISTS);
	world_rest(&w, 2 * NS_PER_S);
	assert_int_equal(owner.unwanted, 1);
	assert_int_equal(owner.unwanted_at - asked, 2 * MINUTES);
	owner.makes = true;
	seen = order(&w, PRIMARY, STATIONED_REQUEST);
	assert_int_equal(seen.result, ERROR_SUCCESS);
	assert_true(world_wait(&w, STATION, NOTICE_ADAPTER_UP, 0));
	/* It is there: nobody gives it up. */
	world_rest(&w, 3 * MINUTES);
	assert_non_null(w.adapters[STATION].host);
	assert_int_equal(owner.unwanted, 1);
	world_close(&w);
}

static void test_released_before_it_came(void **state)
{
	struct stationed seen;
	struct world w;

	(void)state;
	open_world(&w, false, false);
	owner.makes = false;
	order(&w, PRIMARY, STATIONED_REQUEST);
	world_rest(&w, NS_PER_S);
	seen = order(&w, PRIMARY, STATIONED_RELEASE);
	assert_int_equal(seen.result, ERROR_SUCCESS);
	world_rest(&w, 3 * MINUTES);
	assert_int_equal(owner.unwanted, 1);
	seen = order(&w, PRIMARY, STATIONED_RELEASE);
	assert_int_equal(seen.result, ERROR_INVALID_STATE);
	world_close(&w);
}

/* One in a machine, whoever asks. */
static void test_too_many(void **state)
{
	struct host_adapter *third = NULL;
	struct stationed seen;
	struct miniport *mp;
	struct world w;

	(void)state;
	open_world(&w, false, false);
	order(&w, PRIMARY, STATIONED_REQUEST);
	await_up(&w);
	seen = order(&w, PRIMARY, STATIONED_REQUEST);
	assert_int_equal(seen.result, ERROR_ALREADY_EXISTS);
	seen = order(&w, STATION, STATIONED_REQUEST);
	assert_int_equal(seen.result, ERROR_INVALID_PARAMETER);
	seen = order(&w, STATION, STATIONED_RELEASE);
	assert_int_equal(seen.result, ERROR_INVALID_PARAMETER);
	assert_int_equal(sim_add_station(w.sim, (struct mac){{0}}, &mp), 0);
	assert_int_equal(host_add_virtual(w.adapters[PRIMARY].host, mp, &third), -EEXIST);
	assert_int_equal(host_add_virtual(w.adapters[STATION].host, mp, &third), -EINVAL);
	assert_null(third);
	world_rest(&w, NS_PER_S);
	assert_int_equal(owner.wanted, 1);
	world_close(&w);
}

/* It came all the same: another module of the vendor may have asked. */
static void test_unasked(void **state)
{
	struct stationed seen;
	struct world w;

	(void)state;
	open_world(&w, false, false);
	assert_int_equal(add(&w), 0);
	assert_true(world_wait(&w, STATION, NOTICE_ADAPTER_UP, 0));
	seen = order(&w, STATION, STATIONED_QUERY);
	assert_true(seen.is_virtual && seen.of_first);
	seen = order(&w, PRIMARY, STATIONED_REQUEST);
	assert_int_equal(seen.result, ERROR_ALREADY_EXISTS);
	seen = order(&w, PRIMARY, STATIONED_RELEASE);
	assert_int_equal(seen.result, ERROR_SUCCESS);
	world_rest(&w, 3 * MINUTES);
	world_connect(&w, STATION);
	world_ping(&w, STATION);
	world_close(&w);
}

static void test_refused(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, false, false);
	order(&w, PRIMARY, STATIONED_REFUSE);
	order(&w, PRIMARY, STATIONED_REQUEST);
	assert_true(world_wait(&w, STATION, NOTICE_ADAPTER_REMOVED, 0));
	assert_int_equal(w.adapters[STATION].told[NOTICE_ADAPTER_FAILED], 1);
	assert_int_equal(order(&w, PRIMARY, STATIONED_REQUEST).result, ERROR_SUCCESS);
	assert_true(world_wait(&w, STATION, NOTICE_ADAPTER_UP, 0));
	world_close(&w);
}

static void no_owner(struct world *w, struct host_config *hc)
{
	configure(w, hc);
	hc->virtual_station = NULL;
}

static void test_not_supported(void **state)
{
	const struct world_config config = {.module = "tests/modules/stationed.so",
		.aps = {"open"},
		.adapters = 2,
		.configure = no_owner};
	struct stationed seen;
	struct world w;

	(void)state;
	owner = (struct owner){0};
	world_open(&w, &config);
	world_arrive(&w, PRIMARY);
	assert_int_equal(order(&w, PRIMARY, STATIONED_REQUEST).result, ERROR_NOT_SUPPORTED);
	assert_int_equal(order(&w, PRIMARY, STATIONED_RELEASE).result, ERROR_NOT_SUPPORTED);
	seen = order(&w, PRIMARY, STATIONED_QUERY);
	assert_true(seen.result == ERROR_SUCCESS && !seen.is_virtual);
	world_close(&w);
}

/* ---- The AP that it will host. ---- */

static DOT11EXT_VIRTUAL_STATION_AP_PROPERTY property(bool phrase, uint32_t length, int fill)
{
	DOT11EXT_VIRTUAL_STATION_AP_PROPERTY p = {.dot11AuthAlgo = DOT11_AUTH_ALGO_RSNA_PSK,
		.dot11CipherAlgo = DOT11_CIPHER_ALGO_CCMP,
		.bIsPassPhrase = phrase,
		.dwKeyLength = length};

	p.dot11SSID.uSSIDLength = 6;
	memcpy(p.dot11SSID.ucSSID, "hosted", 6);
	memset(p.ucKeyData, fill, length < sizeof(p.ucKeyData) ? length : sizeof(p.ucKeyData));
	if (phrase && length && length <= sizeof(p.ucKeyData))
		p.ucKeyData[length - 1] = 0;
	return p;
}

static bool is_wiped(const struct host_adapter *a)
{
	static const DOT11EXT_VIRTUAL_STATION_AP_PROPERTY zero;

	return memcmp(&a->ap, &zero, sizeof(zero)) == 0;
}

static void ap_told(bool isolated, unsigned i, const DOT11EXT_VIRTUAL_STATION_AP_PROPERTY *p,
	DWORD expected, bool breaks)
{
	DOT11EXT_VIRTUAL_STATION_AP_PROPERTY out;
	const struct host_adapter *a;
	struct stationed seen;
	struct world w;

	open_world(&w, isolated, breaks);
	order(&w, PRIMARY, STATIONED_REQUEST);
	await_up(&w);
	a = w.adapters[i].host;
	assert_false(host_virtual_ap(a, &out));
	order_with(&w, i, STATIONED_AP, p, sizeof(*p));
	world_connect(&w, i);
	seen = order(&w, i, STATIONED_NOTHING);
	assert_int_equal(seen.ap_result, expected);
	assert_int_equal(host_virtual_ap(a, &out), expected == ERROR_SUCCESS);
	if (expected == ERROR_SUCCESS)
		assert_memory_equal(&out, p, sizeof(out));
	else
		assert_true(is_wiped(a));
	assert_int_equal(world_findings(&w, RULE_X_70) > 0, breaks);
	world_disconnect(&w, i);
	assert_false(host_virtual_ap(a, &out));
	assert_true(is_wiped(a));
	world_close(&w);
}

static void test_ap(void **state)
{
	const DOT11EXT_VIRTUAL_STATION_AP_PROPERTY right[] = {property(true, 9, 'p'),
		property(true, 64, 'p'), property(false, 32, 0x81), property(false, 64, 'f')};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAYSIZE(right); i++) {
		ap_told(false, STATION, &right[i], ERROR_SUCCESS, false);
		ap_told(true, STATION, &right[i], ERROR_SUCCESS, false);
	}
	ap_told(false, PRIMARY, &right[0], ERROR_SUCCESS, false);
}

static void test_ap_wrong(void **state)
{
	DOT11EXT_VIRTUAL_STATION_AP_PROPERTY wrong[] = {property(true, 0, 'p'),
		property(true, 65, 'p'), property(true, UINT32_MAX, 'p'), property(false, 9, 'f'),
		property(false, 0, 'f'), property(true, 9, 'p'), property(true, 9, 'p'),
		property(false, 64, 'g'), property(true, 9, 'p'), property(true, 9, 'p')};
	/* Of these no rule says anything. */
	const size_t unruled = 7;
	size_t i;

	(void)state;
	wrong[5].ucKeyData[8] = 'p'; /* no end */
	wrong[6].ucKeyData[3] = 0;   /* an end before that */
	wrong[8].dot11SSID.uSSIDLength = 0;
	wrong[9].dot11SSID.uSSIDLength = 33;
	for (i = 0; i < ARRAYSIZE(wrong); i++)
		ap_told(i % 2 == 0, STATION, &wrong[i], ERROR_INVALID_PARAMETER, i < unruled);
}

static void test_ap_late(void **state)
{
	const DOT11EXT_VIRTUAL_STATION_AP_PROPERTY p = property(false, 32, 0x81);
	struct world w;

	(void)state;
	open_world(&w, false, true);
	order_with(&w, PRIMARY, STATIONED_AP, &p, sizeof(p));
	world_connect(&w, PRIMARY);
	assert_int_equal(order(&w, PRIMARY, STATIONED_AP_LATE).ap_result, ERROR_INVALID_HANDLE);
	assert_true(world_findings(&w, RULE_X_24) > 0);
	world_close(&w);
}

/* ---- The module dies. ---- */

static void crash(struct world *w)
{
	const uint8_t in = STATIONED_CRASH;
	const unsigned before = w->adapters[PRIMARY].told[NOTICE_ADAPTER_UP];

	assert_int_equal(host_control(w->adapters[PRIMARY].host, &in, 1, 64), 0);
	assert_true(world_wait(w, PRIMARY, NOTICE_ADAPTER_LOST, 0));
	assert_true(world_wait(w, PRIMARY, NOTICE_ADAPTER_UP, before));
}

static void die(unsigned stage, bool asked)
{
	struct world w;

	open_world(&w, true, false);
	if (asked)
		order(&w, PRIMARY, STATIONED_REQUEST);
	else
		assert_int_equal(add(&w), 0);
	assert_true(world_wait(&w, STATION, NOTICE_ADAPTER_UP, 0));
	if (stage == 0) {
		assert_int_equal(host_disable(w.adapters[STATION].host), 0);
		assert_true(world_wait(&w, STATION, NOTICE_ADAPTER_DOWN, 0));
	}
	if (stage == 2)
		world_connect(&w, STATION);
	crash(&w);
	assert_int_equal(w.adapters[STATION].told[NOTICE_ADAPTER_REMOVED], 1);
	assert_int_equal(w.adapters[STATION].told[NOTICE_ADAPTER_LOST], 0);
	world_rest(&w, 3 * MINUTES);
	assert_null(w.adapters[STATION].host);
	assert_int_equal(owner.wanted, asked);
	/* The new one may ask for itself. */
	assert_int_equal(order(&w, PRIMARY, STATIONED_REQUEST).result, ERROR_SUCCESS);
	assert_true(world_wait(&w, STATION, NOTICE_ADAPTER_UP, 1));
	world_connect(&w, STATION);
	world_close(&w);
}

static void test_death(void **state)
{
	unsigned stage;

	(void)state;
	for (stage = 0; stage < 3; stage++) {
		die(stage, true);
		die(stage, false);
	}
}

static void test_death_of_a_request(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, true, false);
	owner.makes = false;
	order(&w, PRIMARY, STATIONED_REQUEST);
	world_rest(&w, NS_PER_S);
	crash(&w);
	assert_int_equal(owner.unwanted, 1);
	world_rest(&w, 3 * MINUTES);
	assert_int_equal(owner.unwanted, 1);
	world_close(&w);
}

/* Both are on their way out when it dies: the primary must not be gone before its station. */
static void test_death_while_leaving(void **state)
{
	const uint8_t in = STATIONED_CRASH;
	struct world w;

	(void)state;
	open_world(&w, true, false);
	order(&w, PRIMARY, STATIONED_REQUEST);
	await_up(&w);
	world_connect(&w, STATION);
	world_connect(&w, PRIMARY);
	assert_int_equal(host_control(w.adapters[PRIMARY].host, &in, 1, 64), 0);
	assert_int_equal(host_remove(w.adapters[PRIMARY].host), 0);
	assert_true(world_wait(&w, PRIMARY, NOTICE_ADAPTER_REMOVED, 0));
	assert_int_equal(w.adapters[STATION].told[NOTICE_ADAPTER_REMOVED], 1);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_after_return),
		cmocka_unit_test(test_before_return),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_primary_goes),
		cmocka_unit_test(test_primary_goes_early),
		cmocka_unit_test(test_given_up),
		cmocka_unit_test(test_released_before_it_came),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_unasked),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_not_supported),
		cmocka_unit_test(test_ap),
		cmocka_unit_test(test_ap_wrong),
		cmocka_unit_test(test_ap_late),
		cmocka_unit_test(test_death),
		cmocka_unit_test(test_death_of_a_request),
		cmocka_unit_test(test_death_while_leaving),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
