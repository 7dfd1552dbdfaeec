// SPDX-License-Identifier: BSD-2-Clause
/* The template, with harm that it does to its process or to whoever watches it, chosen by FAULT
 * when it is built. It does it in PerformPreAssociate. */
#include "template.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ROGUE_EXIT_NOW      1  /* _exit(0), as if all were well */
#define ROGUE_FORKS         2  /* children that make children */
#define ROGUE_STOPS         3  /* itself, by a signal */
#define ROGUE_KILLS_PARENT  4  /* and its group, and its session's first */
#define ROGUE_CLOSES_ALL    5  /* descriptors, from 0 on */
#define ROGUE_RAISES        6  /* its limits, and then takes what they leave */
#define ROGUE_EATS          7  /* memory, until there is none, and goes on */
#define ROGUE_PRINTS        8  /* without end, from a thread */
#define ROGUE_FILLS         9  /* files */
#define ROGUE_THREADS       10 /* that never end */
#define ROGUE_ESCAPES       11 /* out of its group and session */
#define ROGUE_IGNORES       12 /* every signal, and never returns */
#define ROGUE_WRITES_ONES   13 /* over all memory that is shared with another process */
#define ROGUE_WRITES_ZEROS  14
#define ROGUE_WRITES_ANY    15 /* with other bytes in each process */
#define ROGUE_WRITES_ALWAYS 16 /* the same, from a thread that never ends */

/* ---- Memory that is shared. ---- */

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void write_over(unsigned char *to, size_t length, uint64_t *state)
{
	size_t i;

	switch (FAULT) {
	case ROGUE_WRITES_ONES:
		memset(to, 0xFF, length);
		break;
	case ROGUE_WRITES_ZEROS:
		memset(to, 0, length);
		break;
	default:
		/* Here and there, so that some of it still makes sense; the beginning above all. */
		for (i = 0; i < length; i += 1 + next_random(state) % (i < 4096 ? 16 : 256))
			to[i] = (unsigned char)next_random(state);
		break;
	}
}

static void write_shared(uint64_t *state)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[512], access[8];
	uintptr_t from, to;

	while (maps && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %7s", &from, &to, access) == 3 &&
			strcmp(access, "rw-s") == 0)
			write_over((unsigned char *)from, to - from, state);
	if (maps)
		fclose(maps);
}

static void *write_always(void *unused)
{
	uint64_t state = (uint64_t)getpid() * 0x9E3779B97F4A7C15u | 1;

	for (;;) {
		write_shared(&state);
		if (!state)
			return unused;
	}
}

/* ---- The process. ---- */

/* Where nothing stops this, it stays harmless to the machine: few, and not for long. */
static void linger(void)
{
	alarm(60);
	for (;;)
		pause();
}

static void make_children(void)
{
	int i, k;

	for (i = 0; i < 8; i++) {
		if (fork() != 0)
			continue;
		for (k = 0; k < 8; k++)
			if (fork() == 0)
				linger();
		linger();
	}
}

static void escape(void)
{
	if (fork() == 0) {
		setsid();
		if (fork() == 0)
			linger();
		_exit(0);
	}
	setpgid(0, 0);
	setsid();
	setpgid(0, getppid());
}

/* In each way that there is to send a signal; who can do it, has killed what would tell of it. */
static void kill_others(void)
{
	siginfo_t info = {.si_code = SI_QUEUE};
	const pid_t parent = getppid();
	const int fd = (int)syscall(SYS_pidfd_open, parent, 0);

	kill(parent, SIGKILL);
	kill(0, SIGTERM);
	syscall(SYS_tkill, parent, SIGKILL);
	syscall(SYS_tgkill, parent, parent, SIGKILL);
	syscall(SYS_rt_sigqueueinfo, parent, SIGKILL, &info);
	syscall(SYS_rt_tgsigqueueinfo, parent, parent, SIGKILL, &info);
	if (fd >= 0)
		syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
}

#define BLOCKS 128 /* of 64 MiB */

/* Address space; of what it gets it touches the ends alone. Returns how many blocks that were. */
static int take_memory(void *blocks[BLOCKS])
{
	const size_t size = 64 << 20;
	volatile char *p;
	int i;

	for (i = 0; i < BLOCKS; i++) {
		blocks[i] = mmap(
			NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (blocks[i] == MAP_FAILED)
			break;
		p = blocks[i];
		p[0] = p[size - 1] = 1;
	}
	return i;
}

static void eat(void)
{
	static void *blocks[BLOCKS];

	(void)take_memory(blocks);
	while (malloc(1 << 20))
		;
}

static void raise_limits(void)
{
	const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
	static const __rlimit_resource_t limits[] = {
		RLIMIT_AS, RLIMIT_NOFILE, RLIMIT_FSIZE, RLIMIT_CORE};
	void *blocks[BLOCKS];
	size_t i;
	int n;

	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		if (setrlimit(limits[i], &all) == 0)
			abort(); /* so that it is seen */
	n = take_memory(blocks);
	if (n == BLOCKS)
		abort();
	while (n-- > 0)
		munmap(blocks[n], 64 << 20);
}

static void fill(void)
{
	static char block[1 << 20];
	FILE *f = tmpfile();
	int i;

	for (i = 0; f && i < 128; i++)
		if (!fwrite(block, sizeof(block), 1, f))
			break;
}

static void *print_always(void *unused)
{
	while (write(STDOUT_FILENO, "more\n", 5) != 1 || write(STDERR_FILENO, "more\n", 5) != 0)
		;
	return unused;
}

static void *wait_always(void *unused)
{
	pause();
	return unused;
}

static void begin_thread(void *(*run)(void *))
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run, NULL) == 0)
		pthread_detach(thread);
}

static void ignore_all(void)
{
	int n;

	for (n = 1; n < NSIG; n++)
		signal(n, SIG_IGN);
	for (;;)
		pause();
}

static void do_harm(void)
{
	static uint64_t state = 88172645463325252u;
	int i;

	switch (FAULT) {
	case ROGUE_EXIT_NOW:
		_exit(0);
	case ROGUE_FORKS:
		make_children();
		break;
	case ROGUE_STOPS:
		raise(SIGSTOP);
		break;
	case ROGUE_KILLS_PARENT:
		kill_others();
		break;
	case ROGUE_CLOSES_ALL:
		close_range(0, ~0u, 0);
		break;
	case ROGUE_RAISES:
		raise_limits();
		break;
	case ROGUE_EATS:
		eat();
		break;
	case ROGUE_PRINTS:
		begin_thread(print_always);
		break;
	case ROGUE_FILLS:
		fill();
		break;
	case ROGUE_THREADS:
		for (i = 0; i < 200; i++)
			begin_thread(wait_always);
		break;
	case ROGUE_ESCAPES:
		escape();
		break;
	case ROGUE_IGNORES:
		ignore_all();
		break;
	case ROGUE_WRITES_ALWAYS:
		begin_thread(write_always);
		break;
	default: /* the other ROGUE_WRITES */
		state ^= (uint64_t)getpid() << 20;
		write_shared(&state);
		break;
	}
}

static DWORD WINAPI harm_and_associate(HANDLE ext, HANDLE connect,
	PDOT11EXT_IHV_PROFILE_PARAMS params, PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
	PDOT11EXT_IHV_SECURITY_PROFILE security, PDOT11_BSS_LIST networks, PDWORD reason)
{
	do_harm();
	return perform_pre_associate(
		ext, connect, params, connectivity, security, networks, reason);
}

IHV_EXPORT DWORD WINAPI Dot11ExtIhvGetVersionInfo(PDOT11_IHV_VERSION_INFO info)
{
	return template_get_version_info(info);
}

IHV_EXPORT DWORD WINAPI Dot11ExtIhvInitService(
	DWORD version, PDOT11EXT_APIS apis, LPVOID reserved, PDOT11EXT_IHV_HANDLERS handlers)
{
	DWORD error = template_init_service(version, apis, reserved, handlers);

	handlers->Dot11ExtIhvPerformPreAssociate = harm_and_associate;
	return error;
}
