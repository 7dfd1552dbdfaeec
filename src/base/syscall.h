// SPDX-License-Identifier: BSD-2-Clause
/* Names of Linux system calls, for whoever refuses them and for whoever tells of it. */
#ifndef OPENIHV_BASE_SYSCALL_H
#define OPENIHV_BASE_SYSCALL_H

#include <stdint.h>

/* "socket", or "system call 4711"; valid until this thread calls it again. */
const char *system_call_name(uint32_t number);

#endif
