// SPDX-License-Identifier: BSD-2-Clause
#include "tests/lib/handshake.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "wire/eapol_key.h"
#include "wire/kde.h"
#include "wire/rsne.h"

static void must(bool ok)
{
	if (!ok)
		abort();
}

static size_t build_rsne(const struct handshake *h, uint8_t *out, size_t cap)
{
	struct rsne rsne = {
		.extent = h->mfp ? RSNE_TO_GROUP_MGMT : RSNE_TO_CAPABILITIES,
		.version = 1,
		.group = h->gtk_len == 16 ? CIPHER_CCMP_128 : CIPHER_TKIP,
		.pairwise = {CIPHER_CCMP_128},
		.pairwise_count = 1,
		.akm = {h->akm == CRYPTO_AKM_SHA1 ? AKM_PSK : AKM_PSK_SHA256},
		.akm_count = 1,
		.capabilities = h->mfp ? RSN_CAP_MFPC : 0,
		.group_mgmt = CIPHER_BIP_CMAC_128,
	};
	struct writer w = writer_init(out, cap);

	rsne_build(&w, &rsne);
	must(writer_ok(&w));
	return w.len;
}

static void build_elements(struct handshake *h)
{
	h->ap_len = build_rsne(h, h->ap_elements, sizeof(h->ap_elements));
	h->own_len = build_rsne(h, h->own_elements, sizeof(h->own_elements));
}

void handshake_init(struct handshake *h, enum crypto_akm akm)
{
	static const char passphrase[] = "correct horse battery";

	memset(h, 0, sizeof(*h));
	h->akm = akm;
	h->c = crypto_new();
	must(h->c != NULL);
	must(crypto_wpa_psk(h->c, passphrase, sizeof(passphrase) - 1, "openihv", 7, h->pmk) == 0);
	h->ap = mac_from_u64(0x020000000a01);
	h->station = mac_from_u64(0x020000000501);
	handshake_anonce(h, 0xa0);
	h->gtk_len = 16;
	handshake_gtk(h, 1, 0x60);
	h->rsc = 0x0000060504030201;
	build_elements(h);
}

void handshake_protect(struct handshake *h)
{
	h->mfp = true;
	handshake_igtk(h, 4, 0x90);
	h->ipn = 0x0000161514131211;
	build_elements(h);
}

void handshake_tkip(struct handshake *h)
{
	h->gtk_len = 32;
	handshake_gtk(h, 1, 0x60);
	build_elements(h);
}

void handshake_destroy(struct handshake *h)
{
	crypto_free(h->c);
	memset(h, 0, sizeof(*h));
}

void handshake_anonce(struct handshake *h, uint8_t seed)
{
	for (size_t i = 0; i < sizeof(h->anonce); i++)
		h->anonce[i] = (uint8_t)(seed + i);
}

void handshake_gtk(struct handshake *h, uint8_t id, uint8_t seed)
{
	h->gtk_id = id;
	for (size_t i = 0; i < h->gtk_len; i++)
		h->gtk[i] = (uint8_t)(seed ^ i);
}

void handshake_igtk(struct handshake *h, uint16_t id, uint8_t seed)
{
	h->igtk_id = id;
	for (size_t i = 0; i < sizeof(h->igtk); i++)
		h->igtk[i] = (uint8_t)(seed ^ i);
}

static uint16_t version(const struct handshake *h)
{
	return h->akm == CRYPTO_AKM_SHA1 ? KEY_VERSION_SHA1_AES : KEY_VERSION_CMAC_AES;
}

static struct handshake_message describe(struct handshake *h, unsigned info)
{
	struct handshake_message m;

	memset(&m, 0, sizeof(m));
	m.info = (uint16_t)(info | version(h));
	m.counter = ++h->counter;
	m.mic = info & KEY_INFO_MIC;
	m.wrap = info & KEY_INFO_ENCRYPTED;
	return m;
}

struct handshake_message handshake_1(struct handshake *h)
{
	struct handshake_message m = describe(h, KEY_INFO_PAIRWISE | KEY_INFO_ACK);

	m.key_length = 16;
	memcpy(m.nonce, h->anonce, sizeof(m.nonce));
	return m;
}

void handshake_put_gtk(struct handshake_message *m, uint8_t id, const uint8_t *key, size_t len)
{
	struct writer w = writer_init(m->plain, sizeof(m->plain));

	w.len = m->plain_len;
	kde_put_gtk(&w, &(struct kde_gtk){.key_id = id, .key = key, .key_len = len});
	must(writer_ok(&w));
	m->plain_len = w.len;
}

void handshake_put_igtk(
	struct handshake_message *m, uint16_t id, uint64_t ipn, const uint8_t *key, size_t len)
{
	struct writer w = writer_init(m->plain, sizeof(m->plain));

	w.len = m->plain_len;
	kde_put_igtk(&w, &(struct kde_igtk){id, ipn, key, len});
	must(writer_ok(&w));
	m->plain_len = w.len;
}

static void put_keys(const struct handshake *h, struct handshake_message *m)
{
	handshake_put_gtk(m, h->gtk_id, h->gtk, h->gtk_len);
	if (h->mfp)
		handshake_put_igtk(m, h->igtk_id, h->ipn, h->igtk, sizeof(h->igtk));
}

struct handshake_message handshake_3(struct handshake *h)
{
	struct handshake_message m =
		describe(h, KEY_INFO_PAIRWISE | KEY_INFO_ACK | KEY_INFO_MIC | KEY_INFO_INSTALL |
				    KEY_INFO_SECURE | KEY_INFO_ENCRYPTED);

	m.key_length = 16;
	memcpy(m.nonce, h->anonce, sizeof(m.nonce));
	m.rsc = h->rsc;
	memcpy(m.plain, h->ap_elements, h->ap_len);
	m.plain_len = h->ap_len;
	put_keys(h, &m);
	return m;
}

struct handshake_message handshake_group_1(struct handshake *h)
{
	struct handshake_message m =
		describe(h, KEY_INFO_ACK | KEY_INFO_MIC | KEY_INFO_SECURE | KEY_INFO_ENCRYPTED);

	m.rsc = h->rsc;
	put_keys(h, &m);
	return m;
}

// Key data as it stands in the frame; returns its length.
static size_t wrap(struct handshake *h, const struct handshake_message *m, uint8_t *out)
{
	uint8_t padded[HANDSHAKE_PLAIN_MAX + 24];
	struct writer w = writer_init(padded, sizeof(padded));

	writer_put(&w, m->plain, m->plain_len);
	if (!m->wrap) {
		memcpy(out, padded, w.len);
		return w.len;
	}
	kde_pad(&w, 0);
	must(writer_ok(&w));
	must(crypto_aes_wrap(h->c, h->ptk.kek, sizeof(h->ptk.kek), padded, w.len, out) == 0);
	return w.len + CRYPTO_WRAP_OVERHEAD;
}

void handshake_build(
	struct handshake *h, const struct handshake_message *m, struct handshake_frame *out)
{
	uint8_t key_data[HANDSHAKE_PLAIN_MAX + 32];
	struct writer w = writer_init(out->pdu, sizeof(out->pdu));
	struct eapol_key key = {
		.version = 2,
		.descriptor = EAPOL_KEY_DESCRIPTOR_RSN,
		.info = m->info,
		.key_length = m->key_length,
		.replay_counter = m->counter,
		.nonce = m->nonce,
		.rsc = m->rsc,
		.mic_len = EAPOL_KEY_MIC_LEN,
		.key_data = key_data,
	};

	key.key_data_len = (uint16_t)wrap(h, m, key_data);
	const size_t mic = eapol_key_build(&w, &key);
	must(writer_ok(&w));
	out->len = w.len;
	if (m->mic)
		must(crypto_eapol_mic(h->c, h->akm, h->ptk.kck, out->pdu, out->len, mic,
			     out->pdu + mic) == 0);
}

// The parts that every answer has in common.
static bool is_answer(struct handshake *h, const void *pdu, size_t len, uint64_t counter,
	enum eapol_key_message kind, struct eapol_key *key)
{
	if (eapol_key_parse(pdu, len, EAPOL_KEY_MIC_LEN, key) != 0 || key->trailing != 0)
		return false;
	return eapol_key_message(key) == kind && key->replay_counter == counter &&
	       eapol_key_descriptor_version(key) == version(h);
}

static bool mic_good(struct handshake *h, const struct eapol_key *key)
{
	return crypto_eapol_mic_check(h->c, h->akm, h->ptk.kck, key->frame, key->frame_len,
		       EAPOL_KEY_MIC_OFFSET) == 0;
}

bool handshake_is_2(struct handshake *h, const void *pdu, size_t len, uint64_t counter)
{
	struct eapol_key key;

	if (!is_answer(h, pdu, len, counter, EAPOL_KEY_PAIRWISE_2, &key))
		return false;
	const struct crypto_ptk_input in = {
		.pmk = h->pmk,
		.pmk_len = sizeof(h->pmk),
		.aa = h->ap.b,
		.spa = h->station.b,
		.anonce = h->anonce,
		.snonce = key.nonce,
		.tk_len = 16,
	};
	must(crypto_ptk(h->c, h->akm, &in, &h->ptk) == 0);
	h->have_ptk = mic_good(h, &key);
	return h->have_ptk && key.key_data_len == h->own_len &&
	       memcmp(key.key_data, h->own_elements, h->own_len) == 0;
}

static bool nonce_is_zero(const struct eapol_key *key)
{
	static const uint8_t zero[EAPOL_KEY_NONCE_LEN];

	return memcmp(key->nonce, zero, sizeof(zero)) == 0;
}

bool handshake_is_4(struct handshake *h, const void *pdu, size_t len, uint64_t counter)
{
	struct eapol_key key;

	return is_answer(h, pdu, len, counter, EAPOL_KEY_PAIRWISE_4, &key) && mic_good(h, &key) &&
	       nonce_is_zero(&key);
}

bool handshake_is_group_2(struct handshake *h, const void *pdu, size_t len, uint64_t counter)
{
	struct eapol_key key;

	return is_answer(h, pdu, len, counter, EAPOL_KEY_GROUP_2, &key) && mic_good(h, &key) &&
	       key.key_data_len == 0;
}
