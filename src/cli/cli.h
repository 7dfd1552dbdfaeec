// SPDX-License-Identifier: BSD-2-Clause
/* What the files of the command share. */
#ifndef OPENIHV_CLI_CLI_H
#define OPENIHV_CLI_CLI_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "contract/checker.h"
#include "trace/describe.h"

enum {
	EXIT_PASS = 0,
	EXIT_FINDINGS = 1,
	EXIT_USAGE = 2, /* usage, or input that cannot be used */
};

int cmd_run(int argc, char **argv);
int cmd_verify(int argc, char **argv);
int cmd_replay(int argc, char **argv);
int cmd_fuzz(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_rules(int argc, char **argv);
int cmd_inspect(int argc, char **argv);
int cmd_merge(int argc, char **argv);
/* Of openihv: goes on as openihv-radio, which has the commands below. */
int cmd_radio(int argc, char **argv);
/* Of openihv-radio, the one program that touches real radios. */
int cmd_radio_run(int argc, char **argv);
int cmd_adapters(int argc, char **argv);
int cmd_scan(int argc, char **argv);

/* One line on stderr, "openihv: " before it. Returns EXIT_USAGE. */
int cli_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* What getopt_long() refused, with opterr 0 and ':' first in its short options. Returns EXIT_USAGE.
 */
int cli_option_error(char **argv, int option);
/* Colours go to terminals only, and not where NO_COLOR is set (no-color.org). */
bool cli_colour(FILE *f);
int cli_version(void);
/* The exit status of the program, whose output is written out: `status`, or EXIT_USAGE after an
 * error was printed. */
int cli_end(int status);

/* Text in quotes, with what JSON wants escaped. */
void json_string(FILE *f, const char *text);

struct life;

/* A crossing and those around it, kept for a report. */
struct history;
int history_new(struct history **out);
void history_free(struct history *h);
/* Keeps the last ones, and those around one that a report needs. */
void history_add(struct history *h, const struct crossing *x, bool needed);

/* Each finding: rule, text, source page, what was seen, the crossings around it. */
void report_findings(FILE *f, const struct checker *c, const struct history *h, bool colour);
void report_findings_json(FILE *f, const struct checker *c);
/* How often the module died, of what, and the crossings around the first time. */
void report_deaths(FILE *f, const struct life *l, const struct history *h, bool colour);
/* The last line: "verdict: pass (violations 0, ...)". */
void report_verdict(FILE *f, const struct checker *c, unsigned deaths, bool pass, bool colour);
void report_verdict_json(FILE *f, const struct checker *c, unsigned deaths, bool pass);

#endif
