// SPDX-License-Identifier: BSD-2-Clause
/*
 * Coverage of a module that was built with it: the functions that such a module calls, which the
 * program exports, and a map in which they count. Two programs carry modules, and both must have
 * these functions, or the module could not be loaded; only who asks has a map.
 *
 * Known are, of Clang and GCC,
 *
 *	-fsanitize-coverage=trace-pc-guard
 *	-fsanitize-coverage=inline-8bit-counters
 *	-fsanitize-coverage=trace-pc
 */
#ifndef OPENIHV_MODULE_COVER_H
#define OPENIHV_MODULE_COVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COVER_SIZE 65536 /* bytes of a map; an edge beyond that shares a place with another */

enum cover_kind {
	COVER_NONE, /* the module has called none of them, so far */
	COVER_GUARDS,
	COVER_COUNTERS,
	COVER_PCS,
};

/*
 * From now on each edge counts in its byte of map, up to 255. The same edge has the same place in
 * every run of a process and its children. NULL: nothing is counted. Before the module is loaded,
 * since it may count from then on.
 */
void cover_into(uint8_t *map);
/* Brings the counters that the module keeps itself into the map, before it is unloaded. For the
 * other kinds there is nothing to do. */
void cover_collect(void);
enum cover_kind cover_kind(void);

/* What a module calls. */
#define COVER_EXPORTED __attribute__((visibility("default")))
COVER_EXPORTED void __sanitizer_cov_trace_pc_guard_init(uint32_t *start, uint32_t *stop);
COVER_EXPORTED void __sanitizer_cov_trace_pc_guard(uint32_t *guard);
COVER_EXPORTED void __sanitizer_cov_8bit_counters_init(uint8_t *start, uint8_t *stop);
COVER_EXPORTED void __sanitizer_cov_pcs_init(const uintptr_t *start, const uintptr_t *stop);
COVER_EXPORTED void __sanitizer_cov_trace_pc(void);

#endif
