// SPDX-License-Identifier: BSD-2-Clause
/* Computes before each step, as for a key. */
#include "slow.h"

static void spend_time(struct adapter *a)
{
	volatile unsigned i = 100000;

	pthread_mutex_unlock(&a->lock);
	while (i)
		i--;
	pthread_mutex_lock(&a->lock);
}
