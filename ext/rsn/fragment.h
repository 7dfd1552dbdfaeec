// SPDX-License-Identifier: BSD-2-Clause
#ifndef RSN_FRAGMENT_H
#define RSN_FRAGMENT_H

/*
 * The XML of a profile's IHV fragment, read into plain fields:
 *
 *	<rsn xmlns="urn:openihv:rsn:1">
 *		<passphrase>correct horse</passphrase>     optional
 *		<akm>psk-sha256</akm>                      optional
 *	</rsn>
 *
 * It may be wrapped in elements of other namespaces, as some hosts hand it over (C-21). This header
 * names no XML library, so that another one can take the place of libxml2 where there is none.
 */

#include <stdbool.h>
#include <stddef.h>

enum {
	FRAGMENT_MAX = 8192,     // octets of UTF-8
	FRAGMENT_TEXT_MAX = 64,  // of one setting
	FRAGMENT_DEPTH_MAX = 16, // elements within elements
};

struct fragment_text {
	bool present;
	size_t len;
	char text[FRAGMENT_TEXT_MAX + 1]; // terminated
};

struct fragment {
	bool present; // there is an <rsn>
	bool foreign; // there is text, or an element that contains nothing of ours, outside of it
	struct fragment_text passphrase;
	struct fragment_text akm;
};

// Prepares the library; before the first fragment_parse().
void fragment_init(void);

// Reads `len` octets of UTF-8; what it says is not judged. 0, -EINVAL (not well formed, with a
// document type or an entity of its own, or an <rsn> that is not like the above), -E2BIG or
// -ENOMEM. `out` holds a secret, also after an error: the caller wipes it.
int fragment_parse(const char *utf8, size_t len, struct fragment *out);

#endif
