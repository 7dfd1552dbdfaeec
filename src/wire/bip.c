// SPDX-License-Identifier: BSD-2-Clause
#include "wire/bip.h"

#include <errno.h>

enum {
	MME_BODY = BIP_MME_LEN - 2,
};

int bip_mme_parse(const void *body, size_t len, struct bip_mme *out)
{
	struct reader r = reader_init(body, len);

	if (len < BIP_MME_LEN)
		return -EBADMSG;
	reader_skip(&r, len - BIP_MME_LEN);
	if (reader_u8(&r) != D11_EID_MME || reader_u8(&r) != MME_BODY)
		return -EBADMSG;
	out->key_id = reader_le16(&r);
	out->ipn = reader_le32(&r);
	out->ipn |= (uint64_t)reader_le16(&r) << 32;
	out->mic = reader_take(&r, BIP_MIC_LEN);
	return reader_ok(&r) ? 0 : -EBADMSG;
}

void bip_mme_build(struct writer *w, uint16_t key_id, uint64_t ipn)
{
	writer_u8(w, D11_EID_MME);
	writer_u8(w, MME_BODY);
	writer_le16(w, key_id);
	writer_le32(w, (uint32_t)ipn);
	writer_le16(w, (uint16_t)(ipn >> 32));
	writer_zero(w, BIP_MIC_LEN);
}

void bip_aad(const struct dot11_header *h, uint8_t aad[BIP_AAD_LEN])
{
	const unsigned masked = D11_FC_RETRY | D11_FC_POWER | D11_FC_MORE_DATA;
	struct writer w = writer_init(aad, BIP_AAD_LEN);

	writer_le16(&w, (uint16_t)(h->frame_control & ~masked));
	writer_put(&w, h->addr1.b, MAC_LEN);
	writer_put(&w, h->addr2.b, MAC_LEN);
	writer_put(&w, h->addr3.b, MAC_LEN);
}
