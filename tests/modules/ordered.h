// SPDX-License-Identifier: BSD-2-Clause
/* ordered.so does what the first byte of Control's input says, without a host:
 * tests/sim/test_worker.c. */
#ifndef OPENIHV_TESTS_MODULES_ORDERED_H
#define OPENIHV_TESTS_MODULES_ORDERED_H

enum order {
	ORDER_NOTHING,
	ORDER_CALL_AND_WAIT, /* frees a buffer, and returns after ORDER_GO */
	ORDER_GO,
	ORDER_REFUSED_LATER,  /* a thread makes a call that the sandbox refuses, then frees a buffer
			       */
	ORDER_REFUSED_AT_END, /* as it is unloaded it makes such a call */
	ORDER_CLOSE_AND_STAY, /* closes its pipes, and exits with 3 after 200 ms */
	ORDER_EXIT,           /* with 3 */
	ORDER_FLOOD,          /* calls of 4 MiB, of 40 threads that are not there */
	ORDER_THREADS,        /* 8 threads free 500 buffers each, at the same time */
	ORDER_ENVIRONMENT,    /* output: all of it */
	ORDER_FREE,           /* frees a buffer */
};

#endif
