// SPDX-License-Identifier: BSD-2-Clause
/* A report as a user reads it at the terminal, 100 columns wide. */
#include "verify/report_internal.h"

#include <inttypes.h>
#include <string.h>

#include "verify/report_chart.h"

#define WIDTH  100
#define INDENT 13 /* of what is said of a finding */

struct colours {
	const char *bad, *doubtful, *good, *strong, *off;
};

static const struct colours plain = {"", "", "", "", ""};
static const struct colours coloured = {"\033[31m", "\033[33m", "\033[1;32m", "\033[1m", "\033[0m"};

/* Bytes of the first `count` characters. */
static size_t bytes_of(const char *text, size_t count)
{
	size_t n = 0;

	while (text[n] && count--)
		do
			n++;
		while (((unsigned char)text[n] & 0xC0) == 0x80);
	return n;
}

/* Words, from `column` on, later lines from `indent` on. */
static void wrap(FILE *f, const char *unclean, size_t column, size_t indent)
{
	char room[1024];
	const char *text = text_clean(unclean, room, sizeof(room));
	bool first = true;

	while (*text) {
		size_t bytes = strcspn(text, " ");
		char word[1024];
		size_t width;

		snprintf(word, sizeof(word), "%.*s", (int)bytes, text);
		width = text_width(word);
		if (!first && column + 1 + width > WIDTH) {
			fprintf(f, "\n%*s", (int)indent, "");
			column = indent;
		} else if (!first) {
			fputc(' ', f);
			column++;
		}
		if (column + width > WIDTH && indent < WIDTH) { /* longer than a line */
			width = WIDTH - column;
			bytes = bytes_of(text, width);
		}
		fwrite(text, 1, bytes, f);
		column += width;
		text += bytes;
		text += strspn(text, " ");
		first = false;
	}
	fputc('\n', f);
}

static void field(FILE *f, const char *name, const char *text)
{
	fprintf(f, "  %-*s", INDENT - 2, name);
	wrap(f, text, INDENT, INDENT);
}

/* The rule or word that the findings from here on are about. */
static void heading(FILE *f, const struct report_finding *x, const struct colours *c)
{
	const struct subject s = subject(subject_by_name(x->rule));
	const bool warning = x->severity == SEVERITY_W;
	const char *kind = warning ? "warning" : "violation";

	fprintf(f, "\n%s%s %s%s  ", warning ? c->doubtful : c->bad, kind, x->rule, c->off);
	wrap(f, s.text, strlen(kind) + strlen(x->rule) + 3, INDENT);
	fprintf(f, "  %-*s%c%s%s\n", INDENT - 2, "severity", rule_severity_letter(x->severity),
		s.source[0] ? ", source " : "", s.source);
}

static void how_often(FILE *f, const struct report *r, const struct report_finding *x)
{
	char count[32], runs[64], text[160];
	const int n = snprintf(text, sizeof(text), "in %s of %s", text_count(x->count, count),
		text_plural(r->runs, "run", "runs", runs, sizeof(runs)));

	if (x->replays)
		snprintf(text + n, sizeof(text) - (size_t)n,
			"; run again, it showed %u of %u times", x->reproduced, x->replays);
	field(f, "how often", text);
}

/* One line, however long it is: it is to be copied. */
static void replay(FILE *f, const struct report *r, const struct report_finding *x)
{
	char command[2048], clean[2048];

	report_replay(r, x, command, sizeof(command));
	fprintf(f, "  %-*s%s\n", INDENT - 2, "replay", text_clean(command, clean, sizeof(clean)));
}

static void finding(
	FILE *f, const struct report *r, const struct report_finding *x, const struct colours *c)
{
	const bool warning = x->severity == SEVERITY_W;
	struct chart chart;

	field(f, "seen", x->text);
	if (!warning || x->did[0])
		field(f, "done", x->did[0] ? x->did : "nothing: the module does it by itself");
	how_often(f, r, x);
	replay(f, r, x);
	if (warning || !x->naround)
		return;
	chart_make(&chart, x);
	fputc('\n', f);
	chart_write_text(f, &chart, c->bad, c->off);
}

static void findings(FILE *f, const struct report *r, const struct colours *c)
{
	const char *rule = "";
	enum rule_severity severity = SEVERITY_F;
	unsigned i;

	for (i = 0; i < r->nfindings; i++) {
		const struct report_finding *x = &r->findings[i];

		if (strcmp(rule, x->rule) != 0 || severity != x->severity)
			heading(f, x, c);
		else
			fputc('\n', f);
		rule = x->rule;
		severity = x->severity;
		finding(f, r, x, c);
	}
	if (r->lost)
		fprintf(f,
			"\n%" PRIu64 " more kinds of findings are not kept; the numbers above are "
			"lower bounds.\n",
			r->lost);
}

static void scenarios(FILE *f, const struct report *r, const struct colours *c)
{
	char runs[32], crossings[32], note[sizeof(r->scenarios[0].note)];
	unsigned i;

	fprintf(f, "\n%s%-12s %10s  %10s  %s%s\n", c->strong, "scenario", "runs", "crossings",
		"port", c->off);
	for (i = 0; i < SCENARIOS; i++) {
		const struct report_scenario *s = &r->scenarios[i];

		if (!s->runs && !s->crossings && !s->note[0])
			continue;
		fprintf(f, "%-12s %10s  %10s  %-*s%s%s\n", scenario_name((enum scenario)i),
			text_count(s->runs, runs),
			s->crossings ? text_count(s->crossings, crossings) : "-",
			s->note[0] ? 6 : 0,
			!s->crossings  ? "-"
			: s->connected ? "open"
				       : "closed",
			s->note[0] ? "  " : "", text_clean(s->note, note, sizeof(note)));
	}
}

static void summary(FILE *f, const struct report *r)
{
	char runs[64], crossings[64], replays[64], parts[128], planned[32], text[512];

	snprintf(text, sizeof(text), "%s, %s, seed %" PRIu64 ", at most %u act%s a run", r->module,
		r->mode, r->seed, r->depth, r->depth == 1 ? "" : "s");
	fputc('\n', f);
	wrap(f, text, 0, 2);
	fprintf(f, "%s, %s in %.1f s", text_plural(r->runs, "run", "runs", runs, sizeof(runs)),
		text_plural(r->crossings, "crossing", "crossings", crossings, sizeof(crossings)),
		r->seconds);
	if (report_rate(r) > 0)
		fprintf(f, ", %.0f runs/s", report_rate(r));
	fputc('\n', f);
	if (r->replays)
		fprintf(f, "%s more, to see whether findings repeat\n",
			text_plural(r->replays, "run", "runs", replays, sizeof(replays)));
	if (report_parts(r, parts, sizeof(parts))[0]) {
		snprintf(text, sizeof(text), "only %s", parts);
		wrap(f, text, 0, 2);
	}
	if (!r->complete)
		fprintf(f, "not complete: %s runs were planned\n", text_count(r->planned, planned));
}

int report_write_text(FILE *f, const struct report *r, bool colour)
{
	const struct colours *c = colour ? &coloured : &plain;
	const bool clean = report_clean(r);
	char runs[32];

	findings(f, r, c);
	scenarios(f, r, c);
	summary(f, r);
	fprintf(f,
		"%sverdict: %s%s (findings %u, warnings %u, runs %s, rules exercised %u of %d%s)\n",
		clean ? c->good : c->bad, clean ? "pass" : "fail", c->off, report_count(r, false),
		report_count(r, true), text_count(r->runs, runs), report_rules_exercised(r),
		RULE_COUNT, r->complete ? "" : ", not complete");
	return put_end(f);
}
