// SPDX-License-Identifier: BSD-2-Clause
/* What the handler calls is safe in one; other memory it reads through the kernel, which does not
 * mind a wrong address. */
#include "fuzz/watch.h"

#include <link.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>

#define STACK_SIZE (64 * 1024)
#define WORDS      512         /* of a stack that are looked at for a way back */
#define NEAR       (64 * 1024) /* from the stack pointer: an access there is one to the stack */

static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS};

#define RANGES  128 /* of code; a process has one for each of its libraries */
#define SIGNALS (sizeof(signals) / sizeof(signals[0]))

/* A signal handler has no context of its own. Written before it is installed. */
static struct crash *crash;
static const char *module_path;
/* The handler that is open in this thread. What the host knows of that lies on the thread's stack,
 * which the module may have written over. */
static _Thread_local uint32_t handler = FN_COUNT;

/* Of a sanitizer, if one is in the program. */
extern __attribute__((weak)) void __asan_set_death_callback(void (*callback)(void));
extern __attribute__((weak)) const char *__asan_get_report_description(void);
extern __attribute__((weak)) void *__asan_get_report_pc(void);

/* Code of this process, looked up when the module is there: the handler must not ask the loader. */
static struct {
	uintptr_t from, to, base;
	bool module;
} ranges[RANGES];
static unsigned nranges;
static _Atomic bool looked_up;

static const char *file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int look_into(struct dl_phdr_info *info, size_t size, void *user)
{
	bool *found = user;
	unsigned i;

	(void)size;
	for (i = 0; i < info->dlpi_phnum && nranges < RANGES; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t from = info->dlpi_addr + p->p_vaddr;

		if (p->p_type != PT_LOAD || !(p->p_flags & PF_X))
			continue;
		ranges[nranges].from = from;
		ranges[nranges].to = from + p->p_memsz;
		ranges[nranges].base = info->dlpi_addr;
		ranges[nranges].module =
			strcmp(file_name(info->dlpi_name), file_name(module_path)) == 0;
		*found |= ranges[nranges++].module;
	}
	return 0;
}

/* Under the host lock. */
static void look_up(void)
{
	bool found = false;

	if (atomic_load(&looked_up))
		return;
	nranges = 0;
	dl_iterate_phdr(look_into, &found);
	atomic_store(&looked_up, found);
}

/* nranges: there is no code. */
static unsigned find_code(uintptr_t pc)
{
	unsigned i;

	for (i = 0; i < nranges; i++)
		if (pc >= ranges[i].from && pc < ranges[i].to)
			break;
	return i;
}

static bool in_module(uintptr_t pc)
{
	unsigned i = find_code(pc);

	if (i == nranges || !ranges[i].module)
		return false;
	crash->place = CRASH_MODULE;
	crash->offset = pc - ranges[i].base;
	return true;
}

/* The first address of the module's code on the stack: who called what crashed. */
static bool called_from(uintptr_t sp)
{
	uintptr_t words[WORDS];
	struct iovec to = {words, sizeof(words)}, from = {(void *)sp, sizeof(words)};
	ssize_t got = process_vm_readv(getpid(), &to, 1, &from, 1, 0);
	size_t i;

	if (got < 0) {
		/* To the end of this page there is something. */
		from.iov_len = to.iov_len = 4096 - (sp & 4095);
		got = process_vm_readv(getpid(), &to, 1, &from, 1, 0);
	}
	for (i = 0; got > 0 && i < (size_t)got / sizeof(words[0]); i++)
		if (in_module(words[i]))
			return true;
	return false;
}

static void registers(const ucontext_t *c, uintptr_t *pc, uintptr_t *sp)
{
#if defined(__x86_64__)
	*pc = (uintptr_t)c->uc_mcontext.gregs[REG_RIP];
	*sp = (uintptr_t)c->uc_mcontext.gregs[REG_RSP];
#elif defined(__aarch64__)
	*pc = (uintptr_t)c->uc_mcontext.pc;
	*sp = (uintptr_t)c->uc_mcontext.sp;
#elif defined(__riscv)
	*pc = (uintptr_t)c->uc_mcontext.__gregs[REG_PC];
	*sp = (uintptr_t)c->uc_mcontext.__gregs[REG_SP];
#else
#error "name this machine's program counter and stack pointer here"
#endif
}

static void crashed(int number, siginfo_t *info, void *context)
{
	uintptr_t pc, sp, at = (uintptr_t)info->si_addr;

	/* By SA_RESETHAND it happens again when this returns, and is then what it was. */
	if (crash->signal)
		return;
	registers(context, &pc, &sp);
	crash->handler = handler;
	crash->overflow = number == SIGSEGV && at < sp + NEAR && at + NEAR > sp;
	crash->place = CRASH_OUTSIDE;
	if (!in_module(pc)) {
		if (nranges && find_code(pc) == nranges)
			crash->place = CRASH_WILD;
		else
			called_from(sp);
	}
	crash->signal = number;
	if (info->si_code <= 0)
		raise(number); /* it was sent: it does not come again by itself */
}

/* The report has been made, and the process is about to end. */
static void sanitizer_died(void)
{
	uintptr_t pc = __asan_get_report_pc ? (uintptr_t)__asan_get_report_pc() : 0;

	crash->handler = handler;
	crash->place = CRASH_OUTSIDE;
	if (!in_module(pc))
		called_from((uintptr_t)__builtin_frame_address(0));
	if (__asan_get_report_description)
		strncpy(crash->what, __asan_get_report_description(), CRASH_WHAT - 1);
	crash->signal = SIGABRT;
}

static void own_stack(void)
{
	static _Thread_local bool done;
	stack_t stack = {.ss_size = STACK_SIZE}, now;

	if (done)
		return;
	done = true;
	if (sigaltstack(NULL, &now) || !(now.ss_flags & SS_DISABLE))
		return;
	/* Not freed: the process is soon over, and a thread may end any time. */
	stack.ss_sp = malloc(STACK_SIZE);
	if (stack.ss_sp)
		sigaltstack(&stack, NULL);
}

void watch_crossing(const struct crossing *x)
{
	if (crossing_border((enum crossing_fn)x->fn) == BORDER_HANDLER)
		handler = x->phase == PHASE_ENTER ? x->fn : (uint32_t)FN_COUNT;
	look_up();
	own_stack();
}

void watch_begin(struct crash *to, const char *path)
{
	struct sigaction action = {
		.sa_sigaction = crashed, .sa_flags = (int)(SA_SIGINFO | SA_ONSTACK | SA_RESETHAND)};
	struct sigaction old;
	size_t i;

	crash = to;
	module_path = path;
	sigemptyset(&action.sa_mask);
	for (i = 0; i < SIGNALS; i++)
		if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
			sigaction(signals[i], &action, NULL);
	if (__asan_set_death_callback)
		__asan_set_death_callback(sanitizer_died);
	own_stack();
}
