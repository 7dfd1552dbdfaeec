// SPDX-License-Identifier: BSD-2-Clause
/*
 * Hosts by the system's clock, with a worker: what virtual time cannot show, since there the host
 * looks at everything before time passes. Here it sleeps, and must be woken.
 *
 *     test -- host == pipes == openihv-worker -- module
 *              |
 *           adapter ~~ station ~~ open AP
 */
#include "tests/lib/world.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include "worker/proxy.h"
#include "worker/sandbox.h"

#define RESTART_MS 20

static unsigned started, died, timed_out;
static uint64_t retry; /* of the last death */

static void on_event(void *user, const struct module_event *e)
{
	(void)user;
	started += e->id == MODULE_STARTED;
	died += e->id == MODULE_STOPPED_UNEXPECTEDLY;
	timed_out += e->id == MODULE_TIMED_OUT;
	if (e->deaths)
		retry = e->retry_ns;
}

static void configure(struct world *w, struct host_config *hc)
{
	(void)w;
	hc->event = on_event;
	hc->restart_ms = RESTART_MS;
	hc->stop_deadline_ms = 200;
}

static void open_real(struct world *w, const char *module, bool breaks_rules)
{
	const struct world_config config = {.module = module,
		.aps = {"open"},
		.real = true,
		.isolated = true,
		.breaks_rules = breaks_rules,
		.configure = configure};

	started = died = timed_out = 0;
	world_open(w, &config);
}

static void close_real(struct world *w)
{
	world_close(w);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

/* Lost, back after the backoff, and connected as before. */
static void comes_back(struct world *w, unsigned deaths)
{
	struct world_adapter *a = &w->adapters[0];

	assert_true(world_wait(w, 0, NOTICE_CONNECTED, deaths));
	assert_int_equal(a->told[NOTICE_ADAPTER_LOST], deaths);
	assert_int_equal(a->told[NOTICE_PORT_DELETED], deaths);
	assert_int_equal(died, deaths);
	assert_int_equal(started, deaths + 1);
	assert_int_equal(w->incarnations, deaths + 1);
	assert_int_equal(retry, (uint64_t)RESTART_MS * NS_PER_MS << (deaths - 1));
	assert_true(world_wait_open(w, 0));
	world_ping(w, 0);
}

static void kill_worker(void *user)
{
	const struct world *w = (const struct world *)user;

	kill(proxy_pid(w->module), SIGKILL);
}

/* Between two runs, in a run, and while the host sleeps. */
static void test_killed(void **state)
{
	struct world w;

	(void)state;
	open_real(&w, WORLD_TEMPLATE, false);
	world_bring_up(&w, 0);
	kill_worker(&w);
	comes_back(&w, 1);
	assert_int_equal(host_post(w.host, kill_worker, &w), 0);
	comes_back(&w, 2);
	world_disconnect(&w, 0);
	world_connect(&w, 0);
	close_real(&w);
	assert_int_equal(died, 2);
}

static void *kill_from_outside(void *user)
{
	kill(*(const pid_t *)user, SIGKILL);
	return NULL;
}

/* Nothing is due for as long as anybody waits, and nobody calls the module. */
static void test_killed_idle(void **state)
{
	pthread_t thread;
	struct world w;
	pid_t pid;

	(void)state;
	open_real(&w, WORLD_TEMPLATE, false);
	world_arrive(&w, 0);
	pid = proxy_pid(w.module);
	assert_int_equal(pthread_create(&thread, NULL, kill_from_outside, &pid), 0);
	assert_true(world_wait(&w, 0, NOTICE_ADAPTER_LOST, 0));
	pthread_join(thread, NULL);
	assert_true(world_wait(&w, 0, NOTICE_ADAPTER_UP, 1));
	world_connect(&w, 0);
	world_ping(&w, 0);
	close_real(&w);
}

/* A handler that sleeps is ended at its deadline; so is the one of host_stop(). */
static void test_overdue(void **state)
{
	struct world w;

	(void)state;
	open_real(&w, "tests/modules/hang.so", true);
	world_bring_up(&w, 0);
	assert_int_equal(host_disconnect(w.adapters[0].host), 0);
	assert_true(world_wait(&w, 0, NOTICE_DISCONNECTED, 0));
	assert_int_equal(timed_out, 1);
	assert_true(world_wait(&w, 0, NOTICE_ADAPTER_UP, 1));
	world_connect(&w, 0);
	world_ping(&w, 0);
	assert_int_equal(w.adapters[0].told[NOTICE_HANDLER_BLOCKED], 0);
	close_real(&w);
	assert_int_equal(timed_out, 2);
	assert_int_equal(died, 2);
}

static bool refused_all(void *user)
{
	return world_count((const struct world *)user, FN_MODULE_TRESPASS, PHASE_POINT) == 10;
}

/* A thread of the module waits for the answer to a system call, while nobody calls the module. */
static void test_refused(void **state)
{
	struct world w;

	(void)state;
	open_real(&w, "tests/modules/refused.so", false);
	if (!(w.sandbox & SANDBOX_SEEN)) {
		print_message("nobody here sees what a filter refuses\n");
		close_real(&w);
		return;
	}
	world_bring_up(&w, 0);
	assert_int_equal(host_run(w.host, refused_all, &w, 20 * NS_PER_S), HOST_REACHED);
	close_real(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_killed_idle),
		cmocka_unit_test(test_overdue),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
