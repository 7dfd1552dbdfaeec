// SPDX-License-Identifier: BSD-2-Clause
/*
 * What the layer-2 modules of the OS share: notification sources, reason code groups, and the
 * notification structure. Facts: l2cmn.h [H].
 */
#ifndef _L2CMN_H
#define _L2CMN_H

#include <windows.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Names no longer than this, in UTF-16 units, the terminating zero included. */
#define L2_PROFILE_MAX_NAME_LENGTH 256

/* Who sends a notification. A module uses L2_NOTIFICATION_SOURCE_WLAN_IHV (notif-tx, X-67). */
#define L2_NOTIFICATION_SOURCE_NONE             0
#define L2_NOTIFICATION_SOURCE_DOT3_AUTO_CONFIG 0x00000001
#define L2_NOTIFICATION_SOURCE_SECURITY         0x00000002
#define L2_NOTIFICATION_SOURCE_ONEX             0x00000004
#define L2_NOTIFICATION_SOURCE_WLAN_ACM         0x00000008
#define L2_NOTIFICATION_SOURCE_WLAN_MSM         0x00000010
#define L2_NOTIFICATION_SOURCE_WLAN_SECURITY    0x00000020
#define L2_NOTIFICATION_SOURCE_WLAN_IHV         0x00000040
#define L2_NOTIFICATION_SOURCE_WLAN_HNWK        0x00000080
#define L2_NOTIFICATION_SOURCE_ALL              0x0000FFFF

/*
 * Reason codes come in groups of L2_REASON_CODE_GROUP_SIZE values. The IHV group is the module's
 * own: a value in it says neither success nor failure, the Win32 code beside it does (contract 3.3,
 *
 */
#define L2_REASON_CODE_GROUP_SIZE          0x10000
#define L2_REASON_CODE_GEN_BASE            0x10000
#define L2_REASON_CODE_DOT11_AC_BASE       0x20000
#define L2_REASON_CODE_DOT11_MSM_BASE      0x30000
#define L2_REASON_CODE_DOT11_SECURITY_BASE 0x40000
#define L2_REASON_CODE_ONEX_BASE           0x50000
#define L2_REASON_CODE_DOT3_AC_BASE        0x60000
#define L2_REASON_CODE_DOT3_MSM_BASE       0x70000
#define L2_REASON_CODE_PROFILE_BASE        0x80000
#define L2_REASON_CODE_IHV_BASE            0x90000
#define L2_REASON_CODE_WIMAX_BASE          0xA0000
#define L2_REASON_CODE_RESERVED_BASE       0xB0000

#define L2_REASON_CODE_SUCCESS         0
#define L2_REASON_CODE_PROFILE_MISSING 0x00000001
#define L2_REASON_CODE_UNKNOWN         (L2_REASON_CODE_GEN_BASE + 1)

/*
 * One notification. The module owns structure and data and may free both when
 * Dot11ExtSendNotification has returned (ddi:SEND_NOTIFICATION).
 */
typedef struct _L2_NOTIFICATION_DATA {
	DWORD NotificationSource; /* L2_NOTIFICATION_SOURCE_... */
	DWORD NotificationCode;   /* meaning belongs to the source */
	GUID InterfaceGuid;       /* filled in by the OS */
	DWORD dwDataSize;         /* bytes at pData */
	PBYTE pData;
} L2_NOTIFICATION_DATA, *PL2_NOTIFICATION_DATA;

#ifdef __cplusplus
}
#endif

#endif
