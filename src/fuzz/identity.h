// SPDX-License-Identifier: BSD-2-Clause
/* What tells one finding from another. */
#ifndef OPENIHV_FUZZ_IDENTITY_H
#define OPENIHV_FUZZ_IDENTITY_H

#include "fuzz/watch.h"
#include "verify/runner.h"

#define IDENTITY_TEXT 256

struct identity {
	/*
	 * Of a crash that was seen from inside: what it died of, the handler, and where; of one
	 * whose place is not known, the handler. Of others: rule, severity and text, without the
	 * numbers in it, since these are often the input's.
	 */
	uint64_t key;
	/* Of any crash: the same by handler alone. .seen: its place in the module is known. */
	uint64_t wide;
	bool seen;
	char rule[OUTCOME_RULE]; /* "X-40", "crash", "hang", ... */
	enum rule_severity severity;
	char text[IDENTITY_TEXT];
	uint64_t seq; /* of the crossing that showed it; 0: none */
};

/* Those of a run, each once; room for OUTCOME_FINDINGS + 1. Returns their number. */
unsigned identities_of(const struct run *run, const struct crash *crash, struct identity *out);

#endif
