// SPDX-License-Identifier: BSD-2-Clause
/*
 * What a carrier tells of the place where its module is, and how its clocks jump.
 *
 *     test == pipes == openihv-worker -- probed.so        and the same without pipes
 *
 * No host: the module holds what it is told to, and each probe has to see just that.
 */
#include "tests/lib/world.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

#include "module/inproc.h"
#include "tests/modules/probed.h"
#include "worker/proxy.h"
#include "worker/worker.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1 /* the heap is a sanitizer's: nobody counts, and nothing lies where it does */
#else
#define SANITIZED 0
#endif

#define HOUR (INT64_C(3600) * 1000000000)

static struct module *module;
static _Atomic bool called; /* FreeBuffer */

static DWORD function(void *user, struct function_call *call)
{
	(void)user;
	called = true;
	if (call->fn == FN_ALLOCATE_BUFFER)
		*call->allocate_buffer.buffer = call->allocate_buffer.token;
	call->free_buffer.release = call->fn == FN_FREE_BUFFER && call->free_buffer.buffer;
	return ERROR_SUCCESS;
}

static void start_service(void)
{
	struct handler_call c = {.fn = FN_INIT_SERVICE, .init_service = {0, module->functions, 0}};

	called = false;
	module->function = function;
	module->ops->call(module, &c);
	assert_false(c.lost);
	assert_int_equal(c.result, ERROR_SUCCESS);
}

static int open_worker(void **state)
{
	char *program = strdup(world_built("openihv-worker"));
	const struct worker_config config = {.program = program};
	char err[256] = "";

	(void)state;
	if (worker_open(world_built("tests/modules/probed.so"), &config, &module, err, sizeof(err)))
		fail_msg("%s", err);
	free(program);
	start_service();
	return 0;
}

static int open_here(void **state)
{
	char err[256] = "";

	(void)state;
	if (inproc_open(world_built("tests/modules/probed.so"), NULL, &module, err, sizeof(err)))
		fail_msg("%s", err);
	start_service();
	return 0;
}

static int close_module(void **state)
{
	(void)state;
	module->ops->close(module);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
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
	assert_int_equal(c.result, ERROR_SUCCESS);
	assert_int_equal(returned, size);
	if (size)
		memcpy(out, answer, size);
}

static void order(enum probed what)
{
	order_for(what, NULL, 0);
}

static int probe(struct module_probe *p)
{
	return module->ops->probe(module, p);
}

/* ---- PROBE_USAGE ---- */

static struct module_usage usage(void)
{
	struct module_probe p = {.what = PROBE_USAGE};

	assert_int_equal(probe(&p), 0);
	return p.usage;
}

/* What an order adds to each number. */
static void adds(enum probed what, int blocks, int bytes, int threads, int descriptors)
{
	const struct module_usage before = usage();
	struct module_usage after;

	order(what);
	after = usage();
	assert_int_equal(after.threads, before.threads + (uint64_t)(int64_t)threads);
	assert_int_equal(after.descriptors, before.descriptors + (uint64_t)(int64_t)descriptors);
	if (SANITIZED) {
		assert_true(after.heap_blocks == MODULE_UNKNOWN);
		assert_true(after.heap_bytes == MODULE_UNKNOWN);
		return;
	}
	assert_int_equal(after.heap_blocks, before.heap_blocks + (uint64_t)(int64_t)blocks);
	assert_int_equal(after.heap_bytes, before.heap_bytes + (uint64_t)(int64_t)bytes);
}

static void test_heap(void **state)
{
	const int size = PROBED_SIZE;
	unsigned i;

	(void)state;
	order(PROBED_BLOCK_IN_THREAD); /* the first thread's stack has blocks of its own */
	for (i = 0; i < 20; i++)
		adds(PROBED_BLOCK, 1, size, 0, 0);
	adds(PROBED_NOTHING, 0, 0, 0, 0);
	adds(PROBED_BLOCK_GROWS, 0, size, 0, 0);
	adds(PROBED_UNBLOCK, -1, -2 * size, 0, 0);
	adds(PROBED_BLOCK_BY_LIBRARY, 1, size, 0, 0);
	adds(PROBED_UNBLOCK, -1, -size, 0, 0);
	adds(PROBED_BLOCK_IN_THREAD, 1, size, 0, 0);
	adds(PROBED_UNBLOCK, -1, -size, 0, 0);
	adds(PROBED_BUFFER, 0, 0, 0, 0);
	for (i = 0; i < 20; i++)
		adds(PROBED_UNBLOCK, -1, -size, 0, 0);
}

static void test_threads(void **state)
{
	unsigned i;

	(void)state;
	assert_int_equal(usage().threads, 0);
	/* Their stacks, too, are the module's; afterwards they are kept. */
	for (i = 0; i < 3; i++)
		order(PROBED_THREAD);
	assert_int_equal(usage().threads, 3);
	for (i = 0; i < 3; i++)
		order(PROBED_UNTHREAD);
	assert_int_equal(usage().threads, 0);
	for (i = 0; i < 200; i++) {
		adds(PROBED_THREAD, 0, 0, 1, 0);
		adds(PROBED_UNTHREAD, 0, 0, -1, 0);
	}
}

static void test_descriptors(void **state)
{
	unsigned i;

	(void)state;
	for (i = 0; i < 20; i++)
		adds(PROBED_DESCRIPTOR, 0, 0, 0, 1);
	for (i = 0; i < 20; i++)
		adds(PROBED_UNDESCRIPTOR, 0, 0, 0, -1);
}

/* Asked for until it is there: the time limit of the test is the only other end. */
static void test_cpu(void **state)
{
	uint64_t before, now;

	(void)state;
	order(PROBED_THREAD);
	before = usage().cpu_ns;
	while ((now = usage().cpu_ns) != before) /* until it sleeps */
		before = now;
	assert_true(before < PROBED_CPU_NS);
	order(PROBED_COMPUTE);
	do
		now = usage().cpu_ns;
	while (now < PROBED_CPU_NS);
	order(PROBED_UNTHREAD);
	assert_int_equal(usage().cpu_ns, 0);
}

/* ---- PROBE_SCAN ---- */

static struct module_found scan(void)
{
	struct module_probe p = {.what = PROBE_SCAN, .scan.count = 2};
	volatile uint8_t canary[PROBED_CANARY];
	size_t i;

	for (i = 0; i < sizeof(canary); i++)
		canary[i] = probed_canary(i);
	module_needle_set(&p.scan.needles[0], (const uint8_t *)canary, sizeof(canary), 7);
	/* A beginning of it is wherever it is. */
	module_needle_set(&p.scan.needles[1], (const uint8_t *)canary, MODULE_NEEDLE_MIN, 8);
	assert_int_equal(probe(&p), 0);
	assert_true(p.scan.bytes > 100000);
	assert_int_equal(p.scan.found[0].count, p.scan.found[1].count);
	assert_int_equal(p.scan.found[0].first, p.scan.found[1].first);
	return p.scan.found[0];
}

static void finds(enum probed what, enum module_place place)
{
	struct module_found found;

	print_message("%d\n", what);
	assert_int_equal(scan().count, 0);
	order(what);
	found = scan();
	assert_int_equal(found.count, 1);
	assert_int_equal(found.first, place);
	order(PROBED_CANARY_WIPE);
}

static void test_scan_here(void **state)
{
	struct module_probe p = {.what = PROBE_SCAN};

	(void)state;
	assert_int_equal(probe(&p),
		-ENOTSUP); /* the host's own secrets are in this process, or too much is */
}

static void test_scan(void **state)
{
	(void)state;
	if (SANITIZED) {
		test_scan_here(state);
		return;
	}
	finds(PROBED_CANARY_HEAP, PLACE_HEAP);
	finds(PROBED_CANARY_LARGE, PLACE_HEAP);
	finds(PROBED_CANARY_ARENA, PLACE_HEAP);
	finds(PROBED_CANARY_DATA, PLACE_DATA);
	finds(PROBED_CANARY_STACK, PLACE_STACK);
	order(PROBED_UNTHREAD);
	assert_int_equal(scan().count, 0);
	order(PROBED_CANARY_CONST);
	assert_int_equal(scan().count, 0);
	order(PROBED_CANARY_WIPE);
	order(PROBED_CANARY_ENDED);
	assert_int_equal(scan().count, 1);
	assert_int_equal(scan().first, PLACE_STACK);
}

/* ---- PROBE_CLOCK ---- */

static int64_t now(clockid_t clock)
{
	struct timespec ts;

	assert_int_equal(clock_gettime(clock, &ts), 0);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void jump(int64_t ns, bool wall, bool monotonic)
{
	struct module_probe p = {.what = PROBE_CLOCK, .clock = {ns, wall, monotonic}};

	assert_int_equal(probe(&p), 0);
}

/* The module read it between two readings of ours; 2 s for those that are coarse. */
static void between(int64_t value, int64_t before, int64_t jumped, int64_t after)
{
	const int64_t coarse = INT64_C(2000000000);

	assert_true(value >= before + jumped - coarse);
	assert_true(value <= after + jumped + coarse);
}

static void clocks_are(int64_t wall, int64_t monotonic)
{
	const int64_t before = now(CLOCK_REALTIME), started = now(CLOCK_MONOTONIC),
		      booted = now(CLOCK_BOOTTIME);
	struct probed_clocks c;
	int64_t after, last;

	order_for(PROBED_CLOCKS, &c, sizeof(c));
	after = now(CLOCK_REALTIME);
	between(c.wall, before, wall, after);
	between(c.coarse, before, wall, after);
	between(c.day, before, wall, after);
	between(c.seconds, before, wall, after);
	between(c.c11, before, wall, after);
	last = now(CLOCK_MONOTONIC);
	between(c.monotonic, started, monotonic, last);
	between(c.boot, booted, monotonic, now(CLOCK_BOOTTIME));
	assert_true(c.cpu < HOUR / 2);
}

/* They take as long as they were to, and not an hour, which would be beyond the test's time. */
static void waits_are_right(void)
{
	struct probed_waits w;
	unsigned i;

	order_for(PROBED_WAITS, &w, sizeof(w));
	for (i = 0; i < PROBED_WAITS_ALL; i++)
		assert_true(w.took[i] >= PROBED_WAIT);
}

static void test_clock(void **state)
{
	(void)state;
	clocks_are(0, 0);
	waits_are_right();
	jump(HOUR, true, false);
	clocks_are(HOUR, 0);
	waits_are_right();
	jump(-3 * HOUR, true, true);
	clocks_are(-2 * HOUR, -3 * HOUR);
	waits_are_right();
	jump(4 * HOUR, false, true);
	clocks_are(-2 * HOUR, HOUR);
	waits_are_right();
	jump(0, true, true);
	jump(2 * HOUR, true, false);
	jump(-HOUR, false, true);
	clocks_are(0, 0);
}

static void test_clock_too_far(void **state)
{
	struct module_probe p = {.what = PROBE_CLOCK, .clock = {INT64_MAX, true, true}};

	(void)state;
	jump(HOUR, true, false);
	assert_int_equal(probe(&p), -EINVAL);
	clocks_are(HOUR, 0);
}

/* ---- When it answers. ---- */

static void *hold(void *unused)
{
	order(PROBED_HOLD);
	return unused;
}

/* A handler is open and sleeps, in a thread that reads no pipe. */
static void test_while_open(void **state)
{
	pthread_t thread;
	unsigned i;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, hold, NULL), 0);
	while (!called)
		poll(NULL, 0, 1);
	for (i = 0; i < 100; i++)
		usage();
	if (module->remote && !SANITIZED)
		assert_int_equal(scan().count, 0);
	order(PROBED_GO);
	pthread_join(thread, NULL);
	usage();
}

static void *ask_often(void *unused)
{
	unsigned i;

	for (i = 0; i < 200; i++)
		usage();
	return unused;
}

/* While calls come and go, and others ask. */
static void test_many_ask(void **state)
{
	pthread_t threads[3];
	unsigned i;

	(void)state;
	for (i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask_often, NULL), 0);
	for (i = 0; i < 300; i++) {
		order(PROBED_BUFFER);
		order(PROBED_NOTHING);
	}
	for (i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
}

static void test_unsound(void **state)
{
	struct module_probe p = {.what = PROBE_SCAN, .scan.count = MODULE_NEEDLES + 1};

	(void)state;
	assert_int_equal(probe(&p), -EINVAL);
	p.scan.count = 1;
	module_needle_set(&p.scan.needles[0], "0123456789", MODULE_NEEDLE_MIN, 1);
	p.scan.needles[0].length = MODULE_NEEDLE_MIN - 1;
	assert_int_equal(probe(&p), -EINVAL);
	p.what = (enum module_probe_what)3;
	assert_int_equal(probe(&p), -EINVAL);
}

/* It does not read; afterwards it does, and answers what was asked last. */
static void test_stopped(void **state)
{
	const pid_t pid = proxy_pid(module);
	struct module_probe p = {.what = PROBE_USAGE};
	int status;

	(void)state;
	assert_int_equal(kill(pid, SIGSTOP), 0);
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_int_equal(probe(&p), -ETIMEDOUT);
	assert_int_equal(probe(&p), -ETIMEDOUT);
	assert_int_equal(kill(pid, SIGCONT), 0);
	assert_int_equal(usage().threads, 0);
	order(PROBED_NOTHING);
}

static void test_dead(void **state)
{
	struct module_probe p = {.what = PROBE_USAGE};
	struct handler_call again = {.fn = FN_MODULE_LOADED};

	(void)state;
	module->ops->kill(module);
	assert_int_equal(probe(&p), -EIO);
	assert_int_equal(probe(&p), -EIO);
	assert_true(module->ended);
	module->ops->call(module, &again);
	assert_int_equal(again.result, ERROR_SUCCESS);
	start_service();
	assert_int_equal(usage().threads, 0);
}

#define IN_WORKER(test) cmocka_unit_test_setup_teardown(test, open_worker, close_module)
#define HERE(test)      cmocka_unit_test_setup_teardown(test, open_here, close_module)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORKER(test_heap),
		HERE(test_heap),
		IN_WORKER(test_threads),
		HERE(test_threads),
		IN_WORKER(test_descriptors),
		HERE(test_descriptors),
		IN_WORKER(test_cpu),
		HERE(test_cpu),
		IN_WORKER(test_scan),
		HERE(test_scan_here),
		IN_WORKER(test_clock),
		HERE(test_clock),
		IN_WORKER(test_clock_too_far),
		IN_WORKER(test_while_open),
		HERE(test_while_open),
		IN_WORKER(test_many_ask),
		IN_WORKER(test_unsound),
		HERE(test_unsound),
		IN_WORKER(test_stopped),
		IN_WORKER(test_dead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
