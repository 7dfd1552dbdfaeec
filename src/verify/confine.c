// SPDX-License-Identifier: BSD-2-Clause
#include "verify/confine.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* Sanitizers reserve more address space than any limit would leave them. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define LIMITED false
#else
#define LIMITED true
#endif

void confine_memory(uint64_t bytes)
{
	const struct rlimit limit = {bytes, bytes};

	if (LIMITED)
		setrlimit(RLIMIT_AS, &limit);
}

void confine_calls(void)
{
	static const int refused[] = {SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(execve),
		SCMP_SYS(execveat), SCMP_SYS(reboot), SCMP_SYS(ptrace), SCMP_SYS(process_vm_writev),
		SCMP_SYS(setrlimit), SCMP_SYS(tkill), SCMP_SYS(pidfd_send_signal)};
	/* Signals: to itself alone. */
	static const int own[] = {SCMP_SYS(kill), SCMP_SYS(tgkill), SCMP_SYS(rt_sigqueueinfo),
		SCMP_SYS(rt_tgsigqueueinfo)};
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	uint64_t self = (uint64_t)getpid();
	unsigned i;

	if (!filter)
		return;
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), refused[i], 0);
	/* A thread shares its process; what does not is a new one. Without clone3(), whose
	 * arguments no filter can see, the C library uses clone(). */
	seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
		SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
	for (i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		seccomp_rule_add(
			filter, SCMP_ACT_ERRNO(EPERM), own[i], 1, SCMP_A0(SCMP_CMP_NE, self, 0));
	/* Limits may be looked at, and it goes when its parent goes. */
	seccomp_rule_add(
		filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prlimit64), 1, SCMP_A2(SCMP_CMP_NE, 0, 0));
	seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prctl), 1,
		SCMP_A0(SCMP_CMP_EQ, PR_SET_PDEATHSIG, 0));
	seccomp_load(filter);
	seccomp_release(filter);
}
