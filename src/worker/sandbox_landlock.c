// SPDX-License-Identifier: BSD-2-Clause
/*
 * Landlock: landlock(7), linux/landlock.h. Debian 12's headers end with version 2 of its interface;
 * what came later stands here with its number.
 */
#include "worker/sandbox_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* struct landlock_ruleset_attr as of version 6; older ones are beginnings of it. */
struct ruleset_attr {
	uint64_t fs;
	uint64_t net;    /* since 4 */
	uint64_t scoped; /* since 6 */
};

#define FS_TRUNCATE  (1ull << 14) /* since 3 */
#define FS_IOCTL_DEV (1ull << 15) /* since 5 */
#define FS_READ      (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE)
#define FS_FILE      (FS_READ | LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE | FS_IOCTL_DEV)
#define NET_TCP      3ull /* bind, connect */
#define SCOPE_ALL    3ull /* abstract Unix sockets, signals */

#define LIBRARIES_MAX 256 /* in a module's folder: each takes a rule */

/* Everything about files that this version can forbid. */
static uint64_t all_fs(unsigned abi)
{
	unsigned bits = abi >= 5 ? 16 : abi >= 3 ? 15 : abi == 2 ? 14 : 13;

	return (1ull << bits) - 1;
}

int sandbox_ruleset(unsigned *abi, bool signals)
{
	struct ruleset_attr attr = {0};
	long version = syscall(
		SYS_landlock_create_ruleset, NULL, (size_t)0, LANDLOCK_CREATE_RULESET_VERSION);
	size_t size;
	int fd;

	*abi = version > 0 ? (unsigned)version : 0;
	if (!*abi)
		return -1;
	attr.fs = all_fs(*abi);
	attr.net = *abi >= 4 ? NET_TCP : 0;
	attr.scoped = *abi >= 6 && signals ? SCOPE_ALL : 0;
	size = *abi >= 6 ? sizeof(attr) : *abi >= 4 ? 16 : 8;
	fd = (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0u);
	if (fd < 0)
		*abi = 0;
	else
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

int sandbox_allow(int ruleset, unsigned abi, const char *path, bool write)
{
	struct landlock_path_beneath_attr rule = {0};
	struct stat st;
	int err = 0;

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return -errno;
	rule.allowed_access = write ? all_fs(abi) : FS_READ | LANDLOCK_ACCESS_FS_READ_DIR;
	if (fstat(rule.parent_fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rule.allowed_access &= FS_FILE; /* rights of folders are refused for files */
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0u))
		err = -errno;
	close(rule.parent_fd);
	return err;
}

static bool is_library(const char *name)
{
	const char *so = strstr(name, ".so");

	return so && (so[3] == '\0' || so[3] == '.');
}

/* Not the whole folder: a module may lie in somebody's home, next to what is nobody's business. */
void sandbox_allow_library(int ruleset, unsigned abi, const char *path)
{
	char *real = realpath(path, NULL), *slash = real ? strrchr(real, '/') : NULL;
	char *file = NULL;
	const struct dirent *e;
	unsigned left = LIBRARIES_MAX;
	DIR *dir;

	if (!slash) {
		free(real);
		return;
	}
	sandbox_allow(ruleset, abi, real, false);
	slash[1] = '\0';
	dir = opendir(real);
	while (dir && left && (e = readdir(dir))) {
		if (!is_library(e->d_name) || asprintf(&file, "%s%s", real, e->d_name) < 0)
			continue;
		sandbox_allow(ruleset, abi, file, false);
		free(file);
		left--;
	}
	if (dir)
		closedir(dir);
	free(real);
}

bool sandbox_restrict(int ruleset)
{
	return syscall(SYS_landlock_restrict_self, ruleset, 0u) == 0;
}
