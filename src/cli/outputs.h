// SPDX-License-Identifier: BSD-2-Clause
/* Where a report goes: options that verify and merge share. */
#ifndef OPENIHV_CLI_OUTPUTS_H
#define OPENIHV_CLI_OUTPUTS_H

#include <stdbool.h>
#include <stddef.h>

#include "verify/report.h"

enum output { OUTPUT_JSON, OUTPUT_JUNIT, OUTPUT_SARIF, OUTPUT_HTML, OUTPUTS };

/* Starts as zeros. The names of files are the caller's, here arguments of the command; "-" is
 * standard output. */
struct outputs {
	const char *file[OUTPUTS];
};

/* For getopt_long(): members of its table, and what it returns for them, which is no character. */
#define OUTPUT_OPTION 0x100
#define OUTPUT_OPTIONS                                                                             \
	{"json", required_argument, NULL, OUTPUT_OPTION + OUTPUT_JSON},                            \
		{"junit", required_argument, NULL, OUTPUT_OPTION + OUTPUT_JUNIT},                  \
		{"sarif", required_argument, NULL, OUTPUT_OPTION + OUTPUT_SARIF},                  \
	{                                                                                          \
		"html", required_argument, NULL, OUTPUT_OPTION + OUTPUT_HTML                       \
	}

/* Their lines of --help. */
extern const char outputs_help[];

/* Whether option is one of them; then it keeps optarg. */
bool outputs_option(struct outputs *o, int option);

/* Before any work is done: 0, or EXIT_USAGE after an error on stderr, if two of them have one name,
 * or a file's folder cannot be written to. command stands in front of the message. */
int outputs_check(const struct outputs *o, const char *command);

/*
 * Writes them, and the report as text to standard output if none of them goes there. A file is
 * complete or stays as it was: it gets its name when all is written. 0, or EXIT_USAGE after an
 * error on stderr; the others are written all the same.
 */
int outputs_write(const struct outputs *o, const struct report *r);

#endif
