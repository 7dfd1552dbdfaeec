// SPDX-License-Identifier: BSD-2-Clause
/* Sleeps before each step, and wakes up when something ends. */
#include "slow.h"
#include "wait.h"

static void spend_time(struct adapter *a)
{
	wait_ms(a, 1);
}
