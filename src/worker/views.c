// SPDX-License-Identifier: BSD-2-Clause
/* The blocks of AllocateBuffer that a message names, with those that they name in turn. */
#include "worker/codec.h"

#include <errno.h>
#include <stdlib.h>

#define VIEWS_MAX       4096u
#define VIEWS_BYTES_MAX (2u << 20) /* in a message; what does not fit stays out, and is foreign */
#define VIEW_HEAD       12u

struct outlook {
	struct writer *w;
	const struct block_source *blocks;
	uint32_t count;
	size_t left;
};

static void look(struct outlook *o, const struct shape *s, const uint8_t *base);

static void put_view(struct outlook *o, const struct member *m, const uint8_t *base)
{
	const uint8_t *p = member_pointer(base, m);
	size_t i, n, size = p ? o->blocks->size(o->blocks->user, p) : SIZE_MAX;

	if (size > o->left || VIEW_HEAD > o->left - size || o->count == VIEWS_MAX)
		return;
	o->left -= size + VIEW_HEAD;
	o->count++;
	writer_le64(o->w, (uintptr_t)p);
	writer_le32(o->w, (uint32_t)size);
	writer_put(o->w, p, size);
	if (!m->shape)
		return;
	n = size / m->shape->size;
	if (n > member_count(base, m))
		n = (size_t)member_count(base, m);
	for (i = 0; i < n; i++)
		look(o, m->shape, p + i * m->shape->size);
}

static void look(struct outlook *o, const struct shape *s, const uint8_t *base)
{
	const struct member *m;
	const uint8_t *p;
	unsigned i;

	for (i = 0; i < s->count; i++) {
		m = &s->members[i];
		if (!(m->flags & MEMBER_VIEW))
			continue;
		if (m->kind == MEMBER_TOKEN) {
			put_view(o, m, base);
			continue;
		}
		p = member_pointer(base, m);
		if (p)
			look(o, m->shape, p);
	}
}

void codec_put_views(struct writer *w, const struct shape *s, const void *base,
	const struct block_source *blocks)
{
	struct outlook o = {.w = w, .blocks = blocks, .left = VIEWS_BYTES_MAX};
	size_t count_at = w->len;

	writer_le32(w, 0);
	if (blocks)
		look(&o, s, base);
	if (writer_ok(w))
		store_le32(w->buf + count_at, o.count);
}

static size_t aligned(size_t n)
{
	return (n + 15) & ~(size_t)15;
}

/* Bytes of one malloc()ed block for n views; the reader fails unless it ends with the last. */
static size_t measure(struct reader r, uint32_t n, bool *good)
{
	size_t total = aligned(n * sizeof(struct module_view));
	uint32_t size;

	while (n-- && reader_ok(&r)) {
		reader_skip(&r, 8);
		size = reader_le32(&r);
		reader_skip(&r, size);
		total += aligned(size); /* of bytes that are there, or the reader has failed */
	}
	*good = reader_ok(&r) && reader_left(&r) == 0;
	return total;
}

int codec_get_views(struct reader *r, struct module_views *views)
{
	uint32_t i, n = reader_le32(r);
	struct module_view *v;
	size_t total;
	uint8_t *to;
	bool good;

	*views = (struct module_views){0};
	if (n > VIEWS_MAX)
		reader_fail(r);
	total = measure(*r, reader_ok(r) ? n : 0, &good);
	if (!reader_ok(r) || !good)
		return -EPROTO;
	if (n == 0)
		return 0;
	v = calloc(1, total);
	if (!v)
		return -ENOMEM;
	to = (uint8_t *)v + aligned(n * sizeof(*v));
	for (i = 0; i < n; i++) {
		v[i].token = (const void *)(uintptr_t)reader_le64(r);
		v[i].size = reader_le32(r);
		v[i].bytes = to;
		reader_copy(r, to, v[i].size);
		to += aligned(v[i].size);
	}
	*views = (struct module_views){.list = v, .size = total, .count = n};
	return 0;
}
