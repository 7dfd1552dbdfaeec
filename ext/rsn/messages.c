// SPDX-License-Identifier: BSD-2-Clause
#include "messages.h"

#include <errno.h>
#include <string.h>

#include "base/wipe.h"
#include "wire/eapol.h"
#include "wire/kde.h"
#include "wire/rsne.h"

enum {
	PN_BITS = 48,
	WRAPPED_MIN = 24, // the least that AES key wrap gives (RFC 3394)
};

static unsigned descriptor_version(enum crypto_akm akm)
{
	switch (akm) { // 12.7.2, item b.1
	case CRYPTO_AKM_SHA1:
		return KEY_VERSION_SHA1_AES;
	case CRYPTO_AKM_SHA256:
		return KEY_VERSION_CMAC_AES;
	}
	return 0;
}

enum eapol_key_message message_classify(
	const struct supplicant *s, const void *pdu, size_t len, struct eapol_key *out)
{
	if (len > SUPPLICANT_PDU_MAX)
		return EAPOL_KEY_UNKNOWN;
	if (eapol_key_parse(pdu, len, EAPOL_KEY_MIC_LEN, out) != 0)
		return EAPOL_KEY_UNKNOWN;
	if (eapol_key_descriptor_version(out) != descriptor_version(s->config.akm))
		return EAPOL_KEY_UNKNOWN;
	// 12.7.2, item d: a counter that is not greater than the last valid one is a replay.
	if (s->counted && out->replay_counter <= s->counter)
		return EAPOL_KEY_UNKNOWN;

	switch (eapol_key_message(out)) {
	case EAPOL_KEY_PAIRWISE_1: // 12.7.6.2: key data in the clear
		return out->info & KEY_INFO_ENCRYPTED ? EAPOL_KEY_UNKNOWN : EAPOL_KEY_PAIRWISE_1;
	case EAPOL_KEY_PAIRWISE_3: // 12.7.6.4
		if (!(out->info & KEY_INFO_INSTALL) || out->key_length != SUPPLICANT_TK_LEN)
			return EAPOL_KEY_UNKNOWN;
		return out->info & KEY_INFO_ENCRYPTED ? EAPOL_KEY_PAIRWISE_3 : EAPOL_KEY_UNKNOWN;
	case EAPOL_KEY_GROUP_1: // 12.7.7.2
		return out->info & KEY_INFO_ENCRYPTED ? EAPOL_KEY_GROUP_1 : EAPOL_KEY_UNKNOWN;
	case EAPOL_KEY_PAIRWISE_2: // what only an authenticator is sent
	case EAPOL_KEY_PAIRWISE_4:
	case EAPOL_KEY_GROUP_2:
	case EAPOL_KEY_UNKNOWN:
		break;
	}
	return EAPOL_KEY_UNKNOWN;
}

// The items of decrypted key data that matter here; empty where there is none.
struct contents {
	struct supplicant_element rsne, second_rsne, rsnxe;
	struct kde_gtk gtk; // key NULL: none
	struct kde igtk;    // the last one
	unsigned igtks;
};

static int read_item(const struct kde *k, struct contents *out)
{
	const struct supplicant_element whole = {k->element.data - 2, k->element.len + (size_t)2};

	if (k->element.id == D11_EID_RSN && out->rsne.len == 0)
		out->rsne = whole;
	else if (k->element.id == D11_EID_RSN && out->second_rsne.len == 0)
		out->second_rsne = whole;
	else if (k->element.id == D11_EID_RSN)
		return -EBADMSG;
	else if (k->element.id == D11_EID_RSNX)
		out->rsnxe = whole;
	else if (k->selector == KDE_GTK)
		return out->gtk.key ? -EBADMSG : kde_gtk_parse(k, &out->gtk);
	if (k->selector == KDE_IGTK) {
		out->igtk = *k;
		out->igtks++;
	}
	return 0;
}

static int read_contents(const uint8_t *plain, size_t len, struct contents *out)
{
	struct reader r = reader_init(plain, len);
	struct kde k;

	*out = (struct contents){0};
	while (kde_next(&r, &k)) {
		const int err = read_item(&k, out);
		if (err)
			return err;
	}
	return reader_ok(&r) ? 0 : -EBADMSG;
}

static bool same_element(struct supplicant_element a, struct supplicant_element b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

// 12.7.6.4: a second RSNE assigns the pairwise cipher, and this supplicant only has CCMP-128.
static bool assigns_ccmp(struct supplicant_element e)
{
	struct rsne rsne;

	if (e.len == 0)
		return true;
	return rsne_parse(e.p + 2, e.len - 2, &rsne) == 0 && rsne.pairwise_count == 1 &&
	       rsne.pairwise[0] == CIPHER_CCMP_128;
}

static int take_gtk(const struct supplicant *s, const struct contents *in,
	const struct eapol_key *key, struct delivery *out)
{
	const size_t len = supplicant_key_len(s->config.group);

	// A GTK has key id 1 to 3, or 0 with WEP only, and the length of its cipher.
	if (!in->gtk.key || in->gtk.key_id == 0 || in->gtk.key_len != len)
		return -EBADMSG;
	out->group.cipher = s->config.group;
	out->group.id = in->gtk.key_id;
	out->group.rsc = key->rsc & ((UINT64_C(1) << PN_BITS) - 1);
	memcpy(out->group.key, in->gtk.key, len);
	return 0;
}

// 12.7.6.4, 12.7.7.2: there is one when management frame protection was negotiated. Otherwise it is
// nothing that was asked for, and like any KDE that means nothing here it is not looked at.
static int take_igtk(const struct supplicant *s, const struct contents *in, struct delivery *out)
{
	const size_t len = supplicant_key_len(SUPPLICANT_BIP);
	struct kde_igtk igtk;

	if (!s->config.mfp)
		return 0;
	if (in->igtks != 1 || kde_igtk_parse(&in->igtk, &igtk) != 0 || igtk.key_len != len ||
		(igtk.key_id != 4 && igtk.key_id != 5))
		return -EBADMSG;
	out->igtk.cipher = SUPPLICANT_BIP;
	out->igtk.id = (uint8_t)igtk.key_id;
	out->igtk.rsc = igtk.ipn;
	memcpy(out->igtk.key, igtk.key, len);
	return 0;
}

static int judge_contents(const struct supplicant *s, const struct eapol_key *key, bool pairwise,
	const uint8_t *plain, size_t len, struct delivery *out)
{
	struct contents in;

	int err = read_contents(plain, len, &in);
	if (err)
		return err;
	if (pairwise) {
		// 12.7.6.4: else somebody has tampered with the beacon to weaken the choice of
		// suites.
		if (!same_element(in.rsne, s->config.ap_rsne) ||
			!same_element(in.rsnxe, s->config.ap_rsnxe))
			return -EPERM;
		if (!assigns_ccmp(in.second_rsne))
			return -EBADMSG;
	}
	err = take_gtk(s, &in, key, out);
	return err ? err : take_igtk(s, &in, out);
}

// Unwraps the key data and reads it. The MIC was found good.
static int open_key_data(const struct supplicant *s, struct crypto *c, const struct eapol_key *key,
	const struct crypto_ptk *ptk, struct delivery *out)
{
	uint8_t plain[SUPPLICANT_PDU_MAX];
	const size_t len = key->key_data_len;

	if (len < WRAPPED_MIN || len % 8 != 0 || len > sizeof(plain))
		return -EBADMSG;
	const size_t plain_len = len - CRYPTO_WRAP_OVERHEAD;
	int err = crypto_aes_unwrap(c, ptk->kek, sizeof(ptk->kek), key->key_data, len, plain);
	if (!err)
		err = judge_contents(s, key, key->info & KEY_INFO_PAIRWISE, plain, plain_len, out);
	wipe(plain, plain_len);
	return err;
}

static int open_message(const struct supplicant *s, struct crypto *c, const struct eapol_key *key,
	const struct supplicant_keys *keys, struct delivery *out)
{
	int err = crypto_eapol_mic_check(
		c, s->config.akm, keys->ptk.kck, key->frame, key->frame_len, EAPOL_KEY_MIC_OFFSET);
	if (!err)
		err = open_key_data(s, c, key, &keys->ptk, out);
	if (err)
		wipe(out, sizeof(*out));
	else
		out->counter = key->replay_counter;
	return err;
}

static bool same_anonce(const struct supplicant_keys *keys, const struct eapol_key *key)
{
	return keys->valid && memcmp(keys->anonce, key->nonce, CRYPTO_NONCE_LEN) == 0;
}

int message_judge_3(const struct supplicant *s, struct crypto *c, const struct eapol_key *key,
	struct delivery *out)
{
	*out = (struct delivery){0};
	// 12.7.6.4: the ANonce must be that of message 1.
	if (same_anonce(&s->next, key)) {
		const int err = open_message(s, c, key, &s->next, out);
		if (err != -EBADMSG)
			return err;
	}
	// Not of the running handshake: perhaps the last one again, because message 4 got lost.
	if (!same_anonce(&s->current, key))
		return -EBADMSG;
	const int err = open_message(s, c, key, &s->current, out);
	if (!err)
		out->repeated = true;
	return err;
}

int message_judge_group_1(const struct supplicant *s, struct crypto *c, const struct eapol_key *key,
	struct delivery *out)
{
	*out = (struct delivery){0};
	return s->current.valid ? open_message(s, c, key, &s->current, out) : -EBADMSG;
}

static int build(const struct supplicant *s, struct crypto *c, const struct supplicant_keys *keys,
	const struct eapol_key *fields, struct message *out)
{
	struct writer w = writer_init(out->pdu, sizeof(out->pdu));
	uint8_t mic[CRYPTO_EAPOL_MIC_LEN];

	const size_t mic_offset = eapol_key_build(&w, fields);
	if (!writer_ok(&w))
		return -EMSGSIZE;
	out->len = w.len;
	const int err = crypto_eapol_mic(
		c, s->config.akm, keys->ptk.kck, out->pdu, out->len, mic_offset, mic);
	if (err)
		return err;
	memcpy(out->pdu + mic_offset, mic, sizeof(mic));
	return 0;
}

static struct eapol_key answer(const struct eapol_key *to, unsigned info)
{
	return (struct eapol_key){
		.version = EAPOL_VERSION_2004,
		.descriptor = EAPOL_KEY_DESCRIPTOR_RSN,
		.info = (uint16_t)(info | KEY_INFO_MIC | eapol_key_descriptor_version(to)),
		.replay_counter = to->replay_counter,
		.mic_len = EAPOL_KEY_MIC_LEN,
	};
}

int message_build_2(const struct supplicant *s, struct crypto *c, const struct eapol_key *to,
	const struct supplicant_keys *keys, struct message *out)
{
	// 12.7.6.3: Secure tells that there already are keys, so it is set when they are renewed.
	const unsigned secure = s->current.valid ? KEY_INFO_SECURE : 0;
	struct eapol_key fields = answer(to, KEY_INFO_PAIRWISE | secure);

	fields.nonce = keys->snonce;
	fields.key_data = s->config.own.p;
	fields.key_data_len = (uint16_t)s->config.own.len;
	return build(s, c, keys, &fields, out);
}

int message_build_4(const struct supplicant *s, struct crypto *c, const struct eapol_key *to,
	const struct supplicant_keys *keys, struct message *out)
{
	const struct eapol_key fields = answer(to, KEY_INFO_PAIRWISE | KEY_INFO_SECURE);

	return build(s, c, keys, &fields, out); // 12.7.6.5
}

int message_build_group_2(const struct supplicant *s, struct crypto *c, const struct eapol_key *to,
	const struct supplicant_keys *keys, struct message *out)
{
	const struct eapol_key fields = answer(to, KEY_INFO_SECURE);

	return build(s, c, keys, &fields, out); // 12.7.7.3
}
