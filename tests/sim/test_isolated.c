// SPDX-License-Identifier: BSD-2-Clause
/*
 * A module in a worker process of its own does what it does in this one.
 *
 *     test -- host -- module                     the same life, twice:
 *     test -- host == pipes == openihv-worker -- module       the same record
 *
 * And what only a process can do: print, exit, crash, close what it has open, outlive its host.
 */
#include "tests/lib/life.h"

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

#define SEEDS       5
#define REPETITIONS 20
#define DEATHS      5 /* in a row; then it is left alone */

#if defined(__SANITIZE_THREAD__)
/* The child of test_host_ends() begins anew, with threads of its own. */
const char *__tsan_default_options(void);
__attribute__((visibility("default"))) const char *__tsan_default_options(void)
{
	return "die_after_fork=0";
}
#endif

static const struct subject rsn = {WORLD_RSN, WORLD_SECURITY, WORLD_RADIO, false};
static const struct subject template = {WORLD_TEMPLATE, NULL, "open", false};

static void compare(const struct subject *s, uint64_t seed, bool guard)
{
	struct record here = record_life(s, seed, false, guard);
	struct record there = record_life(s, seed, true, guard);

	assert_true(here.count > 200);
	record_same(&here, &there);
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
		record_same(&first, &again);
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

/*
 * The same trespasses in the same order. Between which other crossings they stand is not said: a
 * guard tells before the next call of any of the module's threads.
 */
static void trespasses(const char *module)
{
	const struct subject s = {module, NULL, "open", true};
	struct record here = record_life(&s, 3, false, true);
	struct record there = record_life(&s, 3, true, true);
	size_t i, n = record_keep_trespasses(&here);

	print_message("%s: %zu\n", module, n);
	assert_int_equal(record_keep_trespasses(&there), n);
	assert_true(n > 3);
	for (i = 0; i < n; i++) {
		assert_memory_equal(here.list[i].arg, there.list[i].arg, sizeof(here.list[i].arg));
		assert_int_equal(here.list[i].time, there.list[i].time);
	}
	free(here.list);
	free(there.list);
}

/* Page guards see there what they see here. */
static void test_guard(void **state)
{
	(void)state;
	compare(&rsn, 3, true);
	compare(&template, 3, true);
	trespasses("tests/modules/touchy_port.so");
	trespasses("tests/modules/touchy_freed.so");
	trespasses("tests/modules/touchy_kept_networks.so");
}

/* ---- Modules that end their process. ---- */

struct told {
	enum module_event_id id;
	enum module_end end;
	uint32_t code;
	enum crossing_fn handler;
	uint64_t retry;
};

/* A module and what is told of it. */
struct stage {
	char module[64];
	struct told list[32];
	unsigned count;
};

static void on_event(void *user, const struct module_event *e)
{
	struct world *w = (struct world *)user;
	struct stage *s = (struct stage *)w->config.user;

	if (s->count < sizeof(s->list) / sizeof(s->list[0]))
		s->list[s->count++] =
			(struct told){e->id, e->end, e->code, e->handler, e->retry_ns};
}

static void configure(struct world *w, struct host_config *hc)
{
	(void)w;
	hc->event = on_event;
}

static void open_stage(struct world *w, struct stage *s, const char *module)
{
	const struct world_config config = {.module = s->module,
		.aps = {"open"},
		.isolated = true,
		.configure = configure,
		.user = s};

	memset(s, 0, sizeof(*s));
	snprintf(s->module, sizeof(s->module), "tests/modules/%s.so", module);
	world_open(w, &config);
	world_arrive(w, 0);
}

/* Whatever it does, it has the same 5 chances, and its end is told as what it was. */
static void dies_with(const char *module, enum module_end end, uint32_t code)
{
	struct stage s;
	struct world w;
	unsigned i;

	print_message("%s\n", module);
	open_stage(&w, &s, module);
	assert_int_equal(host_connect(w.adapters[0].host, w.profile), 0);
	assert_true(world_wait(&w, 0, NOTICE_CONNECT_FAILED, 0));
	assert_int_equal(w.adapters[0].last[NOTICE_CONNECT_FAILED].reason,
		WLAN_REASON_CODE_IHV_NOT_AVAILABLE);
	assert_int_equal(s.count, 2 * DEATHS);
	for (i = 0; i < DEATHS; i++) {
		assert_int_equal(s.list[2 * i].id, MODULE_STARTED);
		assert_int_equal(s.list[2 * i + 1].id, MODULE_STOPPED_UNEXPECTEDLY);
		assert_int_equal(s.list[2 * i + 1].end, end);
		assert_int_equal(s.list[2 * i + 1].code, code);
		assert_int_equal(s.list[2 * i + 1].handler, FN_PERFORM_PRE_ASSOCIATE);
		assert_int_equal(s.list[2 * i + 1].retry, i + 1 < DEATHS ? NS_PER_S << i : 0);
	}
	assert_int_equal(w.incarnations, DEATHS);
	assert_int_equal(proxy_pid(w.module), 0);
	no_child_left();
	world_close(&w);
}

static void test_ends(void **state)
{
	(void)state;
	dies_with("exits", MODULE_EXITED, 3);
	dies_with("aborts", MODULE_SIGNALLED, SIGABRT);
	dies_with("segv", MODULE_SIGNALLED, SIGSEGV);
	dies_with("overflows", MODULE_SIGNALLED, SIGSEGV);
	dies_with("garbage", MODULE_GARBLED, 0);
	dies_with("closes", MODULE_EXITED, 0);
}

static bool stopped(void *user)
{
	const struct stage *s = (const struct stage *)user;

	return s->count && s->list[s->count - 1].id == MODULE_STOPPED_UNEXPECTEDLY;
}

/* It is not heard any more, and hears nobody: the host has to end it, after a real second. */
static void test_closes_and_stays(void **state)
{
	struct stage s;
	struct world w;

	(void)state;
	open_stage(&w, &s, "closes_late");
	assert_int_equal(host_connect(w.adapters[0].host, w.profile), 0);
	assert_int_equal(host_run(w.host, stopped, &s, NS_PER_S), HOST_REACHED);
	assert_int_equal(s.list[1].end, MODULE_GARBLED);
	assert_int_equal(s.list[1].handler, FN_PERFORM_PRE_ASSOCIATE);
	world_close(&w);
	no_child_left();
}

/* Much more than fits into a pipe. */
static void test_prints(void **state)
{
	struct stage s;
	struct world w;

	(void)state;
	open_stage(&w, &s, "prints");
	world_connect(&w, 0);
	world_ping(&w, 0);
	world_disconnect(&w, 0);
	world_connect(&w, 0);
	world_close(&w);
	assert_int_equal(s.count, 2);
	assert_int_equal(s.list[1].id, MODULE_STOPPED);
	no_child_left();
}

/* ---- Two hosts. ---- */

static void test_two_hosts(void **state)
{
	struct world_config config = {.module = WORLD_RSN,
		.security = WORLD_SECURITY,
		.aps = {WORLD_RADIO, WORLD_RADIO},
		.isolated = true};
	struct world a, b;
	uint64_t crossings;

	(void)state;
	world_open(&a, &config);
	config.module = WORLD_TEMPLATE;
	config.security = NULL;
	config.aps[0] = config.aps[1] = "open";
	world_open(&b, &config);
	assert_int_not_equal(proxy_pid(a.module), proxy_pid(b.module));
	world_bring_up(&a, 0);
	world_bring_up(&b, 0);
	life_roam(&a);
	life_roam(&b);

	/* The end of one is nothing to the other. */
	crossings = a.ncrossings;
	kill(proxy_pid(b.module), SIGKILL);
	assert_true(world_wait(&b, 0, NOTICE_ADAPTER_LOST, 0));
	world_recover(&b, 0);
	assert_int_equal(b.incarnations, 2);
	assert_int_equal(a.ncrossings, crossings);
	world_ping(&a, 0);
	world_close(&b);
	life_roam(&a);
	world_close(&a);
	no_child_left();
}

static void *run_until_open(void *user)
{
	return world_wait_open((struct world *)user, 0) ? user : NULL;
}

/* At the same time, in two threads. */
static void test_two_threads(void **state)
{
	const struct world_config config = {.module = WORLD_RSN,
		.security = WORLD_SECURITY,
		.aps = {WORLD_RADIO},
		.isolated = true};
	struct world list[2];
	pthread_t thread;
	void *open = NULL;
	unsigned i;

	(void)state;
	for (i = 0; i < 2; i++) {
		world_open(&list[i], &config);
		world_arrive(&list[i], 0);
		assert_int_equal(host_connect(list[i].adapters[0].host, list[i].profile), 0);
	}
	assert_int_equal(pthread_create(&thread, NULL, run_until_open, &list[0]), 0);
	assert_true(world_wait_open(&list[1], 0));
	pthread_join(thread, &open);
	assert_ptr_equal(open, &list[0]);
	for (i = 0; i < 2; i++)
		world_ping(&list[i], 0);
	for (i = 0; i < 2; i++)
		world_close(&list[i]);
	no_child_left();
}

/* ---- A host that ends. ---- */

/* In a child: a host that has brought its module where it is to be when the host goes. */
__attribute__((noreturn)) static void host_that_ends(int out, const char *module, bool in_handler)
{
	struct stage s;
	struct world w;
	pid_t worker;

	open_stage(&w, &s, module);
	world_connect(&w, 0);
	worker = proxy_pid(w.module);
	if (in_handler) {
		assert_int_equal(host_disable(w.adapters[0].host), 0);
		world_rest(&w, NS_PER_S); /* less than its deadline */
	}
	if (write(out, &worker, sizeof(worker)) != sizeof(worker))
		_exit(1);
	for (;;)
		pause();
}

/* The status of a process, which becomes this one's child when its parent has gone. */
static int end_with_its_host(const char *module, bool in_handler)
{
	int fds[2], status = 0;
	pid_t host, worker = 0;

	assert_int_equal(pipe(fds), 0);
	host = fork();
	assert_true(host >= 0);
	if (host == 0)
		host_that_ends(fds[1], module, in_handler);
	close(fds[1]);
	assert_int_equal(read(fds[0], &worker, sizeof(worker)), sizeof(worker));
	close(fds[0]);
	kill(host, SIGKILL);
	assert_int_equal(waitpid(host, NULL, 0), host);
	assert_int_equal(waitpid(worker, &status, 0), worker);
	return status;
}

static void test_host_ends(void **state)
{
	(void)state;
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L), 0);
	assert_int_equal(end_with_its_host("fine", false), 0);
	assert_int_equal(end_with_its_host("hang", true), 0);
	no_child_left();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rsn),
		cmocka_unit_test(test_template),
		cmocka_unit_test(test_repeatable),
		cmocka_unit_test(test_guard),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_closes_and_stays),
		cmocka_unit_test(test_prints),
		cmocka_unit_test(test_two_hosts),
		cmocka_unit_test(test_two_threads),
		cmocka_unit_test(test_host_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
