// SPDX-License-Identifier: BSD-2-Clause
#include "contract/dataport.h"

#include <assert.h>

/* Disassociation by roaming: the value that the system keeps for an implicit end (assoc-status;
 * H-16). */
#define STATUS_BY_ROAMING 8u

#define TO(state) (1u << DATAPORT_##state)

/* To NONE from each: the module may die at any time. */
static const uint8_t legal_moves[DATAPORT_STATES] = {
	[DATAPORT_NONE] = TO(STARTING),
	[DATAPORT_STARTING] = TO(CANCELLING) | TO(PENDING) | TO(OPEN) | TO(CLOSED) | TO(NONE),
	[DATAPORT_CANCELLING] = TO(STOPPING) | TO(NONE) | TO(STARTING),
	[DATAPORT_PENDING] = TO(OPEN) | TO(CLOSED) | TO(STOPPING) | TO(NONE),
	[DATAPORT_OPEN] = TO(CLOSED) | TO(STOPPING) | TO(NONE),
	[DATAPORT_CLOSED] = TO(OPEN) | TO(STOPPING) | TO(NONE),
	[DATAPORT_STOPPING] = TO(NONE) | TO(STARTING),
};

bool dataport_legal(enum dataport_state from, enum dataport_state to)
{
	return from == to || (legal_moves[from] & (1u << to));
}

bool dataport_live(const struct dataport *port)
{
	switch (port->state) {
	case DATAPORT_STARTING:
	case DATAPORT_PENDING:
	case DATAPORT_OPEN:
	case DATAPORT_CLOSED:
		return true;
	case DATAPORT_NONE:
	case DATAPORT_CANCELLING:
	case DATAPORT_STOPPING:
	case DATAPORT_STATES:
		break;
	}
	return false;
}

const char *dataport_state_name(enum dataport_state state)
{
	static const char *const names[DATAPORT_STATES] = {
		"none", "starting", "cancelling", "pending", "open", "closed", "stopping"};

	return names[state];
}

/* The one door: every change of state passes here. */
static void enter(struct dataport *port, enum dataport_state state)
{
	assert(dataport_legal(port->state, state));
	port->state = state;
}

static void act(struct dataport_actions *out, enum dataport_action_type type,
	const struct mac *peer, uint32_t status)
{
	assert(out->count < DATAPORT_ACTIONS_MAX);
	out->list[out->count++] =
		(struct dataport_action){.type = type, .peer = *peer, .status = status};
}

static void set_gate(struct dataport *port, bool open, struct dataport_actions *out)
{
	if (port->gate == open)
		return;
	port->gate = open;
	act(out, open ? DATAPORT_GATE_OPEN : DATAPORT_GATE_CLOSE, &port->peer, 0);
}

static void create(struct dataport *port, const struct mac *peer, struct dataport_actions *out)
{
	port->peer = *peer;
	port->early = false;
	enter(port, DATAPORT_STARTING);
	act(out, DATAPORT_CREATE, peer, 0);
	act(out, DATAPORT_PERFORM, peer, 0);
}

/* The port is gone; an association that waited for that gets its own. */
static void delete (struct dataport *port, struct dataport_actions *out)
{
	struct mac next = port->next;

	act(out, DATAPORT_DELETE, &port->peer, 0);
	if (!port->has_next) {
		enter(port, DATAPORT_NONE);
		return;
	}
	port->has_next = false;
	create(port, &next, out);
}

/* Any of the three ends of a living port. While Perform is inside the module, Stop has to wait for
 * its answer (H-19). */
static void end(struct dataport *port, uint32_t status, struct dataport_actions *out)
{
	port->status = status;
	set_gate(port, false, out);
	if (port->state == DATAPORT_STARTING) {
		enter(port, DATAPORT_CANCELLING);
		return;
	}
	enter(port, DATAPORT_STOPPING);
	act(out, DATAPORT_STOP, &port->peer, status);
}

static void complete(struct dataport *port, bool success, struct dataport_actions *out)
{
	enter(port, success ? DATAPORT_OPEN : DATAPORT_CLOSED);
	set_gate(port, success, out);
}

static enum dataport_verdict associated(
	struct dataport *port, const struct dataport_event *event, struct dataport_actions *out)
{
	if (port->down)
		return DATAPORT_IGNORED;
	if (port->state == DATAPORT_NONE) {
		create(port, &event->peer, out);
		return DATAPORT_OK;
	}
	/* A completion without its START: the old port ends as if the START had come (H-12, H-16).
	 */
	if (dataport_live(port))
		end(port, STATUS_BY_ROAMING, out);
	port->has_next = true;
	port->next = event->peer;
	return DATAPORT_OK;
}

static bool names(const struct mac *named, const struct mac *peer)
{
	return mac_is_wildcard(named) || mac_equal(named, peer);
}

static enum dataport_verdict disassociated(
	struct dataport *port, const struct dataport_event *event, struct dataport_actions *out)
{
	/* The association that waits is the younger one: what is indicated now is about it. */
	if (port->has_next && names(&event->peer, &port->next)) {
		port->has_next = false;
		return DATAPORT_OK;
	}
	if (!dataport_live(port) || !names(&event->peer, &port->peer))
		return DATAPORT_IGNORED;
	end(port, event->status, out);
	return DATAPORT_OK;
}

static enum dataport_verdict association_start(struct dataport *port, struct dataport_actions *out)
{
	bool waited = port->has_next;

	port->has_next = false;
	if (!dataport_live(port))
		return waited ? DATAPORT_OK : DATAPORT_IGNORED;
	end(port, STATUS_BY_ROAMING, out);
	return DATAPORT_OK;
}

static enum dataport_verdict adapter_down(
	struct dataport *port, const struct dataport_event *event, struct dataport_actions *out)
{
	port->down = true;
	port->has_next = false;
	if (dataport_live(port))
		end(port, event->status, out);
	return DATAPORT_OK;
}

static enum dataport_verdict started(struct dataport *port, struct dataport_actions *out)
{
	if (port->state == DATAPORT_CANCELLING) {
		enter(port, DATAPORT_STOPPING);
		act(out, DATAPORT_STOP, &port->peer, port->status);
		return DATAPORT_OK;
	}
	if (port->state != DATAPORT_STARTING)
		return DATAPORT_ILLEGAL;
	if (port->early)
		complete(port, port->early_success, out);
	else
		enter(port, DATAPORT_PENDING);
	return DATAPORT_OK;
}

static enum dataport_verdict refused(struct dataport *port, struct dataport_actions *out)
{
	if (port->state != DATAPORT_STARTING && port->state != DATAPORT_CANCELLING)
		return DATAPORT_ILLEGAL;
	delete (port, out);
	return DATAPORT_OK;
}

static enum dataport_verdict completed(
	struct dataport *port, const struct dataport_event *event, struct dataport_actions *out)
{
	if (!dataport_live(port))
		return DATAPORT_IGNORED;
	if (port->state == DATAPORT_STARTING) {
		port->early = true;
		port->early_success = event->success;
		return DATAPORT_OK;
	}
	complete(port, event->success, out);
	return DATAPORT_OK;
}

static enum dataport_verdict stopped(struct dataport *port, struct dataport_actions *out)
{
	if (port->state != DATAPORT_STOPPING)
		return DATAPORT_ILLEGAL;
	delete (port, out);
	return DATAPORT_OK;
}

static enum dataport_verdict module_lost(struct dataport *port, struct dataport_actions *out)
{
	port->down = true;
	port->has_next = false;
	if (port->state == DATAPORT_NONE)
		return DATAPORT_OK;
	set_gate(port, false, out);
	delete (port, out);
	return DATAPORT_OK;
}

enum dataport_verdict dataport_step(
	struct dataport *port, const struct dataport_event *event, struct dataport_actions *actions)
{
	actions->count = 0;
	switch (event->type) {
	case DATAPORT_ASSOCIATED:
		return associated(port, event, actions);
	case DATAPORT_DISASSOCIATED:
		return disassociated(port, event, actions);
	case DATAPORT_ASSOCIATION_START:
		return association_start(port, actions);
	case DATAPORT_ADAPTER_DOWN:
		return adapter_down(port, event, actions);
	case DATAPORT_ADAPTER_UP:
		port->down = false;
		return DATAPORT_OK;
	case DATAPORT_STARTED:
		return started(port, actions);
	case DATAPORT_REFUSED:
		return refused(port, actions);
	case DATAPORT_COMPLETED:
		return completed(port, event, actions);
	case DATAPORT_STOPPED:
		return stopped(port, actions);
	case DATAPORT_MODULE_LOST:
		return module_lost(port, actions);
	case DATAPORT_EVENTS:
		break;
	}
	return DATAPORT_ILLEGAL;
}
