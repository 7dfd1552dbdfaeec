// SPDX-License-Identifier: BSD-2-Clause
#ifndef VENDOR_SECRET_H
#define VENDOR_SECRET_H

#include <wlanihv.h>

#include "handshake.h"

/*
 * Reads the profile's settings,
 *
 *	<vendor xmlns="urn:example:vendor:1"><secret>...</secret></vendor>
 *
 * where the secret is 8 to 63 characters of printable ASCII without '<', '>' and '&', so that it
 * needs no XML parser. True: it was read. out NULL: only judged.
 */
bool secret_read(LPCWSTR fragment, struct handshake_secret *out);

#endif
