// SPDX-License-Identifier: BSD-2-Clause
/*
 * The contract's judge: crossings in, findings out. It sees nothing but crossings, so a live run
 * and a saved trace are judged by the same code and alike. It judges both sides: H rules are the
 * host's own.
 *
 * Not thread safe: crossings are fed in order, by one at a time.
 */
#ifndef OPENIHV_CONTRACT_CHECKER_H
#define OPENIHV_CONTRACT_CHECKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contract/crossing.h"
#include "contract/rules.h"

struct checker;

struct finding {
	enum rule_id rule;
	enum rule_severity severity; /* the rule's, or W where the order of two threads was a race
					(contract 5.0) */
	uint64_t seq;                /* of the crossing that showed it */
	char text[144];              /* what was seen */
};

/* strict: races count with their rule's own severity. 0 or -ENOMEM. */
int checker_new(bool strict, struct checker **out);
void checker_free(struct checker *c);

/*
 * Judges one crossing. Returns how many findings it added. If memory runs out the crossing is not
 * judged and checker_incomplete() tells.
 */
unsigned checker_feed(struct checker *c, const struct crossing *x);
bool checker_incomplete(const struct checker *c);

/* In order of appearance; at most CHECKER_FINDINGS_MAX are kept, *count tells how many those are.
 */
#define CHECKER_FINDINGS_MAX 4096
const struct finding *checker_findings(const struct checker *c, size_t *count);
/* All that were found, of severities F and E, or of W. */
uint64_t checker_violations(const struct checker *c);
uint64_t checker_warnings(const struct checker *c);

/* How often the condition of a rule arose and was judged. */
uint64_t checker_exercised(const struct checker *c, enum rule_id rule);
unsigned checker_rules_exercised(const struct checker *c);
uint64_t checker_crossings(const struct checker *c);

#endif
