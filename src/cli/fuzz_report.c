// SPDX-License-Identifier: BSD-2-Clause
/* What a campaign has found, for people and as JSON. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/fuzz.h"

static const char *command(
	const struct fuzz_arguments *a, const struct campaign_finding *f, char *room, size_t length)
{
	const char *options = a->target.options;

	snprintf(room, length, "openihv fuzz %s%s%s --replay '%s'", a->target.module,
		options[0] ? " " : "", options, f->file);
	return room;
}

/* ---- Text. ---- */

static void show_finding(const struct fuzz_arguments *a, const struct campaign_finding *f)
{
	char room[1600];

	printf("\n%s %s (%c): %s\n", f->id.severity == SEVERITY_W ? "warning" : "finding",
		f->id.rule, rule_severity_letter(f->id.severity), f->id.text);
	printf("  in %" PRIu64 " run%s, first in run %" PRIu64 "%s\n", f->count,
		f->count == 1 ? "" : "s", f->number,
		f->tried && !f->repeated ? "; it did not come again with the same input" : "");
	if (f->id.severity == SEVERITY_W)
		return;
	printf("  the input, %zu bytes of %zu:\n", input_size(f->input), f->size);
	input_show(stdout, f->input, "    ");
	if (f->file[0])
		printf("  %s\n", command(a, f, room, sizeof(room)));
}

static void show(const struct fuzz_arguments *a, const struct campaign *c)
{
	const struct campaign_progress *p = &c->last;
	unsigned i;

	printf("openihv fuzz %s (%s, seed %" PRIu64 ", %s)\n", a->target.module,
		target_mode(&a->target), a->config.seed, fuzz_cover_text(p->cover));
	printf("%" PRIu64 " runs in %.0f s, corpus of %u inputs, %u of them new", p->runs,
		p->seconds, p->corpus, c->added);
	if (p->cover != COVER_NONE)
		printf(", %u edges", p->edges);
	printf(", %u kinds of crossings\n", p->crossings);
	for (i = 0; i < c->nfindings; i++)
		show_finding(a, &c->findings[i]);
	if (c->lost)
		printf("\n%" PRIu64 " more findings were given up\n", c->lost);
	printf("\nverdict: %s (%u findings, %u warnings)\n", campaign_clean(c) ? "pass" : "fail",
		p->findings, p->warnings);
}

/* ---- JSON. ---- */

static void json_input(FILE *f, const struct input *in)
{
	char text[400];
	unsigned i, k;

	fputc('[', f);
	for (i = 0; i < in->count; i++) {
		const struct record *r = &in->records[i];

		fprintf(f, "%s{\"type\":\"%s\",\"flags\":%u,\"text\":", i ? "," : "",
			record_name((enum record_type)r->type), r->flags);
		json_string(f, record_text(r, text, sizeof(text)));
		fputs(",\"bytes\":\"", f);
		for (k = 0; k < r->length; k++)
			fprintf(f, "%02x", r->bytes[k]);
		fputs("\"}", f);
	}
	fputc(']', f);
}

static void json_finding(
	FILE *f, const struct fuzz_arguments *a, const struct campaign_finding *finding)
{
	char room[1600];

	fprintf(f, "{\"rule\":\"%s\",\"severity\":\"%c\",\"identity\":\"%016" PRIx64 "\",\"text\":",
		finding->id.rule, rule_severity_letter(finding->id.severity), finding->id.key);
	json_string(f, finding->id.text);
	fprintf(f,
		",\"count\":%" PRIu64 ",\"run\":%" PRIu64 ",\"repeated\":%s,\"size\":%zu,\"file\":",
		finding->count, finding->number, finding->repeated ? "true" : "false",
		finding->size);
	json_string(f, finding->file);
	fputs(",\"replay\":", f);
	json_string(f, finding->file[0] ? command(a, finding, room, sizeof(room)) : "");
	fputs(",\"input\":", f);
	json_input(f, finding->input);
	fputc('}', f);
}

static void json(FILE *f, const struct fuzz_arguments *a, const struct campaign *c)
{
	const struct campaign_progress *p = &c->last;
	unsigned i;

	fputs("{\"openihv\":\"" OPENIHV_VERSION "\",\"module\":", f);
	json_string(f, a->target.module);
	fprintf(f,
		",\"mode\":\"%s\",\"seed\":%" PRIu64 ",\"runs\":%" PRIu64
		",\"seconds\":%.3f,\"corpus\":%u,\"added\":%u,\"coverage\":\"%s\",\"edges\":%u,"
		"\"crossings\":%u,\"verdict\":\"%s\",\"lost\":%" PRIu64 ",\n\"findings\":[",
		target_mode(&a->target), a->config.seed, p->runs, p->seconds, p->corpus, c->added,
		p->cover == COVER_NONE ? "" : fuzz_cover_text(p->cover), p->edges, p->crossings,
		campaign_clean(c) ? "pass" : "fail", c->lost);
	for (i = 0; i < c->nfindings; i++) {
		fputs(i ? ",\n" : "\n", f);
		json_finding(f, a, &c->findings[i]);
	}
	fputs("]}\n", f);
}

int fuzz_report(const struct fuzz_arguments *a, const struct campaign *c)
{
	bool here = a->json && strcmp(a->json, "-") == 0;
	FILE *f;
	int err;

	if (here)
		json(stdout, a, c);
	else
		show(a, c);
	if (!a->json || here)
		return 0;
	f = fopen(a->json, "w");
	if (!f)
		return cli_error("%s: %s", a->json, strerror(errno));
	json(f, a, c);
	err = ferror(f) ? EIO : 0;
	if (fclose(f))
		err = errno;
	return err ? cli_error("%s: %s", a->json, strerror(err)) : 0;
}
