// SPDX-License-Identifier: BSD-2-Clause
/* What a process of its own costs a module: a cycle, one call, memory. */
#include "bench.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "worker/worker.h"

#define ROUNDS 9

static void compare_cycles(const struct bench_options *o, unsigned count)
{
	double ratios[ROUNDS], here, there, sum[2] = {0};
	unsigned long calls[2], functions[2];
	struct cycles in, out;
	int i;

	/* In this order: the threads of a host that comes later would be taken for the module's. */
	cycles_start(&out, o->rsn, o->worker);
	cycles_start(&in, o->rsn, NULL);
	cycles_run(&in, 200);
	cycles_run(&out, 200);
	proxy_counts(out.w.module, &calls[0], &functions[0]);
	for (i = 0; i < ROUNDS; i++) {
		here = cycles_time(&in, count);
		there = cycles_time(&out, count);
		ratios[i] = there / here;
		sum[0] += here / ROUNDS;
		sum[1] += there / ROUNDS;
	}
	proxy_counts(out.w.module, &calls[1], &functions[1]);
	bench_row(
		"full cycle, isolated, against in process", "x", bench_median(ratios, ROUNDS), 3.0);
	bench_note("cycle %.1f us isolated, %.1f us in process (means)", sum[1], sum[0]);
	bench_note("round trips a cycle: %.1f (calls %.1f, functions %.1f)",
		(double)(calls[1] - calls[0] + functions[1] - functions[0]) / (count * ROUNDS),
		(double)(calls[1] - calls[0]) / (count * ROUNDS),
		(double)(functions[1] - functions[0]) / (count * ROUNDS));
	bench_close(&out.w);
	bench_close(&in.w);
}

/* ---- One round trip. ---- */

/* Bytes of IsUIRequestPending on the way there and back: header, GUID, flag; header, result,
 * flag... */
#define THERE 41
#define BACK  33

static void echo(int from, int to)
{
	uint8_t buf[THERE] = {0};

	while (read(from, buf, THERE) > 0)
		if (write(to, buf, BACK) < 0)
			break;
	_exit(0);
}

struct pair {
	int to[2], from[2];
	pid_t pid;
};

static void pair_open(struct pair *p)
{
	if (pipe(p->to) || pipe(p->from))
		bench_die("no pipe");
	p->pid = fork();
	if (p->pid == 0) {
		close(p->to[1]);
		echo(p->to[0], p->from[1]);
	}
}

static void pair_close(struct pair *p)
{
	close(p->to[1]);
	waitpid(p->pid, NULL, 0);
}

static double pipe_rounds(const struct pair *p, unsigned count)
{
	uint8_t buf[THERE] = {0};
	uint64_t began = monotonic_ns();
	unsigned i;

	for (i = 0; i < count; i++)
		if (write(p->to[1], buf, THERE) < 0 || read(p->from[0], buf, BACK) < 0)
			bench_die("the echo is gone");
	return (double)(monotonic_ns() - began) / count;
}

static double call_rounds(struct module *m, unsigned count)
{
	BOOL pending = FALSE;
	struct handler_call c = {.fn = FN_IS_UI_REQUEST_PENDING};
	uint64_t began = monotonic_ns();
	unsigned i;

	c.is_ui_request_pending.pending = &pending;
	for (i = 0; i < count && !c.lost; i++)
		m->ops->call(m, &c);
	if (c.lost)
		bench_die("the worker is gone");
	return (double)(monotonic_ns() - began) / count;
}

static void nothing(void *user, struct host_adapter *a, const struct host_notice *n)
{
	(void)user;
	(void)a;
	(void)n;
}

static void compare_trips(const struct bench_options *o, unsigned count)
{
	double ratios[ROUNDS], bare, call, sum[2] = {0};
	struct bench_world w;
	struct pair p;
	cpu_set_t all;
	int i;

	/* Whether the scheduler puts both sides on one processor would decide more than the work.
	 */
	sched_getaffinity(0, sizeof(all), &all);
	bench_stay_on(0);
	bench_open(&w, o->rsn, o->worker, nothing, NULL);
	pair_open(&p);
	call_rounds(w.module, count);
	for (i = 0; i < ROUNDS; i++) {
		bare = pipe_rounds(&p, count);
		call = call_rounds(w.module, count);
		ratios[i] = call / bare;
		sum[0] += bare / ROUNDS;
		sum[1] += call / ROUNDS;
	}
	bench_row("one handler call, isolated, against a bare ping-pong over pipes", "x",
		bench_median(ratios, ROUNDS), 2.0);
	bench_note("call %.2f us, ping-pong %.2f us (means)", sum[1] / 1e3, sum[0] / 1e3);
	pair_close(&p);
	bench_close(&w);
	sched_setaffinity(0, sizeof(all), &all);
}

/* ---- Memory. ---- */

static double private_kib(pid_t pid)
{
	unsigned long kib, total = 0;
	char line[256];
	FILE *f;

	snprintf(line, sizeof(line), "/proc/%d/smaps_rollup", (int)pid);
	f = fopen(line, "r");
	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "Private_Clean: %lu", &kib) == 1 ||
			sscanf(line, "Private_Dirty: %lu", &kib) == 1)
			total += kib;
	fclose(f);
	return (double)total;
}

static void weigh(const struct bench_options *o)
{
	struct cycles c;
	double kib;

	cycles_start(&c, o->rsn, o->worker);
	cycles_run(&c, 100);
	kib = private_kib(proxy_pid(c.w.module));
	if (kib < 0)
		bench_note("private memory of the worker: only root can read it");
	else
		bench_row(
			"private memory of the worker with rsn, connected", "MiB", kib / 1024, 3.0);
	bench_close(&c.w);
}

void bench_isolated(const struct bench_options *o)
{
	compare_cycles(o, o->shorter ? 100 : 1000);
	compare_trips(o, o->shorter ? 1000 : 10000);
	weigh(o);
}
