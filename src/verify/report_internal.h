// SPDX-License-Identifier: BSD-2-Clause
/* What the files of a report share among themselves. */
#ifndef OPENIHV_VERIFY_REPORT_INTERNAL_H
#define OPENIHV_VERIFY_REPORT_INTERNAL_H

#include "verify/report.h"

/* ---- What a finding is about: the rules by number, then the words that stand for none. ---- */

#define SUBJECT_WORDS 7
#define SUBJECTS      (RULE_COUNT + SUBJECT_WORDS)

struct subject {
	const char *id; /* "X-40", "crash" */
	enum rule_severity severity;
	const char *text;   /* the rule, or what the word means */
	const char *source; /* page of the documentation; empty for a word */
	const char *note;   /* of a rule: what is not seen, or waited for; may be empty */
};

/* For SUBJECTS, one that says so. */
struct subject subject(unsigned number);
unsigned subject_by_name(const char *id); /* SUBJECTS: there is none */

/* ---- Text. ---- */

/* The same with a question mark for each byte that is not part of a printable UTF-8 character.
 * Returns room, which holds as much as text did. */
char *text_clean(const char *text, char *room, size_t length);
/* Characters of a clean text. */
size_t text_width(const char *text);
/* Both clean it, and escape what the format needs; put_json() adds the quotes. */
void put_json(FILE *f, const char *text);
void put_xml(FILE *f, const char *text);
/* "2,314" into room of 32; returns it. */
const char *text_count(uint64_t n, char room[32]);
/* "1 run", "2,314 runs" into room; returns it. */
const char *text_plural(uint64_t n, const char *one, const char *many, char *room, size_t length);
/* Of the findings of severity F and E, or of W. */
unsigned report_count(const struct report *r, bool warnings);
/* Runs of a second; 0: too short to tell. */
double report_rate(const struct report *r);
/* "part 2 of 4", "parts 1 and 3 of 4"; empty if everything is in here. Returns room. */
const char *report_parts(const struct report *r, char *room, size_t length);
/* Flushes. 0, or the stream's error as a negative errno. */
int put_end(FILE *f);

#endif
