// SPDX-License-Identifier: BSD-2-Clause
/* Words of the trace format that both of its halves use. */
#ifndef OPENIHV_TRACE_NAMES_H
#define OPENIHV_TRACE_NAMES_H

#include "contract/crossing.h"

#define TRACE_PHASES 3
/* By enum crossing_phase. */
extern const char *const trace_phase_names[TRACE_PHASES];

#define TRACE_FLAGS       6
#define TRACE_FLAGS_KNOWN ((1u << TRACE_FLAGS) - 1)
/* By bit number of CROSSING_*. */
extern const char *const trace_flag_names[TRACE_FLAGS];

#endif
