// SPDX-License-Identifier: BSD-2-Clause
/* Eight workers, of which any may serve any adapter. */
#define WORKERS 8
#include "pool.h"
