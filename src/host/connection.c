// SPDX-License-Identifier: BSD-2-Clause
/*
 * A connection: scan, the module's opinion of the profile, pre-association,
 * OID_DOT11_CONNECT_REQUEST; and its end, disconnection and then AdapterReset (contract 4.4, 4.8).
 */
#include "host/host_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <wlanreason.h>

#include "base/wipe.h"

static void enter(struct host_adapter *a, enum connect_phase phase)
{
	a->connect = phase;
}

static void kill_connect(struct host_adapter *a)
{
	if (a->connect_handle)
		handle_free(&a->host->connects, a->connect_handle);
	a->connect_handle = 0;
}

void connection_forget_fragments(struct host_adapter *a)
{
	fragment_free(&a->own_connectivity);
	fragment_free(&a->own_security);
	free(a->own_name);
	a->own_name = NULL;
}

void connection_drop(struct host_adapter *a)
{
	timer_disarm(a->host->loop, &a->watchdog);
	timer_disarm(a->host->loop, &a->security_timer);
	kill_connect(a);
	virtual_forget_ap(a);
	a->report_failure = a->reset_first = false;
	a->profile = a->wanted = NULL;
	enter(a, CONNECT_IDLE);
}

/* Nothing lives any more: the result is told and the adapter is free for the next connection. */
static void finish(struct host_adapter *a)
{
	struct host_notice n = {.type = NOTICE_DISCONNECTED};

	if (a->report_failure) {
		n.type = NOTICE_CONNECT_FAILED;
		n.reason = a->fail_reason;
		n.error = a->fail_error;
	}
	connection_drop(a);
	adapter_notice(a, &n);
}

void connection_unwanted(struct host_adapter *a, uint32_t reason, uint32_t error)
{
	if (!a->wanted)
		return;
	a->wanted = NULL;
	a->report_failure = true;
	a->fail_reason = reason;
	a->fail_error = error;
	finish(a);
}

void connection_lost(struct host_adapter *a)
{
	const struct profile *wanted = a->profile;

	switch (a->connect) {
	case CONNECT_IDLE:
		break;
	case CONNECT_SCANNING:
	case CONNECT_JUDGING:
	case CONNECT_PRE:
	case CONNECT_ASSOCIATING:
	case CONNECT_SECURING:
	case CONNECT_UP:
		connection_drop(a);
		a->wanted = wanted;
		break;
	case CONNECT_ENDING:
	case CONNECT_RESETTING:
		finish(a); /* the module cannot be reset any more, and need not be */
		break;
	}
}

static void reset_begin(struct host *h, struct call *c)
{
	(void)h;
	lists_clear(c->adapter); /* before the module is told (H-08) */
}

static void reset_done(struct host *h, struct call *c)
{
	struct host_adapter *a = c->adapter;

	ui_cancel(h, a);
	ui_poll_cancelled(h);
	if (a->phase != PHASE_UP)
		return;
	if (!a->reset_first) {
		finish(a);
		return;
	}
	enter(a, CONNECT_ENDING); /* Stop is still due, if a session lives */
}

static bool reset_module(struct host_adapter *a)
{
	struct call *c = call_new(a->host, a, FN_ADAPTER_RESET, 0);

	if (!c)
		return false;
	enter(a, CONNECT_RESETTING);
	timer_disarm(a->host->loop, &a->watchdog);
	c->begin = reset_begin;
	c->done = reset_done;
	call_queue(a->host, c);
	return true;
}

void connection_proceed(struct host_adapter *a, bool disconnected)
{
	if (a->reset_first && a->connect == CONNECT_RESETTING)
		a->disconnected |= disconnected;
	if (a->connect != CONNECT_ENDING)
		return;
	a->disconnected |= disconnected;
	if (!a->disconnected || a->port.state != DATAPORT_NONE || !queue_idle(&a->queue))
		return;
	/* The port ends first: Stop, and then Reset (4.8). */
	if (a->reset_first)
		finish(a);
	else
		reset_module(a);
}

int host_reset(struct host_adapter *a)
{
	struct host *h = a->host;
	int err = 0;

	pthread_mutex_lock(&h->lock);
	if (a->phase != PHASE_UP || a->losing)
		err = -ENETDOWN;
	else if (a->connect == CONNECT_ENDING || a->connect == CONNECT_RESETTING)
		err = -EBUSY;
	else
		err = a->mp->ops->reset(a->mp);
	if (!err) {
		record_point(h, a, FN_OID_RESET, NULL, 0, 0);
		timer_disarm(h->loop, &a->security_timer);
		a->reset_first = true;
		a->disconnected = false;
		err = reset_module(a) ? 0 : -ENOMEM;
	}
	pthread_mutex_unlock(&h->lock);
	return err;
}

static void request_disconnect(struct host_adapter *a)
{
	int err = a->mp->ops->disconnect(a->mp);

	enter(a, CONNECT_ENDING);
	a->disconnected = false;
	timer_disarm(a->host->loop, &a->watchdog);
	timer_disarm(a->host->loop, &a->security_timer);
	record_point(a->host, a, FN_OID_DISCONNECT, NULL, 0, (uint32_t)-err);
	if (err)
		connection_proceed(a,
			true); /* a miniport that cannot disconnect is gone: IND_REMOVED follows */
}

static void begin_end(struct host_adapter *a)
{
	switch (a->connect) {
	case CONNECT_IDLE:
	case CONNECT_ENDING:
	case CONNECT_RESETTING:
		break;
	case CONNECT_SCANNING:
	case CONNECT_JUDGING:
		finish(a); /* the module has not begun anything */
		break;
	case CONNECT_PRE:
		/* The miniport has no part in it yet: only the module is reset. */
		enter(a, CONNECT_ENDING);
		timer_disarm(a->host->loop, &a->watchdog);
		a->disconnected = false;
		connection_proceed(a, true);
		break;
	case CONNECT_ASSOCIATING:
	case CONNECT_SECURING:
	case CONNECT_UP:
		request_disconnect(a);
		break;
	}
}

void connection_fail(struct host_adapter *a, uint32_t reason, uint32_t error)
{
	/* What ended it first is what is told. */
	if (a->connect == CONNECT_IDLE || a->connect == CONNECT_ENDING ||
		a->connect == CONNECT_RESETTING)
		return;
	a->report_failure = true;
	a->fail_reason = reason;
	a->fail_error = error;
	begin_end(a);
}

/* The module is dead, or not yet back: what is wanted again is not from now on. */
static int disconnect_lost(struct host_adapter *a)
{
	if (a->losing && a->connect != CONNECT_IDLE) {
		enter(a, CONNECT_ENDING);
		return 0;
	}
	if (!a->wanted)
		return a->phase == PHASE_UP ? -EALREADY : -ENETDOWN;
	a->wanted = NULL;
	finish(a);
	return 0;
}

int host_disconnect(struct host_adapter *a)
{
	int err = 0;

	pthread_mutex_lock(&a->host->lock);
	if (a->losing || a->wanted)
		err = disconnect_lost(a);
	else if (a->phase != PHASE_UP)
		err = -ENETDOWN;
	else if (a->connect == CONNECT_IDLE)
		err = -EALREADY;
	else
		begin_end(a);
	pthread_mutex_unlock(&a->host->lock);
	return err;
}

static void overdue(struct timer *t, void *user)
{
	struct host_adapter *a = user;

	(void)t;
	switch (a->connect) {
	case CONNECT_PRE:
		/* A module that waits for the user is not to blame. */
		if (ui_pending(a)) {
			connection_fail(a, WLAN_REASON_CODE_UI_REQUEST_TIMEOUT, ERROR_TIMEOUT);
			break;
		}
		record_point(a->host, a, FN_PRE_ASSOCIATE_TIMEOUT, NULL, 0, 0);
		connection_fail(a, WLAN_REASON_CODE_IHV_NOT_RESPONDING, ERROR_TIMEOUT);
		break;
	case CONNECT_ASSOCIATING:
	case CONNECT_SCANNING:
	case CONNECT_SECURING: /* the association was lost before it was authorised, and no other
				  one came */
		connection_fail(a, WLAN_REASON_CODE_ASSOCIATION_TIMEOUT, ERROR_TIMEOUT);
		break;
	case CONNECT_IDLE:
	case CONNECT_JUDGING:
	case CONNECT_UP:
	case CONNECT_ENDING:
	case CONNECT_RESETTING:
		break;
	}
}

static void watch(struct host_adapter *a, uint32_t seconds)
{
	timer_arm(a->host->loop, &a->watchdog, seconds * NS_PER_S, overdue, a);
}

void connection_port(struct host_adapter *a, bool there)
{
	if (a->connect != CONNECT_SECURING)
		return;
	if (there)
		timer_disarm(a->host->loop, &a->watchdog);
	else
		watch(a, a->host->config.association_s);
}

/* The networks of a profile, as a miniport wants their names. */
static size_t names_of(const struct profile *p, struct ssid *names)
{
	for (size_t i = 0; i < p->nssids; i++) {
		names[i].length = p->ssids[i].len;
		memcpy(names[i].bytes, p->ssids[i].data, p->ssids[i].len);
	}
	return p->nssids;
}

static int begin(struct host_adapter *a, const struct profile *profile)
{
	struct ssid names[PROFILE_MAX_SSIDS];
	const size_t count = names_of(profile, names);
	struct host *h = a->host;
	int err = a->mp->ops->scan(a->mp, names, profile->nonbroadcast ? count : 0);

	if (!err) {
		/* What SetCurrentProfile replaced in this profile stays replaced. */
		if (a->own_name && strcmp(a->own_name, profile->name) != 0)
			connection_forget_fragments(a);
		a->profile = profile;
		a->attempt++;
		a->report_failure = false;
		enter(a, CONNECT_SCANNING);
		watch(a, h->config.association_s);
	}
	record_point(h, a, FN_OID_SCAN, NULL, 0, (uint32_t)-err);
	return err;
}

void connection_again(struct host_adapter *a)
{
	const struct profile *profile = a->wanted;
	int err;

	if (!profile || a->connect != CONNECT_IDLE || a->phase != PHASE_UP)
		return;
	a->wanted = NULL;
	err = begin(a, profile);
	if (!err)
		return;
	a->wanted = profile;
	connection_unwanted(a, WLAN_REASON_CODE_DRIVER_OPERATION_FAILURE, extapi_error(err));
}

int host_connect(struct host_adapter *a, const struct profile *profile)
{
	struct host *h = a->host;
	int err;

	pthread_mutex_lock(&h->lock);
	if (a->phase != PHASE_UP) {
		err = -ENETDOWN;
	} else if (a->connect != CONNECT_IDLE) {
		err = -EBUSY;
	} else if (profile->bss_type != PROFILE_BSS_INFRASTRUCTURE) {
		err = -EINVAL;
	} else {
		a->wanted = NULL;
		err = begin(a, profile);
	}
	pthread_mutex_unlock(&h->lock);
	return err;
}

/* A BSS of one of the profile's networks. */
static bool wanted(const struct profile *p, const struct bss *b)
{
	size_t i;

	for (i = 0; i < p->nssids; i++) {
		const uint8_t *e = b->elements;

		if (b->name && b->name->length == p->ssids[i].len &&
			memcmp(b->name->bytes, p->ssids[i].data, p->ssids[i].len) == 0)
			return true;
		if (b->name)
			continue;
		/* The SSID is the first element of a beacon (802.11-2020, Table 9-32). */
		if (b->elements_length >= 2u + p->ssids[i].len && e[0] == 0 &&
			e[1] == p->ssids[i].len &&
			memcmp(e + 2, p->ssids[i].data, p->ssids[i].len) == 0)
			return true;
	}
	return false;
}

static void pre_associate_begin(struct host *h, struct call *c)
{
	struct host_adapter *a = c->adapter;

	if (handle_alloc(&h->connects, a, &a->connect_handle) == 0)
		c->hc.profile.session = handle_to_win(a->connect_handle);
}

static void pre_associate_done(struct host *h, struct call *c)
{
	struct host_adapter *a = c->adapter;

	(void)h;
	if (c->hc.result == ERROR_SUCCESS)
		return;
	kill_connect(a); /* no completion follows */
	if (a->connect == CONNECT_PRE)
		connection_fail(a,
			c->reason == REASON_UNWRITTEN ? WLAN_REASON_CODE_PRE_SECURITY_FAILURE
						      : c->reason,
			c->hc.result);
}

static void opinion_done(struct host *h, struct call *c)
{
	struct host_adapter *a = c->adapter;

	(void)h;
	if (a->connect != CONNECT_JUDGING || c->tag != a->attempt || c->hc.result == ERROR_SUCCESS)
		return;
	connection_fail(a,
		c->reason == REASON_UNWRITTEN ? WLAN_REASON_CODE_PRE_SECURITY_FAILURE : c->reason,
		c->hc.result);
}

static void discovery_done(struct host *h, struct call *c)
{
	const DOT11EXT_IHV_DISCOVERY_PROFILE_LIST *list = c->hc.create_discovery_profiles.list;
	const DOT11EXT_IHV_DISCOVERY_PROFILE *p;
	uint32_t i;

	/* What is not from AllocateBuffer was reported and is neither read nor freed. */
	if (!list->pIhvDiscoveryProfiles || !buffer_find(h, list->pIhvDiscoveryProfiles))
		return;
	for (i = 0; i < list->dwCount; i++) {
		p = buffer_view(h, &c->hc.views, list->pIhvDiscoveryProfiles,
			(i + 1) * (uint64_t)sizeof(*p));
		if (!p)
			break;
		buffer_take(h, p[i].IhvConnectivityProfile.pszXmlFragmentIhvConnectivity);
		buffer_take(h, p[i].IhvSecurityProfile.pszXmlFragmentIhvSecurity);
	}
	buffer_take(h, list->pIhvDiscoveryProfiles);
}

static void ui_query_done(struct host *h, struct call *c)
{
	const void *token = c->hc.query_ui_request.request;
	const DOT11EXT_IHV_UI_REQUEST *request;

	if (!token || !buffer_find(h, token))
		return;
	request = buffer_view(h, &c->hc.views, token, sizeof(*request));
	if (request)
		buffer_take(h, request->pvUIRequest);
	buffer_take(h, token);
}

static void start_pre_association(struct host *h, struct call *c)
{
	struct host_adapter *a = c->adapter;
	size_t count = 0;
	const struct bss *list;

	if (c->hc.fn == FN_QUERY_UI_REQUEST)
		ui_query_done(h, c);
	if (a->phase != PHASE_UP || a->connect != CONNECT_JUDGING || c->tag != a->attempt)
		return;
	list = a->mp->ops->bss_list(a->mp, &count);
	c = call_profile(a, FN_PERFORM_PRE_ASSOCIATE, list, count, wanted);
	if (!c) {
		connection_fail(a, WLAN_REASON_CODE_PRE_SECURITY_FAILURE, ERROR_NOT_ENOUGH_MEMORY);
		return;
	}
	c->begin = pre_associate_begin;
	c->done = pre_associate_done;
	enter(a, CONNECT_PRE);
	watch(a, h->config.pre_associate_s);
	call_queue(h, c);
}

static void queue_done(struct host *h, struct call *c, call_fn done)
{
	if (!c)
		return;
	c->done = done;
	c->tag = c->adapter->attempt;
	call_queue(h, c);
}

void connection_scanned(struct host_adapter *a)
{
	struct host *h = a->host;
	size_t count = 0, i, matching = 0;
	const struct bss *list = a->mp->ops->bss_list(a->mp, &count);
	struct call *query;

	if (a->phase != PHASE_UP || a->connect != CONNECT_SCANNING)
		return;
	for (i = 0; i < count; i++)
		matching += wanted(a->profile, &list[i]);
	if (!matching) {
		connection_fail(a, WLAN_REASON_CODE_NETWORK_NOT_AVAILABLE, ERROR_NOT_FOUND);
		return;
	}
	timer_disarm(h->loop, &a->watchdog);
	enter(a, CONNECT_JUDGING);
	queue_done(h, call_profile(a, FN_VALIDATE_PROFILE, NULL, 0, wanted), opinion_done);
	queue_done(
		h, call_profile(a, FN_PERFORM_CAPABILITY_MATCH, list, count, wanted), opinion_done);
	queue_done(h, call_discovery(a, list, count), discovery_done);
	query = call_new(h, a, FN_QUERY_UI_REQUEST, 0);
	if (!query) {
		connection_fail(a, WLAN_REASON_CODE_PRE_SECURITY_FAILURE, ERROR_NOT_ENOUGH_MEMORY);
		return;
	}
	query->hc.query_ui_request.phase = connection_phase_initial_connection;
	queue_done(h, query, start_pre_association);
}

void connection_pre_completed(struct host_adapter *a, DWORD reason, DWORD error)
{
	struct ssid ssids[PROFILE_MAX_SSIDS];
	struct connect_request req = {.ssids = ssids, .bss_type = PROFILE_BSS_INFRASTRUCTURE};
	int err;

	kill_connect(a);
	if (a->connect != CONNECT_PRE)
		return; /* cancelled by AdapterReset */
	timer_disarm(a->host->loop, &a->watchdog);
	if (error != ERROR_SUCCESS) {
		/* As the operation is over, there is nothing for a reset to cancel. */
		a->report_failure = true;
		a->fail_reason = reason;
		a->fail_error = error;
		finish(a);
		return;
	}
	req.nssids = names_of(a->profile, ssids);
	enter(a, CONNECT_ASSOCIATING);
	watch(a, a->host->config.association_s);
	err = a->mp->ops->connect(a->mp, &req);
	record_point(a->host, a, FN_OID_CONNECT, NULL, 0, (uint32_t)-err);
	if (err)
		connection_fail(a, WLAN_REASON_CODE_DRIVER_OPERATION_FAILURE, extapi_error(err));
}

void connection_completed(struct host_adapter *a, uint32_t status)
{
	if (a->connect != CONNECT_ASSOCIATING && a->connect != CONNECT_SECURING)
		return;
	if (status != 0) {
		connection_fail(a, WLAN_REASON_CODE_ASSOCIATION_FAILURE, ERROR_CONNECTION_REFUSED);
		return;
	}
	enter(a, CONNECT_SECURING);
	connection_port(a, a->port.state != DATAPORT_NONE); /* it may be over already */
}

void connection_authorised(struct host_adapter *a)
{
	struct host_notice n = {.type = NOTICE_CONNECTED, .peer = a->port.peer};

	if (a->connect != CONNECT_ASSOCIATING && a->connect != CONNECT_SECURING)
		return;
	timer_disarm(a->host->loop, &a->watchdog);
	enter(a, CONNECT_UP);
	adapter_notice(a, &n);
}
