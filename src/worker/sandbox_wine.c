// SPDX-License-Identifier: BSD-2-Clause
/*
 * The child that becomes Wine. Wine needs far more of the system than a module of this system's own
 * format, and starts processes; so no filter and no limit on memory, but no network and no writing
 * outside the folders of a Windows user.
 */
#include "worker/sandbox_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define WINE_DESCRIPTORS 4096u
#define WINE_FILE        ((uint64_t)1 << 30)

/* Libraries and programs, fonts, and who the user is; of /etc no more than that. /proc of
 * other processes shows what it shows to anybody: Landlock refuses the rest. */
static const char *const readable[] = {
	"/usr",
	"/lib",
	"/lib32",
	"/lib64",
	"/bin",
	"/sbin",
	"/opt",
	"/etc/alternatives",
	"/etc/fonts",
	"/etc/group",
	"/etc/ld.so.cache",
	"/etc/ld.so.preload",
	"/etc/localtime",
	"/etc/machine-id",
	"/etc/nsswitch.conf",
	"/etc/passwd",
	"/etc/ssl/openssl.cnf",
	"/etc/timezone",
	"/var/cache/fontconfig",
	"/dev/random",
	"/dev/urandom",
	"/proc",
	"/sys/devices/system",
};

static const char *const writable[] = {"/dev/null", "/dev/zero", "/dev/full"};

static void reading_rules(const struct sandbox_wine *w, const char *const *read)
{
	size_t i;

	for (i = 0; i < sizeof(readable) / sizeof(*readable); i++)
		sandbox_allow(w->ruleset, w->abi, readable[i], false);
	for (i = 0; i < sizeof(writable) / sizeof(*writable); i++)
		sandbox_allow(w->ruleset, w->abi, writable[i], true);
	for (; read && *read; read++)
		sandbox_allow(w->ruleset, w->abi, *read, false);
}

static void writing_rules(const struct sandbox_wine *w, const char *prefix)
{
	static const char *const folders[] = {
		"drive_c/users", "drive_c/ProgramData", "drive_c/windows/temp"};
	char path[PATH_MAX];
	size_t i;

	for (i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		snprintf(path, sizeof(path), "%s/%s", prefix, folders[i]);
		sandbox_allow(w->ruleset, w->abi, path, true);
	}
}

/* `signals`: not to others. */
static int begin(struct sandbox_wine *w, const char *prefix, const char *server, bool signals)
{
	*w = (struct sandbox_wine){.ruleset = -1};
	/* The same numbers inside as outside: Wine asks whether its folders are its own. */
	snprintf(w->uid_map, sizeof(w->uid_map), "%u %u 1", (unsigned)getuid(), (unsigned)getuid());
	snprintf(w->gid_map, sizeof(w->gid_map), "%u %u 1", (unsigned)getgid(), (unsigned)getgid());
	if (access(prefix, R_OK | W_OK | X_OK) || access(server, R_OK | X_OK))
		return -errno;
	w->ruleset = sandbox_ruleset(&w->abi, signals);
	return 0;
}

static int end(struct sandbox_wine *w, const char *prefix, const char *server, bool write)
{
	int err = sandbox_allow(w->ruleset, w->abi, prefix, write);

	if (!err)
		err = sandbox_allow(w->ruleset, w->abi, server, write);
	if (err)
		sandbox_wine_done(w);
	return err;
}

int sandbox_wine_prepare(
	struct sandbox_wine *w, const char *prefix, const char *server, const char *const *read)
{
	int err = begin(w, prefix, server, true);

	if (err || w->ruleset < 0)
		return err;
	reading_rules(w, read);
	writing_rules(w, prefix);
	return end(w, prefix, server, false);
}

int sandbox_wine_prepare_server(struct sandbox_wine *w, const char *prefix, const char *server)
{
	static const char *const everything[] = {"/", NULL};
	/* The server ends threads and processes by signals. */
	int err = begin(w, prefix, server, false);

	if (err || w->ruleset < 0)
		return err;
	reading_rules(w, everything);
	return end(w, prefix, server, true);
}

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done;

	if (fd < 0)
		return false;
	done = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	close(fd);
	return done;
}

static unsigned own_namespaces(const struct sandbox_wine *w)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return unshare(CLONE_NEWNET) == 0 ? SANDBOX_NETWORK : 0;
	/* Without the first line nobody but root may write the third (user_namespaces(7)). */
	write_text("/proc/self/setgroups", "deny");
	if (!write_text("/proc/self/uid_map", w->uid_map) ||
		!write_text("/proc/self/gid_map", w->gid_map))
		return SANDBOX_NETWORK;
	return SANDBOX_NETWORK | SANDBOX_USER;
}

unsigned sandbox_wine_child(const struct sandbox_wine *w)
{
	unsigned got = own_namespaces(w);

	if (!sandbox_drop_capabilities(0))
		got &= ~SANDBOX_USER;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) == 0)
		got |= SANDBOX_NO_PRIVILEGES;
	if (w->ruleset >= 0 && sandbox_restrict(w->ruleset))
		got |= SANDBOX_LANDLOCK | (w->abi & 0xff) << 16;
	if (sandbox_limit(RLIMIT_NOFILE, WINE_DESCRIPTORS) && sandbox_limit(RLIMIT_CORE, 0) &&
		sandbox_limit(RLIMIT_FSIZE, WINE_FILE))
		got |= SANDBOX_LIMITS;
	return got;
}

void sandbox_wine_done(struct sandbox_wine *w)
{
	if (w->ruleset >= 0)
		close(w->ruleset);
	w->ruleset = -1;
}
