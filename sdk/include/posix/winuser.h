// SPDX-License-Identifier: BSD-2-Clause
/*
 * Terminal session changes, the arguments of Dot11ExtIhvProcessSessionChange (sess). On Windows the
 * events come from winuser.h and the structure from winuser.h or wtsapi32.h.
 */
#ifndef IHV_POSIX_WINUSER_H
#define IHV_POSIX_WINUSER_H

#include <windows.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WTS_CONSOLE_CONNECT        0x1 /* session attached to the console */
#define WTS_CONSOLE_DISCONNECT     0x2
#define WTS_REMOTE_CONNECT         0x3 /* session attached to a remote terminal */
#define WTS_REMOTE_DISCONNECT      0x4
#define WTS_SESSION_LOGON          0x5 /* user logged on */
#define WTS_SESSION_LOGOFF         0x6 /* user logged off: UI requests are to be cancelled */
#define WTS_SESSION_LOCK           0x7
#define WTS_SESSION_UNLOCK         0x8
#define WTS_SESSION_REMOTE_CONTROL 0x9

/* Which session changed; cbSize is the size of this structure in bytes. */
typedef struct tagWTSSESSION_NOTIFICATION {
	DWORD cbSize;
	DWORD dwSessionId;
} WTSSESSION_NOTIFICATION, *PWTSSESSION_NOTIFICATION;

#ifdef __cplusplus
}
#endif

#endif
