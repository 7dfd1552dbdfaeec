// SPDX-License-Identifier: BSD-2-Clause
/* What a run shows while it goes on: lines with time and actor, or JSON lines. */
#ifndef OPENIHV_CLI_TIMELINE_H
#define OPENIHV_CLI_TIMELINE_H

#include "cli/world.h"

/* found: how many findings it has shown; they follow. */
void timeline_crossing(struct world *w, const struct crossing *x, unsigned found);
void timeline_event(struct world *w, const struct module_event *e);
/* The module died, and with it what the adapter had. */
void timeline_lost(struct world *w);
/* What the peer had to say. */
void timeline_peer(struct world *w, const char *text);
/* Where the module runs: in this process, or with this sandbox in one of its own. */
void timeline_in_process(struct world *w);
void timeline_isolated(struct world *w, const char *sandbox);

#endif
