// SPDX-License-Identifier: BSD-2-Clause
#include "worker/wine_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "worker/sandbox.h"
#include "worker/step.h"

enum { SETTLE_LIMIT = 5000 }; // ms

// The server needs a folder for its socket, which it makes where its version and distribution
// want it. To confine it to that folder it has to be known before: from the last time.
struct memory {
	char folder[WINE_FOLDER_SIZE];
	unsigned long device, inode; // of the prefix: Wine names the folder after them
	unsigned sandbox;            // SANDBOX_* that the server got
};

static FILE *memory_file(const struct wine *w, const char *mode)
{
	_cleanup_free_ char *path = NULL;
	if (asprintf(&path, "%s/wine.server", w->folder) < 0)
		return NULL;
	return fopen(path, mode);
}

// Not in the prefix, where a module could write it.
static bool recall(const struct wine *w, struct memory *m)
{
	_cleanup_fclose_ FILE *f = memory_file(w, "re");
	*m = (struct memory){0};
	if (!f || fscanf(f, "%x %lx %lx", &m->sandbox, &m->device, &m->inode) != 3 ||
		fgetc(f) != ' ' || !fgets(m->folder, sizeof(m->folder), f))
		return false;
	m->folder[strcspn(m->folder, "\n")] = '\0';
	return true;
}

static int remember(const struct wine *w, const struct memory *m)
{
	FILE *f = memory_file(w, "we");
	if (!f)
		return -errno;
	bool bad = fprintf(f, "%x %lx %lx %s\n", m->sandbox, m->device, m->inode, m->folder) < 0;
	return fclose(f) || bad ? -EIO : 0;
}

static bool still_there(const struct memory *m, const struct stat *prefix)
{
	struct stat st;
	return m->device == prefix->st_dev && m->inode == prefix->st_ino && m->folder[0] == '/' &&
	       lstat(m->folder, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == getuid();
}

// Starts the server once, for nothing but to see where it goes.
static int explore(const struct wine *w, struct memory *m)
{
	const char *const server[] = {w->server, WINE_LINGER_OPTION, NULL};
	int rc = step_run(server, w->envp, w->limit, NULL, 0);
	if (rc)
		return rc;
	unsigned long end = step_now() + (w->limit < SETTLE_LIMIT ? w->limit : SETTLE_LIMIT);
	bool found;
	// It answers before it is a daemon.
	while (!(found = wine_server_folder(w, m->folder, sizeof(m->folder))) && step_now() < end)
		step_nap(5);
	wine_server_down(w, w->prefix, w->envp);
	return found ? 0 : -ESRCH;
}

struct outcome {
	int rc;
	unsigned sandbox;
};

// The process in between is in the sandbox, and all that it starts.
static void confined_child(const struct wine *w, const struct sandbox_wine *sandbox,
	const char *const argv[], int report)
{
	struct outcome o = {.sandbox = sandbox_wine_child(sandbox)};
	o.rc = step_run(argv, w->envp, w->limit, NULL, 0);
	if (write(report, &o, sizeof(o)) != (ssize_t)sizeof(o))
		_exit(1);
	_exit(0);
}

static struct outcome run(
	const struct wine *w, const struct sandbox_wine *sandbox, const char *const argv[])
{
	struct outcome o = {.rc = -ECHILD};
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return (struct outcome){.rc = -errno};
	pid_t pid = fork();
	if (pid == 0)
		confined_child(w, sandbox, argv, ends[1]);
	close(ends[1]);
	ssize_t n = 0;
	do
		n = pid < 0 ? 0 : read(ends[0], &o, sizeof(o));
	while (n < 0 && errno == EINTR);
	close(ends[0]);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return o;
}

int wine_confined_run(const struct wine *w, const char *const argv[])
{
	struct sandbox_wine sandbox;
	struct stat prefix;
	struct memory m;
	bool known = recall(w, &m) && stat(w->prefix, &prefix) == 0 && still_there(&m, &prefix);
	// A server that is there already may have another folder than the last one of ours.
	if (wine_server_of(w->prefix))
		known = wine_server_folder(w, m.folder, sizeof(m.folder));
	int rc = known ? 0 : explore(w, &m);
	if (!rc)
		rc = sandbox_wine_prepare_server(&sandbox, w->prefix, m.folder);
	if (rc)
		return rc;
	struct outcome o = run(w, &sandbox, argv);
	sandbox_wine_done(&sandbox);
	// Of the server and of the first program: the same kernel gives both the same.
	m.sandbox = o.sandbox;
	if (!o.rc && stat(w->prefix, &prefix) == 0) {
		m.device = prefix.st_dev;
		m.inode = prefix.st_ino;
	}
	return o.rc ? o.rc : remember(w, &m);
}

unsigned wine_server_sandbox(const struct wine *w)
{
	struct memory m;
	return recall(w, &m) ? m.sandbox : 0;
}
