// SPDX-License-Identifier: BSD-2-Clause
#include "cli/arguments.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

#define BUDGET_MAX_S   86400
#define DEADLINE_MAX_S 3600

int take_number(const char *option, const char *text, uint64_t low, uint64_t high, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 0);
	if (errno || end == text || *end || strchr(text, '-') || *out < low || *out > high)
		return cli_error("%s %s: not a number from %" PRIu64 " to %" PRIu64, option, text,
			low, high);
	return 0;
}

static int take_seconds(const char *option, const char *text, unsigned most, double *out)
{
	char *end;

	*out = strtod(text, &end);
	/* Digits and a point alone: no sign, no exponent, no "inf". */
	if (!*text || text[strspn(text, "0123456789.")] || *end || *out < 0.001 || *out > most)
		return cli_error(
			"%s %s: not a number of seconds from 0.001 to %u", option, text, most);
	return 0;
}

int take_budget(const char *text, double *out)
{
	*out = 0;
	return strcmp(text, "0") == 0 ? 0 : take_seconds("--budget", text, BUDGET_MAX_S, out);
}

int take_deadline(const char *option, const char *text, uint32_t *out_ms)
{
	double seconds;
	int rc = take_seconds(option, text, DEADLINE_MAX_S, &seconds);

	if (!rc)
		*out_ms = (uint32_t)(seconds * 1000 + 0.5);
	return rc;
}

int take_profile(const char *path, struct profile **out)
{
	struct profile_error err;
	int rc = profile_load(path, out, &err);

	if (rc)
		return err.line ? cli_error("%s:%u: %s", path, err.line, err.text)
				: cli_error("%s: %s", path, err.text);
	if ((*out)->bss_type == PROFILE_BSS_INFRASTRUCTURE)
		return 0;
	profile_free(*out);
	*out = NULL;
	return cli_error(
		"%s: an IBSS network; IHV Extensions work in infrastructure networks only", path);
}

int take_radio(const char *argument, const char **interface)
{
	static const char kind[] = "nl80211:";

	if (strncmp(argument, kind, sizeof(kind) - 1) != 0 || !argument[sizeof(kind) - 1])
		return cli_error("'%s' is no radio: it is written nl80211:INTERFACE; openihv "
				 "adapters lists them",
			argument);
	*interface = argument + sizeof(kind) - 1;
	return 0;
}
