// SPDX-License-Identifier: BSD-2-Clause
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const char *const level_names[] = {"none", "error", "warning", "info", "debug"};

// Global because a diagnostic may be written anywhere, and must not need an object for it.
static _Atomic int log_level = LOG_LEVEL_WARNING;

static struct {
	log_sink_fn fn;
	void *user;
	void (*destroy)(void *user);
} log_sink; // likewise; set before threads are started

void log_set_level(enum log_level level)
{
	atomic_store_explicit(&log_level, level, memory_order_relaxed);
}

enum log_level log_get_level(void)
{
	return (enum log_level)atomic_load_explicit(&log_level, memory_order_relaxed);
}

void log_set_sink(log_sink_fn fn, void *user, void (*destroy)(void *user))
{
	if (log_sink.destroy)
		log_sink.destroy(log_sink.user);
	log_sink.fn = fn;
	log_sink.user = user;
	log_sink.destroy = destroy;
}

const char *log_level_name(enum log_level level)
{
	return level_names[level - LOG_LEVEL_NONE];
}

int log_level_parse(const char *name, enum log_level *out)
{
	for (size_t i = 0; i < sizeof(level_names) / sizeof(level_names[0]); i++) {
		if (strcmp(name, level_names[i]) == 0) {
			*out = (enum log_level)((int)i + LOG_LEVEL_NONE);
			return 0;
		}
	}
	return -EINVAL;
}

void log_write(enum log_level level, const char *format, ...)
{
	char line[1024];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (log_sink.fn)
		log_sink.fn(level, line, log_sink.user);
	else
		(void)fprintf(stderr, "openihv: %s: %s\n", log_level_name(level), line);
}
