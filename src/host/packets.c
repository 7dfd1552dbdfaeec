// SPDX-License-Identifier: BSD-2-Clause
/*
 * The two paths of received and sent frames: registered EtherTypes go to the module, all else
 * passes the gate of the port or is refused.
 */
#include "host/host_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

#define PACKET_HEAD offsetof(DOT11_SECURITY_PACKET_HEADER, Data)

static void record_data(struct host_adapter *a, bool passed, bool outbound, const struct mac *peer,
	uint16_t type, uint32_t length)
{
	struct crossing x = crossing_of(a, passed ? FN_DATA_PASSED : FN_DATA_REFUSED);

	x.peer = mac_to_u64(peer);
	x.data_passed.outbound = outbound; /* at the same places in both */
	x.data_passed.ethertype = type;
	x.data_passed.length = length;
	record(a->host, &x, PHASE_POINT);
}

static bool registered(const struct host_adapter *a, uint16_t type)
{
	unsigned i;

	for (i = 0; i < a->nethertypes; i++)
		if (a->ethertypes[i] == type)
			return true;
	return false;
}

/* Whoever is told of the module's death may ask before each gate is closed. */
static bool passes(const struct host_adapter *a)
{
	return a->port.gate && !a->losing;
}

static struct call *oldest_packet(struct host_adapter *a)
{
	struct call *c;

	STAILQ_FOREACH(c, &a->queue.calls, next)
	if (c->hc.fn == FN_RECEIVE_PACKET)
		return c;
	return NULL;
}

static void drop_packet(struct host_adapter *a, struct call *c)
{
	struct crossing x = crossing_of(a, FN_PACKET_DROPPED);

	x.packet_dropped.order = c->reason;
	x.packet_dropped.backlog = a->backlog;
	call_withdraw(a->host, c);
	call_free(a->host, c);
	a->queued_packets--;
	record(a->host, &x, PHASE_POINT);
}

void packets_drop(struct host_adapter *a)
{
	struct call *c;

	while (a->queued_packets && (c = oldest_packet(a)))
		drop_packet(a, c);
}

static void packet_begin(struct host *h, struct call *c)
{
	(void)h;
	c->adapter->queued_packets--;
}

static void queue_packet(struct host_adapter *a, const struct indication *ind)
{
	uint32_t length = (uint32_t)PACKET_HEAD + ind->length;
	struct call *c;
	uint8_t *p;

	if (a->queued_packets >= a->backlog)
		drop_packet(a, oldest_packet(a));
	c = call_new(a->host, a, FN_RECEIVE_PACKET, 2 * (size_t)length);
	if (!c)
		return; /* as if it had been lost on the air */
	p = c->memory;
	memcpy(p, ind->peer.b, MAC_LEN);
	store_be16(p + MAC_LEN, ind->ethertype);
	memcpy(p + PACKET_HEAD, ind->data, ind->length);
	memcpy(p + length, p, length);
	c->guarded = length;
	c->hc.receive_packet.length = length;
	c->hc.receive_packet.buffer = p;
	c->reason = a->order;
	c->begin = packet_begin;
	a->queued_packets++;
	call_queue(a->host, c);
}

void packet_received(struct host_adapter *a, const struct indication *ind)
{
	struct host_notice n = {.type = NOTICE_DATA,
		.peer = ind->peer,
		.ethertype = ind->ethertype,
		.data = ind->data,
		.length = ind->length};
	struct crossing x;

	if (registered(a, ind->ethertype)) {
		if (!dataport_live(&a->port) || ind->length == 0)
			return; /* left over from an association that has ended */
		x = crossing_of(a, FN_IND_PACKET);
		x.peer = mac_to_u64(&ind->peer);
		x.ind_packet.length = ind->length;
		x.ind_packet.ethertype = ind->ethertype;
		x.ind_packet.order = ++a->order;
		record(a->host, &x, PHASE_POINT);
		queue_packet(a, ind);
		return;
	}
	record_data(a, passes(a), false, &ind->peer, ind->ethertype, ind->length);
	if (passes(a))
		adapter_notice(a, &n);
}

int host_send_data(struct host_adapter *a, struct mac to, uint16_t ethertype, const void *data,
	uint32_t length)
{
	struct miniport_frame frame = {
		.peer = to, .ethertype = ethertype, .data = data, .length = length};
	int err;

	pthread_mutex_lock(&a->host->lock);
	record_data(a, passes(a), true, &to, ethertype, length);
	err = passes(a) ? a->mp->ops->send(a->mp, &frame) : -EACCES;
	pthread_mutex_unlock(&a->host->lock);
	return err;
}

static struct send *send_new(struct host *h)
{
	struct send *s = TAILQ_FIRST(&h->spare_sends);

	if (!s)
		return malloc(sizeof(*s));
	TAILQ_REMOVE(&h->spare_sends, s, next);
	return s;
}

static void send_forget(struct host *h, struct send *s)
{
	HASH_DEL(h->sends_by_value, s);
	handle_free(&h->sends, s->handle);
	TAILQ_REMOVE(&s->adapter->sends, s, next);
	TAILQ_INSERT_HEAD(&h->spare_sends, s, next);
}

void sends_forget(struct host_adapter *a)
{
	struct send *s;

	while ((s = TAILQ_FIRST(&a->sends)))
		send_forget(a->host, s);
}

static void completion_begin(struct host *h, struct call *c)
{
	struct send *s = handle_get(&h->sends, c->tag);

	if (!s)
		return;
	c->x.handle = s->id;
	c->hc.send_packet_completion.send = s->value;
	send_forget(h, s);
}

static void complete_send(struct send *s)
{
	struct host_adapter *a = s->adapter;
	struct call *c;

	if (s->completing)
		return;
	c = call_new(a->host, a, FN_SEND_PACKET_COMPLETION, 0);
	if (!c)
		return;
	s->completing = true;
	c->tag = s->handle;
	c->begin = completion_begin;
	call_queue(a->host, c);
}

void packet_sent(struct host_adapter *a, uint64_t cookie)
{
	struct send *s = handle_get(&a->host->sends, cookie);

	if (s && s->adapter == a)
		complete_send(s);
}

void sends_complete(struct host_adapter *a)
{
	struct send *s;

	TAILQ_FOREACH(s, &a->sends, next)
	complete_send(s);
}

void packet_number(struct host *h, HANDLE value, struct crossing *x)
{
	struct send *s;

	HASH_FIND_PTR(h->sends_by_value, &value, s);
	x->handle = s ? s->id : h->next_send + 1;
}

DWORD packet_send(struct host_adapter *a, const struct function_call *call)
{
	const uint8_t *p = call->send_packet.packet;
	uint32_t length = call->send_packet.length;
	struct host *h = a->host;
	struct miniport_frame frame;
	struct send *s;
	int err;

	if (!p || length < PACKET_HEAD)
		return ERROR_INVALID_PARAMETER;
	if (a->deinit_queued)
		return extapi_error(-ENOTCONN); /* nobody would be told of its completion */
	HASH_FIND_PTR(h->sends_by_value, &call->send_packet.send, s);
	if (s)
		return ERROR_ALREADY_EXISTS;
	s = send_new(h);
	if (!s)
		return ERROR_NOT_ENOUGH_MEMORY;
	memset(s, 0, sizeof(*s));
	s->value = call->send_packet.send;
	s->adapter = a;
	s->id = ++h->next_send;
	err = handle_alloc(&h->sends, s, &s->handle);
	frame = (struct miniport_frame){.peer = mac_from_bytes(p),
		.ethertype = load_be16(p + MAC_LEN),
		.data = p + PACKET_HEAD,
		.length = length - (uint32_t)PACKET_HEAD,
		.cookie = s->handle};
	if (!err)
		err = a->mp->ops->send(a->mp, &frame);
	if (err) {
		if (s->handle)
			handle_free(&h->sends, s->handle);
		TAILQ_INSERT_HEAD(&h->spare_sends, s, next);
		return extapi_error(err);
	}
	HASH_ADD_PTR(h->sends_by_value, value, s);
	TAILQ_INSERT_TAIL(&a->sends, s, next);
	return ERROR_SUCCESS;
}

DWORD packet_filter(struct host_adapter *a, const struct function_call *call)
{
	struct privacy_exemption list[ETHERTYPES_MAX];
	uint32_t backlog = call->set_ethertype_handling.backlog;
	uint32_t types = call->set_ethertype_handling.types,
		 count = call->set_ethertype_handling.exemptions;
	uint32_t i;
	int err;

	if (types > ETHERTYPES_MAX || count > ETHERTYPES_MAX ||
		(types && !call->set_ethertype_handling.type) ||
		(count && !call->set_ethertype_handling.exemption))
		return ERROR_INVALID_PARAMETER;
	for (i = 0; i < count; i++) {
		const DOT11_PRIVACY_EXEMPTION *e = &call->set_ethertype_handling.exemption[i];

		list[i] = (struct privacy_exemption){
			.ethertype = load_be16((const uint8_t *)&e->usEtherType),
			.action = e->usExemptionActionType,
			.packet = e->usExemptionPacketType};
	}
	err = a->mp->ops->set_exemptions(a->mp, list, count);
	if (err)
		return extapi_error(err);
	for (i = 0; i < types; i++)
		a->ethertypes[i] =
			load_be16((const uint8_t *)&call->set_ethertype_handling.type[i]);
	a->nethertypes = types;
	a->backlog = backlog == 0 ? BACKLOG_DEFAULT : backlog > BACKLOG_MAX ? BACKLOG_MAX : backlog;
	return ERROR_SUCCESS;
}

void lists_clear(struct host_adapter *a)
{
	packets_drop(a); /* nothing is registered for them any more (H-27) */
	a->nethertypes = 0;
	a->mp->ops->set_exemptions(a->mp, NULL, 0);
	record_point(a->host, a, FN_LISTS_CLEARED, NULL, 0, 0);
}
