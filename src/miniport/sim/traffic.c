// SPDX-License-Identifier: BSD-2-Clause
#include "miniport/sim/traffic.h"

#include <errno.h>

#include "base/wipe.h"
#include "wire/bip.h"
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

/* Header and body of a protected frame; an EtherType makes the body an MSDU. */
static int build_sealed(struct crypto *crypto, struct traffic_key *key, struct dot11_header *h,
	const uint16_t *ethertype, const uint8_t *body, size_t length, struct writer *w)
{
	struct ccmp_header ccmp = {.pn = ++key->sent, .key_id = key->id};
	size_t start;

	h->frame_control |= D11_FC_PROTECTED;
	dot11_header_build(w, h);
	ccmp_header_build(w, &ccmp);
	start = w->len;
	if (ethertype)
		llc_snap_build(w, *ethertype);
	writer_put(w, body, length);
	length = w->len - start;
	writer_reserve(w, CCMP_MIC_LEN);
	return writer_ok(w) ? seal(crypto, key, h, w->buf + start, length) : -ENOBUFS;
}

int traffic_build(struct crypto *crypto, struct traffic_key *key, struct dot11_header *h,
	uint16_t ethertype, const uint8_t *payload, size_t length, struct writer *w)
{
	if (key)
		return build_sealed(crypto, key, h, &ethertype, payload, length, w);
	dot11_header_build(w, h);
	llc_snap_build(w, ethertype);
	writer_put(w, payload, length);
	return writer_ok(w) ? 0 : -ENOBUFS;
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
	uint64_t *received =
		dot11_type(h) == D11_TYPE_MGMT ? &key->received_management : &key->received;
	struct ccmp_header ccmp;
	size_t sealed;

	if (ccmp_header_parse(&body, &ccmp))
		return -EBADMSG;
	sealed = reader_left(&body);
	if (sealed <= CCMP_MIC_LEN || sealed > MSDU_MAX + CCMP_MIC_LEN)
		return -EBADMSG;
	if (ccmp.pn <= *received)
		return -EALREADY; /* 802.11-2020, 12.5.3.4.4 c */
	ccmp_nonce(h, ccmp.pn, nonce);
	if (crypto_ccm_open(crypto, &ccm, body.pos, sealed, out))
		return -EBADMSG;
	*received = ccmp.pn;
	return (ssize_t)(sealed - CCMP_MIC_LEN);
}

static int bip_mic(struct crypto *crypto, const struct traffic_key *key,
	const struct dot11_header *h, const uint8_t *body, size_t length,
	uint8_t mic[CRYPTO_CMAC_LEN])
{
	static const uint8_t no_mic[BIP_MIC_LEN];
	uint8_t aad[BIP_AAD_LEN];
	const struct crypto_part parts[] = {
		{aad, sizeof(aad)}, {body, length - BIP_MIC_LEN}, {no_mic, sizeof(no_mic)}};

	bip_aad(h, aad);
	return crypto_cmac_aes128(crypto, key->tk, parts, 3, mic);
}

static int build_for_group(struct crypto *crypto, struct traffic_key *key,
	const struct dot11_header *h, const uint8_t *body, size_t length, struct writer *w)
{
	uint8_t mic[CRYPTO_CMAC_LEN];
	size_t start;
	int err;

	dot11_header_build(w, h);
	start = w->len;
	writer_put(w, body, length);
	bip_mme_build(w, key->id, ++key->sent);
	if (!writer_ok(w))
		return -ENOBUFS;
	err = bip_mic(crypto, key, h, w->buf + start, w->len - start, mic);
	if (!err)
		memcpy(w->buf + w->len - BIP_MIC_LEN, mic, BIP_MIC_LEN);
	return err;
}

int traffic_build_management(struct crypto *crypto, struct traffic_key *key, struct dot11_header *h,
	const uint8_t *body, size_t length, struct writer *w)
{
	if (key && mac_is_multicast(&h->addr1))
		return build_for_group(crypto, key, h, body, length, w);
	if (key)
		return build_sealed(crypto, key, h, NULL, body, length, w);
	dot11_header_build(w, h);
	writer_put(w, body, length);
	return writer_ok(w) ? 0 : -ENOBUFS;
}

ssize_t traffic_check(struct crypto *crypto, struct traffic_key *key, const struct dot11_header *h,
	struct reader body)
{
	uint8_t mic[CRYPTO_CMAC_LEN];
	struct bip_mme mme;

	if (bip_mme_parse(body.pos, reader_left(&body), &mme))
		return -EBADMSG;
	if (mme.ipn <= key->received)
		return -EALREADY; /* 802.11-2020, 12.5.4.6 */
	if (bip_mic(crypto, key, h, body.pos, reader_left(&body), mic) ||
		!equal_ct(mic, mme.mic, BIP_MIC_LEN))
		return -EBADMSG;
	key->received = mme.ipn;
	return (ssize_t)(reader_left(&body) - BIP_MME_LEN);
}
