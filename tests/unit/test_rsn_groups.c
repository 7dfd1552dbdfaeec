// SPDX-License-Identifier: BSD-2-Clause
// The supplicant and its group keys: the IGTK of protected management frames, and the GTK of TKIP.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "supplicant.h"
#include "tests/lib/handshake.h"

// The supplicant's owner, who counts what is asked of it.
struct bench {
	struct handshake h;
	struct supplicant s;
	struct crypto *c;
	int fail_igtk;

	unsigned sends, pairwise, gtks, igtks, results;
	uint8_t last[700];
	size_t last_len;
	struct supplicant_group_key gtk, igtk;
	enum supplicant_result result;
};

static int on_send(void *user, const void *pdu, size_t len)
{
	struct bench *b = (struct bench *)user;

	assert_true(len <= sizeof(b->last));
	memcpy(b->last, pdu, len);
	b->last_len = len;
	b->sends++;
	return 0;
}

static int on_pairwise(void *user, const uint8_t tk[SUPPLICANT_TK_LEN])
{
	struct bench *b = (struct bench *)user;

	assert_non_null(tk);
	b->pairwise++;
	return 0;
}

static int on_group(void *user, const struct supplicant_group_key *key)
{
	struct bench *b = (struct bench *)user;

	if (key->cipher != SUPPLICANT_BIP) {
		b->gtk = *key;
		b->gtks++;
		return 0;
	}
	if (b->fail_igtk)
		return b->fail_igtk;
	b->igtk = *key;
	b->igtks++;
	return 0;
}

static void on_done(void *user, enum supplicant_result result)
{
	struct bench *b = (struct bench *)user;

	b->result = result;
	b->results++;
}

static const struct supplicant_ops ops = {on_send, on_pairwise, on_group, on_done};

static void bench_begin(struct bench *b)
{
	const struct supplicant_config config = {
		.akm = b->h.akm,
		.group = b->h.gtk_len == 16 ? SUPPLICANT_CCMP : SUPPLICANT_TKIP,
		.mfp = b->h.mfp,
		.pmk = b->h.pmk,
		.ap = b->h.ap,
		.station = b->h.station,
		.own = {b->h.own_elements, b->h.own_len},
		.ap_rsne = {b->h.ap_elements, b->h.ap_len},
	};

	assert_int_equal(supplicant_begin(&b->s, &config, &ops, b), 0);
}

static struct bench *bench_new(enum crypto_akm akm, void (*network)(struct handshake *))
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	handshake_init(&b->h, akm);
	if (network)
		network(&b->h);
	b->c = crypto_new();
	assert_non_null(b->c);
	bench_begin(b);
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
static void give(struct bench *b, const struct handshake_message *m)
{
	struct handshake_frame f;

	handshake_build(&b->h, m, &f);
	uint8_t *copy = malloc(f.len);
	assert_non_null(copy);
	memcpy(copy, f.pdu, f.len);
	supplicant_receive(&b->s, b->c, copy, f.len);
	free(copy);
}

static void exchange_1(struct bench *b)
{
	const struct handshake_message m = handshake_1(&b->h);

	give(b, &m);
	assert_true(handshake_is_2(&b->h, b->last, b->last_len, m.counter));
}

static void exchange_3(struct bench *b)
{
	const struct handshake_message m = handshake_3(&b->h);

	give(b, &m);
	assert_true(handshake_is_4(&b->h, b->last, b->last_len, m.counter));
}

static void exchange_group(struct bench *b)
{
	const struct handshake_message m = handshake_group_1(&b->h);

	give(b, &m);
	assert_true(handshake_is_group_2(&b->h, b->last, b->last_len, m.counter));
}

static struct bench *connected(enum crypto_akm akm, void (*network)(struct handshake *))
{
	struct bench *b = bench_new(akm, network);

	exchange_1(b);
	exchange_3(b);
	assert_int_equal(b->result, SUPPLICANT_OK);
	assert_int_equal(b->pairwise, 1);
	assert_int_equal(b->gtks, 1);
	return b;
}

static void is_igtk(const struct bench *b, unsigned installed)
{
	assert_int_equal(b->igtks, installed);
	assert_int_equal(b->igtk.id, b->h.igtk_id);
	assert_int_equal(b->igtk.rsc, b->h.ipn);
	assert_memory_equal(b->igtk.key, b->h.igtk, sizeof(b->h.igtk));
	for (size_t i = sizeof(b->h.igtk); i < sizeof(b->igtk.key); i++)
		assert_int_equal(b->igtk.key[i], 0);
}

// Nothing has changed by this message, and nobody heard of it.
static void ignored(struct bench *b, const struct handshake_message *m)
{
	const struct supplicant before = b->s;
	const unsigned sends = b->sends, gtks = b->gtks, igtks = b->igtks, results = b->results;

	give(b, m);
	assert_int_equal(b->sends, sends);
	assert_int_equal(b->gtks, gtks);
	assert_int_equal(b->igtks, igtks);
	assert_int_equal(b->results, results);
	assert_memory_equal(&b->s, &before, sizeof(before));
}

static void test_igtk(void **state)
{
	for (int akm = CRYPTO_AKM_SHA1; akm <= CRYPTO_AKM_SHA256; akm++) {
		struct bench *b = connected((enum crypto_akm)akm, handshake_protect);

		is_igtk(b, 1);
		bench_free(b);
	}
}

// KRACK (CVE-2017-13079, -13081): the same key again would set its packet number back.
static void test_igtk_once(void **state)
{
	struct bench *b = connected(CRYPTO_AKM_SHA1, handshake_protect);

	exchange_3(b); // again, with the next counter
	exchange_3(b);
	b->h.ipn = 0;
	exchange_group(b);
	b->h.igtk_id = 5; // nor under its other id
	exchange_group(b);
	handshake_anonce(&b->h, 0x33); // nor by a new pairwise key
	exchange_1(b);
	exchange_3(b);
	assert_int_equal(b->pairwise, 2);
	assert_int_equal(b->gtks, 1);
	assert_int_equal(b->igtks, 1);
	bench_free(b);
}

static void test_igtk_renewed(void **state)
{
	struct bench *b = connected(CRYPTO_AKM_SHA256, handshake_protect);

	for (unsigned i = 1; i < 6; i++) {
		handshake_gtk(&b->h, (uint8_t)(1 + i % 2), (uint8_t)(0x10 + i));
		handshake_igtk(&b->h, (uint16_t)(4 + i % 2), (uint8_t)(0x40 + i));
		b->h.ipn = i;
		exchange_group(b);
		assert_int_equal(b->gtks, 1 + i);
		is_igtk(b, 1 + i);
	}
	// A new 4-way handshake may bring a new one, too.
	handshake_anonce(&b->h, 0x44);
	handshake_igtk(&b->h, 5, 0x7f);
	exchange_1(b);
	exchange_3(b);
	is_igtk(b, 7);
	assert_int_equal(b->gtks, 6);
	bench_free(b);
}

// What message 3 and group message 1 may carry instead of one good IGTK.
static void bad_igtk(struct bench *b, struct handshake_message m, size_t keys_at, unsigned kind)
{
	static const uint8_t key[32] = {1, 2, 3};

	m.plain_len = keys_at;
	handshake_put_gtk(&m, b->h.gtk_id, b->h.gtk, b->h.gtk_len);
	switch (kind) {
	case 0:
		break;
	case 1:
		handshake_put_igtk(&m, 3, 0, key, 16);
		break;
	case 2:
		handshake_put_igtk(&m, 6, 0, key, 16);
		break;
	case 3:
		handshake_put_igtk(&m, 4 | 0x100, 0, key, 16);
		break;
	case 4:
		handshake_put_igtk(&m, 4, 0, key, 15);
		break;
	case 5:
		handshake_put_igtk(&m, 4, 0, key, 32);
		break;
	case 6:
		handshake_put_igtk(&m, 4, 0, key, 16);
		handshake_put_igtk(&m, 5, 0, key, 16);
		break;
	}
	ignored(b, &m);
}

static void test_bad_igtk(void **state)
{
	for (unsigned kind = 0; kind <= 6; kind++) {
		struct bench *b = bench_new(CRYPTO_AKM_SHA1, handshake_protect);

		exchange_1(b);
		bad_igtk(b, handshake_3(&b->h), b->h.ap_len, kind);
		exchange_3(b);
		bad_igtk(b, handshake_group_1(&b->h), 0, kind);
		handshake_igtk(&b->h, 5, 0x21);
		exchange_group(b);
		is_igtk(b, 2);
		bench_free(b);
	}
}

// Not negotiated: whatever it is, it is none of our business.
static void test_igtk_unasked(void **state)
{
	static const uint8_t key[16] = {1, 2, 3};
	struct bench *b = bench_new(CRYPTO_AKM_SHA1, NULL);

	exchange_1(b);
	struct handshake_message m = handshake_3(&b->h);
	handshake_put_igtk(&m, 4, 0, key, 16);
	handshake_put_igtk(&m, 9, 0, key, 3);
	give(b, &m);
	assert_true(handshake_is_4(&b->h, b->last, b->last_len, m.counter));
	m = handshake_group_1(&b->h);
	handshake_put_igtk(&m, 4, 0, key, 16);
	give(b, &m);
	assert_true(handshake_is_group_2(&b->h, b->last, b->last_len, m.counter));
	assert_int_equal(b->result, SUPPLICANT_OK);
	assert_int_equal(b->gtks, 1);
	assert_int_equal(b->igtks, 0);
	bench_free(b);
}

// The radio refuses it: a failure in the 4-way handshake, no answer in the group handshake, and the
// next transmission is as good as the first.
static void test_igtk_refused(void **state)
{
	struct bench *b = bench_new(CRYPTO_AKM_SHA1, handshake_protect);

	exchange_1(b);
	b->fail_igtk = -EIO;
	exchange_3(b);
	assert_int_equal(b->result, SUPPLICANT_KEY_FAILURE);
	b->fail_igtk = 0;
	exchange_3(b);
	assert_int_equal(b->result, SUPPLICANT_OK);
	is_igtk(b, 1);
	handshake_gtk(&b->h, 2, 0x11);
	handshake_igtk(&b->h, 5, 0x12);
	b->fail_igtk = -EIO;
	const unsigned sends = b->sends;
	const struct handshake_message m = handshake_group_1(&b->h);
	give(b, &m);
	assert_int_equal(b->sends, sends);
	b->fail_igtk = 0;
	exchange_group(b);
	is_igtk(b, 2);
	assert_int_equal(b->gtks, 2);
	assert_int_equal(b->pairwise, 1);
	bench_free(b);
}

static void test_tkip(void **state)
{
	struct bench *b = connected(CRYPTO_AKM_SHA1, handshake_tkip);

	assert_int_equal(b->gtk.cipher, SUPPLICANT_TKIP);
	assert_int_equal(b->gtk.id, b->h.gtk_id);
	assert_int_equal(b->gtk.rsc, b->h.rsc);
	assert_memory_equal(b->gtk.key, b->h.gtk, 32);
	exchange_3(b);
	exchange_group(b);
	assert_int_equal(b->gtks, 1);
	handshake_gtk(&b->h, 2, 0x41);
	exchange_group(b);
	assert_int_equal(b->gtks, 2);
	// A key that differs in its last octet, of the Michael key, is another one.
	b->h.gtk[31] ^= 1;
	exchange_group(b);
	assert_int_equal(b->gtks, 3);
	// One of CCMP's length is none.
	struct handshake_message m = handshake_group_1(&b->h);
	m.plain_len = 0;
	handshake_put_gtk(&m, 1, b->h.gtk, 16);
	ignored(b, &m);
	bench_free(b);
}

static void both(struct handshake *h)
{
	handshake_tkip(h);
	handshake_protect(h);
}

static void test_tkip_and_igtk(void **state)
{
	struct bench *b = connected(CRYPTO_AKM_SHA256, both);

	assert_int_equal(b->gtk.cipher, SUPPLICANT_TKIP);
	is_igtk(b, 1);
	bench_free(b);
}

// Only a GTK's cipher is one of group traffic.
static void test_begin_refuses(void **state)
{
	struct bench *b = bench_new(CRYPTO_AKM_SHA1, NULL);
	struct supplicant_config config = b->s.config;

	config.group = SUPPLICANT_BIP;
	assert_int_equal(supplicant_begin(&b->s, &config, &ops, b), -EINVAL);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_igtk),
		cmocka_unit_test(test_igtk_once),
		cmocka_unit_test(test_igtk_renewed),
		cmocka_unit_test(test_bad_igtk),
		cmocka_unit_test(test_igtk_unasked),
		cmocka_unit_test(test_igtk_refused),
		cmocka_unit_test(test_tkip),
		cmocka_unit_test(test_tkip_and_igtk),
		cmocka_unit_test(test_begin_refuses),
	};
	return cmocka_run_group_tests_name("rsn_groups", tests, NULL, NULL);
}
