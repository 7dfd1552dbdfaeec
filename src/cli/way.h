// SPDX-License-Identifier: BSD-2-Clause
/* The ways in which a port can end; tour.c walks them. */
#ifndef OPENIHV_CLI_WAY_H
#define OPENIHV_CLI_WAY_H

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

#endif
