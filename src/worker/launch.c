// SPDX-License-Identifier: BSD-2-Clause
#include "worker/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"

#define SOCKET_FD   3 /* where the child finds its end */
#define ARGS_MAX    8
#define NUMBER_SIZE 16

/* What the child tells over .failure: before the program, and again if that does not start. */
struct report {
	int err;
	unsigned sandbox;
};

/* Both ends of what goes to the child; the odd ones are the child's. */
struct ends {
	int in[2], out[2], socket[2], failure[2];
};

static void close_pair(int pair[2])
{
	int i;

	for (i = 0; i < 2; i++)
		if (pair[i] >= 0)
			close(pair[i]);
}

static void close_ends(struct ends *e)
{
	close_pair(e->in);
	close_pair(e->out);
	close_pair(e->socket);
	close_pair(e->failure);
}

static int open_ends(struct ends *e, bool with_socket)
{
	*e = (struct ends){{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}};
	if (pipe2(e->in, O_CLOEXEC) || pipe2(e->out, O_CLOEXEC) || pipe2(e->failure, O_CLOEXEC) ||
		(with_socket && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, e->socket))) {
		int err = -errno;

		close_ends(e);
		return err;
	}
	return 0;
}

/* dup2() to the same number would leave the descriptor to be closed by execve(). */
static int put(int from, int to)
{
	if (from != to)
		return dup2(from, to);
	return fcntl(to, F_SETFD, 0);
}

/* Of a number; async-signal-safe. */
static void write_number(char out[NUMBER_SIZE], pid_t value)
{
	char digits[NUMBER_SIZE];
	int n = 0;

	do
		digits[n++] = (char)('0' + value % 10);
	while (value /= 10);
	while (n)
		*out++ = digits[--n];
	*out = '\0';
}

/* Between fork() and execve(): another thread of ours may have held any lock. */
__attribute__((noreturn)) static void child(
	const struct launch *s, const struct ends *e, char *const *argv)
{
	struct report report = {0};
	int to = fcntl(e->failure[1], F_DUPFD_CLOEXEC, 10);
	int in = fcntl(e->in[0], F_DUPFD_CLOEXEC, 10), out = fcntl(e->out[1], F_DUPFD_CLOEXEC, 10);
	int socket = e->socket[1] >= 0 ? fcntl(e->socket[1], F_DUPFD_CLOEXEC, 10) : -1;
	sigset_t none;

	/* No terminal, into which it could type what its user seems to have typed (TIOCSTI), and
	 * none of the signals from there: when to end, and how, its host decides. */
	setsid();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (put(in, STDIN_FILENO) >= 0 && put(out, STDOUT_FILENO) >= 0 &&
		(socket < 0 || put(socket, SOCKET_FD) >= 0)) {
		if (s->prepare)
			report.sandbox = s->prepare(s->user);
		if (write(to, &report, sizeof(report)) == (ssize_t)sizeof(report))
			execve(s->program, argv, s->envp ? s->envp : environ);
	}
	report.err = errno;
	if (write(to, &report, sizeof(report)) < 0)
		_exit(126);
	_exit(127);
}

/* The failure pipe closes when the program has been started. */
static int await_program(int failure, unsigned *sandbox)
{
	struct report report = {.err = ECHILD}; /* it ended without a word */
	ssize_t n;

	do
		n = read(failure, &report, sizeof(report));
	while (n > 0 || (n < 0 && errno == EINTR));
	*sandbox = report.sandbox;
	return -report.err;
}

int launch(const struct launch *s, struct worker_process *out)
{
	char number[] = {'0' + SOCKET_FD, '\0'}, self[NUMBER_SIZE];
	char *argv[ARGS_MAX + 1];
	struct ends e;
	unsigned i, sandbox = 0;
	pid_t pid;
	int err = open_ends(&e, s->socket);

	if (err)
		return err;
	for (i = 0; s->argv[i] && i < ARGS_MAX; i++)
		argv[i] = strcmp(s->argv[i], "SOCKET") == 0 ? number
			  : strcmp(s->argv[i], "PID") == 0  ? self
							    : s->argv[i];
	argv[i] = NULL;
	pid = fork();
	if (pid == 0) {
		write_number(self, getpid());
		child(s, &e, argv);
	}
	err = pid < 0 ? -errno : 0;
	close(steal_fd(&e.failure[1]));
	if (!err)
		err = await_program(e.failure[0], &sandbox);
	if (!err) {
		*out = (struct worker_process){.pid = pid,
			.to = steal_fd(&e.in[1]),
			.from = steal_fd(&e.out[0]),
			.socket = steal_fd(&e.socket[0]),
			.sandbox = sandbox};
	} else if (pid > 0) {
		waitpid(pid, NULL, 0);
	}
	close_ends(&e);
	return err;
}
