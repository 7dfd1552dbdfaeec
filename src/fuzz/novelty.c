// SPDX-License-Identifier: BSD-2-Clause
#include "fuzz/novelty.h"

#include <string.h>

#include "base/rng.h"

static uint8_t magnitude(uint8_t count)
{
	static const uint8_t from[] = {1, 2, 3, 4, 8, 16, 32, 128};
	unsigned i = 0;

	if (!count)
		return 0;
	while (i + 1 < sizeof(from) && count >= from[i + 1])
		i++;
	return (uint8_t)(1u << i);
}

static bool take(uint8_t *seen, unsigned *known, const uint8_t *counts, size_t n)
{
	bool new = false;
	size_t i;

	for (i = 0; i < n; i++) {
		uint8_t bit = magnitude(counts[i]);

		if (!(bit & (uint8_t)~seen[i]))
			continue;
		*known += !seen[i];
		seen[i] |= bit;
		new = true;
	}
	return new;
}

static void count(uint8_t *counts, uint64_t what, uint8_t limit)
{
	uint8_t *p = &counts[rng_mix(what) % NOVELTY_CROSSINGS];

	*p = (uint8_t)(*p + (*p < limit));
}

/* Each crossing with its answer, by number; and which one follows which, whether or not. Threads of
 * the module that run side by side make some of that a matter of luck. */
static void count_crossings(uint8_t *counts, const struct run *run)
{
	uint64_t before = 0;
	unsigned i;

	for (i = 0; i < run->nkept; i++) {
		const struct crossing *x = &run->outcome->crossings[i];
		uint64_t what = (uint64_t)x->fn << 2 | x->phase, answer = 0;

		if (x->phase == PHASE_EXIT)
			answer = x->result;
		else if (crossing_border((enum crossing_fn)x->fn) == BORDER_FUNCTION)
			answer = x->reason;
		count(counts, what << 32 | answer, 255);
		count(counts, 1ull << 63 | before << 32 | what, 1);
		before = what;
	}
}

bool novelty_take(struct novelty *n, const uint8_t *map, const struct run *run)
{
	uint8_t counts[NOVELTY_CROSSINGS] = {0};
	bool new;

	count_crossings(counts, run);
	new = take(n->crossings, &n->ncrossings, counts, sizeof(counts));
	return take(n->edges, &n->nedges, map, COVER_SIZE) || new;
}
