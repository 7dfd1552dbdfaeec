// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_TESTS_LIB_MEMORY_H
#define OPENIHV_TESTS_LIB_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Whether these octets, which `masked` has inverted, stand anywhere in this process, where it may
// write. One file for each system.
bool in_memory(const uint8_t *masked, size_t n);

#endif
