// SPDX-License-Identifier: BSD-2-Clause
/* openihv inspect */
#include <errno.h>
#include <getopt.h>
#include <unistd.h>

#include "cli/cli.h"
#include "host/host.h"
#include "module/file.h"
#include "worker/worker.h"

static const char usage[] =
	"usage: openihv inspect MODULE [--no-load]\n"
	"\n"
	"What a module's file exports and links to; then starts it in a process of its own and "
	"tells "
	"the\n"
	"interface versions that it speaks and how many of the 19 handlers it sets.\n"
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

static void print_exports(bool version, bool service, bool station)
{
	printf("exports   Dot11ExtIhvGetVersionInfo     %s\n", version ? "yes" : "MISSING");
	printf("          Dot11ExtIhvInitService        %s\n", service ? "yes" : "MISSING");
	printf("          Dot11ExtIhvInitVirtualStation %s\n", station ? "yes" : "no (optional)");
}

/* The last `late` of them are loaded on their first use. */
static void print_libraries(const char *const *names, size_t n, size_t late)
{
	size_t i;

	for (i = 0; i < n; i++)
		printf("%s %s%s\n", i ? "         " : "links to ", names[i],
			i < n - late ? "" : " (on first use)");
	if (!n)
		printf("links to  nothing\n");
}

static void print_elf(const struct elf_info *info)
{
	printf("file      ELF%u shared object, %s\n", info->bits, elf_machine_name(info->machine));
	if (info->soname)
		printf("soname    %s\n", info->soname);
	print_exports(
		info->has_get_version_info, info->has_init_service, info->has_init_virtual_station);
	printf("          %zu functions in all\n", info->nexports);
	print_libraries(info->needed, info->nneeded, 0);
}

static void print_pe(const struct pe_info *info)
{
	printf("file      PE32+ DLL, x86-64\n");
	print_exports(
		info->has_get_version_info, info->has_init_service, info->has_init_virtual_station);
	printf("          %zu functions in all\n", info->nexports + info->nunnamed);
	if (info->nunnamed)
		printf("          %zu of them by number only\n", info->nunnamed);
	print_libraries((const char *const *)info->imports, info->nimports, info->ndelayed);
}

/* Starts the module in a process of its own and ends it; what it answers goes to *a. */
static int start(const char *path, struct answers *a)
{
	const struct worker_config worker = {0};
	struct host_config config = {.crossing = on_crossing, .user = a};
	struct host *h = NULL;
	struct module *m;
	char err[512];
	int rc;

	if (worker_open(path, &worker, &m, err, sizeof(err)))
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

static int look(const char *path)
{
	struct module_file file;
	char err[MODULE_FILE_ERROR_SIZE];
	int rc = EXIT_PASS;

	if (module_file_look(path, &file, err, sizeof(err)))
		return cli_error("%s: %s", path, err);
	printf("module    %s\n", path);
	switch (file.kind) {
	case MODULE_ELF:
		print_elf(file.elf);
		break;
	case MODULE_PE:
		print_pe(file.pe);
		break;
	}
	if (module_file_missing(&file))
		rc = cli_error("%s: not an IHV Extensions module: it does not export %s (X-01)",
			path, module_file_missing(&file));
	module_file_end(&file);
	return rc;
}

static int inspect(const char *path, bool load)
{
	struct answers a = {0};
	int rc = look(path);

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
