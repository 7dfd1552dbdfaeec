// SPDX-License-Identifier: BSD-2-Clause
// The exports, the handler table, and the handlers that concern no adapter's connection.
#include <string.h>

#include "fragment.h"
#include "rsn.h"

#define VERSION_TEXT    "openihv rsn " OPENIHV_VERSION
#define CONTROL_VERSION "VERSION" // the one request of Control

DOT11EXT_APIS rsn_host;

static VOID WINAPI deinit_service(VOID)
{
	// Every adapter has gone, and its threads with it.
	sends_destroy();
	cryptos_destroy();
}

// On log-off nobody is left to answer; otherwise it says whom to ask.
static DWORD WINAPI process_session_change(ULONG event, PWTSSESSION_NOTIFICATION session)
{
	if (event == WTS_SESSION_LOGOFF)
		ui_cancel(NULL);
	if (session && (event == WTS_CONSOLE_CONNECT || event == WTS_SESSION_LOGON))
		ui_set_session(session->dwSessionId);
	return ERROR_SUCCESS;
}

// There is nothing to learn from any of them here: a radio with TKIP would be another matter.
static DWORD WINAPI receive_indication(
	HANDLE ext, DOT11EXT_IHV_INDICATION_TYPE type, ULONG size, LPVOID buffer)
{
	return ERROR_SUCCESS;
}

// The user is asked during pre-association and by nothing else.
static DWORD WINAPI query_ui_request(
	HANDLE ext, DOT11EXT_IHV_CONNECTION_PHASE phase, PDOT11EXT_IHV_UI_REQUEST *request)
{
	if (request)
		*request = NULL;
	return ERROR_CALL_NOT_IMPLEMENTED;
}

// This module never starts 802.1X.
static DWORD WINAPI onex_indicate_result(
	HANDLE ext, DOT11_MSONEX_RESULT result, PDOT11_MSONEX_RESULT_PARAMS params)
{
	return ERROR_SUCCESS;
}

// One request: the 7 characters VERSION, answered by the version as text without an end mark.
static DWORD WINAPI control(
	HANDLE ext, DWORD in_size, PBYTE in, DWORD out_size, PBYTE out, PDWORD returned)
{
	const DWORD len = sizeof(VERSION_TEXT) - 1;

	if (!returned)
		return ERROR_INVALID_PARAMETER;
	*returned = 0;
	if (!in || in_size != sizeof(CONTROL_VERSION) - 1 ||
		memcmp(in, CONTROL_VERSION, in_size) != 0)
		return ERROR_NOT_SUPPORTED;
	if (!out || out_size < len)
		return ERROR_INSUFFICIENT_BUFFER;
	memcpy(out, VERSION_TEXT, len);
	*returned = len;
	return ERROR_SUCCESS;
}

static const DOT11EXT_IHV_HANDLERS handlers = {
	.Dot11ExtIhvDeinitService = deinit_service,
	.Dot11ExtIhvInitAdapter = rsn_init_adapter,
	.Dot11ExtIhvDeinitAdapter = rsn_deinit_adapter,
	.Dot11ExtIhvPerformPreAssociate = rsn_perform_pre_associate,
	.Dot11ExtIhvAdapterReset = rsn_adapter_reset,
	.Dot11ExtIhvPerformPostAssociate = rsn_perform_post_associate,
	.Dot11ExtIhvStopPostAssociate = rsn_stop_post_associate,
	.Dot11ExtIhvValidateProfile = rsn_validate_profile,
	.Dot11ExtIhvPerformCapabilityMatch = rsn_perform_capability_match,
	.Dot11ExtIhvCreateDiscoveryProfiles = rsn_create_discovery_profiles,
	.Dot11ExtIhvProcessSessionChange = process_session_change,
	.Dot11ExtIhvReceiveIndication = receive_indication,
	.Dot11ExtIhvReceivePacket = rsn_receive_packet,
	.Dot11ExtIhvSendPacketCompletion = rsn_send_packet_completion,
	.Dot11ExtIhvIsUIRequestPending = rsn_is_ui_request_pending,
	.Dot11ExtIhvProcessUIResponse = rsn_process_ui_response,
	.Dot11ExtIhvQueryUIRequest = query_ui_request,
	.Dot11ExtIhvOnexIndicateResult = onex_indicate_result,
	.Dot11ExtIhvControl = control,
};

IHV_EXPORT DWORD WINAPI Dot11ExtIhvGetVersionInfo(PDOT11_IHV_VERSION_INFO out)
{
	if (!out)
		return ERROR_INVALID_PARAMETER;
	*out = (DOT11_IHV_VERSION_INFO){.dwVerMin = 0, .dwVerMax = 0};
	return ERROR_SUCCESS;
}

IHV_EXPORT DWORD WINAPI Dot11ExtIhvInitService(
	DWORD version, PDOT11EXT_APIS apis, LPVOID reserved, PDOT11EXT_IHV_HANDLERS out)
{
	if (version != 0)
		return ERROR_REVISION_MISMATCH;
	if (!apis || !out)
		return ERROR_INVALID_PARAMETER;
	// To find out now, not in the first handshake, that the library lacks an algorithm, or
	// errs.
	struct crypto *c = crypto_take();
	if (!c)
		return ERROR_NOT_ENOUGH_MEMORY;
	const int err = crypto_check(c);
	crypto_give(c);
	if (err)
		return ERROR_GEN_FAILURE;
	fragment_init();
	sends_init();
	rsn_host = *apis;
	*out = handlers;
	return ERROR_SUCCESS;
}
