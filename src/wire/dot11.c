// SPDX-License-Identifier: BSD-2-Clause
#include "wire/dot11.h"

#include <errno.h>

enum {
	AID_MARK = 0xc000, // 9.4.1.8: the two upper bits are 1 on the air
};

static struct mac take_mac(struct reader *r)
{
	struct mac m;
	reader_copy(r, m.b, sizeof(m.b));
	return m;
}

static void put_mac(struct writer *w, const struct mac *m)
{
	writer_put(w, m->b, sizeof(m->b));
}

// All that is left, as pointer and length.
static const uint8_t *take_rest(struct reader *r, size_t *len)
{
	*len = reader_left(r);
	return reader_take(r, *len);
}

static int result(const struct reader *r)
{
	return reader_ok(r) ? 0 : -EBADMSG;
}

size_t dot11_header_len(const struct dot11_header *h)
{
	return (size_t)D11_HEADER_LEN + (dot11_has_addr4(h) ? MAC_LEN : 0) +
	       (dot11_has_qos(h) ? 2 : 0) + (dot11_has_htc(h) ? 4 : 0);
}

int dot11_header_parse(struct reader *r, struct dot11_header *h)
{
	*h = (struct dot11_header){.frame_control = reader_le16(r)};
	if (!reader_ok(r))
		return -EBADMSG;
	if (h->frame_control & D11_FC_VERSION)
		return -EPROTONOSUPPORT;
	if (dot11_type(h) != D11_TYPE_MGMT && dot11_type(h) != D11_TYPE_DATA)
		return -EPROTONOSUPPORT;
	h->duration = reader_le16(r);
	h->addr1 = take_mac(r);
	h->addr2 = take_mac(r);
	h->addr3 = take_mac(r);
	h->sequence_control = reader_le16(r);
	if (dot11_has_addr4(h))
		h->addr4 = take_mac(r);
	if (dot11_has_qos(h))
		h->qos_control = reader_le16(r);
	if (dot11_has_htc(h))
		h->ht_control = reader_le32(r);
	return result(r);
}

void dot11_header_build(struct writer *w, const struct dot11_header *h)
{
	writer_le16(w, h->frame_control);
	writer_le16(w, h->duration);
	put_mac(w, &h->addr1);
	put_mac(w, &h->addr2);
	put_mac(w, &h->addr3);
	writer_le16(w, h->sequence_control);
	if (dot11_has_addr4(h))
		put_mac(w, &h->addr4);
	if (dot11_has_qos(h))
		writer_le16(w, h->qos_control);
	if (dot11_has_htc(h))
		writer_le32(w, h->ht_control);
}

void dot11_mgmt_header_build(struct writer *w, unsigned kind, const struct mac *to,
	const struct mac *from, const struct mac *bssid, unsigned sequence)
{
	const struct dot11_header h = {
		.frame_control = (uint16_t)(kind & D11_FC_KIND),
		.addr1 = *to,
		.addr2 = *from,
		.addr3 = *bssid,
		.sequence_control = (uint16_t)(sequence << 4),
	};
	dot11_header_build(w, &h);
}

void dot11_addresses(const struct dot11_header *h, struct mac *destination, struct mac *source)
{
	const bool data = dot11_type(h) == D11_TYPE_DATA;
	const bool to_ds = data && (h->frame_control & D11_FC_TO_DS);
	const bool from_ds = data && (h->frame_control & D11_FC_FROM_DS);

	*destination = to_ds ? h->addr3 : h->addr1;
	if (!from_ds)
		*source = h->addr2;
	else
		*source = to_ds ? h->addr4 : h->addr3;
}

int dot11_beacon_parse(struct reader *r, struct dot11_beacon *b)
{
	b->timestamp = reader_le64(r);
	b->interval = reader_le16(r);
	b->capability = reader_le16(r);
	b->elements = take_rest(r, &b->elements_len);
	return result(r);
}

int dot11_auth_parse(struct reader *r, struct dot11_auth *a)
{
	a->algorithm = reader_le16(r);
	a->sequence = reader_le16(r);
	a->status = reader_le16(r);
	a->rest = take_rest(r, &a->rest_len);
	return result(r);
}

int dot11_assoc_req_parse(struct reader *r, bool reassociation, struct dot11_assoc_req *a)
{
	*a = (struct dot11_assoc_req){.reassociation = reassociation};
	a->capability = reader_le16(r);
	a->listen_interval = reader_le16(r);
	if (reassociation)
		a->current_ap = take_mac(r);
	a->elements = take_rest(r, &a->elements_len);
	return result(r);
}

int dot11_assoc_resp_parse(struct reader *r, struct dot11_assoc_resp *a)
{
	a->capability = reader_le16(r);
	a->status = reader_le16(r);
	a->aid = (uint16_t)(reader_le16(r) & ~AID_MARK);
	a->elements = take_rest(r, &a->elements_len);
	return result(r);
}

int dot11_reason_parse(struct reader *r, struct dot11_reason *d)
{
	d->reason = reader_le16(r);
	d->elements = take_rest(r, &d->elements_len);
	return result(r);
}

void dot11_beacon_build(struct writer *w, const struct dot11_beacon *b)
{
	writer_le64(w, b->timestamp);
	writer_le16(w, b->interval);
	writer_le16(w, b->capability);
	writer_put(w, b->elements, b->elements_len);
}

void dot11_auth_build(struct writer *w, const struct dot11_auth *a)
{
	writer_le16(w, a->algorithm);
	writer_le16(w, a->sequence);
	writer_le16(w, a->status);
	writer_put(w, a->rest, a->rest_len);
}

void dot11_assoc_req_build(struct writer *w, const struct dot11_assoc_req *a)
{
	writer_le16(w, a->capability);
	writer_le16(w, a->listen_interval);
	if (a->reassociation)
		put_mac(w, &a->current_ap);
	writer_put(w, a->elements, a->elements_len);
}

void dot11_assoc_resp_build(struct writer *w, const struct dot11_assoc_resp *a)
{
	writer_le16(w, a->capability);
	writer_le16(w, a->status);
	writer_le16(w, a->aid | AID_MARK);
	writer_put(w, a->elements, a->elements_len);
}

void dot11_reason_build(struct writer *w, const struct dot11_reason *d)
{
	writer_le16(w, d->reason);
	writer_put(w, d->elements, d->elements_len);
}

int element_find(const void *elements, size_t len, uint8_t id, struct element *e)
{
	struct reader r = reader_init(elements, len);

	while (element_next(&r, e)) {
		if (e->id == id)
			return 0;
	}
	return reader_ok(&r) ? -ENOENT : -EBADMSG;
}

int elements_check(const void *elements, size_t len)
{
	struct reader r = reader_init(elements, len);
	struct element e;

	while (element_next(&r, &e))
		;
	return result(&r);
}

void element_put(struct writer *w, uint8_t id, const void *data, size_t len)
{
	if (len > UINT8_MAX) {
		writer_fail(w);
		return;
	}
	writer_u8(w, id);
	writer_u8(w, (uint8_t)len);
	writer_put(w, data, len);
}

int llc_snap_parse(struct reader *r, uint16_t *ethertype)
{
	const uint8_t *p = reader_take(r, D11_LLC_SNAP_LEN);

	*ethertype = 0;
	if (!p)
		return -EBADMSG;
	if (memcmp(p, "\xaa\xaa\x03\x00\x00\x00", 6) != 0)
		return -EPROTONOSUPPORT;
	*ethertype = load_be16(p + 6);
	return 0;
}

void llc_snap_build(struct writer *w, uint16_t ethertype)
{
	writer_put(w, "\xaa\xaa\x03\x00\x00\x00", 6);
	writer_be16(w, ethertype);
}
