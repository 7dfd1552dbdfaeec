// SPDX-License-Identifier: BSD-2-Clause
#include "worker/codec.h"

#include <errno.h>

#include "base/utf16.h"

/* Numbers are little-endian in messages, and so are they in the interface's memory. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "values cross as they lie in memory");

/* A module may pass pointers to anything, structures that are not aligned too: nothing is read or
 * written but by memcpy(). */
static const uint8_t *at(const void *base, size_t offset)
{
	return (const uint8_t *)base + offset;
}

static void *load_pointer(const uint8_t *p)
{
	void *value;

	memcpy(&value, p, sizeof(value));
	return value;
}

static void store_pointer(void *base, const struct member *m, const void *value)
{
	memcpy((uint8_t *)base + m->offset, &value, sizeof(value));
}

void *member_pointer(const void *base, const struct member *m)
{
	return load_pointer(at(base, m->offset));
}

uint64_t member_count(const void *base, const struct member *m)
{
	const uint8_t *p = at(base, m->count_at);

	if (m->flags & MEMBER_COUNT_BEHIND)
		p = load_pointer(p);
	if (!p)
		return 0;
	switch (m->count_size) {
	case 1:
		return *p;
	case 2:
		return load_le16(p);
	case 4:
		return load_le32(p);
	default: /* no count: there is one */
		return 1;
	}
}

uint64_t member_bytes(const void *base, const struct member *m)
{
	uint64_t n = member_count(base, m);

	return n * (m->kind == MEMBER_STRUCTS ? m->shape->size : m->size) + m->extra;
}

/* Is there more than may cross? What has no count has no limit either. */
static bool beyond(const void *base, const struct member *m)
{
	return m->count_size && member_bytes(base, m) > (uint64_t)m->limit + m->extra;
}

bool member_is_flat(const struct member *m)
{
	return m->kind == MEMBER_VALUE || m->kind == MEMBER_FLAG || m->kind == MEMBER_TOKEN;
}

void member_put_flat(struct writer *w, const struct member *m, const void *base)
{
	const uint8_t *p = at(base, m->offset);

	if (m->kind == MEMBER_VALUE)
		writer_put(w, p, m->size);
	else if (m->kind == MEMBER_FLAG)
		writer_u8(w, *(const bool *)p ? 1 : 0);
	else
		writer_le64(w, (uintptr_t)load_pointer(p));
}

bool codec_get_flag(struct reader *r)
{
	uint8_t v = reader_u8(r);

	if (v > 1)
		reader_fail(r);
	return v == 1;
}

void member_get_flat(struct reader *r, const struct member *m, void *base)
{
	uint64_t token;

	if (m->kind == MEMBER_VALUE) {
		reader_copy(r, (uint8_t *)base + m->offset, m->size);
	} else if (m->kind == MEMBER_FLAG) {
		*(bool *)((uint8_t *)base + m->offset) = codec_get_flag(r);
	} else {
		token = reader_le64(r);
		if (token > UINTPTR_MAX)
			reader_fail(r);
		store_pointer(base, m, (const void *)(uintptr_t)token);
	}
}

/*
 * Of the bytes at `to`, which begin as the structure s, those that are padding become 0. A
 * structure that is cut off, as its first revision is, ends with its last whole member.
 */
static void blank_padding(uint8_t *to, const uint8_t *from, size_t size, const struct shape *s)
{
	size_t head = size < s->size ? size : s->size;
	unsigned i;

	memset(to, 0, head);
	for (i = 0; i < s->count; i++)
		if (s->members[i].offset + (size_t)s->members[i].size <= head)
			memcpy(to + s->members[i].offset, from + s->members[i].offset,
				s->members[i].size);
	memcpy(to + head, from + head, size - head);
}

static void put_text(
	struct writer *w, const struct member *m, const void *p, enum codec_excess excess)
{
	size_t n = utf16_nlen(p, m->limit / 2);

	if (excess == EXCESS_FAILS && n == m->limit / 2 && load_le16(at(p, n * 2)) != 0)
		writer_fail(w);
	writer_le32(w, (uint32_t)n);
	writer_put(w, p, n * 2);
}

static void put_bytes(struct writer *w, const struct member *m, const void *p, size_t size)
{
	uint8_t *to;

	if (!m->shape) {
		writer_put(w, p, size);
		return;
	}
	to = writer_reserve(w, size);
	if (to)
		blank_padding(to, p, size, m->shape);
}

static void put_pointer(
	struct writer *w, const struct member *m, const void *base, enum codec_excess excess)
{
	const uint8_t *p = member_pointer(base, m);
	uint64_t i, n;

	if (p && beyond(base, m)) {
		if (excess == EXCESS_FAILS)
			writer_fail(w);
		p = NULL;
	}
	writer_u8(w, p ? 1 : 0);
	if (!p || m->flags & MEMBER_HOLLOW)
		return;
	if (m->kind == MEMBER_TEXT) {
		put_text(w, m, p, excess);
	} else if (m->kind == MEMBER_BYTES) {
		put_bytes(w, m, p, (size_t)member_bytes(base, m));
	} else {
		n = member_count(base, m);
		for (i = 0; i < n; i++)
			codec_put(w, m->shape, p + i * m->shape->size, excess);
	}
}

static bool left_behind(const struct member *m, const void *base)
{
	return m->unless && *at(base, m->unless) != 0;
}

static void put_tail(
	struct writer *w, const struct member *m, const void *base, enum codec_excess excess)
{
	if (left_behind(m, base))
		return;
	if (beyond(base, m)) {
		(void)excess; /* there is no pointer that could be NULL */
		writer_fail(w);
		return;
	}
	writer_put(w, at(base, m->offset), (size_t)member_bytes(base, m));
}

void codec_put(struct writer *w, const struct shape *s, const void *base, enum codec_excess excess)
{
	const struct member *m;
	unsigned i;

	for (i = 0; i < s->count && writer_ok(w); i++) {
		m = &s->members[i];
		if (m->flags & MEMBER_QUIET)
			continue;
		if (member_is_flat(m))
			member_put_flat(w, m, base);
		else if (m->kind == MEMBER_TAIL)
			put_tail(w, m, base, excess);
		else
			put_pointer(w, m, base, excess);
	}
}

/* Room for what a pointer leads to; NULL: the reader has failed, or *err is set. */
static void *room(struct reader *r, struct arena *a, uint64_t size, int *err)
{
	void *p;

	if (!reader_ok(r))
		return NULL;
	p = arena_alloc(a, size ? (size_t)size : 1);
	if (!p)
		*err = -ENOMEM;
	return p;
}

static void *get_text(struct reader *r, struct arena *a, const struct member *m, int *err)
{
	uint32_t i, n = reader_le32(r);
	const uint8_t *from;
	uint8_t *p;

	if (n > m->limit / 2)
		reader_fail(r);
	from = reader_take(r, (size_t)n * 2);
	for (i = 0; from && i < n; i++)
		if (load_le16(from + (size_t)i * 2) == 0)
			reader_fail(r);
	p = room(r, a, ((uint64_t)n + 1) * 2, err);
	if (p)
		memcpy(p, from, (size_t)n * 2);
	return p;
}

static void *get_bytes(
	struct reader *r, struct arena *a, const struct member *m, size_t size, int *err)
{
	const uint8_t *from = m->flags & MEMBER_HOLLOW ? NULL : reader_take(r, size);
	uint8_t *p = room(r, a, size, err);

	if (!p || !from)
		return p;
	if (!m->shape) {
		memcpy(p, from, size);
		return p;
	}
	blank_padding(p, from, size, m->shape);
	if (memcmp(p, from, size) != 0)
		reader_fail(r);
	return p;
}

/* A structure that goes on beyond its end, now that its count is known. */
static void *get_tail(struct reader *r, struct arena *a, const struct shape *s,
	const struct member *m, const void *head, int *err)
{
	uint64_t size = member_bytes(head, m);
	const uint8_t *from = NULL;
	uint8_t *p;

	if (beyond(head, m))
		reader_fail(r);
	if (!left_behind(m, head))
		from = reader_take(r, (size_t)size);
	p = room(r, a, m->offset + size > s->size ? m->offset + size : s->size, err);
	if (!p)
		return NULL;
	memcpy(p, head, m->offset);
	if (from)
		memcpy(p + m->offset, from, (size_t)size);
	return p;
}

static void *get_structs(
	struct reader *r, struct arena *a, const struct member *m, uint64_t n, int *err)
{
	const struct member *last = &m->shape->members[m->shape->count - 1];
	uint8_t *p;
	uint64_t i;

	/* Each takes a byte at least: no memory for what cannot have come. */
	if (!(m->flags & MEMBER_HOLLOW) && n > reader_left(r))
		reader_fail(r);
	p = room(r, a, n * m->shape->size, err);
	for (i = 0; p && !*err && !(m->flags & MEMBER_HOLLOW) && i < n; i++)
		*err = codec_get(r, a, m->shape, p + i * m->shape->size);
	if (p && !*err && last->kind == MEMBER_TAIL)
		p = get_tail(r, a, m->shape, last, p, err);
	return p;
}

static int get_pointer(struct reader *r, struct arena *a, const struct member *m, void *base)
{
	bool there = codec_get_flag(r);
	void *p = NULL;
	int err = 0;

	if (!there && m->flags & MEMBER_MUST)
		reader_fail(r);
	if (there && beyond(base, m))
		reader_fail(r);
	if (!reader_ok(r))
		return -EPROTO;
	if (!there)
		return 0;
	if (m->kind == MEMBER_TEXT)
		p = get_text(r, a, m, &err);
	else if (m->kind == MEMBER_BYTES)
		p = get_bytes(r, a, m, (size_t)member_bytes(base, m), &err);
	else
		p = get_structs(r, a, m, member_count(base, m), &err);
	store_pointer(base, m, p);
	return err;
}

/* The table has no structure that leads back to itself, so recursion is as deep as the table. */
int codec_get(struct reader *r, struct arena *a, const struct shape *s, void *base)
{
	const struct member *m;
	unsigned i;
	int err = 0;

	for (i = 0; i < s->count && !err; i++) {
		m = &s->members[i];
		if (m->flags & MEMBER_QUIET || m->kind == MEMBER_TAIL)
			continue;
		if (member_is_flat(m))
			member_get_flat(r, m, base);
		else
			err = get_pointer(r, a, m, base);
	}
	if (err)
		return err;
	return reader_ok(r) ? 0 : -EPROTO;
}
