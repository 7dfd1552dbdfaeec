// SPDX-License-Identifier: BSD-2-Clause
#include "secret.h"

#include <string.h>

/* Where `part` begins in the terminated text, or NULL. */
static LPCWSTR find(LPCWSTR text, LPCWSTR part)
{
	for (; *text; text++) {
		size_t i = 0;

		while (part[i] && text[i] == part[i])
			i++;
		if (!part[i])
			return text;
	}
	return NULL;
}

bool secret_read(LPCWSTR fragment, struct handshake_secret *out)
{
	static const WCHAR vendor[] = u"\"urn:example:vendor:1\"";
	static const WCHAR begin[] = u"<secret>", end[] = u"</secret>";
	struct handshake_secret secret = {.length = 0};
	LPCWSTR from, to;

	if (!fragment || !find(fragment, vendor))
		return false;
	from = find(fragment, begin);
	to = from ? find(from, end) : NULL;
	if (!to)
		return false;
	for (from += ARRAYSIZE(begin) - 1; from < to; from++) {
		if (*from < ' ' || *from > '~' || *from == '<' || *from == '>' || *from == '&' ||
			secret.length == sizeof(secret.bytes))
			return false;
		secret.bytes[secret.length++] = (uint8_t)*from;
	}
	if (secret.length < HANDSHAKE_SECRET_MIN)
		return false;
	if (out)
		*out = secret;
	return true;
}
