// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_BASE_BYTES_H
#define OPENIHV_BASE_BYTES_H

/*
 * Bounded reading and writing of byte strings.
 *
 * Both sides have a sticky error: the first access that does not fit sets `bad`, and from then on
 * every read returns 0 or NULL and every write does nothing. So a codec reads or writes a whole
 * message in a straight line and asks once at the end. Nothing here allocates or owns memory.
 *
 *	struct reader r = reader_init(frame, len);
 *	uint16_t algorithm = reader_le16(&r);
 *	const uint8_t *nonce = reader_take(&r, 32);
 *	if (!reader_ok(&r))
 *		return -EBADMSG;
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// A window on memory of the caller, who keeps it alive as long as pointers taken from it are used.
struct reader {
	const uint8_t *pos;
	const uint8_t *end;
	bool bad;
};

// `data` may be NULL only when `len` is 0.
static inline struct reader reader_init(const void *data, size_t len)
{
	// A NULL pointer must not take part in pointer arithmetic, not even with 0.
	const uint8_t *p = data ? (const uint8_t *)data : (const uint8_t *)"";
	return (struct reader){.pos = p, .end = p + len, .bad = false};
}

// True while every access so far has fitted.
static inline bool reader_ok(const struct reader *r)
{
	return !r->bad;
}

// Octets not yet read; 0 after an error.
static inline size_t reader_left(const struct reader *r)
{
	return (size_t)(r->end - r->pos);
}

// Marks the reader as failed: for a caller that finds the content, not the length, wrong.
static inline void reader_fail(struct reader *r)
{
	r->bad = true;
	r->pos = r->end;
}

// The next `n` octets, or NULL (and an error) when fewer are left. Never NULL for n = 0 unless bad.
static inline const uint8_t *reader_take(struct reader *r, size_t n)
{
	const uint8_t *p = r->pos;
	if (__builtin_expect(r->bad || reader_left(r) < n, 0)) {
		reader_fail(r);
		return NULL;
	}
	r->pos += n;
	return p;
}

static inline void reader_skip(struct reader *r, size_t n)
{
	(void)reader_take(r, n);
}

// Copies `n` octets to `out`; on an error `out` is filled with zero.
static inline void reader_copy(struct reader *r, void *out, size_t n)
{
	const uint8_t *p = reader_take(r, n);
	if (p)
		memcpy(out, p, n);
	else
		memset(out, 0, n);
}

// A reader of the next `n` octets, which are skipped in `r`. If they are not there both are bad.
static inline struct reader reader_sub(struct reader *r, size_t n)
{
	const uint8_t *p = reader_take(r, n);
	struct reader sub = reader_init(p, p ? n : 0);
	sub.bad = p == NULL;
	return sub;
}

static inline uint8_t reader_u8(struct reader *r)
{
	const uint8_t *p = reader_take(r, 1);
	return p ? *p : 0;
}

static inline uint16_t load_le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t load_le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t load_le64(const uint8_t *p)
{
	return (uint64_t)load_le32(p) | (uint64_t)load_le32(p + 4) << 32;
}

static inline uint16_t load_be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t load_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | (uint32_t)p[3];
}

static inline uint64_t load_be64(const uint8_t *p)
{
	return (uint64_t)load_be32(p) << 32 | (uint64_t)load_be32(p + 4);
}

static inline uint16_t reader_le16(struct reader *r)
{
	const uint8_t *p = reader_take(r, 2);
	return p ? load_le16(p) : 0;
}

static inline uint32_t reader_le32(struct reader *r)
{
	const uint8_t *p = reader_take(r, 4);
	return p ? load_le32(p) : 0;
}

static inline uint64_t reader_le64(struct reader *r)
{
	const uint8_t *p = reader_take(r, 8);
	return p ? load_le64(p) : 0;
}

static inline uint16_t reader_be16(struct reader *r)
{
	const uint8_t *p = reader_take(r, 2);
	return p ? load_be16(p) : 0;
}

static inline uint32_t reader_be32(struct reader *r)
{
	const uint8_t *p = reader_take(r, 4);
	return p ? load_be32(p) : 0;
}

static inline uint64_t reader_be64(struct reader *r)
{
	const uint8_t *p = reader_take(r, 8);
	return p ? load_be64(p) : 0;
}

// Fills memory of the caller. `len` octets are written so far; it never exceeds `cap`.
struct writer {
	uint8_t *buf;
	size_t cap;
	size_t len;
	bool bad;
};

static inline struct writer writer_init(void *buf, size_t cap)
{
	return (struct writer){.buf = (uint8_t *)buf, .cap = cap, .len = 0, .bad = false};
}

// True while everything so far has fitted. When false, `buf` holds an incomplete message.
static inline bool writer_ok(const struct writer *w)
{
	return !w->bad;
}

static inline size_t writer_left(const struct writer *w)
{
	return w->bad ? 0 : w->cap - w->len;
}

static inline void writer_fail(struct writer *w)
{
	w->bad = true;
}

// Room for `n` octets, to be filled by the caller (they are not zeroed), or NULL and an error.
static inline uint8_t *writer_reserve(struct writer *w, size_t n)
{
	if (__builtin_expect(w->bad || w->buf == NULL || w->cap - w->len < n, 0)) {
		w->bad = true;
		return NULL;
	}
	uint8_t *p = w->buf + w->len;
	w->len += n;
	return p;
}

// `p` may be NULL only when `n` is 0.
static inline void writer_put(struct writer *w, const void *p, size_t n)
{
	uint8_t *to = writer_reserve(w, n);
	if (to && n)
		memcpy(to, p, n);
}

static inline void writer_zero(struct writer *w, size_t n)
{
	uint8_t *to = writer_reserve(w, n);
	if (to)
		memset(to, 0, n);
}

static inline void writer_u8(struct writer *w, uint8_t v)
{
	uint8_t *to = writer_reserve(w, 1);
	if (to)
		*to = v;
}

static inline void store_le16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static inline void store_le32(uint8_t *p, uint32_t v)
{
	store_le16(p, (uint16_t)v);
	store_le16(p + 2, (uint16_t)(v >> 16));
}

static inline void store_le64(uint8_t *p, uint64_t v)
{
	store_le32(p, (uint32_t)v);
	store_le32(p + 4, (uint32_t)(v >> 32));
}

static inline void store_be16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void store_be32(uint8_t *p, uint32_t v)
{
	store_be16(p, (uint16_t)(v >> 16));
	store_be16(p + 2, (uint16_t)v);
}

static inline void store_be64(uint8_t *p, uint64_t v)
{
	store_be32(p, (uint32_t)(v >> 32));
	store_be32(p + 4, (uint32_t)v);
}

static inline void writer_le16(struct writer *w, uint16_t v)
{
	uint8_t *to = writer_reserve(w, 2);
	if (to)
		store_le16(to, v);
}

static inline void writer_le32(struct writer *w, uint32_t v)
{
	uint8_t *to = writer_reserve(w, 4);
	if (to)
		store_le32(to, v);
}

static inline void writer_le64(struct writer *w, uint64_t v)
{
	uint8_t *to = writer_reserve(w, 8);
	if (to)
		store_le64(to, v);
}

static inline void writer_be16(struct writer *w, uint16_t v)
{
	uint8_t *to = writer_reserve(w, 2);
	if (to)
		store_be16(to, v);
}

static inline void writer_be32(struct writer *w, uint32_t v)
{
	uint8_t *to = writer_reserve(w, 4);
	if (to)
		store_be32(to, v);
}

static inline void writer_be64(struct writer *w, uint64_t v)
{
	uint8_t *to = writer_reserve(w, 8);
	if (to)
		store_be64(to, v);
}

#endif
