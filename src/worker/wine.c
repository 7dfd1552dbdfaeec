// SPDX-License-Identifier: BSD-2-Clause
#include "worker/wine_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "worker/step.h"

enum { CLOSE_LIMIT = 30000 }; // ms

int wine_fail(const struct wine *w, int code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)vsnprintf(w->err, w->room, format, args);
	va_end(args);
	return code;
}

int wine_step_failed(const struct wine *w, int rc, const char *what)
{
	if (rc == -ETIMEDOUT)
		return wine_fail(w, rc, "Wine (%s): %s: not finished within %u ms", w->loader, what,
			w->limit);
	if (rc < 0)
		return wine_fail(w, rc, "Wine (%s): %s: %s", w->loader, what, strerror(-rc));
	return wine_fail(w, -EIO, "Wine (%s): %s: exit status %d", w->loader, what, rc);
}

static bool can_run(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

// FOLDER/NAME if that can be executed; to be freed.
static char *program_in(const char *folder, size_t len, const char *name)
{
	char *path;
	if (len == 0 || asprintf(&path, "%.*s/%s", (int)len, folder, name) < 0)
		return NULL;
	if (can_run(path))
		return path;
	free(path);
	return NULL;
}

static char *program_on(const char *path, const char *name)
{
	while (path && *path) {
		size_t len = strcspn(path, ":");
		char *found = program_in(path, len, name);
		if (found)
			return found;
		path += len + (path[len] == ':');
	}
	return NULL;
}

char *wine_find_loader(const char *fixed, const char *path)
{
	if (can_run(fixed))
		return strdup(fixed);
	char *found = program_on(path, "wine64");
	return found ? found : program_on(path, "wine");
}

static int find_loader(struct wine *w)
{
	const char *own = getenv("OPENIHV_WINE"), *path = getenv("PATH");
	if (own && *own && !can_run(own))
		return wine_fail(
			w, -ENOENT, "no Wine: OPENIHV_WINE is %s, which is no program", own);
	w->loader = own && *own ? strdup(own) : wine_find_loader("/usr/lib/wine/wine64", path);
	if (!w->loader)
		return wine_fail(
			w, -ENOENT, "no Wine: install the package wine64 to run Windows modules");
	const char *slash = strrchr(w->loader, '/');
	w->server = slash ? program_in(w->loader, (size_t)(slash - w->loader), "wineserver") : NULL;
	if (!w->server)
		w->server = program_on(path, "wineserver");
	if (!w->server)
		return wine_fail(
			w, -ENOENT, "Wine (%s) has no wineserver beside it or in PATH", w->loader);
	return 0;
}

static int find_version(struct wine *w)
{
	char text[200];
	const char *const argv[] = {w->loader, "--version", NULL};
	int rc = step_run(argv, w->envp, w->limit, text, sizeof(text));
	if (rc)
		return wine_step_failed(w, rc, "it does not tell its version");
	text[strcspn(text, "\n")] = '\0';
	w->version = strdup(text);
	return w->version ? 0 : wine_fail(w, -ENOMEM, "out of memory");
}

// Makes a folder and those above it.
static int make_folders(char *path)
{
	for (char *p = path + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		int rc = mkdir(path, 0700);
		*p = '/';
		if (rc < 0 && errno != EEXIST)
			return -errno;
	}
	return mkdir(path, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

static int find_folder(struct wine *w)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	// A relative one counts as none (XDG Base Directory Specification).
	bool own = cache && cache[0] == '/';
	if (!own && (!home || home[0] != '/'))
		return wine_fail(
			w, -ENOENT, "no folder for Wine: neither XDG_CACHE_HOME nor HOME is set");
	if (asprintf(&w->folder, "%s%s/openihv", own ? cache : home, own ? "" : "/.cache") < 0 ||
		asprintf(&w->prefix, "%s/wine", w->folder) < 0)
		return wine_fail(w, -ENOMEM, "out of memory");
	w->envp = wine_environment(w, w->prefix);
	if (!w->envp)
		return wine_fail(w, -ENOMEM, "out of memory");
	int rc = make_folders(w->folder);
	return rc ? wine_fail(w, rc, "%s: %s", w->folder, strerror(-rc)) : 0;
}

static int open_lock(const struct wine *w, const char *name)
{
	_cleanup_free_ char *path = NULL;
	if (asprintf(&path, "%s/%s", w->folder, name) < 0)
		return wine_fail(w, -ENOMEM, "out of memory");
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	return fd < 0 ? wine_fail(w, -errno, "%s: %s", path, strerror(errno)) : fd;
}

// Takes wine.lock, which others hold for a while. Returns its descriptor.
static int enter(const struct wine *w, unsigned limit)
{
	unsigned long end = step_now() + limit;
	_cleanup_close_ int fd = open_lock(w, "wine.lock");
	if (fd < 0)
		return fd;
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return wine_fail(w, -errno, "%s/wine.lock: %s", w->folder, strerror(errno));
		if (step_now() >= end)
			return wine_fail(w, -ETIMEDOUT,
				"%s/wine.lock is held by another openihv for more than %u ms",
				w->folder, limit);
		step_nap(20);
	}
	return steal_fd(&fd);
}

// Held: wine.lock. So whether the other lock is to be had says whether we are alone.
static int join(struct wine *w)
{
	w->users = open_lock(w, "wine.users");
	if (w->users < 0)
		return w->users;
	bool alone = flock(w->users, LOCK_EX | LOCK_NB) == 0;
	if (flock(w->users, LOCK_SH) < 0)
		return wine_fail(w, -errno, "%s/wine.users: %s", w->folder, strerror(errno));
	int rc = wine_prefix_ready(w, alone);
	// With others it is up; a server that one of us left behind may lack the services.
	if (!rc && (alone || !wine_server_of(w->prefix)))
		rc = wine_server_start(w);
	return rc;
}

// Asked is for what is used, not for the kernel's name: WSL can be told to run no Windows programs.
static bool is_wsl(void)
{
	return (access("/proc/sys/fs/binfmt_misc/WSLInterop", F_OK) == 0 ||
		       access("/proc/sys/fs/binfmt_misc/WSLInterop-late", F_OK) == 0) &&
	       access("/usr/bin/wslpath", X_OK) == 0;
}

static void free_wine(struct wine *w)
{
	if (w->users >= 0)
		close(w->users);
	wine_environment_free(w->envp);
	free(w->loader);
	free(w->server);
	free(w->version);
	free(w->folder);
	free(w->prefix);
	free(w);
}

static int open_all(struct wine *w)
{
	w->wsl = !getenv("OPENIHV_WINE") && is_wsl();
	if (w->wsl)
		return 0;
	int rc = find_loader(w);
	if (!rc)
		rc = find_folder(w);
	if (!rc)
		rc = find_version(w);
	if (rc)
		return rc;
	// Whoever is before us may be making the prefix, and then starting the server.
	_cleanup_close_ int lock = enter(w, 2 * w->limit);
	return lock < 0 ? lock : join(w);
}

int wine_open_within(struct wine **out, unsigned limit, char *err, size_t room)
{
	*out = NULL;
	struct wine *w = calloc(1, sizeof(*w));
	if (!w) {
		(void)snprintf(err, room, "out of memory");
		return -ENOMEM;
	}
	w->users = -1;
	w->limit = limit;
	w->err = err;
	w->room = room;
	int rc = open_all(w);
	w->err = NULL;
	w->room = 0;
	if (rc)
		free_wine(w);
	else
		*out = w;
	return rc;
}

int wine_open(struct wine **out, char *err, size_t room)
{
	return wine_open_within(out, WINE_LIMIT, err, room);
}

int wine_server_up(struct wine *w, char *err, size_t room)
{
	if (w->wsl || wine_server_of(w->prefix))
		return 0;
	w->err = err;
	w->room = room;
	_cleanup_close_ int lock = enter(w, 2 * w->limit);
	int rc = lock < 0 ? lock : wine_server_start(w);
	w->err = NULL;
	w->room = 0;
	return rc;
}

void wine_close(struct wine *w)
{
	if (!w)
		return;
	if (!w->wsl) {
		_cleanup_close_ int lock = enter(w, CLOSE_LIMIT);
		if (lock >= 0 && flock(w->users, LOCK_EX | LOCK_NB) == 0)
			wine_server_down(w, w->prefix, w->envp);
		// Our lock ends before wine.lock, so that the next one sees who is left.
		close(w->users);
		w->users = -1;
	}
	free_wine(w);
}
