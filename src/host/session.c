// SPDX-License-Identifier: BSD-2-Clause
/* Carries out what the data port's state machine decides. */
#include "host/host_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <wlanreason.h>

#define STATUS_DISASSOCIATED_BY_OS 7u   /* DOT11_ASSOC_STATUS_DISASSOCIATED_BY_OS */
#define STATUS_SYSTEM_ERROR        0xAu /* DOT11_ASSOC_STATUS_SYSTEM_ERROR */

static void kill_session(struct host_adapter *a)
{
	if (a->session)
		handle_free(&a->host->sessions, a->session);
	a->session = 0;
}

static void security_overdue(struct timer *t, void *user)
{
	struct host_adapter *a = user;

	(void)t;
	record_point(a->host, a, FN_POST_ASSOCIATE_TIMEOUT, &a->port.peer, 0, 0);
	connection_fail(a, WLAN_REASON_CODE_SECURITY_TIMEOUT, ERROR_TIMEOUT);
}

static void perform_begin(struct host *h, struct call *c)
{
	struct host_adapter *a = c->adapter;
	DOT11_PORT_STATE *port = c->hc.perform_post_associate.port;

	a->perform = NULL;
	if (handle_alloc(&h->sessions, a, &a->session) == 0)
		c->hc.perform_post_associate.session = handle_to_win(a->session);
	port->uSessionId = (ULONG)handle_generation(a->session);
	memcpy(c->memory + c->guarded, c->memory, c->guarded);
}

static void perform_done(struct host *h, struct call *c)
{
	struct host_adapter *a = c->adapter;
	struct dataport_event e = {.type = DATAPORT_STARTED};

	if (c->hc.result != ERROR_SUCCESS) {
		e.type = DATAPORT_REFUSED;
		kill_session(a);
		session_event(a, &e);
		connection_fail(a, WLAN_REASON_CODE_START_SECURITY_FAILURE, c->hc.result);
		return;
	}
	session_event(a, &e);
	if (a->port.state == DATAPORT_PENDING)
		timer_arm(h->loop, &a->security_timer, h->config.post_associate_s * NS_PER_S,
			security_overdue, a);
}

/* One block: port state, association parameters, and the same again to see what the module wrote.
 */
static void perform(struct host_adapter *a, const struct mac *peer)
{
	size_t length = sizeof(DOT11_PORT_STATE) + a->association_length;
	struct call *c = call_new(a->host, a, FN_PERFORM_POST_ASSOCIATE, 2 * length);
	DOT11_PORT_STATE *port;

	a->perform_lost = !c;
	if (!c)
		return;
	port = (DOT11_PORT_STATE *)c->memory;
	memcpy(port->PeerMacAddress, peer->b, MAC_LEN);
	port->bPortControlled = TRUE;
	memcpy(c->memory + sizeof(*port), a->association, a->association_length);
	c->guarded = length;
	c->hc.perform_post_associate.port = port;
	c->hc.perform_post_associate.length = a->association_length;
	c->hc.perform_post_associate.association =
		(DOT11_ASSOCIATION_COMPLETION_PARAMETERS *)(c->memory + sizeof(*port));
	c->begin = perform_begin;
	c->done = perform_done;
	a->perform = c;
	call_queue(a->host, c);
}

static void stop_done(struct host *h, struct call *c)
{
	struct dataport_event e = {.type = DATAPORT_STOPPED};

	(void)h;
	session_event(c->adapter, &e);
}

static struct call *stop_call(struct host_adapter *a, const struct mac *peer, uint32_t status)
{
	struct call *c = call_new(a->host, a, FN_STOP_POST_ASSOCIATE, 2 * MAC_LEN);

	if (!c)
		return NULL;
	memcpy(c->memory, peer->b, MAC_LEN);
	memcpy(c->memory + MAC_LEN, peer->b, MAC_LEN);
	c->guarded = MAC_LEN;
	c->hc.stop_post_associate.peer = (DOT11_MAC_ADDRESS *)c->memory;
	c->hc.stop_post_associate.status = status;
	c->x.peer = mac_to_u64(peer);
	return c;
}

static void stop(struct host_adapter *a, const struct mac *peer, uint32_t status)
{
	struct call *c;

	timer_disarm(a->host->loop, &a->security_timer);
	packets_drop(a);
	c = stop_call(a, peer, status);
	if (!c)
		return;
	c->x.handle = a->session;
	c->done = stop_done;
	a->stop_status = status;
	kill_session(a); /* dead on entry of Stop, and nothing of it is accepted from now on */
	call_queue(a->host, c);
}

int host_stop_unknown(struct host_adapter *a, struct mac peer)
{
	struct call *c = NULL;
	bool up;

	pthread_mutex_lock(&a->host->lock);
	up = a->phase == PHASE_UP && !a->losing;
	if (up)
		c = stop_call(a, &peer, STATUS_DISASSOCIATED_BY_OS);
	if (c) {
		c->x.flags = CROSSING_UNKNOWN;
		call_queue(a->host, c);
	}
	pthread_mutex_unlock(&a->host->lock);
	return c ? 0 : up ? -ENOMEM : -ENETDOWN;
}

static void gate(struct host_adapter *a, const struct mac *peer, bool open)
{
	struct crossing x = crossing_of(a, FN_PORT_GATE);
	struct host_notice n = {.type = NOTICE_PORT_OPEN, .peer = *peer};
	int err;

	x.peer = mac_to_u64(peer);
	x.port_gate.open = open;
	record(a->host, &x, PHASE_POINT);
	if (!dataport_live(&a->port))
		return; /* a port that is being deleted: the miniport is told nothing (H-22) */
	err = a->mp->ops->port_state(a->mp, peer, open);
	x = crossing_of(a, FN_OID_PORT_STATE);
	x.peer = mac_to_u64(peer);
	x.oid_port_state.open = open;
	x.result = (uint32_t)-err;
	record(a->host, &x, PHASE_POINT);
	if (!open)
		return;
	adapter_notice(a, &n);
	connection_authorised(a);
}

/* No key of the session outlives its port. */
static void remove_keys(struct host_adapter *a, const struct mac *peer)
{
	struct miniport_key key = {.peer = *peer, .remove = true};

	if (a->mapping_key)
		a->mp->ops->set_mapping_key(a->mp, &key);
	for (; key.index < 32; key.index++)
		if (a->keys & 1u << key.index)
			a->mp->ops->set_default_key(a->mp, &key);
	a->mapping_key = false;
	a->keys = 0;
}

static void delete_port(struct host_adapter *a, const struct mac *peer)
{
	struct host_notice n = {
		.type = NOTICE_PORT_DELETED, .peer = *peer, .reason = a->stop_status};

	kill_session(a);
	remove_keys(a, peer);
	record_point(a->host, a, FN_PORT_DELETED, peer, 0, 0);
	connection_port(a, false);
	adapter_notice(a, &n);
}

static void act(struct host_adapter *a, const struct dataport_action *action)
{
	switch (action->type) {
	case DATAPORT_CREATE:
		a->stop_status = 0;
		record_point(a->host, a, FN_PORT_CREATED, &action->peer, 0, 0);
		connection_port(a, true);
		break;
	case DATAPORT_PERFORM:
		perform(a, &action->peer);
		break;
	case DATAPORT_STOP:
		stop(a, &action->peer, action->status);
		break;
	case DATAPORT_GATE_OPEN:
		gate(a, &action->peer, true);
		break;
	case DATAPORT_GATE_CLOSE:
		gate(a, &action->peer, false);
		break;
	case DATAPORT_DELETE:
		delete_port(a, &action->peer);
		break;
	}
}

/* An operation that ended before its PerformPostAssociate was even made need not be begun. */
static void withdraw_perform(struct host_adapter *a)
{
	struct dataport_event refused = {.type = DATAPORT_REFUSED};
	struct call *c = a->perform;

	a->perform = NULL;
	a->stop_status = a->port.status;
	call_withdraw(a->host, c);
	call_free(a->host, c);
	session_event(a, &refused);
}

/* No memory for the call: as if the module had had none. */
static void refuse_perform(struct host_adapter *a)
{
	struct dataport_event refused = {.type = DATAPORT_REFUSED};

	a->perform_lost = false;
	session_event(a, &refused);
	connection_fail(a, WLAN_REASON_CODE_START_SECURITY_FAILURE, ERROR_NOT_ENOUGH_MEMORY);
}

void session_event(struct host_adapter *a, const struct dataport_event *event)
{
	struct dataport_actions actions;
	unsigned i;

	if (dataport_step(&a->port, event, &actions) != DATAPORT_OK)
		return;
	for (i = 0; i < actions.count; i++)
		act(a, &actions.list[i]);
	if (a->port.state == DATAPORT_CANCELLING && a->perform)
		withdraw_perform(a);
	if (a->perform_lost)
		refuse_perform(a);
}

void session_lost(struct host_adapter *a)
{
	struct dataport_event e = {.type = DATAPORT_MODULE_LOST};

	timer_disarm(a->host->loop, &a->security_timer);
	a->perform_lost = false;
	a->stop_status = STATUS_SYSTEM_ERROR;
	session_event(a, &e);
	kill_session(a);
	remove_keys(a, &a->port.peer); /* some may have come before there was a port */
}

DWORD session_completed(struct host_adapter *a, HANDLE session, DWORD reason, DWORD error)
{
	struct dataport_event e = {.type = DATAPORT_COMPLETED, .success = error == ERROR_SUCCESS};
	struct host_notice n = {
		.type = NOTICE_PORT_CLOSED, .peer = a->port.peer, .reason = reason, .error = error};

	if (!a->session || handle_from_win(session) != a->session)
		return ERROR_INVALID_HANDLE;
	timer_disarm(a->host->loop, &a->security_timer);
	session_event(a, &e);
	if (e.success)
		return ERROR_SUCCESS;
	adapter_notice(a, &n);
	/* The first authorisation of a connection failed: there is nothing to keep. Later ones only
	 * close the port (4.7). */
	if (a->connect == CONNECT_ASSOCIATING || a->connect == CONNECT_SECURING)
		connection_fail(a, reason, error);
	return ERROR_SUCCESS;
}
