// SPDX-License-Identifier: BSD-2-Clause
/*
 * Crypto objects, which serve one thread at a time and cost 100 us to make. As many are kept as
 * handlers have ever computed at the same time, up to a few; without the keys they were used with,
 * which would outlive their session there.
 */
#include <pthread.h>

#include "base/wipe.h"
#include "rsn.h"

enum {
	KEPT_MAX = 8,
};

// Module-wide because adapters come by the thousand and threads do not.
static struct {
	pthread_mutex_t lock;
	struct crypto *free[KEPT_MAX];
	size_t count;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER};

struct crypto *crypto_take(void)
{
	struct crypto *c = NULL;

	pthread_mutex_lock(&pool.lock);
	if (pool.count > 0)
		c = pool.free[--pool.count];
	pthread_mutex_unlock(&pool.lock);
	return c ? c : crypto_new();
}

void crypto_give(struct crypto *c)
{
	crypto_forget(c);
	wipe_stack(); // whoever took it had keys in its hands
	pthread_mutex_lock(&pool.lock);
	const bool keep = pool.count < KEPT_MAX;
	if (keep)
		pool.free[pool.count++] = c;
	pthread_mutex_unlock(&pool.lock);
	if (!keep)
		crypto_free(c);
}

void cryptos_destroy(void)
{
	pthread_mutex_lock(&pool.lock);
	while (pool.count > 0)
		crypto_free(pool.free[--pool.count]);
	pthread_mutex_unlock(&pool.lock);
}
