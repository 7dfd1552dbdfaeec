// SPDX-License-Identifier: BSD-2-Clause
/*
 * The Native 802.11 IHV Extensibility interface: what a module gets (DOT11EXT_APIS), what it gives
 * (DOT11EXT_IHV_HANDLERS), and what passes between them. This is the one header a module includes.
 * Facts: wlanihv.h [H]; rules by number: contract part 5.
 *
 * Words: the host is the OS's side. "svc" is hDot11SvcHandle, the host's handle of an adapter, dead
 * on entry to DeinitAdapter. Everything passed into a handler belongs to the host and is valid
 * until the handler returns. Functions return a Win32 code, 0 for success.
 */
#ifndef IHV_WLANIHV_H
#define IHV_WLANIHV_H

#include <windows.h>
#include <windot11.h>
#include <wlclient.h>
#include <l2cmn.h>
#include <wlanihvtypes.h>
#include <dot1x.h>
#include <ihv_export.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Structures. ---- */

/* Versions of the interface that a module speaks, both ends included. Vista's interface is 0. */
typedef struct _DOT11_IHV_VERSION_INFO {
	DWORD dwVerMin;
	DWORD dwVerMax;
} DOT11_IHV_VERSION_INFO, *PDOT11_IHV_VERSION_INFO;

/* When QueryUIRequest asks for something to show (ui-query). */
typedef enum _DOT11EXT_IHV_CONNECTION_PHASE {
	connection_phase_any = 0,
	connection_phase_initial_connection = 1, /* before pre-association */
	connection_phase_post_l3_connection = 2  /* after post-association */
} DOT11EXT_IHV_CONNECTION_PHASE,
	*PDOT11EXT_IHV_CONNECTION_PHASE;

/*
 * A page to show to the user. Given to Dot11ExtSendUIRequest it stays the module's and stays
 * allocated until ProcessUIResponse or cancellation; returned by QueryUIRequest it comes
 * from Dot11ExtAllocateBuffer and becomes the host's.
 */
typedef struct _DOT11EXT_IHV_UI_REQUEST {
	DWORD dwSessionId;  /* terminal session of the user */
	GUID guidUIRequest; /* unique among all pending requests of the module */
	CLSID UIPageClsid;  /* which page of the UI extension */
	DWORD dwByteCount;  /* bytes at pvUIRequest */
	BYTE *pvUIRequest;  /* for the UI extension, in the vendor's own format */
} DOT11EXT_IHV_UI_REQUEST, *PDOT11EXT_IHV_UI_REQUEST;

/* Outcome of the OS's 802.1X. The first two end the operation, IN_PROGRESS does not (C-11). */
typedef enum _DOT11_MSONEX_RESULT {
	DOT11_MSONEX_SUCCESS = 0,
	DOT11_MSONEX_FAILURE = 1,
	DOT11_MSONEX_IN_PROGRESS = 2
} DOT11_MSONEX_RESULT,
	*PDOT11_MSONEX_RESULT;

/* What the EAP method said. */
typedef struct _DOT11_EAP_RESULT {
	UINT32 dwFailureReasonCode;
	EAP_ATTRIBUTES *pAttribArray;
} DOT11_EAP_RESULT, *PDOT11_EAP_RESULT;

/* Details of an 802.1X result. The keys are encrypted (CryptUnprotectData on Windows); lengths in
 * bytes. */
typedef struct _DOT11_MSONEX_RESULT_PARAMS {
	ONEX_AUTH_STATUS Dot11OnexAuthStatus;
	ONEX_REASON_CODE Dot11OneXReasonCode;
	PBYTE pbMPPESendKey;
	DWORD dwMPPESendKeyLen;
	PBYTE pbMPPERecvKey;
	DWORD dwMPPERecvKeyLen;
	PDOT11_EAP_RESULT pDot11EapResult;
} DOT11_MSONEX_RESULT_PARAMS, *PDOT11_MSONEX_RESULT_PARAMS;

/* The vendor's connectivity settings of a profile: an XML fragment, NULL if it has none (C-21). */
typedef struct _DOT11EXT_IHV_CONNECTIVITY_PROFILE {
	LPWSTR pszXmlFragmentIhvConnectivity;
} DOT11EXT_IHV_CONNECTIVITY_PROFILE, *PDOT11EXT_IHV_CONNECTIVITY_PROFILE;

/* The vendor's security settings, and whether the profile wants the OS's 802.1X. */
typedef struct _DOT11EXT_IHV_SECURITY_PROFILE {
	LPWSTR pszXmlFragmentIhvSecurity;
	BOOL bUseMSOnex;
} DOT11EXT_IHV_SECURITY_PROFILE, *PDOT11EXT_IHV_SECURITY_PROFILE;

/* Fragments for a network without a profile (prof-new). */
typedef struct _DOT11EXT_IHV_DISCOVERY_PROFILE {
	DOT11EXT_IHV_CONNECTIVITY_PROFILE IhvConnectivityProfile;
	DOT11EXT_IHV_SECURITY_PROFILE IhvSecurityProfile;
} DOT11EXT_IHV_DISCOVERY_PROFILE, *PDOT11EXT_IHV_DISCOVERY_PROFILE;

/* Output of CreateDiscoveryProfiles: array and strings from Dot11ExtAllocateBuffer, freed by the
 * host. */
typedef struct _DOT11EXT_IHV_DISCOVERY_PROFILE_LIST {
	DWORD dwCount;
	PDOT11EXT_IHV_DISCOVERY_PROFILE pIhvDiscoveryProfiles;
} DOT11EXT_IHV_DISCOVERY_PROFILE_LIST, *PDOT11EXT_IHV_DISCOVERY_PROFILE_LIST;

/* What ReceiveIndication carries: 0 the vendor's own data, the rest structures of windot11.h
 * (C-19). */
typedef enum _DOT11EXT_IHV_INDICATION_TYPE {
	IndicationTypeNicSpecificNotification = 0,
	IndicationTypePmkidCandidateList = 1,
	IndicationTypeTkipMicFailure = 2,
	IndicationTypePhyStateChange = 3,
	IndicationTypeLinkQuality = 4
} DOT11EXT_IHV_INDICATION_TYPE,
	*PDOT11EXT_IHV_INDICATION_TYPE;

/* Bytes of a virtual station's key. */
#define DOT11EXT_PSK_MAX_LENGTH 64

/* The access point that a virtual station hosts (vsta, X-70). */
typedef struct _DOT11EXT_VIRTUAL_STATION_AP_PROPERTY {
	DOT11_SSID dot11SSID;
	DOT11_AUTH_ALGORITHM dot11AuthAlgo;
	DOT11_CIPHER_ALGORITHM dot11CipherAlgo;
	BOOL bIsPassPhrase; /* else a key: 32 bytes, or 64 hex digits */
	DWORD dwKeyLength;  /* pass phrase: characters + 1 */
	UCHAR ucKeyData[DOT11EXT_PSK_MAX_LENGTH];
} DOT11EXT_VIRTUAL_STATION_AP_PROPERTY, *PDOT11EXT_VIRTUAL_STATION_AP_PROPERTY;

/* The network a diagnosis is about. */
#define WDIAG_IHV_WLAN_ID_FLAG_SECURITY_ENABLED 0x00000001
typedef struct _WDIAG_IHV_WLAN_ID {
	WCHAR strProfileName[MS_MAX_PROFILE_NAME_LENGTH];
	DOT11_SSID Ssid;
	DOT11_BSS_TYPE BssType;
	DWORD dwFlags;      /* WDIAG_IHV_WLAN_ID_FLAG_... */
	DWORD dwReasonCode; /* 0 if there is none */
} WDIAG_IHV_WLAN_ID, *PWDIAG_IHV_WLAN_ID;

/*
 * ---- Extensibility functions: module calls host, from any thread, also from inside handlers. ----
 * They return soon and never wait for a handler, so a module may hold its own lock around them.
 * Each says from when until when it may be called (contract 3.1):
 *   SVC   InitService .. DeinitService        ADP   InitAdapter .. entry of DeinitAdapter
 *   PRE   PerformPreAssociate .. its completion, AdapterReset or DeinitAdapter
 *   POST  PerformPostAssociate .. entry of StopPostAssociate, AdapterReset or DeinitAdapter
 */

/* SVC. Memory of dwByteCount bytes to *ppvBuffer, the caller's; ERROR_OUTOFMEMORY. 0 bytes are
 * fine. */
typedef DWORD(WINAPI *DOT11EXT_ALLOCATE_BUFFER)(DWORD dwByteCount, LPVOID *ppvBuffer);

/* SVC, also inside DeinitService (C-09). Frees what the module owns; NULL does nothing. */
typedef VOID(WINAPI *DOT11EXT_FREE_BUFFER)(LPVOID pvMemory);

/*
 * PRE, once PerformPreAssociate returned (C-07). Keeps dwDataSize bytes for the user of terminal
 * session dwSessionID and the current profile. Not encrypted by the host. The caller keeps pvData.
 */
typedef DWORD(WINAPI *DOT11EXT_SET_PROFILE_CUSTOM_USER_DATA)(HANDLE hDot11SvcHandle,
	HANDLE hConnectSession, DWORD dwSessionID, DWORD dwDataSize, LPVOID pvData);

/* PRE, as above. Reads them back; the caller frees *ppvData with Dot11ExtFreeBuffer. */
typedef DWORD(WINAPI *DOT11EXT_GET_PROFILE_CUSTOM_USER_DATA)(HANDLE hDot11SvcHandle,
	HANDLE hConnectSession, DWORD dwSessionID, DWORD *pdwDataSize, LPVOID *ppvData);

/* PRE, from another thread than the handler's. Replaces fragments of the profile; NULL keeps
 * one. */
typedef DWORD(WINAPI *DOT11EXT_SET_CURRENT_PROFILE)(HANDLE hDot11SvcHandle, HANDLE hConnectSession,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE pIhvConnProfile,
	PDOT11EXT_IHV_SECURITY_PROFILE pIhvSecProfile);

/* ADP. Shows a page of the UI extension; the answer comes through ProcessUIResponse (ui-req). */
typedef DWORD(WINAPI *DOT11EXT_SEND_UI_REQUEST)(
	HANDLE hDot11SvcHandle, PDOT11EXT_IHV_UI_REQUEST pIhvUIRequest);

/* PRE, exactly once, not before the handler returned. hConnectSession dies with it. */
typedef DWORD(WINAPI *DOT11EXT_PRE_ASSOCIATE_COMPLETION)(
	HANDLE hDot11SvcHandle, HANDLE hConnectSession, DWORD dwReasonCode, DWORD dwWin32Error);

/*
 * POST, not before the handler returned, again whenever the port's state changes.
 * dwWin32Error 0 opens the port. pPeer is NULL or the AP. Never after Stop began.
 */
typedef DWORD(WINAPI *DOT11EXT_POST_ASSOCIATE_COMPLETION)(HANDLE hDot11SvcHandle,
	HANDLE hSecuritySessionID, PDOT11_MAC_ADDRESS pPeer, DWORD dwReasonCode,
	DWORD dwWin32Error);

/* ADP. To programs that listen for L2_NOTIFICATION_SOURCE_WLAN_IHV; copied before it returns. */
typedef DWORD(WINAPI *DOT11EXT_SEND_NOTIFICATION)(
	HANDLE hDot11SvcHandle, PL2_NOTIFICATION_DATA pNotificationData);

/*
 * POST. Sends uPacketLen bytes laid out as DOT11_SECURITY_PACKET_HEADER. The buffer stays the
 * module's and unchanged until SendPacketCompletion(hSendCompletion), a value unique in the module
 * (X-60, X-61).
 */
typedef DWORD(WINAPI *DOT11EXT_SEND_PACKET)(
	HANDLE hDot11SvcHandle, ULONG uPacketLen, LPVOID pvPacket, HANDLE hSendCompletion);

/*
 * ADP, until a successful pre-association completion. Which EtherTypes go unencrypted and
 * which go to the module, of whose packets at most uMaxBackLog wait. Network byte order; arrays are
 * copied.
 */
typedef DWORD(WINAPI *DOT11EXT_SET_ETHERTYPE_HANDLING)(HANDLE hDot11SvcHandle, ULONG uMaxBackLog,
	ULONG uNumOfExemption, PDOT11_PRIVACY_EXEMPTION pExemption, ULONG uNumOfRegistration,
	USHORT *pusRegistration);

/* ADP, meant for pre-association. A DOT11_AUTH_ALGORITHM that the miniport advertises. */
typedef DWORD(WINAPI *DOT11EXT_SET_AUTH_ALGORITHM)(HANDLE hDot11SvcHandle, DWORD dwAuthAlgo);

/* ADP, as above. A DOT11_CIPHER_ALGORITHM for unicast data. */
typedef DWORD(WINAPI *DOT11EXT_SET_UNICAST_CIPHER_ALGORITHM)(
	HANDLE hDot11SvcHandle, DWORD dwUnicastCipherAlgo);

/* ADP, as above. A DOT11_CIPHER_ALGORITHM for group data. */
typedef DWORD(WINAPI *DOT11EXT_SET_MULTICAST_CIPHER_ALGORITHM)(
	HANDLE hDot11SvcHandle, DWORD dwMulticastCipherAlgo);

/* ADP. Adds or deletes a default key; direction INBOUND or BOTH. The caller keeps and wipes
 * pKey. */
typedef DWORD(WINAPI *DOT11EXT_SET_DEFAULT_KEY)(HANDLE hDot11SvcHandle,
	PDOT11_CIPHER_DEFAULT_KEY_VALUE pKey, DOT11_DIRECTION dot11Direction);

/* ADP. Adds or deletes a pairwise key. The caller keeps and wipes pKey. */
typedef DWORD(WINAPI *DOT11EXT_SET_KEY_MAPPING_KEY)(
	HANDLE hDot11SvcHandle, PDOT11_CIPHER_KEY_MAPPING_KEY_VALUE pKey);

/* ADP. Which default key encrypts, 0 to 3. */
typedef DWORD(WINAPI *DOT11EXT_SET_DEFAULT_KEY_ID)(HANDLE hDot11SvcHandle, ULONG uDefaultKeyId);

/*
 * ADP. A request of the vendor to its miniport, answered before it returns. *pdwOutBufferSize: room
 * in, bytes out. ERROR_NOT_SUPPORTED if the miniport has no such request.
 */
typedef DWORD(WINAPI *DOT11EXT_NIC_SPECIFIC_EXTENSION)(HANDLE hDot11SvcHandle, DWORD dwInBufferSize,
	LPVOID pvInBuffer, DWORD *pdwOutBufferSize, LPVOID pvOutBuffer);

/* ADP. TRUE: received data that is not encrypted is dropped, exempted EtherTypes aside. */
typedef DWORD(WINAPI *DOT11EXT_SET_EXCLUDE_UNENCRYPTED)(
	HANDLE hDot11SvcHandle, BOOL bExcludeUnencrypted);

/*
 * POST. Starts the OS's 802.1X on the port; EAPOL must be registered. pEapAttributes may be
 * NULL, else it comes from Dot11ExtAllocateBuffer and the host frees it.
 */
typedef DWORD(WINAPI *DOT11EXT_ONEX_START)(HANDLE hDot11SvcHandle, EAP_ATTRIBUTES *pEapAttributes);

/* POST, while 802.1X is pending. Cancels it; no result follows. */
typedef DWORD(WINAPI *DOT11EXT_ONEX_STOP)(HANDLE hDot11SvcHandle);

/* POST, while 802.1X is pending. A received EAPOL PDU that is not an EAPOL-Key. */
typedef DWORD(WINAPI *DOT11EXT_PROCESS_ONEX_PACKET)(
	HANDLE hDot11SvcHandle, DWORD dwInPacketSize, LPVOID pvInPacket);

/* ADP, once InitVirtualStation returned. Asks for a second, virtual adapter; pvReserved is NULL. */
typedef DWORD(WINAPI *DOT11EXT_REQUEST_VIRTUAL_STATION)(
	HANDLE hDot11PrimaryHandle, LPVOID pvReserved);

/* ADP, as above. Gives it back; its data lives until its DeinitAdapter. */
typedef DWORD(WINAPI *DOT11EXT_RELEASE_VIRTUAL_STATION)(
	HANDLE hDot11PrimaryHandle, LPVOID pvReserved);

/* ADP, as above. Is this adapter virtual, and of which adapter? *pgPrimary only counts if TRUE. */
typedef DWORD(WINAPI *DOT11EXT_QUERY_VIRTUAL_STATION_PROPERTIES)(
	HANDLE hDot11SvcHandle, BOOL *pbIsVirtualStation, GUID *pgPrimary, LPVOID pvReserved);

/* PRE, as above, before the successful completion (C-06). The AP that the virtual station hosts. */
typedef DWORD(WINAPI *DOT11EXT_SET_VIRTUAL_STATION_AP_PROPERTIES)(HANDLE hDot11SvcHandle,
	HANDLE hConnectSession, DWORD dwNumProperties,
	PDOT11EXT_VIRTUAL_STATION_AP_PROPERTY pProperties, LPVOID pvReserved);

/*
 * What the host gives to InitService. Copy it: the memory is the host's and goes when the call
 * returns; the functions stay good until DeinitService.
 */
typedef struct _DOT11EXT_APIS {
	DOT11EXT_ALLOCATE_BUFFER Dot11ExtAllocateBuffer;
	DOT11EXT_FREE_BUFFER Dot11ExtFreeBuffer;
	DOT11EXT_SET_PROFILE_CUSTOM_USER_DATA Dot11ExtSetProfileCustomUserData;
	DOT11EXT_GET_PROFILE_CUSTOM_USER_DATA Dot11ExtGetProfileCustomUserData;
	DOT11EXT_SET_CURRENT_PROFILE Dot11ExtSetCurrentProfile;
	DOT11EXT_SEND_UI_REQUEST Dot11ExtSendUIRequest;
	DOT11EXT_PRE_ASSOCIATE_COMPLETION Dot11ExtPreAssociateCompletion;
	DOT11EXT_POST_ASSOCIATE_COMPLETION Dot11ExtPostAssociateCompletion;
	DOT11EXT_SEND_NOTIFICATION Dot11ExtSendNotification;
	DOT11EXT_SEND_PACKET Dot11ExtSendPacket;
	DOT11EXT_SET_ETHERTYPE_HANDLING Dot11ExtSetEtherTypeHandling;
	DOT11EXT_SET_AUTH_ALGORITHM Dot11ExtSetAuthAlgorithm;
	DOT11EXT_SET_UNICAST_CIPHER_ALGORITHM Dot11ExtSetUnicastCipherAlgorithm;
	DOT11EXT_SET_MULTICAST_CIPHER_ALGORITHM Dot11ExtSetMulticastCipherAlgorithm;
	DOT11EXT_SET_DEFAULT_KEY Dot11ExtSetDefaultKey;
	DOT11EXT_SET_KEY_MAPPING_KEY Dot11ExtSetKeyMappingKey;
	DOT11EXT_SET_DEFAULT_KEY_ID Dot11ExtSetDefaultKeyId;
	DOT11EXT_NIC_SPECIFIC_EXTENSION Dot11ExtNicSpecificExtension;
	DOT11EXT_SET_EXCLUDE_UNENCRYPTED Dot11ExtSetExcludeUnencrypted;
	DOT11EXT_ONEX_START Dot11ExtStartOneX;
	DOT11EXT_ONEX_STOP Dot11ExtStopOneX;
	DOT11EXT_PROCESS_ONEX_PACKET Dot11ExtProcessSecurityPacket;
} DOT11EXT_APIS, *PDOT11EXT_APIS;

/* What the host gives to InitVirtualStation; same life as DOT11EXT_APIS. */
typedef struct _DOT11EXT_VIRTUAL_STATION_APIS {
	DOT11EXT_REQUEST_VIRTUAL_STATION Dot11ExtRequestVirtualStation;
	DOT11EXT_RELEASE_VIRTUAL_STATION Dot11ExtReleaseVirtualStation;
	DOT11EXT_QUERY_VIRTUAL_STATION_PROPERTIES Dot11ExtQueryVirtualStationProperties;
	DOT11EXT_SET_VIRTUAL_STATION_AP_PROPERTIES Dot11ExtSetVirtualStationAPProperties;
} DOT11EXT_VIRTUAL_STATION_APIS, *PDOT11EXT_VIRTUAL_STATION_APIS;

/*
 * ---- Handlers: host calls module, on any thread, and not one at a time (contract part 2). ----
 * None may wait for the network or the user.
 */

/* Last call of all: end every thread of the module, free everything. */
typedef VOID(WINAPI *DOT11EXTIHV_DEINIT_SERVICE)(VOID);

/* An adapter arrived. Write a handle of the module's own to *phIhvExtAdapter, unique, not NULL
 * (X-12). */
typedef DWORD(WINAPI *DOT11EXTIHV_INIT_ADAPTER)(
	PDOT11_ADAPTER pDot11Adapter, HANDLE hDot11SvcHandle, PHANDLE phIhvExtAdapter);

/* An adapter left. The svc handle is dead already: cancel inside the module, call nothing (X-14,
 * */
typedef VOID(WINAPI *DOT11EXTIHV_DEINIT_ADAPTER)(HANDLE hIhvExtAdapter);

/*
 * A profile was chosen. Judge it, always write *pdwReasonCode, start the work elsewhere and return;
 * Dot11ExtPreAssociateCompletion follows. An error return starts nothing.
 */
typedef DWORD(WINAPI *DOT11EXTIHV_PERFORM_PRE_ASSOCIATE)(HANDLE hIhvExtAdapter,
	HANDLE hConnectSession, PDOT11EXT_IHV_PROFILE_PARAMS pIhvProfileParams,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE pIhvConnProfile,
	PDOT11EXT_IHV_SECURITY_PROFILE pIhvSecProfile, PDOT11_BSS_LIST pConnectableBssid,
	PDWORD pdwReasonCode);

/* Back to the state after InitAdapter; what is pending is completed with ERROR_CANCELLED (X-44,
 * */
typedef DWORD(WINAPI *DOT11EXTIHV_ADAPTER_RESET)(HANDLE hIhvExtAdapter);

/*
 * Associated, the port is there and closed. Start the security session hSecuritySessionID;
 * Dot11ExtPostAssociateCompletion follows. Called for every association, any number of times after
 * one pre-association. pDot11AssocParams has uDot11AssocParamsBytes bytes.
 */
typedef DWORD(WINAPI *DOT11EXTIHV_PERFORM_POST_ASSOCIATE)(HANDLE hIhvExtAdapter,
	HANDLE hSecuritySessionID, PDOT11_PORT_STATE pPortState, ULONG uDot11AssocParamsBytes,
	PDOT11_ASSOCIATION_COMPLETION_PARAMETERS pDot11AssocParams);

/*
 * The port is down: let go of everything of its session, completed or not, complete nothing. When
 * it returns no thread is in that session's code. Unknown peers and repeats are fine
 * (X-43).
 */
typedef DWORD(WINAPI *DOT11EXTIHV_STOP_POST_ASSOCIATE)(
	HANDLE hIhvExtAdapter, PDOT11_MAC_ADDRESS pPeer, DOT11_ASSOC_STATUS dot11AssocStatus);

/* May this profile be stored and used? Always write *pdwReasonCode. */
typedef DWORD(WINAPI *DOT11EXTIHV_VALIDATE_PROFILE)(HANDLE hIhvExtAdapter,
	PDOT11EXT_IHV_PROFILE_PARAMS pIhvProfileParams,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE pIhvConnProfile,
	PDOT11EXT_IHV_SECURITY_PROFILE pIhvSecProfile, PDWORD pdwReasonCode);

/* Does at least one of these networks fit the profile (C-12)? The list may be NULL. */
typedef DWORD(WINAPI *DOT11EXTIHV_PERFORM_CAPABILITY_MATCH)(HANDLE hIhvExtAdapter,
	PDOT11EXT_IHV_PROFILE_PARAMS pIhvProfileParams,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE pIhvConnProfile,
	PDOT11EXT_IHV_SECURITY_PROFILE pIhvSecProfile, PDOT11_BSS_LIST pConnectableBssid,
	PDWORD pdwReasonCode);

/* Fragments for networks without a profile. bInsecure TRUE: only secure ones (C-20). May be none.
 */
typedef DWORD(WINAPI *DOT11EXTIHV_CREATE_DISCOVERY_PROFILES)(HANDLE hIhvExtAdapter, BOOL bInsecure,
	PDOT11EXT_IHV_PROFILE_PARAMS pIhvProfileParams, PDOT11_BSS_LIST pConnectableBssid,
	PDOT11EXT_IHV_DISCOVERY_PROFILE_LIST pIhvDiscoveryProfileList, PDWORD pdwReasonCode);

/* A user session changed: WTS_... On WTS_SESSION_LOGOFF UI requests are cancelled. */
typedef DWORD(WINAPI *DOT11EXTIHV_PROCESS_SESSION_CHANGE)(
	ULONG uEventType, PWTSSESSION_NOTIFICATION pSessionNotification);

/* The miniport indicated something; uBufferLength bytes at pvBuffer, which may be NULL. */
typedef DWORD(WINAPI *DOT11EXTIHV_RECEIVE_INDICATION)(HANDLE hIhvExtAdapter,
	DOT11EXT_IHV_INDICATION_TYPE indicationType, ULONG uBufferLength, LPVOID pvBuffer);

/* A packet of a registered EtherType, laid out as DOT11_SECURITY_PACKET_HEADER. One at a time, in
 * order. */
typedef DWORD(WINAPI *DOT11EXTIHV_RECEIVE_PACKET)(
	HANDLE hIhvExtAdapter, DWORD dwInBufferSize, LPVOID pvInBuffer);

/* A packet was sent or given up: its buffer is the module's again. No adapter is named. */
typedef DWORD(WINAPI *DOT11EXTIHV_SEND_PACKET_COMPLETION)(HANDLE hSendCompletion);

/* Is that request still open? An unknown one is not: FALSE and ERROR_SUCCESS. */
typedef DWORD(WINAPI *DOT11EXTIHV_IS_UI_REQUEST_PENDING)(
	GUID guidUIRequest, PBOOL pbIsRequestPending);

/* The user answered. dwByteCount bytes at pvResponseBuffer, which may be NULL; format is the
 * vendor's. */
typedef DWORD(WINAPI *DOT11EXTIHV_PROCESS_UI_RESPONSE)(
	GUID guidUIRequest, DWORD dwByteCount, LPVOID pvResponseBuffer);

/* Is there something to show now? *ppIhvUIRequest from Dot11ExtAllocateBuffer, freed by the host.
 */
typedef DWORD(WINAPI *DOT11EXTIHV_QUERY_UI_REQUEST)(HANDLE hIhvExtAdapter,
	DOT11EXT_IHV_CONNECTION_PHASE connectionPhase, PDOT11EXT_IHV_UI_REQUEST *ppIhvUIRequest);

/* The OS's 802.1X moved or ended. The parameters may be NULL. */
typedef DWORD(WINAPI *DOT11EXTIHV_ONEX_INDICATE_RESULT)(HANDLE hIhvExtAdapter,
	DOT11_MSONEX_RESULT msOneXResult, PDOT11_MSONEX_RESULT_PARAMS pDot11MsOneXResultParams);

/* A program talks to the module; nobody checked the input. Never claim more than was written
 * (X-69). */
typedef DWORD(WINAPI *DOT11EXTIHV_CONTROL)(HANDLE hIhvExtAdapter, DWORD dwInBufferSize,
	PBYTE pInBuffer, DWORD dwOutBufferSize, PBYTE pOutBuffer, PDWORD pdwBytesReturned);

/* What InitService fills: every member, none NULL. */
typedef struct _DOT11EXT_IHV_HANDLERS {
	DOT11EXTIHV_DEINIT_SERVICE Dot11ExtIhvDeinitService;
	DOT11EXTIHV_INIT_ADAPTER Dot11ExtIhvInitAdapter;
	DOT11EXTIHV_DEINIT_ADAPTER Dot11ExtIhvDeinitAdapter;
	DOT11EXTIHV_PERFORM_PRE_ASSOCIATE Dot11ExtIhvPerformPreAssociate;
	DOT11EXTIHV_ADAPTER_RESET Dot11ExtIhvAdapterReset;
	DOT11EXTIHV_PERFORM_POST_ASSOCIATE Dot11ExtIhvPerformPostAssociate;
	DOT11EXTIHV_STOP_POST_ASSOCIATE Dot11ExtIhvStopPostAssociate;
	DOT11EXTIHV_VALIDATE_PROFILE Dot11ExtIhvValidateProfile;
	DOT11EXTIHV_PERFORM_CAPABILITY_MATCH Dot11ExtIhvPerformCapabilityMatch;
	DOT11EXTIHV_CREATE_DISCOVERY_PROFILES Dot11ExtIhvCreateDiscoveryProfiles;
	DOT11EXTIHV_PROCESS_SESSION_CHANGE Dot11ExtIhvProcessSessionChange;
	DOT11EXTIHV_RECEIVE_INDICATION Dot11ExtIhvReceiveIndication;
	DOT11EXTIHV_RECEIVE_PACKET Dot11ExtIhvReceivePacket;
	DOT11EXTIHV_SEND_PACKET_COMPLETION Dot11ExtIhvSendPacketCompletion;
	DOT11EXTIHV_IS_UI_REQUEST_PENDING Dot11ExtIhvIsUIRequestPending;
	DOT11EXTIHV_PROCESS_UI_RESPONSE Dot11ExtIhvProcessUIResponse;
	DOT11EXTIHV_QUERY_UI_REQUEST Dot11ExtIhvQueryUIRequest;
	DOT11EXTIHV_ONEX_INDICATE_RESULT Dot11ExtIhvOnexIndicateResult;
	DOT11EXTIHV_CONTROL Dot11ExtIhvControl;
} DOT11EXT_IHV_HANDLERS, *PDOT11EXT_IHV_HANDLERS;

/* ---- Entry points: the three exports of a module, found by name. The third is optional. ---- */

#define IHV_VERSION_FUNCTION_NAME "Dot11ExtIhvGetVersionInfo"
#define IHV_INIT_FUNCTION_NAME    "Dot11ExtIhvInitService"
#define IHV_INIT_VS_FUNCTION_NAME "Dot11ExtIhvInitVirtualStation"

/* First call into the module: write both members. No extensibility function yet. */
typedef DWORD(WINAPI *DOT11EXTIHV_GET_VERSION_INFO)(PDOT11_IHV_VERSION_INFO pDot11IHVVersionInfo);

/* Second call: copy the table, fill the handlers, be ready. dwVerNumUsed lies in the module's
 * range. */
typedef DWORD(WINAPI *DOT11EXTIHV_INIT_SERVICE)(DWORD dwVerNumUsed, PDOT11EXT_APIS pDot11ExtAPI,
	LPVOID pvReserved, PDOT11EXT_IHV_HANDLERS pDot11IHVHandlers);

/* Before the first adapter, if exported. The functions may be used once this call returned.
 */
typedef DWORD(WINAPI *DOT11EXTIHV_INIT_VIRTUAL_STATION)(
	PDOT11EXT_VIRTUAL_STATION_APIS pDot11ExtVSAPI, LPVOID pvReserved);

/* Prototypes for the module that defines them; a host only uses the names and the types above. */
IHV_EXPORT DWORD WINAPI Dot11ExtIhvGetVersionInfo(PDOT11_IHV_VERSION_INFO pDot11IHVVersionInfo);
IHV_EXPORT DWORD WINAPI Dot11ExtIhvInitService(DWORD dwVerNumUsed, PDOT11EXT_APIS pDot11ExtAPI,
	LPVOID pvReserved, PDOT11EXT_IHV_HANDLERS pDot11IHVHandlers);
IHV_EXPORT DWORD WINAPI Dot11ExtIhvInitVirtualStation(
	PDOT11EXT_VIRTUAL_STATION_APIS pDot11ExtVSAPI, LPVOID pvReserved);

#ifdef __cplusplus
}
#endif

#endif
