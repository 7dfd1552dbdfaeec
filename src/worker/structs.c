// SPDX-License-Identifier: BSD-2-Clause
#include "worker/structs.h"

#include <wtsapi32.h>

/* Members of a structure t. */
#define SHAPE(t, list)                                                                             \
	{                                                                                          \
		.name = #t, .members = (list), .count = COUNT(list), .size = sizeof(t)             \
	}
#define AT(t, m) .name = #m, .offset = offsetof(t, m)
#define VALUE(t, m)                                                                                \
	{                                                                                          \
		AT(t, m), .kind = MEMBER_VALUE, .size = SIZE(t, m)                                 \
	}
#define WIDE(t, m)                                                                                 \
	{                                                                                          \
		AT(t, m), .kind = MEMBER_TEXT, .size = 2, .limit = TEXT_MAX                        \
	}
#define BYTES(t, m, n, max)                                                                        \
	{                                                                                          \
		AT(t, m), .kind = MEMBER_BYTES, .size = 1, .limit = (max), COUNTED_BY(t, n)        \
	}
#define TAIL(t, m, n)                                                                              \
	{                                                                                          \
		AT(t, m), .kind = MEMBER_TAIL, .size = SIZE(t, m[0]), .limit = BYTES_MAX,          \
			  COUNTED_BY(t, n)                                                         \
	}
#define ONE(t, m, s)                                                                               \
	{                                                                                          \
		AT(t, m), .kind = MEMBER_STRUCTS, .shape = &(s)                                    \
	}
/* A block of AllocateBuffer, that goes along with those that it names itself. */
#define VIEW(t, m, s)                                                                              \
	{                                                                                          \
		AT(t, m), .kind = MEMBER_TOKEN, .flags = MEMBER_VIEW, .shape = (s)                 \
	}
#define VIEWS(t, m, s, n)                                                                          \
	{                                                                                          \
		AT(t, m), .kind = MEMBER_TOKEN, .flags = MEMBER_VIEW, .shape = (s),                \
			  COUNTED_BY(t, n)                                                         \
	}

/* One number behind a pointer. */
static const struct member dword_members[] = {{.name = "value", .size = sizeof(DWORD)}};
static const struct member bool_members[] = {{.name = "value", .size = sizeof(BOOL)}};
static const struct member guid_members[] = {{.name = "value", .size = sizeof(GUID)}};
static const struct member mac_members[] = {{.name = "address", .size = sizeof(DOT11_MAC_ADDRESS)}};
static const struct member token_members[] = {{.name = "token", .kind = MEMBER_TOKEN}};
const struct shape struct_dword = SHAPE(DWORD, dword_members);
const struct shape struct_one_bool = SHAPE(BOOL, bool_members);
const struct shape struct_guid = SHAPE(GUID, guid_members);
const struct shape struct_mac = SHAPE(DOT11_MAC_ADDRESS, mac_members);
const struct shape struct_token = SHAPE(LPVOID, token_members);

static const struct member version_members[] = {
	VALUE(DOT11_IHV_VERSION_INFO, dwVerMin),
	VALUE(DOT11_IHV_VERSION_INFO, dwVerMax),
};
const struct shape struct_version_info = SHAPE(DOT11_IHV_VERSION_INFO, version_members);

static const struct member adapter_members[] = {
	VALUE(DOT11_ADAPTER, gAdapterId),
	WIDE(DOT11_ADAPTER, pszDescription),
	VALUE(DOT11_ADAPTER, Dot11CurrentOpMode),
};
const struct shape struct_adapter = SHAPE(DOT11_ADAPTER, adapter_members);

static const struct member ssid_list_members[] = {
	VALUE(DOT11EXT_IHV_SSID_LIST, ulCount),
	TAIL(DOT11EXT_IHV_SSID_LIST, SSIDs, ulCount),
};
static const struct shape struct_ssid_list = SHAPE(DOT11EXT_IHV_SSID_LIST, ssid_list_members);

static const struct member ms_security_members[] = {
	VALUE(DOT11_MSSECURITY_SETTINGS, dot11AuthAlgorithm),
	VALUE(DOT11_MSSECURITY_SETTINGS, dot11CipherAlgorithm),
	VALUE(DOT11_MSSECURITY_SETTINGS, fOneXEnabled),
	VALUE(DOT11_MSSECURITY_SETTINGS, eapMethodType.eapType.type),
	VALUE(DOT11_MSSECURITY_SETTINGS, eapMethodType.eapType.dwVendorId),
	VALUE(DOT11_MSSECURITY_SETTINGS, eapMethodType.eapType.dwVendorType),
	VALUE(DOT11_MSSECURITY_SETTINGS, eapMethodType.dwAuthorId),
	VALUE(DOT11_MSSECURITY_SETTINGS, dwEapConnectionDataLen),
	BYTES(DOT11_MSSECURITY_SETTINGS, pEapConnectionData, dwEapConnectionDataLen, DATA_MAX),
};
static const struct shape struct_ms_security =
	SHAPE(DOT11_MSSECURITY_SETTINGS, ms_security_members);

static const struct member params_members[] = {
	ONE(DOT11EXT_IHV_PROFILE_PARAMS, pSsidList, struct_ssid_list),
	VALUE(DOT11EXT_IHV_PROFILE_PARAMS, BssType),
	ONE(DOT11EXT_IHV_PROFILE_PARAMS, pMSSecuritySettings, struct_ms_security),
};
const struct shape struct_profile_params = SHAPE(DOT11EXT_IHV_PROFILE_PARAMS, params_members);

static const struct member connectivity_members[] = {
	WIDE(DOT11EXT_IHV_CONNECTIVITY_PROFILE, pszXmlFragmentIhvConnectivity),
};
const struct shape struct_connectivity_profile =
	SHAPE(DOT11EXT_IHV_CONNECTIVITY_PROFILE, connectivity_members);

static const struct member security_members[] = {
	WIDE(DOT11EXT_IHV_SECURITY_PROFILE, pszXmlFragmentIhvSecurity),
	VALUE(DOT11EXT_IHV_SECURITY_PROFILE, bUseMSOnex),
};
const struct shape struct_security_profile = SHAPE(DOT11EXT_IHV_SECURITY_PROFILE, security_members);

static const struct member bss_list_members[] = {
	VALUE(DOT11_BSS_LIST, uNumOfBytes),
	BYTES(DOT11_BSS_LIST, pucBuffer, uNumOfBytes, BYTES_MAX),
};
const struct shape struct_bss_list = SHAPE(DOT11_BSS_LIST, bss_list_members);

static const struct member port_members[] = {
	VALUE(DOT11_PORT_STATE, PeerMacAddress),
	VALUE(DOT11_PORT_STATE, uSessionId),
	VALUE(DOT11_PORT_STATE, bPortControlled),
	VALUE(DOT11_PORT_STATE, bPortAuthorized),
};
const struct shape struct_port_state = SHAPE(DOT11_PORT_STATE, port_members);

#define P DOT11_ASSOCIATION_COMPLETION_PARAMETERS
static const struct member association_members[] = {
	VALUE(P, Header),
	VALUE(P, MacAddr),
	VALUE(P, uStatus),
	VALUE(P, bReAssocReq),
	VALUE(P, bReAssocResp),
	VALUE(P, uAssocReqOffset),
	VALUE(P, uAssocReqSize),
	VALUE(P, uAssocRespOffset),
	VALUE(P, uAssocRespSize),
	VALUE(P, uBeaconOffset),
	VALUE(P, uBeaconSize),
	VALUE(P, uIHVDataOffset),
	VALUE(P, uIHVDataSize),
	VALUE(P, AuthAlgo),
	VALUE(P, UnicastCipher),
	VALUE(P, MulticastCipher),
	VALUE(P, uActivePhyListOffset),
	VALUE(P, uActivePhyListSize),
	VALUE(P, bFourAddressSupported),
	VALUE(P, bPortAuthorized),
	VALUE(P, ucActiveQoSProtocol),
	VALUE(P, DSInfo),
	VALUE(P, uEncapTableOffset),
	VALUE(P, uEncapTableSize),
	VALUE(P, MulticastMgmtCipher),
	VALUE(P, uAssocComebackTime),
};
const struct shape struct_association = SHAPE(P, association_members);
#undef P

static const struct member session_change_members[] = {
	VALUE(WTSSESSION_NOTIFICATION, cbSize),
	VALUE(WTSSESSION_NOTIFICATION, dwSessionId),
};
const struct shape struct_session_change = SHAPE(WTSSESSION_NOTIFICATION, session_change_members);

static const struct member eap_attribute_members[] = {
	VALUE(EAP_ATTRIBUTE, eaType),
	VALUE(EAP_ATTRIBUTE, dwLength),
	BYTES(EAP_ATTRIBUTE, pValue, dwLength, DATA_MAX),
};
static const struct shape struct_eap_attribute = SHAPE(EAP_ATTRIBUTE, eap_attribute_members);

static const struct member eap_attributes_members[] = {
	VALUE(EAP_ATTRIBUTES, dwNumberOfAttributes),
	{AT(EAP_ATTRIBUTES, pAttribs), .kind = MEMBER_STRUCTS, .shape = &struct_eap_attribute,
		.limit = LIST_MAX, COUNTED_BY(EAP_ATTRIBUTES, dwNumberOfAttributes)},
};
static const struct shape struct_eap_attributes = SHAPE(EAP_ATTRIBUTES, eap_attributes_members);

static const struct member eap_result_members[] = {
	VALUE(DOT11_EAP_RESULT, dwFailureReasonCode),
	ONE(DOT11_EAP_RESULT, pAttribArray, struct_eap_attributes),
};
static const struct shape struct_eap_result = SHAPE(DOT11_EAP_RESULT, eap_result_members);

#define P DOT11_MSONEX_RESULT_PARAMS
static const struct member onex_members[] = {
	VALUE(P, Dot11OnexAuthStatus),
	VALUE(P, Dot11OneXReasonCode),
	VALUE(P, dwMPPESendKeyLen),
	BYTES(P, pbMPPESendKey, dwMPPESendKeyLen, DATA_MAX),
	VALUE(P, dwMPPERecvKeyLen),
	BYTES(P, pbMPPERecvKey, dwMPPERecvKeyLen, DATA_MAX),
	ONE(P, pDot11EapResult, struct_eap_result),
};
const struct shape struct_onex_params = SHAPE(P, onex_members);
#undef P

static const struct member ui_request_members[] = {
	VALUE(DOT11EXT_IHV_UI_REQUEST, dwSessionId),
	VALUE(DOT11EXT_IHV_UI_REQUEST, guidUIRequest),
	VALUE(DOT11EXT_IHV_UI_REQUEST, UIPageClsid),
	VALUE(DOT11EXT_IHV_UI_REQUEST, dwByteCount),
	BYTES(DOT11EXT_IHV_UI_REQUEST, pvUIRequest, dwByteCount, DATA_MAX),
};
const struct shape struct_ui_request = SHAPE(DOT11EXT_IHV_UI_REQUEST, ui_request_members);

static const struct member notification_members[] = {
	VALUE(L2_NOTIFICATION_DATA, NotificationSource),
	VALUE(L2_NOTIFICATION_DATA, NotificationCode),
	VALUE(L2_NOTIFICATION_DATA, InterfaceGuid),
	VALUE(L2_NOTIFICATION_DATA, dwDataSize),
	BYTES(L2_NOTIFICATION_DATA, pData, dwDataSize, BYTES_MAX),
};
const struct shape struct_notification = SHAPE(L2_NOTIFICATION_DATA, notification_members);

/* Of a key that is to be deleted nobody reads the bytes, so its length may say anything. */
#define KEY(t)                                                                                     \
	{                                                                                          \
		AT(t, ucKey), .kind = MEMBER_TAIL, .size = 1, .limit = BYTES_MAX,                  \
			      COUNTED_BY(t, usKeyLength), .unless = offsetof(t, bDelete)           \
	}

#define K DOT11_CIPHER_DEFAULT_KEY_VALUE
static const struct member default_key_members[] = {
	VALUE(K, Header),
	VALUE(K, uKeyIndex),
	VALUE(K, AlgorithmId),
	VALUE(K, MacAddr),
	VALUE(K, bDelete),
	VALUE(K, bStatic),
	VALUE(K, usKeyLength),
	KEY(K),
};
const struct shape struct_default_key = SHAPE(K, default_key_members);
#undef K

#define K DOT11_CIPHER_KEY_MAPPING_KEY_VALUE
static const struct member mapping_key_members[] = {
	VALUE(K, PeerMacAddr),
	VALUE(K, AlgorithmId),
	VALUE(K, Direction),
	VALUE(K, bDelete),
	VALUE(K, bStatic),
	VALUE(K, usKeyLength),
	KEY(K),
};
const struct shape struct_mapping_key = SHAPE(K, mapping_key_members);
#undef K

#define P DOT11EXT_VIRTUAL_STATION_AP_PROPERTY
static const struct member ap_property_members[] = {
	VALUE(P, dot11SSID),
	VALUE(P, dot11AuthAlgo),
	VALUE(P, dot11CipherAlgo),
	VALUE(P, bIsPassPhrase),
	VALUE(P, dwKeyLength),
	VALUE(P, ucKeyData),
};
const struct shape struct_ap_property = SHAPE(P, ap_property_members);
#undef P

/* Structures in blocks of AllocateBuffer: what is named in them are blocks, too. */
static const struct member discovered_members[] = {
	VIEW(DOT11EXT_IHV_DISCOVERY_PROFILE, IhvConnectivityProfile.pszXmlFragmentIhvConnectivity,
		NULL),
	VIEW(DOT11EXT_IHV_DISCOVERY_PROFILE, IhvSecurityProfile.pszXmlFragmentIhvSecurity, NULL),
};
static const struct shape struct_discovered =
	SHAPE(DOT11EXT_IHV_DISCOVERY_PROFILE, discovered_members);

static const struct member discovery_list_members[] = {
	VALUE(DOT11EXT_IHV_DISCOVERY_PROFILE_LIST, dwCount),
	VIEWS(DOT11EXT_IHV_DISCOVERY_PROFILE_LIST, pIhvDiscoveryProfiles, &struct_discovered,
		dwCount),
};
const struct shape struct_discovery_list =
	SHAPE(DOT11EXT_IHV_DISCOVERY_PROFILE_LIST, discovery_list_members);

static const struct member given_request_members[] = {
	VIEW(DOT11EXT_IHV_UI_REQUEST, pvUIRequest, NULL)};
const struct shape struct_given_request = SHAPE(DOT11EXT_IHV_UI_REQUEST, given_request_members);

static const struct member given_attribute_members[] = {VIEW(EAP_ATTRIBUTE, pValue, NULL)};
static const struct shape struct_given_attribute = SHAPE(EAP_ATTRIBUTE, given_attribute_members);

static const struct member given_attributes_members[] = {
	VIEWS(EAP_ATTRIBUTES, pAttribs, &struct_given_attribute, dwNumberOfAttributes)};
const struct shape struct_given_attributes = SHAPE(EAP_ATTRIBUTES, given_attributes_members);
