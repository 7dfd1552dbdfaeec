// SPDX-License-Identifier: BSD-2-Clause
/*
 * A carrier without a process: what a module in a process of its own looks like to a host, played
 * by the test. Its module connects to an open network (with keys, so that there are some to
 * remove), answers every handler, and has one thread, whose calls come by pump(). It dies when the
 * test says so, hangs, computes, comes back, or does not.
 */
#ifndef OPENIHV_TESTS_LIB_FAKE_MODULE_H
#define OPENIHV_TESTS_LIB_FAKE_MODULE_H

#include <pthread.h>

#include "host/module.h"

enum fake_way {
	FAKE_ANSWERS,
	FAKE_SLEEPS, /* until it is killed */
	FAKE_SPINS,
	FAKE_COMPUTES, /* in its process: the thread of the host sleeps meanwhile */
};

#define FAKE_ADAPTERS 4
#define FAKE_PENDING  64

/* A call of the module's own thread that is still to be made. */
struct fake_pending {
	enum crossing_fn fn;
	HANDLE svc, session;
	DOT11_MAC_ADDRESS peer;
};

struct fake_adapter {
	HANDLE svc;
	HANDLE connect; /* the last pre-association */
};

struct fake {
	struct module module;
	/* The test's, before a call or from a callback of the host */
	enum crossing_fn stuck; /* this handler does not return; FN_COUNT: none */
	enum fake_way way;
	unsigned failing_loads; /* so many times it cannot be loaded */
	unsigned hanging_loads; /* so many times its loading must be killed */
	DWORD service_result;   /* InitService's */
	DWORD version;          /* both of GetVersionInfo */
	unsigned lingers;       /* so often it is looked at before it has ended, when killed */
	bool alone;             /* it has no thread of its own */
	bool early_key;         /* set before there is a port */
	bool asks;              /* the user, in each pre-association */
	_Atomic bool buried;    /* the host knows that it is dead: a call now is a fault */
	/* To be looked at */
	unsigned loads, kills;
	_Atomic unsigned faults; /* calls that should not have come */

	pthread_mutex_t lock;
	pthread_cond_t died;
	struct module_death death;
	_Atomic bool busy;
	unsigned dying; /* killed, and still there: looks left */
	struct fake_adapter adapters[FAKE_ADAPTERS];
	unsigned nadapters;
	struct fake_pending pending[FAKE_PENDING];
	unsigned npending;
	uintptr_t sends;
	void *block; /* one at a time */
	int wake;    /* eventfd, for a host in real time */
};

struct fake *fake_new(void);
/* It ends now, from any thread; once. */
void fake_die(struct fake *f, enum module_end end, uint32_t code);
/* The same, seen by descriptor() and pump() alone. */
void fake_die_unseen(struct fake *f);

static inline struct fake *fake_of(struct module *m)
{
	return (struct fake *)m; /* its first member */
}

#endif
