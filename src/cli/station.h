// SPDX-License-Identifier: BSD-2-Clause
/* The virtual station of a run: made when the module asks, it connects with the run's profile. */
#ifndef OPENIHV_CLI_STATION_H
#define OPENIHV_CLI_STATION_H

#include "cli/world.h"

/* struct host_config's; user is the world. */
void station_wanted(void *user, struct host_adapter *primary, bool wanted);
/* True: the crossing is the station's, and none of the adapter that the run is about. */
bool station_crossing(struct world *w, const struct crossing *x);
/* True: the notice is, likewise. */
bool station_notice(struct world *w, struct host_adapter *a, const struct host_notice *n);

#endif
