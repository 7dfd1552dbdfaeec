// SPDX-License-Identifier: BSD-2-Clause
/* From a call to its record: the one place where arguments become numbers that a rule can look at.
 */
#include "host/host_internal.h"

#include <stdlib.h>
#include <string.h>

#define THREADS_MAX 32768 /* of a module's own, that are told apart */

/* Numbers are per host, in order of appearance. */
static uint16_t this_thread(struct host *h)
{
	static _Thread_local uint64_t host_serial;
	static _Thread_local uint16_t number;

	if (host_serial != h->serial) {
		host_serial = h->serial;
		number = ++h->next_thread;
	}
	return number;
}

uint16_t record_thread(struct host *h, const struct function_call *call)
{
	const struct call *open = engine_call(call);
	uint32_t n = call->thread, room;
	uint16_t *grown;

	if (open)
		return open->x.thread;
	if (n == 0 || n >= THREADS_MAX)
		return UINT16_MAX;
	if (n >= h->nmodule_threads) {
		room = n < 64 ? 64 : n * 2;
		grown = realloc(h->module_threads, room * sizeof(*grown));
		if (!grown)
			return UINT16_MAX;
		memset(grown + h->nmodule_threads, 0, (room - h->nmodule_threads) * sizeof(*grown));
		h->module_threads = grown;
		h->nmodule_threads = room;
	}
	if (!h->module_threads[n])
		h->module_threads[n] = ++h->next_thread;
	return h->module_threads[n];
}

unsigned record(struct host *h, struct crossing *x, enum crossing_phase phase)
{
	uint64_t violations;

	x->seq = ++h->seq;
	x->time = loop_now(h->loop);
	if (phase != PHASE_EXIT) /* the return of a call may be recorded by another thread than made
				    it */
		x->thread = h->acting ? h->acting : this_thread(h);
	x->phase = (uint8_t)phase;
	h->last[h->nlast++ % LAST_CROSSINGS] = *x;
	violations = checker_violations(h->checker);
	checker_feed(h->checker, x);
	if (h->config.crossing)
		h->config.crossing(h->config.user, x);
	return (unsigned)(checker_violations(h->checker) - violations);
}

struct crossing crossing_of(const struct host_adapter *a, enum crossing_fn fn)
{
	struct crossing x = {.fn = (uint16_t)fn};

	if (a) {
		x.adapter = a->svc;
		x.ext = a->ext_number;
	}
	return x;
}

void record_point(struct host *h, const struct host_adapter *a, enum crossing_fn fn,
	const struct mac *peer, uint32_t reason, uint32_t result)
{
	struct crossing x = crossing_of(a, fn);

	x.peer = peer ? mac_to_u64(peer) : 0;
	x.reason = reason;
	x.result = result;
	record(h, &x, PHASE_POINT);
}

/* The end of the last thing that an offset and a size name. */
static uint32_t covered(const DOT11_ASSOCIATION_COMPLETION_PARAMETERS *p)
{
	const ULONG ends[] = {
		p->uAssocReqOffset + p->uAssocReqSize,
		p->uAssocRespOffset + p->uAssocRespSize,
		p->uBeaconOffset + p->uBeaconSize,
		p->uIHVDataOffset + p->uIHVDataSize,
		p->uActivePhyListOffset + p->uActivePhyListSize,
		p->uEncapTableOffset + p->uEncapTableSize,
	};
	uint32_t need = sizeof(*p);
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (ends[i] > need)
			need = ends[i];
	return need;
}

static void post_associate(struct call *c)
{
	const struct handler_call *hc = &c->hc;
	const DOT11_ASSOCIATION_COMPLETION_PARAMETERS *p = hc->perform_post_associate.association;
	struct crossing *x = &c->x;
	struct mac peer = mac_from_bytes(hc->perform_post_associate.port->PeerMacAddress);

	x->handle = handle_from_win(hc->perform_post_associate.session);
	x->peer = mac_to_u64(&peer);
	memcpy(x->data, p->MacAddr, MAC_LEN);
	x->data_length = MAC_LEN;
	x->perform_post_associate.authorized =
		(uint32_t)hc->perform_post_associate.port->bPortAuthorized;
	x->perform_post_associate.status = p->uStatus;
	x->perform_post_associate.bytes = hc->perform_post_associate.length;
	x->perform_post_associate.need = covered(p);
}

static void receive_packet(struct call *c)
{
	const DOT11_SECURITY_PACKET_HEADER *p = c->hc.receive_packet.buffer;
	struct crossing *x = &c->x;
	struct mac peer = mac_from_bytes(p->PeerMac);
	uint32_t payload = c->hc.receive_packet.length - 8;

	x->peer = mac_to_u64(&peer);
	x->data_length = (uint8_t)(payload < PACKET_SEEN ? payload : PACKET_SEEN);
	memcpy(x->data, p->Data, x->data_length);
	x->receive_packet.length = c->hc.receive_packet.length;
	x->receive_packet.ethertype =
		(uint32_t)(((const uint8_t *)p)[6] << 8 | ((const uint8_t *)p)[7]);
	x->receive_packet.order = (uint32_t)c->reason;
}

void record_handler(struct call *c)
{
	const struct handler_call *hc = &c->hc;
	struct crossing *x = &c->x;
	uint64_t handle = c->x.handle, peer = c->x.peer;
	uint8_t flags = c->x.flags;

	*x = crossing_of(c->adapter, hc->fn);
	x->flags = flags;
	x->handle = handle;
	x->peer = peer;
	switch (hc->fn) {
	case FN_INIT_SERVICE:
		x->init_service.version = hc->init_service.version;
		x->init_service.functions = hc->init_service.functions;
		break;
	case FN_INIT_VIRTUAL_STATION:
		x->init_virtual_station.functions = hc->init_virtual_station.functions;
		break;
	case FN_INIT_ADAPTER:
		if (c->adapter->primary)
			x->handle = c->adapter->primary->svc;
		break;
	case FN_PERFORM_PRE_ASSOCIATE:
	case FN_VALIDATE_PROFILE:
	case FN_PERFORM_CAPABILITY_MATCH:
		/* The three carry the same numbers at the same places. */
		x->handle = handle_from_win(hc->profile.session);
		x->perform_pre_associate.bss_type = hc->profile.params->BssType;
		break;
	case FN_PERFORM_POST_ASSOCIATE:
		post_associate(c);
		break;
	case FN_STOP_POST_ASSOCIATE:
		x->reason = hc->stop_post_associate.status;
		break;
	case FN_CREATE_DISCOVERY_PROFILES:
		x->create_discovery_profiles.insecure =
			(uint32_t)hc->create_discovery_profiles.insecure;
		break;
	case FN_PROCESS_SESSION_CHANGE:
		x->process_session_change.event = hc->process_session_change.event;
		x->process_session_change.session = hc->process_session_change.session->dwSessionId;
		break;
	case FN_RECEIVE_INDICATION:
		x->receive_indication.type = hc->receive_indication.type;
		x->receive_indication.length = hc->receive_indication.length;
		break;
	case FN_RECEIVE_PACKET:
		receive_packet(c);
		break;
	case FN_PROCESS_UI_RESPONSE:
		x->process_ui_response.length = hc->process_ui_response.length;
		break;
	case FN_QUERY_UI_REQUEST:
		x->query_ui_request.phase = hc->query_ui_request.phase;
		break;
	case FN_ONEX_INDICATE_RESULT:
		x->onex_indicate_result.outcome = hc->onex_indicate_result.outcome;
		break;
	case FN_CONTROL:
		x->control.in_size = hc->control.in_size;
		x->control.out_size = hc->control.out_size;
		break;
	default: /* the others take nothing but their adapter */
		break;
	}
}

/* What the module wrote into memory that is the host's: c->memory begins with `guarded` bytes and
 * their copy follows. */
static bool modified(const struct call *c, size_t from, size_t length)
{
	return c->guarded && memcmp(c->memory + from, c->memory + c->guarded + from, length) != 0;
}

static void profile_result(struct call *c, const DWORD *reason)
{
	bool written = *reason != REASON_UNWRITTEN;

	c->x.reason = written ? *reason : 0;
	c->x.perform_pre_associate.written = written; /* at the same place in all four */
}

static void discovery_result(struct host *h, struct call *c)
{
	const DOT11EXT_IHV_DISCOVERY_PROFILE_LIST *list = c->hc.create_discovery_profiles.list;
	const DOT11EXT_IHV_DISCOVERY_PROFILE *p;
	uint32_t i, foreign = 0;

	profile_result(c, c->hc.create_discovery_profiles.reason);
	c->x.create_discovery_profiles.count = list->dwCount;
	/* A list that is not from AllocateBuffer is not looked into: its size is unknown. Nor is
	 * one that says more than it has. */
	p = buffer_view(
		h, &c->hc.views, list->pIhvDiscoveryProfiles, (uint64_t)list->dwCount * sizeof(*p));
	if (list->dwCount && list->pIhvDiscoveryProfiles && !p)
		foreign = 1;
	for (i = 0; p && i < list->dwCount; i++) {
		const void *strings[] = {p[i].IhvConnectivityProfile.pszXmlFragmentIhvConnectivity,
			p[i].IhvSecurityProfile.pszXmlFragmentIhvSecurity};

		foreign += strings[0] && !buffer_find(h, strings[0]);
		foreign += strings[1] && !buffer_find(h, strings[1]);
	}
	c->x.create_discovery_profiles.foreign = foreign;
}

static void ui_query_result(struct host *h, struct call *c)
{
	const void *token = c->hc.query_ui_request.request;
	const DOT11EXT_IHV_UI_REQUEST *request;

	c->x.query_ui_request.present = token != NULL;
	if (!token)
		return;
	request = buffer_view(h, &c->hc.views, token, sizeof(*request));
	if (!request)
		c->x.query_ui_request.foreign = 1;
	else if (request->pvUIRequest && !buffer_find(h, request->pvUIRequest))
		c->x.query_ui_request.foreign = 1;
}

static void control_result(struct call *c)
{
	const struct handler_call *hc = &c->hc;
	const uint8_t *end = hc->control.out ? hc->control.out + hc->control.out_size : NULL;
	size_t i;

	c->x.control.returned = *hc->control.returned;
	for (i = 0; end && i < CONTROL_GUARD; i++)
		c->x.control.overrun |= end[i] != CONTROL_GUARD_BYTE;
}

void record_handler_result(struct host *h, struct call *c)
{
	const struct handler_call *hc = &c->hc;
	struct crossing *x = &c->x;

	x->result = hc->result;
	switch (hc->fn) {
	case FN_GET_VERSION_INFO:
		x->get_version_info.min = hc->get_version_info.version->dwVerMin;
		x->get_version_info.max = hc->get_version_info.version->dwVerMax;
		x->get_version_info.written =
			(x->get_version_info.min != REASON_UNWRITTEN ? 1u : 0u) |
			(x->get_version_info.max != REASON_UNWRITTEN ? 2u : 0u);
		break;
	case FN_INIT_SERVICE:
		x->init_service.handlers = hc->init_service.handlers;
		break;
	case FN_INIT_ADAPTER:
		adapter_initialised(c->adapter, c);
		break;
	case FN_DEINIT_SERVICE:
		x->deinit_service.threads_left = h->module->ops->threads(h->module);
		x->deinit_service.buffers_left = buffers_left(h, NULL);
		break;
	case FN_DEINIT_ADAPTER:
		x->deinit_adapter.buffers_left = buffers_left(h, c->adapter);
		break;
	case FN_PERFORM_PRE_ASSOCIATE:
	case FN_VALIDATE_PROFILE:
	case FN_PERFORM_CAPABILITY_MATCH:
		profile_result(c, hc->profile.reason);
		break;
	case FN_CREATE_DISCOVERY_PROFILES:
		discovery_result(h, c);
		break;
	case FN_QUERY_UI_REQUEST:
		ui_query_result(h, c);
		break;
	case FN_PERFORM_POST_ASSOCIATE:
		x->perform_post_associate.modified =
			modified(c, 0, sizeof(DOT11_PORT_STATE)) ? 1 : 0;
		if (modified(c, sizeof(DOT11_PORT_STATE), c->guarded - sizeof(DOT11_PORT_STATE)))
			x->perform_post_associate.modified |= 2;
		break;
	case FN_STOP_POST_ASSOCIATE:
		x->stop_post_associate.modified = modified(c, 0, c->guarded);
		break;
	case FN_RECEIVE_PACKET:
		x->receive_packet.modified = modified(c, 0, c->guarded);
		break;
	case FN_RECEIVE_INDICATION:
		x->receive_indication.modified = modified(c, 0, c->guarded);
		break;
	case FN_SEND_PACKET_COMPLETION:
		x->send_packet_completion.modified = hc->send_packet_completion.modified;
		break;
	case FN_PROCESS_UI_RESPONSE:
		x->process_ui_response.modified = hc->process_ui_response.modified;
		break;
	case FN_IS_UI_REQUEST_PENDING:
		x->is_ui_request_pending.pending = *hc->is_ui_request_pending.pending != 0;
		break;
	case FN_CONTROL:
		control_result(c);
		break;
	default: /* the result says all */
		break;
	}
}
