// SPDX-License-Identifier: BSD-2-Clause
/* Inputs for people. */
#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#include "base/bytes.h"
#include "fuzz/input.h"
#include "wire/dot11.h"
#include "wire/eapol.h"
#include "wire/eapol_key.h"

#define ETHERTYPE_EAPOL 0x888E
#define ROW             16 /* bytes in a line */

struct text {
	char *room;
	size_t length, used;
};

__attribute__((format(printf, 2, 3))) static void put(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (t->used + 1 >= t->length)
		return;
	va_start(ap, fmt);
	n = vsnprintf(t->room + t->used, t->length - t->used, fmt, ap);
	va_end(ap);
	if (n > 0)
		t->used += (size_t)n;
}

static void put_eapol(struct text *t, const uint8_t *pdu, size_t n)
{
	struct reader r = reader_init(pdu, n), body;
	struct eapol_header h;
	struct eapol_key key;
	int rc;

	if (eapol_parse(&r, &h, &body)) {
		put(t, n < EAPOL_HEADER_LEN ? "EAPOL, cut within its header"
					    : "EAPOL, shorter than it says");
		return;
	}
	rc = eapol_key_parse(pdu, n, EAPOL_KEY_MIC_LEN, &key);
	if (rc == 0)
		put(t, "EAPOL-Key, %s, %u bytes of key data",
			eapol_key_message_name(eapol_key_message(&key)), key.key_data_len);
	else if (h.type == EAPOL_TYPE_KEY)
		put(t, "EAPOL-Key, malformed");
	else
		put(t, "EAPOL of type %u", h.type);
}

static void put_packet(struct text *t, const struct record *r)
{
	uint16_t ethertype;

	put(t, r->flags & PACKET_REPLACE ? "packet in place of the AP's next" : "packet");
	if (r->flags & PACKET_FRESH)
		put(t, ", made fresh");
	if (r->flags & PACKET_SEAL)
		put(t, ", sealed with the AP's keys");
	if (r->flags & PACKET_LIE)
		put(t, ", its lengths as they are");
	if (r->length < 2) {
		put(t, ": without an EtherType, left out");
		return;
	}
	ethertype = load_be16(r->bytes);
	put(t, ": ");
	if (ethertype == ETHERTYPE_EAPOL)
		put_eapol(t, r->bytes + 2, r->length - 2u);
	else if (ethertype)
		put(t, "EtherType %04x", ethertype);
	else
		put(t, "of the module's EtherType");
	put(t, ", %u bytes", r->length - 2u);
}

static void put_elements(struct text *t, const struct record *r)
{
	struct reader reader = reader_init(r->bytes, r->length);
	unsigned places = r->flags & ELEMENTS_PLACES, n = 0;
	struct element e;

	if (!places)
		places = ELEMENTS_BEACON | ELEMENTS_RESPONSE;
	put(t, "elements %s those of", r->flags & ELEMENTS_REPLACE ? "in place of" : "behind");
	if (places & ELEMENTS_BEACON)
		put(t, " the beacon");
	if (places & ELEMENTS_RESPONSE)
		put(t, "%s the association response", places & ELEMENTS_BEACON ? "," : "");
	if (places & ELEMENTS_REQUEST)
		put(t, "%s the association request",
			places & ~(unsigned)ELEMENTS_REQUEST ? "," : "");
	put(t, ":");
	while (element_next(&reader, &e) && n++ < 8)
		put(t, " %u (%u bytes)", e.id, e.len);
	if (!reader_ok(&reader))
		put(t, " %u, which says %u bytes", e.id, e.len);
	else if (reader_left(&reader))
		put(t, " ...");
}

const char *record_text(const struct record *r, char *room, size_t length)
{
	struct text t = {room, length, 0};

	room[0] = '\0';
	switch (r->type) {
	case RECORD_PACKET:
		put_packet(&t, r);
		break;
	case RECORD_ELEMENTS:
		put_elements(&t, r);
		break;
	case RECORD_SECURITY:
	case RECORD_CONNECTIVITY:
		put(&t, "%s fragment of the profile, %u bytes",
			record_name((enum record_type)r->type), r->length);
		break;
	case RECORD_INDICATION:
		if (r->length)
			put(&t, "indication: %s, %u bytes", record_indication(r->bytes[0]),
				r->length - 1u);
		else
			put(&t, "indication: without a type, left out");
		break;
	case RECORD_CONTROL:
		if (r->length < 2)
			put(&t, "Control without a request, no room for an answer");
		else
			put(&t, "Control: %u bytes, room for %u", r->length - 2u,
				load_le16(r->bytes));
		break;
	case RECORD_UI_RESPONSE:
		put(&t, "the user answers %u bytes", r->length);
		break;
	}
	return room;
}

static void show_row(FILE *f, const uint8_t *p, size_t n, size_t at, const char *indent)
{
	size_t i;

	fprintf(f, "%s  %04zx ", indent, at);
	for (i = 0; i < ROW; i++)
		if (i < n)
			fprintf(f, " %02x", p[i]);
		else
			fputs("   ", f);
	fputs("  ", f);
	for (i = 0; i < n; i++)
		fputc(p[i] >= ' ' && p[i] <= '~' ? p[i] : '.', f);
	fputc('\n', f);
}

/* A row that is like the one before it is left out, as by hexdump(1), but for the last one. */
static bool is_again(const struct record *r, size_t at)
{
	return at >= ROW && at + ROW < r->length &&
	       memcmp(r->bytes + at, r->bytes + at - ROW, ROW) == 0;
}

static void show_bytes(FILE *f, const struct record *r, const char *indent)
{
	size_t at, rest;
	bool again = false;

	for (at = 0; at < r->length; at += ROW) {
		rest = r->length - at;
		if (!is_again(r, at))
			show_row(f, r->bytes + at, rest < ROW ? rest : ROW, at, indent);
		else if (!again)
			fprintf(f, "%s  *\n", indent);
		again = is_again(r, at);
	}
}

void input_show(FILE *f, const struct input *in, const char *indent)
{
	char text[400];
	unsigned i;

	if (!in->count)
		fprintf(f, "%snothing: the module does it by itself\n", indent);
	for (i = 0; i < in->count; i++) {
		const struct record *r = &in->records[i];

		fprintf(f, "%s%u. %s\n", indent, i + 1, record_text(r, text, sizeof(text)));
		show_bytes(f, r, indent);
	}
}
