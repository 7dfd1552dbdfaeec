// SPDX-License-Identifier: BSD-2-Clause
/* Parts of the page that a report makes. */
#ifndef OPENIHV_VERIFY_REPORT_HTML_H
#define OPENIHV_VERIFY_REPORT_HTML_H

#include "verify/report.h"

/* A style sheet. */
extern const char report_style[];

/* Sections, each with its heading. The first: of severity F and E, or warnings; nothing if there
 * are none. Findings have the id f1, f2, ... in the order of the report. */
void html_findings(FILE *f, const struct report *r, bool warnings);
void html_rules(FILE *f, const struct report *r);
void html_map(FILE *f, const struct report *r);

#endif
