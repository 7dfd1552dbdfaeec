// SPDX-License-Identifier: BSD-2-Clause
/*
 * The thread in host_run() looks at the leader from time to time: takes the lead from it when its
 * call blocks, and ends calls that are open for too long.
 */
#include "host/server.h"

#include <poll.h>
#include <sys/eventfd.h>

#include "base/clock.h"

#define LOOK_MS 2   /* between two looks at the leader */
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

		if (!c || s->watched != s->calls) {
			s->watched = s->calls;
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
	if (h->parked)
		pthread_cond_signal(&h->work);
	else
		server_add(h); /* without memory for a thread the run waits for the blocked one,
				  which takes the lead again */
}

/* One look at the leader: blocked if the same call was open, with its thread asleep, at the last
 * look too. */
static void look(struct host *h, uint64_t *seen, bool *slept)
{
	struct server *s = h->leader;
	bool sleeps = s && server_blocked(s);
	bool waits = sleeps && ((*slept && *seen == s->calls) || atomic_load(&h->module->held));

	if (waits) {
		take_lead(h);
		sleeps = false;
	}
	*seen = s ? s->calls : 0;
	*slept = sleeps;
}

/*
 * Sleeps until it is time for a look, or the run has ended. While the leader itself sleeps, looks
 * are rare: it wakes nobody when it goes on, since that would cost more than the work that woke it.
 */
static void watch(const struct host *h, bool asleep_now)
{
	struct pollfd fd = {.fd = h->run_ended, .events = POLLIN};

	poll(&fd, 1, asleep_now ? REST_MS : LOOK_MS);
}

enum host_run_result host_run(
	struct host *h, bool (*until)(void *user), void *user, uint64_t limit_ns)
{
	enum host_run_result result;
	uint64_t now, seen = 0;
	bool slept = false;

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
		bool asleep_now = h->asleep;

		pthread_mutex_unlock(&h->lock);
		watch(h, asleep_now);
		pthread_mutex_lock(&h->lock);
		look_at_clock(h);
		if (h->running)
			look(h, &seen, &slept);
	}
	eventfd_read(h->run_ended, &now);
	/* The leader is on its way out of serve(); a blocked one is no longer leader. */
	while (h->leader)
		pthread_cond_wait(&h->change, &h->lock);
	result = h->run_result;
	pthread_mutex_unlock(&h->lock);
	return result;
}
