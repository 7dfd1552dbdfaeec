// SPDX-License-Identifier: BSD-2-Clause
/*
 * One run of the verifier, in a process of its own: a module, its host, a radio, and a plan of what
 * is done to them. What it saw lies in memory that it shares with whoever started it, so that it is
 * there even if the module takes this process along.
 */
#ifndef OPENIHV_VERIFY_LAB_H
#define OPENIHV_VERIFY_LAB_H

#include <stdatomic.h>

#include "contract/rules.h"
#include "miniport/sim/sim.h"
#include "profile/profile.h"
#include "verify/plan.h"

#define LAB_APS           16
#define OUTCOME_FINDINGS  64
#define OUTCOME_CROSSINGS 6144 /* kept; a run may have more */
#define OUTCOME_RULE      12   /* bytes; "X-40", or crash, hang, ... */
#define OUTCOME_TEXT      200
#define LAB_UI_RESPONSE   256

struct lab;

/*
 * Another life than that of a scenario, for whoever feeds a module with bytes of his own. All of it
 * is called in the process of the run, which may end at any moment.
 */
struct lab_life {
	/* The radio is there, the module is not loaded yet. */
	void (*begin)(struct lab *l, void *user);
	/* In place of the scenario and of the connection that follows it. */
	void (*live)(struct lab *l, void *user);
	/* A crossing was taken down: under the host lock, in the thread that makes it. */
	void (*crossing)(void *user, const struct crossing *x);
	void *user; /* may be another one for each run */
};

/* All runs of a verification have it in common. */
struct lab_config {
	const char *module;
	bool looked; /* its file has passed module_file_check(): no run reads it for that again */
	bool in_process, strict;
	const struct profile *profile;
	const struct profile *ui_profile; /* for which the module asks the user */
	struct sim_ap_config aps[LAB_APS];
	unsigned naps;
	bool blind;                /* nobody there authenticates: no port is expected to open */
	const char *peer;          /* command that speaks for the APs; NULL: none */
	uint32_t peer_deadline_ms; /* 0: its own */
	uint64_t seed;
	uint32_t deadline_ms, stop_deadline_ms; /* 0: the host's own */
	char ui_response[LAB_UI_RESPONSE];      /* UTF-8 */
	int output; /* where what the module prints can be read, without waiting; the runner's own
		     */
	unsigned cycles;             /* of the scenario of that name */
	const struct lab_life *life; /* NULL: the plan's scenario */
	/* Of scenarios whose undisturbed run has shown it: a later connect has to do as well. */
	bool opens[SCENARIOS], passes[SCENARIOS];
	uint64_t held[SCENARIOS]; /* heap blocks, at its end; UINT64_MAX: unknown */
};

enum lab_stage {
	LAB_NOT_STARTED,
	LAB_STARTED,  /* the module is being loaded */
	LAB_RUNNING,  /* its scenario */
	LAB_RECOVERS, /* what was done is over: the next connect */
	LAB_ENDS,     /* it is being unloaded */
	LAB_DONE,
};

struct outcome_finding {
	char rule[OUTCOME_RULE];
	uint8_t severity; /* enum rule_severity */
	uint64_t seq;     /* of the crossing; 0: of none */
	char text[OUTCOME_TEXT];
};

/*
 * Written by the run, read by who started it, who believes nothing in it: a module may have written
 * over it.
 */
struct outcome {
	_Atomic uint32_t stage;      /* enum lab_stage */
	_Atomic uint64_t ncrossings; /* all; the first OUTCOME_CROSSINGS are kept */
	_Atomic uint32_t nfindings;
	int32_t error; /* the run could not be made: a negative errno, and why */
	char why[OUTCOME_TEXT];
	/* 0 or not: whoever reads it must not rely on a bool. */
	uint8_t opened, passed; /* at the end: the port opened, data passed */
	uint8_t opened_before;  /* at the first connection of the scenario */
	uint8_t asked;          /* the module had a UI request */
	uint8_t stations;       /* it exports InitVirtualStation */
	struct {
		uint8_t done;
		struct point at; /* never relative */
	} acts[PLAN_ACTS];
	uint8_t exercised[RULE_COUNT];
	uint64_t script; /* crossings when the scenario was over, and the next connection began */
	uint64_t held;   /* heap blocks of the module's, when its adapters are gone; UINT64_MAX:
			    unknown */
	uint64_t ns;     /* of virtual time */
	uint64_t reached[LAB_DONE + 1]; /* each stage, in real time: monotonic_ns() */
	struct outcome_finding findings[OUTCOME_FINDINGS];
	/* Of an undisturbed run: how many crossings there were when work that was posted at this
	 * one was done. Acts at crossings with the same number come to the same. */
	uint16_t settled[OUTCOME_CROSSINGS];
	struct crossing crossings[OUTCOME_CROSSINGS];
};

/*
 * Makes the run. Returns when it is over; if the module cannot be unloaded, because a handler never
 * returned, false: the process must then end at once. What it found is in *out, which is zero when
 * it begins.
 */
bool lab_run(const struct lab_config *config, const struct plan *plan, struct outcome *out);

#endif
