// SPDX-License-Identifier: BSD-2-Clause
/*
 * The data port of an adapter: the state machine that alone decides when the module is asked to run
 * a post-association operation, when the operation is ended, when data may flow and when the port
 * goes away.
 *
 * A pure step: (state, event) -> (state, actions). It allocates nothing, calls nobody and takes no
 * lock. The host turns indications and the module's answers into events, and carries the actions
 * out in their order.
 *
 *                 ASSOCIATED                STARTED                COMPLETED ok
 *     [NONE] ---------------> [STARTING] -----------> [PENDING] ---------------> [OPEN]
 *       ^  create, perform       |   |                   |  \  COMPLETED failed   |  ^
 *       |                        |   | any end           |   `--------------> [CLOSED]
 *       |       REFUSED: delete  |   v                   | any end              |
 *       +------------------------+ [CANCELLING] -------> v <--------------------+
 *       |                             STARTED: stop  [STOPPING]
 *       +-----------------------------------------------+
 *                         STOPPED: delete
 *
 *     [any with a port] ---- MODULE_LOST: gate closed, delete ----> [NONE], and down
 *
 * "Any end" is one of the three triggers: an explicit disassociation, an implicit one
 * (ASSOCIATION_START while a port lives), the adapter going down. Stop is called in each of them
 * whatever the module has completed (H-18), once (H-19), with the AP of the session (H-20); the
 * port is deleted after Stop returned (H-22). An association that completes while the old port is
 * still being stopped waits in .next and gets its port right after.
 *
 * A module that has died can be told nothing: its port goes at once, whatever it was in the midst
 * of, and there is no other before the adapter is up again.
 */
#ifndef OPENIHV_CONTRACT_DATAPORT_H
#define OPENIHV_CONTRACT_DATAPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hex.h"

enum dataport_state {
	DATAPORT_NONE,
	DATAPORT_STARTING,   /* PerformPostAssociate was called and has not returned */
	DATAPORT_CANCELLING, /* the same, and the association is over already */
	DATAPORT_PENDING,    /* the operation runs */
	DATAPORT_OPEN,       /* completed with success: data flows */
	DATAPORT_CLOSED,     /* completed with failure: security packets only */
	DATAPORT_STOPPING,   /* StopPostAssociate was called and has not returned */
	DATAPORT_STATES
};

enum dataport_event_type {
	DATAPORT_ASSOCIATED,        /* ASSOCIATION_COMPLETION, status 0; .peer */
	DATAPORT_DISASSOCIATED,     /* DISASSOCIATION; .peer (or the wildcard), .status */
	DATAPORT_ASSOCIATION_START, /* implicit end of a living port */
	DATAPORT_ADAPTER_DOWN,      /* disabled or removed; .status for Stop */
	DATAPORT_ADAPTER_UP,
	DATAPORT_STARTED,     /* PerformPostAssociate returned ERROR_SUCCESS */
	DATAPORT_REFUSED,     /* PerformPostAssociate returned an error */
	DATAPORT_COMPLETED,   /* Dot11ExtPostAssociateCompletion for this session; .success */
	DATAPORT_STOPPED,     /* StopPostAssociate returned */
	DATAPORT_MODULE_LOST, /* the module died: calls that were open never return */
	DATAPORT_EVENTS
};

struct dataport_event {
	enum dataport_event_type type;
	struct mac peer;
	uint32_t status; /* DOT11_ASSOC_STATUS */
	bool success;
};

enum dataport_action_type {
	DATAPORT_CREATE,  /* make the port for .peer, unauthorised */
	DATAPORT_PERFORM, /* call PerformPostAssociate with a new session handle */
	DATAPORT_STOP,    /* the session handle dies now; call StopPostAssociate(.peer, .status) */
	DATAPORT_GATE_OPEN,
	DATAPORT_GATE_CLOSE,
	DATAPORT_DELETE, /* the port is gone, with its keys */
};

struct dataport_action {
	enum dataport_action_type type;
	struct mac peer;
	uint32_t status;
};

#define DATAPORT_ACTIONS_MAX 4

struct dataport_actions {
	unsigned count;
	struct dataport_action list[DATAPORT_ACTIONS_MAX];
};

/* All zero: no port, adapter up. */
struct dataport {
	enum dataport_state state;
	bool gate; /* data may pass */
	bool down;
	bool early, early_success; /* a completion that overtook the return of PerformPostAssociate
				      (C-02) */
	bool has_next;
	struct mac peer, next;
	uint32_t status; /* of the end that STOPPING or CANCELLING carries out */
};

enum dataport_verdict {
	DATAPORT_OK,
	DATAPORT_IGNORED, /* the event means nothing here: no port, another AP, after Stop */
	DATAPORT_ILLEGAL, /* the host itself broke the order (a return without a call): nothing was
			     changed */
};

/*
 * Applies one event. *actions is filled with what the host now has to do, in order; it is empty
 * unless DATAPORT_OK is returned, and may be empty then.
 */
enum dataport_verdict dataport_step(struct dataport *port, const struct dataport_event *event,
	struct dataport_actions *actions);

/* A session is live: between PERFORM and STOP its handle is good and packets are delivered. */
bool dataport_live(const struct dataport *port);

const char *dataport_state_name(enum dataport_state state);
/* True if a step may take a port from one state to the other; staying is always legal. */
bool dataport_legal(enum dataport_state from, enum dataport_state to);

#endif
