// SPDX-License-Identifier: BSD-2-Clause
/* The radio of a world, looked at from below: what the host has set in it. One world at a time. */
#ifndef OPENIHV_TESTS_LIB_RADIO_H
#define OPENIHV_TESTS_LIB_RADIO_H

#include "tests/lib/world.h"

/* From world_config.make or .configure, before the host sees the radio. */
void radio_watch(struct world *w);
/* Adapter i: off (unless unplugged), with no key. */
bool radio_empty(const struct world *w, unsigned i);
/* On, with a pairwise key. */
bool radio_has_key(unsigned i);
/* Group keys: bits by index. */
uint32_t radio_group_keys(unsigned i);

#endif
