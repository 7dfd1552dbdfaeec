// SPDX-License-Identifier: BSD-2-Clause
/*
 * The thread in host_run() looks at the leader from time to time: takes the lead from it when its
 * call blocks, and ends calls that are open for too long.
 */
#include "host/server.h"

#include <poll.h>
#include <sys/eventfd.h>

#include "base/clock.h"

#define LOOK_MS 2   /* between two glances at the leader */
#define REST_MS 250 /* the same, while it sleeps */

uint64_t watch_deadline(const struct host *h, const struct call *c)
{
	if (c->hc.fn == FN_STOP_POST_ASSOCIATE)
		return h->config.stop_deadline_ms * NS_PER_MS;
	if (c->hc.fn == FN_MODULE_LOADED)
		return h->config.load_deadline_ms * NS_PER_MS;
	return h->config.handler_deadline_ms * NS_PER_MS;
}

/* Its time is over: the module's process is ended, or people are told that it hangs. */
static void say_overdue(struct host *h, struct call *c)
{
	struct host_notice n = {.type = NOTICE_HANDLER_BLOCKED, .reason = c->hc.fn};
	struct crossing x = crossing_of(c->adapter, FN_HANDLER_OVERDUE);

	c->late = true;
	x.handler_overdue.function = c->hc.fn;
	record(h, &x, PHASE_POINT);
	if (h->module->ops->kill)
		service_timed_out(h, c->hc.fn);
	else if (c->adapter)
		adapter_notice(c->adapter, &n);
}

static void overdue(struct timer *t, void *user)
{
	const struct server *s = user;

	(void)t;
	if (s->call && !s->call->late && !s->call->abandoned)
		say_overdue(s->host, s->call);
}

/* A handler that computes keeps virtual time still: it is measured by the system's clock, from the
 * first look at it. */
static void look_at_clock(struct host *h)
{
	uint64_t now = monotonic_ns();
	struct server *s;

	TAILQ_FOREACH(s, &h->servers, next)
	{
		const struct call *c = s->call;

		if (!c || s->watched != s->number) {
			s->watched = s->number;
			s->since = now;
		} else if (!c->late && !c->abandoned && now - s->since >= watch_deadline(h, c)) {
			say_overdue(h, s->call);
		}
	}
	/* So does a module in a process of its own that never rests, or does not read what it was
	 * answered: it may take no longer than a handler, or the run would have no end. */
	if (!h->restless || !h->life.alive ||
		now - h->restless < h->config.handler_deadline_ms * NS_PER_MS)
		return;
	if (h->module->ops->kill)
		service_timed_out(h, FN_COUNT);
	else if (processor_ns() - h->restless_cpu >= h->config.handler_deadline_ms * NS_PER_MS / 4)
		engine_end_run(h, HOST_RESTLESS); /* it, and not the machine */
}

/* The leader's call blocks: somebody else takes the lead. */
static void take_lead(struct host *h)
{
	struct server *blocked = h->leader;
	const struct call *c = blocked->call;
	uint64_t open = loop_now(h->loop) - c->x.time, limit = watch_deadline(h, c);

	timer_arm(h->loop, &blocked->overdue, limit > open ? limit - open : 0, overdue, blocked);
	blocked->displaced = true;
	h->displaced++;
	h->leader = NULL;
	atomic_store(&h->open_call, 0);
	if (h->parked)
		pthread_cond_signal(&h->work);
	else
		server_add(h); /* without memory for a thread the run waits for the blocked one,
				  which takes the lead again */
}

/* One look at the leader: blocked if the same call was open, with its thread asleep, at the last
 * look too. */
static void look(struct host *h, uint64_t *slept)
{
	uint64_t number = atomic_load(&h->open_call);
	bool sleeps = h->leader && number && server_blocked(h->leader);
	bool waits = sleeps && (*slept == number || atomic_load(&h->module->held));

	if (waits)
		take_lead(h);
	*slept = sleeps && !waits ? number : 0;
}

/*
 * Sleeps until the run has ended, a look is worth it, or for as long as a rest. Whoever works is
 * not disturbed, not even for the lock, while calls return from one glance to the next. While the
 * leader itself sleeps, glances are rare: it wakes nobody when it goes on, since that would cost
 * more than the work that woke it.
 */
static void watch(const struct host *h, uint64_t *seen)
{
	struct pollfd fd = {.fd = h->run_ended, .events = POLLIN};
	int ms, passed;

	for (passed = 0; passed < REST_MS; passed += ms) {
		uint64_t last = *seen;

		ms = atomic_load(&h->asleep) ? REST_MS : LOOK_MS;
		if (poll(&fd, 1, ms))
			return;
		*seen = atomic_load(&h->open_call);
		if (*seen && (*seen == last || atomic_load(&h->module->held)))
			return;
	}
}

enum host_run_result host_run(
	struct host *h, bool (*until)(void *user), void *user, uint64_t limit_ns)
{
	enum host_run_result result;
	uint64_t now, seen = 0, slept = 0;

	pthread_mutex_lock(&h->lock);
	now = loop_now(h->loop);
	h->until = until;
	h->until_user = user;
	h->run_end = limit_ns > UINT64_MAX - now ? UINT64_MAX : now + limit_ns;
	h->restless = 0;
	h->running = true;
	pthread_cond_signal(&h->work);
	if (h->displaced)
		pthread_cond_broadcast(&h->change);
	while (h->running) {
		pthread_mutex_unlock(&h->lock);
		watch(h, &seen);
		pthread_mutex_lock(&h->lock);
		look_at_clock(h);
		if (h->running)
			look(h, &slept);
	}
	eventfd_read(h->run_ended, &now);
	/* The leader is on its way out of serve(); a blocked one is no longer leader. */
	while (h->leader)
		pthread_cond_wait(&h->change, &h->lock);
	result = h->run_result;
	pthread_mutex_unlock(&h->lock);
	return result;
}
