// SPDX-License-Identifier: BSD-2-Clause
/* Whether a thread that sleeps will wake by itself. */
#ifndef OPENIHV_MODULE_DOZE_H
#define OPENIHV_MODULE_DOZE_H

#include <stdbool.h>

/*
 * tasks: a descriptor of /proc/PID/task, tid: a thread in there. True: it waits in the kernel until
 * a point in time, at the latest. Also where nobody may know: threads of another user's process.
 */
bool doze_timed(int tasks, int tid);

#endif
