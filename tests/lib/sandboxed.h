// SPDX-License-Identifier: BSD-2-Clause
/*
 * Children in a worker's sandbox: each enters it and tries one thing, and this process answers for
 * the host and keeps what it was told.
 */
#ifndef OPENIHV_TESTS_SANDBOXED_H
#define OPENIHV_TESTS_SANDBOXED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "worker/sandbox_internal.h"

/* What the child tells, in memory that it shares with this process. */
struct told {
	unsigned got;
	int entered; /* of sandbox_enter() */
	long result;
	int error;
};

struct seen {
	struct told told;
	int status;       /* as of waitpid() */
	int listener;     /* what sandbox_receive_listener() said; closed if a descriptor */
	unsigned refused; /* times */
	uint32_t number;  /* of the first */
	char name[32];
};

struct attempt {
	const char *name;
	long (*act)(void); /* in the child: negative with errno set, or a number */
	int error;         /* that it has to fail with; 0: it succeeds, with 0 */
	const char *call;  /* that the host has to see refused; NULL: none */
	unsigned needs;    /* SANDBOX_* */
	int signal;        /* by which the child ends */
};

#define FAILS(act, error, needs)                                                                   \
	{                                                                                          \
#act, act, error, NULL, needs, 0                                                   \
	}
#define DIES(act, signal)                                                                          \
	{                                                                                          \
#act, act, 0, NULL, SANDBOX_FILTER, signal                                         \
	}

struct child {
	const char *module;   /* sandbox_config.module; NULL: sandboxed_library() */
	void (*before)(void); /* in the child, before it enters; or NULL */
	long (*act)(void);    /* after */
	bool alone;           /* without a socket for the listener */
};

/* Runs a child to its end. */
struct seen sandboxed(const struct child *child);
/* A module of the build: tests/elf_module.so. */
const char *sandboxed_library(void);
/* Skips the test, saying what there is, if *needs* is not in got. */
void sandboxed_needs(unsigned got, unsigned needs);
/* Runs the attempts, then the other tests; returns the number of failures. */
int sandboxed_run(const struct attempt *attempts, size_t count, const struct CMUnitTest *others,
	size_t nothers);

#endif
