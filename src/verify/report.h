// SPDX-License-Identifier: BSD-2-Clause
/*
 * What a verification found, as data: built while it runs (sweep.c), read back from JSON and put
 * together from several machines (merge), and written as text, JSON, JUnit, SARIF or HTML.
 *
 * Nothing here depends on time or on the order in which runs ended, but for .seconds: the same
 * module, options and plans give the same report, whoever ran them.
 */
#ifndef OPENIHV_VERIFY_REPORT_H
#define OPENIHV_VERIFY_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "contract/crossing.h"
#include "contract/rules.h"
#include "verify/plan.h"

#define REPORT_AROUND   16 /* crossings kept around the one that showed a finding */
#define REPORT_FINDINGS 512

/* Findings that no rule of the contract names have these in its place: crash, hang, leak, busy,
 * key, connect, reload (doc/verify.md). */
#define REPORT_RULE 12

struct report_finding {
	char rule[REPORT_RULE]; /* "X-40" or one of the words above */
	enum rule_severity severity;
	uint64_t count;       /* runs that showed it */
	char text[200];       /* what was observed */
	uint64_t number;      /* of the example's plan; the lowest of all that showed it */
	char plan[PLAN_TEXT]; /* the example, for openihv replay --plan */
	char did[320];        /* the same in words; empty: nothing was done, the module does it
				 by itself */
	unsigned reproduced, replays; /* how often the example was run again, and showed it */
	uint64_t seq;                 /* of the crossing that showed it, in the example */
	unsigned naround;             /* crossings of the example around that, by seq */
	struct crossing around[REPORT_AROUND];
};

/* One cell of the map of crossings by acts: what was tried there, and what came of it. */
struct report_cell {
	uint64_t runs, findings; /* findings: runs that showed one of severity F or E */
	uint64_t warnings;
};

struct report_scenario {
	uint64_t runs;
	uint32_t crossings; /* of the undisturbed run; 0: it was not made */
	bool connected;     /* in the undisturbed run the port was opened */
	char note[120];     /* why it was left out, or what was odd; empty: nothing */
};

struct report {
	char module[256];  /* path as given */
	char mode[16];     /* "in-process", "isolated", "wine" */
	char options[512]; /* what openihv replay needs besides module and plan, as shell words */
	char version[16];  /* of openihv */
	uint64_t seed;
	unsigned depth;
	uint32_t shards;       /* how many parts it is, and a bit set of those that are in here, */
	uint64_t shards_in[4]; /* for up to 256 */
	uint64_t planned, runs, crossings;
	uint64_t replays; /* run again to see whether findings repeat; not in runs */
	double seconds;
	bool complete; /* all that was planned was run; false: time or runs were used up */
	uint64_t exercised[RULE_COUNT]; /* runs in which the rule's condition arose */
	struct report_scenario scenarios[SCENARIOS];
	struct report_cell cells[FN_COUNT][ACTS];
	/* Most severe first, then by rule (words before rules), then by plan number. */
	struct report_finding *findings;
	unsigned nfindings;
	uint64_t lost; /* findings beyond REPORT_FINDINGS, at most */
};

/* Whether findings may have this in .rule. */
bool report_has_rule(const char *rule);
/* F and E; warnings do not fail a verification. */
bool report_clean(const struct report *r);
/* Number of rules with .exercised. */
unsigned report_rules_exercised(const struct report *r);
void report_sort(struct report *r);
void report_free(struct report *r); /* what it holds, not itself */
/* Texts that differ in numbers alone are those of the same finding. */
bool report_same_text(const char *a, const char *b);
/*
 * Adds a finding. The same one (rule, severity and text agree) counts up, and the example with the
 * lower plan number stays. Beyond REPORT_FINDINGS the last ones in the order of report_sort() are
 * given up, and .lost counts them: which findings and examples are left does not depend on the
 * order in which they came, but with .lost their counts are lower bounds. Sorted by the caller at
 * the end. 0 or -ENOMEM.
 */
int report_add(struct report *r, const struct report_finding *f);

/*
 * All writers: 0, or a negative errno of the stream. What a module may have brought into a text
 * goes out as printable UTF-8; each other byte becomes a question mark.
 */
int report_write_text(FILE *f, const struct report *r, bool colour);
int report_write_json(FILE *f, const struct report *r);
int report_write_junit(FILE *f, const struct report *r);
int report_write_sarif(FILE *f, const struct report *r);
int report_write_html(FILE *f, const struct report *r);

/*
 * Reads what report_write_json() wrote, 16 MiB at most: the same report again. Every field is
 * checked, unknown ones are refused. 0, -EBADMSG, -ENOMEM or the stream's errno, with one
 * printable sentence in err; *out is then empty.
 */
int report_read_json(FILE *f, struct report *out, char *err, size_t room);
/*
 * Adds what another machine found of the same verification: counts add up, .planned and .seconds,
 * too, and of two examples the one with the lower plan number stays. 0, or with one sentence in err
 * -EINVAL: another module, options, seed, depth, mode, version or number of shards, or a shard that
 * is in here already, *to being as before; -ENOMEM: *to is good for report_free() only.
 */
int report_merge(struct report *to, const struct report *from, char *err, size_t room);

/* "openihv replay MODULE OPTIONS --plan '...'", quoted for a shell. Returns room. */
const char *report_replay(
	const struct report *r, const struct report_finding *f, char *room, size_t length);

#endif
