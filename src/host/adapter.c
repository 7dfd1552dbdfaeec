// SPDX-License-Identifier: BSD-2-Clause
/* An adapter's arrival, indications and leaving. */
#include "host/host_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <wlanreason.h>

#include "base/cleanup.h"
#include "base/utf16.h"

#define STATUS_BY_OS                                                                               \
	7u /* DOT11_ASSOC_STATUS_DISASSOCIATED_BY_OS; what removal says is not documented (C-27)   \
	    */

void adapter_notice(struct host_adapter *a, const struct host_notice *n)
{
	if (a->host->config.notice)
		a->host->config.notice(a->host->config.user, a, n);
}

void adapter_tell(struct host_adapter *a, enum host_notice_type type, uint32_t error)
{
	struct host_notice n = {.type = type, .error = error};

	adapter_notice(a, &n);
}

/* A GUID of the adapter's own, made of its address: the same adapter has the same one in each run.
 */
static GUID guid_of(const struct mac *m)
{
	GUID g = {.Data1 = 0x6f70656e, .Data2 = 0x6968, .Data3 = 0x4076, .Data4 = {0x80, 0}};

	memcpy(g.Data4 + 2, m->b, MAC_LEN);
	return g;
}

static void adapter_destroy(struct host_adapter *a)
{
	struct host *h = a->host;
	struct host_adapter *primary = a->primary;
	struct buffer *b, *next;

	if (a->buffers) {
		HASH_ITER(hh, h->buffers, b, next)
		if (b->adapter == a)
			b->adapter = NULL;
	}
	timer_disarm(h->loop, &a->watchdog);
	timer_disarm(h->loop, &a->security_timer);
	ui_free(h, a);
	TAILQ_REMOVE(&h->adapter_list, a, next);
	connection_drop(a);
	connection_forget_fragments(a);
	free(a->association);
	call_unreserve(h);
	virtual_gone(a);
	free(a);
	if (primary && !primary->losing)
		adapter_proceed(primary); /* it may have waited for this */
}

static void init_begin(struct host *h, struct call *c)
{
	(void)h;
	c->hc.init_adapter.svc = handle_to_win(c->adapter->svc);
}

/* The number that stands for the module's handle in the record: the same for the same pointer while
 * one lives. */
static void number_ext(struct host_adapter *a, HANDLE ext)
{
	struct host *h = a->host;
	struct host_adapter *other;

	a->ext = ext;
	a->ext_number = 0;
	if (!ext)
		return;
	HASH_FIND_PTR(h->by_ext, &ext, other);
	if (other) {
		a->ext_number = other->ext_number;
		return;
	}
	a->ext_number = ++h->next_ext;
	HASH_ADD_PTR(h->by_ext, ext, a);
	a->ext_listed = true;
}

static void forget_ext(struct host_adapter *a)
{
	if (a->ext_listed)
		HASH_DEL(a->host->by_ext, a);
	a->ext_listed = false;
	a->ext = NULL;
	a->ext_number = 0;
}

static void kill_svc(struct host_adapter *a)
{
	if (a->svc_live)
		handle_free(&a->host->adapters, a->svc);
	a->svc_live = false;
}

void adapter_forget(struct host_adapter *a)
{
	kill_svc(a);
	forget_ext(a);
}

/* The call that recorded InitAdapter has just given the adapter its handle. */
void adapter_initialised(struct host_adapter *a, struct call *c)
{
	if (c->hc.result == ERROR_SUCCESS)
		number_ext(a, c->hc.init_adapter.ext);
	c->x.ext = a->ext_number;
	c->x.init_adapter.written = c->hc.init_adapter.ext != NULL;
}

static void init_done(struct host *h, struct call *c)
{
	struct host_adapter *a = c->adapter;

	if (c->hc.result != ERROR_SUCCESS) {
		kill_svc(a);
		a->phase = PHASE_DOWN;
		a->mp->ops->power(a->mp, false);
		ui_cancel(h, a);
		ui_poll_cancelled(h);
		adapter_tell(a, NOTICE_ADAPTER_FAILED, c->hc.result);
		connection_unwanted(a, WLAN_REASON_CODE_IHV_NOT_AVAILABLE, c->hc.result);
		virtual_primary_leaves(a);
		if (a->primary)
			adapter_leave(a, true); /* nobody would ask for it again */
		return;
	}
	if (a->phase == PHASE_ARRIVING)
		a->phase = PHASE_UP;
	virtual_up(a);
	if (a->phase == PHASE_UP)
		adapter_tell(a, NOTICE_ADAPTER_UP, 0);
	connection_again(a); /* if the last module's death cut one off */
}

int adapter_init(struct host_adapter *a)
{
	struct host *h = a->host;
	const struct miniport_caps *caps = a->mp->ops->caps(a->mp);
	_cleanup_free_ uint16_t *text = NULL;
	size_t units = 0;
	DOT11_ADAPTER *adapter;
	struct call *c;
	int err;

	err = utf8_to_utf16(caps->description, strlen(caps->description), &text, &units);
	if (err)
		return err;
	c = call_new(h, a, FN_INIT_ADAPTER, sizeof(*adapter) + (units + 1) * sizeof(*text));
	if (!c)
		return -ENOMEM;
	err = handle_alloc(&h->adapters, a, &a->svc);
	if (err) {
		call_free(h, c);
		return err;
	}
	a->nethertypes = 0; /* empty before InitAdapter, also after a disable (H-08) */
	a->svc_live = true;
	a->phase = PHASE_ARRIVING;
	a->deinit_queued = false;
	adapter = (DOT11_ADAPTER *)c->memory;
	adapter->gAdapterId = a->guid;
	adapter->pszDescription = (WCHAR *)(c->memory + sizeof(*adapter));
	memcpy(adapter->pszDescription, text, units * sizeof(*text));
	adapter->Dot11CurrentOpMode.uCurrentOpMode = DOT11_OPERATION_MODE_EXTENSIBLE_STATION;
	c->hc.init_adapter.adapter = adapter;
	c->begin = init_begin;
	c->done = init_done;
	call_queue(h, c);
	return 0;
}

/* primary: of a virtual station, else NULL. */
static int arrive(struct host_adapter *a, struct host_adapter *primary)
{
	struct host *h = a->host;
	int err = primary ? virtual_arrives(a, primary) : 0;

	if (!err)
		err = call_reserve(h);
	if (err)
		return err;
	if (h->life.state != LIFE_RUNNING) {
		adapter_wait(a);
		return 0;
	}
	err = adapter_init(a);
	if (err)
		call_unreserve(h);
	return err;
}

static int add_adapter(struct host *h, struct miniport *mp, struct host_adapter *primary,
	struct host_adapter **out)
{
	struct host_adapter *a = calloc(1, sizeof(*a));
	int err;

	if (!a)
		return -ENOMEM;
	pthread_mutex_lock(&h->lock);
	a->host = h;
	a->mp = mp;
	a->guid = guid_of(&mp->ops->caps(mp)->address);
	STAILQ_INIT(&a->queue.calls);
	TAILQ_INIT(&a->sends);
	TAILQ_INSERT_TAIL(&h->adapter_list, a, next);
	err = arrive(a, primary);
	if (err) {
		TAILQ_REMOVE(&h->adapter_list, a, next);
		virtual_undone(a);
		free(a);
	} else {
		mp->ops->attach(mp, adapter_indicate, a);
		mp->ops->power(mp, a->phase != PHASE_LOST);
		*out = a;
	}
	pthread_mutex_unlock(&h->lock);
	return err;
}

int host_add_adapter(struct host *h, struct miniport *mp, struct host_adapter **out)
{
	return add_adapter(h, mp, NULL, out);
}

int host_add_virtual(struct host_adapter *primary, struct miniport *mp, struct host_adapter **out)
{
	return add_adapter(primary->host, mp, primary, out);
}

static void deinit_begin(struct host *h, struct call *c)
{
	(void)h;
	kill_svc(c->adapter); /* dead on entry (contract 1.2) */
}

static void deinit_done(struct host *h, struct call *c)
{
	struct host_adapter *a = c->adapter;

	forget_ext(a);
	ui_cancel(h, a);
	ui_poll_cancelled(h);
	a->phase = PHASE_DOWN;
}

static void queue_deinit(struct host_adapter *a)
{
	struct call *c = call_new(a->host, a, FN_DEINIT_ADAPTER, 0);

	if (!c)
		return; /* tried again at the next occasion */
	a->deinit_queued = true;
	c->begin = deinit_begin;
	c->done = deinit_done;
	call_queue(a->host, c);
}

/* The last steps of leaving: the module has forgotten the adapter. */
void adapter_left(struct host_adapter *a)
{
	bool removing = a->removing;

	a->phase = PHASE_DOWN;
	a->deinit_queued = false;
	if (!a->gone)
		a->mp->ops->power(a->mp, false);
	if (!removing) {
		adapter_tell(a, NOTICE_ADAPTER_DOWN, 0);
		return;
	}
	a->mp->ops->detach(a->mp);
	adapter_tell(a, NOTICE_ADAPTER_REMOVED, 0);
	adapter_destroy(a);
}

void adapter_proceed(struct host_adapter *a)
{
	if (a->phase == PHASE_DOWN && a->deinit_queued && queue_idle(&a->queue)) {
		adapter_left(a);
		return;
	}
	if (a->phase == PHASE_DOWN && a->removing && !a->deinit_queued && queue_idle(&a->queue)) {
		adapter_left(a); /* it was not up: InitAdapter failed, or it was disabled before */
		return;
	}
	if (a->phase == PHASE_UP && a->connect == CONNECT_ENDING)
		connection_proceed(a, false);
	if (a->phase != PHASE_LEAVING || a->deinit_queued || a->port.state != DATAPORT_NONE ||
		a->queue.open || virtual_lives(a))
		return;
	sends_complete(a);
	if (STAILQ_EMPTY(&a->queue.calls) && TAILQ_EMPTY(&a->sends))
		queue_deinit(a);
}

void adapter_leave(struct host_adapter *a, bool removing)
{
	struct dataport_event down = {.type = DATAPORT_ADAPTER_DOWN, .status = STATUS_BY_OS};
	struct crossing x = crossing_of(a, FN_ADAPTER_DOWN);
	bool lost;

	a->removing |= removing;
	if (a->phase == PHASE_DOWN && queue_idle(&a->queue) && !a->losing) {
		if (a->removing)
			adapter_left(a);
		return;
	}
	if (a->phase == PHASE_LEAVING || a->phase == PHASE_DOWN)
		return;
	x.adapter_down.removed = a->removing;
	record(a->host, &x, PHASE_POINT);
	lost = a->phase == PHASE_LOST;
	a->phase = PHASE_LEAVING;
	if (a->losing)
		return; /* whoever tells the loss goes on */
	virtual_primary_leaves(a);
	connection_drop(a);
	if (lost) {
		adapter_left(a); /* no module knows it */
		return;
	}
	packets_drop(a);
	session_event(a, &down);
	adapter_proceed(a);
}

int host_disable(struct host_adapter *a)
{
	int err = 0;

	pthread_mutex_lock(&a->host->lock);
	if (a->phase == PHASE_DOWN)
		err = -EALREADY;
	else if (a->phase == PHASE_LEAVING)
		err = -EBUSY;
	else
		adapter_leave(a, false);
	pthread_mutex_unlock(&a->host->lock);
	return err;
}

int host_enable(struct host_adapter *a)
{
	struct dataport_event up = {.type = DATAPORT_ADAPTER_UP};
	int err;

	pthread_mutex_lock(&a->host->lock);
	if (a->phase == PHASE_UP || a->phase == PHASE_ARRIVING || a->phase == PHASE_LOST) {
		err = -EALREADY;
	} else if (a->phase == PHASE_LEAVING || a->removing) {
		err = -EBUSY;
	} else if (a->host->life.state != LIFE_RUNNING) {
		adapter_wait(a);
		err = 0;
	} else {
		session_event(a, &up);
		err = a->mp->ops->power(a->mp, true);
		if (!err)
			err = adapter_init(a);
	}
	pthread_mutex_unlock(&a->host->lock);
	return err;
}

int host_remove(struct host_adapter *a)
{
	struct host *h = a->host;
	int err = a->removing ? -EALREADY : 0;

	pthread_mutex_lock(&h->lock);
	if (!err)
		adapter_leave(a, true);
	pthread_mutex_unlock(&h->lock);
	return err;
}

const struct miniport_caps *host_adapter_caps(const struct host_adapter *a)
{
	return a->mp->ops->caps(a->mp);
}

bool host_adapter_is_up(const struct host_adapter *a)
{
	return a->phase == PHASE_UP;
}

bool host_port_open(const struct host_adapter *a, struct mac *peer)
{
	if (peer)
		*peer = a->port.peer;
	return a->port.gate;
}

static void control_done(struct host *h, struct call *c)
{
	struct host_notice n = {.type = NOTICE_CONTROL, .error = c->hc.result};
	uint32_t returned = *c->hc.control.returned;

	(void)h;
	c->adapter->controls--;
	if (c->hc.result == ERROR_SUCCESS && returned <= c->hc.control.out_size) {
		n.data = c->hc.control.out;
		n.length = returned;
	}
	adapter_notice(c->adapter, &n);
}

int host_control(struct host_adapter *a, const void *in, uint32_t in_size, uint32_t out_size)
{
	/* Output, its guard, and the input where a structure may begin. */
	size_t in_at = ((size_t)out_size + CONTROL_GUARD + 15) & ~(size_t)15;
	struct host *h = a->host;
	struct call *c = NULL;
	int err = -ENETDOWN;

	pthread_mutex_lock(&h->lock);
	if (a->phase == PHASE_UP && !a->losing) {
		err = -ENOMEM;
		c = call_new(h, a, FN_CONTROL, in_at + in_size);
	}
	if (c) {
		uint8_t *guard = c->memory + out_size;

		memset(guard, CONTROL_GUARD_BYTE, CONTROL_GUARD);
		if (in_size)
			memcpy(c->memory + in_at, in, in_size);
		c->hc.control.out = c->memory;
		c->hc.control.out_size = out_size;
		c->hc.control.in = c->memory + in_at;
		c->hc.control.in_size = in_size;
		c->reason = 0;
		c->hc.control.returned = &c->reason;
		c->done = control_done;
		a->controls++;
		call_queue(h, c);
		err = 0;
	}
	pthread_mutex_unlock(&h->lock);
	return err;
}
