// SPDX-License-Identifier: BSD-2-Clause
/* Puts a run together, and takes down what is seen of it. */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace/describe.h"
#include "base/clock.h"
#include "base/wipe.h"
#include "crypto/crypto.h"
#include "module/inproc.h"
#include "verify/confine.h"
#include "verify/lab_internal.h"
#include "wire/inet.h"
#include "worker/worker.h"

#define ETHERTYPE_IPV4 0x0800
#define ANSWER_NS      (8 * NS_PER_S) /* longer than a handler may take */

void lab_found(struct lab *l, const char *rule, enum rule_severity severity, const char *fmt, ...)
{
	struct outcome *o = l->out;
	uint32_t n = atomic_load(&o->nfindings);
	struct outcome_finding *f;
	va_list ap;

	if (n == OUTCOME_FINDINGS)
		return;
	f = &o->findings[n];
	snprintf(f->rule, sizeof(f->rule), "%s", rule);
	f->severity = (uint8_t)severity;
	f->seq = atomic_load(&o->ncrossings);
	va_start(ap, fmt);
	vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
	atomic_store(&o->nfindings, n + 1);
}

/* ---- What the host tells. ---- */

/* On the loop: all crossings that were waiting for it came before this. */
static void settled(void *user)
{
	struct lab *l = user;
	uint64_t n = atomic_load(&l->out->ncrossings);

	for (; l->marked < n && l->marked < OUTCOME_CROSSINGS; l->marked++)
		l->out->settled[l->marked] = (uint16_t)n;
	l->marking = false;
}

static void mark(struct lab *l)
{
	if (!l->marking)
		l->marking = host_post(l->host, settled, l) == 0;
}

static void on_crossing(void *user, const struct crossing *x)
{
	struct lab *l = user;
	uint64_t n = atomic_load(&l->out->ncrossings);
	unsigned i;

	if (n < OUTCOME_CROSSINGS)
		l->out->crossings[n] = *x;
	atomic_store(&l->out->ncrossings, n + 1);
	l->out->ns = x->time;
	if (x->fn == FN_PERFORM_POST_ASSOCIATE && x->phase == PHASE_ENTER)
		for (i = 0; i < l->ntaps; i++)
			tap_forget_keys(&l->taps[i]);
	if (!l->plan->count)
		mark(l);
	acts_crossing(l, x);
	if (l->config->life)
		l->config->life->crossing(l->config->life->user, x);
}

static struct lab_adapter *adapter_of(struct lab *l, const struct host_adapter *host)
{
	unsigned i;

	for (i = 0; i < LAB_ADAPTERS; i++)
		if (l->adapters[i].host == host)
			return &l->adapters[i];
	return NULL;
}

static void count_reply(struct lab_adapter *a, const struct host_notice *n)
{
	struct inet_echo echo;

	if (n->ethertype == ETHERTYPE_IPV4 && inet_echo_parse(n->data, n->length, &echo) == 0 &&
		echo.type == ICMP_ECHO_REPLY_TYPE && echo.sequence == a->echo_sequence)
		a->replies++;
}

static void on_notice(void *user, struct host_adapter *host, const struct host_notice *n)
{
	struct lab *l = user;
	struct lab_adapter *a = adapter_of(l, host);

	if (n->type == NOTICE_HANDLER_BLOCKED) {
		lab_found(l, "hang", SEVERITY_E, "%s has not returned",
			crossing_name((enum crossing_fn)n->reason));
		l->over = true;
	}
	if (!a)
		return;
	a->told[n->type]++;
	if (n->type == NOTICE_DATA)
		count_reply(a, n);
	else
		a->last = *n;
	if (n->type == NOTICE_ADAPTER_REMOVED)
		a->host = NULL;
}

/* The user has made up his mind. */
static void answer(struct timer *t, void *user)
{
	struct lab *l = user;
	uint8_t typed[2 * LAB_UI_RESPONSE + 2] = {0};
	const char *text = l->config->ui_response;
	uint32_t n = 0;

	(void)t;
	/* ASCII, in UTF-16 with an end. */
	for (; text[n]; n++)
		typed[2 * n] = (uint8_t)text[n];
	n = n ? 2 * n + 2 : 0;
	while (l->nasked)
		host_ui_respond(l->host, l->asked[--l->nasked], l->answer ? l->answer : typed,
			l->answer ? l->answer_length : n);
	wipe(typed, sizeof(typed));
}

/* People are slow. */
static void on_ui(void *user, const struct host_ui_request *request)
{
	struct lab *l = user;

	l->out->asked = true;
	if (l->nasked < LAB_ASKED)
		l->asked[l->nasked++] = request->id;
	timer_arm(l->loop, &l->answering, ANSWER_NS, answer, l);
}

static void died(struct lab *l, const struct module_event *e)
{
	const char *in = e->handler < FN_COUNT ? crossing_name(e->handler) : "no handler";
	char cause[96];

	l->over = true;
	if (e->end == MODULE_KILLED && e->handler < FN_COUNT)
		lab_found(l, "hang", SEVERITY_E, "%s has not returned", in);
	else if (e->end == MODULE_KILLED)
		lab_found(l, "busy", SEVERITY_E, "a thread of the module never rests");
	else
		lab_found(l, "crash", SEVERITY_F, "%s in %s",
			cause_text(e->end, e->code, false, cause, sizeof(cause)), in);
}

static void on_event(void *user, const struct module_event *e)
{
	struct lab *l = user;

	if (e->deaths && !l->over)
		died(l, e);
}

static uint32_t on_refuse(void *user, const struct crossing *x)
{
	return acts_refuse(user, x);
}

static void key_again(void *user, const struct tap_key *key)
{
	lab_found(user, "key", SEVERITY_F,
		"a %s key was installed twice in one association: its packet numbers begin anew",
		key->mapping ? "pairwise" : "group");
}

/* ---- Running. ---- */

struct waiting {
	struct lab *l;
	bool (*until)(void *user);
	void *user;
};

static bool wake(void *user)
{
	const struct waiting *w = user;

	return w->l->over || w->l->jump_s || (w->until && w->until(w->user));
}

/* Those of the wall and the monotonic one: a module that counts seconds may count either. Where
 * they cannot be made to jump, nothing happens. */
static void jump(struct lab *l)
{
	struct module_probe p = {.what = PROBE_CLOCK,
		.clock = {.jump_ns = l->jump_s * (int64_t)NS_PER_S,
			.wall = true,
			.monotonic = l->jump_s > 0}};

	l->jump_s = 0;
	if (l->module->ops->probe)
		l->module->ops->probe(l->module, &p);
}

bool lab_run_until(struct lab *l, bool (*until)(void *user), void *user, uint64_t limit_ns)
{
	struct waiting w = {.l = l, .until = until, .user = user};
	uint64_t end, now;

	if (l->over || !l->host)
		return false;
	now = loop_now(l->loop);
	end = limit_ns > UINT64_MAX - now ? UINT64_MAX : now + limit_ns;
	while (!l->over) {
		enum host_run_result result = host_run(l->host, wake, &w, end - now);

		if (result == HOST_RESTLESS) {
			lab_found(l, "busy", SEVERITY_E, "a thread of the module never rests");
			l->restless = l->over = true;
		}
		if (result != HOST_REACHED || !l->jump_s)
			return result == HOST_REACHED && !l->over;
		jump(l); /* with no lock held: the module may call meanwhile */
		now = loop_now(l->loop);
	}
	return false;
}

struct counting {
	const unsigned *counter;
	unsigned before;
};

static bool moved(void *user)
{
	const struct counting *c = user;

	return *c->counter != c->before;
}

bool lab_await(struct lab *l, const unsigned *counter, unsigned before, uint64_t limit_ns)
{
	struct counting c = {counter, before};

	return *counter != before || lab_run_until(l, moved, &c, limit_ns);
}

void lab_rest(struct lab *l, uint64_t ns)
{
	lab_run_until(l, NULL, NULL, ns);
}

/* ---- Module and host. ---- */

static int open_module(struct lab *l, bool guard, bool isolated, char *err, size_t room)
{
	const struct inproc_options here = {.guard = guard, .looked = l->config->looked};
	const struct worker_config there = {
		.options = {.guard = guard, .repeatable = true, .seed = l->config->seed}};

	return isolated ? worker_open(l->config->module, &there, &l->module, err, room)
			: inproc_open(l->config->module, &here, &l->module, err, room);
}

static void could_not(struct lab *l, int error, const char *why)
{
	l->out->error = error;
	snprintf(l->out->why, sizeof(l->out->why), "%s", why);
	l->over = true;
}

static int make_host(struct lab *l, char *err, size_t room)
{
	const struct host_config config = {.loop = l->loop,
		.strict = l->config->strict,
		.handler_deadline_ms = l->config->deadline_ms,
		.stop_deadline_ms = l->config->stop_deadline_ms,
		.crossing = on_crossing,
		.notice = on_notice,
		.ui = on_ui,
		.event = on_event,
		.refuse = on_refuse,
		.virtual_station =
			l->plan->scenario == SCENARIO_VIRTUAL ? lab_virtual_station : NULL,
		.user = l};
	int rc = host_new(&config, l->module, &l->host);

	if (rc) {
		snprintf(err, room, "%s", strerror(-rc));
		return rc;
	}
	l->stopped = false;
	l->out->stations = (l->module->exports & MODULE_HAS_VIRTUAL_STATION) != 0;
	l->module->hold = acts_hold;
	l->module->hold_user = l;
	return host_start(l->host, err, room);
}

bool lab_load(struct lab *l, bool guard, bool isolated)
{
	char err[512] = "";
	int rc = open_module(l, guard, isolated, err, sizeof(err));

	if (rc) {
		could_not(l, rc, err);
		return false;
	}
	rc = make_host(l, err, sizeof(err));
	if (!rc)
		return true;
	if (!l->over) {
		/* It refuses to live, though nothing was done to it and no rule says why. */
		if (!l->next && checker_violations(host_checker(l->host)) == 0)
			could_not(l, rc, err);
		l->over = true;
	}
	return false;
}

/* What the checker found, and what was exercised, once for each host. */
static void report(struct lab *l)
{
	const struct checker *c = host_checker(l->host);
	size_t count, i;
	const struct finding *list = checker_findings(c, &count);
	uint32_t n;

	for (i = 0; i < count; i++) {
		lab_found(l, rule_info(list[i].rule)->id, list[i].severity, "%s", list[i].text);
		n = atomic_load(&l->out->nfindings);
		l->out->findings[n - 1].seq = list[i].seq;
	}
	for (i = 0; i < RULE_COUNT; i++)
		l->out->exercised[i] |= checker_exercised(c, (enum rule_id)i) != 0;
}

bool lab_unload(struct lab *l)
{
	unsigned i;

	if (!l->host)
		return true;
	acts_end(l);
	/* Nor would virtual time move for one that never rests. */
	if (!l->stopped && (l->restless || host_stop(l->host))) {
		report(l);
		return false;
	}
	l->stopped = true;
	report(l);
	host_free(l->host);
	l->host = NULL;
	l->module = NULL;
	for (i = 0; i < LAB_ADAPTERS; i++)
		l->adapters[i].host = NULL;
	return true;
}

static bool make_peer(struct lab *l)
{
	const struct peer_config config = {.command = l->config->peer,
		.loop = l->loop,
		.aps = l->aps,
		.naps = l->naps,
		.seed = l->config->seed,
		.answer_ms = l->config->peer_deadline_ms};
	char err[OUTCOME_TEXT];
	int rc = l->config->peer ? peer_open(&config, &l->peer, err, sizeof(err)) : 0;

	if (rc)
		could_not(l, rc, err);
	return rc == 0;
}

static bool make_radio(struct lab *l)
{
	unsigned i;

	if (loop_new(LOOP_VIRTUAL, &l->loop) || sim_new(l->loop, l->config->seed, &l->sim))
		return false;
	for (i = 0; i < l->config->naps; i++, l->naps++)
		if (sim_add_ap(l->sim, &l->config->aps[i], &l->aps[i]))
			return false;
	return true;
}

static void end_peer(struct lab *l)
{
	char err[OUTCOME_TEXT];

	if (l->peer && peer_close(l->peer, err, sizeof(err)))
		could_not(l, -EPROTO, err);
	l->peer = NULL;
}

static void clear_away(struct lab *l)
{
	unsigned i;

	end_peer(l);
	sim_free(l->sim);
	for (i = 0; i < l->ntaps; i++)
		tap_free(&l->taps[i]);
	loop_free(l->loop);
	pthread_mutex_destroy(&l->hold_lock);
}

static void reached(struct outcome *out, enum lab_stage stage)
{
	out->reached[stage] = monotonic_ns();
	atomic_store(&out->stage, (uint32_t)stage);
}

static void set_stage(struct lab *l, enum lab_stage stage)
{
	reached(l->out, stage);
}

/* Page guards, and the search for secrets, are scenarios. */
static bool begin(struct lab *l)
{
	enum scenario s = l->plan->scenario;
	bool isolated = !l->config->in_process || s == SCENARIO_SECRETS;

	if (crypto_make_repeatable(l->config->seed) || !make_radio(l)) {
		could_not(l, -ENOMEM, "out of memory");
		return false;
	}
	if (!make_peer(l))
		return false;
	/* A worker has a sandbox of its own; making one is what is no longer possible after this.
	 */
	if (!isolated)
		confine_calls();
	l->profile = s == SCENARIO_UI && l->config->ui_profile ? l->config->ui_profile
							       : l->config->profile;
	if (l->config->life)
		l->config->life->begin(l, l->config->life->user);
	set_stage(l, LAB_STARTED);
	return lab_load(l, s == SCENARIO_GUARD, isolated);
}

static void live(struct lab *l)
{
	set_stage(l, LAB_RUNNING);
	if (l->config->life) {
		l->config->life->live(l, l->config->life->user);
		return;
	}
	scenario_run(l);
	l->out->script = atomic_load(&l->out->ncrossings);
	set_stage(l, LAB_RECOVERS);
	while (scenario_recover(l)) {
		l->again++;
		acts_restart(l);
		scenario_run(l);
	}
}

bool lab_run(const struct lab_config *config, const struct plan *plan, struct outcome *out)
{
	struct lab *l = calloc(1, sizeof(*l));
	unsigned i;
	bool unloaded;

	if (!l) {
		out->error = -ENOMEM;
		return true;
	}
	*l = (struct lab){.config = config, .plan = plan, .out = out};
	pthread_mutex_init(&l->hold_lock, NULL);
	for (i = 0; i < LAB_ADAPTERS; i++)
		l->adapters[i].lab = l;
	for (i = 0; i < LAB_STATIONS; i++) {
		l->taps[i].received = acts_received;
		l->taps[i].key_again = key_again;
		l->taps[i].user = l;
	}
	if (begin(l))
		live(l);
	set_stage(l, LAB_ENDS);
	unloaded = lab_unload(l);
	if (unloaded) {
		clear_away(l);
		free(l);
	}
	reached(out, LAB_DONE);
	return unloaded;
}
