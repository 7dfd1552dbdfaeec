// SPDX-License-Identifier: BSD-2-Clause
#include "base/syscall.h"

#include <stdio.h>
#include <stdlib.h>

#include <seccomp.h>

const char *system_call_name(uint32_t number)
{
	/* A name is made anew each time by the library; a thread keeps its last. */
	static _Thread_local char name[48];
	char *found = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, (int)number);

	if (found)
		snprintf(name, sizeof(name), "%s", found);
	else
		snprintf(name, sizeof(name), "system call %u", number);
	free(found);
	return name;
}
