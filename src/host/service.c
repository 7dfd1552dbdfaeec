// SPDX-License-Identifier: BSD-2-Clause
/* The life of the module: load, version, tables; and its end in reverse. */
#include "host/host_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define STEP_LIMIT (60 * NS_PER_S) /* of a call of the service that somebody waits for */

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
	h->config.handler_deadline_ms = or_default(config->handler_deadline_ms, 5000);
	h->config.stop_deadline_ms = or_default(config->stop_deadline_ms, 2000);
	h->config.load_deadline_ms = or_default(config->load_deadline_ms, 60000);
	h->config.restart_ms = or_default(config->restart_ms, 1000);
	h->loop = config->loop;
	h->life.alive = true;
	h->life.overdue = h->life.step = FN_COUNT;
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
	m->orderly = loop_clock(h->loop) == LOOP_VIRTUAL;
	m->function = extapi;
	m->trespass = trespassed;
	*out = h;
	return 0;
}

/* The start has come one step further, or to its end. */
struct progress {
	const struct host *host;
	unsigned steps;
};

static bool moved(void *user)
{
	const struct progress *p = user;

	return p->host->life.state != LIFE_STARTING || p->host->life.steps != p->steps;
}

static int may_start(const struct host *h)
{
	if (h->life.state == LIFE_NONE)
		return 0;
	if (h->life.state != LIFE_OVER || h->life.alive || h->life.stopping)
		return -EALREADY;
	return h->abandoned || !atomic_load(&h->module->ended) ? -EBUSY : 0;
}

int host_start(struct host *h, char *err, size_t room)
{
	struct progress p = {.host = h};
	bool reached = true;
	int error;

	pthread_mutex_lock(&h->lock);
	error = may_start(h);
	if (error) {
		snprintf(err, room, "it was started before");
		pthread_mutex_unlock(&h->lock);
		return error;
	}
	h->life.lived = false;
	h->life.ndeaths = 0;
	h->life.backoff = 0;
	service_start(h);
	while (h->life.state == LIFE_STARTING && reached) {
		p.steps = h->life.steps;
		pthread_mutex_unlock(&h->lock);
		reached = host_run(h, moved, &p, STEP_LIMIT) == HOST_REACHED;
		pthread_mutex_lock(&h->lock);
	}
	if (h->life.state == LIFE_STARTING)
		service_failed(h, -EPROTO, ERROR_TIMEOUT, "%s never returned",
			crossing_name(h->life.step));
	error = h->life.error;
	if (error)
		snprintf(err, room, "%s", h->life.why);
	pthread_mutex_unlock(&h->lock);
	return error;
}

static void deinit_done(struct host *h, struct call *c)
{
	(void)c;
	h->step_done = true;
}

static bool deinit_over(void *user)
{
	const struct host *h = user;

	return h->step_done || !h->life.alive;
}

/* DeinitService, if there is somebody to call. A table with holes is not called through, not even
 * to end it. 0, -ENOMEM, or -EBUSY if it never returned. */
static int deinit(struct host *h)
{
	struct call *c = NULL;
	bool wanted;

	pthread_mutex_lock(&h->lock);
	wanted = h->life.alive && h->started && h->handlers == 19;
	if (wanted)
		c = call_new(h, NULL, FN_DEINIT_SERVICE, 0);
	if (c) {
		h->step_done = false;
		c->done = deinit_done;
		call_queue(h, c);
	}
	pthread_mutex_unlock(&h->lock);
	if (!wanted)
		return 0;
	if (!c)
		return -ENOMEM;
	return host_run(h, deinit_over, h, STEP_LIMIT) == HOST_REACHED ? 0 : -EBUSY;
}

static bool adapters_gone(void *user)
{
	const struct host *h = user;

	return TAILQ_EMPTY(&h->adapter_list) && queue_idle(&h->service) && !h->abandoned;
}

static struct host_adapter *next_staying(struct host *h)
{
	struct host_adapter *a;

	TAILQ_FOREACH(a, &h->adapter_list, next)
	if (!a->removing)
		return a;
	return NULL;
}

static void leave_all(struct host *h)
{
	struct host_adapter *a;

	/* From the head each time: one that leaves may take its virtual station along. */
	while ((a = next_staying(h)))
		adapter_leave(a, true);
}

/* Nothing can be called from now on; what a process of its own still does is its carrier's. */
static void unloaded(struct host *h, bool running)
{
	running &= h->life.alive;
	record_point(h, NULL, FN_MODULE_UNLOADED, NULL, 0, 0);
	h->life.state = LIFE_OVER;
	if (h->module->remote)
		h->life.alive = false;
	if (running)
		service_event(h, MODULE_STOPPED);
}

int host_stop(struct host *h)
{
	bool running;
	int err;

	pthread_mutex_lock(&h->lock);
	running = h->life.state == LIFE_RUNNING;
	h->life.stopping = true;
	timer_disarm(h->loop, &h->life.restart);
	if (h->life.state == LIFE_DEAD)
		h->life.state = LIFE_OVER;
	leave_all(h);
	pthread_mutex_unlock(&h->lock);
	if (host_run(h, adapters_gone, h, 120 * NS_PER_S) != HOST_REACHED)
		return -EBUSY;
	err = deinit(h);
	if (err)
		return err;
	pthread_mutex_lock(&h->lock);
	unloaded(h, running);
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
	timer_disarm(h->loop, &h->life.restart);
	virtual_end(h);
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
	struct call *c = NULL;
	int err = -ENOMEM;

	pthread_mutex_lock(&h->lock);
	if (h->life.state != LIFE_RUNNING)
		err = -ENETDOWN;
	else
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
