// SPDX-License-Identifier: BSD-2-Clause
/* Authors who take the session structure from <wtsapi32.h> find it here; see winuser.h. */
#ifndef IHV_POSIX_WTSAPI32_H
#define IHV_POSIX_WTSAPI32_H

#include <winuser.h>

#endif
