// SPDX-License-Identifier: BSD-2-Clause
/*
 * A module in a worker process of its own does what it does in this one.
 *
 *     test -- host -- module                     the same life, twice:
 *     test -- host == pipes == openihv-worker -- module       the same record
 *
 * And what only a process can do: print, exit, crash, close what it has open, outlive its host.
 */
#include "tests/lib/world.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <wlanreason.h>

#include "worker/proxy.h"

#define REASON_BUSY 5 /* 802.11-2020, Table 9-49 */
#define ROAM_BETTER 0xB
#define SEEDS       5
#define REPETITIONS 20
#define DEATHS      5 /* in a row; then it is left alone */

static void no_child_left(void)
{
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

/* ---- One life, in process and out of it. ---- */

struct record {
	struct crossing *list;
	size_t count;
};

/* What a module needs to get an authorised port. */
struct subject {
	const char *module, *security, *radio;
};

static const struct subject rsn = {WORLD_RSN, WORLD_SECURITY, WORLD_RADIO};
static const struct subject template = {WORLD_TEMPLATE, NULL, "open"};

/* Ends the association as soon as it is pending, once. */
static void disassociate(void *user)
{
	struct world *w = (struct world *)user;
	unsigned i;

	for (i = 0; i < w->naps; i++)
		sim_ap_disassociate(w->aps[i], world_station(w, 0), REASON_BUSY);
}

static void end_pending(struct world *w, const struct crossing *x)
{
	bool *pending = (bool *)w->config.user;

	if (!*pending || x->fn != FN_PERFORM_POST_ASSOCIATE || x->phase != PHASE_EXIT)
		return;
	*pending = false;
	if (host_post(w->host, disassociate, w))
		abort();
}

static void ended_by_ap(struct world *w)
{
	disassociate(w);
	world_rest(w, NS_PER_S);
	world_recover(w, 0);
}

static void roamed(struct world *w)
{
	const struct sim_ap *from = world_ap(w, 0);
	const struct sim_ap *to = from == w->aps[0] ? w->aps[1] : w->aps[0];

	assert_int_equal(
		sim_station_roam(w->adapters[0].mp, sim_ap_config(to)->bssid, ROAM_BETTER), 0);
	world_rest(w, NS_PER_S);
	assert_true(world_wait_open(w, 0));
	world_ping(w, 0);
}

static void switched_off(struct world *w)
{
	struct world_adapter *a = &w->adapters[0];

	assert_int_equal(host_disable(a->host), 0);
	assert_true(world_wait(w, 0, NOTICE_ADAPTER_DOWN, 0));
	world_recover(w, 0);
}

static void unplugged(struct world *w)
{
	struct world_adapter *a = &w->adapters[0];

	sim_unplug(a->mp);
	a->unplugged = true;
	assert_true(world_wait(w, 0, NOTICE_ADAPTER_REMOVED, 0));
	world_recover(w, 0);
}

/* Every end of a port; the last is that of the host. */
static void live(struct world *w, bool *pending)
{
	world_bring_up(w, 0);
	world_disconnect(w, 0);
	*pending = true;
	world_try_connect(w, 0);
	assert_false(*pending);
	world_recover(w, 0);
	ended_by_ap(w);
	roamed(w);
	switched_off(w);
	unplugged(w);
	world_disconnect(w, 0);
	world_recover(w, 0);
}

static struct record record_life(const struct subject *s, uint64_t seed, bool isolated, bool guard)
{
	bool pending = false;
	const struct world_config config = {.module = s->module,
		.security = s->security,
		.aps = {s->radio, s->radio},
		.seed = seed,
		.isolated = isolated,
		.guard = guard,
		.crossing = end_pending,
		.user = &pending};
	struct record r;
	struct world w;

	world_open(&w, &config);
	live(&w, &pending);
	world_stop(&w);
	r = (struct record){w.crossings, w.ncrossings};
	w.crossings = NULL;
	if (isolated)
		assert_int_equal(w.incarnations, 1);
	world_close(&w);
	no_child_left();
	return r;
}

static void print_record(const struct record *r, size_t from, size_t to)
{
	struct world w = {
		.crossings = r->list + from, .ncrossings = (to < r->count ? to : r->count) - from};

	world_dump(&w);
}

static void differ(const struct record *a, const struct record *b, size_t at, const char *what)
{
	size_t from = at > 10 ? at - 10 : 0;

	print_error(
		"%s of crossing %zu; %zu and %zu crossings\n", what, at + 1, a->count, b->count);
	print_record(a, from < a->count ? from : a->count, at + 3);
	print_error("\n");
	print_record(b, from < b->count ? from : b->count, at + 3);
	fail_msg("not the same record");
}

static void same(const struct record *a, const struct record *b)
{
	size_t i;

	for (i = 0; i < a->count && i < b->count; i++) {
		const struct crossing *x = &a->list[i], *y = &b->list[i];
#define SAME(member)                                                                               \
	do {                                                                                       \
		if (x->member != y->member)                                                        \
			differ(a, b, i, #member);                                                  \
	} while (0)
		SAME(seq);
		SAME(time);
		SAME(fn);
		SAME(phase);
		SAME(adapter);
		SAME(handle);
		SAME(peer);
		SAME(result);
		SAME(reason);
		SAME(ext);
		SAME(thread);
		SAME(flags);
		SAME(data_length);
#undef SAME
		if (memcmp(x->data, y->data, sizeof(x->data)) != 0)
			differ(a, b, i, "data");
		if (memcmp(x->arg, y->arg, sizeof(x->arg)) != 0)
			differ(a, b, i, "arg");
	}
	if (a->count != b->count)
		differ(a, b, i, "number");
}

static void compare(const struct subject *s, uint64_t seed, bool guard)
{
	struct record here = record_life(s, seed, false, guard);
	struct record there = record_life(s, seed, true, guard);

	assert_true(here.count > 200);
	same(&here, &there);
	free(here.list);
	free(there.list);
}

static void test_rsn(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= SEEDS; seed++)
		compare(&rsn, seed, false);
}

static void test_template(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= SEEDS; seed++)
		compare(&template, seed, false);
}

static void repeat(const struct subject *s)
{
	struct record first = record_life(s, 7, true, false), again;
	unsigned i;

	for (i = 1; i < REPETITIONS; i++) {
		again = record_life(s, 7, true, false);
		same(&first, &again);
		free(again.list);
	}
	free(first.list);
}

static void test_repeatable(void **state)
{
	(void)state;
	repeat(&rsn);
	repeat(&template);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rsn),
		cmocka_unit_test(test_template),
		cmocka_unit_test(test_repeatable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
