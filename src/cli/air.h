// SPDX-License-Identifier: BSD-2-Clause
/* A run on a real radio: it connects, and stays connected until somebody ends it. */
#ifndef OPENIHV_CLI_AIR_H
#define OPENIHV_CLI_AIR_H

#include "cli/world.h"

/* Until SIGINT, SIGTERM or the end of --for. False, after it said why: it was never connected, or
 * the radio was taken away by another program. */
bool air_run(struct world *w);
void air_free(struct world *w);

/* For world.c: struct radio_config's, whose user is the world; and what the host tells. */
void air_radio_event(void *user, enum radio_event event);
void air_notice(struct world *w, const struct host_notice *n);

#endif
