// SPDX-License-Identifier: BSD-2-Clause
/* The frame pipe's codec: every event byte by byte, every action cut, stretched and out of range.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>

#include "peer/message.h"

static const struct mac bssid = {{2, 0, 0, 0, 0, 1}}, station = {{2, 0, 0, 0, 0, 0x64}};
static const struct mac everybody = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

static uint8_t room[PEER_HEADER + PEER_BODY_MAX];

static const struct peer_event event = {.number = 0x01020304, .time = 0x1122334455667788};
#define EVENT "\x04\x03\x02\x01\x88\x77\x66\x55\x44\x33\x22\x11"
#define BSSID "\2\0\0\0\0\1"
#define STA   "\2\0\0\0\0\x64"
#define ALL   "\xff\xff\xff\xff\xff\xff"
#define KEY16 "0123456789abcdef"

#define WROTE(w, text)                                                                             \
	do {                                                                                       \
		assert_true(writer_ok(&(w)));                                                      \
		assert_int_equal((w).len, sizeof(text) - 1);                                       \
		assert_memory_equal((w).buf, text, sizeof(text) - 1);                              \
	} while (0)

static void test_events(void **state)
{
	const struct peer_ap ap = {.bssid = bssid, .channel = 11, .ssid_length = 4, .ssid = "home"};
	struct writer w = writer_init(room, sizeof(room));

	peer_put_hello(&w, &event, 0x0807060504030201, &ap, 1);
	WROTE(w, "\1\0\x42\0" EVENT "\1\0\0\0\1\2\3\4\5\6\7\x08\1\0" BSSID
		 "\x0b\4home\0\0\0\0\0\0\0\0\0"
		 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
	w = writer_init(room, sizeof(room));
	peer_put_associated(
		&w, &event, &bssid, &station, PEER_REASSOCIATION, (const uint8_t *)"\0\4home", 6);
	WROTE(w, "\2\0\x20\0" EVENT BSSID STA "\1\0\0\4home");
	w = writer_init(room, sizeof(room));
	peer_put_frame(
		&w, &event, &bssid, &station, 0x88b5, PEER_GUARDED, (const uint8_t *)"xyz", 3);
	WROTE(w, "\3\0\x1f\0" EVENT BSSID STA "\xb5\x88\1\0xyz");
	w = writer_init(room, sizeof(room));
	peer_put_timer(&w, &event, 63);
	WROTE(w, "\4\0\x10\0" EVENT "\x3f\0\0\0");
	w = writer_init(room, sizeof(room));
	peer_put_disassociated(&w, &event, &bssid, &station, 0x0102);
	WROTE(w, "\5\0\x1a\0" EVENT BSSID STA "\2\1");
	w = writer_init(room, sizeof(room));
	peer_put_bye(&w, &event);
	WROTE(w, "\6\0\x0c\0" EVENT);
}

/* The longest frame that is there fits; more makes the writer fail, and never the length wrap. */
static void test_event_limits(void **state)
{
	static uint8_t big[2 * PEER_HEADER + 70000], payload[70000];
	struct peer_ap aps[PEER_APS_MAX];
	struct writer w = writer_init(room, sizeof(room));

	memset(aps, 0, sizeof(aps));
	peer_put_frame(&w, &event, &bssid, &station, 0x88b5, 0, payload, PEER_PAYLOAD_MAX);
	assert_true(writer_ok(&w));
	w = writer_init(room, sizeof(room));
	peer_put_hello(&w, &event, 1, aps, PEER_APS_MAX);
	assert_true(writer_ok(&w));
	w = writer_init(big, sizeof(big));
	peer_put_associated(&w, &event, &bssid, &station, 0, payload, PEER_BODY_MAX - 26);
	assert_true(writer_ok(&w));
	w = writer_init(big, sizeof(big));
	peer_put_associated(&w, &event, &bssid, &station, 0, payload, PEER_BODY_MAX - 25);
	assert_false(writer_ok(&w));
	w = writer_init(big, sizeof(big));
	peer_put_frame(&w, &event, &bssid, &station, 0x88b5, 0, payload, 0x10000 - 28);
	assert_false(writer_ok(&w));
}

/* A good body of each type; the last `open` bytes of it are payload, of any length. */
static const struct sample {
	uint16_t type;
	const char *body;
	size_t length, open;
} samples[] = {
	{PEER_DO_DONE, "\7\0\0\0", 4, 0},
	{PEER_DO_HELLO, "\1\0\0\0", 4, 0},
	{PEER_DO_SEND, BSSID STA "\xb5\x88\1\0hello", 21, 5},
	{PEER_DO_DISASSOCIATE, BSSID STA "\x17\0", 14, 0},
	{PEER_DO_DEAUTHENTICATE, BSSID STA "\x0f\1", 14, 0},
	{PEER_DO_AUTHORISE, BSSID STA, 12, 0},
	{PEER_DO_UNAUTHORISE, BSSID STA, 12, 0},
	{PEER_DO_KEY, BSSID STA "\0\4" KEY16, 30, 0},
	{PEER_DO_TIMER, "\x3f\0\0\0\xe8\3\0\0", 8, 0},
	{PEER_DO_LOG, "hello", 5, 5},
};
#define SAMPLES (sizeof(samples) / sizeof(samples[0]))

static int get(const struct sample *s, size_t length, struct peer_action *a)
{
	uint8_t body[64] = {0};

	memcpy(body, s->body, s->length);
	return peer_get_action(s->type, body, length, a);
}

static void test_lengths(void **state)
{
	struct peer_action a;

	for (size_t i = 0; i < SAMPLES; i++) {
		const struct sample *s = &samples[i];

		for (size_t n = 0; n < s->length - s->open; n++)
			assert_int_equal(get(s, n, &a), -EBADMSG);
		for (size_t n = s->length - s->open; n <= s->length; n++)
			assert_int_equal(get(s, n, &a), 0);
		assert_int_equal(get(s, s->length + 1, &a), s->open ? 0 : -EBADMSG);
		assert_int_equal(a.type, s->type);
	}
}

static void test_actions(void **state)
{
	struct peer_action a;

	assert_int_equal(get(&samples[0], 4, &a), 0);
	assert_int_equal(a.number, 7);
	assert_int_equal(get(&samples[2], 21, &a), 0);
	assert_memory_equal(&a.bssid, &bssid, 6);
	assert_memory_equal(&a.station, &station, 6);
	assert_int_equal(a.ethertype, 0x88b5);
	assert_true(a.clear);
	assert_int_equal(a.length, 5);
	assert_int_equal(get(&samples[3], 14, &a), 0);
	assert_int_equal(a.reason, 23);
	assert_int_equal(get(&samples[4], 14, &a), 0);
	assert_int_equal(a.reason, 0x010f);
	assert_int_equal(get(&samples[7], 30, &a), 0);
	assert_int_equal(a.key_id, 0);
	assert_non_null(a.key);
	assert_int_equal(get(&samples[8], 8, &a), 0);
	assert_int_equal(a.number, 63);
	assert_int_equal(a.ms, 1000);
}

static int judge(uint16_t type, const char *body, size_t length, struct peer_action *a)
{
	return peer_get_action(type, (const uint8_t *)body, length, a);
}

static void test_ranges(void **state)
{
	static uint8_t big[PEER_BODY_MAX];
	struct peer_action a;

	assert_int_equal(judge(PEER_DO_SEND, BSSID STA "\xff\5\0\0", 16, &a), -EINVAL);
	assert_int_equal(judge(PEER_DO_SEND, BSSID STA "\0\6\0\0", 16, &a), 0);
	assert_int_equal(judge(PEER_DO_SEND, BSSID STA "\xb5\x88\2\0", 16, &a), -EINVAL);
	assert_int_equal(judge(PEER_DO_SEND, BSSID STA "\xb5\x88\0\1", 16, &a), -EINVAL);
	memcpy(big, BSSID STA "\xb5\x88\0\0", 16);
	assert_int_equal(peer_get_action(PEER_DO_SEND, big, 16 + PEER_PAYLOAD_MAX, &a), 0);
	assert_int_equal(peer_get_action(PEER_DO_SEND, big, 17 + PEER_PAYLOAD_MAX, &a), -EINVAL);
	assert_int_equal(peer_get_action(PEER_DO_LOG, big, PEER_LOG_MAX, &a), 0);
	assert_int_equal(peer_get_action(PEER_DO_LOG, big, PEER_LOG_MAX + 1, &a), -EINVAL);
	assert_int_equal(judge(PEER_DO_TIMER, "\x40\0\0\0\1\0\0\0", 8, &a), -EINVAL);

	/* A pairwise key is for one station, a group key for all; no third kind of cipher. */
	assert_int_equal(judge(PEER_DO_KEY, BSSID STA "\1\4" KEY16, 30, &a), -EINVAL);
	assert_int_equal(judge(PEER_DO_KEY, BSSID ALL "\0\4" KEY16, 30, &a), -EINVAL);
	assert_int_equal(judge(PEER_DO_KEY, BSSID ALL "\3\4" KEY16, 30, &a), 0);
	assert_int_equal(a.key_id, 3);
	assert_memory_equal(&a.station, &everybody, 6);
	assert_memory_equal(a.key, KEY16, 16);
	assert_int_equal(judge(PEER_DO_KEY, BSSID ALL "\4\4" KEY16, 30, &a), -EINVAL);
	assert_int_equal(judge(PEER_DO_KEY, BSSID STA "\0\5" KEY16, 30, &a), -EINVAL);
	assert_int_equal(judge(PEER_DO_KEY, BSSID STA "\0\0" KEY16, 30, &a), 0);
	assert_null(a.key);
}

static void test_types(void **state)
{
	struct peer_action a;
	uint16_t type, length;

	for (uint32_t t = 0; t <= UINT16_MAX; t++) {
		const bool known = t >= PEER_DO_DONE && t < PEER_DO_END;

		assert_int_equal(peer_action_name((uint16_t)t) != NULL, known);
		if (!known)
			assert_int_equal(judge((uint16_t)t, "\0\0\0\0", 4, &a), -ENOENT);
	}
	peer_get_header((const uint8_t *)"\x82\0\1\x10", &type, &length);
	assert_int_equal(type, PEER_DO_SEND);
	assert_int_equal(length, 4097);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_event_limits),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_actions),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
