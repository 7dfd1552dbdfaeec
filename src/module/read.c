// SPDX-License-Identifier: BSD-2-Clause
#include "module/read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/cleanup.h"

// Where the sentence about an error goes.
struct complaint {
	char *err;
	size_t errlen;
};

__attribute__((format(printf, 3, 4))) static int fail(
	const struct complaint *c, int code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)vsnprintf(c->err, c->errlen, format, args);
	va_end(args);
	return code;
}

// Reads `len` octets or up to an earlier end. Returns their number or a negative errno.
static ssize_t read_up_to(int fd, uint8_t *buf, size_t len)
{
	size_t got = 0;
	while (got < len) {
		ssize_t n = read(fd, buf + got, len - got);
		if (n == 0)
			break;
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			got += (size_t)n;
	}
	return (ssize_t)got;
}

// The file's size, refusing what is not a file or too large.
static int64_t size_of_file(const struct complaint *c, int fd, size_t max)
{
	struct stat st;
	if (fstat(fd, &st) < 0)
		return fail(c, -errno, "cannot be read: %s", strerror(errno));
	if (S_ISDIR(st.st_mode))
		return fail(c, -EISDIR, "a directory, not a file");
	if (!S_ISREG(st.st_mode))
		return fail(c, -EINVAL, "not a regular file");
	if ((uint64_t)st.st_size > max)
		return fail(c, -E2BIG, "larger than %zu MiB", max >> 20);
	return st.st_size;
}

int file_read(const char *path, size_t max, uint8_t **out, size_t *len, char *err, size_t errlen)
{
	struct complaint c = {.err = err, .errlen = errlen};
	*out = NULL;
	*len = 0;
	// Not to wait for the other end, should it be a pipe.
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return fail(&c, -errno, "cannot be opened: %s", strerror(errno));
	int64_t size = size_of_file(&c, fd, max);
	if (size < 0)
		return (int)size;
	_cleanup_free_ uint8_t *buf = malloc((size_t)size + 1);
	if (!buf)
		return fail(&c, -ENOMEM, "out of memory");
	ssize_t got = read_up_to(fd, buf, (size_t)size);
	if (got < 0)
		return fail(&c, (int)got, "cannot be read: %s", strerror((int)-got));
	*len = (size_t)got;
	*out = steal_ptr(&buf);
	return 0;
}
