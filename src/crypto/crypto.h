// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_CRYPTO_CRYPTO_H
#define OPENIHV_CRYPTO_CRYPTO_H

/*
 * The cryptography of an RSN, over the system's library.
 *
 * A struct crypto keeps fetched algorithms and contexts for reuse, so one call costs little more
 * than the algorithm. It serves ONE THREAD AT A TIME; give each session or each thread its own.
 * Until the next use of an algorithm, crypto_forget() or crypto_free() it holds the key used last
 * in library memory.
 *
 * Functions return 0 or a negative errno: -EINVAL for a length that cannot be, -EBADMSG for data
 * that is not authentic, -EIO when the library fails. On every error the output is wiped, and
 * temporaries always are. No function keeps a pointer that it was given. Sizes are octets.
 */

#include <stddef.h>
#include <stdint.h>

struct crypto;

// NULL when memory is short or the library lacks an algorithm. The first one in a process takes
// about 1 ms, others about 10 us.
struct crypto *crypto_new(void);

// Computes what published vectors give the answer of, and draws from the generator once. 0, or
// -EIO: the library must not be used. What a handshake needs of the library is in memory
// afterwards.
int crypto_check(struct crypto *c);

// Overwrites the keys that are left from earlier calls. It stays as useful as before.
void crypto_forget(struct crypto *c);

// Wipes and frees; NULL is allowed.
void crypto_free(struct crypto *c);

enum {
	CRYPTO_SHA1_LEN = 20,
	CRYPTO_SHA256_LEN = 32,
	CRYPTO_CMAC_LEN = 16,
	CRYPTO_PMK_LEN = 32,
	CRYPTO_KCK_LEN = 16,
	CRYPTO_KEK_LEN = 16,
	CRYPTO_TK_MAX = 32,
	CRYPTO_NONCE_LEN = 32,
	CRYPTO_EAPOL_MIC_LEN = 16,
	CRYPTO_CCM_NONCE_LEN = 13,
	CRYPTO_CCM_TAG_MAX = 16,
	CRYPTO_WRAP_OVERHEAD = 8,
};

// A piece of a message that is not contiguous in memory.
struct crypto_part {
	const void *p;
	size_t n;
};

// Hashes (FIPS 180-4).
int crypto_sha1(struct crypto *c, const void *p, size_t n, uint8_t out[CRYPTO_SHA1_LEN]);
int crypto_sha256(struct crypto *c, const void *p, size_t n, uint8_t out[CRYPTO_SHA256_LEN]);

// HMAC (RFC 2104) of the concatenated parts. The key may have any length, 0 also.
int crypto_hmac_sha1(struct crypto *c, const void *key, size_t key_len,
	const struct crypto_part *parts, size_t count, uint8_t out[CRYPTO_SHA1_LEN]);
int crypto_hmac_sha256(struct crypto *c, const void *key, size_t key_len,
	const struct crypto_part *parts, size_t count, uint8_t out[CRYPTO_SHA256_LEN]);

// AES-128-CMAC (RFC 4493) of the concatenated parts.
int crypto_cmac_aes128(struct crypto *c, const uint8_t key[16], const struct crypto_part *parts,
	size_t count, uint8_t out[CRYPTO_CMAC_LEN]);

// PRF of 802.11-2020, 12.7.1.2, with HMAC-SHA-1: fills `out_len` octets (Len / 8, at most 5120).
// `label` is the text A, terminated in C; its terminator enters as the octet Y of the formula.
int crypto_prf_sha1(struct crypto *c, const void *key, size_t key_len, const char *label,
	const void *data, size_t data_len, void *out, size_t out_len);

// KDF-SHA-256 of 802.11-2020, 12.7.1.7.2. `out_len` is Length / 8, at most 8191.
int crypto_kdf_sha256(struct crypto *c, const void *key, size_t key_len, const char *label,
	const void *context, size_t context_len, void *out, size_t out_len);

// PBKDF2 with HMAC-SHA-1 (RFC 8018, 5.2). -EINVAL for 0 iterations or an empty output.
int crypto_pbkdf2_sha1(struct crypto *c, const void *password, size_t password_len,
	const void *salt, size_t salt_len, unsigned iterations, void *out, size_t out_len);

// The PSK of a network (802.11-2020, J.4.1), used as PMK: `secret` is a passphrase of 8 to 63
// octets, or the PSK itself as 64 hexadecimal digits. `ssid_len` is 0 to 32, of which 0 is refused.
// -EINVAL for other lengths, for octets outside 32 to 126 in a passphrase, and for wrong digits.
int crypto_wpa_psk(struct crypto *c, const void *secret, size_t secret_len, const void *ssid,
	size_t ssid_len, uint8_t pmk[CRYPTO_PMK_LEN]);

// AES key wrap (RFC 3394) with a key of 16, 24 or 32 octets. Wrapping takes n octets, a multiple of
// 8 from 16 on, and gives n + 8. Unwrapping takes n octets, a multiple of 8 from 24 on, and gives
// n - 8; -EBADMSG when they are not authentic. `in` and `out` must not overlap.
int crypto_aes_wrap(
	struct crypto *c, const void *kek, size_t kek_len, const void *in, size_t n, void *out);
int crypto_aes_unwrap(
	struct crypto *c, const void *kek, size_t kek_len, const void *in, size_t n, void *out);

// AES-CCM (RFC 3610) as CCMP uses it: nonce of 13 octets, so L = 2.
struct crypto_ccm {
	const void *key;
	size_t key_len; // 16 or 32
	const uint8_t *nonce;
	const void *aad;
	size_t aad_len;
	size_t tag_len; // 8 or 16
};

// Encrypts `n` octets (1 to 65535) from `in` to `out`, and appends the tag: n + tag_len octets.
// `in` may be `out`.
int crypto_ccm_seal(
	struct crypto *c, const struct crypto_ccm *p, const void *in, size_t n, void *out);

// Decrypts `n` octets, tag included (more than tag_len), to n - tag_len octets at `out`, which may
// be `in`. -EBADMSG when they are not authentic; then the n - tag_len octets at `out` are zero.
int crypto_ccm_open(
	struct crypto *c, const struct crypto_ccm *p, const void *in, size_t n, void *out);

// Unpredictable octets from the library's generator. May be called from any thread.
// 0 or -EIO; after an error nothing may be sent.
int crypto_random(void *out, size_t n);

// What an AKM suite means for key derivation and EAPOL-Key (802.11-2020, Table 12-10).
enum crypto_akm {
	CRYPTO_AKM_SHA1,   // 00-0F-AC:1 and :2; PRF-SHA-1, HMAC-SHA-1-128 (descriptor version 2)
	CRYPTO_AKM_SHA256, // 00-0F-AC:5, :6, :8; KDF-SHA-256, AES-128-CMAC (versions 3, 3 and 0)
};

// The kind of AKM suite selector `suite` (0x000fac02 is 00-0F-AC:2). 0 or -EPROTONOSUPPORT.
int crypto_akm_of_suite(uint32_t suite, enum crypto_akm *out);

// A pairwise transient key taken apart. The owner wipes it.
struct crypto_ptk {
	uint8_t kck[CRYPTO_KCK_LEN];
	uint8_t kek[CRYPTO_KEK_LEN];
	uint8_t tk[CRYPTO_TK_MAX]; // tk_len octets, then 0
	size_t tk_len;
};

// What goes into a PTK (12.7.1.3); none of it is owned. The order of addresses and nonces is
// settled inside.
struct crypto_ptk_input {
	const uint8_t *pmk;
	size_t pmk_len;        // 32 for all AKMs handled here
	const uint8_t *aa;     // authenticator's address, 6 octets
	const uint8_t *spa;    // supplicant's address, 6 octets
	const uint8_t *anonce; // 32 octets
	const uint8_t *snonce; // 32 octets
	size_t tk_len;         // 16 (CCMP-128) or 32
};

int crypto_ptk(struct crypto *c, enum crypto_akm akm, const struct crypto_ptk_input *in,
	struct crypto_ptk *out);

// PMKID of a PMK (12.7.1.3): first 128 bits of HMAC-Hash(PMK, "PMK Name" || AA || SPA). Not for
// SAE, whose PMKID comes from its own exchange (12.4.5.4).
int crypto_pmkid(struct crypto *c, enum crypto_akm akm, const uint8_t pmk[CRYPTO_PMK_LEN],
	const uint8_t aa[6], const uint8_t spa[6], uint8_t out[16]);

// MIC of an EAPOL-Key PDU (12.7.2 item h), whose MIC field of 16 octets at `mic_offset` counts as
// zero whatever it holds. -EINVAL when the field is not within the frame.
int crypto_eapol_mic(struct crypto *c, enum crypto_akm akm, const uint8_t kck[CRYPTO_KCK_LEN],
	const void *frame, size_t len, size_t mic_offset, uint8_t out[CRYPTO_EAPOL_MIC_LEN]);

// Compares, in constant time, the MIC in the frame with the right one. 0, -EBADMSG, -EINVAL, -EIO.
int crypto_eapol_mic_check(struct crypto *c, enum crypto_akm akm, const uint8_t kck[CRYPTO_KCK_LEN],
	const void *frame, size_t len, size_t mic_offset);

/*
 * FOR SIMULATED RADIOS AND TESTS ONLY: from now on the library's random generator (crypto_random(),
 * RAND_bytes() and all that draws on it, in every module of this process that shares the library)
 * gives octets that follow from `seed` and from the number of calls before. A process that has
 * called this must never carry a real radio. Calls may come from any thread; the octets of one call
 * are contiguous, and the same order of calls gives the same octets. 0 or -EIO.
 */
int crypto_make_repeatable(uint64_t seed);

// Back to the library's own generator. 0 or -EIO.
int crypto_make_random(void);

#endif
