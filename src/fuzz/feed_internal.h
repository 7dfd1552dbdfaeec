// SPDX-License-Identifier: BSD-2-Clause
/* What the files of a run share. */
#ifndef OPENIHV_FUZZ_FEED_INTERNAL_H
#define OPENIHV_FUZZ_FEED_INTERNAL_H

#include "fuzz/feed.h"
#include "verify/lab_internal.h"

#define FEED_ELEMENTS 2560 /* bytes: those of an AP, and a record */
#define FEED_FIXED    12   /* in front of a beacon's elements, the most of all frames */

struct feed {
	struct lab *l;
	struct feed_slot *slot;
	struct tap_feed tap;
	struct profile profile;
	const struct record *events[INPUT_RECORDS];
	unsigned nevents, next;
	struct crypto *crypto; /* made when it is needed */
	struct mac ap;         /* that was heard last */
	uint64_t counter;      /* of its last EAPOL-Key frame */
	uint16_t ethertype;    /* the first that the module has registered; 0: none yet */
	struct input recorded;

	/* feed_elements.c */
	struct bss bss[LAB_APS];
	struct ssid names[LAB_APS];
	uint8_t beacons[LAB_APS][FEED_ELEMENTS];
	uint8_t bodies[3][FEED_FIXED + FEED_ELEMENTS]; /* beacon, response, request */
};

/* feed_elements.c */
const struct bss *feed_bss_list(void *user, const struct bss *list, size_t count);
void feed_associated(void *user, struct mac ap, struct association_info *info);

/* feed_packets.c: on the loop */
bool feed_packet(void *user, const struct indication *ind);
/* The AP's own, that it takes the place of; NULL: none. */
void feed_bring(struct feed *f, const struct record *r, const struct indication *ap);
/* Every event up to the next packet that waits for the AP. */
void feed_on(struct feed *f);
/* All that are left, whatever they wait for. */
void feed_rest(struct feed *f);

#endif
