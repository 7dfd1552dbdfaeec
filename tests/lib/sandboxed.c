// SPDX-License-Identifier: BSD-2-Clause
#include "tests/lib/sandboxed.h"
#include "base/syscall.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static struct told *told;

const char *sandboxed_library(void)
{
	static char path[4200];

	snprintf(path, sizeof(path), "%s/tests/elf_module.so", getenv("OPENIHV_BUILD"));
	return path;
}

static _Noreturn void child_main(const struct child *child, int socket)
{
	struct sandbox_config config = {
		.listener_socket = child->alone ? -1 : socket,
		.module = child->module ? child->module : sandboxed_library(),
	};

	if (child->before)
		child->before();
	/* Sanitizers report there. */
	config.keep = (const int[]){STDERR_FILENO};
	config.nkeep = 1;
	told->entered = sandbox_enter(&config, &told->got);
	errno = 0;
	told->result = child->act();
	told->error = errno;
	_exit(0); /* not exit(): LeakSanitizer cannot work in there */
}

static void answer_until_end(struct seen *seen, pid_t pid)
{
	int end = (int)syscall(SYS_pidfd_open, pid, 0u);
	struct pollfd p[] = {
		{.fd = end, .events = POLLIN}, {.fd = seen->listener, .events = POLLIN}};
	struct sandbox_refusal r;

	assert_true(end >= 0);
	while (p[0].revents == 0) {
		assert_true(poll(p, 2, -1) > 0);
		while (seen->listener >= 0 && sandbox_answer(seen->listener, &r))
			if (!seen->refused++) {
				seen->number = r.number;
				snprintf(seen->name, sizeof(seen->name), "%s", r.name);
			}
		if (p[1].revents & POLLHUP)
			p[1].fd = -1;
	}
	close(end);
}

struct seen sandboxed(const struct child *child)
{
	struct seen seen = {.listener = -1};
	int pair[2];
	pid_t pid;

	*told = (struct told){0};
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	pid = fork();
	if (pid == 0)
		child_main(child, pair[1]);
	assert_true(pid > 0);
	close(pair[1]);
	seen.listener = sandbox_receive_listener(pair[0]);
	close(pair[0]);
	answer_until_end(&seen, pid);
	assert_int_equal(waitpid(pid, &seen.status, 0), pid);
	if (seen.listener >= 0)
		close(seen.listener);
	seen.told = *told;
	return seen;
}

void sandboxed_needs(unsigned got, unsigned needs)
{
	char text[256];

	if ((got & needs) == needs)
		return;
	print_message("this system gives: %s\n", sandbox_text(got, text, sizeof(text)));
	skip();
}

static void attempt(void **state)
{
	const struct attempt *a = *state;
	struct seen seen = sandboxed(&(struct child){.act = a->act});
	bool watched = seen.told.got & SANDBOX_SEEN;

	assert_int_equal(seen.told.entered, 0);
	sandboxed_needs(seen.told.got, a->needs);
	if (a->signal) {
		assert_true(WIFSIGNALED(seen.status));
		assert_int_equal(WTERMSIG(seen.status), a->signal);
		return;
	}
	assert_int_equal(seen.status, 0);
	if (a->error)
		assert_int_equal(seen.told.result, -1);
	else
		assert_int_equal(seen.told.result, 0);
	if (a->error)
		assert_int_equal(seen.told.error, a->error);
	if (seen.refused && !a->call)
		print_message("refused: %s\n", seen.name);
	assert_int_equal(seen.refused, a->call && watched ? 1 : 0);
	if (a->call && watched) {
		assert_string_equal(seen.name, a->call);
		assert_string_equal(system_call_name(seen.number), a->call);
	}
}

int sandboxed_run(const struct attempt *attempts, size_t count, const struct CMUnitTest *others,
	size_t nothers)
{
	struct CMUnitTest *tests = calloc(count + nothers, sizeof(*tests));
	size_t i;
	int failed;

	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!tests || told == MAP_FAILED)
		return 1;
	for (i = 0; i < count; i++)
		tests[i] = (struct CMUnitTest){.name = attempts[i].name,
			.test_func = attempt,
			.initial_state = (void *)(uintptr_t)&attempts[i]};
	for (i = 0; i < nothers; i++)
		tests[count + i] = others[i];
	/* What cmocka_run_group_tests() is for an array whose length is not in its type. */
	failed = _cmocka_run_group_tests("sandbox", tests, count + nothers, NULL, NULL);
	free(tests);
	return failed;
}
