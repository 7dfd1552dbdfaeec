// SPDX-License-Identifier: BSD-2-Clause
#include "verify/plans.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

#define LATER_MAX 48 /* crossings between the two acts of a pair */

/* Reasons of disassociations and deauthentications, in turn (802.11-2020, Table 9-49). */
static const uint16_t reasons[] = {8, 1, 2, 3, 4, 5, 6, 7, 15, 23, 65535};

/* What functions may answer: the documented codes, and those of the contract's table 6.8 that a
 * miniport's failure becomes. Completions are not among them: refused, they would be owed. */
static const struct {
	enum crossing_fn fn;
	uint16_t codes[3];
} failures[] = {
	{FN_ALLOCATE_BUFFER, {14}},
	{FN_SET_PROFILE_CUSTOM_USER_DATA, {8, 31}},
	{FN_GET_PROFILE_CUSTOM_USER_DATA, {8, 1168}},
	{FN_SET_CURRENT_PROFILE, {31}},
	{FN_SEND_UI_REQUEST, {8, 31}},
	{FN_SEND_NOTIFICATION, {8, 31}},
	{FN_SEND_PACKET, {8, 31, 1167}},
	{FN_SET_ETHERTYPE_HANDLING, {31, 87}},
	{FN_SET_AUTH_ALGORITHM, {31, 50, 87}},
	{FN_SET_UNICAST_CIPHER_ALGORITHM, {31, 50}},
	{FN_SET_MULTICAST_CIPHER_ALGORITHM, {31, 50}},
	{FN_SET_DEFAULT_KEY, {31, 87}},
	{FN_SET_KEY_MAPPING_KEY, {31, 87}},
	{FN_SET_DEFAULT_KEY_ID, {31}},
	{FN_NIC_SPECIFIC_EXTENSION, {50, 31}},
	{FN_SET_EXCLUDE_UNENCRYPTED, {31}},
	{FN_START_ONEX, {31, 1115}},
	{FN_STOP_ONEX, {31}},
	{FN_PROCESS_SECURITY_PACKET, {31}},
	{FN_REQUEST_VIRTUAL_STATION, {31}},
};

/* Bits of a packet that are flipped: of the header, of the middle, of the end. */
static const uint16_t bits[] = {9, 38, 77, 140, 300, 620, 780};
static const uint16_t cuts[] = {1, 4, 5, 40, 98};

static void add(struct plans *p, enum scenario s, enum act act, uint32_t argument, struct point at)
{
	if (p->count == p->room) {
		size_t more = p->room ? 2 * p->room : 4096;
		struct plan *grown = reallocarray(p->list, more, sizeof(*grown));

		if (!grown) {
			p->full = true;
			return;
		}
		p->list = grown;
		p->room = more;
	}
	p->list[p->count++] = (struct plan){
		.scenario = s, .count = 1, .acts = {{.act = act, .argument = argument, .at = at}}};
}

static bool takes_reason(enum act act)
{
	return act == ACT_DISASSOCIATE || act == ACT_DEAUTHENTICATE ||
	       act == ACT_DEAUTHENTICATE_ALL || act == ACT_WILDCARD;
}

static void add_event(struct plans *p, enum scenario s, enum act act, struct point at)
{
	uint32_t argument = act_argument(act);

	if (takes_reason(act))
		argument = reasons[p->count % (sizeof(reasons) / sizeof(reasons[0]))];
	add(p, s, act, argument, at);
}

/* Those that end a session, or would: worth a thread that is held meanwhile. */
static bool ends(enum act act)
{
	return act <= ACT_REASSOCIATE && act != ACT_VANISH;
}

static bool possible(enum act act, bool other_ap)
{
	return act != ACT_ROAM || other_ap;
}

static void add_events(struct plans *p, enum scenario s, struct point at, bool other_ap)
{
	unsigned act;

	for (act = 0; act < ACTS; act++)
		if (act_kind((enum act)act) == ACT_EVENT && possible((enum act)act, other_ap))
			add_event(p, s, (enum act)act, at);
}

/* While a thread of the module's is held there. */
static void add_held(struct plans *p, enum scenario s, struct point at, bool within, bool other_ap)
{
	unsigned act;

	for (act = 0; act < ACTS; act++) {
		if (!ends((enum act)act) || !possible((enum act)act, other_ap))
			continue;
		at.hold = HOLD_END;
		add_event(p, s, (enum act)act, at);
		at.hold = HOLD_LONG;
		/* Into the next association: those ends after which one comes by itself. */
		if (!within &&
			(act == ACT_DISASSOCIATE || act == ACT_ROAM || act == ACT_REASSOCIATE))
			add_event(p, s, (enum act)act, at);
	}
}

static void add_failures(struct plans *p, enum scenario s, struct point at)
{
	size_t i, k;

	for (i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
		for (k = 0; failures[i].fn == (enum crossing_fn)at.fn && k < 3; k++)
			if (failures[i].codes[k])
				add(p, s, ACT_FAIL, failures[i].codes[k], at);
}

static void add_packets(struct plans *p, enum scenario s, struct point at)
{
	unsigned act;
	size_t i;

	for (act = 0; act < ACTS; act++)
		if (act_kind((enum act)act) == ACT_RECEIVED && act != ACT_FLIP && act != ACT_CUT)
			add(p, s, (enum act)act, act_argument((enum act)act), at);
	for (i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		add(p, s, ACT_FLIP, bits[i], at);
	for (i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++)
		add(p, s, ACT_CUT, cuts[i], at);
}

static void add_sent(struct plans *p, enum scenario s, struct point at)
{
	unsigned act;

	for (act = 0; act < ACTS; act++)
		if (act_kind((enum act)act) == ACT_SENT)
			add(p, s, (enum act)act, act_argument((enum act)act), at);
}

#define THREADS 64

/* Which threads have a handler open. */
struct open_handlers {
	uint8_t depth[THREADS];
};

static void follow(struct open_handlers *o, const struct crossing *x)
{
	if (crossing_border((enum crossing_fn)x->fn) != BORDER_HANDLER || x->thread >= THREADS)
		return;
	if (x->phase == PHASE_ENTER)
		o->depth[x->thread]++;
	else if (o->depth[x->thread])
		o->depth[x->thread]--;
}

static bool within(const struct open_handlers *o, const struct crossing *x)
{
	return x->thread < THREADS && o->depth[x->thread];
}

static bool same(const struct crossing *a, const struct crossing *b)
{
	return a->fn == b->fn && a->phase == b->phase;
}

/* fresh: what is posted here is done at another moment than what was posted before. */
static void add_at(struct plans *p, enum scenario s, struct point at, const struct crossing *x,
	bool in_handler, bool fresh, bool other_ap)
{
	enum crossing_border border = crossing_border((enum crossing_fn)x->fn);

	if (fresh && border != BORDER_FUNCTION)
		add_events(p, s, at, other_ap);
	switch (border) {
	case BORDER_HANDLER:
	case BORDER_REQUEST:
	case BORDER_EVENT:
		break;
	case BORDER_INDICATION:
		if (x->fn == FN_IND_PACKET)
			add_packets(p, s, at);
		break;
	case BORDER_FUNCTION:
		/* In a handler the next crossing comes with nothing in between that could wait. */
		if (!in_handler || x->phase == PHASE_ENTER)
			add_held(p, s, at, in_handler, other_ap);
		if (x->phase == PHASE_EXIT)
			break;
		add_failures(p, s, at);
		if (x->fn == FN_SEND_PACKET)
			add_sent(p, s, at);
		break;
	}
}

void plans_add(struct plans *p, enum scenario scenario, const struct plan_log *log,
	const struct plan_log *known, bool other_ap)
{
	uint32_t seen[FN_COUNT][3] = {{0}};
	struct open_handlers open = {{0}};
	uint16_t settled = 0;
	bool common = known != NULL, fresh;
	size_t i;

	for (i = 0; i < log->count; i++) {
		const struct crossing *x = &log->run[i];
		struct point at = {.fn = x->fn, .phase = x->phase, .nth = ++seen[x->fn][x->phase]};

		if (x->phase != PHASE_EXIT)
			follow(&open, x);
		common = common && i < known->count && same(x, &known->run[i]);
		fresh = log->settled[i] != settled;
		if (!common && crossing_border((enum crossing_fn)x->fn) != BORDER_FUNCTION)
			settled = log->settled[i];
		if (!common)
			add_at(p, scenario, at, x, within(&open, x), fresh, other_ap);
		if (x->phase == PHASE_EXIT)
			follow(&open, x);
	}
}

static void shuffle(struct plan *list, size_t count, struct rng *rng)
{
	size_t i;

	for (i = count; i > 1; i--) {
		size_t k = rng_below(rng, i);
		struct plan other = list[i - 1];

		list[i - 1] = list[k];
		list[k] = other;
	}
}

typedef uint16_t seen_acts[FN_COUNT][HOLD_LONG + 1];

/* Those first of whose kind (act, crossing, held) there were few before: whoever stops early has
 * seen some of everything. */
static void spread(struct plan *list, size_t count)
{
	struct plan *sorted = calloc(count, sizeof(*sorted));
	seen_acts *seen = calloc(ACTS, sizeof(*seen));
	uint16_t rank = 0;
	size_t n = 0, i;

	for (; sorted && seen && n < count; rank++) {
		memset(seen, 0, ACTS * sizeof(*seen));
		for (i = 0; i < count; i++) {
			const struct plan_act *a = &list[i].acts[0];

			if (seen[a->act][a->at.fn][a->at.hold]++ == rank)
				sorted[n++] = list[i];
		}
	}
	if (n == count && count)
		memcpy(list, sorted, count * sizeof(*list));
	free(sorted);
	free(seen);
}

/* Ends and other events are many, faults of packets and calls few: they take turns. */
static void take_turns(struct plan *list, size_t count)
{
	struct plan *mixed = calloc(count, sizeof(*mixed));
	size_t event = 0, other = 0, n = 0;

	while (mixed && n < count) {
		while (event < count && act_kind(list[event].acts[0].act) != ACT_EVENT)
			event++;
		while (other < count && act_kind(list[other].acts[0].act) == ACT_EVENT)
			other++;
		if (event < count)
			mixed[n++] = list[event++];
		if (other < count)
			mixed[n++] = list[other++];
	}
	if (mixed && count)
		memcpy(list, mixed, count * sizeof(*list));
	free(mixed);
}

void plans_order(struct plans *p, uint64_t seed)
{
	struct rng rng;

	rng_init(&rng, seed);
	shuffle(p->list, p->count, &rng);
	spread(p->list, p->count);
	take_turns(p->list, p->count);
}

struct plan plans_pair(const struct plans *p, uint64_t seed, uint64_t number)
{
	struct plan_act *second;
	struct plan plan;
	struct rng rng;

	rng_init(&rng, rng_mix(seed ^ rng_mix(number)));
	plan = p->list[rng_below(&rng, p->count)];
	second = &plan.acts[1];
	*second = p->list[rng_below(&rng, p->count)].acts[0];
	plan.count = 2;
	second->at = (struct point){
		.skip = (uint32_t)rng_below(&rng, LATER_MAX), .hold = second->at.hold};
	return plan;
}

void plans_free(struct plans *p)
{
	free(p->list);
	*p = (struct plans){.list = NULL};
}
