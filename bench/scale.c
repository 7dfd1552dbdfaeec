// SPDX-License-Identifier: BSD-2-Clause
/* Many adapters in one host: what one more costs must not depend on how many there are. */
#include "bench.h"

#include <stdlib.h>

#include "base/clock.h"

struct crowd {
	struct bench_world w;
	struct host_adapter **adapters;
	unsigned up, connected, removed, count;
};

struct cost {
	double arrival, connect, removal; /* us each */
	double memory;                    /* KiB each, with its port */
};

static void on_notice(void *user, struct host_adapter *a, const struct host_notice *n)
{
	struct crowd *c = user;

	(void)a;
	switch (n->type) {
	case NOTICE_ADAPTER_UP:
		c->up++;
		break;
	case NOTICE_CONNECTED:
		c->connected++;
		break;
	case NOTICE_ADAPTER_REMOVED:
		c->removed++;
		break;
	case NOTICE_CONNECT_FAILED:
		bench_die("a connection failed");
	default: /* no step of an adapter's life */
		break;
	}
}

static bool all_up(void *user)
{
	return ((struct crowd *)user)->up == ((struct crowd *)user)->count;
}

static bool all_connected(void *user)
{
	return ((struct crowd *)user)->connected == ((struct crowd *)user)->count;
}

static bool all_removed(void *user)
{
	return ((struct crowd *)user)->removed == ((struct crowd *)user)->count;
}

static void reach(struct crowd *c, bool (*until)(void *user))
{
	if (host_run(c->w.host, until, c, UINT64_MAX) != HOST_REACHED)
		bench_die("the crowd came to a stop");
}

static double each(uint64_t began, unsigned count)
{
	return (double)(monotonic_ns() - began) / 1e3 / count;
}

static struct cost measure(const char *module, unsigned count)
{
	struct crowd c = {.count = count};
	struct cost cost;
	uint64_t began, memory;
	unsigned i;

	bench_open(&c.w, module, on_notice, &c);
	c.adapters = calloc(count, sizeof(struct host_adapter *));
	memory = bench_resident();
	began = monotonic_ns();
	for (i = 0; i < count; i++) {
		struct miniport *mp;

		if (sim_add_station(c.w.sim, (struct mac){{0}}, &mp) ||
			host_add_adapter(c.w.host, mp, &c.adapters[i]))
			bench_die("out of memory");
	}
	reach(&c, all_up);
	cost.arrival = each(began, count);
	began = monotonic_ns();
	for (i = 0; i < count; i++)
		if (host_connect(c.adapters[i], c.w.profile))
			bench_die("an adapter cannot connect");
	reach(&c, all_connected);
	cost.connect = each(began, count);
	cost.memory = ((double)bench_resident() - (double)memory) / 1024 / count;
	began = monotonic_ns();
	for (i = 0; i < count; i++)
		host_remove(c.adapters[i]);
	reach(&c, all_removed);
	cost.removal = each(began, count);
	free(c.adapters);
	bench_close(&c.w);
	return cost;
}

static struct cost mean_of(const char *module, unsigned count, unsigned times)
{
	struct cost sum = {0};
	unsigned i;

	for (i = 0; i < times; i++) {
		struct cost c = measure(module, count);

		sum.arrival += c.arrival / times;
		sum.connect += c.connect / times;
		sum.removal += c.removal / times;
		sum.memory = c.memory;
	}
	return sum;
}

static double total(const struct cost *c)
{
	return c->arrival + c->connect + c->removal;
}

void bench_scale(const struct bench_options *o)
{
	unsigned many = o->shorter ? 2000 : 10000;
	struct cost few, lots;

	/* The large crowd first: its memory is then not hidden in what the small one has left. */
	lots = measure(o->rsn, many);
	few = mean_of(o->rsn, 100, o->shorter ? 5 : 20);
	bench_note("%u adapters: arrival %.1f us, connect %.1f us, removal %.1f us each", many,
		lots.arrival, lots.connect, lots.removal);
	bench_note("  100 adapters: arrival %.1f us, connect %.1f us, removal %.1f us each",
		few.arrival, few.connect, few.removal);
	bench_row("cost of an adapter among many against one of 100", "x",
		total(&lots) / total(&few), 1.3);
	bench_row("resident memory of an adapter with its port, all parts", "KiB", lots.memory, 16);
}
