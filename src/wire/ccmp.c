// SPDX-License-Identifier: BSD-2-Clause
#include "wire/ccmp.h"

#include <errno.h>

enum {
	EXT_IV = 0x20,
	KEY_ID_SHIFT = 6,
	DATA_SUBTYPE_LOW = 0x0070, // subtype bits that 12.5.3.3.3 masks in data frames
	QOS_TID = 0x000f,
	NONCE_MGMT = 0x10,
};

int ccmp_header_parse(struct reader *r, struct ccmp_header *h)
{
	const uint8_t *p = reader_take(r, CCMP_HEADER_LEN);

	*h = (struct ccmp_header){.pn = 0};
	if (!p || !(p[3] & EXT_IV))
		return -EBADMSG;
	h->pn = (uint64_t)load_le32(p + 4) << 16 | load_le16(p);
	h->key_id = p[3] >> KEY_ID_SHIFT;
	return 0;
}

void ccmp_header_build(struct writer *w, const struct ccmp_header *h)
{
	writer_le16(w, (uint16_t)h->pn);
	writer_u8(w, 0);
	writer_u8(w, (uint8_t)(EXT_IV | (h->key_id & 3) << KEY_ID_SHIFT));
	writer_le32(w, (uint32_t)(h->pn >> 16));
}

// Frame Control as 12.5.3.3.3 item a masks it.
static uint16_t masked_control(const struct dot11_header *h)
{
	unsigned fc = h->frame_control;

	fc &= ~(unsigned)(D11_FC_RETRY | D11_FC_POWER | D11_FC_MORE_DATA);
	if (dot11_type(h) == D11_TYPE_DATA)
		fc &= ~(unsigned)DATA_SUBTYPE_LOW;
	if (dot11_has_qos(h))
		fc &= ~(unsigned)D11_FC_HTC;
	return (uint16_t)(fc | D11_FC_PROTECTED);
}

size_t ccmp_aad(const struct dot11_header *h, uint8_t aad[CCMP_AAD_MAX])
{
	struct writer w = writer_init(aad, CCMP_AAD_MAX);

	writer_le16(&w, masked_control(h));
	writer_put(&w, h->addr1.b, MAC_LEN);
	writer_put(&w, h->addr2.b, MAC_LEN);
	writer_put(&w, h->addr3.b, MAC_LEN);
	writer_le16(&w, h->sequence_control & 0x000f); // the fragment number only
	if (dot11_has_addr4(h))
		writer_put(&w, h->addr4.b, MAC_LEN);
	if (dot11_has_qos(h))
		writer_le16(&w, h->qos_control & QOS_TID);
	return w.len;
}

void ccmp_nonce(const struct dot11_header *h, uint64_t pn, uint8_t nonce[CCMP_NONCE_LEN])
{
	nonce[0] = 0;
	if (dot11_has_qos(h))
		nonce[0] = (uint8_t)(h->qos_control & QOS_TID);
	if (dot11_type(h) == D11_TYPE_MGMT)
		nonce[0] = NONCE_MGMT;
	memcpy(nonce + 1, h->addr2.b, MAC_LEN);
	store_be16(nonce + 7, (uint16_t)(pn >> 32));
	store_be32(nonce + 9, (uint32_t)pn);
}
