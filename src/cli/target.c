// SPDX-License-Identifier: BSD-2-Clause
#include "cli/target.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/hex.h"
#include "base/utf16.h"
#include "base/wipe.h"
#include "cli/aps.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "crypto/crypto.h"
#include "module/file.h"
#include "worker/wine.h"

const char target_help[] =
	"  --module FILE       the same as MODULE\n"
	"  --profile FILE      WLAN profile (XML); without it a minimal one for the first AP's "
	"SSID\n"
	"  --ap SPEC           an access point, as in openihv run (repeatable)\n"
	"  --peer COMMAND      a program that speaks the vendor's protocol for the APs, as in "
	"openihv "
	"run\n"
	"  --peer-deadline SECONDS\n"
	"                      real time until the peer must have answered (default 10)\n"
	"  --ui-profile FILE   profile for which the module asks the user; without it the profile\n"
	"                      without the element that holds the AP's passphrase\n"
	"  --ui-response TEXT  what the user answers; without it the AP's passphrase\n"
	"  --seed N            seed of the runs (default 1)\n"
	"  --in-process        the module in the process of the run, which is forked (the "
	"default,\n"
	"                      but for Windows modules)\n"
	"  --isolate           the module in a worker of its own, in its sandbox\n"
	"  --deadline SECONDS, --stop-deadline SECONDS\n"
	"                      until a handler, or Dot11ExtIhvStopPostAssociate, is overdue\n"
	"  --strict            refuse calls that break a rule; races are violations\n";

int target_module(struct target *t, const char *path)
{
	if (t->module)
		return cli_error("one module at a time; '%s' is too much", path);
	t->module = path;
	return 0;
}

/* What a shell takes for one word. */
static void quote(char *room, size_t length, const char *option, const char *text)
{
	size_t used = strlen(room);

	used += (size_t)snprintf(room + used, length - used, "%s%s", used ? " " : "", option);
	if (!text || used + 4 >= length)
		return;
	room[used++] = ' ';
	room[used++] = '\'';
	for (; *text && used + 6 < length; text++) {
		if (*text == '\'') {
			memcpy(room + used, "'\\''", 4);
			used += 4;
		} else {
			room[used++] = *text;
		}
	}
	room[used++] = '\'';
	room[used] = '\0';
}

static int take(struct target *t, int option, const char *argument)
{
	switch (option) {
	case TARGET_MODULE:
		return target_module(t, argument);
	case TARGET_PROFILE:
		t->profile = argument;
		return 0;
	case TARGET_UI_PROFILE:
		t->ui_profile = argument;
		return 0;
	case TARGET_UI_RESPONSE:
		if (strlen(argument) >= LAB_UI_RESPONSE)
			return cli_error(
				"--ui-response: longer than %d bytes", LAB_UI_RESPONSE - 1);
		t->ui_response = argument;
		return 0;
	case TARGET_AP:
		if (t->naps == LAB_APS)
			return cli_error("--ap: at most %d access points", LAB_APS);
		t->aps[t->naps++] = argument;
		return 0;
	case TARGET_PEER:
		if (!argument[0])
			return cli_error("--peer: the command is empty");
		t->lab.peer = argument;
		return 0;
	case TARGET_PEER_DEADLINE:
		return take_deadline("--peer-deadline", argument, &t->lab.peer_deadline_ms);
	case TARGET_SEED:
		return take_number("--seed", argument, 0, UINT64_MAX, &t->lab.seed);
	case TARGET_ISOLATE:
	case TARGET_IN_PROCESS:
		t->isolate = option == TARGET_ISOLATE;
		t->in_process = !t->isolate;
		return 0;
	case TARGET_DEADLINE:
		return take_deadline("--deadline", argument, &t->lab.deadline_ms);
	case TARGET_STOP_DEADLINE:
		return take_deadline("--stop-deadline", argument, &t->lab.stop_deadline_ms);
	case TARGET_STRICT:
		t->lab.strict = true;
		return 0;
	}
	return cli_error("no such option");
}

int target_option(struct target *t, int option, const char *argument)
{
	static const struct option names[] = {TARGET_OPTIONS, {0}};
	char name[32];
	size_t i;
	int rc = take(t, option, argument);

	for (i = 0; !rc && names[i].name; i++) {
		if (names[i].val != option || option == TARGET_MODULE)
			continue;
		snprintf(name, sizeof(name), "--%s", names[i].name);
		quote(t->options, sizeof(t->options), name, argument);
	}
	return rc;
}

/* ---- Profiles. ---- */

/* Where ASCII text stands in UTF-16; SIZE_MAX: nowhere. */
static size_t find(const uint16_t *in, size_t n, const char *text, size_t from)
{
	size_t length = strlen(text), i, k;

	for (i = from; length && i + length <= n; i++) {
		for (k = 0; k < length && in[i + k] == (uint8_t)text[k]; k++)
			;
		if (k == length)
			return i;
	}
	return SIZE_MAX;
}

/*
 * "<a><b>secret</b></a>" becomes "<a></a>": what is left is a profile that leaves the secret to the
 * user. False: the secret is not the whole text of an element.
 */
static bool cut_secret(uint16_t *text, const char *secret)
{
	size_t n = utf16_nlen(text, PROFILE_MAX_BYTES), at = find(text, n, secret, 0), from, to;

	if (at == SIZE_MAX || at == 0 || text[at - 1] != '>')
		return false;
	to = at + strlen(secret);
	if (to + 1 >= n || text[to] != '<' || text[to + 1] != '/')
		return false;
	for (from = at; from > 0 && text[from] != '<'; from--)
		;
	for (; to < n && text[to] != '>'; to++)
		;
	if (to == n)
		return false;
	memmove(text + from, text + to + 1, (n - to) * sizeof(*text));
	return true;
}

static int derive_ui_profile(struct target *t, const char *secret)
{
	struct profile *p = NULL;
	int rc;

	if (!t->profile || !secret[0])
		return 0;
	rc = take_profile(t->profile, &p);
	if (rc)
		return rc;
	if (p->security && cut_secret(p->security, secret)) {
		t->owned[1] = p;
		t->lab.ui_profile = p;
	} else {
		profile_free(p);
	}
	return 0;
}

static int open_profiles(struct target *t, const char *secret)
{
	const struct ssid *ssid = &t->lab.aps[0].ssid;
	int rc;

	if (!t->profile) {
		if (profile_minimal(ssid->bytes, ssid->length, &t->owned[0]))
			return cli_error("out of memory");
		t->lab.profile = t->owned[0];
	}
	if (!t->ui_profile)
		return derive_ui_profile(t, secret);
	rc = take_profile(t->ui_profile, &t->owned[1]);
	t->lab.ui_profile = t->owned[1];
	return rc;
}

/* ---- Access points. ---- */

/* Each run makes its access points anew: the passphrase is made a key here, once. */
static int derive_psk(struct sim_ap_config *ap)
{
	uint8_t psk[CRYPTO_PMK_LEN];
	struct crypto *c;
	size_t n = strlen(ap->passphrase);
	int rc;

	if (ap->security != SIM_WPA2_PSK || n == 2 * sizeof(psk))
		return 0;
	c = crypto_new();
	rc = c ? crypto_wpa_psk(c, ap->passphrase, n, ap->ssid.bytes, ap->ssid.length, psk)
	       : -ENOMEM;
	crypto_free(c);
	if (rc)
		return cli_error("the passphrase cannot be made a key");
	hex_encode(psk, sizeof(psk), ap->passphrase);
	wipe(psk, sizeof(psk));
	return 0;
}

/* For a roam there have to be two: the second is the first with another BSSID, channel and a weaker
 * signal. Names that are not given have to be the same for both. */
static void add_second(struct lab_config *lab)
{
	struct sim_ap_config *first = &lab->aps[0], *second = &lab->aps[1];
	static const struct mac address = {{2, 0, 0, 0, 1, 1}};

	if (mac_is_zero(&first->bssid))
		first->bssid = address;
	if (lab->naps > 1)
		return;
	*second = *first;
	second->bssid.b[5] ^= 1;
	second->channel = first->channel == 11 ? 6 : 11;
	second->rssi = (first->rssi ? first->rssi : -50) - 10;
	lab->naps = 2;
}

static int open_aps(struct target *t, char secret[LAB_UI_RESPONSE])
{
	struct lab_config *lab = &t->lab;
	unsigned i;
	int rc = t->profile ? take_profile(t->profile, &t->owned[0]) : 0;

	t->lab.profile = t->owned[0];
	if (!rc)
		rc = take_aps(t->aps, &t->naps, lab->peer, t->owned[0], lab->aps);
	if (rc)
		return rc;
	lab->blind = lab->aps[0].security == SIM_BLIND;
	lab->naps = t->naps;
	snprintf(secret, LAB_UI_RESPONSE, "%s", lab->aps[0].passphrase);
	for (i = 0; i < lab->naps && !rc; i++)
		rc = derive_psk(&lab->aps[i]);
	if (!rc)
		add_second(lab);
	return rc;
}

/* ---- Module. ---- */

static int open_module(struct target *t)
{
	enum module_kind kind;
	char err[256];

	if (module_file_check(t->module, &kind, err, sizeof(err)))
		return cli_error("%s: %s", t->module, err);
	t->wine = kind == MODULE_PE;
	if (t->wine && t->in_process)
		return cli_error("%s: a Windows DLL needs a process of its own: leave out "
				 "--in-process",
			t->module);
	t->lab.module = t->module;
	t->lab.looked = true;
	t->lab.in_process = !t->wine && !t->isolate;
	return 0;
}

int target_open(struct target *t, const char *command)
{
	char secret[LAB_UI_RESPONSE] = "", err[WINE_ERROR_SIZE];
	int rc;

	if (!t->module)
		return cli_error("%s: which module? openihv %s --help tells", command, command);
	rc = open_module(t);
	if (!rc)
		rc = open_aps(t, secret);
	if (!rc)
		rc = open_profiles(t, secret);
	snprintf(t->lab.ui_response, sizeof(t->lab.ui_response), "%s",
		t->ui_response ? t->ui_response : secret);
	wipe(secret, sizeof(secret));
	if (!rc && t->wine && wine_open(&t->server, err, sizeof(err)))
		rc = cli_error("%s", err);
	return rc;
}

void target_close(struct target *t)
{
	unsigned i;

	wine_close(t->server);
	for (i = 0; i < 2; i++)
		profile_free(t->owned[i]);
	wipe(&t->lab, sizeof(t->lab));
}

const char *target_mode(const struct target *t)
{
	return t->wine ? "wine" : t->lab.in_process ? "in-process" : "isolated";
}
