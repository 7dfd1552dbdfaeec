// SPDX-License-Identifier: BSD-2-Clause
#ifndef RSN_NETWORK_H
#define RSN_NETWORK_H

// What a BSS list from the air offers, and what of it suits a profile. Pure.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wlanihv.h>

#include "base/bytes.h"

struct profile;

// One BSS of the list. Neither `open` nor an AKM: security that this module does not speak.
struct network {
	uint8_t ssid[DOT11_SSID_MAX_LENGTH];
	size_t ssid_len; // 0: it hides its name
	bool open;
	bool psk, psk_sha256; // RSN with pairwise CCMP-128 and this AKM (00-0F-AC:2, :6)
	uint32_t group;       // then the cipher suite of its group traffic: CCMP-128 or TKIP
};

// What pre-association sets up.
struct choice {
	uint8_t ssid[DOT11_SSID_MAX_LENGTH];
	size_t ssid_len;
	uint32_t akm;   // suite selector; 0: an open network
	uint32_t group; // suite selector of group traffic
};

// A reader of the list; NULL gives an empty one.
struct reader network_list(const DOT11_BSS_LIST *list);

// The next BSS. False at the end, and at an entry that claims more than is there.
bool network_next(struct reader *list, struct network *out);

// Whether the profile's names contain that of the network; a hidden name fits every profile.
bool network_named(const struct network *n, const DOT11EXT_IHV_PROFILE_PARAMS *params);

// What the profile would do with that network, of which it may want nothing: -ENOENT.
int network_judge(const struct network *n, const struct profile *profile,
	const DOT11EXT_IHV_PROFILE_PARAMS *params, struct choice *out);

// The first RSN of the list that suits, else the first open network that does. 0 or -ENOENT.
int network_choose(const DOT11_BSS_LIST *list, const struct profile *profile,
	const DOT11EXT_IHV_PROFILE_PARAMS *params, struct choice *out);

#endif
