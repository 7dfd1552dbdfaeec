// SPDX-License-Identifier: BSD-2-Clause
// The supplicant alone, against hand-made messages of an authenticator.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "supplicant.h"
#include "tests/lib/handshake.h"
#include "wire/eapol_key.h"
#include "wire/rsne.h"

enum event {
	SENT,
	PAIRWISE,
	GROUP,
};

// The supplicant's owner, who writes down what is asked of it.
struct bench {
	struct handshake h;
	struct supplicant s;
	struct crypto *c;
	int fail_send, fail_pairwise, fail_group;

	unsigned sends, pairwise, group, results;
	enum event events[64]; // order of the successful ones
	unsigned nevents;
	uint8_t last[700];
	size_t last_len;
	uint8_t tk[16];
	struct supplicant_group_key gtk;
	enum supplicant_result result;
};

static void note(struct bench *b, enum event e)
{
	if (b->nevents < 64)
		b->events[b->nevents++] = e;
}

static int on_send(void *user, const void *pdu, size_t len)
{
	struct bench *b = (struct bench *)user;

	if (b->fail_send)
		return b->fail_send;
	assert_true(len <= sizeof(b->last));
	memcpy(b->last, pdu, len);
	b->last_len = len;
	b->sends++;
	note(b, SENT);
	return 0;
}

static int on_pairwise(void *user, const uint8_t tk[SUPPLICANT_TK_LEN])
{
	struct bench *b = (struct bench *)user;

	if (b->fail_pairwise)
		return b->fail_pairwise;
	memcpy(b->tk, tk, sizeof(b->tk));
	b->pairwise++;
	note(b, PAIRWISE);
	return 0;
}

static int on_group(void *user, const struct supplicant_group_key *key)
{
	struct bench *b = (struct bench *)user;

	if (b->fail_group)
		return b->fail_group;
	b->gtk = *key;
	b->group++;
	note(b, GROUP);
	return 0;
}

static void on_done(void *user, enum supplicant_result result)
{
	struct bench *b = (struct bench *)user;

	b->result = result;
	b->results++;
}

static const struct supplicant_ops ops = {on_send, on_pairwise, on_group, on_done};

static struct supplicant_config config_of(const struct bench *b)
{
	return (struct supplicant_config){
		.akm = b->h.akm,
		.pmk = b->h.pmk,
		.ap = b->h.ap,
		.station = b->h.station,
		.own = {b->h.own_elements, b->h.own_len},
		.ap_rsne = {b->h.ap_elements, b->h.ap_len},
	};
}

static struct bench *bench_new(enum crypto_akm akm)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	handshake_init(&b->h, akm);
	b->c = crypto_new();
	assert_non_null(b->c);
	const struct supplicant_config config = config_of(b);
	assert_int_equal(supplicant_begin(&b->s, &config, &ops, b), 0);
	return b;
}

static void bench_free(struct bench *b)
{
	static const struct supplicant zero;

	supplicant_end(&b->s);
	assert_memory_equal(&b->s, &zero, sizeof(zero)); // everything wiped
	crypto_free(b->c);
	handshake_destroy(&b->h);
	free(b);
}

// On a heap copy of its exact size, so that a read beyond the end is seen.
static void give(struct bench *b, const void *pdu, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	assert_non_null(copy);
	memcpy(copy, pdu, len);
	supplicant_receive(&b->s, b->c, copy, len);
	free(copy);
}

static void give_message(struct bench *b, const struct handshake_message *m)
{
	struct handshake_frame f;

	handshake_build(&b->h, m, &f);
	give(b, f.pdu, f.len);
}

// Message 1, which must be answered by a good message 2.
static void exchange_1(struct bench *b)
{
	const struct handshake_message m = handshake_1(&b->h);
	const unsigned sends = b->sends;

	give_message(b, &m);
	assert_int_equal(b->sends, sends + 1);
	assert_true(handshake_is_2(&b->h, b->last, b->last_len, m.counter));
}

static void exchange_3(struct bench *b)
{
	const struct handshake_message m = handshake_3(&b->h);
	const unsigned sends = b->sends;

	give_message(b, &m);
	assert_int_equal(b->sends, sends + 1);
	assert_true(handshake_is_4(&b->h, b->last, b->last_len, m.counter));
}

static void exchange_group(struct bench *b)
{
	const struct handshake_message m = handshake_group_1(&b->h);
	const unsigned sends = b->sends;

	give_message(b, &m);
	assert_int_equal(b->sends, sends + 1);
	assert_true(handshake_is_group_2(&b->h, b->last, b->last_len, m.counter));
}

static struct bench *connected(enum crypto_akm akm)
{
	struct bench *b = bench_new(akm);

	exchange_1(b);
	exchange_3(b);
	assert_int_equal(b->result, SUPPLICANT_OK);
	return b;
}

// Nothing that the owner or the next message can tell has changed by this input.
static void ignored(struct bench *b, const void *pdu, size_t len)
{
	struct supplicant before = b->s;
	const unsigned sends = b->sends, pairwise = b->pairwise, group = b->group,
		       results = b->results;

	give(b, pdu, len);
	assert_int_equal(b->sends, sends);
	assert_int_equal(b->pairwise, pairwise);
	assert_int_equal(b->group, group);
	assert_int_equal(b->results, results);
	assert_memory_equal(&b->s, &before, sizeof(before));
}

static void ignored_message(struct bench *b, const struct handshake_message *m)
{
	struct handshake_frame f;

	handshake_build(&b->h, m, &f);
	ignored(b, f.pdu, f.len);
}

static void good_run(enum crypto_akm akm)
{
	struct bench *b = bench_new(akm);

	exchange_1(b);
	assert_int_equal(b->pairwise + b->group + b->results, 0);
	exchange_3(b);
	assert_int_equal(b->result, SUPPLICANT_OK);
	assert_int_equal(b->results, 1);
	assert_int_equal(b->pairwise, 1);
	assert_int_equal(b->group, 1);
	assert_memory_equal(b->tk, b->h.ptk.tk, sizeof(b->tk));
	assert_memory_equal(b->gtk.key, b->h.gtk, sizeof(b->h.gtk));
	assert_int_equal(b->gtk.id, b->h.gtk_id);
	assert_int_equal(b->gtk.rsc, b->h.rsc);
	// 12.7.6.5: message 4 before the keys.
	assert_int_equal(b->events[0], SENT);
	assert_int_equal(b->events[1], SENT);
	assert_int_equal(b->events[2], PAIRWISE);
	assert_int_equal(b->events[3], GROUP);
	bench_free(b);
}

static void test_good_run(void **state)
{
	good_run(CRYPTO_AKM_SHA1);
	good_run(CRYPTO_AKM_SHA256);
}

static void test_begin_refuses(void **state)
{
	struct bench *b = bench_new(CRYPTO_AKM_SHA1);
	struct supplicant s = {0};

	struct supplicant_config config = config_of(b);
	config.own.len = 0;
	assert_int_equal(supplicant_begin(&s, &config, &ops, b), -EINVAL);
	config = config_of(b);
	config.own.len = 2 * 257 + 1;
	assert_int_equal(supplicant_begin(&s, &config, &ops, b), -EINVAL);
	config = config_of(b);
	config.ap_rsne.len = 0;
	assert_int_equal(supplicant_begin(&s, &config, &ops, b), -EINVAL);
	config = config_of(b);
	config.pmk = NULL;
	assert_int_equal(supplicant_begin(&s, &config, &ops, b), -EINVAL);
	// One that was never begun is deaf.
	struct handshake_frame f;
	const struct handshake_message m = handshake_1(&b->h);
	handshake_build(&b->h, &m, &f);
	supplicant_receive(&s, b->c, f.pdu, f.len);
	assert_int_equal(b->sends, 0);
	bench_free(b);
}

static void truncations(struct bench *b, const struct handshake_message *m)
{
	struct handshake_frame f;

	handshake_build(&b->h, m, &f);
	for (size_t len = 0; len < f.len; len++)
		ignored(b, f.pdu, len);
}

static void test_truncated(void **state)
{
	for (int akm = CRYPTO_AKM_SHA1; akm <= CRYPTO_AKM_SHA256; akm++) {
		struct bench *b = bench_new((enum crypto_akm)akm);
		struct handshake_message m = handshake_1(&b->h);
		truncations(b, &m);
		exchange_1(b);
		m = handshake_3(&b->h);
		truncations(b, &m);
		exchange_3(b);
		m = handshake_group_1(&b->h);
		truncations(b, &m);
		exchange_group(b);
		bench_free(b);
	}
}

// Every bit of a message that has a MIC, inverted: no such frame may have any effect.
static void flips(struct bench *b, const struct handshake_message *m)
{
	struct handshake_frame f;

	handshake_build(&b->h, m, &f);
	for (size_t bit = 0; bit < 8 * f.len; bit++) {
		f.pdu[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ignored(b, f.pdu, f.len);
		f.pdu[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

static void test_flipped(void **state)
{
	for (int akm = CRYPTO_AKM_SHA1; akm <= CRYPTO_AKM_SHA256; akm++) {
		struct bench *b = bench_new((enum crypto_akm)akm);
		exchange_1(b);
		struct handshake_message m = handshake_3(&b->h);
		flips(b, &m);
		exchange_3(b);
		m = handshake_group_1(&b->h);
		flips(b, &m);
		exchange_group(b);
		assert_int_equal(b->pairwise, 1);
		assert_int_equal(b->group, 1);
		bench_free(b);
	}
}

// Message 1 has no MIC. Whatever its bits, it installs nothing, and the true one still works.
static void test_flipped_message_1(void **state)
{
	struct bench *b = bench_new(CRYPTO_AKM_SHA1);
	struct handshake_frame f;

	const struct handshake_message m = handshake_1(&b->h);
	handshake_build(&b->h, &m, &f);
	for (size_t bit = 0; bit < 8 * f.len; bit++) {
		f.pdu[bit / 8] ^= (uint8_t)(1u << bit % 8);
		give(b, f.pdu, f.len);
		f.pdu[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_int_equal(b->pairwise + b->group, 0);
	exchange_1(b);
	exchange_3(b);
	assert_int_equal(b->result, SUPPLICANT_OK);
	bench_free(b);
}

static void test_info_bits(void **state)
{
	static const uint16_t toggled[] = {
		KEY_INFO_REQUEST, KEY_INFO_ERROR, KEY_INFO_SMK, KEY_INFO_SECURE, KEY_INFO_INSTALL,
		KEY_INFO_ENCRYPTED, KEY_INFO_ACK, KEY_INFO_PAIRWISE,
		KEY_VERSION_MD5_RC4 ^ KEY_VERSION_SHA1_AES,
		KEY_VERSION_CMAC_AES ^ KEY_VERSION_SHA1_AES,
		KEY_VERSION_SHA1_AES, // gives version 0
		4,                    // gives version 6
	};
	struct bench *b = bench_new(CRYPTO_AKM_SHA1);

	exchange_1(b);
	// With a MIC that is right for the changed bits.
	for (size_t i = 0; i < sizeof(toggled) / sizeof(toggled[0]); i++) {
		struct handshake_message m = handshake_3(&b->h);
		m.info ^= toggled[i];
		ignored_message(b, &m);
	}
	struct handshake_message m = handshake_3(&b->h);
	m.key_length = 32;
	ignored_message(b, &m);
	m = handshake_3(&b->h);
	m.wrap = false; // says encrypted, is not
	ignored_message(b, &m);
	exchange_3(b);
	m = handshake_group_1(&b->h);
	m.info &= (uint16_t)~KEY_INFO_SECURE;
	ignored_message(b, &m);
	m = handshake_group_1(&b->h);
	m.info |= KEY_INFO_REQUEST;
	ignored_message(b, &m);
	exchange_group(b);
	bench_free(b);
}

static void test_replay(void **state)
{
	struct bench *b = bench_new(CRYPTO_AKM_SHA1);
	struct handshake_frame first, third, group;
	struct handshake_message m;

	m = handshake_1(&b->h);
	handshake_build(&b->h, &m, &first);
	give(b, first.pdu, first.len);
	assert_true(handshake_is_2(&b->h, b->last, b->last_len, m.counter));
	m = handshake_3(&b->h);
	handshake_build(&b->h, &m, &third);
	give(b, third.pdu, third.len);
	assert_int_equal(b->result, SUPPLICANT_OK);
	ignored(b, third.pdu, third.len);
	ignored(b, first.pdu, first.len);
	m = handshake_3(&b->h);
	m.counter = 1; // smaller, and with a good MIC
	ignored_message(b, &m);
	m = handshake_group_1(&b->h);
	handshake_gtk(&b->h, 2, 0x33);
	m = handshake_group_1(&b->h);
	handshake_build(&b->h, &m, &group);
	give(b, group.pdu, group.len);
	assert_int_equal(b->group, 2);
	ignored(b, group.pdu, group.len);
	ignored(b, third.pdu, third.len);
	bench_free(b);
}

static void test_counter_at_the_end(void **state)
{
	struct bench *b = bench_new(CRYPTO_AKM_SHA1);

	b->h.counter = UINT64_MAX - 2;
	exchange_1(b); // ...fe
	exchange_3(b); // ...ff
	assert_int_equal(b->result, SUPPLICANT_OK);
	struct handshake_message m = handshake_group_1(&b->h); // 0
	ignored_message(b, &m);
	bench_free(b);
}

static void test_wrong_order(void **state)
{
	struct bench *b = bench_new(CRYPTO_AKM_SHA1);

	struct handshake_message m = handshake_3(&b->h);
	ignored_message(b, &m); // no message 1 yet
	m = handshake_group_1(&b->h);
	ignored_message(b, &m); // no keys yet
	exchange_1(b);
	m = handshake_group_1(&b->h); // of the right PTK, before message 3
	ignored_message(b, &m);
	// What a supplicant sends is not for a supplicant: its own message 2 back.
	ignored(b, b->last, b->last_len);
	exchange_3(b);
	ignored(b, b->last, b->last_len);
	bench_free(b);
}

static void test_message_1_repeated(void **state)
{
	struct bench *b = bench_new(CRYPTO_AKM_SHA1);
	uint8_t snonce[32], again[32];

	exchange_1(b);
	memcpy(snonce, b->last + 17, sizeof(snonce));
	exchange_1(b);
	memcpy(again, b->last + 17, sizeof(again));
	assert_memory_equal(snonce, again, sizeof(snonce)); // the same handshake
	exchange_3(b);
	assert_int_equal(b->pairwise, 1);
	bench_free(b);
}

static void test_snonce_is_fresh(void **state)
{
	struct bench *a = bench_new(CRYPTO_AKM_SHA1);
	struct bench *b = bench_new(CRYPTO_AKM_SHA1);

	exchange_1(a);
	exchange_1(b);
	assert_memory_not_equal(a->last + 17, b->last + 17, 32); // another association
	uint8_t first[32];
	memcpy(first, a->last + 17, sizeof(first));
	exchange_3(a);
	handshake_anonce(&a->h, 0x11);
	exchange_1(a);
	assert_memory_not_equal(a->last + 17, first, sizeof(first)); // another handshake
	bench_free(a);
	bench_free(b);
}

static void test_anonce_changed(void **state)
{
	struct bench *b = bench_new(CRYPTO_AKM_SHA1);

	exchange_1(b);
	struct handshake_message m = handshake_3(&b->h);
	m.nonce[5] ^= 1; // message 3 with another ANonce than message 1, and a good MIC
	ignored_message(b, &m);
	handshake_anonce(&b->h, 0x42);
	exchange_1(b); // the authenticator began anew
	exchange_3(b);
	assert_int_equal(b->pairwise, 1);
	assert_memory_equal(b->tk, b->h.ptk.tk, sizeof(b->tk));
	bench_free(b);
}

static void test_message_3_repeated(void **state)
{
	struct bench *b = connected(CRYPTO_AKM_SHA1);

	for (int i = 0; i < 5; i++)
		exchange_3(b); // message 4 was lost
	assert_int_equal(b->pairwise, 1);
	assert_int_equal(b->group, 1);
	assert_int_equal(b->results, 1);
	// Also when a forged message 1 came in between.
	const struct handshake keep = b->h;
	handshake_anonce(&b->h, 0x99);
	const struct handshake_message m = handshake_1(&b->h);
	give_message(b, &m);
	b->h = keep;
	b->h.counter++;
	exchange_3(b);
	assert_int_equal(b->pairwise, 1);
	bench_free(b);
}

static void test_rekey(void **state)
{
	struct bench *b = connected(CRYPTO_AKM_SHA256);
	uint8_t old[16];

	memcpy(old, b->tk, sizeof(old));
	handshake_anonce(&b->h, 0x77);
	exchange_1(b);
	assert_true(load_be16(b->last + 5) & KEY_INFO_SECURE);
	assert_int_equal(b->pairwise, 1);
	exchange_3(b);
	assert_int_equal(b->pairwise, 2);
	assert_memory_not_equal(old, b->tk, sizeof(old));
	assert_int_equal(b->group, 1);   // the same group key
	assert_int_equal(b->results, 1); // nothing new about the authorisation
	// Many message 1 after success say nothing about the passphrase.
	for (unsigned i = 0; i < 2 * SUPPLICANT_PATIENCE; i++)
		exchange_1(b);
	assert_int_equal(b->results, 1);
	bench_free(b);
}

static void test_group_rekey(void **state)
{
	struct bench *b = connected(CRYPTO_AKM_SHA1);

	for (uint8_t i = 0; i < 6; i++) {
		handshake_gtk(&b->h, (uint8_t)(1 + i % 3), (uint8_t)(0x10 + i));
		exchange_group(b);
		assert_int_equal(b->group, 2 + i);
		assert_memory_equal(b->gtk.key, b->h.gtk, sizeof(b->h.gtk));
		exchange_group(b); // repeated with a new counter: answered, not installed
		assert_int_equal(b->group, 2 + i);
	}
	assert_int_equal(b->results, 1);
	bench_free(b);
}

// The key identifier is not authenticated by CCMP (12.5.3.3.3): under a second one the same key
// would accept every frame twice. So it is answered, and not installed again.
static void test_group_key_moved(void **state)
{
	struct bench *b = connected(CRYPTO_AKM_SHA1);

	for (uint8_t i = 0; i < 3; i++) {
		b->h.gtk_id = (uint8_t)(1 + i);
		b->h.rsc = 0;
		exchange_group(b);
		assert_int_equal(b->group, 1);
	}
	handshake_gtk(&b->h, 2, 0x77);
	exchange_group(b);
	assert_int_equal(b->group, 2);
	bench_free(b);
}

static void bad_gtk(uint8_t id, size_t len)
{
	static const uint8_t key[32] = {1, 2, 3};
	struct bench *b = bench_new(CRYPTO_AKM_SHA1);

	exchange_1(b);
	struct handshake_message m = handshake_3(&b->h);
	m.plain_len = b->h.ap_len;
	handshake_put_gtk(&m, id, key, len);
	ignored_message(b, &m);
	exchange_3(b);
	m = handshake_group_1(&b->h);
	m.plain_len = 0;
	handshake_put_gtk(&m, id, key, len);
	const unsigned group = b->group, sends = b->sends;
	give_message(b, &m);
	assert_int_equal(b->group, group);
	assert_int_equal(b->sends, sends);
	bench_free(b);
}

static void test_bad_gtk(void **state)
{
	bad_gtk(0, 16);
	bad_gtk(1, 5);
	bad_gtk(1, 15);
	bad_gtk(2, 17);
	bad_gtk(3, 32);
}

static void test_key_data(void **state)
{
	struct bench *b = bench_new(CRYPTO_AKM_SHA1);

	exchange_1(b);
	struct handshake_message m = handshake_3(&b->h);
	m.plain_len = b->h.ap_len; // no GTK
	ignored_message(b, &m);
	m = handshake_3(&b->h);
	handshake_put_gtk(&m, 2, b->h.gtk, 16); // two
	ignored_message(b, &m);
	m = handshake_3(&b->h);
	m.plain[m.plain_len++] = 0x30; // an element without a length
	ignored_message(b, &m);
	m = handshake_3(&b->h);
	m.plain[m.plain_len++] = 0x2a;
	m.plain[m.plain_len++] = 200; // beyond the end
	ignored_message(b, &m);
	m = handshake_3(&b->h);
	memcpy(m.plain + m.plain_len, b->h.ap_elements, b->h.ap_len); // assigns CCMP: fine
	m.plain_len += b->h.ap_len;
	m.plain[m.plain_len - 9] = 2; // TKIP: not fine
	ignored_message(b, &m);
	exchange_3(b);
	bench_free(b);
}

// Key data as long as a frame can carry, and longer.
static void test_large(void **state)
{
	struct bench *b = bench_new(CRYPTO_AKM_SHA1);

	exchange_1(b);
	struct handshake_message m = handshake_3(&b->h);
	const size_t whole = SUPPLICANT_PDU_MAX - EAPOL_KEY_LEN - CRYPTO_WRAP_OVERHEAD;
	struct handshake_frame f;
	while (m.plain_len + 10 <= whole) {
		m.plain[m.plain_len] = 0xdd; // vendor elements of 8 octets
		m.plain[m.plain_len + 1] = 6;
		m.plain_len += 8;
	}
	handshake_build(&b->h, &m, &f);
	assert_true(f.len > SUPPLICANT_PDU_MAX - 16 && f.len <= SUPPLICANT_PDU_MAX);
	give(b, f.pdu, f.len);
	assert_int_equal(b->result, SUPPLICANT_OK);
	for (int i = 0; i < 40; i++) {
		m.plain[m.plain_len] = 0xdd;
		m.plain[m.plain_len + 1] = 6;
		m.plain_len += 8;
	}
	m.counter++;
	handshake_build(&b->h, &m, &f);
	assert_true(f.len > SUPPLICANT_PDU_MAX);
	ignored(b, f.pdu, f.len);
	bench_free(b);
}

static void test_rsne_mismatch(void **state)
{
	for (size_t at = 0; at < 22; at++) {
		struct bench *b = bench_new(CRYPTO_AKM_SHA1);
		exchange_1(b);
		struct handshake_message m = handshake_3(&b->h);
		m.plain[at] ^= at == 1 ? 0 : 0x10;
		if (at == 1) { // no RSNE at all
			memmove(m.plain, m.plain + b->h.ap_len, m.plain_len - b->h.ap_len);
			m.plain_len -= b->h.ap_len;
		}
		give_message(b, &m);
		assert_int_equal(b->pairwise + b->group, 0);
		assert_int_equal(b->result, SUPPLICANT_MISMATCH);
		assert_int_equal(b->sends, 1);
		exchange_3(b); // the true one still counts
		assert_int_equal(b->result, SUPPLICANT_OK);
		bench_free(b);
	}
}

static void test_rsnxe(void **state)
{
	static const uint8_t rsnxe[] = {244, 1, 0x20};
	struct bench *b = bench_new(CRYPTO_AKM_SHA1);

	// Not in the beacon, but in message 3.
	exchange_1(b);
	struct handshake_message m = handshake_3(&b->h);
	memcpy(m.plain + m.plain_len, rsnxe, sizeof(rsnxe));
	m.plain_len += sizeof(rsnxe);
	give_message(b, &m);
	assert_int_equal(b->result, SUPPLICANT_MISMATCH);
	// In both.
	struct supplicant_config config = config_of(b);
	config.ap_rsnxe = (struct supplicant_element){rsnxe, sizeof(rsnxe)};
	supplicant_end(&b->s);
	assert_int_equal(supplicant_begin(&b->s, &config, &ops, b), 0);
	exchange_1(b);
	m = handshake_3(&b->h);
	give_message(b, &m); // missing
	assert_int_equal(b->result, SUPPLICANT_MISMATCH);
	assert_int_equal(b->pairwise, 0);
	m = handshake_3(&b->h);
	memcpy(m.plain + m.plain_len, rsnxe, sizeof(rsnxe));
	m.plain_len += sizeof(rsnxe);
	give_message(b, &m);
	assert_int_equal(b->result, SUPPLICANT_OK);
	bench_free(b);
}

static void test_wrong_passphrase(void **state)
{
	struct bench *b = bench_new(CRYPTO_AKM_SHA1);
	const struct handshake_message first = handshake_1(&b->h);

	b->s.pmk[7] ^= 1;
	give_message(b, &first);
	assert_false(handshake_is_2(&b->h, b->last, b->last_len, first.counter));
	for (int i = 0; i < 20; i++)
		give_message(b, &first); // the same frame again is not another attempt
	assert_int_equal(b->results, 0);
	for (unsigned i = 2; i <= SUPPLICANT_PATIENCE; i++) {
		assert_int_equal(b->results, 0);
		const struct handshake_message m = handshake_1(&b->h);
		const unsigned sends = b->sends;
		give_message(b, &m);
		assert_int_equal(b->sends, sends + 1); // the last is answered, too
	}
	assert_int_equal(b->results, 1);
	assert_int_equal(b->result, SUPPLICANT_CREDENTIAL);
	for (int i = 0; i < 5; i++) {
		const struct handshake_message m = handshake_1(&b->h);
		give_message(b, &m);
	}
	assert_int_equal(b->results, 1);
	// It was the radio, not the passphrase, after all.
	b->s.pmk[7] ^= 1;
	handshake_anonce(&b->h, 0x31);
	exchange_1(b);
	exchange_3(b);
	assert_int_equal(b->results, 2);
	assert_int_equal(b->result, SUPPLICANT_OK);
	bench_free(b);
}

static void test_send_fails(void **state)
{
	struct bench *b = bench_new(CRYPTO_AKM_SHA1);
	struct handshake_message m = handshake_1(&b->h);

	b->fail_send = -EIO;
	ignored_message(b, &m);
	b->fail_send = 0;
	exchange_1(b);
	b->fail_send = -EIO;
	m = handshake_3(&b->h);
	ignored_message(b, &m); // message 4 never left: no key is installed
	b->fail_send = 0;
	exchange_3(b);
	assert_int_equal(b->result, SUPPLICANT_OK);
	bench_free(b);
}

static void test_install_fails(void **state)
{
	struct bench *b = bench_new(CRYPTO_AKM_SHA1);

	exchange_1(b);
	b->fail_pairwise = -EIO;
	exchange_3(b);
	assert_int_equal(b->result, SUPPLICANT_KEY_FAILURE);
	assert_int_equal(b->group, 0);
	b->fail_pairwise = 0;
	b->fail_group = -EIO;
	exchange_3(b);
	assert_int_equal(b->results, 1);
	assert_int_equal(b->pairwise, 1);
	b->fail_group = 0;
	exchange_3(b);
	assert_int_equal(b->result, SUPPLICANT_OK);
	assert_int_equal(b->pairwise, 1); // never twice
	assert_int_equal(b->group, 1);
	// A group key that the radio refused is not confirmed.
	handshake_gtk(&b->h, 2, 0x55);
	b->fail_group = -EIO;
	const unsigned sends = b->sends;
	const struct handshake_message m = handshake_group_1(&b->h);
	give_message(b, &m);
	assert_int_equal(b->sends, sends);
	b->fail_group = 0;
	exchange_group(b);
	assert_int_equal(b->group, 2);
	bench_free(b);
}

static void test_padding_of_the_link(void **state)
{
	struct bench *b = bench_new(CRYPTO_AKM_SHA1);
	struct handshake_frame f;

	exchange_1(b);
	const struct handshake_message m = handshake_3(&b->h);
	handshake_build(&b->h, &m, &f);
	memset(f.pdu + f.len, 0, 10);
	give(b, f.pdu, f.len + 10);
	assert_int_equal(b->result, SUPPLICANT_OK);
	bench_free(b);
}

// Noise on good messages, many bits at once; a sanitizer watches.
static void test_noise(void **state)
{
	struct bench *b = connected(CRYPTO_AKM_SHA1);
	uint32_t x = 12345;

	for (int round = 0; round < 20000; round++) {
		struct handshake_frame f;
		const struct handshake_message m = round % 3 == 0   ? handshake_1(&b->h)
						   : round % 3 == 1 ? handshake_3(&b->h)
								    : handshake_group_1(&b->h);
		handshake_build(&b->h, &m, &f);
		for (int i = 0; i < 4; i++) {
			x = x * 1664525 + 1013904223;
			f.pdu[(x >> 8) % f.len] ^= (uint8_t)(x | 1);
		}
		x = x * 1664525 + 1013904223;
		give(b, f.pdu, x % 8 ? f.len : x % (f.len + 1));
	}
	assert_int_equal(b->pairwise, 1);
	assert_int_equal(b->group, 1);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_run),
		cmocka_unit_test(test_begin_refuses),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_flipped),
		cmocka_unit_test(test_flipped_message_1),
		cmocka_unit_test(test_info_bits),
		cmocka_unit_test(test_replay),
		cmocka_unit_test(test_counter_at_the_end),
		cmocka_unit_test(test_wrong_order),
		cmocka_unit_test(test_message_1_repeated),
		cmocka_unit_test(test_snonce_is_fresh),
		cmocka_unit_test(test_anonce_changed),
		cmocka_unit_test(test_message_3_repeated),
		cmocka_unit_test(test_rekey),
		cmocka_unit_test(test_group_rekey),
		cmocka_unit_test(test_group_key_moved),
		cmocka_unit_test(test_bad_gtk),
		cmocka_unit_test(test_key_data),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_rsne_mismatch),
		cmocka_unit_test(test_rsnxe),
		cmocka_unit_test(test_wrong_passphrase),
		cmocka_unit_test(test_send_fails),
		cmocka_unit_test(test_install_fails),
		cmocka_unit_test(test_padding_of_the_link),
		cmocka_unit_test(test_noise),
	};
	return cmocka_run_group_tests_name("rsn_supplicant", tests, NULL, NULL);
}
