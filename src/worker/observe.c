// SPDX-License-Identifier: BSD-2-Clause
#include "worker/observe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "module/doze.h"

#define PROCESSES 2

struct thread {
	int fd; /* of its status file */
	uint64_t switches;
	bool stopped; /* by a signal, at the first look */
};

struct process {
	int tasks; /* /proc/PID/task: its link count is the number of threads plus two */
	struct thread *threads;
	size_t count, room;
};

struct observer {
	struct process processes[PROCESSES];
	unsigned count;
};

static void forget_threads(struct process *p)
{
	while (p->count)
		close(p->threads[--p->count].fd);
}

static int add_thread(struct process *p, const char *tid)
{
	char name[64];
	int fd;

	if (p->count == p->room) {
		size_t room = p->room ? p->room * 2 : 8;
		struct thread *grown = reallocarray(p->threads, room, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		p->threads = grown;
		p->room = room;
	}
	snprintf(name, sizeof(name), "%.40s/status", tid);
	fd = openat(p->tasks, name, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) /* else it has just ended */
		p->threads[p->count++] = (struct thread){.fd = fd};
	return 0;
}

static int list_threads(struct process *p)
{
	int fd = openat(p->tasks, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), err = 0;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;

	forget_threads(p);
	if (!dir) {
		if (fd >= 0)
			close(fd);
		return -ESRCH;
	}
	while (!err && (e = readdir(dir)))
		if (e->d_name[0] != '.')
			err = add_thread(p, e->d_name);
	closedir(dir);
	return err;
}

/* Number of threads now; 0: the process is gone. */
static size_t living(const struct process *p)
{
	struct stat st;

	return fstat(p->tasks, &st) == 0 && st.st_nlink >= 2 ? (size_t)st.st_nlink - 2 : 0;
}

/* The number behind a name at the start of a line. */
static uint64_t field(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? strtoull(at + strlen(name), NULL, 10) : 0;
}

/* False: it runs, waits for a processor or the disk, or has ended. */
static bool sleeping(const struct thread *t, uint64_t *switches, bool *stopped)
{
	char text[2048];
	ssize_t n = pread(t->fd, text, sizeof(text) - 1, 0);
	const char *state;

	if (n <= 0)
		return false;
	text[n] = '\0';
	state = strstr(text, "\nState:\t");
	if (!state || !strchr("StTZX", state[8])) /* a stopped one does nothing either */
		return false;
	*stopped = strchr("tT", state[8]) != NULL;
	*switches = field(text, "\nvoluntary_ctxt_switches:\t") +
		    field(text, "\nnonvoluntary_ctxt_switches:\t");
	return true;
}

/* The first look: remembers how often each thread has run. */
static bool first_look(struct process *p)
{
	size_t i, now = living(p);

	if (now == 0)
		return true;
	if (now != p->count && list_threads(p))
		return false;
	for (i = 0; i < p->count; i++) {
		struct thread *t = &p->threads[i];

		if (!sleeping(t, &t->switches, &t->stopped)) {
			forget_threads(p); /* perhaps another took its place */
			return false;
		}
	}
	return now == p->count;
}

static bool second_look(const struct process *p)
{
	uint64_t switches;
	bool stopped;
	size_t i;

	for (i = 0; i < p->count; i++)
		if (!sleeping(&p->threads[i], &switches, &stopped) ||
			switches != p->threads[i].switches)
			return living(p) == 0;
	return living(p) == 0 || living(p) == p->count;
}

bool observe_at_rest(struct observer *o)
{
	unsigned i;

	/* One of them may have woken another after that was looked at, but not without running. */
	for (i = 0; i < o->count; i++)
		if (!first_look(&o->processes[i]))
			return false;
	for (i = 0; i < o->count; i++)
		if (!second_look(&o->processes[i]))
			return false;
	return true;
}

bool observe_stopped(const struct observer *o)
{
	const struct process *p = &o->processes[0];
	size_t i;

	for (i = 0; i < p->count; i++)
		if (!p->threads[i].stopped)
			return false;
	return p->count > 0;
}

static bool dozes(const struct process *p)
{
	int fd = openat(p->tasks, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;
	bool any = false;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while (!any && (e = readdir(dir)))
		any = e->d_name[0] != '.' && doze_timed(p->tasks, atoi(e->d_name));
	closedir(dir);
	return any;
}

bool observe_dozes(const struct observer *o)
{
	unsigned i;

	for (i = 0; i < o->count; i++)
		if (dozes(&o->processes[i]))
			return true;
	return false;
}

int observe_new(pid_t first, pid_t second, struct observer **out)
{
	const pid_t pids[PROCESSES] = {first, second};
	struct observer *o = calloc(1, sizeof(*o));
	char name[64];
	int fd;

	if (!o)
		return -ENOMEM;
	for (; o->count < PROCESSES && pids[o->count] > 0; o->count++) {
		snprintf(name, sizeof(name), "/proc/%d/task", (int)pids[o->count]);
		fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0) {
			observe_free(o);
			return -ESRCH;
		}
		o->processes[o->count].tasks = fd;
	}
	*out = o;
	return 0;
}

void observe_free(struct observer *o)
{
	unsigned i;

	if (!o)
		return;
	for (i = 0; i < o->count; i++) {
		forget_threads(&o->processes[i]);
		free(o->processes[i].threads);
		close(o->processes[i].tasks);
	}
	free(o);
}
