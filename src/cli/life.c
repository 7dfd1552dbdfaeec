// SPDX-License-Identifier: BSD-2-Clause
#include "cli/life.h"

#include <inttypes.h>

#include "cli/cli.h"

static const char *const texts[] = {
	[MODULE_FAILED_TO_START - 10000] = "WLAN extensibility module has failed to start",
	[MODULE_STARTED - 10000] = "WLAN extensibility module has successfully started",
	[MODULE_STOPPED - 10000] = "WLAN extensibility module has stopped",
	[MODULE_STOPPED_UNEXPECTEDLY - 10000] =
		"WLAN extensibility module has stopped unexpectedly",
	[MODULE_TIMED_OUT - 10000] = "WLAN extensibility module has timed out",
};

static bool same(const struct death_kind *a, const struct death_kind *b)
{
	return a->end == b->end && a->code == b->code && a->overdue == b->overdue &&
	       a->handler == b->handler;
}

void life_crossing(struct life *l, const struct crossing *x)
{
	struct death_kind kind = {.end = (enum module_end)x->module_died.how,
		.code = x->module_died.code,
		.overdue = x->module_died.deadline != 0,
		.handler = FN_COUNT};
	unsigned i = 0;

	if (x->fn != FN_MODULE_DIED)
		return;
	if (x->module_died.function < FN_COUNT)
		kind.handler = (enum crossing_fn)x->module_died.function;
	if (l->deaths++ == 0)
		l->first = x->seq;
	l->overdue = kind.overdue;
	while (i < l->nkinds && !same(&l->kinds[i], &kind))
		i++;
	if (i == LIFE_KINDS)
		return;
	if (i == l->nkinds)
		l->kinds[l->nkinds++] = kind;
	l->kinds[i].count++;
}

void life_event(struct life *l, const struct module_event *e)
{
	if (e->deaths && !l->ending)
		l->given_up = e->retry_ns == 0;
}

/* Empty: there is nothing to say beside the event itself. */
static void cause(const struct life *l, const struct module_event *e, char *room, size_t length)
{
	room[0] = '\0';
	if (e->id == MODULE_FAILED_TO_START && e->why)
		snprintf(room, length, "%s", e->why);
	else if (e->deaths)
		cause_text(e->end, e->code, l->overdue, room, length);
}

void life_text(const struct life *l, const struct module_event *e, char *room, size_t length)
{
	const char *in = e->handler < FN_COUNT ? crossing_name(e->handler) : "";
	char why[300], next[48] = "";

	cause(l, e, why, sizeof(why));
	if (e->retry_ns)
		snprintf(next, sizeof(next), "; started anew in %g s", (double)e->retry_ns / 1e9);
	else if (e->deaths)
		snprintf(next, sizeof(next), "; not started anew");
	if (e->id == MODULE_TIMED_OUT)
		snprintf(next, sizeof(next), "; its process is killed");
	if (e->why && e->id == MODULE_FAILED_TO_START)
		in = ""; /* it stands in the sentence */
	snprintf(room, length, "%d %s%s%s%s%s%s", (int)e->id, texts[e->id - 10000],
		why[0] || in[0] ? ": " : "", why, why[0] && in[0] ? " in " : "", in, next);
}

void life_json(FILE *f, const struct life *l, const struct module_event *e, uint64_t time)
{
	char why[300];

	cause(l, e, why, sizeof(why));
	fprintf(f, "{\"event\":%d,\"time\":%" PRIu64 ",\"text\":\"%s\"", (int)e->id, time,
		texts[e->id - 10000]);
	if (why[0]) {
		fputs(",\"cause\":", f);
		json_string(f, why);
	}
	if (e->handler < FN_COUNT)
		fprintf(f, ",\"handler\":\"%s\"", crossing_name(e->handler));
	if (e->deaths)
		fprintf(f, ",\"how\":%d,\"code\":%u,\"deaths\":%u,\"retry_ns\":%" PRIu64,
			(int)e->end, e->code, e->deaths, e->retry_ns);
	fputs("}\n", f);
}
