// SPDX-License-Identifier: BSD-2-Clause
/*
 * A Windows module, run by openihv-worker.exe under Wine.
 *
 *     test -- host -- rsn.so                                   the same life, twice:
 *     test -- host == pipes == openihv-worker.exe -- rsnihv.dll        the same record
 *
 * And what ends such a process. Afterwards nothing of Wine is left.
 */
#include "tests/lib/life.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <wlanreason.h>

#include "worker/proxy.h"
#include "worker/sandbox.h"
#include "worker/wine_internal.h"

#define REPETITIONS 30
#define DEATHS      5 /* in a row; then it is left alone */
#define SKIPPED     77

static char build[4096];  /* the folder of the build for Windows */
static struct wine *wine; /* keeps the server up between the tests */

static const char *dll(const char *name)
{
	static char path[2][4200];
	static unsigned next;

	next ^= 1;
	snprintf(path[next], sizeof(path[next]), "%s/%s.dll", build, name);
	return path[next];
}

/* ---- One life, here and there. ---- */

static const struct subject rsn = {WORLD_RSN, WORLD_SECURITY, WORLD_RADIO, false};
static const struct subject template = {WORLD_TEMPLATE, NULL, "open", false};

static struct subject of_windows(const struct subject *s, const char *name)
{
	struct subject of = *s;

	of.module = dll(name);
	return of;
}

static void compare(const struct subject *s, const char *name, bool guard, unsigned times)
{
	const struct subject there = of_windows(s, name);
	struct record want = record_life(s, 7, false, guard), got;

	assert_true(want.count > 200);
	while (times--) {
		got = record_life(&there, 7, true, guard);
		record_same(&want, &got);
		free(got.list);
	}
	free(want.list);
}

static void test_rsn(void **state)
{
	(void)state;
	compare(&rsn, "ext/rsnihv", false, REPETITIONS);
}

static void test_template(void **state)
{
	(void)state;
	compare(&template, "sdk/template/template", false, REPETITIONS / 3);
}

/* Page guards disturb nobody who does nothing wrong. */
static void test_guard(void **state)
{
	(void)state;
	compare(&rsn, "ext/rsnihv", true, 3);
	compare(&template, "sdk/template/template", true, 3);
}

/* And they see what they see here, of the same modules. */
static void trespasses(const char *name)
{
	char here_name[64], there_name[64];

	snprintf(here_name, sizeof(here_name), "tests/modules/%s.so", name);
	snprintf(there_name, sizeof(there_name), "tests/wine/%s", name);
	const struct subject s = {here_name, NULL, "open", true}, t = of_windows(&s, there_name);
	struct record here = record_life(&s, 3, false, true);
	struct record there = record_life(&t, 3, true, true);
	size_t i, n = record_keep_trespasses(&here);

	print_message("%s: %zu\n", name, n);
	assert_true(n > 3);
	assert_int_equal(record_keep_trespasses(&there), n);
	for (i = 0; i < n; i++) {
		assert_memory_equal(here.list[i].arg, there.list[i].arg, sizeof(here.list[i].arg));
		assert_int_equal(here.list[i].time, there.list[i].time);
	}
	free(here.list);
	free(there.list);
}

static void test_trespasses(void **state)
{
	(void)state;
	trespasses("touchy_port");
	trespasses("touchy_freed");
	trespasses("touchy_kept_networks");
}

/* ---- Ends. ---- */

struct told {
	enum module_event_id id;
	enum module_end end;
	uint32_t code;
	enum crossing_fn handler;
};

struct stage {
	struct told list[32];
	unsigned count;
};

static void on_event(void *user, const struct module_event *e)
{
	struct stage *s = (struct stage *)((struct world *)user)->config.user;

	if (s->count < sizeof(s->list) / sizeof(s->list[0]))
		s->list[s->count++] = (struct told){e->id, e->end, e->code, e->handler};
}

static void configure(struct world *w, struct host_config *hc)
{
	(void)w;
	hc->event = on_event;
	hc->handler_deadline_ms = 300;
}

static void open_stage(struct world *w, struct stage *s, const struct subject *subject)
{
	const struct world_config config = {.module = subject->module,
		.security = subject->security,
		.aps = {subject->radio},
		.isolated = true,
		.breaks_rules = true,
		.configure = configure,
		.user = s};

	memset(s, 0, sizeof(*s));
	world_open(w, &config);
	world_arrive(w, 0);
}

/* It has the same 5 chances as any, and its end is told as what it was. */
static void dies_with(const char *name, enum module_end end, uint32_t code)
{
	char path[64];
	const struct told *e;
	struct stage s;
	struct world w;
	unsigned i;

	print_message("%s\n", name);
	snprintf(path, sizeof(path), "tests/wine/%s", name);
	const struct subject subject = of_windows(&template, path);
	open_stage(&w, &s, &subject);
	assert_int_equal(host_connect(w.adapters[0].host, w.profile), 0);
	assert_true(world_wait(&w, 0, NOTICE_CONNECT_FAILED, 0));
	for (i = 0, e = s.list; i < DEATHS; i++) {
		assert_int_equal(e++->id, MODULE_STARTED);
		if (end == MODULE_KILLED)
			assert_int_equal(e++->id, MODULE_TIMED_OUT);
		assert_int_equal(e->id, MODULE_STOPPED_UNEXPECTEDLY);
		assert_int_equal(e->end, end);
		assert_int_equal(e->code, code);
		assert_int_equal(e++->handler, FN_PERFORM_PRE_ASSOCIATE);
	}
	assert_int_equal(s.count, e - s.list);
	assert_int_equal(w.incarnations, DEATHS);
	assert_int_equal(proxy_pid(w.module), 0);
	world_close(&w);
	no_child_left();
}

static void test_exceptions(void **state)
{
	(void)state;
	dies_with("end_write", MODULE_EXCEPTION, 0xC0000005);
	dies_with("end_jump", MODULE_EXCEPTION, 0xC0000005);
	dies_with("end_thread", MODULE_EXCEPTION, 0xC0000005);
	dies_with("end_raise", MODULE_EXCEPTION, 0xE0001234);
	dies_with("end_overflow", MODULE_EXCEPTION, 0xC00000FD);
}

static void test_exit(void **state)
{
	(void)state;
	dies_with("end_exit", MODULE_EXITED, 3);
}

static void test_hang(void **state)
{
	(void)state;
	dies_with("end_hang", MODULE_KILLED, 0);
}

/* Real time: Wine's server has to see that its client is gone, and holds its pipes until then. */
static void await_its_end(const struct world *w)
{
	struct pollfd fd = {.fd = w->module->ops->descriptor(w->module), .events = POLLIN};

	assert_int_equal(poll(&fd, 1, 10000), 1);
}

/* Killed from outside; the next one comes, and works. */
static void test_killed(void **state)
{
	const struct subject subject = of_windows(&rsn, "ext/rsnihv");
	struct stage s;
	struct world w;

	(void)state;
	open_stage(&w, &s, &subject);
	world_connect(&w, 0);
	world_ping(&w, 0);
	kill(proxy_pid(w.module), SIGKILL);
	await_its_end(&w);
	assert_true(world_wait(&w, 0, NOTICE_ADAPTER_LOST, 0));
	assert_int_equal(s.list[1].end, MODULE_SIGNALLED);
	assert_int_equal(s.list[1].code, SIGKILL);
	world_recover(&w, 0);
	assert_int_equal(w.incarnations, 2);
	world_close(&w);
	no_child_left();
}

/* Wine's server goes, and the worker as soon as it needs that; the next one has a new server. */
static void test_server_killed(void **state)
{
	const struct subject subject = of_windows(&rsn, "ext/rsnihv");
	struct stage s;
	struct world w;

	(void)state;
	open_stage(&w, &s, &subject);
	world_connect(&w, 0);
	kill(wine_server_pid(wine), SIGKILL);
	assert_int_equal(host_disconnect(w.adapters[0].host), 0);
	world_rest(&w, NS_PER_S);
	if (w.adapters[0].told[NOTICE_ADAPTER_LOST] == 0)
		assert_int_equal(host_connect(w.adapters[0].host, w.profile), 0);
	world_recover(&w, 0);
	assert_int_equal(w.adapters[0].told[NOTICE_ADAPTER_LOST], 1);
	assert_int_equal(w.incarnations, 2);
	world_close(&w);
	no_child_left();
}

/* What the kernel here gives a worker of Linux, it gives that of Windows, but for the filter. */
static void test_sandbox(void **state)
{
	const unsigned both = SANDBOX_NETWORK | SANDBOX_LANDLOCK | SANDBOX_NO_PRIVILEGES;
	const struct subject subject = of_windows(&template, "sdk/template/template");
	unsigned native;
	struct stage s;
	struct world w;

	(void)state;
	open_stage(&w, &s, &template);
	native = w.sandbox;
	world_close(&w);
	open_stage(&w, &s, &subject);
	assert_int_equal(w.sandbox & both, native & both);
	world_close(&w);
}

/* ---- The surroundings. ---- */

static int begin(void **state)
{
	char err[WINE_ERROR_SIZE];

	(void)state;
	if (wine_open(&wine, err, sizeof(err)) == 0)
		return 0;
	print_error("%s\n", err);
	return -1;
}

static int finish(void **state)
{
	char prefix[4096];

	(void)state;
	snprintf(prefix, sizeof(prefix), "%s", wine_prefix(wine));
	wine_close(wine);
	no_child_left();
	return wine_server_of(prefix) || wine_programs_of(prefix) ? -1 : 0;
}

int main(void)
{
	const char *exe = getenv("OPENIHV_WORKER_EXE");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rsn),
		cmocka_unit_test(test_template),
		cmocka_unit_test(test_guard),
		cmocka_unit_test(test_trespasses),
		cmocka_unit_test(test_exceptions),
		cmocka_unit_test(test_exit),
		cmocka_unit_test(test_hang),
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_server_killed),
		cmocka_unit_test(test_sandbox),
	};

	if (!exe || !strrchr(exe, '/')) {
		printf("OPENIHV_WORKER_EXE does not name openihv-worker.exe of a build for "
		       "Windows\n");
		return SKIPPED;
	}
	snprintf(build, sizeof(build), "%.*s", (int)(strrchr(exe, '/') - exe), exe);
	return cmocka_run_group_tests(tests, begin, finish);
}
