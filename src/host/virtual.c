// SPDX-License-Identifier: BSD-2-Clause
/*
 * Virtual stations: a second adapter of a machine, which the vendor's module asks for. The owner of
 * the host makes it, for the host knows no radio; it goes with its primary, and with the module.
 */
#include "host/host_internal.h"

#include <errno.h>
#include <string.h>

#include "base/wipe.h"

#define GIVEN_UP (120 * NS_PER_S) /* as the system does with a request that leads to nothing */

bool virtual_lives(const struct host_adapter *primary)
{
	const struct host_adapter *station = primary->host->virtual.station;

	return station && station->primary == primary;
}

/* On the loop: no function of the module's is open on this thread. */
static void look(struct timer *t, void *user)
{
	struct host *h = user;
	struct virtual_station *v = &h->virtual;
	struct host_adapter *primary = v->asked_by;

	(void)t;
	/* InitAdapter looks again when it has returned. */
	if (!primary || v->wanted == v->told || (v->wanted && primary->phase == PHASE_ARRIVING))
		return;
	v->told = v->wanted;
	if (!v->wanted) {
		v->asked_by = NULL;
		timer_disarm(h->loop, &v->expiry);
	}
	h->config.virtual_station(h->config.user, primary, v->wanted);
	if (!v->asked_by && v->station && v->released)
		adapter_leave(v->station, true);
}

static void look_soon(struct host *h)
{
	timer_arm(h->loop, &h->virtual.soon, 0, look, h);
	if (h->asleep)
		loop_kick(h->loop);
}

static void withdraw(struct host *h)
{
	struct virtual_station *v = &h->virtual;

	v->wanted = false;
	timer_disarm(h->loop, &v->expiry);
	if (v->told)
		look_soon(h);
	else
		v->asked_by = NULL;
}

static void expired(struct timer *t, void *user)
{
	(void)t;
	withdraw(user);
}

static DWORD request(struct host_adapter *a)
{
	struct host *h = a->host;
	struct virtual_station *v = &h->virtual;

	if (v->wanted || (v->station && !v->station->removing))
		return ERROR_ALREADY_EXISTS;
	/* The last one has not gone yet, or its owner has not been told. */
	if (v->station || v->asked_by || (a->phase != PHASE_ARRIVING && a->phase != PHASE_UP))
		return ERROR_INVALID_STATE;
	if (timer_arm(h->loop, &v->expiry, GIVEN_UP, expired, h))
		return ERROR_NOT_ENOUGH_MEMORY;
	if (timer_arm(h->loop, &v->soon, 0, look, h)) {
		timer_disarm(h->loop, &v->expiry);
		return ERROR_NOT_ENOUGH_MEMORY;
	}
	v->asked_by = a;
	v->wanted = true;
	v->released = false;
	if (h->asleep)
		loop_kick(h->loop);
	return ERROR_SUCCESS;
}

/* One that another module asked for, or that is going already, stays as it is. */
static DWORD release(struct host_adapter *a)
{
	struct virtual_station *v = &a->host->virtual;

	if (v->asked_by != a && !virtual_lives(a))
		return ERROR_INVALID_STATE;
	if (v->asked_by == a && v->wanted) {
		v->released = true;
		withdraw(a->host);
	}
	return ERROR_SUCCESS;
}

static DWORD query(
	const struct host_adapter *a, const struct function_call *call, struct crossing *x)
{
	if (!call->virtual_station.is_virtual || (a->primary && !call->virtual_station.primary))
		return ERROR_INVALID_PARAMETER;
	*call->virtual_station.is_virtual = a->primary != NULL;
	if (a->primary)
		*call->virtual_station.primary = a->primary->guid;
	x->query_virtual_station_properties.is_virtual = a->primary != NULL;
	return ERROR_SUCCESS;
}

static bool is_hex(const UCHAR *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!((p[i] >= '0' && p[i] <= '9') ||
			    ((p[i] | 0x20) >= 'a' && (p[i] | 0x20) <= 'f')))
			return false;
	return true;
}

bool virtual_phrase_ends(const DOT11EXT_VIRTUAL_STATION_AP_PROPERTY *p)
{
	return p->dwKeyLength > 0 && p->dwKeyLength <= sizeof(p->ucKeyData) &&
	       memchr(p->ucKeyData, 0, p->dwKeyLength) == p->ucKeyData + p->dwKeyLength - 1;
}

static bool sound(const DOT11EXT_VIRTUAL_STATION_AP_PROPERTY *p)
{
	if (p->dot11SSID.uSSIDLength == 0 || p->dot11SSID.uSSIDLength > DOT11_SSID_MAX_LENGTH)
		return false;
	if (p->bIsPassPhrase)
		return virtual_phrase_ends(p);
	return p->dwKeyLength == 32 || (p->dwKeyLength == 64 && is_hex(p->ucKeyData, 64));
}

/* Of either adapter: no page says whose session it is that the AP is told in. */
static DWORD set_ap(struct host_adapter *a, const struct function_call *call)
{
	const DOT11EXT_VIRTUAL_STATION_AP_PROPERTY *p = call->virtual_station.property;

	if (!a->connect_handle ||
		handle_from_win(call->virtual_station.session) != a->connect_handle)
		return ERROR_INVALID_HANDLE;
	if (call->virtual_station.length != 1 || !p || !sound(p))
		return ERROR_INVALID_PARAMETER;
	a->ap = *p;
	a->has_ap = true;
	return ERROR_SUCCESS;
}

void virtual_forget_ap(struct host_adapter *a)
{
	wipe(&a->ap, sizeof(a->ap));
	a->has_ap = false;
}

DWORD virtual_function(struct host_adapter *a, const struct function_call *call, struct crossing *x)
{
	if (call->fn == FN_QUERY_VIRTUAL_STATION_PROPERTIES)
		return query(a, call, x);
	if (!a->host->config.virtual_station)
		return ERROR_NOT_SUPPORTED;
	if (call->fn == FN_SET_VIRTUAL_STATION_AP_PROPERTIES)
		return set_ap(a, call);
	if (a->primary)
		return ERROR_INVALID_PARAMETER; /* a virtual station has none */
	return call->fn == FN_REQUEST_VIRTUAL_STATION ? request(a) : release(a);
}

/* ---- Its life. ---- */

int virtual_arrives(struct host_adapter *station, struct host_adapter *primary)
{
	struct virtual_station *v = &primary->host->virtual;

	if (primary->primary)
		return -EINVAL;
	if (v->station)
		return -EEXIST;
	if (primary->phase != PHASE_UP || primary->losing)
		return -ENETDOWN;
	station->primary = primary;
	v->station = station;
	return 0;
}

void virtual_undone(struct host_adapter *a)
{
	if (a->host->virtual.station == a)
		a->host->virtual.station = NULL;
}

void virtual_up(struct host_adapter *a)
{
	struct virtual_station *v = &a->host->virtual;

	if (v->station == a)
		timer_disarm(a->host->loop, &v->expiry);
	if (v->asked_by == a)
		look_soon(a->host);
}

void virtual_primary_leaves(struct host_adapter *a)
{
	struct virtual_station *v = &a->host->virtual;

	if (v->asked_by == a && v->wanted)
		withdraw(a->host);
	if (virtual_lives(a))
		adapter_leave(v->station, true);
}

static void forget(struct host *h)
{
	struct virtual_station *v = &h->virtual;

	v->asked_by = NULL;
	v->wanted = v->told = false;
	timer_disarm(h->loop, &v->expiry);
}

void virtual_gone(struct host_adapter *a)
{
	struct host *h = a->host;
	struct virtual_station *v = &h->virtual;

	if (v->asked_by == a)
		forget(h);
	if (v->station != a)
		return;
	v->station = NULL;
	/* It went by itself: what was asked for is over with it. */
	if (v->asked_by == a->primary)
		forget(h);
}

struct host_adapter *virtual_lost(struct host *h)
{
	struct virtual_station *v = &h->virtual;

	if (v->asked_by && v->wanted)
		withdraw(h);
	return v->station;
}

void virtual_end(struct host *h)
{
	timer_disarm(h->loop, &h->virtual.soon);
	timer_disarm(h->loop, &h->virtual.expiry);
}

bool host_virtual_ap(const struct host_adapter *a, DOT11EXT_VIRTUAL_STATION_AP_PROPERTY *out)
{
	struct host *h = a->host;
	bool has;

	pthread_mutex_lock(&h->lock);
	has = a->has_ap;
	if (has)
		*out = a->ap;
	pthread_mutex_unlock(&h->lock);
	return has;
}
