// SPDX-License-Identifier: BSD-2-Clause
/*
 * A sequence chart as an inline <svg>. Narrow, so that a telephone shows it: lifelines on the left,
 * words to the right of them, in several lines where needed. Colours are those of the page
 * (report_style.c).
 */
#include "verify/report_chart.h"

#include <string.h>

#include "verify/report_internal.h"

#define FIRST    78 /* x of the radio's lifeline */
#define APART    50 /* from one lifeline to the next */
#define TOP      36 /* y of the first row */
#define ROW      25
#define LINE     15 /* height of a further line of words */
#define WORDS    28 /* characters in a line, of a font in which all are as wide */
#define GAP      16 /* from the last lifeline to the words */
#define TEXT     (WORDS * 725 / 100)
#define BAR      4 /* half of the width of a call that is open */
#define LINES    8
#define SMALLEST 85 /* percent of its size; a narrower screen scrolls it */

struct label {
	const char *start[LINES];
	int length[LINES];
	int lines;
};

static int lane_x(unsigned lane)
{
	return FIRST + (int)lane * APART;
}

/* Where the label's lines begin and end: at blanks, if there are any. */
static struct label split(const char *text)
{
	struct label l = {0};

	while (*text && l.lines < LINES) {
		size_t n = chart_fitting(text, WORDS);

		l.start[l.lines] = text;
		l.length[l.lines++] = (int)n;
		text += n;
		text += strspn(text, " ");
	}
	return l;
}

static int row_height(const struct label *l)
{
	return ROW + (l->lines > 1 ? (l->lines - 1) * LINE : 0);
}

static void put_head(FILE *out, const struct chart *c, int bottom)
{
	char name[16];
	unsigned i;

	for (i = 0; i < c->lanes; i++) {
		const char *number;

		chart_lane_name(c, i, name, sizeof(name));
		number = strchr(name, ' ');
		fprintf(out, "<text class=\"lane\" y=\"12\"><tspan x=\"%d\">%.*s</tspan>",
			lane_x(i), (int)strcspn(name, " "), name);
		if (number)
			fprintf(out, "<tspan x=\"%d\" dy=\"13\">%s</tspan>", lane_x(i), number + 1);
		fprintf(out, "</text><path class=\"life\" d=\"M%d 31V%d\"/>\n", lane_x(i), bottom);
	}
}

/* A handler that is open: a bar along the lifeline, in this row as far as it goes. */
static void put_bars(FILE *out, const struct chart *c, const struct chart_row *row, int y, int end)
{
	unsigned i;

	for (i = CHART_MODULE; i < c->lanes; i++) {
		const unsigned bit = 1u << i;
		const int middle = y + ROW / 2;
		const int from = row->open_before & bit ? y : middle;
		const int to = row->open & bit ? end : middle;

		if ((row->open_before | row->open) & bit && to > from)
			fprintf(out,
				"<rect class=\"open\" x=\"%d\" y=\"%d\" width=\"%d\" "
				"height=\"%d\"/>\n",
				lane_x(i) - BAR, from, 2 * BAR, to - from);
	}
}

static void put_arrow(FILE *out, const struct chart_row *row, int y)
{
	const int sign = row->to > row->from ? 1 : -1;
	const int from = lane_x(row->from) + (row->from >= CHART_MODULE ? sign * BAR : 0);
	const int to = lane_x(row->to) - (row->to >= CHART_MODULE ? sign * BAR : 0);

	if (row->from == row->to && row->x->fn == FN_MODULE_DIED) {
		fprintf(out, "<path class=\"cross\" d=\"M%d %dl10 10m0 -10l-10 10\"/>\n",
			lane_x(CHART_MODULE) - 5, y - 5);
	} else if (row->from == row->to) {
		fprintf(out, "<circle class=\"event\" cx=\"%d\" cy=\"%d\" r=\"4\"/>\n", from, y);
	} else {
		fprintf(out,
			"<path class=\"%s\" d=\"M%d %dH%d\"/>"
			"<path class=\"tip\" d=\"M%d %dl%d -4v8z\"/>\n",
			row->returns ? "return" : "call", from, y, to - sign * 6, to, y, -sign * 8);
	}
}

static void put_row(
	FILE *out, const struct chart *c, const struct chart_row *row, const struct label *l, int y)
{
	const int x = lane_x(c->lanes - 1) + GAP, middle = y + ROW / 2, height = row_height(l);
	char line[64];
	int i;

	fprintf(out, "<g%s>\n", row->here ? " class=\"here\"" : "");
	if (row->here)
		fprintf(out,
			"<rect class=\"band\" x=\"0\" y=\"%d\" width=\"%d\" height=\"%d\" "
			"rx=\"3\"/>\n",
			y, x + TEXT, height);
	put_bars(out, c, row, y, y + height);
	put_arrow(out, row, middle);
	fprintf(out, "<text class=\"time\" x=\"%d\" y=\"%d\">%.6f</text><text x=\"%d\" y=\"%d\">",
		FIRST - 16, middle + 4, (double)row->x->time / 1e9, x, middle + 4);
	for (i = 0; i < l->lines; i++) {
		snprintf(line, sizeof(line), "%.*s", l->length[i], l->start[i]);
		fprintf(out, "<tspan x=\"%d\" dy=\"%d\">", x, i ? LINE : 0);
		put_xml(out, line);
		fputs("</tspan>", out);
	}
	fputs("</text>\n</g>\n", out);
}

void chart_write_svg(FILE *out, const struct chart *c)
{
	const int width = lane_x(c->lanes - 1) + GAP + TEXT;
	struct label labels[REPORT_AROUND];
	unsigned i;
	int bottom = TOP, y = TOP;

	for (i = 0; i < c->nrows; i++) {
		labels[i] = split(c->rows[i].text);
		bottom += row_height(&labels[i]);
	}
	fprintf(out,
		"<svg class=\"chart\" role=\"img\" aria-label=\"Sequence of calls around the "
		"finding\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
		"style=\"min-width:%dpx\">\n",
		width, bottom + 4, width, bottom + 4, width * SMALLEST / 100);
	put_head(out, c, bottom + 2);
	for (i = 0; i < c->nrows; i++) {
		put_row(out, c, &c->rows[i], &labels[i], y);
		y += row_height(&labels[i]);
	}
	fputs("</svg>\n", out);
}
