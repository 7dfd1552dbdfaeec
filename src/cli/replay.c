// SPDX-License-Identifier: BSD-2-Clause
/* openihv replay */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/replay.h"
#include "cli/target.h"
#include "trace/trace.h"
#include "verify/report.h"
#include "verify/runner.h"

static const char usage[] =
	"usage: openihv replay MODULE --plan PLAN [OPTION]...\n"
	"\n"
	"Makes one run of a verification again, and shows its crossings and what was found.\n"
	"\n"
	"  --plan PLAN         what is done, as openihv verify tells it:\n"
	"                      'SCENARIO [ACT[=N]@POINT#N[,held|,held-long]]...'\n"
	"  --times N           make it N times and tell how often each finding was there\n"
	"  --trace FILE        save its crossings, for openihv check\n";

static const char more_usage[] =
	"  --help, --version\n"
	"\n"
	"Exit status: 0 nothing was found, 1 findings, 2 usage or unusable input.\n";

enum {
	OPTION_PLAN = 256,
	OPTION_TIMES,
	OPTION_TRACE,
	OPTION_VERSION,
};

static const struct option long_options[] = {
	TARGET_OPTIONS,
	{"plan", required_argument, NULL, OPTION_PLAN},
	{"times", required_argument, NULL, OPTION_TIMES},
	{"trace", required_argument, NULL, OPTION_TRACE},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, OPTION_VERSION},
	{0},
};

#define KINDS 64

struct kind {
	char rule[OUTCOME_RULE];
	uint8_t severity;
	uint64_t count;
};

struct arguments {
	struct target target;
	const char *plan_text, *trace;
	struct plan plan;
	uint64_t times;
	struct kind kinds[KINDS];
	unsigned nkinds;
	uint64_t incomplete; /* runs in which an act found no place */
};

static int take(struct arguments *a, int option)
{
	char err[160];

	switch (option) {
	case OPTION_PLAN:
		a->plan_text = optarg;
		if (plan_parse(optarg, &a->plan, err, sizeof(err)))
			return cli_error("--plan: %s", err);
		return 0;
	case OPTION_TIMES:
		return take_number("--times", optarg, 1, 1000000, &a->times);
	case OPTION_TRACE:
		a->trace = optarg;
		return 0;
	}
	return target_option(&a->target, option, optarg);
}

/* ---- One run, shown. ---- */

void replay_crossings(const struct run *run)
{
	char who[16], what[256];
	unsigned i;

	for (i = 0; i < run->nkept; i++) {
		const struct crossing *x = &run->outcome->crossings[i];

		describe(x, who, sizeof(who), what, sizeof(what));
		if (what[0])
			printf("%6" PRIu64 " %11.6f  %-8s %s\n", x->seq, (double)x->time / 1e9, who,
				what);
	}
}

static int save_trace(const struct arguments *a, const struct run *run)
{
	struct trace_writer w;
	FILE *f = fopen(a->trace, "w");
	unsigned i;
	int err;

	if (!f)
		return cli_error("%s: %s", a->trace, strerror(errno));
	trace_writer_begin(&w, f);
	for (i = 0; i < run->nkept; i++)
		trace_write(&w, &run->outcome->crossings[i]);
	err = trace_writer_end(&w);
	if (fclose(f) && !err)
		err = -errno;
	return err ? cli_error("%s: %s", a->trace, strerror(-err)) : 0;
}

static void show_findings(const struct run *run)
{
	unsigned i;

	for (i = 0; i < run->nfindings; i++) {
		const struct outcome_finding *f = &run->findings[i];

		printf("%s %s (%c): %s", f->severity == SEVERITY_W ? "warning" : "finding", f->rule,
			rule_severity_letter((enum rule_severity)f->severity), f->text);
		if (f->seq)
			printf(" (crossing %" PRIu64 ")", f->seq);
		putchar('\n');
	}
	if (!run->nfindings)
		puts("nothing was found");
}

static int show(const struct arguments *a, const struct run *run)
{
	char text[512];
	int rc = a->trace ? save_trace(a, run) : 0;

	if (rc)
		return rc;
	replay_crossings(run);
	printf("\n%s\n", scenario_text(run->plan.scenario));
	if (run->plan.count)
		printf("done: %s\n", plan_text(&run->plan, text, sizeof(text)));
	if (!run->all_done)
		puts("not all of the plan was done: the run never came to its point");
	putchar('\n');
	show_findings(run);
	return 0;
}

/* ---- Many. ---- */

static void count(struct arguments *a, const struct run *run)
{
	unsigned i, k, n;

	a->incomplete += !run->all_done;
	for (i = 0; i < run->nfindings; i++) {
		const struct outcome_finding *f = &run->findings[i];
		bool again = false;

		for (n = 0; n < i; n++)
			again |= strcmp(run->findings[n].rule, f->rule) == 0 &&
				 run->findings[n].severity == f->severity;
		for (k = 0; k < a->nkinds; k++)
			if (strcmp(a->kinds[k].rule, f->rule) == 0 &&
				a->kinds[k].severity == f->severity)
				break;
		if (again || k == KINDS)
			continue;
		if (k == a->nkinds) {
			a->kinds[a->nkinds++] = (struct kind){.severity = f->severity};
			snprintf(a->kinds[k].rule, OUTCOME_RULE, "%s", f->rule);
		}
		a->kinds[k].count++;
	}
}

static void show_counts(const struct arguments *a)
{
	unsigned k;

	for (k = 0; k < a->nkinds; k++)
		printf("%s (%c): %" PRIu64 " of %" PRIu64 "\n", a->kinds[k].rule,
			rule_severity_letter((enum rule_severity)a->kinds[k].severity),
			a->kinds[k].count, a->times);
	if (!a->nkinds)
		printf("nothing was found in %" PRIu64 " runs\n", a->times);
	if (a->incomplete)
		printf("in %" PRIu64 " runs not all of the plan was done\n", a->incomplete);
}

static bool found(const struct arguments *a)
{
	unsigned k;

	for (k = 0; k < a->nkinds; k++)
		if (a->kinds[k].severity != SEVERITY_W)
			return true;
	return false;
}

static int make(
	const struct arguments *a, struct runner *r, const struct plan *plan, struct run *run)
{
	int rc = runner_start(r, plan, 0);

	if (rc)
		return cli_error("%s", strerror(-rc));
	while (!runner_wait(r, 1000, run))
		;
	return run->made ? 0 : cli_error("%s: %s", a->target.module, run->why);
}

/* What a connection has to come to, the undisturbed run tells. */
static int make_base(struct arguments *a, struct runner *r)
{
	const struct plan base = {.scenario = a->plan.scenario};
	struct run run;
	int rc = a->plan.count ? make(a, r, &base, &run) : 0;

	if (rc || !a->plan.count)
		return rc;
	a->target.lab.opens[a->plan.scenario] = run.outcome->opened;
	a->target.lab.passes[a->plan.scenario] = run.outcome->passed;
	a->target.lab.held[a->plan.scenario] = run.outcome->held;
	return 0;
}

static int replay(struct arguments *a)
{
	struct runner *r;
	struct run run;
	uint64_t i;
	int rc = runner_new(&a->target.lab, 1, &r);

	if (rc)
		return cli_error("%s", strerror(-rc));
	rc = make_base(a, r);
	for (i = 0; i < a->times && !rc; i++) {
		rc = make(a, r, &a->plan, &run);
		if (!rc && a->times == 1)
			rc = show(a, &run);
		count(a, &run);
	}
	if (!rc && a->times > 1)
		show_counts(a);
	runner_free(r);
	return rc ? rc : found(a) ? EXIT_FINDINGS : EXIT_PASS;
}

int cmd_replay(int argc, char **argv)
{
	struct arguments a = {.target = {.lab = {.seed = 1, .cycles = 12}}, .times = 1};
	int option, rc = 0;

	opterr = 0;
	while (!rc && (option = getopt_long(argc, argv, ":h", long_options, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage, stdout);
			fputs(target_help, stdout);
			fputs(more_usage, stdout);
			return EXIT_PASS;
		}
		if (option == OPTION_VERSION)
			return cli_version();
		if (option == '?' || option == ':')
			return cli_option_error(argv, option);
		rc = take(&a, option);
	}
	for (; !rc && optind < argc; optind++)
		rc = target_module(&a.target, argv[optind]);
	if (!rc && !a.plan_text)
		rc = cli_error("replay: --plan tells what to do; openihv verify gives it");
	if (!rc)
		rc = target_open(&a.target, "replay");
	if (!rc)
		rc = replay(&a);
	target_close(&a.target);
	return rc;
}
