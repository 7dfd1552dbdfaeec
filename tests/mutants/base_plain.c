// SPDX-License-Identifier: BSD-2-Clause
/* Handlers of the base that change nothing. */
#include "base.h"

#include <string.h>

#include <wlanreason.h>

/* <a/> */
static const WCHAR fragment[] = {'<', 'a', '/', '>', 0};

/* Each profile suits that does not want 802.1X, which is no business of an open network. */
DWORD WINAPI base_validate_profile(HANDLE ext, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn, PDOT11EXT_IHV_SECURITY_PROFILE sec, PDWORD reason)
{
	if (sec && sec->bUseMSOnex) {
		*reason = WLAN_REASON_CODE_IHV_SECURITY_NOT_SUPPORTED;
		return ERROR_NOT_SUPPORTED;
	}
	*reason = L2_REASON_CODE_SUCCESS;
	return ERROR_SUCCESS;
}

DWORD WINAPI base_capability_match(HANDLE ext, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn, PDOT11EXT_IHV_SECURITY_PROFILE sec,
	PDOT11_BSS_LIST list, PDWORD reason)
{
	return base_validate_profile(ext, params, conn, sec, reason);
}

/* One profile with one fragment. */
DWORD WINAPI base_discovery(HANDLE ext, BOOL insecure, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11_BSS_LIST list, PDOT11EXT_IHV_DISCOVERY_PROFILE_LIST out, PDWORD reason)
{
	DOT11EXT_IHV_DISCOVERY_PROFILE *profile;
	LPVOID p = NULL, text = NULL;

	memset(out, 0, sizeof(*out));
	*reason = BASE_REASON_MEMORY;
	if (calls.Dot11ExtAllocateBuffer(sizeof(*profile), &p))
		return ERROR_NOT_ENOUGH_MEMORY;
	if (calls.Dot11ExtAllocateBuffer(sizeof(fragment), &text)) {
		calls.Dot11ExtFreeBuffer(p);
		return ERROR_NOT_ENOUGH_MEMORY;
	}
	memcpy(text, fragment, sizeof(fragment));
	profile = p;
	memset(profile, 0, sizeof(*profile));
	profile->IhvConnectivityProfile.pszXmlFragmentIhvConnectivity = text;
	out->dwCount = 1;
	out->pIhvDiscoveryProfiles = profile;
	*reason = L2_REASON_CODE_SUCCESS;
	return ERROR_SUCCESS;
}

DWORD WINAPI base_receive_indication(
	HANDLE ext, DOT11EXT_IHV_INDICATION_TYPE type, ULONG size, LPVOID data)
{
	return ERROR_SUCCESS;
}

DWORD WINAPI base_receive_packet(HANDLE ext, DWORD size, LPVOID packet)
{
	return ERROR_SUCCESS;
}

DWORD WINAPI base_query_ui(
	HANDLE ext, DOT11EXT_IHV_CONNECTION_PHASE phase, PDOT11EXT_IHV_UI_REQUEST *out)
{
	*out = NULL;
	return ERROR_CALL_NOT_IMPLEMENTED;
}

DWORD WINAPI base_onex_result(
	HANDLE ext, DOT11_MSONEX_RESULT result, PDOT11_MSONEX_RESULT_PARAMS params)
{
	return ERROR_SUCCESS;
}

/* Echoes what it is given, as far as there is room. */
DWORD WINAPI base_control(
	HANDLE ext, DWORD in_size, PBYTE in, DWORD out_size, PBYTE out, PDWORD returned)
{
	DWORD size = in && out ? in_size : 0;

	if (size > out_size)
		size = out_size;
	if (size)
		memcpy(out, in, size);
	*returned = size;
	return ERROR_SUCCESS;
}
