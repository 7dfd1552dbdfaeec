// SPDX-License-Identifier: BSD-2-Clause
/* openihv adapters, openihv scan */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/utf16.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "miniport/nl80211/nl80211.h"
#include "wire/dot11.h"
#include "wire/rsne.h"

#define SCAN_LIMIT (20 * NS_PER_S)
#define NAMES_MAX  8

static const char adapters_usage[] =
	"usage: openihv adapters [--json]\n"
	"\n"
	"The wireless interfaces of this machine, and whether openihv run --radio can use them.\n"
	"\n"
	"  --json              one JSON object for each, a line each\n"
	"  --help, --version\n";

static const char scan_usage[] =
	"usage: openihv scan nl80211:IFACE [OPTION]...\n"
	"\n"
	"The networks that the interface hears, strongest first. It must be up; other programs "
	"may use it.\n"
	"\n"
	"  --radio nl80211:IFACE\n"
	"                      the same as nl80211:IFACE\n"
	"  --hidden NAME       ask for this network by name, too (repeatable)\n"
	"  --json              one JSON object for each, a line each\n"
	"  --help, --version\n"
	"\n"
	"Exit status: 0, or 2 if the interface cannot be used.\n";

/* ---- Text from the air. ---- */

/* A name is any bytes. What a terminal would obey, and what is no UTF-8, is shown as \xNN. */
static bool is_plain(const struct ssid *s)
{
	_cleanup_free_ uint16_t *units = NULL;
	size_t n = 0, i;

	if (utf8_to_utf16((const char *)s->bytes, s->length, &units, &n))
		return false;
	for (i = 0; i < n; i++)
		if (units[i] < 0x20 || (units[i] >= 0x7f && units[i] < 0xa0) || units[i] == '\\' ||
			(units[i] >= 0x200e && units[i] <= 0x202e) || units[i] == 0xfeff)
			return false;
	return true;
}

static const char *ssid_text(const struct ssid *s, char out[4 * D11_SSID_MAX + 1])
{
	size_t n = 0;

	if (is_plain(s)) {
		memcpy(out, s->bytes, s->length);
		out[s->length] = '\0';
		return out;
	}
	for (size_t i = 0; i < s->length; i++) {
		const uint8_t c = s->bytes[i];

		if (c >= ' ' && c <= '~' && c != '\\')
			out[n++] = (char)c;
		else
			n += (size_t)snprintf(out + n, 5, "\\x%02x", c);
	}
	out[n] = '\0';
	return out;
}

static void ssid_json(const struct ssid *s)
{
	char text[4 * D11_SSID_MAX + 1];

	fputs("\"ssid\":", stdout);
	json_string(stdout, ssid_text(s, text));
	fputs(",\"ssid_hex\":\"", stdout);
	for (size_t i = 0; i < s->length; i++)
		printf("%02x", s->bytes[i]);
	putchar('"');
}

static bool name_of(const struct bss *b, struct ssid *out)
{
	struct element e;

	*out = (struct ssid){0};
	if (element_find(b->elements, b->elements_length, D11_EID_SSID, &e) || !e.len ||
		e.len > D11_SSID_MAX || !e.data[0])
		return false;
	out->length = e.len;
	memcpy(out->bytes, e.data, e.len);
	return true;
}

/* ---- Adapters. ---- */

struct listing {
	bool json;
	unsigned count;
};

static const char *state_of(const struct radio_info *info)
{
	if (!info->station)
		return "no station";
	if (info->connected)
		return "connected";
	return info->up ? "up" : "down";
}

static void adapter_json(const struct radio_info *info)
{
	char mac[MAC_TEXT_SIZE];
	const char *missing = radio_missing(info);
	bool first = true;

	fputs("{\"interface\":", stdout);
	json_string(stdout, info->interface);
	printf(",\"phy\":%" PRIu32 ",\"driver\":", info->wiphy);
	json_string(stdout, info->driver);
	printf(",\"address\":\"%s\",\"state\":\"%s\",\"country\":", mac_format(&info->address, mac),
		state_of(info));
	json_string(stdout, info->country);
	printf(",\"usable\":%s,\"missing\":", info->station && !missing ? "true" : "false");
	if (missing)
		json_string(stdout, missing);
	else
		fputs("null", stdout);
	fputs(",\"features\":[", stdout);
	for (uint32_t f = 1; f <= RADIO_BIP; f <<= 1) {
		if (!(info->features & f))
			continue;
		printf("%s", first ? "" : ",");
		json_string(stdout, radio_feature_name(f));
		first = false;
	}
	fputs("]", stdout);
	if (info->connected) {
		putchar(',');
		ssid_json(&info->ssid);
	}
	fputs("}\n", stdout);
}

static void adapter_line(const struct radio_info *info)
{
	char mac[MAC_TEXT_SIZE], name[4 * D11_SSID_MAX + 1];

	printf("%-15s  phy%-3" PRIu32 "  %-15s  %s  %-10s  %-7s  ", info->interface, info->wiphy,
		info->driver[0] ? info->driver : "?", mac_format(&info->address, mac),
		state_of(info), info->country);
	if (!info->station)
		puts("no: another mode");
	else if (radio_missing(info))
		printf("no: lacks %s\n", radio_missing(info));
	else if (info->connected)
		printf("when whoever connected it to '%s' has let it go\n",
			ssid_text(&info->ssid, name));
	else
		printf("yes%s\n",
			info->features & RADIO_BIP ? "" : ", without protected management frames");
}

static void each_adapter(void *user, const struct radio_info *info)
{
	struct listing *l = user;

	if (!l->count++ && !l->json)
		printf("%-15s  %-6s  %-15s  %-17s  %-10s  %-7s  %s\n", "INTERFACE", "PHY", "DRIVER",
			"ADDRESS", "STATE", "COUNTRY", "USABLE");
	if (l->json)
		adapter_json(info);
	else
		adapter_line(info);
}

int cmd_adapters(int argc, char **argv)
{
	static const struct option options[] = {{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'}, {"version", no_argument, NULL, 'v'}, {0}};
	struct listing l = {0};
	char err[256];
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (option == 'h')
			return fputs(adapters_usage, stdout) < 0 ? EXIT_USAGE : EXIT_PASS;
		if (option == 'v')
			return cli_version();
		if (option != 'j')
			return cli_option_error(argv, option);
		l.json = true;
	}
	if (optind < argc)
		return cli_error("adapters: '%s' is too much", argv[optind]);
	if (radio_list(each_adapter, &l, err, sizeof(err)))
		return cli_error("%s", err);
	if (!l.count && !l.json)
		puts("there is no wireless interface");
	return EXIT_PASS;
}

/* ---- Scan. ---- */

struct scanning {
	const char *interface;
	struct ssid names[NAMES_MAX];
	size_t nnames;
	bool json, over, failed;
};

static void on_indication(void *user, const struct indication *ind)
{
	struct scanning *s = user;

	if (ind->type != IND_SCAN_CONFIRM && ind->type != IND_REMOVED)
		return;
	s->over = true;
	s->failed = ind->type == IND_REMOVED || ind->status != 0;
}

static int stronger(const void *a, const void *b)
{
	const struct bss *x = a, *y = b;

	return x->rssi != y->rssi ? (x->rssi < y->rssi ? 1 : -1)
				  : memcmp(x->bssid.b, y->bssid.b, MAC_LEN);
}

static void add_word(char *out, size_t room, const char *word)
{
	const size_t n = strlen(out);

	snprintf(out + n, room - n, "%s%s", n ? " " : "", word);
}

/* "WPA2-PSK CCMP" and the like, from the RSN element. */
static void security_of(const struct bss *b, char *out, size_t room)
{
	static const struct {
		uint32_t suite;
		const char *name;
	} akms[] = {{AKM_8021X, "802.1X"}, {AKM_PSK, "PSK"}, {AKM_FT_8021X, "FT-802.1X"},
		{AKM_FT_PSK, "FT-PSK"}, {AKM_8021X_SHA256, "802.1X-SHA256"},
		{AKM_PSK_SHA256, "PSK-SHA256"}, {AKM_SAE, "SAE"}, {AKM_FT_SAE, "FT-SAE"},
		{AKM_OWE, "OWE"}};
	struct element e;
	struct rsne rsne;

	out[0] = '\0';
	if (element_find(b->elements, b->elements_length, D11_EID_RSN, &e)) {
		add_word(out, room, b->capability & D11_CAP_PRIVACY ? "WEP or WPA" : "open");
		return;
	}
	if (rsne_parse(e.data, e.len, &rsne)) {
		add_word(out, room, "RSN, malformed");
		return;
	}
	for (size_t i = 0; i < sizeof(akms) / sizeof(akms[0]); i++)
		if (rsne_has_akm(&rsne, akms[i].suite))
			add_word(out, room, akms[i].name);
	add_word(out, room, rsne_has_pairwise(&rsne, CIPHER_CCMP_128) ? "CCMP" : "no-CCMP");
	if (rsne.group == CIPHER_TKIP)
		add_word(out, room, "group-TKIP");
	if (rsne.capabilities & RSN_CAP_MFPR)
		add_word(out, room, "PMF-required");
	else if (rsne.capabilities & RSN_CAP_MFPC)
		add_word(out, room, "PMF");
}

static void bss_json(const struct bss *b)
{
	char mac[MAC_TEXT_SIZE], security[160];
	struct ssid name;

	name_of(b, &name);
	security_of(b, security, sizeof(security));
	printf("{\"bssid\":\"%s\",\"frequency\":%" PRIu32 ",\"signal\":%" PRId32 ",",
		mac_format(&b->bssid, mac), b->frequency, b->rssi);
	ssid_json(&name);
	printf(",\"security\":");
	json_string(stdout, security);
	fputs("}\n", stdout);
}

static void bss_line(const struct bss *b)
{
	char mac[MAC_TEXT_SIZE], security[160], text[4 * D11_SSID_MAX + 1];
	struct ssid name;
	const bool named = name_of(b, &name);

	security_of(b, security, sizeof(security));
	printf("%s  %5" PRIu32 "  %4" PRId32 "  %-28s  %s\n", mac_format(&b->bssid, mac),
		b->frequency, b->rssi, security, named ? ssid_text(&name, text) : "(hidden)");
}

static int show(struct scanning *s, struct miniport *mp)
{
	size_t count = 0;
	const struct bss *list = mp->ops->bss_list(mp, &count);
	struct bss *sorted = calloc(count ? count : 1, sizeof(*sorted));

	if (!sorted)
		return cli_error("out of memory");
	if (count)
		memcpy(sorted, list, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), stronger);
	if (!s->json)
		printf("%-17s  %5s  %4s  %-28s  %s\n", "BSSID", "MHZ", "DBM", "SECURITY", "SSID");
	for (size_t i = 0; i < count; i++) {
		if (s->json)
			bss_json(&sorted[i]);
		else
			bss_line(&sorted[i]);
	}
	free(sorted);
	return EXIT_PASS;
}

static int scan_with(struct scanning *s, struct loop *loop, struct radio *radio)
{
	struct miniport *mp = radio_miniport(radio);
	const uint64_t end = loop_now(loop) + SCAN_LIMIT;
	int err;

	mp->ops->attach(mp, on_indication, s);
	mp->ops->power(mp, true);
	err = mp->ops->scan(mp, s->names, s->nnames);
	if (err)
		return cli_error("%s: cannot scan%s", s->interface,
			err == -EIO ? " (this needs CAP_NET_ADMIN)" : " now");
	while (!s->over && loop_now(loop) < end)
		if (!loop_step(loop))
			loop_wait(loop,
				loop_delay(loop) < SCAN_LIMIT ? loop_delay(loop) : SCAN_LIMIT, -1);
	if (!s->over)
		return cli_error("%s: the scan did not end", s->interface);
	return s->failed ? cli_error("%s: the scan was aborted", s->interface) : show(s, mp);
}

static int scan(struct scanning *s)
{
	struct radio_config config = {.interface = s->interface, .look_only = true};
	struct radio *radio = NULL;
	char err[256];
	int rc;

	if (loop_new(LOOP_REAL, &config.loop))
		return cli_error("out of memory");
	rc = radio_open(&config, &radio, err, sizeof(err)) ? cli_error("%s", err)
							   : scan_with(s, config.loop, radio);
	radio_close(radio);
	loop_free(config.loop);
	return rc;
}

static int take_name(struct scanning *s, const char *name)
{
	const size_t n = strlen(name);

	if (s->nnames == NAMES_MAX)
		return cli_error("--hidden: at most %d", NAMES_MAX);
	if (!n || n > D11_SSID_MAX)
		return cli_error("--hidden: a name has 1 to %d bytes", D11_SSID_MAX);
	s->names[s->nnames].length = (uint8_t)n;
	memcpy(s->names[s->nnames++].bytes, name, n);
	return 0;
}

static int take_scanned(struct scanning *s, const char *radio)
{
	if (s->interface)
		return cli_error("scan: one radio at a time; '%s' is too much", radio);
	return take_radio(radio, &s->interface);
}

int cmd_scan(int argc, char **argv)
{
	static const struct option options[] = {{"json", no_argument, NULL, 'j'},
		{"hidden", required_argument, NULL, 'n'}, {"radio", required_argument, NULL, 'r'},
		{"help", no_argument, NULL, 'h'}, {"version", no_argument, NULL, 'v'}, {0}};
	struct scanning s = {0};
	int option, rc = 0;

	opterr = 0;
	while (!rc && (option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (option == 'h')
			return fputs(scan_usage, stdout) < 0 ? EXIT_USAGE : EXIT_PASS;
		if (option == 'v')
			return cli_version();
		if (option == '?' || option == ':')
			return cli_option_error(argv, option);
		s.json |= option == 'j';
		if (option == 'n')
			rc = take_name(&s, optarg);
		if (option == 'r')
			rc = take_scanned(&s, optarg);
	}
	for (; !rc && optind < argc; optind++)
		rc = take_scanned(&s, argv[optind]);
	if (rc)
		return rc;
	if (!s.interface)
		return cli_error("scan: which radio? openihv adapters lists them");
	return scan(&s);
}
