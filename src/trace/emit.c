// SPDX-License-Identifier: BSD-2-Clause
/*
 * The writing half of a trace. Written by hand, as it is on the path of every crossing: all names
 * are the project's own and need no escaping, all values are numbers, addresses and hex.
 */
#include "trace/trace.h"
#include "trace/json.h"
#include "trace/names.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "base/hex.h"

static void put_text(struct writer *out, const char *text)
{
	writer_put(out, text, strlen(text));
}

static void put_number(struct writer *out, uint64_t v)
{
	char digits[20], *p = digits + sizeof(digits);

	if (v > INT64_MAX) {
		uint8_t bytes[8];
		char hex[2 * sizeof(bytes) + 1];

		store_be64(bytes, v);
		put_text(out, "\"0x");
		put_text(out, hex_encode(bytes, sizeof(bytes), hex));
		put_text(out, "\"");
		return;
	}
	do
		*--p = (char)('0' + v % 10);
	while (v /= 10);
	writer_put(out, p, (size_t)(digits + sizeof(digits) - p));
}

static void put_key(struct writer *out, const char *key)
{
	put_text(out, ",\"");
	put_text(out, key);
	put_text(out, "\":");
}

static void put_nonzero(struct writer *out, const char *key, uint64_t v)
{
	if (!v)
		return;
	put_key(out, key);
	put_number(out, v);
}

static void put_string(struct writer *out, const char *key, const char *value)
{
	put_key(out, key);
	put_text(out, "\"");
	put_text(out, value);
	put_text(out, "\"");
}

static void put_flags(struct writer *out, uint8_t flags)
{
	const char *before = "[\"";
	unsigned i;

	flags &= TRACE_FLAGS_KNOWN;
	if (!flags)
		return;
	put_key(out, "flags");
	for (i = 0; i < TRACE_FLAGS; i++) {
		if (!(flags & 1u << i))
			continue;
		put_text(out, before);
		put_text(out, trace_flag_names[i]);
		before = "\",\"";
	}
	put_text(out, "\"]");
}

static void put_args(struct writer *out, const struct crossing *x)
{
	const char *const *names = crossing_args((enum crossing_fn)x->fn);
	const char *before = ",\"args\":{\"";
	bool any = false;
	unsigned i;

	for (i = 0; i < CROSSING_ARGS; i++) {
		if (names[i][0] == '_')
			continue;
		put_text(out, before);
		put_text(out, names[i]);
		put_text(out, "\":");
		put_number(out, x->arg[i]);
		before = ",\"";
		any = true;
	}
	if (any)
		put_text(out, "}");
}

static void put_crossing(struct writer *out, const struct crossing *x)
{
	struct mac peer = mac_from_u64(x->peer);
	char mac[MAC_TEXT_SIZE], hex[2 * CROSSING_DATA + 1];

	put_text(out, "{\"seq\":");
	put_number(out, x->seq);
	put_key(out, "time");
	put_number(out, x->time);
	put_nonzero(out, "thread", x->thread);
	put_string(out, "call", crossing_name((enum crossing_fn)x->fn));
	put_string(out, "phase", trace_phase_names[x->phase]);
	put_nonzero(out, "adapter", x->adapter);
	put_nonzero(out, "ext", x->ext);
	put_nonzero(out, "handle", x->handle);
	if (!mac_is_zero(&peer))
		put_string(out, "peer", mac_format(&peer, mac));
	put_nonzero(out, "result", x->result);
	put_nonzero(out, "reason", x->reason);
	put_flags(out, x->flags);
	if (x->data_length)
		put_string(out, "data",
			hex_encode(x->data,
				x->data_length < CROSSING_DATA ? x->data_length : CROSSING_DATA,
				hex));
	put_args(out, x);
	put_text(out, "}");
}

size_t trace_format(const struct crossing *x, char *room, size_t length)
{
	struct writer out = writer_init(room, length);

	put_crossing(&out, x);
	return writer_ok(&out) ? out.len : 0;
}

static void put_line(struct trace_writer *w, const struct writer *line)
{
	if (!writer_ok(line))
		w->error = -EIO; /* cannot happen: the longest line has its room */
	else if (fwrite(line->buf, 1, line->len, w->file) != line->len)
		w->error = errno ? -errno : -EIO;
}

void trace_writer_begin(struct trace_writer *w, FILE *file)
{
	char text[128];
	struct writer line = writer_init(text, sizeof(text));

	*w = (struct trace_writer){.file = file};
	put_text(&line, "{\"openihv-trace\":");
	put_number(&line, TRACE_FORMAT);
	put_string(&line, "version", OPENIHV_VERSION);
	put_text(&line, "}\n");
	put_line(w, &line);
}

void trace_write(struct trace_writer *w, const struct crossing *x)
{
	char text[TRACE_CROSSING_MAX + 1];
	struct writer line = writer_init(text, sizeof(text));

	if (w->error)
		return;
	put_crossing(&line, x);
	put_text(&line, "\n");
	put_line(w, &line);
}

int trace_writer_end(struct trace_writer *w)
{
	if (!w->error && fflush(w->file) != 0)
		w->error = errno ? -errno : -EIO;
	return w->error;
}
