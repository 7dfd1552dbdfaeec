// SPDX-License-Identifier: BSD-2-Clause
/*
 * What a run of `openihv verify` costs: a process of its own, the module loaded anew, a scenario,
 * the next connection, and the judging. Beside it the same by a bare host in this process.
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "verify/runner.h"
#include "verify/sweep.h"

#define ROUNDS        9
#define WAIT_MS       1000
#define CYCLES        12 /* as openihv verify has it */
#define REPLAYS       3
#define SWEEP_S       60.0
#define PARTS         6
#define RUN_GOAL      3.0
#define ISOLATED_GOAL 6.0
#define PAIR_GOAL     0.65 /* of two jobs, against one: 0.5 could not be better */

/* ---- A bare host. ---- */

struct bare {
	struct bench_world w;
	struct host_adapter *a;
	unsigned told[NOTICE_TYPES];
};

struct step {
	const struct bare *b;
	enum host_notice_type type;
	unsigned before;
};

static void on_notice(void *user, struct host_adapter *a, const struct host_notice *n)
{
	struct bare *b = user;

	(void)a;
	b->told[n->type]++;
}

static bool told(void *user)
{
	const struct step *s = user;

	return s->b->told[s->type] != s->before;
}

static void await(struct bare *b, enum host_notice_type type, unsigned before)
{
	struct step s = {b, type, before};

	if (b->told[type] == before && host_run(b->w.host, told, &s, UINT64_MAX) != HOST_REACHED)
		bench_die("the bare host came to a stop");
}

static void connect_and_ping(struct bare *b, uint16_t sequence)
{
	unsigned open = b->told[NOTICE_PORT_OPEN], data = b->told[NOTICE_DATA];
	unsigned down = b->told[NOTICE_DISCONNECTED];

	if (host_connect(b->a, b->w.profile))
		bench_die("the bare host does not connect");
	await(b, NOTICE_PORT_OPEN, open);
	bench_ping(b->a, sequence);
	await(b, NOTICE_DATA, data);
	if (host_disconnect(b->a))
		bench_die("the bare host does not disconnect");
	await(b, NOTICE_DISCONNECTED, down);
}

/* As the scenario "connect" and what every run does after its scenario. */
static void bare_run(const char *module)
{
	struct bare b = {0};
	struct miniport *mp;

	bench_open(&b.w, module, NULL, on_notice, &b);
	if (sim_add_station(b.w.sim, (struct mac){{0}}, &mp) ||
		host_add_adapter(b.w.host, mp, &b.a))
		bench_die("out of memory");
	await(&b, NOTICE_ADAPTER_UP, 0);
	connect_and_ping(&b, 1);
	connect_and_ping(&b, 2);
	host_remove(b.a);
	await(&b, NOTICE_ADAPTER_REMOVED, 0);
	bench_close(&b.w);
}

static double bare_us(const char *module, unsigned count)
{
	uint64_t began = monotonic_ns();
	unsigned i;

	for (i = 0; i < count; i++)
		bare_run(module);
	return (double)(monotonic_ns() - began) / 1e3 / count;
}

/* ---- Runs. ---- */

static struct lab_config lab_of(const char *module, const char *security, struct profile *profile)
{
	struct lab_config c = {.module = module,
		.looked = true,
		.in_process = true,
		.profile = profile,
		.naps = 2,
		.seed = 1,
		.ui_response = BENCH_KEY,
		.cycles = CYCLES};
	char err[128];
	unsigned i;

	for (i = 0; i < c.naps; i++) {
		c.aps[i].ssid = (struct ssid){5, BENCH_SSID};
		if (sim_ap_config_parse(security, &c.aps[i], err, sizeof(err)))
			bench_die(err);
		c.aps[i].bssid = (struct mac){{2, 0, 0, 0, 1, (uint8_t)(1 + i)}};
		c.aps[i].channel = i ? 11 : 6;
	}
	return c;
}

/* How long the parts of runs took: to its beginning, loading, the scenario, the next connection,
 * unloading, and the end of the process. */
struct parts {
	double us[PARTS];
	unsigned runs;
};

static const char *const part_names[PARTS] = {
	"fork", "load", "scenario", "next connection", "unload", "exit"};

static void add_parts(struct parts *p, const struct outcome *o, uint64_t began)
{
	uint64_t at[PARTS + 1] = {began};
	unsigned i;

	for (i = 1; i < PARTS; i++)
		at[i] = o->reached[i];
	at[PARTS] = monotonic_ns();
	for (i = 0; i < PARTS; i++)
		p->us[i] += (double)(at[i + 1] - at[i]) / 1e3;
	p->runs++;
}

static void take_run(const struct run *run)
{
	if (!run->made)
		bench_die(run->why);
	if (run->nfindings)
		bench_die(run->findings[0].text);
}

/* Microseconds that each of so many runs took. parts: with one job, else NULL. */
static double runs_us(struct runner *r, unsigned count, struct parts *parts)
{
	const struct plan plan = {.scenario = SCENARIO_CONNECT};
	uint64_t began = monotonic_ns(), last = began;
	unsigned started = 0, done = 0;
	struct run run;

	while (done < count) {
		while (started < count) {
			uint64_t now = monotonic_ns();

			if (runner_start(r, &plan, 0))
				break;
			last = now;
			started++;
		}
		if (!runner_wait(r, WAIT_MS, &run))
			continue;
		take_run(&run);
		done++;
		if (parts)
			add_parts(parts, run.outcome, last);
	}
	return (double)(monotonic_ns() - began) / 1e3 / count;
}

static struct runner *runner_of(const struct lab_config *c, unsigned jobs)
{
	struct runner *r;

	if (runner_new(c, jobs, &r))
		bench_die("out of memory");
	return r;
}

/* ---- What one costs. ---- */

/* Of one run, in microseconds. CPU time is what it costs; how long it takes is that, and who else
 * wants a processor at each of its changes from thread to thread. */
struct cost {
	double wall, user, kernel;
};

static double cpu_us(bool kernel)
{
	struct rusage self, children;
	const struct timeval *a = kernel ? &self.ru_stime : &self.ru_utime;
	const struct timeval *b = kernel ? &children.ru_stime : &children.ru_utime;

	getrusage(RUSAGE_SELF, &self);
	getrusage(RUSAGE_CHILDREN, &children);
	return (double)(a->tv_sec + b->tv_sec) * 1e6 + (double)(a->tv_usec + b->tv_usec);
}

static double cpu(const struct cost *c)
{
	return c->user + c->kernel;
}

/* module: a bare host with it; NULL: runs of r. */
static struct cost cost_of(
	const char *module, struct runner *r, unsigned count, struct parts *parts)
{
	struct cost c = {.user = -cpu_us(false), .kernel = -cpu_us(true)};

	c.wall = module ? bare_us(module, count) : runs_us(r, count, parts);
	c.user = (c.user + cpu_us(false)) / count;
	c.kernel = (c.kernel + cpu_us(true)) / count;
	return c;
}

static void add(struct cost *sum, const struct cost *c)
{
	sum->wall += c->wall / ROUNDS;
	sum->user += c->user / ROUNDS;
	sum->kernel += c->kernel / ROUNDS;
}

static void say(const char *what, const struct cost *c, const struct parts *p)
{
	char text[256] = "";
	unsigned i, n = 0;

	bench_note("%s: %.0f us of CPU time, %.0f of them in the kernel; it takes %.0f us", what,
		cpu(c), c->kernel, c->wall);
	for (i = 0; p && i < PARTS; i++)
		n += (unsigned)snprintf(text + n, sizeof(text) - n, "%s%s %.0f", i ? ", " : "",
			part_names[i], p->us[i] / p->runs);
	if (p)
		bench_note("of that: %s; %.0f runs/s of one job", text, 1e6 / c->wall);
}

static void compare_bare(const char *module, struct lab_config *c, unsigned count)
{
	struct cost bare, forked, sums[2] = {{0}};
	struct runner *r = runner_of(c, 1);
	struct parts parts = {0};
	double ratios[ROUNDS];
	int i;

	bare_us(module, 2);
	runs_us(r, 2, NULL);
	for (i = 0; i < ROUNDS; i++) {
		bare = cost_of(module, NULL, count, NULL);
		forked = cost_of(NULL, r, count, &parts);
		ratios[i] = cpu(&forked) / cpu(&bare);
		add(&sums[0], &bare);
		add(&sums[1], &forked);
	}
	/* What is around a run (a process made and ended, its memory, the filter of its system
	 * calls, two networks, another look at what it left) may cost twice what happens inside. */
	bench_row("CPU time of a run of verify, in process, against a bare host's", "x",
		bench_median(ratios, ROUNDS), RUN_GOAL);
	say("run", &sums[1], &parts);
	say("bare", &sums[0], NULL);
	runner_free(r);
}

static void compare_isolated(struct lab_config *c, const struct bench_options *o, unsigned count)
{
	struct cost here, there, sum = {0};
	struct lab_config isolated = *c;
	struct runner *in = runner_of(c, 1), *out;
	struct parts parts = {0};
	double ratios[ROUNDS];
	int i;

	setenv("OPENIHV_WORKER", o->worker, 1);
	isolated.in_process = false;
	out = runner_of(&isolated, 1);
	runs_us(out, 2, NULL);
	for (i = 0; i < ROUNDS; i++) {
		here = cost_of(NULL, in, count, NULL);
		there = cost_of(NULL, out, count, &parts);
		ratios[i] = cpu(&there) / cpu(&here);
		add(&sum, &there);
	}
	/* A second program is loaded and linked, and prepares its cryptography by itself. */
	bench_row("the same isolated, against in process", "x", bench_median(ratios, ROUNDS),
		ISOLATED_GOAL);
	say("run", &sum, &parts);
	runner_free(in);
	runner_free(out);
}

static void show_template(const struct lab_config *c, unsigned count)
{
	struct runner *r = runner_of(c, 1);
	struct cost cost;

	runs_us(r, 2, NULL);
	cost = cost_of(NULL, r, ROUNDS * count, NULL);
	say("the template in place of rsn, in process", &cost, NULL);
	runner_free(r);
}

/* ---- Several jobs, and a whole sweep. ---- */

static void compare_jobs(struct lab_config *c, unsigned count)
{
	double ratios[ROUNDS];
	struct runner *one, *two;
	int i;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2) {
		bench_note("two jobs: left out, there is one processor");
		return;
	}
	one = runner_of(c, 1);
	two = runner_of(c, 2);
	for (i = 0; i < ROUNDS; i++) {
		double alone = runs_us(one, 2 * count, NULL);

		ratios[i] = runs_us(two, 2 * count, NULL) / alone;
	}
	bench_row("time of as many runs, two jobs against one", "x", bench_median(ratios, ROUNDS),
		PAIR_GOAL);
	runner_free(one);
	runner_free(two);
}

static void sweep(const struct lab_config *c)
{
	struct sweep_config config = {.lab = *c,
		.depth = 1,
		.jobs = (unsigned)sysconf(_SC_NPROCESSORS_ONLN),
		.replays = REPLAYS};
	struct report *r = calloc(1, sizeof(*r));
	char err[OUTCOME_TEXT];

	if (!r)
		bench_die("out of memory");
	if (sweep_run(&config, r, err, sizeof(err)))
		bench_die(err);
	bench_row("the default sweep of rsn", "s", r->seconds, SWEEP_S);
	bench_note("%.0f runs with %u jobs, %.0f runs/s, %u kinds of findings", (double)r->runs,
		config.jobs, (double)r->runs / r->seconds, r->nfindings);
	report_free(r);
	free(r);
}

void bench_verify(const struct bench_options *o)
{
	struct profile *profile = bench_profile(), *minimal;
	struct lab_config rsn = lab_of(o->rsn, "wpa2-psk:" BENCH_KEY, profile);
	struct lab_config template = lab_of(o->template, "open", profile);
	unsigned count = o->shorter ? 5 : 20;

	if (profile_minimal((const uint8_t *)BENCH_SSID, 5, &minimal))
		bench_die("out of memory");
	rsn.ui_profile = minimal;
	compare_bare(o->rsn, &rsn, count);
	compare_isolated(&rsn, o, count);
	show_template(&template, count);
	compare_jobs(&rsn, count);
	if (!o->shorter)
		sweep(&rsn);
	profile_free(minimal);
	profile_free(profile);
}
