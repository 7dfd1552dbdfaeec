// SPDX-License-Identifier: BSD-2-Clause
/*
 * Handlers for what an extension does not use: no profile to offer, no EtherType registered, no
 * packet sent, no page shown, no control code. Each keeps the rules that bind it (X-19, X-20, X-66,
 * Not part of Windows' headers.
 *
 * An extension that needs one of them for itself writes it, and names the members of the table one
 * by one in place of IHV_UNUSED_HANDLERS.
 */
#ifndef IHV_UNUSED_H
#define IHV_UNUSED_H

#include <wlanihv.h>

static inline DWORD WINAPI ihv_unused_create_discovery_profiles(HANDLE hIhvExtAdapter,
	BOOL bInsecure, PDOT11EXT_IHV_PROFILE_PARAMS pIhvProfileParams,
	PDOT11_BSS_LIST pConnectableBssid,
	PDOT11EXT_IHV_DISCOVERY_PROFILE_LIST pIhvDiscoveryProfileList, PDWORD pdwReasonCode)
{
	UNREFERENCED_PARAMETER(hIhvExtAdapter);
	UNREFERENCED_PARAMETER(bInsecure);
	UNREFERENCED_PARAMETER(pIhvProfileParams);
	UNREFERENCED_PARAMETER(pConnectableBssid);
	pIhvDiscoveryProfileList->dwCount = 0;
	pIhvDiscoveryProfileList->pIhvDiscoveryProfiles = NULL;
	*pdwReasonCode = L2_REASON_CODE_SUCCESS;
	return ERROR_SUCCESS;
}

static inline DWORD WINAPI ihv_unused_process_session_change(
	ULONG uEventType, PWTSSESSION_NOTIFICATION pSessionNotification)
{
	UNREFERENCED_PARAMETER(uEventType);
	UNREFERENCED_PARAMETER(pSessionNotification);
	return ERROR_SUCCESS;
}

static inline DWORD WINAPI ihv_unused_receive_indication(HANDLE hIhvExtAdapter,
	DOT11EXT_IHV_INDICATION_TYPE indicationType, ULONG uBufferLength, LPVOID pvBuffer)
{
	UNREFERENCED_PARAMETER(hIhvExtAdapter);
	UNREFERENCED_PARAMETER(indicationType);
	UNREFERENCED_PARAMETER(uBufferLength);
	UNREFERENCED_PARAMETER(pvBuffer);
	return ERROR_SUCCESS;
}

static inline DWORD WINAPI ihv_unused_receive_packet(
	HANDLE hIhvExtAdapter, DWORD dwInBufferSize, LPVOID pvInBuffer)
{
	UNREFERENCED_PARAMETER(hIhvExtAdapter);
	UNREFERENCED_PARAMETER(dwInBufferSize);
	UNREFERENCED_PARAMETER(pvInBuffer);
	return ERROR_SUCCESS;
}

static inline DWORD WINAPI ihv_unused_send_packet_completion(HANDLE hSendCompletion)
{
	UNREFERENCED_PARAMETER(hSendCompletion);
	return ERROR_SUCCESS;
}

static inline DWORD WINAPI ihv_unused_is_ui_request_pending(
	GUID guidUIRequest, PBOOL pbIsRequestPending)
{
	UNREFERENCED_PARAMETER(guidUIRequest);
	*pbIsRequestPending = FALSE;
	return ERROR_SUCCESS;
}

static inline DWORD WINAPI ihv_unused_process_ui_response(
	GUID guidUIRequest, DWORD dwByteCount, LPVOID pvResponseBuffer)
{
	UNREFERENCED_PARAMETER(guidUIRequest);
	UNREFERENCED_PARAMETER(dwByteCount);
	UNREFERENCED_PARAMETER(pvResponseBuffer);
	return ERROR_NOT_FOUND;
}

static inline DWORD WINAPI ihv_unused_query_ui_request(HANDLE hIhvExtAdapter,
	DOT11EXT_IHV_CONNECTION_PHASE connectionPhase, PDOT11EXT_IHV_UI_REQUEST *ppIhvUIRequest)
{
	UNREFERENCED_PARAMETER(hIhvExtAdapter);
	UNREFERENCED_PARAMETER(connectionPhase);
	*ppIhvUIRequest = NULL;
	return ERROR_CALL_NOT_IMPLEMENTED;
}

static inline DWORD WINAPI ihv_unused_onex_indicate_result(HANDLE hIhvExtAdapter,
	DOT11_MSONEX_RESULT msOneXResult, PDOT11_MSONEX_RESULT_PARAMS pDot11MsOneXResultParams)
{
	UNREFERENCED_PARAMETER(hIhvExtAdapter);
	UNREFERENCED_PARAMETER(msOneXResult);
	UNREFERENCED_PARAMETER(pDot11MsOneXResultParams);
	return ERROR_SUCCESS;
}

static inline DWORD WINAPI ihv_unused_control(HANDLE hIhvExtAdapter, DWORD dwInBufferSize,
	PBYTE pInBuffer, DWORD dwOutBufferSize, PBYTE pOutBuffer, PDWORD pdwBytesReturned)
{
	UNREFERENCED_PARAMETER(hIhvExtAdapter);
	UNREFERENCED_PARAMETER(dwInBufferSize);
	UNREFERENCED_PARAMETER(pInBuffer);
	UNREFERENCED_PARAMETER(dwOutBufferSize);
	UNREFERENCED_PARAMETER(pOutBuffer);
	*pdwBytesReturned = 0; /* */
	return ERROR_NOT_SUPPORTED;
}

/* Members of DOT11EXT_IHV_HANDLERS, for its initialiser. */
#define IHV_UNUSED_HANDLERS                                                                        \
	.Dot11ExtIhvCreateDiscoveryProfiles = ihv_unused_create_discovery_profiles,                \
	.Dot11ExtIhvProcessSessionChange = ihv_unused_process_session_change,                      \
	.Dot11ExtIhvReceiveIndication = ihv_unused_receive_indication,                             \
	.Dot11ExtIhvReceivePacket = ihv_unused_receive_packet,                                     \
	.Dot11ExtIhvSendPacketCompletion = ihv_unused_send_packet_completion,                      \
	.Dot11ExtIhvIsUIRequestPending = ihv_unused_is_ui_request_pending,                         \
	.Dot11ExtIhvProcessUIResponse = ihv_unused_process_ui_response,                            \
	.Dot11ExtIhvQueryUIRequest = ihv_unused_query_ui_request,                                  \
	.Dot11ExtIhvOnexIndicateResult = ihv_unused_onex_indicate_result,                          \
	.Dot11ExtIhvControl = ihv_unused_control

#endif
