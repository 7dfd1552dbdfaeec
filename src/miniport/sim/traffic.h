// SPDX-License-Identifier: BSD-2-Clause
/*
 * One key in use, and the way of a frame through it: CCMP-128 for MSDUs and for management frames
 * to one station (802.11-2020, 12.5.3), BIP-CMAC-128 for those to a group (12.5.4). Stations and
 * access points of the simulation share this; which key a frame needs is theirs to decide.
 */
#ifndef OPENIHV_MINIPORT_SIM_TRAFFIC_H
#define OPENIHV_MINIPORT_SIM_TRAFFIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "crypto/crypto.h"
#include "wire/dot11.h"

#define TRAFFIC_KEY_LEN 16
#define MSDU_MAX        2304 /* LLC included (802.11-2020, 9.2.4.7.1) */

struct traffic_key {
	uint64_t sent;                /* last packet number used; 12.5.3.3.2: a key begins with 1 */
	uint64_t received;            /* last packet number accepted */
	uint64_t received_management; /* CCMP: likewise; it has a counter of its own (12.5.3.4.4) */
	uint8_t tk[TRAFFIC_KEY_LEN];
	uint8_t id;
	bool set;
};

/*
 * Appends MAC header, LLC/SNAP and payload of a data frame; with a key, the header gets Protected,
 * and CCMP header and MIC are added. 0, -ENOBUFS if w has not enough room, -EIO.
 */
int traffic_build(struct crypto *crypto, struct traffic_key *key, struct dot11_header *h,
	uint16_t ethertype, const uint8_t *payload, size_t length, struct writer *w);

/*
 * Appends MAC header and body of a management frame; with a key it is protected, by CCMP or, to a
 * group, by BIP. Returns as traffic_build().
 */
int traffic_build_management(struct crypto *crypto, struct traffic_key *key, struct dot11_header *h,
	const uint8_t *body, size_t length, struct writer *w);

/*
 * Decrypts the rest of a protected frame into out (MSDU_MAX bytes of room); key->received moves on.
 * Returns the plain length, -EBADMSG for a frame that is malformed or not authentic, -EALREADY for
 * a replayed packet number (12.5.3.4.4), which is judged before any decryption.
 */
ssize_t traffic_open(struct crypto *crypto, struct traffic_key *key, const struct dot11_header *h,
	struct reader body, uint8_t *out);

/*
 * Checks the MIC of a management frame to a group; key->received moves on. Returns the length of
 * its body without the MIC's element; errors as traffic_open().
 */
ssize_t traffic_check(struct crypto *crypto, struct traffic_key *key, const struct dot11_header *h,
	struct reader body);

#endif
