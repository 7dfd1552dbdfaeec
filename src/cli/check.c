// SPDX-License-Identifier: BSD-2-Clause
/* openihv check */
#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/life.h"
#include "trace/trace.h"

static const char usage[] =
	"usage: openihv check TRACE [--json] [--strict]\n"
	"\n"
	"Judges a trace that openihv run --trace has saved, by the same rules as a live run.\n"
	"TRACE may be - for standard input.\n"
	"\n"
	"  --json     print JSON lines\n"
	"  --strict   races and warnings count as violations\n"
	"  --help, --version\n"
	"\n"
	"Exit status: 0 pass, 1 violations or a module that died, 2 usage or unusable input.\n";

struct judge {
	struct checker *checker;
	struct history *history;
	struct life life;
};

static int feed(void *user, const struct crossing *x)
{
	struct judge *j = user;

	life_crossing(&j->life, x);
	history_add(j->history, x, checker_feed(j->checker, x) > 0 || x->seq == j->life.first);
	return 0;
}

static int judge(const char *path, bool json, bool strict)
{
	struct judge j = {0};
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	bool colour, pass;
	char err[256];
	int rc = EXIT_USAGE;

	if (!f)
		return cli_error("%s: %s", path, strerror(errno));
	colour = cli_colour(stdout);
	if (checker_new(strict, &j.checker) || history_new(&j.history)) {
		cli_error("out of memory");
		goto out;
	}
	if (trace_read(f, path, feed, &j, err, sizeof(err))) {
		cli_error("%s", err);
		goto out;
	}
	pass = checker_violations(j.checker) == 0 && !checker_incomplete(j.checker) &&
	       !(strict && checker_warnings(j.checker)) && !j.life.deaths;
	if (json) {
		report_findings_json(stdout, j.checker);
		report_verdict_json(stdout, j.checker, j.life.deaths, pass);
	} else {
		report_findings(stdout, j.checker, j.history, colour);
		if (j.life.deaths)
			report_deaths(stdout, &j.life, j.history, colour);
		report_verdict(stdout, j.checker, j.life.deaths, pass, colour);
	}
	rc = pass ? EXIT_PASS : EXIT_FINDINGS;
out:
	checker_free(j.checker);
	history_free(j.history);
	if (f != stdin)
		fclose(f);
	return rc;
}

int cmd_check(int argc, char **argv)
{
	static const struct option options[] = {{"json", no_argument, NULL, 'j'},
		{"strict", no_argument, NULL, 's'}, {"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'}, {0}};
	bool json = false, strict = false;
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		switch (option) {
		case 'j':
			json = true;
			break;
		case 's':
			strict = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_PASS;
		case 'V':
			return cli_version();
		default:
			return cli_option_error(argv, option);
		}
	}
	if (optind + 1 != argc)
		return cli_error("check: name one trace; openihv check --help tells");
	return judge(argv[optind], json, strict);
}
