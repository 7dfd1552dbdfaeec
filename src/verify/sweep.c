// SPDX-License-Identifier: BSD-2-Clause
#include "verify/sweep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "verify/plans.h"
#include "verify/runner.h"

#define PROGRESS_NS 100000000ull
#define WAIT_MS     100
/* Undisturbed runs have the numbers of their scenarios, so that they are the first choice for an
 * example. Those that measure are the last: what they do is long, and harder to follow. */
#define MEASURES (1ull << 62)

struct sweep {
	struct sweep_config *config;
	struct report *report;
	struct runner *runner;
	struct plans plans;
	struct plan_log logs[SCENARIOS]; /* of the undisturbed runs: their scripts */
	uint64_t began, told, pairs;
	uint64_t next; /* number of the next plan */
	bool stop;     /* what was looked for was found */
	int error;     /* no run can be made */
	char *err;
	size_t err_room;
};

static double seconds(const struct sweep *s)
{
	return (double)(monotonic_ns() - s->began) / 1e9;
}

/* ---- What a run has shown. ---- */

static void keep_around(struct report_finding *out, const struct run *run, uint64_t seq)
{
	const struct crossing *x = run->outcome->crossings;
	unsigned i;

	out->naround = 0;
	for (i = 0; i < run->nkept && out->naround < REPORT_AROUND; i++)
		if (x[i].seq + REPORT_AROUND / 2 >= seq && x[i].seq < seq + REPORT_AROUND / 2)
			out->around[out->naround++] = x[i];
}

static void take_example(
	struct report_finding *out, const struct outcome_finding *f, const struct run *run)
{
	out->number = run->number;
	out->seq = f->seq;
	snprintf(out->text, sizeof(out->text), "%s", f->text);
	plan_format(&run->plan, out->plan, sizeof(out->plan));
	plan_text(&run->plan, out->did, sizeof(out->did));
	if (!run->plan.count && run->number >= MEASURES)
		snprintf(out->did, sizeof(out->did), "%s", scenario_text(run->plan.scenario));
	keep_around(out, run, f->seq);
}

static bool same_as_before(const struct run *run, unsigned number)
{
	unsigned i;

	for (i = 0; i < number; i++)
		if (strcmp(run->findings[i].rule, run->findings[number].rule) == 0 &&
			run->findings[i].severity == run->findings[number].severity &&
			report_same_text(run->findings[i].text, run->findings[number].text))
			return true;
	return false;
}

/* Whether a rule is in a list by commas. */
static bool listed(const char *list, const char *rule)
{
	size_t n = strlen(rule);

	for (; list; list = strchr(list, ',')) {
		list += *list == ',';
		if (strncmp(list, rule, n) == 0 && (!list[n] || list[n] == ','))
			return true;
	}
	return false;
}

static void take_finding(struct sweep *s, const struct run *run, unsigned number)
{
	const struct outcome_finding *f = &run->findings[number];
	struct report_finding out = {.severity = (enum rule_severity)f->severity, .count = 1};

	if (same_as_before(run, number))
		return; /* a run counts once */
	snprintf(out.rule, sizeof(out.rule), "%s", f->rule);
	take_example(&out, f, run);
	if (report_add(s->report, &out))
		s->report->lost++;
	if (listed(s->config->until, f->rule))
		s->stop = true;
}

static void take_cells(struct sweep *s, const struct run *run)
{
	unsigned i, k;
	bool bad = false, odd = false;

	for (i = 0; i < run->nfindings; i++) {
		bad |= run->findings[i].severity != SEVERITY_W;
		odd |= run->findings[i].severity == SEVERITY_W;
	}
	for (k = 0; k < run->plan.count; k++) {
		const struct plan_act *a = &run->plan.acts[k];
		struct report_cell *cell;

		if (!a->at.nth || !run->outcome->acts[k].done)
			continue;
		cell = &s->report->cells[a->at.fn][a->act];
		cell->runs++;
		cell->findings += bad;
		cell->warnings += odd;
	}
}

static void take_run(struct sweep *s, const struct run *run)
{
	struct report *r = s->report;
	unsigned i;

	r->runs++;
	r->scenarios[run->plan.scenario].runs++;
	r->crossings += atomic_load(&run->outcome->ncrossings);
	for (i = 0; i < RULE_COUNT; i++)
		r->exercised[i] += run->outcome->exercised[i] != 0;
	take_cells(s, run);
	for (i = 0; i < run->nfindings; i++)
		take_finding(s, run, i);
}

/* ---- Running plans. ---- */

static bool out_of_time(const struct sweep *s)
{
	return s->config->budget_s > 0 && seconds(s) >= s->config->budget_s;
}

static bool spent(const struct sweep *s)
{
	const struct sweep_config *c = s->config;

	return out_of_time(s) ||
	       (c->max_runs && s->report->runs + runner_running(s->runner) >= c->max_runs);
}

static double time_left(const struct sweep *s)
{
	const struct sweep_config *c = s->config;
	const struct report *r = s->report;
	double now = seconds(s), left = -1;
	uint64_t goal = r->planned;

	if (c->max_runs && (c->max_runs < goal || c->depth > 1))
		goal = c->max_runs;
	if (r->runs && goal > r->runs && (c->depth == 1 || c->max_runs))
		left = now / (double)r->runs * (double)(goal - r->runs);
	if (c->budget_s > 0 && (left < 0 || left > c->budget_s - now))
		left = c->budget_s > now ? c->budget_s - now : 0;
	return left;
}

static void show(struct sweep *s, bool always)
{
	struct sweep_progress p = {.planned = s->report->planned, .runs = s->report->runs};
	uint64_t now = monotonic_ns();
	unsigned i;

	if (!s->config->progress || (!always && now - s->told < PROGRESS_NS))
		return;
	s->told = now;
	p.seconds = seconds(s);
	p.left = time_left(s);
	for (i = 0; i < s->report->nfindings; i++) {
		p.findings += s->report->findings[i].severity != SEVERITY_W;
		p.warnings += s->report->findings[i].severity == SEVERITY_W;
	}
	s->config->progress(s->config->user, &p);
}

/* Those whose crossings are worth disturbing. */
static bool disturbed(enum scenario sc)
{
	return sc < SCENARIO_CYCLES;
}

static uint64_t base_number(enum scenario sc)
{
	return disturbed(sc) ? sc : MEASURES + sc;
}

static bool is_base(uint64_t number)
{
	return number < SCENARIOS || number >= MEASURES;
}

static bool mine(const struct sweep *s, uint64_t number)
{
	return number % s->config->shards == s->config->shard - 1;
}

static void keep_log(struct plan_log *log, const struct outcome *o, size_t n)
{
	log->run = calloc(n + 1, sizeof(*log->run));
	log->settled = calloc(n + 1, sizeof(*log->settled));
	if (!log->run || !log->settled)
		return;
	memcpy(log->run, o->crossings, n * sizeof(*log->run));
	memcpy(log->settled, o->settled, n * sizeof(*log->settled));
	log->count = n;
}

/* The undisturbed run of a scenario tells what can be done to it. */
static void take_base(struct sweep *s, const struct run *run)
{
	enum scenario sc = run->plan.scenario;
	struct report_scenario *out = &s->report->scenarios[sc];
	const struct outcome *o = run->outcome;
	uint64_t script = o->script ? o->script : run->nkept;
	unsigned n = script < run->nkept ? (unsigned)script : run->nkept;

	out->crossings = (uint32_t)atomic_load(&o->ncrossings);
	out->connected = o->opened_before;
	s->config->lab.opens[sc] = o->opened;
	s->config->lab.passes[sc] = o->passed;
	s->config->lab.held[sc] = o->held;
	if (sc == SCENARIO_UI && !o->asked) {
		snprintf(out->note, sizeof(out->note), "left out: the module asked nothing");
		return;
	}
	if (sc == SCENARIO_VIRTUAL && !o->stations) {
		snprintf(out->note, sizeof(out->note),
			"left out: the module exports no InitVirtualStation");
		return;
	}
	keep_log(&s->logs[sc], o, n);
}

static void take(struct sweep *s, const struct run *run)
{
	if (!run->made) {
		if (!s->error)
			snprintf(s->err, s->err_room, "%s", run->why);
		s->error = -EIO;
		s->stop = true;
		return;
	}
	if (is_base(run->number)) {
		take_base(s, run);
		if (!mine(s, run->number))
			return;
	}
	take_run(s, run);
}

static void collect(struct sweep *s, unsigned until_running)
{
	struct run run;

	while (runner_running(s->runner) > until_running) {
		if (runner_wait(s->runner, WAIT_MS, &run))
			take(s, &run);
		show(s, false);
	}
}

static int start(struct sweep *s, const struct plan *plan, uint64_t number)
{
	int rc = runner_start(s->runner, plan, number);

	if (rc == -EAGAIN) {
		collect(s, s->config->jobs - 1);
		rc = runner_start(s->runner, plan, number);
	}
	return rc;
}

/* ---- The phases. ---- */

static bool wanted(const struct sweep *s, enum scenario sc)
{
	return !s->config->scenarios || (s->config->scenarios & 1u << sc);
}

static int run_bases(struct sweep *s)
{
	unsigned sc;
	int rc;

	for (sc = 0; sc < SCENARIOS && !s->stop; sc++) {
		const struct plan plan = {.scenario = (enum scenario)sc};

		if (!wanted(s, (enum scenario)sc))
			continue;
		if (out_of_time(s)) {
			snprintf(s->report->scenarios[sc].note,
				sizeof(s->report->scenarios[sc].note),
				"left out: the time was used up");
			continue;
		}
		s->report->planned += mine(s, base_number((enum scenario)sc));
		rc = start(s, &plan, base_number((enum scenario)sc));
		if (rc)
			return rc;
		/* What the first one cannot do, none can. */
		if (sc == SCENARIO_CONNECT)
			collect(s, 0);
	}
	collect(s, 0);
	return s->error;
}

static bool has_other_ap(const struct lab_config *c)
{
	return c->naps > 1;
}

static void make_plans(struct sweep *s)
{
	bool other = has_other_ap(&s->config->lab);
	unsigned sc;

	for (sc = 0; sc < SCENARIOS; sc++) {
		const struct plan_log *known =
			sc == SCENARIO_CONNECT ? NULL : &s->logs[SCENARIO_CONNECT];

		if (disturbed((enum scenario)sc))
			plans_add(&s->plans, (enum scenario)sc, &s->logs[sc], known, other);
	}
	plans_order(&s->plans, s->config->lab.seed);
}

static uint64_t count_mine(const struct sweep *s, uint64_t first, uint64_t count)
{
	uint64_t n = 0, i;

	for (i = first; i < first + count; i++)
		n += mine(s, i);
	return n;
}

static int run_plans(struct sweep *s)
{
	size_t i;
	int rc = 0;

	s->report->planned += count_mine(s, SCENARIOS, s->plans.count);
	for (i = 0; i < s->plans.count && !rc && !s->stop && !spent(s); i++)
		if (mine(s, SCENARIOS + i))
			rc = start(s, &s->plans.list[i], SCENARIOS + i);
	s->report->complete = i == s->plans.count && !s->plans.full;
	collect(s, 0);
	return rc ? rc : s->error;
}

/* As many as time or runs allow; without either, as many as there are single ones. */
static int run_pairs(struct sweep *s)
{
	const struct sweep_config *c = s->config;
	uint64_t number, first = SCENARIOS + s->plans.count, count = UINT64_MAX;
	int rc = 0;

	if (c->depth < 2 || !s->plans.count || !s->report->complete)
		return 0;
	if (c->budget_s <= 0 && !c->max_runs) {
		count = s->plans.count;
		s->report->planned += count_mine(s, first, count);
	}
	for (number = 0; number < count && !rc && !s->stop && !spent(s); number++) {
		const struct plan plan = plans_pair(&s->plans, c->lab.seed, number);

		if (mine(s, first + number))
			rc = start(s, &plan, first + number);
	}
	collect(s, 0);
	return rc ? rc : s->error;
}

static bool shows(const struct run *run, const struct report_finding *f)
{
	unsigned i;

	for (i = 0; i < run->nfindings; i++)
		if (strcmp(run->findings[i].rule, f->rule) == 0 &&
			run->findings[i].severity == f->severity &&
			report_same_text(run->findings[i].text, f->text))
			return true;
	return false;
}

/* What is no crossing but a measure: a busy machine may disturb it. */
static bool measured(const char *rule)
{
	return strcmp(rule, "leak") == 0 || strcmp(rule, "busy") == 0;
}

/* Each example again: what does not repeat is told as such, and is a warning where it was
 * measured. */
static int run_again(struct sweep *s)
{
	struct report *r = s->report;
	unsigned i, k;
	char err[128];
	int rc = 0;

	for (i = 0; i < r->nfindings && !rc; i++) {
		struct report_finding *f = &r->findings[i];
		struct plan plan;
		struct run run;

		if (plan_parse(f->plan, &plan, err, sizeof(err)))
			continue;
		for (k = 0; k < s->config->replays && !rc; k++) {
			rc = runner_start(s->runner, &plan, 0);
			while (!rc && !runner_wait(s->runner, WAIT_MS, &run))
				show(s, false);
			if (rc)
				break;
			f->replays++;
			r->replays++;
			f->reproduced += shows(&run, f);
		}
		if (f->replays && !f->reproduced && measured(f->rule))
			f->severity = SEVERITY_W;
	}
	return rc;
}

int sweep_run(struct sweep_config *config, struct report *out, char *err, size_t room)
{
	struct sweep s = {.config = config, .report = out, .err = err, .err_room = room};
	unsigned i;
	int rc;

	if (!config->shards)
		config->shards = config->shard = 1;
	snprintf(err, room, "out of memory");
	rc = runner_new(&config->lab, config->jobs, &s.runner);
	if (rc)
		return rc;
	out->seed = config->lab.seed;
	out->depth = config->depth;
	out->shards = config->shards;
	out->shards_in[(config->shard - 1) / 64] |= 1ull << (config->shard - 1) % 64;
	snprintf(out->version, sizeof(out->version), "%s", OPENIHV_VERSION);
	s.began = monotonic_ns();
	rc = run_bases(&s);
	if (!rc && !s.stop) {
		make_plans(&s);
		rc = run_plans(&s);
	}
	if (!rc && !s.stop)
		rc = run_pairs(&s);
	if (!rc)
		rc = run_again(&s);
	out->seconds = seconds(&s);
	show(&s, true);
	report_sort(out);
	for (i = 0; i < SCENARIOS; i++) {
		free(s.logs[i].run);
		free(s.logs[i].settled);
	}
	plans_free(&s.plans);
	runner_free(s.runner);
	return rc;
}
