// SPDX-License-Identifier: BSD-2-Clause
#include "cli/cli.h"

#include <string.h>

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *what;
} commands[] = {
	{"run", cmd_run,
		"carry a module through its life on a simulated radio, or a real one, and judge "
		"it"},
	{"verify", cmd_verify, "find what breaks a module, show it, and tell how to replay it"},
	{"replay", cmd_replay, "make one run of a verification again"},
	{"fuzz", cmd_fuzz, "give a module what it does not expect, and show what breaks it"},
	{"check", cmd_check, "judge a saved trace"},
	{"merge", cmd_merge, "put the parts of a verification together"},
	{"rules", cmd_rules, "the contract: all rules, or one"},
	{"inspect", cmd_inspect, "what a module exports, speaks and needs"},
	{"adapters", cmd_radio,
		"wireless interfaces of this machine, and whether they can be used"},
	{"scan", cmd_radio, "networks that an interface hears"},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int help(FILE *f)
{
	size_t i;

	fputs("usage: openihv COMMAND [ARGUMENT]...\n"
	      "\n"
	      "The operating system's side of Native 802.11 IHV Extensions: runs such a module "
	      "and\n"
	      "judges it by the 102 rules of the contract.\n"
	      "\n",
		f);
	for (i = 0; i < COMMANDS; i++)
		fprintf(f, "  %-8s  %s\n", commands[i].name, commands[i].what);
	fputs("\n"
	      "openihv COMMAND --help tells more; so does openihv(1).\n"
	      "Exit status: 0 pass, 1 violations, a death or no connection, 2 usage or unusable "
	      "input.\n",
		f);
	return f == stdout ? EXIT_PASS : EXIT_USAGE;
}

static int dispatch(int argc, char **argv)
{
	size_t i;

	for (i = 0; i < COMMANDS; i++)
		if (strcmp(argv[0], commands[i].name) == 0)
			return commands[i].run(argc, argv);
	return cli_error("there is no command '%s'; openihv --help lists them", argv[0]);
}

static bool is(const char *argument, const char *word, const char *option, const char *letter)
{
	return strcmp(argument, word) == 0 || strcmp(argument, option) == 0 ||
	       strcmp(argument, letter) == 0;
}

static int command(int argc, char **argv)
{
	char option[] = "--help";
	char *help_of[] = {argv[2], option, NULL};

	if (is(argv[1], "help", "--help", "-h"))
		return argc > 2 ? dispatch(2, help_of) : help(stdout);
	if (is(argv[1], "version", "--version", "-V"))
		return cli_version();
	return dispatch(argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	return cli_end(argc < 2 ? help(stderr) : command(argc, argv));
}
