// SPDX-License-Identifier: BSD-2-Clause
#include "module/threads.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "module/doze.h"

struct foreign {
	pid_t tid;
	int fd; /* of its stat file */
};

struct threads {
	pthread_mutex_t lock;
	int tasks; /* /proc/self/task: its link count is the number of threads plus two */
	DIR *dir;
	pid_t *ours;
	size_t nours, room;
	struct foreign *older; /* those of ours that nobody claimed: they end without a word */
	size_t nolder, older_room;
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

static void disown(struct threads *t, pid_t tid)
{
	size_t i;

	for (i = 0; i < t->nours; i++)
		if (t->ours[i] == tid)
			t->ours[i--] = t->ours[--t->nours];
}

int threads_claim(struct threads *t, bool ours)
{
	pid_t tid = (pid_t)syscall(SYS_gettid);
	int err = 0;

	pthread_mutex_lock(&t->lock);
	t->seen = 0;
	if (ours)
		err = claim(t, tid);
	else
		disown(t, tid);
	pthread_mutex_unlock(&t->lock);
	return err;
}

static void forget_foreign(struct threads *t)
{
	while (t->nforeign)
		close(t->foreign[--t->nforeign].fd);
}

/* A thread that has just ended is left out. */
static int append(struct threads *t, struct foreign **list, size_t *n, size_t *room, pid_t tid)
{
	char name[32];
	int fd;

	if (*n == *room) {
		size_t more = *room ? *room * 2 : 8;
		struct foreign *grown = reallocarray(*list, more, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		*list = grown;
		*room = more;
	}
	snprintf(name, sizeof(name), "%d/stat", (int)tid);
	fd = openat(t->tasks, name, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		(*list)[(*n)++] = (struct foreign){.tid = tid, .fd = fd};
	return 0;
}

static int add_foreign(struct threads *t, pid_t tid)
{
	return append(t, &t->foreign, &t->nforeign, &t->foreign_room, tid);
}

/* One that was there before the module. */
static int add_older(struct threads *t, pid_t tid)
{
	size_t before = t->nolder;
	int err;

	if (tid == (pid_t)syscall(SYS_gettid))
		return claim(t, tid);
	err = append(t, &t->older, &t->nolder, &t->older_room, tid);
	return err || t->nolder == before ? err : claim(t, tid);
}

/* Lists the threads anew. visit is add_older() for the first time, add_foreign() later. */
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
	pthread_mutex_init(&t->lock, NULL);
	t->tasks = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	t->dir = opendir("/proc/self/task");
	err = t->tasks < 0 || !t->dir ? -errno : scan(t, add_older);
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
	while (t->nolder)
		close(t->older[--t->nolder].fd);
	free(t->older);
	free(t->foreign);
	free(t->ours);
	pthread_mutex_destroy(&t->lock);
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

static void disown_ended(struct threads *t)
{
	size_t i;

	for (i = 0; i < t->nolder; i++) {
		if (state(t->older[i].fd) != 0)
			continue;
		disown(t, t->older[i].tid);
		close(t->older[i].fd);
		t->older[i--] = t->older[--t->nolder];
		t->seen = 0;
	}
}

static enum module_activity look(struct threads *t)
{
	size_t i, now;
	char s;

	disown_ended(t);
	now = count(t);
	if (now && now == t->nours)
		return MODULE_ALONE;
	if (now != t->seen) {
		forget_foreign(t);
		if (scan(t, add_foreign))
			return MODULE_BUSY;
		t->seen = now;
	}
	if (t->nforeign + t->nours != now) {
		t->seen = 0; /* one came or went while they were listed */
		return MODULE_BUSY;
	}
	for (i = 0; i < t->nforeign; i++) {
		s = state(t->foreign[i].fd);
		if (s == 0) {
			t->seen = 0; /* it ended, and perhaps another took its place */
			return MODULE_BUSY;
		}
		if (s == 'R' || s == 'D')
			return MODULE_BUSY;
	}
	return MODULE_ASLEEP;
}

enum module_activity threads_activity(struct threads *t)
{
	enum module_activity activity;

	pthread_mutex_lock(&t->lock);
	activity = look(t);
	pthread_mutex_unlock(&t->lock);
	return activity;
}

bool threads_doze(struct threads *t, int ours)
{
	size_t i;

	if (ours)
		return doze_timed(t->tasks, ours);
	for (i = 0; i < t->nforeign; i++)
		if (doze_timed(t->tasks, t->foreign[i].tid))
			return true;
	return false;
}

/* ---- What they use. ---- */

#define EXITING 4u /* PF_EXITING of the kernel: set before anybody hears of the thread's end */

/* Whether a thread lives, and is not just about to end: by its flags, the ninth field of
 * /proc/PID/stat. One whose file cannot be opened any more, with no descriptor left, lives. */
static bool lives(const struct threads *t, const char *task)
{
	char name[32], text[512];
	unsigned flags = 0;
	const char *p;
	ssize_t n;
	int fd;

	snprintf(name, sizeof(name), "%.16s/stat", task);
	fd = openat(t->tasks, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno != ENOENT && errno != ESRCH;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	p = strrchr(text, ')'); /* the name before it may hold anything */
	return p && sscanf(p, ") %*c %*d %*d %*d %*d %*d %u", &flags) == 1 && !(flags & EXITING);
}

/* Exact, also of one that runs now: the kernel's clock of that thread (its CPUCLOCK_SCHED). */
static uint64_t time_of(pid_t tid)
{
	const clockid_t clock = (clockid_t)(~(unsigned)tid << 3 | 6);
	struct timespec ts;

	if (clock_gettime(clock, &ts))
		return 0;
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

int threads_usage(struct threads *t, uint64_t *n, uint64_t *cpu_ns)
{
	const struct dirent *e;

	*n = *cpu_ns = 0;
	pthread_mutex_lock(&t->lock);
	disown_ended(t);
	forget_foreign(t); /* each has a descriptor, and those are counted as well */
	t->seen = 0;
	rewinddir(t->dir);
	while ((e = readdir(t->dir))) {
		const pid_t tid = (pid_t)atoi(e->d_name);

		if (tid <= 0 || is_ours(t, tid) || !lives(t, e->d_name))
			continue;
		*cpu_ns += time_of(tid);
		++*n;
	}
	pthread_mutex_unlock(&t->lock);
	return 0;
}
