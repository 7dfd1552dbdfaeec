// SPDX-License-Identifier: BSD-2-Clause
// The RSN extension through its interface: rsn.so is loaded as a host loads it and driven through
// whole connections.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ext/rsn/rsn_reason.h"
#include "tests/lib/handshake.h"
#include "tests/lib/memory.h"
#include "tests/lib/rsn_host.h"
#include "wire/algorithm.h"

// The table of tests/meson.build links what all tests share, and that knows no sdk.
#include "tests/lib/rsn_host.c"

#define NS         "xmlns=\"urn:openihv:rsn:1\""
#define PASSPHRASE "correct horse battery"
#define SSID       "openihv"
#define CONNECT    ((HANDLE)(uintptr_t)0x1111)
#define SESSION    ((HANDLE)(uintptr_t)0x2222)

// One connection under test.
struct link {
	unsigned index;
	HANDLE ext;
	struct handshake h;
	struct bss_list list;
	char xml[256];
	bool open;
};

static void hex_pmk(const struct handshake *h, char out[65])
{
	for (size_t i = 0; i < sizeof(h->pmk); i++)
		(void)snprintf(out + 2 * i, 3, "%02x", h->pmk[i]);
}

static void link_init(struct link *l, unsigned index, enum crypto_akm akm, bool open)
{
	char pmk[65];

	memset(l, 0, sizeof(*l));
	l->index = index;
	l->open = open;
	handshake_init(&l->h, akm);
	host.station = l->h.station;
	hex_pmk(&l->h, pmk);
	if (!open)
		(void)snprintf(l->xml, sizeof(l->xml),
			"<rsn " NS "><passphrase>%s</passphrase></rsn>", pmk);
	bss_add(&l->list, &(struct bss_spec){.ssid = SSID,
				  .rsne = open ? NULL : l->h.ap_elements,
				  .rsne_len = open ? 0 : l->h.ap_len,
				  .privacy = !open});
	l->ext = host_adapter(index);
}

static void link_destroy(struct link *l)
{
	if (l->ext)
		host_remove(l->index, l->ext);
	handshake_destroy(&l->h);
}

static DWORD pre(struct link *l)
{
	DWORD reason;

	return host_pre_associate(
		l->ext, CONNECT, l->open ? NULL : l->xml, SSID, &l->list, &reason);
}

static DWORD auth_of(const struct link *l)
{
	return l->open                       ? ALGORITHM_AUTH_OPEN
	       : l->h.akm == CRYPTO_AKM_SHA1 ? ALGORITHM_AUTH_RSNA_PSK
					     : ALGORITHM_AUTH_PSK_SHA256;
}

static DWORD post(struct link *l, HANDLE session)
{
	return host_post_associate(l->ext, session, &l->h, auth_of(l));
}

static DWORD stop(struct link *l)
{
	DOT11_MAC_ADDRESS peer;

	memcpy(peer, l->h.ap.b, 6);
	return host.on.Dot11ExtIhvStopPostAssociate(l->ext, &peer, 7);
}

static DWORD reset(struct link *l)
{
	return host.on.Dot11ExtIhvAdapterReset(l->ext);
}

static void prepare(struct link *l)
{
	host_clear();
	assert_int_equal(pre(l), ERROR_SUCCESS);
	host_wait(FN_PRE_COMPLETION, 1);
	const struct call c = host_call(FN_PRE_COMPLETION, 1);
	assert_int_equal(c.b, ERROR_SUCCESS);
	assert_int_equal(c.a, 0);
	assert_ptr_equal(c.handle, CONNECT);
}

static void give(struct link *l, const struct handshake_message *m)
{
	struct handshake_frame f;

	handshake_build(&l->h, m, &f);
	assert_int_equal(host_receive(l->ext, &l->h, &f), ERROR_SUCCESS);
}

// Message 1 and its answer; the send is completed if `done`.
static void message_1(struct link *l, bool done)
{
	const unsigned sends = host_calls(FN_SEND_PACKET);
	const struct handshake_message m = handshake_1(&l->h);

	give(l, &m);
	const struct call c = host_call(FN_SEND_PACKET, sends + 1);
	assert_memory_equal(c.data, l->h.ap.b, 6);
	assert_memory_equal(c.data + 6, "\x88\x8e", 2);
	assert_true(handshake_is_2(&l->h, c.data + 8, c.len - 8, m.counter));
	if (done)
		host_complete_send(&c);
}

static void message_3(struct link *l)
{
	const unsigned sends = host_calls(FN_SEND_PACKET);
	const struct handshake_message m = handshake_3(&l->h);

	give(l, &m);
	const struct call c = host_call(FN_SEND_PACKET, sends + 1);
	assert_true(handshake_is_4(&l->h, c.data + 8, c.len - 8, m.counter));
	host_complete_send(&c);
}

static void assert_post(unsigned n, HANDLE session, DWORD reason, DWORD error)
{
	const struct call c = host_call(FN_POST_COMPLETION, n);

	assert_int_equal(host_calls(FN_POST_COMPLETION), n);
	assert_ptr_equal(c.handle, session);
	assert_int_equal(c.a, reason);
	assert_int_equal(c.b, error);
}

static void authorise(struct link *l, HANDLE session)
{
	const unsigned before = host_calls(FN_POST_COMPLETION);

	assert_int_equal(post(l, session), ERROR_SUCCESS);
	assert_int_equal(host_calls(FN_POST_COMPLETION), before);
	message_1(l, true);
	message_3(l);
	assert_post(before + 1, session, 0, ERROR_SUCCESS);
}

static void judge_setup(const struct link *l)
{
	static const uint8_t lists[] = {0x88, 0x8e, 2, 0, 3, 0, 0x88, 0x8e};
	const DWORD cipher = l->open ? ALGORITHM_CIPHER_NONE : ALGORITHM_CIPHER_CCMP;
	const struct call c = host_call(FN_ETHERTYPES, 1);

	assert_int_equal(host_call(FN_AUTH, 1).a, auth_of(l));
	assert_int_equal(host_call(FN_UNICAST, 1).a, cipher);
	assert_int_equal(host_call(FN_MULTICAST, 1).a, cipher);
	assert_int_equal(host_call(FN_EXCLUDE, 1).a, !l->open);
	assert_int_equal(c.a, !l->open);
	assert_int_equal(c.b, !l->open);
	if (!l->open)
		assert_memory_equal(c.data, lists, sizeof(lists));
	assert_false(pthread_equal(host_call(FN_PRE_COMPLETION, 1).thread, pthread_self()));
}

static void judge_keys(const struct link *l)
{
	const struct call pairwise = host_call(FN_MAPPING_KEY, 1);
	const struct call group = host_call(FN_DEFAULT_KEY, 1);
	DOT11_CIPHER_KEY_MAPPING_KEY_VALUE p;
	DOT11_CIPHER_DEFAULT_KEY_VALUE g;

	memcpy(&p, pairwise.data, sizeof(p));
	assert_int_equal(pairwise.len, 20 + 12 + 16);
	assert_memory_equal(p.PeerMacAddr, l->h.ap.b, 6);
	assert_int_equal(p.AlgorithmId, ALGORITHM_CIPHER_CCMP);
	assert_int_equal(p.Direction, DOT11_DIR_BOTH);
	assert_int_equal(p.bStatic, 0);
	assert_int_equal(p.bDelete, 0);
	assert_int_equal(load_le32(pairwise.data + 20 + 8), 16);
	assert_memory_equal(pairwise.data + 32, l->h.ptk.tk, 16);
	memcpy(&g, group.data, sizeof(g));
	assert_int_equal(group.len, 22 + 12 + 16);
	assert_int_equal(group.a, DOT11_DIR_INBOUND);
	assert_memory_equal(&g.Header, "\x80\x01\x18\x00", 4);
	assert_int_equal(g.uKeyIndex, l->h.gtk_id);
	assert_int_equal(g.bStatic, 0);
	assert_memory_equal(group.data + 22, "\x01\x02\x03\x04\x05\x06", 6); // RSC
	assert_memory_equal(group.data + 34, l->h.gtk, 16);
}

static void connect_once(enum crypto_akm akm)
{
	struct link l;

	link_init(&l, 0, akm, false);
	prepare(&l);
	judge_setup(&l);
	authorise(&l, SESSION);
	judge_keys(&l);
	assert_int_equal(stop(&l), ERROR_SUCCESS);
	assert_int_equal(reset(&l), ERROR_SUCCESS);
	assert_int_equal(host_calls(FN_POST_COMPLETION), 1);
	assert_int_equal(host_calls(FN_PRE_COMPLETION), 1);
	link_destroy(&l);
	host_assert_clean();
}

static void test_connect(void **state)
{
	connect_once(CRYPTO_AKM_SHA1);
	connect_once(CRYPTO_AKM_SHA256);
}

static void mask(uint8_t *out, const uint8_t *key, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)~key[i];
}

// After Stop and Reset, and with the adapter still there, no secret of the session is left.
static void forgotten(enum crypto_akm akm)
{
	uint8_t pmk[CRYPTO_PMK_LEN], kck[CRYPTO_KCK_LEN], kek[CRYPTO_KEK_LEN];
	struct link l;

	link_init(&l, 0, akm, false);
	prepare(&l);
	authorise(&l, SESSION);
	mask(pmk, l.h.pmk, sizeof(pmk));
	mask(kck, l.h.ptk.kck, sizeof(kck));
	mask(kek, l.h.ptk.kek, sizeof(kek));
	assert_true(in_memory(pmk, sizeof(pmk)));
	assert_true(in_memory(kck, sizeof(kck)));
	assert_int_equal(stop(&l), ERROR_SUCCESS);
	assert_int_equal(reset(&l), ERROR_SUCCESS);
	handshake_destroy(&l.h);
	assert_false(in_memory(pmk, sizeof(pmk)));
	assert_false(in_memory(kck, sizeof(kck)));
	assert_false(in_memory(kek, sizeof(kek)));
	host_remove(l.index, l.ext);
	host_assert_clean();
}

static void test_keys_forgotten(void **state)
{
	forgotten(CRYPTO_AKM_SHA1);
	forgotten(CRYPTO_AKM_SHA256);
}

static void test_passphrase(void **state)
{
	struct link l;

	link_init(&l, 0, CRYPTO_AKM_SHA1, false);
	(void)snprintf(l.xml, sizeof(l.xml),
		"<IHV><security><rsn " NS "><passphrase>" PASSPHRASE
		"</passphrase><akm> psk </akm></rsn></security></IHV>");
	host_clear();
	assert_int_equal(pre(&l), ERROR_BAD_PROFILE); // an AKM with blanks is no AKM
	(void)snprintf(l.xml, sizeof(l.xml),
		"<IHV><security><rsn " NS "><passphrase>" PASSPHRASE
		"</passphrase><akm>psk</akm></rsn></security></IHV>");
	prepare(&l);
	authorise(&l, SESSION);
	link_destroy(&l);
	host_assert_clean();
}

static void test_several_associations(void **state)
{
	struct link l;

	link_init(&l, 0, CRYPTO_AKM_SHA1, false);
	prepare(&l);
	for (uintptr_t i = 0; i < 5; i++) {
		l.h.ap.b[5] = (uint8_t)(0x10 + i); // another AP each time
		handshake_anonce(&l.h, (uint8_t)(7 * i));
		authorise(&l, (HANDLE)(0x3000 + i));
		assert_int_equal(stop(&l), 0);
		assert_int_equal(stop(&l), 0); // a repeat
	}
	assert_int_equal(host_calls(FN_PRE_COMPLETION), 1);
	// After a reset the keys of before are gone.
	assert_int_equal(reset(&l), 0);
	assert_int_equal(post(&l, SESSION), ERROR_INVALID_STATE);
	link_destroy(&l);
	host_assert_clean();
}

static void test_open(void **state)
{
	struct link l;

	link_init(&l, 0, CRYPTO_AKM_SHA1, true);
	prepare(&l);
	judge_setup(&l);
	assert_int_equal(post(&l, SESSION), 0);
	host_wait(FN_POST_COMPLETION, 1);
	assert_post(1, SESSION, 0, 0);
	assert_false(pthread_equal(host_call(FN_POST_COMPLETION, 1).thread, pthread_self()));
	assert_int_equal(stop(&l), 0);
	// Stopped at once: one completion or none, and none later.
	for (unsigned i = 0; i < 200; i++) {
		const unsigned before = host_calls(FN_POST_COMPLETION);
		assert_int_equal(post(&l, SESSION), 0);
		assert_int_equal(stop(&l), 0);
		const unsigned after = host_calls(FN_POST_COMPLETION);
		assert_true(after - before <= 1);
		if (i % 10 == 0) {
			assert_int_equal(post(&l, SESSION), 0);
			assert_int_equal(reset(&l), 0); // exactly one, whichever
			assert_int_equal(host_calls(FN_POST_COMPLETION), after + 1);
			prepare(&l);
		}
	}
	link_destroy(&l);
	host_assert_clean();
}

static void test_stop_other_peer(void **state)
{
	struct link l;
	DOT11_MAC_ADDRESS other = {2, 9, 9, 9, 9, 9};

	link_init(&l, 0, CRYPTO_AKM_SHA1, false);
	prepare(&l);
	assert_int_equal(post(&l, SESSION), 0);
	message_1(&l, true);
	assert_int_equal(host.on.Dot11ExtIhvStopPostAssociate(l.ext, &other, 7), 0);
	message_3(&l); // still there
	assert_post(1, SESSION, 0, 0);
	assert_int_equal(post(&l, SESSION), ERROR_INVALID_STATE); // it lives
	link_destroy(&l);
	host_assert_clean();
}

enum end {
	END_STOP,
	END_RESET,
	END_DEINIT,
	END_COUNT,
};

// The ways to end at each point of a post-association operation.
static void end_at(unsigned point, enum end end)
{
	struct link l;
	struct call pending = {0};

	link_init(&l, 0, CRYPTO_AKM_SHA1, false);
	prepare(&l);
	assert_int_equal(post(&l, SESSION), 0);
	if (point >= 1) {
		message_1(&l, false);
		pending = host_call(FN_SEND_PACKET, 1);
	}
	if (point >= 2)
		message_3(&l);
	const unsigned completions = host_calls(FN_POST_COMPLETION);
	const size_t calls = host.count;
	switch (end) {
	case END_STOP:
		assert_int_equal(stop(&l), 0);
		assert_int_equal(host.count, calls);
		break;
	case END_RESET:
		assert_int_equal(reset(&l), 0);
		if (point < 2)
			assert_post(1, SESSION, RSN_REASON_CANCELLED, ERROR_CANCELLED);
		assert_int_equal(host_calls(FN_POST_COMPLETION), 1);
		break;
	case END_DEINIT:
		host_remove(0, l.ext);
		l.ext = NULL;
		assert_int_equal(host.count, calls);
		break;
	case END_COUNT:
		break;
	}
	if (l.ext) { // what comes now finds nobody
		const struct handshake_message m = handshake_1(&l.h);
		const unsigned sends = host_calls(FN_SEND_PACKET);
		give(&l, &m);
		assert_int_equal(host_calls(FN_SEND_PACKET), sends);
		assert_int_equal(stop(&l), 0);
	}
	if (end == END_STOP)
		assert_int_equal(host_calls(FN_POST_COMPLETION), completions);
	if (pending.packet)
		host_complete_send(&pending); // long after
	link_destroy(&l);
	host_assert_clean();
}

static void test_end_of_post_association(void **state)
{
	for (unsigned point = 0; point <= 2; point++) {
		for (int end = 0; end < END_COUNT; end++)
			end_at(point, (enum end)end);
	}
}

// A reset, or a removal, as soon as the worker has made its n-th call.
static void test_end_of_pre_association(void **state)
{
	static const enum fn points[] = {FN_COUNT, FN_NIC, FN_AUTH, FN_UNICAST, FN_MULTICAST,
		FN_ETHERTYPES, FN_EXCLUDE, FN_PRE_COMPLETION};

	for (unsigned round = 0; round < 20; round++) {
		for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
			struct link l;
			link_init(&l, 0, CRYPTO_AKM_SHA1, false);
			host_clear();
			assert_int_equal(pre(&l), 0);
			if (points[i] != FN_COUNT)
				host_wait(points[i], 1);
			if (round % 2) {
				assert_int_equal(reset(&l), 0);
				assert_int_equal(host_calls(FN_PRE_COMPLETION), 1);
				const size_t calls = host.count;
				assert_int_equal(reset(&l), 0);
				assert_int_equal(host.count, calls);
				prepare(&l); // works again
			}
			link_destroy(&l);
			assert_true(host_calls(FN_PRE_COMPLETION) <= 1);
			host_clear(); // calls that a removal overtook are none of ours: X-14 is a
				      // race here
		}
	}
}

static void test_pre_while_pending(void **state)
{
	struct link l;
	DWORD reason;

	link_init(&l, 0, CRYPTO_AKM_SHA1, false);
	host_clear();
	(void)snprintf(l.xml, sizeof(l.xml), "<rsn " NS "/>");
	assert_int_equal(pre(&l), 0);
	host_wait(FN_SEND_UI_REQUEST, 1);
	assert_int_equal(host_pre_associate(l.ext, CONNECT, l.xml, SSID, &l.list, &reason),
		ERROR_INVALID_STATE);
	assert_int_equal(reason, RSN_REASON_STATE);
	assert_int_equal(reset(&l), 0);
	link_destroy(&l);
	host_assert_clean();
}

static BOOL pending(GUID id)
{
	BOOL answer = 7;

	assert_int_equal(host.on.Dot11ExtIhvIsUIRequestPending(id, &answer), 0);
	return answer;
}

static void ask(struct link *l)
{
	host_clear();
	(void)snprintf(l->xml, sizeof(l->xml), "<rsn " NS "/>");
	assert_int_equal(pre(l), 0);
	host_wait(FN_SEND_UI_REQUEST, 1);
	assert_int_equal(pending(host.ui), TRUE);
}

static DWORD respond(const void *p, size_t size)
{
	uint8_t *odd = malloc(size + 1);

	assert_non_null(odd);
	if (size)
		memcpy(odd + 1, p, size);
	const DWORD error =
		host.on.Dot11ExtIhvProcessUIResponse(host.ui, (DWORD)size, size ? odd + 1 : NULL);
	free(odd);
	return error;
}

static void test_ui(void **state)
{
	struct link l;
	static const WCHAR prompt[] = u"Passphrase for the wireless network openihv";

	link_init(&l, 0, CRYPTO_AKM_SHA1, false);
	ask(&l);
	const struct call c = host_call(FN_SEND_UI_REQUEST, 1);
	assert_int_equal(c.len, sizeof(prompt));
	assert_memory_equal(c.data, prompt, sizeof(prompt));
	GUID other = host.ui;
	other.Data1 ^= 1;
	assert_int_equal(pending(other), FALSE);
	WCHAR *text = wide(PASSPHRASE);
	assert_int_equal(host.on.Dot11ExtIhvProcessUIResponse(other, 4, text), ERROR_NOT_FOUND);
	assert_int_equal(respond(text, 2 * sizeof(PASSPHRASE)), 0);
	assert_int_equal(pending(host.ui), FALSE);
	assert_int_equal(respond(text, 2 * sizeof(PASSPHRASE)), ERROR_NOT_FOUND);
	free(text);
	host_wait(FN_PRE_COMPLETION, 1);
	assert_int_equal(host_call(FN_PRE_COMPLETION, 1).b, 0);
	authorise(&l, SESSION);
	// The answer may come before SendUIRequest has returned.
	assert_int_equal(stop(&l), 0);
	host_clear();
	host.answer_at_once = true;
	host.answer = PASSPHRASE;
	assert_int_equal(pre(&l), 0);
	host_wait(FN_PRE_COMPLETION, 1);
	assert_int_equal(host_call(FN_PRE_COMPLETION, 1).b, 0);
	link_destroy(&l);
	host_assert_clean();
}

static void bad_answer(const void *p, size_t size, DWORD reason, DWORD error)
{
	struct link l;

	link_init(&l, 0, CRYPTO_AKM_SHA1, false);
	ask(&l);
	assert_int_equal(respond(p, size), 0);
	host_wait(FN_PRE_COMPLETION, 1);
	assert_int_equal(host_call(FN_PRE_COMPLETION, 1).a, reason);
	assert_int_equal(host_call(FN_PRE_COMPLETION, 1).b, error);
	link_destroy(&l);
	host_assert_clean();
}

static void test_ui_bad_answers(void **state)
{
	WCHAR *longer = wide("01234567890123456789012345678901234567890123456789012345678901234");

	bad_answer(NULL, 0, RSN_REASON_CANCELLED, ERROR_CANCELLED);
	bad_answer(u"", 2, RSN_REASON_CANCELLED, ERROR_CANCELLED);
	bad_answer(u"1234567", 16, RSN_REASON_CREDENTIAL, ERROR_INVALID_PASSWORD);
	bad_answer(u"1234567\u00e9", 16, RSN_REASON_CREDENTIAL, ERROR_INVALID_PASSWORD);
	bad_answer(u"1234567\u0131", 16, RSN_REASON_CREDENTIAL, ERROR_INVALID_PASSWORD);
	bad_answer(u"12345678", 15, RSN_REASON_CREDENTIAL, ERROR_INVALID_PASSWORD);
	bad_answer(longer, 132, RSN_REASON_CREDENTIAL, ERROR_INVALID_PASSWORD);
	longer[5] = 'g'; // 64 characters that are not hexadecimal
	bad_answer(longer, 128, RSN_REASON_CREDENTIAL, ERROR_INVALID_PASSWORD);
	free(longer);
}

static void test_ui_cancelled(void **state)
{
	for (int way = 0; way < 3; way++) {
		struct link l;
		link_init(&l, 0, CRYPTO_AKM_SHA1, false);
		ask(&l);
		if (way == 0) {
			WTSSESSION_NOTIFICATION n = {sizeof(n), 3};
			assert_int_equal(
				host.on.Dot11ExtIhvProcessSessionChange(WTS_SESSION_LOGOFF, &n), 0);
			host_wait(FN_PRE_COMPLETION, 1);
			assert_int_equal(host_call(FN_PRE_COMPLETION, 1).b, ERROR_CANCELLED);
		} else if (way == 1) {
			assert_int_equal(reset(&l), 0);
			assert_int_equal(host_calls(FN_PRE_COMPLETION), 1);
			assert_int_equal(host_call(FN_PRE_COMPLETION, 1).b, ERROR_CANCELLED);
		} else {
			host_remove(0, l.ext);
			l.ext = NULL;
			assert_int_equal(host_calls(FN_PRE_COMPLETION), 0);
		}
		assert_int_equal(pending(host.ui), FALSE);
		link_destroy(&l);
		host_assert_clean();
	}
}

static void test_wrong_passphrase(void **state)
{
	struct link l;

	link_init(&l, 0, CRYPTO_AKM_SHA1, false);
	prepare(&l);
	assert_int_equal(post(&l, SESSION), 0);
	for (unsigned i = 1; i <= 4; i++) {
		assert_int_equal(host_calls(FN_POST_COMPLETION), 0);
		message_1(&l, true);
	}
	assert_post(1, SESSION, RSN_REASON_CREDENTIAL, ERROR_LOGON_FAILURE);
	message_1(&l, true);
	assert_int_equal(host_calls(FN_POST_COMPLETION), 1);
	message_3(&l); // it was the radio after all: a real change
	assert_post(2, SESSION, 0, 0);
	// Ended by then, a reset has nothing to complete.
	assert_int_equal(reset(&l), 0);
	assert_int_equal(host_calls(FN_POST_COMPLETION), 2);
	link_destroy(&l);
	host_assert_clean();
}

static void test_failing_functions(void **state)
{
	static const enum fn steps[] = {
		FN_NIC, FN_AUTH, FN_UNICAST, FN_MULTICAST, FN_ETHERTYPES, FN_EXCLUDE};
	struct link l;

	link_init(&l, 0, CRYPTO_AKM_SHA1, false);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		host_clear();
		host.fail[steps[i]] = ERROR_GEN_FAILURE;
		assert_int_equal(pre(&l), 0);
		host_wait(FN_PRE_COMPLETION, 1);
		assert_int_equal(host_call(FN_PRE_COMPLETION, 1).a, RSN_REASON_HARDWARE);
		assert_int_equal(host_call(FN_PRE_COMPLETION, 1).b, ERROR_GEN_FAILURE);
		assert_int_equal(post(&l, SESSION), ERROR_INVALID_STATE);
	}
	static const enum fn keys[] = {FN_MAPPING_KEY, FN_DEFAULT_KEY};
	for (size_t i = 0; i < 2; i++) {
		prepare(&l);
		assert_int_equal(post(&l, SESSION), 0);
		message_1(&l, true);
		host.fail[keys[i]] = ERROR_BUSY;
		message_3(&l);
		assert_post(1, SESSION, RSN_REASON_HARDWARE, ERROR_BUSY);
		host.fail[keys[i]] = 0;
		message_3(&l);
		assert_post(2, SESSION, 0, 0);
		// Each key went in once only.
		assert_int_equal(host_calls(FN_MAPPING_KEY), i == 0 ? 2 : 1);
		assert_int_equal(stop(&l), 0);
	}
	prepare(&l);
	assert_int_equal(post(&l, SESSION), 0);
	host.fail[FN_SEND_PACKET] = ERROR_NOT_READY;
	for (int i = 0; i < 50; i++) {
		const struct handshake_message m = handshake_1(&l.h);
		give(&l, &m);
	}
	assert_int_equal(host_calls(FN_POST_COMPLETION), 0);
	host.fail[FN_SEND_PACKET] = 0;
	message_1(&l, true);
	message_3(&l);
	assert_post(1, SESSION, 0, 0);
	assert_int_equal(stop(&l), 0);
	ask(&l);
	assert_int_equal(reset(&l), 0);
	host_clear();
	host.fail[FN_SEND_UI_REQUEST] = ERROR_NOT_SUPPORTED;
	assert_int_equal(pre(&l), 0);
	host_wait(FN_PRE_COMPLETION, 1);
	assert_int_equal(host_call(FN_PRE_COMPLETION, 1).b, ERROR_NOT_SUPPORTED);
	link_destroy(&l);
	host_assert_clean();
}

// A radio that never completes its sends: what is under way stays bounded.
static void test_sends_never_complete(void **state)
{
	struct link l;

	link_init(&l, 0, CRYPTO_AKM_SHA1, false);
	prepare(&l);
	assert_int_equal(post(&l, SESSION), 0);
	for (int i = 0; i < 100; i++) {
		const struct handshake_message m = handshake_1(&l.h);
		give(&l, &m);
	}
	const unsigned under_way = host_calls(FN_SEND_PACKET);
	assert_true(under_way >= 4 && under_way <= 16);
	assert_int_equal(stop(&l), 0);
	link_destroy(&l); // the adapter goes first
	for (unsigned i = 1; i <= under_way; i++) {
		const struct call c = host_call(FN_SEND_PACKET, i);
		host_complete_send(&c);
		assert_int_equal(
			host.on.Dot11ExtIhvSendPacketCompletion(c.handle), ERROR_INVALID_HANDLE);
	}
	host_assert_clean();
}

static void test_two_adapters(void **state)
{
	struct link a, b;

	link_init(&a, 0, CRYPTO_AKM_SHA1, false);
	link_init(&b, 1, CRYPTO_AKM_SHA256, false);
	prepare(&a);
	prepare(&b);
	assert_int_equal(post(&a, SESSION), 0);
	assert_int_equal(post(&b, CONNECT), 0);
	message_1(&a, true);
	message_1(&b, true);
	assert_int_equal(stop(&a), 0); // b is not concerned
	message_3(&b);
	assert_post(1, CONNECT, 0, 0);
	assert_ptr_equal(host_call(FN_POST_COMPLETION, 1).svc, host_svc(1));
	link_destroy(&a);
	assert_int_equal(stop(&b), 0);
	link_destroy(&b);
	host_assert_clean();
}

// What arrives and is not for the session: nothing happens, the handler still answers.
static void test_packets(void **state)
{
	struct link l;
	struct handshake_frame f;

	link_init(&l, 0, CRYPTO_AKM_SHA1, false);
	prepare(&l);
	assert_int_equal(post(&l, SESSION), 0);
	const struct handshake_message m = handshake_1(&l.h);
	handshake_build(&l.h, &m, &f);
	uint8_t packet[8 + 256];
	memcpy(packet, l.h.ap.b, 6);
	packet[6] = 0x88;
	packet[7] = 0x8e;
	memcpy(packet + 8, f.pdu, f.len);
	for (DWORD len = 0; len < 8 + f.len; len++) {
		uint8_t *exact = malloc(len + 1);
		memcpy(exact, packet, len);
		const DWORD error = host.on.Dot11ExtIhvReceivePacket(l.ext, len, exact);
		assert_int_equal(error, len < 8 ? ERROR_INVALID_PARAMETER : 0);
		free(exact);
	}
	assert_int_equal(
		host.on.Dot11ExtIhvReceivePacket(l.ext, 100, NULL), ERROR_INVALID_PARAMETER);
	packet[7] = 0xc7;
	assert_int_equal(host.on.Dot11ExtIhvReceivePacket(l.ext, (DWORD)(8 + f.len), packet), 0);
	packet[7] = 0x8e;
	packet[3] ^= 1; // another AP
	assert_int_equal(host.on.Dot11ExtIhvReceivePacket(l.ext, (DWORD)(8 + f.len), packet), 0);
	assert_int_equal(host_calls(FN_SEND_PACKET), 0);
	message_1(&l, true);
	link_destroy(&l);
	host_assert_clean();
}

// Every length and every offset of the association parameters wrong.
static void test_association_parameters(void **state)
{
	struct link l;
	DOT11_PORT_STATE port = {.uSessionId = 1};
	_Alignas(8) uint8_t good[88 + 64];
	DOT11_ASSOCIATION_COMPLETION_PARAMETERS p;

	link_init(&l, 0, CRYPTO_AKM_SHA1, false);
	prepare(&l);
	memset(&p, 0, sizeof(p));
	p.AuthAlgo = (DOT11_AUTH_ALGORITHM)ALGORITHM_AUTH_RSNA_PSK;
	p.uAssocReqOffset = 88;
	p.uAssocReqSize = (ULONG)l.h.own_len;
	p.uBeaconOffset = 88 + 22;
	p.uBeaconSize = (ULONG)l.h.ap_len;
	memcpy(port.PeerMacAddress, l.h.ap.b, 6);
	memset(good, 0, sizeof(good));
	memcpy(good + 88, l.h.own_elements, 22);
	memcpy(good + 110, l.h.ap_elements, 22);
	const ULONG size = 132;
	ULONG *const fields[] = {
		&p.uAssocReqOffset, &p.uAssocReqSize, &p.uBeaconOffset, &p.uBeaconSize};
	static const ULONG bad[] = {
		0, 1, 21, 23, 87, 89, 111, 131, 132, 133, 0x7fffffff, 0xffffffff, 0xffffffa8};
	for (size_t f = 0; f < 4; f++) {
		for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
			const ULONG keep_value = *fields[f];
			*fields[f] = bad[i];
			memcpy(good, &p, 88);
			uint8_t *exact = malloc(size);
			memcpy(exact, good, size);
			const DWORD error =
				host.on.Dot11ExtIhvPerformPostAssociate(l.ext, SESSION, &port, size,
					(PDOT11_ASSOCIATION_COMPLETION_PARAMETERS)(void *)exact);
			assert_int_equal(error, ERROR_INVALID_DATA);
			free(exact);
			*fields[f] = keep_value;
		}
	}
	// Whole elements, but partly taken from the structure itself.
	p.uAssocReqOffset = 72;
	p.uAssocReqSize = 16 + 22;
	memcpy(good, &p, 88);
	assert_int_equal(host.on.Dot11ExtIhvPerformPostAssociate(l.ext, SESSION, &port, size,
				 (PDOT11_ASSOCIATION_COMPLETION_PARAMETERS)(void *)good),
		ERROR_INVALID_DATA);
	p.uAssocReqOffset = 88;
	p.uAssocReqSize = 22;
	memcpy(good, &p, 88);
	for (ULONG n = 0; n < size; n++) {
		uint8_t *exact = malloc(n + 1);
		memcpy(exact, good, n);
		assert_int_not_equal(
			host.on.Dot11ExtIhvPerformPostAssociate(l.ext, SESSION, &port, n,
				(PDOT11_ASSOCIATION_COMPLETION_PARAMETERS)(void *)exact),
			0);
		free(exact);
	}
	assert_int_equal(host_calls(FN_POST_COMPLETION), 0);
	authorise(&l, SESSION);
	link_destroy(&l);
	host_assert_clean();
}

// The radio asks for another AKM, or the association is of another kind, than was prepared.
static void test_other_security(void **state)
{
	struct link l;
	struct handshake other;

	link_init(&l, 0, CRYPTO_AKM_SHA1, false);
	prepare(&l);
	handshake_init(&other, CRYPTO_AKM_SHA256);
	assert_int_equal(
		host_post_associate(l.ext, SESSION, &other, auth_of(&l)), ERROR_INVALID_DATA);
	assert_int_equal(
		host_post_associate(l.ext, SESSION, &l.h, ALGORITHM_AUTH_OPEN), ERROR_INVALID_DATA);
	handshake_destroy(&other);
	link_destroy(&l);
	host_assert_clean();
}

// ---- Many threads at once, for ThreadSanitizer ----

static void *adapter_thread(void *arg)
{
	struct link *l = (struct link *)arg;
	DWORD reason;

	for (int i = 0; i < 20; i++) {
		if (host_pre_associate(
			    l->ext, CONNECT, l->open ? NULL : l->xml, SSID, &l->list, &reason) != 0)
			return l;
		if (i % 3)
			(void)post(l, SESSION); // may come too early: refused
		struct handshake_frame f;
		const struct handshake_message m = handshake_1(&l->h);
		handshake_build(&l->h, &m, &f);
		(void)host_receive(l->ext, &l->h, &f);
		(void)stop(l);
		(void)reset(l);
	}
	return NULL;
}

static void test_threads(void **state)
{
	enum {
		N = 8,
	};
	static struct link links[N];
	pthread_t threads[N];

	host_clear();
	for (unsigned i = 0; i < N; i++)
		link_init(&links[i], i, CRYPTO_AKM_SHA1, i % 2);
	for (unsigned i = 0; i < N; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, adapter_thread, &links[i]), 0);
	for (int i = 0; i < 50; i++)
		(void)host.on.Dot11ExtIhvProcessSessionChange(WTS_SESSION_LOGOFF, NULL);
	for (unsigned i = 0; i < N; i++) {
		void *result;
		assert_int_equal(pthread_join(threads[i], &result), 0);
		assert_null(result);
		link_destroy(&links[i]);
	}
	// Every pre-association had exactly one end.
	assert_int_equal(host_calls(FN_PRE_COMPLETION), N * 20);
	host_assert_clean();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_connect),
		cmocka_unit_test(test_keys_forgotten),
		cmocka_unit_test(test_passphrase),
		cmocka_unit_test(test_several_associations),
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_stop_other_peer),
		cmocka_unit_test(test_end_of_post_association),
		cmocka_unit_test(test_end_of_pre_association),
		cmocka_unit_test(test_pre_while_pending),
		cmocka_unit_test(test_ui),
		cmocka_unit_test(test_ui_bad_answers),
		cmocka_unit_test(test_ui_cancelled),
		cmocka_unit_test(test_wrong_passphrase),
		cmocka_unit_test(test_failing_functions),
		cmocka_unit_test(test_sends_never_complete),
		cmocka_unit_test(test_two_adapters),
		cmocka_unit_test(test_packets),
		cmocka_unit_test(test_association_parameters),
		cmocka_unit_test(test_other_security),
		cmocka_unit_test(test_threads),
	};
	return cmocka_run_group_tests_name("rsn", tests, host_setup, host_teardown);
}
