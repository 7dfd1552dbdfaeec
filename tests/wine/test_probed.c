// SPDX-License-Identifier: BSD-2-Clause
/* Probes of a Windows module: what ../sim/test_probe.c is for Linux. No host. */
#include "tests/lib/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/modules/probed.h"
#include "worker/worker.h"

#define SKIPPED 77
#define HOUR    (INT64_C(3600) * 1000000000)

static char path[4200];
static struct module *module;

static DWORD function(void *user, struct function_call *call)
{
	(void)user;
	(void)call;
	return ERROR_SUCCESS;
}

static int open_module(void **state)
{
	const struct worker_config config = {0};
	struct handler_call c = {.fn = FN_INIT_SERVICE};
	char err[256] = "";

	(void)state;
	if (worker_open(path, &config, &module, err, sizeof(err)))
		fail_msg("%s", err);
	module->function = function;
	c.init_service.functions = module->functions;
	module->ops->call(module, &c);
	assert_false(c.lost);
	assert_int_equal(c.result, ERROR_SUCCESS);
	return 0;
}

static int close_module(void **state)
{
	(void)state;
	module->ops->close(module);
	return 0;
}

static void order_for(enum probed order, void *out, size_t size)
{
	BYTE in = (BYTE)order, answer[sizeof(struct probed_clocks) + CONTROL_GUARD] = {0};
	DWORD returned = 0;
	struct handler_call c = {
		.fn = FN_CONTROL, .control = {1, &in, (DWORD)size, answer, &returned}};

	assert_true(size <= sizeof(answer) - CONTROL_GUARD);
	module->ops->call(module, &c);
	free(c.views.list);
	assert_false(c.lost);
	assert_int_equal(returned, size);
	if (size)
		memcpy(out, answer, size);
}

static void order(enum probed what)
{
	order_for(what, NULL, 0);
}

static struct module_usage usage(void)
{
	struct module_probe p = {.what = PROBE_USAGE};

	assert_int_equal(module->ops->probe(module, &p), 0);
	return p.usage;
}

/* A thread that was waited for may be on its last steps. */
static struct module_usage usage_without_threads(void)
{
	struct module_usage now;

	do
		now = usage();
	while (now.threads);
	return now;
}

static void test_usage(void **state)
{
	struct module_usage first;
	uint64_t before, now;
	unsigned i, exact = 0;

	(void)state;
	order(PROBED_THREAD);
	order(PROBED_UNTHREAD);
	first = usage_without_threads();
	assert_true(first.heap_blocks == MODULE_UNKNOWN && first.heap_bytes == MODULE_UNKNOWN);
	assert_true(first.cpu_ns == MODULE_UNKNOWN);
	assert_true(first.descriptors > 0);
	/* Wine opens and closes handles of its own now and then: one of these in 40 steps is not
	 * the module's. */
	for (i = 1, before = first.descriptors; i <= 20; i++, before = now) {
		order(PROBED_DESCRIPTOR);
		now = usage().descriptors;
		exact += now == before + 1;
	}
	while (--i) {
		order(PROBED_UNDESCRIPTOR);
		now = usage().descriptors;
		exact += now + 1 == before;
		before = now;
	}
	assert_in_range(exact, 38, 40);
	for (i = 1; i <= 3; i++) {
		order(PROBED_THREAD);
		assert_int_equal(usage().threads, i);
	}
	while (--i)
		order(PROBED_UNTHREAD);
	now = usage_without_threads().descriptors;
	assert_in_range(now + 1, first.descriptors, first.descriptors + 2);
}

static struct module_found scan(void)
{
	struct module_probe p = {.what = PROBE_SCAN, .scan.count = 1};
	uint8_t canary[PROBED_CANARY];
	size_t i;

	for (i = 0; i < sizeof(canary); i++)
		canary[i] = probed_canary(i);
	module_needle_set(&p.scan.needles[0], canary, sizeof(canary), 7);
	assert_int_equal(module->ops->probe(module, &p), 0);
	assert_true(p.scan.bytes > 100000);
	return p.scan.found[0];
}

static void finds(enum probed what, enum module_place place)
{
	struct module_found found;

	assert_int_equal(scan().count, 0);
	order(what);
	found = scan();
	assert_int_equal(found.count, 1);
	assert_int_equal(found.first, place);
	order(PROBED_CANARY_WIPE);
}

static void test_scan(void **state)
{
	(void)state;
	finds(PROBED_CANARY_HEAP, PLACE_HEAP);
	finds(PROBED_CANARY_DATA, PLACE_DATA);
	finds(PROBED_CANARY_STACK, PLACE_STACK);
	order(PROBED_UNTHREAD);
	assert_int_equal(scan().count, 0);
}

static void jump(int64_t ns, bool wall, bool monotonic)
{
	struct module_probe p = {.what = PROBE_CLOCK, .clock = {ns, wall, monotonic}};

	assert_int_equal(module->ops->probe(module, &p), 0);
}

/* Half an hour is time enough for a round trip. */
static void near(int64_t value, int64_t expected)
{
	assert_true(value > expected - HOUR / 2 && value < expected + HOUR / 2);
}

static void clocks_are(const struct probed_clocks *first, int64_t wall, int64_t monotonic)
{
	struct probed_clocks c;

	order_for(PROBED_CLOCKS, &c, sizeof(c));
	near(c.wall, first->wall + wall);
	near(c.coarse, first->wall + wall);
	near(c.seconds, first->wall + wall);
	near(c.c11, first->wall + wall);
	near(c.monotonic, first->monotonic + monotonic);
	near(c.boot, first->boot + monotonic);
}

static void test_clock(void **state)
{
	struct probed_clocks first;

	(void)state;
	order_for(PROBED_CLOCKS, &first, sizeof(first));
	near(first.wall, (int64_t)time(NULL) * 1000000000);
	clocks_are(&first, 0, 0);
	jump(2 * HOUR, true, false);
	clocks_are(&first, 2 * HOUR, 0);
	jump(5 * HOUR, false, true);
	clocks_are(&first, 2 * HOUR, 5 * HOUR);
	jump(-3 * HOUR, true, true);
	clocks_are(&first, -HOUR, 2 * HOUR);
}

#define PROBED(test) cmocka_unit_test_setup_teardown(test, open_module, close_module)

int main(void)
{
	const char *exe = getenv("OPENIHV_WORKER_EXE");
	const struct CMUnitTest tests[] = {
		PROBED(test_usage),
		PROBED(test_scan),
		PROBED(test_clock),
	};

	if (!exe || !strrchr(exe, '/')) {
		printf("OPENIHV_WORKER_EXE does not name openihv-worker.exe of a build for "
		       "Windows\n");
		return SKIPPED;
	}
	snprintf(path, sizeof(path), "%.*s/tests/wine/probed.dll", (int)(strrchr(exe, '/') - exe),
		exe);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
