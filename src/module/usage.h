// SPDX-License-Identifier: BSD-2-Clause
/* Descriptors (on Windows: handles) of this process. What it takes to count them is opened
 * beforehand: there may be none left when they are of interest. */
#ifndef OPENIHV_MODULE_USAGE_H
#define OPENIHV_MODULE_USAGE_H

#include <stdint.h>

struct usage;

/* 0 or a negative errno. */
int usage_new(struct usage **out);
/* NULL is fine. */
void usage_free(struct usage *u);
/* 0 or a negative errno. One thread at a time. */
int usage_descriptors(struct usage *u, uint64_t *n);

#endif
