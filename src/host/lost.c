// SPDX-License-Identifier: BSD-2-Clause
/* What a module's death means to the adapters, and how they come back. */
#include "host/host_internal.h"

#include <wlanreason.h>

/* As after InitAdapter: nothing of what the module set is left in the radio, and that is off. */
static void radio_off(struct host_adapter *a)
{
	int err;

	if (a->gone)
		return;
	err = a->mp->ops->reset(a->mp);
	record_point(a->host, a, FN_OID_RESET, NULL, 0, (uint32_t)-err);
	a->mp->ops->power(a->mp, false);
}

void adapter_wait(struct host_adapter *a)
{
	a->phase = PHASE_LOST;
}

/* Whoever asked the module for something waits for an answer. */
static void answer_controls(struct host_adapter *a)
{
	for (; a->controls; a->controls--)
		adapter_tell(a, NOTICE_CONTROL, ERROR_OPERATION_ABORTED);
}

/* The calls that it waited for are gone. Every callback in here may ask for anything; the adapter
 * outlives them all (.losing). */
static void lose(struct host_adapter *a)
{
	/* A virtual station is the module's wish, and that has died with it. */
	a->removing |= a->primary != NULL;
	if (a->primary)
		a->phase = PHASE_LEAVING;
	if (a->phase != PHASE_LEAVING)
		adapter_wait(a);
	answer_controls(a);
	session_lost(a);
	sends_forget(a);
	adapter_forget(a);
	lists_clear(a);
	radio_off(a);
	connection_lost(a);
	a->losing = false;
	if (a->phase == PHASE_LEAVING) {
		connection_drop(a);
		adapter_left(a);
	} else {
		adapter_tell(a, NOTICE_ADAPTER_LOST, 0);
	}
}

static struct host_adapter *next_losing(struct host *h)
{
	struct host_adapter *a;

	TAILQ_FOREACH(a, &h->adapter_list, next)
	if (a->losing)
		return a;
	return NULL;
}

/* One that is down, and waited for a call that is gone to be told so. */
static struct host_adapter *next_stuck(struct host *h)
{
	struct host_adapter *a;

	TAILQ_FOREACH(a, &h->adapter_list, next)
	if (a->phase == PHASE_DOWN && (a->removing || a->deinit_queued) && queue_idle(&a->queue))
		return a;
	return NULL;
}

void adapters_losing(struct host *h)
{
	struct host_adapter *a;

	TAILQ_FOREACH(a, &h->adapter_list, next)
	a->losing = a->phase != PHASE_DOWN && a->phase != PHASE_LOST;
}

void adapters_lost(struct host *h)
{
	struct host_adapter *a = virtual_lost(h);

	/* Before its primary, and also if it is disabled. */
	if (a && a->losing)
		lose(a);
	else if (a)
		adapter_leave(a, true);
	/* From the head each time: a callback may have removed any other. */
	while ((a = next_losing(h)))
		lose(a);
	while ((a = next_stuck(h)))
		adapter_proceed(a);
}

static void come_back(struct host_adapter *a)
{
	struct dataport_event up = {.type = DATAPORT_ADAPTER_UP};
	int err = a->mp->ops->power(a->mp, true);

	session_event(a, &up);
	if (!err)
		err = adapter_init(a);
	if (!err)
		return;
	a->phase = PHASE_DOWN;
	a->mp->ops->power(a->mp, false);
	a->losing = true;
	adapter_tell(a, NOTICE_ADAPTER_FAILED, extapi_error(err));
	connection_unwanted(a, WLAN_REASON_CODE_DRIVER_OPERATION_FAILURE, extapi_error(err));
	a->losing = false;
	adapter_proceed(a);
}

static struct host_adapter *next_lost(struct host *h)
{
	struct host_adapter *a;

	TAILQ_FOREACH(a, &h->adapter_list, next)
	if (a->phase == PHASE_LOST)
		return a;
	return NULL;
}

void adapters_return(struct host *h)
{
	struct host_adapter *a;

	while ((a = next_lost(h)))
		come_back(a);
}

static struct host_adapter *next_wanting(struct host *h)
{
	struct host_adapter *a;

	TAILQ_FOREACH(a, &h->adapter_list, next)
	if (a->phase == PHASE_LOST && a->wanted)
		return a;
	return NULL;
}

void adapters_give_up(struct host *h)
{
	struct host_adapter *a;

	while ((a = next_wanting(h)))
		connection_unwanted(
			a, WLAN_REASON_CODE_IHV_NOT_AVAILABLE, ERROR_DEVICE_NOT_CONNECTED);
}
