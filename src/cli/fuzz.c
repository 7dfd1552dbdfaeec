// SPDX-License-Identifier: BSD-2-Clause
/* openihv fuzz */
#include "cli/fuzz.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/arguments.h"
#include "cli/cli.h"
#include "verify/report.h"

#define BUDGET_S       60
#define MINIMISE_RUNS  400
#define LINE_S         10 /* between two lines of progress where there is no terminal */
#define DICTIONARY_MAX (1024 * 1024)

static const char usage[] =
	"usage: openihv fuzz MODULE [OPTION]...\n"
	"\n"
	"Changes what the IHV Extensions module MODULE is given from outside, by chance, and shows "
	"what\n"
	"breaks it: packets, beacons and association responses, fragments of profiles, "
	"indications,\n"
	"requests to Control, answers of the user. Findings are told apart and made small.\n"
	"\n";

static const char more_usage[] =
	"  --corpus DIR        folder of inputs, read at the start and added to (default: in "
	"memory)\n"
	"  --crashes DIR       where findings are written (default: DIR/crashes of the corpus, or\n"
	"                      ./NAME.crashes)\n"
	"  --budget SECONDS    stop after that time (default 60; 0: no limit)\n"
	"  --runs N            stop after N runs\n"
	"  --jobs N            runs at the same time (default: processors); with 1, the same seed "
	"and\n"
	"                      corpus give the same inputs\n"
	"  --only KIND,...     change these only: packet, elements, profile, indication, control,\n"
	"                      ui-response\n"
	"  --until RULE        stop as soon as this is found: X-40, crash, hang, ...\n"
	"  --dictionary FILE   more tokens, in the form of AFL\n"
	"  --replay FILE       one run with this input: its crossings, and what it finds\n"
	"  --minimise FILE     make this input smaller, into FILE.min, and show it\n"
	"  --json FILE         the report as JSON; - is standard output\n"
	"  --quiet             no progress\n"
	"  --help, --version\n"
	"\n"
	"Exit status: 0 clean, 1 findings, 2 usage or unusable input, 3 a fault of the fuzzer's "
	"own.\n";

enum {
	OPTION_CORPUS = 512,
	OPTION_CRASHES,
	OPTION_BUDGET,
	OPTION_RUNS,
	OPTION_JOBS,
	OPTION_ONLY,
	OPTION_UNTIL,
	OPTION_DICTIONARY,
	OPTION_REPLAY,
	OPTION_MINIMISE,
	OPTION_JSON,
	OPTION_QUIET,
	OPTION_VERSION,
};

static const struct option long_options[] = {
	TARGET_OPTIONS,
	{"corpus", required_argument, NULL, OPTION_CORPUS},
	{"crashes", required_argument, NULL, OPTION_CRASHES},
	{"budget", required_argument, NULL, OPTION_BUDGET},
	{"runs", required_argument, NULL, OPTION_RUNS},
	{"jobs", required_argument, NULL, OPTION_JOBS},
	{"only", required_argument, NULL, OPTION_ONLY},
	{"until", required_argument, NULL, OPTION_UNTIL},
	{"dictionary", required_argument, NULL, OPTION_DICTIONARY},
	{"replay", required_argument, NULL, OPTION_REPLAY},
	{"minimise", required_argument, NULL, OPTION_MINIMISE},
	{"json", required_argument, NULL, OPTION_JSON},
	{"quiet", no_argument, NULL, OPTION_QUIET},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, OPTION_VERSION},
	{0},
};

/* Set by the first ^C, which ends the campaign in order; the second ends what comes after it. */
static volatile sig_atomic_t stopped;

static void stop(int number)
{
	(void)number;
	stopped = stopped + 1;
}

static int help(void)
{
	fputs(usage, stdout);
	fputs(target_help, stdout);
	fputs(more_usage, stdout);
	return EXIT_PASS;
}

static int take_only(struct campaign_config *c, char *list)
{
	char *rest = NULL, *word;

	c->types = 0;
	for (word = strtok_r(list, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
		enum record_type type = record_by_name(word);

		if (strcmp(word, "profile") == 0)
			c->types |= 1u << RECORD_SECURITY | 1u << RECORD_CONNECTIVITY;
		else if (type < RECORD_TYPES)
			c->types |= 1u << type;
		else
			return cli_error("--only %s: there is no such kind; openihv fuzz --help "
					 "lists them",
				word);
	}
	return c->types ? 0 : cli_error("--only: which kind?");
}

static int take_until(struct campaign_config *c, const char *rule)
{
	enum rule_id id = rule_by_name(rule);

	c->until = id < RULE_COUNT ? rule_info(id)->id : rule;
	if (id < RULE_COUNT || report_has_rule(rule))
		return 0;
	return cli_error("--until %s: neither a rule nor a kind of finding", rule);
}

static int take_dictionary(struct dictionary *d, const char *path)
{
	char *text = malloc(DICTIONARY_MAX), err[96];
	FILE *f = fopen(path, "rb");
	size_t n = 0;
	int rc = 0;

	if (!f || !text)
		rc = cli_error("--dictionary %s: %s", path, strerror(errno));
	if (!rc) {
		n = fread(text, 1, DICTIONARY_MAX, f);
		if (ferror(f))
			rc = cli_error("--dictionary %s: it cannot be read", path);
	}
	if (!rc && dictionary_add_text(d, text, n, err, sizeof(err)))
		rc = cli_error("--dictionary %s: %s", path, err);
	if (f)
		fclose(f);
	free(text);
	return rc;
}

static int take(struct fuzz_arguments *a, int option)
{
	struct campaign_config *c = &a->config;
	uint64_t n = 0;
	int rc;

	switch (option) {
	case OPTION_CORPUS:
		a->corpus = optarg;
		return 0;
	case OPTION_CRASHES:
		a->crashes = optarg;
		return 0;
	case OPTION_BUDGET:
		return take_budget(optarg, &c->budget_s);
	case OPTION_RUNS:
		return take_number("--runs", optarg, 1, UINT64_MAX, &c->max_runs);
	case OPTION_JOBS:
		rc = take_number("--jobs", optarg, 1, RUNNER_JOBS, &n);
		c->jobs = (unsigned)n;
		return rc;
	case OPTION_ONLY:
		return take_only(c, optarg);
	case OPTION_UNTIL:
		return take_until(c, optarg);
	case OPTION_DICTIONARY:
		return take_dictionary(&a->dictionary, optarg);
	case OPTION_REPLAY:
		a->replay = optarg;
		return 0;
	case OPTION_MINIMISE:
		a->minimise = optarg;
		return 0;
	case OPTION_JSON:
		a->json = optarg;
		return 0;
	case OPTION_QUIET:
		a->quiet = true;
		return 0;
	}
	return target_option(&a->target, option, optarg);
}

/* ---- Progress. ---- */

const char *fuzz_cover_text(enum cover_kind kind)
{
	static const char *const texts[] = {[COVER_NONE] = "not built with coverage",
		[COVER_GUARDS] = "trace-pc-guard",
		[COVER_COUNTERS] = "inline-8bit-counters",
		[COVER_PCS] = "trace-pc"};

	return texts[kind];
}

static void progress(void *user, const struct campaign_progress *p)
{
	struct fuzz_arguments *a = user;
	bool terminal = isatty(STDERR_FILENO);

	if (a->quiet || (!terminal && p->seconds - a->line < LINE_S))
		return;
	a->line = p->seconds;
	a->shown = terminal;
	fprintf(stderr, "%s%" PRIu64 " runs, %.0f/s, corpus %u", terminal ? "\r\033[K" : "",
		p->runs, p->seconds > 0 ? (double)p->runs / p->seconds : 0, p->corpus);
	if (p->cover != COVER_NONE)
		fprintf(stderr, ", %u edges", p->edges);
	fprintf(stderr,
		", %u kinds of crossings, last new %.0f s ago: %u findings, %u warnings%s%s",
		p->crossings, p->since, p->findings, p->warnings,
		p->minimising ? "; making them small" : "", terminal ? "" : "\n");
	fflush(stderr);
}

/* ---- ---- */

static void place_crashes(struct fuzz_arguments *a)
{
	const char *slash = strrchr(a->target.module, '/');
	const char *name = slash ? slash + 1 : a->target.module;

	a->config.corpus = a->corpus;
	a->config.crashes = a->crashes_room;
	if (a->crashes)
		a->config.crashes = a->crashes;
	else if (a->corpus)
		snprintf(a->crashes_room, sizeof(a->crashes_room), "%s/crashes", a->corpus);
	else
		snprintf(a->crashes_room, sizeof(a->crashes_room), "%s.crashes", name);
}

static int fuzz(struct fuzz_arguments *a)
{
	struct sigaction action = {.sa_handler = stop}, before;
	struct campaign *c = calloc(1, sizeof(*c));
	char err[OUTCOME_TEXT];
	int rc;

	if (!c)
		return cli_error("out of memory");
	place_crashes(a);
	sigaction(SIGINT, &action, &before);
	rc = campaign_run(&a->config, c, err, sizeof(err));
	sigaction(SIGINT, &before, NULL);
	if (a->shown)
		fputs("\r\033[K", stderr);
	if (rc == -ENOMEM || rc == -EAGAIN) {
		cli_error("%s", err);
		rc = EXIT_OWN_FAULT;
	} else if (rc) {
		rc = rc == -EIO ? cli_error("%s: %s", a->target.module, err) : cli_error("%s", err);
	} else {
		rc = fuzz_report(a, c);
		if (!rc)
			rc = campaign_clean(c) ? EXIT_PASS : EXIT_FINDINGS;
	}
	campaign_free(c);
	free(c);
	return rc;
}

static int work(struct fuzz_arguments *a)
{
	a->config.lab = a->target.lab;
	a->config.seed = a->target.lab.seed;
	if (a->replay)
		return fuzz_replay(a);
	return a->minimise ? fuzz_minimise(a) : fuzz(a);
}

static int parse(struct fuzz_arguments *a, int argc, char **argv, bool *done)
{
	int option, rc = 0;

	opterr = 0;
	while (!rc && (option = getopt_long(argc, argv, ":h", long_options, NULL)) != -1) {
		*done = option == 'h' || option == OPTION_VERSION;
		if (*done)
			return option == 'h' ? help() : cli_version();
		if (option == '?' || option == ':')
			return cli_option_error(argv, option);
		rc = take(a, option);
	}
	for (; !rc && optind < argc; optind++)
		rc = target_module(&a->target, argv[optind]);
	if (!rc && a->replay && a->minimise)
		rc = cli_error("fuzz: --replay or --minimise, one at a time");
	return rc;
}

int cmd_fuzz(int argc, char **argv)
{
	struct fuzz_arguments *a = calloc(1, sizeof(*a));
	bool done = false;
	int rc;

	if (!a)
		return cli_error("out of memory");
	a->target.lab = (struct lab_config){.seed = 1};
	a->config = (struct campaign_config){.budget_s = BUDGET_S,
		.jobs = (unsigned)sysconf(_SC_NPROCESSORS_ONLN),
		.types = MUTATE_ALL,
		.dictionary = &a->dictionary,
		.minimise_runs = MINIMISE_RUNS,
		.stop = &stopped,
		.progress = progress,
		.user = a};
	dictionary_default(&a->dictionary);
	rc = parse(a, argc, argv, &done);
	if (!rc && !done)
		rc = target_open(&a->target, "fuzz");
	if (!rc && !done)
		rc = work(a);
	target_close(&a->target);
	free(a);
	return rc;
}
