// SPDX-License-Identifier: BSD-2-Clause
#include "fuzz/input.h"

#include <string.h>

#include "base/bytes.h"

#define ETHERTYPE_EAPOL 0x888E

static const char *const names[RECORD_TYPES] = {
	[RECORD_PACKET] = "packet",
	[RECORD_ELEMENTS] = "elements",
	[RECORD_SECURITY] = "security",
	[RECORD_CONNECTIVITY] = "connectivity",
	[RECORD_INDICATION] = "indication",
	[RECORD_CONTROL] = "control",
	[RECORD_UI_RESPONSE] = "ui-response",
};

const char *record_name(enum record_type type)
{
	return type > 0 && type < RECORD_TYPES ? names[type] : "unknown";
}

enum record_type record_by_name(const char *name)
{
	unsigned t;

	for (t = RECORD_PACKET; t < RECORD_TYPES; t++)
		if (strcmp(names[t], name) == 0)
			return (enum record_type)t;
	return RECORD_TYPES;
}

const char *record_indication(uint8_t byte)
{
	static const char *const indications[RECORD_INDICATIONS] = {"media specific",
		"PMKID candidate list", "TKIP MIC failure", "PHY state", "link quality"};

	return indications[byte % RECORD_INDICATIONS];
}

static bool read_records(struct reader *r, struct input *out)
{
	out->count = 0;
	while (reader_left(r)) {
		uint8_t type = reader_u8(r), flags = reader_u8(r);
		uint16_t length = reader_le16(r);
		const uint8_t *bytes = reader_take(r, length);

		if (!reader_ok(r) || !type || type >= RECORD_TYPES || length > RECORD_BYTES)
			return false;
		if (!input_append(out, (enum record_type)type, flags, bytes, length))
			return false;
	}
	return true;
}

void input_read(const void *bytes, size_t length, struct input *out)
{
	struct reader r = reader_init(bytes, length);
	struct record *packet;

	if (read_records(&r, out))
		return;
	out->count = 0;
	if (length > RECORD_BYTES - 2)
		length = RECORD_BYTES - 2;
	packet = input_append(out, RECORD_PACKET, 0, NULL, 0);
	store_be16(packet->bytes, ETHERTYPE_EAPOL);
	memcpy(packet->bytes + 2, bytes, length);
	packet->length = (uint16_t)(length + 2);
}

size_t input_write(const struct input *in, uint8_t *room)
{
	struct writer w = writer_init(room, INPUT_BYTES);
	unsigned i;

	for (i = 0; i < in->count; i++) {
		const struct record *r = &in->records[i];

		writer_u8(&w, r->type);
		writer_u8(&w, r->flags);
		writer_le16(&w, r->length);
		writer_put(&w, r->bytes, r->length);
	}
	return w.len;
}

void input_copy(struct input *to, const struct input *from)
{
	to->count = from->count;
	memcpy(to->records, from->records, from->count * sizeof(from->records[0]));
}

struct record *input_append(
	struct input *in, enum record_type type, uint8_t flags, const void *bytes, size_t length)
{
	struct record *r;

	if (in->count == INPUT_RECORDS)
		return NULL;
	if (length > RECORD_BYTES)
		length = RECORD_BYTES;
	r = &in->records[in->count++];
	r->type = (uint8_t)type;
	r->flags = flags;
	r->length = (uint16_t)length;
	if (length)
		memcpy(r->bytes, bytes, length);
	return r;
}

void input_remove(struct input *in, unsigned at)
{
	in->count--;
	memmove(&in->records[at], &in->records[at + 1], (in->count - at) * sizeof(in->records[0]));
}

size_t input_size(const struct input *in)
{
	size_t n = 0;
	unsigned i;

	for (i = 0; i < in->count; i++)
		n += in->records[i].length;
	return n;
}
