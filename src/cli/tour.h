// SPDX-License-Identifier: BSD-2-Clause
/* The life of a port, and every way in which it ends (way.h). */
#ifndef OPENIHV_CLI_TOUR_H
#define OPENIHV_CLI_TOUR_H

#include "cli/world.h"

/* struct stage's: arrival, connection, ping, then the ways of the options. */
bool tour_run(struct world *w);

#endif
