// SPDX-License-Identifier: BSD-2-Clause
/* The sandbox of a worker: what goes on in it, its limits, and how the host takes part. */
#include "base/syscall.h"
#include "tests/lib/sandboxed.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define GOES(act, needs) FAILS(act, 0, needs)

static int inherited = -1; /* a descriptor that the sandbox has to close */

static void *increment(void *counter)
{
	__atomic_add_fetch((int *)counter, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

static long use_threads(void)
{
	pthread_t thread[8];
	int i, counter = 0;

	for (i = 0; i < 8; i++)
		if (pthread_create(&thread[i], NULL, increment, &counter))
			return -1;
	for (i = 0; i < 8; i++)
		pthread_join(thread[i], NULL);
	return counter - 8;
}

static long use_memory(void)
{
	const size_t size = 64u << 20;
	char *p = malloc(size);

	if (!p)
		return -1;
	memset(p, 1, size);
	p = realloc(p, size * 2);
	free(p);
	return p ? 0 : -1;
}

static long use_crypto(void)
{
	unsigned char digest[32], random[32];
	unsigned size = 0;

	if (!EVP_Digest("abc", 3, digest, &size, EVP_sha256(), NULL) || size != 32)
		return -1;
	return RAND_bytes(random, sizeof(random)) == 1 && digest[0] == 0xba ? 0 : -1;
}

static long load_library(void)
{
	void *handle = dlopen(sandboxed_library(), RTLD_NOW);

	if (!handle)
		fprintf(stderr, "%s\n", dlerror());
	return handle ? 0 : -1;
}

static long list_threads(void)
{
	DIR *dir = opendir("/proc/self/task");
	const struct dirent *e;
	char text[64];
	int fd, found = 0;

	if (!dir)
		return -1;
	while ((e = readdir(dir)))
		if (e->d_name[0] != '.') {
			snprintf(text, sizeof(text), "%.20s/stat", e->d_name);
			fd = openat(dirfd(dir), text, O_RDONLY);
			found += read(fd, text, sizeof(text)) > 0;
			close(fd);
		}
	closedir(dir);
	return found ? 0 : -1;
}

static long read_itself(void)
{
	char to[8] = "", from[8] = "himself";
	struct iovec local = {.iov_base = to, .iov_len = 8};
	struct iovec remote = {.iov_base = from, .iov_len = 8};

	if (process_vm_readv(getpid(), &local, 1, &remote, 1, 0) != 8)
		return -1;
	return memcmp(to, from, 8);
}

static volatile sig_atomic_t caught;

static void catch (int number)
{
	caught = number;
}

static long signal_itself(void)
{
	struct sigaction action = {.sa_handler = catch};

	sigaction(SIGUSR1, &action, NULL);
	if (raise(SIGUSR1) || caught != SIGUSR1)
		return -1;
	caught = 0;
	return kill(getpid(), SIGUSR1) == 0 && caught == SIGUSR1 ? 0 : -1;
}

static long wait_for_things(void)
{
	struct epoll_event e = {.events = EPOLLIN};
	struct itimerspec soon = {.it_value.tv_nsec = 1000};
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC), event = eventfd(1, EFD_CLOEXEC);
	int epoll = epoll_create1(EPOLL_CLOEXEC), ends[2];
	char byte;

	if (timer < 0 || event < 0 || epoll < 0 || pipe2(ends, O_CLOEXEC | O_NONBLOCK))
		return -1;
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, event, &e) || epoll_wait(epoll, &e, 1, -1) != 1)
		return -1;
	if (timerfd_settime(timer, 0, &soon, NULL) || write(ends[1], "x", 1) != 1)
		return -1;
	return poll(&(struct pollfd){.fd = timer, .events = POLLIN}, 1, -1) == 1 &&
			       read(ends[0], &byte, 1) == 1
		       ? 0
		       : -1;
}

static long print(void)
{
	return printf("to nobody\n") == 10 && fflush(stdout) == 0 ? 0 : -1;
}

static long end_itself(void)
{
	abort();
}

/* Limits */

static void *wait_for_ever(void *unused)
{
	for (;;)
		pause();
	return unused;
}

static long start_threads(void)
{
	pthread_attr_t small;
	pthread_t thread;
	unsigned n = 0;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 65536);
	while (n < 10000 && pthread_create(&thread, &small, wait_for_ever, NULL) == 0)
		n++;
	return n > 8 && n < SANDBOX_THREADS_MAX ? 0 : (long)n + 1;
}

static long open_descriptors(void)
{
	unsigned n = 0;

	while (n < 10000 && dup(STDERR_FILENO) >= 0)
		n++;
	if (errno != EMFILE)
		return (long)n + 1;
	errno = 0;
	return n > 32 && n < 64 ? 0 : (long)n + 1;
}

static long write_inherited(void)
{
	return write(inherited, "x", 1);
}

static long standard_input(void)
{
	char byte;

	return read(STDIN_FILENO, &byte, 1);
}

/* The line of /proc/self/status; -1: none. */
static long status_of(const char *field, int base)
{
	char line[256];
	long value = -1;
	FILE *f = fopen("/proc/self/status", "r");

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, field, strlen(field)))
			value = strtol(line + strlen(field), NULL, base);
	if (f)
		fclose(f);
	return value;
}

static long is_nobody(void)
{
	return status_of("CapEff:", 16) | status_of("CapPrm:", 16) | (getuid() == 0) |
	       (status_of("NoNewPrivs:", 10) != 1);
}

static const struct attempt attempts[] = {
	DIES(end_itself, SIGABRT),
	GOES(use_threads, 0),
	GOES(use_memory, 0),
	GOES(use_crypto, 0),
	GOES(load_library, 0),
	GOES(list_threads, 0),
	GOES(read_itself, 0),
	GOES(signal_itself, 0),
	GOES(wait_for_things, 0),
	GOES(print, 0),
	GOES(standard_input, SANDBOX_DESCRIPTORS),
	GOES(start_threads, SANDBOX_THREADS),
	GOES(open_descriptors, SANDBOX_LIMITS),
	GOES(is_nobody, SANDBOX_USER),
	FAILS(write_inherited, EBADF, SANDBOX_DESCRIPTORS),
};

/* A module in a folder that only root can enter, with a secret next to it. */

static char hidden[] = "/tmp/openihv-sandbox-XXXXXX";
static char hidden_module[64], hidden_secret[64];

static long load_hidden(void)
{
	if (!dlopen(hidden_module, RTLD_NOW))
		return 1;
	if (open(hidden_secret, O_RDONLY) >= 0 || errno != EACCES)
		return 2;
	errno = 0;
	/* of root's capabilities the one to read, where Landlock says what */
	return getuid() == 0 || status_of("CapEff:", 16) & ~4l ? 3 : 0;
}

static void copy_file(const char *from, const char *to)
{
	char bytes[4096];
	FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
	size_t n;

	assert_non_null(in);
	assert_non_null(out);
	while ((n = fread(bytes, 1, sizeof(bytes), in)) > 0)
		assert_int_equal(fwrite(bytes, 1, n, out), n);
	fclose(in);
	assert_int_equal(fclose(out), 0);
}

static void test_hidden_module(void **state)
{
	struct seen seen;

	assert_non_null(mkdtemp(hidden));
	snprintf(hidden_module, sizeof(hidden_module), "%s/module.so", hidden);
	snprintf(hidden_secret, sizeof(hidden_secret), "%s/id_rsa", hidden);
	copy_file(sandboxed_library(), hidden_module);
	copy_file("/etc/hostname", hidden_secret);
	seen = sandboxed(&(struct child){.module = hidden_module, .act = load_hidden});
	unlink(hidden_module);
	unlink(hidden_secret);
	rmdir(hidden);
	sandboxed_needs(seen.told.got, SANDBOX_LANDLOCK | SANDBOX_USER);
	assert_int_equal(seen.told.result, 0);
}

/* A sanitizer's shadow memory is larger than any limit: built with one there is none to test. */
#if !SANDBOX_SANITIZED
static long take_memory(void)
{
	void *p[40];
	long n, all = 0;

	for (n = 0; n < 40 && (p[n] = malloc(64u << 20)); n++)
		memset(p[n], 0, 1);
	all = n;
	while (n > 0)
		free(p[--n]);
	return all > 4 && all < 16 ? 0 : all + 1;
}

static void test_memory(void **state)
{
	struct seen seen = sandboxed(&(struct child){.act = take_memory});

	sandboxed_needs(seen.told.got, SANDBOX_LIMITS);
	assert_int_equal(seen.status, 0);
	assert_int_equal(seen.told.result, 0);
}
#endif

/* The signal of the parent's death outlives the change of user. */

static void ask_for_parents_death(void)
{
	prctl(PR_SET_PDEATHSIG, (long)SIGTERM);
}

static long parents_death(void)
{
	int number = 0;

	prctl(PR_GET_PDEATHSIG, &number);
	return number;
}

static void test_parents_death(void **state)
{
	struct seen seen =
		sandboxed(&(struct child){.before = ask_for_parents_death, .act = parents_death});

	assert_int_equal(seen.told.result, SIGTERM);
}

/* Where refusals cannot be seen */

static long any_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}

static void check_unseen(const struct seen *seen)
{
	sandboxed_needs(seen->told.got, SANDBOX_FILTER);
	assert_int_equal(seen->told.got & SANDBOX_SEEN, 0);
	assert_int_equal(seen->listener, -ENODATA);
	assert_int_equal(seen->told.result, -1);
	assert_int_equal(seen->told.error, EPERM);
}

static void test_no_socket(void **state)
{
	struct seen seen = sandboxed(&(struct child){.act = any_socket, .alone = true});

	check_unseen(&seen);
}

/* As in a container whose manager listens already. The manager is a child of the child. */
static void be_watched(void)
{
	struct sock_filter allow[] = {{.code = BPF_RET | BPF_K, .k = SECCOMP_RET_ALLOW}};
	struct sock_fprog program = {.len = 1, .filter = allow};
	pid_t worker = getpid();
	struct pollfd end = {.events = POLLIN};
	unsigned listener;

	prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L);
	listener = (unsigned)syscall(
		SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
	if (fork() != 0)
		return;
	/* It holds the listener until its parent is gone, and not the socket. */
	close_range(3, listener - 1, 0);
	end.fd = (int)syscall(SYS_pidfd_open, worker, 0u);
	poll(&end, 1, -1);
	_exit(0);
}

static void test_watched_already(void **state)
{
	struct seen seen = sandboxed(&(struct child){.before = be_watched, .act = any_socket});

	check_unseen(&seen);
}

static void test_bad_descriptor(void **state)
{
	struct sandbox_config config = {
		.keep = (const int[]){1000}, .nkeep = 1, .listener_socket = -1};
	unsigned got;

	assert_int_equal(sandbox_enter(&config, &got), -EBADF);
}

/* The host's side */

static void test_receive(void **state)
{
	int pair[2], fd = STDERR_FILENO;
	union {
		struct cmsghdr c;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {.c = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
	char byte = 0;
	struct iovec io = {.iov_base = &byte, .iov_len = 1};
	struct msghdr m = {.msg_iov = &io, .msg_iovlen = 1};

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	assert_int_equal(sandbox_receive_listener(pair[0]), -EAGAIN);
	assert_int_equal(sendmsg(pair[1], &m, 0), 1);
	assert_int_equal(sandbox_receive_listener(pair[0]), -EPROTO);
	memcpy(CMSG_DATA(&control.c), &fd, sizeof(fd));
	m.msg_control = &control;
	m.msg_controllen = sizeof(control);
	assert_int_equal(sendmsg(pair[1], &m, 0), 1);
	assert_int_equal(sandbox_receive_listener(pair[0]), -EPROTO);
	close(pair[1]);
	assert_int_equal(sandbox_receive_listener(pair[0]), -ENODATA);
	close(pair[0]);
}

/* A worker that dies while a refused call waits for its answer. */
static void test_dies_unanswered(void **state)
{
	struct sandbox_config config = {0};
	struct sandbox_refusal r;
	unsigned got;
	int pair[2], listener;
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	pid = fork();
	if (pid == 0) {
		config.listener_socket = pair[1];
		sandbox_enter(&config, &got);
		any_socket();
		_exit(0);
	}
	close(pair[1]);
	listener = sandbox_receive_listener(pair[0]);
	close(pair[0]);
	if (listener >= 0) {
		assert_int_equal(
			poll(&(struct pollfd){.fd = listener, .events = POLLIN}, 1, -1), 1);
		kill(pid, SIGKILL);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	if (listener < 0)
		skip(); /* no notification here: the other tests say so */
	assert_false(sandbox_answer(listener, &r));
	close(listener);
}

static void test_text(void **state)
{
	char text[256];

	print_message("%s\n", sandbox_text(sandboxed(&(struct child){.act = print}).told.got, text,
				      sizeof(text)));
	assert_string_equal(
		sandbox_text(SANDBOX_FILTER | SANDBOX_SEEN | SANDBOX_LANDLOCK | 7u << 16, text,
			sizeof(text)),
		"system call filter, refusals are seen, landlock 7; no: only its own descriptors, "
		"no new privileges, own user, own network, limits, limit of threads");
	assert_string_equal(sandbox_text(0, text, 8), "nothing");
	assert_null(strstr(sandbox_text(~0u, text, sizeof(text)), "; no"));
	assert_string_equal(system_call_name(0x7fffu), "system call 32767");
}

int main(void)
{
	const struct CMUnitTest others[] = {
#if !SANDBOX_SANITIZED
		cmocka_unit_test(test_memory),
#endif
		cmocka_unit_test(test_hidden_module),
		cmocka_unit_test(test_parents_death),
		cmocka_unit_test(test_no_socket),
		cmocka_unit_test(test_watched_already),
		cmocka_unit_test(test_bad_descriptor),
		cmocka_unit_test(test_receive),
		cmocka_unit_test(test_dies_unanswered),
		cmocka_unit_test(test_text),
	};
	int ends[2];

	if (pipe(ends))
		return 1;
	inherited = ends[1];
	return sandboxed_run(attempts, sizeof(attempts) / sizeof(*attempts), others,
		sizeof(others) / sizeof(*others));
}
