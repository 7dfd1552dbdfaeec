// SPDX-License-Identifier: BSD-2-Clause
#include "worker/message.h"

#include <errno.h>

#include "worker/codec.h"

#define WHY_MAX 1024u

static bool from_host(uint16_t type)
{
	return type >= MESSAGE_START && type <= MESSAGE_PROBE;
}

static bool numbered(uint16_t type)
{
	return type == MESSAGE_CALL || type == MESSAGE_RETURN || type == MESSAGE_FUNCTION ||
	       type == MESSAGE_REPLY;
}

void message_put_header(uint8_t out[MESSAGE_HEADER], const struct message *m)
{
	struct writer w = writer_init(out, MESSAGE_HEADER);

	writer_le32(&w, m->length);
	writer_le16(&w, m->type);
	writer_le16(&w, m->fn);
	writer_le32(&w, m->call);
	writer_le32(&w, m->thread);
	writer_le32(&w, 0);
}

static bool numbers_good(const struct message *m)
{
	const struct crossing_shape *shape = shape_of(m->fn);

	if (!numbered(m->type))
		return m->fn == 0 && m->call == 0 && m->thread == 0;
	if (m->type == MESSAGE_CALL || m->type == MESSAGE_RETURN)
		return shape && shape->side == SIDE_HANDLER && m->call != 0 && m->thread == 0;
	return shape && shape->side == SIDE_FUNCTION;
}

int message_get_header(const uint8_t in[MESSAGE_HEADER], bool from_worker, struct message *m)
{
	m->length = load_le32(in);
	m->type = load_le16(in + 4);
	m->fn = load_le16(in + 6);
	m->call = load_le32(in + 8);
	m->thread = load_le32(in + 12);
	m->reserved = load_le32(in + 16);
	if (m->type == 0 || m->type >= MESSAGE_TYPES || from_host(m->type) == from_worker)
		return -EPROTO;
	if (m->length > MESSAGE_MAX || m->reserved != 0 || !numbers_good(m))
		return -EPROTO;
	return 0;
}

static int end(const struct reader *r)
{
	return reader_ok(r) && reader_left(r) == 0 ? 0 : -EPROTO;
}

void message_put_start(struct writer *w, const struct message_start *s)
{
	writer_le32(w, s->version);
	writer_u8(w, s->guard);
	writer_u8(w, s->repeatable);
	writer_le64(w, s->seed);
}

int message_get_start(struct reader *r, struct message_start *s)
{
	s->version = reader_le32(r);
	s->guard = codec_get_flag(r);
	s->repeatable = codec_get_flag(r);
	s->seed = reader_le64(r);
	return end(r);
}

void message_put_ready(struct writer *w, const struct message_ready *s)
{
	writer_le32(w, s->version);
	writer_le32(w, s->exports);
	writer_le32(w, s->functions);
	writer_le32(w, s->vs_functions);
	writer_le32(w, s->sandbox);
}

int message_get_ready(struct reader *r, struct message_ready *s)
{
	s->version = reader_le32(r);
	s->exports = reader_le32(r);
	s->functions = reader_le32(r);
	s->vs_functions = reader_le32(r);
	s->sandbox = reader_le32(r);
	return end(r);
}

void message_put_failed(struct writer *w, int error, const char *why)
{
	size_t n = strlen(why);

	if (n > WHY_MAX)
		n = WHY_MAX;
	writer_le32(w, (uint32_t)error);
	writer_le32(w, (uint32_t)n);
	writer_put(w, why, n);
}

int message_get_failed(struct reader *r, int *error, char *why, size_t room)
{
	uint32_t i, n, code = reader_le32(r);
	const uint8_t *text;

	n = reader_le32(r);
	if (n > WHY_MAX || code <= INT32_MAX)
		reader_fail(r);
	text = reader_take(r, n);
	if (!text || end(r))
		return -EPROTO;
	*error = (int)(int32_t)code;
	for (i = 0; i < n && i + 1 < room; i++)
		why[i] = text[i] >= ' ' && text[i] <= '~' ? (char)text[i] : '?';
	if (room)
		why[i] = '\0';
	return 0;
}

void message_put_trespass(struct writer *w, const struct module_trespass_info *t)
{
	writer_le32(w, (uint32_t)t->what);
	writer_le32(w, (uint32_t)t->fn);
	writer_le32(w, t->code);
}

int message_get_trespass(struct reader *r, struct module_trespass_info *t)
{
	uint32_t what = reader_le32(r), fn = reader_le32(r);

	t->code = reader_le32(r);
	if (what > TRESPASS_SYSTEM || fn > FN_COUNT)
		return -EPROTO;
	t->what = (enum module_trespass)what;
	t->fn = (enum crossing_fn)fn;
	return end(r);
}

void message_put_number(struct writer *w, uint64_t v)
{
	writer_le64(w, v);
}

int message_get_number(struct reader *r, uint64_t *v)
{
	*v = reader_le64(r);
	return end(r);
}

/* The shape of fn if it is of that side; NULL if not, which is a mistake of the caller's. */
static const struct crossing_shape *shape_on(enum crossing_fn fn, enum crossing_side side)
{
	const struct crossing_shape *s = shape_of(fn);

	return s && s->side == side ? s : NULL;
}

void message_put_call(struct writer *w, const struct handler_call *c)
{
	const struct crossing_shape *s = shape_on(c->fn, SIDE_HANDLER);

	if (!s) {
		writer_fail(w);
		return;
	}
	codec_put(w, shape_common(SIDE_HANDLER), c, EXCESS_FAILS);
	codec_put(w, &s->shape, c, EXCESS_FAILS);
}

int message_get_call(struct reader *r, struct arena *a, struct handler_call *c)
{
	const struct crossing_shape *s = shape_on(c->fn, SIDE_HANDLER);
	enum crossing_fn fn = c->fn;
	int err;

	memset(c, 0, sizeof(*c));
	c->fn = fn;
	if (!s)
		return -EPROTO;
	err = codec_get(r, a, shape_common(SIDE_HANDLER), c);
	if (!err)
		err = codec_get(r, a, &s->shape, c);
	if (!err)
		err = end(r);
	if (!err && s->sound && !s->sound(c))
		err = -EPROTO;
	return err;
}

void message_put_return(struct writer *w, const struct handler_call *c,
	const struct handler_call *before, const struct block_source *blocks,
	const struct message_return *extra)
{
	const struct crossing_shape *s = shape_on(c->fn, SIDE_HANDLER);

	if (!s || before->fn != c->fn) {
		writer_fail(w);
		return;
	}
	writer_le32(w, c->result);
	writer_le32(w, extra->threads);
	codec_put_changes(w, &s->shape, c, before);
	codec_put_views(w, &s->shape, c, blocks);
}

int message_get_return(struct reader *r, struct handler_call *c, struct message_return *extra)
{
	const struct crossing_shape *s = shape_on(c->fn, SIDE_HANDLER);
	int err;

	c->views = (struct module_views){0};
	if (!s)
		return -EPROTO;
	c->result = reader_le32(r);
	extra->threads = reader_le32(r);
	err = codec_get_changes(r, &s->shape, c);
	return err ? err : codec_get_views(r, &c->views);
}

void message_put_function(
	struct writer *w, const struct function_call *f, const struct block_source *blocks)
{
	const struct crossing_shape *s = shape_on(f->fn, SIDE_FUNCTION);

	if (!s) {
		writer_fail(w);
		return;
	}
	codec_put(w, shape_common(SIDE_FUNCTION), f, EXCESS_IS_NULL);
	codec_put(w, &s->shape, f, EXCESS_IS_NULL);
	codec_put_views(w, &s->shape, f, blocks);
}

int message_get_function(struct reader *r, struct arena *a, struct function_call *f)
{
	const struct crossing_shape *s = shape_on(f->fn, SIDE_FUNCTION);
	enum crossing_fn fn = f->fn;
	int err;

	memset(f, 0, sizeof(*f));
	f->fn = fn;
	if (!s)
		return -EPROTO;
	err = codec_get(r, a, shape_common(SIDE_FUNCTION), f);
	if (!err)
		err = codec_get(r, a, &s->shape, f);
	return err ? err : codec_get_views(r, &f->views);
}

void message_put_reply(struct writer *w, const struct function_call *f, DWORD result)
{
	const struct crossing_shape *s = shape_on(f->fn, SIDE_FUNCTION);

	if (!s) {
		writer_fail(w);
		return;
	}
	writer_le32(w, result);
	codec_put_answer(w, &s->shape, f, result != ERROR_SUCCESS);
}

int message_get_reply(struct reader *r, struct function_call *f, DWORD *result)
{
	const struct crossing_shape *s = shape_on(f->fn, SIDE_FUNCTION);
	int err;

	if (!s)
		return -EPROTO;
	*result = reader_le32(r);
	err = codec_get_answer(r, &s->shape, f, *result != ERROR_SUCCESS);
	return err ? err : end(r);
}
