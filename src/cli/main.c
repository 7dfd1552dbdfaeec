// SPDX-License-Identifier: BSD-2-Clause
#include "cli/cli.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *what;
} commands[] = {
	{"run", cmd_run, "carry a module through its life on a simulated radio, and judge it"},
	{"check", cmd_check, "judge a saved trace"},
	{"rules", cmd_rules, "the contract: all rules, or one"},
	{"inspect", cmd_inspect, "what a module exports, speaks and needs"},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

int cli_error(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("openihv: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return EXIT_USAGE;
}

bool cli_colour(FILE *f)
{
	return isatty(fileno(f)) && !getenv("NO_COLOR");
}

int cli_version(void)
{
	puts("openihv " OPENIHV_VERSION);
	return EXIT_PASS;
}

static int help(FILE *f)
{
	size_t i;

	fputs("usage: openihv COMMAND [ARGUMENT]...\n"
	      "\n"
	      "The operating system's side of Native 802.11 IHV Extensions: runs such a module and\n"
	      "judges it by the 102 rules of the contract.\n"
	      "\n",
		f);
	for (i = 0; i < COMMANDS; i++)
		fprintf(f, "  %-8s  %s\n", commands[i].name, commands[i].what);
	fputs("\n"
	      "openihv COMMAND --help tells more; so does openihv(1).\n"
	      "Exit status: 0 pass, 1 violations found or no connection, 2 usage or unusable input.\n",
		f);
	return f == stdout ? EXIT_PASS : EXIT_USAGE;
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc < 2)
		return help(stderr);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)
		return help(stdout);
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
		return cli_version();
	for (i = 0; i < COMMANDS; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	return cli_error("there is no command '%s'; openihv --help lists them", argv[1]);
}
