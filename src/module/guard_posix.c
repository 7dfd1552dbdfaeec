// SPDX-License-Identifier: BSD-2-Clause
/* Pages with protection, and the faults that they raise: what guard.c needs of Linux. */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "module/platform.h"

#define PAGE_FAULT_WRITE 2 /* bit of the error code of x86's page fault */

/* A signal handler has no context of its own. Written before it is installed. */
static _Atomic(bool (*)(void *, enum platform_access)) resolver;
static struct sigaction before;

size_t platform_page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

int platform_protect(void *p, size_t size, enum platform_access access)
{
	const int protection = access == PLATFORM_NONE   ? PROT_NONE
			       : access == PLATFORM_READ ? PROT_READ
							 : PROT_READ | PROT_WRITE;

	return mprotect(p, size, protection) ? -errno : 0;
}

static uintptr_t program_counter(const ucontext_t *context)
{
#if defined(__x86_64__)
	return (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
	return (uintptr_t)context->uc_mcontext.pc;
#elif defined(__riscv)
	return (uintptr_t)context->uc_mcontext.__gregs[REG_PC];
#else
#error "name this machine's program counter here"
#endif
}

static enum platform_access what_was_tried(const ucontext_t *context)
{
#if defined(__x86_64__)
	return context->uc_mcontext.gregs[REG_ERR] & PAGE_FAULT_WRITE ? PLATFORM_WRITE
								      : PLATFORM_READ;
#else
	(void)context;
	return PLATFORM_NONE;
#endif
}

/* An access to pages that are there, and no jump to them: that would never succeed. */
static bool is_access(const siginfo_t *info, const ucontext_t *context)
{
	return info->si_code == SEGV_ACCERR && (uintptr_t)info->si_addr != program_counter(context);
}

/* As if we were not there. */
static void pass_on(int number, siginfo_t *info, void *context)
{
	const struct sigaction action = before;
	const bool sent = info->si_code <= 0; /* it would not come again by itself */
	const bool has_handler = action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN;
	struct sigaction fallback = {.sa_handler = SIG_DFL};

	if (action.sa_handler == SIG_IGN && sent)
		return;
	if (!has_handler || (action.sa_flags & (int)SA_RESETHAND)) {
		sigemptyset(&fallback.sa_mask);
		sigaction(number, &fallback, NULL);
	}
	if (has_handler && (action.sa_flags & SA_SIGINFO))
		action.sa_sigaction(number, info, context);
	else if (has_handler)
		action.sa_handler(number);
	else if (sent)
		raise(number);
}

static void on_fault(int number, siginfo_t *info, void *context)
{
	bool (*resolve)(void *, enum platform_access) = atomic_load(&resolver);
	const ucontext_t *at = (const ucontext_t *)context;
	const int saved = errno;

	if (!resolve || !is_access(info, at) || !resolve(info->si_addr, what_was_tried(at)))
		pass_on(number, info, context);
	errno = saved;
}

int platform_catch_faults(bool (*resolve)(void *address, enum platform_access wanted))
{
	struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	struct sigaction now;
	int rc = 0;

	sigemptyset(&action.sa_mask);
	if (resolve) {
		atomic_store(&resolver, resolve);
		/* First `before`: the handler may be needed at once. */
		rc = sigaction(SIGSEGV, NULL, &before) || sigaction(SIGSEGV, &action, NULL);
	} else {
		/* Whoever came after us stays, and finds that we do nothing any more. */
		if (sigaction(SIGSEGV, NULL, &now) == 0 && now.sa_sigaction == on_fault)
			rc = sigaction(SIGSEGV, &before, NULL);
		atomic_store(&resolver, NULL);
	}
	return rc ? -errno : 0;
}
