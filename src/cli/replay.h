// SPDX-License-Identifier: BSD-2-Clause
/* A run, shown: what replay and fuzz share. */
#ifndef OPENIHV_CLI_REPLAY_H
#define OPENIHV_CLI_REPLAY_H

#include "verify/runner.h"

/* To standard output: each crossing that is kept, in a line. */
void replay_crossings(const struct run *run);

#endif
