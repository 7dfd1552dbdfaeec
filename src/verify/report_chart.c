// SPDX-License-Identifier: BSD-2-Clause
/* Which lifelines a chart has, and where each arrow goes; and the chart in plain characters. */
#include "verify/report_chart.h"

#include <inttypes.h>
#include <string.h>

#include "trace/describe.h"
#include "verify/report_internal.h"

#define WIDTH 100 /* columns */
#define FIRST 22  /* column of the radio's lifeline */
#define APART 9   /* columns from one to the next */

static bool is_call(const struct crossing *x)
{
	const enum crossing_border border = crossing_border((enum crossing_fn)x->fn);

	return border == BORDER_HANDLER || border == BORDER_FUNCTION;
}

static unsigned lane_of(const struct chart *c, uint16_t thread)
{
	unsigned i;

	for (i = CHART_MODULE; i + 1 < c->lanes; i++)
		if (c->threads[i - CHART_MODULE] == thread)
			break;
	return i;
}

/* By number. One that finds no lane of its own shares the last. */
static void add_thread(struct chart *c, uint16_t thread)
{
	unsigned at = CHART_MODULE, i;

	while (at < c->lanes && c->threads[at - CHART_MODULE] < thread)
		at++;
	if (at < c->lanes && c->threads[at - CHART_MODULE] == thread)
		return;
	if (c->lanes == CHART_LANES)
		c->more = true;
	else
		c->lanes++;
	for (i = c->lanes - 1; i > at; i--)
		c->threads[i - CHART_MODULE] = c->threads[i - 1 - CHART_MODULE];
	if (at < c->lanes)
		c->threads[at - CHART_MODULE] = thread;
}

/* The name without its prefix, in front of what is said of it. */
static void short_text(const struct crossing *x, char *room, size_t length)
{
	const char *name = crossing_name((enum crossing_fn)x->fn), *rest;
	char who[32], what[128], shorter[64], error[96];

	point_name((enum crossing_fn)x->fn, shorter, sizeof(shorter));
	describe(x, who, sizeof(who), what, sizeof(what));
	if (x->phase == PHASE_EXIT && !x->result) {
		snprintf(room, length, "%s returns", shorter);
	} else if (x->phase == PHASE_EXIT) {
		snprintf(room, length, "%s returns %s", shorter,
			error_text(x->result, error, sizeof(error)));
	} else if (!what[0]) {
		/* Of the host's own doings, the words are the name. */
		snprintf(room, length, "%s", is_call(x) ? shorter : name);
	} else {
		rest = strncmp(what, name, strlen(name)) == 0 ? what + strlen(name) : NULL;
		snprintf(room, length, "%s%s", rest && is_call(x) ? shorter : "",
			rest && is_call(x) ? rest : what);
	}
	if (x->phase != PHASE_EXIT && x->flags & CROSSING_REFUSED)
		snprintf(room + strlen(room), length - strlen(room), " (refused)");
}

static void row_ends(const struct chart *c, struct chart_row *row)
{
	const struct crossing *x = row->x;

	row->from = row->to = CHART_HOST;
	switch (crossing_border((enum crossing_fn)x->fn)) {
	case BORDER_HANDLER:
		row->to = lane_of(c, x->thread);
		break;
	case BORDER_FUNCTION:
		row->from = lane_of(c, x->thread);
		break;
	case BORDER_REQUEST:
		row->to = CHART_RADIO;
		break;
	case BORDER_INDICATION:
		row->from = CHART_RADIO;
		break;
	case BORDER_EVENT:
		break;
	}
	row->returns = x->phase == PHASE_EXIT;
	if (row->returns) {
		const unsigned from = row->from;

		row->from = row->to;
		row->to = from;
	}
}

/* Whether a lane is inside a handler: calls may have been open when the chart begins. */
static void mark_open(struct chart *c, unsigned lane)
{
	int depth = 0, least = 0;
	unsigned pass, i;

	for (pass = 0; pass < 2; pass++) {
		depth = pass ? -least : 0;
		for (i = 0; i < c->nrows; i++) {
			struct chart_row *row = &c->rows[i];
			const struct crossing *x = row->x;

			if (pass && depth > 0)
				row->open_before |= 1u << lane;
			if (crossing_border((enum crossing_fn)x->fn) == BORDER_HANDLER &&
				lane_of(c, x->thread) == lane)
				depth += x->phase == PHASE_EXIT ? -1 : 1;
			if (depth < least)
				least = depth;
			if (pass && depth > 0)
				row->open |= 1u << lane;
		}
	}
}

void chart_make(struct chart *c, const struct report_finding *f)
{
	unsigned i;

	memset(c, 0, sizeof(*c));
	c->lanes = CHART_MODULE;
	c->nrows = f->naround < REPORT_AROUND ? f->naround : REPORT_AROUND;
	for (i = 0; i < c->nrows; i++)
		if (is_call(&f->around[i]))
			add_thread(c, f->around[i].thread);
	if (c->lanes == CHART_MODULE)
		c->lanes++;
	for (i = 0; i < c->nrows; i++) {
		struct chart_row *row = &c->rows[i];

		row->x = &f->around[i];
		row->here = row->x->seq == f->seq;
		row_ends(c, row);
		short_text(row->x, row->text, sizeof(row->text));
	}
	for (i = CHART_MODULE; i < c->lanes; i++)
		mark_open(c, i);
}

/* ---- In letters. ---- */

void chart_lane_name(const struct chart *c, unsigned lane, char *room, size_t length)
{
	const unsigned thread = lane < CHART_MODULE ? 0 : c->threads[lane - CHART_MODULE];

	if (lane < CHART_MODULE || !thread)
		snprintf(room, length, "%s",
			lane == CHART_RADIO  ? "radio"
			: lane == CHART_HOST ? "host"
					     : "module");
	else if (c->more && lane + 1 == c->lanes)
		snprintf(room, length, "others");
	else
		snprintf(room, length, thread < 10 ? "thread %u" : "thr %u", thread);
}

static void head(FILE *out, const struct chart *c)
{
	char name[16];
	unsigned i;

	fprintf(out, "%8s %11s  ", "seq", "time");
	for (i = 0; i < c->lanes; i++) {
		chart_lane_name(c, i, name, sizeof(name));
		fprintf(out, "%-*s", i + 1 < c->lanes ? APART : 0, name);
	}
	fputc('\n', out);
}

/* The lifelines, with the row's arrow or without. A lane that is inside a handler is a '#'. */
static void draw(const struct chart *c, const struct chart_row *row, bool arrow, char *line)
{
	const unsigned left = row->from < row->to ? row->from : row->to;
	const unsigned right = row->from < row->to ? row->to : row->from;
	const unsigned open = arrow ? row->open | row->open_before : row->open;
	unsigned i;

	memset(line, ' ', (c->lanes - 1) * APART + 1);
	line[(c->lanes - 1) * APART + 1] = '\0';
	for (i = 0; i < c->lanes; i++)
		line[i * APART] = open & 1u << i ? '#' : '|';
	if (!arrow)
		return;
	if (left == right) {
		line[left * APART] = '*';
		return;
	}
	memset(line + left * APART + 1, row->returns ? '.' : '-', (right - left) * APART - 1);
	if (row->to > row->from)
		line[right * APART - 1] = '>';
	else
		line[left * APART + 1] = '<';
}

size_t chart_fitting(const char *text, size_t width)
{
	size_t n = width;

	if (strlen(text) <= width)
		return strlen(text);
	while (n > width / 2 && text[n] != ' ' && text[n] != '(' && text[n - 1] != '_')
		n--;
	return n > width / 2 ? n : width;
}

void chart_write_text(FILE *out, const struct chart *c, const char *on, const char *off)
{
	const size_t width = WIDTH - (FIRST + (c->lanes - 1) * APART + 3);
	char line[CHART_LANES * APART];
	unsigned i;

	head(out, c);
	for (i = 0; i < c->nrows; i++) {
		const struct chart_row *row = &c->rows[i];
		const char *text = row->text;
		size_t n = chart_fitting(text, width);

		draw(c, row, true, line);
		fprintf(out, "%s%c %6" PRIu64 " %11.6f  %s  %.*s%s\n", row->here ? on : "",
			row->here ? '>' : ' ', row->x->seq, (double)row->x->time / 1e9, line,
			(int)n, text, row->here ? off : "");
		for (text += n; *text; text += n) {
			text += strspn(text, " ");
			n = chart_fitting(text, width);
			draw(c, row, false, line);
			fprintf(out, "%20s  %s  %.*s\n", "", line, (int)n, text);
		}
	}
}
