// SPDX-License-Identifier: BSD-2-Clause
/* Of the public WLAN API only the reason codes are of use to a module; see wlanreason.h. */
#ifndef IHV_POSIX_WLANAPI_H
#define IHV_POSIX_WLANAPI_H

#include <wlanreason.h>

#endif
