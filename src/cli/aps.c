// SPDX-License-Identifier: BSD-2-Clause
#include "cli/aps.h"

#include <string.h>

#include "cli/cli.h"

int take_aps(const char **specs, unsigned *n, const char *peer, const struct profile *profile,
	struct sim_ap_config *out)
{
	struct ssid ssid = {.length = 7, .bytes = "openihv"};
	unsigned i, peers = 0;
	char err[200];

	if (profile) {
		ssid.length = profile->ssids[0].len;
		memcpy(ssid.bytes, profile->ssids[0].data, ssid.length);
	}
	if (!*n)
		specs[(*n)++] = peer ? "peer" : "open";
	for (i = 0; i < *n; i++) {
		out[i].ssid = ssid;
		if (sim_ap_config_parse(specs[i], &out[i], err, sizeof(err)))
			return cli_error("--ap %s: %s", specs[i], err);
		peers += out[i].security == SIM_PEER;
	}
	if (peers && !peer)
		return cli_error("--ap peer: needs --peer COMMAND, which speaks for it");
	if (peer && !peers)
		return cli_error("--peer: none of the access points is of kind peer");
	return 0;
}
