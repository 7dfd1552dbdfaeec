// SPDX-License-Identifier: BSD-2-Clause
/*
 * A verification: every scenario once, undisturbed, to number its crossings; then again for each
 * crossing and each act that can be done there; then, if asked for, pairs of acts. The plans and
 * their order follow from the undisturbed runs and the seed alone, so that shards on several
 * machines make up one whole.
 */
#ifndef OPENIHV_VERIFY_SWEEP_H
#define OPENIHV_VERIFY_SWEEP_H

#include "verify/lab.h"
#include "verify/report.h"

struct sweep_progress {
	uint64_t planned, runs;
	double seconds, left; /* left: at this rate, or until the budget is used up; < 0: unknown */
	unsigned findings, warnings; /* kinds of them */
};

struct sweep_config {
	struct lab_config lab; /* .opens and .passes are the sweep's own */
	double budget_s;       /* 0: none */
	uint64_t max_runs;     /* 0: no limit */
	unsigned depth;        /* 1 or 2 */
	unsigned jobs;
	uint32_t shard, shards; /* 1 of 1: all */
	const char *until;  /* rules, or crash, hang, ..., by commas: stop when one is found; NULL:
			       none */
	uint32_t scenarios; /* bit set of enum scenario; 0: all */
	unsigned replays;   /* of each finding, to see whether it repeats */
	/* Now and then, from the thread that called; NULL: not wanted. */
	void (*progress)(void *user, const struct sweep_progress *p);
	void *user;
};

/*
 * Fills *out: .module, .options and .mode are the caller's, before or after; report_free() when
 * done. 0; -EIO the module cannot be loaded or makes no sense, with one sentence in err; -ENOMEM
 * and the errors of fork(2).
 */
int sweep_run(struct sweep_config *config, struct report *out, char *err, size_t room);

#endif
