// SPDX-License-Identifier: BSD-2-Clause
/*
 * Writes a report made by hand: report_write FIXTURE html|json > FILE
 *
 * FIXTURE: clean; findings; or one of two parts, part1 and part2, with the same findings.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/lib/reports.h"

static void make(struct report *r, const char *fixture)
{
	unsigned i;

	if (strcmp(fixture, "clean") == 0) {
		report_fixture_clean(r);
		return;
	}
	report_fixture_findings(r);
	if (strncmp(fixture, "part", 4) != 0)
		return;
	r->shards = 2;
	r->shards_in[0] = fixture[4] == '1' ? 1 : 2;
	for (i = 0; i < r->nfindings && fixture[4] == '2'; i++)
		r->findings[i].number += 1000;
}

int main(int argc, char **argv)
{
	struct report r;
	int rc;

	if (argc != 3)
		return EXIT_FAILURE;
	make(&r, argv[1]);
	rc = strcmp(argv[2], "json") == 0 ? report_write_json(stdout, &r)
					  : report_write_html(stdout, &r);
	report_free(&r);
	return rc ? EXIT_FAILURE : EXIT_SUCCESS;
}
