// SPDX-License-Identifier: BSD-2-Clause
#include "miniport/requests.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BSS_INDEPENDENT 2 /* DOT11_BSS_TYPE */

int request_names(const struct connect_request *req, struct ssid **list, size_t *count)
{
	struct ssid *names;

	if (!req->nssids || req->bss_type == BSS_INDEPENDENT)
		return -EINVAL;
	for (size_t i = 0; i < req->nssids; i++)
		if (req->ssids[i].length > sizeof(req->ssids[i].bytes))
			return -EINVAL;
	names = reallocarray(*list, req->nssids, sizeof(*names));
	if (!names)
		return -ENOMEM;
	memcpy(names, req->ssids, req->nssids * sizeof(*names));
	*list = names;
	*count = req->nssids;
	return 0;
}

int request_exemptions(const struct privacy_exemption *list, size_t count)
{
	if (count > EXEMPTIONS_MAX)
		return -EINVAL;
	for (size_t i = 0; i < count; i++)
		if (list[i].action < 1 || list[i].action > 2 || list[i].packet < 1 ||
			list[i].packet > 3)
			return -EINVAL;
	return 0;
}

bool request_address(const struct mac *address, const uint8_t *in, uint32_t in_length, uint8_t *out,
	uint32_t *out_length)
{
	if (in_length != strlen(MINIPORT_NIC_ADDRESS) || *out_length < MAC_LEN ||
		memcmp(in, MINIPORT_NIC_ADDRESS, in_length) != 0)
		return false;
	memcpy(out, address->b, MAC_LEN);
	*out_length = MAC_LEN;
	return true;
}
