// SPDX-License-Identifier: BSD-2-Clause
#include "fuzz/feed.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/utf16.h"
#include "fuzz/feed_internal.h"

#define SETTLE_NS (300 * NS_PER_MS) /* what an event has caused comes to rest */

/* A process has one run. */
static struct feed feed;

/* ---- Before the module is loaded. ---- */

/* What is no UTF-8 comes as it is, a unit for each byte: a system does not look into a fragment.
 * The end of the string is the first zero. */
static uint16_t *widen(const struct record *r)
{
	uint16_t *out;
	size_t i;

	if (utf8_to_utf16((const char *)r->bytes, r->length, &out, NULL) == 0)
		return out;
	out = calloc(r->length + 1u, sizeof(*out));
	for (i = 0; out && i < r->length; i++)
		out[i] = r->bytes[i];
	return out;
}

static void apply(struct feed *f, const struct record *r)
{
	switch (r->type) {
	case RECORD_SECURITY:
		f->profile.security = widen(r);
		f->profile.has_ihv = true;
		break;
	case RECORD_CONNECTIVITY:
		f->profile.connectivity = widen(r);
		f->profile.has_ihv = true;
		break;
	case RECORD_UI_RESPONSE:
		f->l->answer = r->bytes;
		f->l->answer_length = r->length;
		/* The module has something to ask for. */
		if (f->l->config->ui_profile && !f->slot->record)
			f->profile.security = f->l->config->ui_profile->security;
		break;
	case RECORD_PACKET:
	case RECORD_INDICATION:
	case RECORD_CONTROL:
		f->events[f->nevents++] = r;
		break;
	}
}

static void record_text_of(struct feed *f, enum record_type type, const uint16_t *text)
{
	char *utf8;
	size_t n;

	if (!text || utf16_to_utf8(text, utf16_len(text), &utf8, &n))
		return;
	input_append(&f->recorded, type, 0, utf8, n);
	free(utf8);
}

static void begin(struct lab *l, void *user)
{
	struct feed *f = &feed;
	const struct input *in;
	unsigned i;

	f->l = l;
	f->slot = user;
	f->profile = *l->config->profile;
	f->ap = sim_ap_config(l->aps[0])->bssid;
	f->tap = (struct tap_feed){feed_packet, feed_bss_list, feed_associated, f};
	in = &f->slot->input;
	for (i = 0; i < in->count; i++)
		apply(f, &in->records[i]);
	for (i = 0; i < LAB_STATIONS; i++)
		l->taps[i].feed = &f->tap;
	l->profile = &f->profile;
	if (f->slot->record) {
		record_text_of(f, RECORD_SECURITY, f->profile.security);
		record_text_of(f, RECORD_CONNECTIVITY, f->profile.connectivity);
	}
	if (!l->config->in_process)
		return;
	watch_begin(&f->slot->crash, l->config->module);
	cover_into(f->slot->map);
}

/* ---- The run. ---- */

static void crossed(void *user, const struct crossing *x)
{
	struct feed *f = &feed;

	(void)user;
	if (f->l->config->in_process)
		watch_crossing(x);
	if (x->fn == FN_SET_ETHERTYPE_HANDLING && x->phase == PHASE_ENTER &&
		x->set_ethertype_handling.types && x->data_length >= 2)
		f->ethertype = load_be16(x->data);
}

static void go_on(void *user)
{
	feed_on(user);
}

static void go_to_end(void *user)
{
	feed_rest(user);
}

static void before_connection(struct feed *f)
{
	unsigned first = f->next, all = f->nevents;

	while (first < all && f->events[first]->type != RECORD_PACKET)
		first++;
	if (first == f->next || !f->l->host)
		return;
	f->nevents = first;
	if (host_post(f->l->host, go_on, f) == 0)
		lab_rest(f->l, SETTLE_NS);
	f->nevents = all;
	f->next = first;
}

static bool has_keys(const struct lab_adapter *a)
{
	return lab_open(a) && sim_ap_config(lab_ap(a))->security == SIM_WPA2_PSK;
}

/* A packet that waits for one of the AP's gets it, if the AP has a reason to send one. */
static void after_connection(struct feed *f, struct lab_adapter *a)
{
	struct lab *l = f->l;
	unsigned rounds;

	if (has_keys(a) && f->slot->record) {
		sim_ap_group_rekey(lab_ap(a));
		lab_rest(l, SETTLE_NS);
	}
	for (rounds = 0; rounds < INPUT_RECORDS && f->next < f->nevents && !l->over; rounds++) {
		unsigned before = f->next;

		if (host_post(l->host, go_on, f))
			return;
		lab_rest(l, SETTLE_NS);
		if (f->next < f->nevents && has_keys(a)) {
			sim_ap_group_rekey(lab_ap(a));
			lab_rest(l, SETTLE_NS);
		}
		if (f->next == before)
			break;
	}
	if (f->next < f->nevents && !l->over && host_post(l->host, go_to_end, f) == 0)
		lab_rest(l, SETTLE_NS);
}

static void live(struct lab *l, void *user)
{
	struct feed *f = &feed;
	struct lab_adapter *a = lab_arrive(l, 0);

	(void)user;
	before_connection(f);
	lab_connect(a);
	lab_rest(l, SETTLE_NS);
	if (l->host)
		after_connection(f, a);
	lab_ping(a);
	lab_disconnect(a);
	lab_remove(a);
	f->slot->cover = cover_kind();
	cover_collect();
	if (f->slot->record)
		f->slot->recorded = (uint32_t)input_write(&f->recorded, f->slot->bytes);
}

const struct lab_life feed_life = {.begin = begin, .live = live, .crossing = crossed};
