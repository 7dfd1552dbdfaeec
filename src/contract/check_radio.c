// SPDX-License-Identifier: BSD-2-Clause
/* Requests, indications and the host's own steps: what the H rules about ports, gates and order
 * look at. */
#include "contract/checker_internal.h"

#define WILDCARD 0xFFFFFFFFFFFFu

static const char *cause_name(enum stop_cause cause)
{
	static const char *const names[] = {
		"", "disassociation", "association start", "adapter down"};

	return names[cause];
}

/* The session that lives has come to its end: Stop is due, once, for the first cause. */
static void due(struct adapter *a, enum stop_cause cause, uint32_t status)
{
	struct session *s = &a->security;

	if (!checker_live(s) || s->cause != CAUSE_NONE)
		return;
	s->cause = cause;
	s->cause_status = status;
}

static void association_start(struct checker *c, const struct crossing *x, struct adapter *a)
{
	JUDGE(c, x, H_24, !a->associating, "ASSOCIATION_START while an association is under way");
	due(a, CAUSE_IMPLICIT, STATUS_ROAMING);
	a->associating = true;
	a->associated = false;
}

static void association_completion(struct checker *c, const struct crossing *x, struct adapter *a)
{
	JUDGE(c, x, H_24, a->associating, "ASSOCIATION_COMPLETION without its START");
	if (x->reason == 0)
		due(a, CAUSE_IMPLICIT,
			STATUS_ROAMING); /* without its START it ends what lives all the same */
	a->associating = false;
	a->associated = x->reason == 0;
	a->association = x->peer;
	a->association_served = false;
}

static void disassociation(struct adapter *a, const struct crossing *x)
{
	if (checker_live(&a->security) && (x->peer == a->security.peer || x->peer == WILDCARD))
		due(a, CAUSE_EXPLICIT, x->reason);
	if (x->peer == a->association || x->peer == WILDCARD)
		a->associated = false;
}

static void port_created(struct checker *c, const struct crossing *x, struct adapter *a)
{
	JUDGE(c, x, H_11, a->associated && x->peer == a->association,
		"a port was made without an association");
	JUDGE(c, x, H_22, !a->port, "a port was made while the old one exists");
	a->port = true;
	a->port_peer = x->peer;
	a->gate = a->port_told = a->port_served = false;
}

static void port_deleted(struct checker *c, const struct crossing *x, struct adapter *a)
{
	const struct session *s = &a->security;

	JUDGE(c, x, H_22, a->port && x->peer == a->port_peer,
		"a port was deleted that does not exist");
	/* One that ended before its call was made needs none. */
	JUDGE(c, x, H_12, a->port_served || !a->associated || a->association != a->port_peer,
		"the association had no PerformPostAssociate");
	JUDGE(c, x, H_22, s->state == SESSION_NONE || s->state == SESSION_OVER,
		"the port was deleted before StopPostAssociate returned");
	a->port = a->gate = a->port_told = false;
}

static void gate(struct checker *c, const struct crossing *x, struct adapter *a)
{
	if (x->port_gate.open)
		JUDGE(c, x, H_25, a->port && checker_live(&a->security) && a->security.authorised,
			"the gate was opened without a successful completion");
	a->gate = x->port_gate.open != 0;
}

static void port_state(struct checker *c, const struct crossing *x, struct adapter *a)
{
	JUDGE(c, x, H_22, a->port && checker_live(&a->security),
		"PORT_STATE_NOTIFICATION for a port that is being deleted");
	if (x->oid_port_state.open)
		JUDGE(c, x, H_25, a->gate, "PORT_STATE_NOTIFICATION(open) before the gate");
	a->port_told = x->oid_port_state.open != 0;
}

static void packet(struct checker *c, const struct crossing *x, struct adapter *a, uint32_t order)
{
	JUDGE(c, x, H_27, order > a->last_order, "packet %u after packet %u", order, a->last_order);
	if (order > a->last_order)
		a->last_order = order;
}

static void adapter_point(struct checker *c, const struct crossing *x, struct adapter *a)
{
	switch ((enum crossing_fn)x->fn) {
	case FN_OID_CONNECT:
		JUDGE(c, x, H_10, a->connect_ok,
			"CONNECT_REQUEST without a successful pre-association");
		JUDGE(c, x, H_09, a->connect_begun,
			"a connection that did not start with PerformPreAssociate");
		break;
	case FN_OID_DISCONNECT:
	case FN_OID_RESET:
		a->needs_reset |= x->result == 0;
		break;
	case FN_OID_PORT_STATE:
		port_state(c, x, a);
		break;
	case FN_IND_ASSOCIATION_START:
		association_start(c, x, a);
		break;
	case FN_IND_ASSOCIATION_COMPLETION:
		association_completion(c, x, a);
		break;
	case FN_IND_DISASSOCIATION:
		disassociation(a, x);
		break;
	case FN_ADAPTER_DOWN:
		due(a, CAUSE_DOWN, 0);
		a->associated = false;
		break;
	case FN_PORT_CREATED:
		port_created(c, x, a);
		break;
	case FN_PORT_DELETED:
		port_deleted(c, x, a);
		break;
	case FN_PORT_GATE:
		gate(c, x, a);
		break;
	case FN_LISTS_CLEARED:
		a->nethertypes = a->nexemptions = 0;
		break;
	case FN_PACKET_DROPPED:
		packet(c, x, a, x->packet_dropped.order);
		break;
	case FN_DATA_PASSED:
		JUDGE(c, x, H_25, a->gate && a->port_told,
			"a data frame passed a port that is not authorised");
		break;
	case FN_PRE_ASSOCIATE_TIMEOUT:
		JUDGE(c, x, X_22, a->connect.state != SESSION_PENDING,
			"the pre-association was never completed");
		break;
	case FN_POST_ASSOCIATE_TIMEOUT:
		JUDGE(c, x, X_32, a->security.state != SESSION_PENDING,
			"the post-association was never completed");
		break;
	default: /* the other borders have their own files; the other points carry no rule */
		break;
	}
}

/* A handler that is overdue; loading has its own limit, and is under no rule. */
static void overdue(struct checker *c, const struct crossing *x)
{
	enum crossing_fn fn = (enum crossing_fn)x->handler_overdue.function;

	if (fn < FN_COUNT && crossing_border(fn) == BORDER_HANDLER)
		JUDGE(c, x, X_17, false, "%s has not returned", crossing_name(fn));
}

/* What a guard saw. Each kind is under one rule, but for the sandbox's, which is under none. */
static void trespass(struct checker *c, const struct crossing *x)
{
	enum crossing_fn fn = (enum crossing_fn)x->module_trespass.function;
	const char *name = fn < FN_COUNT ? crossing_name(fn) : "a handler";

	switch ((enum module_trespass)x->module_trespass.what) {
	case TRESPASS_WRITE:
		JUDGE(c, x, X_35, false, "an input of %s was written", name);
		break;
	case TRESPASS_LATE_READ:
		JUDGE(c, x, X_35, false, "an input of %s was read after it had returned", name);
		break;
	case TRESPASS_LATE_WRITE:
		JUDGE(c, x, X_35, false, "an input of %s was written after it had returned", name);
		break;
	case TRESPASS_GIVEN:
		JUDGE(c, x, X_10, false, "a buffer that was given away or freed was used");
		break;
	case TRESPASS_PACKET:
		JUDGE(c, x, X_60, false, "a packet was written before its completion");
		break;
	case TRESPASS_TABLE:
		JUDGE(c, x, X_03, false,
			"the tables of InitService were read after it had returned");
		break;
	case TRESPASS_SYSTEM:
		break;
	}
}

void check_point(struct checker *c, const struct crossing *x)
{
	struct adapter *a = x->adapter ? checker_adapter(c, x->adapter) : NULL;

	switch ((enum crossing_fn)x->fn) {
	case FN_MODULE_LOADED:
		JUDGE(c, x, X_01,
			x->module_loaded.get_version_info && x->module_loaded.init_service,
			"an export is missing");
		c->vs_exported = x->module_loaded.init_virtual_station != 0;
		c->service = SERVICE_LOADED;
		c->vs_called = c->vs_ready = c->ever_adapter = false;
		c->min = c->max = 0;
		break;
	case FN_MODULE_UNLOADED:
		JUDGE(c, x, H_32,
			c->service == SERVICE_ENDED || c->service <= SERVICE_VERSIONED ||
				!c->ever_adapter,
			"unloaded without DeinitService");
		break;
	case FN_BUFFER_TAKEN:
		c->buffers_taken++;
		break;
	case FN_BUFFER_RELEASED:
		JUDGE(c, x, H_31, c->buffers_taken > 0,
			"the host freed a buffer that it did not take over");
		if (c->buffers_taken)
			c->buffers_taken--;
		break;
	case FN_HANDLER_OVERDUE:
		overdue(c, x);
		break;
	case FN_MODULE_DIED:
		checker_module_died(c);
		break;
	case FN_MODULE_TRESPASS:
		trespass(c, x);
		break;
	default:
		if (a)
			adapter_point(c, x, a);
		break;
	}
}

/* Stop: which of its reasons it has, and whether it names the right session and AP. */
void check_stop(struct checker *c, const struct crossing *x, struct adapter *a)
{
	struct session *s = &a->security;

	if (x->flags & CROSSING_UNKNOWN)
		return;
	if (!JUDGE(c, x, H_19,
		    checker_live(s) && s->state != SESSION_CALLED && s->handle == x->handle,
		    "StopPostAssociate for a session that is not running"))
		return;
	MET(c, H_18);
	JUDGE(c, x, H_25, !a->gate, "the gate is open while the session is stopped");
	JUDGE(c, x, H_20, x->peer == s->peer,
		"StopPostAssociate names another AP than the session's");
	switch (s->cause) {
	case CAUSE_NONE:
		JUDGE(c, x, H_15, false,
			"StopPostAssociate without a disassociation, a roam or the adapter going "
			"down");
		break;
	case CAUSE_EXPLICIT:
		MET(c, H_15);
		JUDGE(c, x, H_21, x->reason == s->cause_status,
			"Stop says status 0x%x, the indication said 0x%x", x->reason,
			s->cause_status);
		break;
	case CAUSE_IMPLICIT:
		JUDGE(c, x, H_16, x->reason == STATUS_ROAMING,
			"Stop after an implicit end says status 0x%x, not 8", x->reason);
		break;
	case CAUSE_DOWN:
		MET(c, H_17);
		break;
	}
	s->state = SESSION_STOPPING;
	s->thread = x->thread;
}

/* A session that should have been stopped by now and was not. */
void check_unstopped(struct checker *c, const struct crossing *x, struct adapter *a)
{
	const struct session *s = &a->security;

	if (s->state != SESSION_PENDING && s->state != SESSION_DONE)
		return;
	switch (s->cause) {
	case CAUSE_NONE:
	case CAUSE_EXPLICIT:
		if (s->cause == CAUSE_NONE && x->fn == FN_DEINIT_ADAPTER)
			JUDGE(c, x, H_17, false, "no StopPostAssociate before DeinitAdapter");
		else
			JUDGE(c, x, H_15, false, "no StopPostAssociate for a session that ended");
		break;
	case CAUSE_IMPLICIT:
		JUDGE(c, x, H_16, false, "no StopPostAssociate at an %s", cause_name(s->cause));
		break;
	case CAUSE_DOWN:
		JUDGE(c, x, H_17, false, "no StopPostAssociate before DeinitAdapter");
		break;
	}
	JUDGE(c, x, H_18, s->state != SESSION_DONE, "a completed session was not stopped");
}
