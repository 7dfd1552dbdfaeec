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

/* struct stage's: arrival, connection, ping, then the ways of the options. */
bool tour_run(struct world *w);

#endif
