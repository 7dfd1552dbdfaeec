// SPDX-License-Identifier: BSD-2-Clause
/* The crossings around a finding as a sequence chart, before it is drawn in letters or as a
 * picture. */
#ifndef OPENIHV_VERIFY_REPORT_CHART_H
#define OPENIHV_VERIFY_REPORT_CHART_H

#include "verify/report.h"

/* Lifelines: the radio, the host, and threads of the module by their numbers. The last stands for
 * all further threads, too. */
#define CHART_RADIO   0u
#define CHART_HOST    1u
#define CHART_MODULE  2u
#define CHART_THREADS 4u
#define CHART_LANES   (CHART_MODULE + CHART_THREADS)

struct chart_row {
	const struct crossing *x;
	unsigned from, to; /* lanes; the same: something that the host does by itself */
	bool here;         /* the finding */
	bool returns;      /* of a call */
	unsigned open;     /* lanes of the module that are inside a handler, as bits, after this */
	unsigned open_before;
	char text[200];
};

struct chart {
	unsigned lanes;                  /* how many there are, at least CHART_MODULE + 1 */
	uint16_t threads[CHART_THREADS]; /* number of each thread of the module; 0: none is known */
	bool more;                       /* the last lane has more threads than one */
	unsigned nrows;
	struct chart_row rows[REPORT_AROUND];
};

/* The chart holds pointers into f. */
void chart_make(struct chart *c, const struct report_finding *f);

/* The letters of it, at most 100 columns wide. */
void chart_write_text(FILE *out, const struct chart *c, const char *on, const char *off);
/* An <svg> element for a page with the style of report_style.c. */
void chart_write_svg(FILE *out, const struct chart *c);

/* For both of them: what stands above a lane, and how many bytes of a text fit into width columns,
 * up to where it may be broken, if there is such a place. */
void chart_lane_name(const struct chart *c, unsigned lane, char *room, size_t length);
size_t chart_fitting(const char *text, size_t width);

#endif
