// SPDX-License-Identifier: BSD-2-Clause
/* openihv run, whatever it runs on. */
#ifndef OPENIHV_CLI_PLAY_H
#define OPENIHV_CLI_PLAY_H

#include "cli/world.h"

/* Makes the run, prints what there is to tell, and returns the exit status. */
int play(const struct world_options *options);

/* For getopt_long(): members of its table for the options that there are on every stage, and what
 * it returns for them, which is no character. */
enum {
	PLAY_MODULE = 256,
	PLAY_PROFILE,
	PLAY_UI_RESPONSE,
	PLAY_TRACE,
	PLAY_JSON,
	PLAY_QUIET,
	PLAY_STRICT,
	PLAY_ISOLATE,
	PLAY_IN_PROCESS,
	PLAY_PAGE_GUARD,
	PLAY_DEADLINE,
	PLAY_STOP_DEADLINE,
	PLAY_RADIO,
	PLAY_FOR,
	PLAY_VERSION,
	PLAY_END, /* the first number that is free */
};
#define PLAY_OPTIONS                                                                               \
	{"module", required_argument, NULL, PLAY_MODULE},                                          \
		{"profile", required_argument, NULL, PLAY_PROFILE},                                \
		{"ui-response", required_argument, NULL, PLAY_UI_RESPONSE},                        \
		{"trace", required_argument, NULL, PLAY_TRACE},                                    \
		{"json", no_argument, NULL, PLAY_JSON}, {"quiet", no_argument, NULL, PLAY_QUIET},  \
		{"strict", no_argument, NULL, PLAY_STRICT},                                        \
		{"isolate", no_argument, NULL, PLAY_ISOLATE},                                      \
		{"in-process", no_argument, NULL, PLAY_IN_PROCESS},                                \
		{"page-guard", no_argument, NULL, PLAY_PAGE_GUARD},                                \
		{"deadline", required_argument, NULL, PLAY_DEADLINE},                              \
		{"stop-deadline", required_argument, NULL, PLAY_STOP_DEADLINE},                    \
		{"radio", required_argument, NULL, PLAY_RADIO},                                    \
		{"for", required_argument, NULL, PLAY_FOR}, {"help", no_argument, NULL, 'h'},      \
	{                                                                                          \
		"version", no_argument, NULL, PLAY_VERSION                                         \
	}

/* Takes one of them, whose argument is optarg, which stays the caller's. 0, or EXIT_USAGE after an
 * error was printed. */
int play_option(struct world_options *o, int option);
/* The argument that is no option. Likewise. */
int play_module(struct world_options *o, const char *path);

#endif
