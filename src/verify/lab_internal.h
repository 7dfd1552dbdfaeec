// SPDX-License-Identifier: BSD-2-Clause
/* What the files of a run share. */
#ifndef OPENIHV_VERIFY_LAB_INTERNAL_H
#define OPENIHV_VERIFY_LAB_INTERNAL_H

#include <pthread.h>

#include "host/host.h"
#include "loop/loop.h"
#include "peer/peer.h"
#include "verify/lab.h"
#include "verify/tap.h"

#define LAB_ASKED    32 /* requests for the user at a time */
#define LAB_STATIONS 32 /* one that was removed does not come back: another takes its place */
#define LAB_ADAPTERS 3
#define LAB_VIRTUAL  2 /* number of the virtual station */

/* Longer than any of the host's own watchdogs. */
#define LAB_LIMIT (150 * NS_PER_S)

/* An adapter of the scenario, whatever station it is on. */
struct lab_adapter {
	struct lab *lab;
	struct host_adapter *host; /* NULL: removed, or not yet there */
	struct tap *tap;
	unsigned told[NOTICE_TYPES];
	struct host_notice last;
	unsigned replies;
	uint16_t echo_sequence;
};

/* An indication on its way to the loop. */
struct lab_telling {
	struct lab_adapter *a;
	enum indication_type type;
	uint32_t length;
};

struct lab {
	const struct lab_config *config;
	const struct plan *plan;
	struct outcome *out;
	struct loop *loop;
	struct sim *sim;
	struct sim_ap *aps[LAB_APS];
	struct peer *peer; /* NULL: none */
	unsigned naps;
	struct tap taps[LAB_STATIONS];
	unsigned ntaps;
	const struct profile *profile; /* that connections are made with now */
	const uint8_t *answer;         /* of the user, in place of the text; NULL: the text */
	uint32_t answer_length;
	struct host *host;
	struct module *module;
	struct lab_adapter adapters[LAB_ADAPTERS];
	struct lab_telling telling;
	struct timer answering; /* of what the user is asked */
	uint64_t asked[LAB_ASKED];
	unsigned nasked;
	bool over;          /* nothing can go on: the module has died, or never came back */
	bool restless;      /* a thread of the module keeps virtual time still */
	unsigned again;     /* how often the scenario was run again, to compare */
	bool stopped;       /* host_stop() was called */
	bool passed_before; /* data, over the first connection */
	uint64_t marked;    /* crossings whose .settled is known (lab.c) */
	bool marking;

	/* Of the plan (acts.c). Guarded by the host lock, but for what the next line says. */
	uint32_t seen[FN_COUNT][3]; /* crossings so far, by phase */
	uint64_t crossings;
	uint64_t station;               /* hDot11SvcHandle of the last virtual station */
	unsigned next;                  /* the act that is due */
	uint64_t since;                 /* crossings when the last one was done */
	bool firing[PLAN_ACTS];         /* on its way to the loop */
	const struct plan_act *failing; /* the function whose entry was just recorded fails */
	int64_t jump_s;                 /* the clocks are to jump, when nothing runs */
	struct timer release;
	uint64_t held_at;
	enum hold hold_kind;     /* of the thread that is held */
	unsigned ports;          /* that exist */
	bool misled;             /* a Stop for another AP came while a session was pending */
	unsigned ends, performs; /* handlers that ended something, associations, that returned */
	unsigned ends_before, performs_before;
	pthread_mutex_t hold_lock; /* of what the module's threads look at on their way */
	uint32_t calls[FN_COUNT][2];
	bool early;             /* a request for a virtual station is held until that is there */
	bool held, held_within; /* within: in the thread of a handler */
	bool cut; /* measures.c: whoever makes the first call after PerformPostAssociate is held,
		     and the AP disassociates */
};

/* lab.c */
/* A finding that the checker does not make. seq 0: of no crossing. */
void lab_found(struct lab *l, const char *rule, enum rule_severity severity, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Runs until until(user) is true, asked under the host lock. False: limit_ns passed, nothing is
 * left to happen, or the run is over. */
bool lab_run_until(struct lab *l, bool (*until)(void *user), void *user, uint64_t limit_ns);
/* Runs until *counter has moved on from before, or the run is over. False: limit_ns passed, or
 * nothing is left to happen. */
bool lab_await(struct lab *l, const unsigned *counter, unsigned before, uint64_t limit_ns);
/* Runs for so long, or until nothing is left to happen. */
void lab_rest(struct lab *l, uint64_t ns);
/* Opens the module, makes a host for it and starts that; and the reverse. False: it cannot be. */
bool lab_load(struct lab *l, bool guard, bool isolated);
bool lab_unload(struct lab *l);

/* scenarios.c */
void scenario_run(struct lab *l);
/* After what was done: the next connection, and the end of everything. True: it should be done all
 * over again. */
bool scenario_recover(struct lab *l);

/* stations.c */
void scenario_virtual(struct lab *l);
void lab_virtual_station(void *user, struct host_adapter *primary, bool wanted);

/* measures.c */
void scenario_cycles(struct lab *l);
void scenario_arrivals(struct lab *l);
void scenario_secrets(struct lab *l);
/* All adapters are gone: what is still held, compared with the undisturbed run. True: more, and it
 * is worth doing again. */
bool measure_end(struct lab *l);

/* acts.c */
/* Counts it; begins what is to be done there. */
void acts_crossing(struct lab *l, const struct crossing *x);
bool acts_hold(void *user, enum crossing_fn fn, bool within, bool returned);
uint32_t acts_refuse(struct lab *l, const struct crossing *x);
enum act acts_received(void *user, uint32_t *argument);
/* Nothing has been done yet. */
void acts_restart(struct lab *l);
/* Whether a request for a virtual station is kept from returning until its InitAdapter has. */
void acts_early(struct lab *l, bool early);
/* Lets go whoever is held. */
void acts_end(struct lab *l);

/* steps.c: what scenarios are made of; each goes on, whatever came of the one before */
/* Gives the adapter a radio of its own. False: there is none. */
bool lab_new_station(struct lab *l, struct lab_adapter *a);
struct lab_adapter *lab_arrive(struct lab *l, unsigned i);
bool lab_up(const struct lab_adapter *a);
bool lab_open(const struct lab_adapter *a);
/* True: the port is open, or (without anybody who authenticates) it waits. */
bool lab_connect(struct lab_adapter *a);
void lab_await_open(struct lab_adapter *a);
bool lab_ping(struct lab_adapter *a);
void lab_disconnect(struct lab_adapter *a);
void lab_disable(struct lab_adapter *a);
bool lab_enable(struct lab_adapter *a);
void lab_remove(struct lab_adapter *a);
struct sim_ap *lab_ap(const struct lab_adapter *a);
struct sim_ap *lab_other_ap(const struct lab_adapter *a);
struct mac lab_station(const struct lab_adapter *a);

#endif
