// SPDX-License-Identifier: BSD-2-Clause
/* The writing half of a saved report; report_read.c is the other. The same report gives the same
 * bytes. */
#include "verify/report_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "trace/json.h"
#include "verify/report_format.h"

/* A JSON integer of jansson's ends at 2^63 - 1; beyond it a string, as in a trace. */
static void put_number(FILE *f, const char *key, uint64_t n)
{
	fprintf(f, n > INT64_MAX ? "\"%s\": \"0x%" PRIx64 "\"" : "\"%s\": %" PRIu64, key, n);
}

static void put_string(FILE *f, const char *key, const char *text)
{
	fprintf(f, "\"%s\": ", key);
	put_json(f, text);
}

/* The shortest digits that are read as the same number again. */
static void put_seconds(FILE *f, double seconds)
{
	char digits[40];
	int precision;

	for (precision = 1; precision <= 17; precision++) {
		snprintf(digits, sizeof(digits), "%.*g", precision, seconds);
		if (strtod(digits, NULL) == seconds)
			break;
	}
	fprintf(f, "  \"seconds\": %s,\n", digits);
}

static void member(FILE *f, const char *key, uint64_t n)
{
	fputs("  ", f);
	put_number(f, key, n);
	fputs(",\n", f);
}

static void member_text(FILE *f, const char *key, const char *text)
{
	fputs("  ", f);
	put_string(f, key, text);
	fputs(",\n", f);
}

static void put_head(FILE *f, const struct report *r)
{
	unsigned i;

	fprintf(f, "{\n  \"openihv-report\": %d,\n", REPORT_FORMAT);
	member_text(f, "module", r->module);
	member_text(f, "verdict", report_clean(r) ? "pass" : "fail");
	member_text(f, "mode", r->mode);
	member_text(f, "options", r->options);
	member_text(f, "version", r->version);
	member(f, "seed", r->seed);
	member(f, "depth", r->depth);
	member(f, "shards", r->shards);
	fputs("  \"shards_in\": [", f);
	for (i = 0; i < 4; i++)
		fprintf(f, "%s\"0x%" PRIx64 "\"", i ? ", " : "", r->shards_in[i]);
	fputs("],\n", f);
	member(f, "planned", r->planned);
	member(f, "runs", r->runs);
	member(f, "crossings", r->crossings);
	member(f, "replays", r->replays);
	put_seconds(f, r->seconds);
	fprintf(f, "  \"complete\": %s,\n", r->complete ? "true" : "false");
	member(f, "lost", r->lost);
}

static void put_rules(FILE *f, const struct report *r)
{
	const char *before = "";
	unsigned i;

	fputs("  \"rules_exercised\": [", f);
	for (i = 0; i < RULE_COUNT; i++)
		if (r->exercised[i]) {
			fprintf(f, "%s\"%s\"", before, rule_info((enum rule_id)i)->id);
			before = ", ";
		}
	fputs("],\n  \"exercised\": {", f);
	before = "";
	for (i = 0; i < RULE_COUNT; i++)
		if (r->exercised[i]) {
			fputs(before, f);
			put_number(f, rule_info((enum rule_id)i)->id, r->exercised[i]);
			before = ", ";
		}
	fputs("},\n", f);
}

static void put_scenarios(FILE *f, const struct report *r)
{
	unsigned i;

	fputs("  \"scenarios\": {", f);
	for (i = 0; i < SCENARIOS; i++) {
		const struct report_scenario *s = &r->scenarios[i];

		fprintf(f, "%s\n    \"%s\": {", i ? "," : "", scenario_name((enum scenario)i));
		put_number(f, "runs", s->runs);
		fputs(", ", f);
		put_number(f, "crossings", s->crossings);
		fprintf(f, ", \"connected\": %s, ", s->connected ? "true" : "false");
		put_string(f, "note", s->note);
		fputc('}', f);
	}
	fputs("\n  },\n", f);
}

static void put_cells(FILE *f, const struct report *r)
{
	const char *before = "";
	unsigned fn, act;

	fputs("  \"cells\": [", f);
	for (fn = 0; fn < FN_COUNT; fn++)
		for (act = 0; act < ACTS; act++) {
			const struct report_cell *c = &r->cells[fn][act];

			if (!c->runs && !c->findings && !c->warnings)
				continue;
			fprintf(f, "%s\n    {", before);
			put_string(f, "call", crossing_name((enum crossing_fn)fn));
			fputs(", ", f);
			put_string(f, "act", act_name((enum act)act));
			fputs(", ", f);
			put_number(f, "runs", c->runs);
			fputs(", ", f);
			put_number(f, "findings", c->findings);
			fputs(", ", f);
			put_number(f, "warnings", c->warnings);
			fputc('}', f);
			before = ",";
		}
	fputs(before[0] ? "\n  ],\n" : "],\n", f);
}

static void put_around(FILE *f, const struct report_finding *x)
{
	char line[TRACE_CROSSING_MAX];
	unsigned i;

	fputs("      \"around\": [", f);
	for (i = 0; i < x->naround; i++) {
		fputs(i ? ",\n        " : "\n        ", f);
		fwrite(line, 1, trace_format(&x->around[i], line, sizeof(line)), f);
	}
	fputs(x->naround ? "\n      ]\n" : "]\n", f);
}

static void put_finding(FILE *f, const struct report *r, const struct report_finding *x)
{
	const struct subject s = subject(subject_by_name(x->rule));
	char command[2048];
	const struct {
		const char *key, *text;
	} texts[] = {{"text", x->text}, {"about", s.text}, {"source", s.source}, {"did", x->did},
		{"plan", x->plan}, {"replay", report_replay(r, x, command, sizeof(command))}};
	const struct {
		const char *key;
		uint64_t n;
	} numbers[] = {{"count", x->count}, {"number", x->number}, {"reproduced", x->reproduced},
		{"replays", x->replays}, {"seq", x->seq}};
	size_t i;

	fprintf(f, "    {\n      \"rule\": \"%s\",\n      \"severity\": \"%c\",\n", x->rule,
		rule_severity_letter(x->severity));
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		fputs("      ", f);
		put_string(f, texts[i].key, texts[i].text);
		fputs(",\n", f);
	}
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		fputs("      ", f);
		put_number(f, numbers[i].key, numbers[i].n);
		fputs(",\n", f);
	}
	put_around(f, x);
	fputs("    }", f);
}

int report_write_json(FILE *f, const struct report *r)
{
	unsigned i;

	put_head(f, r);
	put_rules(f, r);
	put_scenarios(f, r);
	put_cells(f, r);
	fputs("  \"findings\": [", f);
	for (i = 0; i < r->nfindings; i++) {
		fputs(i ? ",\n" : "\n", f);
		put_finding(f, r, &r->findings[i]);
	}
	fputs(r->nfindings ? "\n  ]\n}\n" : "]\n}\n", f);
	return put_end(f);
}
