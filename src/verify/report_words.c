// SPDX-License-Identifier: BSD-2-Clause
/*
 * Text on its way out. A finding's text may hold what a hostile module chose; a terminal, a browser
 * or a parser of XML must not take any of it for more than letters.
 */
#include "verify/report_internal.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* Controls, what changes the direction of writing or cannot be seen, and what is no character. */
static bool printable(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} not [] = {{0x00, 0x1F}, {0x7F, 0x9F}, {0xAD, 0xAD}, {0x61C, 0x61C}, {0x200B, 0x200F},
		{0x2028, 0x202E}, {0x2060, 0x206F}, {0xD800, 0xF8FF}, {0xFDD0, 0xFDEF},
		{0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}, {0xFFF0, 0xFFFF}, {0xE0000, UINT32_MAX}};
	size_t i;

	for (i = 0; i < sizeof(not ) / sizeof(not [0]); i++)
		if (c >= not [i].first && c <= not [i].last)
			return false;
	return (c & 0xFFFE) != 0xFFFE;
}

/* Bytes of the printable character that begins here; 0: none does. The Unicode Standard, table
 * 3-7: no byte too many, no surrogate. */
static size_t character(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const size_t n = p[0] < 0x80   ? 1
			 : p[0] < 0xC0 ? 0
			 : p[0] < 0xE0 ? 2
			 : p[0] < 0xF0 ? 3
			 : p[0] < 0xF8 ? 4
				       : 0;
	uint32_t c;
	size_t i;

	if (n <= 1)
		return n && printable(p[0]) ? 1 : 0;
	c = p[0] & (0xFFu >> (n + 1));
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xC0) != 0x80) /* also at the end of the text */
			return 0;
		c = c << 6 | (p[i] & 0x3Fu);
	}
	return c >= least[n] && printable(c) ? n : 0;
}

char *text_clean(const char *text, char *room, size_t length)
{
	size_t used = 0, n;

	for (; *text && used + 1 < length; text += n ? n : 1) {
		n = character(text);
		if (used + n >= length)
			break;
		if (n)
			memcpy(room + used, text, n);
		else
			room[used] = '?';
		used += n ? n : 1;
	}
	room[used] = '\0';
	return room;
}

size_t text_width(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xC0) != 0x80;
	return width;
}

/* Each character, cleaned, through the escapes of a format. */
static void put_escaped(FILE *f, const char *text, const char *(*escape)(char c))
{
	for (; *text; text++) {
		const size_t n = character(text);
		const char *escaped = n == 1 ? escape(*text) : NULL;

		if (escaped)
			fputs(escaped, f);
		else if (n)
			fwrite(text, 1, n, f);
		else
			fputc('?', f);
		text += n ? n - 1 : 0;
	}
}

static const char *escape_json(char c)
{
	return c == '"' ? "\\\"" : c == '\\' ? "\\\\" : NULL;
}

void put_json(FILE *f, const char *text)
{
	fputc('"', f);
	put_escaped(f, text, escape_json);
	fputc('"', f);
}

static const char *escape_xml(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default: /* stands for itself */
		return NULL;
	}
}

void put_xml(FILE *f, const char *text)
{
	put_escaped(f, text, escape_xml);
}

const char *text_count(uint64_t n, char room[32])
{
	char digits[24];
	const size_t length = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, n);
	size_t i, used = 0;

	for (i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			room[used++] = ',';
		room[used++] = digits[i];
	}
	room[used] = '\0';
	return room;
}

const char *text_plural(uint64_t n, const char *one, const char *many, char *room, size_t length)
{
	char count[32];

	snprintf(room, length, "%s %s", text_count(n, count), n == 1 ? one : many);
	return room;
}

const char *report_parts(const struct report *r, char *room, size_t length)
{
	unsigned i, in = 0, written = 0;
	size_t used;

	room[0] = '\0';
	for (i = 0; i < r->shards && i < 256; i++)
		in += r->shards_in[i / 64] >> (i % 64) & 1;
	if (in == r->shards || r->shards <= 1)
		return room;
	snprintf(room, length, in == 1 ? "part" : "parts");
	for (i = 0; i < r->shards && i < 256; i++) {
		used = strlen(room);
		if (r->shards_in[i / 64] >> (i % 64) & 1)
			snprintf(room + used, length - used, "%s%u",
				!written++      ? " "
				: written == in ? " and "
						: ", ",
				i + 1);
	}
	used = strlen(room);
	snprintf(room + used, length - used, " of %u", r->shards);
	return room;
}

int put_end(FILE *f)
{
	errno = 0;
	if (fflush(f) == 0 && !ferror(f))
		return 0;
	return errno ? -errno : -EIO;
}
