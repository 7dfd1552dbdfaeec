// SPDX-License-Identifier: BSD-2-Clause
/*
 * A saved trace: crossings as text, one JSON object a line (JSON Lines, UTF-8).
 *
 *	{"openihv-trace":1,"version":"0.1.0"}
 *	{"seq":1,"time":0,"call":"module loaded","phase":"point","args":{"get_version_info":1,...}}
 *
 * A crossing always has "seq", "time" (ns), "call" (crossing_name()) and "phase" ("enter", "exit"
 *or "point"). "thread", "adapter", "ext", "handle", "result", "reason", "peer" (MAC address),
 *"flags" (names) and "data" (hex) are left out when they are zero or empty. "args" has all named
 *arguments of the crossing, and is left out when it has none. Numbers are decimal integers; one
 *beyond 2^63 - 1 is a string "0x...". The same crossings give the same bytes.
 */
#ifndef OPENIHV_TRACE_TRACE_H
#define OPENIHV_TRACE_TRACE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "contract/crossing.h"

#define TRACE_FORMAT 1

/* Belongs to the caller; nothing in it has to be freed. */
struct trace_writer {
	FILE *file; /* the caller's, who closes it after trace_writer_end() */
	int error;  /* the first that occurred, a negative errno; nothing is written after it */
};

/* Writes the header line. An error shows at trace_writer_end(). */
void trace_writer_begin(struct trace_writer *w, FILE *file);
/* Writes one crossing. x->fn is below FN_COUNT; data beyond CROSSING_DATA and unknown flags are
 * left out. */
void trace_write(struct trace_writer *w, const struct crossing *x);
/* Flushes. Returns 0 or the first error of all calls: -EIO or what the stream reported. */
int trace_writer_end(struct trace_writer *w);

/*
 * Takes one crossing, which is valid during the call. Returns 0 to go on; anything else ends
 * trace_read(), which returns that value.
 */
typedef int (*trace_fn)(void *user, const struct crossing *x);

/* A line, without its end, may have this many bytes. */
#define TRACE_LINE_MAX 65536

/*
 * Reads a trace to its end and hands out its crossings in order. Every field is checked against its
 * range, unknown names are refused, "seq" must increase. Memory does not depend on the length of
 * the trace.
 *
 * name stands for the file in messages. Returns 0; -EBADMSG and "name:line: cause" in err, all
 * printable; -EIO or -ENOMEM, likewise with a message; or the value with which fn ended it, err
 * then being empty.
 */
int trace_read(FILE *file, const char *name, trace_fn fn, void *user, char *err, size_t errlen);

#endif
