// SPDX-License-Identifier: BSD-2-Clause
/* openihv-radio: the commands for real radios. It holds CAP_NET_ADMIN for days, so it is small. */
#include <string.h>

#include "base/lean.h"
#include "cli/cli.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {{"run", cmd_radio_run}, {"adapters", cmd_adapters}, {"scan", cmd_scan}};

static int dispatch(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (argc > 1 && strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	return cli_error("openihv-radio runs, adapters or scan: openihv --help tells more");
}

int main(int argc, char **argv)
{
	lean_process();
	return cli_end(dispatch(argc, argv));
}
