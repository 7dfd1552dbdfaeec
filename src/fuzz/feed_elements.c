// SPDX-License-Identifier: BSD-2-Clause
/* Elements of beacons and of associations, other than the radio has made them. */
#include <string.h>

#include "base/bytes.h"
#include "fuzz/feed_internal.h"
#include "wire/dot11.h"

/* In front of the elements: timestamp, interval, capabilities; capabilities, status, AID
 * (802.11-2020, 9.3.3.2, 9.3.3.6, 9.3.3.5, 9.3.3.7). */
#define BEACON_FIXED       12
#define RESPONSE_FIXED     6
#define REQUEST_FIXED      4
#define REASSOCIATION_MORE 6

static bool concerns(const struct record *r, unsigned place)
{
	unsigned places = r->flags & ELEMENTS_PLACES;

	if (!places)
		places = ELEMENTS_BEACON | ELEMENTS_RESPONSE;
	return r->type == RECORD_ELEMENTS && (places & place);
}

static bool changes(const struct feed *f, unsigned place)
{
	const struct input *in = &f->slot->input;
	unsigned i;

	for (i = 0; i < in->count; i++)
		if (concerns(&in->records[i], place))
			return true;
	return false;
}

/* The radio's elements, and what the records make of them. What does not fit is left out. */
static size_t change(
	const struct feed *f, unsigned place, const uint8_t *own, size_t length, uint8_t *room)
{
	const struct input *in = &f->slot->input;
	struct writer w = writer_init(room, FEED_ELEMENTS);
	unsigned i;

	writer_put(&w, own, length < FEED_ELEMENTS ? length : FEED_ELEMENTS);
	for (i = 0; i < in->count; i++) {
		const struct record *r = &in->records[i];

		if (!concerns(r, place))
			continue;
		if (r->flags & ELEMENTS_REPLACE)
			w = writer_init(room, FEED_ELEMENTS);
		if (r->length <= writer_left(&w))
			writer_put(&w, r->bytes, r->length);
	}
	return w.len;
}

static void keep_name(struct feed *f, unsigned i, const struct bss *own)
{
	struct element ssid;

	f->bss[i].name = NULL;
	if (element_find(own->elements, own->elements_length, D11_EID_SSID, &ssid) ||
		ssid.len > sizeof(f->names[i].bytes))
		return;
	f->names[i].length = ssid.len;
	memcpy(f->names[i].bytes, ssid.data, ssid.len);
	f->bss[i].name = &f->names[i];
}

static void record_elements(struct feed *f, const uint8_t *elements, size_t length, uint8_t flags)
{
	unsigned i;

	for (i = 0; i < f->recorded.count; i++)
		if (f->recorded.records[i].type == RECORD_ELEMENTS &&
			f->recorded.records[i].flags == flags)
			return;
	input_append(&f->recorded, RECORD_ELEMENTS, flags, elements, length);
}

const struct bss *feed_bss_list(void *user, const struct bss *list, size_t count)
{
	struct feed *f = user;
	size_t i;

	if (f->slot->record && count)
		record_elements(f, list[0].elements, list[0].elements_length,
			ELEMENTS_REPLACE | ELEMENTS_BEACON);
	if (!changes(f, ELEMENTS_BEACON) || count > LAB_APS)
		return list;
	for (i = 0; i < count; i++) {
		f->bss[i] = list[i];
		keep_name(f, (unsigned)i, &list[i]);
		f->bss[i].elements_length = (uint32_t)change(f, ELEMENTS_BEACON, list[i].elements,
			list[i].elements_length, f->beacons[i]);
		f->bss[i].elements = f->beacons[i];
	}
	return f->bss;
}

static void change_body(struct feed *f, unsigned place, size_t fixed, uint8_t *room,
	const uint8_t **body, uint32_t *n)
{
	if (*n < fixed || !changes(f, place))
		return;
	memcpy(room, *body, fixed);
	*n = (uint32_t)(fixed + change(f, place, *body + fixed, *n - fixed, room + fixed));
	*body = room;
}

void feed_associated(void *user, struct mac ap, struct association_info *info)
{
	struct feed *f = user;

	f->ap = ap;
	if (f->slot->record && info->response_length > RESPONSE_FIXED)
		record_elements(f, info->response + RESPONSE_FIXED,
			info->response_length - RESPONSE_FIXED,
			ELEMENTS_REPLACE | ELEMENTS_RESPONSE);
	change_body(f, ELEMENTS_BEACON, BEACON_FIXED, f->bodies[0], &info->beacon,
		&info->beacon_length);
	change_body(f, ELEMENTS_RESPONSE, RESPONSE_FIXED, f->bodies[1], &info->response,
		&info->response_length);
	change_body(f, ELEMENTS_REQUEST,
		REQUEST_FIXED + (info->reassociation ? REASSOCIATION_MORE : 0), f->bodies[2],
		&info->request, &info->request_length);
}
