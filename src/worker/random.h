// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_WORKER_RANDOM_H
#define OPENIHV_WORKER_RANDOM_H

#include <stdint.h>

/*
 * FOR SIMULATED RADIOS ONLY: if the module has brought libcrypto into this process, the random
 * numbers of that follow from seed from now on (crypto.h, crypto_make_repeatable()). The worker
 * itself does without libcrypto.
 */
void random_make_repeatable(uint64_t seed);

#endif
