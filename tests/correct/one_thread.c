// SPDX-License-Identifier: BSD-2-Clause
/* One thread for the life of the service, for all adapters. */
#define WORKERS 1
#include "pool.h"
