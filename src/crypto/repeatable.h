// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_CRYPTO_REPEATABLE_H
#define OPENIHV_CRYPTO_REPEATABLE_H

#include <stdint.h>

#include <openssl/rand.h>

// The generator behind crypto_make_repeatable(), as libcrypto takes it, begun anew with `seed`.
// Needs nothing of the library, for a program that only finds it at run time.
const RAND_METHOD *repeatable_method(uint64_t seed);

#endif
