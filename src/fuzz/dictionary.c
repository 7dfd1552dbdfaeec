// SPDX-License-Identifier: BSD-2-Clause
#include "fuzz/dictionary.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/hex.h"

/* In the form of a file, so that there is one reader for both. Numbers are from IEEE 802.11-2020.
 */
static const char defaults[] =
	"oui_rsn=\"\\x00\\x0f\\xac\"\n"
	"oui_microsoft=\"\\x00\\x50\\xf2\"\n"
	"oui_wfa=\"\\x50\\x6f\\x9a\"\n"
	"cipher_ccmp=\"\\x00\\x0f\\xac\\x04\"\n"
	"cipher_tkip=\"\\x00\\x0f\\xac\\x02\"\n"
	"cipher_bip=\"\\x00\\x0f\\xac\\x06\"\n"
	"akm_psk_sha256=\"\\x00\\x0f\\xac\\x06\"\n"
	"kde_gtk=\"\\xdd\\x16\\x00\\x0f\\xac\\x01\\x01\\x00\"\n"
	"kde_gtk_empty=\"\\xdd\\x06\\x00\\x0f\\xac\\x01\\x01\\x00\"\n"
	"kde_gtk_long=\"\\xdd\\xff\\x00\\x0f\\xac\\x01\\x01\\x00\"\n"
	"kde_mac=\"\\xdd\\x0a\\x00\\x0f\\xac\\x03\"\n"
	"kde_pmkid=\"\\xdd\\x14\\x00\\x0f\\xac\\x04\"\n"
	"kde_igtk=\"\\xdd\\x1c\\x00\\x0f\\xac\\x09\\x04\\x00\"\n"
	"kde_oci=\"\\xdd\\x07\\x00\\x0f\\xac\\x0d\"\n"
	"kde_padding=\"\\xdd\\x00\\x00\\x00\\x00\\x00\\x00\\x00\"\n"
	"rsne=\"\\x30\\x14\\x01\\x00\\x00\\x0f\\xac\\x04\\x01\\x00\\x00\\x0f\\xac\\x04"
	"\\x01\\x00\\x00\\x0f\\xac\\x02\\x00\\x00\"\n"
	"rsne_many=\"\\x30\\x0a\\x01\\x00\\x00\\x0f\\xac\\x04\\xff\\xff\\x00\\x0f\"\n"
	"rsne_short=\"\\x30\\x02\\x01\\x00\"\n"
	"rsne_empty=\"\\x30\\x00\"\n"
	"rsnxe=\"\\xf4\\x01\\x20\"\n"
	"ssid_long=\"\\x00\\xff\"\n"
	"ssid_empty=\"\\x00\\x00\"\n"
	"vendor_long=\"\\xdd\\xff\\x00\\x50\\xf2\\x01\"\n"
	"extended=\"\\xff\\x02\\x5d\\x00\"\n"
	"eapol_key=\"\\x02\\x03\\x00\\x5f\\x02\"\n"
	"eapol_start=\"\\x02\\x01\\x00\\x00\"\n"
	"eap_request=\"\\x02\\x00\\x00\\x05\\x01\\x01\\x00\\x05\\x01\"\n"
	"info_pairwise_1=\"\\x00\\x8a\"\n"
	"info_pairwise_3=\"\\x13\\xca\"\n"
	"info_group_1=\"\\x13\\x82\"\n"
	"info_request=\"\\x0b\\x0a\"\n"
	"xml=\"<?xml version=\\\"1.0\\\"?>\"\n"
	"xml_doctype=\"<!DOCTYPE a [<!ENTITY b \\\"c\\\">]>\"\n"
	"xml_entity=\"&b;\"\n"
	"xml_character=\"&#x41;\"\n"
	"xml_cdata=\"<![CDATA[\"\n"
	"xml_comment=\"<!--\"\n"
	"xml_element=\"<a>\"\n"
	"xml_close=\"</a>\"\n"
	"xml_attribute=\" xmlns=\\\"urn:a\\\"\"\n"
	"utf8_wide=\"\\xf0\\x9f\\x98\\x80\"\n"
	"format=\"%n%s\"\n";

struct line {
	const char *at, *end;
};

/* The next byte of a token. False: its end, or what cannot be. */
static bool next_byte(struct line *l, uint8_t *out, bool *bad)
{
	*bad = l->at == l->end;
	if (*bad || *l->at == '"')
		return false;
	if (*l->at != '\\') {
		*out = (uint8_t)*l->at++;
		return true;
	}
	l->at++;
	if (l->end - l->at >= 3 && *l->at == 'x' && hex_decode(l->at + 1, 2, out, 1) == 1) {
		l->at += 3;
		return true;
	}
	*bad = l->at == l->end || (*l->at != '\\' && *l->at != '"');
	if (*bad)
		return false;
	*out = (uint8_t)*l->at++;
	return true;
}

static bool read_token(const char *at, const char *end, struct token *out)
{
	struct line l = {.at = at, .end = end};
	uint8_t byte;
	bool bad;

	out->length = 0;
	while (next_byte(&l, &byte, &bad)) {
		if (out->length == TOKEN_BYTES)
			return false;
		out->bytes[out->length++] = byte;
	}
	return !bad && out->length && l.at + 1 == end;
}

static int add_line(struct dictionary *d, const char *at, const char *end, unsigned number,
	char *err, size_t room)
{
	const char *quote;

	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	while (end > at && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
		end--;
	if (at == end || *at == '#')
		return 0;
	if (d->count == DICTIONARY_TOKENS) {
		snprintf(err, room, "more than %d tokens", DICTIONARY_TOKENS);
		return -E2BIG;
	}
	quote = memchr(at, '"', (size_t)(end - at));
	if (!quote || (quote > at && quote[-1] != '=') ||
		!read_token(quote + 1, end, &d->tokens[d->count])) {
		snprintf(err, room, "line %u: not a token of 1 to %d bytes in quotes", number,
			TOKEN_BYTES);
		return -EINVAL;
	}
	d->count++;
	return 0;
}

int dictionary_add_text(
	struct dictionary *d, const char *text, size_t length, char *err, size_t room)
{
	const char *end = text + length;
	unsigned number = 0;
	int rc = 0;

	while (text < end && !rc) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));

		if (!stop)
			stop = end;
		rc = add_line(d, text, stop, ++number, err, room);
		text = stop + 1;
	}
	return rc;
}

void dictionary_default(struct dictionary *d)
{
	char err[96];

	d->count = 0;
	dictionary_add_text(d, defaults, sizeof(defaults) - 1, err, sizeof(err));
}
