// SPDX-License-Identifier: BSD-2-Clause
/* What handlers get about an adapter, its networks, its port and its packets. Facts: wlclient.h
 * [H]. */
#ifndef IHV_WLCLIENT_H
#define IHV_WLCLIENT_H

#include <windot11.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An adapter that arrived. The OS owns it for the call of InitAdapter: copy what is kept (arrival).
 */
typedef struct _DOT11_ADAPTER {
	GUID gAdapterId;
	LPWSTR pszDescription; /* for people; NUL-terminated UTF-16 */
	DOT11_CURRENT_OPERATION_MODE Dot11CurrentOpMode;
} DOT11_ADAPTER, *PDOT11_ADAPTER;

/*
 * Scan results: uNumOfBytes bytes of DOT11_BSS_ENTRY, each of its own length, without padding
 * between them. So entries may be misaligned, and every length in them comes from the air: check it
 * (X-68).
 */
typedef struct _DOT11_BSS_LIST {
	ULONG uNumOfBytes;
	PUCHAR pucBuffer;
} DOT11_BSS_LIST, *PDOT11_BSS_LIST;

/* A data port as PerformPostAssociate shows it. Read-only for the module. */
typedef struct _DOT11_PORT_STATE {
	DOT11_MAC_ADDRESS PeerMacAddress; /* the access point */
	ULONG uSessionId;                 /* not the handle that a completion names */
	BOOL bPortControlled;             /* security decides over the port */
	BOOL bPortAuthorized;             /* data packets may pass; FALSE at the start (H-11) */
} DOT11_PORT_STATE, *PDOT11_PORT_STATE;

/*
 * A security packet, the same both ways: Dot11ExtSendPacket and ReceivePacket (C-10). Packed; Data
 * stands for the rest of the packet.
 */
#pragma pack(push, 1)
typedef struct _DOT11_SECURITY_PACKET_HEADER {
	DOT11_MAC_ADDRESS PeerMac; /* sent: unicast destination; received: the peer */
	USHORT usEtherType;        /* network byte order, as on the wire */
	UCHAR Data[1];
} DOT11_SECURITY_PACKET_HEADER, *PDOT11_SECURITY_PACKET_HEADER;
#pragma pack(pop)

/*
 * EtherTypes as Dot11ExtSetEtherTypeHandling, exemptions and packets hold them: the bytes of the
 * wire read as a little-endian USHORT. 0x888E here is the classic error. Names are openihv's
 * own.
 */
#define IHV_ETHERTYPE_EAPOL   0x8E88 /* bytes 88 8E, IEEE 802.1X */
#define IHV_ETHERTYPE_PREAUTH 0xC788 /* bytes 88 C7, IEEE 802.11 pre-authentication */

#ifdef __cplusplus
}
#endif

#endif
