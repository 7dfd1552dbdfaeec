// SPDX-License-Identifier: BSD-2-Clause
/* openihv run --radio: what is left of the command in openihv-radio. */
#include <getopt.h>
#include <sys/auxv.h>

#include "cli/play.h"

static const struct option long_options[] = {PLAY_OPTIONS, {0}};

/* It would get the privileges that a file capability gives this program, and its user not. */
static int judge_privileges(const struct world_options *o)
{
	if (o->in_process && getauxval(AT_SECURE))
		return cli_error("--in-process: the module would have the capability of this "
				 "program, which you have not: leave it out, or be root");
	return 0;
}

int cmd_radio_run(int argc, char **argv)
{
	struct world_options o = {.stage = &stage_air};
	int option, rc = 0;

	opterr = 0;
	while (!rc && (option = getopt_long(argc, argv, ":", long_options, NULL)) != -1) {
		if (option == 'h')
			return cli_error("run: openihv run --help tells");
		if (option == PLAY_VERSION)
			return cli_version();
		if (option == '?' || option == ':')
			return cli_option_error(argv, option);
		rc = play_option(&o, option);
	}
	for (; !rc && optind < argc; optind++)
		rc = play_module(&o, argv[optind]);
	if (rc)
		return rc;
	if (!o.module)
		return cli_error("run: which module? openihv run --help tells");
	if (!o.interface)
		return cli_error("run: which radio? --radio nl80211:IFACE tells");
	if (!o.profile)
		return cli_error("--radio: which network? --profile FILE tells");
	rc = judge_privileges(&o);
	return rc ? rc : play(&o);
}
