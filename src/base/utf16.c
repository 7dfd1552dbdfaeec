// SPDX-License-Identifier: BSD-2-Clause
#include "base/utf16.h"

#include <errno.h>
#include <stdlib.h>

// Reads one code point of 1 to 4 octets at `s`; returns how many, or 0 if it is not valid.
static size_t utf8_decode(const uint8_t *s, size_t len, uint32_t *out)
{
	// Least code point for each length: a smaller one would be an overlong form (RFC 3629, 3).
	static const uint32_t least[] = {0, 1, 0x80, 0x800, 0x10000};
	size_t n;
	uint32_t c;

	if (s[0] < 0x80) {
		n = 1;
		c = s[0];
	} else if ((s[0] & 0xe0) == 0xc0) {
		n = 2;
		c = s[0] & 0x1fu;
	} else if ((s[0] & 0xf0) == 0xe0) {
		n = 3;
		c = s[0] & 0x0fu;
	} else if ((s[0] & 0xf8) == 0xf0) {
		n = 4;
		c = s[0] & 0x07u;
	} else {
		return 0;
	}
	if (n > len)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3fu);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*out = c;
	return n;
}

static size_t utf8_encode(uint32_t c, char *out)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

// Reads one code point of 1 or 2 units; returns how many, or 0 if it is not valid.
static size_t utf16_decode(const uint16_t *s, size_t units, uint32_t *out)
{
	*out = s[0];
	if (s[0] == 0 || (s[0] & 0xfc00) == 0xdc00)
		return 0;
	if ((s[0] & 0xfc00) != 0xd800)
		return 1;
	if (units < 2 || (s[1] & 0xfc00) != 0xdc00)
		return 0;
	*out = 0x10000 + ((s[0] & 0x3ffu) << 10) + (s[1] & 0x3ffu);
	return 2;
}

static size_t utf16_encode(uint32_t c, uint16_t *out)
{
	if (c < 0x10000) {
		out[0] = (uint16_t)c;
		return 1;
	}
	c -= 0x10000;
	out[0] = (uint16_t)(0xd800 | c >> 10);
	out[1] = (uint16_t)(0xdc00 | (c & 0x3ff));
	return 2;
}

int utf8_to_utf16(const char *s, size_t len, uint16_t **out, size_t *out_units)
{
	size_t units = 0;

	*out = NULL;
	// An octet never becomes more than one unit.
	uint16_t *buf = len < SIZE_MAX / 2 ? malloc((len + 1) * sizeof(*buf)) : NULL;
	if (!buf)
		return -ENOMEM;
	for (size_t i = 0; i < len;) {
		uint32_t c;
		const size_t n = utf8_decode((const uint8_t *)s + i, len - i, &c);
		if (n == 0) {
			free(buf);
			return -EILSEQ;
		}
		i += n;
		units += utf16_encode(c, buf + units);
	}
	buf[units] = 0;
	*out = buf;
	if (out_units)
		*out_units = units;
	return 0;
}

int utf16_to_utf8(const uint16_t *s, size_t units, char **out, size_t *out_len)
{
	size_t len = 0;

	*out = NULL;
	// A unit never becomes more than three octets.
	char *buf = units < SIZE_MAX / 3 ? malloc((units + 1) * 3) : NULL;
	if (!buf)
		return -ENOMEM;
	for (size_t i = 0; i < units;) {
		uint32_t c;
		const size_t n = utf16_decode(s + i, units - i, &c);
		if (n == 0) {
			free(buf);
			return -EILSEQ;
		}
		i += n;
		len += utf8_encode(c, buf + len);
	}
	buf[len] = '\0';
	*out = buf;
	if (out_len)
		*out_len = len;
	return 0;
}

size_t utf16_len(const uint16_t *s)
{
	return utf16_nlen(s, SIZE_MAX);
}

size_t utf16_nlen(const uint16_t *s, size_t max)
{
	size_t n = 0;
	while (n < max && s[n] != 0)
		n++;
	return n;
}

bool utf8_valid(const char *s, size_t len)
{
	for (size_t i = 0; i < len;) {
		uint32_t c;
		const size_t n = utf8_decode((const uint8_t *)s + i, len - i, &c);
		if (n == 0)
			return false;
		i += n;
	}
	return true;
}
