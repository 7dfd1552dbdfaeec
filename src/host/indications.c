// SPDX-License-Identifier: BSD-2-Clause
/* What the miniport tells, on its way to whom it concerns: the port, the connection, the packets,
 * the module. */
#include "host/host_internal.h"

#include <string.h>

static void association_completed(struct host_adapter *a, const struct indication *ind)
{
	struct dataport_event e = {.type = DATAPORT_ASSOCIATED, .peer = ind->peer};

	if (ind->status != 0 || params_association(a, ind))
		return;
	session_event(a, &e);
}

static void pass_on(
	struct host_adapter *a, const struct indication *ind, DOT11EXT_IHV_INDICATION_TYPE type)
{
	struct call *c;

	if (a->phase != PHASE_UP)
		return;
	c = call_new(a->host, a, FN_RECEIVE_INDICATION, 2 * (size_t)ind->length);
	if (!c)
		return;
	c->guarded = ind->length;
	if (ind->length) {
		memcpy(c->memory, ind->data, ind->length);
		memcpy(c->memory + ind->length, ind->data, ind->length);
	}
	c->hc.receive_indication.type = type;
	c->hc.receive_indication.length = ind->length;
	c->hc.receive_indication.buffer = ind->length ? c->memory : NULL;
	call_queue(a->host, c);
}

static void removed(struct host_adapter *a)
{
	record_point(a->host, a, FN_IND_REMOVED, NULL, 0, 0);
	a->gone = true;
	adapter_leave(a, true);
}

/* Those of the indications that say something about the association, as events of the port. */
static void association_indication(struct host_adapter *a, const struct indication *ind)
{
	struct dataport_event e = {.peer = ind->peer, .status = ind->status};

	switch (ind->type) {
	case IND_ASSOCIATION_START:
		record_point(a->host, a, FN_IND_ASSOCIATION_START, &ind->peer, 0, 0);
		e.type = DATAPORT_ASSOCIATION_START;
		session_event(a, &e);
		break;
	case IND_ASSOCIATION_COMPLETION:
		record_point(a->host, a, FN_IND_ASSOCIATION_COMPLETION, &ind->peer, ind->status, 0);
		association_completed(a, ind);
		break;
	default: /* the caller sends no other */
		record_point(a->host, a, FN_IND_DISASSOCIATION, &ind->peer, ind->status, 0);
		e.type = DATAPORT_DISASSOCIATED;
		session_event(a, &e);
		break;
	}
}

void adapter_indicate(void *user, const struct indication *ind)
{
	struct host_adapter *a = user;
	struct host *h = a->host;

	switch (ind->type) {
	case IND_SCAN_CONFIRM:
		record_point(h, a, FN_IND_SCAN_CONFIRM, NULL, 0, 0);
		connection_scanned(a);
		break;
	case IND_CONNECTION_START:
		record_point(h, a, FN_IND_CONNECTION_START, NULL, 0, 0);
		break;
	case IND_CONNECTION_COMPLETION:
		record_point(h, a, FN_IND_CONNECTION_COMPLETION, NULL, ind->status, 0);
		connection_completed(a, ind->status);
		break;
	case IND_ROAMING_START:
		record_point(h, a, FN_IND_ROAMING_START, &ind->peer, ind->status, 0);
		break;
	case IND_ROAMING_COMPLETION:
		record_point(h, a, FN_IND_ROAMING_COMPLETION, NULL, ind->status, 0);
		break;
	case IND_ASSOCIATION_START:
	case IND_ASSOCIATION_COMPLETION:
	case IND_DISASSOCIATION:
		association_indication(a, ind);
		break;
	case IND_DISCONNECT_COMPLETE:
	case IND_RESET_COMPLETE:
		connection_proceed(a, true);
		break;
	case IND_RECEIVE:
		packet_received(a, ind);
		break;
	case IND_SEND_COMPLETE:
		packet_sent(a, ind->cookie);
		break;
	case IND_MEDIA_SPECIFIC:
		pass_on(a, ind, IndicationTypeNicSpecificNotification);
		break;
	case IND_PMKID_CANDIDATE_LIST:
		pass_on(a, ind, IndicationTypePmkidCandidateList);
		break;
	case IND_TKIPMIC_FAILURE:
		pass_on(a, ind, IndicationTypeTkipMicFailure);
		break;
	case IND_PHY_STATE:
		pass_on(a, ind, IndicationTypePhyStateChange);
		break;
	case IND_LINK_QUALITY:
		pass_on(a, ind, IndicationTypeLinkQuality);
		break;
	case IND_REMOVED:
		removed(a);
		break;
	}
}
