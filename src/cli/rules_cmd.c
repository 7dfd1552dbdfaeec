// SPDX-License-Identifier: BSD-2-Clause
/* openihv rules */
#include <getopt.h>
#include <string.h>

#include "cli/cli.h"

static const char usage[] = "usage: openihv rules [ID]...\n"
			    "\n"
			    "The contract: all rules, or those named (X-40, h-16). H rules bind "
			    "the host, X rules the module.\n"
			    "Severity: F memory lifetime, dead handle or security exposure; E "
			    "contract broken; W suspicious.\n"
			    "\n"
			    "  --help, --version\n";

static void wrap(const char *text, unsigned indent, unsigned width)
{
	unsigned column = indent;

	while (*text) {
		size_t word = strcspn(text, " ");

		if (column > indent && column + 1 + word > width) {
			printf("\n%*s", (int)indent, "");
			column = indent;
		} else if (column > indent) {
			putchar(' ');
			column++;
		}
		printf("%.*s", (int)word, text);
		column += (unsigned)word;
		text += word;
		text += strspn(text, " ");
	}
	putchar('\n');
}

static void one(const struct rule *r)
{
	printf("%s  severity %c  binds the %s\n\n  ", r->id, rule_severity_letter(r->severity),
		r->id[0] == 'H' ? "host" : "module");
	wrap(r->text, 2, 80);
	printf("\n  source:  ");
	wrap(r->source, 11, 80);
	printf("  checked: ");
	if (r->status == RULE_VERIFIED)
		printf("by openihv ");
	else
		printf(r->note[0] ? "at crossings; what is seen: " : "at crossings\n");
	if (r->note[0])
		wrap(r->note, 11, 80);
}

static void all(void)
{
	unsigned i, checked = 0;

	for (i = 0; i < RULE_COUNT; i++) {
		const struct rule *r = rule_info((enum rule_id)i);

		checked += r->status == RULE_CHECKED;
		printf("%s  %c  %-7s  ", r->id, rule_severity_letter(r->severity),
			r->status == RULE_CHECKED ? "checked" : "verify");
		wrap(r->text, 18, 100);
	}
	printf("\n%d rules, %u checked at crossings, %u by openihv verify or fuzz; openihv rules "
	       "ID tells "
	       "more.\n",
		RULE_COUNT, checked, RULE_COUNT - checked);
}

int cmd_rules(int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'}, {"version", no_argument, NULL, 'V'}, {0}};
	enum rule_id id;
	int option, i;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage, stdout);
			return EXIT_PASS;
		}
		return option == 'V' ? cli_version() : cli_option_error(argv, option);
	}
	if (optind == argc)
		all();
	for (i = optind; i < argc; i++) {
		id = rule_by_name(argv[i]);
		if (id == RULE_COUNT)
			return cli_error("rules: there is no rule %s; they are H-01 to H-32 and "
					 "X-01 to X-70",
				argv[i]);
		if (i > optind)
			putchar('\n');
		one(rule_info(id));
	}
	return EXIT_PASS;
}
