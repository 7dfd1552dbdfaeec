// SPDX-License-Identifier: BSD-2-Clause
/* What was covered, as a picture: the rules as a grid, and crossings by acts as a table of colours.
 */
#include "verify/report_html.h"

#include <inttypes.h>
#include <string.h>

#include "verify/report_internal.h"

/* ---- Rules. ---- */

enum state { STATE_BROKEN, STATE_WARNED, STATE_EXERCISED, STATE_NEVER, STATES };

static const struct {
	const char *css, *sign, *text;
} states[STATES] = {
	[STATE_BROKEN] = {"br", "&#10007;", "broken"},
	[STATE_WARNED] = {"wa", "!", "warned of"},
	[STATE_EXERCISED] = {"ex", "&#10003;", "exercised and kept"},
	[STATE_NEVER] = {"ne", "&#8211;", "never exercised"},
};

/* Number of the first finding about it, from 1 on; 0: there is none. */
static unsigned first_finding(const struct report *r, const char *rule)
{
	unsigned i;

	for (i = 0; i < r->nfindings; i++)
		if (strcmp(r->findings[i].rule, rule) == 0)
			return i + 1;
	return 0;
}

static enum state state_of(const struct report *r, unsigned rule)
{
	const struct subject s = subject(rule);
	const unsigned found = first_finding(r, s.id);

	if (found)
		return r->findings[found - 1].severity == SEVERITY_W ? STATE_WARNED : STATE_BROKEN;
	if (r->exercised[rule])
		return STATE_EXERCISED;
	return STATE_NEVER;
}

static void put_rule(FILE *f, const struct report *r, unsigned rule)
{
	const struct subject s = subject(rule);
	const enum state state = state_of(r, rule);
	const unsigned found = first_finding(r, s.id);
	char runs[64];

	fprintf(f, "<li class=\"%s\" title=\"%s, %s", states[state].css, s.id, states[state].text);
	if (r->exercised[rule])
		fprintf(f, ", arose in %s",
			text_plural(r->exercised[rule], "run", "runs", runs, sizeof(runs)));
	fputs(": ", f);
	put_xml(f, s.text);
	fputs("\">", f);
	if (found)
		fprintf(f, "<a href=\"#f%u\">", found);
	fprintf(f, "%s %s%s</li>\n", states[state].sign, s.id, found ? "</a>" : "");
}

static void put_rule_row(FILE *f, const struct report *r, unsigned rule)
{
	const struct subject s = subject(rule);
	const enum state state = state_of(r, rule);
	char runs[32];

	fprintf(f, "<tr><th scope=\"row\">%s</th><td>%s</td><td class=\"n\">%s</td><td>", s.id,
		states[state].text, text_count(r->exercised[rule], runs));
	put_xml(f, s.text);
	fputs("</td></tr>\n", f);
}

void html_rules(FILE *f, const struct report *r)
{
	unsigned i, counts[STATES] = {0};

	fprintf(f,
		"<section>\n<h2 id=\"rules\">Rules</h2>\n<p class=\"lead\">All %d rules of the "
		"contract. "
		"H rules bind the host, X rules the module. A rule is exercised when the situation "
		"arose that it is about.</p>\n<ul class=\"legend\">",
		RULE_COUNT);
	for (i = 0; i < RULE_COUNT; i++)
		counts[state_of(r, i)]++;
	for (i = 0; i < STATES; i++)
		fprintf(f, "<li><i class=\"%s\">%s</i>%u %s</li>", states[i].css, states[i].sign,
			counts[i], states[i].text);
	fputs("</ul>\n<ul class=\"rules\">\n", f);
	for (i = 0; i < RULE_COUNT; i++)
		put_rule(f, r, i);
	fputs("</ul>\n<details class=\"all\"><summary>The same as a list, with their "
	      "texts</summary>"
	      "<div class=\"wide\"><table class=\"list\"><thead><tr><th scope=\"col\">Rule</th>"
	      "<th scope=\"col\">State</th><th scope=\"col\" class=\"n\">Runs</th>"
	      "<th scope=\"col\">Text</th></tr></thead><tbody>\n",
		f);
	for (i = 0; i < RULE_COUNT; i++)
		put_rule_row(f, r, i);
	fputs("</tbody></table></div></details>\n</section>\n", f);
}

/* ---- Crossings by acts. ---- */

#define KINDS 4

static const struct {
	enum act_kind kind;
	const char *text;
} kinds[KINDS] = {
	{ACT_EVENT, "event"},
	{ACT_RECEIVED, "arriving packet"},
	{ACT_SENT, "sent packet"},
	{ACT_FUNCTION, "call"},
};

static unsigned of_kind(enum act_kind kind)
{
	unsigned act, n = 0;

	for (act = 0; act < ACTS; act++)
		n += act_kind((enum act)act) == kind;
	return n;
}

static bool first_of_kind(unsigned act)
{
	return act == 0 || act_kind((enum act)act) != act_kind((enum act)(act - 1));
}

static bool occurred(const struct report *r, unsigned fn)
{
	unsigned act;

	for (act = 0; act < ACTS; act++)
		if (r->cells[fn][act].runs)
			return true;
	return false;
}

static void put_cell(FILE *f, const struct report_cell *c, unsigned fn, unsigned act)
{
	const char *first = first_of_kind(act) ? " first" : "";
	const char *css = c->findings      ? states[STATE_BROKEN].css
			  : c->warnings    ? states[STATE_WARNED].css
			  : c->runs >= 100 ? "many"
			  : c->runs >= 10  ? "some"
					   : "few";
	char runs[64], short_runs[32];

	if (!c->runs) {
		fprintf(f, "<td class=\"%s\"></td>", first[0] ? "first" : "");
		return;
	}
	text_plural(c->runs, "run", "runs", runs, sizeof(runs));
	if (c->runs < 1000)
		snprintf(short_runs, sizeof(short_runs), "%" PRIu64, c->runs);
	else
		snprintf(short_runs, sizeof(short_runs), "%" PRIu64 "k", c->runs / 1000);
	fprintf(f, "<td class=\"%s%s\" title=\"%s at %s: %s", css, first, act_name((enum act)act),
		crossing_name((enum crossing_fn)fn), runs);
	if (c->findings)
		fprintf(f, ", findings in %" PRIu64, c->findings);
	if (c->warnings)
		fprintf(f, ", warnings in %" PRIu64, c->warnings);
	fprintf(f, "\">%s%s</td>",
		c->findings   ? "&#10007;&#8201;"
		: c->warnings ? "!&#8201;"
			      : "",
		short_runs);
}

static void put_map_head(FILE *f)
{
	unsigned i, act;

	fputs("<thead><tr><th class=\"corner\" scope=\"col\">crossing</th>", f);
	for (i = 0; i < KINDS; i++)
		fprintf(f, "<th scope=\"colgroup\" class=\"first\" colspan=\"%u\">%s</th>",
			of_kind(kinds[i].kind), kinds[i].text);
	fputs("</tr>\n<tr><th class=\"corner\"></th>", f);
	for (i = 0; i < KINDS; i++)
		for (act = 0; act < ACTS; act++)
			if (act_kind((enum act)act) == kinds[i].kind)
				fprintf(f, "<th scope=\"col\"%s><span>%s</span></th>",
					first_of_kind(act) ? " class=\"first\"" : "",
					act_name((enum act)act));
	fputs("</tr></thead>\n", f);
}

/* Where a narrow screen may break it: before a capital, and after what joins words. */
static void put_breakable(FILE *f, const char *name)
{
	const char *p;

	for (p = name; *p; p++) {
		if (p > name && (*p >= 'A' && *p <= 'Z') && (p[-1] >= 'a' && p[-1] <= 'z'))
			fputs("<wbr>", f);
		fputc(*p, f);
		if (*p == '_' || *p == '-')
			fputs("<wbr>", f);
	}
}

static void put_map_row(FILE *f, const struct report *r, unsigned fn)
{
	char name[64];
	unsigned i, act;

	fputs("<tr><th scope=\"row\">", f);
	put_breakable(f, point_name((enum crossing_fn)fn, name, sizeof(name)));
	fputs("</th>", f);
	for (i = 0; i < KINDS; i++)
		for (act = 0; act < ACTS; act++)
			if (act_kind((enum act)act) == kinds[i].kind)
				put_cell(f, &r->cells[fn][act], fn, act);
	fputs("</tr>\n", f);
}

void html_map(FILE *f, const struct report *r)
{
	unsigned fn;

	fputs("<section>\n<h2 id=\"map\">What was done where</h2>\n<p class=\"lead\">A row for "
	      "each "
	      "crossing, a column for each act, and the number of runs in which the one was done "
	      "at the "
	      "other. Empty: not done there.</p>\n<ul class=\"legend\">"
	      "<li><i class=\"br\">&#10007;</i>a finding</li><li><i class=\"wa\">!</i>a "
	      "warning</li>"
	      "<li><i class=\"few\">9</i><i class=\"some\">99</i><i class=\"many\">100</i>runs "
	      "without one: up to 9, up to 99, more</li></ul>\n<div class=\"map\" "
	      "tabindex=\"0\"><table>\n",
		f);
	put_map_head(f);
	fputs("<tbody>\n", f);
	for (fn = 0; fn < FN_COUNT; fn++)
		if (occurred(r, fn))
			put_map_row(f, r, fn);
	fputs("</tbody></table></div>\n</section>\n", f);
}
