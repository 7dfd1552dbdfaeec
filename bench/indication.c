// SPDX-License-Identifier: BSD-2-Clause
/*
 * How long after NDIS_STATUS_DOT11_DISASSOCIATION the port is gone: the indication comes from a thread of its own, as a
 * driver's would, to a host that sleeps in real time with an idle module. Against one hand-off between two threads, which
 * no host can do without.
 */
#include "bench.h"

#include <pthread.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "module/inproc.h"
#include "null_miniport.h"
#include "profile/profile.h"

#define ROUNDS 2000

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

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Until everybody sleeps: both measurements wake a thread that has slept as long. */
static void settle(void)
{
	const struct timespec ts = {.tv_nsec = 200000};

	nanosleep(&ts, NULL);
}

struct handoff {
	int go, there;
	unsigned rounds;
	uint64_t sent;
};

static void *sender(void *user)
{
	struct handoff *h = user;
	unsigned i;

	for (i = 0; i < h->rounds; i++) {
		wait_for(h->go);
		settle();
		h->sent = monotonic_ns();
		wake(h->there);
	}
	return NULL;
}

/* From one thread to another that sleeps as the host's does, one way: the median. */
static double handoff_ns(unsigned rounds)
{
	struct handoff h = {.go = eventfd(0, 0), .there = eventfd(0, 0), .rounds = rounds};
	double *times = calloc(rounds, sizeof(*times)), median;
	pthread_t t;
	unsigned i;

	if (!times || pthread_create(&t, NULL, sender, &h))
		bench_die("no thread");
	for (i = 0; i < rounds; i++) {
		wake(h.go);
		wait_for(h.there);
		times[i] = (double)(monotonic_ns() - h.sent);
	}
	pthread_join(t, NULL);
	qsort(times, rounds, sizeof(*times), compare);
	median = times[rounds / 2];
	free(times);
	close(h.go);
	close(h.there);
	return median;
}

struct scene {
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

static void measure(struct scene *s, const char *path)
{
	struct host_config config = {.notice = on_notice, .user = s};
	struct profile *p;
	struct module *m;
	char err[256];
	unsigned i;

	if (loop_new(LOOP_REAL, &config.loop) || profile_minimal((const uint8_t *)"null", 4, &p))
		bench_die("out of memory");
	null_init(&s->mp, config.loop);
	/* Made before the module is loaded, so that it is not taken for one of the module's. */
	if (pthread_create(&s->driver, NULL, driver, s))
		bench_die("no thread");
	if (inproc_open(path, &m, err, sizeof(err)) || host_new(&config, m, &s->host) ||
		host_start(s->host, err, sizeof(err)) || host_add_adapter(s->host, &s->mp.mp, &s->adapter))
		bench_die(err);
	reach(s, is_up);
	if (host_connect(s->adapter, p))
		bench_die("the adapter does not connect");
	reach(s, is_open);
	for (i = 0; i < s->rounds; i++) {
		wake(s->go);
		reach(s, is_closed);
		host_post(s->host, associate, s);
		reach(s, is_open);
	}
	pthread_join(s->driver, NULL);
	if (host_stop(s->host) || checker_violations(host_checker(s->host)))
		bench_die("a rule was broken");
	host_free(s->host);
	loop_free(config.loop);
	profile_free(p);
}

void bench_indication(const struct bench_options *o)
{
	struct scene s = {.go = eventfd(0, 0), .rounds = o->shorter ? 300 : ROUNDS};
	double handoff;

	s.times = calloc(s.rounds, sizeof(*s.times));
	if (!s.times)
		bench_die("out of memory");
	handoff = handoff_ns(s.rounds);
	measure(&s, o->template);
	handoff = (handoff + handoff_ns(s.rounds)) / 2;
	qsort(s.times, s.rounds, sizeof(*s.times), compare);
	bench_row("disassociation indicated to port deleted, against a hand-off", "x", s.times[s.rounds / 2] / handoff, 4.0);
	bench_note("median %.1f us, 99th percentile %.1f us; one hand-off %.1f us", s.times[s.rounds / 2] / 1e3,
		s.times[s.rounds * 99 / 100] / 1e3, handoff / 1e3);
	free(s.times);
	close(s.go);
}
