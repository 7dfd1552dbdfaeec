// SPDX-License-Identifier: BSD-2-Clause
#include "module/threads.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct foreign {
	pid_t tid;
	int fd; /* of its stat file */
};

struct threads {
	int tasks; /* /proc/self/task: its link count is the number of threads plus two */
	DIR *dir;
	pid_t *ours;
	size_t nours, room;
	struct foreign *foreign;
	size_t nforeign, foreign_room;
	size_t seen; /* threads at the last scan */
};

static size_t count(const struct threads *t)
{
	struct stat st;

	return fstat(t->tasks, &st) == 0 ? (size_t)st.st_nlink - 2 : 0;
}

static bool is_ours(const struct threads *t, pid_t tid)
{
	size_t i;

	for (i = 0; i < t->nours; i++)
		if (t->ours[i] == tid)
			return true;
	return false;
}

static int claim(struct threads *t, pid_t tid)
{
	if (t->nours == t->room) {
		size_t room = t->room ? t->room * 2 : 16;
		pid_t *grown = reallocarray(t->ours, room, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		t->ours = grown;
		t->room = room;
	}
	t->ours[t->nours++] = tid;
	return 0;
}

int threads_claim(struct threads *t, bool ours)
{
	pid_t tid = (pid_t)syscall(SYS_gettid);
	size_t i;

	t->seen = 0;
	if (ours)
		return claim(t, tid);
	for (i = 0; i < t->nours; i++)
		if (t->ours[i] == tid)
			t->ours[i--] = t->ours[--t->nours];
	return 0;
}

static void forget_foreign(struct threads *t)
{
	while (t->nforeign)
		close(t->foreign[--t->nforeign].fd);
}

static int add_foreign(struct threads *t, pid_t tid)
{
	char name[32];
	int fd;

	if (t->nforeign == t->foreign_room) {
		size_t room = t->foreign_room ? t->foreign_room * 2 : 8;
		struct foreign *grown = reallocarray(t->foreign, room, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		t->foreign = grown;
		t->foreign_room = room;
	}
	snprintf(name, sizeof(name), "%d/stat", (int)tid);
	fd = openat(t->tasks, name, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		t->foreign[t->nforeign++] = (struct foreign){.tid = tid, .fd = fd};
	return 0;
}

/* Lists the threads anew. visit is claim() for the first time, add_foreign() later. */
static int scan(struct threads *t, int (*visit)(struct threads *, pid_t))
{
	const struct dirent *e;
	int err = 0;

	rewinddir(t->dir);
	while (!err && (e = readdir(t->dir))) {
		pid_t tid = (pid_t)atoi(e->d_name);

		if (tid > 0 && !is_ours(t, tid))
			err = visit(t, tid);
	}
	return err;
}

int threads_new(struct threads **out)
{
	struct threads *t = calloc(1, sizeof(*t));
	int err;

	if (!t)
		return -ENOMEM;
	t->tasks = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	t->dir = opendir("/proc/self/task");
	err = t->tasks < 0 || !t->dir ? -errno : scan(t, claim);
	if (err) {
		threads_free(t);
		return err;
	}
	*out = t;
	return 0;
}

void threads_free(struct threads *t)
{
	if (!t)
		return;
	forget_foreign(t);
	if (t->dir)
		closedir(t->dir);
	if (t->tasks >= 0)
		close(t->tasks);
	free(t->foreign);
	free(t->ours);
	free(t);
}

/* The state letter behind the name in /proc/PID/stat; 0: the thread is gone. */
static char state(int fd)
{
	char text[128];
	const char *end;
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	if (n <= 0)
		return 0;
	text[n] = '\0';
	end = strrchr(text, ')');
	return end && end[1] == ' ' ? end[2] : 0;
}

bool threads_idle(struct threads *t)
{
	size_t i, now = count(t);
	char s;

	if (now && now == t->nours)
		return true;
	if (now != t->seen) {
		forget_foreign(t);
		if (scan(t, add_foreign))
			return false;
		t->seen = now;
	}
	if (t->nforeign + t->nours != now) {
		t->seen = 0; /* one came or went while they were listed */
		return false;
	}
	for (i = 0; i < t->nforeign; i++) {
		s = state(t->foreign[i].fd);
		if (s == 0) {
			t->seen = 0; /* it ended, and perhaps another took its place */
			return false;
		}
		if (s == 'R' || s == 'D')
			return false;
	}
	return true;
}

unsigned threads_foreign(struct threads *t)
{
	size_t now = count(t);

	return now > t->nours ? (unsigned)(now - t->nours) : 0;
}
