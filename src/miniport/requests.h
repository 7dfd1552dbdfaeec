// SPDX-License-Identifier: BSD-2-Clause
/* Arguments of requests (miniport.h), as every radio judges them. */
#ifndef OPENIHV_MINIPORT_REQUESTS_H
#define OPENIHV_MINIPORT_REQUESTS_H

#include "miniport/miniport.h"

#define EXEMPTIONS_MAX 16

/* The names of a request to connect, in place of those in *list, which grows. 0, -EINVAL or
 * -ENOMEM; then *list is as it was. */
int request_names(const struct connect_request *req, struct ssid **list, size_t *count);

/* 0 or -EINVAL. */
int request_exemptions(const struct privacy_exemption *list, size_t count);

/* Whether a NIC-specific request asks for the address (MINIPORT_NIC_ADDRESS), which is in out then.
 */
bool request_address(const struct mac *address, const uint8_t *in, uint32_t in_length, uint8_t *out,
	uint32_t *out_length);

#endif
