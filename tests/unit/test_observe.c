// SPDX-License-Identifier: BSD-2-Clause
/* Children that sleep, run, stop and end, looked at from outside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "worker/observe.h"

struct child {
	pid_t pid;
	int to; /* a byte ends its sleep: it then runs without end */
	struct observer *observer;
};

static void *sleep_for_ever(void *gate)
{
	pthread_mutex_lock(gate);
	return NULL;
}

/* Two threads that sleep, one of which waits for a byte. */
static void child_main(int from)
{
	static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
	static volatile unsigned long turns;
	pthread_t thread;
	char byte;

	pthread_mutex_lock(&gate);
	if (pthread_create(&thread, NULL, sleep_for_ever, &gate) || read(from, &byte, 1) != 1)
		_exit(1);
	for (;;)
		turns++;
}

static int set_up(void **state)
{
	static struct child c;
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	c.pid = fork();
	if (c.pid == 0) {
		close(fds[1]);
		child_main(fds[0]);
	}
	close(fds[0]);
	c.to = fds[1];
	assert_int_equal(observe_new(c.pid, 0, &c.observer), 0);
	*state = &c;
	return 0;
}

static int tear_down(void **state)
{
	struct child *c = *state;

	observe_free(c->observer);
	close(c->to);
	kill(c->pid, SIGKILL);
	waitpid(c->pid, NULL, 0);
	return 0;
}

/* It comes to rest at some time, and is busy at some time: the tests wait for either. */
static void await(const struct child *c, bool rest)
{
	while (observe_at_rest(c->observer) != rest)
		sched_yield();
}

static void test_sleeps(void **state)
{
	const struct child *c = *state;
	unsigned i;

	await(c, true);
	for (i = 0; i < 100; i++)
		assert_true(observe_at_rest(c->observer));
	assert_false(observe_stopped(c->observer));
}

static void test_runs(void **state)
{
	const struct child *c = *state;
	unsigned i;

	await(c, true);
	assert_int_equal(write(c->to, "x", 1), 1);
	await(c, false);
	for (i = 0; i < 100; i++)
		assert_false(observe_at_rest(c->observer));
}

static void test_stopped_or_gone(void **state)
{
	const struct child *c = *state;

	assert_int_equal(write(c->to, "x", 1), 1);
	await(c, false);
	assert_false(observe_stopped(c->observer));
	assert_int_equal(kill(c->pid, SIGSTOP), 0);
	await(c, true);
	assert_true(observe_stopped(c->observer));
	assert_int_equal(kill(c->pid, SIGCONT), 0);
	await(c, false);
	assert_int_equal(kill(c->pid, SIGKILL), 0);
	await(c, true);
}

static void test_second_process(void **state)
{
	const struct child *c = *state;
	struct observer *both;

	/* This one runs, as it looks. */
	assert_int_equal(observe_new(c->pid, getpid(), &both), 0);
	await(c, true);
	assert_false(observe_at_rest(both));
	observe_free(both);
}

static void test_none(void **state)
{
	struct observer *o;
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	assert_int_equal(observe_new(pid, 0, &o), -ESRCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_sleeps, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_runs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_stopped_or_gone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_second_process, set_up, tear_down),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
