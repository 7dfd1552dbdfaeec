// SPDX-License-Identifier: BSD-2-Clause
/* The plans of a sweep, made from what undisturbed runs looked like. */
#ifndef OPENIHV_VERIFY_PLANS_H
#define OPENIHV_VERIFY_PLANS_H

#include "verify/plan.h"

struct plans {
	struct plan *list;
	size_t count, room;
	bool full; /* memory ran out: some are missing */
};

/* What an undisturbed run looked like: its crossings, and for each outcome.settled. */
struct plan_log {
	struct crossing *run;
	uint16_t *settled;
	size_t count;
};

/*
 * Adds all plans with one act for the scenario whose undisturbed run this is. Crossings with which
 * `known`, of another scenario, begins too (NULL: none) are left out: what can be done there is
 * done in that one. other_ap: there is one to roam to.
 */
void plans_add(struct plans *p, enum scenario scenario, const struct plan_log *log,
	const struct plan_log *known, bool other_ap);
/* In an order that follows from the seed alone, in which some of everything comes early. */
void plans_order(struct plans *p, uint64_t seed);
/* Pair number `number` of the seed: an act of the list, and another one some crossings later. */
struct plan plans_pair(const struct plans *p, uint64_t seed, uint64_t number);
void plans_free(struct plans *p);

#endif
