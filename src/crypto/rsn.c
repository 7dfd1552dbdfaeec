// SPDX-License-Identifier: BSD-2-Clause
// What 802.11-2020 makes of the primitives: no library is named here.
#include "crypto/crypto.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"
#include "base/hex.h"
#include "base/wipe.h"

enum {
	PASSPHRASE_MIN = 8,
	PASSPHRASE_MAX = 63,
	PSK_DIGITS = 64,
	PSK_ITERATIONS = 4096,
	SSID_MAX = 32,
	ADDRESS_LEN = 6,
	PTK_INPUT_LEN = 2 * ADDRESS_LEN + 2 * CRYPTO_NONCE_LEN,
	KCK_KEK_LEN = CRYPTO_KCK_LEN + CRYPTO_KEK_LEN,
};

static bool passphrase_ok(const uint8_t *p, size_t n)
{
	if (n < PASSPHRASE_MIN || n > PASSPHRASE_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (p[i] < 32 || p[i] > 126)
			return false;
	}
	return true;
}

int crypto_wpa_psk(struct crypto *c, const void *secret, size_t secret_len, const void *ssid,
	size_t ssid_len, uint8_t pmk[CRYPTO_PMK_LEN])
{
	int err = -EINVAL;

	if (ssid_len < 1 || ssid_len > SSID_MAX)
		err = -EINVAL;
	else if (secret_len == PSK_DIGITS)
		err = hex_decode(secret, secret_len, pmk, CRYPTO_PMK_LEN) == CRYPTO_PMK_LEN ? 0
											    : err;
	else if (passphrase_ok(secret, secret_len))
		err = crypto_pbkdf2_sha1(
			c, secret, secret_len, ssid, ssid_len, PSK_ITERATIONS, pmk, CRYPTO_PMK_LEN);
	if (err)
		wipe(pmk, CRYPTO_PMK_LEN);
	return err;
}

int crypto_akm_of_suite(uint32_t suite, enum crypto_akm *out)
{
	switch (suite) {
	case 0x000fac01:
	case 0x000fac02:
		*out = CRYPTO_AKM_SHA1;
		return 0;
	case 0x000fac05:
	case 0x000fac06:
	case 0x000fac08:
		*out = CRYPTO_AKM_SHA256;
		return 0;
	}
	return -EPROTONOSUPPORT;
}

// The lesser of two strings of `n` octets, then the greater.
static void put_ordered(struct writer *w, const uint8_t *a, const uint8_t *b, size_t n)
{
	const bool a_first = memcmp(a, b, n) < 0;
	writer_put(w, a_first ? a : b, n);
	writer_put(w, a_first ? b : a, n);
}

static int derive(struct crypto *c, enum crypto_akm akm, const struct crypto_ptk_input *in,
	const uint8_t *data, uint8_t *ptk, size_t len)
{
	static const char label[] = "Pairwise key expansion";

	switch (akm) {
	case CRYPTO_AKM_SHA1:
		return crypto_prf_sha1(
			c, in->pmk, in->pmk_len, label, data, PTK_INPUT_LEN, ptk, len);
	case CRYPTO_AKM_SHA256:
		return crypto_kdf_sha256(
			c, in->pmk, in->pmk_len, label, data, PTK_INPUT_LEN, ptk, len);
	}
	return -EINVAL;
}

int crypto_ptk(struct crypto *c, enum crypto_akm akm, const struct crypto_ptk_input *in,
	struct crypto_ptk *out)
{
	uint8_t data[PTK_INPUT_LEN];
	uint8_t ptk[KCK_KEK_LEN + CRYPTO_TK_MAX];
	struct writer w = writer_init(data, sizeof(data));

	wipe(out, sizeof(*out));
	if (in->tk_len != 16 && in->tk_len != 32)
		return -EINVAL;
	// Min(AA, SPA) || Max(AA, SPA) || Min(ANonce, SNonce) || Max(ANonce, SNonce) (12.7.1.3)
	put_ordered(&w, in->aa, in->spa, ADDRESS_LEN);
	put_ordered(&w, in->anonce, in->snonce, CRYPTO_NONCE_LEN);
	const int err = derive(c, akm, in, data, ptk, KCK_KEK_LEN + in->tk_len);
	if (!err) {
		memcpy(out->kck, ptk, CRYPTO_KCK_LEN);
		memcpy(out->kek, ptk + CRYPTO_KCK_LEN, CRYPTO_KEK_LEN);
		memcpy(out->tk, ptk + KCK_KEK_LEN, in->tk_len);
		out->tk_len = in->tk_len;
	}
	wipe(ptk, sizeof(ptk));
	return err;
}

int crypto_pmkid(struct crypto *c, enum crypto_akm akm, const uint8_t pmk[CRYPTO_PMK_LEN],
	const uint8_t aa[6], const uint8_t spa[6], uint8_t out[16])
{
	const struct crypto_part parts[] = {{"PMK Name", 8}, {aa, ADDRESS_LEN}, {spa, ADDRESS_LEN}};
	uint8_t mac[CRYPTO_SHA256_LEN] = {0};
	int err = -EINVAL;

	switch (akm) {
	case CRYPTO_AKM_SHA1:
		err = crypto_hmac_sha1(c, pmk, CRYPTO_PMK_LEN, parts, 3, mac);
		break;
	case CRYPTO_AKM_SHA256:
		err = crypto_hmac_sha256(c, pmk, CRYPTO_PMK_LEN, parts, 3, mac);
		break;
	}
	memcpy(out, mac, 16);
	wipe(mac, sizeof(mac));
	return err;
}

int crypto_eapol_mic(struct crypto *c, enum crypto_akm akm, const uint8_t kck[CRYPTO_KCK_LEN],
	const void *frame, size_t len, size_t mic_offset, uint8_t out[CRYPTO_EAPOL_MIC_LEN])
{
	static const uint8_t zero[CRYPTO_EAPOL_MIC_LEN];
	uint8_t mac[CRYPTO_SHA1_LEN] = {0};
	int err = -EINVAL;

	if (len < CRYPTO_EAPOL_MIC_LEN || mic_offset > len - CRYPTO_EAPOL_MIC_LEN) {
		wipe(out, CRYPTO_EAPOL_MIC_LEN);
		return -EINVAL;
	}
	const size_t after = mic_offset + CRYPTO_EAPOL_MIC_LEN;
	const struct crypto_part parts[] = {{frame, mic_offset}, {zero, sizeof(zero)},
		{(const uint8_t *)frame + after, len - after}};
	switch (akm) {
	case CRYPTO_AKM_SHA1:
		err = crypto_hmac_sha1(c, kck, CRYPTO_KCK_LEN, parts, 3, mac);
		break;
	case CRYPTO_AKM_SHA256:
		err = crypto_cmac_aes128(c, kck, parts, 3, mac);
		break;
	}
	memcpy(out, mac, CRYPTO_EAPOL_MIC_LEN);
	wipe(mac, sizeof(mac));
	return err;
}

int crypto_eapol_mic_check(struct crypto *c, enum crypto_akm akm, const uint8_t kck[CRYPTO_KCK_LEN],
	const void *frame, size_t len, size_t mic_offset)
{
	uint8_t mic[CRYPTO_EAPOL_MIC_LEN];

	int err = crypto_eapol_mic(c, akm, kck, frame, len, mic_offset, mic);
	if (!err && !equal_ct(mic, (const uint8_t *)frame + mic_offset, sizeof(mic)))
		err = -EBADMSG;
	wipe(mic, sizeof(mic));
	return err;
}
