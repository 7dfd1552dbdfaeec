// SPDX-License-Identifier: BSD-2-Clause
/* The life of a port, and every way in which it ends. */
#ifndef OPENIHV_CLI_TOUR_H
#define OPENIHV_CLI_TOUR_H

#include "cli/world.h"

enum way {
	WAY_PENDING,
	WAY_DISASSOCIATE,
	WAY_ROAM,
	WAY_DISCONNECT,
	WAY_DISABLE,
	WAY_ENABLE,
	WAY_REMOVE,
	WAYS
};

/* WAYS if there is none of that name. */
enum way way_by_name(const char *name);
const char *way_name(enum way way);
const char *way_text(enum way way);

/* Arrival, connection, ping, then the ways. False, after it said why, if the port did not do what
 * it should. */
bool tour_run(struct world *w, const enum way *ways, unsigned count);

#endif
