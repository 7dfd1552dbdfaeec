// SPDX-License-Identifier: BSD-2-Clause
#include "fuzz/minimise.h"

#include <stdlib.h>
#include <string.h>

struct minimiser {
	struct input *in, *candidate;
	minimise_fn shows;
	void *user;
	unsigned times; /* that a candidate has to show it */
	unsigned tried, limit;
	unsigned asked;
	bool progress; /* in this round */
	bool changed;
};

static bool shows_always(struct minimiser *m, const struct input *in, unsigned times)
{
	unsigned i;

	for (i = 0; i < times; i++) {
		m->asked++;
		if (!m->shows(m->user, in))
			return false;
	}
	return true;
}

/* Whether the candidate is as good; then it is the input from now on. */
static bool keeps(struct minimiser *m)
{
	if (m->tried >= m->limit)
		return false;
	m->tried++;
	if (!shows_always(m, m->candidate, m->times))
		return false;
	input_copy(m->in, m->candidate);
	m->progress = m->changed = true;
	return true;
}

static void begin(struct minimiser *m)
{
	input_copy(m->candidate, m->in);
}

/* Many at once first: most inputs are a record that matters and others that came along. */
static void drop_records(struct minimiser *m)
{
	unsigned n, at, i;

	for (n = m->in->count; n; n /= 2) {
		for (at = 0; at + n <= m->in->count;) {
			begin(m);
			for (i = 0; i < n; i++)
				input_remove(m->candidate, at);
			if (!keeps(m))
				at += n;
		}
	}
}

static void drop_flags(struct minimiser *m, unsigned i)
{
	unsigned bit;

	for (bit = 0; bit < 8; bit++) {
		if (!(m->in->records[i].flags & 1u << bit))
			continue;
		begin(m);
		m->candidate->records[i].flags &= (uint8_t) ~(1u << bit);
		keeps(m);
	}
}

static void cut(struct record *r, unsigned at, unsigned n)
{
	memmove(r->bytes + at, r->bytes + at + n, r->length - at - n);
	r->length = (uint16_t)(r->length - n);
}

/* Blocks, the largest first, from the end: what stands behind is seldom needed. */
static void shorten(struct minimiser *m, unsigned i)
{
	const struct record *r = &m->in->records[i];
	unsigned n, at;

	for (n = r->length; n; n /= 2) {
		for (at = r->length; at >= n;) {
			begin(m);
			cut(&m->candidate->records[i], at - n, n);
			at -= n;
			keeps(m);
			if (at > r->length)
				at = r->length;
			if (m->tried >= m->limit)
				return;
		}
	}
}

static bool zeroed(struct record *r, unsigned at, unsigned n)
{
	bool any = false;
	unsigned i;

	for (i = at; i < at + n; i++)
		any |= r->bytes[i] != 0;
	memset(r->bytes + at, 0, n);
	return any;
}

static void zero(struct minimiser *m, unsigned i)
{
	const struct record *r = &m->in->records[i];
	unsigned n, at;

	for (n = r->length; n; n /= 2) {
		for (at = 0; at + n <= r->length && m->tried < m->limit; at += n) {
			begin(m);
			if (zeroed(&m->candidate->records[i], at, n))
				keeps(m);
		}
	}
}

static void search(struct minimiser *m, unsigned times)
{
	unsigned i;

	m->times = times;
	m->tried = 0;
	m->changed = false;
	do {
		m->progress = false;
		drop_records(m);
		for (i = 0; i < m->in->count; i++) {
			drop_flags(m, i);
			shorten(m, i);
			zero(m, i);
		}
	} while (m->progress && m->tried < m->limit);
}

unsigned minimise(struct input *in, minimise_fn shows, void *user, unsigned limit)
{
	struct minimiser m = {.in = in,
		.candidate = malloc(sizeof(*in)),
		.shows = shows,
		.user = user,
		.limit = limit};
	struct input *whole = malloc(sizeof(*in));

	if (m.candidate && whole) {
		input_copy(whole, in);
		search(&m, 1);
		/* What the smallest one does may depend on where things lie in memory. */
		if (m.changed && !shows_always(&m, in, MINIMISE_STEADY)) {
			input_copy(in, whole);
			search(&m, MINIMISE_STEADY);
		}
	}
	free(whole);
	free(m.candidate);
	return m.asked;
}
