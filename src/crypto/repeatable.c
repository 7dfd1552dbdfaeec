// SPDX-License-Identifier: BSD-2-Clause
// Simulated radios only. See crypto.h for what must never be done with it.
#include "crypto/crypto.h"

#include <errno.h>

#include "crypto/repeatable.h"

/*
 * RAND_set_rand_method() is deprecated in OpenSSL 3.0 in favour of providers. But a provider would
 * have to become the default of the library context before anything else draws on it, and this call
 * reaches every user of libcrypto in the process at once, modules also.
 */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
static int set_method(const RAND_METHOD *method)
{
	return RAND_set_rand_method(method ? method : RAND_OpenSSL()) == 1 ? 0 : -EIO;
}
#pragma GCC diagnostic pop

int crypto_make_repeatable(uint64_t seed)
{
	return set_method(repeatable_method(seed));
}

int crypto_make_random(void)
{
	return set_method(NULL);
}
