// SPDX-License-Identifier: BSD-2-Clause
/* What the files of the sandbox share among themselves. */
#ifndef OPENIHV_WORKER_SANDBOX_INTERNAL_H
#define OPENIHV_WORKER_SANDBOX_INTERNAL_H

#include "worker/sandbox.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANDBOX_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANDBOX_SANITIZED 1
#endif
#endif
#ifndef SANDBOX_SANITIZED
#define SANDBOX_SANITIZED 0
#endif

/* sandbox_landlock.c: descriptor of a new rule set in which all is forbidden, or -1. signals: those
 * to processes outside of it, too. */
int sandbox_ruleset(unsigned *abi, bool signals);
/* Allows reading and executing of a file, or of all beneath a folder; writing too. -errno: it is
 * not there. */
int sandbox_allow(int ruleset, unsigned abi, const char *path, bool write);
/* The same for a file and the shared libraries that lie in its folder. */
void sandbox_allow_library(int ruleset, unsigned abi, const char *path);
/* Async-signal-safe. */
bool sandbox_restrict(int ruleset);

/* sandbox_filter.c: SANDBOX_FILTER and SANDBOX_SEEN, as far as there is such a thing. */
unsigned sandbox_filter(int listener_socket);

/* sandbox_rights.c; these are async-signal-safe. Capabilities: none but those of the mask `keep`.
 */
bool sandbox_drop_capabilities(uint64_t keep);
/* Lowers the limit to value, or leaves a lower one. */
bool sandbox_limit(int resource, uint64_t value);
/* SANDBOX_USER and SANDBOX_NETWORK. `confined`: Landlock will say what may be read. */
unsigned sandbox_own_user(const struct sandbox_config *config, bool confined);

#endif
