// SPDX-License-Identifier: BSD-2-Clause
#ifndef RSN_REASON_H
#define RSN_REASON_H

/*
 * What the RSN extension says in *pdwReasonCode and in the dwReasonCode of its completions: codes
 * of the IHV range of l2cmn.h (0x90000 to 0x9FFFF), so that a program that shows them knows the
 * cause. The right column is the Win32 code that goes with it.
 */

#define RSN_REASON_CREDENTIAL 0x90000u /* ERROR_LOGON_FAILURE or ERROR_INVALID_PASSWORD */
#define RSN_REASON_MEMORY     0x90001u /* ERROR_NOT_ENOUGH_MEMORY */
#define RSN_REASON_PROFILE    0x90002u /* ERROR_BAD_PROFILE */
#define RSN_REASON_HARDWARE   0x90003u /* what the radio's request returned */
#define RSN_REASON_STATE      0x90005u /* ERROR_INVALID_STATE: called in the wrong phase */
#define RSN_REASON_NETWORK    0x90006u /* ERROR_NOT_FOUND: no network here suits the profile */
#define RSN_REASON_MISMATCH   0x90007u /* ERROR_INVALID_DATA: message 3 contradicts the beacon */
#define RSN_REASON_CANCELLED  0x90008u /* ERROR_CANCELLED: by reset, log-off or the user */
#define RSN_REASON_ARGUMENT   0x90009u /* ERROR_INVALID_PARAMETER */

#endif
