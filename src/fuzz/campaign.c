// SPDX-License-Identifier: BSD-2-Clause
#include "fuzz/campaign.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/wipe.h"
#include "fuzz/minimise.h"
#include "fuzz/novelty.h"
#include "fuzz/seeds.h"

#define PROGRESS_NS 200000000ull
#define WAIT_MS     100
#define MINIMISE_S  60 /* for each finding, where runs are slow and there is a budget of time */
#define HOW         48 /* bytes of a name behind the number */

/* A run under way. */
struct flight {
	uint64_t number;
	bool taken, old; /* old: its input is in the corpus already */
	char how[HOW];
};

struct work {
	const struct campaign_config *config;
	struct campaign *out;
	struct stand *stand;
	struct corpus corpus;
	struct novelty novelty;
	struct trial trial;
	struct flight flights[RUNNER_JOBS];
	struct input input, other;
	uint64_t began, told, grown; /* ns */
	uint64_t next;               /* number of the next run */
	bool found;                  /* what was looked for */
	bool made;                   /* the folder for findings */
	int error;
	char *err;
	size_t room;
};

static double seconds(uint64_t from)
{
	return (double)(monotonic_ns() - from) / 1e9;
}

static void show(struct work *w, bool always)
{
	struct campaign_progress *p = &w->out->last;
	uint64_t now = monotonic_ns();
	unsigned i;

	if (!always && now - w->told < PROGRESS_NS)
		return;
	w->told = now;
	if (!p->minimising)
		p->seconds = seconds(w->began);
	p->since = seconds(w->grown);
	p->corpus = w->corpus.count;
	p->edges = w->novelty.nedges;
	p->crossings = w->novelty.ncrossings;
	p->findings = p->warnings = 0;
	for (i = 0; i < w->out->nfindings; i++) {
		bool warning = w->out->findings[i].id.severity == SEVERITY_W;

		p->findings += !warning;
		p->warnings += warning;
	}
	if (w->config->progress)
		w->config->progress(w->config->user, p);
}

static bool spent(const struct work *w)
{
	const struct campaign_config *c = w->config;

	return w->error || w->found || (c->stop && *c->stop) ||
	       (c->budget_s > 0 && seconds(w->began) >= c->budget_s) ||
	       (c->max_runs && w->next >= c->max_runs);
}

/* ---- What a run has shown. ---- */

static void write_finding(
	struct work *w, struct campaign_finding *f, const struct input *in, const char *how)
{
	if (!w->config->crashes)
		return;
	snprintf(f->file, sizeof(f->file), "%s/id:%06u,rule:%s,%s", w->config->crashes,
		f->file_number, f->id.rule, how);
	w->error = corpus_write(f->file, in);
	if (w->error)
		snprintf(w->err, w->room, "%s: %s", f->file, strerror(-w->error));
}

static struct campaign_finding *known(struct campaign *c, uint64_t key)
{
	unsigned i;

	for (i = 0; i < c->nfindings; i++)
		if (c->findings[i].id.key == key)
			return &c->findings[i];
	return NULL;
}

static void take_finding(struct work *w, const struct identity *id, const char *how)
{
	struct campaign *c = w->out;
	struct campaign_finding *f = known(c, id->key);

	if (w->config->until && strcmp(w->config->until, id->rule) == 0)
		w->found = true;
	if (f) {
		f->count++;
		return;
	}
	if (c->nfindings == CAMPAIGN_FINDINGS) {
		c->lost++;
		return;
	}
	f = &c->findings[c->nfindings];
	*f = (struct campaign_finding){.id = *id,
		.count = 1,
		.number = w->trial.run.number,
		.size = input_size(w->trial.input),
		.file_number = c->nfindings,
		.input = malloc(sizeof(*f->input))};
	if (!f->input) {
		w->error = -ENOMEM;
		return;
	}
	c->nfindings++;
	input_copy(f->input, w->trial.input);
	write_finding(w, f, f->input, how);
}

static void add_to_corpus(struct work *w, const struct input *in, const char *how)
{
	if (!w->error)
		w->error = corpus_add(&w->corpus, in, how, w->err, w->room);
	w->out->added += !w->error;
	w->grown = monotonic_ns();
}

static void take(struct work *w)
{
	const struct trial *t = &w->trial;
	struct flight *f = w->flights;
	unsigned i;
	bool new;

	while (f->number != t->run.number || !f->taken)
		f++;
	f->taken = false;
	if (!t->run.made) {
		snprintf(w->err, w->room, "%s", t->run.why);
		w->error = -EIO;
		return;
	}
	w->out->last.runs++;
	if (t->cover != COVER_NONE)
		w->out->last.cover = t->cover;
	new = novelty_take(&w->novelty, t->map, &t->run);
	for (i = 0; i < t->count; i++)
		take_finding(w, &t->found[i], f->how);
	/* What ends a module is no ground to build on. */
	if (new && !f->old && !t->count)
		add_to_corpus(w, t->input, f->how);
}

static void collect(struct work *w, unsigned until_running)
{
	while (stand_running(w->stand) > until_running) {
		if (stand_wait(w->stand, WAIT_MS, &w->trial))
			take(w);
		show(w, false);
	}
}

static void launch(struct work *w, const struct input *in, const char *how, bool old)
{
	struct flight *f = w->flights;
	int rc;

	collect(w, w->config->jobs - 1);
	if (w->error)
		return;
	while (f->taken)
		f++;
	rc = stand_start(w->stand, in, w->next, false);
	if (rc) {
		snprintf(w->err, w->room, "a run cannot be started: %s", strerror(-rc));
		w->error = rc;
		return;
	}
	*f = (struct flight){.number = w->next++, .taken = true, .old = old};
	snprintf(f->how, sizeof(f->how), "%s", how);
}

/* ---- The phases. ---- */

static int take_seed(void *user, const struct input *in, const char *name)
{
	struct work *w = user;
	char how[HOW];

	snprintf(how, sizeof(how), "orig:%s", name);
	add_to_corpus(w, in, how);
	return w->error;
}

/* An undisturbed run tells what the AP sends, and whether the module runs at all. */
static void make_seeds(struct work *w)
{
	const struct campaign_config *c = w->config;
	int rc;

	w->input.count = 0;
	rc = stand_try(w->stand, &w->input, true, &w->trial);
	if (rc == -EIO)
		snprintf(w->err, w->room, "%s", w->trial.run.why);
	if (rc) {
		w->error = rc;
		return;
	}
	input_copy(&w->other, w->trial.recorded ? w->trial.recorded : &w->input);
	w->error = seeds_make(&w->other, c->types, c->lab.ui_response, take_seed, w);
}

static void run_corpus(struct work *w)
{
	unsigned i, n = w->corpus.count;

	w->out->started_with = n;
	w->out->added = 0;
	/* With nothing at all, too: what it shows then, no input is to blame for. */
	w->input.count = 0;
	launch(w, &w->input, "orig:nothing", true);
	for (i = 0; i < n && !spent(w); i++) {
		corpus_get(&w->corpus, i, &w->input);
		launch(w, &w->input, "orig:corpus", true);
	}
	collect(w, 0);
}

/* Every other time of those that came last: they lead further. */
static unsigned choose(const struct work *w, struct rng *rng)
{
	unsigned n = w->corpus.count, young = n / 4 + 1;

	return (unsigned)(rng_below(rng, 2) ? n - 1 - rng_below(rng, young) : rng_below(rng, n));
}

static void run_mutants(struct work *w)
{
	const struct campaign_config *c = w->config;
	struct mutator m = {.dictionary = c->dictionary, .types = c->types};
	char op[MUTATE_OP], how[HOW];

	while (w->corpus.count && !spent(w)) {
		unsigned a, b;

		collect(w, c->jobs - 1); /* before the choice: it depends on what is known by now */
		rng_init(&m.rng, rng_mix(c->seed) ^ w->next);
		a = choose(w, &m.rng);
		b = choose(w, &m.rng);
		corpus_get(&w->corpus, a, &w->input);
		corpus_get(&w->corpus, b, &w->other);
		mutate(&m, &w->input, a == b ? &w->input : &w->other, op);
		snprintf(how, sizeof(how), "src:%06u,op:%s", w->corpus.list[a].id, op);
		launch(w, &w->input, how, false);
	}
	collect(w, 0);
}

/* ---- Afterwards. ---- */

struct showing {
	struct work *w;
	uint64_t key, began;
};

static bool shows(void *user, const struct input *in)
{
	struct showing *s = user;
	struct work *w = s->w;

	if (w->error || (w->config->stop && *w->config->stop > 1))
		return false;
	if (w->config->budget_s > 0 && seconds(s->began) > MINIMISE_S)
		return false;
	w->out->minimising++;
	show(w, false);
	return stand_try(w->stand, in, false, &w->trial) == 0 && trial_has(&w->trial, s->key);
}

/* A crash whose place is not known, since the module had written over what that needs, is taken for
 * one of the same handler whose place is. */
static void merge_unseen(struct campaign *c)
{
	unsigned i, k;

	for (i = 0; i < c->nfindings; i++) {
		struct campaign_finding *f = &c->findings[i];

		for (k = 0; k < c->nfindings; k++)
			if (c->findings[k].id.seen && c->findings[k].id.wide == f->id.wide)
				break;
		if (f->id.seen || !f->id.wide || k == c->nfindings)
			continue;
		c->findings[k].count += f->count;
		free(f->input);
		memmove(f, f + 1, (c->nfindings - i - 1) * sizeof(*f));
		c->nfindings--;
		i--;
	}
}

/* Judged by the system's clock, or by how long it takes until a thread is gone: it may have been
 * the machine that was slow. */
static bool needs_time(const struct identity *id)
{
	static const char *const rules[] = {"hang", "busy", "X-06"};
	size_t i;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (strcmp(id->rule, rules[i]) == 0)
			return true;
	return false;
}

static void minimise_one(struct work *w, struct campaign_finding *f)
{
	struct showing s = {w, f->id.key, monotonic_ns()};

	f->tried = true;
	f->repeated = shows(&s, f->input);
	if (!f->repeated && needs_time(&f->id))
		f->id.severity = SEVERITY_W;
	if (!f->repeated)
		return;
	minimise(f->input, shows, &s, w->config->minimise_runs);
	write_finding(w, f, f->input, "min");
}

static int by_severity(const void *a, const void *b)
{
	const struct campaign_finding *x = a, *y = b;

	if (x->id.severity != y->id.severity)
		return x->id.severity < y->id.severity ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

static void finish(struct work *w)
{
	unsigned i;

	merge_unseen(w->out);
	w->out->last.minimising = true;
	for (i = 0; i < w->out->nfindings; i++)
		if (w->out->findings[i].id.severity != SEVERITY_W)
			minimise_one(w, &w->out->findings[i]);
	show(w, true);
	qsort(w->out->findings, w->out->nfindings, sizeof(w->out->findings[0]), by_severity);
}

static int open_folders(struct work *w)
{
	const char *crashes = w->config->crashes;
	int rc = corpus_open(w->config->corpus, &w->corpus, w->err, w->room);

	if (rc || !crashes)
		return rc;
	w->made = mkdir(crashes, 0700) == 0;
	if (w->made || errno == EEXIST)
		return 0;
	rc = -errno;
	snprintf(w->err, w->room, "%s: %s", crashes, strerror(-rc));
	return rc;
}

int campaign_run(const struct campaign_config *config, struct campaign *out, char *err, size_t room)
{
	struct work *w = calloc(1, sizeof(*w));
	int rc;

	*out = (struct campaign){0};
	snprintf(err, room, "out of memory");
	if (!w)
		return -ENOMEM;
	w->config = config;
	w->out = out;
	w->err = err;
	w->room = room;
	w->began = w->grown = monotonic_ns();
	w->error = open_folders(w);
	if (!w->error)
		w->error = stand_new(&config->lab, config->jobs, &w->stand);
	if (!w->error && !w->corpus.count)
		make_seeds(w);
	if (!w->error) {
		run_corpus(w);
		run_mutants(w);
	}
	if (!w->error)
		finish(w);
	rc = w->error;
	if (w->made)
		rmdir(config->crashes); /* if there are none, it stays not */
	corpus_free(&w->corpus);
	stand_free(w->stand);
	wipe(w, sizeof(*w));
	free(w);
	return rc;
}

void campaign_free(struct campaign *c)
{
	unsigned i;

	for (i = 0; i < c->nfindings; i++)
		free(c->findings[i].input);
	c->nfindings = 0;
}

bool campaign_clean(const struct campaign *c)
{
	unsigned i;

	for (i = 0; i < c->nfindings; i++)
		if (c->findings[i].id.severity != SEVERITY_W)
			return false;
	return true;
}
