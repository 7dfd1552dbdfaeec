// SPDX-License-Identifier: BSD-2-Clause
#include "peer/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "loop/loop.h"

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

uint64_t peer_deadline(uint32_t ms)
{
	return now() + ms * NS_PER_MS;
}

/* Between fork() and execve(): another thread of ours may have held any lock. */
__attribute__((noreturn)) static void child(const char *command, int end, pid_t parent)
{
	sigset_t none;

	setpgid(0, 0);
	/* Whoever kills the host kills the peer; it may have happened already. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		_exit(126);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	/* Away from 0 to 2, so that neither dup2() closes it. */
	end = fcntl(end, F_DUPFD, 3);
	if (end < 0 || dup2(end, STDIN_FILENO) < 0 || dup2(end, STDOUT_FILENO) < 0)
		_exit(126);
	close_range(STDERR_FILENO + 1, ~0U, 0);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

int peer_process_start(struct peer_process *p, const char *command)
{
	const pid_t self = getpid();
	int ends[2], err = 0;

	memset(p, 0, sizeof(*p));
	p->socket = p->pidfd = -1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return -errno;
	p->socket = ends[0];
	p->pid = fork();
	if (p->pid == 0)
		child(command, ends[1], self);
	if (p->pid < 0) {
		err = -errno;
		p->pid = 0;
	} else {
		/* Here too: who comes first does not matter, both have it done when they go on. */
		setpgid(p->pid, p->pid);
		p->pidfd = (int)syscall(SYS_pidfd_open, p->pid, 0);
		if (p->pidfd < 0)
			err = -errno;
	}
	close(ends[1]);
	if (err)
		peer_process_end(p, 0, NULL);
	return err;
}

/* Until fd is ready for `events`, or has nothing more to say. 0, -ETIMEDOUT, -errno. */
static int await(int fd, short events, uint64_t deadline)
{
	struct pollfd p = {.fd = fd, .events = events};
	int n;

	do {
		const uint64_t time = now();
		const uint64_t left = deadline > time ? deadline - time : 0;
		const struct timespec t = {
			.tv_sec = (time_t)(left / NS_PER_S), .tv_nsec = (long)(left % NS_PER_S)};

		n = ppoll(&p, 1, &t, NULL);
	} while (n < 0 && errno == EINTR);
	return n > 0 ? 0 : n ? -errno : -ETIMEDOUT;
}

int peer_process_write(
	struct peer_process *p, const uint8_t *data, size_t length, uint64_t deadline)
{
	while (length) {
		ssize_t n = send(p->socket, data, length, MSG_NOSIGNAL | MSG_DONTWAIT);
		int err = n < 0 ? -errno : 0;

		if (err == -EAGAIN)
			err = await(p->socket, POLLOUT, deadline);
		if (err == -ECONNRESET)
			err = -EPIPE;
		if (err && err != -EINTR)
			return err;
		if (n > 0) {
			data += n;
			length -= (size_t)n;
		}
	}
	return 0;
}

/* More into the buffer, which is empty. */
static int fill(struct peer_process *p, uint64_t deadline)
{
	for (;;) {
		ssize_t n = recv(p->socket, p->buffer, sizeof(p->buffer), MSG_DONTWAIT);
		int err = n < 0 ? -errno : 0;

		if (n > 0) {
			p->start = 0;
			p->end = (size_t)n;
			return 0;
		}
		if (n == 0 || err == -ECONNRESET)
			return -ENODATA;
		if (err == -EAGAIN)
			err = await(p->socket, POLLIN, deadline);
		if (err && err != -EINTR)
			return err;
	}
}

int peer_process_read(struct peer_process *p, uint8_t *out, size_t length, uint64_t deadline)
{
	while (length) {
		size_t n = p->end - p->start;
		int err = n ? 0 : fill(p, deadline);

		if (err)
			return err;
		n = p->end - p->start;
		if (n > length)
			n = length;
		memcpy(out, p->buffer + p->start, n);
		p->start += n;
		out += n;
		length -= n;
	}
	return 0;
}

bool peer_process_end(struct peer_process *p, uint64_t deadline, int *status)
{
	bool itself = false;
	int how = 0;

	if (p->socket >= 0)
		shutdown(p->socket, SHUT_WR);
	if (p->pid > 0) {
		itself = p->pidfd >= 0 && await(p->pidfd, POLLIN, deadline) == 0;
		/* Not reaped yet, so the number is still its own. */
		kill(-p->pid, SIGKILL);
		kill(p->pid, SIGKILL);
		while (waitpid(p->pid, &how, 0) < 0 && errno == EINTR)
			;
		p->pid = 0;
	}
	if (p->socket >= 0)
		close(p->socket);
	if (p->pidfd >= 0)
		close(p->pidfd);
	p->socket = p->pidfd = -1;
	if (itself && status)
		*status = how;
	return itself;
}
