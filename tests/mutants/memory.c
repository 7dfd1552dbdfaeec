// SPDX-License-Identifier: BSD-2-Clause
/* Mistakes with the memory that passes between module and host. */
#include <stdlib.h>
#include <string.h>

#include "base.h"

/* A block for each adapter, and no end of it. */
static DWORD WINAPI x08_init_adapter(PDOT11_ADAPTER adapter, HANDLE svc, PHANDLE ext)
{
	LPVOID p;

	host.Dot11ExtAllocateBuffer(256, &p);
	return base.Dot11ExtIhvInitAdapter(adapter, svc, ext);
}

const struct mutation x08_of_adapter = {.handlers.Dot11ExtIhvInitAdapter = x08_init_adapter};

/* What the user's data came in is left. */
static DWORD WINAPI x08_get_data(
	HANDLE svc, HANDLE connect, DWORD session, DWORD *size, LPVOID *data)
{
	const DWORD error =
		host.Dot11ExtGetProfileCustomUserData(svc, connect, session, size, data);

	*data = NULL; /* read, and not freed */
	*size = 0;
	return error;
}

const struct mutation x08_user_data = {.calls.Dot11ExtGetProfileCustomUserData = x08_get_data};

/* The first of two blocks is lost when there is no memory for the second. */
static DWORD WINAPI x08_discovery(HANDLE ext, BOOL insecure, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11_BSS_LIST list, PDOT11EXT_IHV_DISCOVERY_PROFILE_LIST out, PDWORD reason)
{
	LPVOID profiles, text;

	memset(out, 0, sizeof(*out));
	*reason = BASE_REASON_MEMORY;
	if (host.Dot11ExtAllocateBuffer(64, &profiles) || host.Dot11ExtAllocateBuffer(64, &text))
		return ERROR_NOT_ENOUGH_MEMORY;
	host.Dot11ExtFreeBuffer(text);
	host.Dot11ExtFreeBuffer(profiles); /* there was nothing to offer */
	*reason = L2_REASON_CODE_SUCCESS;
	return ERROR_SUCCESS;
}

const struct mutation x08_out_of_memory = {
	.handlers.Dot11ExtIhvCreateDiscoveryProfiles = x08_discovery};

/* A packet that the host did not take is nobody's any more. */
static DWORD WINAPI x08_send(HANDLE svc, ULONG size, LPVOID packet, HANDLE number)
{
	const DWORD error = host.Dot11ExtSendPacket(svc, size, packet, number);

	if (error)
		free(base_send_take(number));
	return error;
}

const struct mutation x08_send_fails = {.calls.Dot11ExtSendPacket = x08_send};

/* Stop frees the session's block, and whoever comes next frees it again. */
static DWORD WINAPI x09_stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	struct adapter *a = ext;

	base_end_begin(a);
	host.Dot11ExtFreeBuffer(a->session.memo);
	a->session.progress = SESSION_DONE;
	base_end_done(a);
	return ERROR_SUCCESS;
}

const struct mutation x09_twice = {.handlers.Dot11ExtIhvStopPostAssociate = x09_stop};

/* Frees the pointer of a call that failed. */
static DWORD WINAPI x09_get_data(
	HANDLE svc, HANDLE connect, DWORD session, DWORD *size, LPVOID *data)
{
	static UCHAR none[1];
	DWORD error;

	*data = none;
	error = host.Dot11ExtGetProfileCustomUserData(svc, connect, session, size, data);
	if (error)
		host.Dot11ExtFreeBuffer(*data);
	return error;
}

const struct mutation x09_of_failed_call = {.calls.Dot11ExtGetProfileCustomUserData = x09_get_data};

/* The list that it gave to the host it frees when it makes the next. */
static LPVOID given_list;

static DWORD WINAPI x10_discovery(HANDLE ext, BOOL insecure, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11_BSS_LIST list, PDOT11EXT_IHV_DISCOVERY_PROFILE_LIST out, PDWORD reason)
{
	DWORD error;

	if (given_list)
		host.Dot11ExtFreeBuffer(given_list);
	error = base.Dot11ExtIhvCreateDiscoveryProfiles(ext, insecure, params, list, out, reason);
	given_list = error ? NULL : out->pIhvDiscoveryProfiles;
	return error;
}

const struct mutation x10_frees_given = {
	.handlers.Dot11ExtIhvCreateDiscoveryProfiles = x10_discovery};

/* It remembers what it offered, by the list that it gave away. */
static DWORD WINAPI x10_look_discovery(HANDLE ext, BOOL insecure,
	PDOT11EXT_IHV_PROFILE_PARAMS params, PDOT11_BSS_LIST list,
	PDOT11EXT_IHV_DISCOVERY_PROFILE_LIST out, PDWORD reason)
{
	const volatile UCHAR *offered = given_list;
	DWORD error;

	if (offered)
		(void)*offered;
	error = base.Dot11ExtIhvCreateDiscoveryProfiles(ext, insecure, params, list, out, reason);
	given_list = error ? NULL : out->pIhvDiscoveryProfiles;
	return error;
}

const struct mutation x10_looks_at_given = {
	.handlers.Dot11ExtIhvCreateDiscoveryProfiles = x10_look_discovery};

/* Memory of the C library. */
static DWORD WINAPI x11_discovery(HANDLE ext, BOOL insecure, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11_BSS_LIST list, PDOT11EXT_IHV_DISCOVERY_PROFILE_LIST out, PDWORD reason)
{
	static DOT11EXT_IHV_DISCOVERY_PROFILE profile;

	out->dwCount = 1;
	out->pIhvDiscoveryProfiles = &profile;
	*reason = L2_REASON_CODE_SUCCESS;
	return ERROR_SUCCESS;
}

const struct mutation x11_static_list = {
	.handlers.Dot11ExtIhvCreateDiscoveryProfiles = x11_discovery};

/* The list is right, the text in it is a constant. */
static DWORD WINAPI x11_text_discovery(HANDLE ext, BOOL insecure,
	PDOT11EXT_IHV_PROFILE_PARAMS params, PDOT11_BSS_LIST list,
	PDOT11EXT_IHV_DISCOVERY_PROFILE_LIST out, PDWORD reason)
{
	static WCHAR text[] = {'<', 'a', '/', '>', 0};
	DWORD error =
		base.Dot11ExtIhvCreateDiscoveryProfiles(ext, insecure, params, list, out, reason);

	if (!error) {
		DOT11EXT_IHV_DISCOVERY_PROFILE *p = out->pIhvDiscoveryProfiles;

		host.Dot11ExtFreeBuffer(p->IhvConnectivityProfile.pszXmlFragmentIhvConnectivity);
		p->IhvConnectivityProfile.pszXmlFragmentIhvConnectivity = text;
	}
	return error;
}

const struct mutation x11_static_text = {
	.handlers.Dot11ExtIhvCreateDiscoveryProfiles = x11_text_discovery};

static DWORD WINAPI x11_query(
	HANDLE ext, DOT11EXT_IHV_CONNECTION_PHASE phase, PDOT11EXT_IHV_UI_REQUEST *out)
{
	static DOT11EXT_IHV_UI_REQUEST request;

	*out = &request;
	return ERROR_SUCCESS;
}

const struct mutation x11_static_page = {.handlers.Dot11ExtIhvQueryUIRequest = x11_query};
