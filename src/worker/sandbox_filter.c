// SPDX-License-Identifier: BSD-2-Clause
/*
 * The system call filter: a list of what a module with threads, libcrypto and libxml2 needs. Any
 * other call is refused.
 *
 * Arguments are judged only where they are numbers. What a pointer leads to can change after the
 * look at it; so calls that hide what they do behind one (clone3, openat2, io_uring) are left out.
 */
#include "worker/sandbox_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#endif

/* Whatever their arguments are. */
static const int allowed[] = {
	/* memory; mmap and mprotect below */
	SCMP_SYS(brk),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(mincore),
	SCMP_SYS(mlock),
	SCMP_SYS(mlock2),
	SCMP_SYS(munlock),
	SCMP_SYS(membarrier),
	/* threads; clone below */
	SCMP_SYS(futex),
	SCMP_SYS(futex_waitv),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(rseq),
	SCMP_SYS(set_tid_address),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(gettid),
	SCMP_SYS(sched_yield),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(sched_getparam),
	SCMP_SYS(sched_getscheduler),
	SCMP_SYS(sched_get_priority_min),
	SCMP_SYS(sched_get_priority_max),
	SCMP_SYS(getcpu),
	/* open descriptors; fcntl and ioctl below */
	SCMP_SYS(read),
	SCMP_SYS(readv),
	SCMP_SYS(pread64),
	SCMP_SYS(preadv),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	SCMP_SYS(pwrite64),
	SCMP_SYS(lseek),
	SCMP_SYS(close),
	SCMP_SYS(close_range),
	SCMP_SYS(dup),
	SCMP_SYS(dup2),
	SCMP_SYS(dup3),
	SCMP_SYS(fadvise64),
	SCMP_SYS(pipe),
	SCMP_SYS(pipe2),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(select),
	SCMP_SYS(pselect6),
	SCMP_SYS(epoll_create),
	SCMP_SYS(epoll_create1),
	SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_pwait2),
	SCMP_SYS(eventfd),
	SCMP_SYS(eventfd2),
	SCMP_SYS(timerfd_create),
	SCMP_SYS(timerfd_settime),
	SCMP_SYS(timerfd_gettime),
	SCMP_SYS(signalfd),
	SCMP_SYS(signalfd4),
	/* files by name, without opening them */
	SCMP_SYS(stat),
	SCMP_SYS(lstat),
	SCMP_SYS(fstat),
	SCMP_SYS(newfstatat),
	SCMP_SYS(statx),
	SCMP_SYS(access),
	SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2),
	SCMP_SYS(readlink),
	SCMP_SYS(readlinkat),
	SCMP_SYS(getcwd),
	SCMP_SYS(getdents),
	SCMP_SYS(getdents64),
	SCMP_SYS(statfs),
	SCMP_SYS(fstatfs),
	/* time */
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_getres),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(nanosleep),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(time),
	SCMP_SYS(times),
	SCMP_SYS(getitimer),
	SCMP_SYS(setitimer),
	SCMP_SYS(alarm),
	SCMP_SYS(timer_create),
	SCMP_SYS(timer_settime),
	SCMP_SYS(timer_gettime),
	SCMP_SYS(timer_getoverrun),
	SCMP_SYS(timer_delete),
	/* signals; sending below */
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigpending),
	SCMP_SYS(rt_sigsuspend),
	SCMP_SYS(rt_sigtimedwait),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(pause),
	SCMP_SYS(restart_syscall),
	/* what it is told about itself and the machine */
	SCMP_SYS(getrandom),
	SCMP_SYS(getpid),
	SCMP_SYS(getppid),
	SCMP_SYS(getuid),
	SCMP_SYS(geteuid),
	SCMP_SYS(getgid),
	SCMP_SYS(getegid),
	SCMP_SYS(getresuid),
	SCMP_SYS(getresgid),
	SCMP_SYS(getgroups),
	SCMP_SYS(getpgrp),
	SCMP_SYS(getpgid),
	SCMP_SYS(getsid),
	SCMP_SYS(getrlimit),
	SCMP_SYS(getrusage),
	SCMP_SYS(uname),
	SCMP_SYS(sysinfo),
#if SANDBOX_SANITIZED
	SCMP_SYS(personality),
#endif
};

/* The flags with which a C library makes a thread: these, and of the others only those with which
 * the kernel writes numbers into the process itself. */
#define THREAD_FLAGS                                                                               \
	((uint64_t)(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |             \
		    CLONE_SYSVSEM))
#define THREAD_MAY                                                                                 \
	((uint64_t)(CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID |                      \
		    CLONE_CHILD_CLEARTID | CLONE_DETACHED))

/* O_TMPFILE is O_DIRECTORY with a bit of its own, and needs one of the first two. */
#define OPEN_WRITES ((uint64_t)(O_ACCMODE | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY)))

#define ALLOW(number, count, ...)                                                                  \
	{                                                                                          \
		number, count,                                                                     \
		{                                                                                  \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}

struct rule {
	int number;
	unsigned count;
	struct scmp_arg_cmp arguments[2];
};

static int add_rules(scmp_filter_ctx filter, const struct rule *rules, size_t count)
{
	int err = 0;
	size_t i;

	for (i = 0; i < count && !err; i++)
		err = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, rules[i].number,
			rules[i].count, rules[i].arguments);
	return err;
}

/* Argument n has, of the bits of mask, exactly those of value */
#define BITS(n, mask, value)                                                                       \
	{                                                                                          \
		.arg = n, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value              \
	}
#define IS(n, value)                                                                               \
	{                                                                                          \
		.arg = n, .op = SCMP_CMP_EQ, .datum_a = value                                      \
	}

/*
 * Code comes from files: a loader maps it executable and not writable. Nothing that is or was
 * writable becomes executable, and no file can be written; so what a module was made to write into
 * memory never runs. Text relocations, executable stacks and compilers at run time do not work.
 */
static int allow_memory(scmp_filter_ctx filter)
{
	static const struct rule rules[] = {
		ALLOW(SCMP_SYS(mmap), 1, BITS(2, PROT_EXEC, 0)),
		ALLOW(SCMP_SYS(mmap), 2, BITS(2, PROT_EXEC | PROT_WRITE, PROT_EXEC),
			BITS(3, MAP_ANONYMOUS, 0)),
		ALLOW(SCMP_SYS(mprotect), 1, BITS(2, PROT_EXEC, 0)),
	};

	return add_rules(filter, rules, sizeof(rules) / sizeof(*rules));
}

static int allow_files(scmp_filter_ctx filter)
{
	static const struct rule rules[] = {
		ALLOW(SCMP_SYS(open), 1, BITS(1, OPEN_WRITES, 0)),
		ALLOW(SCMP_SYS(openat), 1, BITS(2, OPEN_WRITES, 0)),
		/* F_SETFL would change the terminal for those who share it */
		ALLOW(SCMP_SYS(fcntl), 1, IS(1, F_GETFD)),
		ALLOW(SCMP_SYS(fcntl), 1, IS(1, F_SETFD)),
		ALLOW(SCMP_SYS(fcntl), 1, IS(1, F_GETFL)),
		ALLOW(SCMP_SYS(fcntl), 1, IS(1, F_DUPFD)),
		ALLOW(SCMP_SYS(fcntl), 1, IS(1, F_DUPFD_CLOEXEC)),
		/* stdio asks whether it writes to a terminal */
		ALLOW(SCMP_SYS(ioctl), 1, IS(1, TCGETS)),
		ALLOW(SCMP_SYS(ioctl), 1, IS(1, FIONREAD)),
	};

	return add_rules(filter, rules, sizeof(rules) / sizeof(*rules));
}

static int allow_process(scmp_filter_ctx filter)
{
	const uint64_t self = (uint64_t)getpid();
	const struct rule rules[] = {
		ALLOW(SCMP_SYS(clone), 1, BITS(0, ~THREAD_MAY, THREAD_FLAGS)),
		ALLOW(SCMP_SYS(kill), 1, IS(0, self)),
		ALLOW(SCMP_SYS(tgkill), 1, IS(0, self)),
		ALLOW(SCMP_SYS(rt_tgsigqueueinfo), 1, IS(0, self)),
		ALLOW(SCMP_SYS(process_vm_readv), 1, IS(0, self)),
		/* the limits are read; with a third argument they would be set */
		ALLOW(SCMP_SYS(prlimit64), 2, IS(0, 0), IS(2, 0)),
		ALLOW(SCMP_SYS(prlimit64), 2, IS(0, self), IS(2, 0)),
		ALLOW(SCMP_SYS(prctl), 1, IS(0, PR_SET_NAME)),
		ALLOW(SCMP_SYS(prctl), 1, IS(0, PR_GET_NAME)),
		ALLOW(SCMP_SYS(prctl), 1, IS(0, PR_GET_DUMPABLE)),
		ALLOW(SCMP_SYS(prctl), 1, IS(0, PR_GET_PDEATHSIG)),
		ALLOW(SCMP_SYS(prctl), 1, IS(0, PR_SET_VMA)),
	};

	return add_rules(filter, rules, sizeof(rules) / sizeof(*rules));
}

/* `refuse`: what happens to a call that is not on the list. NULL: no such filter here. */
static scmp_filter_ctx make(uint32_t refuse, int listener_socket)
{
	const struct scmp_arg_cmp to_host = IS(0, (uint64_t)listener_socket);
	scmp_filter_ctx filter = seccomp_init(refuse);
	int err = 0;
	size_t i;

	if (!filter)
		return NULL;
	err = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	/* Decided by a tree, not a chain of a hundred comparisons; older libraries cannot. */
	seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	for (i = 0; i < sizeof(allowed) / sizeof(*allowed) && !err; i++)
		err = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, allowed[i], 0, NULL);
	if (!err)
		err = allow_memory(filter);
	if (!err)
		err = allow_files(filter);
	if (!err)
		err = allow_process(filter);
	/* A C library that hears this takes clone, whose flags can be seen. */
	if (!err)
		err = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	/* To send the listener, which exists only when the filter does. The socket is closed then;
	 * with no call left that makes one, its number can at most become that of a socket which
	 * the worker was given and may write to anyway. */
	if (!err && listener_socket >= 0)
		err = seccomp_rule_add_array(
			filter, SCMP_ACT_ALLOW, SCMP_SYS(sendmsg), 1, &to_host);
	if (err) {
		seccomp_release(filter);
		return NULL;
	}
	return filter;
}

static bool send_listener(int socket, int listener)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {0};
	char byte = 0;
	struct iovec io = {.iov_base = &byte, .iov_len = 1};
	struct msghdr message = {.msg_iov = &io,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(listener));
	memcpy(CMSG_DATA(c), &listener, sizeof(listener));
	return sendmsg(socket, &message, MSG_NOSIGNAL) == 1;
}

/* Fails where another listener stands already (a container's), and before Linux 5.0. */
static unsigned enter_seen(int socket)
{
	scmp_filter_ctx filter = make(SCMP_ACT_NOTIFY, socket);
	unsigned got = 0;
	int listener;

	if (filter && seccomp_load(filter) == 0) {
		got = SANDBOX_FILTER;
		listener = seccomp_notify_fd(filter);
		if (listener >= 0 && send_listener(socket, listener))
			got |= SANDBOX_SEEN;
		if (listener >= 0)
			close(listener);
	}
	if (filter)
		seccomp_release(filter);
	return got;
}

static unsigned enter_unseen(void)
{
	scmp_filter_ctx filter = make(SCMP_ACT_ERRNO(EPERM), -1);
	unsigned got = filter && seccomp_load(filter) == 0 ? SANDBOX_FILTER : 0;

	if (filter)
		seccomp_release(filter);
	return got;
}

unsigned sandbox_filter(int listener_socket)
{
	unsigned got = listener_socket >= 0 ? enter_seen(listener_socket) : 0;

	if (!got)
		got = enter_unseen();
	if (listener_socket >= 0)
		close(listener_socket);
	return got;
}
