// SPDX-License-Identifier: BSD-2-Clause
/* DOT11_ASSOC_STATUS (windot11.h), those that a radio tells. */
#ifndef OPENIHV_MINIPORT_STATUS_H
#define OPENIHV_MINIPORT_STATUS_H

#define STATUS_SUCCESS              0u
#define STATUS_FAILURE              1u
#define STATUS_UNREACHABLE          2u
#define STATUS_CANCELLED            5u
#define STATUS_CANDIDATES_EXHAUSTED 6u
#define STATUS_BY_OS                7u
#define STATUS_BETTER_AP            0xBu
#define STATUS_ASSOCIATION_LOST     0xCu
#define STATUS_DEAUTHENTICATED      0x10000u /* + reason */
#define STATUS_DISASSOCIATED        0x20000u /* + reason */
#define STATUS_RESPONSE             0x30000u /* + status */

#endif
