// SPDX-License-Identifier: BSD-2-Clause
/* What every command does alike. */
#include "cli/cli.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

int cli_option_error(char **argv, int option)
{
	const char *name = argv[optind - 1];

	return option == ':' ? cli_error("%s: option '%s' needs an argument", argv[0], name)
			     : cli_error("%s: there is no option '%s'", argv[0], name);
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

int cli_end(int status)
{
	/* A verdict that could not be written was not given. */
	if (fflush(stdout) || ferror(stdout))
		return cli_error("standard output: %s", strerror(errno));
	return status;
}
