// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wire/dot11.h"

static const struct mac ap = {{0x02, 0, 0, 0, 0, 1}};
static const struct mac sta = {{0x02, 0, 0, 0, 0, 2}};
static const struct mac far = {{0x02, 0, 0, 0, 0, 3}};
static const struct mac gate = {{0x02, 0, 0, 0, 0, 4}};

// The same header back, and an error for every shorter buffer.
static void check_header(const struct dot11_header *h, size_t len)
{
	uint8_t buf[D11_HEADER_MAX];
	struct writer w = writer_init(buf, sizeof(buf));
	struct dot11_header got;

	dot11_header_build(&w, h);
	assert_true(writer_ok(&w));
	assert_int_equal(w.len, len);
	assert_int_equal(dot11_header_len(h), len);
	struct reader r = reader_init(buf, len);
	assert_int_equal(dot11_header_parse(&r, &got), 0);
	assert_int_equal(reader_left(&r), 0);
	assert_memory_equal(&got, h, sizeof(got));
	for (size_t n = 0; n < len; n++) {
		uint8_t *part = malloc(n + 1);
		memcpy(part + 1, buf, n);
		r = reader_init(part + 1, n);
		assert_int_equal(dot11_header_parse(&r, &got), -EBADMSG);
		free(part);
	}
}

static void test_header(void **state)
{
	struct dot11_header h;

	memset(&h, 0, sizeof(h));
	h.frame_control = D11_BEACON;
	h.duration = 0x1234;
	h.addr1 = ap;
	h.addr2 = sta;
	h.addr3 = far;
	h.sequence_control = 0xabc1;
	check_header(&h, 24);
	h.frame_control = D11_AUTH | D11_FC_HTC;
	h.ht_control = 0x11223344;
	check_header(&h, 28);
	h.frame_control = D11_QOS_DATA | D11_FC_TO_DS | D11_FC_FROM_DS | D11_FC_HTC;
	h.qos_control = 0x0105;
	h.addr4 = gate;
	check_header(&h, D11_HEADER_MAX);
}

static void test_header_refused(void **state)
{
	uint8_t buf[24] = {0xb4}; // RTS
	struct dot11_header h;
	struct reader r = reader_init(buf, sizeof(buf));

	assert_int_equal(dot11_header_parse(&r, &h), -EPROTONOSUPPORT);
	buf[0] = 0x01; // version 1
	r = reader_init(buf, sizeof(buf));
	assert_int_equal(dot11_header_parse(&r, &h), -EPROTONOSUPPORT);
}

static void test_addresses(void **state)
{
	struct dot11_header h = {.addr1 = ap, .addr2 = sta, .addr3 = far, .addr4 = gate};
	const struct {
		unsigned fc;
		const struct mac *da, *sa;
	} table[] = {
		{D11_AUTH, &ap, &sta},
		{D11_DATA, &ap, &sta},
		{D11_DATA | D11_FC_FROM_DS, &ap, &far},
		{D11_DATA | D11_FC_TO_DS, &far, &sta},
		{D11_QOS_DATA | D11_FC_TO_DS | D11_FC_FROM_DS, &far, &gate},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct mac da, sa;
		h.frame_control = (uint16_t)table[i].fc;
		dot11_addresses(&h, &da, &sa);
		assert_true(mac_equal(&da, table[i].da));
		assert_true(mac_equal(&sa, table[i].sa));
	}
}

static void test_beacon(void **state)
{
	static const uint8_t want[] = {8, 7, 6, 5, 4, 3, 2, 1, 0x64, 0, 0x11, 0x04, 0, 2, 'n', 'w'};
	const struct dot11_beacon b = {UINT64_C(0x0102030405060708), 100, 0x0411, want + 12, 4};
	uint8_t buf[64];
	struct writer w = writer_init(buf, sizeof(buf));
	struct dot11_beacon got;

	dot11_beacon_build(&w, &b);
	assert_int_equal(w.len, sizeof(want));
	assert_memory_equal(buf, want, sizeof(want));
	struct reader r = reader_init(buf, w.len);
	assert_int_equal(dot11_beacon_parse(&r, &got), 0);
	assert_true(
		got.timestamp == b.timestamp && got.interval == 100 && got.capability == 0x0411);
	assert_int_equal(got.elements_len, 4);
	assert_ptr_equal(got.elements, buf + 12);
	r = reader_init(buf, 11);
	assert_int_equal(dot11_beacon_parse(&r, &got), -EBADMSG);
}

static void test_auth_and_reason(void **state)
{
	uint8_t buf[32];
	struct writer w = writer_init(buf, sizeof(buf));
	struct dot11_auth auth;
	struct dot11_reason reason;

	dot11_auth_build(&w, &(struct dot11_auth){D11_AUTH_SAE, 1, D11_STATUS_ANTI_CLOGGING,
				     (const uint8_t *)"\x13\x00", 2});
	assert_memory_equal(buf, "\x03\x00\x01\x00\x4c\x00\x13\x00", 8);
	struct reader r = reader_init(buf, w.len);
	assert_int_equal(dot11_auth_parse(&r, &auth), 0);
	assert_int_equal(auth.algorithm, D11_AUTH_SAE);
	assert_int_equal(auth.sequence, 1);
	assert_int_equal(auth.status, D11_STATUS_ANTI_CLOGGING);
	assert_int_equal(auth.rest_len, 2);
	r = reader_init(buf, 5);
	assert_int_equal(dot11_auth_parse(&r, &auth), -EBADMSG);

	w = writer_init(buf, sizeof(buf));
	dot11_reason_build(&w, &(struct dot11_reason){.reason = D11_REASON_4WAY_TIMEOUT});
	assert_int_equal(w.len, 2);
	r = reader_init(buf, 2);
	assert_int_equal(dot11_reason_parse(&r, &reason), 0);
	assert_int_equal(reason.reason, D11_REASON_4WAY_TIMEOUT);
	r = reader_init(buf, 1);
	assert_int_equal(dot11_reason_parse(&r, &reason), -EBADMSG);
}

static void test_association(void **state)
{
	uint8_t buf[64];
	struct dot11_assoc_req req = {.reassociation = true,
		.capability = 0x0431,
		.listen_interval = 10,
		.current_ap = ap,
		.elements = (const uint8_t *)"\0\0",
		.elements_len = 2};
	struct dot11_assoc_req got_req;
	struct dot11_assoc_resp got_resp;
	struct writer w = writer_init(buf, sizeof(buf));

	dot11_assoc_req_build(&w, &req);
	assert_int_equal(w.len, 12);
	struct reader r = reader_init(buf, w.len);
	assert_int_equal(dot11_assoc_req_parse(&r, true, &got_req), 0);
	assert_true(mac_equal(&got_req.current_ap, &ap));
	assert_int_equal(got_req.elements_len, 2);
	r = reader_init(buf, w.len);
	assert_int_equal(dot11_assoc_req_parse(&r, false, &got_req), 0);
	assert_int_equal(got_req.elements_len, 8);
	r = reader_init(buf, 9);
	assert_int_equal(dot11_assoc_req_parse(&r, true, &got_req), -EBADMSG);

	w = writer_init(buf, sizeof(buf));
	dot11_assoc_resp_build(
		&w, &(struct dot11_assoc_resp){.capability = 1, .status = 0, .aid = 5});
	assert_memory_equal(buf, "\x01\x00\x00\x00\x05\xc0", 6);
	r = reader_init(buf, 6);
	assert_int_equal(dot11_assoc_resp_parse(&r, &got_resp), 0);
	assert_int_equal(got_resp.aid, 5);
}

static void test_elements(void **state)
{
	static const uint8_t in[] = {0, 3, 'a', 'b', 'c', 1, 0, 3, 1, 6, 1, 1, 0x82};
	struct element e;
	size_t count = 0;
	struct reader r = reader_init(in, sizeof(in));

	while (element_next(&r, &e))
		count++;
	assert_true(reader_ok(&r));
	assert_int_equal(count, 4);
	assert_int_equal(element_find(in, sizeof(in), D11_EID_RATES, &e), 0);
	assert_int_equal(e.len, 0); // the first of two
	assert_int_equal(element_find(in, sizeof(in), D11_EID_DS_PARAMETER, &e), 0);
	assert_int_equal(e.data[0], 6);
	assert_int_equal(element_find(in, sizeof(in), D11_EID_RSN, &e), -ENOENT);
	assert_int_equal(element_find(NULL, 0, D11_EID_RSN, &e), -ENOENT);
}

static void test_elements_truncated(void **state)
{
	static const uint8_t in[] = {0, 3, 'a', 'b', 'c', 1, 0, 3, 1, 6};
	struct element e;

	for (size_t n = 0; n <= sizeof(in); n++) {
		const bool whole = n == 0 || n == 5 || n == 7 || n == 10;
		uint8_t *part = malloc(n + 1);
		memcpy(part + 1, in, n);
		assert_int_equal(elements_check(part + 1, n), whole ? 0 : -EBADMSG);
		assert_int_equal(
			element_find(part + 1, n, D11_EID_RSN, &e), whole ? -ENOENT : -EBADMSG);
		free(part);
	}
}

static void test_element_put(void **state)
{
	uint8_t data[256] = {0};
	uint8_t buf[600];
	struct writer w = writer_init(buf, sizeof(buf));

	element_put(&w, D11_EID_VENDOR, data, 255);
	assert_true(writer_ok(&w));
	assert_int_equal(w.len, D11_ELEMENT_MAX);
	element_put(&w, D11_EID_VENDOR, data, 256);
	assert_false(writer_ok(&w));
}

static void test_llc(void **state)
{
	uint8_t buf[8];
	struct writer w = writer_init(buf, sizeof(buf));
	uint16_t type;

	llc_snap_build(&w, LLC_ETHERTYPE_EAPOL);
	assert_memory_equal(buf, "\xaa\xaa\x03\x00\x00\x00\x88\x8e", 8);
	struct reader r = reader_init(buf, 8);
	assert_int_equal(llc_snap_parse(&r, &type), 0);
	assert_int_equal(type, LLC_ETHERTYPE_EAPOL);
	r = reader_init(buf, 7);
	assert_int_equal(llc_snap_parse(&r, &type), -EBADMSG);
	buf[5] = 0xf8;
	r = reader_init(buf, 8);
	assert_int_equal(llc_snap_parse(&r, &type), -EPROTONOSUPPORT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_header_refused),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_beacon),
		cmocka_unit_test(test_auth_and_reason),
		cmocka_unit_test(test_association),
		cmocka_unit_test(test_elements),
		cmocka_unit_test(test_elements_truncated),
		cmocka_unit_test(test_element_put),
		cmocka_unit_test(test_llc),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
