// SPDX-License-Identifier: BSD-2-Clause
#include "miniport/sim/traffic.h"

#include <errno.h>

#include "wire/ccmp.h"

static int seal(struct crypto *crypto, struct traffic_key *key, const struct dot11_header *h,
	uint8_t *msdu, size_t length)
{
	uint8_t aad[CCMP_AAD_MAX], nonce[CCMP_NONCE_LEN];
	struct crypto_ccm ccm = {.key = key->tk,
		.key_len = sizeof(key->tk),
		.nonce = nonce,
		.aad = aad,
		.aad_len = ccmp_aad(h, aad),
		.tag_len = CCMP_MIC_LEN};

	ccmp_nonce(h, key->sent, nonce);
	return crypto_ccm_seal(crypto, &ccm, msdu, length, msdu);
}

int traffic_build(struct crypto *crypto, struct traffic_key *key, struct dot11_header *h,
	uint16_t ethertype, const uint8_t *payload, size_t length, struct writer *w)
{
	size_t start;

	if (key)
		h->frame_control |= D11_FC_PROTECTED;
	dot11_header_build(w, h);
	if (key) {
		struct ccmp_header ccmp = {.pn = ++key->sent, .key_id = key->id};

		ccmp_header_build(w, &ccmp);
	}
	start = w->len;
	llc_snap_build(w, ethertype);
	writer_put(w, payload, length);
	if (key)
		writer_reserve(w, CCMP_MIC_LEN);
	if (!writer_ok(w))
		return -ENOBUFS;
	return key ? seal(crypto, key, h, w->buf + start, D11_LLC_SNAP_LEN + length) : 0;
}

ssize_t traffic_open(struct crypto *crypto, struct traffic_key *key, const struct dot11_header *h,
	struct reader body, uint8_t *out)
{
	uint8_t aad[CCMP_AAD_MAX], nonce[CCMP_NONCE_LEN];
	struct crypto_ccm ccm = {.key = key->tk,
		.key_len = sizeof(key->tk),
		.nonce = nonce,
		.aad = aad,
		.aad_len = ccmp_aad(h, aad),
		.tag_len = CCMP_MIC_LEN};
	struct ccmp_header ccmp;
	size_t sealed;

	if (ccmp_header_parse(&body, &ccmp))
		return -EBADMSG;
	sealed = reader_left(&body);
	if (sealed <= CCMP_MIC_LEN || sealed > MSDU_MAX + CCMP_MIC_LEN)
		return -EBADMSG;
	if (ccmp.pn <= key->received)
		return -EALREADY; /* 802.11-2020, 12.5.3.4.4 c */
	ccmp_nonce(h, ccmp.pn, nonce);
	if (crypto_ccm_open(crypto, &ccm, body.pos, sealed, out))
		return -EBADMSG;
	key->received = ccmp.pn;
	return (ssize_t)(sealed - CCMP_MIC_LEN);
}
