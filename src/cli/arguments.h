// SPDX-License-Identifier: BSD-2-Clause
/*
 * What the arguments of more than one command say. Each function returns 0, or EXIT_USAGE after an
 * error was printed.
 */
#ifndef OPENIHV_CLI_ARGUMENTS_H
#define OPENIHV_CLI_ARGUMENTS_H

#include <stdint.h>

#include "profile/profile.h"

/* A whole number, decimal, octal (0...) or hexadecimal (0x...). */
int take_number(const char *option, const char *text, uint64_t low, uint64_t high, uint64_t *out);
/* --budget: from 0.001 to 86400 seconds, digits and a point alone, or 0 for no end. */
int take_budget(const char *text, double *out);
/* A deadline: from 0.001 to 3600 seconds, likewise. */
int take_deadline(const char *option, const char *text, uint32_t *out_ms);
/* A real radio, "nl80211:IFACE"; *interface points into the argument. */
int take_radio(const char *argument, const char **interface);
/* The profile of an infrastructure network; the caller frees it with profile_free(). */
int take_profile(const char *path, struct profile **out);

#endif
