// SPDX-License-Identifier: BSD-2-Clause
/*
 * An extension for a network whose security is the vendor's own: a challenge, an answer that proves
 * a secret, and CCMP with a key from both. Its access point is vendor_ap.py.
 */
#include <ihv_unused.h>

#include "vendor.h"

DOT11EXT_APIS host;

static VOID WINAPI deinit_service(VOID)
{
	/* Every adapter is gone, with thread and memory, and every send is completed. */
	sends_destroy();
}

static DWORD WINAPI perform_capability_match(HANDLE ext, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity, PDOT11EXT_IHV_SECURITY_PROFILE security,
	PDOT11_BSS_LIST networks, PDWORD reason)
{
	UNREFERENCED_PARAMETER(networks);
	return judge_profile(ext, params, connectivity, security, reason);
}

IHV_EXPORT DWORD WINAPI Dot11ExtIhvGetVersionInfo(PDOT11_IHV_VERSION_INFO info)
{
	info->dwVerMin = 0;
	info->dwVerMax = 0;
	return ERROR_SUCCESS;
}

IHV_EXPORT DWORD WINAPI Dot11ExtIhvInitService(
	DWORD version, PDOT11EXT_APIS functions, LPVOID reserved, PDOT11EXT_IHV_HANDLERS handlers)
{
	UNREFERENCED_PARAMETER(reserved);
	if (version != 0)
		return ERROR_REVISION_MISMATCH;
	host = *functions; /* the table, not its address */
	*handlers = (DOT11EXT_IHV_HANDLERS){
		.Dot11ExtIhvDeinitService = deinit_service,
		.Dot11ExtIhvInitAdapter = init_adapter,
		.Dot11ExtIhvDeinitAdapter = deinit_adapter,
		.Dot11ExtIhvPerformPreAssociate = perform_pre_associate,
		.Dot11ExtIhvAdapterReset = adapter_reset,
		.Dot11ExtIhvPerformPostAssociate = perform_post_associate,
		.Dot11ExtIhvStopPostAssociate = stop_post_associate,
		.Dot11ExtIhvReceivePacket = receive_packet,
		.Dot11ExtIhvSendPacketCompletion = send_packet_completion,
		.Dot11ExtIhvValidateProfile = judge_profile,
		.Dot11ExtIhvPerformCapabilityMatch = perform_capability_match,
		.Dot11ExtIhvCreateDiscoveryProfiles = ihv_unused_create_discovery_profiles,
		.Dot11ExtIhvProcessSessionChange = ihv_unused_process_session_change,
		.Dot11ExtIhvReceiveIndication = ihv_unused_receive_indication,
		.Dot11ExtIhvIsUIRequestPending = ihv_unused_is_ui_request_pending,
		.Dot11ExtIhvProcessUIResponse = ihv_unused_process_ui_response,
		.Dot11ExtIhvQueryUIRequest = ihv_unused_query_ui_request,
		.Dot11ExtIhvOnexIndicateResult = ihv_unused_onex_indicate_result,
		.Dot11ExtIhvControl = ihv_unused_control,
	};
	return ERROR_SUCCESS;
}
