// SPDX-License-Identifier: BSD-2-Clause
/*
 * JUnit XML as Jenkins and GitLab read it: one test suite, a test case for each rule and for each
 * word that stands for none. Broken: failed. Never exercised, or not checked yet: skipped. Warnings
 * do not fail a case; they are in its output.
 */
#include "verify/report_internal.h"

#include <string.h>

static bool concerns(const struct report_finding *f, const struct subject *s, bool warnings)
{
	return strcmp(f->rule, s->id) == 0 && (f->severity == SEVERITY_W) == warnings;
}

static unsigned count(const struct report *r, const struct subject *s, bool warnings)
{
	unsigned i, n = 0;

	for (i = 0; i < r->nfindings; i++)
		n += concerns(&r->findings[i], s, warnings);
	return n;
}

/* NULL: the case was run. Words are looked for in every run. */
static const char *skipped(const struct report *r, unsigned number, const struct subject *s)
{
	if (count(r, s, false) || count(r, s, true) || number >= RULE_COUNT || r->exercised[number])
		return NULL;
	return "never exercised: the situation did not arise";
}

static void put_found(FILE *f, const struct report *r, const struct report_finding *x)
{
	char command[2048];

	fputs("seen: ", f);
	put_xml(f, x->text);
	fputs("\ndone: ", f);
	put_xml(f, x->did[0] ? x->did : "nothing");
	fprintf(f, "\nruns: %llu of %llu; run again, it showed %u of %u times\nreplay: ",
		(unsigned long long)x->count, (unsigned long long)r->runs, x->reproduced,
		x->replays);
	put_xml(f, report_replay(r, x, command, sizeof(command)));
	fputc('\n', f);
}

/* One for all findings: GitLab shows the first only. */
static void put_failure(FILE *f, const struct report *r, const struct subject *s)
{
	const struct report_finding *first = NULL;
	unsigned i;

	for (i = 0; i < r->nfindings && !first; i++)
		if (concerns(&r->findings[i], s, false))
			first = &r->findings[i];
	if (!first)
		return;
	fprintf(f, "      <failure type=\"severity %c\" message=\"",
		rule_severity_letter(first->severity));
	put_xml(f, first->text);
	fputs("\">", f);
	put_xml(f, s->text);
	fputc('\n', f);
	for (i = 0; i < r->nfindings; i++)
		if (concerns(&r->findings[i], s, false)) {
			fputc('\n', f);
			put_found(f, r, &r->findings[i]);
		}
	fputs("</failure>\n", f);
}

static void put_warnings(FILE *f, const struct report *r, const struct subject *s)
{
	unsigned i;

	if (!count(r, s, true))
		return;
	fputs("      <system-out>", f);
	for (i = 0; i < r->nfindings; i++)
		if (concerns(&r->findings[i], s, true)) {
			fputs("warning\n", f);
			put_found(f, r, &r->findings[i]);
		}
	fputs("</system-out>\n", f);
}

static void put_case(FILE *f, const struct report *r, unsigned number)
{
	const struct subject s = subject(number);
	const char *why = skipped(r, number, &s);

	fprintf(f, "    <testcase classname=\"openihv.verify.%s\" name=\"%s ",
		number >= RULE_COUNT ? "module"
		: s.id[0] == 'H'     ? "host"
				     : "contract",
		s.id);
	put_xml(f, s.text);
	fputs("\" time=\"0\"", f);
	if (!why && !count(r, &s, false) && !count(r, &s, true)) {
		fputs("/>\n", f);
		return;
	}
	fputs(">\n", f);
	if (why)
		fprintf(f, "      <skipped message=\"%s\"/>\n", why);
	put_failure(f, r, &s);
	put_warnings(f, r, &s);
	fputs("    </testcase>\n", f);
}

static void put_properties(FILE *f, const struct report *r)
{
	const struct {
		const char *name, *text;
	} texts[] = {{"module", r->module}, {"mode", r->mode}, {"options", r->options},
		{"version", r->version}, {"verdict", report_clean(r) ? "pass" : "fail"},
		{"complete", r->complete ? "true" : "false"}};
	const struct {
		const char *name;
		uint64_t n;
	} numbers[] = {{"seed", r->seed}, {"depth", r->depth}, {"runs", r->runs},
		{"crossings", r->crossings}, {"rules-exercised", report_rules_exercised(r)}};
	size_t i;

	fputs("    <properties>\n", f);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		fprintf(f, "      <property name=\"%s\" value=\"", texts[i].name);
		put_xml(f, texts[i].text);
		fputs("\"/>\n", f);
	}
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		fprintf(f, "      <property name=\"%s\" value=\"%llu\"/>\n", numbers[i].name,
			(unsigned long long)numbers[i].n);
	fputs("    </properties>\n", f);
}

int report_write_junit(FILE *f, const struct report *r)
{
	unsigned i, failures = 0, left_out = 0;

	for (i = 0; i < SUBJECTS; i++) {
		const struct subject s = subject(i);

		failures += count(r, &s, false) != 0;
		left_out += skipped(r, i, &s) != NULL;
	}
	fprintf(f,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites name=\"openihv verify\" tests=\"%d\" failures=\"%u\" errors=\"0\" "
		"time=\"%.3f\">\n"
		"  <testsuite name=\"openihv verify ",
		SUBJECTS, failures, r->seconds);
	put_xml(f, r->module);
	fprintf(f, "\" tests=\"%d\" failures=\"%u\" errors=\"0\" skipped=\"%u\" time=\"%.3f\">\n",
		SUBJECTS, failures, left_out, r->seconds);
	put_properties(f, r);
	for (i = 0; i < SUBJECTS; i++)
		put_case(f, r, i);
	fputs("  </testsuite>\n</testsuites>\n", f);
	return put_end(f);
}
