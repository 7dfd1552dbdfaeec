// SPDX-License-Identifier: BSD-2-Clause
#include "bench.h"

#include <stdlib.h>

#include "base/clock.h"

static void on_notice(void *user, struct host_adapter *a, const struct host_notice *n)
{
	struct cycles *c = user;

	switch (n->type) {
	case NOTICE_ADAPTER_UP:
		c->up = true;
		break;
	case NOTICE_PORT_OPEN:
		bench_ping(a, 1);
		break;
	case NOTICE_DATA:
		sim_ap_disassociate(c->w.ap, host_adapter_caps(a)->address, 5);
		break;
	case NOTICE_PORT_DELETED:
		c->done++;
		break;
	case NOTICE_CONNECT_FAILED:
		bench_die("a connection failed");
	default: /* the others are no step of the cycle */
		break;
	}
}

static bool is_up(void *user)
{
	return ((struct cycles *)user)->up;
}

static bool is_done(void *user)
{
	const struct cycles *c = user;

	return c->done >= c->target;
}

void cycles_run(struct cycles *c, unsigned until)
{
	c->target = until;
	if (host_run(c->w.host, is_done, c, UINT64_MAX) != HOST_REACHED)
		bench_die("the cycle came to a stop");
}

void cycles_start(struct cycles *c, const char *module, const char *worker)
{
	struct miniport *mp;

	*c = (struct cycles){0};
	bench_open(&c->w, module, worker, on_notice, c);
	if (sim_add_station(c->w.sim, (struct mac){{0}}, &mp) ||
		host_add_adapter(c->w.host, mp, &c->a))
		bench_die("out of memory");
	if (host_run(c->w.host, is_up, c, UINT64_MAX) != HOST_REACHED ||
		host_connect(c->a, c->w.profile))
		bench_die("the adapter does not come up");
}

double cycles_time(struct cycles *c, unsigned count)
{
	uint64_t began;
	unsigned from = c->done;

	began = monotonic_ns();
	cycles_run(c, from + count);
	return (double)(monotonic_ns() - began) / 1e3 / count;
}

#define ROUNDS 9

static void ratio(struct cycles *c, unsigned count)
{
	double ratios[ROUNDS], full = 0, bare = 0, f, b;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		b = bench_bare_crypto(count) / 1e3;
		f = cycles_time(c, count);
		ratios[i] = f / b;
		full += f / ROUNDS;
		bare += b / ROUNDS;
	}
	bench_row("full cycle, in process, against its bare cryptography", "x",
		bench_median(ratios, ROUNDS), 3.0);
	bench_note("cycle %.1f us, bare cryptography %.1f us (means); aim 1.5", full, bare);
}

void bench_cycle(const struct bench_options *o)
{
	unsigned total = o->shorter ? 5000 : 100000;
	struct host_counts counts;
	uint64_t early, late, crossings;
	struct cycles c;

	cycles_start(&c, o->rsn, NULL);
	cycles_run(&c, 1000);
	bench_bare_crypto(1); /* what the comparison itself needs is not growth */
	early = bench_resident();
	crossings = checker_crossings(host_checker(c.w.host));
	ratio(&c, o->shorter ? 200 : 1000);
	bench_note("%.0f crossings a cycle, each recorded and judged",
		(double)(checker_crossings(host_checker(c.w.host)) - crossings) / (c.done - 1000));
	if (c.done < total)
		cycles_run(&c, total);
	late = bench_resident();
	bench_note("%u cycles on one adapter", c.done);
	bench_row("growth of resident memory after the first 1,000 cycles", "KiB",
		((double)late - (double)early) / 1024, 128);
	host_disconnect(c.a);
	host_run(c.w.host, NULL, NULL, NS_PER_S);
	host_counts(c.w.host, &counts);
	bench_row("handles, buffers, sends left after the last disconnection", "",
		counts.sessions + counts.buffers + counts.sends + counts.ui_requests, 0.5);
	bench_close(&c.w);
}
