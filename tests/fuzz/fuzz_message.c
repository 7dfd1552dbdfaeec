// SPDX-License-Identifier: BSD-2-Clause
/*
 * Bodies of messages, of any content. The first two bytes choose type and fn. What is accepted must
 * be written again to the same bytes; what a RETURN or REPLY brings stays within the memory of the
 * call that it answers.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/message_samples.h"
#include "worker/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ROOM (MESSAGE_MAX + MESSAGE_HEADER)

static struct arena first, second;
static uint8_t *room; /* of ROOM bytes, kept from input to input */

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void fuzz_call(struct reader r, enum crossing_fn fn, const uint8_t *body, size_t size)
{
	struct writer w = writer_init(room, ROOM);
	struct handler_call c = {.fn = fn}, again = {.fn = fn};
	struct message_return extra = {0};

	if (message_get_call(&r, &first, &c))
		return;
	message_put_call(&w, &c);
	require(writer_ok(&w) && w.len == size && memcmp(room, body, size) == 0);
	r = reader_init(room, w.len);
	require(message_get_call(&r, &second, &again) == 0);
	w = writer_init(room, ROOM);
	message_put_return(&w, &c, &again, NULL, &extra);
	require(writer_ok(&w));
	r = reader_init(room, w.len);
	require(message_get_return(&r, &again, &extra) == 0);
}

/* But for the views at the end, whose tokens are no addresses here. */
static void fuzz_function(struct reader r, enum crossing_fn fn, const uint8_t *body, size_t size)
{
	struct writer w = writer_init(room, ROOM);
	struct function_call f = {.fn = fn};
	unsigned i, sum = 0;
	size_t j;

	if (message_get_function(&r, &first, &f))
		return;
	message_put_function(&w, &f, NULL);
	require(writer_ok(&w) && w.len <= size && memcmp(room, body, w.len - 4) == 0);
	require(f.views.count || w.len == size);
	for (i = 0; i < f.views.count; i++)
		for (j = 0; j < f.views.list[i].size; j++)
			sum += ((const uint8_t *)f.views.list[i].bytes)[j];
	require(sum || !f.views.list || f.views.size);
	free(f.views.list);
}

/* An answer to the sample of fn, as it was decoded: every piece has just its size. */
static void fuzz_return(struct reader r, enum crossing_fn fn)
{
	static struct samples samples;
	struct message_return extra;
	struct handler_call c;
	struct writer w = writer_init(room, ROOM);
	struct reader call;

	samples_fill(&samples, 0x37);
	c = sample_handler(&samples, fn);
	message_put_call(&w, &c);
	call = reader_init(room, w.len);
	require(message_get_call(&call, &first, &c) == 0);
	if (message_get_return(&r, &c, &extra) == 0)
		free(c.views.list);
}

static void fuzz_reply(struct reader r, enum crossing_fn fn)
{
	static struct samples samples;
	struct function_call f;
	DWORD result;

	samples_fill(&samples, 0x37);
	f = sample_function(&samples, fn);
	(void)message_get_reply(&r, &f, &result);
	/* Nothing but the room for outputs was written. */
	require(samples.version.dwVerMax == 3 && samples.ui.dwByteCount == 21);
}

static void fuzz_probe(struct reader r, const uint8_t *body, size_t size)
{
	struct writer w = writer_init(room, ROOM);
	struct module_probe p;

	if (message_get_probe(&r, &p))
		return;
	message_put_probe(&w, &p);
	require(writer_ok(&w) && w.len == size && memcmp(room, body, size) == 0);
}

/* The answer to a question of that kind. */
static void fuzz_probed(struct reader r, uint8_t what, const uint8_t *body, size_t size)
{
	struct writer w = writer_init(room, ROOM);
	struct module_probe p = {.what = (enum module_probe_what)(what % 3)};
	int result;

	if (p.what == PROBE_SCAN)
		p.scan.count = 2;
	if (message_get_probed(&r, &p, &result))
		return;
	require(result <= 0);
	message_put_probed(&w, &p, result);
	require(writer_ok(&w) && w.len == size && memcmp(room, body, size) == 0);
}

static void fuzz_fixed(struct reader r, uint16_t type)
{
	struct message_start start;
	struct message_ready ready;
	struct module_trespass_info trespass;
	char why[64];
	uint64_t v;
	int error;

	if (type == MESSAGE_START)
		(void)message_get_start(&r, &start);
	else if (type == MESSAGE_READY)
		(void)message_get_ready(&r, &ready);
	else if (type == MESSAGE_FAILED && message_get_failed(&r, &error, why, sizeof(why)) == 0)
		require(error < 0 && strlen(why) < sizeof(why));
	else if (type == MESSAGE_TRESPASS)
		(void)message_get_trespass(&r, &trespass);
	else
		(void)message_get_number(&r, &v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct message m;
	struct reader r;

	if (!room)
		room = malloc(ROOM);
	require(room != NULL);
	if (size >= MESSAGE_HEADER)
		(void)message_get_header(data, data[4] >= MESSAGE_READY, &m);
	if (size < 2 || size - 2 > MESSAGE_MAX)
		return 0;
	r = reader_init(data + 2, size - 2);
	if (data[0] == MESSAGE_CALL && data[1] < FN_HANDLERS)
		fuzz_call(r, (enum crossing_fn)data[1], data + 2, size - 2);
	else if (data[0] == MESSAGE_FUNCTION && data[1] >= FN_HANDLERS && data[1] < FN_CALLS)
		fuzz_function(r, (enum crossing_fn)data[1], data + 2, size - 2);
	else if (data[0] == MESSAGE_RETURN && data[1] < FN_HANDLERS)
		fuzz_return(r, (enum crossing_fn)data[1]);
	else if (data[0] == MESSAGE_REPLY && data[1] >= FN_HANDLERS && data[1] < FN_CALLS)
		fuzz_reply(r, (enum crossing_fn)data[1]);
	else if (data[0] == MESSAGE_PROBE)
		fuzz_probe(r, data + 2, size - 2);
	else if (data[0] == MESSAGE_PROBED)
		fuzz_probed(r, data[1], data + 2, size - 2);
	else
		fuzz_fixed(r, data[0]);
	arena_reset(&first);
	arena_reset(&second);
	return 0;
}
