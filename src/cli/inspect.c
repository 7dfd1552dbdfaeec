// SPDX-License-Identifier: BSD-2-Clause
/* openihv inspect */
#include <errno.h>
#include <getopt.h>
#include <unistd.h>

#include "cli/cli.h"
#include "host/host.h"
#include "module/elf.h"
#include "module/inproc.h"

static const char usage[] =
	"usage: openihv inspect MODULE [--no-load]\n"
	"\n"
	"What a module's file exports and links to; then loads it and tells the interface versions "
	"that it\n"
	"speaks and how many of the 19 handlers it sets.\n"
	"\n"
	"  --no-load   look at the file only: nothing of the module runs\n"
	"  --help, --version\n"
	"\n"
	"Exit status: 0 an IHV Extensions module that starts, 2 anything else.\n";

/* What the module answered, from the crossings of its start. */
struct answers {
	uint32_t min, max, handlers;
	bool version, started;
};

static void on_crossing(void *user, const struct crossing *x)
{
	struct answers *a = user;

	if (x->phase != PHASE_EXIT)
		return;
	if (x->fn == FN_GET_VERSION_INFO && x->result == 0) {
		a->version = true;
		a->min = x->get_version_info.min;
		a->max = x->get_version_info.max;
	}
	if (x->fn == FN_INIT_SERVICE && x->result == 0) {
		a->started = true;
		a->handlers = x->init_service.handlers;
	}
}

static void print_file(const char *path, const struct elf_info *info)
{
	size_t i;

	printf("module    %s\n", path);
	printf("file      ELF%u shared object, %s\n", info->bits, elf_machine_name(info->machine));
	if (info->soname)
		printf("soname    %s\n", info->soname);
	printf("exports   Dot11ExtIhvGetVersionInfo     %s\n",
		info->has_get_version_info ? "yes" : "MISSING");
	printf("          Dot11ExtIhvInitService        %s\n",
		info->has_init_service ? "yes" : "MISSING");
	printf("          Dot11ExtIhvInitVirtualStation %s\n",
		info->has_init_virtual_station ? "yes" : "no (optional)");
	printf("          %zu functions in all\n", info->nexports);
	for (i = 0; i < info->nneeded; i++)
		printf("%s %s\n", i ? "         " : "links to ", info->needed[i]);
	if (!info->nneeded)
		printf("links to  nothing\n");
}

static int start(const char *path, struct answers *a)
{
	struct host_config config = {.crossing = on_crossing, .user = a};
	struct host *h = NULL;
	struct module *m;
	char err[256];
	int rc;

	if (inproc_open(path, NULL, &m, err, sizeof(err)))
		return cli_error("%s: %s", path, err);
	rc = loop_new(LOOP_VIRTUAL, &config.loop);
	if (rc || host_new(&config, m, &h))
		return cli_error("out of memory");
	rc = host_start(h, err, sizeof(err)) ? cli_error("%s: %s", path, err) : EXIT_PASS;
	if (host_stop(h)) {
		cli_error("%s: a call never returned", path);
		_exit(EXIT_USAGE);
	}
	host_free(h);
	loop_free(config.loop);
	return rc;
}

static int inspect(const char *path, bool load)
{
	struct answers a = {0};
	struct elf_info *info;
	char err[ELF_ERROR_SIZE];
	int rc = EXIT_PASS;

	if (elf_inspect(path, &info, err, sizeof(err)))
		return cli_error("%s: %s", path, err);
	print_file(path, info);
	if (!info->has_get_version_info || !info->has_init_service)
		rc = cli_error("%s: not an IHV Extensions module: an export is missing", path);
	elf_free(info);
	if (rc || !load)
		return rc;
	fflush(stdout);
	rc = start(path, &a);
	if (a.version)
		printf("versions  %u to %u\n", a.min, a.max);
	if (a.started)
		printf("handlers  %u of 19\n", a.handlers);
	return rc;
}

int cmd_inspect(int argc, char **argv)
{
	static const struct option options[] = {{"no-load", no_argument, NULL, 'n'},
		{"help", no_argument, NULL, 'h'}, {"version", no_argument, NULL, 'V'}, {0}};
	bool load = true;
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		switch (option) {
		case 'n':
			load = false;
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_PASS;
		case 'V':
			return cli_version();
		default:
			return cli_option_error(argv, option);
		}
	}
	if (optind + 1 != argc)
		return cli_error("inspect: name one module; openihv inspect --help tells");
	return inspect(argv[optind], load);
}
