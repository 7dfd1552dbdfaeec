// SPDX-License-Identifier: BSD-2-Clause
/*
 * A run of the verifier as data: a scenario, and what is done to it at which crossing. As text it
 * is what `openihv replay --plan` takes:
 *
 *	connect
 *	roam deauthenticate=6@SendPacket#2
 *	connect disconnect@PostAssociateCompletion#1,held disable@ReceivePacket:return#3
 *
 * A scenario, and up to PLAN_ACTS times ACT[=ARGUMENT]@POINT. A point names a crossing without its
 * prefix ("Dot11ExtIhv", "Dot11Ext", and so on), `:return` for the return of a call, and which one
 * of that kind it is. `,held` keeps the thread that makes the call until the act's Stop, Reset or
 * Deinit has returned, `,held-long` until the next association.
 *
 * Points count crossings by kind, so that a plan means the same where threads of the module run
 * side by side.
 */
#ifndef OPENIHV_VERIFY_PLAN_H
#define OPENIHV_VERIFY_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contract/crossing.h"

#define PLAN_ACTS 2   /* at once: pairs are enough to find what two ends do to each other */
#define PLAN_TEXT 384 /* bytes that a plan takes as text, with its end */

enum act {
#define ACT(id, kind, name, argument, text) ACT_##id,
#include "verify/acts.def"
#undef ACT
	ACTS
};

enum act_kind {
	ACT_EVENT,    /* something happens, wherever */
	ACT_RECEIVED, /* done to a packet that arrives: at "security packet arrived" */
	ACT_SENT,     /* done to a packet that the module sends: at SendPacket */
	ACT_FUNCTION, /* done to a call of the module's: at its entry */
};

enum scenario {
	SCENARIO_CONNECT,
	SCENARIO_RECONNECT,
	SCENARIO_ROAM,
	SCENARIO_REASSOCIATE,
	SCENARIO_REKEY,
	SCENARIO_SEVERAL,
	SCENARIO_ADAPTERS,
	SCENARIO_UI,
	SCENARIO_SESSION,
	SCENARIO_EVENTS,
	SCENARIO_RESET,
	SCENARIO_RELOAD,
	SCENARIO_VIRTUAL,
	SCENARIO_CYCLES,
	SCENARIO_ARRIVALS,
	SCENARIO_GUARD,
	SCENARIO_SECRETS,
	SCENARIOS
};

enum hold {
	HOLD_NONE,
	HOLD_END,  /* until the handler that the act leads to has returned, or waits for the thread
		    */
	HOLD_LONG, /* until the next association has begun, likewise */
};

/* nth is 1, 2, ...; 0: relative, .fn unused: the .skip-th crossing after the act before this. */
struct point {
	uint16_t fn;
	uint8_t phase; /* enum crossing_phase */
	uint8_t hold;
	uint32_t nth;
	uint32_t skip;
};

struct plan_act {
	enum act act;
	uint32_t argument;
	struct point at;
};

struct plan {
	enum scenario scenario;
	unsigned count;
	struct plan_act acts[PLAN_ACTS];
};

const char *act_name(enum act act);
enum act_kind act_kind(enum act act);
uint32_t act_argument(enum act act);    /* its default */
enum act act_by_name(const char *name); /* ACTS: there is none */
const char *scenario_name(enum scenario s);
const char *scenario_text(enum scenario s);
enum scenario scenario_by_name(const char *name); /* SCENARIOS: there is none */

/* "Dot11ExtIhvStopPostAssociate" as "StopPostAssociate", "port created" as "port-created". */
const char *point_name(enum crossing_fn fn, char *room, size_t length);
/* In words: "at the return of Dot11ExtSendPacket, the 2nd". */
const char *point_text(const struct point *p, char *room, size_t length);

/* Into room; returns it. A plan with a relative point has no text that can be read again. */
const char *plan_format(const struct plan *p, char *room, size_t length);
/* 0, or -EINVAL with one sentence in err. */
int plan_parse(const char *text, struct plan *out, char *err, size_t room);
/* What is done, in words, in the order of the acts. Empty for a plan without any. */
const char *plan_text(const struct plan *p, char *room, size_t length);

#endif
