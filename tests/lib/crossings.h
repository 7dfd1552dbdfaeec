// SPDX-License-Identifier: BSD-2-Clause
/*
 * Crossings written by hand, for the checker. life_of_module() is a whole life in which both sides
 * keep every rule; a rule's case is that life with something altered, removed, inserted or moved,
 * and the findings that it then has to have.
 */
#ifndef OPENIHV_TESTS_CROSSINGS_H
#define OPENIHV_TESTS_CROSSINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contract/checker.h"
#include "contract/crossing.h"

/* The parts of the life, in their order. */
enum part {
	PART_LOAD,
	PART_ARRIVAL,
	PART_PROFILES, /* profile work and everything else that an idle adapter sees */
	PART_OPEN,     /* connect to an open network, and be disconnected by the host */
	PART_UNFIT,    /* pre-associations that are refused, and that fail */
	PART_CCMP,     /* connect with CCMP, EAPOL packets, UI request; close and reopen the port */
	PART_ROAM,     /* to AP_B */
	PART_PENDING,  /* AP_B ends it; AP_A follows, and ends while pending, by the wildcard */
	PART_FAILED,   /* AP_A again; completed with failure; AP_A ends it */
	PART_RESET,    /* AP_B; AdapterReset overtakes Stop, and finds the operation pending */
	PART_CANCEL,   /* AdapterReset finds a pre-association pending, with a UI request */
	PART_REFUSED,  /* PerformPostAssociate is refused; disconnected by the host */
	PART_ONEX,     /* connect with the system's 802.1X */
	PART_VIRTUAL,  /* a virtual station connects, and is given back while its port is open */
	PART_DOWN,     /* roam to AP_B; the adapter goes down while that is pending */
	PART_SECOND,   /* another adapter, removed while its pre-association is pending */
	PART_END,
	PARTS
};

enum {
	HOST = 1,   /* the host's thread, which calls the handlers */
	WORKER = 2, /* the module's */
	OTHER = 3,
};

#define AP_A       0x02000000000Au
#define AP_B       0x02000000000Bu
#define AP_UNKNOWN 0x02000000000Cu

#define TAPE_MAX 640

struct tape {
	struct crossing x[TAPE_MAX]; /* .time: delay before it, beyond the usual millisecond */
	size_t n;
	size_t starts[PARTS];
};

void life_of_module(struct tape *t);

/* Where the nth (from 0) crossing of a kind is, counted from the start of a part. Ends the program
 * if there is none. */
size_t tape_at(const struct tape *t, enum part part, enum crossing_fn fn, enum crossing_phase phase,
	unsigned nth);
struct crossing *tape_get(struct tape *t, enum part part, enum crossing_fn fn,
	enum crossing_phase phase, unsigned nth);
void tape_add(struct tape *t, struct crossing x);
void tape_insert(struct tape *t, size_t at, struct crossing x);
/* Entry and exit of a call. */
void tape_insert_call(struct tape *t, size_t at, struct crossing x);
void tape_remove(struct tape *t, size_t at);
/* Removes entry and exit of a call. */
void tape_remove_call(struct tape *t, enum part part, enum crossing_fn fn, unsigned nth);
/* To the place that `to` has before the move. */
void tape_move(struct tape *t, size_t from, size_t to);

#define ENTER(ID, ...) ((struct crossing){.fn = FN_##ID, .phase = PHASE_ENTER, __VA_ARGS__})
#define POINT(ID, ...)                                                                             \
	((struct crossing){.fn = FN_##ID, .phase = PHASE_POINT, .thread = HOST, __VA_ARGS__})

/* Feeds the whole tape, numbered and timed. The caller frees the checker; NULL if memory ran out.
 */
struct checker *tape_judge(const struct tape *t, bool strict);

struct rule_case {
	enum rule_id rule;
	const char *what;
	const char *also; /* ids of rules that cannot but be found with it, separated by blanks; or
			     NULL */
	bool race;        /* found as W, and with its own severity only by a strict checker */

	/* Either: one field of one crossing gets another value. */
	enum part part;
	enum crossing_fn fn;
	enum crossing_phase phase;
	unsigned nth;
	size_t offset, size;
	uint64_t value;
	/* Or: */
	void (*mutate)(struct tape *t);
};

#define WHERE(p, ID, ph, n) .part = PART_##p, .fn = FN_##ID, .phase = PHASE_##ph, .nth = (n)
#define SET(field, v)                                                                              \
	.offset = offsetof(struct crossing, field), .size = sizeof(((struct crossing *)0)->field), \
	.value = (v)

#define CASE_TEXT 4096
/* True if the case is found as it says; else why not in text, with all findings. */
bool rule_case_holds(const struct rule_case *rc, char text[CASE_TEXT]);
/* True if each rule of [first, end) that is checked now has a case; else the missing ones' ids in
 * text. */
bool rule_cases_complete(const struct rule_case *cases, size_t n, unsigned first, unsigned end,
	char text[CASE_TEXT]);
/* All findings, one a line. */
void describe_findings(const struct checker *c, char text[CASE_TEXT]);

#endif
