// SPDX-License-Identifier: BSD-2-Clause
/* Calls out of the module: whether they may come now. */
#include "contract/checker_internal.h"

static bool is_virtual_station(enum crossing_fn fn)
{
	return fn >= FN_REQUEST_VIRTUAL_STATION && fn <= FN_SET_VIRTUAL_STATION_AP_PROPERTIES;
}

static bool takes_adapter(enum crossing_fn fn)
{
	return fn != FN_ALLOCATE_BUFFER && fn != FN_FREE_BUFFER;
}

/* The module may call at all, by a table that it may use. */
static void check_service(struct checker *c, const struct crossing *x)
{
	enum crossing_fn fn = (enum crossing_fn)x->fn;

	JUDGE(c, x, X_05, c->service >= SERVICE_INITIALISING && c->service != SERVICE_ENDED,
		"%s %s", crossing_name(fn),
		c->service == SERVICE_ENDED ? "after DeinitService" : "before InitService");
	if (is_virtual_station(fn))
		JUDGE(c, x, X_05, c->vs_ready, "%s before InitVirtualStation returned",
			crossing_name(fn));
	JUDGE(c, x, X_03, !(x->flags & CROSSING_STALE_TABLE),
		"%s called through the table that was InitService's argument", crossing_name(fn));
	if (c->service == SERVICE_ENDING && takes_adapter(fn))
		JUDGE(c, x, X_07, false, "%s inside DeinitService", crossing_name(fn));
}

/* The svc handle: live, of this module's, not in or after DeinitAdapter. Returns the adapter if it
 * is usable. */
static struct adapter *check_svc(struct checker *c, const struct crossing *x)
{
	enum crossing_fn fn = (enum crossing_fn)x->fn;
	struct adapter *a = checker_adapter(c, x->adapter);
	bool race;

	if (!JUDGE(c, x, X_13, a != NULL, "%s with a svc handle that was never given out",
		    crossing_name(fn)))
		return NULL;
	if (a->state != ADAPTER_ENDING && a->state != ADAPTER_GONE) {
		MET(c, X_14);
		return a;
	}
	race = a->state == ADAPTER_ENDING && a->thread != x->thread;
	if (race)
		JUDGE_RACE(c, x, X_14, false, "%s raced with DeinitAdapter", crossing_name(fn));
	else
		JUDGE(c, x, X_14, false, "%s %s DeinitAdapter", crossing_name(fn),
			a->state == ADAPTER_GONE ? "after" : "inside");
	if (a->state == ADAPTER_GONE)
		JUDGE(c, x, X_16, false, "a thread works for an adapter that is gone: %s",
			crossing_name(fn));
	if (fn == FN_PRE_ASSOCIATE_COMPLETION && race)
		JUDGE_RACE(c, x, X_15, false, "PreAssociateCompletion raced with DeinitAdapter");
	else if (fn == FN_PRE_ASSOCIATE_COMPLETION)
		JUDGE(c, x, X_15, false, "PreAssociateCompletion during or after DeinitAdapter");
	return NULL;
}

/* A dead or foreign connect handle: why it is dead decides the rule. */
static void dead_connect(struct checker *c, const struct crossing *x, struct adapter *a)
{
	const struct session *s = checker_buried(a, x->handle);
	const char *name = crossing_name((enum crossing_fn)x->fn);

	if (!s && a->connect.handle == x->handle)
		s = &a->connect;
	if (!s || !x->handle) {
		JUDGE(c, x, X_13, false, "%s with a connect handle that is not this adapter's",
			name);
		return;
	}
	if (s->end == END_REFUSED)
		JUDGE(c, x, X_23, false, "%s after PerformPreAssociate returned an error", name);
	else if (s->end == END_RESET)
		JUDGE(c, x, X_46, false, "%s with a connect handle from before AdapterReset", name);
	else
		JUDGE(c, x, X_24, false, "%s with a connect handle that is dead", name);
}

/* Functions that take hConnectSession and belong to the pending operation, after its handler
 * returned. */
static void check_connect_call(struct checker *c, const struct crossing *x, struct adapter *a)
{
	const char *name = crossing_name((enum crossing_fn)x->fn);
	const struct session *s = &a->connect;

	if (s->handle != x->handle || (s->state != SESSION_CALLED && s->state != SESSION_PENDING)) {
		dead_connect(c, x, a);
		JUDGE(c, x, X_25, false, "%s without a pending pre-association", name);
		return;
	}
	MET(c, X_24);
	if (s->state == SESSION_PENDING)
		MET(c, X_25);
	else if (s->thread == x->thread)
		JUDGE(c, x, X_25, false, "%s inside PerformPreAssociate", name);
	else
		JUDGE_RACE(c, x, X_25, false, "%s before PerformPreAssociate returned", name);
}

/* The AP of a virtual station is told in the same operation, which may be inside its handler
 * already (C-06). */
static void check_ap(struct checker *c, const struct crossing *x, struct adapter *a)
{
	const struct session *s = &a->connect;

	if (s->handle == x->handle && (s->state == SESSION_CALLED || s->state == SESSION_PENDING))
		MET(c, X_24);
	else
		dead_connect(c, x, a);
}

/* A completion inside AdapterReset. That of another thread may have been on its way when Reset was
 * called. */
static void check_cancelled(struct checker *c, const struct crossing *x, const struct adapter *a,
	enum rule_id rule, uint32_t error)
{
	if (!checker_judged(c, rule, error == ERROR_CODE_CANCELLED))
		checker_found(c, x, rule, a->thread != x->thread,
			"completed with %u inside AdapterReset, not ERROR_CANCELLED", error);
}

static void connect_completed(struct checker *c, const struct crossing *x, struct adapter *a)
{
	struct session *s = &a->connect;
	uint32_t error = x->pre_associate_completion.error;

	if (s->handle != x->handle || !s->handle) {
		dead_connect(c, x, a);
		return;
	}
	if (s->state == SESSION_DONE || s->state == SESSION_OVER) {
		JUDGE(c, x, X_22, s->end != END_COMPLETED, "a second PreAssociateCompletion");
		dead_connect(c, x, a);
		return;
	}
	MET(c, X_13);
	MET(c, X_22);
	MET(c, X_23);
	if (s->state == SESSION_CALLED && s->thread == x->thread)
		JUDGE(c, x, X_21, false, "PreAssociateCompletion inside PerformPreAssociate");
	else
		JUDGE_RACE(c, x, X_21, s->state != SESSION_CALLED,
			"PreAssociateCompletion before PerformPreAssociate returned");
	JUDGE(c, x, X_18, !checker_inside(c, x->thread, FN_PERFORM_PRE_ASSOCIATE, 0),
		"pre-association was worked off on the handler's thread");
	if (a->resetting) {
		check_cancelled(c, x, a, RULE_X_44, error);
		a->reset_connect_done++;
	}
	if (s->state == SESSION_CALLED) {
		s->state = SESSION_DONE; /* an early one: the handler's return finds it */
		s->end = END_COMPLETED;
	} else {
		checker_bury(a, s, END_COMPLETED);
	}
	a->connect_ok = a->lists_frozen = error == 0;
}

/* A completion that names no live session of the adapter. */
static void dead_security(struct checker *c, const struct crossing *x, struct adapter *a)
{
	const struct session *s = checker_buried(a, x->handle);
	struct adapter *other, *next;

	if (!s && a->security.handle == x->handle)
		s = &a->security;
	if (s && x->handle) {
		if (s->end == END_STOPPED)
			JUDGE(c, x, X_40, false,
				"PostAssociateCompletion after StopPostAssociate returned");
		else if (s->end == END_RESET)
			JUDGE(c, x, X_46, false,
				"PostAssociateCompletion with a session from before AdapterReset");
		else if (s->end == END_REFUSED)
			JUDGE(c, x, X_33, false,
				"PostAssociateCompletion after PerformPostAssociate returned an "
				"error");
		else
			JUDGE(c, x, X_36, false, "PostAssociateCompletion with a connect handle");
		return;
	}
	HASH_ITER(hh, c->adapters, other, next)
	if (other != a && x->handle && other->security.handle == x->handle) {
		JUDGE(c, x, X_13, false, "PostAssociateCompletion with another adapter's session");
		return;
	}
	JUDGE(c, x, X_36, false, "PostAssociateCompletion with a handle that is no session");
}

static void check_success(struct checker *c, const struct crossing *x, struct adapter *a)
{
	if (a->onex || a->onex_progress)
		JUDGE(c, x, X_38, false, "success while 802.1X is still running");
	JUDGE(c, x, X_38, a->unicast_cipher == 0 || a->security.keys || a->static_keys,
		"success with a cipher in use and no key installed");
}

static void security_completed(struct checker *c, const struct crossing *x, struct adapter *a)
{
	struct session *s = &a->security;
	bool ok = x->post_associate_completion.error == 0, repeat = s->state == SESSION_DONE;

	MET(c, X_36);
	MET(c, X_13);
	MET(c, X_33);
	MET(c, X_32);
	s->early = s->state == SESSION_CALLED;
	if (s->early && s->thread == x->thread)
		JUDGE(c, x, X_31, false, "PostAssociateCompletion inside PerformPostAssociate");
	else
		JUDGE_RACE(c, x, X_31, s->state != SESSION_CALLED,
			"PostAssociateCompletion before PerformPostAssociate returned");
	JUDGE(c, x, X_37, x->peer == 0 || x->peer == s->peer,
		"the completion names another AP than the session's");
	JUDGE(c, x, X_39, !repeat || ok != s->authorised,
		"a repeated completion that changes nothing");
	if (a->onex_progress && !repeat)
		JUDGE(c, x, X_57, false, "completed on IN_PROGRESS");
	if (a->resetting) {
		a->reset_security_done++;
		if (!repeat)
			check_cancelled(c, x, a, RULE_X_45, x->post_associate_completion.error);
	}
	if (ok)
		check_success(c, x, a);
	s->authorised = ok;
	s->state = SESSION_DONE;
}

static void post_completion(struct checker *c, const struct crossing *x, struct adapter *a)
{
	struct session *s = &a->security;

	if (s->handle != x->handle || s->state == SESSION_OVER || s->end == END_RESET ||
		!s->handle) {
		dead_security(c, x, a);
		return;
	}
	if (s->state == SESSION_STOPPING) {
		if (s->thread == x->thread)
			JUDGE(c, x, X_40, false,
				"PostAssociateCompletion inside StopPostAssociate");
		else
			JUDGE_RACE(c, x, X_40, false,
				"PostAssociateCompletion while StopPostAssociate runs");
		return;
	}
	MET(c, X_40);
	security_completed(c, x, a);
}

void check_completion(struct checker *c, const struct crossing *x, struct adapter *a)
{
	bool pre = x->fn == FN_PRE_ASSOCIATE_COMPLETION;
	uint32_t error =
		pre ? x->pre_associate_completion.error : x->post_associate_completion.error;
	bool ihv = x->reason >= 0x90000 && x->reason <= 0x9FFFF;

	if (error == 0)
		JUDGE(c, x, X_28, x->reason == 0 || ihv, "success with reason 0x%x", x->reason);
	else
		JUDGE(c, x, X_29, x->reason != 0, "failure %u with reason 0", error);
	JUDGE(c, x, X_30, x->reason <= 1 || (x->reason >= 0x10000 && x->reason <= 0xBFFFF),
		"reason 0x%x belongs to no L2 group", x->reason);
	if (pre)
		connect_completed(c, x, a);
	else
		post_completion(c, x, a);
}

/* SendPacket and the 802.1X functions belong to a live session. */
static void check_in_session(struct checker *c, const struct crossing *x, const struct adapter *a)
{
	const struct session *s = &a->security;
	const char *name = crossing_name((enum crossing_fn)x->fn);

	if (checker_live(s)) {
		MET(c, X_42);
		return;
	}
	if (s->state == SESSION_STOPPING && s->thread != x->thread)
		JUDGE_RACE(c, x, X_42, false, "%s while StopPostAssociate runs", name);
	else
		JUDGE(c, x, X_42, false, "%s without a live session", name);
}

static void check_ui_request(struct checker *c, const struct crossing *x, struct adapter *a)
{
	struct object *o = checker_object(c, OBJECT_UI, x->handle);

	JUDGE(c, x, X_65, !o || o->state == OBJECT_CANCELLED,
		"the GUID of a UI request that is pending");
	if (o)
		checker_object_remove(c, o);
}

void check_function_enter(struct checker *c, const struct crossing *x)
{
	enum crossing_fn fn = (enum crossing_fn)x->fn;
	struct adapter *a = NULL;

	check_service(c, x);
	if (takes_adapter(fn)) {
		a = check_svc(c, x);
		if (!a)
			return;
	}
	check_arguments(c, x, a);
	if (a && a->was_reset)
		MET(c, X_46);
	switch (fn) {
	case FN_PRE_ASSOCIATE_COMPLETION:
	case FN_POST_ASSOCIATE_COMPLETION:
		check_completion(c, x, a);
		break;
	case FN_SET_PROFILE_CUSTOM_USER_DATA:
	case FN_GET_PROFILE_CUSTOM_USER_DATA:
	case FN_SET_CURRENT_PROFILE:
		check_connect_call(c, x, a);
		break;
	case FN_SET_VIRTUAL_STATION_AP_PROPERTIES:
		check_ap(c, x, a);
		break;
	case FN_SEND_PACKET:
		check_in_session(c, x, a);
		break;
	case FN_START_ONEX:
	case FN_STOP_ONEX:
	case FN_PROCESS_SECURITY_PACKET:
		check_onex(c, x, a);
		break;
	case FN_SEND_UI_REQUEST:
		check_ui_request(c, x, a);
		break;
	case FN_SET_ETHERTYPE_HANDLING:
		JUDGE(c, x, X_26, !a->lists_frozen,
			"SetEtherTypeHandling after a successful PreAssociateCompletion");
		break;
	default: /* the rest may come in any phase */
		break;
	}
}

static void keep_lists(struct adapter *a, const struct crossing *x)
{
	unsigned i, n = x->set_ethertype_handling.types;

	if (n > x->data_length / 2u)
		n = x->data_length / 2u;
	for (i = 0; i < n; i++)
		a->ethertypes[i] = (uint16_t)(x->data[2 * i] << 8 | x->data[2 * i + 1]);
	a->nethertypes = n;
	a->nexemptions = x->set_ethertype_handling.exemptions;
}

static void keep_key(struct adapter *a, uint32_t flags)
{
	if (flags & KEY_DELETE)
		return;
	if (flags & KEY_STATIC)
		a->static_keys = true;
	else
		a->security.keys = true;
}

/* Its own, or that of whoever else asked for it: the module is done with it either way. */
static void note_released(struct checker *c, uint64_t primary)
{
	struct adapter *a, *next;

	HASH_ITER(hh, c->adapters, a, next)
	if (a->primary == primary && a->state != ADAPTER_GONE)
		a->released = true;
}

/* The gate has to say what the module said, unless that came early or an end of the session
 * overtook it. */
static void check_applied(struct checker *c, const struct crossing *x, const struct adapter *a)
{
	const struct session *s = &a->security;

	if (s->handle != x->handle || s->state != SESSION_DONE || s->early ||
		s->cause != CAUSE_NONE || !a->port)
		return;
	JUDGE(c, x, H_26, a->gate == s->authorised, "a completion was not applied to the port");
}

void check_function_exit(struct checker *c, const struct crossing *x)
{
	struct adapter *a = x->adapter ? checker_adapter(c, x->adapter) : NULL;

	if (!a || x->result != 0)
		return;
	switch ((enum crossing_fn)x->fn) {
	case FN_SET_ETHERTYPE_HANDLING:
		keep_lists(a, x);
		break;
	case FN_SET_UNICAST_CIPHER_ALGORITHM:
		a->unicast_cipher = x->set_unicast_cipher_algorithm.algorithm;
		break;
	case FN_SET_KEY_MAPPING_KEY:
		keep_key(a, x->set_key_mapping_key.flags);
		break;
	case FN_SET_DEFAULT_KEY:
		keep_key(a, x->set_default_key.flags);
		break;
	case FN_SEND_PACKET:
		if (checker_object_add(c, OBJECT_SEND, x->handle, a))
			a->sends++;
		break;
	case FN_SEND_UI_REQUEST:
		checker_object_add(c, OBJECT_UI, x->handle, a);
		break;
	case FN_START_ONEX:
		a->onex = true;
		a->onex_done = false;
		break;
	case FN_STOP_ONEX:
		a->onex = a->eapol_owed = a->onex_progress = a->onex_done = false;
		break;
	case FN_POST_ASSOCIATE_COMPLETION:
		check_applied(c, x, a);
		break;
	case FN_RELEASE_VIRTUAL_STATION:
		note_released(c, a->svc);
		break;
	default:
		break;
	}
}
