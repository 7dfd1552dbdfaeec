// SPDX-License-Identifier: BSD-2-Clause
/* The copies of handlers' inputs: whole, deep, at the end of their pages, and gone afterwards. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "module/inputs.h"

static struct guard *g;

/* In each test, not in a fixture: only around a test has its runner SIGSEGV for itself. */
static void open_guard(void)
{
	g = guard_new();
	assert_non_null(g);
}

/* The same bytes elsewhere, with less than `align` between their end and that of a page. */
static void check_copy(const void *copy, const void *original, size_t size, size_t align)
{
	const uintptr_t end = (uintptr_t)copy + size;
	const size_t page = platform_page_size();

	assert_non_null(copy);
	assert_ptr_not_equal(copy, original);
	assert_int_equal((uintptr_t)copy % align, 0);
	assert_true((page - end % page) % page < align);
	if (original)
		assert_memory_equal(copy, original, size);
}

static void test_profile(void **state)
{
	BYTE eap[] = {1, 2, 3};
	DOT11_MSSECURITY_SETTINGS settings = {
		.dwEapConnectionDataLen = sizeof(eap), .pEapConnectionData = eap};
	struct {
		DOT11EXT_IHV_SSID_LIST list;
		DOT11_SSID more[2];
	} ssids = {.list = {.ulCount = 3}, .more = {{0}, {2, {'a', 'b'}}}};
	DOT11EXT_IHV_PROFILE_PARAMS params = {
		.pSsidList = &ssids.list, .pMSSecuritySettings = &settings};
	WCHAR c_text[] = {'c', 0}, s_text[] = {'s', 's', 's', 0};
	DOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity = {c_text};
	DOT11EXT_IHV_SECURITY_PROFILE security = {s_text, TRUE};
	UCHAR entries[77] = {5};
	DOT11_BSS_LIST bss = {sizeof(entries), entries};
	DWORD reason = 7;
	struct handler_call c = {.fn = FN_VALIDATE_PROFILE,
		.profile = {NULL, &params, &connectivity, &security, &bss, &reason}};
	struct inputs in;

	(void)state;
	open_guard();
	inputs_lend(&in, g, &c);
	check_copy(c.profile.params, NULL, sizeof(params), 8);
	check_copy(c.profile.params->pSsidList, &ssids, sizeof(ssids), 4);
	check_copy(c.profile.params->pMSSecuritySettings, NULL, sizeof(settings), 8);
	check_copy(c.profile.params->pMSSecuritySettings->pEapConnectionData, eap, sizeof(eap), 1);
	check_copy(
		c.profile.connectivity->pszXmlFragmentIhvConnectivity, c_text, sizeof(c_text), 2);
	check_copy(c.profile.security->pszXmlFragmentIhvSecurity, s_text, sizeof(s_text), 2);
	assert_int_equal(c.profile.security->bUseMSOnex, TRUE);
	assert_int_equal(c.profile.bss->uNumOfBytes, sizeof(entries));
	check_copy(c.profile.bss->pucBuffer, entries, sizeof(entries), 1);
	assert_ptr_equal(c.profile.reason, &reason);
	inputs_return(&in);
	assert_ptr_equal(c.profile.params, &params);
	assert_ptr_equal(c.profile.connectivity, &connectivity);
	assert_ptr_equal(c.profile.security, &security);
	assert_ptr_equal(c.profile.bss, &bss);
	assert_ptr_equal(params.pMSSecuritySettings, &settings);
	assert_ptr_equal(bss.pucBuffer, entries);
	guard_free(g);
}

static void test_onex(void **state)
{
	BYTE key[32] = {9}, one[] = {1}, five[] = {1, 2, 3, 4, 5};
	EAP_ATTRIBUTE list[] = {
		{.dwLength = 1, .pValue = one}, {.dwLength = 5, .pValue = five}, {.dwLength = 0}};
	EAP_ATTRIBUTES attributes = {3, list};
	DOT11_EAP_RESULT result = {4, &attributes};
	DOT11_MSONEX_RESULT_PARAMS params = {
		.pbMPPESendKey = key, .dwMPPESendKeyLen = sizeof(key), .pDot11EapResult = &result};
	struct handler_call c = {
		.fn = FN_ONEX_INDICATE_RESULT, .onex_indicate_result = {.params = &params}};
	const DOT11_MSONEX_RESULT_PARAMS *copy;
	struct inputs in;

	(void)state;
	open_guard();
	inputs_lend(&in, g, &c);
	copy = c.onex_indicate_result.params;
	check_copy(copy->pbMPPESendKey, key, sizeof(key), 1);
	assert_null(copy->pbMPPERecvKey);
	assert_int_equal(copy->pDot11EapResult->dwFailureReasonCode, 4);
	check_copy(copy->pDot11EapResult->pAttribArray->pAttribs, NULL, sizeof(list), 8);
	check_copy(copy->pDot11EapResult->pAttribArray->pAttribs[1].pValue, five, sizeof(five), 1);
	assert_null(copy->pDot11EapResult->pAttribArray->pAttribs[2].pValue);
	inputs_return(&in);
	assert_ptr_equal(c.onex_indicate_result.params, &params);
	assert_ptr_equal(list[1].pValue, five);
	guard_free(g);
}

static void test_without_pointers(void **state)
{
	struct handler_call c = {.fn = FN_PERFORM_PRE_ASSOCIATE}, before = c;
	struct inputs in;

	(void)state;
	open_guard();
	inputs_lend(&in, g, &c);
	assert_memory_equal(&c, &before, sizeof(c));
	inputs_return(&in);
	c.fn = FN_ONEX_INDICATE_RESULT;
	inputs_lend(&in, g, &c);
	assert_null(c.onex_indicate_result.params);
	inputs_return(&in);
	guard_free(g);
}

/* What a user typed does not wait in the copy; other inputs do, so that a late reader goes on. */
static void test_secrets_are_wiped(void **state)
{
	UCHAR answer[] = "secret 12", packet[] = "packet 12", seen[sizeof(answer)];
	struct handler_call c = {
		.fn = FN_PROCESS_UI_RESPONSE, .process_ui_response = {.length = sizeof(answer)}};
	const void *copy;
	struct inputs in;

	(void)state;
	open_guard();
	c.process_ui_response.buffer = answer;
	inputs_lend(&in, g, &c);
	copy = c.process_ui_response.buffer;
	check_copy(copy, answer, sizeof(answer), 8);
	inputs_return(&in);
	assert_int_equal(platform_read(copy, seen, sizeof(seen)), -EFAULT);
	memcpy(seen, copy, sizeof(seen)); /* late: noted, and let be */
	assert_memory_not_equal(seen, answer, sizeof(answer));
	assert_string_equal((const char *)answer, "secret 12");
	c = (struct handler_call){
		.fn = FN_RECEIVE_PACKET, .receive_packet = {sizeof(packet), packet}};
	inputs_lend(&in, g, &c);
	copy = c.receive_packet.buffer;
	inputs_return(&in);
	memcpy(seen, copy, sizeof(seen));
	assert_memory_equal(seen, packet, sizeof(packet));
	guard_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_profile),
		cmocka_unit_test(test_onex),
		cmocka_unit_test(test_without_pointers),
		cmocka_unit_test(test_secrets_are_wiped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
