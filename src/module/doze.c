// SPDX-License-Identifier: BSD-2-Clause
#include "module/doze.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

/* By system call: which argument is a time limit, as a pointer (NULL: none) or as milliseconds
 * (negative: none). proc(5), /proc/pid/syscall. */
static const struct {
	long number;
	int argument;
	bool pointer;
} waits[] = {
	{SYS_futex, 3, true},
	{SYS_nanosleep, 0, true},
	{SYS_clock_nanosleep, 2, true},
	{SYS_poll, 2, false},
	{SYS_ppoll, 2, true},
	{SYS_select, 4, true},
	{SYS_pselect6, 4, true},
	{SYS_epoll_wait, 3, false},
	{SYS_epoll_pwait, 3, false},
	{SYS_rt_sigtimedwait, 2, true},
	{SYS_semtimedop, 3, true},
};

bool doze_timed(int tasks, int tid)
{
	char name[32], text[256];
	unsigned long long a[6] = {0};
	long number = -1;
	ssize_t n;
	size_t i;
	int fd;

	snprintf(name, sizeof(name), "%d/syscall", tid);
	fd = openat(tasks, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == EACCES || errno == EPERM;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return n < 0 && errno == EPERM;
	text[n] = '\0';
	if (sscanf(text, "%ld %llx %llx %llx %llx %llx %llx", &number, &a[0], &a[1], &a[2], &a[3],
		    &a[4], &a[5]) < 7)
		return true; /* "running": it has woken since it was seen asleep */
	for (i = 0; i < sizeof(waits) / sizeof(waits[0]); i++)
		if (waits[i].number == number)
			return waits[i].pointer ? a[waits[i].argument] != 0
						: (int32_t)a[waits[i].argument] >= 0;
	return false;
}
