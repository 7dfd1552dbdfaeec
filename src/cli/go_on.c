// SPDX-License-Identifier: BSD-2-Clause
/* openihv goes on as openihv-radio: the same process, with less in it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/program.h"
#include "cli/cli.h"

int cmd_radio(int argc, char **argv)
{
	static char name[] = "openihv-radio";
	_cleanup_free_ char *path = program_find(name, NULL);
	_cleanup_free_ char **next = calloc((size_t)argc + 2, sizeof(*next));

	if (!path || !next)
		return cli_error("out of memory");
	next[0] = name;
	memcpy(next + 1, argv, (size_t)argc * sizeof(*next));
	execv(path, next);
	return cli_error("%s, which has the commands for real radios, cannot be started: %s", path,
		strerror(errno));
}
