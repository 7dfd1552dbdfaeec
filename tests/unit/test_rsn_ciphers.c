// SPDX-License-Identifier: BSD-2-Clause
// The RSN extension through its interface: what it makes of the ciphers and the management frame
// protection that the two RSNEs of an association name.
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/wipe.h"
#include "tests/lib/handshake.h"
#include "tests/lib/memory.h"
#include "tests/lib/rsn_host.h"
#include "wire/algorithm.h"
#include "wire/rsne.h"

// The table of tests/meson.build links what all tests share, and that knows no sdk.
#include "tests/lib/rsn_host.c"

#define SSID    "openihv"
#define CONNECT ((HANDLE)(uintptr_t)0x1111)
#define SESSION ((HANDLE)(uintptr_t)0x2222)

// One connection under test.
struct link {
	HANDLE ext;
	struct handshake h;
	struct bss_list list;
};

static void link_init(struct link *l, enum crypto_akm akm, void (*network)(struct handshake *))
{
	char xml[256], pmk[65];
	DWORD reason;

	memset(l, 0, sizeof(*l));
	handshake_init(&l->h, akm);
	if (network)
		network(&l->h);
	host.station = l->h.station;
	for (size_t i = 0; i < sizeof(l->h.pmk); i++)
		(void)snprintf(pmk + 2 * i, 3, "%02x", l->h.pmk[i]);
	(void)snprintf(xml, sizeof(xml),
		"<rsn xmlns=\"urn:openihv:rsn:1\"><passphrase>%s</passphrase></rsn>", pmk);
	bss_add(&l->list, &(struct bss_spec){.ssid = SSID,
				  .rsne = l->h.ap_elements,
				  .rsne_len = l->h.ap_len,
				  .privacy = true});
	host_clear();
	l->ext = host_adapter(0);
	assert_int_equal(host_pre_associate(l->ext, CONNECT, xml, SSID, &l->list, &reason), 0);
	host_wait(FN_PRE_COMPLETION, 1);
	assert_int_equal(host_call(FN_PRE_COMPLETION, 1).b, ERROR_SUCCESS);
}

static void link_destroy(struct link *l)
{
	host_remove(0, l->ext);
	handshake_destroy(&l->h);
	host_assert_clean();
}

static DWORD post(struct link *l)
{
	return host_post_associate(l->ext, SESSION, &l->h,
		l->h.akm == CRYPTO_AKM_SHA1 ? ALGORITHM_AUTH_RSNA_PSK : ALGORITHM_AUTH_PSK_SHA256);
}

static struct call answer_to(struct link *l, const struct handshake_message *m)
{
	const unsigned sends = host_calls(FN_SEND_PACKET);
	struct handshake_frame f;

	handshake_build(&l->h, m, &f);
	assert_int_equal(host_receive(l->ext, &l->h, &f), ERROR_SUCCESS);
	return host_call(FN_SEND_PACKET, sends + 1);
}

static void authorise(struct link *l)
{
	assert_int_equal(post(l), ERROR_SUCCESS);
	struct handshake_message m = handshake_1(&l->h);
	struct call c = answer_to(l, &m);
	// With the RSNE of the association request, whose MFPC the AP looks for.
	assert_true(handshake_is_2(&l->h, c.data + 8, c.len - 8, m.counter));
	host_complete_send(&c);
	m = handshake_3(&l->h);
	c = answer_to(l, &m);
	assert_true(handshake_is_4(&l->h, c.data + 8, c.len - 8, m.counter));
	host_complete_send(&c);
	assert_int_equal(host_calls(FN_POST_COMPLETION), 1);
	assert_int_equal(host_call(FN_POST_COMPLETION, 1).b, ERROR_SUCCESS);
}

static void stop(struct link *l)
{
	DOT11_MAC_ADDRESS peer;

	memcpy(peer, l->h.ap.b, 6);
	assert_int_equal(host.on.Dot11ExtIhvStopPostAssociate(l->ext, &peer, 7), ERROR_SUCCESS);
	assert_int_equal(host.on.Dot11ExtIhvAdapterReset(l->ext), ERROR_SUCCESS);
}

// The n-th default key is for this cipher.
static struct call judge_default_key(unsigned n, DWORD cipher, ULONG index, size_t layout)
{
	const struct call c = host_call(FN_DEFAULT_KEY, n);
	DOT11_CIPHER_DEFAULT_KEY_VALUE v;

	memcpy(&v, c.data, sizeof(v));
	assert_int_equal(c.len, 22 + layout);
	assert_int_equal(c.a, DOT11_DIR_INBOUND);
	assert_memory_equal(&v.Header, "\x80\x01\x18\x00", 4);
	assert_int_equal(v.AlgorithmId, cipher);
	assert_int_equal(v.uKeyIndex, index);
	assert_int_equal(v.usKeyLength, layout);
	assert_int_equal(v.bDelete, 0);
	assert_int_equal(v.bStatic, 0);
	return c;
}

static void protected_once(enum crypto_akm akm)
{
	struct link l;

	link_init(&l, akm, handshake_protect);
	authorise(&l);
	assert_int_equal(host_calls(FN_MAPPING_KEY), 1);
	assert_int_equal(host_calls(FN_DEFAULT_KEY), 2);
	judge_default_key(1, ALGORITHM_CIPHER_CCMP, l.h.gtk_id, 12 + 16);
	const struct call igtk = judge_default_key(2, ALGORITHM_CIPHER_BIP, 4, 12 + 16);
	assert_memory_equal(igtk.data + 22, "\x11\x12\x13\x14\x15\x16", 6); // IPN
	assert_int_equal(load_le32(igtk.data + 22 + 8), 16);
	assert_memory_equal(igtk.data + 22 + 12, l.h.igtk, 16);
	// Message 3 once more: no key goes to the radio again.
	const struct handshake_message m = handshake_3(&l.h);
	const struct call c = answer_to(&l, &m);
	assert_true(handshake_is_4(&l.h, c.data + 8, c.len - 8, m.counter));
	host_complete_send(&c);
	assert_int_equal(host_calls(FN_DEFAULT_KEY), 2);
	stop(&l);
	link_destroy(&l);
}

static void test_protected(void **state)
{
	protected_once(CRYPTO_AKM_SHA1);
	protected_once(CRYPTO_AKM_SHA256);
}

static void test_tkip(void **state)
{
	struct link l;

	link_init(&l, CRYPTO_AKM_SHA1, handshake_tkip);
	assert_int_equal(host_call(FN_UNICAST, 1).a, ALGORITHM_CIPHER_CCMP);
	assert_int_equal(host_call(FN_MULTICAST, 1).a, ALGORITHM_CIPHER_TKIP);
	authorise(&l);
	assert_int_equal(host_calls(FN_DEFAULT_KEY), 1);
	const struct call c = judge_default_key(1, ALGORITHM_CIPHER_TKIP, l.h.gtk_id, 16 + 32);
	assert_memory_equal(c.data + 22, "\x01\x02\x03\x04\x05\x06", 6); // TSC
	assert_int_equal(load_le32(c.data + 22 + 8), 16);
	assert_int_equal(load_le32(c.data + 22 + 12), 16);
	assert_memory_equal(c.data + 22 + 16, l.h.gtk, 32);
	stop(&l);
	link_destroy(&l);
}

// The two RSNEs, as they come to post-association.
static void set_rsne(uint8_t *out, size_t *len, size_t cap, const struct rsne *rsne)
{
	struct writer w = writer_init(out, cap);

	rsne_build(&w, rsne);
	assert_true(writer_ok(&w));
	*len = w.len;
}

static DWORD negotiate(const struct rsne *own, const struct rsne *ap)
{
	struct link l;

	link_init(&l, CRYPTO_AKM_SHA1, NULL);
	set_rsne(l.h.own_elements, &l.h.own_len, sizeof(l.h.own_elements), own);
	set_rsne(l.h.ap_elements, &l.h.ap_len, sizeof(l.h.ap_elements), ap);
	const DWORD error = post(&l);
	assert_int_equal(host_calls(FN_POST_COMPLETION), 0);
	link_destroy(&l);
	return error;
}

static void test_negotiation(void **state)
{
	enum { C = RSN_CAP_MFPC, R = RSN_CAP_MFPR };
	static const struct {
		uint16_t own, ap;
		bool good;
	} cases[] = {
		{0, 0, true},
		{0, C, true},
		{C, 0, true},
		{C, C, true},
		{C, C | R, true},
		{C | R, C, true},
		{C | R, C | R, true},
		{0, C | R, false},
		{C | R, 0, false},
		{0, R, false},
		{R, C, false},
	};
	const struct rsne base = {.extent = RSNE_TO_GROUP_MGMT,
		.version = 1,
		.group = CIPHER_CCMP_128,
		.pairwise = {CIPHER_CCMP_128},
		.pairwise_count = 1,
		.akm = {AKM_PSK},
		.akm_count = 1,
		.group_mgmt = CIPHER_BIP_CMAC_128};
	struct rsne own = base, ap = base;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		own.capabilities = cases[i].own;
		ap.capabilities = cases[i].ap;
		assert_int_equal(
			negotiate(&own, &ap), cases[i].good ? ERROR_SUCCESS : ERROR_INVALID_DATA);
	}
	// Another group management cipher than ours; with nothing to protect it does not matter.
	own = ap = base;
	own.group_mgmt = CIPHER_BIP_GMAC_128;
	assert_int_equal(negotiate(&own, &ap), ERROR_SUCCESS);
	own.capabilities = ap.capabilities = C;
	assert_int_equal(negotiate(&own, &ap), ERROR_INVALID_DATA);
	// Another group cipher than was prepared.
	own = ap = base;
	own.group = CIPHER_TKIP;
	assert_int_equal(negotiate(&own, &ap), ERROR_INVALID_DATA);
}

static void mask(uint8_t *out, const uint8_t *key, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)~key[i];
}

//
static void test_forgotten(void **state)
{
	uint8_t gtk[32], igtk[16];
	struct link l;

#ifdef __SANITIZE_ADDRESS__
	print_message("AddressSanitizer keeps old frames where wipe_stack() does not reach\n");
	skip();
#endif
	link_init(&l, CRYPTO_AKM_SHA1, handshake_tkip);
	stop(&l);
	link_destroy(&l);
	link_init(&l, CRYPTO_AKM_SHA256, handshake_protect);
	for (size_t i = 0; i < sizeof(l.h.igtk); i++) { // not to be met elsewhere by chance
		l.h.igtk[i] = (uint8_t)(0x5b * i + 0x1d);
		l.h.gtk[i] = (uint8_t)(0x35 * i + 0x71);
	}
	authorise(&l);
	mask(igtk, l.h.igtk, sizeof(igtk));
	mask(gtk, l.h.gtk, 16);
	assert_true(in_memory(igtk, sizeof(igtk)));
	stop(&l);
	handshake_destroy(&l.h);
	memset(host.calls, 0, sizeof(host.calls)); // it has written down the keys
	wipe_stack();                              // and this test's messages have held them
	assert_false(in_memory(igtk, sizeof(igtk)));
	assert_false(in_memory(gtk, 16));
	host_remove(0, l.ext);
	host_assert_clean();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_protected),
		cmocka_unit_test(test_tkip),
		cmocka_unit_test(test_negotiation),
		cmocka_unit_test(test_forgotten),
	};
	return cmocka_run_group_tests_name("rsn_ciphers", tests, host_setup, host_teardown);
}
