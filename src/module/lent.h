// SPDX-License-Identifier: BSD-2-Clause
/*
 * Memory that a module has lent to the host and must leave alone until it gets it back: the packet
 * of a send until SendPacketCompletion, a request for the user until its response. A
 * copy of the first bytes is kept and compared. A packet that lies in a guarded block is sealed
 * too.
 */
#ifndef OPENIHV_MODULE_LENT_H
#define OPENIHV_MODULE_LENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "module/guard.h"

struct lent;
struct loan;

enum loan_kind {
	LOAN_PACKET,  /* by hSendCompletion */
	LOAN_REQUEST, /* by guidUIRequest */
};

#define LOAN_KEY 16 /* bytes; a shorter key is filled up with zeros */

struct lent *lent_new(struct guard *g); /* g: NULL, or it outlives this; NULL: no memory */
void lent_free(struct lent *l);
/* size bytes at p are lent from now on. NULL: no memory, they are not watched. Any thread. */
struct loan *lent_add(struct lent *l, enum loan_kind kind, const void *key, size_t key_size,
	const void *p, size_t size);
/* It never came to that: the host refused. NULL is fine. */
void lent_withdraw(struct lent *l, struct loan *loan);
/* The end of the oldest loan of that key. True: the bytes have changed, or are no longer there. */
bool lent_return(struct lent *l, enum loan_kind kind, const void *key, size_t key_size);

#endif
