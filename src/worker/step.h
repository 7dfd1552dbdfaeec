// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_WORKER_STEP_H
#define OPENIHV_WORKER_STEP_H

#include <stddef.h>

/*
 * Runs a helper program to its end: in a session of its own, with stdin and stderr on /dev/null and
 * no other descriptor, and for `limit` milliseconds at most, when its session is killed. What it
 * leaves running in the background must not keep a pipe of ours open, hence no descriptor is given
 * on; `out` takes the first room - 1 octets that it prints, terminated, or is NULL.
 *
 * Returns its exit status, 128 + N for signal N, or a negative errno: -ETIMEDOUT, or why it could
 * not be started. No zombie is left.
 */
int step_run(const char *const argv[], char *const envp[], unsigned limit, char *out, size_t room);

// Milliseconds of a clock that only counts up, and a sleep, for those who wait for a program.
unsigned long step_now(void);
void step_nap(unsigned ms);

#endif
