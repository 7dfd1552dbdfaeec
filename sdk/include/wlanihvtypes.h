// SPDX-License-Identifier: BSD-2-Clause
/*
 * The standard part of a network profile, as handlers get it next to the vendor's fragments. All of
 * it belongs to the OS for the duration of the handler (contract 3.5). Facts: wlanihvtypes.h [H].
 */
#ifndef __WLANIHVTYPES_H__
#define __WLANIHVTYPES_H__

#include <eaptypes.h>
#include <wlantypes.h>

#ifdef __cplusplus
extern "C" {
#endif

/* UTF-16 units of a profile name, the terminating zero included. */
#define MS_MAX_PROFILE_NAME_LENGTH 256

/* Where a profile comes from. */
#define MS_PROFILE_GROUP_POLICY 0x1
#define MS_PROFILE_USER         0x2

/* What the profile says about the OS's own security. */
typedef struct _DOT11_MSSECURITY_SETTINGS {
	DOT11_AUTH_ALGORITHM dot11AuthAlgorithm;
	DOT11_CIPHER_ALGORITHM dot11CipherAlgorithm;
	BOOL fOneXEnabled;
	EAP_METHOD_TYPE eapMethodType;
	DWORD dwEapConnectionDataLen; /* bytes at pEapConnectionData */
	BYTE *pEapConnectionData;
} DOT11_MSSECURITY_SETTINGS, *PDOT11_MSSECURITY_SETTINGS;

/* The profile's network names; SSIDs stands for ulCount of them. */
typedef struct _DOT11EXT_IHV_SSID_LIST {
	ULONG ulCount;
	DOT11_SSID SSIDs[1];
} DOT11EXT_IHV_SSID_LIST, *PDOT11EXT_IHV_SSID_LIST;

/* The standard settings beside the fragments; any pointer may be NULL. */
typedef struct _DOT11EXT_IHV_PROFILE_PARAMS {
	PDOT11EXT_IHV_SSID_LIST pSsidList;
	DOT11_BSS_TYPE BssType;
	PDOT11_MSSECURITY_SETTINGS pMSSecuritySettings;
} DOT11EXT_IHV_PROFILE_PARAMS, *PDOT11EXT_IHV_PROFILE_PARAMS;

/* The same with the profile's name and interface, for a UI extension. */
typedef struct _DOT11EXT_IHV_PARAMS {
	DOT11EXT_IHV_PROFILE_PARAMS dot11ExtIhvProfileParams;
	WCHAR wstrProfileName[MS_MAX_PROFILE_NAME_LENGTH];
	DWORD dwProfileTypeFlags; /* MS_PROFILE_... */
	GUID interfaceGuid;
} DOT11EXT_IHV_PARAMS, *PDOT11EXT_IHV_PARAMS;

#ifdef __cplusplus
}
#endif

#endif
