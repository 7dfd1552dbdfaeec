// SPDX-License-Identifier: BSD-2-Clause
/* What verify, replay and fuzz work on: a module, its profile, its access points. */
#ifndef OPENIHV_CLI_TARGET_H
#define OPENIHV_CLI_TARGET_H

#include <getopt.h>

#include "verify/lab.h"

enum {
	TARGET_FIRST = 1000, /* above all options of the commands themselves */
	TARGET_MODULE,
	TARGET_PROFILE,
	TARGET_UI_PROFILE,
	TARGET_UI_RESPONSE,
	TARGET_AP,
	TARGET_PEER,
	TARGET_PEER_DEADLINE,
	TARGET_SEED,
	TARGET_ISOLATE,
	TARGET_IN_PROCESS,
	TARGET_DEADLINE,
	TARGET_STOP_DEADLINE,
	TARGET_STRICT,
	TARGET_LAST,
};

/* For the table of getopt_long(). */
#define TARGET_OPTIONS                                                                             \
	{"module", required_argument, NULL, TARGET_MODULE},                                        \
		{"profile", required_argument, NULL, TARGET_PROFILE},                              \
		{"ui-profile", required_argument, NULL, TARGET_UI_PROFILE},                        \
		{"ui-response", required_argument, NULL, TARGET_UI_RESPONSE},                      \
		{"ap", required_argument, NULL, TARGET_AP},                                        \
		{"peer", required_argument, NULL, TARGET_PEER},                                    \
		{"peer-deadline", required_argument, NULL, TARGET_PEER_DEADLINE},                  \
		{"seed", required_argument, NULL, TARGET_SEED},                                    \
		{"isolate", no_argument, NULL, TARGET_ISOLATE},                                    \
		{"in-process", no_argument, NULL, TARGET_IN_PROCESS},                              \
		{"deadline", required_argument, NULL, TARGET_DEADLINE},                            \
		{"stop-deadline", required_argument, NULL, TARGET_STOP_DEADLINE},                  \
	{                                                                                          \
		"strict", no_argument, NULL, TARGET_STRICT                                         \
	}

/* Their lines of the help. */
extern const char target_help[];

struct wine;

struct target {
	const char *module, *profile, *ui_profile;
	const char *aps[LAB_APS];
	unsigned naps;
	const char *ui_response;
	bool isolate, in_process; /* neither: in process, unless it is a Windows module */
	bool wine;
	struct wine *server;   /* kept up between runs: to start it takes longer than one */
	struct lab_config lab; /* complete after target_open() */
	char options[512];     /* of the command line, as shell words, for openihv replay */
	struct profile *owned[2];
};

/* 0, or EXIT_USAGE after an error was printed. */
int target_option(struct target *t, int option, const char *argument);
int target_module(struct target *t, const char *path);
/* Reads the profiles, the access points, and looks into the module. 0, or EXIT_USAGE likewise. */
int target_open(struct target *t, const char *command);
void target_close(struct target *t);
const char *target_mode(const struct target *t); /* "in-process", "isolated", "wine" */

#endif
