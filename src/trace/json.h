// SPDX-License-Identifier: BSD-2-Clause
/* Crossings, and large numbers, as parts of another JSON document: written and read as in a trace.
 */
#ifndef OPENIHV_TRACE_JSON_H
#define OPENIHV_TRACE_JSON_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "contract/crossing.h"

/* Bytes of the longest crossing. */
#define TRACE_CROSSING_MAX 1023

/* An object, without the end of a line and without a terminating NUL. Returns its length; 0: the
 * room is too small, which TRACE_CROSSING_MAX bytes are not. */
size_t trace_format(const struct crossing *x, char *room, size_t length);

/*
 * Reads one, every field checked as trace_read() does. Its seq has to be above *seq, which then
 * becomes it. 0, or -EBADMSG with the cause in err, all printable.
 */
int trace_crossing(
	const json_t *object, uint64_t *seq, struct crossing *out, char *err, size_t errlen);

/* A decimal integer that is not negative, or a string "0x..." of at most 64 bits. 0 or -EINVAL. */
int trace_number(const json_t *value, uint64_t *out);

#endif
