// SPDX-License-Identifier: BSD-2-Clause
#include "module/inputs.h"

#include <stdalign.h>
#include <string.h>

#include "base/utf16.h"

/* What lies at a pointer, where that matters for the copy. */
#define PLAIN  0u
#define LINKS  1u /* it holds pointers: never copied back, or they would be, too */
#define SECRET 2u /* of a user: not kept after the handler */

/* Region.origin of what is not copied back. */
#define NOWHERE NULL

/* Where the type of what is in a buffer is not known, a structure may begin. */
#define ANY_TYPE 8

static bool in_call(const struct inputs *in, const void *slot)
{
	const uintptr_t p = (uintptr_t)slot, call = (uintptr_t)in->call;

	return p >= call && p < call + sizeof(*in->call);
}

/* Makes the pointer at slot, in the call or in a copy, point to a copy of size bytes. Returns that;
 * NULL if the pointer is NULL, or there is no memory. */
static void *move(struct inputs *in, void *slot, size_t size, size_t align, unsigned flags)
{
	struct region *r;
	void *p, *copy;

	memcpy(&p, slot, sizeof(p));
	if (!p || in->failed)
		return NULL;
	r = guard_map(in->guard, REGION_INPUT, in->call->fn, size, align);
	if (!r) {
		in->failed = true;
		return NULL;
	}
	r->chain = in->first;
	in->first = r;
	r->origin = flags & LINKS ? NOWHERE : p;
	r->secret = flags & SECRET;
	copy = r->data;
	memcpy(copy, p, size);
	if (in_call(in, slot)) {
		in->swapped[in->count].slot = slot;
		in->swapped[in->count++].original = p;
	}
	memcpy(slot, &copy, sizeof(copy));
	return copy;
}

/* The same for one structure. */
#define MOVE(in, slot, flags) move(in, slot, sizeof(**(slot)), alignof(__typeof__(**(slot))), flags)

static void move_text(struct inputs *in, WCHAR **slot, unsigned flags)
{
	if (*slot)
		move(in, slot, (utf16_len(*slot) + 1) * sizeof(**slot), alignof(WCHAR), flags);
}

static void move_bytes(struct inputs *in, BYTE **slot, size_t size, unsigned flags)
{
	move(in, slot, size, alignof(BYTE), flags);
}

static void move_params(struct inputs *in, DOT11EXT_IHV_PROFILE_PARAMS **slot)
{
	DOT11EXT_IHV_PROFILE_PARAMS *params = MOVE(in, slot, LINKS);
	DOT11_MSSECURITY_SETTINGS *settings;

	if (!params)
		return;
	if (params->pSsidList)
		move(in, &params->pSsidList,
			offsetof(DOT11EXT_IHV_SSID_LIST, SSIDs) +
				params->pSsidList->ulCount * sizeof(DOT11_SSID),
			alignof(DOT11EXT_IHV_SSID_LIST), PLAIN);
	settings = MOVE(in, &params->pMSSecuritySettings, LINKS);
	if (settings)
		move_bytes(in, &settings->pEapConnectionData, settings->dwEapConnectionDataLen,
			SECRET);
}

/* Entries follow each other without padding: the buffer needs no alignment. */
static void move_bss(struct inputs *in, DOT11_BSS_LIST **slot)
{
	DOT11_BSS_LIST *list = MOVE(in, slot, LINKS);

	if (list)
		move_bytes(in, &list->pucBuffer, list->uNumOfBytes, PLAIN);
}

static void move_profile(struct inputs *in, struct handler_call *c)
{
	DOT11EXT_IHV_CONNECTIVITY_PROFILE *connectivity;
	DOT11EXT_IHV_SECURITY_PROFILE *security;

	move_params(in, &c->profile.params);
	move_bss(in, &c->profile.bss);
	connectivity = MOVE(in, &c->profile.connectivity, LINKS);
	if (connectivity)
		move_text(in, &connectivity->pszXmlFragmentIhvConnectivity, SECRET);
	security = MOVE(in, &c->profile.security, LINKS);
	if (security)
		move_text(in, &security->pszXmlFragmentIhvSecurity, SECRET);
}

static void move_attributes(struct inputs *in, EAP_ATTRIBUTES **slot)
{
	EAP_ATTRIBUTES *attributes = MOVE(in, slot, LINKS);
	EAP_ATTRIBUTE *list;
	DWORD i;

	if (!attributes)
		return;
	list = move(in, &attributes->pAttribs, attributes->dwNumberOfAttributes * sizeof(*list),
		alignof(EAP_ATTRIBUTE), LINKS);
	for (i = 0; list && i < attributes->dwNumberOfAttributes; i++)
		move_bytes(in, &list[i].pValue, list[i].dwLength, SECRET);
}

static void move_onex(struct inputs *in, struct handler_call *c)
{
	DOT11_MSONEX_RESULT_PARAMS *params = MOVE(in, &c->onex_indicate_result.params, LINKS);
	DOT11_EAP_RESULT *result;

	if (!params)
		return;
	move_bytes(in, &params->pbMPPESendKey, params->dwMPPESendKeyLen, SECRET);
	move_bytes(in, &params->pbMPPERecvKey, params->dwMPPERecvKeyLen, SECRET);
	result = MOVE(in, &params->pDot11EapResult, LINKS);
	if (result)
		move_attributes(in, &result->pAttribArray);
}

static void move_adapter(struct inputs *in, struct handler_call *c)
{
	DOT11_ADAPTER *adapter = MOVE(in, &c->init_adapter.adapter, LINKS);

	if (adapter)
		move_text(in, &adapter->pszDescription, PLAIN);
}

static void move_inputs(struct inputs *in, struct handler_call *c)
{
	switch (c->fn) {
	case FN_INIT_ADAPTER:
		move_adapter(in, c);
		break;
	case FN_PERFORM_PRE_ASSOCIATE:
	case FN_VALIDATE_PROFILE:
	case FN_PERFORM_CAPABILITY_MATCH:
		move_profile(in, c);
		break;
	case FN_PERFORM_POST_ASSOCIATE:
		MOVE(in, &c->perform_post_associate.port, PLAIN);
		move(in, &c->perform_post_associate.association, c->perform_post_associate.length,
			alignof(DOT11_ASSOCIATION_COMPLETION_PARAMETERS), PLAIN);
		break;
	case FN_STOP_POST_ASSOCIATE:
		MOVE(in, &c->stop_post_associate.peer, PLAIN);
		break;
	case FN_CREATE_DISCOVERY_PROFILES:
		move_params(in, &c->create_discovery_profiles.params);
		move_bss(in, &c->create_discovery_profiles.bss);
		break;
	case FN_PROCESS_SESSION_CHANGE:
		MOVE(in, &c->process_session_change.session, PLAIN);
		break;
	case FN_RECEIVE_INDICATION:
		move(in, &c->receive_indication.buffer, c->receive_indication.length, ANY_TYPE,
			PLAIN);
		break;
	case FN_RECEIVE_PACKET:
		move(in, &c->receive_packet.buffer, c->receive_packet.length,
			alignof(DOT11_SECURITY_PACKET_HEADER), PLAIN);
		break;
	case FN_PROCESS_UI_RESPONSE:
		move(in, &c->process_ui_response.buffer, c->process_ui_response.length, ANY_TYPE,
			SECRET);
		break;
	case FN_ONEX_INDICATE_RESULT:
		move_onex(in, c);
		break;
	case FN_CONTROL:
		move(in, &c->control.in, c->control.in_size, ANY_TYPE, SECRET);
		break;
	default: /* the others have no input in memory, or it is a table (inproc.c) */
		break;
	}
}

static void restore(struct inputs *in)
{
	unsigned i;

	for (i = 0; i < in->count; i++)
		memcpy(in->swapped[i].slot, &in->swapped[i].original, sizeof(void *));
}

void inputs_lend(struct inputs *in, struct guard *g, struct handler_call *c)
{
	struct region *r;

	*in = (struct inputs){.guard = g, .call = c};
	move_inputs(in, c);
	if (in->failed) {
		restore(in);
		while ((r = in->first)) {
			in->first = r->chain;
			guard_unmap(g, r);
		}
		in->count = 0;
	}
	for (r = in->first; r; r = r->chain)
		guard_seal(r);
}

void inputs_return(struct inputs *in)
{
	struct region *r, *next;

	restore(in);
	for (r = in->first; r; r = next) {
		next = r->chain;
		if (r->origin && guard_written(r))
			memcpy(r->origin, r->data, r->size);
		guard_retire(in->guard, r);
	}
}
