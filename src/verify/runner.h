// SPDX-License-Identifier: BSD-2-Clause
/*
 * Runs of a plan, each in a process of its own, several at a time. A module may crash, hang, end
 * its process, stop it or fill the disk: the run is over then, and that is what was found.
 */
#ifndef OPENIHV_VERIFY_RUNNER_H
#define OPENIHV_VERIFY_RUNNER_H

#include "verify/lab.h"

#define RUNNER_JOBS  64
#define RUN_FINDINGS (OUTCOME_FINDINGS + 2) /* those of the outcome, and how it ended */

struct runner;

/* What came of a run. Checked: whatever the module did, names and numbers are in their ranges and
 * texts are printable ASCII. */
struct run {
	struct plan plan; /* with every point that was reached no longer relative */
	uint64_t number;
	bool all_done;                 /* every act of the plan was done */
	bool made;                     /* false: the run could not be made, for .why */
	const struct outcome *outcome; /* valid until the next runner_wait() */
	unsigned nfindings;
	struct outcome_finding findings[RUN_FINDINGS];
	unsigned nkept; /* crossings kept */
	char why[OUTCOME_TEXT];
};

/* config stays the caller's; what it says may change between runs. 0 or -ENOMEM. */
int runner_new(const struct lab_config *config, unsigned jobs, struct runner **out);
/* Ends what still runs. */
void runner_free(struct runner *r);
/* 0, -EAGAIN (all jobs are taken), or the errno of fork(2). */
int runner_start(struct runner *r, const struct plan *plan, uint64_t number);
/* True: *out is one that is over. False: ms have passed, or none runs. */
bool runner_wait(struct runner *r, int ms, struct run *out);
unsigned runner_running(const struct runner *r);

#endif
