// SPDX-License-Identifier: BSD-2-Clause
/* Writes a report made by hand as a page: write clean|findings > report.html */
#include <stdlib.h>
#include <string.h>

#include "tests/lib/reports.h"

int main(int argc, char **argv)
{
	struct report r;
	int rc;

	if (argc != 2)
		return EXIT_FAILURE;
	if (strcmp(argv[1], "clean") == 0)
		report_fixture_clean(&r);
	else
		report_fixture_findings(&r);
	rc = report_write_html(stdout, &r);
	report_free(&r);
	return rc ? EXIT_FAILURE : EXIT_SUCCESS;
}
