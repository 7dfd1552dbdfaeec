// SPDX-License-Identifier: BSD-2-Clause
/*
 * A module whose threads call the host all at once (tests/modules/chatty.c), on three adapters,
 * while another thread of this process hands work to the host. Runs under ThreadSanitizer too.
 */
#include "tests/lib/world.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#define CYCLES 12
#define POSTS  500

static const struct world_config config = {
	.module = "tests/modules/chatty.so", .aps = {"open", "open"}, .adapters = 3};

struct poster {
	_Atomic(struct host *) host; /* set when there is one */
	unsigned ran;                /* by posted work, on the loop */
};

static void ran(void *user)
{
	struct poster *p = (struct poster *)user;

	p->ran++;
}

/* Begins before the module is loaded: it is none of the module's threads. */
static void *post_main(void *arg)
{
	struct poster *p = (struct poster *)arg;
	struct host_counts counts;
	struct host *h;
	unsigned i;

	while (!(h = atomic_load(&p->host)))
		sched_yield();
	for (i = 0; i < POSTS; i++) {
		if (host_post(h, ran, p))
			break;
		host_counts(h, &counts);
		sched_yield();
	}
	return NULL;
}

static void cycle(struct world *w)
{
	static const char question[] = "?";
	unsigned i;

	for (i = 0; i < w->nadapters; i++) {
		const unsigned before = w->adapters[i].told[NOTICE_CONTROL];

		world_recover(w, i);
		assert_int_equal(host_control(w->adapters[i].host, question, 1, 16), 0);
		assert_true(world_wait(w, i, NOTICE_CONTROL, before));
	}
	for (i = 0; i < w->nadapters; i++)
		world_ping(w, i);
	assert_int_equal(sim_ap_deauthenticate_all(w->aps[0], 3), 0);
	for (i = 0; i < w->nadapters; i++)
		world_recover(w, i);
	assert_int_equal(
		sim_station_roam(w->adapters[0].mp, sim_ap_config(w->aps[1])->bssid, 0xB), 0);
	assert_int_equal(host_disable(w->adapters[1].host), 0);
	sim_unplug(w->adapters[2].mp);
	w->adapters[2].unplugged = true;
	for (i = 0; i < w->nadapters; i++)
		world_recover(w, i);
	world_disconnect(w, 0);
}

static void test_many_threads(void **state)
{
	struct poster poster = {.host = NULL};
	pthread_t thread;
	struct world w;
	unsigned i;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, post_main, &poster), 0);
	world_open(&w, &config);
	atomic_store(&poster.host, w.host);
	for (i = 0; i < w.nadapters; i++)
		world_bring_up(&w, i);
	for (i = 0; i < CYCLES; i++)
		cycle(&w);
	pthread_join(thread, NULL);
	world_rest(&w, NS_PER_S);
	assert_int_equal(poster.ran, POSTS);
	/* Everything happened, and many times. */
	assert_true(world_count(&w, FN_ALLOCATE_BUFFER, PHASE_EXIT) > 2000);
	assert_true(world_count(&w, FN_SEND_NOTIFICATION, PHASE_EXIT) > 500);
	assert_true(world_count(&w, FN_SEND_PACKET, PHASE_EXIT) > 200);
	assert_int_equal(world_count(&w, FN_SEND_PACKET, PHASE_EXIT),
		world_count(&w, FN_SEND_PACKET_COMPLETION, PHASE_EXIT));
	assert_true(w.adapters[0].told[NOTICE_NOTIFICATION] > 200);
	print_message("%zu crossings, %u packets\n", w.ncrossings,
		world_count(&w, FN_SEND_PACKET, PHASE_EXIT));
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
