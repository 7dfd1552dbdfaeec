// SPDX-License-Identifier: BSD-2-Clause
/*
 * NDIS parts that windot11.h builds on: the object header, and the status codes by which a miniport
 * indicates events. Numbers: ndis.h [H]. A module never sees the status codes, a host does.
 */
#ifndef IHV_POSIX_NTDDNDIS_H
#define IHV_POSIX_NTDDNDIS_H

#include <windows.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NDIS_OBJECT_TYPE_DEFAULT 0x80

/* First member of every versioned structure. Size is that of the structure in bytes for Revision.
 */
typedef struct _NDIS_OBJECT_HEADER {
	UCHAR Type; /* NDIS_OBJECT_TYPE_DEFAULT */
	UCHAR Revision;
	USHORT Size;
} NDIS_OBJECT_HEADER, *PNDIS_OBJECT_HEADER;

/* Result of a request, or kind of an indication. */
typedef int NDIS_STATUS, *PNDIS_STATUS;

#define NDIS_STATUS_MEDIA_SPECIFIC_INDICATION     ((NDIS_STATUS)0x40010012)
#define NDIS_STATUS_DOT11_SCAN_CONFIRM            ((NDIS_STATUS)0x40030000)
#define NDIS_STATUS_DOT11_MPDU_MAX_LENGTH_CHANGED ((NDIS_STATUS)0x40030001)
#define NDIS_STATUS_DOT11_ASSOCIATION_START       ((NDIS_STATUS)0x40030002)
#define NDIS_STATUS_DOT11_ASSOCIATION_COMPLETION  ((NDIS_STATUS)0x40030003)
#define NDIS_STATUS_DOT11_CONNECTION_START        ((NDIS_STATUS)0x40030004)
#define NDIS_STATUS_DOT11_CONNECTION_COMPLETION   ((NDIS_STATUS)0x40030005)
#define NDIS_STATUS_DOT11_ROAMING_START           ((NDIS_STATUS)0x40030006)
#define NDIS_STATUS_DOT11_ROAMING_COMPLETION      ((NDIS_STATUS)0x40030007)
#define NDIS_STATUS_DOT11_DISASSOCIATION          ((NDIS_STATUS)0x40030008)
#define NDIS_STATUS_DOT11_TKIPMIC_FAILURE         ((NDIS_STATUS)0x40030009)
#define NDIS_STATUS_DOT11_PMKID_CANDIDATE_LIST    ((NDIS_STATUS)0x4003000A)
#define NDIS_STATUS_DOT11_PHY_STATE_CHANGED       ((NDIS_STATUS)0x4003000B)
#define NDIS_STATUS_DOT11_LINK_QUALITY            ((NDIS_STATUS)0x4003000C)
#define NDIS_STATUS_RESET_IN_PROGRESS             ((NDIS_STATUS)0xC001000D)

#ifdef __cplusplus
}
#endif

#endif
