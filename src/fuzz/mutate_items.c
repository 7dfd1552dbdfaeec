// SPDX-License-Identifier: BSD-2-Clause
/* Changes to lists of items and to EAPOL-Key frames, that know where lengths stand. */
#include <string.h>

#include "base/bytes.h"
#include "fuzz/mutate.h"
#include "wire/eapol.h"
#include "wire/eapol_key.h"

#define ITEMS       64
#define ITEM_MAX    255
#define BODY_AT     2  /* of the length of an EAPOL PDU's body */
#define KEY_DATA_AT 97 /* of the length of an EAPOL-Key frame's key data: Figure 12-34 */

static size_t below(struct mutator *m, size_t bound)
{
	return (size_t)rng_below(&m->rng, bound);
}

struct items {
	unsigned count;
	struct {
		size_t at, length; /* with its two bytes of header */
	} list[ITEMS];
};

/* Whole items, from the beginning. */
static void find_items(const struct span *s, struct items *out)
{
	size_t at = 0;

	out->count = 0;
	while (out->count < ITEMS && s->length - at >= 2 &&
		s->bytes[at + 1] <= s->length - at - 2) {
		out->list[out->count].at = at;
		out->list[out->count++].length = 2u + s->bytes[at + 1];
		at += 2u + s->bytes[at + 1];
	}
}

/* Where an item may begin: at another one, or behind the last. */
static size_t any_border(struct mutator *m, const struct items *items)
{
	size_t i = below(m, items->count + 1);

	if (i < items->count)
		return items->list[i].at;
	return i ? items->list[i - 1].at + items->list[i - 1].length : 0;
}

/* Of a known kind, or of none. */
static void insert_item(struct mutator *m, struct span *s, const struct items *items)
{
	static const uint8_t known[] = {0, 1, 3, 11, 45, 48, 54, 61, 127, 221, 221, 244, 255};
	uint8_t item[2 + ITEM_MAX];
	size_t n = below(m, 4) ? below(m, 40) : below(m, ITEM_MAX + 1);

	item[0] = below(m, 8) ? known[below(m, sizeof(known))] : (uint8_t)below(m, 256);
	item[1] = (uint8_t)n;
	rng_fill(&m->rng, item + 2, n);
	if (below(m, 2) && m->dictionary && m->dictionary->count) {
		const struct token *t = &m->dictionary->tokens[below(m, m->dictionary->count)];

		memcpy(item + 2, t->bytes, t->length < n ? t->length : n);
	}
	if (2 + n <= s->room - s->length)
		span_replace(s, any_border(m, items), 0, item, 2 + n);
}

/* Bytes within an item change, and their number with its length. */
static void change_body(struct mutator *m, struct span *s, size_t at)
{
	uint8_t body[ITEM_MAX];
	size_t n = s->bytes[at + 1], room = s->room - s->length + n;
	struct span inner = {body, n, room < ITEM_MAX ? room : ITEM_MAX};

	memcpy(body, s->bytes + at + 2, n);
	mutate_bytes(m, &inner);
	span_replace(s, at + 2, n, body, inner.length);
	s->bytes[at + 1] = (uint8_t)inner.length;
}

static void wrong_length(struct mutator *m, struct span *s, size_t at)
{
	static const uint8_t lengths[] = {0, 1, 2, 3, 4, 5, 33, 64, 127, 128, 254, 255};
	uint8_t *length = &s->bytes[at + 1], old = *length;

	if (below(m, 2))
		*length = (uint8_t)(*length + (below(m, 2) ? 1 : -1));
	else
		*length = lengths[below(m, sizeof(lengths))];
	if (*length == old)
		*length ^= 1;
}

bool mutate_items(struct mutator *m, struct span *s)
{
	struct items items;
	size_t at, n, pick;

	find_items(s, &items);
	if (!items.count) {
		insert_item(m, s, &items);
		return true;
	}
	pick = below(m, items.count);
	at = items.list[pick].at;
	n = items.list[pick].length;
	switch (below(m, 8)) {
	case 0:
		span_replace(s, at, n, NULL, 0);
		return true;
	case 1:
		if (n <= s->room - s->length)
			span_replace(s, any_border(m, &items), 0, s->bytes + at, n);
		return true;
	case 2:
		insert_item(m, s, &items);
		return true;
	case 3:
		s->bytes[at] = (uint8_t)below(m, 256);
		return true;
	case 4:
	case 5:
		wrong_length(m, s, at);
		return false;
	default: /* most often what is inside */
		change_body(m, s, at);
		return true;
	}
}

/* ---- EAPOL ---- */

static bool is_key(const struct span *s)
{
	return s->length >= EAPOL_KEY_LEN && s->bytes[1] == EAPOL_TYPE_KEY;
}

static void right_lengths(struct span *s, bool key)
{
	if (s->length < EAPOL_HEADER_LEN)
		return;
	store_be16(s->bytes + BODY_AT, (uint16_t)(s->length - EAPOL_HEADER_LEN));
	if (key)
		store_be16(s->bytes + KEY_DATA_AT, (uint16_t)(s->length - EAPOL_KEY_LEN));
}

static uint16_t some_length(struct mutator *m, uint16_t right)
{
	static const uint16_t lengths[] = {0, 1, 7, 8, 15, 16, 24, 94, 95, 127, 255, 256, 511, 512,
		1024, 2048, 32767, 32768, 65534, 65535};
	uint16_t v = below(m, 2) ? lengths[below(m, sizeof(lengths) / sizeof(lengths[0]))]
				 : (uint16_t)(right + (uint16_t)below(m, 17) - 8u);

	return v == right ? (uint16_t)(v + 1) : v;
}

/* Key information, key length, replay counter, nonce, IV, RSC, identifier, MIC. */
static void change_field(struct mutator *m, struct span *s)
{
	static const struct {
		uint8_t at, length;
	} fields[] = {{4, 1}, {5, 2}, {5, 2}, {7, 2}, {9, 8}, {17, 32}, {49, 16}, {65, 8}, {73, 8},
		{81, 16}};
	size_t i = below(m, sizeof(fields) / sizeof(fields[0]));
	struct span field = {s->bytes + fields[i].at, fields[i].length, fields[i].length};

	mutate_bytes(m, &field);
}

static void change_key_data(struct mutator *m, struct span *s, bool *whole)
{
	struct span data = {
		s->bytes + EAPOL_KEY_LEN, s->length - EAPOL_KEY_LEN, s->room - EAPOL_KEY_LEN};

	if (below(m, 4))
		*whole = mutate_items(m, &data);
	else
		mutate_bytes(m, &data);
	s->length = EAPOL_KEY_LEN + data.length;
}

bool mutate_eapol(struct mutator *m, struct span *s)
{
	bool key = is_key(s), whole = true;

	if (!key) {
		mutate_bytes(m, s);
		right_lengths(s, false);
		return true;
	}
	switch (below(m, 6)) {
	case 0:
		store_be16(s->bytes + BODY_AT,
			some_length(m, (uint16_t)(s->length - EAPOL_HEADER_LEN)));
		return false;
	case 1:
		store_be16(s->bytes + KEY_DATA_AT,
			some_length(m, (uint16_t)(s->length - EAPOL_KEY_LEN)));
		return false;
	case 2:
		change_field(m, s);
		break;
	default: /* what is in it is what is most complicated about it */
		change_key_data(m, s, &whole);
		break;
	}
	right_lengths(s, true);
	return whole;
}
