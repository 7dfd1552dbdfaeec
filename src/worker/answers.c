// SPDX-License-Identifier: BSD-2-Clause
/* What comes back: changes of a handler's memory, outputs of a function. */
#include "worker/codec.h"

#include <errno.h>

/* Number of members that differ, then the place in the table and the value of each. */
static void put_changed_members(
	struct writer *w, const struct shape *s, const uint8_t *now, const uint8_t *before)
{
	size_t count_at = w->len;
	const struct member *m;
	unsigned i, n = 0;

	writer_u8(w, 0);
	for (i = 0; i < s->count; i++) {
		m = &s->members[i];
		if (!member_is_flat(m) ||
			memcmp(now + m->offset, before + m->offset,
				m->kind == MEMBER_VALUE ? m->size : sizeof(void *)) == 0)
			continue;
		writer_u8(w, (uint8_t)i);
		member_put_flat(w, m, now);
		n++;
	}
	if (writer_ok(w))
		w->buf[count_at] = (uint8_t)n;
}

static void get_changed_members(struct reader *r, const struct shape *s, void *base)
{
	unsigned n = reader_u8(r), i, next = 0;

	while (n-- && reader_ok(r)) {
		i = reader_u8(r);
		if (i < next || i >= s->count || !member_is_flat(&s->members[i])) {
			reader_fail(r);
			return;
		}
		member_get_flat(r, &s->members[i], base);
		next = i + 1;
	}
}

/* One run, from the first byte that differs to the last. */
static void put_changed_bytes(
	struct writer *w, const uint8_t *now, const uint8_t *before, size_t size)
{
	size_t from = 0, to = size;

	while (from < size && now[from] == before[from])
		from++;
	while (to > from && now[to - 1] == before[to - 1])
		to--;
	writer_u8(w, to > from);
	if (to == from)
		return;
	writer_le32(w, (uint32_t)from);
	writer_le32(w, (uint32_t)(to - from));
	writer_put(w, now + from, to - from);
}

static void get_changed_bytes(struct reader *r, uint8_t *to, uint64_t size)
{
	uint32_t from, n;

	if (!codec_get_flag(r))
		return;
	from = reader_le32(r);
	n = reader_le32(r);
	if (n == 0 || (uint64_t)from + n > size || n > reader_left(r))
		reader_fail(r);
	else
		reader_copy(r, to + from, n);
}

void codec_put_changes(
	struct writer *w, const struct shape *s, const void *base, const void *before)
{
	const uint8_t *now, *then;
	const struct member *m;
	unsigned i;

	for (i = 0; i < s->count; i++) {
		m = &s->members[i];
		if (member_is_flat(m)) {
			if (m->flags & MEMBER_ANSWER)
				member_put_flat(w, m, base);
			continue;
		}
		now = member_pointer(base, m);
		then = member_pointer(before, m);
		if (!now || !then) /* both, since they are one call */
			continue;
		if (m->kind == MEMBER_STRUCTS)
			put_changed_members(w, m->shape, now, then);
		else
			put_changed_bytes(w, now, then, (size_t)member_bytes(before, m));
	}
}

int codec_get_changes(struct reader *r, const struct shape *s, void *base)
{
	const struct member *m;
	unsigned i;
	void *p;

	for (i = 0; i < s->count && reader_ok(r); i++) {
		m = &s->members[i];
		if (member_is_flat(m)) {
			if (m->flags & MEMBER_ANSWER)
				member_get_flat(r, m, base);
			continue;
		}
		p = member_pointer(base, m);
		if (!p)
			continue;
		if (m->kind == MEMBER_STRUCTS)
			get_changed_members(r, m->shape, p);
		else
			get_changed_bytes(r, p, member_bytes(base, m));
	}
	return reader_ok(r) ? 0 : -EPROTO;
}

static bool answered(const struct member *m, bool failed)
{
	return m->flags & MEMBER_ANSWER && (!failed || m->flags & MEMBER_EVEN_FAILED);
}

static void put_output(struct writer *w, const struct member *m, const void *base)
{
	const void *p = member_pointer(base, m);
	uint64_t n;

	writer_u8(w, p ? 1 : 0);
	if (!p)
		return;
	if (m->kind == MEMBER_STRUCTS) {
		codec_put(w, m->shape, p, EXCESS_FAILS);
		return;
	}
	n = member_bytes(base, m);
	if (n > m->limit) {
		writer_fail(w);
		return;
	}
	writer_le32(w, (uint32_t)n);
	writer_put(w, p, (size_t)n);
}

/* What the outputs of functions point to is flat: members are written where they are. */
static void get_output(struct reader *r, const struct member *m, const void *base)
{
	void *p = member_pointer(base, m);
	uint64_t room;
	uint32_t n;
	unsigned i;

	if (!codec_get_flag(r))
		return;
	if (!p) {
		reader_fail(r);
		return;
	}
	if (m->kind == MEMBER_STRUCTS) {
		for (i = 0; i < m->shape->count && reader_ok(r); i++)
			member_get_flat(r, &m->shape->members[i], p);
		return;
	}
	room = m->flags & MEMBER_ROOM_LIMIT ? m->limit : member_bytes(base, m);
	n = reader_le32(r);
	if (n > room || n > reader_left(r))
		reader_fail(r);
	else
		reader_copy(r, p, n);
}

/* From the last to the first: how much room there is for bytes stands in the memory that the number
 * of bytes written goes to. */
void codec_put_answer(struct writer *w, const struct shape *s, const void *base, bool failed)
{
	unsigned i;

	for (i = s->count; i-- > 0;) {
		if (!answered(&s->members[i], failed))
			continue;
		if (member_is_flat(&s->members[i]))
			member_put_flat(w, &s->members[i], base);
		else
			put_output(w, &s->members[i], base);
	}
}

int codec_get_answer(struct reader *r, const struct shape *s, void *base, bool failed)
{
	unsigned i;

	for (i = s->count; i-- > 0 && reader_ok(r);) {
		if (!answered(&s->members[i], failed))
			continue;
		if (member_is_flat(&s->members[i]))
			member_get_flat(r, &s->members[i], base);
		else
			get_output(r, &s->members[i], base);
	}
	return reader_ok(r) ? 0 : -EPROTO;
}
