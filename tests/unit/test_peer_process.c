// SPDX-License-Identifier: BSD-2-Clause
/* The process of a peer: what comes and goes, deadlines, and that nothing is left of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "peer/process.h"

#define SOON 10000 /* ms that are never needed */
#define LATE 30    /* ms that are always waited for */

static void start(struct peer_process *p, const char *command)
{
	assert_int_equal(peer_process_start(p, command), 0);
}

static void read_number(struct peer_process *p, pid_t *out)
{
	char text[16] = {0};
	size_t n = 0;

	do
		assert_int_equal(
			peer_process_read(p, (uint8_t *)&text[n], 1, peer_deadline(SOON)), 0);
	while (text[n++] != '\n' && n < sizeof(text) - 1);
	*out = atoi(text);
	assert_true(*out > 0);
}

static void test_echo(void **state)
{
	static uint8_t out[100000], in[100000];
	struct peer_process p;
	int status = -1;

	start(&p, "cat");
	/* Less than what both pipes hold at once: cat writes while we still do. */
	for (size_t n = 0; n < sizeof(out); n += 1000) {
		memset(out + n, (int)(n / 1000), 1000);
		assert_int_equal(peer_process_write(&p, out + n, 1000, peer_deadline(SOON)), 0);
		assert_int_equal(peer_process_read(&p, in + n, 1000, peer_deadline(SOON)), 0);
	}
	assert_memory_equal(in, out, sizeof(out));
	assert_int_equal(peer_process_read(&p, in, 1, peer_deadline(LATE)), -ETIMEDOUT);
	assert_true(peer_process_end(&p, peer_deadline(SOON), &status));
	assert_int_equal(status, 0);
	assert_false(peer_process_end(&p, peer_deadline(SOON), &status));
}

static void test_status(void **state)
{
	struct peer_process p;
	uint8_t byte;
	int status;

	start(&p, "exit 3");
	assert_int_equal(peer_process_read(&p, &byte, 1, peer_deadline(SOON)), -ENODATA);
	assert_true(peer_process_end(&p, peer_deadline(SOON), &status));
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 3);
	start(&p, "kill -KILL $$");
	assert_int_equal(peer_process_read(&p, &byte, 1, peer_deadline(SOON)), -ENODATA);
	assert_true(peer_process_end(&p, peer_deadline(SOON), &status));
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* Writing to one that has gone raises no signal here. */
static void test_gone(void **state)
{
	struct peer_process p;
	uint8_t byte = 0;

	signal(SIGPIPE, SIG_DFL);
	start(&p, "exit 0");
	assert_int_equal(peer_process_read(&p, &byte, 1, peer_deadline(SOON)), -ENODATA);
	assert_int_equal(peer_process_write(&p, &byte, 1, peer_deadline(SOON)), -EPIPE);
	assert_true(peer_process_end(&p, peer_deadline(SOON), NULL));
}

/* One that does not read keeps nobody, and one that does not end is ended. */
static void test_deaf(void **state)
{
	static const uint8_t block[1 << 20];
	struct peer_process p;
	pid_t pid;
	int status = -1;

	start(&p, "trap '' TERM HUP; echo $$; while :; do sleep 100; done");
	read_number(&p, &pid);
	assert_int_equal(pid, p.pid);
	assert_int_equal(
		peer_process_write(&p, block, sizeof(block), peer_deadline(LATE)), -ETIMEDOUT);
	assert_false(peer_process_end(&p, peer_deadline(LATE), &status));
	assert_int_equal(status, -1);
	assert_int_equal(kill(pid, 0), -1);
	assert_int_equal(errno, ESRCH);
	assert_int_equal(waitpid(pid, NULL, WNOHANG), -1);
}

/* Children of the shell end with it, whether it ended by itself or not. */
static void test_group(void **state)
{
	const char *const commands[] = {"sleep 100 & echo $!; exit 0", "sleep 100 & echo $!; wait"};
	struct peer_process p;
	char path[64];
	pid_t child;

	for (size_t i = 0; i < 2; i++) {
		start(&p, commands[i]);
		read_number(&p, &child);
		snprintf(path, sizeof(path), "/proc/%d/stat", child);
		assert_int_equal(
			peer_process_end(&p, peer_deadline(i ? LATE : SOON), NULL), i == 0);
		/* Killed; who reaps it is not our child does that in its own time. */
		for (;;) {
			FILE *f = fopen(path, "r");
			char text[128], *state_at;
			size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

			if (f)
				fclose(f);
			text[n] = '\0';
			state_at = strrchr(text, ')');
			if (!n || (state_at && (state_at[2] == 'Z' || state_at[2] == 'X')))
				break;
		}
	}
}

/* Standard descriptors alone, and none of ours, however it was opened. */
static void test_descriptors(void **state)
{
	const int leak = open("/dev/null", O_RDONLY); /* without O_CLOEXEC */
	struct peer_process p;
	char text[64];
	size_t n = 0;
	uint8_t byte;
	int status;

	snprintf(text, sizeof(text), "test ! -e /proc/$$/fd/%d", leak);
	start(&p, text);
	while (peer_process_read(&p, &byte, 1, peer_deadline(SOON)) == 0)
		n++;
	assert_true(peer_process_end(&p, peer_deadline(SOON), &status));
	assert_int_equal(n, 0);
	assert_int_equal(status, 0);
	close(leak);
}

/* Nothing is shared: processes that were forked have peers of their own, one beside the other. */
static void test_forked(void **state)
{
	struct peer_process own;
	pid_t children[3];
	uint8_t byte = 0;
	int status;

	start(&own, "cat");
	for (uint8_t i = 0; i < 3; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			struct peer_process p;
			bool ok = peer_process_start(&p, "cat") == 0 &&
				  peer_process_write(&p, &i, 1, peer_deadline(SOON)) == 0 &&
				  peer_process_read(&p, &byte, 1, peer_deadline(SOON)) == 0 &&
				  byte == i && peer_process_end(&p, peer_deadline(SOON), &status) &&
				  status == 0;

			_exit(ok ? 0 : 1);
		}
	}
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(peer_process_write(&own, (const uint8_t *)"x", 1, peer_deadline(SOON)), 0);
	assert_int_equal(peer_process_read(&own, &byte, 1, peer_deadline(SOON)), 0);
	assert_int_equal(byte, 'x');
	assert_true(peer_process_end(&own, peer_deadline(SOON), &status));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_echo),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_deaf),
		cmocka_unit_test(test_group),
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_forked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
