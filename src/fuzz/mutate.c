// SPDX-License-Identifier: BSD-2-Clause
/* Changes to whole inputs. */
#include "fuzz/mutate.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"

#define STACKED 5 /* changes on top of each other are 1, 2, 4 ... 1 << (STACKED - 1) */

static size_t below(struct mutator *m, size_t bound)
{
	return (size_t)rng_below(&m->rng, bound);
}

static bool may_change(const struct mutator *m, const struct record *r)
{
	return (m->types & 1u << r->type) != 0;
}

static unsigned count(const struct mutator *m, const struct input *in, unsigned type)
{
	unsigned i, n = 0;

	for (i = 0; i < in->count; i++)
		n += in->records[i].type == type && may_change(m, &in->records[i]);
	return n;
}

/* One that may be changed; in->count: there is none. Each type has the same chance, however many
 * records there are of it. */
static unsigned any_record(struct mutator *m, const struct input *in)
{
	unsigned type, types = 0, pick, i;

	for (type = 0; type < RECORD_TYPES; type++)
		types += count(m, in, type) != 0;
	if (!types)
		return in->count;
	pick = (unsigned)below(m, types);
	for (type = 0; type < RECORD_TYPES; type++)
		if (count(m, in, type) && !pick--)
			break;
	pick = (unsigned)below(m, count(m, in, type));
	for (i = 0; i < in->count; i++)
		if (in->records[i].type == type && !pick--)
			break;
	return i;
}

/* ---- One record. ---- */

static void change_packet(struct mutator *m, struct record *r)
{
	struct span s = {r->bytes + 2, r->length - 2u, RECORD_BYTES - 2};

	if (below(m, 4) == 0)
		mutate_bytes(m, &s);
	else if (!mutate_eapol(m, &s))
		/* A wrong length is to arrive as it is. */
		r->flags |= PACKET_LIE;
	r->length = (uint16_t)(2 + s.length);
}

static void change_flags(struct mutator *m, struct record *r)
{
	if (r->type == RECORD_PACKET)
		r->flags ^= (uint8_t)(1u << below(m, 4));
	else if (r->type == RECORD_ELEMENTS)
		r->flags ^= (uint8_t)(below(m, 2) ? ELEMENTS_REPLACE : 0x10u << below(m, 3));
}

/* What is in front is changed as well, now and then. */
static void change_behind(struct mutator *m, struct record *r, size_t head)
{
	struct span s;

	if (r->length < head || below(m, 4) == 0)
		head = 0;
	s = (struct span){r->bytes + head, r->length - head, RECORD_BYTES - head};
	mutate_bytes(m, &s);
	r->length = (uint16_t)(head + s.length);
}

/* The room for an answer is a number of its own, and small ones are the ones to try. */
static void change_control(struct mutator *m, struct record *r)
{
	if (r->length >= 2 && below(m, 3) == 0)
		store_le16(r->bytes, (uint16_t)below(m, below(m, 2) ? 16 : 256));
	else
		change_behind(m, r, 2);
}

static void change_elements(struct mutator *m, struct record *r)
{
	struct span s = {r->bytes, r->length, RECORD_BYTES};

	if (below(m, 5) == 0)
		mutate_bytes(m, &s);
	else
		mutate_items(m, &s);
	r->length = (uint16_t)s.length;
}

static void change_record(struct mutator *m, struct record *r)
{
	if (below(m, 16) == 0) {
		change_flags(m, r);
		return;
	}
	switch (r->type) {
	case RECORD_PACKET:
		if (r->length >= 2) {
			change_packet(m, r);
			break;
		}
		/* fall through */
	case RECORD_SECURITY:
	case RECORD_CONNECTIVITY:
	case RECORD_UI_RESPONSE:
		change_behind(m, r, 0);
		break;
	case RECORD_ELEMENTS:
		change_elements(m, r);
		break;
	case RECORD_INDICATION:
		change_behind(m, r, 1);
		break;
	case RECORD_CONTROL:
		change_control(m, r);
		break;
	}
}

static void change_one(struct mutator *m, struct input *in, const struct input *other)
{
	unsigned i = any_record(m, in);

	(void)other;
	if (i < in->count)
		change_record(m, &in->records[i]);
}

/* ---- Records. ---- */

static void drop(struct mutator *m, struct input *in, const struct input *other)
{
	unsigned i = any_record(m, in);

	(void)other;
	if (i < in->count)
		input_remove(in, i);
}

/* Room at `at` for one more. NULL: there is none. */
static struct record *make_room(struct input *in, unsigned at)
{
	if (in->count == INPUT_RECORDS)
		return NULL;
	memmove(&in->records[at + 1], &in->records[at], (in->count - at) * sizeof(in->records[0]));
	in->count++;
	return &in->records[at];
}

/* A record of this input or another, at any place. */
static void take(struct mutator *m, struct input *in, const struct input *from)
{
	unsigned i = any_record(m, from), at = (unsigned)below(m, in->count + 1);
	struct record copy, *r;

	if (i == from->count)
		return;
	copy = from->records[i];
	r = make_room(in, at);
	if (r)
		*r = copy;
}

static void repeat(struct mutator *m, struct input *in, const struct input *other)
{
	(void)other;
	take(m, in, in);
}

static void steal(struct mutator *m, struct input *in, const struct input *other)
{
	take(m, in, other);
}

static void swap(struct mutator *m, struct input *in, const struct input *other)
{
	unsigned a = any_record(m, in), b = any_record(m, in);
	struct record copy;

	(void)other;
	if (a == in->count || a == b)
		return;
	copy = in->records[a];
	in->records[a] = in->records[b];
	in->records[b] = copy;
}

/* The bytes of one, from the midst on, become those of another of its type. */
static void cross(struct mutator *m, struct input *in, const struct input *other)
{
	unsigned i = any_record(m, in), k = any_record(m, other);
	struct record *to;
	const struct record *from;
	struct span s;
	size_t at;

	if (i == in->count || k == other->count)
		return;
	to = &in->records[i];
	from = &other->records[k];
	if (to->type != from->type || !from->length)
		return;
	at = below(m, from->length);
	s = (struct span){to->bytes, to->length, RECORD_BYTES};
	span_replace(&s, at, s.length, from->bytes + at, from->length - at);
	to->length = (uint16_t)s.length;
}

/* ---- ---- */

struct change {
	const char *name;
	void (*make)(struct mutator *m, struct input *in, const struct input *other);
	unsigned weight;
};

static const struct change changes[] = {
	{"change", change_one, 24},
	{"drop", drop, 2},
	{"repeat", repeat, 2},
	{"steal", steal, 2},
	{"swap", swap, 1},
	{"cross", cross, 2},
};

#define CHANGES (sizeof(changes) / sizeof(changes[0]))

static const struct change *any_change(struct mutator *m)
{
	size_t i, sum = 0, pick;

	for (i = 0; i < CHANGES; i++)
		sum += changes[i].weight;
	pick = below(m, sum);
	for (i = 0; pick >= changes[i].weight; i++)
		pick -= changes[i].weight;
	return &changes[i];
}

/* The records of another input, from somewhere on. */
static void splice(struct mutator *m, struct input *in, const struct input *other)
{
	unsigned keep = (unsigned)below(m, in->count + 1), i;

	if (m->types != MUTATE_ALL)
		return;
	in->count = keep;
	for (i = (unsigned)below(m, other->count + 1); i < other->count; i++)
		if (in->count < INPUT_RECORDS)
			in->records[in->count++] = other->records[i];
}

void mutate(struct mutator *m, struct input *in, const struct input *other, char op[MUTATE_OP])
{
	unsigned n = 1u << below(m, STACKED), i;
	const char *name = "havoc";

	if (in != other && below(m, 12) == 0) {
		splice(m, in, other);
		name = "splice";
	}
	for (i = 0; i < n; i++) {
		const struct change *c = any_change(m);

		c->make(m, in, other);
		if (n == 1 && strcmp(name, "havoc") == 0)
			name = c->name;
	}
	snprintf(op, MUTATE_OP, "%s", name);
}
