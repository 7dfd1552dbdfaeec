// SPDX-License-Identifier: BSD-2-Clause
/*
 * The data port under every sequence of events: a model of the world outside (which calls into the
 * module are open, what the module answered, which association waits) says after each step what the
 * port must have asked for, and nothing else. The sequences are driven twice: one by one to depth
 * SINGLY, and over the graph of all states that can be reached at all, which covers sequences of
 * any length.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <uthash.h>

#include "contract/dataport.h"

/* Depth to which each sequence is driven by itself. With a sanitizer one less, a tenth of the time:
 * all states, and each step from each, are in the graph. */
#ifdef __SANITIZE_ADDRESS__
#define SINGLY 7
#else
#define SINGLY 8
#endif
#define COUNTED 16 /* depth to which sequences through the graph are counted */

#define AP_A                                                                                       \
	{                                                                                          \
		{                                                                                  \
			2, 0, 0, 0, 0, 0xA                                                         \
		}                                                                                  \
	}
#define AP_B                                                                                       \
	{                                                                                          \
		{                                                                                  \
			2, 0, 0, 0, 0, 0xB                                                         \
		}                                                                                  \
	}
#define WILDCARD                                                                                   \
	{                                                                                          \
		{                                                                                  \
			0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF                                         \
		}                                                                                  \
	}

static const struct named_event {
	const char *name;
	struct dataport_event event;
} events[] = {
	{"ASSOCIATED(A)", {.type = DATAPORT_ASSOCIATED, .peer = AP_A}},
	{"ASSOCIATED(B)", {.type = DATAPORT_ASSOCIATED, .peer = AP_B}},
	{"DISASSOCIATED(A)", {.type = DATAPORT_DISASSOCIATED, .peer = AP_A, .status = 0x20003}},
	{"DISASSOCIATED(B)", {.type = DATAPORT_DISASSOCIATED, .peer = AP_B, .status = 0x10006}},
	{"DISASSOCIATED(*)", {.type = DATAPORT_DISASSOCIATED, .peer = WILDCARD, .status = 7}},
	{"ASSOCIATION_START", {.type = DATAPORT_ASSOCIATION_START, .peer = AP_B}},
	{"ADAPTER_DOWN", {.type = DATAPORT_ADAPTER_DOWN, .status = 3}},
	{"ADAPTER_UP", {.type = DATAPORT_ADAPTER_UP}},
	{"STARTED", {.type = DATAPORT_STARTED}},
	{"REFUSED", {.type = DATAPORT_REFUSED}},
	{"COMPLETED(ok)", {.type = DATAPORT_COMPLETED, .success = true}},
	{"COMPLETED(failed)", {.type = DATAPORT_COMPLETED}},
	{"STOPPED", {.type = DATAPORT_STOPPED}},
	{"MODULE_LOST", {.type = DATAPORT_MODULE_LOST}},
};

#define EVENTS (sizeof(events) / sizeof(*events))

struct world {
	struct dataport port;

	/* The rest follows from events and actions alone. */
	bool down;
	bool perform_open, stop_open; /* calls into the module */
	bool started;      /* Perform returned ERROR_SUCCESS and Stop was not asked for */
	bool exists, gate; /* the port */
	struct mac peer;
	bool over;           /* an end came while Perform was open; Stop is due when it returns */
	uint32_t end_status; /* what Stop then has to say */
	bool completed, authorised; /* the module's last word on this session */
	bool waits; /* an association that needs a port as soon as the old one is gone */
	struct mac waiting;
};

#define REQUIRE(condition)                                                                         \
	do {                                                                                       \
		if (!(condition))                                                                  \
			return #condition;                                                         \
	} while (0)

static bool names(const struct dataport_event *e, const struct mac *peer)
{
	return mac_is_wildcard(&e->peer) || mac_equal(&e->peer, peer);
}

static bool session_lives(const struct world *w)
{
	return (w->perform_open || w->started) && !w->over;
}

/* The event ends the session that lives now, and with which status. */
static bool ends(const struct world *w, const struct dataport_event *e, uint32_t *status)
{
	if (!session_lives(w))
		return false;
	switch (e->type) {
	case DATAPORT_DISASSOCIATED:
		*status = e->status;
		return names(e, &w->peer);
	case DATAPORT_ADAPTER_DOWN:
		*status = e->status;
		return true;
	case DATAPORT_ASSOCIATION_START:
		*status = 8;
		return true;
	case DATAPORT_ASSOCIATED:
		*status = 8;
		return !w->down;
	case DATAPORT_ADAPTER_UP:
	case DATAPORT_STARTED:
	case DATAPORT_REFUSED:
	case DATAPORT_COMPLETED:
	case DATAPORT_STOPPED:
	case DATAPORT_MODULE_LOST:
	case DATAPORT_EVENTS:
		break;
	}
	return false;
}

/* The events' own meaning, before the port is asked. *expected_stop: this step must ask for Stop.
 */
static void happen(struct world *w, const struct dataport_event *e, bool *expected_stop)
{
	bool end = ends(w, e, &w->end_status);

	*expected_stop = false;
	if (end && w->perform_open)
		w->over = true;
	else if (end)
		*expected_stop = true;
	switch (e->type) {
	case DATAPORT_ASSOCIATED:
		if (!w->down && w->exists) {
			w->waits = true;
			w->waiting = e->peer;
		}
		break;
	case DATAPORT_DISASSOCIATED:
		if (w->waits && names(e, &w->waiting))
			w->waits = false;
		break;
	case DATAPORT_ASSOCIATION_START:
		w->waits = false;
		break;
	case DATAPORT_ADAPTER_DOWN:
		w->down = true;
		w->waits = false;
		break;
	case DATAPORT_ADAPTER_UP:
		w->down = false;
		break;
	case DATAPORT_STARTED:
		w->perform_open = false;
		w->started = true;
		*expected_stop = w->over;
		break;
	case DATAPORT_REFUSED:
		w->perform_open = w->over = w->completed = w->authorised = false;
		break;
	case DATAPORT_COMPLETED:
		if (session_lives(w)) {
			w->completed = true;
			w->authorised = e->success;
		}
		break;
	case DATAPORT_STOPPED:
		w->stop_open = false;
		break;
	case DATAPORT_MODULE_LOST:
		w->perform_open = w->stop_open = w->started = w->over = false;
		w->completed = w->authorised = w->waits = false;
		w->down = true;
		break;
	case DATAPORT_EVENTS:
		break;
	}
}

/* Carries out one action of the port. Returns NULL, or what was wrong with asking for it. */
static const char *carry_out(struct world *w, const struct dataport_action *a)
{
	switch (a->type) {
	case DATAPORT_CREATE:
		REQUIRE(!w->exists && !w->down && !w->gate);
		w->exists = true;
		w->peer = a->peer;
		w->over = w->completed = w->authorised = false;
		return NULL;
	case DATAPORT_PERFORM:
		REQUIRE(w->exists && mac_equal(&a->peer, &w->peer) && !mac_is_wildcard(&a->peer));
		REQUIRE(!w->perform_open && !w->stop_open && !w->started);
		w->perform_open = true;
		return NULL;
	case DATAPORT_STOP:
		REQUIRE(w->exists && w->started && !w->perform_open && !w->stop_open && !w->gate);
		REQUIRE(mac_equal(&a->peer, &w->peer));
		REQUIRE(a->status == w->end_status);
		w->started = w->over = w->completed = w->authorised = false;
		w->stop_open = true;
		return NULL;
	case DATAPORT_GATE_OPEN:
		REQUIRE(w->exists && !w->gate && session_lives(w) && !w->perform_open &&
			w->authorised);
		w->gate = true;
		return NULL;
	case DATAPORT_GATE_CLOSE:
		REQUIRE(w->exists && w->gate);
		w->gate = false;
		return NULL;
	case DATAPORT_DELETE:
		REQUIRE(w->exists && !w->perform_open && !w->started && !w->stop_open && !w->gate);
		w->exists = false;
		return NULL;
	}
	return "an unknown action";
}

/* What must hold between any two events. */
static const char *invariants(const struct world *w)
{
	const struct dataport *p = &w->port;

	REQUIRE(w->exists == (w->perform_open || w->started || w->stop_open));
	REQUIRE(w->gate == (session_lives(w) && !w->perform_open && w->completed && w->authorised));
	REQUIRE(!w->waits || (w->exists && !session_lives(w)));
	/* The adapter may be deinitialised once the calls have returned: nothing is left to stop.
	 */
	REQUIRE(!w->down || w->perform_open || w->stop_open || (!w->exists && !w->started));

	REQUIRE(p->gate == w->gate && p->down == w->down && p->has_next == w->waits);
	REQUIRE(dataport_live(p) == session_lives(w));
	REQUIRE((p->state == DATAPORT_NONE) == !w->exists);
	REQUIRE((p->state == DATAPORT_STARTING || p->state == DATAPORT_CANCELLING) ==
		w->perform_open);
	REQUIRE((p->state == DATAPORT_STOPPING) == w->stop_open);
	REQUIRE((p->state == DATAPORT_OPEN) == w->gate);
	return NULL;
}

static bool same_port(const struct dataport *a, const struct dataport *b)
{
	return a->state == b->state && a->gate == b->gate && a->down == b->down &&
	       a->early == b->early && a->early_success == b->early_success &&
	       a->has_next == b->has_next && mac_equal(&a->peer, &b->peer) &&
	       mac_equal(&a->next, &b->next) && a->status == b->status;
}

static bool may_happen(const struct world *w, const struct dataport_event *e)
{
	if (e->type == DATAPORT_STARTED || e->type == DATAPORT_REFUSED)
		return w->perform_open;
	return e->type != DATAPORT_STOPPED || w->stop_open;
}

/* A return without a call is the host's own fault: refused, and nothing changes. */
static const char *step_illegal(struct world *w, const struct dataport_event *e)
{
	struct dataport before = w->port;
	struct dataport_actions actions = {.count = 99};

	REQUIRE(dataport_step(&w->port, e, &actions) == DATAPORT_ILLEGAL);
	REQUIRE(actions.count == 0);
	REQUIRE(same_port(&before, &w->port));
	return NULL;
}

static bool meaningless(const struct world *w, const struct dataport_event *e)
{
	switch (e->type) {
	case DATAPORT_ASSOCIATED:
		return w->down;
	case DATAPORT_DISASSOCIATED:
		return !(w->waits && names(e, &w->waiting)) &&
		       !(session_lives(w) && names(e, &w->peer));
	case DATAPORT_ASSOCIATION_START:
		return !w->waits && !session_lives(w);
	case DATAPORT_COMPLETED:
		return !session_lives(w);
	case DATAPORT_ADAPTER_DOWN:
	case DATAPORT_ADAPTER_UP:
	case DATAPORT_STARTED:
	case DATAPORT_REFUSED:
	case DATAPORT_STOPPED:
	case DATAPORT_MODULE_LOST:
	case DATAPORT_EVENTS:
		break;
	}
	return false;
}

/* One event. Returns NULL, or the sentence that did not hold. */
static const char *step(struct world *w, const struct dataport_event *e)
{
	struct dataport before = w->port;
	struct dataport_actions actions = {.count = 99};
	bool expect_stop, expect_ignored, expect_create, deletes;
	unsigned i, stops = 0, creates = 0, performs = 0, deleted = 0;
	enum dataport_verdict verdict;

	if (!may_happen(w, e))
		return step_illegal(w, e);
	expect_ignored = meaningless(w, e);
	deletes = e->type == DATAPORT_STOPPED || e->type == DATAPORT_REFUSED ||
		  (e->type == DATAPORT_MODULE_LOST && w->exists);
	happen(w, e, &expect_stop);
	expect_create =
		deletes ? w->waits : e->type == DATAPORT_ASSOCIATED && !w->down && !w->exists;

	verdict = dataport_step(&w->port, e, &actions);
	REQUIRE(verdict == (expect_ignored ? DATAPORT_IGNORED : DATAPORT_OK));
	REQUIRE(actions.count <= DATAPORT_ACTIONS_MAX);
	REQUIRE(!expect_ignored || (actions.count == 0 && same_port(&before, &w->port)));
	REQUIRE(dataport_legal(before.state, w->port.state));
	for (i = 0; i < actions.count; i++) {
		const struct dataport_action *a = &actions.list[i];
		const char *wrong = carry_out(w, a);

		if (wrong)
			return wrong;
		stops += a->type == DATAPORT_STOP;
		creates += a->type == DATAPORT_CREATE;
		performs += a->type == DATAPORT_PERFORM;
		deleted += a->type == DATAPORT_DELETE;
		if (a->type == DATAPORT_CREATE && deletes)
			REQUIRE(deleted == 1 && mac_equal(&a->peer, &w->waiting));
		if (a->type == DATAPORT_CREATE && !deletes)
			REQUIRE(mac_equal(&a->peer, &e->peer));
		if (a->type == DATAPORT_PERFORM)
			REQUIRE(creates == 1);
	}
	REQUIRE(stops == expect_stop);
	REQUIRE(creates == expect_create && performs == expect_create);
	REQUIRE(deleted == deletes);
	if (creates)
		w->waits = false;
	return invariants(w);
}

/* --- each sequence by itself --- */

static const char *path[SINGLY];

static uint64_t drive(const struct world *from, unsigned depth)
{
	uint64_t sequences = 0;
	size_t i;

	for (i = 0; i < EVENTS; i++) {
		struct world w = *from;
		const char *wrong = step(&w, &events[i].event);

		path[depth] = events[i].name;
		if (wrong) {
			for (unsigned n = 0; n <= depth; n++)
				print_message("%s ", path[n]);
			fail_msg("does not hold: %s", wrong);
		}
		if (!may_happen(from, &events[i].event))
			continue; /* changed nothing: its continuations are those of *from */
		sequences += 1 + (depth + 1 < SINGLY ? drive(&w, depth + 1) : 0);
	}
	return sequences;
}

/* --- the graph of all states --- */

struct node {
	UT_hash_handle hh;
	uint8_t key[48];
	struct world world;
	const struct node *parent;
	size_t via;              /* event that led here from the parent */
	struct node *next;       /* in order of discovery */
	struct node *to[EVENTS]; /* NULL: cannot happen */
	uint64_t sequences[2];   /* of the present and the last length that start here */
};

static void key_of(const struct world *w, uint8_t key[48])
{
	const struct dataport *p = &w->port;
	const uint8_t flat[] = {(uint8_t)p->state, p->gate, p->down, p->early, p->early_success,
		p->has_next, p->peer.b[5], p->next.b[5], (uint8_t)p->status,
		(uint8_t)(p->status >> 16), w->down, w->perform_open, w->stop_open, w->started,
		w->exists, w->gate, w->peer.b[5], w->over, (uint8_t)w->end_status,
		(uint8_t)(w->end_status >> 16), w->completed, w->authorised, w->waits,
		w->waiting.b[5]};

	memset(key, 0, 48);
	memcpy(key, flat, sizeof(flat));
}

static void print_path(const struct node *n)
{
	if (!n->parent)
		return;
	print_path(n->parent);
	print_message("%s ", events[n->via].name);
}

static struct node *node_for(struct node **nodes, struct node ***tail, const struct world *w)
{
	struct node *n;
	uint8_t key[48];

	key_of(w, key);
	HASH_FIND(hh, *nodes, key, sizeof(key), n);
	if (n)
		return n;
	n = calloc(1, sizeof(*n));
	assert_non_null(n);
	memcpy(n->key, key, sizeof(key));
	n->world = *w;
	HASH_ADD(hh, *nodes, key, sizeof(n->key), n);
	**tail = n;
	*tail = &n->next;
	return n;
}

static void expand(struct node **nodes, struct node ***tail, struct node *n)
{
	size_t i;

	for (i = 0; i < EVENTS; i++) {
		struct world w = n->world;
		const char *wrong = step(&w, &events[i].event);

		if (wrong) {
			print_path(n);
			fail_msg("%s: does not hold: %s", events[i].name, wrong);
		}
		if (!may_happen(&n->world, &events[i].event))
			continue;
		n->to[i] = node_for(nodes, tail, &w);
		if (!n->to[i]->parent && n->to[i] != *nodes) {
			n->to[i]->parent = n;
			n->to[i]->via = i;
		}
	}
}

/* Sequences of 1 to COUNTED events, those of 1 to SINGLY in *singly. */
static uint64_t count(struct node *first, uint64_t *singly)
{
	uint64_t total = 0;
	struct node *n;
	unsigned length;
	size_t i;

	for (n = first; n; n = n->next)
		n->sequences[0] = 1;
	for (length = 1; length <= COUNTED; length++) {
		for (n = first; n; n = n->next) {
			n->sequences[length & 1] = 0;
			for (i = 0; i < EVENTS; i++)
				if (n->to[i])
					n->sequences[length & 1] +=
						n->to[i]->sequences[~length & 1];
		}
		total += first->sequences[length & 1];
		if (length == SINGLY)
			*singly = total;
	}
	return total;
}

static void test_every_sequence(void **state)
{
	struct node *nodes = NULL, *first, **tail = &first, *n, *next;
	struct world start;
	uint64_t singly = 0, counted, driven;
	unsigned seen = 0;

	memset(&start, 0, sizeof(start));
	first = node_for(&nodes, &tail, &start);
	for (n = first; n; n = n->next) {
		expand(&nodes, &tail, n);
		seen |= 1u << n->world.port.state;
	}
	counted = count(first, &singly);
	driven = drive(
		&start, 0); /* after the graph, which shows a fault by the shortest way to it */
	assert_int_equal(seen, (1u << DATAPORT_STATES) - 1);
	print_message("%llu sequences of up to %d events, each by itself\n",
		(unsigned long long)driven, SINGLY);
	print_message("%u states; %.3g sequences of up to %d events lead through them\n",
		HASH_COUNT(nodes), (double)counted, COUNTED);
	assert_true(driven == singly);
	HASH_CLEAR(hh, nodes);
	for (n = first; n; n = next) {
		next = n->next;
		free(n);
	}
}

/* The sentences of the table of moves that a picture of it would show. */
static void test_table_of_moves(void **state)
{
	unsigned from, to;

	for (from = 0; from < DATAPORT_STATES; from++) {
		enum dataport_state f = (enum dataport_state)from;

		assert_true(dataport_legal(f, f));
		assert_non_null(dataport_state_name(f));
		for (to = 0; to < DATAPORT_STATES; to++) {
			enum dataport_state t = (enum dataport_state)to;

			if (t == DATAPORT_STOPPING &&
				(f == DATAPORT_NONE || f == DATAPORT_STARTING))
				assert_false(dataport_legal(f, t));
			if (t == DATAPORT_NONE) /* a module may die at any time */
				assert_true(dataport_legal(f, t));
			if (f == DATAPORT_STOPPING && dataport_live(&(struct dataport){.state = t}))
				assert_int_equal(dataport_legal(f, t), t == DATAPORT_STARTING);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_sequence),
		cmocka_unit_test(test_table_of_moves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
