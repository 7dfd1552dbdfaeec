// SPDX-License-Identifier: BSD-2-Clause
/* The life of the module: load, version, tables; and its end in reverse. */
#include "host/host_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static uint32_t or_default(uint32_t value, uint32_t fallback)
{
	return value ? value : fallback;
}

int host_new(const struct host_config *config, struct module *m, struct host **out)
{
	static uint64_t
		serials; /* counts the hosts of this process; made by one thread at a time */
	struct host *h = calloc(1, sizeof(*h));
	int err;

	if (!h) {
		m->ops->close(m);
		return -ENOMEM;
	}
	h->config = *config;
	h->config.pre_associate_s = or_default(config->pre_associate_s, 120);
	h->config.post_associate_s = or_default(config->post_associate_s, 30);
	h->config.association_s = or_default(config->association_s, 10);
	h->loop = config->loop;
	h->module = m;
	h->serial = ++serials;
	STAILQ_INIT(&h->ready);
	STAILQ_INIT(&h->service.calls);
	STAILQ_INIT(&h->spare_calls);
	TAILQ_INIT(&h->adapter_list);
	TAILQ_INIT(&h->spare_sends);
	TAILQ_INIT(&h->ui);
	TAILQ_INIT(&h->user_data);
	handle_table_init(&h->adapters, HANDLE_ADAPTER);
	handle_table_init(&h->connects, HANDLE_CONNECT);
	handle_table_init(&h->sessions, HANDLE_SESSION);
	handle_table_init(&h->sends, HANDLE_SEND);
	err = checker_new(config->strict, &h->checker);
	if (!err)
		err = engine_start(h);
	if (err) {
		checker_free(h->checker);
		m->ops->close(m);
		free(h);
		return err;
	}
	m->user = h;
	m->function = extapi;
	*out = h;
	return 0;
}

static void version_done(struct host *h, struct call *c)
{
	const DOT11_IHV_VERSION_INFO *v = c->hc.get_version_info.version;

	h->start_error = c->hc.result;
	h->min = v->dwVerMin;
	h->max = v->dwVerMax;
	h->step_done = true;
}

static void step_done(struct host *h, struct call *c)
{
	h->start_error = c->hc.result;
	h->handlers = c->hc.init_service.handlers;
	h->step_done = true;
}

static bool step_is_done(void *user)
{
	const struct host *h = user;

	return h->step_done;
}

/* Makes one call of the service and waits for it. 0, -ETIME if it never returned. */
static int step(struct host *h, struct call *c)
{
	if (!c)
		return -ENOMEM;
	h->step_done = false;
	pthread_mutex_lock(&h->lock);
	call_queue(h, c);
	pthread_mutex_unlock(&h->lock);
	return host_run(h, step_is_done, h, 60 * NS_PER_S) == HOST_REACHED ? 0 : -ETIME;
}

static int get_version(struct host *h)
{
	struct call *c = call_new(h, NULL, FN_GET_VERSION_INFO, sizeof(DOT11_IHV_VERSION_INFO));

	if (!c)
		return -ENOMEM;
	c->hc.get_version_info.version = (DOT11_IHV_VERSION_INFO *)c->memory;
	*c->hc.get_version_info.version =
		(DOT11_IHV_VERSION_INFO){REASON_UNWRITTEN, REASON_UNWRITTEN};
	c->done = version_done;
	return step(h, c);
}

static int init(struct host *h, enum crossing_fn fn)
{
	struct call *c = call_new(h, NULL, fn, 0);

	if (!c)
		return -ENOMEM;
	if (fn == FN_INIT_SERVICE) {
		c->hc.init_service.version = h->version;
		c->hc.init_service.functions = h->module->functions;
	} else {
		c->hc.init_virtual_station.functions = h->module->vs_functions;
	}
	c->done = step_done;
	return step(h, c);
}

static int fail(char *err, size_t room, int code, const char *what, uint32_t value)
{
	snprintf(err, room, what, value);
	return code;
}

static void record_loaded(struct host *h)
{
	struct crossing x = crossing_of(NULL, FN_MODULE_LOADED);

	x.module_loaded.get_version_info = (h->module->exports & MODULE_HAS_VERSION_INFO) != 0;
	x.module_loaded.init_service = (h->module->exports & MODULE_HAS_INIT_SERVICE) != 0;
	x.module_loaded.init_virtual_station =
		(h->module->exports & MODULE_HAS_VIRTUAL_STATION) != 0;
	pthread_mutex_lock(&h->lock);
	record(h, &x, PHASE_POINT);
	pthread_mutex_unlock(&h->lock);
}

static int start_service(struct host *h, char *err, size_t room)
{
	if (init(h, FN_INIT_SERVICE))
		return fail(err, room, -EPROTO, "Dot11ExtIhvInitService never returned", 0);
	if (h->start_error)
		return fail(err, room, -EPROTO, "Dot11ExtIhvInitService failed with error %u",
			h->start_error);
	h->started = true;
	if (h->handlers != 19)
		return fail(err, room, -EPROTO,
			"only %u of the 19 handlers are set (the others are NULL)", h->handlers);
	if (!(h->module->exports & MODULE_HAS_VIRTUAL_STATION))
		return 0;
	if (init(h, FN_INIT_VIRTUAL_STATION))
		return fail(err, room, -EPROTO, "Dot11ExtIhvInitVirtualStation never returned", 0);
	return 0;
}

int host_start(struct host *h, char *err, size_t room)
{
	record_loaded(h);
	if (get_version(h))
		return fail(err, room, -EPROTO, "Dot11ExtIhvGetVersionInfo never returned", 0);
	if (h->start_error)
		return fail(err, room, -EPROTO, "Dot11ExtIhvGetVersionInfo failed with error %u",
			h->start_error);
	if (h->min > h->config.version || h->max < h->config.version) {
		snprintf(err, room, "it speaks interface versions %u to %u, this host %u", h->min,
			h->max, h->config.version);
		return -ENOTSUP;
	}
	h->version = h->config.version;
	return start_service(h, err, room);
}

static bool adapters_gone(void *user)
{
	const struct host *h = user;

	return TAILQ_EMPTY(&h->adapter_list) && queue_idle(&h->service);
}

int host_stop(struct host *h)
{
	struct host_adapter *a, *next;
	struct call *c;

	pthread_mutex_lock(&h->lock);
	for (a = TAILQ_FIRST(&h->adapter_list); a; a = next) {
		next = TAILQ_NEXT(a, next);
		adapter_leave(a, true);
	}
	pthread_mutex_unlock(&h->lock);
	if (host_run(h, adapters_gone, h, 120 * NS_PER_S) != HOST_REACHED)
		return -EBUSY;
	/* A table with holes is not called through, not even to end it. */
	if (h->started && h->handlers == 19) {
		c = call_new(h, NULL, FN_DEINIT_SERVICE, 0);
		if (!c)
			return -ENOMEM;
		c->done = step_done;
		if (step(h, c))
			return -EBUSY;
	}
	pthread_mutex_lock(&h->lock);
	record_point(h, NULL, FN_MODULE_UNLOADED, NULL, 0, 0);
	pthread_mutex_unlock(&h->lock);
	return 0;
}

static void free_user_data(struct host *h)
{
	struct user_data *d;

	while ((d = TAILQ_FIRST(&h->user_data))) {
		TAILQ_REMOVE(&h->user_data, d, next);
		user_data_free(d);
	}
}

void host_free(struct host *h)
{
	struct call *c;
	struct send *s;

	if (!h)
		return;
	engine_stop(h);
	h->module->ops->close(h->module);
	while ((c = STAILQ_FIRST(&h->spare_calls))) {
		STAILQ_REMOVE_HEAD(&h->spare_calls, next);
		free(c);
	}
	while ((s = TAILQ_FIRST(&h->spare_sends))) {
		TAILQ_REMOVE(&h->spare_sends, s, next);
		free(s);
	}
	free_user_data(h);
	ui_free(h, NULL);
	buffers_forget(h);
	handle_table_destroy(&h->adapters);
	handle_table_destroy(&h->connects);
	handle_table_destroy(&h->sessions);
	handle_table_destroy(&h->sends);
	free(h->module_threads);
	checker_free(h->checker);
	free(h);
}

const struct checker *host_checker(const struct host *h)
{
	return h->checker;
}

static void session_change_done(struct host *h, struct call *c)
{
	if (c->hc.process_session_change.event == WTS_SESSION_LOGOFF) {
		ui_cancel(h, NULL);
		ui_poll_cancelled(h);
	}
}

int host_session_change(struct host *h, uint32_t event, uint32_t session)
{
	struct call *c;
	int err = -ENOMEM;

	pthread_mutex_lock(&h->lock);
	c = call_new(h, NULL, FN_PROCESS_SESSION_CHANGE, sizeof(WTSSESSION_NOTIFICATION));
	if (c) {
		c->hc.process_session_change.event = event;
		c->hc.process_session_change.session = (WTSSESSION_NOTIFICATION *)c->memory;
		*c->hc.process_session_change.session = (WTSSESSION_NOTIFICATION){
			.cbSize = sizeof(WTSSESSION_NOTIFICATION), .dwSessionId = session};
		c->done = session_change_done;
		call_queue(h, c);
		err = 0;
	}
	pthread_mutex_unlock(&h->lock);
	return err;
}

void host_counts(struct host *h, struct host_counts *out)
{
	pthread_mutex_lock(&h->lock);
	*out = (struct host_counts){
		.adapters = handle_count(&h->adapters),
		.sessions = handle_count(&h->sessions) + handle_count(&h->connects),
		.buffers = HASH_COUNT(h->buffers),
		.sends = handle_count(&h->sends),
		.ui_requests = ui_count(h),
		.threads = h->threads,
	};
	pthread_mutex_unlock(&h->lock);
}
