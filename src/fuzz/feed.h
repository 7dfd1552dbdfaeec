// SPDX-License-Identifier: BSD-2-Clause
/*
 * A run that gives a module an input, as a life for verify/lab.h. Records that are no events apply
 *to the whole run: elements, fragments of the profile, what the user answers. The others happen in
 * their order:
 *
 *	what stands in front of the first packet      before the connection
 *	packets in place of the AP's next             when the AP sends one
 *	what stands behind such a packet              right after it
 *	the rest                                      when the connection has come to rest
 *
 * If the port is open and the next packet waits for one of the AP's, the AP makes a new group key.
 */
#ifndef OPENIHV_FUZZ_FEED_H
#define OPENIHV_FUZZ_FEED_H

#include <stdatomic.h>

#include "fuzz/input.h"
#include "fuzz/watch.h"
#include "module/cover.h"
#include "verify/lab.h"

/* Shared by the process of a run and whoever started it, who clears it before. */
struct feed_slot {
	uint8_t map[COVER_SIZE];
	uint32_t cover; /* enum cover_kind */
	struct crash crash;
	/* The run is to take down what the AP sends and is, instead of changing it. */
	bool record;
	uint32_t recorded; /* bytes in .bytes, an input */
	uint8_t bytes[INPUT_BYTES];
	struct input input; /* what the module is given */
};

/* Its user is the slot of the run. */
extern const struct lab_life feed_life;

#endif
