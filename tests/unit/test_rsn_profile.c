// SPDX-License-Identifier: BSD-2-Clause
// The RSN extension through its interface: profiles, BSS lists and the small handlers.
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf16.h"
#include "base/wipe.h"
#include "ext/rsn/rsn_reason.h"
#include "tests/lib/handshake.h"
#include "tests/lib/memory.h"
#include "tests/lib/rsn_host.h"
#include "wire/rsne.h"

// The table of tests/meson.build links what all tests share, and that knows no sdk.
#include "tests/lib/rsn_host.c"

#define NS   "xmlns=\"urn:openihv:rsn:1\""
#define SSID "openihv"

static DWORD validate(const char *xml, DWORD *reason)
{
	DOT11EXT_IHV_SECURITY_PROFILE sec = {wide(xml), FALSE};
	DOT11EXT_IHV_PROFILE_PARAMS params = {.BssType = dot11_BSS_type_infrastructure};

	*reason = 0xdeadbeef;
	const DWORD error = host.on.Dot11ExtIhvValidateProfile(NULL, &params, NULL, &sec, reason);
	assert_int_not_equal(*reason, 0xdeadbeef);
	assert_int_equal(error == 0, *reason == 0);
	free(sec.pszXmlFragmentIhvSecurity);
	return error;
}

static void test_good_profiles(void **state)
{
	static const char *const good[] = {
		"",
		"<rsn " NS "/>",
		"<?xml version=\"1.0\" encoding=\"utf-16\"?><rsn " NS "/>",
		"<rsn " NS "><passphrase>12345678</passphrase></rsn>",
		"<r:rsn xmlns:r=\"urn:openihv:rsn:1\"><r:akm>psk-sha256</r:akm></r:rsn>",
		"<rsn " NS "> <akm>psk</akm> <passphrase>a &lt;&amp;&#62; b  </passphrase> </rsn>",
		"<rsn " NS "><passphrase><![CDATA[<&>12345]]></passphrase></rsn>",
		"<rsn " NS "><passphrase>1234<!-- no -->5678</passphrase></rsn>",
		"<security/>",
		"<IHV><OUIHeader/><security><rsn " NS "/></security></IHV>",
		"<rsn " NS "><passphrase>0123456789abcdef0123456789ABCDEF"
		"0123456789abcdef0123456789abcdef</passphrase></rsn>",
		"<rsn " NS "><passphrase>0123456789abcdef0123456789ABCDEF"
		"0123456789abcdef0123456789 z~!#</passphrase></rsn>",
		"<?xml version=\"1.0\"?>\n<!-- c --> <IHV>\n<security>\n <rsn " NS "\n>"
		"<passphrase>12&amp;34<!-- a "
		"--><![CDATA[5]]>678</passphrase>\n<akm>psk</akm></rsn>\n"
		"</security><?p i?>\n</IHV>\n<!-- d -->\n",
	};
	DWORD reason;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (validate(good[i], &reason) != 0)
			fail_msg("refused: %s", good[i]);
	}
	assert_int_equal(host.on.Dot11ExtIhvValidateProfile(NULL, NULL, NULL, NULL, &reason), 0);
}

static void test_bad_profiles(void **state)
{
	static const char *const bad[] = {
		"<",
		"x",
		"<rsn/>",
		"<rsn " NS ">",
		"<rsn " NS "/><rsn " NS "/>",
		"<a><rsn " NS "/><rsn " NS "/></a>",
		"<rsn xmlns=\"urn:other\"/>",
		"<IHV><security><other xmlns=\"urn:x\"/></security></IHV>",
		"<rsn " NS "><passphrase></passphrase></rsn>",
		"<rsn " NS "><passphrase>1234567</passphrase></rsn>",
		"<rsn " NS
		"><passphrase>12345678</passphrase><passphrase>12345678</passphrase></rsn>",
		"<rsn " NS "><passphrase>1234<b/>5678</passphrase></rsn>",
		"<rsn " NS "><passphrase>1234567\xe9</passphrase></rsn>",
		"<rsn " NS "><passphrase>1234567\n8</passphrase></rsn>",
		"<rsn " NS "><passphrase>0123456789012345678901234567890123456789"
		"01234567890123456789012g</passphrase></rsn>",
		"<rsn " NS "><passphrase>0123456789012345678901234567890123456789"
		"0123456789012345678901234</passphrase></rsn>",
		"<rsn " NS "><akm>sae</akm></rsn>",
		"<rsn " NS "><other/></rsn>",
		"<rsn " NS ">text</rsn>",
		"<rsn " NS "><rsn " NS "/></rsn>",
		"<!DOCTYPE rsn><rsn " NS "/>",
		"<!DOCTYPE r [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">"
		"<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]><rsn " NS "><akm>&c;</akm></rsn>",
		"<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><rsn " NS
		"><akm>&x;</akm></rsn>",
		"<!DOCTYPE r SYSTEM \"http://192.0.2.1/x.dtd\"><rsn " NS "/>",
		"<rsn " NS "><akm>&undefined;</akm></rsn>",
		"<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><rsn " NS "/>"
		"</a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a>",
	};
	DWORD reason;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (validate(bad[i], &reason) == 0)
			fail_msg("accepted: %s", bad[i]);
	}
	assert_int_equal(validate("<rsn " NS "><passphrase>1234567</passphrase></rsn>", &reason),
		ERROR_INVALID_PASSWORD);
	assert_int_equal(reason, RSN_REASON_CREDENTIAL);
	char *huge = calloc(1, 100001);
	memset(huge, ' ', 100000);
	assert_int_not_equal(validate(huge, &reason), 0);
	free(huge);
	static WCHAR lone[] = {'<', 'a', 0xd800, 0};
	static WCHAR foreign[] = u"<vendor>1</vendor>";
	static WCHAR empty[] = u"<connectivity/>";
	DOT11EXT_IHV_SECURITY_PROFILE sec = {lone, FALSE};
	assert_int_not_equal(
		host.on.Dot11ExtIhvValidateProfile(NULL, NULL, NULL, &sec, &reason), 0);
	sec = (DOT11EXT_IHV_SECURITY_PROFILE){NULL, TRUE};
	assert_int_equal(host.on.Dot11ExtIhvValidateProfile(NULL, NULL, NULL, &sec, &reason),
		ERROR_NOT_SUPPORTED);
	DOT11EXT_IHV_CONNECTIVITY_PROFILE conn = {foreign};
	assert_int_not_equal(
		host.on.Dot11ExtIhvValidateProfile(NULL, NULL, &conn, NULL, &reason), 0);
	assert_int_equal(reason, 0x80015);
	conn.pszXmlFragmentIhvConnectivity = empty;
	assert_int_equal(host.on.Dot11ExtIhvValidateProfile(NULL, NULL, &conn, NULL, &reason), 0);
}

// Every prefix of a good fragment.
static void test_truncated_profile(void **state)
{
	const char xml[] = "<IHV><security><rsn " NS "><passphrase>12345678</passphrase>"
			   "<akm>psk</akm></rsn></security></IHV>";
	DWORD reason;

	for (size_t n = 1; n < sizeof(xml) - 1; n++) {
		char part[sizeof(xml)] = {0};
		memcpy(part, xml, n);
		assert_int_not_equal(validate(part, &reason), 0);
	}
	assert_int_equal(validate(xml, &reason), 0);
}

// No passphrase is left in this process once the host has forgotten its own copy. It is
// longer than a vector register, which a compiler or a loader may put on the stack at any time.
static void test_passphrase_forgotten(void **state)
{
	static const WCHAR head[] = u"<rsn " NS u"><passphrase>";
	static const WCHAR tail[] = u"</passphrase></rsn>";
	enum { PASSPHRASE = 40 };
	static WCHAR xml[120];
	DOT11EXT_IHV_SECURITY_PROFILE sec = {xml, FALSE};
	uint8_t masked[PASSPHRASE], masked_wide[2 * PASSPHRASE];
	DWORD reason;

	memcpy(xml, head, sizeof(head));
	WCHAR *to = xml + utf16_len(xml);
	for (unsigned i = 0; i < PASSPHRASE; i++) {
		const unsigned letter = 'a' + i * 7 % 26;
		*to++ = (WCHAR)letter;
		masked[i] = masked_wide[2 * i] = (uint8_t)~letter;
		masked_wide[2 * i + 1] = 0xff;
	}
	memcpy(to, tail, sizeof(tail));
	assert_true(in_memory(masked_wide, sizeof(masked_wide)));
	assert_int_equal(host.on.Dot11ExtIhvValidateProfile(NULL, NULL, NULL, &sec, &reason), 0);
	wipe(xml, sizeof(xml));
	assert_false(in_memory(masked_wide, sizeof(masked_wide)));
	assert_false(in_memory(masked, sizeof(masked)));
}

static DWORD match(const char *xml, struct bss_list *l)
{
	DWORD reason = 0xdeadbeef;
	DOT11EXT_IHV_SSID_LIST names = {.ulCount = 1};
	DOT11EXT_IHV_PROFILE_PARAMS params = {&names, dot11_BSS_type_infrastructure, NULL};
	DOT11EXT_IHV_SECURITY_PROFILE sec = {wide(xml), FALSE};

	names.SSIDs[0].uSSIDLength = 7;
	memcpy(names.SSIDs[0].ucSSID, SSID, 7);
	const DWORD error = host.on.Dot11ExtIhvPerformCapabilityMatch(
		NULL, &params, NULL, &sec, l ? &l->list : NULL, &reason);
	assert_int_equal(error == 0, reason == 0);
	free(sec.pszXmlFragmentIhvSecurity);
	return error;
}

static void test_capability_match(void **state)
{
	struct handshake sha1, sha256;
	struct bss_list l = {.len = 0};
	const char *any = "<rsn " NS "/>";
	const char *psk = "<rsn " NS "><akm>psk</akm></rsn>";
	const char *both = "<rsn " NS "><akm>psk-sha256</akm></rsn>";

	handshake_init(&sha1, CRYPTO_AKM_SHA1);
	handshake_init(&sha256, CRYPTO_AKM_SHA256);
	assert_int_equal(match(any, NULL), 0);
	l.list = (DOT11_BSS_LIST){0, l.memory};
	assert_int_equal(match(any, &l), ERROR_NOT_FOUND);
	bss_add(&l, &(struct bss_spec){"other", sha1.ap_elements, sha1.ap_len, true, false});
	bss_add(&l, &(struct bss_spec){SSID, sha1.ap_elements, sha1.ap_len, true, true}); // ad hoc
	bss_add(&l, &(struct bss_spec){SSID, NULL, 0, true, false});                      // WEP
	assert_int_equal(match(any, &l), ERROR_NOT_FOUND);
	bss_add(&l, &(struct bss_spec){SSID, NULL, 0, false, false}); // open
	assert_int_equal(match(any, &l), 0);
	assert_int_equal(match(psk, &l), ERROR_NOT_FOUND); // not lured into the open one
	bss_add(&l, &(struct bss_spec){SSID, sha1.ap_elements, sha1.ap_len, true, false});
	assert_int_equal(match(psk, &l), 0);
	assert_int_equal(match(both, &l), ERROR_NOT_FOUND);
	bss_add(&l, &(struct bss_spec){SSID, sha256.ap_elements, sha256.ap_len, true, false});
	assert_int_equal(match(both, &l), 0);
	// A list cut anywhere, on memory of its exact size.
	for (ULONG n = 0; n <= l.len; n++) {
		struct bss_list cut = {.len = n};
		uint8_t *exact = malloc(n + 1);
		memcpy(exact, l.memory + 1, n);
		cut.list = (DOT11_BSS_LIST){n, exact};
		const DWORD error = match(both, &cut);
		assert_int_equal(error == 0, n == l.len);
		free(exact);
	}
	// A cut entry is not an open network either.
	struct bss_list one = {.len = 0};
	bss_add(&one, &(struct bss_spec){SSID, NULL, 0, false, false});
	for (ULONG n = 0; n <= one.len; n++) {
		struct bss_list cut = one;
		cut.list = (DOT11_BSS_LIST){n, cut.memory + 1};
		assert_int_equal(match(any, &cut) == 0, n == one.len);
	}
	handshake_destroy(&sha1);
	handshake_destroy(&sha256);
}

// One BSS whose RSNE is `rsne`.
static DWORD match_rsne(const struct rsne *rsne)
{
	static const char psk[] = "<rsn " NS "><akm>psk</akm></rsn>";
	uint8_t bytes[128];
	struct writer w = writer_init(bytes, sizeof(bytes));
	struct bss_list l = {.len = 0};

	rsne_build(&w, rsne);
	bss_add(&l, &(struct bss_spec){SSID, bytes, w.len, true, false});
	return match(psk, &l);
}

static void test_ciphers(void **state)
{
	const struct rsne base = {.extent = RSNE_TO_GROUP_MGMT,
		.version = 1,
		.group = CIPHER_CCMP_128,
		.pairwise = {CIPHER_CCMP_128},
		.pairwise_count = 1,
		.akm = {AKM_PSK},
		.akm_count = 1,
		.group_mgmt = CIPHER_BIP_CMAC_128};
	struct rsne r = base;

	// Management frame protection, optional and required.
	r.capabilities = RSN_CAP_MFPC;
	assert_int_equal(match_rsne(&r), 0);
	r.capabilities |= RSN_CAP_MFPR;
	assert_int_equal(match_rsne(&r), 0);
	r.extent = RSNE_TO_CAPABILITIES; // BIP-CMAC-128 goes without saying
	assert_int_equal(match_rsne(&r), 0);
	r.capabilities = RSN_CAP_MFPR; // requires what it cannot
	assert_int_equal(match_rsne(&r), ERROR_NOT_FOUND);
	r = base;
	r.capabilities = RSN_CAP_MFPC;
	r.group_mgmt = CIPHER_BIP_GMAC_256; // can be left alone, unless it is required
	assert_int_equal(match_rsne(&r), 0);
	r.capabilities |= RSN_CAP_MFPR;
	assert_int_equal(match_rsne(&r), ERROR_NOT_FOUND);
	// TKIP for groups alone; no WEP.
	r = base;
	r.group = CIPHER_TKIP;
	assert_int_equal(match_rsne(&r), 0);
	r.pairwise[r.pairwise_count++] = CIPHER_TKIP;
	assert_int_equal(match_rsne(&r), 0);
	r.pairwise[0] = CIPHER_TKIP;
	assert_int_equal(match_rsne(&r), ERROR_NOT_FOUND);
	r = base;
	r.group = CIPHER_WEP40;
	assert_int_equal(match_rsne(&r), ERROR_NOT_FOUND);
	r.group = CIPHER_WEP104;
	assert_int_equal(match_rsne(&r), ERROR_NOT_FOUND);
	r.group = CIPHER_GCMP_128;
	assert_int_equal(match_rsne(&r), ERROR_NOT_FOUND);
}

static void free_profiles(DOT11EXT_IHV_DISCOVERY_PROFILE_LIST *list)
{
	for (DWORD i = 0; i < list->dwCount; i++)
		release(list->pIhvDiscoveryProfiles[i]
				.IhvSecurityProfile.pszXmlFragmentIhvSecurity);
	release(list->pIhvDiscoveryProfiles);
}

static void test_discovery(void **state)
{
	struct handshake h;
	struct bss_list l = {.len = 0};
	DOT11EXT_IHV_DISCOVERY_PROFILE_LIST out;
	DWORD reason;

	handshake_init(&h, CRYPTO_AKM_SHA1);
	bss_add(&l, &(struct bss_spec){SSID, NULL, 0, false, false});
	bss_add(&l, &(struct bss_spec){SSID, h.ap_elements, h.ap_len, true, false});
	bss_add(&l, &(struct bss_spec){SSID, h.ap_elements, h.ap_len, true, false});
	for (int secure = 0; secure < 2; secure++) {
		host_clear();
		memset(&out, 0xee, sizeof(out));
		assert_int_equal(host.on.Dot11ExtIhvCreateDiscoveryProfiles(
					 NULL, secure, NULL, &l.list, &out, &reason),
			0);
		assert_int_equal(out.dwCount, secure ? 1 : 2);
		for (DWORD i = 0; i < out.dwCount; i++) { // each is a profile that is accepted
			DWORD why;
			assert_int_equal(
				host.on.Dot11ExtIhvValidateProfile(NULL, NULL, NULL,
					&out.pIhvDiscoveryProfiles[i].IhvSecurityProfile, &why),
				0);
		}
		free_profiles(&out);
		assert_int_equal(host.buffers, 0);
	}
	for (unsigned at = 1; at <= 3; at++) { // no memory for the at-th buffer
		host_clear();
		host.fail_allocate_at = at;
		assert_int_not_equal(host.on.Dot11ExtIhvCreateDiscoveryProfiles(
					     NULL, FALSE, NULL, &l.list, &out, &reason),
			0);
		assert_int_equal(reason, RSN_REASON_MEMORY);
		assert_int_equal(out.dwCount, 0);
		assert_int_equal(host.fail_allocate_at, 0);
		assert_int_equal(host.buffers, 0);
	}
	host_clear();
	assert_int_equal(
		host.on.Dot11ExtIhvCreateDiscoveryProfiles(NULL, FALSE, NULL, NULL, &out, &reason),
		0);
	assert_int_equal(out.dwCount, 0);
	handshake_destroy(&h);
}

static void test_control(void **state)
{
	uint8_t out[64];
	DWORD n = 99;
	BYTE in[] = "VERSION";

	memset(out, 0xee, sizeof(out));
	assert_int_equal(host.on.Dot11ExtIhvControl(NULL, 7, in, sizeof(out), out, &n), 0);
	assert_true(n > 12 && n < sizeof(out));
	assert_memory_equal(out, "openihv rsn ", 12);
	assert_int_equal(out[n], 0xee);
	const DWORD need = n;
	for (DWORD size = 0; size < need; size++) {
		memset(out, 0xee, sizeof(out));
		n = 99;
		assert_int_equal(host.on.Dot11ExtIhvControl(NULL, 7, in, size, out, &n),
			ERROR_INSUFFICIENT_BUFFER);
		assert_int_equal(n, 0);
		assert_int_equal(out[0], 0xee);
	}
	assert_int_not_equal(host.on.Dot11ExtIhvControl(NULL, 8, in, 64, out, &n), 0);
	assert_int_not_equal(host.on.Dot11ExtIhvControl(NULL, 0, NULL, 0, NULL, &n), 0);
	assert_int_not_equal(host.on.Dot11ExtIhvControl(NULL, 7, in, 64, out, NULL), 0);
	assert_int_not_equal(host.on.Dot11ExtIhvControl(NULL, 7, in, 64, NULL, &n), 0);
}

static void test_small_handlers(void **state)
{
	PDOT11EXT_IHV_UI_REQUEST request = (PDOT11EXT_IHV_UI_REQUEST)&request;

	assert_int_equal(host.on.Dot11ExtIhvQueryUIRequest(NULL, connection_phase_any, &request),
		ERROR_CALL_NOT_IMPLEMENTED);
	assert_null(request);
	assert_int_equal(
		host.on.Dot11ExtIhvReceiveIndication(NULL, IndicationTypeTkipMicFailure, 0, NULL),
		0);
	assert_int_equal(
		host.on.Dot11ExtIhvOnexIndicateResult(NULL, DOT11_MSONEX_SUCCESS, NULL), 0);
	assert_int_equal(host.on.Dot11ExtIhvProcessSessionChange(WTS_SESSION_LOGOFF, NULL), 0);
	assert_int_equal(host.on.Dot11ExtIhvAdapterReset(NULL), ERROR_INVALID_HANDLE);
	assert_int_equal(host.on.Dot11ExtIhvSendPacketCompletion(NULL), ERROR_INVALID_HANDLE);
	assert_int_equal(host.version(NULL), ERROR_INVALID_PARAMETER);
	DOT11EXT_IHV_HANDLERS handlers;
	DOT11EXT_APIS apis = table;
	assert_int_equal(host.init(1, &apis, NULL, &handlers), ERROR_REVISION_MISMATCH);
	assert_int_equal(host.init(0, NULL, NULL, &handlers), ERROR_INVALID_PARAMETER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_profiles),
		cmocka_unit_test(test_bad_profiles),
		cmocka_unit_test(test_truncated_profile),
		cmocka_unit_test(test_passphrase_forgotten),
		cmocka_unit_test(test_capability_match),
		cmocka_unit_test(test_ciphers),
		cmocka_unit_test(test_discovery),
		cmocka_unit_test(test_control),
		cmocka_unit_test(test_small_handlers),
	};
	return cmocka_run_group_tests_name("rsn_profile", tests, host_setup, host_teardown);
}
