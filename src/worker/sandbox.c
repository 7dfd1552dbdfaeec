// SPDX-License-Identifier: BSD-2-Clause
#include "worker/sandbox_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#define DESCRIPTORS_MAX 64u
#define LOCKED_MAX      65536u /* bytes that libcrypto may keep from being swapped out */

/*
 * What may be read besides the module: libraries and their tables, where libcrypto looks for its
 * settings (not /etc/ssl, which has private/), local time, this process, the list of processors.
 * Neither the rest of /etc nor any home: a module that is taken over must not find secrets.
 */
static const char *const readable[] = {
	"/usr",
	"/lib",
	"/lib32",
	"/lib64",
	"/etc/ld.so.cache",
	"/etc/ld.so.preload",
	"/etc/ssl/openssl.cnf",
	"/etc/localtime",
	"/dev/null",
	"/dev/zero",
	"/dev/random",
	"/dev/urandom",
	"/proc/self",
	"/sys/devices/system/cpu",
};

/* The smallest of the kept descriptors that is not below `from`; -1: none. */
static int next_kept(const struct sandbox_config *c, int from)
{
	int found = c->listener_socket >= from ? c->listener_socket : -1;
	unsigned i;

	for (i = 0; i < c->nkeep; i++)
		if (c->keep[i] >= from && (found < 0 || c->keep[i] < found))
			found = c->keep[i];
	return found;
}

static bool close_between(unsigned first, unsigned last)
{
	unsigned fd;
	long max;

	if (first > last || close_range(first, last, 0) == 0)
		return true;
	max = sysconf(_SC_OPEN_MAX);
	for (fd = first; fd <= last && (long)fd < max; fd++)
		close((int)fd);
	return max > 0;
}

static int close_descriptors(const struct sandbox_config *c)
{
	bool done = true;
	int fd, next, from = 0;
	unsigned i;

	for (i = 0; i < c->nkeep; i++)
		if (fcntl(c->keep[i], F_GETFD) < 0)
			return -EBADF;
	if (c->listener_socket >= 0 && fcntl(c->listener_socket, F_GETFD) < 0)
		return -EBADF;
	while ((next = next_kept(c, from)) >= 0) {
		if (next > from)
			done &= close_between((unsigned)from, (unsigned)next - 1);
		from = next + 1;
	}
	done &= close_between((unsigned)from, ~0u);
	/* So that no later file becomes the standard output. open() gives the lowest that is free.
	 */
	while ((fd = open("/dev/null", O_RDWR)) >= 0 && fd <= STDERR_FILENO)
		;
	if (fd >= 0)
		close(fd);
	return done ? 0 : -ENOSYS;
}

static int reading_rules(const struct sandbox_config *c, unsigned *abi)
{
	int ruleset = sandbox_ruleset(abi, true);
	const char *const *path = c->read;
	size_t i;

	if (ruleset < 0)
		return -1;
	for (i = 0; i < sizeof(readable) / sizeof(*readable); i++)
		sandbox_allow(ruleset, *abi, readable[i], false);
	for (; path && *path; path++)
		sandbox_allow(ruleset, *abi, *path, false);
	if (c->module)
		sandbox_allow_library(ruleset, *abi, c->module);
	return ruleset;
}

/* Since Linux 5.14 RLIMIT_NPROC counts within a user namespace; before, all of a user's tasks,
 * wherever they are, so that the limit would hit a worker of a busy user at once. */
static bool counts_by_namespace(void)
{
	unsigned major = 0, minor = 0;
	struct utsname name;

	if (uname(&name) || sscanf(name.release, "%u.%u", &major, &minor) != 2)
		return false;
	return major > 5 || (major == 5 && minor >= 14);
}

static unsigned set_limits(const struct sandbox_config *c, bool own_user, bool was_root)
{
	unsigned got = SANDBOX_LIMITS;
	bool done = sandbox_limit(RLIMIT_NOFILE, DESCRIPTORS_MAX) &&
		    sandbox_limit(RLIMIT_CORE, 0) && sandbox_limit(RLIMIT_MEMLOCK, LOCKED_MAX);

	/* Shadow memory is terabytes of address space; reports go to the standard error, which may
	 * be a file. */
	if (!SANDBOX_SANITIZED)
		done &= sandbox_limit(RLIMIT_AS, c->memory ? c->memory : SANDBOX_MEMORY) &&
			sandbox_limit(RLIMIT_FSIZE, 0);
	signal(SIGXFSZ, SIG_IGN); /* a write to a file fails; it does not kill */
	if (own_user && (was_root || counts_by_namespace()) &&
		sandbox_limit(RLIMIT_NPROC, c->threads ? c->threads : SANDBOX_THREADS_MAX))
		got |= SANDBOX_THREADS;
	return done ? got : got & ~SANDBOX_LIMITS;
}

int sandbox_enter(const struct sandbox_config *c, unsigned *got)
{
	bool was_root = geteuid() == 0;
	int ruleset, parent_death = 0;
	unsigned abi;
	int err = close_descriptors(c);

	*got = 0;
	if (err && err != -ENOSYS)
		return err;
	*got |= err ? 0 : SANDBOX_DESCRIPTORS;
	ruleset = reading_rules(c, &abi);
	/* Landlock's rule for /proc/self holds for the folder as it is in memory now. Should the
	 * kernel forget it, a new one would not be covered; open, it is not forgotten. */
	if (ruleset >= 0)
		(void)!open("/proc/self", O_PATH | O_CLOEXEC);
	/* A change of user takes the signal of the parent's death away. */
	prctl(PR_GET_PDEATHSIG, &parent_death);
	*got |= sandbox_own_user(c, ruleset >= 0);
	if (parent_death)
		prctl(PR_SET_PDEATHSIG, (long)parent_death);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) == 0 && prctl(PR_SET_DUMPABLE, 0L) == 0)
		*got |= SANDBOX_NO_PRIVILEGES;
	if (ruleset >= 0 && sandbox_restrict(ruleset))
		*got |= SANDBOX_LANDLOCK | (abi & 0xff) << 16;
	if (ruleset >= 0)
		close(ruleset);
	*got |= set_limits(c, *got & SANDBOX_USER, was_root);
	*got |= sandbox_filter(c->listener_socket);
	return 0;
}

static void add(char *buf, size_t room, const char *separator, const char *text)
{
	size_t used = strlen(buf);

	snprintf(buf + used, room - used, "%s%s", used ? separator : "", text);
}

const char *sandbox_text(unsigned got, char *buf, size_t room)
{
	static const struct {
		unsigned bit;
		const char *text;
	} measures[] = {
		{SANDBOX_DESCRIPTORS, "only its own descriptors"},
		{SANDBOX_NO_PRIVILEGES, "no new privileges"},
		{SANDBOX_USER, "own user"},
		{SANDBOX_NETWORK, "own network"},
		{SANDBOX_LIMITS, "limits"},
		{SANDBOX_THREADS, "limit of threads"},
		{SANDBOX_FILTER, "system call filter"},
		{SANDBOX_SEEN, "refusals are seen"},
		{SANDBOX_LANDLOCK, "landlock"},
	};
	const size_t count = sizeof(measures) / sizeof(*measures);
	const char *separator = "; no: ";
	char landlock[24];
	size_t i;

	if (!room)
		return buf;
	buf[0] = '\0';
	snprintf(landlock, sizeof(landlock), "landlock %u", SANDBOX_LANDLOCK_ABI(got));
	for (i = 0; i < count; i++)
		if (got & measures[i].bit)
			add(buf, room, ", ",
				measures[i].bit == SANDBOX_LANDLOCK ? landlock : measures[i].text);
	if (!buf[0])
		add(buf, room, "", "nothing");
	for (i = 0; i < count; i++) {
		if (got & measures[i].bit)
			continue;
		add(buf, room, separator, measures[i].text);
		separator = ", ";
	}
	return buf;
}
