// SPDX-License-Identifier: BSD-2-Clause
// The simulated access point's half of the handshakes, alone: no radio, a supplicant's frames made
// here.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "miniport/sim/authenticator.h"
#include "wire/eapol.h"
#include "wire/eapol_key.h"
#include "wire/kde.h"
#include "wire/rsne.h"

static const struct mac aa = {{2, 0, 0, 0, 0, 1}}, spa = {{2, 0, 0, 0, 0, 2}};
// An RSNE with CCMP and PSK, as a station sends it. A test may change its capabilities.
static uint8_t rsne[] = {
	48, 20, 1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, 2, 0, 0};
#define CAPABILITIES (sizeof(rsne) - 2)
static const uint8_t snonce[32] = {1, 2, 3};

struct bench {
	struct loop *loop;
	struct rng rng;
	struct authenticator_bss bss;
	struct authenticator a;
	struct crypto_ptk ptk;
	uint8_t last[512]; // the last PDU sent
	struct eapol_key key;
	size_t sent, authorised, disconnects;
	uint16_t reason;
	uint8_t tk[16];
};

static void on_send(void *user, const uint8_t *pdu, size_t length)
{
	struct bench *b = user;

	assert_true(length <= sizeof(b->last));
	memcpy(b->last, pdu, length);
	assert_int_equal(eapol_key_parse(b->last, length, 16, &b->key), 0);
	b->sent++;
}

static void on_install(void *user, const uint8_t tk[TRAFFIC_KEY_LEN])
{
	struct bench *b = user;

	assert_int_equal(b->disconnects, 0);
	memcpy(b->tk, tk, 16);
}

static void on_authorised(void *user)
{
	((struct bench *)user)->authorised++;
}

static void on_disconnect(void *user, uint16_t reason)
{
	struct bench *b = user;

	b->disconnects++;
	b->reason = reason;
	authenticator_stop(&b->a);
}

static const struct authenticator_ops ops = {on_send, on_install, on_authorised, on_disconnect};

static int setup(void **state)
{
	static struct bench bench;
	struct bench *b = &bench;

	memset(b, 0, sizeof(*b));
	rsne[CAPABILITIES] = 0;
	rng_init(&b->rng, 1);
	if (loop_new(LOOP_VIRTUAL, &b->loop))
		return -1;
	b->bss = (struct authenticator_bss){.loop = b->loop,
		.crypto = crypto_new(),
		.rng = &b->rng,
		.ops = &ops,
		.address = aa,
		.rsne_length = sizeof(rsne),
		.update_count = 4,
		.retry = NS_PER_S};
	memcpy(b->bss.rsne, rsne, sizeof(rsne));
	memset(b->bss.pmk, 0x5a, sizeof(b->bss.pmk));
	authenticator_bss_init(&b->bss);
	b->a.bss = &b->bss;
	b->a.user = b;
	*state = b;
	return b->bss.crypto ? 0 : -1;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	authenticator_stop(&b->a);
	assert_int_equal(b->bss.gtk_owed, 0);
	assert_false(loop_advance(b->loop));
	authenticator_bss_destroy(&b->bss);
	crypto_free(b->bss.crypto);
	loop_free(b->loop);
	return 0;
}

static void start(struct bench *b)
{
	assert_int_equal(authenticator_start(&b->a, &spa, AKM_PSK, rsne, sizeof(rsne)), 0);
}

static void wait_retry(struct bench *b)
{
	assert_true(loop_advance(b->loop));
	while (loop_step(b->loop))
		;
}

// What an answer may have wrong.
struct fault {
	bool wrong_key, other_rsne, no_rsne, wrong_version;
	uint64_t counter; // added
};

static void derive(struct bench *b, bool wrong)
{
	struct crypto_ptk_input in = {.pmk = b->bss.pmk,
		.pmk_len = 32,
		.aa = aa.b,
		.spa = spa.b,
		.anonce = b->key.nonce,
		.snonce = snonce,
		.tk_len = 16};

	assert_int_equal(crypto_ptk(b->bss.crypto, CRYPTO_AKM_SHA1, &in, &b->ptk), 0);
	if (wrong)
		b->ptk.kck[0] ^= 1;
}

static void answer(struct bench *b, uint16_t info, const struct fault *f)
{
	uint8_t pdu[256], data[sizeof(rsne)];
	struct writer w = writer_init(pdu, sizeof(pdu));
	bool two = info == KEY_INFO_PAIRWISE;
	struct eapol_key k = {.version = EAPOL_VERSION_2004,
		.descriptor = EAPOL_KEY_DESCRIPTOR_RSN,
		.info = (uint16_t)(info | KEY_INFO_MIC | (f->wrong_version ? 3 : 2)),
		.replay_counter = b->key.replay_counter + f->counter,
		.nonce = two ? snonce : NULL,
		.mic_len = 16,
		.key_data = data,
		.key_data_len = two && !f->no_rsne ? sizeof(data) : 0};
	size_t mic;

	memcpy(data, rsne, sizeof(data));
	if (f->other_rsne)
		data[sizeof(data) - 1] ^= 1;
	if (two)
		derive(b, f->wrong_key);
	mic = eapol_key_build(&w, &k);
	assert_int_equal(crypto_eapol_mic(b->bss.crypto, CRYPTO_AKM_SHA1, b->ptk.kck, pdu, w.len,
				 mic, pdu + mic),
		0);
	if (!two && f->wrong_key)
		pdu[mic] ^= 1;
	authenticator_receive(&b->a, pdu, w.len);
}

#define TWO   KEY_INFO_PAIRWISE
#define FOUR  (KEY_INFO_PAIRWISE | KEY_INFO_SECURE)
#define GROUP KEY_INFO_SECURE

static const struct fault none = {0};

static void finish(struct bench *b)
{
	start(b);
	answer(b, TWO, &none);
	answer(b, FOUR, &none);
	assert_int_equal(b->authorised, 1);
}

// The GTK in the last message, judged by its MIC and unwrapped.
static struct kde_gtk sent_gtk(struct bench *b, uint8_t plain[256])
{
	struct kde_gtk gtk;
	struct kde kde;

	assert_int_equal(crypto_eapol_mic_check(b->bss.crypto, CRYPTO_AKM_SHA1, b->ptk.kck,
				 b->key.frame, b->key.frame_len, EAPOL_KEY_MIC_OFFSET),
		0);
	assert_int_equal(crypto_aes_unwrap(b->bss.crypto, b->ptk.kek, 16, b->key.key_data,
				 b->key.key_data_len, plain),
		0);
	assert_int_equal(kde_find(plain, (size_t)b->key.key_data_len - 8, KDE_GTK, &kde), 0);
	assert_int_equal(kde_gtk_parse(&kde, &gtk), 0);
	return gtk;
}

static void test_four_way(void **state)
{
	struct bench *b = *state;
	uint8_t plain[256], anonce[32];
	struct kde_gtk gtk;
	struct kde pmkid;

	start(b);
	assert_int_equal(eapol_key_message(&b->key), EAPOL_KEY_PAIRWISE_1);
	assert_int_equal(b->key.info, KEY_INFO_PAIRWISE | KEY_INFO_ACK | 2);
	assert_int_equal(b->key.replay_counter, 1);
	assert_int_equal(kde_find(b->key.key_data, b->key.key_data_len, KDE_PMKID, &pmkid), 0);
	memcpy(anonce, b->key.nonce, 32);
	assert_null(authenticator_pending_tk(&b->a));
	answer(b, TWO, &none);
	assert_int_equal(eapol_key_message(&b->key), EAPOL_KEY_PAIRWISE_3);
	assert_int_equal(b->key.replay_counter, 2);
	assert_memory_equal(b->key.nonce, anonce, 32);
	gtk = sent_gtk(b, plain);
	assert_memory_equal(plain, rsne, sizeof(rsne));
	assert_int_equal(gtk.key_len, 16);
	assert_memory_equal(gtk.key, b->bss.gtk[b->bss.gtk_active % 2].tk, 16);
	assert_int_equal(gtk.key_id, b->bss.gtk[b->bss.gtk_active % 2].id);
	assert_memory_equal(authenticator_pending_tk(&b->a), b->ptk.tk, 16);
	assert_int_equal(b->authorised, 0);
	answer(b, FOUR, &none);
	assert_int_equal(b->authorised, 1);
	assert_memory_equal(b->tk, b->ptk.tk, 16);
	assert_int_equal(b->a.handshakes, 1);
	assert_int_equal(b->sent, 2);
	assert_false(timer_armed(&b->a.retry));
}

// The IGTK in the last message; key NULL: there is none.
static struct kde_igtk sent_igtk(struct bench *b, uint8_t plain[256])
{
	struct kde_igtk igtk = {.key = NULL};
	struct kde kde;

	(void)sent_gtk(b, plain);
	if (kde_find(plain, (size_t)b->key.key_data_len - 8, KDE_IGTK, &kde) == 0)
		assert_int_equal(kde_igtk_parse(&kde, &igtk), 0);
	return igtk;
}

// With each GTK an IGTK, for a station that can protect management frames.
static void test_protected(void **state)
{
	struct bench *b = *state;
	uint8_t plain[256];
	struct kde_igtk igtk;

	b->bss.mfp = true;
	rsne[CAPABILITIES] = RSN_CAP_MFPC;
	for (unsigned i = 0; i < 2; i++) {
		const struct traffic_key *key;

		authenticator_bss_new_gtk(&b->bss);
		key = &b->bss.igtk[b->bss.gtk_serial % 2];
		b->bss.igtk[b->bss.gtk_serial % 2].sent = 7 + i;
		if (i == 0) {
			start(b);
			answer(b, TWO, &none);
		} else {
			answer(b, FOUR, &none);
			assert_int_equal(authenticator_group_rekey(&b->a), 0);
		}
		igtk = sent_igtk(b, plain);
		assert_non_null(igtk.key);
		assert_true(igtk.key_id == 4 || igtk.key_id == 5);
		assert_int_equal(igtk.key_id, key->id);
		assert_true(igtk.ipn == 7 + i);
		assert_int_equal(igtk.key_len, sizeof(key->tk));
		assert_memory_equal(igtk.key, key->tk, sizeof(key->tk));
		assert_memory_not_equal(
			b->bss.igtk[0].tk, b->bss.igtk[1].tk, sizeof(b->bss.igtk[0].tk));
	}
	answer(b, GROUP, &none);
	assert_int_equal(b->a.group_handshakes, 1);
	// One that cannot gets none.
	rsne[CAPABILITIES] = 0;
	start(b);
	answer(b, TWO, &none);
	assert_null(sent_igtk(b, plain).key);
	// Nor does anybody of a network that does not.
	b->bss.mfp = false;
	rsne[CAPABILITIES] = RSN_CAP_MFPC;
	start(b);
	answer(b, TWO, &none);
	assert_null(sent_igtk(b, plain).key);
}

static void test_retransmission(void **state)
{
	struct bench *b = *state;
	const struct fault late = {.counter = UINT64_MAX}, early = {.counter = 1};

	start(b);
	wait_retry(b);
	assert_int_equal(b->key.replay_counter, 2);
	answer(b, TWO, &early); // a counter that was never used
	assert_int_equal(b->sent, 2);
	answer(b, TWO, &late); // the answer to the first transmission
	assert_int_equal(b->sent, 3);
	answer(b, TWO, &none);  // message 2 again, while message 4 is due: ignored
	answer(b, FOUR, &late); // a counter of message 1
	assert_int_equal(b->sent, 3);
	assert_int_equal(b->authorised, 0);
	wait_retry(b);
	assert_int_equal(eapol_key_message(&b->key), EAPOL_KEY_PAIRWISE_3);
	answer(b, FOUR, &late);
	assert_int_equal(b->authorised, 1);
	answer(b, FOUR, &none); // once more
	assert_int_equal(b->authorised, 1);
}

static void test_timeouts(void **state)
{
	struct bench *b = *state;

	start(b);
	for (int i = 0; i < 4; i++)
		wait_retry(b);
	assert_int_equal(b->sent, 4);
	assert_int_equal(b->reason, D11_REASON_4WAY_TIMEOUT);
	start(b);
	answer(b, TWO, &none);
	for (int i = 0; i < 4; i++)
		wait_retry(b);
	assert_int_equal(b->sent, 4 + 1 + 4);
	assert_int_equal(b->disconnects, 2);
	assert_int_equal(b->a.state, AUTHENTICATOR_IDLE);
}

static void test_bad_answers(void **state)
{
	static const struct fault silent[] = {
		{.wrong_key = true}, {.wrong_version = true}, {.counter = 7}};
	const struct fault other = {.other_rsne = true}, missing = {.no_rsne = true},
			   mic = {.wrong_key = true};
	struct bench *b = *state;

	start(b);
	for (size_t i = 0; i < 3; i++)
		answer(b, TWO, &silent[i]);
	assert_int_equal(b->sent, 1);
	assert_int_equal(b->a.mic_failures, 1);
	assert_int_equal(b->disconnects, 0);
	answer(b, TWO, &none);
	answer(b, FOUR, &mic);
	assert_int_equal(b->a.mic_failures, 2);
	assert_int_equal(b->authorised, 0);
	start(b);
	answer(b, TWO, &other);
	assert_int_equal(b->reason, D11_REASON_4WAY_ELEMENT_MISMATCH);
	start(b);
	b->reason = 0;
	answer(b, TWO, &missing);
	assert_int_equal(b->reason, D11_REASON_4WAY_ELEMENT_MISMATCH);
	for (size_t n = 0; n < sizeof(b->last); n++) // pieces of a frame
		authenticator_receive(&b->a, b->last, n);
	assert_int_equal(b->authorised, 0);
}

static void test_group(void **state)
{
	struct bench *b = *state;
	uint8_t plain[256], first;
	struct kde_gtk gtk;

	assert_int_equal(authenticator_group_rekey(&b->a), -ENOTCONN);
	finish(b);
	first = b->bss.gtk[b->bss.gtk_active % 2].id;
	b->bss.gtk[b->bss.gtk_active % 2].sent = 77;
	authenticator_bss_new_gtk(&b->bss);
	assert_int_equal(authenticator_group_rekey(&b->a), 0);
	assert_int_equal(eapol_key_message(&b->key), EAPOL_KEY_GROUP_1);
	assert_true(
		b->bss.gtk_active != b->bss.gtk_serial); // group frames keep the key that all have
	gtk = sent_gtk(b, plain);
	assert_int_not_equal(gtk.key_id, first);
	assert_int_equal(b->key.rsc, 0);
	answer(b, GROUP, &none);
	assert_int_equal(b->a.group_handshakes, 1);
	assert_int_equal(b->bss.gtk_active, b->bss.gtk_serial);
	authenticator_bss_new_gtk(&b->bss);
	assert_int_equal(authenticator_group_rekey(&b->a), 0);
	for (int i = 0; i < 4; i++)
		wait_retry(b);
	assert_int_equal(b->reason, D11_REASON_GROUP_KEY_TIMEOUT);
}

static void test_rekeys_meet(void **state)
{
	struct bench *b = *state;
	uint8_t old[16];

	finish(b);
	memcpy(old, b->tk, 16);
	assert_int_equal(authenticator_rekey(&b->a), 0);
	assert_int_equal(authenticator_rekey(&b->a), -EBUSY);
	answer(b, TWO, &none);
	authenticator_bss_new_gtk(&b->bss); // message 3 is on its way with the older one
	assert_int_equal(authenticator_group_rekey(&b->a), 0);
	answer(b, FOUR, &none);
	assert_int_equal(b->authorised, 2);
	assert_memory_not_equal(old, b->tk, 16);
	assert_int_equal(
		eapol_key_message(&b->key), EAPOL_KEY_GROUP_1); // so it is followed by the newer
	authenticator_bss_new_gtk(&b->bss);                     // and that by the newest
	assert_int_equal(authenticator_group_rekey(&b->a), 0);
	answer(b, GROUP, &none);
	assert_int_equal(b->a.state, AUTHENTICATOR_IDLE);
	assert_int_equal(b->bss.gtk_active, b->bss.gtk_serial);
	start(b); // a new association forgets everything
	assert_int_equal(b->key.replay_counter, 1);
	assert_int_equal(authenticator_rekey(&b->a), -ENOTCONN);
}

static void test_refused(void **state)
{
	struct bench *b = *state;
	uint8_t long_rsne[AUTHENTICATOR_RSNE_MAX + 1] = {0};

	assert_int_equal(
		authenticator_start(&b->a, &spa, 0x000fac63, rsne, sizeof(rsne)), -EPROTONOSUPPORT);
	assert_int_equal(
		authenticator_start(&b->a, &spa, AKM_PSK, long_rsne, sizeof(long_rsne)), -EINVAL);
	assert_int_equal(b->sent, 0);
	answer(b, GROUP, &none);
	assert_int_equal(b->sent, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_four_way, setup, teardown),
		cmocka_unit_test_setup_teardown(test_protected, setup, teardown),
		cmocka_unit_test_setup_teardown(test_retransmission, setup, teardown),
		cmocka_unit_test_setup_teardown(test_timeouts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_answers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_group, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rekeys_meet, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
