// SPDX-License-Identifier: BSD-2-Clause
/* Calls into the module. */
#include "contract/checker_internal.h"

#include <stdlib.h>

static bool reason_known(uint32_t reason)
{
	return reason <= 1 || (reason >= 0x10000 && reason <= 0xBFFFF);
}

/* Of that any handler may run out. */
static bool no_memory(uint32_t error)
{
	return error == ERROR_CODE_NOT_ENOUGH_MEMORY || error == ERROR_CODE_OUTOFMEMORY;
}

static bool reason_ihv(uint32_t reason)
{
	return reason >= 0x90000 && reason <= 0x9FFFF;
}

/* The four handlers of profiles and pre-association report a reason beside their result. */
static void check_reason(struct checker *c, const struct crossing *x, bool written)
{
	JUDGE(c, x, X_19, written, "*pdwReasonCode was not written");
	if (!written)
		return;
	JUDGE(c, x, X_20, x->result ? x->reason != 0 : x->reason == 0 || reason_ihv(x->reason),
		"result %u with reason 0x%x", x->result, x->reason);
	JUDGE(c, x, X_30, reason_known(x->reason), "reason 0x%x belongs to no L2 group", x->reason);
}

static void init_adapter_enter(struct checker *c, const struct crossing *x)
{
	struct adapter *a = checker_adapter(c, x->adapter);

	c->ever_adapter = true;
	if (c->vs_exported)
		JUDGE(c, x, H_04, c->vs_called, "InitVirtualStation was never called");
	JUDGE(c, x, H_06, x->adapter && !a, "the svc handle is not unique");
	if (a)
		return;
	a = calloc(1, sizeof(*a));
	if (!a) {
		c->incomplete = true;
		return;
	}
	a->svc = x->adapter;
	a->primary = x->handle;
	a->thread = x->thread;
	MET(c, H_08);
	HASH_ADD(hh, c->adapters, svc, sizeof(a->svc), a);
	c->adapters_up++;
}

static void init_adapter_exit(struct checker *c, const struct crossing *x, struct adapter *a)
{
	if (a->state != ADAPTER_INITIALISING)
		return; /* of a svc handle that was not unique (H-06) */
	if (x->result) {
		checker_adapter_gone(c, a);
		return;
	}
	JUDGE(c, x, X_12, x->init_adapter.written && x->ext,
		"InitAdapter succeeded and gave no handle");
	/* The host gives the same number to the same pointer while an adapter that has it lives. */
	JUDGE(c, x, X_12, !checker_object(c, OBJECT_EXT, x->ext),
		"InitAdapter gave the handle of a live adapter");
	if (x->ext && !checker_object(c, OBJECT_EXT, x->ext))
		checker_object_add(c, OBJECT_EXT, x->ext, a);
	a->ext = x->ext;
	a->state = ADAPTER_UP;
}

static void deinit_adapter_enter(struct checker *c, const struct crossing *x, struct adapter *a)
{
	MET(c, H_32);
	check_unstopped(c, x, a);
	JUDGE(c, x, H_28, a->sends == 0, "%u sends have no completion", a->sends);
	if (a->connect.state == SESSION_PENDING || a->connect.state == SESSION_CALLED)
		checker_bury(a, &a->connect, END_ADAPTER);
	a->state = ADAPTER_ENDING;
	a->thread = x->thread;
}

static void cancel_ui(struct checker *c, const struct adapter *a)
{
	struct object *o, *next;

	if (a && !a->uis)
		return;
	HASH_ITER(hh, c->objects, o, next)
	{
		if (o->key >> 56 != OBJECT_UI || (a && o->adapter != a))
			continue;
		if (o->state == OBJECT_CANCELLED)
			checker_object_remove(
				c, o); /* nobody asked: one generation is remembered */
		else
			o->state = OBJECT_CANCELLED;
	}
}

static void pre_associate_enter(struct checker *c, const struct crossing *x, struct adapter *a)
{
	JUDGE(c, x, H_09, a->connect.state != SESSION_CALLED && a->connect.state != SESSION_PENDING,
		"a second pre-association while one is pending");
	JUDGE(c, x, H_09,
		x->handle && x->handle != a->connect.handle && !checker_buried(a, x->handle),
		"hConnectSession is not fresh");
	JUDGE(c, x, H_14, x->perform_pre_associate.bss_type == BSS_INFRASTRUCTURE,
		"not an infrastructure BSS");
	JUDGE(c, x, H_29, !a->needs_reset, "a disconnection or reset was not told by AdapterReset");
	a->connect =
		(struct session){.handle = x->handle, .state = SESSION_CALLED, .thread = x->thread};
	a->connect_begun = true;
	a->connect_ok = a->lists_frozen = false;
	a->performs = 0;
}

static void pre_associate_exit(struct checker *c, const struct crossing *x, struct adapter *a)
{
	check_reason(c, x, x->perform_pre_associate.written);
	if (a->connect.handle != x->handle)
		return;
	if (x->result) {
		JUDGE(c, x, X_23, a->connect.state == SESSION_CALLED,
			"completed, and then refused");
		checker_bury(a, &a->connect, END_REFUSED);
	} else if (a->connect.state == SESSION_CALLED) {
		a->connect.state = SESSION_PENDING;
	}
}

static void reset_enter(struct checker *c, const struct crossing *x, struct adapter *a)
{
	JUDGE(c, x, H_08, a->nethertypes == 0 && a->nexemptions == 0,
		"the lists were not emptied before AdapterReset");
	MET(c, H_29);
	a->needs_reset = false;
	a->resetting = true;
	a->unicast_cipher =
		0; /* the state after InitAdapter; what the module now sets counts again */
	a->static_keys = false;
	a->thread = x->thread;
	a->reset_connect = a->connect.state == SESSION_PENDING;
	a->reset_security = a->security.state == SESSION_PENDING && a->security.end == END_NONE;
	a->reset_connect_done = a->reset_security_done = 0;
}

/* A virtual station that was given back is there until its DeinitAdapter: what ends something has
 * to be done as ever. */
static void check_kept(struct checker *c, const struct crossing *x, const struct adapter *a)
{
	if (a->released)
		JUDGE(c, x, X_70, x->result == 0,
			"%s returned %u for a virtual station that was released and lives",
			crossing_name((enum crossing_fn)x->fn), x->result);
}

static void reset_exit(struct checker *c, const struct crossing *x, struct adapter *a)
{
	check_kept(c, x, a);
	JUDGE(c, x, X_44, a->reset_connect_done == a->reset_connect,
		"AdapterReset with %s pre-association made %u completions",
		a->reset_connect ? "a pending" : "no", a->reset_connect_done);
	JUDGE(c, x, X_45, a->reset_security_done == a->reset_security,
		"AdapterReset with %s post-association made %u completions",
		a->reset_security ? "a pending" : "no", a->reset_security_done);
	if (a->connect.state == SESSION_PENDING || a->connect.state == SESSION_CALLED)
		checker_bury(a, &a->connect, END_RESET);
	if (a->security.state == SESSION_PENDING || a->security.state == SESSION_DONE)
		a->security.end =
			END_RESET; /* Stop may still follow; the handle is dead for completions */
	a->resetting = a->connect_begun = a->connect_ok = a->lists_frozen = false;
	a->onex = a->onex_progress = a->eapol_owed = false;
	a->was_reset = true;
	cancel_ui(c, a);
}

static void post_associate_enter(struct checker *c, const struct crossing *x, struct adapter *a)
{
	struct mac named = mac_from_bytes(x->data);

	check_unstopped(c, x, a);
	JUDGE(c, x, H_11, a->port && !a->gate && x->perform_post_associate.authorized == 0,
		"PerformPostAssociate without an unauthorised port");
	JUDGE(c, x, H_11, x->perform_post_associate.status == 0,
		"PerformPostAssociate for a failed association");
	JUDGE(c, x, H_12, a->associated && !a->association_served,
		"not the one call for this association");
	JUDGE(c, x, H_12,
		x->handle && x->handle != a->security.handle && !checker_buried(a, x->handle),
		"hSecuritySessionID is not new");
	JUDGE(c, x, H_13,
		x->data_length == MAC_LEN && mac_to_u64(&named) == x->peer &&
			x->peer == a->port_peer,
		"port state and association parameters name different APs");
	JUDGE(c, x, H_13, x->perform_post_associate.bytes >= x->perform_post_associate.need,
		"%u bytes of association parameters do not cover %u",
		x->perform_post_associate.bytes, x->perform_post_associate.need);
	a->association_served = a->port_served = true;
	a->performs++;
	a->security = (struct session){
		.handle = x->handle, .peer = x->peer, .state = SESSION_CALLED, .thread = x->thread};
	a->onex = a->eapol_owed = a->onex_progress = a->onex_done = false;
}

static void post_associate_exit(struct checker *c, const struct crossing *x, struct adapter *a)
{
	struct session *s = &a->security;

	JUDGE(c, x, X_34, !(x->perform_post_associate.modified & 1), "pPortState was written");
	JUDGE(c, x, X_35, !(x->perform_post_associate.modified & 2),
		"the association parameters were written");
	if (a->performs > 1)
		JUDGE(c, x, X_49, x->result == 0 || no_memory(x->result),
			"association %u of one pre-association was refused: %u", a->performs,
			x->result);
	if (s->handle != x->handle)
		return;
	s->early = false;
	if (x->result) {
		JUDGE(c, x, X_33, s->state == SESSION_CALLED, "completed, and then refused");
		checker_bury(a, s, END_REFUSED);
	} else if (s->state == SESSION_CALLED) {
		s->state = SESSION_PENDING;
	}
}

static void stop_exit(struct checker *c, const struct crossing *x, struct adapter *a)
{
	JUDGE(c, x, X_43, x->result == 0, "StopPostAssociate returned %u", x->result);
	JUDGE(c, x, X_35, !x->stop_post_associate.modified, "pPeer was written");
	if (x->flags & CROSSING_UNKNOWN)
		return;
	check_kept(c, x, a);
	if (a->security.state == SESSION_STOPPING)
		checker_bury(a, &a->security, END_STOPPED);
	a->onex = a->onex_progress = a->eapol_owed = false;
}

static void receive_packet_enter(struct checker *c, const struct crossing *x, struct adapter *a)
{
	uint32_t order = x->receive_packet.order;
	bool registered = false;
	unsigned i;

	for (i = 0; i < a->nethertypes; i++)
		registered |= a->ethertypes[i] == x->receive_packet.ethertype;
	JUDGE(c, x, H_27, registered, "EtherType 0x%04x is not registered",
		x->receive_packet.ethertype);
	JUDGE(c, x, H_27, !a->receiving, "two packets at a time");
	JUDGE(c, x, H_27, order > a->last_order, "packet %u after packet %u", order, a->last_order);
	JUDGE(c, x, H_23, checker_live(&a->security), "a packet without a live session");
	JUDGE(c, x, X_54, !a->eapol_owed,
		"an EAPOL packet was not fed to 802.1X before the next one");
	a->receiving = true;
	a->last_order = order;
	a->eapol_owed = a->onex && x->receive_packet.ethertype == ETHERTYPE_EAPOL &&
			x->data_length > 1 && x->data[1] != EAPOL_TYPE_KEY;
}

static void send_completion_enter(struct checker *c, const struct crossing *x)
{
	struct object *o = checker_object(c, OBJECT_SEND, x->handle);

	JUDGE(c, x, H_28, o != NULL, "SendPacketCompletion for a send that is not outstanding");
	if (!o)
		return;
	if (o->adapter)
		o->adapter->sends--;
	checker_object_remove(c, o);
}

static void ui_response_enter(struct checker *c, const struct crossing *x)
{
	struct object *o = checker_object(c, OBJECT_UI, x->handle);

	if (o)
		checker_object_remove(c, o);
}

static void onex_result_enter(struct checker *c, const struct crossing *x, struct adapter *a)
{
	bool terminal = x->onex_indicate_result.outcome != 2;

	JUDGE(c, x, H_23, checker_live(&a->security), "an 802.1X result without a live session");
	JUDGE(c, x, H_30, a->onex || !terminal,
		"a terminal 802.1X result with no operation running");
	if (terminal && a->onex_progress)
		MET(c, X_57);
	a->onex = a->onex_progress = !terminal;
	a->onex_done = terminal;
	if (terminal)
		a->eapol_owed = false;
}

static void service_enter(struct checker *c, const struct crossing *x)
{
	switch ((enum crossing_fn)x->fn) {
	case FN_GET_VERSION_INFO:
		JUDGE(c, x, H_01, c->service == SERVICE_LOADED,
			"GetVersionInfo is not the first call");
		break;
	case FN_INIT_SERVICE:
		JUDGE(c, x, H_01, c->service == SERVICE_VERSIONED,
			"InitService without GetVersionInfo before it");
		JUDGE(c, x, H_02,
			x->init_service.version >= c->min && x->init_service.version <= c->max,
			"version %u is outside %u..%u", x->init_service.version, c->min, c->max);
		JUDGE(c, x, H_03, x->init_service.functions == 22, "%u of 22 functions",
			x->init_service.functions);
		c->service = SERVICE_INITIALISING;
		break;
	case FN_INIT_VIRTUAL_STATION:
		JUDGE(c, x, H_04,
			c->service == SERVICE_RUNNING && !c->ever_adapter && !c->vs_called,
			"InitVirtualStation out of order");
		JUDGE(c, x, H_03, x->init_virtual_station.functions == 4, "%u of 4 functions",
			x->init_virtual_station.functions);
		c->vs_called = true;
		break;
	case FN_DEINIT_SERVICE:
		JUDGE(c, x, H_32, c->adapters_up == 0, "DeinitService with %u adapters up",
			c->adapters_up);
		c->service = SERVICE_ENDING;
		break;
	default: /* table handlers of adapters are none of the service's business */
		break;
	}
}

static void service_exit(struct checker *c, const struct crossing *x)
{
	switch ((enum crossing_fn)x->fn) {
	case FN_GET_VERSION_INFO:
		c->min = x->get_version_info.min;
		c->max = x->get_version_info.max;
		if (x->result == 0)
			JUDGE(c, x, X_02, x->get_version_info.written == 3 && c->min <= c->max,
				"the versions are not both written, or %u > %u", c->min, c->max);
		c->service = x->result ? SERVICE_ENDED : SERVICE_VERSIONED;
		break;
	case FN_INIT_SERVICE:
		c->service = x->result ? SERVICE_ENDED : SERVICE_RUNNING;
		if (x->result == 0)
			JUDGE(c, x, X_04, x->init_service.handlers == 19, "%u of 19 handlers",
				x->init_service.handlers);
		break;
	case FN_INIT_VIRTUAL_STATION:
		c->vs_ready = x->result == 0;
		break;
	case FN_DEINIT_SERVICE:
		JUDGE(c, x, X_06, x->deinit_service.threads_left == 0,
			"%u threads of the module still run", x->deinit_service.threads_left);
		JUDGE(c, x, X_08, x->deinit_service.buffers_left == 0, "%u buffers were not freed",
			x->deinit_service.buffers_left);
		JUDGE(c, x, H_31, c->buffers_taken == 0, "the host kept %llu buffers",
			(unsigned long long)c->buffers_taken);
		MET(c, X_07);
		c->service = SERVICE_ENDED;
		break;
	default:
		break;
	}
}

/* Handlers whose first argument is hIhvExtAdapter. */
static bool of_adapter(enum crossing_fn fn)
{
	return fn != FN_SEND_PACKET_COMPLETION && fn != FN_PROCESS_UI_RESPONSE &&
	       fn != FN_IS_UI_REQUEST_PENDING && fn != FN_PROCESS_SESSION_CHANGE;
}

void check_handler_enter(struct checker *c, const struct crossing *x)
{
	enum crossing_fn fn = (enum crossing_fn)x->fn;
	struct adapter *a;

	service_enter(c, x);
	if (fn == FN_GET_VERSION_INFO || fn == FN_INIT_SERVICE || fn == FN_DEINIT_SERVICE)
		return;
	if (fn == FN_INIT_VIRTUAL_STATION)
		return;
	JUDGE(c, x, H_05, c->service == SERVICE_RUNNING, "%s outside InitService and DeinitService",
		crossing_name(fn));
	if (fn == FN_INIT_ADAPTER) {
		init_adapter_enter(c, x);
		return;
	}
	if (fn == FN_SEND_PACKET_COMPLETION)
		send_completion_enter(c, x);
	if (fn == FN_PROCESS_UI_RESPONSE)
		ui_response_enter(c, x);
	if (!of_adapter(fn))
		return;
	a = checker_adapter(c, x->adapter);
	if (fn == FN_DEINIT_ADAPTER && a && a->state >= ADAPTER_ENDING) {
		JUDGE(c, x, H_32, false, "a second DeinitAdapter");
		return;
	}
	if (!JUDGE(c, x, H_07, a && a->state == ADAPTER_UP && a->ext == x->ext,
		    "%s for an adapter that is not up", crossing_name(fn)))
		return;
	if (fn == FN_DEINIT_ADAPTER)
		deinit_adapter_enter(c, x, a);
	else if (fn == FN_PERFORM_PRE_ASSOCIATE)
		pre_associate_enter(c, x, a);
	else if (fn == FN_ADAPTER_RESET)
		reset_enter(c, x, a);
	else if (fn == FN_PERFORM_POST_ASSOCIATE)
		post_associate_enter(c, x, a);
	else if (fn == FN_STOP_POST_ASSOCIATE)
		check_stop(c, x, a);
	else if (fn == FN_RECEIVE_PACKET)
		receive_packet_enter(c, x, a);
	else if (fn == FN_ONEX_INDICATE_RESULT)
		onex_result_enter(c, x, a);
}

static void ui_pending_exit(struct checker *c, const struct crossing *x)
{
	const struct object *o = checker_object(c, OBJECT_UI, x->handle);

	if (o && o->state == OBJECT_CANCELLED)
		JUDGE(c, x, X_66, !x->is_ui_request_pending.pending,
			"a cancelled UI request is still pending");
}

static void adapter_exit(struct checker *c, const struct crossing *x, struct adapter *a)
{
	switch ((enum crossing_fn)x->fn) {
	case FN_INIT_ADAPTER:
		init_adapter_exit(c, x, a);
		break;
	case FN_DEINIT_ADAPTER:
		JUDGE(c, x, X_08, x->deinit_adapter.buffers_left == 0,
			"%u buffers of the adapter were not freed", x->deinit_adapter.buffers_left);
		MET(c, X_14);
		MET(c, X_16);
		if (checker_buried(a, a->connect.handle) && a->connect.end == END_ADAPTER)
			MET(c, X_15);
		cancel_ui(c, a);
		if (a->state == ADAPTER_ENDING)
			checker_adapter_gone(c, a);
		break;
	case FN_PERFORM_PRE_ASSOCIATE:
		pre_associate_exit(c, x, a);
		break;
	case FN_ADAPTER_RESET:
		reset_exit(c, x, a);
		break;
	case FN_PERFORM_POST_ASSOCIATE:
		post_associate_exit(c, x, a);
		break;
	case FN_STOP_POST_ASSOCIATE:
		stop_exit(c, x, a);
		break;
	case FN_RECEIVE_PACKET:
		a->receiving = false;
		JUDGE(c, x, X_35, !x->receive_packet.modified, "the received packet was written");
		break;
	case FN_RECEIVE_INDICATION:
		JUDGE(c, x, X_35, !x->receive_indication.modified, "the indication was written");
		break;
	default: /* judged without the adapter */
		break;
	}
}

void check_handler_exit(struct checker *c, const struct crossing *x)
{
	struct adapter *a = x->adapter ? checker_adapter(c, x->adapter) : NULL;

	service_exit(c, x);
	switch ((enum crossing_fn)x->fn) {
	case FN_VALIDATE_PROFILE:
		check_reason(c, x, x->validate_profile.written);
		break;
	case FN_PERFORM_CAPABILITY_MATCH:
		check_reason(c, x, x->perform_capability_match.written);
		break;
	case FN_CREATE_DISCOVERY_PROFILES:
		check_reason(c, x, x->create_discovery_profiles.written);
		JUDGE(c, x, X_11, x->create_discovery_profiles.foreign == 0,
			"%u pointers are not from AllocateBuffer",
			x->create_discovery_profiles.foreign);
		break;
	case FN_QUERY_UI_REQUEST:
		JUDGE(c, x, X_11, x->query_ui_request.foreign == 0,
			"%u pointers are not from AllocateBuffer", x->query_ui_request.foreign);
		break;
	case FN_CONTROL:
		JUDGE(c, x, X_69, !x->control.overrun && x->control.returned <= x->control.out_size,
			"Control returned %u bytes for a buffer of %u%s", x->control.returned,
			x->control.out_size, x->control.overrun ? " and wrote beyond it" : "");
		break;
	case FN_PROCESS_SESSION_CHANGE:
		if (x->process_session_change.event == EVENT_LOGOFF)
			cancel_ui(c, NULL);
		break;
	case FN_SEND_PACKET_COMPLETION:
		JUDGE(c, x, X_60, !x->send_packet_completion.modified,
			"the packet was changed or freed before its completion");
		break;
	case FN_PROCESS_UI_RESPONSE:
		JUDGE(c, x, X_65, !x->process_ui_response.modified,
			"the UI request was changed or freed before its response");
		break;
	case FN_IS_UI_REQUEST_PENDING:
		ui_pending_exit(c, x);
		break;
	default:
		if (a)
			adapter_exit(c, x, a);
		break;
	}
}
