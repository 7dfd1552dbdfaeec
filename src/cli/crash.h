// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_CLI_CRASH_H
#define OPENIHV_CLI_CRASH_H

#include <stdbool.h>

/*
 * From now on a crash of the module ends the process with EXIT_FINDINGS, after a line that names
 * the signal and the handler: the verdict, in words or as JSON.
 */
void crash_watch(bool json);

#endif
