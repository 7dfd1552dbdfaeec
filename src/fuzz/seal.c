// SPDX-License-Identifier: BSD-2-Clause
#include "fuzz/seal.h"

#include <string.h>

#include "base/bytes.h"
#include "base/wipe.h"
#include "wire/eapol.h"
#include "wire/eapol_key.h"
#include "wire/kde.h"

/* From the first byte of the PDU (802.11-2020, Figure 12-34). */
#define BODY_AT     2
#define INFO_AT     5
#define COUNTER_AT  9
#define NONCE_AT    17
#define KEY_DATA_AT 97

uint64_t seal_counter(const uint8_t *pdu, size_t length)
{
	return length >= EAPOL_KEY_LEN && pdu[1] == EAPOL_TYPE_KEY ? load_be64(pdu + COUNTER_AT)
								   : 0;
}

void seal_count(uint8_t *pdu, size_t length, uint64_t counter)
{
	if (length >= COUNTER_AT + 8)
		store_be64(pdu + COUNTER_AT, counter);
}

void seal_freshen(uint8_t *pdu, size_t length, const uint8_t *ap, size_t ap_length)
{
	if (!seal_counter(ap, ap_length) || length < NONCE_AT + EAPOL_KEY_NONCE_LEN)
		return;
	seal_count(pdu, length, seal_counter(ap, ap_length));
	memcpy(pdu + NONCE_AT, ap + NONCE_AT, EAPOL_KEY_NONCE_LEN);
}

/* 12.7.2, item h.2: padded to a multiple of 8, and to 16 at least. */
static bool wrap(struct crypto *c, const uint8_t *kek, uint8_t *pdu, size_t *length)
{
	uint8_t plain[SEAL_ROOM] = {0};
	struct writer w = writer_init(plain, sizeof(plain));
	bool done;

	writer_put(&w, pdu + EAPOL_KEY_LEN, *length - EAPOL_KEY_LEN);
	kde_pad(&w, 0);
	done = writer_ok(&w) && EAPOL_KEY_LEN + w.len + CRYPTO_WRAP_OVERHEAD <= SEAL_ROOM &&
	       crypto_aes_wrap(c, kek, CRYPTO_KEK_LEN, plain, w.len, pdu + EAPOL_KEY_LEN) == 0;
	if (done)
		*length = EAPOL_KEY_LEN + w.len + CRYPTO_WRAP_OVERHEAD;
	wipe(plain, sizeof(plain));
	return done;
}

bool seal(struct crypto *c, const struct sim_ap_keys *keys, uint8_t *pdu, size_t *length, bool lie)
{
	uint8_t mic[CRYPTO_EAPOL_MIC_LEN];
	enum crypto_akm akm;
	uint16_t info;

	if (*length < EAPOL_KEY_LEN || *length > SEAL_ROOM)
		return false;
	info = load_be16(pdu + INFO_AT);
	if ((info & KEY_INFO_ENCRYPTED) && !wrap(c, keys->kek, pdu, length))
		return false;
	if (!lie) {
		store_be16(pdu + BODY_AT, (uint16_t)(*length - EAPOL_HEADER_LEN));
		store_be16(pdu + KEY_DATA_AT, (uint16_t)(*length - EAPOL_KEY_LEN));
	}
	akm = (info & KEY_INFO_VERSION) == KEY_VERSION_CMAC_AES ? CRYPTO_AKM_SHA256
								: CRYPTO_AKM_SHA1;
	if (crypto_eapol_mic(c, akm, keys->kck, pdu, *length, EAPOL_KEY_MIC_OFFSET, mic))
		return false;
	memcpy(pdu + EAPOL_KEY_MIC_OFFSET, mic, sizeof(mic));
	return true;
}

bool unseal(struct crypto *c, const struct sim_ap_keys *keys, uint8_t *pdu, size_t *length)
{
	uint8_t plain[SEAL_ROOM];
	struct eapol_key key;
	bool done;

	if (*length > SEAL_ROOM || eapol_key_parse(pdu, *length, EAPOL_KEY_MIC_LEN, &key) ||
		!(key.info & KEY_INFO_ENCRYPTED) || key.key_data_len < 3 * CRYPTO_WRAP_OVERHEAD)
		return false;
	done = crypto_aes_unwrap(
		       c, keys->kek, CRYPTO_KEK_LEN, key.key_data, key.key_data_len, plain) == 0;
	if (done) {
		size_t n = key.key_data_len - (size_t)CRYPTO_WRAP_OVERHEAD;

		memcpy(pdu + EAPOL_KEY_LEN, plain, n);
		*length = EAPOL_KEY_LEN + n;
		store_be16(pdu + BODY_AT, (uint16_t)(*length - EAPOL_HEADER_LEN));
		store_be16(pdu + KEY_DATA_AT, (uint16_t)n);
	}
	wipe(plain, sizeof(plain));
	return done;
}
