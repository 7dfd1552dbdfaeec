// SPDX-License-Identifier: BSD-2-Clause
/* Reports made by hand: what a verification might have found. */
#ifndef OPENIHV_TESTS_LIB_REPORTS_H
#define OPENIHV_TESTS_LIB_REPORTS_H

#include "verify/report.h"

/* All of these: to be freed by report_free(). */

/* Nothing was found; two scenarios were left out. */
void report_fixture_clean(struct report *r);
/* Findings of each severity, words among them, with crossings around, and texts as a hostile module
 * would choose them: control characters, markup, quotes, broken UTF-8. */
void report_fixture_findings(struct report *r);
/* Every field has a value that depends on seed and stays within its range. */
void report_fixture_random(struct report *r, uint64_t seed, unsigned findings);

/* What a hostile module wrote into a finding's text. */
#define REPORT_HOSTILE_TEXT                                                                        \
	"\033[2J</td><script>alert(1)</script> ]]> \"quoted\" 'single' \\ \x01\xff\xc3( "          \
	"\xe2\x80\xae"                                                                             \
	"caf\xc3\xa9 &amp; --> \t\r\n end"

/* In every field. */
bool report_fixture_same(const struct report *a, const struct report *b);

#endif
