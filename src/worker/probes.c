// SPDX-License-Identifier: BSD-2-Clause
/* Bodies of PROBE and PROBED. */
#include "worker/message.h"

#include <errno.h>

#include "worker/codec.h"

static int end(const struct reader *r)
{
	return reader_ok(r) && reader_left(r) == 0 ? 0 : -EPROTO;
}

/* ---- PROBE ---- */

static void put_needles(struct writer *w, const struct module_probe *p)
{
	const struct module_needle *n = p->scan.needles;
	uint32_t i;

	writer_le32(w, p->scan.count);
	for (i = 0; i < p->scan.count; i++) {
		writer_le32(w, n[i].length);
		writer_put(w, n[i].mask, n[i].length);
		writer_put(w, n[i].masked, n[i].length);
	}
}

void message_put_probe(struct writer *w, const struct module_probe *p)
{
	if (!module_probe_sound(p)) {
		writer_fail(w);
		return;
	}
	writer_le32(w, (uint32_t)p->what);
	switch (p->what) {
	case PROBE_USAGE:
		break;
	case PROBE_SCAN:
		put_needles(w, p);
		break;
	case PROBE_CLOCK:
		writer_le64(w, (uint64_t)p->clock.jump_ns);
		writer_u8(w, p->clock.wall);
		writer_u8(w, p->clock.monotonic);
		break;
	}
}

static void get_needles(struct reader *r, struct module_probe *p)
{
	struct module_needle *n = p->scan.needles;
	uint32_t i;

	p->scan.count = reader_le32(r);
	if (p->scan.count > MODULE_NEEDLES)
		reader_fail(r);
	for (i = 0; reader_ok(r) && i < p->scan.count; i++) {
		n[i].length = reader_le32(r);
		if (n[i].length > MODULE_NEEDLE_SIZE) {
			reader_fail(r);
			break;
		}
		reader_copy(r, n[i].mask, n[i].length);
		reader_copy(r, n[i].masked, n[i].length);
	}
}

int message_get_probe(struct reader *r, struct module_probe *p)
{
	uint32_t what = reader_le32(r);

	memset(p, 0, sizeof(*p));
	if (what > PROBE_CLOCK)
		return -EPROTO;
	p->what = (enum module_probe_what)what;
	switch (p->what) {
	case PROBE_USAGE:
		break;
	case PROBE_SCAN:
		get_needles(r, p);
		break;
	case PROBE_CLOCK:
		p->clock.jump_ns = (int64_t)reader_le64(r);
		p->clock.wall = codec_get_flag(r);
		p->clock.monotonic = codec_get_flag(r);
		break;
	}
	if (end(r))
		return -EPROTO;
	return module_probe_sound(p) ? 0 : -EPROTO;
}

/* ---- PROBED ---- */

static void put_usage(struct writer *w, const struct module_usage *u)
{
	writer_le64(w, u->heap_blocks);
	writer_le64(w, u->heap_bytes);
	writer_le64(w, u->threads);
	writer_le64(w, u->descriptors);
	writer_le64(w, u->cpu_ns);
}

static void put_found(struct writer *w, const struct module_probe *p)
{
	uint32_t i;

	for (i = 0; i < p->scan.count; i++) {
		writer_le32(w, p->scan.found[i].count);
		writer_le32(w, (uint32_t)p->scan.found[i].first);
	}
	writer_le64(w, p->scan.bytes);
}

void message_put_probed(struct writer *w, const struct module_probe *p, int result)
{
	writer_le32(w, (uint32_t)p->what);
	writer_le32(w, (uint32_t)result);
	if (result)
		return;
	switch (p->what) {
	case PROBE_USAGE:
		put_usage(w, &p->usage);
		break;
	case PROBE_SCAN:
		put_found(w, p);
		break;
	case PROBE_CLOCK:
		break;
	}
}

static void get_usage(struct reader *r, struct module_usage *u)
{
	u->heap_blocks = reader_le64(r);
	u->heap_bytes = reader_le64(r);
	u->threads = reader_le64(r);
	u->descriptors = reader_le64(r);
	u->cpu_ns = reader_le64(r);
}

static void get_found(struct reader *r, struct module_probe *p)
{
	uint32_t i, place;

	for (i = 0; i < p->scan.count; i++) {
		p->scan.found[i].count = reader_le32(r);
		place = reader_le32(r);
		if (place > PLACE_OTHER || (place && !p->scan.found[i].count))
			reader_fail(r);
		else
			p->scan.found[i].first = (enum module_place)place;
	}
	p->scan.bytes = reader_le64(r);
}

int message_get_probed(struct reader *r, struct module_probe *p, int *result)
{
	uint32_t what = reader_le32(r), code = reader_le32(r);

	if (what != (uint32_t)p->what || (code && code <= INT32_MAX))
		return -EPROTO;
	*result = (int)(int32_t)code;
	if (*result)
		return end(r);
	switch (p->what) {
	case PROBE_USAGE:
		get_usage(r, &p->usage);
		break;
	case PROBE_SCAN:
		get_found(r, p);
		break;
	case PROBE_CLOCK:
		break;
	}
	return end(r);
}
