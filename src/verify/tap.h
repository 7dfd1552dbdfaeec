// SPDX-License-Identifier: BSD-2-Clause
/*
 * A miniport between the host and a simulated station: hands everything on, and does to packets
 * what the plan says. It keeps the packets of this association and the last one, to bring them
 * again, and the keys that were installed, to see one that comes twice.
 */
#ifndef OPENIHV_VERIFY_TAP_H
#define OPENIHV_VERIFY_TAP_H

#include "loop/loop.h"
#include "miniport/miniport.h"
#include "verify/plan.h"

#define TAP_PACKET  2304 /* bytes; 802.11-2020, 9.2.4.7.1 */
#define TAP_PACKETS 8    /* kept of an association */
#define TAP_KEYS    16
#define TAP_KEY     64

struct tap_packet {
	struct mac peer;
	uint16_t ethertype;
	uint32_t length; /* 0: none */
	uint8_t data[TAP_PACKET];
};

struct tap_key {
	bool mapping;
	uint32_t index, length;
	uint8_t bytes[TAP_KEY];
};

/* Who changes what the radio tells. All on the loop; what they hand over stays theirs, and is used
 * until the loop turns. */
struct tap_feed {
	/* A packet of a vendor's protocol or EAPOL has arrived. True: it was dealt with, whether or
	 * not it went up by tap_bring(). */
	bool (*packet)(void *user, const struct indication *ind);
	const struct bss *(*bss_list)(void *user, const struct bss *list, size_t count);
	void (*associated)(void *user, struct mac ap, struct association_info *info);
	void *user;
};

struct tap {
	struct miniport mp; /* the host's */
	struct miniport *radio;
	struct loop *loop;
	miniport_indicate_fn indicate;
	void *host;
	/* Asked for each packet that arrives: what is to be done to it (ACTS: nothing). */
	enum act (*received)(void *user, uint32_t *argument);
	/* A key came that this association had already. */
	void (*key_again)(void *user, const struct tap_key *key);
	void *user;
	const struct tap_feed *feed; /* NULL: none */

	enum act sent;      /* to be done to the next packet of the module's */
	uint64_t never;     /* cookie of the send that is not completed */
	bool wildcard;      /* the next disassociation names no AP */
	struct timer later; /* for the packet that waits */
	struct tap_packet waits;
	struct tap_packet now[TAP_PACKETS], before[TAP_PACKETS];
	unsigned nnow, nbefore;
	uint64_t lost[TAP_PACKETS]; /* cookies of sends that were lost, completed all the same */
	unsigned nlost;
	struct tap_key keys[TAP_KEYS];
	unsigned nkeys;
	bool gone; /* no indication any more */
};

/* Everything but .received, .key_again, .user and .feed is zero or the tap's own. */
void tap_init(struct tap *t, struct miniport *radio, struct loop *loop);
/* A new association begins for the module: whatever key it installs is new. */
void tap_forget_keys(struct tap *t);
/* Wipes packets and keys. */
void tap_free(struct tap *t);
/* On the loop: a packet of the last association, or else an earlier one of this. False: there is
 * none. */
bool tap_bring_stale(struct tap *t);
/* On the loop: a packet as from ap, with these bytes. */
void tap_bring(struct tap *t, struct mac ap, uint16_t ethertype, const uint8_t *data, uint32_t n);

#endif
