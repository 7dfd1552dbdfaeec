// SPDX-License-Identifier: BSD-2-Clause
/*
 * A report as one page that needs nothing else: no network, no script, no font of its own. What is
 * on it comes from a report, that is, from anybody: all of it goes through put_xml(), and a policy
 * in its head forbids the browser to load or run anything.
 */
#include "verify/report_html.h"

#include <inttypes.h>
#include <string.h>

#include "verify/report_chart.h"
#include "verify/report_internal.h"

#define OPEN 8 /* findings that are not folded at first */

static void put_definition(FILE *f, const char *term, const char *text)
{
	fprintf(f, "<dt>%s</dt><dd>", term);
	put_xml(f, text);
	fputs("</dd>\n", f);
}

/* ---- Findings. ---- */

static void put_about(FILE *f, const struct report_finding *x)
{
	const struct subject s = subject(subject_by_name(x->rule));
	char text[160];

	fputs("<dl>\n", f);
	put_definition(f, s.source[0] ? "Rule" : "What it means", s.text);
	put_definition(
		f, "What was done", x->did[0] ? x->did : "Nothing: the module does it by itself.");
	if (x->replays) {
		snprintf(
			text, sizeof(text), "It showed %u of %u times.", x->reproduced, x->replays);
		put_definition(f, "Run again", text);
	}
	snprintf(text, sizeof(text), "%c: %s", rule_severity_letter(x->severity),
		x->severity == SEVERITY_F   ? "memory, dead handles, or security"
		: x->severity == SEVERITY_E ? "the contract is broken"
					    : "suspicious");
	put_definition(f, "Severity", text);
	if (s.source[0])
		put_definition(f, "Source", s.source);
	fputs("</dl>\n", f);
}

static void put_finding(
	FILE *f, const struct report *r, const struct report_finding *x, unsigned number)
{
	const bool warning = x->severity == SEVERITY_W;
	struct chart chart;
	char count[32], runs[64], command[2048];

	fprintf(f,
		"<details class=\"finding%s\" id=\"f%u\"%s>\n<summary><span class=\"id\">%s</span>",
		warning ? " w" : "", number, warning || number > OPEN ? "" : " open", x->rule);
	fputs("<h3>", f);
	put_xml(f, x->text);
	fprintf(f, "</h3><span class=\"times\">in %s of %s</span></summary>\n",
		text_count(x->count, count),
		text_plural(r->runs, "run", "runs", runs, sizeof(runs)));
	fprintf(f, "<div class=\"about%s\">\n", x->naround ? " two" : "");
	put_about(f, x);
	if (x->naround) {
		chart_make(&chart, x);
		fputs("<figure class=\"wide\" tabindex=\"0\">\n", f);
		chart_write_svg(f, &chart);
		fputs("</figure>\n", f);
	}
	fputs("<div class=\"command\"><p>This run once more (a click selects it):</p><pre>", f);
	put_xml(f, report_replay(r, x, command, sizeof(command)));
	fputs("</pre></div>\n</div>\n</details>\n", f);
}

void html_findings(FILE *f, const struct report *r, bool warnings)
{
	unsigned i;

	if (!report_count(r, warnings))
		return;
	fprintf(f, "<section>\n<h2 id=\"%s\">%s</h2>\n", warnings ? "warnings" : "findings",
		warnings ? "Warnings" : "Findings");
	if (warnings)
		fputs("<p class=\"lead\">They do not fail the verification.</p>\n", f);
	for (i = 0; i < r->nfindings; i++)
		if ((r->findings[i].severity == SEVERITY_W) == warnings)
			put_finding(f, r, &r->findings[i], i + 1);
	if (r->lost && !warnings)
		fprintf(f,
			"<p class=\"note\">%" PRIu64
			" more kinds of findings are not kept; the numbers are lower bounds.</p>\n",
			r->lost);
	fputs("</section>\n", f);
}

/* ---- The head. ---- */

static void put_fact(FILE *f, const char *term, const char *text, const char *small)
{
	fprintf(f, "<div><dt>%s</dt><dd>", term);
	put_xml(f, text);
	fprintf(f, " <small>%s</small></dd></div>\n", small);
}

static void put_facts(FILE *f, const struct report *r)
{
	char text[64], small[96], count[32];

	fputs("<dl class=\"facts\">\n", f);
	snprintf(small, sizeof(small), "and %s again", text_count(r->replays, count));
	put_fact(f, "Runs", text_count(r->runs, count), r->replays ? small : "");
	put_fact(f, "Crossings", text_count(r->crossings, count), "");
	snprintf(text, sizeof(text), "%u", report_rules_exercised(r));
	snprintf(small, sizeof(small), "of %d", RULE_COUNT);
	put_fact(f, "Rules exercised", text, small);
	snprintf(text, sizeof(text), "%.1f s", r->seconds);
	snprintf(small, sizeof(small), "%.0f runs/s", report_rate(r));
	put_fact(f, "Time", text, report_rate(r) > 0 ? small : "");
	snprintf(text, sizeof(text), "%" PRIu64, r->seed);
	snprintf(
		small, sizeof(small), "at most %u act%s a run", r->depth, r->depth == 1 ? "" : "s");
	put_fact(f, "Seed", text, small);
	put_fact(f, "Mode", r->mode, "");
	fputs("</dl>\n", f);
}

static void put_notes(FILE *f, const struct report *r)
{
	char parts[1024], planned[32];

	if (!r->complete)
		fprintf(f,
			"<p class=\"note\">Not complete: %s runs were planned. Time or runs were "
			"used "
			"up.</p>\n",
			text_count(r->planned, planned));
	if (report_parts(r, parts, sizeof(parts))[0])
		fprintf(f, "<p class=\"note\">Only %s.</p>\n", parts);
}

static void put_contents(FILE *f, const struct report *r)
{
	fputs("<nav aria-label=\"Contents\"><ul>", f);
	if (report_count(r, false))
		fputs("<li><a href=\"#findings\">Findings</a></li>", f);
	if (report_count(r, true))
		fputs("<li><a href=\"#warnings\">Warnings</a></li>", f);
	fputs("<li><a href=\"#rules\">Rules</a></li><li><a href=\"#map\">Map</a></li>"
	      "<li><a href=\"#scenarios\">Scenarios</a></li></ul></nav>\n",
		f);
}

static void put_head(FILE *f, const struct report *r)
{
	const bool clean = report_clean(r);
	char findings[64], warnings[64];

	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	      "style-src "
	      "'unsafe-inline'; img-src data:\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<link rel=\"icon\" href=\"data:,\">\n<title>",
		f);
	fputs(clean ? "pass: " : "fail: ", f);
	put_xml(f, r->module);
	fprintf(f, " - openihv verify</title>\n<style>\n%s</style>\n</head>\n<body>\n<header>\n",
		report_style);
	fputs("<p class=\"over\">openihv verify</p>\n<h1>", f);
	put_xml(f, r->module);
	fprintf(f,
		"</h1>\n<p class=\"verdict %s\"><span class=\"badge\">%s</span> <span>%s, "
		"%s</span></p>\n",
		clean ? "pass" : "fail", clean ? "&#10003; pass" : "&#10007; fail",
		text_plural(
			report_count(r, false), "finding", "findings", findings, sizeof(findings)),
		text_plural(
			report_count(r, true), "warning", "warnings", warnings, sizeof(warnings)));
	put_facts(f, r);
	put_notes(f, r);
	put_contents(f, r);
	fputs("</header>\n<main>\n", f);
}

/* ---- Scenarios. ---- */

static void put_scenario(FILE *f, const struct report_scenario *s, enum scenario which)
{
	char runs[32], crossings[32];

	fprintf(f,
		"<tr><th scope=\"row\">%s</th><td class=\"n\">%s</td><td class=\"n\">%s</td>"
		"<td>%s</td><td>",
		scenario_name(which), text_count(s->runs, runs),
		s->crossings ? text_count(s->crossings, crossings) : "&#8211;",
		!s->crossings  ? "&#8211;"
		: s->connected ? "open"
			       : "closed");
	put_xml(f, scenario_text(which));
	if (s->note[0]) {
		fputs("<br><em>", f);
		put_xml(f, s->note);
		fputs("</em>", f);
	}
	fputs("</td></tr>\n", f);
}

static void put_scenarios(FILE *f, const struct report *r)
{
	unsigned i;

	fputs("<section>\n<h2 id=\"scenarios\">Scenarios</h2>\n<p class=\"lead\">Crossings are "
	      "those "
	      "of the undisturbed run; port tells whether it was opened in it.</p>\n"
	      "<div class=\"wide\" tabindex=\"0\"><table class=\"list\"><thead><tr>"
	      "<th scope=\"col\">Scenario</th><th scope=\"col\" class=\"n\">Runs</th>"
	      "<th scope=\"col\" class=\"n\">Crossings</th><th scope=\"col\">Port</th>"
	      "<th scope=\"col\">What happens</th></tr></thead><tbody>\n",
		f);
	for (i = 0; i < SCENARIOS; i++)
		put_scenario(f, &r->scenarios[i], (enum scenario)i);
	fputs("</tbody></table></div>\n</section>\n", f);
}

int report_write_html(FILE *f, const struct report *r)
{
	put_head(f, r);
	html_findings(f, r, false);
	html_findings(f, r, true);
	html_rules(f, r);
	html_map(f, r);
	put_scenarios(f, r);
	fputs("</main>\n<footer>openihv ", f);
	put_xml(f, r->version);
	fputs(". The same module, options and seed give the same report, but for the "
	      "time.</footer>\n"
	      "</body>\n</html>\n",
		f);
	return put_end(f);
}
