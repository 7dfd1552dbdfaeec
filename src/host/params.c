// SPDX-License-Identifier: BSD-2-Clause
/* The structures of the interface, each call's in one block, so that they go when the call goes. */
#include "host/host_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/utf16.h"
#include "base/wipe.h"

/* Hands out aligned pieces of a call's memory; first a dry run tells how much that is. */
struct block {
	uint8_t *memory; /* NULL: count only */
	size_t used;
};

static void *piece(struct block *b, size_t length)
{
	void *p = b->memory ? b->memory + b->used : NULL;

	b->used += (length + 7) & ~(size_t)7;
	return p;
}

void fragment_free(uint16_t **text)
{
	if (*text)
		wipe(*text, utf16_len(*text) * sizeof(**text));
	free(*text);
	*text = NULL;
}

static WCHAR *put_text(struct block *b, const uint16_t *text)
{
	size_t size;
	WCHAR *p;

	if (!text)
		return NULL;
	size = (utf16_len(text) + 1) * sizeof(*text);
	p = piece(b, size);
	if (p)
		memcpy(p, text, size);
	return p;
}

static DOT11EXT_IHV_PROFILE_PARAMS *put_params(struct block *b, const struct profile *profile)
{
	DOT11EXT_IHV_PROFILE_PARAMS *p = piece(b, sizeof(*p));
	DOT11EXT_IHV_SSID_LIST *list = piece(
		b, offsetof(DOT11EXT_IHV_SSID_LIST, SSIDs) + profile->nssids * sizeof(DOT11_SSID));
	size_t i;

	if (!p)
		return NULL;
	p->pSsidList = list;
	p->BssType = (DOT11_BSS_TYPE)profile->bss_type;
	list->ulCount = (ULONG)profile->nssids;
	for (i = 0; i < profile->nssids; i++) {
		list->SSIDs[i].uSSIDLength = profile->ssids[i].len;
		memcpy(list->SSIDs[i].ucSSID, profile->ssids[i].data, profile->ssids[i].len);
	}
	return p;
}

#define ENTRY_HEAD offsetof(DOT11_BSS_ENTRY, ucBuffer)

static void fill_entry(DOT11_BSS_ENTRY *e, const struct bss *bss)
{
	e->PhySpecificInfo.uChCenterFrequency = bss->frequency;
	memcpy(e->dot11BSSID, bss->bssid.b, MAC_LEN);
	e->dot11BSSType = dot11_BSS_type_infrastructure;
	e->lRSSI = bss->rssi;
	/* Percent: -100 dBm is nothing, -50 dBm is all (the system's own scale). */
	e->uLinkQuality = bss->rssi <= -100  ? 0
			  : bss->rssi >= -50 ? 100
					     : (ULONG)(2 * (bss->rssi + 100));
	e->bInRegDomain = TRUE;
	e->usBeaconPeriod = bss->beacon_interval;
	e->ullTimestamp = bss->timestamp;
	e->usCapabilityInformation = bss->capability;
	e->uBufferLength = bss->elements_length;
}

static DOT11_BSS_LIST *put_bss(struct block *b, const struct profile *profile,
	const struct bss *list, size_t count, bss_filter wanted)
{
	DOT11_BSS_LIST *out = piece(b, sizeof(*out));
	size_t i, total = 0;
	uint8_t *p;

	for (i = 0; i < count; i++)
		if (wanted(profile, &list[i]))
			total += ENTRY_HEAD + list[i].elements_length;
	p = piece(b, total);
	if (!out)
		return NULL;
	out->uNumOfBytes = (ULONG)total;
	out->pucBuffer = p;
	for (i = 0; i < count; i++) {
		DOT11_BSS_ENTRY e = {0};

		if (!wanted(profile, &list[i]))
			continue;
		fill_entry(
			&e, &list[i]); /* entries follow without padding: they may be misaligned */
		memcpy(p, &e, ENTRY_HEAD);
		memcpy(p + ENTRY_HEAD, list[i].elements, list[i].elements_length);
		p += ENTRY_HEAD + list[i].elements_length;
	}
	return out;
}

static void put_profile(struct host_adapter *a, struct block *b, struct handler_call *hc,
	DWORD *reason, const struct bss *list, size_t count, bss_filter wanted)
{
	const struct profile *profile = a->profile;
	DOT11EXT_IHV_CONNECTIVITY_PROFILE *connectivity = piece(b, sizeof(*connectivity));
	DOT11EXT_IHV_SECURITY_PROFILE *security = piece(b, sizeof(*security));
	WCHAR *c = put_text(b, a->own_connectivity ? a->own_connectivity : profile->connectivity);
	WCHAR *s = put_text(b, a->own_security ? a->own_security : profile->security);
	DOT11EXT_IHV_PROFILE_PARAMS *params = put_params(b, profile);
	DOT11_BSS_LIST *bss = list ? put_bss(b, profile, list, count, wanted) : NULL;

	if (!hc)
		return;
	connectivity->pszXmlFragmentIhvConnectivity = c;
	security->pszXmlFragmentIhvSecurity = s;
	security->bUseMSOnex = profile->use_ms_onex;
	hc->profile.params = params;
	hc->profile.connectivity = connectivity;
	hc->profile.security = security;
	hc->profile.bss = bss;
	hc->profile.reason = reason;
}

struct call *call_profile(struct host_adapter *a, enum crossing_fn fn, const struct bss *list,
	size_t count, bss_filter wanted)
{
	struct block size = {0}, b;
	struct call *c;

	put_profile(a, &size, NULL, NULL, list, count, wanted);
	c = call_new(a->host, a, fn, size.used);
	if (!c)
		return NULL;
	b = (struct block){.memory = c->memory};
	c->reason = REASON_UNWRITTEN;
	put_profile(a, &b, &c->hc, &c->reason, list, count, wanted);
	return c;
}

/* For networks without a profile: those that the present one does not name. */
static bool any(const struct profile *p, const struct bss *b)
{
	(void)p;
	(void)b;
	return true;
}

struct call *call_discovery(struct host_adapter *a, const struct bss *list, size_t count)
{
	DOT11EXT_IHV_DISCOVERY_PROFILE_LIST *out;
	struct block size = {0}, b;
	struct call *c;

	piece(&size, sizeof(*out));
	put_bss(&size, a->profile, list, count, any);
	c = call_new(a->host, a, FN_CREATE_DISCOVERY_PROFILES, size.used);
	if (!c)
		return NULL;
	b = (struct block){.memory = c->memory};
	out = piece(&b, sizeof(*out));
	c->reason = REASON_UNWRITTEN;
	c->hc.create_discovery_profiles.list = out;
	c->hc.create_discovery_profiles.bss = put_bss(&b, a->profile, list, count, any);
	c->hc.create_discovery_profiles.reason = &c->reason;
	return c;
}

/* Where a run of bytes goes behind the structure, and its offset and size in it. */
static void put_run(
	uint8_t *base, uint32_t *at, const uint8_t *p, uint32_t length, ULONG *offset, ULONG *size)
{
	*offset = length ? *at : 0;
	*size = length;
	if (length)
		memcpy(base + *at, p, length);
	*at += length;
}

int params_association(struct host_adapter *a, const struct indication *ind)
{
	const struct association_info *info = ind->association;
	DOT11_ASSOCIATION_COMPLETION_PARAMETERS p = {
		.Header = {.Type = NDIS_OBJECT_TYPE_DEFAULT,
			.Revision = DOT11_ASSOCIATION_COMPLETION_PARAMETERS_REVISION_2,
			.Size = sizeof(p)},
		.uStatus = ind->status,
	};
	uint32_t at = sizeof(p);
	uint64_t total =
		(uint64_t)at + info->request_length + info->response_length + info->beacon_length;
	uint8_t *room;

	if (total > UINT16_MAX)
		return -EMSGSIZE;
	if (total > a->association_room) {
		room = realloc(a->association, total);
		if (!room)
			return -ENOMEM;
		a->association = room;
		a->association_room = (uint32_t)total;
	}
	memcpy(p.MacAddr, ind->peer.b, MAC_LEN);
	p.bReAssocReq = p.bReAssocResp = info->reassociation;
	p.AuthAlgo = (DOT11_AUTH_ALGORITHM)info->auth;
	p.UnicastCipher = (DOT11_CIPHER_ALGORITHM)info->unicast;
	p.MulticastCipher = (DOT11_CIPHER_ALGORITHM)info->multicast;
	p.DSInfo = info->reassociation ? DOT11_DS_UNCHANGED : DOT11_DS_UNKNOWN;
	put_run(a->association, &at, info->request, info->request_length, &p.uAssocReqOffset,
		&p.uAssocReqSize);
	put_run(a->association, &at, info->response, info->response_length, &p.uAssocRespOffset,
		&p.uAssocRespSize);
	put_run(a->association, &at, info->beacon, info->beacon_length, &p.uBeaconOffset,
		&p.uBeaconSize);
	memcpy(a->association, &p, sizeof(p));
	a->association_length = at;
	return 0;
}
