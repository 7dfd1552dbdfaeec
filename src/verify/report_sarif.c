// SPDX-License-Identifier: BSD-2-Clause
/*
 * SARIF 2.1.0 (OASIS, docs.oasis-open.org/sarif/sarif/v2.1.0): rules with their texts, a result for
 * each finding with the crossings around it as a code flow. A module is a binary: the location is
 * its file.
 */
#include "verify/report_internal.h"

#include <inttypes.h>
#include <string.h>

#include "verify/report_chart.h"

static const char *level(enum rule_severity severity)
{
	return severity == SEVERITY_W ? "warning" : "error";
}

/* RFC 3986: what is no path character is written by its number, and a '/' at the beginning makes
 * it a file: URI. */
static void put_uri(FILE *f, const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-._~/+@,=";
	char clean[512];

	fputs(path[0] == '/' ? "\"file://" : "\"", f);
	for (path = text_clean(path, clean, sizeof(clean)); *path; path++)
		fprintf(f, strchr(plain, *path) ? "%c" : "%%%02X", (unsigned char)*path);
	fputc('"', f);
}

static void put_rule(FILE *f, unsigned number)
{
	const struct subject s = subject(number);
	char help[512];

	snprintf(help, sizeof(help), "%s%s%s%s%s", s.source[0] ? "Source: " : "", s.source,
		s.source[0] ? ", pages of the Windows driver documentation by file name. " : "",
		s.note[0] ? "What is seen of it: " : "", s.note);
	fprintf(f, "          {\"id\": \"%s\", \"shortDescription\": {\"text\": ", s.id);
	put_json(f, s.text);
	fputs("}, \"help\": {\"text\": ", f);
	put_json(f, help[0] ? help : s.text);
	fprintf(f, "}, \"defaultConfiguration\": {\"level\": \"%s\"}, ", level(s.severity));
	fprintf(f, "\"properties\": {\"severity\": \"%c\", \"binds\": \"%s\"}}",
		rule_severity_letter(s.severity), s.id[0] == 'H' ? "host" : "module");
}

static void put_driver(FILE *f, const struct report *r)
{
	unsigned i;

	fputs("      \"tool\": {\n        \"driver\": {\n          \"name\": \"openihv\",\n"
	      "          \"version\": ",
		f);
	put_json(f, r->version);
	fputs(",\n          \"rules\": [\n", f);
	for (i = 0; i < SUBJECTS; i++) {
		if (i)
			fputs(",\n", f);
		put_rule(f, i);
	}
	fputs("\n          ]\n        }\n      },\n", f);
}

static void put_location(FILE *f, const struct report *r)
{
	fputs("{\"physicalLocation\": {\"artifactLocation\": {\"uri\": ", f);
	put_uri(f, r->module);
	fputs(", \"index\": 0}}", f);
}

/* The same finding has it in every run, whichever plan showed it first: FNV-1a of what it is. */
static uint64_t fingerprint(const struct report_finding *x)
{
	const char *parts[] = {x->rule, x->text};
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	const char *p;
	size_t i;

	for (i = 0; i < 2; i++) {
		for (p = parts[i]; *p; p++)
			h = (h ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
		h *= UINT64_C(0x100000001b3); /* the end of a part counts as a zero */
	}
	return h;
}

static void put_flow(FILE *f, const struct report *r, const struct report_finding *x)
{
	struct chart chart;
	char text[256];
	unsigned i;

	chart_make(&chart, x);
	fputs("          \"codeFlows\": [{\"threadFlows\": [{\"locations\": [\n", f);
	for (i = 0; i < chart.nrows; i++) {
		const struct chart_row *row = &chart.rows[i];

		snprintf(text, sizeof(text), "%" PRIu64 ", %.6f s: %s", row->x->seq,
			(double)row->x->time / 1e9, row->text);
		fputs(i ? ",\n            {\"location\": " : "            {\"location\": ", f);
		put_location(f, r);
		fputs(", \"message\": {\"text\": ", f);
		put_json(f, text);
		fprintf(f, "}}, \"executionOrder\": %u, \"importance\": \"%s\"}", i + 1,
			row->here ? "essential" : "important");
	}
	fputs("\n          ]}]}],\n", f);
}

static void put_result(FILE *f, const struct report *r, const struct report_finding *x)
{
	const unsigned rule = subject_by_name(x->rule);
	char command[2048];

	fprintf(f, "        {\n          \"ruleId\": \"%s\",\n", x->rule);
	if (rule < SUBJECTS)
		fprintf(f, "          \"ruleIndex\": %u,\n", rule);
	fprintf(f, "          \"level\": \"%s\",\n          \"message\": {\"text\": ",
		level(x->severity));
	put_json(f, x->text);
	fputs("},\n          \"locations\": [", f);
	put_location(f, r);
	fprintf(f,
		"}],\n          \"partialFingerprints\": {\"openihvFinding/v1\": "
		"\"%016" PRIx64 "\"},\n          \"occurrenceCount\": %" PRIu64 ",\n",
		fingerprint(x), x->count ? x->count : 1);
	if (x->naround)
		put_flow(f, r, x);
	fputs("          \"properties\": {\"did\": ", f);
	put_json(f, x->did);
	fputs(", \"plan\": ", f);
	put_json(f, x->plan);
	fputs(", \"replay\": ", f);
	put_json(f, report_replay(r, x, command, sizeof(command)));
	fprintf(f, ", \"replays\": %u, \"reproduced\": %u}\n        }", x->replays, x->reproduced);
}

int report_write_sarif(FILE *f, const struct report *r)
{
	unsigned i;

	fputs("{\n"
	      "  \"$schema\": \"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
	      "sarif-schema-2.1.0.json\",\n"
	      "  \"version\": \"2.1.0\",\n"
	      "  \"runs\": [\n    {\n",
		f);
	put_driver(f, r);
	fputs("      \"artifacts\": [{\"location\": {\"uri\": ", f);
	put_uri(f, r->module);
	/* The tool did its work; that the module has faults is not an error of the invocation. */
	fprintf(f,
		"}}],\n      \"invocations\": [{\"executionSuccessful\": true}],\n"
		"      \"columnKind\": \"unicodeCodePoints\",\n"
		"      \"properties\": {\"verdict\": \"%s\", \"seed\": \"%" PRIu64
		"\", \"runs\": %" PRIu64 ", \"complete\": %s},\n      \"results\": [",
		report_clean(r) ? "pass" : "fail", r->seed, r->runs,
		r->complete ? "true" : "false");
	for (i = 0; i < r->nfindings; i++) {
		fputs(i ? ",\n" : "\n", f);
		put_result(f, r, &r->findings[i]);
	}
	fputs(r->nfindings ? "\n      ]\n    }\n  ]\n}\n" : "]\n    }\n  ]\n}\n", f);
	return put_end(f);
}
