// SPDX-License-Identifier: BSD-2-Clause
// RSNE, RSNXE and the KDEs of key data.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wire/dot11.h"
#include "wire/kde.h"
#include "wire/rsne.h"

// Body of an element with every field: two pairwise suites, two AKMs, MFPC, one PMKID, BIP.
static const uint8_t full[] = {0x01, 0x00, 0x00, 0x0f, 0xac, 0x04, 0x02, 0x00, 0x00, 0x0f, 0xac,
	0x04, 0x00, 0x0f, 0xac, 0x08, 0x02, 0x00, 0x00, 0x0f, 0xac, 0x02, 0x00, 0x0f, 0xac, 0x06,
	0x80, 0x00, 0x01, 0x00, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 0x00, 0x0f,
	0xac, 0x06};

static void check_rebuild(const struct rsne *rsne, const uint8_t *body, size_t len)
{
	uint8_t buf[RSNE_MAX];
	struct writer w = writer_init(buf, sizeof(buf));

	rsne_build(&w, rsne);
	assert_true(writer_ok(&w));
	assert_int_equal(w.len, len + 2);
	assert_int_equal(buf[0], D11_EID_RSN);
	assert_int_equal(buf[1], len);
	assert_memory_equal(buf + 2, body, len);
}

static void test_full(void **state)
{
	struct rsne rsne;

	assert_int_equal(rsne_parse(full, sizeof(full), &rsne), 0);
	assert_int_equal(rsne.extent, RSNE_TO_GROUP_MGMT);
	assert_int_equal(rsne.group, CIPHER_CCMP_128);
	assert_int_equal(rsne.pairwise_count, 2);
	assert_true(rsne_has_pairwise(&rsne, CIPHER_GCMP_128));
	assert_false(rsne_has_pairwise(&rsne, CIPHER_TKIP));
	assert_true(rsne_has_akm(&rsne, AKM_PSK) && rsne_has_akm(&rsne, AKM_PSK_SHA256));
	assert_int_equal(rsne.capabilities, RSN_CAP_MFPC);
	assert_int_equal(rsne.pmkid_count, 1);
	assert_true(rsne_has_pmkid(&rsne, full + 30));
	assert_false(rsne_has_pmkid(&rsne, full + 29));
	assert_int_equal(rsne.group_mgmt, CIPHER_BIP_CMAC_128);
	check_rebuild(&rsne, full, sizeof(full));
}

// Ending after a whole field is right, ending anywhere else is not (9.4.2.24.1).
static void test_every_length(void **state)
{
	static const size_t ends[] = {2, 6, 16, 26, 28, 46, 50};
	size_t next = 0;

	for (size_t n = 0; n <= sizeof(full); n++) {
		struct rsne rsne;
		uint8_t *part = malloc(n + 1);
		memcpy(part + 1, full, n);
		const int err = rsne_parse(part + 1, n, &rsne);
		if (n == ends[next]) {
			assert_int_equal(err, 0);
			assert_int_equal(rsne.extent, next);
			check_rebuild(&rsne, full, n);
			next++;
		} else {
			assert_int_equal(err, -EBADMSG);
		}
		free(part);
	}
	assert_int_equal(next, 7);
}

static void test_defaults_and_extra(void **state)
{
	struct rsne rsne;
	uint8_t longer[sizeof(full) + 3];

	assert_int_equal(rsne_parse("\x01\x00", 2, &rsne), 0);
	assert_int_equal(rsne.group, CIPHER_CCMP_128);
	assert_true(rsne_has_pairwise(&rsne, CIPHER_CCMP_128));
	assert_true(rsne_has_akm(&rsne, AKM_8021X));
	assert_int_equal(rsne.pmkid_count, 0);
	memcpy(longer, full, sizeof(full));
	memset(longer + sizeof(full), 7, 3);
	assert_int_equal(rsne_parse(longer, sizeof(longer), &rsne), 0);
	assert_int_equal(rsne.extra_len, 3);
	check_rebuild(&rsne, longer, sizeof(longer));
}

static void test_refused(void **state)
{
	struct rsne rsne;

	assert_int_equal(rsne_parse("\x02\x00", 2, &rsne), -EPROTONOSUPPORT);
	assert_int_equal(rsne_parse("\x00\x00", 2, &rsne), -EPROTONOSUPPORT);
	assert_int_equal(rsne_parse("\x01\x00\x00\x0f\xac\x04\x00\x00", 8, &rsne), -EBADMSG);
	assert_int_equal(rsne_parse("\x01\x00\x00\x0f\xac\x04\xff\xff\x00\x0f\xac\x04", 12, &rsne),
		-EBADMSG);
	assert_int_equal(rsne_parse(NULL, 0, &rsne), -EBADMSG);
}

static void test_build_limits(void **state)
{
	static const uint8_t pmkids[16 * 16];
	uint8_t buf[400];
	struct rsne rsne = {.extent = RSNE_TO_AKM,
		.version = 1,
		.group = CIPHER_CCMP_128,
		.pairwise = {CIPHER_CCMP_128},
		.pairwise_count = 1,
		.akm = {AKM_PSK},
		.akm_count = 1};
	struct writer w = writer_init(buf, sizeof(buf));

	rsne_build(&w, &rsne);
	assert_memory_equal(buf,
		"\x30\x12\x01\x00\x00\x0f\xac\x04\x01\x00\x00\x0f\xac\x04\x01\x00\x00\x0f\xac\x02",
		20);
	rsne.pairwise_count = RSNE_SUITES_MAX + 1;
	rsne_build(&w, &rsne);
	assert_false(writer_ok(&w));
	rsne.pairwise_count = 1;
	rsne.extent = RSNE_TO_PMKIDS;
	rsne.pmkids = pmkids;
	for (rsne.pmkid_count = 14; rsne.pmkid_count <= 16; rsne.pmkid_count++) {
		w = writer_init(buf, sizeof(buf));
		rsne_build(&w, &rsne);
		assert_int_equal(writer_ok(&w), rsne.pmkid_count == 14);
	}
}

static void test_rsnxe(void **state)
{
	uint8_t buf[16];
	struct writer w = writer_init(buf, sizeof(buf));
	struct rsnxe x;

	rsnxe_build(&w, 1u << RSNX_SAE_H2E);
	assert_int_equal(w.len, 3);
	assert_memory_equal(buf, "\xf4\x01\x20", 3);
	assert_int_equal(rsnxe_parse(buf + 2, 1, &x), 0);
	assert_true(rsnxe_has(&x, RSNX_SAE_H2E));
	assert_false(rsnxe_has(&x, RSNX_PROTECTED_TWT));
	assert_false(rsnxe_has(&x, 8));
	assert_false(rsnxe_has(&x, 0));
	w = writer_init(buf, sizeof(buf));
	rsnxe_build(&w, 1u << 9);
	assert_memory_equal(buf, "\xf4\x02\x01\x02", 4);
	assert_int_equal(rsnxe_parse(buf + 2, 2, &x), 0);
	assert_true(rsnxe_has(&x, 9));
	assert_int_equal(rsnxe_parse(buf + 2, 1, &x), -EBADMSG);
	assert_int_equal(rsnxe_parse(NULL, 0, &x), -EBADMSG);
}

// Key data of a message 3: RSNE, GTK, IGTK, MAC, PMKID and padding.
static size_t build_key_data(uint8_t *buf, size_t cap)
{
	static const uint8_t key[16] = {0xa0, 0xa1, 0xa2};
	static const struct mac m = {{2, 0, 0, 0, 0, 9}};
	struct writer w = writer_init(buf, cap);

	element_put(&w, D11_EID_RSN, full, sizeof(full));
	kde_put_gtk(&w, &(struct kde_gtk){.key_id = 2, .tx = true, .key = key, .key_len = 16});
	kde_put_igtk(&w, &(struct kde_igtk){4, UINT64_C(0x060504030201), key, 16});
	kde_put_mac(&w, &m);
	kde_put_pmkid(&w, key);
	kde_pad(&w, 0);
	assert_true(writer_ok(&w));
	return w.len;
}

static void test_kde_round_trip(void **state)
{
	uint8_t buf[256];
	const size_t len = build_key_data(buf, sizeof(buf));
	struct kde k;
	struct kde_gtk gtk;
	struct kde_igtk igtk;
	struct mac m;
	const uint8_t *pmkid;

	assert_int_equal(len % 8, 0);
	struct reader r = reader_init(buf, len);
	assert_true(kde_next(&r, &k));
	assert_int_equal(k.element.id, D11_EID_RSN);
	assert_int_equal(k.selector, 0);
	assert_int_equal(k.len, sizeof(full));
	assert_int_equal(kde_find(buf, len, KDE_GTK, &k), 0);
	assert_int_equal(k.element.len, 22);
	assert_int_equal(kde_gtk_parse(&k, &gtk), 0);
	assert_true(gtk.key_id == 2 && gtk.tx && gtk.key_len == 16 && gtk.key[1] == 0xa1);
	assert_int_equal(kde_mac_parse(&k, &m), -EBADMSG);
	assert_int_equal(kde_find(buf, len, KDE_IGTK, &k), 0);
	assert_int_equal(kde_igtk_parse(&k, &igtk), 0);
	assert_true(igtk.key_id == 4 && igtk.ipn == UINT64_C(0x060504030201) && igtk.key_len == 16);
	assert_memory_equal(k.data, "\x04\x00\x01\x02\x03\x04\x05\x06", 8);
	assert_int_equal(kde_find(buf, len, KDE_MAC, &k), 0);
	assert_int_equal(kde_mac_parse(&k, &m), 0);
	assert_int_equal(m.b[5], 9);
	assert_int_equal(kde_find(buf, len, KDE_PMKID, &k), 0);
	assert_int_equal(kde_pmkid_parse(&k, &pmkid), 0);
	assert_int_equal(pmkid[0], 0xa0);
	assert_int_equal(kde_find(buf, len, KDE_OCI, &k), -ENOENT);
}

static void test_kde_every_length(void **state)
{
	uint8_t buf[256];
	const size_t len = build_key_data(buf, sizeof(buf));
	const size_t ends[] = {0, 52, 76, 106, 118, 140};
	struct kde k;

	for (size_t n = 0; n <= len; n++) {
		uint8_t *part = malloc(n + 1);
		bool whole = n >= 140; // from there on all is padding
		for (size_t i = 0; i < 6; i++)
			// One octet DD after an item is padding, too.
			whole |= n == ends[i] || (i > 0 && n == ends[i] + 1);
		memcpy(part + 1, buf, n);
		assert_int_equal(kde_find(part + 1, n, KDE_OCI, &k), whole ? -ENOENT : -EBADMSG);
		free(part);
	}
}

static void test_kde_malformed(void **state)
{
	struct kde_gtk gtk;
	struct kde_igtk igtk;
	struct kde k;
	uint8_t buf[64];
	struct writer w = writer_init(buf, sizeof(buf));

	assert_int_equal(kde_find("\xdd\x06\x00\x0f\xac\x01\x01\x00", 8, KDE_GTK, &k), 0);
	assert_int_equal(kde_gtk_parse(&k, &gtk), -EBADMSG); // no key
	assert_int_equal(kde_find("\xdd\x05\x00\x0f\xac\x01\x01", 7, KDE_GTK, &k), 0);
	assert_int_equal(kde_gtk_parse(&k, &gtk), -EBADMSG);
	assert_int_equal(kde_find("\xdd\x05\x00\x0f\xac\x09\x01", 7, KDE_IGTK, &k), 0);
	assert_int_equal(kde_igtk_parse(&k, &igtk), -EBADMSG);
	assert_int_equal(kde_find("\xdd\x03\x00\x0f\xac", 5, KDE_GTK, &k), -ENOENT);
	kde_put_gtk(&w, &(struct kde_gtk){.key = buf, .key_len = 33});
	assert_false(writer_ok(&w));
}

static void test_padding(void **state)
{
	for (size_t n = 0; n <= 40; n++) {
		uint8_t buf[64];
		struct writer w = writer_init(buf, sizeof(buf));
		writer_zero(&w, 3 + n); // 3: the key data need not start the buffer
		kde_pad(&w, 3);
		const size_t len = w.len - 3;
		assert_true(len >= 16 && len % 8 == 0 && len < (n < 16 ? 17 : n + 8));
		if (len > n)
			assert_int_equal(buf[3 + n], 0xdd);
		for (size_t i = n + 1; i < len; i++)
			assert_int_equal(buf[3 + i], 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_every_length),
		cmocka_unit_test(test_defaults_and_extra),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_build_limits),
		cmocka_unit_test(test_rsnxe),
		cmocka_unit_test(test_kde_round_trip),
		cmocka_unit_test(test_kde_every_length),
		cmocka_unit_test(test_kde_malformed),
		cmocka_unit_test(test_padding),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
