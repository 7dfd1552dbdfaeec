// SPDX-License-Identifier: BSD-2-Clause
#include "trace/names.h"

const char *const trace_phase_names[TRACE_PHASES] = {
	[PHASE_ENTER] = "enter",
	[PHASE_EXIT] = "exit",
	[PHASE_POINT] = "point",
};

/* CROSSING_STALE_TABLE, _PEER_NULL, _REFUSED, _NULL */
const char *const trace_flag_names[TRACE_FLAGS] = {
	"stale-table", "peer-null", "refused", "null", "unknown", "held"};
