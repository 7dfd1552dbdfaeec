// SPDX-License-Identifier: BSD-2-Clause
#include "worker/wine_internal.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "worker/step.h"

enum {
	DOWN_LIMIT = 15000, // ms; wineserver -k itself gives up after 10 s
	GRACE = 1000,       // ms, for programs that see their server's end
	LOCKED = 2,         // exit status of a server: another one has the lock
	AGAIN = 5,          // times that is tried again
	AGAIN_NAP = 100,    // ms before the first of them
	TEXT_SIZE = 64,
};

static void hex(char out[TEXT_SIZE], unsigned long v)
{
	// As Wine writes it: what is above 32 bits without leading zeros, and the rest with them.
	if (v >> 32)
		(void)snprintf(out, TEXT_SIZE, "%lx%08lx", v >> 32, v & 0xffffffff);
	else
		(void)snprintf(out, TEXT_SIZE, "%lx", v);
}

// The end of the name of the server's folder: it is told apart by where the prefix is on disk.
static bool folder_of(const char *prefix, char *out, size_t room)
{
	char device[TEXT_SIZE], inode[TEXT_SIZE];
	struct stat st;
	if (stat(prefix, &st) < 0)
		return false;
	hex(device, st.st_dev);
	hex(inode, st.st_ino);
	(void)snprintf(out, room, "/server-%s-%s", device, inode);
	return true;
}

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);
	return n >= m && strcmp(text + n - m, end) == 0;
}

// What the link of a process leads to, by the kernel: "" for a zombie and for what is not ours.
static void link_of(const char *pid, const char *name, char *out, size_t room)
{
	char path[300];
	(void)snprintf(path, sizeof(path), "/proc/%s/%s", pid, name);
	ssize_t n = readlink(path, out, room - 1);
	out[n < 0 ? 0 : n] = '\0';
}

// Whether a process is a wineserver that works in that folder, as each does. A zombie works
// nowhere.
static bool is_server(const char *pid, const char *folder)
{
	char path[300], text[4096];
	(void)snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	_cleanup_fclose_ FILE *comm = fopen(path, "re");
	if (!comm || !fgets(text, sizeof(text), comm) || strncmp(text, "wineserver", 10) != 0)
		return false;
	link_of(pid, "cwd", text, sizeof(text));
	return ends_with(text, folder);
}

// Whether a process is run by a loader of Wine, in that prefix; not by a shell that knows of it.
static bool is_program(const char *pid, const char *prefix)
{
	char path[300], text[4096];
	link_of(pid, "exe", text, sizeof(text));
	const char *slash = strrchr(text, '/');
	if (!slash || strncmp(slash + 1, "wine", 4) != 0)
		return false;
	(void)snprintf(path, sizeof(path), "/proc/%s/environ", pid);
	_cleanup_fclose_ FILE *f = fopen(path, "re");
	_cleanup_free_ char *line = NULL;
	size_t room = 0;
	while (f && getdelim(&line, &room, '\0', f) > 0) {
		if (strncmp(line, "WINEPREFIX=", 11) == 0)
			return strcmp(line + 11, prefix) == 0;
	}
	return false;
}

// Calls `is` for each process; how many it is true for. They get a signal if that is not 0.
static unsigned each_process(
	bool (*is)(const char *pid, const char *what), const char *what, int number, pid_t *found)
{
	unsigned count = 0;
	struct dirent *entry;
	DIR *proc = opendir("/proc");
	while (proc && (entry = readdir(proc))) {
		if (!isdigit((unsigned char)entry->d_name[0]) || !is(entry->d_name, what))
			continue;
		*found = (pid_t)atol(entry->d_name);
		count++;
		if (number)
			kill(*found, number);
	}
	if (proc)
		closedir(proc);
	return count;
}

/*
 * The server's socket and lock are where Wine's version and distribution put them (/tmp,
 * /run/user, a name in the prefix); its working folder's name is the same for all.
 */
pid_t wine_server_of(const char *prefix)
{
	char folder[3 * TEXT_SIZE];
	pid_t found = 0;
	if (!folder_of(prefix, folder, sizeof(folder)))
		return 0;
	(void)each_process(is_server, folder, 0, &found);
	return found;
}

unsigned wine_programs_of(const char *prefix)
{
	pid_t found;
	return each_process(is_program, prefix, 0, &found);
}

// The programs of a server that has ended; one that was killed leaves them waiting for ever.
static void end_programs(const char *prefix)
{
	unsigned long end = step_now() + GRACE;
	pid_t pid;
	while (each_process(is_program, prefix, 0, &pid) && step_now() < end)
		step_nap(10);
	end = step_now() + GRACE;
	while (each_process(is_program, prefix, SIGKILL, &pid) && step_now() < end)
		step_nap(10);
}

pid_t wine_server_pid(const struct wine *w)
{
	return w->wsl ? 0 : wine_server_of(w->prefix);
}

bool wine_server_folder(const struct wine *w, char *out, size_t room)
{
	pid_t pid = wine_server_pid(w);
	char text[TEXT_SIZE];
	(void)snprintf(text, sizeof(text), "%d", (int)pid);
	out[0] = '\0';
	if (pid)
		link_of(text, "cwd", out, room);
	return out[0] == '/';
}

const char *wine_prefix(const struct wine *w)
{
	return w->wsl ? NULL : w->prefix;
}

// *what is what failed. 0, an exit status, or a negative errno.
static int start_once(const struct wine *w, const char **what)
{
	const char *const server[] = {w->server, WINE_LINGER_OPTION, NULL};
	const char *const nothing[] = {w->loader, "cmd.exe", "/c", "exit", NULL};
	*what = "its server did not start";
	if (!wine_server_of(w->prefix)) {
		end_programs(w->prefix);
		// It returns when the server can be connected to.
		int rc = wine_confined_run(w, server);
		if (rc)
			return rc;
	}
	*what = "a first program did not run";
	int rc = wine_confined_run(w, nothing);
	return rc || wine_server_of(w->prefix) ? rc : -ESRCH;
}

// Held: wine.lock.
int wine_server_start(const struct wine *w)
{
	const char *what;
	int rc = start_once(w, &what);
	// On a slow machine it happens right after another server was ended, and is over soon.
	for (unsigned i = 1; rc == LOCKED && i <= AGAIN; i++) {
		wine_server_down(w, w->prefix, w->envp);
		step_nap(i * AGAIN_NAP);
		rc = start_once(w, &what);
	}
	if (!rc)
		return 0;
	wine_server_down(w, w->prefix, w->envp);
	return rc == -ESRCH ? wine_fail(w, -EIO, "Wine (%s): its server did not stay", w->loader)
			    : wine_step_failed(w, rc, what);
}

void wine_server_down(const struct wine *w, const char *prefix, char **envp)
{
	const char *const argv[] = {w->server, "-k", NULL};
	pid_t pid = wine_server_of(prefix);
	if (!pid)
		return;
	(void)step_run(argv, envp, DOWN_LIMIT, NULL, 0);
	unsigned long end = step_now() + DOWN_LIMIT;
	while (wine_server_of(prefix) == pid && step_now() < end)
		step_nap(10);
	if (wine_server_of(prefix) == pid)
		kill(pid, SIGKILL);
	end_programs(prefix);
}
