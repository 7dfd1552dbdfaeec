// SPDX-License-Identifier: BSD-2-Clause
/* How the hostile worker answers START. */
#include <string.h>

#include "tests/lib/hostile_internal.h"

static int ready(struct hostile *h, const struct message_ready *r)
{
	struct writer w = writer_init(h->outbox + MESSAGE_HEADER, HOSTILE_ROOM);

	message_put_ready(&w, r);
	h->outbox_length = w.len;
	return hostile_send(h, (struct message){.type = MESSAGE_READY});
}

static int failed(struct hostile *h, int error)
{
	struct writer w = writer_init(h->outbox + MESSAGE_HEADER, HOSTILE_ROOM);

	message_put_failed(&w, error, "not\ntoday");
	h->outbox_length = w.len;
	return hostile_send(h, (struct message){.type = MESSAGE_FAILED});
}

/* A thread of its own speaks before anybody can listen. */
static int speak(struct hostile *h)
{
	const struct function_call f = {.fn = FN_STOP_ONEX};

	hostile_put_function(h, &f);
	return hostile_send(
		h, (struct message){.type = MESSAGE_FUNCTION, .fn = FN_STOP_ONEX, .thread = 9});
}

/* The answer to START begins, and it is gone. */
static int part_of_ready(struct hostile *h)
{
	static const uint8_t begin[] = {20, 0, 0, 0, MESSAGE_READY, 0};

	hostile_write(h, begin, sizeof(begin));
	return -1;
}

static int garbage(struct hostile *h)
{
	static const uint8_t bytes[MESSAGE_HEADER] = {0xEE, 0xEE, 0xEE};

	return hostile_write(h, bytes, sizeof(bytes));
}

int hostile_greet(struct hostile *h)
{
	struct message_ready r = {.version = PROTOCOL_VERSION,
		.exports = MODULE_HAS_VERSION_INFO | MODULE_HAS_INIT_SERVICE |
			   MODULE_HAS_VIRTUAL_STATION,
		.functions = 22,
		.vs_functions = 4};
	enum hostile_start way = HOSTILE_STARTS;

	if (h->config.starts && reader_left(&h->bytes))
		way = (enum hostile_start)(reader_u8(&h->bytes) % (HOSTILE_START_WAYS));
	switch (way) {
	case HOSTILE_STARTS:
		return ready(h, &r);
	case HOSTILE_START_VERSION:
		r.version++;
		return ready(h, &r);
	case HOSTILE_START_ANY:
		memset(&r, 0xFF, sizeof(r));
		r.version = PROTOCOL_VERSION;
		return ready(h, &r);
	case HOSTILE_START_TWICE:
		return ready(h, &r) ? -1 : ready(h, &r);
	case HOSTILE_START_SPEAKS:
		return ready(h, &r) ? -1 : speak(h);
	case HOSTILE_START_EARLY:
		return speak(h) ? -1 : ready(h, &r);
	case HOSTILE_START_FAILS:
		return failed(h, -2);
	case HOSTILE_START_FAILS_WELL: /* with success for an error */
		return failed(h, 0);
	case HOSTILE_START_GARBAGE:
		return garbage(h);
	case HOSTILE_START_PART:
		return part_of_ready(h);
	case HOSTILE_START_CLOSES:
		return -1;
	case HOSTILE_START_DIES: /* and is gone when the first call comes */
		ready(h, &r);
		return -1;
	case HOSTILE_START_WAYS:
		break;
	}
	return -1;
}
