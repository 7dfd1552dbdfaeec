// SPDX-License-Identifier: BSD-2-Clause
/* Crossings, and the numbers in them, in words that a person can follow. */
#ifndef OPENIHV_TRACE_DESCRIBE_H
#define OPENIHV_TRACE_DESCRIBE_H

#include <stddef.h>
#include <stdint.h>

#include "contract/crossing.h"

/* One line of a timeline, without its time: who, and what. An empty string: not worth a line. */
void describe(const struct crossing *x, char *who, size_t who_room, char *what, size_t what_room);

/* These return room. A DOT11_ASSOC_STATUS, an L2 reason code, a Win32 error. */
const char *status_text(uint32_t status, char *room, size_t length);
const char *reason_text(uint32_t reason, char *room, size_t length);
const char *error_text(uint32_t error, char *room, size_t length);
/* How a process ended: "signal 11 (SIGSEGV)"; empty for MODULE_LIVES. */
const char *cause_text(
	enum module_end end, uint32_t code, bool deadline, char *room, size_t length);
/* "SIGSEGV"; NULL: not one that kills by itself. Safe in a signal handler. */
const char *signal_name(int number);

#endif
