// SPDX-License-Identifier: BSD-2-Clause
/* The parts of a verification, each from a machine of its own, become one report again. */
#include "verify/report_internal.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static bool differs(const char *what, const char *one, const char *other, char *err, size_t room)
{
	if (strcmp(one, other) == 0)
		return false;
	snprintf(err, room, "another %s: '%.60s', not '%.60s'", what, other, one);
	return true;
}

static bool differs_number(const char *what, uint64_t one, uint64_t other, char *err, size_t room)
{
	if (one == other)
		return false;
	snprintf(err, room, "another %s: %" PRIu64 ", not %" PRIu64, what, other, one);
	return true;
}

static bool fits(const struct report *to, const struct report *from, char *err, size_t room)
{
	unsigned i;

	if (differs("module", to->module, from->module, err, room) ||
		differs("mode", to->mode, from->mode, err, room) ||
		differs("set of options", to->options, from->options, err, room) ||
		differs("version of openihv", to->version, from->version, err, room) ||
		differs_number("seed", to->seed, from->seed, err, room) ||
		differs_number("depth", to->depth, from->depth, err, room) ||
		differs_number("number of parts", to->shards, from->shards, err, room))
		return false;
	for (i = 0; i < 256; i++)
		if ((to->shards_in[i / 64] & from->shards_in[i / 64]) >> (i % 64) & 1) {
			snprintf(err, room, "part %u of %u is there already", i + 1, to->shards);
			return false;
		}
	return true;
}

/* Every part makes the undisturbed run, and none of them is to depend on which comes first. */
static void add_scenario(struct report_scenario *to, const struct report_scenario *from)
{
	to->runs += from->runs;
	if (from->crossings > to->crossings)
		to->crossings = from->crossings;
	to->connected = to->connected || from->connected;
	if (from->note[0] && (!to->note[0] || strcmp(from->note, to->note) < 0))
		memcpy(to->note, from->note, sizeof(to->note));
}

static void add_cells(struct report *to, const struct report *from)
{
	unsigned fn, act;

	for (fn = 0; fn < FN_COUNT; fn++)
		for (act = 0; act < ACTS; act++) {
			to->cells[fn][act].runs += from->cells[fn][act].runs;
			to->cells[fn][act].findings += from->cells[fn][act].findings;
			to->cells[fn][act].warnings += from->cells[fn][act].warnings;
		}
}

static void add_numbers(struct report *to, const struct report *from)
{
	unsigned i;

	for (i = 0; i < 4; i++)
		to->shards_in[i] |= from->shards_in[i];
	to->planned += from->planned;
	to->runs += from->runs;
	to->crossings += from->crossings;
	to->replays += from->replays;
	to->seconds += from->seconds;
	to->complete = to->complete && from->complete;
	to->lost += from->lost;
	for (i = 0; i < RULE_COUNT; i++)
		to->exercised[i] += from->exercised[i];
}

int report_merge(struct report *to, const struct report *from, char *err, size_t room)
{
	unsigned i;

	if (!fits(to, from, err, room))
		return -EINVAL;
	for (i = 0; i < from->nfindings; i++)
		if (report_add(to, &from->findings[i])) {
			snprintf(err, room, "out of memory");
			return -ENOMEM;
		}
	add_numbers(to, from);
	for (i = 0; i < SCENARIOS; i++)
		add_scenario(&to->scenarios[i], &from->scenarios[i]);
	add_cells(to, from);
	report_sort(to);
	return 0;
}
