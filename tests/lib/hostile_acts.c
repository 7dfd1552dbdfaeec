// SPDX-License-Identifier: BSD-2-Clause
/* The operations of the hostile worker. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/hostile_internal.h"

/* ---- Bytes that it is driven by; zeros behind their end. ---- */

static uint8_t take(struct hostile *h)
{
	return reader_left(&h->bytes) ? reader_u8(&h->bytes) : 0;
}

static uint32_t take16(struct hostile *h)
{
	uint32_t low = take(h);

	return low | (uint32_t)take(h) << 8;
}

static uint32_t take32(struct hostile *h)
{
	uint32_t low = take16(h);

	return low | take16(h) << 16;
}

static void change(struct hostile *h)
{
	uint8_t *body = h->outbox + MESSAGE_HEADER;
	unsigned n = take(h) % 8;
	size_t place;

	while (n--) {
		place = take16(h);
		if (h->outbox_length)
			body[place % h->outbox_length] ^= take(h);
	}
}

static void cut(struct hostile *h)
{
	size_t n = take16(h);

	h->whole = h->outbox_length;
	h->outbox_length -= n < h->outbox_length ? n : h->outbox_length;
}

/* ---- Answers. ---- */

static void put_answer(struct hostile *h, const struct hostile_call *c)
{
	struct handler_call call = {.fn = (enum crossing_fn)c->m.fn}, before = call;
	/* While it lives it may always say something. */
	const struct message_return extra = {.threads = c->m.fn != FN_DEINIT_SERVICE};
	struct writer w = writer_init(h->outbox + MESSAGE_HEADER, HOSTILE_ROOM);
	struct reader r = reader_init(c->body, c->m.length), again = r;

	if (message_get_call(&r, &h->arena, &call) || message_get_call(&again, &h->arena, &before))
		abort();
	hostile_handle(h, &call);
	message_put_return(&w, &call, &before, NULL, &extra);
	if (!writer_ok(&w))
		abort();
	h->outbox_length = w.len;
	arena_reset(&h->arena);
}

static struct message answer_header(const struct hostile_call *c)
{
	return (struct message){.type = MESSAGE_RETURN, .fn = c->m.fn, .call = c->m.call};
}

/* What stands in the outbox is its answer: the call is over, and other threads go on. */
static int conclude(struct hostile *h, struct hostile_call *c)
{
	const struct message m = answer_header(c);

	free(c->body);
	*c = (struct hostile_call){0};
	return hostile_send(h, m) ? -1 : hostile_next(h);
}

static int answer(struct hostile *h, struct hostile_call *c)
{
	put_answer(h, c);
	return conclude(h, c);
}

static int answer_twice(struct hostile *h, struct hostile_call *c)
{
	const struct message m = answer_header(c);

	put_answer(h, c);
	return hostile_send(h, m) ? -1 : conclude(h, c);
}

static int spoil_header(struct hostile *h, const struct hostile_call *c)
{
	static const struct {
		uint8_t offset, size;
	} fields[] = {{0, 4}, {4, 2}, {6, 2}, {8, 4}, {12, 4}, {16, 4}};
	const unsigned i = take(h) % 6;
	struct message m = answer_header(c);
	uint8_t value[4];

	put_answer(h, c);
	m.length = (uint32_t)h->outbox_length;
	message_put_header(h->outbox, &m);
	store_le32(value, take32(h));
	memcpy(h->outbox + fields[i].offset, value, fields[i].size);
	return hostile_write(h, h->outbox, MESSAGE_HEADER + h->outbox_length);
}

/* A part of the answer is the last that is heard of it. */
static int part(struct hostile *h, const struct hostile_call *c)
{
	struct message m = answer_header(c);
	size_t n = take16(h);

	put_answer(h, c);
	m.length = (uint32_t)h->outbox_length;
	message_put_header(h->outbox, &m);
	hostile_write(h, h->outbox, n % (MESSAGE_HEADER + h->outbox_length));
	return -1;
}

/* ---- Functions. ---- */

/* Success of a live session opens its port, and nothing else may: so it is never said. */
static bool opens(struct hostile *h, enum crossing_fn fn)
{
	struct reader r = reader_init(h->outbox + MESSAGE_HEADER, h->outbox_length);
	struct function_call f = {.fn = fn};
	bool success = false;

	if (fn != FN_POST_ASSOCIATE_COMPLETION)
		return false;
	if (message_get_function(&r, &h->arena, &f) == 0) {
		success = f.completion.error == ERROR_SUCCESS;
		free(f.views.list);
	}
	arena_reset(&h->arena);
	return success;
}

/* 0: what fits. */
static HANDLE handle_by(const struct hostile *h, unsigned choice, HANDLE fits)
{
	switch (choice % 4) {
	case 0:
		return choice ? NULL : fits;
	case 1:
		return h->handles[(choice >> 2) % HOSTILE_HANDLES];
	case 2: /* of another adapter or time, perhaps */
		return (HANDLE)((uintptr_t)h->handles[(choice >> 2) % HOSTILE_HANDLES] ^ 1);
	default: /* foreign */
		return SAMPLE_TOKEN;
	}
}

static void choose_session(struct hostile *h, struct function_call *f, HANDLE session)
{
	switch (f->fn) {
	case FN_SET_PROFILE_CUSTOM_USER_DATA:
	case FN_GET_PROFILE_CUSTOM_USER_DATA:
	case FN_SET_CURRENT_PROFILE:
		f->set_user_data.session = session; /* first in all three */
		break;
	case FN_PRE_ASSOCIATE_COMPLETION:
	case FN_POST_ASSOCIATE_COMPLETION:
		f->completion.session = session;
		f->completion.error = f->fn == FN_POST_ASSOCIATE_COMPLETION;
		break;
	case FN_SEND_PACKET:
		memcpy(h->samples.bytes, h->peer, sizeof(h->peer));
		h->samples.bytes[6] = 0x88;
		h->samples.bytes[7] = 0x8E;
		f->send_packet.send = (HANDLE)++h->sends;
		break;
	default: /* they name none */
		break;
	}
}

/* A function with arguments as a module has them. */
static enum crossing_fn put_plausible(struct hostile *h)
{
	const enum crossing_fn fn =
		(enum crossing_fn)(FN_HANDLERS + take(h) % (FN_CALLS - FN_HANDLERS));
	const unsigned svc = take(h), session = take(h);
	void *block = h->blocks[session % HOSTILE_BLOCKS];
	struct function_call f;

	samples_fill(&h->samples, 0);
	f = sample_function(&h->samples, fn);
	f.stale = (svc & 0x80) != 0;
	f.svc = handle_by(h, svc & 0x7F, h->svcs[0]);
	choose_session(h, &f, handle_by(h, session, h->session));
	if (fn == FN_ALLOCATE_BUFFER) {
		f.allocate_buffer.size = sizeof(h->blocks[0]);
		f.allocate_buffer.token = block;
	} else if (fn == FN_FREE_BUFFER) {
		f.free_buffer.buffer = block;
	} else if (fn == FN_START_ONEX) {
		f.start_onex.attributes = block;
	}
	hostile_put_function(h, &f);
	change(h);
	cut(h);
	return fn;
}

static enum crossing_fn put_fuzzed(struct hostile *h)
{
	const enum crossing_fn fn =
		(enum crossing_fn)(FN_HANDLERS + take(h) % (FN_CALLS - FN_HANDLERS));
	unsigned i, n = take(h);

	for (i = 0; i < n; i++)
		h->outbox[MESSAGE_HEADER + i] = take(h);
	h->outbox_length = n;
	return fn;
}

/* In the handler's thread: what comes next does so when it is answered. */
static int call_within(struct hostile *h, struct hostile_call *c, enum crossing_fn fn)
{
	const struct message m = {.type = MESSAGE_FUNCTION, .fn = (uint16_t)fn, .call = c->m.call};

	return opens(h, fn) ? answer(h, c) : hostile_send(h, m);
}

static int call_from_thread(struct hostile *h, struct hostile_call *c)
{
	const enum crossing_fn fn = put_plausible(h);
	const struct message m = {
		.type = MESSAGE_FUNCTION, .fn = (uint16_t)fn, .thread = 2 + c->m.call % 8};

	if (!opens(h, fn) && hostile_send(h, m))
		return -1;
	return answer(h, c);
}

static int flood(struct hostile *h, struct hostile_call *c)
{
	const struct function_call f = {.fn = FN_STOP_ONEX, .svc = h->svcs[0]};
	struct message m = {.type = MESSAGE_FUNCTION, .fn = FN_STOP_ONEX, .call = c->m.call};
	unsigned n = take16(h);

	if (h->config.flood_max && n > h->config.flood_max)
		n = h->config.flood_max;
	if (take(h) % 2) {
		m.call = 0;
		m.thread = 2;
	}
	hostile_put_function(h, &f);
	while (n--)
		if (hostile_send(h, m))
			return -1;
	return answer(h, c);
}

/* ---- Messages that have no place here. ---- */

static int forbidden(struct hostile *h, const struct hostile_call *c)
{
	struct message m = c->m;

	m.type = (uint16_t)(MESSAGE_START + take(h) % 5);
	memcpy(h->outbox + MESSAGE_HEADER, c->body, c->m.length);
	h->outbox_length = c->m.length;
	return hostile_send(h, m);
}

static struct writer outbox_writer(struct hostile *h)
{
	return writer_init(h->outbox + MESSAGE_HEADER, HOSTILE_ROOM);
}

static int trespass(struct hostile *h, struct hostile_call *c)
{
	struct module_trespass_info info = {.what = (enum module_trespass)(take(h) % 16)};
	struct writer w = outbox_writer(h);

	info.fn = (enum crossing_fn)take(h);
	info.code = take32(h);
	message_put_trespass(&w, &info);
	h->outbox_length = w.len;
	return hostile_send(h, (struct message){.type = MESSAGE_TRESPASS}) ? -1 : answer(h, c);
}

static int crash(struct hostile *h, struct hostile_call *c)
{
	const uint8_t code = take(h);
	struct writer w = outbox_writer(h);

	message_put_number(&w, 0xC0000000u + (code & 0x7F));
	h->outbox_length = w.len;
	if (hostile_send(h, (struct message){.type = MESSAGE_CRASH}))
		return -1;
	return code & 0x80 ? answer(h, c) : -1;
}

/* ---- Answers to probes. ---- */

static int send_probed(struct hostile *h, struct module_probe *p, enum hostile_probe way)
{
	const struct message answer = {.type = MESSAGE_PROBED};
	struct writer w = outbox_writer(h);

	if (way == HOSTILE_PROBE_OTHER)
		p->what = p->what == PROBE_USAGE ? PROBE_CLOCK : PROBE_USAGE;
	message_put_probed(&w, p, way == HOSTILE_PROBE_ODD ? 5 : 0);
	if (way == HOSTILE_PROBE_EXCESS)
		writer_u8(&w, 0);
	h->outbox_length = w.len - (way == HOSTILE_PROBE_CUT);
	if (way == HOSTILE_PROBE_SILENT)
		return 0;
	if (way == HOSTILE_PROBE_TWICE && hostile_send(h, answer))
		return -1;
	return hostile_send(h, answer);
}

int hostile_probed(struct hostile *h, const struct message *m, const uint8_t *body)
{
	struct reader r = reader_init(body, m->length);
	enum hostile_probe way = h->config.probe;
	struct module_probe p;

	if (message_get_probe(&r, &p))
		abort(); /* the host keeps the protocol */
	if (h->config.at == FN_COUNT && !h->config.honest)
		way = (enum hostile_probe)(take(h) % HOSTILE_PROBE_WAYS);
	else if (h->cheated)
		way = HOSTILE_PROBE_ANSWERS;
	h->cheated = true;
	return send_probed(h, &p, way);
}

static int probed_unasked(struct hostile *h)
{
	struct module_probe p = {.what = PROBE_USAGE};

	return send_probed(h, &p, HOSTILE_PROBE_ANSWERS);
}

static int out_of_time(struct hostile *h, enum message_type type)
{
	const struct message_ready ready = {.version = PROTOCOL_VERSION};
	struct writer w = outbox_writer(h);

	if (type == MESSAGE_READY)
		message_put_ready(&w, &ready);
	else
		message_put_failed(&w, -5, "after all");
	h->outbox_length = w.len;
	return hostile_send(h, (struct message){.type = (uint16_t)type});
}

/* Too short for a completion by itself. */
static int garbage(struct hostile *h)
{
	uint8_t bytes[48];
	unsigned i, n = take(h) % (sizeof(bytes) + 1);

	for (i = 0; i < n; i++)
		bytes[i] = take(h);
	return hostile_write(h, bytes, n);
}

static int close_one(struct hostile *h, int *fd)
{
	h->deaf |= fd == &h->in;
	close(*fd);
	*fd = -1;
	return 0;
}

/* ---- Which. ---- */

/* What ends with a deadline takes real time, and is to be rare. */
static enum hostile_op by_byte(uint8_t byte)
{
	const enum hostile_op op = (enum hostile_op)(byte % HOSTILE_OPS);

	return (op == HOSTILE_SILENT || op == HOSTILE_DEAF) && byte < 10 * HOSTILE_OPS
		       ? HOSTILE_ANSWER
		       : op;
}

static enum hostile_op choose(struct hostile *h, struct hostile_call *c)
{
	const struct hostile_config *config = &h->config;
	const unsigned times = config->times ? config->times : 1;

	if (config->honest)
		return HOSTILE_ANSWER;
	if (config->at == FN_COUNT)
		return by_byte(take(h));
	if (c->acted || c->m.fn != config->at || h->seen++ < config->skip ||
		h->seen > config->skip + times)
		return HOSTILE_ANSWER;
	c->acted = true;
	h->bytes = reader_init(config->bytes, config->size);
	return config->op;
}

static int carry_out(struct hostile *h, struct hostile_call *c, enum hostile_op op)
{
	switch (op) {
	case HOSTILE_ANSWER:
		return answer(h, c);
	case HOSTILE_CHANGED:
		put_answer(h, c);
		change(h);
		return conclude(h, c);
	case HOSTILE_TRUNCATED:
		put_answer(h, c);
		cut(h);
		return conclude(h, c);
	case HOSTILE_HEADER:
		return spoil_header(h, c);
	case HOSTILE_TWICE:
		return answer_twice(h, c);
	case HOSTILE_SILENT:
		return 0;
	case HOSTILE_FUNCTION:
		return call_within(h, c, put_plausible(h));
	case HOSTILE_THREAD:
		return call_from_thread(h, c);
	case HOSTILE_FUZZED:
		return call_within(h, c, put_fuzzed(h));
	case HOSTILE_FORBIDDEN:
		return forbidden(h, c);
	case HOSTILE_TRESPASS:
		return trespass(h, c);
	case HOSTILE_CRASH:
		return crash(h, c);
	case HOSTILE_READY:
		return out_of_time(h, MESSAGE_READY);
	case HOSTILE_FAILED:
		return out_of_time(h, MESSAGE_FAILED);
	case HOSTILE_GARBAGE:
		return garbage(h);
	case HOSTILE_PART:
		return part(h, c);
	case HOSTILE_CLOSE:
		return -1;
	case HOSTILE_CLOSE_OUT:
		return close_one(h, &h->out);
	case HOSTILE_CLOSE_IN:
		return close_one(h, &h->in);
	case HOSTILE_FLOOD:
		return flood(h, c);
	case HOSTILE_DEAF:
		h->deaf = true;
		return take(h) % 2 ? answer(h, c) : 0;
	case HOSTILE_PROBED:
		return probed_unasked(h);
	case HOSTILE_OPS:
		break;
	}
	abort();
}

int hostile_act(struct hostile *h, struct hostile_call *c)
{
	struct message m = {.type = MESSAGE_FUNCTION, .call = c->m.call};
	struct handler_call decoded = {.fn = (enum crossing_fn)c->m.fn};
	struct reader r = reader_init(c->body, c->m.length);
	struct function_call f;
	bool first;

	if (!c->began) {
		c->began = true;
		if (message_get_call(&r, &h->arena, &decoded))
			abort();
		first = hostile_first(h, &decoded, &f);
		arena_reset(&h->arena);
		if (first) {
			hostile_put_function(h, &f);
			m.fn = (uint16_t)f.fn;
			return hostile_send(h, m);
		}
	}
	return carry_out(h, c, choose(h, c));
}
