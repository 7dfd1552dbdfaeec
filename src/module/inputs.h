// SPDX-License-Identifier: BSD-2-Clause
/*
 * The inputs of a handler on guarded pages: every buffer that a call points to, and
 * what those point to, is copied; the module gets the copies. Outputs stay the host's.
 */
#ifndef OPENIHV_MODULE_INPUTS_H
#define OPENIHV_MODULE_INPUTS_H

#include "module/guard.h"

#define INPUTS_MAX 4 /* pointers of struct handler_call to inputs of one handler */

struct inputs {
	struct guard *guard;
	struct handler_call *call;
	struct region *first; /* of the copies */
	struct {
		void *slot; /* a pointer in *call */
		void *original;
	} swapped[INPUTS_MAX];
	unsigned count;
	bool failed;
};

/* Copies c's inputs and makes c point to the copies. Without memory for all of them c stays as it
 * is: the call is made without a guard. */
void inputs_lend(struct inputs *in, struct guard *g, struct handler_call *c);
/* The handler has returned: c is as before, but that what the module wrote to a copy is in the
 * host's memory, where it would be without a guard. */
void inputs_return(struct inputs *in);

#endif
