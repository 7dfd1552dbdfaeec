// SPDX-License-Identifier: BSD-2-Clause
/*
 * What a peer writes, message after message. What is accepted has just the length that its type
 * allows, lies within its body, and is written again to the same bytes by the encoder here.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "peer/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void put_station(struct writer *w, const struct peer_action *a)
{
	writer_put(w, a->bssid.b, sizeof(a->bssid.b));
	writer_put(w, a->station.b, sizeof(a->station.b));
}

static void put(struct writer *w, const struct peer_action *a, const uint8_t *body)
{
	switch (a->type) {
	case PEER_DO_DONE:
	case PEER_DO_HELLO:
		writer_le32(w, a->number);
		break;
	case PEER_DO_SEND:
		put_station(w, a);
		writer_le16(w, a->ethertype);
		writer_u8(w, a->clear);
		writer_u8(w, 0);
		writer_put(w, a->data, a->length);
		break;
	case PEER_DO_DISASSOCIATE:
	case PEER_DO_DEAUTHENTICATE:
		put_station(w, a);
		writer_le16(w, a->reason);
		break;
	case PEER_DO_AUTHORISE:
	case PEER_DO_UNAUTHORISE:
		put_station(w, a);
		break;
	case PEER_DO_KEY:
		put_station(w, a);
		writer_u8(w, a->key_id);
		writer_u8(w, a->key ? PEER_CIPHER_CCMP : PEER_CIPHER_NONE);
		/* The bytes of a key that is none are not looked at. */
		writer_put(w, a->key ? a->key : body + 14, PEER_KEY_LEN);
		break;
	case PEER_DO_TIMER:
		writer_le32(w, a->number);
		writer_le32(w, a->ms);
		break;
	case PEER_DO_LOG:
		writer_put(w, a->data, a->length);
		break;
	default: /* events come from the host alone */
		abort();
	}
}

static void check(uint16_t type, const uint8_t *body, size_t length)
{
	uint8_t again[PEER_BODY_MAX];
	struct writer w = writer_init(again, sizeof(again));
	struct peer_action a;
	int err = peer_get_action(type, body, length, &a);

	require((err == -ENOENT) == (peer_action_name(type) == NULL));
	require(err == 0 || err == -ENOENT || err == -EBADMSG || err == -EINVAL);
	if (err)
		return;
	put(&w, &a, body);
	require(writer_ok(&w) && w.len == length && (!length || memcmp(again, body, length) == 0));
	if (length && type != PEER_DO_SEND && type != PEER_DO_LOG)
		require(peer_get_action(type, body, length - 1, &a) == -EBADMSG);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_init(data, size);

	while (reader_left(&r)) {
		uint8_t header[PEER_HEADER];
		uint16_t type, length;
		const uint8_t *body;

		reader_copy(&r, header, sizeof(header));
		peer_get_header(header, &type, &length);
		if (!reader_ok(&r) || length > PEER_BODY_MAX)
			break;
		body = reader_take(&r, length);
		if (!body)
			break;
		check(type, body, length);
	}
	return 0;
}
