// SPDX-License-Identifier: BSD-2-Clause
/* The life of a module as the log of WLAN-AutoConfig tells it, and an account of its deaths. */
#ifndef OPENIHV_CLI_LIFE_H
#define OPENIHV_CLI_LIFE_H

#include <stdio.h>

#include "host/host.h"

#define LIFE_KINDS 8 /* as many as a module can die before it is given up, and some */

struct death_kind {
	enum module_end end;
	uint32_t code;
	bool overdue; /* killed at a deadline */
	enum crossing_fn handler;
	unsigned count;
};

struct life {
	unsigned deaths;
	bool overdue;   /* the last one: it was killed at a deadline */
	bool ending;    /* the run has come to its end: no death is followed by a start */
	bool given_up;  /* after too many deaths; only the events tell */
	uint64_t first; /* number of the crossing that is the first death; 0: none */
	struct death_kind kinds[LIFE_KINDS];
	unsigned nkinds;
};

/* Takes note of a death, of a running host or from a trace; any other crossing is let be. */
void life_crossing(struct life *l, const struct crossing *x);
void life_event(struct life *l, const struct module_event *e);
/* The event in one line: number, text, cause, handler, what comes next. */
void life_text(const struct life *l, const struct module_event *e, char *room, size_t length);
void life_json(FILE *f, const struct life *l, const struct module_event *e, uint64_t time);

#endif
