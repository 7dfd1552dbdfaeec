// SPDX-License-Identifier: BSD-2-Clause
/* Who the process is: user, capabilities, namespaces, limits. */
#include "worker/sandbox_internal.h"

#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* First of 2^28 numbers of users that nobody hands out (systemd's "Users, Groups, UIDs and GIDs"):
 * with the process id added, a worker has one to itself. */
#define OWN_USER 0x70000000u

bool sandbox_limit(int resource, uint64_t value)
{
	struct rlimit limit;

	if (getrlimit((__rlimit_resource_t)resource, &limit))
		return false;
	if (limit.rlim_max > value)
		limit.rlim_max = value;
	if (limit.rlim_cur > limit.rlim_max)
		limit.rlim_cur = limit.rlim_max;
	return setrlimit((__rlimit_resource_t)resource, &limit) == 0;
}

static bool set_capabilities(uint64_t permitted, uint64_t effective)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];
	unsigned i;

	for (i = 0; i < 2; i++)
		data[i] = (struct __user_cap_data_struct){
			.permitted = (uint32_t)(permitted >> 32 * i),
			.effective = (uint32_t)(effective >> 32 * i),
		};
	return syscall(SYS_capset, &header, data) == 0;
}

bool sandbox_drop_capabilities(uint64_t keep)
{
	unsigned long i;

	/* Those that a program gets by exec(); needs CAP_SETPCAP, so it comes first. */
	for (i = 0; i < 64; i++)
		if (prctl(PR_CAPBSET_READ, i) == 1)
			prctl(PR_CAPBSET_DROP, i);
	return set_capabilities(keep, keep);
}

/* Whether the process, as whom it is now and without capabilities, can read what it has to. */
static bool can_read(const struct sandbox_config *config)
{
	const char *const *path = config->read;

	/* access() asks for the real user, and forgets capabilities of one who is not root. */
	if (config->module && access(config->module, R_OK))
		return false;
	for (; path && *path; path++)
		if (access(*path, R_OK))
			return false;
	return true;
}

/*
 * From root to a user that owns nothing and has no other process. That also gives RLIMIT_NPROC a
 * meaning: it counts the tasks of a user, and root's not at all.
 */
static bool leave_root(const struct sandbox_config *config, bool confined)
{
	const uint64_t dac_read = 1ull << CAP_DAC_READ_SEARCH;
	uid_t own = OWN_USER + (uid_t)getpid();
	bool left;

	prctl(PR_SET_KEEPCAPS, 1L, 0L, 0L, 0L);
	left = setgroups(0, NULL) == 0 && setresgid(own, own, own) == 0 &&
	       setresuid(own, own, own) == 0;
	prctl(PR_SET_KEEPCAPS, 0L, 0L, 0L, 0L);
	if (left && set_capabilities(dac_read | 1ull << CAP_SETPCAP, 1ull << CAP_SETPCAP) &&
		confined && !can_read(config))
		return sandbox_drop_capabilities(dac_read);
	return sandbox_drop_capabilities(0) && left;
}

unsigned sandbox_own_user(const struct sandbox_config *config, bool confined)
{
	unsigned got = 0;

	if (geteuid() == 0) {
		got |= unshare(CLONE_NEWNET) == 0 ? SANDBOX_NETWORK : 0;
		return got | (leave_root(config, confined) ? SANDBOX_USER : 0);
	}
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0)
		got = SANDBOX_USER | SANDBOX_NETWORK;
	else if (unshare(CLONE_NEWUSER) == 0)
		got = SANDBOX_USER;
	/* A user namespace comes with all capabilities in itself. */
	sandbox_drop_capabilities(0);
	return got;
}
