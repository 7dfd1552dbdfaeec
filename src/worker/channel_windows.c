// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <io.h>
#include <limits.h>

#include "worker/channel.h"

static unsigned at_most(size_t n)
{
	return n < INT_MAX ? (unsigned)n : INT_MAX;
}

int channel_read_some(int fd, void *p, size_t n)
{
	int got = _read(fd, p, at_most(n));

	return got >= 0 ? got : -EPIPE;
}

int channel_write_some(int fd, const void *p, size_t n)
{
	int done = _write(fd, p, at_most(n));

	return done > 0 ? done : -EPIPE;
}

/* Reading waits here: neither is ever asked for. */
void channel_yield(void)
{
}

void channel_sleep(int fd)
{
	(void)fd;
}

void channel_close_descriptor(int fd)
{
	if (fd >= 0)
		_close(fd);
}
