// SPDX-License-Identifier: BSD-2-Clause
/*
 * Whether a run has shown what none before has: an edge of the module's code, where that was built
 * with coverage, or a crossing with an answer, one after another, that is new. Counts matter by
 * their order of magnitude, as in AFL.
 */
#ifndef OPENIHV_FUZZ_NOVELTY_H
#define OPENIHV_FUZZ_NOVELTY_H

#include "module/cover.h"
#include "verify/runner.h"

#define NOVELTY_CROSSINGS 16384

/* Starts as zeros. */
struct novelty {
	uint8_t edges[COVER_SIZE], crossings[NOVELTY_CROSSINGS]; /* bits: orders of magnitude */
	unsigned nedges, ncrossings;                             /* of which there are any */
};

/* map has COVER_SIZE bytes. True: there was something new. */
bool novelty_take(struct novelty *n, const uint8_t *map, const struct run *run);

#endif
