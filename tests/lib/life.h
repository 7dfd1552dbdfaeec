// SPDX-License-Identifier: BSD-2-Clause
/* The life of an adapter with every way to end a port, as a record; two of them can be compared. */
#ifndef OPENIHV_TESTS_LIB_LIFE_H
#define OPENIHV_TESTS_LIB_LIFE_H

#include "tests/lib/world.h"

struct record {
	struct crossing *list;
	size_t count;
};

/* What a module needs to get an authorised port. */
struct subject {
	const char *module, *security, *radio;
	bool breaks_rules;
};

struct record record_life(const struct subject *s, uint64_t seed, bool isolated, bool guard);
/* Prints where they part, and fails. */
void record_same(const struct record *a, const struct record *b);
/* Leaves of a record what guards saw. Returns how much that was. */
size_t record_keep_trespasses(struct record *r);
/* Roams to the other of two APs, and a ping. */
void life_roam(struct world *w);
/* Ends all of adapter 0, or of the host, and waits for what tells that it is over. */
enum ending { END_DISCONNECT, END_DISABLE, END_REMOVE, END_UNPLUG, END_STOP, ENDINGS };
void life_end(struct world *w, enum ending how);
/* This process has none, not even one that has ended. */
void no_child_left(void);

#endif
