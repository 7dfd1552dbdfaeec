// SPDX-License-Identifier: BSD-2-Clause
/*
 * The start of a module, the first one and those after a death: a chain of calls of the service,
 * each of which begins the next when it returns. The tables and versions are judged every time.
 */
#include "host/host_internal.h"

#include <errno.h>

#define HANDLERS 19

static void take_step(struct host *h, struct call *c)
{
	if (h->life.stopping) {
		if (c)
			call_free(h, c);
		h->life.state = LIFE_OVER;
		return;
	}
	if (!c) {
		service_failed(h, -ENOMEM, ERROR_NOT_ENOUGH_MEMORY, "out of memory");
		return;
	}
	h->life.step = c->hc.fn;
	h->life.steps++;
	call_queue(h, c);
}

/* A call that returns after host_start() has given up, or when the host is about to stop. */
static bool going_on(const struct host *h)
{
	return h->life.state == LIFE_STARTING;
}

static void started(struct host *h)
{
	if (h->life.stopping) {
		h->life.state = LIFE_OVER;
		return;
	}
	h->life.state = LIFE_RUNNING;
	h->life.lived = true;
	h->life.began = loop_now(h->loop);
	service_event(h, MODULE_STARTED);
	adapters_return(h);
}

static void virtual_station_done(struct host *h, struct call *c)
{
	(void)c; /* without one, the module does without them */
	if (going_on(h))
		started(h);
}

static void init_virtual_station(struct host *h)
{
	struct call *c = call_new(h, NULL, FN_INIT_VIRTUAL_STATION, 0);

	if (c) {
		c->hc.init_virtual_station.functions = h->module->vs_functions;
		c->done = virtual_station_done;
	}
	take_step(h, c);
}

static void service_done(struct host *h, struct call *c)
{
	if (c->hc.result == ERROR_SUCCESS) {
		h->started = true;
		h->handlers = c->hc.init_service.handlers;
	}
	if (!going_on(h))
		return;
	if (c->hc.result)
		service_failed(h, -EPROTO, c->hc.result,
			"Dot11ExtIhvInitService failed with error %u", c->hc.result);
	else if (h->handlers != HANDLERS)
		service_failed(h, -EPROTO, 0,
			"only %u of the 19 handlers are set (the others are NULL)", h->handlers);
	else if (h->module->exports & MODULE_HAS_VIRTUAL_STATION)
		init_virtual_station(h);
	else
		started(h);
}

static void init_service(struct host *h)
{
	struct call *c = call_new(h, NULL, FN_INIT_SERVICE, 0);

	if (c) {
		c->hc.init_service.version = h->version;
		c->hc.init_service.functions = h->module->functions;
		c->done = service_done;
	}
	take_step(h, c);
}

static void version_done(struct host *h, struct call *c)
{
	const DOT11_IHV_VERSION_INFO *v = c->hc.get_version_info.version;

	if (!going_on(h))
		return;
	if (c->hc.result) {
		service_failed(h, -EPROTO, c->hc.result,
			"Dot11ExtIhvGetVersionInfo failed with error %u", c->hc.result);
	} else if (v->dwVerMin > h->config.version || v->dwVerMax < h->config.version) {
		service_failed(h, -ENOTSUP, ERROR_REVISION_MISMATCH,
			"it speaks interface versions %u to %u, this host %u", v->dwVerMin,
			v->dwVerMax, h->config.version);
	} else {
		h->version = h->config.version;
		init_service(h);
	}
}

static void get_version(struct host *h)
{
	struct call *c = call_new(h, NULL, FN_GET_VERSION_INFO, sizeof(DOT11_IHV_VERSION_INFO));

	if (c) {
		c->hc.get_version_info.version = (DOT11_IHV_VERSION_INFO *)c->memory;
		*c->hc.get_version_info.version =
			(DOT11_IHV_VERSION_INFO){REASON_UNWRITTEN, REASON_UNWRITTEN};
		c->done = version_done;
	}
	take_step(h, c);
}

static void loaded(struct host *h)
{
	struct crossing x = crossing_of(NULL, FN_MODULE_LOADED);

	x.module_loaded.get_version_info = (h->module->exports & MODULE_HAS_VERSION_INFO) != 0;
	x.module_loaded.init_service = (h->module->exports & MODULE_HAS_INIT_SERVICE) != 0;
	x.module_loaded.init_virtual_station =
		(h->module->exports & MODULE_HAS_VIRTUAL_STATION) != 0;
	record(h, &x, PHASE_POINT);
	get_version(h);
}

static void load_done(struct host *h, struct call *c)
{
	if (!c->hc.result) {
		h->life.alive = true;
		h->life.killed = false;
	}
	if (!going_on(h))
		return;
	if (c->hc.result)
		service_failed(
			h, -EPROTO, c->hc.result, "it cannot be loaded: error %u", c->hc.result);
	else
		loaded(h);
}

void service_start(struct host *h)
{
	struct call *c;

	h->life.state = LIFE_STARTING;
	h->life.error = 0;
	if (h->life.alive) {
		loaded(h);
		return;
	}
	h->life.killed = false; /* that one has ended */
	c = call_new(h, NULL, FN_MODULE_LOADED, 0);
	if (c)
		c->done = load_done;
	take_step(h, c);
}
