// SPDX-License-Identifier: BSD-2-Clause
/*
 * openihv-worker MODULE [SOCKET]: a process for one module. Not for people: it speaks the protocol
 * on stdin and stdout, and sends the listener of its system call filter over SOCKET.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/lean.h"
#include "worker/random.h"
#include "worker/sandbox.h"
#include "worker/serve.h"

/* The host tells of a crash by the signal that a process ended by: it has to be that of the module,
 * and not a report that ends with a status. */
#define CRASH_IS_A_CRASH ":handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0"

#if defined(__SANITIZE_ADDRESS__)
/* The leak detector stops a process from outside, which the sandbox does not allow: whatever the
 * environment says, which is the host's. */
int __lsan_is_turned_off(void);
__attribute__((visibility("default"))) int __lsan_is_turned_off(void)
{
	return 1;
}

const char *__asan_default_options(void);
__attribute__((visibility("default"))) const char *__asan_default_options(void)
{
	return CRASH_IS_A_CRASH + 1;
}
#elif defined(__SANITIZE_THREAD__)
/* What one thread says and another hears the answer to has been through the host, an order that
 * cannot be seen here: its reports are about that. */
const char *__tsan_default_options(void);
__attribute__((visibility("default"))) const char *__tsan_default_options(void)
{
	return "report_bugs=0:atexit_sleep_ms=0" CRASH_IS_A_CRASH;
}
#endif

static struct serve_config config;
static int listener_socket = -1;

#if defined(__SANITIZE_THREAD__)
static void *nothing(void *user)
{
	return user;
}
#endif

/* A sanitizer's own thread comes with the first of ours: now, that it is not taken for the
 * module's. */
static void settle_threads(void)
{
#if defined(__SANITIZE_THREAD__)
	pthread_t thread;

	if (pthread_create(&thread, NULL, nothing, NULL) == 0)
		pthread_join(thread, NULL);
#endif
}

static unsigned prepare(const struct message_start *start, const char *module)
{
	int keep[] = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO, config.in, config.out};
	struct sandbox_config sandbox = {.keep = keep,
		.nkeep = sizeof(keep) / sizeof(keep[0]),
		.listener_socket = listener_socket,
		.module = module};
	unsigned got = 0;

	(void)start;
	if (sandbox_enter(&sandbox, &got)) {
		fputs("openihv-worker: the sandbox could not be set up\n", stderr);
		_exit(EXIT_FAILURE); /* without it nothing is loaded */
	}
	settle_threads();
	return got;
}

static void loaded(const struct message_start *start)
{
	if (start->repeatable)
		random_make_repeatable(start->seed);
}

/* What the module prints goes where errors go, and what it reads is empty. */
static int keep_pipes(void)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	config.in = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 10);
	config.out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 10);
	if (null < 0 || config.in < 0 || config.out < 0 ||
		fcntl(config.in, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	if (dup2(null, STDIN_FILENO) < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		return -errno;
	return close(null);
}

int main(int argc, char **argv)
{
	if (argc < 2 || argc > 3 || isatty(STDIN_FILENO)) {
		fputs("openihv-worker is started by openihv, for one module\n", stderr);
		return 2;
	}
	/* Also, a heap for each thread would take 64 MiB of the address space that is allowed. */
	lean_process();
	if (keep_pipes())
		return EXIT_FAILURE;
	config.module = argv[1];
	config.prepare = prepare;
	config.loaded = loaded;
	if (argc == 3)
		listener_socket = atoi(argv[2]);
	return serve(&config);
}
