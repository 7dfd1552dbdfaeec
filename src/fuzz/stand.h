// SPDX-License-Identifier: BSD-2-Clause
/* Runs of inputs, each in a process of its own, several at a time. */
#ifndef OPENIHV_FUZZ_STAND_H
#define OPENIHV_FUZZ_STAND_H

#include "fuzz/feed.h"
#include "fuzz/identity.h"

struct stand;

struct trial {
	struct run run;
	const struct input *input;
	const uint8_t *map; /* COVER_SIZE bytes; zero where there is no coverage */
	enum cover_kind cover;
	struct input *recorded; /* of a run that records; else NULL. All until the next
				   stand_wait() */
	unsigned count;
	struct identity found[OUTCOME_FINDINGS + 1];
};

/* lab is copied; what it names stays the caller's. 0 or -ENOMEM. */
int stand_new(const struct lab_config *lab, unsigned jobs, struct stand **out);
/* Ends what still runs. NULL is fine. */
void stand_free(struct stand *s);
/* in is copied. record: the run takes down what the AP does. 0, -EAGAIN (all jobs are taken), or
 * the errno of fork(2). */
int stand_start(struct stand *s, const struct input *in, uint64_t number, bool record);
/* True: *out is one that is over. False: ms have passed, or none runs. */
bool stand_wait(struct stand *s, int ms, struct trial *out);
unsigned stand_running(const struct stand *s);
/* One run, while no other is under way. 0, -EIO (the run cannot be made, out->run.why), or as
 * stand_start(). */
int stand_try(struct stand *s, const struct input *in, bool record, struct trial *out);
/* Whether it found that. */
bool trial_has(const struct trial *t, uint64_t key);

#endif
