// SPDX-License-Identifier: BSD-2-Clause
/*
 * A campaign: inputs are changed by chance and given to a module, those that show something new are
 * kept and changed further, and what breaks the module is told apart, made small and written down.
 *
 * Input n follows from the seed, n and the corpus at that moment. With one job that is a fixed
 * sequence; with more of them the corpus grows in the order in which runs happen to end.
 */
#ifndef OPENIHV_FUZZ_CAMPAIGN_H
#define OPENIHV_FUZZ_CAMPAIGN_H

#include <signal.h>

#include "fuzz/corpus.h"
#include "fuzz/mutate.h"
#include "fuzz/stand.h"

#define CAMPAIGN_FINDINGS 256
#define CAMPAIGN_PATH     512

struct campaign_finding {
	struct identity id;
	uint64_t count, number;   /* runs that showed it; the first of them */
	size_t size;              /* bytes of the first one's records */
	bool tried, repeated;     /* with the same input again; it was there again */
	unsigned file_number;     /* id:NNNNNN of its files */
	struct input *input;      /* made smaller */
	char file[CAMPAIGN_PATH]; /* where that is; empty: nowhere */
};

struct campaign_progress {
	uint64_t runs;
	double seconds, since; /* since: seconds since the corpus grew last */
	unsigned corpus, edges, crossings, findings, warnings;
	enum cover_kind cover;
	bool minimising;
};

struct campaign_config {
	struct lab_config lab;
	const char *corpus;  /* folder, made if need be; NULL: in memory */
	const char *crashes; /* likewise; NULL: findings are not written */
	uint64_t seed;
	double budget_s;   /* 0: none */
	uint64_t max_runs; /* 0: no limit */
	unsigned jobs;
	uint32_t types; /* MUTATE_ALL, or a bit set of 1 << enum record_type */
	const struct dictionary *dictionary;
	unsigned minimise_runs; /* for each finding, at most */
	const char *until;      /* a rule, or crash, hang, ...: stop when it is found; NULL: none */
	const volatile sig_atomic_t *stop;
	/* Now and then; NULL: not wanted. */
	void (*progress)(void *user, const struct campaign_progress *p);
	void *user;
};

struct campaign {
	struct campaign_progress last;
	unsigned started_with, added; /* inputs in the corpus */
	uint64_t minimising;          /* runs for that; not in .last.runs */
	unsigned nfindings;
	uint64_t lost; /* findings beyond CAMPAIGN_FINDINGS */
	/* The most severe first. */
	struct campaign_finding findings[CAMPAIGN_FINDINGS];
};

/*
 * Fills *out; campaign_free() when done, also after an error. 0; -EIO the module cannot be loaded
 * or makes no sense; -ENOTDIR and others: a folder or file cannot be used; -ENOMEM and the errors
 * of fork(2). One sentence is in err.
 */
int campaign_run(
	const struct campaign_config *config, struct campaign *out, char *err, size_t room);
void campaign_free(struct campaign *c);
/* No finding of severity F or E. */
bool campaign_clean(const struct campaign *c);

#endif
