// SPDX-License-Identifier: BSD-2-Clause
/* Changes that know nothing of what they work on; much the same that AFL makes. */
#include <string.h>

#include "base/bytes.h"
#include "fuzz/mutate.h"

#define BLOCK_MAX 256
#define ARITH_MAX 35

static const uint32_t interesting[] = {0, 1, 2, 4, 6, 8, 16, 22, 24, 31, 32, 33, 63, 64, 100, 127,
	128, 129, 252, 253, 254, 255, 256, 257, 512, 1000, 1024, 2304, 4096, 32767, 32768, 65279,
	65280, 65534, 65535, 65536, 0x00FFFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF};

#define INTERESTING (sizeof(interesting) / sizeof(interesting[0]))

void span_replace(struct span *s, size_t at, size_t cut, const void *bytes, size_t n)
{
	uint8_t copy[RECORD_BYTES];

	if (at > s->length)
		at = s->length;
	if (cut > s->length - at)
		cut = s->length - at;
	if (n > s->room - (s->length - cut))
		n = s->room - (s->length - cut);
	if (n > sizeof(copy))
		n = sizeof(copy);
	/* The bytes may be the span's own. */
	if (n)
		memcpy(copy, bytes, n);
	memmove(s->bytes + at + n, s->bytes + at + cut, s->length - at - cut);
	if (n)
		memcpy(s->bytes + at, copy, n);
	s->length = s->length - cut + n;
}

static size_t below(struct mutator *m, size_t bound)
{
	return (size_t)rng_below(&m->rng, bound);
}

/* Mostly short ones. */
static size_t block(struct mutator *m, size_t most)
{
	size_t limit = below(m, 3) ? 16 : BLOCK_MAX;

	if (limit > most)
		limit = most;
	return limit ? 1 + below(m, limit) : 0;
}

/* A number of 1, 2 or 4 bytes in either order, at any place where it fits. */
struct number {
	uint8_t *at;
	unsigned width;
	bool big;
};

static uint32_t load(const struct number *n)
{
	uint32_t v = 0;
	unsigned i;

	for (i = 0; i < n->width; i++)
		v |= (uint32_t)n->at[n->big ? n->width - 1 - i : i] << 8 * i;
	return v;
}

static void store(const struct number *n, uint32_t v)
{
	unsigned i;

	for (i = 0; i < n->width; i++)
		n->at[n->big ? n->width - 1 - i : i] = (uint8_t)(v >> 8 * i);
}

static bool any_number(struct mutator *m, const struct span *s, struct number *out)
{
	out->width = 1u << below(m, 3);
	out->big = below(m, 2) != 0;
	if (s->length < out->width)
		return false;
	out->at = s->bytes + below(m, s->length - out->width + 1);
	return true;
}

static void flip(struct mutator *m, struct span *s)
{
	if (s->length)
		s->bytes[below(m, s->length)] ^= (uint8_t)(1u << below(m, 8));
}

static void set_byte(struct mutator *m, struct span *s)
{
	if (s->length)
		s->bytes[below(m, s->length)] = (uint8_t)below(m, 256);
}

static void arithmetic(struct mutator *m, struct span *s)
{
	struct number n;
	uint32_t by = 1 + (uint32_t)below(m, ARITH_MAX);

	if (any_number(m, s, &n))
		store(&n, below(m, 2) ? load(&n) + by : load(&n) - by);
}

static void edge(struct mutator *m, struct span *s)
{
	struct number n;

	if (any_number(m, s, &n))
		store(&n, interesting[below(m, INTERESTING)]);
}

static void cut(struct mutator *m, struct span *s)
{
	size_t n = block(m, s->length);

	span_replace(s, below(m, s->length - n + 1), n, NULL, 0);
}

static void repeat(struct mutator *m, struct span *s)
{
	size_t n = block(m, s->length), from = below(m, s->length - n + 1);

	span_replace(s, below(m, s->length + 1), 0, s->bytes + from, n);
}

static void overwrite(struct mutator *m, struct span *s)
{
	size_t n = block(m, s->length), from = below(m, s->length - n + 1);

	span_replace(s, below(m, s->length - n + 1), n, s->bytes + from, n);
}

/* Of one value, or of noise. */
static void insert(struct mutator *m, struct span *s)
{
	uint8_t bytes[BLOCK_MAX];
	size_t n = block(m, sizeof(bytes));

	if (below(m, 2))
		memset(bytes, (int)below(m, 256), n);
	else
		rng_fill(&m->rng, bytes, n);
	span_replace(s, below(m, s->length + 1), below(m, 4) ? 0 : n, bytes, n);
}

static void token(struct mutator *m, struct span *s)
{
	const struct token *t;

	if (!m->dictionary || !m->dictionary->count)
		return;
	t = &m->dictionary->tokens[below(m, m->dictionary->count)];
	span_replace(s, below(m, s->length + 1), below(m, 2) ? t->length : 0, t->bytes, t->length);
}

static void shorten(struct mutator *m, struct span *s)
{
	s->length = below(m, s->length + 1);
}

/* What is longer than anybody has thought of. */
static void lengthen(struct mutator *m, struct span *s)
{
	uint8_t bytes[RECORD_BYTES];
	size_t n = 1 + below(m, sizeof(bytes));

	memset(bytes, below(m, 2) ? 'A' : (int)below(m, 256), n);
	span_replace(s, below(m, s->length + 1), 0, bytes, n);
}

void mutate_bytes(struct mutator *m, struct span *s)
{
	static void (*const changes[])(struct mutator *, struct span *) = {flip, flip, set_byte,
		arithmetic, arithmetic, edge, edge, cut, repeat, overwrite, insert, token, token,
		shorten, lengthen, lengthen};

	changes[below(m, sizeof(changes) / sizeof(changes[0]))](m, s);
}
