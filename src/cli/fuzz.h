// SPDX-License-Identifier: BSD-2-Clause
/* What the files of openihv fuzz share. */
#ifndef OPENIHV_CLI_FUZZ_H
#define OPENIHV_CLI_FUZZ_H

#include "cli/target.h"
#include "fuzz/campaign.h"

enum {
	EXIT_OWN_FAULT = 3, /* of the fuzzer: not the module's, and not the user's */
};

struct fuzz_arguments {
	struct target target;
	struct campaign_config config;
	struct dictionary dictionary;
	const char *corpus, *crashes, *json, *replay, *minimise;
	char crashes_room[512];
	bool quiet;
	double line; /* when progress was told last, where there is no terminal */
	bool shown;
};

/* fuzz_report.c: to standard output; json: a file, or "-", which is then in its place. 0 or
 * EXIT_USAGE. */
int fuzz_report(const struct fuzz_arguments *a, const struct campaign *c);
/* How the module was found to count its edges, in words. */
const char *fuzz_cover_text(enum cover_kind kind);

/* fuzz_one.c: one input, shown, or made smaller. An exit status. */
int fuzz_replay(struct fuzz_arguments *a);
int fuzz_minimise(struct fuzz_arguments *a);

#endif
