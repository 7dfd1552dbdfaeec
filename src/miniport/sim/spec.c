// SPDX-License-Identifier: BSD-2-Clause
/* The text form of an access point: what `openihv run --ap` takes. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/wipe.h"
#include "miniport/sim/sim.h"
#include "wire/dot11.h"

#define FIELD_MAX 600 /* an element of full length in hexadecimal, and its name */
#define PSK_HEX   64

struct complaint {
	char *text;
	size_t room;
};

__attribute__((format(printf, 2, 3))) static int complain(
	const struct complaint *c, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (c->room)
		vsnprintf(c->text, c->room, format, args);
	va_end(args);
	return -EINVAL;
}

/*
 * Copies the field at *spec to out, unescaped, and moves *spec behind its comma, or to NULL after
 * the last field. `\,` and `\\` stand for the second character. -EINVAL: does not fit.
 */
static int next_field(const char **spec, char *out, size_t room)
{
	const char *p = *spec;
	size_t n = 0;

	while (*p && *p != ',') {
		if (*p == '\\' && (p[1] == ',' || p[1] == '\\'))
			p++;
		if (n + 1 == room)
			return -EINVAL;
		out[n++] = *p++;
	}
	out[n] = '\0';
	*spec = *p ? p + 1 : NULL;
	return 0;
}

static int parse_psk(const char *text, struct sim_ap_config *config, const struct complaint *c)
{
	size_t n = strlen(text);

	if (n == PSK_HEX) {
		if (strspn(text, "0123456789abcdefABCDEF") != n)
			return complain(c, "a passphrase of 64 characters must be 64 hexadecimal "
					   "digits (a PSK)");
	} else if (n < 8 || n > 63) {
		return complain(c,
			"the passphrase has %zu characters; it needs 8 to 63, or 64 hexadecimal "
			"digits",
			n);
	}
	for (const char *p = text; *p; p++)
		if (*p < 32 || *p > 126)
			return complain(
				c, "the passphrase has a character that is not printable ASCII");
	config->security = SIM_WPA2_PSK;
	wipe(config->passphrase, sizeof(config->passphrase));
	memcpy(config->passphrase, text, n);
	return 0;
}

static int parse_security(const char *text, struct sim_ap_config *config, const struct complaint *c)
{
	static const char psk[] = "wpa2-psk:";
	static const struct {
		const char *name;
		enum sim_security security;
	} kinds[] = {{"open", SIM_OPEN}, {"blind", SIM_BLIND}, {"peer", SIM_PEER}};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(text, kinds[i].name))
			continue;
		config->security = kinds[i].security;
		wipe(config->passphrase, sizeof(config->passphrase));
		return 0;
	}
	if (!strncmp(text, psk, sizeof(psk) - 1))
		return parse_psk(text + sizeof(psk) - 1, config, c);
	if (!strcmp(text, "wpa2-psk"))
		return complain(c, "wpa2-psk needs a passphrase: wpa2-psk:PASSPHRASE");
	return complain(c,
		"unknown security '%.*s': it is open, wpa2-psk:PASSPHRASE, blind or peer",
		(int)strcspn(text, ":"), text);
}

static int parse_ssid(const char *value, struct sim_ap_config *config, const struct complaint *c)
{
	size_t n = strlen(value);

	if (n == 0)
		return complain(c, "the SSID is empty");
	if (n > sizeof(config->ssid.bytes))
		return complain(c, "the SSID has %zu bytes; 32 are allowed", n);
	config->ssid.length = (uint8_t)n;
	memset(config->ssid.bytes, 0, sizeof(config->ssid.bytes));
	memcpy(config->ssid.bytes, value, n);
	return 0;
}

static int parse_bssid(const char *value, struct sim_ap_config *config, const struct complaint *c)
{
	struct mac m;

	if (mac_parse(value, &m))
		return complain(c, "'%s' is not a BSSID like 02:00:00:00:00:01", value);
	if (mac_is_multicast(&m))
		return complain(c, "the BSSID %s is a group address", value);
	if (mac_is_zero(&m))
		return complain(c, "the BSSID is zero");
	config->bssid = m;
	return 0;
}

/* A whole decimal number from low to high. */
static bool parse_number(const char *value, long low, long high, long *out)
{
	char *end;

	errno = 0;
	*out = strtol(value, &end, 10);
	return end != value && !*end && !errno && *out >= low && *out <= high;
}

static int parse_channel(const char *value, struct sim_ap_config *config, const struct complaint *c)
{
	long n;

	if (!parse_number(value, 1, 14, &n))
		return complain(c, "'%s' is not a channel from 1 to 14", value);
	config->channel = (uint8_t)n;
	return 0;
}

static int parse_rssi(const char *value, struct sim_ap_config *config, const struct complaint *c)
{
	long n;

	if (!parse_number(value, -120, -1, &n))
		return complain(c, "'%s' is not a signal from -120 to -1 dBm", value);
	config->rssi = (int32_t)n;
	return 0;
}

static int parse_akm(const char *value, struct sim_ap_config *config, const struct complaint *c)
{
	if (!strcmp(value, "psk"))
		config->akms = SIM_AKM_PSK;
	else if (!strcmp(value, "psk-sha256"))
		config->akms = SIM_AKM_PSK_SHA256;
	else if (!strcmp(value, "both"))
		config->akms = SIM_AKM_PSK | SIM_AKM_PSK_SHA256;
	else
		return complain(c, "unknown AKM '%s': it is psk, psk-sha256 or both", value);
	return 0;
}

static int parse_mfp(const char *value, struct sim_ap_config *config, const struct complaint *c)
{
	static const char *const names[] = {[SIM_MFP_OFF] = "off",
		[SIM_MFP_OPTIONAL] = "optional",
		[SIM_MFP_REQUIRED] = "required"};

	if (config->security != SIM_WPA2_PSK)
		return complain(c, "mfp is for wpa2-psk");
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(value, names[i]))
			continue;
		config->mfp = (enum sim_mfp)i;
		return 0;
	}
	return complain(c, "mfp is off, optional or required, not '%s'", value);
}

/* Whole elements, of which none is one that the access point makes itself. */
static int parse_ie(const char *value, struct sim_ap_config *config, const struct complaint *c)
{
	uint8_t bytes[SIM_ELEMENTS_MAX];
	ssize_t n = hex_decode(value, strlen(value), bytes, sizeof(bytes));
	struct reader r;
	struct element e;

	if (n == -ENOBUFS)
		return complain(c, "the elements have more than %d bytes", SIM_ELEMENTS_MAX);
	if (n <= 0)
		return complain(c, "'%.20s' is not an element in hexadecimal digits", value);
	r = reader_init(bytes, (size_t)n);
	while (element_next(&r, &e))
		if (e.id == D11_EID_SSID || e.id == D11_EID_RATES || e.id == D11_EID_DS_PARAMETER ||
			(e.id == D11_EID_RSN && config->security == SIM_WPA2_PSK))
			return complain(c, "element %u is the access point's own", e.id);
	if (!reader_ok(&r))
		return complain(c, "the elements end in the midst of one: each is its number, its "
				   "length and that many bytes");
	memcpy(config->elements, bytes, (size_t)n);
	config->elements_length = (uint16_t)n;
	return 0;
}

static int parse_privacy(const char *value, struct sim_ap_config *config, const struct complaint *c)
{
	if (config->security != SIM_BLIND && config->security != SIM_PEER)
		return complain(c, "privacy is for blind and peer; the others know theirs");
	if (strcmp(value, "on") && strcmp(value, "off"))
		return complain(c, "privacy is on or off, not '%s'", value);
	config->privacy = value[1] == 'n';
	return 0;
}

static const struct {
	const char *name;
	int (*parse)(const char *value, struct sim_ap_config *config, const struct complaint *c);
} options[] = {
	{"ssid", parse_ssid},
	{"bssid", parse_bssid},
	{"channel", parse_channel},
	{"rssi", parse_rssi},
	{"akm", parse_akm},
	{"mfp", parse_mfp},
	{"ie", parse_ie},
	{"privacy", parse_privacy},
};

static int parse_option(char *text, struct sim_ap_config *config, const struct complaint *c)
{
	char *value = strchr(text, '=');

	if (!value)
		return complain(c, "'%s' is not an option; options are NAME=VALUE", text);
	*value++ = '\0';
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (!strcmp(text, options[i].name))
			return options[i].parse(value, config, c);
	return complain(c,
		"unknown option '%s': they are ssid, bssid, channel, rssi, akm, ie and privacy",
		text);
}

int sim_ap_config_parse(const char *spec, struct sim_ap_config *config, char *err, size_t room)
{
	struct complaint c = {.text = err, .room = room};
	struct sim_ap_config result = *config;
	char field[FIELD_MAX];
	const char *p = spec;
	int ret;

	if (next_field(&p, field, sizeof(field)))
		ret = complain(&c, "the security is longer than any can be");
	else
		ret = parse_security(field, &result, &c);
	while (!ret && p) {
		const char *option = p;

		if (next_field(&p, field, sizeof(field)))
			ret = complain(&c, "an option is too long: '%.20s...'", option);
		else
			ret = parse_option(field, &result, &c);
	}
	if (!ret)
		*config = result;
	wipe(&result, sizeof(result));
	wipe(field, sizeof(field));
	return ret;
}
