// SPDX-License-Identifier: BSD-2-Clause
/*
 * The scenario of virtual stations. In its first half a station that the module asks for comes
 * before its request has returned, in the second half after that. One comes even if it asks for
 * none: another module of the vendor may have asked.
 */
#include "verify/lab_internal.h"

#define SETTLE_NS (300 * NS_PER_MS) /* for a station to come, or to go */

static struct lab_adapter *station_of(struct lab *l)
{
	return &l->adapters[LAB_VIRTUAL];
}

static void make(struct lab *l, struct host_adapter *primary)
{
	struct lab_adapter *s = station_of(l);

	if (s->host || !lab_new_station(l, s))
		return; /* the module bears that none comes */
	if (host_add_virtual(primary, &s->tap->mp, &s->host))
		s->host = NULL;
}

void lab_virtual_station(void *user, struct host_adapter *primary, bool wanted)
{
	if (wanted)
		make(user, primary);
}

static void use(struct lab *l)
{
	struct lab_adapter *s = station_of(l), *primary = &l->adapters[0];

	lab_rest(l, SETTLE_NS);
	if (!s->host && lab_up(primary)) {
		make(l, primary->host);
		lab_rest(l, SETTLE_NS);
	}
	if (lab_connect(s))
		lab_ping(s);
	lab_ping(primary);
}

void scenario_virtual(struct lab *l)
{
	struct lab_adapter *primary, *s = station_of(l);

	if (!l->out->stations)
		return;
	acts_early(l, true);
	primary = lab_arrive(l, 0);
	lab_connect(primary);
	l->out->opened_before |= lab_open(primary);
	use(l);
	/* A module may give its station back here; else that is pulled out. */
	lab_disconnect(primary);
	lab_rest(l, SETTLE_NS);
	lab_remove(s);
	acts_early(l, false);
	lab_connect(primary);
	use(l);
	lab_disable(primary); /* and it takes its station along */
}
