// SPDX-License-Identifier: BSD-2-Clause
/*
 * Native 802.11 between the OS and a miniport, as far as the IHV Extensibility interface and its
 * host touch it: keys, exemptions, scan entries, indications, request numbers. Facts: windot11.h
 * [H]. Offsets in these structures count bytes from the structure's start.
 */
#ifndef __WINDOT11_H__
#define __WINDOT11_H__

#include <windows.h>
#include <ntddndis.h>
#include <wlantypes.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An 802 address. An array type: as a parameter it is PDOT11_MAC_ADDRESS, a pointer to the array.
 */
typedef UCHAR DOT11_MAC_ADDRESS[6];
typedef DOT11_MAC_ADDRESS *PDOT11_MAC_ADDRESS;

#define DOT11_RATE_SET_MAX_LENGTH 126
#define DOT11_MAX_NUM_DEFAULT_KEY 4

/* Country of the regulatory domain, in 802.11's three characters. */
typedef UCHAR DOT11_COUNTRY_OR_REGION_STRING[3];
typedef DOT11_COUNTRY_OR_REGION_STRING *PDOT11_COUNTRY_OR_REGION_STRING;

/* Any PHY of the adapter, where a PHY number is asked for. */
#define DOT11_PHY_ID_ANY 0xFFFFFFFFU

/* PHY of a network. */
__extension__ typedef enum _DOT11_PHY_TYPE {
	dot11_phy_type_unknown = 0,
	dot11_phy_type_any = 0,
	dot11_phy_type_fhss = 1,
	dot11_phy_type_dsss = 2,
	dot11_phy_type_irbaseband = 3,
	dot11_phy_type_ofdm = 4,
	dot11_phy_type_hrdsss = 5,
	dot11_phy_type_erp = 6,
	dot11_phy_type_ht = 7,
	dot11_phy_type_vht = 8,
	dot11_phy_type_IHV_start = 0x80000000,
	dot11_phy_type_IHV_end = 0xFFFFFFFF
} DOT11_PHY_TYPE,
	*PDOT11_PHY_TYPE;

/* Addresses; BSSIDs stands for uNumOfEntries of them. */
#define DOT11_BSSID_LIST_REVISION_1 1
typedef struct DOT11_BSSID_LIST {
	NDIS_OBJECT_HEADER Header;
	ULONG uNumOfEntries;
	ULONG uTotalNumOfEntries;
	DOT11_MAC_ADDRESS BSSIDs[1];
} DOT11_BSSID_LIST, *PDOT11_BSSID_LIST;

/* Role of the adapter; a module works with extensible stations only (ovw-ext). */
#define DOT11_OPERATION_MODE_EXTENSIBLE_STATION 0x00000004
#define DOT11_OPERATION_MODE_EXTENSIBLE_AP      0x00000008
typedef struct _DOT11_CURRENT_OPERATION_MODE {
	ULONG uReserved;
	ULONG uCurrentOpMode; /* DOT11_OPERATION_MODE_... */
} DOT11_CURRENT_OPERATION_MODE, *PDOT11_CURRENT_OPERATION_MODE;

/* ---- Requests to the miniport (contract 6.4). ---- */

#define OID_DOT11_NDIS_START 0x0D010300
#define NWF_MANDATORY_OID    (0x01U)
#define NWF_OPTIONAL_OID     (0x02U)
#define NWF_OPERATIONAL_OID  (0x01U)
#define NWF_STATISTICS_OID   (0x02U)
/* Number of a request: class (operational, statistics), need (mandatory, optional), sequence. */
#define NWF_DEFINE_OID(Seq, o, m) ((0x0E000000U) | ((o) << 16) | ((m) << 8) | (Seq))

#define OID_DOT11_CURRENT_OPERATION_MODE (OID_DOT11_NDIS_START + 8)
#define OID_DOT11_SCAN_REQUEST           (OID_DOT11_NDIS_START + 11)
#define OID_DOT11_RESET_REQUEST          (OID_DOT11_NDIS_START + 16) /* method */
#define OID_DOT11_NIC_POWER_STATE        (OID_DOT11_NDIS_START + 17)
#define OID_DOT11_NIC_SPECIFIC_EXTENSION (OID_DOT11_NDIS_START + 92) /* method */

#define OID_DOT11_ENUM_BSS_LIST          NWF_DEFINE_OID(121, NWF_OPERATIONAL_OID, NWF_MANDATORY_OID)
#define OID_DOT11_DESIRED_SSID_LIST      NWF_DEFINE_OID(124, NWF_OPERATIONAL_OID, NWF_MANDATORY_OID)
#define OID_DOT11_DESIRED_BSSID_LIST     NWF_DEFINE_OID(126, NWF_OPERATIONAL_OID, NWF_MANDATORY_OID)
#define OID_DOT11_DESIRED_BSS_TYPE       NWF_DEFINE_OID(127, NWF_OPERATIONAL_OID, NWF_MANDATORY_OID)
#define OID_DOT11_PMKID_LIST             NWF_DEFINE_OID(128, NWF_OPERATIONAL_OID, NWF_OPTIONAL_OID)
#define OID_DOT11_CONNECT_REQUEST        NWF_DEFINE_OID(129, NWF_OPERATIONAL_OID, NWF_MANDATORY_OID)
#define OID_DOT11_EXCLUDE_UNENCRYPTED    NWF_DEFINE_OID(130, NWF_OPERATIONAL_OID, NWF_MANDATORY_OID)
#define OID_DOT11_STATISTICS             NWF_DEFINE_OID(131, NWF_STATISTICS_OID, NWF_MANDATORY_OID)
#define OID_DOT11_PRIVACY_EXEMPTION_LIST NWF_DEFINE_OID(132, NWF_OPERATIONAL_OID, NWF_MANDATORY_OID)
#define OID_DOT11_ENABLED_AUTHENTICATION_ALGORITHM                                                 \
	NWF_DEFINE_OID(133, NWF_OPERATIONAL_OID, NWF_MANDATORY_OID)
#define OID_DOT11_SUPPORTED_UNICAST_ALGORITHM_PAIR                                                 \
	NWF_DEFINE_OID(134, NWF_OPERATIONAL_OID, NWF_MANDATORY_OID)
#define OID_DOT11_ENABLED_UNICAST_CIPHER_ALGORITHM                                                 \
	NWF_DEFINE_OID(135, NWF_OPERATIONAL_OID, NWF_MANDATORY_OID)
#define OID_DOT11_SUPPORTED_MULTICAST_ALGORITHM_PAIR                                               \
	NWF_DEFINE_OID(136, NWF_OPERATIONAL_OID, NWF_MANDATORY_OID)
#define OID_DOT11_ENABLED_MULTICAST_CIPHER_ALGORITHM                                               \
	NWF_DEFINE_OID(137, NWF_OPERATIONAL_OID, NWF_MANDATORY_OID)
#define OID_DOT11_CIPHER_DEFAULT_KEY_ID  NWF_DEFINE_OID(138, NWF_OPERATIONAL_OID, NWF_MANDATORY_OID)
#define OID_DOT11_CIPHER_DEFAULT_KEY     NWF_DEFINE_OID(139, NWF_OPERATIONAL_OID, NWF_MANDATORY_OID)
#define OID_DOT11_CIPHER_KEY_MAPPING_KEY NWF_DEFINE_OID(140, NWF_OPERATIONAL_OID, NWF_MANDATORY_OID)
#define OID_DOT11_ENUM_ASSOCIATION_INFO  NWF_DEFINE_OID(141, NWF_OPERATIONAL_OID, NWF_MANDATORY_OID)
#define OID_DOT11_DISCONNECT_REQUEST     NWF_DEFINE_OID(142, NWF_OPERATIONAL_OID, NWF_MANDATORY_OID)
#define OID_DOT11_UNREACHABLE_DETECTION_THRESHOLD                                                  \
	NWF_DEFINE_OID(148, NWF_OPERATIONAL_OID, NWF_MANDATORY_OID)
#define OID_DOT11_PORT_STATE_NOTIFICATION NWF_DEFINE_OID(154, NWF_OPERATIONAL_OID, NWF_OPTIONAL_OID)
#define OID_DOT11_SAFE_MODE_ENABLED       NWF_DEFINE_OID(157, NWF_OPERATIONAL_OID, NWF_MANDATORY_OID)
#define OID_DOT11_ASSOCIATION_PARAMS      NWF_DEFINE_OID(159, NWF_OPERATIONAL_OID, NWF_MANDATORY_OID)

/* What OID_DOT11_RESET_REQUEST resets; a station in extensible mode only knows phy_and_mac. */
typedef enum _DOT11_RESET_TYPE {
	dot11_reset_type_phy = 1,
	dot11_reset_type_mac = 2,
	dot11_reset_type_phy_and_mac = 3
} DOT11_RESET_TYPE,
	*PDOT11_RESET_TYPE;

/* Input of OID_DOT11_RESET_REQUEST. */
typedef struct _DOT11_RESET_REQUEST {
	DOT11_RESET_TYPE dot11ResetType;
	DOT11_MAC_ADDRESS dot11MacAddress; /* the station's address after the reset */
	BOOLEAN bSetDefaultMIB;
} DOT11_RESET_REQUEST, *PDOT11_RESET_REQUEST;

/* Input of OID_DOT11_PORT_STATE_NOTIFICATION: the OS tells the miniport that a port opened or
 * closed. */
#define DOT11_PORT_STATE_NOTIFICATION_REVISION_1 1
typedef struct DOT11_PORT_STATE_NOTIFICATION {
	NDIS_OBJECT_HEADER Header;
	DOT11_MAC_ADDRESS PeerMac;
	BOOLEAN bOpen;
} DOT11_PORT_STATE_NOTIFICATION, *PDOT11_PORT_STATE_NOTIFICATION;

/* A counted run of bytes in an OID, such as a list of DOT11_BSS_ENTRY; ucBuffer holds uNumOfBytes.
 */
#define DOT11_BSS_ENTRY_BYTE_ARRAY_REVISION_1 1
typedef struct DOT11_BYTE_ARRAY {
	NDIS_OBJECT_HEADER Header;
	ULONG uNumOfBytes;
	ULONG uTotalNumOfBytes; /* what there was to report */
	UCHAR ucBuffer[1];
} DOT11_BYTE_ARRAY, *PDOT11_BYTE_ARRAY;

/* ---- Scan results. ---- */

/* Channel of a network: centre frequency in kHz, or the hopping parameters of an FHSS one. */
typedef union DOT11_BSS_ENTRY_PHY_SPECIFIC_INFO {
	ULONG uChCenterFrequency;
	struct {
		ULONG uHopPattern;
		ULONG uHopSet;
		ULONG uDwellTime;
	} FHSS;
} DOT11_BSS_ENTRY_PHY_SPECIFIC_INFO, *PDOT11_BSS_ENTRY_PHY_SPECIFIC_INFO;

/*
 * One network seen in a scan. The entry takes offsetof(ucBuffer) + uBufferLength bytes and the next
 * follows at once, without padding. ucBuffer holds elements from the air.
 */
typedef struct DOT11_BSS_ENTRY {
	ULONG uPhyId;
	DOT11_BSS_ENTRY_PHY_SPECIFIC_INFO PhySpecificInfo;
	DOT11_MAC_ADDRESS dot11BSSID;
	DOT11_BSS_TYPE dot11BSSType;
	LONG lRSSI;         /* dBm */
	ULONG uLinkQuality; /* 0 to 100 */
	BOOLEAN bInRegDomain;
	USHORT usBeaconPeriod;      /* units of 1024 microseconds */
	ULONGLONG ullTimestamp;     /* the AP's, microseconds */
	ULONGLONG ullHostTimestamp; /* units of 100 ns */
	USHORT usCapabilityInformation;
	ULONG uBufferLength; /* bytes at ucBuffer */
	UCHAR ucBuffer[1];
} DOT11_BSS_ENTRY, *PDOT11_BSS_ENTRY;

/* ---- EtherTypes that pass unencrypted (Dot11ExtSetEtherTypeHandling; ether). ---- */

#define DOT11_EXEMPT_NO_EXEMPTION 0
#define DOT11_EXEMPT_ALWAYS       1 /* drop it if it is encrypted */
#define DOT11_EXEMPT_ON_KEY_MAPPING_KEY_UNAVAILABLE                                                \
	2 /* drop it if it is clear though a key exists */

#define DOT11_EXEMPT_UNICAST   1
#define DOT11_EXEMPT_MULTICAST 2
#define DOT11_EXEMPT_BOTH      3

/* One exemption. The EtherType is in network byte order. */
typedef struct DOT11_PRIVACY_EXEMPTION {
	USHORT usEtherType;
	USHORT usExemptionActionType; /* ALWAYS or ON_KEY_MAPPING_KEY_UNAVAILABLE */
	USHORT usExemptionPacketType; /* UNICAST, MULTICAST or BOTH */
} DOT11_PRIVACY_EXEMPTION, *PDOT11_PRIVACY_EXEMPTION;

/* ---- Keys. The caller owns them, and wipes them after the call. ---- */

/* Which way a key works, seen from the station. */
typedef enum DOT11_DIRECTION {
	DOT11_DIR_INBOUND = 1,
	DOT11_DIR_OUTBOUND = 2,
	DOT11_DIR_BOTH = 3
} DOT11_DIRECTION,
	*PDOT11_DIRECTION;

/*
 * Key of the default table: group keys, and pairwise ones where the miniport knows no mapping keys.
 * The key begins at ucKey, so allocate offsetof(ucKey) + usKeyLength bytes, 24 at least. For TKIP,
 * CCMP, GCMP and BIP ucKey holds a DOT11_KEY_ALGO_... structure, otherwise the bare key.
 */
#define DOT11_CIPHER_DEFAULT_KEY_VALUE_REVISION_1 1
typedef struct DOT11_CIPHER_DEFAULT_KEY_VALUE {
	NDIS_OBJECT_HEADER Header; /* type DEFAULT, revision 1, size 24 */
	ULONG uKeyIndex;           /* 0 to 3; 4 and 5 for BIP (C-22) */
	DOT11_CIPHER_ALGORITHM AlgorithmId;
	DOT11_MAC_ADDRESS MacAddr; /* infrastructure: zero or the AP (C-17) */
	BOOLEAN bDelete;           /* remove instead of add */
	BOOLEAN bStatic;           /* survives a new association; session keys: FALSE */
	USHORT usKeyLength;        /* bytes at ucKey */
	UCHAR ucKey[1];
} DOT11_CIPHER_DEFAULT_KEY_VALUE, *PDOT11_CIPHER_DEFAULT_KEY_VALUE;

/* Pairwise key. No header of its own; the OID wraps it in a DOT11_BYTE_ARRAY. */
#define DOT11_CIPHER_KEY_MAPPING_KEY_VALUE_BYTE_ARRAY_REVISION_1 1
typedef struct DOT11_CIPHER_KEY_MAPPING_KEY_VALUE {
	DOT11_MAC_ADDRESS PeerMacAddr; /* unicast */
	DOT11_CIPHER_ALGORITHM AlgorithmId;
	DOT11_DIRECTION Direction;
	BOOLEAN bDelete;
	BOOLEAN bStatic;
	USHORT usKeyLength; /* bytes at ucKey */
	UCHAR ucKey[1];
} DOT11_CIPHER_KEY_MAPPING_KEY_VALUE, *PDOT11_CIPHER_KEY_MAPPING_KEY_VALUE;

/* TKIP key: the TKIP key, then the MIC key, at ucTKIPMICKeys. Lengths in bytes. */
typedef struct DOT11_KEY_ALGO_TKIP_MIC {
	UCHAR ucIV48Counter[6]; /* receive counter to start from */
	ULONG ulTKIPKeyLength;
	ULONG ulMICKeyLength;
	UCHAR ucTKIPMICKeys[1];
} DOT11_KEY_ALGO_TKIP_MIC, *PDOT11_KEY_ALGO_TKIP_MIC;

/* CCMP key. */
typedef struct DOT11_KEY_ALGO_CCMP {
	UCHAR ucIV48Counter[6];
	ULONG ulCCMPKeyLength;
	UCHAR ucCCMPKey[1];
} DOT11_KEY_ALGO_CCMP, *PDOT11_KEY_ALGO_CCMP;

/* GCMP key. */
typedef struct DOT11_KEY_ALGO_GCMP {
	UCHAR ucIV48Counter[6];
	ULONG ulGCMPKeyLength;
	UCHAR ucGCMPKey[1];
} DOT11_KEY_ALGO_GCMP, *PDOT11_KEY_ALGO_GCMP;

/* Integrity group key; ucIPN is the packet number to start from. */
typedef struct DOT11_KEY_ALGO_BIP {
	UCHAR ucIPN[6];
	ULONG ulBIPKeyLength;
	UCHAR ucBIPKey[1];
} DOT11_KEY_ALGO_BIP, *PDOT11_KEY_ALGO_BIP;

/* ---- Indications of the miniport. ---- */

/*
 * Outcome of an association, or reason of its end. Three ranges carry a 16-bit code of the 802.11
 * frame. Compare ranges, do not test bits: 0x30000 has both bits of 0x10000 and 0x20000
 * (assoc-status).
 */
typedef ULONG DOT11_ASSOC_STATUS;
#define DOT11_ASSOC_STATUS_SUCCESS                    0
#define DOT11_ASSOC_STATUS_FAILURE                    0x00000001U
#define DOT11_ASSOC_STATUS_UNREACHABLE                0x00000002U /* no answer, beacons lost */
#define DOT11_ASSOC_STATUS_RADIO_OFF                  0x00000003U
#define DOT11_ASSOC_STATUS_PHY_DISABLED               0x00000004U
#define DOT11_ASSOC_STATUS_CANCELLED                  0x00000005U /* by reset or disconnect */
#define DOT11_ASSOC_STATUS_CANDIDATE_LIST_EXHAUSTED   0x00000006U
#define DOT11_ASSOC_STATUS_DISASSOCIATED_BY_OS        0x00000007U
#define DOT11_ASSOC_STATUS_DISASSOCIATED_BY_ROAMING   0x00000008U /* only from the OS (H-16) */
#define DOT11_ASSOC_STATUS_DISASSOCIATED_BY_RESET     0x00000009U
#define DOT11_ASSOC_STATUS_SYSTEM_ERROR               0x0000000AU
#define DOT11_ASSOC_STATUS_ROAMING_BETTER_AP_FOUND    0x0000000BU
#define DOT11_ASSOC_STATUS_ROAMING_ASSOCIATION_LOST   0x0000000CU
#define DOT11_ASSOC_STATUS_ROAMING_ADHOC              0x0000000DU
#define DOT11_ASSOC_STATUS_PEER_DEAUTHENTICATED       0x00010000U /* + 802.11 reason */
#define DOT11_ASSOC_STATUS_PEER_DEAUTHENTICATED_START DOT11_ASSOC_STATUS_PEER_DEAUTHENTICATED
#define DOT11_ASSOC_STATUS_PEER_DEAUTHENTICATED_END   0x0001FFFFU
#define DOT11_ASSOC_STATUS_PEER_DISASSOCIATED         0x00020000U /* + 802.11 reason */
#define DOT11_ASSOC_STATUS_PEER_DISASSOCIATED_START   DOT11_ASSOC_STATUS_PEER_DISASSOCIATED
#define DOT11_ASSOC_STATUS_PEER_DISASSOCIATED_END     0x0002FFFFU
#define DOT11_ASSOC_STATUS_ASSOCIATION_RESPONSE       0x00030000U /* + 802.11 status */
#define DOT11_ASSOC_STATUS_ASSOCIATION_RESPONSE_START DOT11_ASSOC_STATUS_ASSOCIATION_RESPONSE
#define DOT11_ASSOC_STATUS_ASSOCIATION_RESPONSE_END   0x0003FFFFU
#define DOT11_ASSOC_STATUS_REASON_CODE_MASK           0xFFFFU
#define DOT11_ASSOC_STATUS_IHV_START                  0x80000000U
#define DOT11_ASSOC_STATUS_IHV_END                    0xFFFFFFFFU

/* Did the network behind the AP change with the association? Decides over a new DHCP round. */
typedef enum DOT11_DS_INFO {
	DOT11_DS_CHANGED = 0,
	DOT11_DS_UNCHANGED = 1,
	DOT11_DS_UNKNOWN = 2
} DOT11_DS_INFO,
	*PDOT11_DS_INFO;

/* How packets of an EtherType are put into 802.11 frames. */
#define DOT11_ENCAP_RFC_1042 1
#define DOT11_ENCAP_802_1H   2
typedef struct DOT11_ENCAP_ENTRY {
	USHORT usEtherType; /* network byte order */
	USHORT usEncapType; /* DOT11_ENCAP_... */
} DOT11_ENCAP_ENTRY, *PDOT11_ENCAP_ENTRY;

/* NDIS_STATUS_DOT11_ASSOCIATION_START: an association begins; an old one is over (H-16). */
#define DOT11_ASSOCIATION_START_PARAMETERS_REVISION_1 1
typedef struct DOT11_ASSOCIATION_START_PARAMETERS {
	NDIS_OBJECT_HEADER Header;
	DOT11_MAC_ADDRESS MacAddr;
	DOT11_SSID SSID;
	ULONG uIHVDataOffset;
	ULONG uIHVDataSize;
} DOT11_ASSOCIATION_START_PARAMETERS, *PDOT11_ASSOCIATION_START_PARAMETERS;

/*
 * NDIS_STATUS_DOT11_ASSOCIATION_COMPLETION, and the argument of PerformPostAssociate. Each Offset
 * and Size names bytes behind the structure; sizes may be 0. Header.Size says which revision it is:
 * 1 ends before MulticastMgmtCipher. Own name: SIZEOF_..._REVISION_1.
 */
#define DOT11_ASSOCIATION_COMPLETION_PARAMETERS_REVISION_1        1
#define DOT11_ASSOCIATION_COMPLETION_PARAMETERS_REVISION_2        2
#define SIZEOF_DOT11_ASSOCIATION_COMPLETION_PARAMETERS_REVISION_1 88
typedef struct DOT11_ASSOCIATION_COMPLETION_PARAMETERS {
	NDIS_OBJECT_HEADER Header;
	DOT11_MAC_ADDRESS MacAddr; /* the access point */
	DOT11_ASSOC_STATUS uStatus;
	BOOLEAN bReAssocReq;   /* the request below is a reassociation request (C-24) */
	BOOLEAN bReAssocResp;  /* the response below is a reassociation response */
	ULONG uAssocReqOffset; /* frame body of the (re)association request */
	ULONG uAssocReqSize;
	ULONG uAssocRespOffset; /* frame body of the response */
	ULONG uAssocRespSize;
	ULONG uBeaconOffset; /* body of the last beacon or probe response */
	ULONG uBeaconSize;
	ULONG uIHVDataOffset;
	ULONG uIHVDataSize;
	DOT11_AUTH_ALGORITHM AuthAlgo;
	DOT11_CIPHER_ALGORITHM UnicastCipher;
	DOT11_CIPHER_ALGORITHM MulticastCipher;
	ULONG uActivePhyListOffset; /* PHY numbers, ULONG each */
	ULONG uActivePhyListSize;
	BOOLEAN bFourAddressSupported;
	BOOLEAN bPortAuthorized; /* the miniport authenticated the port itself */
	UCHAR ucActiveQoSProtocol;
	DOT11_DS_INFO DSInfo;
	ULONG uEncapTableOffset; /* DOT11_ENCAP_ENTRY each */
	ULONG uEncapTableSize;
	DOT11_CIPHER_ALGORITHM MulticastMgmtCipher; /* revision 2 */
	ULONG uAssocComebackTime;                   /* revision 2; time units of 1024 us */
} DOT11_ASSOCIATION_COMPLETION_PARAMETERS, *PDOT11_ASSOCIATION_COMPLETION_PARAMETERS;

/* NDIS_STATUS_DOT11_CONNECTION_START. The Adhoc members matter to an IBSS only. */
#define DOT11_CONNECTION_START_PARAMETERS_REVISION_1 1
typedef struct DOT11_CONNECTION_START_PARAMETERS {
	NDIS_OBJECT_HEADER Header;
	DOT11_BSS_TYPE BSSType;
	DOT11_MAC_ADDRESS AdhocBSSID;
	DOT11_SSID AdhocSSID;
} DOT11_CONNECTION_START_PARAMETERS, *PDOT11_CONNECTION_START_PARAMETERS;

/* NDIS_STATUS_DOT11_CONNECTION_COMPLETION. */
#define DOT11_CONNECTION_COMPLETION_PARAMETERS_REVISION_1 1
typedef struct DOT11_CONNECTION_COMPLETION_PARAMETERS {
	NDIS_OBJECT_HEADER Header;
	DOT11_ASSOC_STATUS uStatus;
} DOT11_CONNECTION_COMPLETION_PARAMETERS, *PDOT11_CONNECTION_COMPLETION_PARAMETERS;

/* NDIS_STATUS_DOT11_ROAMING_START; uRoamingReason is one of ..._ROAMING_... */
#define DOT11_ROAMING_START_PARAMETERS_REVISION_1 1
typedef struct DOT11_ROAMING_START_PARAMETERS {
	NDIS_OBJECT_HEADER Header;
	DOT11_MAC_ADDRESS AdhocBSSID;
	DOT11_SSID AdhocSSID;
	DOT11_ASSOC_STATUS uRoamingReason;
} DOT11_ROAMING_START_PARAMETERS, *PDOT11_ROAMING_START_PARAMETERS;

/* NDIS_STATUS_DOT11_ROAMING_COMPLETION. */
#define DOT11_ROAMING_COMPLETION_PARAMETERS_REVISION_1 1
typedef struct DOT11_ROAMING_COMPLETION_PARAMETERS {
	NDIS_OBJECT_HEADER Header;
	DOT11_ASSOC_STATUS uStatus;
} DOT11_ROAMING_COMPLETION_PARAMETERS, *PDOT11_ROAMING_COMPLETION_PARAMETERS;

/* NDIS_STATUS_DOT11_DISASSOCIATION. MacAddr may be FF:FF:FF:FF:FF:FF, meaning whatever is
 * associated. */
#define DOT11_DISASSOCIATION_PARAMETERS_REVISION_1 1
typedef struct DOT11_DISASSOCIATION_PARAMETERS {
	NDIS_OBJECT_HEADER Header;
	DOT11_MAC_ADDRESS MacAddr;
	DOT11_ASSOC_STATUS uReason;
	ULONG uIHVDataOffset;
	ULONG uIHVDataSize;
} DOT11_DISASSOCIATION_PARAMETERS, *PDOT11_DISASSOCIATION_PARAMETERS;

/* NDIS_STATUS_DOT11_TKIPMIC_FAILURE; ReceiveIndication type 2. */
#define DOT11_TKIPMIC_FAILURE_PARAMETERS_REVISION_1 1
typedef struct DOT11_TKIPMIC_FAILURE_PARAMETERS {
	NDIS_OBJECT_HEADER Header;
	BOOLEAN bDefaultKeyFailure; /* the key is in the default table */
	ULONG uKeyIndex;
	DOT11_MAC_ADDRESS PeerMac;
} DOT11_TKIPMIC_FAILURE_PARAMETERS, *PDOT11_TKIPMIC_FAILURE_PARAMETERS;

/* NDIS_STATUS_DOT11_PMKID_CANDIDATE_LIST; type 1. A list of DOT11_BSSID_CANDIDATE; sizes count
 * entries. */
#define DOT11_PMKID_CANDIDATE_LIST_PARAMETERS_REVISION_1 1
typedef struct DOT11_PMKID_CANDIDATE_LIST_PARAMETERS {
	NDIS_OBJECT_HEADER Header;
	ULONG uCandidateListSize;
	ULONG uCandidateListOffset;
} DOT11_PMKID_CANDIDATE_LIST_PARAMETERS, *PDOT11_PMKID_CANDIDATE_LIST_PARAMETERS;

/* One AP to which pre-authentication may be worth while. */
#define DOT11_PMKID_CANDIDATE_PREAUTH_ENABLED 0x00000001U
typedef struct DOT11_BSSID_CANDIDATE {
	DOT11_MAC_ADDRESS BSSID;
	ULONG uFlags;
} DOT11_BSSID_CANDIDATE, *PDOT11_BSSID_CANDIDATE;

/* NDIS_STATUS_DOT11_PHY_STATE_CHANGED; type 3. TRUE means on. */
#define DOT11_PHY_STATE_PARAMETERS_REVISION_1 1
typedef struct DOT11_PHY_STATE_PARAMETERS {
	NDIS_OBJECT_HEADER Header;
	ULONG uPhyId;
	BOOLEAN bHardwarePhyState;
	BOOLEAN bSoftwarePhyState;
} DOT11_PHY_STATE_PARAMETERS, *PDOT11_PHY_STATE_PARAMETERS;

/* NDIS_STATUS_DOT11_LINK_QUALITY; type 4. A list of DOT11_LINK_QUALITY_ENTRY; sizes count entries.
 */
#define DOT11_LINK_QUALITY_PARAMETERS_REVISION_1 1
typedef struct DOT11_LINK_QUALITY_PARAMETERS {
	NDIS_OBJECT_HEADER Header;
	ULONG uLinkQualityListSize;
	ULONG uLinkQualityListOffset;
} DOT11_LINK_QUALITY_PARAMETERS, *PDOT11_LINK_QUALITY_PARAMETERS;

/* Quality of one peer, 0 to 100. Seven bytes, no padding. */
typedef struct DOT11_LINK_QUALITY_ENTRY {
	DOT11_MAC_ADDRESS PeerMacAddr;
	UCHAR ucLinkQuality;
} DOT11_LINK_QUALITY_ENTRY, *PDOT11_LINK_QUALITY_ENTRY;

/* Status in a media-specific indication of the original mode; RESET_CONFIRM ends a reset (C-18). */
#define DOT11_STATUS_SCAN_CONFIRM  1
#define DOT11_STATUS_RESET_CONFIRM 4
typedef struct _DOT11_STATUS_INDICATION {
	ULONG uStatusType; /* DOT11_STATUS_... */
	NDIS_STATUS ndisStatus;
} DOT11_STATUS_INDICATION, *PDOT11_STATUS_INDICATION;

#ifdef __cplusplus
}
#endif

#endif
