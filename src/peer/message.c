// SPDX-License-Identifier: BSD-2-Clause
#include "peer/message.h"

#include <errno.h>

/* Room for the length, and what every event begins with. Returns where the message starts. */
static size_t begin(struct writer *w, const struct peer_event *e, enum peer_type type)
{
	size_t start = w->len;

	writer_le16(w, (uint16_t)type);
	writer_le16(w, 0);
	writer_le32(w, e->number);
	writer_le64(w, e->time);
	return start;
}

static void end(struct writer *w, size_t start)
{
	size_t length = w->len - start - PEER_HEADER;

	if (!writer_ok(w) || length > PEER_BODY_MAX)
		writer_fail(w);
	else
		store_le16(w->buf + start + 2, (uint16_t)length);
}

static void put_mac(struct writer *w, const struct mac *m)
{
	writer_put(w, m->b, sizeof(m->b));
}

void peer_put_hello(struct writer *w, const struct peer_event *e, uint64_t seed,
	const struct peer_ap *aps, size_t naps)
{
	size_t start = begin(w, e, PEER_HELLO);

	writer_le32(w, PEER_VERSION);
	writer_le64(w, seed);
	writer_le16(w, (uint16_t)naps);
	for (size_t i = 0; i < naps; i++) {
		put_mac(w, &aps[i].bssid);
		writer_u8(w, aps[i].channel);
		writer_u8(w, aps[i].ssid_length);
		writer_put(w, aps[i].ssid, sizeof(aps[i].ssid));
	}
	end(w, start);
}

void peer_put_associated(struct writer *w, const struct peer_event *e, const struct mac *bssid,
	const struct mac *station, uint8_t flags, const uint8_t *elements, size_t length)
{
	size_t start = begin(w, e, PEER_ASSOCIATED);

	put_mac(w, bssid);
	put_mac(w, station);
	writer_u8(w, flags);
	writer_u8(w, 0);
	writer_put(w, elements, length);
	end(w, start);
}

void peer_put_frame(struct writer *w, const struct peer_event *e, const struct mac *bssid,
	const struct mac *station, uint16_t ethertype, uint8_t flags, const uint8_t *payload,
	size_t length)
{
	size_t start = begin(w, e, PEER_FRAME);

	put_mac(w, bssid);
	put_mac(w, station);
	writer_le16(w, ethertype);
	writer_u8(w, flags);
	writer_u8(w, 0);
	writer_put(w, payload, length);
	end(w, start);
}

void peer_put_timer(struct writer *w, const struct peer_event *e, uint32_t id)
{
	size_t start = begin(w, e, PEER_TIMER);

	writer_le32(w, id);
	end(w, start);
}

void peer_put_disassociated(struct writer *w, const struct peer_event *e, const struct mac *bssid,
	const struct mac *station, uint16_t reason)
{
	size_t start = begin(w, e, PEER_DISASSOCIATED);

	put_mac(w, bssid);
	put_mac(w, station);
	writer_le16(w, reason);
	end(w, start);
}

void peer_put_bye(struct writer *w, const struct peer_event *e)
{
	end(w, begin(w, e, PEER_BYE));
}

void peer_get_header(const uint8_t header[PEER_HEADER], uint16_t *type, uint16_t *length)
{
	*type = load_le16(header);
	*length = load_le16(header + 2);
}

/* Each reads the body of one type. What does not fit makes the reader bad; 0 or -EINVAL. */

static void get_station(struct reader *r, struct peer_action *a)
{
	reader_copy(r, a->bssid.b, sizeof(a->bssid.b));
	reader_copy(r, a->station.b, sizeof(a->station.b));
}

static int get_number(struct reader *r, struct peer_action *a)
{
	a->number = reader_le32(r);
	return 0;
}

static int get_send(struct reader *r, struct peer_action *a)
{
	uint8_t flags, zero;

	get_station(r, a);
	a->ethertype = reader_le16(r);
	flags = reader_u8(r);
	zero = reader_u8(r);
	a->clear = flags & PEER_CLEAR;
	a->length = reader_left(r);
	a->data = reader_take(r, a->length);
	/* Below 0x600 it would be a length (IEEE 802.3-2018, 3.2.6). */
	return a->ethertype < 0x600 || (flags & ~PEER_CLEAR) || zero || a->length > PEER_PAYLOAD_MAX
		       ? -EINVAL
		       : 0;
}

static int get_reason(struct reader *r, struct peer_action *a)
{
	get_station(r, a);
	a->reason = reader_le16(r);
	return 0;
}

static int get_only_station(struct reader *r, struct peer_action *a)
{
	get_station(r, a);
	return 0;
}

static int get_key(struct reader *r, struct peer_action *a)
{
	uint8_t cipher;
	bool group;

	get_station(r, a);
	a->key_id = reader_u8(r);
	cipher = reader_u8(r);
	a->key = reader_take(r, PEER_KEY_LEN);
	group = mac_is_multicast(&a->station);
	if (cipher == PEER_CIPHER_NONE)
		a->key = NULL;
	else if (cipher != PEER_CIPHER_CCMP)
		return -EINVAL;
	return a->key_id > 3 || group != (a->key_id != 0) ? -EINVAL : 0;
}

static int get_timer(struct reader *r, struct peer_action *a)
{
	a->number = reader_le32(r);
	a->ms = reader_le32(r);
	return a->number >= PEER_TIMERS ? -EINVAL : 0;
}

static int get_log(struct reader *r, struct peer_action *a)
{
	a->length = reader_left(r);
	a->data = reader_take(r, a->length);
	return a->length > PEER_LOG_MAX ? -EINVAL : 0;
}

static const struct {
	const char *name;
	int (*get)(struct reader *r, struct peer_action *a);
} actions[] = {
	[PEER_DO_DONE - PEER_DO_DONE] = {"DONE", get_number},
	[PEER_DO_HELLO - PEER_DO_DONE] = {"HELLO", get_number},
	[PEER_DO_SEND - PEER_DO_DONE] = {"SEND", get_send},
	[PEER_DO_DISASSOCIATE - PEER_DO_DONE] = {"DISASSOCIATE", get_reason},
	[PEER_DO_DEAUTHENTICATE - PEER_DO_DONE] = {"DEAUTHENTICATE", get_reason},
	[PEER_DO_AUTHORISE - PEER_DO_DONE] = {"AUTHORISE", get_only_station},
	[PEER_DO_UNAUTHORISE - PEER_DO_DONE] = {"UNAUTHORISE", get_only_station},
	[PEER_DO_KEY - PEER_DO_DONE] = {"KEY", get_key},
	[PEER_DO_TIMER - PEER_DO_DONE] = {"TIMER", get_timer},
	[PEER_DO_LOG - PEER_DO_DONE] = {"LOG", get_log},
};

const char *peer_action_name(uint16_t type)
{
	return type >= PEER_DO_DONE && type < PEER_DO_END ? actions[type - PEER_DO_DONE].name
							  : NULL;
}

int peer_get_action(uint16_t type, const uint8_t *body, size_t length, struct peer_action *out)
{
	struct reader r = reader_init(body, length);
	int err;

	if (!peer_action_name(type))
		return -ENOENT;
	*out = (struct peer_action){.type = (enum peer_type)type};
	err = actions[type - PEER_DO_DONE].get(&r, out);
	return !reader_ok(&r) || reader_left(&r) ? -EBADMSG : err;
}
