// SPDX-License-Identifier: BSD-2-Clause
/*
 * Who does the work. One thread of a small pool has the lead: it makes calls into the module, runs
 * posted work and timers, and moves virtual time. It makes the calls itself, so that in the
 * ordinary case nothing is handed from thread to thread. The thread in host_run() watches
 * (watch.c): when a call has not returned for two looks and its thread sleeps in the kernel, the
 * lead is taken from it and another thread of the pool goes on. So the pool grows only while calls
 * block, and one blocked call never holds up another adapter.
 */
#include "host/server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define SETTLE_NS (50 * NS_PER_US) /* between two looks at a module that is busy */
#define LEAP_NS   (20 * NS_PER_MS) /* of virtual time: shorter ones are frames on the air */
#define OWED_NS   (NS_PER_S)       /* of real time, for a module that owes a completion */
#define LAST_NS   (HOST_PATIENCE_MS * NS_PER_MS) /* the same, before it is held to have failed */
#define PATIENCE_NS                                                                                \
	(100 * NS_PER_MS) /* of real time, for a handler that sleeps, in virtual time              \
			   */

static _Thread_local struct server *current; /* while it has a call open */

static _Thread_local bool ours; /* a thread of the pool, or one that has made or run a host */

bool host_in_module(enum crossing_fn *handler)
{
	*handler = current && current->call ? current->call->hc.fn : FN_COUNT;
	if (current && current->host->module->remote) {
		*handler = FN_COUNT;
		return false; /* what it runs is the carrier */
	}
	return *handler != FN_COUNT || !ours;
}

const struct call *engine_call(const struct function_call *call)
{
	const char *hc = (const char *)call->within;

	return hc ? (const struct call *)(const void *)(hc - offsetof(struct call, hc)) : NULL;
}

/* "pid (name) S ...": the thread sleeps if its state is S. */
static bool asleep(pid_t tid)
{
	char path[64], text[256];
	const char *state;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	state = strrchr(text, ')');
	return state && state[1] == ' ' && state[2] == 'S';
}

/*
 * Its thread sleeps in a call. Where the module is in another process it does that all the time,
 * and is blocked if the module sleeps, too. While that is loaded, virtual time waits.
 */
bool server_blocked(const struct server *s)
{
	const struct host *h = s->host;

	if (!s->call || atomic_load(&s->inside) || !asleep(s->tid))
		return false;
	if (s->call->hc.fn == FN_MODULE_LOADED)
		return loop_clock(h->loop) == LOOP_REAL;
	return !h->module->remote || h->module->ops->activity(h->module) != MODULE_BUSY;
}

static void wait_for(pthread_cond_t *cond, pthread_mutex_t *lock, uint64_t ns)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	ns += (uint64_t)ts.tv_nsec;
	ts.tv_sec += (time_t)(ns / NS_PER_S);
	ts.tv_nsec = (long)(ns % NS_PER_S);
	pthread_cond_timedwait(cond, lock, &ts);
}

void engine_changed(struct host *h)
{
	if (h->waiting_for_module)
		pthread_cond_broadcast(&h->change);
	if (h->asleep)
		loop_kick(h->loop);
}

/* The first to end it says why: the watcher may just have, while the leader waited for the module.
 */
void engine_end_run(struct host *h, enum host_run_result result)
{
	if (!h->running)
		return;
	h->running = false;
	h->run_result = result;
	if (eventfd_write(h->run_ended, 1) < 0)
		return; /* its counter is full: the watcher is awake */
}

/*
 * Calls that block count as idle while their threads sleep. One that has returned sleeps at our
 * lock at most, and is not: looked at in this order, it cannot slip through between.
 */
static bool displaced_sleep(const struct host *h)
{
	const struct server *s;

	if (!h->displaced)
		return true;
	TAILQ_FOREACH(s, &h->servers, next)
	if (s->displaced && (!asleep(s->tid) || !s->call || atomic_load(&s->call->returned)))
		return false;
	return true;
}

static bool module_idle(struct host *h)
{
	enum module_activity activity = MODULE_ALONE;

	/* A death that is on its way is awaited: how long it takes is the system's choice. */
	if (h->abandoned || (h->life.killed && !atomic_load(&h->module->ended)))
		return false;
	/* Without a thread of its own, and no call since, it can have made none. */
	if (!h->alone && h->life.alive)
		activity = h->module->ops->activity(h->module);
	h->alone = activity == MODULE_ALONE && !h->displaced;
	/* In this order: one that was seen asleep at our lock is still counted afterwards. */
	return activity != MODULE_BUSY && displaced_sleep(h) && atomic_load(&h->calling) == 0;
}

/* It may say something, or that it has ended. */
static bool may_speak(const struct host *h)
{
	return h->life.alive || (h->life.killed && !atomic_load(&h->module->ended));
}

/* True: the carrier had brought something, and that was taken up. */
static bool pump(struct host *h)
{
	bool something;

	if (!h->module->ops->pump || !may_speak(h))
		return false;
	pthread_mutex_unlock(&h->lock);
	something = h->module->ops->pump(h->module);
	pthread_mutex_lock(&h->lock);
	return something;
}

/* A thread of the module's, or the one of ours that is named, will wake by itself. */
static bool dozes(const struct host *h, pid_t tid)
{
	return h->life.alive && !h->alone && h->module->ops->dozes &&
	       h->module->ops->dozes(h->module, tid);
}

static bool has_died(const struct host *h)
{
	return h->life.alive && atomic_load(&h->module->ended);
}

/*
 * Virtual time: what the module's own threads are doing now happens before anything else does. What
 * an idle module has said before it went to sleep has come by then.
 */
static void settle(struct host *h)
{
	while (h->running && !has_died(h)) {
		bool alone = h->alone, idle = module_idle(h), said = !alone && pump(h);

		if (idle && !said)
			return;
		if (!h->restless) {
			h->restless = monotonic_ns();
			h->restless_cpu = processor_ns();
		}
		if (said)
			continue;
		h->waiting_for_module = true;
		wait_for(&h->change, &h->lock, SETTLE_NS);
		h->waiting_for_module = false;
	}
}

/* A thread that comes back from a module that is dead. */
static void finish_abandoned(struct host *h, struct server *s)
{
	struct call *c = s->call;

	s->call = NULL;
	timer_disarm(h->loop, &s->overdue);
	call_free(h, c);
	h->abandoned--;
}

static void finish_call(struct host *h, struct server *s)
{
	struct call *c = s->call;

	if (c->hc.lost && c->hc.fn == FN_MODULE_LOADED) {
		c->hc.lost = false;
		c->hc.result = ERROR_OPERATION_ABORTED;
	}
	if (c->hc.lost && !c->abandoned)
		service_lost(h);
	if (c->abandoned) {
		finish_abandoned(h, s);
		return;
	}
	s->call = NULL;
	timer_disarm(h->loop, &s->overdue);
	call_finish(h, c);
}

void engine_finish_returned(struct host *h)
{
	struct server *s, *next;

	for (s = TAILQ_FIRST(&h->servers); s; s = next) {
		next = TAILQ_NEXT(s, next);
		if (s->call && atomic_load(&s->call->returned) && !s->call->hc.lost &&
			!s->call->abandoned)
			finish_call(h, s);
	}
}

enum crossing_fn engine_abandon(struct host *h)
{
	enum crossing_fn fn = FN_COUNT;
	uint64_t youngest = 0;
	struct server *s;

	TAILQ_FOREACH(s, &h->servers, next)
	{
		struct call *c = s->call;

		if (!c || c->abandoned)
			continue;
		timer_disarm(h->loop, &s->overdue);
		call_abandon(h, c);
		if (c->x.seq >= youngest) {
			youngest = c->x.seq;
			fn = c->hc.fn;
		}
	}
	return fn;
}

const struct call *engine_open(const struct host *h, enum crossing_fn fn)
{
	const struct server *s;

	TAILQ_FOREACH(s, &h->servers, next)
	if (s->call && s->call->hc.fn == fn)
		return s->call;
	return NULL;
}

/*
 * A module's thread may call the very moment a handler has returned, and get the lock before the
 * thread that made the call: what has returned first is finished first, or a proper order would
 * look like a race (C-02).
 */
static void finish_returned(struct host *h)
{
	struct server *s;

	engine_finish_returned(h);
	TAILQ_FOREACH(s, &h->servers, next)
	if (s->call && atomic_load(&s->call->returned))
		finish_call(h, s);
}

/* A handler that was taken to be blocked, and goes on. */
static bool displaced_runs(const struct host *h)
{
	const struct server *s;

	TAILQ_FOREACH(s, &h->servers, next)
	if (s->displaced && s->call && !s->call->abandoned && !atomic_load(&s->call->returned) &&
		!server_blocked(s))
		return true;
	return false;
}

/*
 * In virtual time the order in which a handler returns and a thread of the module calls must not be
 * the scheduler's choice: the handler goes first, unless it sleeps, as it does when it waits for
 * that thread.
 */
static void await_handler(struct host *h)
{
	const struct server *s = NULL;
	uint64_t seen = 0;

	while ((s = h->leader) && s->call && !atomic_load(&s->call->returned)) {
		if (seen == s->number && server_blocked(s))
			return;
		seen = s->number;
		h->callers++;
		wait_for(&h->change, &h->lock, SETTLE_NS);
		h->callers--;
	}
	while (displaced_runs(h)) {
		h->callers++;
		wait_for(&h->change, &h->lock, SETTLE_NS);
		h->callers--;
	}
}

void engine_enter(struct host *h)
{
	/* A thread that waits for the lock sleeps, but is not idle. */
	atomic_fetch_add(&h->calling, 1);
	if (current)
		atomic_store(&current->inside, true);
	pthread_mutex_lock(&h->lock);
	if (!current && loop_clock(h->loop) == LOOP_VIRTUAL)
		await_handler(h);
	finish_returned(h);
}

void engine_leave(struct host *h)
{
	h->acted = monotonic_ns();
	engine_changed(h);
	pthread_mutex_unlock(&h->lock);
	if (current)
		atomic_store(&current->inside, false);
	atomic_fetch_sub(&h->calling, 1);
}

static void make_call(struct host *h, struct server *me, struct call *c)
{
	uint_fast64_t number = ++h->calls_made;

	call_begin(h, c);
	h->alone = false;
	h->restless = h->patient = 0;
	h->acted = monotonic_ns();
	me->call = c;
	me->number = number;
	current = me;
	atomic_store(&h->open_call, number);
	pthread_mutex_unlock(&h->lock);
	h->module->ops->call(h->module, &c->hc);
	atomic_store(&c->returned, true);
	atomic_compare_exchange_strong(&h->open_call, &number, 0); /* unless others lead */
	pthread_mutex_lock(&h->lock);
	current = NULL;
	/* Between runs the loop is its owner's: what comes back then is taken up in the next one.
	 */
	while (me->displaced && !h->running && !h->quit)
		pthread_cond_wait(&h->change, &h->lock);
	if (me->call)
		finish_call(h, me);
	if (h->callers)
		pthread_cond_broadcast(&h->change);
	if (me->displaced) {
		me->displaced = false;
		h->displaced--;
		engine_changed(h);
	}
}

/* A handler that blocks is given a while, and all of its time if it is a clock that it waits for
 * and virtual time would leap to its deadline. */
static bool blocks_a_while(const struct host *h, const struct server *s, uint64_t leap)
{
	uint64_t since = monotonic_ns() - s->since;

	if (!s->displaced || !s->call || s->call->late || s->call->abandoned)
		return false;
	if (since < PATIENCE_NS)
		return true;
	/* In another process the threads that wait for it to return sleep by a clock, too. */
	return !h->module->remote && s->overdue.at <= leap && since < watch_deadline(h, s->call) &&
	       dozes(h, s->tid);
}

/* The module has begun what it has not completed, and no user is asked. Tells whether virtual time
 * would leap to the end of its time. */
static bool owes(const struct host *h, uint64_t leap, bool *last)
{
	const struct host_adapter *a;
	bool any = false;

	*last = false;
	TAILQ_FOREACH(a, &h->adapter_list, next)
	{
		bool pre = a->connect == CONNECT_PRE && !ui_pending(a);
		bool post = a->port.state == DATAPORT_PENDING;

		any |= pre || post;
		*last |= pre && timer_armed(&a->watchdog) && a->watchdog.at <= leap;
		*last |= post && timer_armed(&a->security_timer) && a->security_timer.at <= leap;
	}
	return any;
}

/* A thread of the module's will go on without us. One that slept by a clock when the module was
 * found idle may have woken since, and wait for us to hear it, which is no sleep by a clock. */
static bool goes_on(struct host *h)
{
	return dozes(h, 0) || !module_idle(h) || dozes(h, 0);
}

/* It calls, or will wake, soon enough. One that calls again and again is not waited for longer than
 * one that is silent. */
static bool worth_waiting(struct host *h, bool last)
{
	uint64_t now = monotonic_ns();

	if (!h->patient)
		h->patient = now;
	return now - h->patient < LAST_NS && (last || now - h->acted < OWED_NS) && goes_on(h);
}

/*
 * Virtual time knows nothing of a module that sleeps by the system's clock. Before it leaps, one
 * that blocks, or owes something and will wake by itself, is given a while of real time: a short
 * one, and a long one where the leap would be held against it.
 */
static bool give_patience(struct host *h, uint64_t delay)
{
	uint64_t leap = loop_now(h->loop) + delay;
	const struct server *s = NULL;
	bool last = false, waits = false;

	/* Nobody waits for one that is kept on purpose, or for whoever waits for it. */
	if (atomic_load(&h->module->held))
		return false;
	if (h->displaced)
		TAILQ_FOREACH(s, &h->servers, next)
	if (blocks_a_while(h, s, leap))
		break;
	if (!s && delay != UINT64_MAX && delay >= LEAP_NS && owes(h, leap, &last))
		waits = worth_waiting(h, last);
	if (!s && !waits)
		return false;
	h->waiting_for_module = true;
	wait_for(&h->change, &h->lock, NS_PER_MS);
	h->waiting_for_module = false;
	return true;
}

/* Nothing can be done now: moves the clock, or waits for it, or ends the run. */
static void pass_time(struct host *h)
{
	uint64_t delay = loop_delay(h->loop), now = loop_now(h->loop);
	uint64_t left = h->run_end > now ? h->run_end - now : 0;
	const struct module_ops *ops = h->module->ops;
	int fd = -1;

	if (loop_clock(h->loop) == LOOP_VIRTUAL) {
		if (pump(h) || has_died(h))
			return;  /* look again */
		h->restless = 0; /* it rests: who waits for it has chosen to */
		if (give_patience(h, delay))
			return;
		if (delay > left) {
			if (delay != UINT64_MAX)
				loop_skip(h->loop, left);
			engine_end_run(h, delay == UINT64_MAX ? HOST_QUIET : HOST_LIMIT);
		} else if (!loop_advance(h->loop))
			engine_end_run(h, HOST_QUIET);
		return;
	}
	if (left == 0) {
		engine_end_run(h, HOST_LIMIT);
		return;
	}
	/*
	 * What came along with the return of a call is no longer in the descriptor: it is taken up
	 * first. Whatever another thread changes from here on ends the wait, or keeps it from
	 * beginning.
	 */
	h->asleep = true;
	if (!pump(h) && !has_died(h)) {
		if (ops->descriptor && may_speak(h))
			fd = ops->descriptor(h->module);
		pthread_mutex_unlock(&h->lock);
		loop_wait(h->loop, delay < left ? delay : left, fd);
		pthread_mutex_lock(&h->lock);
	}
	h->asleep = false;
}

/* Works while this thread has the lead and there is a run to serve. */
static void serve(struct host *h, struct server *me)
{
	bool virtual_time = loop_clock(h->loop) == LOOP_VIRTUAL;

	while (h->leader == me && h->running) {
		struct call *c;

		if (virtual_time)
			settle(h);
		if (has_died(h)) {
			service_lost(h);
			continue;
		}
		if (h->until && h->until(h->until_user)) {
			engine_end_run(h, HOST_REACHED);
			break;
		}
		c = call_take(h);
		if (c)
			make_call(h, me, c);
		else if (!loop_step(h->loop))
			pass_time(h);
	}
}

static void *server_main(void *user)
{
	struct host *h = user;
	struct server me = {.tid = (pid_t)syscall(SYS_gettid), .host = h};
	pthread_t before;
	bool joins;

	ours = true;
	/* Before the lock: whoever holds that may be counting the module's threads. */
	h->module->ops->host_thread(h->module, true);
	pthread_mutex_lock(&h->lock);
	TAILQ_INSERT_TAIL(&h->servers, &me, next);
	pthread_cond_broadcast(&h->change);
	while (!h->quit) {
		if (h->running && !h->leader) {
			h->leader = &me;
			serve(h, &me);
			if (h->leader == &me) {
				h->leader = NULL;
				pthread_cond_broadcast(&h->change);
			}
			continue;
		}
		h->parked++;
		pthread_cond_wait(&h->work, &h->lock);
		h->parked--;
	}
	h->module->ops->host_thread(h->module, false);
	TAILQ_REMOVE(&h->servers, &me, next);
	h->threads--;
	/* Each joins the one that left before it, and engine_stop() the last. */
	joins = h->has_left;
	before = h->left;
	h->has_left = true;
	h->left = pthread_self();
	pthread_cond_broadcast(&h->change);
	pthread_mutex_unlock(&h->lock);
	if (joins)
		pthread_join(before, NULL);
	return NULL;
}

/* Started and registered when this returns, so that it is never taken for a thread of the module.
 */
int server_add(struct host *h)
{
	pthread_t thread;
	unsigned parked = h->parked;
	int err;

	h->threads++;
	err = pthread_create(&thread, NULL, server_main, h);
	if (err) {
		h->threads--;
		return -err;
	}
	while (h->parked == parked && !h->leader)
		pthread_cond_wait(&h->change, &h->lock);
	return 0;
}

int engine_start(struct host *h)
{
	pthread_mutexattr_t mutex;
	pthread_condattr_t cond;
	int err;

	ours = true;
	TAILQ_INIT(&h->servers);
	h->run_ended = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (h->run_ended < 0)
		return -errno;
	pthread_mutexattr_init(&mutex);
	pthread_mutexattr_settype(&mutex, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&h->lock, &mutex);
	pthread_mutexattr_destroy(&mutex);
	pthread_condattr_init(&cond);
	pthread_condattr_setclock(&cond, CLOCK_MONOTONIC);
	pthread_cond_init(&h->work, &cond);
	pthread_cond_init(&h->change, &cond);
	pthread_condattr_destroy(&cond);
	pthread_mutex_lock(&h->lock);
	err = server_add(h);
	pthread_mutex_unlock(&h->lock);
	if (err)
		engine_stop(h); /* there is no thread to wait for */
	return err;
}

void engine_stop(struct host *h)
{
	pthread_mutex_lock(&h->lock);
	h->quit = true;
	pthread_cond_broadcast(&h->work);
	pthread_cond_broadcast(&h->change);
	while (h->threads)
		pthread_cond_wait(&h->change, &h->lock);
	pthread_mutex_unlock(&h->lock);
	if (h->has_left)
		pthread_join(h->left, NULL);
	close(h->run_ended);
	pthread_cond_destroy(&h->work);
	pthread_cond_destroy(&h->change);
	pthread_mutex_destroy(&h->lock);
}

bool host_blocked(const struct host *h)
{
	struct host *mine = (struct host *)(uintptr_t)h;
	bool blocked;

	pthread_mutex_lock(&mine->lock);
	blocked = h->displaced > 0;
	pthread_mutex_unlock(&mine->lock);
	return blocked;
}

int host_post(struct host *h, void (*fn)(void *user), void *user)
{
	return loop_post(h->loop, fn, user, NULL);
}
