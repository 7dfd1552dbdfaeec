// SPDX-License-Identifier: BSD-2-Clause
#include "fuzz/seeds.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct seeds {
	struct input *in; /* being made */
	const struct input *recorded;
	uint32_t types;
	const char *ui_response;
	seeds_fn take;
	void *user;
};

static void add_recorded(const struct seeds *s, enum record_type type, uint8_t without)
{
	const struct input *from = s->recorded;
	unsigned i;

	for (i = 0; i < from->count; i++) {
		const struct record *r = &from->records[i];

		if (r->type == type)
			input_append(
				s->in, type, (uint8_t)(r->flags & ~without), r->bytes, r->length);
	}
}

static bool has(const struct seeds *s, enum record_type type)
{
	unsigned i;

	for (i = 0; i < s->recorded->count; i++)
		if (s->recorded->records[i].type == type)
			return true;
	return false;
}

/* Of the module's first EtherType, where the AP says nothing. */
static void add_packets(const struct seeds *s, uint8_t without)
{
	static const uint8_t packet[2 + 46] = {0, 0, 1, 2, 3, 4};

	add_recorded(s, RECORD_PACKET, without);
	if (!has(s, RECORD_PACKET))
		input_append(s->in, RECORD_PACKET, 0, packet, sizeof(packet));
}

static void add_elements(const struct seeds *s)
{
	static const uint8_t vendor[] = {221, 7, 0x00, 0x50, 0xF2, 4, 1, 2, 3};

	add_recorded(s, RECORD_ELEMENTS, 0);
	input_append(s->in, RECORD_ELEMENTS, 0, vendor, sizeof(vendor));
}

static void add_fragments(const struct seeds *s)
{
	static const struct {
		enum record_type type;
		const char *text;
	} made_up[] = {{RECORD_SECURITY, "<security xmlns=\"urn:openihv:fuzz\">text</security>"},
		{RECORD_CONNECTIVITY, "<connectivity xmlns=\"urn:openihv:fuzz\"/>"}};
	unsigned i;

	for (i = 0; i < 2; i++) {
		add_recorded(s, made_up[i].type, 0);
		/* One that is there is what the module needs to connect. */
		if (!has(s, RECORD_SECURITY) && !has(s, RECORD_CONNECTIVITY))
			input_append(s->in, made_up[i].type, 0, made_up[i].text,
				strlen(made_up[i].text));
	}
}

static void add_indications(const struct seeds *s)
{
	static const uint8_t sizes[RECORD_INDICATIONS] = {16, 12, 16, 8, 12};
	uint8_t bytes[1 + 16] = {0};
	uint8_t i;

	for (i = 0; i < RECORD_INDICATIONS; i++) {
		bytes[0] = i;
		input_append(s->in, RECORD_INDICATION, 0, bytes, 1u + sizes[i]);
	}
}

static void add_controls(const struct seeds *s)
{
	static const uint8_t request[] = {64, 0, 'V', 'E', 'R', 'S', 'I', 'O', 'N'};

	input_append(s->in, RECORD_CONTROL, 0, request, sizeof(request));
}

/* In UTF-16, with an end, as a person would have typed it. */
static void add_answer(const struct seeds *s)
{
	uint8_t bytes[2 * 256] = {0};
	size_t i;

	for (i = 0; s->ui_response[i] && 2 * i + 2 < sizeof(bytes); i++)
		bytes[2 * i] = (uint8_t)s->ui_response[i];
	input_append(s->in, RECORD_UI_RESPONSE, 0, bytes, 2 * i + 2);
}

static int done(struct seeds *s, const char *name)
{
	unsigned i = 0;
	int rc = 0;

	while (i < s->in->count)
		if (s->types & 1u << s->in->records[i].type)
			i++;
		else
			input_remove(s->in, i);
	if (s->in->count)
		rc = s->take(s->user, s->in, name);
	s->in->count = 0;
	return rc;
}

int seeds_make(const struct input *recorded, uint32_t types, const char *ui_response, seeds_fn take,
	void *user)
{
	struct seeds s = {.in = calloc(1, sizeof(*s.in)),
		.recorded = recorded,
		.types = types,
		.ui_response = ui_response,
		.take = take,
		.user = user};
	int rc;

	if (!s.in)
		return -ENOMEM;
	add_elements(&s);
	add_fragments(&s);
	add_controls(&s);
	add_packets(&s, 0);
	add_indications(&s);
	rc = done(&s, "all");
	add_packets(&s, 0);
	rc = rc ? rc : done(&s, "packets-sealed");
	add_packets(&s, PACKET_SEAL | PACKET_FRESH);
	rc = rc ? rc : done(&s, "packets");
	add_elements(&s);
	rc = rc ? rc : done(&s, "elements");
	add_fragments(&s);
	rc = rc ? rc : done(&s, "profile");
	add_indications(&s);
	rc = rc ? rc : done(&s, "indications");
	add_controls(&s);
	rc = rc ? rc : done(&s, "control");
	add_answer(&s);
	rc = rc ? rc : done(&s, "ui-response");
	free(s.in);
	return rc;
}
