// SPDX-License-Identifier: BSD-2-Clause
/* openihv merge */
#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/outputs.h"

static const char usage[] =
	"usage: openihv merge FILE... [OPTION]...\n"
	"\n"
	"Puts the parts of a verification together: reports that openihv verify --json has saved,\n"
	"each on a machine of its own. One of the FILEs may be - for standard input.\n"
	"\n";

static const char usage_end[] = "  --help, --version\n"
				"\n"
				"Each FILE after an option may be - for standard output; if none "
				"is, the report is printed\n"
				"as text.\n"
				"\n"
				"Exit status: 0 clean, 1 findings, 2 usage or unusable input.\n";

static int read_part(const char *path, struct report *out)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	char err[256];
	int rc;

	if (!f)
		return cli_error("merge: %s: %s", path, strerror(errno));
	rc = report_read_json(f, out, err, sizeof(err));
	if (f != stdin)
		fclose(f);
	return rc ? cli_error("merge: %s: %s", path, err) : 0;
}

static int add_part(struct report *to, const char *path)
{
	struct report part;
	char err[256];
	int rc = read_part(path, &part);

	if (rc)
		return rc;
	rc = report_merge(to, &part, err, sizeof(err));
	report_free(&part);
	return rc ? cli_error("merge: %s: %s", path, err) : 0;
}

static int merge(char **paths, int count, const struct outputs *outputs)
{
	struct report r;
	int i, rc = read_part(paths[0], &r);

	if (rc)
		return rc;
	for (i = 1; i < count && !rc; i++)
		rc = add_part(&r, paths[i]);
	if (!rc)
		rc = outputs_write(outputs, &r);
	if (!rc)
		rc = report_clean(&r) ? EXIT_PASS : EXIT_FINDINGS;
	report_free(&r);
	return rc;
}

int cmd_merge(int argc, char **argv)
{
	static const struct option options[] = {OUTPUT_OPTIONS, {"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'}, {0}};
	struct outputs outputs = {0};
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (outputs_option(&outputs, option))
			continue;
		if (option == 'h') {
			printf("%s%s%s", usage, outputs_help, usage_end);
			return EXIT_PASS;
		}
		return option == 'V' ? cli_version() : cli_option_error(argv, option);
	}
	if (optind == argc)
		return cli_error("merge: name the reports; openihv merge --help tells");
	if (outputs_check(&outputs, "merge"))
		return EXIT_USAGE;
	return merge(argv + optind, argc - optind, &outputs);
}
