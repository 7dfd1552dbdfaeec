// SPDX-License-Identifier: BSD-2-Clause
#include "module/lent.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"
#include "module/platform.h"

#define SEEN  320 /* bytes that are compared; EAPOL-Key frames fit */
#define SPARE 64

struct loan {
	struct loan *next;
	enum loan_kind kind;
	uint8_t key[LOAN_KEY];
	const void *p;
	size_t size;
	uint8_t copy[SEEN];
};

struct lent {
	pthread_mutex_t lock;
	struct guard *guard; /* NULL: none */
	struct loan *first, **end;
	struct loan *spare;
	unsigned nspare;
};

struct lent *lent_new(struct guard *g)
{
	struct lent *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->guard = g;
	pthread_mutex_init(&l->lock, NULL);
	l->end = &l->first;
	return l;
}

static void free_list(struct loan *loan)
{
	while (loan) {
		struct loan *next = loan->next;

		wipe(loan->copy, sizeof(loan->copy));
		free(loan);
		loan = next;
	}
}

void lent_free(struct lent *l)
{
	if (!l)
		return;
	free_list(l->first);
	free_list(l->spare);
	pthread_mutex_destroy(&l->lock);
	free(l);
}

struct loan *lent_add(struct lent *l, enum loan_kind kind, const void *key, size_t key_size,
	const void *p, size_t size)
{
	struct loan *loan;

	pthread_mutex_lock(&l->lock);
	loan = l->spare;
	if (loan) {
		l->spare = loan->next;
		l->nspare--;
	} else {
		loan = malloc(sizeof(*loan));
	}
	if (loan) {
		loan->next = NULL;
		loan->kind = kind;
		memset(loan->key, 0, sizeof(loan->key));
		memcpy(loan->key, key, key_size);
		loan->p = p;
		loan->size = size < SEEN ? size : SEEN;
		memcpy(loan->copy, p, loan->size);
		*l->end = loan;
		l->end = &loan->next;
	}
	pthread_mutex_unlock(&l->lock);
	if (loan && l->guard && kind == LOAN_PACKET)
		guard_lend(l->guard, p, size);
	return loan;
}

/* Takes the loan that *at points to out of the list. */
static struct loan *take(struct lent *l, struct loan **at)
{
	struct loan *loan = *at;

	*at = loan->next;
	if (l->end == &loan->next)
		l->end = at;
	return loan;
}

/* The end of a loan that was taken out of the list. */
static void put_back(struct lent *l, struct loan *loan)
{
	if (l->guard && loan->kind == LOAN_PACKET)
		guard_return(l->guard, loan->p);
	wipe(loan->copy, loan->size);
	if (l->nspare == SPARE) {
		free(loan);
		return;
	}
	loan->next = l->spare;
	l->spare = loan;
	l->nspare++;
}

void lent_withdraw(struct lent *l, struct loan *loan)
{
	struct loan **at;

	pthread_mutex_lock(&l->lock);
	for (at = &l->first; *at && *at != loan; at = &(*at)->next)
		;
	if (*at)
		put_back(l, take(l, at));
	pthread_mutex_unlock(&l->lock);
}

static bool changed(const struct loan *loan)
{
	uint8_t now[SEEN];
	bool differs = platform_read(loan->p, now, loan->size) != 0 ||
		       memcmp(now, loan->copy, loan->size) != 0;

	wipe(now, loan->size);
	return differs;
}

bool lent_return(struct lent *l, enum loan_kind kind, const void *key, size_t key_size)
{
	uint8_t whole[LOAN_KEY] = {0};
	struct loan **at, *loan;
	bool differs = false;

	memcpy(whole, key, key_size);
	pthread_mutex_lock(&l->lock);
	for (at = &l->first; (loan = *at); at = &loan->next)
		if (loan->kind == kind && memcmp(loan->key, whole, LOAN_KEY) == 0)
			break;
	if (loan) {
		take(l, at);
		differs = changed(loan);
		put_back(l, loan);
	}
	pthread_mutex_unlock(&l->lock);
	return differs;
}
