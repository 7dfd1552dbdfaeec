// SPDX-License-Identifier: BSD-2-Clause
/* What was found, and the crossings around it. */
#include "cli/cli.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/life.h"

#define AROUND 6    /* crossings kept before and after one that showed a finding */
#define KEPT   4096 /* crossings kept for all findings together */

struct history {
	struct crossing recent[AROUND];
	unsigned nrecent, after; /* after: how many more belong to the last one needed */
	struct crossing *kept;
	size_t nkept;
};

int history_new(struct history **out)
{
	struct history *h = calloc(1, sizeof(*h));

	if (h)
		h->kept = calloc(KEPT, sizeof(*h->kept));
	if (!h || !h->kept) {
		free(h);
		return -ENOMEM;
	}
	*out = h;
	return 0;
}

void history_free(struct history *h)
{
	if (!h)
		return;
	free(h->kept);
	free(h);
}

static void keep(struct history *h, const struct crossing *x)
{
	if (h->nkept < KEPT && (!h->nkept || h->kept[h->nkept - 1].seq < x->seq))
		h->kept[h->nkept++] = *x;
}

void history_add(struct history *h, const struct crossing *x, bool needed)
{
	unsigned i;

	if (needed) {
		for (i = h->nrecent > AROUND ? h->nrecent - AROUND : 0; i < h->nrecent; i++)
			keep(h, &h->recent[i % AROUND]);
		h->after = AROUND + 1;
	}
	if (h->after) {
		h->after--;
		keep(h, x);
	}
	h->recent[h->nrecent++ % AROUND] = *x;
}

static const char *on(bool colour, const char *code)
{
	return colour ? code : "";
}

static void around(FILE *f, uint64_t seq, const struct history *h, bool colour)
{
	static const char *const phases[] = {"call", "return", ""};
	size_t i;

	for (i = 0; i < h->nkept; i++) {
		const struct crossing *x = &h->kept[i];
		bool here = x->seq == seq;

		if (x->seq + AROUND < seq || x->seq > seq + AROUND)
			continue;
		fprintf(f, "  %s%c %6" PRIu64 " %11.6f  thread %-2u %-6s %s%s\n",
			here ? on(colour, "\033[31m") : "", here ? '>' : ' ', x->seq,
			(double)x->time / 1e9, x->thread, phases[x->phase],
			crossing_name((enum crossing_fn)x->fn), here ? on(colour, "\033[0m") : "");
	}
}

void report_findings(FILE *f, const struct checker *c, const struct history *h, bool colour)
{
	size_t count, i;
	const struct finding *list = checker_findings(c, &count);

	for (i = 0; i < count; i++) {
		const struct rule *r = rule_info(list[i].rule);

		fprintf(f, "\n%s%s %s%s  %s\n",
			on(colour, list[i].severity == SEVERITY_W ? "\033[33m" : "\033[31m"),
			list[i].severity == SEVERITY_W ? "warning" : "violation", r->id,
			on(colour, "\033[0m"), r->text);
		fprintf(f, "  seen:     %s (crossing %" PRIu64 ")\n", list[i].text, list[i].seq);
		fprintf(f, "  severity: %c   source: %s\n", rule_severity_letter(list[i].severity),
			r->source);
		if (h)
			around(f, list[i].seq, h, colour);
	}
}

void json_string(FILE *f, const char *s)
{
	fputc('"', f);
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			fputc('\\', f);
		if ((unsigned char)*s < 0x20)
			fprintf(f, "\\u%04x", *s);
		else
			fputc(*s, f);
	}
	fputc('"', f);
}

void report_findings_json(FILE *f, const struct checker *c)
{
	size_t count, i;
	const struct finding *list = checker_findings(c, &count);

	for (i = 0; i < count; i++) {
		fprintf(f, "{\"finding\":\"%s\",\"severity\":\"%c\",\"seq\":%" PRIu64 ",\"text\":",
			rule_info(list[i].rule)->id, rule_severity_letter(list[i].severity),
			list[i].seq);
		json_string(f, list[i].text);
		fputs("}\n", f);
	}
}

void report_deaths(FILE *f, const struct life *l, const struct history *h, bool colour)
{
	char cause[64];
	unsigned i;

	fprintf(f, "\n%sthe module died %u time%s%s%s\n", on(colour, "\033[31m"), l->deaths,
		l->deaths == 1 ? "" : "s", l->given_up ? " and is not started anew" : "",
		on(colour, "\033[0m"));
	for (i = 0; i < l->nkinds; i++) {
		const struct death_kind *k = &l->kinds[i];

		fprintf(f, "  %u x %s%s%s\n", k->count,
			cause_text(k->end, k->code, k->overdue, cause, sizeof(cause)),
			k->handler < FN_COUNT ? " in " : "",
			k->handler < FN_COUNT ? crossing_name(k->handler) : "");
	}
	around(f, l->first, h, colour);
}

void report_verdict(FILE *f, const struct checker *c, unsigned deaths, bool pass, bool colour)
{
	char died[32] = "";

	if (deaths)
		snprintf(died, sizeof(died), ", deaths %u", deaths);
	fprintf(f,
		"%sverdict: %s%s (violations %" PRIu64 ", crossings %" PRIu64
		", rules exercised %u of %d%s)\n",
		on(colour, pass ? "\033[1;32m" : "\033[1;31m"), pass ? "pass" : "fail",
		on(colour, "\033[0m"), checker_violations(c), checker_crossings(c),
		checker_rules_exercised(c), RULE_COUNT, died);
}

void report_verdict_json(FILE *f, const struct checker *c, unsigned deaths, bool pass)
{
	fprintf(f,
		"{\"verdict\":\"%s\",\"violations\":%" PRIu64 ",\"warnings\":%" PRIu64
		",\"crossings\":%" PRIu64 ",\"rules_exercised\":%u,\"rules\":%d,\"deaths\":%u}\n",
		pass ? "pass" : "fail", checker_violations(c), checker_warnings(c),
		checker_crossings(c), checker_rules_exercised(c), RULE_COUNT, deaths);
}
