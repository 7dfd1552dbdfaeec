// SPDX-License-Identifier: BSD-2-Clause
/*
 * Makes an input out of others, by chance: flipped bits, numbers at the edge of their range, blocks
 * that are cut, copied or put elsewhere, tokens of a dictionary, records that come, go and change
 * places. Some changes know what they work on: items of a list (802.11 elements, key data) are
 * changed as items, and the lengths around them kept right, or made wrong one by one, so that what
 * stands behind a first check is reached.
 *
 * The same generator, inputs and dictionary give the same result.
 */
#ifndef OPENIHV_FUZZ_MUTATE_H
#define OPENIHV_FUZZ_MUTATE_H

#include "base/rng.h"
#include "fuzz/dictionary.h"
#include "fuzz/input.h"

#define MUTATE_OP 16 /* bytes of an op's name */

/* Bit set of 1 << enum record_type. */
#define MUTATE_ALL 0xFFFFFFFFu

struct mutator {
	struct rng rng;
	const struct dictionary *dictionary;
	uint32_t types; /* records of other types stay as they are */
};

/*
 * Changes *in once or several times; other is another input, or the same one, to take records from.
 * op gets the name of what was done: "havoc", "splice", or that of the one change.
 */
void mutate(struct mutator *m, struct input *in, const struct input *other, char op[MUTATE_OP]);

/* ---- Its parts, each with what it works on. ---- */

/* bytes, of which *length count and room fit. */
struct span {
	uint8_t *bytes;
	size_t length, room;
};

/* One change that knows nothing of what it works on. */
void mutate_bytes(struct mutator *m, struct span *s);
/* Into the place of cut bytes at `at` come n others; fewer where there is no room. */
void span_replace(struct span *s, size_t at, size_t cut, const void *bytes, size_t n);

/*
 * One change to a list of items, each an identifier, a length and as many bytes: one is dropped,
 * repeated, put elsewhere, made, made longer or shorter with its length, or its length alone
 * becomes wrong. True: still a whole list, if it was one. False: one length is wrong now, and the
 * list ends in the midst of an item, or items begin where others did not.
 */
bool mutate_items(struct mutator *m, struct span *s);
/*
 * One change to an EAPOL PDU. An EAPOL-Key frame: to a field of it, to its key data as items, the
 * lengths of body and key data following; or to one of these lengths alone (false). Anything else
 * is changed as bytes, with the length of its body kept right.
 */
bool mutate_eapol(struct mutator *m, struct span *s);

#endif
