// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_CLI_APS_H
#define OPENIHV_CLI_APS_H

#include "miniport/sim/sim.h"
#include "profile/profile.h"

/*
 * Access points from their specifications in `specs`, which has room for one at least: without any
 * there is one, of kind peer if there is a peer and open otherwise. One that is not given a name
 * gets the first SSID of `profile` (NULL: "openihv"), so that both belong together. 0, or
 * EXIT_USAGE after an error was printed.
 */
int take_aps(const char **specs, unsigned *n, const char *peer, const struct profile *profile,
	struct sim_ap_config *out);

#endif
