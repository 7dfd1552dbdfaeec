// SPDX-License-Identifier: BSD-2-Clause
/* The sandbox of a worker: what it refuses, and that the host sees it. */
#include "tests/lib/sandboxed.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define NOBODY 0 /* the signal that only asks: should a test fail, nothing is hit */

#define NO(act, call)                                                                              \
	{                                                                                          \
#act, act, EPERM, call, SANDBOX_SEEN, 0                                            \
	}
#define NO_CALL(function)                                                                          \
	{                                                                                          \
		"call_" #function, call_##function, EPERM, #function, SANDBOX_SEEN, 0              \
	}

static long open_for_writing(void)
{
	return open("/dev/null", O_WRONLY);
}

static long open_for_both(void)
{
	return open("/dev/null", O_RDWR);
}

static long create(void)
{
	return open("/tmp/openihv-sandbox-made", O_CREAT | O_RDONLY, 0600);
}

static long truncate_it(void)
{
	return open("/dev/null", O_RDONLY | O_TRUNC);
}

static long nameless_file(void)
{
	return open("/tmp", O_TMPFILE | O_RDWR, 0600);
}

static long read_shadow(void)
{
	return open("/etc/shadow", O_RDONLY);
}

static long read_passwd(void)
{
	return open("/etc/passwd", O_RDONLY); /* anybody may, but for Landlock */
}

static long list_root(void)
{
	return open("/", O_RDONLY | O_DIRECTORY);
}

static long around_proc(void)
{
	return open("/proc/self/root/etc/passwd", O_RDONLY);
}

static long make_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}

static long make_unix_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0);
}

static long try_connect(void)
{
	struct sockaddr a = {.sa_family = AF_UNIX};

	return connect(STDERR_FILENO, &a, sizeof(a));
}

static long try_bind(void)
{
	struct sockaddr a = {.sa_family = AF_UNIX};

	return bind(STDERR_FILENO, &a, sizeof(a));
}

static long try_sendmsg(void)
{
	struct msghdr m = {0};

	return sendmsg(STDERR_FILENO, &m, 0);
}

static long try_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(1);
	return pid;
}

static long try_vfork(void)
{
	return syscall(SYS_vfork);
}

static long new_clone(void)
{
	return syscall(SYS_clone3, NULL, (size_t)0);
}

/* A thread in a user namespace of its own */
static long clone_namespace(void)
{
	return syscall(SYS_clone,
		CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
			CLONE_NEWNET,
		NULL, NULL, NULL, NULL);
}

static long try_exec(void)
{
	return execl("/bin/true", "true", (char *)NULL);
}

static long trace_parent(void)
{
	return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
}

static long kill_parent(void)
{
	return kill(getppid(), NOBODY);
}

static long kill_group(void)
{
	return kill(0, NOBODY);
}

static long signal_parent_thread(void)
{
	return syscall(SYS_tgkill, getppid(), getppid(), NOBODY);
}

static long read_parent(void)
{
	char to[8] = "", from[8] = "";
	struct iovec local = {.iov_base = to, .iov_len = 8};
	struct iovec remote = {.iov_base = from, .iov_len = 8};

	return process_vm_readv(getppid(), &local, 1, &remote, 1, 0);
}

static long write_itself(void)
{
	char to[8] = "", from[8] = "";
	struct iovec local = {.iov_base = from, .iov_len = 8};
	struct iovec remote = {.iov_base = to, .iov_len = 8};

	return process_vm_writev(getpid(), &local, 1, &remote, 1, 0);
}

static long map(int protection)
{
	return mmap(NULL, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1
											      : 0;
}

static long map_code(void)
{
	return map(PROT_READ | PROT_EXEC);
}

static long map_writable_code(void)
{
	return map(PROT_READ | PROT_WRITE | PROT_EXEC);
}

static long make_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return mprotect(p, 4096, PROT_READ | PROT_EXEC);
}

static long raise_limit(void)
{
	struct rlimit limit = {.rlim_cur = 1, .rlim_max = 1};

	return setrlimit(RLIMIT_NOFILE, &limit);
}

static long become_dumpable(void)
{
	return prctl(PR_SET_DUMPABLE, 1L);
}

static long type_for_the_user(void)
{
	return ioctl(STDERR_FILENO, TIOCSTI, "x");
}

static long set_nonblocking(void)
{
	return fcntl(STDERR_FILENO, F_SETFL, O_NONBLOCK);
}

#define CALL(function, ...)                                                                        \
	static long call_##function(void)                                                          \
	{                                                                                          \
		return syscall(SYS_##function, __VA_ARGS__);                                       \
	}

CALL(mount, "none", "/mnt", "tmpfs", 0ul, NULL)
CALL(umount2, "/mnt", 0)
CALL(unshare, CLONE_NEWNS)
CALL(setns, STDERR_FILENO, 0)
CALL(chroot, "/tmp")
CALL(bpf, 0, NULL, 0)
CALL(io_uring_setup, 1, NULL)
CALL(userfaultfd, 0)
CALL(keyctl, 0, 0, 0, 0, 0)
CALL(add_key, NULL, NULL, NULL, (size_t)0, 0)
CALL(perf_event_open, NULL, 0, 0, 0, 0ul)
CALL(setuid, 0)
CALL(setgid, 0)
CALL(capset, NULL, NULL)
CALL(chmod, "/tmp/none", 0600)
CALL(chown, "/tmp/none", 0, 0)
CALL(unlink, "/tmp/none")
CALL(rename, "/tmp/none", "/tmp/none2")
CALL(link, "/tmp/none", "/tmp/none2")
CALL(symlink, "none", "/tmp/none2")
CALL(mkdir, "/tmp/none", 0700)
CALL(mknod, "/tmp/none", 0, 0)
CALL(truncate, "/tmp/none", 0l)
CALL(memfd_create, "x", 0u)
CALL(seccomp, 0u, 0u, NULL)
CALL(init_module, NULL, 0ul, NULL)
CALL(reboot, 0, 0, 0, NULL)
CALL(openat2, AT_FDCWD, "/usr", NULL, (size_t)0)
CALL(open_by_handle_at, 0, NULL, 0)
CALL(pidfd_open, 1, 0u)
CALL(pidfd_getfd, 0, 0, 0u)
CALL(execveat, AT_FDCWD, "/bin/true", NULL, NULL, 0)
CALL(shmget, 0, (size_t)4096, 0)
CALL(sched_setscheduler, 0, 0, NULL)
CALL(clock_settime, 0, NULL)

#ifdef __x86_64__
static long call_x32(void)
{
	return syscall(0x40000000l + SYS_getpid);
}

static long call_i386(void)
{
	long number = 20; /* getpid */

	__asm__ volatile("int $0x80" : "+a"(number) : : "memory", "r8", "r9", "r10", "r11");
	return number;
}
#endif

static const struct attempt attempts[] = {
	NO(open_for_writing, "openat"),
	NO(open_for_both, "openat"),
	NO(create, "openat"),
	NO(truncate_it, "openat"),
	NO(nameless_file, "openat"),
	FAILS(read_shadow, EACCES, SANDBOX_LANDLOCK),
	FAILS(read_passwd, EACCES, SANDBOX_LANDLOCK),
	FAILS(list_root, EACCES, SANDBOX_LANDLOCK),
	FAILS(around_proc, EACCES, SANDBOX_LANDLOCK),
	NO(make_socket, "socket"),
	NO(make_unix_socket, "socket"),
	NO(try_connect, "connect"),
	NO(try_bind, "bind"),
	NO(try_sendmsg, "sendmsg"),
	NO(try_fork, "clone"),
	NO(try_vfork, "vfork"),
	FAILS(new_clone, ENOSYS, SANDBOX_FILTER),
	NO(clone_namespace, "clone"),
	NO(try_exec, "execve"),
	NO(trace_parent, "ptrace"),
	NO(kill_parent, "kill"),
	NO(kill_group, "kill"),
	NO(signal_parent_thread, "tgkill"),
	NO(read_parent, "process_vm_readv"),
	NO(write_itself, "process_vm_writev"),
	NO(map_code, "mmap"),
	NO(map_writable_code, "mmap"),
	NO(make_code, "mprotect"),
	NO(raise_limit, "prlimit64"),
	NO(become_dumpable, "prctl"),
	NO(type_for_the_user, "ioctl"),
	NO(set_nonblocking, "fcntl"),
	NO_CALL(mount),
	NO_CALL(umount2),
	NO_CALL(unshare),
	NO_CALL(setns),
	NO_CALL(chroot),
	NO_CALL(bpf),
	NO_CALL(io_uring_setup),
	NO_CALL(userfaultfd),
	NO_CALL(keyctl),
	NO_CALL(add_key),
	NO_CALL(perf_event_open),
	NO_CALL(setuid),
	NO_CALL(setgid),
	NO_CALL(capset),
	NO_CALL(chmod),
	NO_CALL(chown),
	NO_CALL(unlink),
	NO_CALL(rename),
	NO_CALL(link),
	NO_CALL(symlink),
	NO_CALL(mkdir),
	NO_CALL(mknod),
	NO_CALL(truncate),
	NO_CALL(memfd_create),
	NO_CALL(seccomp),
	NO_CALL(init_module),
	NO_CALL(reboot),
	NO_CALL(openat2),
	NO_CALL(open_by_handle_at),
	NO_CALL(pidfd_open),
	NO_CALL(pidfd_getfd),
	NO_CALL(execveat),
	NO_CALL(shmget),
	NO_CALL(sched_setscheduler),
	NO_CALL(clock_settime),
#ifdef __x86_64__
	DIES(call_x32, SIGSYS),
	DIES(call_i386, SIGSYS),
#endif
};

int main(void)
{
	return sandboxed_run(attempts, sizeof(attempts) / sizeof(*attempts), NULL, 0);
}
