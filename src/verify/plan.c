// SPDX-License-Identifier: BSD-2-Clause
#include "verify/plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name, *text;
	enum act_kind kind;
	uint32_t argument;
} acts[ACTS] = {
#define ACT(id, kind, name, argument, text) [ACT_##id] = {name, text, ACT_##kind, argument},
#include "verify/acts.def"
#undef ACT
};

static const struct {
	const char *name, *text;
} scenarios[SCENARIOS] = {
	[SCENARIO_CONNECT] = {"connect", "an adapter arrives, connects, disconnects and leaves"},
	[SCENARIO_RECONNECT] = {"reconnect", "connects, disconnects, and connects again"},
	[SCENARIO_ROAM] = {"roam", "connects, and roams to another AP"},
	[SCENARIO_REASSOCIATE] = {"reassociate", "connects, and reassociates with its AP"},
	[SCENARIO_REKEY] = {"rekey", "connects; the AP changes the pairwise, then the group key"},
	[SCENARIO_SEVERAL] = {"several", "several associations after one pre-association"},
	[SCENARIO_ADAPTERS] = {"adapters", "two adapters at the same time"},
	[SCENARIO_UI] = {"ui", "connects with a profile for which the user is asked"},
	[SCENARIO_SESSION] = {"session", "the user locks, unlocks, logs off and on"},
	[SCENARIO_EVENTS] = {"events", "indications and control requests while connected"},
	[SCENARIO_RESET] = {"reset", "the system resets the adapter, and it connects again"},
	[SCENARIO_RELOAD] = {"reload", "the module is unloaded, loaded again, and connects again"},
	[SCENARIO_VIRTUAL] = {"virtual", "virtual stations come, connect, and go"},
	[SCENARIO_CYCLES] = {"cycles", "many associations; what is held after each Stop"},
	[SCENARIO_ARRIVALS] = {"arrivals", "an adapter comes and goes; what is held after each"},
	[SCENARIO_GUARD] = {"guard", "the ends of a port under page guards"},
	[SCENARIO_SECRETS] = {"secrets", "the module's memory is searched for keys after each end"},
};

const char *act_name(enum act act)
{
	return acts[act].name;
}

enum act_kind act_kind(enum act act)
{
	return acts[act].kind;
}

uint32_t act_argument(enum act act)
{
	return acts[act].argument;
}

enum act act_by_name(const char *name)
{
	unsigned i;

	for (i = 0; i < ACTS; i++)
		if (strcmp(acts[i].name, name) == 0)
			break;
	return (enum act)i;
}

const char *scenario_name(enum scenario s)
{
	return scenarios[s].name;
}

const char *scenario_text(enum scenario s)
{
	return scenarios[s].text;
}

enum scenario scenario_by_name(const char *name)
{
	unsigned i;

	for (i = 0; i < SCENARIOS; i++)
		if (strcmp(scenarios[i].name, name) == 0)
			break;
	return (enum scenario)i;
}

/* ---- Points. ---- */

const char *point_name(enum crossing_fn fn, char *room, size_t length)
{
	static const char *const prefixes[] = {
		"Dot11ExtIhv", "Dot11Ext", "NDIS_STATUS_DOT11_", "OID_DOT11_"};
	const char *name = crossing_name(fn);
	size_t i;

	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0) {
			name += strlen(prefixes[i]);
			break;
		}
	snprintf(room, length, "%s", name);
	for (i = 0; room[i]; i++)
		if (room[i] == ' ')
			room[i] = '-';
	return room;
}

static enum crossing_fn fn_by_point_name(const char *name)
{
	char text[64];
	unsigned fn;

	for (fn = 0; fn < FN_COUNT; fn++)
		if (strcmp(point_name((enum crossing_fn)fn, text, sizeof(text)), name) == 0)
			break;
	return (enum crossing_fn)fn;
}

static const char *ordinal(uint32_t n)
{
	static const char *const ends[] = {"th", "st", "nd", "rd"};

	return n % 10 > 3 || (n / 10) % 10 == 1 ? ends[0] : ends[n % 10];
}

const char *point_text(const struct point *p, char *room, size_t length)
{
	static const char *const held[] = {"", ", whose thread is held until the end is over",
		", whose thread is held into the next association"};
	const char *name = p->fn < FN_COUNT ? crossing_name((enum crossing_fn)p->fn) : "?";

	if (!p->nth)
		snprintf(room, length, "%u crossings later", p->skip);
	else
		snprintf(room, length, "at the %u%s %s%s%s", p->nth, ordinal(p->nth),
			p->phase == PHASE_EXIT    ? "return of "
			: p->phase == PHASE_ENTER ? "call of "
						  : "",
			name, held[p->hold <= HOLD_LONG ? p->hold : HOLD_NONE]);
	return room;
}

/* ---- Text. ---- */

static void format_act(const struct plan_act *a, char *room, size_t length)
{
	static const char *const held[] = {"", ",held", ",held-long"};
	char name[64], argument[16] = "";

	if (a->argument != acts[a->act].argument)
		snprintf(argument, sizeof(argument), "=%u", a->argument);
	if (!a->at.nth)
		snprintf(room, length, " %s%s@+%u%s", acts[a->act].name, argument, a->at.skip,
			held[a->at.hold]);
	else
		snprintf(room, length, " %s%s@%s%s#%u%s", acts[a->act].name, argument,
			point_name((enum crossing_fn)a->at.fn, name, sizeof(name)),
			a->at.phase == PHASE_EXIT ? ":return" : "", a->at.nth, held[a->at.hold]);
}

const char *plan_format(const struct plan *p, char *room, size_t length)
{
	size_t used = (size_t)snprintf(room, length, "%s", scenarios[p->scenario].name);
	unsigned i;

	for (i = 0; i < p->count && used < length; i++) {
		format_act(&p->acts[i], room + used, length - used);
		used += strlen(room + used);
	}
	return room;
}

const char *plan_text(const struct plan *p, char *room, size_t length)
{
	size_t used = 0;
	unsigned i;

	room[0] = '\0';
	for (i = 0; i < p->count && used < length; i++) {
		const struct plan_act *a = &p->acts[i];
		char what[128], where[192];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* of acts.def */
		snprintf(what, sizeof(what), acts[a->act].text, a->argument);
#pragma GCC diagnostic pop
		snprintf(room + used, length - used, "%s%s %s", i ? "; then " : "", what,
			point_text(&a->at, where, sizeof(where)));
		used += strlen(room + used);
	}
	return room;
}

/* ---- Reading it. ---- */

/* A decimal number that is all of text. */
static bool number(const char *text, uint32_t *out)
{
	unsigned long long v = 0;
	char *end;

	if (!*text || text[strspn(text, "0123456789")])
		return false;
	errno = 0;
	v = strtoull(text, &end, 10);
	if (errno || v > UINT32_MAX)
		return false;
	*out = (uint32_t)v;
	return true;
}

static int refuse(char *err, size_t room, const char *what, const char *text)
{
	snprintf(err, room, "%s: '%.80s'", what, text);
	return -EINVAL;
}

/* The act's kind and the point have to fit. */
static bool fits(const struct plan_act *a)
{
	enum crossing_border border = crossing_border((enum crossing_fn)a->at.fn);
	bool function = border == BORDER_FUNCTION;

	if (a->at.hold != HOLD_NONE && (!function || acts[a->act].kind != ACT_EVENT))
		return false;
	switch (acts[a->act].kind) {
	case ACT_EVENT:
		return true;
	case ACT_RECEIVED:
		return a->at.fn == FN_IND_PACKET;
	case ACT_SENT:
		return a->at.fn == FN_SEND_PACKET && a->at.phase == PHASE_ENTER;
	case ACT_FUNCTION:
		return function && a->at.phase == PHASE_ENTER;
	}
	return false;
}

static int parse_point(char *text, struct plan_act *a, char *err, size_t room)
{
	char *held = strchr(text, ','), *nth, *phase;
	enum crossing_fn fn;

	if (held) {
		*held++ = '\0';
		a->at.hold = strcmp(held, "held") == 0        ? HOLD_END
			     : strcmp(held, "held-long") == 0 ? HOLD_LONG
							      : HOLD_NONE;
		if (a->at.hold == HOLD_NONE)
			return refuse(err, room, "neither held nor held-long", held);
	}
	nth = strchr(text, '#');
	if (!nth)
		return refuse(err, room, "a point needs a number, as in SendPacket#2", text);
	*nth++ = '\0';
	if (!number(nth, &a->at.nth) || !a->at.nth)
		return refuse(err, room, "not the number of a crossing", nth);
	phase = strchr(text, ':');
	if (phase)
		*phase++ = '\0';
	fn = fn_by_point_name(text);
	if (fn == FN_COUNT)
		return refuse(err, room, "there is no such crossing", text);
	a->at.fn = (uint16_t)fn;
	a->at.phase = PHASE_POINT;
	if (crossing_border(fn) == BORDER_HANDLER || crossing_border(fn) == BORDER_FUNCTION)
		a->at.phase = phase ? PHASE_EXIT : PHASE_ENTER;
	if (phase && (strcmp(phase, "return") != 0 || a->at.phase == PHASE_POINT))
		return refuse(err, room, "only calls have a :return", text);
	return 0;
}

static int parse_act(char *text, struct plan_act *a, char *err, size_t room)
{
	char *at = strchr(text, '@'), *argument;
	int rc;

	*a = (struct plan_act){.act = ACTS};
	if (!at)
		return refuse(
			err, room, "an act needs a point, as in disconnect@SendPacket#1", text);
	*at++ = '\0';
	argument = strchr(text, '=');
	if (argument)
		*argument++ = '\0';
	a->act = act_by_name(text);
	if (a->act == ACTS)
		return refuse(err, room, "there is no such act", text);
	a->argument = acts[a->act].argument;
	if (argument && !number(argument, &a->argument))
		return refuse(err, room, "not a number", argument);
	rc = parse_point(at, a, err, room);
	if (rc)
		return rc;
	return fits(a) ? 0 : refuse(err, room, "this cannot be done at that point", text);
}

int plan_parse(const char *text, struct plan *out, char *err, size_t room)
{
	char copy[PLAN_TEXT], *word, *rest = NULL;
	int rc;

	*out = (struct plan){.scenario = SCENARIOS};
	if (strlen(text) >= sizeof(copy))
		return refuse(err, room, "too long for a plan", text);
	strcpy(copy, text);
	word = strtok_r(copy, " \t", &rest);
	out->scenario = word ? scenario_by_name(word) : SCENARIOS;
	if (out->scenario == SCENARIOS)
		return refuse(err, room, "there is no such scenario", word ? word : "");
	while ((word = strtok_r(NULL, " \t", &rest))) {
		if (out->count == PLAN_ACTS)
			return refuse(err, room, "too many acts", word);
		rc = parse_act(word, &out->acts[out->count], err, room);
		if (rc)
			return rc;
		out->count++;
	}
	return 0;
}
