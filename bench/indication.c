// SPDX-License-Identifier: BSD-2-Clause
/*
 * How long after NDIS_STATUS_DOT11_DISASSOCIATION the port is gone: the indication comes from a
 * thread of its own, as a driver's would, to a host that sleeps in real time with an idle module.
 * Against one hand-off between two threads, which no host can do without.
 */
#include "bench.h"

#include <pthread.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "null_miniport.h"
#include "profile/profile.h"

#define CHUNK 50

static void wait_for(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	uint64_t v;

	while (poll(&p, 1, -1) != 1 || read(fd, &v, sizeof(v)) != sizeof(v))
		;
}

static void wake(int fd)
{
	uint64_t one = 1;

	if (write(fd, &one, sizeof(one)) != sizeof(one))
		bench_die("eventfd");
}

/* Until everybody sleeps: both measurements wake a thread that has slept as long. */
static void settle(void)
{
	const struct timespec ts = {.tv_nsec = 200000};

	nanosleep(&ts, NULL);
}

/* The same three parties as below: one that says go, one that sends, one that sleeps and is woken.
 */
struct handoff {
	int go, there, back;
	unsigned rounds;
	uint64_t sent;
	double *times;
};

static void *sender(void *user)
{
	struct handoff *h = user;
	unsigned i;

	bench_stay_on(0);
	for (i = 0; i < h->rounds; i++) {
		wait_for(h->go);
		settle();
		h->sent = monotonic_ns();
		wake(h->there);
	}
	return NULL;
}

static void *sleeper(void *user)
{
	struct handoff *h = user;
	unsigned i;

	for (i = 0; i < h->rounds; i++) {
		wait_for(h->there);
		h->times[i] = (double)(monotonic_ns() - h->sent);
		wake(h->back);
	}
	return NULL;
}

/* From one thread to another that sleeps as the host's does, one way. */
static void handoff_rounds(double *times, unsigned rounds)
{
	struct handoff h = {.go = eventfd(0, 0),
		.there = eventfd(0, 0),
		.back = eventfd(0, 0),
		.rounds = rounds,
		.times = times};
	pthread_t a, b;
	unsigned i;

	if (pthread_create(&a, NULL, sender, &h) || pthread_create(&b, NULL, sleeper, &h))
		bench_die("no thread");
	for (i = 0; i < rounds; i++) {
		wake(h.go);
		wait_for(h.back);
	}
	pthread_join(a, NULL);
	pthread_join(b, NULL);
	close(h.go);
	close(h.there);
	close(h.back);
}

struct scene {
	struct loop *loop;
	struct host *host;
	struct host_adapter *adapter;
	struct null_miniport mp;
	pthread_t driver;
	int go;
	unsigned rounds;
	uint64_t indicated;
	double *times;
	unsigned done;
	bool up, open;
};

static void on_notice(void *user, struct host_adapter *a, const struct host_notice *n)
{
	struct scene *s = user;

	(void)a;
	if (n->type == NOTICE_ADAPTER_UP)
		s->up = true;
	if (n->type == NOTICE_PORT_OPEN)
		s->open = true;
	if (n->type != NOTICE_PORT_DELETED)
		return;
	if (s->done < s->rounds)
		s->times[s->done] = (double)(monotonic_ns() - s->indicated);
	s->done++;
	s->open = false;
}

static void disassociate(void *user)
{
	struct scene *s = user;

	null_disassociate(&s->mp, 0x20005);
}

/* The driver's thread: an indication each time it is told to. */
static void *driver(void *user)
{
	struct scene *s = user;
	unsigned i;

	bench_stay_on(0);
	for (i = 0; i < s->rounds; i++) {
		wait_for(s->go);
		settle();
		s->indicated = monotonic_ns();
		host_post(s->host, disassociate, s);
	}
	return NULL;
}

static bool is_up(void *user)
{
	return ((struct scene *)user)->up;
}

static bool is_open(void *user)
{
	return ((struct scene *)user)->open;
}

static bool is_closed(void *user)
{
	return !((struct scene *)user)->open;
}

static void associate(void *user)
{
	struct scene *s = user;

	null_associate(&s->mp);
}

static void reach(struct scene *s, bool (*until)(void *user))
{
	if (host_run(s->host, until, s, 10 * NS_PER_S) != HOST_REACHED)
		bench_die("the port did not do what it should");
}

static void scene_open(
	struct scene *s, struct profile *p, const struct bench_options *o, const char *worker)
{
	struct host_config config = {.notice = on_notice, .user = s};
	struct module *m;
	char err[256];

	if (loop_new(LOOP_REAL, &s->loop))
		bench_die("out of memory");
	config.loop = s->loop;
	null_init(&s->mp, s->loop);
	/* Made before the module is loaded, so that it is not taken for one of the module's. */
	if (pthread_create(&s->driver, NULL, driver, s))
		bench_die("no thread");
	if (bench_module(o->template, worker, &m, err, sizeof(err)) ||
		host_new(&config, m, &s->host) || host_start(s->host, err, sizeof(err)) ||
		host_add_adapter(s->host, &s->mp.mp, &s->adapter))
		bench_die(err);
	reach(s, is_up);
	if (host_connect(s->adapter, p))
		bench_die("the adapter does not connect");
	reach(s, is_open);
}

static void scene_rounds(struct scene *s, unsigned rounds)
{
	unsigned i;

	for (i = 0; i < rounds; i++) {
		wake(s->go);
		reach(s, is_closed);
		host_post(s->host, associate, s);
		reach(s, is_open);
	}
}

static void scene_close(struct scene *s)
{
	pthread_join(s->driver, NULL);
	if (host_stop(s->host))
		bench_die("the module cannot be unloaded");
	bench_judge(s->host);
	host_free(s->host);
	loop_free(s->loop);
	free(s->times);
	close(s->go);
}

static void compare(const struct bench_options *o, struct profile *p, const char *worker)
{
	struct scene s = {.go = eventfd(0, 0), .rounds = o->shorter ? 400 : 2000};
	double *handoffs = calloc(s.rounds, sizeof(*handoffs)), handoff, deleted;
	unsigned i;

	s.times = calloc(s.rounds, sizeof(*s.times));
	if (!s.times || !handoffs)
		bench_die("out of memory");
	scene_open(&s, p, o, worker);
	/* Alternately, so that the machine is in the same mood for both. */
	for (i = 0; i < s.rounds; i += CHUNK) {
		handoff_rounds(handoffs + i, CHUNK);
		scene_rounds(&s, CHUNK);
	}
	handoff = bench_median(handoffs, s.rounds);
	deleted = bench_median(s.times, s.rounds);
	if (worker)
		bench_row("the same, isolated", "x", deleted / handoff, 0);
	else
		bench_row("disassociation indicated to port deleted, against a hand-off", "x",
			deleted / handoff, 4.0);
	bench_note("median %.1f us, 99th percentile %.1f us; one hand-off %.1f us, %.1f us",
		deleted / 1e3, s.times[s.rounds * 99 / 100] / 1e3, handoff / 1e3,
		handoffs[s.rounds * 99 / 100] / 1e3);
	scene_close(&s);
	free(handoffs);
}

void bench_indication(const struct bench_options *o)
{
	struct profile *p;
	cpu_set_t all;

	if (profile_minimal((const uint8_t *)"null", 4, &p))
		bench_die("out of memory");
	sched_getaffinity(0, sizeof(all), &all);
	/* Who wakes whom across processors decides more than the work does: the side that sends is
	 * kept on one processor, the side that is woken on another, for both measurements. */
	bench_stay_on(1);
	compare(o, p, NULL);
	compare(o, p, o->worker);
	sched_setaffinity(0, sizeof(all), &all);
	profile_free(p);
}
