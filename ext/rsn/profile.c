// SPDX-License-Identifier: BSD-2-Clause
// The fragments of a profile, and the three handlers that are about profiles only.
#include "profile.h"

#include <errno.h>
#include <stdlib.h>

#include <wlanreason.h>

#include "base/utf16.h"
#include "base/wipe.h"
#include "fragment.h"
#include "network.h"
#include "rsn.h"
#include "rsn_reason.h"
#include "wire/rsne.h"

// What is offered for networks that nobody has a profile for: the user will be asked for the
// passphrase. Naming the AKM keeps the profile away from an open network of the same name.
#define DISCOVERED_PSK        u"<rsn xmlns=\"urn:openihv:rsn:1\"><akm>psk</akm></rsn>"
#define DISCOVERED_PSK_SHA256 u"<rsn xmlns=\"urn:openihv:rsn:1\"><akm>psk-sha256</akm></rsn>"
#define DISCOVERED_OPEN       u"<rsn xmlns=\"urn:openihv:rsn:1\"/>"

static const struct outcome success = {L2_REASON_CODE_SUCCESS, ERROR_SUCCESS};
static const struct outcome bad_profile = {RSN_REASON_PROFILE, ERROR_BAD_PROFILE};
static const struct outcome no_memory = {RSN_REASON_MEMORY, ERROR_NOT_ENOUGH_MEMORY};

// 64 characters are a key and must be hexadecimal; anything shorter is a passphrase.
bool profile_secret_ok(const char *secret, size_t len)
{
	if (len < 8 || len > 64)
		return false;
	for (size_t i = 0; i < len; i++) {
		const char c = secret[i];
		const bool digit =
			(c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
		if (len == 64 ? !digit : c < 32 || c > 126)
			return false;
	}
	return true;
}

static struct outcome judge_fragment(const struct fragment *f, struct profile *out)
{
	if (f->foreign && !f->present)
		return bad_profile;
	if (f->akm.present) {
		out->secured = true;
		if (strcmp(f->akm.text, "psk") == 0)
			out->akm = AKM_PSK;
		else if (strcmp(f->akm.text, "psk-sha256") == 0)
			out->akm = AKM_PSK_SHA256;
		else
			return bad_profile;
	}
	if (f->passphrase.present) {
		if (!profile_secret_ok(f->passphrase.text, f->passphrase.len))
			return (struct outcome){RSN_REASON_CREDENTIAL, ERROR_INVALID_PASSWORD};
		out->secured = true;
		out->secret_len = f->passphrase.len;
		memcpy(out->secret, f->passphrase.text, out->secret_len);
	}
	return success;
}

// `xml` is terminated, but nobody has promised where.
static struct outcome parse_fragment(const WCHAR *xml, struct fragment *out)
{
	const size_t units = xml ? utf16_nlen(xml, FRAGMENT_MAX + 1) : 0;
	char *utf8 = NULL;
	size_t len = 0;

	*out = (struct fragment){0};
	if (units == 0)
		return success;
	if (units > FRAGMENT_MAX)
		return bad_profile;
	int err = utf16_to_utf8(xml, units, &utf8, &len);
	if (!err)
		err = fragment_parse(utf8, len, out);
	if (utf8)
		wipe(utf8, len);
	free(utf8);
	return err == 0 ? success : err == -ENOMEM ? no_memory : bad_profile;
}

static struct outcome read_security(const WCHAR *xml, struct profile *out)
{
	struct fragment f;

	struct outcome o = parse_fragment(xml, &f);
	if (!o.error)
		o = judge_fragment(&f, out);
	wipe(&f, sizeof(f));
	return o;
}

// There are no connectivity settings: a wrapper around nothing is all that fits.
static struct outcome read_connectivity(const WCHAR *xml)
{
	struct fragment f;

	struct outcome o = parse_fragment(xml, &f);
	if (!o.error && (f.present || f.foreign))
		o = (struct outcome){
			WLAN_REASON_CODE_IHV_CONNECTIVITY_NOT_SUPPORTED, ERROR_BAD_PROFILE};
	wipe(&f, sizeof(f));
	return o;
}

struct outcome profile_read(const DOT11EXT_IHV_PROFILE_PARAMS *params,
	const DOT11EXT_IHV_CONNECTIVITY_PROFILE *conn, const DOT11EXT_IHV_SECURITY_PROFILE *sec,
	struct profile *out)
{
	*out = (struct profile){0};
	if (params && params->BssType == dot11_BSS_type_independent)
		return bad_profile;
	if (sec && sec->bUseMSOnex)
		return (struct outcome){
			WLAN_REASON_CODE_IHV_SECURITY_NOT_SUPPORTED, ERROR_NOT_SUPPORTED};
	struct outcome o = read_connectivity(conn ? conn->pszXmlFragmentIhvConnectivity : NULL);
	if (!o.error)
		o = read_security(sec ? sec->pszXmlFragmentIhvSecurity : NULL, out);
	wipe_stack(); // passphrases, where conversions and the parser have been
	return o;
}

DWORD WINAPI rsn_validate_profile(HANDLE ext, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn, PDOT11EXT_IHV_SECURITY_PROFILE sec, PDWORD reason)
{
	struct profile profile;

	const struct outcome o = profile_read(params, conn, sec, &profile);
	wipe(&profile, sizeof(profile));
	if (reason)
		*reason = o.reason;
	return o.error;
}

// At least one network must suit (C-12); without a list the profile alone is judged.
DWORD WINAPI rsn_perform_capability_match(HANDLE ext, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn, PDOT11EXT_IHV_SECURITY_PROFILE sec,
	PDOT11_BSS_LIST list, PDWORD reason)
{
	struct profile profile;
	struct choice choice;

	struct outcome o = profile_read(params, conn, sec, &profile);
	if (!o.error && list && network_choose(list, &profile, params, &choice) != 0)
		o = (struct outcome){RSN_REASON_NETWORK, ERROR_NOT_FOUND};
	wipe(&profile, sizeof(profile));
	if (reason)
		*reason = o.reason;
	return o.error;
}

// The kinds of network that are on the air here and can be joined.
struct discovery {
	const WCHAR *fragments[3]; // in order of preference; count of them
	size_t count;
};

static void discover(const DOT11_BSS_LIST *list, const DOT11EXT_IHV_PROFILE_PARAMS *params,
	bool secure_only, struct discovery *out)
{
	struct reader r = network_list(list);
	struct network n, any = {0};

	while (network_next(&r, &n)) {
		if (!network_named(&n, params))
			continue;
		any.psk |= n.psk;
		any.psk_sha256 |= n.psk_sha256;
		any.open |= n.open;
	}
	*out = (struct discovery){0};
	if (any.psk)
		out->fragments[out->count++] = DISCOVERED_PSK;
	if (any.psk_sha256)
		out->fragments[out->count++] = DISCOVERED_PSK_SHA256;
	if (any.open && !secure_only)
		out->fragments[out->count++] = DISCOVERED_OPEN;
}

// A copy that the host will free, or NULL.
static LPWSTR host_string(const WCHAR *text)
{
	const size_t size = (utf16_len(text) + 1) * sizeof(*text);
	LPVOID copy = NULL;

	if (rsn_host.Dot11ExtAllocateBuffer((DWORD)size, &copy) != ERROR_SUCCESS || !copy)
		return NULL;
	memcpy(copy, text, size);
	return (LPWSTR)copy;
}

static void free_profiles(PDOT11EXT_IHV_DISCOVERY_PROFILE profiles, size_t count)
{
	for (size_t i = 0; i < count; i++)
		rsn_host.Dot11ExtFreeBuffer(
			profiles[i].IhvSecurityProfile.pszXmlFragmentIhvSecurity);
	rsn_host.Dot11ExtFreeBuffer(profiles);
}

static PDOT11EXT_IHV_DISCOVERY_PROFILE host_profiles(const struct discovery *d)
{
	LPVOID memory = NULL;
	const DWORD size = (DWORD)(d->count * sizeof(DOT11EXT_IHV_DISCOVERY_PROFILE));

	if (rsn_host.Dot11ExtAllocateBuffer(size, &memory) != ERROR_SUCCESS || !memory)
		return NULL;
	memset(memory, 0, size);
	PDOT11EXT_IHV_DISCOVERY_PROFILE profiles = (PDOT11EXT_IHV_DISCOVERY_PROFILE)memory;
	for (size_t i = 0; i < d->count; i++) {
		LPWSTR text = host_string(d->fragments[i]);
		if (!text) {
			free_profiles(profiles, i);
			return NULL;
		}
		profiles[i].IhvSecurityProfile.pszXmlFragmentIhvSecurity = text;
	}
	return profiles;
}

// bInsecure TRUE asks for secure networks only (C-20: the text of the page decides, not the name).
DWORD WINAPI rsn_create_discovery_profiles(HANDLE ext, BOOL insecure,
	PDOT11EXT_IHV_PROFILE_PARAMS params, PDOT11_BSS_LIST list,
	PDOT11EXT_IHV_DISCOVERY_PROFILE_LIST out, PDWORD reason)
{
	struct discovery d;
	struct outcome o = success;

	if (out) {
		*out = (DOT11EXT_IHV_DISCOVERY_PROFILE_LIST){0};
		discover(list, params, insecure, &d);
		if (d.count > 0) {
			out->pIhvDiscoveryProfiles = host_profiles(&d);
			out->dwCount = out->pIhvDiscoveryProfiles ? (DWORD)d.count : 0;
			o = out->dwCount ? success : no_memory;
		}
	} else {
		o = (struct outcome){RSN_REASON_ARGUMENT, ERROR_INVALID_PARAMETER};
	}
	if (reason)
		*reason = o.reason;
	return o.error;
}
