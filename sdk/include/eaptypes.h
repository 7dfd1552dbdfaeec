// SPDX-License-Identifier: BSD-2-Clause
/*
 * EAP attributes and method identifiers, as far as Dot11ExtStartOneX and the 802.1X result need
 * them. Facts: eaptypes.h [H]. The first member of EAP_ATTRIBUTE is eaType on Windows (mingw-w64 10
 * calls it eapType).
 */
#ifndef _INC_EAPTYPES
#define _INC_EAPTYPES

#include <windows.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Kind of an attribute. Up to 255 these are the attribute numbers of RADIUS (RFC 2865 and others).
 */
__extension__ typedef enum _EAP_ATTRIBUTE_TYPE {
	eatMinimum = 0,
	eatUserName = 1,
	eatUserPassword = 2,
	eatMD5CHAPPassword = 3,
	eatNASIPAddress = 4,
	eatNASPort = 5,
	eatServiceType = 6,
	eatFramedProtocol = 7,
	eatFramedIPAddress = 8,
	eatFramedIPNetmask = 9,
	eatFramedRouting = 10,
	eatFilterId = 11,
	eatFramedMTU = 12,
	eatFramedCompression = 13,
	eatReplyMessage = 18,
	eatState = 24,
	eatClass = 25,
	eatVendorSpecific = 26, /* carries the MPPE keys of the 802.1X result */
	eatSessionTimeout = 27, /* seconds */
	eatIdleTimeout = 28,
	eatTerminationAction = 29,
	eatCalledStationId = 30,
	eatCallingStationId = 31,
	eatNASIdentifier = 32,
	eatProxyState = 33,
	eatNASPortType = 61,
	eatConnectInfo = 77,
	eatConfigurationToken = 78,
	eatEAPMessage = 79,
	eatSignature = 80,
	eatCertificateOID = 8097,
	eatEAPConfiguration = 8098,
	eatPEAPEmbeddedEAPTypeId = 8099,
	eatPEAPFastRoamedSession = 8100,
	eatEAPTLV = 8102,
	eatCredentialsChanged = 8103,
	eatInnerEapMethodType = 8104,
	eatClearTextPassword = 8107,
	eatQuarantineSoH = 8150,
	eatPeerId = 9000,
	eatServerId = 9001,
	eatMethodId = 9002,
	eatEMSK = 9003,
	eatSessionId = 9004,
	eatReserved = 0xFFFFFFFF
} EAP_ATTRIBUTE_TYPE;

/* One attribute: dwLength bytes at pValue. */
typedef struct _EAP_ATTRIBUTE {
	EAP_ATTRIBUTE_TYPE eaType;
	DWORD dwLength;
	BYTE *pValue;
} EAP_ATTRIBUTE;

/*
 * A list of attributes. Given to Dot11ExtStartOneX it and everything below it comes from
 * Dot11ExtAllocateBuffer, and the OS frees it (X-11, contract 3.5).
 */
typedef struct _EAP_ATTRIBUTES {
	DWORD dwNumberOfAttributes;
	EAP_ATTRIBUTE *pAttribs;
} EAP_ATTRIBUTES;

/* EAP type as on the wire; vendor fields are 0 unless type is 254 (expanded, RFC 3748). */
typedef struct _EAP_TYPE {
	BYTE type;
	DWORD dwVendorId;
	DWORD dwVendorType;
} EAP_TYPE;

/* An EAP type together with the author of its implementation. */
typedef struct _EAP_METHOD_TYPE {
	EAP_TYPE eapType;
	DWORD dwAuthorId;
} EAP_METHOD_TYPE;

#ifdef __cplusplus
}
#endif

#endif
