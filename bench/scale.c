// SPDX-License-Identifier: BSD-2-Clause
/* Many adapters in one host: what one more costs must not depend on how many there are. */
#include "bench.h"

#include <stdlib.h>

#include "base/clock.h"

/*
 * An adapter's life has three steps. At once: all adapters take a step before any takes the next.
 * One by one: each adapter takes its first two steps before the next arrives; when all are there,
 * each leaves before the next.
 */
struct crowd {
	struct bench_world w;
	struct host_adapter **adapters;
	unsigned count, up, connected, removed;
	bool one_by_one;
	const unsigned *waited; /* one of the three counters */
};

struct cost {
	double arrival, connect,
		removal; /* us each; one by one the arrival is part of the connect */
	double memory;   /* KiB each, with its port */
};

static void arrive(struct crowd *c, unsigned i)
{
	struct miniport *mp;

	if (sim_add_station(c->w.sim, (struct mac){{0}}, &mp) ||
		host_add_adapter(c->w.host, mp, &c->adapters[i]))
		bench_die("out of memory");
}

static void connect(struct crowd *c, unsigned i)
{
	if (host_connect(c->adapters[i], c->w.profile))
		bench_die("an adapter cannot connect");
}

static void leave(struct crowd *c, unsigned i)
{
	host_remove(c->adapters[i]);
}

static void on_notice(void *user, struct host_adapter *a, const struct host_notice *n)
{
	struct crowd *c = user;

	(void)a;
	switch (n->type) {
	case NOTICE_ADAPTER_UP:
		c->up++;
		if (c->one_by_one)
			connect(c, c->up - 1);
		break;
	case NOTICE_CONNECTED:
		c->connected++;
		if (c->one_by_one && c->connected < c->count)
			arrive(c, c->connected);
		break;
	case NOTICE_ADAPTER_REMOVED:
		c->removed++;
		if (c->one_by_one && c->removed < c->count)
			leave(c, c->removed);
		break;
	case NOTICE_CONNECT_FAILED:
		bench_note("reason 0x%x, error %u", n->reason, n->error);
		bench_die("a connection failed");
	default: /* no step of an adapter's life */
		break;
	}
}

static bool all_there(void *user)
{
	const struct crowd *c = user;

	return *c->waited == c->count;
}

/* us for each adapter until all have counted in *waited; begin is done for the first, or for all.
 */
static double step(
	struct crowd *c, void (*begin)(struct crowd *c, unsigned i), const unsigned *waited)
{
	uint64_t began = monotonic_ns();
	unsigned i;

	c->waited = waited;
	for (i = 0; i < (c->one_by_one ? 1 : c->count); i++)
		begin(c, i);
	if (host_run(c->w.host, all_there, c, UINT64_MAX) != HOST_REACHED)
		bench_die("the crowd came to a stop");
	return (double)(monotonic_ns() - began) / 1e3 / c->count;
}

static struct cost measure(const char *module, unsigned count, bool at_once)
{
	struct crowd c = {.count = count, .one_by_one = !at_once};
	struct cost cost = {0};
	uint64_t memory;

	bench_open(&c.w, module, NULL, on_notice, &c);
	c.adapters = calloc(count, sizeof(struct host_adapter *));
	memory = bench_resident();
	if (at_once)
		cost.arrival = step(&c, arrive, &c.up);
	cost.connect = step(&c, at_once ? connect : arrive, &c.connected);
	cost.memory = ((double)bench_resident() - (double)memory) / 1024 / count;
	cost.removal = step(&c, leave, &c.removed);
	free(c.adapters);
	bench_close(&c.w);
	return cost;
}

static struct cost mean_of(const char *module, unsigned count, unsigned times, bool at_once)
{
	struct cost sum = {0};
	unsigned i;

	for (i = 0; i < times; i++) {
		struct cost c = measure(module, count, at_once);

		sum.arrival += c.arrival / times;
		sum.connect += c.connect / times;
		sum.removal += c.removal / times;
	}
	return sum;
}

static double total(const struct cost *c)
{
	return c->arrival + c->connect + c->removal;
}

static void print(const char *how, unsigned count, const struct cost *c)
{
	bench_note("%5u adapters %s: arrival and connect %.1f us, removal %.1f us each", count, how,
		c->arrival + c->connect, c->removal);
}

void bench_scale(const struct bench_options *o)
{
	unsigned many = o->shorter ? 2000 : 10000, times = o->shorter ? 5 : 20;
	struct cost few, lots, few_at_once, lots_at_once;

	/* The large crowd first: its memory is then not hidden in what the small one has left. */
	lots_at_once = measure(o->rsn, many, true);
	few = mean_of(o->rsn, 100, times, false);
	lots = measure(o->rsn, many, false);
	few_at_once = mean_of(o->rsn, 100, times, true);
	bench_row("an adapter's arrival, connect and removal among many, against 100", "x",
		total(&lots) / total(&few), 1.3);
	print("one by one", many, &lots);
	print("one by one", 100, &few);
	bench_row("the same with all at once: each step finds its data cold", "x",
		total(&lots_at_once) / total(&few_at_once), 0);
	print("at once", many, &lots_at_once);
	print("at once", 100, &few_at_once);
	bench_row("resident memory of an adapter with its port, all parts", "KiB",
		lots_at_once.memory, 16);
}
