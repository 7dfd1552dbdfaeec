// SPDX-License-Identifier: BSD-2-Clause
/* Nothing wrong: the bases as they are. */
#include "mutant.h"

const struct mutation base_open = {0};
const struct mutation base_rsn = {0};
