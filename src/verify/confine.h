// SPDX-License-Identifier: BSD-2-Clause
/*
 * Limits of a run whose module is in its own process: enough for a module that goes wrong, not for
 * one that means harm; for that there is a worker's sandbox.
 */
#ifndef OPENIHV_VERIFY_CONFINE_H
#define OPENIHV_VERIFY_CONFINE_H

#include <stdint.h>

/* At most so much address space; nothing where a sanitizer needs more than there is. */
void confine_memory(uint64_t bytes);
/* No new processes, no other programs, no signals to other processes, no other limits than those
 * that it has: such calls fail with EPERM. Where the kernel has no filters nothing is confined. */
void confine_calls(void);

#endif
