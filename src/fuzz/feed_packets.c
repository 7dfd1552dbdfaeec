// SPDX-License-Identifier: BSD-2-Clause
/* Packets, and the other events that happen in their order. */
#include <string.h>

#include "base/bytes.h"
#include "base/wipe.h"
#include "fuzz/feed_internal.h"
#include "fuzz/seal.h"

#define ETHERTYPE_EAPOL 0x888E

static bool keys_of(const struct feed *f, struct sim_ap_keys *out)
{
	const struct lab *l = f->l;
	unsigned i;

	for (i = 0; i < l->naps; i++)
		if (mac_equal(&sim_ap_config(l->aps[i])->bssid, &f->ap))
			return sim_ap_keys(l->aps[i], lab_station(&l->adapters[0]), out) == 0;
	return false;
}

static struct crypto *crypto_of(struct feed *f)
{
	if (!f->crypto)
		f->crypto = crypto_new();
	return f->crypto;
}

/* ---- What the AP sends, taken down. ---- */

/* Sealed ones in clear, so that what is inside can be changed. */
static void record_packet(struct feed *f, const struct indication *ind)
{
	uint8_t bytes[2 + SEAL_ROOM];
	size_t length = ind->length;
	struct sim_ap_keys keys;
	uint8_t flags = PACKET_REPLACE;

	if (length > RECORD_BYTES - 2)
		return;
	store_be16(bytes, ind->ethertype);
	memcpy(bytes + 2, ind->data, length);
	if (seal_counter(ind->data, length)) {
		flags |= PACKET_FRESH;
		if (keys_of(f, &keys) && crypto_of(f) &&
			unseal(f->crypto, &keys, bytes + 2, &length))
			flags |= PACKET_SEAL;
		wipe(&keys, sizeof(keys));
	}
	input_append(&f->recorded, RECORD_PACKET, flags, bytes, 2 + length);
}

/* ---- Bringing. ---- */

static size_t make_packet(
	struct feed *f, const struct record *r, const struct indication *ap, uint8_t *room)
{
	size_t length = r->length - 2u;
	struct sim_ap_keys keys;

	memcpy(room, r->bytes + 2, length);
	if ((r->flags & PACKET_FRESH) && ap && seal_counter(ap->data, ap->length))
		seal_freshen(room, length, ap->data, ap->length);
	else if (r->flags & PACKET_FRESH)
		seal_count(room, length, ++f->counter);
	if (!(r->flags & PACKET_SEAL))
		return length;
	/* Before the AP has a key there is nothing to seal with. */
	if (keys_of(f, &keys) && crypto_of(f))
		seal(f->crypto, &keys, room, &length, (r->flags & PACKET_LIE) != 0);
	wipe(&keys, sizeof(keys));
	return length;
}

void feed_bring(struct feed *f, const struct record *r, const struct indication *ap)
{
	struct tap *t = f->l->adapters[0].tap;
	uint8_t packet[SEAL_ROOM];
	uint16_t ethertype;
	size_t length;

	if (!t || r->length < 2)
		return;
	length = make_packet(f, r, ap, packet);
	ethertype = load_be16(r->bytes);
	if (!ethertype)
		ethertype = f->ethertype;
	tap_bring(t, f->ap, ethertype, packet, (uint32_t)length);
}

static void bring_indication(struct feed *f, const struct record *r)
{
	static const enum indication_type types[RECORD_INDICATIONS] = {IND_MEDIA_SPECIFIC,
		IND_PMKID_CANDIDATE_LIST, IND_TKIPMIC_FAILURE, IND_PHY_STATE, IND_LINK_QUALITY};
	const struct tap *t = f->l->adapters[0].tap;
	struct indication ind = {0};

	if (!r->length || !t || !t->indicate || t->gone)
		return;
	ind.type = types[r->bytes[0] % RECORD_INDICATIONS];
	ind.data = r->bytes + 1;
	ind.length = r->length - 1u;
	t->indicate(t->host, &ind);
}

static void ask_control(struct feed *f, const struct record *r)
{
	struct lab_adapter *a = &f->l->adapters[0];
	uint32_t n = r->length > 2 ? r->length - 2u : 0;

	if (!a->host)
		return;
	host_control(a->host, n ? r->bytes + 2 : NULL, n, r->length >= 2 ? load_le16(r->bytes) : 0);
}

static void bring_event(struct feed *f, const struct record *r)
{
	if (r->type == RECORD_PACKET)
		feed_bring(f, r, NULL);
	else if (r->type == RECORD_INDICATION)
		bring_indication(f, r);
	else
		ask_control(f, r);
}

static bool waits(const struct feed *f)
{
	const struct record *r = f->events[f->next];

	return r->type == RECORD_PACKET && (r->flags & PACKET_REPLACE);
}

void feed_on(struct feed *f)
{
	while (f->next < f->nevents && !waits(f))
		bring_event(f, f->events[f->next++]);
}

void feed_rest(struct feed *f)
{
	while (f->next < f->nevents)
		bring_event(f, f->events[f->next++]);
}

bool feed_packet(void *user, const struct indication *ind)
{
	struct feed *f = user;
	uint64_t counter = seal_counter(ind->data, ind->length);

	f->ap = ind->peer;
	if (counter > f->counter)
		f->counter = counter;
	if (f->slot->record)
		record_packet(f, ind);
	if (f->next < f->nevents && waits(f))
		feed_bring(f, f->events[f->next++], ind);
	else
		tap_bring(f->l->adapters[0].tap, ind->peer, ind->ethertype, ind->data, ind->length);
	feed_on(f);
	return true;
}
