// SPDX-License-Identifier: BSD-2-Clause
/*
 * The death of a module that lives in a process of its own: what is told, what is forgotten, and
 * when it is started anew. It may come at any time, so nothing here makes a call.
 */
#include "host/host_internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define BACKOFF_MAX (60 * NS_PER_S)
#define AGAIN       (10 * NS_PER_MS) /* until a look at a process that should have ended */

/* The last crossings, the oldest first. */
static unsigned copy_last(const struct host *h, struct crossing out[LAST_CROSSINGS])
{
	unsigned n = h->nlast < LAST_CROSSINGS ? h->nlast : LAST_CROSSINGS, i;

	for (i = 0; i < n; i++)
		out[i] = h->last[(h->nlast - n + i) % LAST_CROSSINGS];
	return n;
}

static void tell(struct host *h, struct module_event *e)
{
	e->path = h->module->path;
	if (h->config.event)
		h->config.event(h->config.user, e);
}

void service_event(struct host *h, enum module_event_id id)
{
	struct crossing last[LAST_CROSSINGS];
	struct module_event e = {.id = id, .handler = FN_COUNT, .last = last};

	e.nlast = copy_last(h, last);
	tell(h, &e);
}

void service_timed_out(struct host *h, enum crossing_fn fn)
{
	struct crossing last[LAST_CROSSINGS];
	struct module_event e = {.id = MODULE_TIMED_OUT, .handler = fn, .last = last};

	if (h->life.killed)
		return;
	h->life.killed = true;
	h->life.overdue = fn;
	e.nlast = copy_last(h, last);
	tell(h, &e);
	h->module->ops->kill(h->module);
}

static void record_death(struct host *h, const struct module_death *death, enum crossing_fn fn)
{
	struct crossing x = crossing_of(NULL, FN_MODULE_DIED);

	x.module_died.how = death->end;
	x.module_died.code = death->code;
	x.module_died.function = fn < FN_COUNT ? (uint32_t)fn : CROSSING_NO_FUNCTION;
	x.module_died.deadline = h->life.overdue != FN_COUNT;
	record(h, &x, PHASE_POINT);
}

/* Deaths within the last ten minutes, with the one that is counted now. */
static unsigned count_death(struct lifetime *l, uint64_t now)
{
	unsigned n = 0, i;

	l->deaths[l->ndeaths++ % DEATHS_MAX] = now;
	for (i = 0; i < DEATHS_MAX && i < l->ndeaths; i++)
		n += now - l->deaths[i] < DEATHS_WINDOW;
	return n;
}

/* The process may need a moment to end, and threads to come back from it. */
static void restart(struct timer *t, void *user)
{
	struct host *h = user;

	if (h->abandoned || !atomic_load(&h->module->ended))
		timer_arm(h->loop, t, AGAIN, restart, h);
	else
		service_start(h);
}

/* Decides whether it is started anew. Returns the time until then, or 0. */
static uint64_t plan(struct host *h, unsigned deaths, uint64_t lived)
{
	struct lifetime *l = &h->life;

	l->state = LIFE_OVER;
	if (!l->lived || l->stopping || deaths >= DEATHS_MAX)
		return 0;
	if (!l->backoff || lived >= DEATHS_WINDOW)
		l->backoff = h->config.restart_ms * NS_PER_MS;
	else
		l->backoff = l->backoff < BACKOFF_MAX / 2 ? 2 * l->backoff : BACKOFF_MAX;
	if (timer_arm(h->loop, &l->restart, l->backoff, restart, h))
		return 0;
	l->state = LIFE_DEAD;
	return l->backoff;
}

/* What was the module's, in the host. Numbers of its threads begin anew with it. */
static void forget(struct host *h)
{
	calls_drop(h);
	ui_free(h, NULL);
	buffers_forget(h);
	h->handlers = 0;
	h->started = false;
	if (h->module_threads)
		memset(h->module_threads, 0, h->nmodule_threads * sizeof(*h->module_threads));
	adapters_lost(h);
}

static void bury(struct host *h, const struct module_death *death, enum crossing_fn fn)
{
	const uint64_t now = loop_now(h->loop);
	const bool running = h->life.state == LIFE_RUNNING;
	struct crossing last[LAST_CROSSINGS];
	struct module_event e = {
		.id = running ? MODULE_STOPPED_UNEXPECTEDLY : MODULE_FAILED_TO_START,
		.end = death->end,
		.code = death->code,
		.why = death->why,
		.handler = fn,
		.last = last};

	h->life.alive = false;
	h->life.state = LIFE_OVER;
	adapters_losing(h);
	record_death(h, death, fn);
	e.nlast = copy_last(h, last);
	e.deaths = count_death(&h->life, now);
	e.retry_ns = plan(h, e.deaths, running ? now - h->life.began : 0);
	h->life.overdue = FN_COUNT;
	forget(h);
	tell(h, &e);
	if (h->life.state == LIFE_OVER)
		adapters_give_up(h);
}

/* Died in its first start: host_start() says so. */
static void explain(struct host *h, const struct module_death *death, enum crossing_fn fn)
{
	if (h->life.state != LIFE_STARTING)
		return;
	h->life.error = -EPROTO;
	snprintf(h->life.why, sizeof(h->life.why), "%s%s: %s",
		fn < FN_COUNT ? "it died in " : "it died", fn < FN_COUNT ? crossing_name(fn) : "",
		death->why ? death->why : "the process has ended");
}

void service_lost(struct host *h)
{
	struct module_death death = {0};
	enum crossing_fn fn;

	engine_finish_returned(h); /* they came back before it died */
	if (!h->life.alive)
		return;
	fn = engine_abandon(h);
	if (h->life.overdue != FN_COUNT)
		fn = h->life.overdue;
	if (h->module->ops->death)
		h->module->ops->death(h->module, &death);
	explain(h, &death, fn);
	bury(h, &death, fn);
}

/* A new process of no use is ended, and counts as dead at once; one that never came, too. */
static void failed_again(struct host *h, uint32_t code)
{
	struct module_death death = {.end = MODULE_NEVER_CAME, .code = code, .why = h->life.why};
	const enum crossing_fn step = h->life.alive ? h->life.step : FN_COUNT;

	if (!h->life.alive && h->module->ops->death)
		h->module->ops->death(h->module, &death);
	if (h->life.alive) {
		death.end = MODULE_KILLED;
		h->life.killed = true;
		if (h->module->ops->kill)
			h->module->ops->kill(h->module);
	}
	bury(h, &death, step);
}

void service_failed(struct host *h, int error, uint32_t code, const char *fmt, ...)
{
	struct crossing last[LAST_CROSSINGS];
	struct module_event e = {.id = MODULE_FAILED_TO_START,
		.code = code,
		.handler = h->life.step,
		.why = h->life.why,
		.last = last};
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(h->life.why, sizeof(h->life.why), fmt, ap);
	va_end(ap);
	h->life.error = error;
	if (h->life.lived) {
		failed_again(h, code);
		return;
	}
	h->life.state = LIFE_OVER;
	e.nlast = copy_last(h, last);
	tell(h, &e);
}

void trespassed(void *user, const struct module_trespass_info *info)
{
	struct host *h = user;
	const struct call *open;
	struct crossing x;

	engine_enter(h);
	if (h->life.alive || h->life.state == LIFE_STARTING) {
		open = engine_open(h, info->fn);
		x = crossing_of(open ? open->adapter : NULL, FN_MODULE_TRESPASS);
		x.module_trespass.what = info->what;
		x.module_trespass.function =
			info->fn < FN_COUNT ? (uint32_t)info->fn : CROSSING_NO_FUNCTION;
		x.module_trespass.code = info->code;
		record(h, &x, PHASE_POINT);
	}
	engine_leave(h);
}
