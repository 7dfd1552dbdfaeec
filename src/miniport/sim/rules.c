// SPDX-License-Identifier: BSD-2-Clause
#include "miniport/sim/sim_internal.h"

#include <errno.h>
#include <stdlib.h>

#define EXTEND_RANDOM_MAX 64

void sim_add_rule(struct sim *sim, struct sim_rule *rule)
{
	struct sim_rule **rules = reallocarray(sim->rules, sim->nrules + 1, sizeof(*rules));

	if (!rules)
		return; /* its hits stay 0, which its owner looks at */
	sim->rules = rules;
	rules[sim->nrules++] = rule;
}

void sim_remove_rule(struct sim *sim, struct sim_rule *rule)
{
	for (size_t i = 0; i < sim->nrules; i++) {
		if (sim->rules[i] != rule)
			continue;
		sim->nrules--;
		memmove(sim->rules + i, sim->rules + i + 1,
			(sim->nrules - i) * sizeof(*sim->rules));
		return;
	}
}

static bool kind_matches(enum sim_kind want, const struct transmission *t)
{
	switch (want) {
	case SIM_ANY:
		return true;
	case SIM_EAPOL:
		return t->ethertype == LLC_ETHERTYPE_EAPOL;
	case SIM_AUTHENTICATION:
	case SIM_ASSOCIATION_REQUEST:
	case SIM_ASSOCIATION_RESPONSE:
	case SIM_DISASSOCIATION:
	case SIM_MESSAGE_1:
	case SIM_MESSAGE_2:
	case SIM_MESSAGE_3:
	case SIM_MESSAGE_4:
	case SIM_GROUP_1:
	case SIM_GROUP_2:
	case SIM_DATA:
		break;
	}
	return want == t->kind;
}

/* The body as it stands after the rules so far, where it may be changed. */
static uint8_t *own_body(const struct transmission *t, struct rule_verdict *v)
{
	if (!v->changed && t->length)
		memcpy(v->changed_body, t->body, t->length);
	v->changed = true;
	return v->changed_body;
}

static bool corrupt(struct sim *sim, const struct sim_rule *rule, const struct transmission *t,
	struct rule_verdict *v)
{
	uint64_t bits = v->length * 8;
	uint64_t bit = rule->offset == SIM_RANDOM ? rng_below(&sim->rng, bits) : rule->offset;

	if (bit >= bits)
		return false;
	own_body(t, v)[bit / 8] ^= (uint8_t)(1u << bit % 8);
	return true;
}

static bool truncate_body(struct sim *sim, const struct sim_rule *rule,
	const struct transmission *t, struct rule_verdict *v)
{
	uint64_t cut =
		rule->offset == SIM_RANDOM ? 1 + rng_below(&sim->rng, v->length) : rule->offset;

	if (!v->length || !cut)
		return false;
	own_body(t, v);
	v->length -= cut < v->length ? cut : v->length;
	return true;
}

static bool extend(struct sim *sim, const struct sim_rule *rule, const struct transmission *t,
	struct rule_verdict *v)
{
	size_t room = MSDU_MAX - D11_LLC_SNAP_LEN - v->length;
	size_t more = rule->offset == SIM_RANDOM ? 1 + rng_below(&sim->rng, EXTEND_RANDOM_MAX)
						 : rule->offset;

	if (more > room)
		more = room;
	if (!more)
		return false;
	rng_fill(&sim->rng, own_body(t, v) + v->length, more);
	v->length += more;
	return true;
}

/* False if the frame gave the action nothing to work on. */
static bool act(struct sim *sim, const struct sim_rule *rule, const struct transmission *t,
	struct rule_verdict *v)
{
	switch (rule->action) {
	case SIM_DROP:
		v->lost = true;
		return true;
	case SIM_DELAY:
		v->delay += rule->delay;
		return true;
	case SIM_DUPLICATE:
		v->duplicate = true;
		return true;
	case SIM_REORDER:
		v->hold = true;
		return true;
	case SIM_CORRUPT:
		return corrupt(sim, rule, t, v);
	case SIM_TRUNCATE:
		return truncate_body(sim, rule, t, v);
	case SIM_EXTEND:
		return extend(sim, rule, t, v);
	case SIM_REPLAY:
		v->replay = true;
		v->replay_delay = rule->delay;
		return true;
	case SIM_DISASSOCIATE:
		v->lost = v->disassociate = true;
		v->reason = (uint16_t)rule->offset;
		return true;
	}
	return false;
}

void rules_judge(struct sim *sim, const struct transmission *t, struct rule_verdict *v)
{
	for (size_t i = 0; i < sim->nrules && !v->lost; i++) {
		struct sim_rule *rule = sim->rules[i];

		if (!kind_matches(rule->kind, t))
			continue;
		if (rule->seen++ < rule->skip || (rule->count && rule->hits >= rule->count))
			continue;
		if (act(sim, rule, t, v))
			rule->hits++;
	}
}
