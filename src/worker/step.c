// SPDX-License-Identifier: BSD-2-Clause
#include "worker/step.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"

unsigned long step_now(void)
{
	return (unsigned long)(monotonic_ns() / 1000000u);
}

void step_nap(unsigned ms)
{
	(void)poll(NULL, 0, (int)ms);
}

static int set_actions(posix_spawn_file_actions_t *actions, int out)
{
	int error = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
	if (!error && out >= 0)
		error = posix_spawn_file_actions_adddup2(actions, out, 1);
	else if (!error)
		error = posix_spawn_file_actions_addopen(actions, 1, "/dev/null", O_WRONLY, 0);
	if (!error)
		error = posix_spawn_file_actions_addopen(actions, 2, "/dev/null", O_WRONLY, 0);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
	// Ours are closed on exec; this is for what whoever started us left open.
	if (!error)
		error = posix_spawn_file_actions_addclosefrom_np(actions, 3);
#endif
	return error;
}

static int set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none, all;
	sigemptyset(&none);
	sigfillset(&all);
	int error = posix_spawnattr_setsigmask(attributes, &none);
	if (!error)
		error = posix_spawnattr_setsigdefault(attributes, &all);
	if (!error)
		error = posix_spawnattr_setflags(attributes,
			POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	return error;
}

static int start(const char *const argv[], char *const envp[], int out, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	if (posix_spawn_file_actions_init(&actions))
		return -ENOMEM;
	if (posix_spawnattr_init(&attributes)) {
		posix_spawn_file_actions_destroy(&actions);
		return -ENOMEM;
	}
	int error = set_actions(&actions, out);
	if (!error)
		error = set_attributes(&attributes);
	if (!error)
		error = posix_spawn(pid, argv[0], &actions, &attributes, (char *const *)argv, envp);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return -error;
}

// Takes what is there; what does not fit is thrown away. False when nothing more can come.
static bool gather(int fd, char *out, size_t room, size_t *got)
{
	char buf[256];
	ssize_t n = read(fd, buf, sizeof(buf));
	for (ssize_t i = 0; i < n && *got + 1 < room; i++)
		out[(*got)++] = buf[i];
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

// The child's status, or 1 while it runs; -ECHILD if somebody else (SIGCHLD ignored) took it.
static int ended(pid_t pid, int *status)
{
	pid_t who = waitpid(pid, status, WNOHANG);
	if (who == pid)
		return 0;
	return who < 0 && errno != EINTR ? -errno : 1;
}

static int wait_for(pid_t pid, unsigned limit, int *fd, char *out, size_t room)
{
	unsigned long end = step_now() + limit;
	size_t got = 0;
	int status = 0, state = 1;
	while (state > 0 && step_now() < end) {
		struct pollfd p = {.fd = *fd, .events = POLLIN};
		// A fifth of the shortest step that there is: no need to be told when it ends.
		if (poll(&p, 1, 5) > 0 && !gather(*fd, out, room, &got)) {
			close(*fd);
			*fd = -1;
		}
		state = ended(pid, &status);
	}
	while (state == 0 && *fd >= 0) {
		struct pollfd p = {.fd = *fd, .events = POLLIN};
		if (poll(&p, 1, 0) <= 0 || !gather(*fd, out, room, &got))
			break;
	}
	if (out)
		out[got] = '\0';
	if (state > 0) {
		kill(-pid, SIGKILL);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		return -ETIMEDOUT;
	}
	if (state < 0)
		return state;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int step_run(const char *const argv[], char *const envp[], unsigned limit, char *out, size_t room)
{
	int ends[2] = {-1, -1};
	pid_t pid;
	if (out && pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	_cleanup_close_ int from = ends[0];
	int rc = start(argv, envp, ends[1], &pid);
	if (ends[1] >= 0)
		close(ends[1]);
	return rc ? rc : wait_for(pid, limit, &from, out, room);
}
