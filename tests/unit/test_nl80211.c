// SPDX-License-Identifier: BSD-2-Clause
/* What the nl80211 miniport decides without a kernel; the rest is shown in tests/vm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "miniport/nl80211/internal.h"
#include "wire/algorithm.h"
#include "wire/rsne.h"

static const struct ssid name = {.length = 4, .bytes = "home"};

/* A BSS of that name, with an RSN element unless akm is 0. */
static struct found *bss(uint32_t akm, uint32_t pairwise, uint32_t group, uint16_t capabilities)
{
	uint8_t bytes[128];
	struct writer w = writer_init(bytes, sizeof(bytes));
	const struct rsne rsne = {.extent = RSNE_TO_CAPABILITIES,
		.version = 1,
		.group = group,
		.pairwise = {pairwise},
		.pairwise_count = 1,
		.akm = {akm},
		.akm_count = 1,
		.capabilities = capabilities};
	struct found *f;

	element_put(&w, D11_EID_SSID, name.bytes, name.length);
	if (akm)
		rsne_build(&w, &rsne);
	assert_true(writer_ok(&w));
	f = calloc(1, sizeof(*f) + w.len);
	assert_non_null(f);
	memcpy(f->elements, bytes, w.len);
	f->bss.elements = f->elements;
	f->bss.elements_length = (uint32_t)w.len;
	f->bss.capability = D11_CAP_ESS;
	return f;
}

static struct radio station(uint32_t auth, uint32_t features)
{
	return (struct radio){.auth = auth,
		.unicast =
			auth == ALGORITHM_AUTH_OPEN ? ALGORITHM_CIPHER_NONE : ALGORITHM_CIPHER_CCMP,
		.info.features = features};
}

static void judge(const struct radio *r, struct found *f, bool suits, bool is_protected)
{
	assert_int_equal(elements_suit(r, f), suits);
	assert_int_equal(elements_protected(r, f), is_protected);
	free(f);
}

static void test_suit(void **state)
{
	const struct radio psk = station(ALGORITHM_AUTH_RSNA_PSK, 0);
	const struct radio bip = station(ALGORITHM_AUTH_RSNA_PSK, RADIO_BIP);
	const struct radio open = station(ALGORITHM_AUTH_OPEN, RADIO_BIP);
	struct found *f;

	(void)state;
	judge(&psk, bss(AKM_PSK, CIPHER_CCMP_128, CIPHER_CCMP_128, 0), true, false);
	judge(&psk, bss(AKM_PSK, CIPHER_CCMP_128, CIPHER_TKIP, 0), true, false);
	judge(&psk, bss(AKM_PSK, CIPHER_TKIP, CIPHER_TKIP, 0), false, false);
	judge(&psk, bss(AKM_PSK_SHA256, CIPHER_CCMP_128, CIPHER_CCMP_128, 0), false, false);
	judge(&psk, bss(0, 0, 0, 0), false, false);
	/* Protection is used whenever both can, and required by who requires it. */
	judge(&psk, bss(AKM_PSK, CIPHER_CCMP_128, CIPHER_CCMP_128, RSN_CAP_MFPC), true, false);
	judge(&psk, bss(AKM_PSK, CIPHER_CCMP_128, CIPHER_CCMP_128, RSN_CAP_MFPC | RSN_CAP_MFPR),
		false, false);
	judge(&bip, bss(AKM_PSK, CIPHER_CCMP_128, CIPHER_CCMP_128, RSN_CAP_MFPC), true, true);
	judge(&bip, bss(AKM_PSK, CIPHER_CCMP_128, CIPHER_CCMP_128, RSN_CAP_MFPC | RSN_CAP_MFPR),
		true, true);
	judge(&open, bss(AKM_PSK, CIPHER_CCMP_128, CIPHER_CCMP_128, RSN_CAP_MFPC), true, false);
	f = bss(AKM_PSK, CIPHER_CCMP_128, CIPHER_CCMP_128, 0);
	f->bss.capability = D11_CAP_IBSS;
	judge(&psk, f, false, false);
}

/* The request asks for the AP's group cipher, one AKM and one pairwise cipher, and no more. */
static void test_request(void **state)
{
	const struct radio r = station(ALGORITHM_AUTH_PSK_SHA256, RADIO_BIP);
	struct found *f = bss(AKM_PSK_SHA256, CIPHER_CCMP_128, CIPHER_TKIP, RSN_CAP_MFPC);
	uint8_t bytes[RSNE_MAX];
	struct writer w = writer_init(bytes, sizeof(bytes));
	struct writer small = writer_init(bytes, 4);
	struct rsne rsne;
	uint32_t group = 0;

	(void)state;
	assert_int_equal(elements_request(&r, f, &w, &group), 0);
	assert_int_equal(group, CIPHER_TKIP);
	assert_int_equal(bytes[0], D11_EID_RSN);
	assert_int_equal(rsne_parse(bytes + 2, w.len - 2, &rsne), 0);
	assert_int_equal(rsne.group, CIPHER_TKIP);
	assert_int_equal(rsne.pairwise_count, 1);
	assert_true(rsne_has_pairwise(&rsne, CIPHER_CCMP_128));
	assert_int_equal(rsne.akm_count, 1);
	assert_true(rsne_has_akm(&rsne, AKM_PSK_SHA256));
	assert_int_equal(rsne.capabilities, RSN_CAP_MFPC);
	assert_int_equal(elements_request(&r, f, &small, &group), -EMSGSIZE);
	free(f);
}

static void test_wanted(void **state)
{
	struct ssid names[] = {{.length = 3, .bytes = "hom"}, name};
	struct radio r = {.ssids = names, .nssids = 1};
	struct found *f = bss(0, 0, 0, 0);

	(void)state;
	assert_false(elements_wanted(&r, f));
	r.nssids = 2;
	assert_true(elements_wanted(&r, f));
	f->bss.elements_length = 1; /* cut off */
	assert_false(elements_wanted(&r, f));
	free(f);
}

/* A message of the kernel is judged before it is read. */
static void test_messages(void **state)
{
	struct netlink n = {.family = 30};
	struct nl_msg *m = netlink_request(&n, NL80211_CMD_DEAUTHENTICATE, 0);
	struct nlattr *a[NL80211_ATTR_MAX + 1];
	uint8_t command = 0, address[MAC_LEN], bytes[4] = {1, 2, 3, 4};
	struct nlmsghdr *h;
	uint32_t whole;

	(void)state;
	assert_non_null(m);
	assert_int_equal(nla_put(m, NL80211_ATTR_MAC, sizeof(bytes), bytes), 0);
	h = nlmsg_hdr(m);
	assert_true(netlink_attributes(h, a, &command));
	assert_int_equal(command, NL80211_CMD_DEAUTHENTICATE);
	assert_true(netlink_bytes(a[NL80211_ATTR_MAC], bytes, sizeof(bytes)));
	assert_false(netlink_bytes(a[NL80211_ATTR_MAC], address, sizeof(address)));
	assert_false(netlink_bytes(NULL, address, sizeof(address)));
	whole = h->nlmsg_len;
	h->nlmsg_len = NLMSG_HDRLEN + 2; /* not even a command */
	assert_false(netlink_attributes(h, a, &command));
	h->nlmsg_len = whole;
	netlink_drop(m);
	netlink_drop(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_suit),
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_wanted),
		cmocka_unit_test(test_messages),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
