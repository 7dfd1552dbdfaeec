// SPDX-License-Identifier: BSD-2-Clause
/* Makes an input smaller that still shows the same. */
#ifndef OPENIHV_FUZZ_MINIMISE_H
#define OPENIHV_FUZZ_MINIMISE_H

#include "fuzz/input.h"

/* Whether the input still shows it. */
typedef bool (*minimise_fn)(void *user, const struct input *in);

#define MINIMISE_STEADY 8

/*
 * Fewer records, then fewer flags, shorter records, bytes of zero; as long as shows() says yes, for
 * `limit` candidates at most. The result shows it MINIMISE_STEADY times in a row: if the smallest
 * one does not, the search begins anew, and each candidate has to. The same answers lead to the
 * same result. Returns how often it was asked.
 */
unsigned minimise(struct input *in, minimise_fn shows, void *user, unsigned limit);

#endif
