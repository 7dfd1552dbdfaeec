// SPDX-License-Identifier: BSD-2-Clause
/* The inputs that a campaign begins with, when there are none. */
#ifndef OPENIHV_FUZZ_SEEDS_H
#define OPENIHV_FUZZ_SEEDS_H

#include "fuzz/input.h"

/* Gets each of them; *in is valid during the call. 0 goes on; anything else is what seeds_make()
 * then returns. */
typedef int (*seeds_fn)(void *user, const struct input *in, const char *name);

/*
 * Of what a run has taken down (trial.recorded): everything in one, and each kind by itself; the
 * packets once with the AP's keys and once as they were on the air. Kinds of which there is nothing
 * are made up: a packet, each of the indications with its documented size, a command. types: bit
 * set of 1 << enum record_type; records of other types are left out.
 */
int seeds_make(const struct input *recorded, uint32_t types, const char *ui_response, seeds_fn take,
	void *user);

#endif
