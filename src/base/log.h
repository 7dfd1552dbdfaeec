// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_BASE_LOG_H
#define OPENIHV_BASE_LOG_H

/*
 * Diagnostics for people, by default to stderr as "openihv: warning: text". Not a trace: what a
 * machine must read goes through trace/. Secrets are never logged.
 *
 *	log_warn("%s: beacon without SSID", name);	(no newline at the end)
 */

#include <stdbool.h>

enum log_level {
	LOG_LEVEL_NONE = -1, // nothing is written
	LOG_LEVEL_ERROR = 0,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

// Receives one line without newline. Called from whichever thread logs; must not log itself.
typedef void (*log_sink_fn)(enum log_level level, const char *text, void *user);

// Lines above `level` are dropped. The default is LOG_LEVEL_WARNING. May be called at any time.
void log_set_level(enum log_level level);

enum log_level log_get_level(void);

// Sends lines to `fn` instead of stderr; NULL for stderr. `destroy` (may be NULL) is called with
// the `user` of the sink that is replaced. Only while no other thread logs.
void log_set_sink(log_sink_fn fn, void *user, void (*destroy)(void *user));

// "error", "warning", "info", "debug", "none".
const char *log_level_name(enum log_level level);

// The level of that name. Returns 0 or -EINVAL.
int log_level_parse(const char *name, enum log_level *out);

// Use the macros: they do not evaluate their arguments when the level is off. Lines longer than
// 1023 octets are cut.
void log_write(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_at(level, ...)                                                                         \
	do {                                                                                       \
		if ((level) <= log_get_level())                                                    \
			log_write((level), __VA_ARGS__);                                           \
	} while (0)

#define log_error(...) log_at(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...)  log_at(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...)  log_at(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_at(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
