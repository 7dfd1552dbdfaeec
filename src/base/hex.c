// SPDX-License-Identifier: BSD-2-Clause
#include "base/hex.h"

#include <errno.h>

static const char lower_digits[] = "0123456789abcdef";

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int mac_parse(const char *text, struct mac *out)
{
	struct mac m;

	if (strnlen(text, MAC_TEXT_SIZE) != MAC_TEXT_SIZE - 1)
		return -EINVAL;
	const char separator = text[2];
	if (separator != ':' && separator != '-')
		return -EINVAL;
	for (size_t i = 0; i < MAC_LEN; i++) {
		const char *p = text + 3 * i;
		const int high = digit_value(p[0]);
		const int low = digit_value(p[1]);
		if (high < 0 || low < 0 || (i < MAC_LEN - 1 && p[2] != separator))
			return -EINVAL;
		m.b[i] = (uint8_t)(high << 4 | low);
	}
	*out = m;
	return 0;
}

char *mac_format(const struct mac *m, char out[MAC_TEXT_SIZE])
{
	for (size_t i = 0; i < MAC_LEN; i++) {
		out[3 * i] = lower_digits[m->b[i] >> 4];
		out[3 * i + 1] = lower_digits[m->b[i] & 15];
		out[3 * i + 2] = i < MAC_LEN - 1 ? ':' : '\0';
	}
	return out;
}

char *hex_encode(const void *data, size_t n, char *out)
{
	const uint8_t *p = data;
	for (size_t i = 0; i < n; i++) {
		out[2 * i] = lower_digits[p[i] >> 4];
		out[2 * i + 1] = lower_digits[p[i] & 15];
	}
	out[2 * n] = '\0';
	return out;
}

ssize_t hex_decode(const char *text, size_t digits, void *out, size_t cap)
{
	uint8_t *to = out;

	if (digits % 2 != 0)
		return -EINVAL;
	if (digits / 2 > cap)
		return -ENOBUFS;
	for (size_t i = 0; i < digits / 2; i++) {
		const int high = digit_value(text[2 * i]);
		const int low = digit_value(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return -EINVAL;
		to[i] = (uint8_t)(high << 4 | low);
	}
	return (ssize_t)(digits / 2);
}
