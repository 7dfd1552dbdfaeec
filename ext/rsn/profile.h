// SPDX-License-Identifier: BSD-2-Clause
#ifndef RSN_PROFILE_H
#define RSN_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wlanihv.h>

// What the user's profile asks of this module. The owner wipes it.
struct profile {
	bool secured;      // it names a secret or an AKM: an open network will not do
	uint32_t akm;      // suite selector, 0: any
	size_t secret_len; // 0: none, the user is asked
	char secret[64];   // passphrase of 8 to 63 characters, or 64 hexadecimal digits
};

// An outcome as handlers and completions tell it: both 0 is success.
struct outcome {
	DWORD reason;
	DWORD error;
};

// Reads and judges the fragments, each of which may be missing.
struct outcome profile_read(const DOT11EXT_IHV_PROFILE_PARAMS *params,
	const DOT11EXT_IHV_CONNECTIVITY_PROFILE *conn, const DOT11EXT_IHV_SECURITY_PROFILE *sec,
	struct profile *out);

// Whether these characters can be a passphrase (802.11-2020, J.4.1) or a key in hexadecimal.
bool profile_secret_ok(const char *secret, size_t len);

#endif
