// SPDX-License-Identifier: BSD-2-Clause
/* A run from its beginning to its verdict, on any stage. */
#include "cli/play.h"

#include <stdlib.h>
#include <unistd.h>

#include "cli/crash.h"

static int finish(struct world *w, bool reached)
{
	const struct checker *c = host_checker(w->host);
	bool pass = reached && !w->life.deaths && checker_violations(c) == 0 &&
		    !checker_incomplete(c) && !(w->options->strict && checker_warnings(c));
	const int saved = world_save(w);

	if (saved)
		return saved;
	if (w->options->json) {
		report_findings_json(stdout, c);
		report_verdict_json(stdout, c, w->life.deaths, pass);
	} else {
		report_findings(stdout, c, w->history, w->colour);
		if (w->life.deaths)
			report_deaths(stdout, &w->life, w->history, w->colour);
		if (w->why[0])
			printf("\nfailed: %s", w->why);
		putchar('\n');
		report_verdict(stdout, c, w->life.deaths, pass, w->colour);
	}
	return pass ? EXIT_PASS : EXIT_FINDINGS;
}

int play(const struct world_options *options)
{
	struct world w;
	bool reached;
	int rc;

	setvbuf(stdout, NULL, _IOLBF, 0); /* what was seen before a crash is shown */
	if (options->in_process)
		crash_watch(options->json);
	rc = world_open(&w, options);
	if (rc == EXIT_USAGE) {
		world_close(&w);
		return rc;
	}
	reached = rc == EXIT_PASS && options->stage->run(&w);
	w.life.ending = true;
	world_heading(&w, "The module is unloaded");
	if (host_stop(w.host)) {
		world_note(&w, "a handler never returned: the module cannot be unloaded");
		finish(&w, false);
		fflush(stdout);
		_exit(EXIT_FINDINGS);
	}
	w.stopped = true;
	rc = finish(&w, reached);
	world_close(&w);
	return rc;
}
