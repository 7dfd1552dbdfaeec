// SPDX-License-Identifier: BSD-2-Clause
/*
 * The two ends of the pipes alone, without a host: who goes on reading, how a process has ended,
 * what is left behind.
 *
 *     test == pipes == openihv-worker -- ordered.so
 *
 * Processes and their pipes have no virtual time: where something must not hang, it ends by the
 * time limit of the test.
 */
#include "tests/lib/world.h"

#include <dirent.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/modules/ordered.h"
#include "worker/proxy.h"
#include "worker/worker.h"

#define RESTARTS 50
#define WAIT_MS  10000

static struct module *module;
static _Atomic unsigned calls; /* of FreeBuffer */
static unsigned refusals;
static bool kill_in_call, slow_call;

static void await_death(void)
{
	siginfo_t info;

	assert_int_equal(waitid(P_PID, (id_t)proxy_pid(module), &info, WEXITED | WNOWAIT), 0);
}

static DWORD function(void *user, struct function_call *call)
{
	(void)user;
	(void)call;
	calls++;
	if (kill_in_call) {
		kill(proxy_pid(module), SIGSEGV);
		await_death();
	}
	if (slow_call)
		poll(NULL, 0, 20);
	return ERROR_SUCCESS;
}

static void trespass(void *user, const struct module_trespass_info *info)
{
	(void)user;
	refusals += info->what == TRESPASS_SYSTEM;
}

static bool init_service(void)
{
	struct handler_call c = {.fn = FN_INIT_SERVICE, .init_service = {0, module->functions, 0}};

	module->ops->call(module, &c);
	return !c.lost && c.result == ERROR_SUCCESS;
}

static int open_ordered(void **state)
{
	char *program = strdup(world_built("openihv-worker"));
	const struct worker_config config = {.program = program};
	char err[256] = "";

	(void)state;
	calls = refusals = 0;
	kill_in_call = slow_call = false;
	if (worker_open(
		    world_built("tests/modules/ordered.so"), &config, &module, err, sizeof(err)))
		fail_msg("%s", err);
	free(program);
	module->function = function;
	module->trespass = trespass;
	assert_true(init_service());
	return 0;
}

static int close_ordered(void **state)
{
	(void)state;
	module->ops->close(module);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
	return 0;
}

/* False: the module died. */
static bool order_for(enum order order, BYTE *out, DWORD size, DWORD *returned)
{
	BYTE in = (BYTE)order;
	struct handler_call c = {.fn = FN_CONTROL, .control = {1, &in, size, out, returned}};

	module->ops->call(module, &c);
	free(c.views.list);
	return !c.lost;
}

static bool order(enum order what)
{
	DWORD returned = 0;

	return order_for(what, NULL, 0, &returned);
}

static void assert_ended(enum module_end end, uint32_t code)
{
	struct module_death death;

	assert_true(module->ended);
	module->ops->death(module, &death);
	assert_int_equal(death.end, end);
	assert_int_equal(death.code, code);
}

/* ---- Who reads. ---- */

static void *call_and_wait(void *unused)
{
	assert_true(order(ORDER_CALL_AND_WAIT));
	return unused;
}

/*
 * A handler has read the answer to its own call itself, and then waits for what another handler
 * brings: somebody has to read the call of that. The answer takes longer than the worker's other
 * threads look on for.
 */
static void test_handler_waits_for_another(void **state)
{
	pthread_t thread;
	unsigned i;

	(void)state;
	slow_call = true;
	for (i = 1; i <= 5; i++) {
		assert_int_equal(pthread_create(&thread, NULL, call_and_wait, NULL), 0);
		while (calls < i)
			sched_yield();
		poll(NULL, 0, 60); /* until it has its answer: there is nothing to see then */
		assert_true(order(ORDER_GO));
		pthread_join(thread, NULL);
	}
}

static bool wait_readable(void)
{
	struct pollfd fd = {.fd = module->ops->descriptor(module), .events = POLLIN};

	return poll(&fd, 1, WAIT_MS) == 1;
}

/* Threads of the module's alone, while no handler is open: each call is answered. */
static void test_many_callers(void **state)
{
	unsigned round;

	(void)state;
	for (round = 1; round <= 5; round++) {
		assert_true(order(ORDER_THREADS));
		for (;;) {
			/* So much at a time; and first what came along with the return. */
			while (module->ops->pump(module))
				;
			if (calls >= round * 8 * 500)
				break;
			assert_true(wait_readable());
		}
	}
}

/* ---- Refused system calls. ---- */

/* A thread of the module's stands still until its refusal is answered: descriptor() tells of it. */
static void test_refused_between_calls(void **state)
{
	(void)state;
	assert_true(order(ORDER_REFUSED_LATER));
	while (calls == 0) {
		assert_true(wait_readable());
		module->ops->pump(module);
	}
	assert_int_equal(refusals, 1);
}

/* So does one that is being unloaded: it is not taken for one that hangs. */
static void test_refused_at_the_end(void **state)
{
	struct handler_call deinit = {.fn = FN_DEINIT_SERVICE};
	uint64_t began;

	assert_true(order(ORDER_REFUSED_AT_END));
	module->ops->call(module, &deinit); /* else it is not unloaded */
	began = monotonic_ns();
	close_ordered(state);
	assert_true(monotonic_ns() - began < UINT64_C(1500000000));
	open_ordered(state);
}

/* ---- How it ended. ---- */

/* Between two calls; the next finds its pipe closed. */
static void test_crash_between_calls(void **state)
{
	(void)state;
	kill(proxy_pid(module), SIGSEGV);
	await_death();
	assert_false(order(ORDER_NOTHING));
	assert_ended(MODULE_SIGNALLED, SIGSEGV);
}

/* While the host is at work for it; the answer finds no reader. */
static void test_crash_in_a_function(void **state)
{
	(void)state;
	kill_in_call = true;
	assert_false(order(ORDER_FREE));
	assert_ended(MODULE_SIGNALLED, SIGSEGV);
}

static void on_signal(int number)
{
	(void)number;
}

/* The program has signals of its own; the module closes its pipes some time before it ends. */
static void test_signals(void **state)
{
	const struct itimerval often = {{0, 5000}, {0, 5000}}, never = {0};
	const struct sigaction action = {.sa_handler = on_signal};
	struct sigaction alarm_before, child_before;

	(void)state;
	assert_int_equal(sigaction(SIGALRM, &action, &alarm_before), 0);
	assert_int_equal(sigaction(SIGCHLD, &action, &child_before), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	assert_false(order(ORDER_CLOSE_AND_STAY));
	setitimer(ITIMER_REAL, &never, NULL);
	sigaction(SIGALRM, &alarm_before, NULL);
	sigaction(SIGCHLD, &child_before, NULL);
	assert_ended(MODULE_EXITED, 3);
}

/* A program may be started with SIGCHLD ignored, and its children then leave no status. */
static void test_children_ignored(void **state)
{
	close_ordered(state);
	signal(SIGCHLD, SIG_IGN);
	open_ordered(state);
	assert_false(order(ORDER_EXIT));
	assert_ended(MODULE_EXITED, 3);
	signal(SIGCHLD, SIG_DFL);
}

/* ---- What it costs. ---- */

/* Calls that wait for an open handler to return are kept, but not without end. */
static void test_flood(void **state)
{
	(void)state;
	module->orderly = true;
	assert_false(order(ORDER_FLOOD));
	assert_ended(MODULE_GARBLED, 0);
}

static unsigned open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static void test_restarts(void **state)
{
	struct handler_call load = {.fn = FN_MODULE_LOADED};
	const unsigned before = open_descriptors();
	unsigned i;

	(void)state;
	for (i = 0; i < RESTARTS; i++) {
		assert_false(order(ORDER_EXIT));
		assert_ended(MODULE_EXITED, 3);
		module->ops->call(module, &load);
		assert_int_equal(load.result, ERROR_SUCCESS);
		assert_true(init_service());
		assert_int_equal(open_descriptors(), before);
	}
}

/* ---- What it gets. ---- */

static void test_surroundings(void **state)
{
	BYTE out[4096 + CONTROL_GUARD];
	DWORD n = 0;
	const char *v;

	close_ordered(state);
	setenv("OPENIHV_TEST_PASSWORD", "secret", 1);
	setenv("TZ", "Etc/UTC", 1);
	open_ordered(state);
	unsetenv("OPENIHV_TEST_PASSWORD");
	assert_true(order_for(ORDER_ENVIRONMENT, out, 4096, &n));
	for (v = (char *)out; v < (char *)out + n; v += strlen(v) + 1)
		assert_null(strstr(v, "secret"));
	assert_non_null(memmem(out, n, "TZ=Etc/UTC", sizeof("TZ=Etc/UTC")));
	assert_int_equal(getsid(proxy_pid(module)), proxy_pid(module)); /* no terminal */
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_ordered, close_ordered)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_handler_waits_for_another),
		TEST(test_many_callers),
		TEST(test_refused_between_calls),
		TEST(test_refused_at_the_end),
		TEST(test_crash_between_calls),
		TEST(test_crash_in_a_function),
		TEST(test_signals),
		TEST(test_children_ignored),
		TEST(test_flood),
		TEST(test_restarts),
		TEST(test_surroundings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
