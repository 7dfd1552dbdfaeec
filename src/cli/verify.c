// SPDX-License-Identifier: BSD-2-Clause
/* openihv verify */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/outputs.h"
#include "cli/target.h"
#include "contract/rules.h"
#include "verify/sweep.h"

#define BUDGET_S 60 /* a minute on a laptop, unless the user says otherwise */
#define REPLAYS  3
#define LINE_S   10 /* between two lines of progress where there is no terminal */

static const char usage[] =
	"usage: openihv verify MODULE [OPTION]...\n"
	"\n"
	"Takes the IHV Extensions module MODULE through its life, again and again, disturbs it at "
	"each\n"
	"crossing in each way, and shows what breaks it. Each finding comes with a command that "
	"replays it.\n"
	"\n";

static const char more_usage[] =
	"  --budget SECONDS    stop after that time (default 60; 0: no limit)\n"
	"  --runs N            stop after N runs\n"
	"  --depth N           1 (default): one disturbance a run; 2: then pairs of them\n"
	"  --jobs N            runs at the same time (default: processors)\n"
	"  --shard I/N         only this part of the runs, for N machines; openihv merge puts them "
	"together\n"
	"  --scenario NAME     only this one (repeatable):\n";

static const char last_usage[] =
	"  --until RULE[,...]  stop as soon as one of them is found: X-40, crash, hang, ...\n"
	"  --quiet             no progress\n";

static const char exit_usage[] =
	"  --help, --version\n"
	"\n"
	"Exit status: 0 clean, 1 findings, 2 usage or unusable input, 3 a fault of the verifier's "
	"own.\n";

enum {
	EXIT_OWN_FAULT = 3,
};

enum {
	OPTION_BUDGET = 512, /* above those of outputs.h */
	OPTION_RUNS,
	OPTION_DEPTH,
	OPTION_JOBS,
	OPTION_SHARD,
	OPTION_SCENARIO,
	OPTION_UNTIL,
	OPTION_QUIET,
	OPTION_VERSION,
};

static const struct option long_options[] = {
	TARGET_OPTIONS,
	OUTPUT_OPTIONS,
	{"budget", required_argument, NULL, OPTION_BUDGET},
	{"runs", required_argument, NULL, OPTION_RUNS},
	{"depth", required_argument, NULL, OPTION_DEPTH},
	{"jobs", required_argument, NULL, OPTION_JOBS},
	{"shard", required_argument, NULL, OPTION_SHARD},
	{"scenario", required_argument, NULL, OPTION_SCENARIO},
	{"until", required_argument, NULL, OPTION_UNTIL},
	{"quiet", no_argument, NULL, OPTION_QUIET},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, OPTION_VERSION},
	{0},
};

struct arguments {
	struct target target;
	struct outputs outputs;
	struct sweep_config sweep;
	char until[128];
	bool quiet;
	double line; /* when progress was told last, where there is no terminal */
	bool shown;
};

static int help(void)
{
	unsigned s;

	fputs(usage, stdout);
	fputs(target_help, stdout);
	fputs(more_usage, stdout);
	for (s = 0; s < SCENARIOS; s++)
		printf("                        %-11s %s\n", scenario_name((enum scenario)s),
			scenario_text((enum scenario)s));
	fputs(last_usage, stdout);
	fputs(outputs_help, stdout);
	fputs(exit_usage, stdout);
	return EXIT_PASS;
}

static int take_shard(struct sweep_config *c, const char *text)
{
	char *end;
	unsigned long i = strtoul(text, &end, 10), n = 0;

	if (end != text && *end == '/' && end[1] >= '1' && end[1] <= '9')
		n = strtoul(end + 1, &end, 10);
	if (*end || !i || i > n || n > 256)
		return cli_error("--shard %s: not I/N with I from 1 to N, N up to 256", text);
	c->shard = (uint32_t)i;
	c->shards = (uint32_t)n;
	return 0;
}

static int take_scenario(struct sweep_config *c, const char *name)
{
	enum scenario s = scenario_by_name(name);

	if (s == SCENARIOS)
		return cli_error("--scenario %s: there is none of that name; openihv verify "
				 "--help lists them",
			name);
	c->scenarios |= 1u << s;
	return 0;
}

/* One or several by commas, each as findings name it. */
static int take_until(struct arguments *a, const char *list)
{
	size_t used = 0, n;
	char word[16];

	for (;; list += n + 1) {
		enum rule_id id;

		n = strcspn(list, ",");
		snprintf(word, sizeof(word), "%.*s", n < sizeof(word) ? (int)n : 0, list);
		id = rule_by_name(word);
		if (id == RULE_COUNT && !report_has_rule(word))
			return cli_error("--until %s: neither a rule nor a kind of finding", list);
		used += (size_t)snprintf(a->until + used, sizeof(a->until) - used, "%s%s",
			used ? "," : "", id < RULE_COUNT ? rule_info(id)->id : word);
		if (used >= sizeof(a->until))
			return cli_error("--until: at most %zu characters", sizeof(a->until) - 1);
		if (!list[n])
			break;
	}
	a->sweep.until = a->until;
	return 0;
}

static int take(struct arguments *a, int option)
{
	struct sweep_config *c = &a->sweep;
	uint64_t n = 0;
	int rc;

	switch (option) {
	case OPTION_BUDGET:
		return take_budget(optarg, &c->budget_s);
	case OPTION_RUNS:
		rc = take_number("--runs", optarg, 1, UINT64_MAX, &c->max_runs);
		return rc;
	case OPTION_DEPTH:
		rc = take_number("--depth", optarg, 1, PLAN_ACTS, &n);
		c->depth = (unsigned)n;
		return rc;
	case OPTION_JOBS:
		rc = take_number("--jobs", optarg, 1, 64, &n);
		c->jobs = (unsigned)n;
		return rc;
	case OPTION_SHARD:
		return take_shard(c, optarg);
	case OPTION_SCENARIO:
		return take_scenario(c, optarg);
	case OPTION_UNTIL:
		return take_until(a, optarg);
	case OPTION_QUIET:
		a->quiet = true;
		return 0;
	}
	return outputs_option(&a->outputs, option) ? 0 : target_option(&a->target, option, optarg);
}

/* ---- Progress. ---- */

static void progress(void *user, const struct sweep_progress *p)
{
	struct arguments *a = user;
	bool terminal = isatty(STDERR_FILENO);
	double rate = p->seconds > 0 ? (double)p->runs / p->seconds : 0;

	if (a->quiet || (!terminal && p->seconds - a->line < LINE_S))
		return;
	a->line = p->seconds;
	a->shown = terminal;
	fprintf(stderr, "%s%" PRIu64 " runs of %" PRIu64 ", %.0f/s", terminal ? "\r\033[K" : "",
		p->runs, p->planned, rate);
	if (p->left >= 0)
		fprintf(stderr, ", %.0f s left", p->left);
	fprintf(stderr, ": %u findings, %u warnings%s", p->findings, p->warnings,
		terminal ? "" : "\n");
	fflush(stderr);
}

/* ---- ---- */

static bool own_fault(const struct report *r)
{
	unsigned i;

	for (i = 0; i < r->nfindings; i++)
		if (r->findings[i].rule[0] == 'H' && r->findings[i].severity != SEVERITY_W)
			return true;
	return false;
}

static int verify(struct arguments *a)
{
	struct report *r = calloc(1, sizeof(*r));
	char err[OUTCOME_TEXT];
	int rc;

	if (!r)
		return cli_error("out of memory");
	a->sweep.lab = a->target.lab;
	snprintf(r->module, sizeof(r->module), "%s", a->target.module);
	snprintf(r->options, sizeof(r->options), "%s", a->target.options);
	snprintf(r->mode, sizeof(r->mode), "%s", target_mode(&a->target));
	rc = sweep_run(&a->sweep, r, err, sizeof(err));
	if (a->shown)
		fputs("\r\033[K", stderr);
	if (rc == -EIO) {
		rc = cli_error("%s: %s", a->target.module, err);
	} else if (rc) {
		cli_error("%s", err);
		rc = EXIT_OWN_FAULT;
	} else {
		rc = outputs_write(&a->outputs, r);
		if (!rc)
			rc = own_fault(r)      ? EXIT_OWN_FAULT
			     : report_clean(r) ? EXIT_PASS
					       : EXIT_FINDINGS;
	}
	report_free(r);
	free(r);
	return rc;
}

int cmd_verify(int argc, char **argv)
{
	struct arguments a = {.target = {.lab = {.seed = 1, .cycles = 12}},
		.sweep = {.budget_s = BUDGET_S,
			.depth = 1,
			.jobs = (unsigned)sysconf(_SC_NPROCESSORS_ONLN),
			.shard = 1,
			.shards = 1,
			.replays = REPLAYS,
			.progress = progress}};
	int option, rc = 0;

	a.sweep.user = &a;
	opterr = 0;
	while (!rc && (option = getopt_long(argc, argv, ":h", long_options, NULL)) != -1) {
		if (option == 'h')
			return help();
		if (option == OPTION_VERSION)
			return cli_version();
		if (option == '?' || option == ':')
			return cli_option_error(argv, option);
		rc = take(&a, option);
	}
	for (; !rc && optind < argc; optind++)
		rc = target_module(&a.target, argv[optind]);
	if (!rc)
		rc = outputs_check(&a.outputs, "verify");
	if (!rc)
		rc = target_open(&a.target, "verify");
	if (!rc)
		rc = verify(&a);
	target_close(&a.target);
	return rc;
}
