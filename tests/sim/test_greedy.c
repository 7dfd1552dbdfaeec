// SPDX-License-Identifier: BSD-2-Clause
/*
 * A module that wants too much, in a worker with its sandbox.
 *
 *     test -- host == pipes == openihv-worker -- tests/modules/greedy.so
 *              |   <- listener -  (system call filter, Landlock, limits)
 *           adapter ~~ station ~~ open AP
 *
 * What this kernel has no measure against is not asked for; the test says what was left out.
 */
#include "tests/lib/world.h"

#include <errno.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/modules/greedy.h"
#include "worker/sandbox.h"

#define LEFT_BEHIND "/tmp/openihv-greedy"
#define UNTOLD      UINT32_MAX

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1 /* the sandbox then sets no limit on memory */
#else
#define SANITIZED 0
#endif

/* Each attempt, and what it has to come to. */
static const struct expectation {
	const char *name;
	unsigned needs; /* SANDBOX_* */
	uint32_t error;
	long call; /* that the host has to see refused; -1: none */
} expected[GREEDY_END] = {
	[GREEDY_WRITE_FILE] = {"write a file", SANDBOX_FILTER, EPERM, SYS_openat},
	[GREEDY_READ_SECRET] = {"read a secret", SANDBOX_LANDLOCK, EACCES, -1},
	[GREEDY_SOCKET] = {"make a socket", SANDBOX_FILTER, EPERM, SYS_socket},
	[GREEDY_FORK] = {"make a process", SANDBOX_FILTER, EPERM, SYS_clone},
	[GREEDY_EXEC] = {"run a program", SANDBOX_FILTER, EPERM, SYS_execve},
	[GREEDY_PTRACE] = {"trace the host", SANDBOX_FILTER, EPERM, SYS_ptrace},
	[GREEDY_KILL] = {"signal the host", SANDBOX_FILTER, EPERM, SYS_kill},
	[GREEDY_MEMORY] = {"take memory", SANDBOX_LIMITS, ENOMEM, -1},
	[GREEDY_THREADS] = {"take threads", SANDBOX_THREADS, EAGAIN, -1},
	[GREEDY_DESCRIPTORS] = {"take descriptors", SANDBOX_LIMITS, EMFILE, -1},
};

/* What the module told, by attempt. */
static struct {
	uint32_t errors[GREEDY_END];
	void (*notice)(void *user, struct host_adapter *a, const struct host_notice *n);
} heard;

static void on_notice(void *user, struct host_adapter *a, const struct host_notice *n)
{
	uint32_t error;

	if (n->type == NOTICE_NOTIFICATION && n->reason < GREEDY_END &&
		n->length == sizeof(error)) {
		memcpy(&error, n->data, sizeof(error));
		heard.errors[n->reason] = error;
	}
	heard.notice(user, a, n);
}

static void configure(struct world *w, struct host_config *hc)
{
	unsigned i;

	(void)w;
	heard.notice = hc->notice;
	hc->notice = on_notice;
	hc->handler_deadline_ms = 120000; /* it computes, and a sanitizer takes its time */
	for (i = 0; i < GREEDY_END; i++)
		heard.errors[i] = UNTOLD;
}

/* The next refusal in the record; 0: there is none. */
static uint32_t next_refusal(const struct world *w, size_t *at)
{
	for (; *at < w->ncrossings; ++*at) {
		const struct crossing *x = &w->crossings[*at];

		if (x->fn != FN_MODULE_TRESPASS)
			continue;
		assert_int_equal(x->module_trespass.what, TRESPASS_SYSTEM);
		assert_int_equal(x->module_trespass.function, CROSSING_NO_FUNCTION);
		return w->crossings[(*at)++].module_trespass.code;
	}
	return 0;
}

/* One round of attempts, from crossing *at on. */
static void judge(const struct world *w, size_t *at)
{
	unsigned i;

	for (i = 1; i < GREEDY_END; i++) {
		const struct expectation *e = &expected[i];

		assert_int_not_equal(heard.errors[i], UNTOLD);
		if ((w->sandbox & e->needs) != e->needs || (SANITIZED && i == GREEDY_MEMORY)) {
			print_message("nothing here to refuse: %s\n", e->name);
			continue;
		}
		if (heard.errors[i] != e->error)
			fail_msg("%s: error %u", e->name, heard.errors[i]);
		if (e->call >= 0 && w->sandbox & SANDBOX_SEEN)
			assert_int_equal(next_refusal(w, at), e->call);
	}
	assert_int_equal(next_refusal(w, at), 0);
}

static void test_attempts(void **state)
{
	const struct world_config config = {.module = "tests/modules/greedy.so",
		.aps = {"open"},
		.isolated = true,
		.configure = configure};
	char text[256];
	struct world w;
	size_t at = 0;
	unsigned i;

	(void)state;
	unlink(LEFT_BEHIND);
	world_open(&w, &config);
	print_message("%s\n", sandbox_text(w.sandbox, text, sizeof(text)));
	assert_int_equal(w.sandbox & SANDBOX_DESCRIPTORS, SANDBOX_DESCRIPTORS);
	assert_int_equal(w.sandbox & SANDBOX_NO_PRIVILEGES, SANDBOX_NO_PRIVILEGES);
	assert_int_equal(w.sandbox & SANDBOX_LIMITS, SANDBOX_LIMITS);
	world_arrive(&w, 0);
	/* It survives what it was refused, connects, and is refused it again. */
	for (i = 0; i < 2; i++) {
		world_connect(&w, 0);
		world_ping(&w, 0);
		judge(&w, &at);
		world_disconnect(&w, 0);
	}
	assert_int_equal(w.incarnations, 1);
	world_close(&w);
	assert_int_equal(access(LEFT_BEHIND, F_OK), -1);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_attempts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
