// SPDX-License-Identifier: BSD-2-Clause
/*
 * Makes EAPOL-Key frames of a hostile AP that has the key: the replay counter fits, the key data
 * are encrypted, the MIC is right. What stands behind these checks in a module is reached by nobody
 * else.
 */
#ifndef OPENIHV_FUZZ_SEAL_H
#define OPENIHV_FUZZ_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/crypto.h"
#include "miniport/sim/sim.h"

#define SEAL_ROOM 2304 /* bytes of a packet; 802.11-2020, 9.2.4.7.1 */

/* Takes replay counter and nonce from the AP's own frame; what is too short for them stays. */
void seal_freshen(uint8_t *pdu, size_t length, const uint8_t *ap, size_t ap_length);
/* Sets the replay counter alone, likewise. */
void seal_count(uint8_t *pdu, size_t length, uint64_t counter);
/* 0: not an EAPOL-Key frame by its length. */
uint64_t seal_counter(const uint8_t *pdu, size_t length);

/*
 * Wraps the key data, which may have any length, with the KEK, if the frame says that they are
 * encrypted, sets both lengths (lie: leaves them), and makes the MIC with the KCK. *length bytes
 * before and after, of SEAL_ROOM. False: too short or too long, left as it was.
 */
bool seal(struct crypto *c, const struct sim_ap_keys *keys, uint8_t *pdu, size_t *length, bool lie);
/* The reverse, for a frame that the AP has made: its key data in clear. False: they are not
 * encrypted, or not with this key. */
bool unseal(struct crypto *c, const struct sim_ap_keys *keys, uint8_t *pdu, size_t *length);

#endif
