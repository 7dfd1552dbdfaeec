// SPDX-License-Identifier: BSD-2-Clause
// A WLAN profile of any content is either refused with a sentence or within its documented bounds.
#include <stdlib.h>
#include <string.h>

#include "profile/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void check_profile(const struct profile *p)
{
	require(p->name && p->name[0]);
	require(p->nssids >= 1 && p->nssids <= PROFILE_MAX_SSIDS);
	for (size_t i = 0; i < p->nssids; i++)
		require(p->ssids[i].len >= 1 && p->ssids[i].len <= PROFILE_SSID_LEN);
	require(p->has_ihv || (!p->connectivity && !p->security && !p->use_ms_onex));
	require(!p->security || p->security[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct profile *p = NULL;
	struct profile_error err;
	if (profile_parse((const char *)data, size, &p, &err) == 0) {
		check_profile(p);
		require(err.text[0] == '\0');
	} else {
		require(!p && err.text[0] != '\0');
	}
	profile_free(p);
	return 0;
}
