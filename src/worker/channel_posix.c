// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <unistd.h>

#include "worker/channel.h"

static size_t at_most(size_t n)
{
	return n < INT_MAX ? n : INT_MAX;
}

int channel_read_some(int fd, void *p, size_t n)
{
	ssize_t got;

	do
		got = read(fd, p, at_most(n));
	while (got < 0 && errno == EINTR);
	if (got >= 0)
		return (int)got;
	return errno == EAGAIN ? -EAGAIN : -EPIPE;
}

int channel_write_some(int fd, const void *p, size_t n)
{
	struct pollfd room = {.fd = fd, .events = POLLOUT};
	ssize_t done;

	for (;;) {
		done = write(fd, p, at_most(n));
		if (done > 0)
			return (int)done;
		if (errno == EAGAIN && poll(&room, 1, CHANNEL_PATIENCE_MS) == 1)
			continue;
		if (errno != EINTR)
			return errno == EAGAIN ? -ETIMEDOUT : -EPIPE;
	}
}

void channel_yield(void)
{
	sched_yield();
}

void channel_sleep(int fd)
{
	struct pollfd readable = {.fd = fd, .events = POLLIN};

	poll(&readable, 1, -1);
}

void channel_close_descriptor(int fd)
{
	if (fd >= 0)
		close(fd);
}
