// SPDX-License-Identifier: BSD-2-Clause
/*
 * A module in a process of its own that dies, hangs, and comes back.
 *
 *     test -- host -- a carrier that is played (tests/lib/fake_module.h)
 *              |
 *           adapter ~~ station ~~ open AP
 *
 * Times are virtual and exact, but for handlers that compute: those stop it, and have 30 ms.
 */
#include "tests/lib/life.h"
#include "tests/lib/world.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <wlanreason.h>

#include "module/inproc.h"
#include "tests/lib/fake_module.h"
#include "tests/lib/radio.h"

#define EVENTS_MAX 64
#define MINUTE     (60 * NS_PER_S)

struct told {
	enum module_event_id id;
	enum module_end end;
	uint32_t code;
	enum crossing_fn handler, last;
	unsigned deaths, nlast;
	uint64_t retry, at;
};

/* What surrounds the world under test; one at a time. */
static struct fake *fake;
static struct told events[EVENTS_MAX];
static unsigned nevents;
static uint64_t die_at; /* the crossing at which the module dies; 0: at none */
static enum module_end die_how;
static uint64_t ask_at; /* the crossing at which a callback asks for something */
static void (*ask)(struct world *w);

/* cmocka cannot fail a test from a callback, which runs on the host's thread. */
static unsigned wrong;

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition) && !wrong++)                                                      \
			print_error("%s:%d: %s\n", __FILE__, __LINE__, #condition);                \
	} while (0)

/* ---- What the host tells. ---- */

/* Nothing of a dead module is left anywhere. */
static void nothing_left(const struct world *w)
{
	struct host_counts c;
	unsigned i;

	host_counts(w->host, &c);
	CHECK(c.adapters == 0);
	CHECK(c.sessions == 0);
	CHECK(c.buffers == 0);
	CHECK(c.sends == 0);
	CHECK(c.ui_requests == 0);
	for (i = 0; i < w->nadapters; i++) {
		if (w->adapters[i].host)
			CHECK(!(host_port_open(w->adapters[i].host, NULL)));
		CHECK(radio_empty(w, i));
	}
}

static void on_event(void *user, const struct module_event *e)
{
	struct world *w = (struct world *)user;

	CHECK(nevents < EVENTS_MAX);
	CHECK(strcmp(e->path, "fake") == 0);
	CHECK(e->nlast <= 16);
	events[nevents++] = (struct told){.id = e->id,
		.end = e->end,
		.code = e->code,
		.handler = e->handler,
		.last = e->nlast ? (enum crossing_fn)e->last[e->nlast - 1].fn : FN_COUNT,
		.deaths = e->deaths,
		.nlast = e->nlast,
		.retry = e->retry_ns,
		.at = loop_now(w->loop)};
	if (e->end == MODULE_LIVES)
		return;
	CHECK(ask_at || events[nevents - 1].last == FN_MODULE_DIED);
	nothing_left(w);
}

static void on_crossing(struct world *w, const struct crossing *x)
{
	if (x->fn == FN_MODULE_DIED)
		fake->buried = true;
	if (ask_at && x->seq == ask_at)
		ask(w);
	if (die_at && x->seq == die_at)
		fake_die(fake, die_how, 11);
}

static struct module *make(struct world *w)
{
	radio_watch(w);
	fake = fake_new();
	return &fake->module;
}

static uint32_t handler_ms, load_ms;

static void configure(struct world *w, struct host_config *hc)
{
	(void)w;
	hc->event = on_event;
	hc->handler_deadline_ms = handler_ms;
	hc->load_deadline_ms = load_ms;
}

static void open_world(struct world *w, uint64_t die, bool breaks_rules)
{
	const struct world_config config = {.aps = {"open"},
		.adapters = 2,
		.make = make,
		.configure = configure,
		.crossing = on_crossing,
		.breaks_rules = breaks_rules};

	nevents = wrong = 0;
	die_at = die;
	die_how = MODULE_SIGNALLED;
	ask_at = 0;
	world_open(w, &config);
}

/* The record alone says the same as the run did. */
static void judge_again(const struct world *w)
{
	const struct checker *live = host_checker(w->host);
	struct checker *c;
	size_t i;

	assert_int_equal(checker_new(w->config.strict, &c), 0);
	for (i = 0; i < w->ncrossings; i++)
		checker_feed(c, &w->crossings[i]);
	assert_int_equal(checker_violations(c), checker_violations(live));
	assert_int_equal(checker_warnings(c), checker_warnings(live));
	assert_int_equal(checker_rules_exercised(c), checker_rules_exercised(live));
	checker_free(c);
}

static void close_world(struct world *w)
{
	if (!w->stopped)
		world_stop(w);
	judge_again(w);
	assert_int_equal(fake->faults, 0);
	assert_int_equal(wrong, 0);
	handler_ms = load_ms = 0;
	world_close(w);
}

/* Runs for exactly so long: a far timer keeps virtual time from coming to an end before. */
static void nothing(struct timer *t, void *user)
{
	(void)t;
	(void)user;
}

static void pass(struct world *w, uint64_t ns)
{
	struct timer far = {0};
	uint64_t end = loop_now(w->loop) + ns;

	assert_int_equal(timer_arm(w->loop, &far, ns + NS_PER_S, nothing, NULL), 0);
	assert_int_equal(world_rest(w, ns), HOST_LIMIT);
	timer_disarm(w->loop, &far);
	assert_int_equal(loop_now(w->loop), end);
}

static unsigned count_events(enum module_event_id id)
{
	unsigned i, n = 0;

	for (i = 0; i < nevents; i++)
		n += events[i].id == id;
	return n;
}

static bool happened(void *user)
{
	const enum module_event_id *id = (const enum module_event_id *)user;

	return nevents && events[nevents - 1].id == *id;
}

static const struct told *await(struct world *w, enum module_event_id id)
{
	struct timer far = {0};

	assert_int_equal(timer_arm(w->loop, &far, 100 * MINUTE, nothing, NULL), 0);
	assert_int_equal(host_run(w->host, happened, &id, 90 * MINUTE), HOST_REACHED);
	timer_disarm(w->loop, &far);
	return &events[nevents - 1];
}

static void up(struct world *w)
{
	assert_int_equal(world_start(w), 0);
	world_arrive(w, 0);
	world_connect(w, 0);
}

/* Dies now; returns what was told of it. */
static const struct told *kill_it(struct world *w)
{
	fake_die(fake, MODULE_SIGNALLED, 9);
	return await(w, MODULE_STOPPED_UNEXPECTEDLY);
}

/* ---- A death at each crossing. ---- */

static void live(struct world *w)
{
	/* It may be lost in the moment when it is up. */
	if (!world_try_arrive(w, 0) || !host_adapter_is_up(w->adapters[0].host))
		assert_true(world_wait(w, 0, NOTICE_ADAPTER_UP, 1));
	world_connect(w, 0);
	world_rest(w, NS_PER_S);
}

static void test_healthy(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, 0, false);
	up(&w);
	assert_true(radio_has_key(0) && radio_group_keys(0) == 2);
	close_world(&w);
	assert_int_equal(nevents, 2);
	assert_int_equal(events[0].id, MODULE_STARTED);
	assert_int_equal(events[1].id, MODULE_STOPPED);
	assert_int_equal(events[1].nlast, 16);
}

static void test_every_crossing(void **state)
{
	static const enum module_end ends[] = {
		MODULE_SIGNALLED, MODULE_EXITED, MODULE_EXCEPTION, MODULE_GARBLED};
	struct world w;
	uint64_t first, last, n;

	(void)state;
	open_world(&w, 0, false);
	assert_int_equal(world_start(&w), 0);
	first = w.ncrossings;
	live(&w);
	last = w.ncrossings;
	close_world(&w);
	assert_true(last > first + 40);
	for (n = first + 1; n <= last; n++) {
		open_world(&w, n, false);
		die_how = ends[n % 4];
		assert_int_equal(world_start(&w), 0);
		live(&w);
		/* It may have died at the very end. */
		pass(&w, 2 * NS_PER_S);
		assert_true(host_port_open(w.adapters[0].host, NULL));
		assert_true(radio_has_key(0) && radio_group_keys(0) == 2);
		assert_int_equal(fake->loads, 1);
		assert_int_equal(count_events(MODULE_STARTED), 2);
		assert_int_equal(count_events(MODULE_STOPPED_UNEXPECTEDLY), 1);
		assert_int_equal(events[1].end, ends[n % 4]);
		assert_int_equal(events[1].code, 11);
		assert_int_equal(events[1].retry, NS_PER_S);
		assert_int_equal(events[2].at, events[1].at + NS_PER_S);
		assert_int_equal(w.adapters[0].told[NOTICE_ADAPTER_LOST], 1);
		assert_int_equal(w.adapters[0].told[NOTICE_ADAPTER_DOWN], 0);
		assert_int_equal(w.adapters[0].told[NOTICE_DISCONNECTED], 0);
		assert_int_equal(w.adapters[0].told[NOTICE_CONNECT_FAILED], 0);
		assert_int_equal(world_count(&w, FN_MODULE_DIED, PHASE_POINT), 1);
		assert_int_equal(world_count(&w, FN_LISTS_CLEARED, PHASE_POINT), 1);
		close_world(&w);
	}
	print_message("%u deaths\n", (unsigned)(last - first));
}

/* In the first start it is an error, and it is not tried again. */
static void test_first_start(void **state)
{
	struct world w;
	uint64_t n, crossings;

	(void)state;
	open_world(&w, 0, false);
	assert_int_equal(world_start(&w), 0);
	crossings = w.ncrossings;
	close_world(&w);
	for (n = 1; n < crossings; n++) { /* at the last one it has been started */
		open_world(&w, n, false);
		assert_int_equal(world_start(&w), -EPROTO);
		assert_int_equal(nevents, 1);
		assert_int_equal(events[0].id, MODULE_FAILED_TO_START);
		assert_int_equal(events[0].retry, 0);
		pass(&w, MINUTE);
		assert_int_equal(fake->loads, 0);
		close_world(&w);
		assert_int_equal(nevents, 1);
	}
}

/* ---- The end is under way. ---- */

static void end(struct world *w, enum ending how)
{
	life_end(w, how);
	if (how != END_STOP)
		pass(w, 100 * NS_PER_MS);
}

/* A disconnection that the module's death overtakes stays one: nobody connects again. */
static void end_at(enum ending how, uint64_t n)
{
	struct world w;

	open_world(&w, n, false);
	up(&w);
	end(&w, how);
	if (how != END_STOP)
		pass(&w, 3 * NS_PER_S);
	if (how == END_DISCONNECT) {
		assert_true(host_adapter_is_up(w.adapters[0].host));
		assert_int_equal(w.adapters[0].told[NOTICE_CONNECTED], 1);
		assert_int_equal(w.adapters[0].told[NOTICE_DISCONNECTED], 1);
	}
	if (how == END_DISABLE)
		assert_false(host_adapter_is_up(w.adapters[0].host));
	assert_int_equal(w.adapters[0].told[NOTICE_ADAPTER_DOWN], how == END_DISABLE);
	close_world(&w);
	assert_int_equal(count_events(MODULE_STARTED), how == END_STOP ? 1 : 2);
}

static void test_while_ending(void **state)
{
	uint64_t first, last, n;
	struct world w;
	unsigned how;

	(void)state;
	for (how = 0; how < ENDINGS; how++) {
		open_world(&w, 0, false);
		up(&w);
		first = w.ncrossings;
		end(&w, how);
		last = w.ncrossings - (how == END_STOP); /* but for "module unloaded" */
		close_world(&w);
		assert_true(last > first);
		for (n = first + 1; n <= last; n++)
			end_at(how, n);
	}
}

/* ---- While it is dead. ---- */

static void test_while_dead(void **state)
{
	struct function_call late = {.fn = FN_FREE_BUFFER, .thread = 1};
	size_t crossings;
	struct world_adapter *a;
	struct world w;

	(void)state;
	open_world(&w, 0, false);
	a = &w.adapters[0];
	up(&w);
	kill_it(&w);
	assert_false(host_adapter_is_up(a->host));
	assert_int_equal(host_connect(a->host, w.profile), -ENETDOWN);
	assert_int_equal(host_enable(a->host), -EALREADY);
	assert_int_equal(host_session_change(w.host, 5, 1), -ENETDOWN);
	assert_int_equal(host_control(a->host, "x", 1, 1), -ENETDOWN);
	assert_int_equal(host_send_data(a->host, world_station(&w, 1), 0x0800, "x", 1), -EACCES);
	/* Not wanted any more. */
	assert_int_equal(host_disconnect(a->host), 0);
	assert_int_equal(a->told[NOTICE_DISCONNECTED], 1);
	assert_int_equal(host_disconnect(a->host), -ENETDOWN);
	/* What it may still have been about to say is not heard. */
	crossings = w.ncrossings;
	assert_int_equal(fake->module.function(fake->module.user, &late), ERROR_INVALID_STATE);
	assert_int_equal(w.ncrossings, crossings);
	/* Another one comes, and waits. */
	assert_int_equal(host_add_adapter(w.host, w.adapters[1].mp, &w.adapters[1].host), 0);
	await(&w, MODULE_STARTED);
	pass(&w, NS_PER_S);
	assert_true(host_adapter_is_up(a->host));
	assert_true(host_adapter_is_up(w.adapters[1].host));
	assert_int_equal(a->told[NOTICE_CONNECTED], 1);
	world_connect(&w, 0);

	/* Disabled while it is dead: down, and not back with it; enabled: it waits. */
	kill_it(&w);
	assert_int_equal(host_disable(a->host), 0);
	assert_int_equal(a->told[NOTICE_ADAPTER_DOWN], 1);
	assert_int_equal(host_disable(w.adapters[1].host), 0);
	assert_int_equal(host_enable(w.adapters[1].host), 0);
	await(&w, MODULE_STARTED);
	pass(&w, NS_PER_S);
	assert_false(host_adapter_is_up(a->host));
	assert_true(host_adapter_is_up(w.adapters[1].host));
	assert_int_equal(host_enable(a->host), 0);
	assert_true(world_wait(&w, 0, NOTICE_ADAPTER_UP, a->told[NOTICE_ADAPTER_UP]));
	world_connect(&w, 0);

	/* Removed, unplugged. */
	kill_it(&w);
	assert_int_equal(host_remove(a->host), 0);
	assert_int_equal(a->told[NOTICE_ADAPTER_REMOVED], 1);
	sim_unplug(w.adapters[1].mp);
	w.adapters[1].unplugged = true;
	assert_true(world_wait(&w, 1, NOTICE_ADAPTER_REMOVED, 0));
	await(&w, MODULE_STARTED);
	close_world(&w);
	assert_int_equal(events[nevents - 1].id, MODULE_STOPPED);
}

/* With no thread it can say nothing by itself: but it may have died. */
static void test_alone(void **state)
{
	uint64_t now;
	struct world w;

	(void)state;
	open_world(&w, 0, false);
	up(&w);
	fake->alone = true;
	pass(&w, NS_PER_S);
	now = loop_now(w.loop);
	fake_die_unseen(fake);
	assert_int_equal(await(&w, MODULE_STOPPED_UNEXPECTEDLY)->at, now);
	assert_int_equal(events[nevents - 1].end, MODULE_EXITED);
	close_world(&w);
}

/* A key that came before there was a port is gone, too (nothing_left()). */
static void test_early_key(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, 0, true);
	assert_int_equal(world_start(&w), 0);
	world_arrive(&w, 0);
	fake->early_key = fake->asks = true;
	assert_int_equal(host_connect(w.adapters[0].host, w.profile), 0);
	world_rest(&w, NS_PER_S);
	assert_int_equal(radio_group_keys(0), 2);
	kill_it(&w);
	close_world(&w);
}

/* An answer of the user that waits for a module goes with it; the next one asks again. */
static void test_user_asked(void **state)
{
	struct world w;
	uint64_t id;

	(void)state;
	open_world(&w, 0, false);
	assert_int_equal(world_start(&w), 0);
	world_arrive(&w, 0);
	fake->asks = true;
	assert_int_equal(host_connect(w.adapters[0].host, w.profile), 0);
	world_rest(&w, NS_PER_S);
	assert_int_equal(w.ui_requests, 1);
	id = w.ui.id;
	assert_int_equal(host_ui_respond(w.host, id, "x", 1), 0);
	kill_it(&w);
	assert_int_equal(world_count(&w, FN_PROCESS_UI_RESPONSE, PHASE_ENTER), 0);
	assert_int_equal(host_ui_respond(w.host, id, "x", 1), -ENOENT);
	pass(&w, 2 * NS_PER_S);
	assert_int_equal(w.ui_requests, 2);
	assert_int_equal(host_ui_respond(w.host, w.ui.id, "x", 1), 0);
	assert_true(world_wait(&w, 0, NOTICE_CONNECTED, 0));
	close_world(&w);
}

static bool in_control(void *user)
{
	const struct world *w = (const struct world *)user;

	return world_count(w, FN_CONTROL, PHASE_ENTER) == 1;
}

/* One is open, one waits: both are answered, by nobody. */
static void test_control(void **state)
{
	struct world_adapter *a;
	struct world w;

	(void)state;
	open_world(&w, 0, false);
	a = &w.adapters[0];
	up(&w);
	fake->stuck = FN_CONTROL;
	fake->way = FAKE_SLEEPS;
	assert_int_equal(host_control(a->host, "x", 1, 4), 0);
	assert_int_equal(host_control(a->host, "y", 1, 4), 0);
	assert_int_equal(host_run(w.host, in_control, &w, UINT64_MAX), HOST_REACHED);
	kill_it(&w);
	assert_int_equal(a->told[NOTICE_CONTROL], 2);
	assert_int_equal(a->last[NOTICE_CONTROL].error, ERROR_OPERATION_ABORTED);
	assert_int_equal(a->last[NOTICE_CONTROL].length, 0);
	fake->stuck = FN_COUNT;
	await(&w, MODULE_STARTED);
	pass(&w, NS_PER_S);
	assert_int_equal(host_control(a->host, "z", 1, 4), 0);
	assert_true(world_wait(&w, 0, NOTICE_CONTROL, 2));
	assert_int_equal(a->last[NOTICE_CONTROL].error, 0);
	assert_int_equal(a->told[NOTICE_CONTROL], 3);
	close_world(&w);
}

static void test_stop_while_dead(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, 0, false);
	up(&w);
	kill_it(&w);
	close_world(&w);
	assert_int_equal(events[nevents - 1].id, MODULE_STOPPED_UNEXPECTEDLY);
}

/* Callbacks of the death, and of what follows, ask for what they like. */
static void remove_all(struct world *w)
{
	unsigned i;

	for (i = 0; i < 2; i++)
		if (w->adapters[i].host)
			host_remove(w->adapters[i].host);
}

static void disable_all(struct world *w)
{
	unsigned i;

	for (i = 0; i < 2; i++)
		host_disable(w->adapters[i].host);
}

static void disconnect_all(struct world *w)
{
	unsigned i;

	for (i = 0; i < 2; i++)
		host_disconnect(w->adapters[i].host);
}

static unsigned controls[2]; /* that the host took */

static void control_all(struct world *w)
{
	unsigned i;

	for (i = 0; i < 2; i++)
		controls[i] += host_control(w->adapters[i].host, "x", 1, 4) == 0;
}

static void connect_all(struct world *w)
{
	unsigned i;

	for (i = 0; i < 2; i++)
		host_connect(w->adapters[i].host, w->profile);
}

/* Whatever there is, down and up. */
static void shake_all(struct world *w)
{
	unsigned i;

	host_session_change(w->host, 6, 1);
	for (i = 0; i < 2; i++) {
		host_send_data(w->adapters[i].host, world_station(w, 1), 0x0800, "x", 1);
		host_disable(w->adapters[i].host);
		host_enable(w->adapters[i].host);
	}
}

static void die_and_ask(struct world *w, uint64_t at, void (*what)(struct world *w))
{
	open_world(w, 0, false);
	up(w);
	world_arrive(w, 1);
	controls[0] = controls[1] = 0;
	ask_at = at;
	ask = what;
	fake_die(fake, MODULE_SIGNALLED, 9);
	pass(w, 3 * NS_PER_S);
}

static void test_callbacks(void **state)
{
	static void (*const asks[])(struct world *) = {
		remove_all, disable_all, disconnect_all, control_all, connect_all, shake_all};
	struct world w;
	uint64_t first, last, n;
	unsigned i;

	(void)state;
	die_and_ask(&w, 0, NULL);
	for (first = 1; w.crossings[first - 1].fn != FN_MODULE_DIED; first++)
		;
	for (last = first; w.crossings[last - 1].fn != FN_OID_SCAN; last++)
		; /* the adapters are back */
	close_world(&w);
	for (i = 0; i < sizeof(asks) / sizeof(asks[0]); i++)
		for (n = first; n <= last; n++) {
			die_and_ask(&w, n, asks[i]);
			assert_int_equal(w.adapters[0].told[NOTICE_ADAPTER_REMOVED], i == 0);
			assert_int_equal(w.adapters[1].told[NOTICE_ADAPTER_REMOVED], i == 0);
			assert_int_equal(w.adapters[1].told[NOTICE_ADAPTER_DOWN], i == 1 || i == 5);
			if (i == 2)
				assert_false(host_port_open(w.adapters[0].host, NULL));
			assert_int_equal(w.adapters[0].told[NOTICE_CONTROL], controls[0]);
			assert_int_equal(w.adapters[1].told[NOTICE_CONTROL], controls[1]);
			close_world(&w);
		}
}

/* ---- When it is started anew. ---- */

static void test_five_deaths(void **state)
{
	const struct told *e;
	struct world w;
	unsigned i;

	(void)state;
	open_world(&w, 0, false);
	up(&w);
	for (i = 1; i < 5; i++) {
		uint64_t at;

		pass(&w, 7 * NS_PER_S);
		at = loop_now(w.loop);
		e = kill_it(&w);
		assert_int_equal(e->deaths, i);
		assert_int_equal(e->at, at);
		assert_int_equal(e->retry, NS_PER_S << (i - 1));
		assert_int_equal(await(&w, MODULE_STARTED)->at, at + (NS_PER_S << (i - 1)));
	}
	e = kill_it(&w);
	assert_int_equal(e->deaths, 5);
	assert_int_equal(e->retry, 0);
	pass(&w, 20 * MINUTE);
	assert_int_equal(fake->loads, 4);
	assert_false(host_adapter_is_up(w.adapters[0].host));
	assert_int_equal(w.adapters[0].told[NOTICE_CONNECT_FAILED], 1);
	assert_int_equal(w.adapters[0].last[NOTICE_CONNECT_FAILED].reason,
		WLAN_REASON_CODE_IHV_NOT_AVAILABLE);
	assert_int_equal(w.adapters[0].told[NOTICE_ADAPTER_LOST], 5);
	/* Somebody has repaired it. */
	assert_int_equal(world_start(&w), 0);
	assert_int_equal(world_start(&w), -EALREADY);
	pass(&w, NS_PER_S);
	assert_true(host_adapter_is_up(w.adapters[0].host));
	assert_int_equal(kill_it(&w)->retry, NS_PER_S);
	await(&w, MODULE_STARTED);
	close_world(&w);
}

static void test_backoff(void **state)
{
	static const unsigned seconds[] = {1, 2, 4, 8, 16, 32, 60, 60};
	struct world w;
	unsigned i;

	(void)state;
	open_world(&w, 0, false);
	up(&w);
	for (i = 0; i < 8; i++) {
		pass(&w, 4 * MINUTE); /* lives too long to die five times in ten minutes */
		assert_int_equal(kill_it(&w)->retry, seconds[i] * NS_PER_S);
		await(&w, MODULE_STARTED);
	}
	pass(&w, 10 * MINUTE);
	assert_int_equal(kill_it(&w)->retry, NS_PER_S);
	await(&w, MODULE_STARTED);
	close_world(&w);
}

/* The new one fails in one way after another; each counts as a death. */
static void test_failing_restart(void **state)
{
	const struct told *e;
	struct world w;

	(void)state;
	open_world(&w, 0, false);
	up(&w);
	fake->failing_loads = 1;
	kill_it(&w);
	e = await(&w, MODULE_FAILED_TO_START);
	assert_int_equal(e->end, MODULE_NEVER_CAME);
	assert_int_equal(e->code, 126);
	assert_int_equal(e->handler, FN_COUNT);
	assert_int_equal(e->deaths, 2);
	assert_int_equal(e->retry, 2 * NS_PER_S);
	fake->service_result = ERROR_GEN_FAILURE;
	fake->lingers = 20; /* nothing is called in it meanwhile */
	pass(&w, NS_PER_S);
	e = await(&w, MODULE_FAILED_TO_START);
	pass(&w, 2 * NS_PER_S);
	e = &events[nevents - 1];
	assert_int_equal(e->id, MODULE_FAILED_TO_START);
	assert_int_equal(e->end, MODULE_KILLED);
	assert_int_equal(e->handler, FN_INIT_SERVICE);
	assert_int_equal(e->retry, 4 * NS_PER_S);
	assert_int_equal(fake->kills, 1);
	fake->service_result = 0;
	fake->version = 7;
	pass(&w, 5 * NS_PER_S);
	e = &events[nevents - 1];
	assert_int_equal(e->id, MODULE_FAILED_TO_START);
	assert_int_equal(e->handler, FN_GET_VERSION_INFO);
	assert_int_equal(e->deaths, 4);
	fake->version = 0;
	await(&w, MODULE_STARTED);
	pass(&w, NS_PER_S);
	assert_true(host_port_open(w.adapters[0].host, NULL));
	close_world(&w);
}

/* The new one dies on its way, at each crossing of that. */
static void test_dying_restart(void **state)
{
	struct world w;
	uint64_t first, last, n;

	(void)state;
	open_world(&w, 0, false);
	up(&w);
	kill_it(&w);
	first = w.ncrossings;
	await(&w, MODULE_STARTED);
	pass(&w, NS_PER_S);
	last = w.ncrossings;
	close_world(&w);
	for (n = first + 1; n <= last; n++) {
		open_world(&w, n, false);
		up(&w);
		kill_it(&w);
		pass(&w, 10 * NS_PER_S);
		assert_true(host_port_open(w.adapters[0].host, NULL));
		assert_int_equal(fake->loads, 2);
		assert_int_equal(events[2].retry + events[3].retry, 2 * NS_PER_S);
		assert_int_equal(w.adapters[0].told[NOTICE_CONNECT_FAILED], 0);
		close_world(&w);
	}
}

struct recorded {
	const struct world *w;
	size_t n;
};

static bool recorded(void *user)
{
	const struct recorded *r = (const struct recorded *)user;

	return r->w->ncrossings >= r->n;
}

static void test_stop_while_starting(void **state)
{
	struct world w;
	uint64_t first, last, n;

	(void)state;
	open_world(&w, 0, false);
	up(&w);
	kill_it(&w);
	first = w.ncrossings;
	await(&w, MODULE_STARTED);
	last = w.ncrossings;
	close_world(&w);
	/* After the first crossings a call is open or queued: the run can be left there. */
	for (n = first + 1; n < last; n++) {
		struct recorded until = {&w, n};

		open_world(&w, 0, false);
		up(&w);
		kill_it(&w);
		assert_int_equal(host_run(w.host, recorded, &until, MINUTE), HOST_REACHED);
		close_world(&w);
	}
}

/* ---- Handlers that do not return. ---- */

static const struct told *await_kill(struct world *w, enum crossing_fn fn)
{
	const struct told *e = await(w, MODULE_STOPPED_UNEXPECTEDLY);
	const struct crossing *x;

	assert_int_equal(e->end, MODULE_KILLED);
	assert_int_equal(e->handler, fn);
	assert_int_equal(e[-1].id, MODULE_TIMED_OUT);
	assert_int_equal(e[-1].handler, fn);
	assert_int_equal(e[-1].at, e->at);
	assert_int_equal(fake->kills, 1);
	assert_int_equal(world_count(w, FN_HANDLER_OVERDUE, PHASE_POINT), 1);
	assert_int_equal(w->adapters[0].told[NOTICE_HANDLER_BLOCKED], 0);
	for (x = w->crossings; x->fn != FN_MODULE_DIED; x++)
		;
	assert_int_equal(x->module_died.deadline, 1);
	assert_int_equal(x->module_died.function, fn);
	return e;
}

static void test_sleeping_handler(void **state)
{
	uint64_t begun;
	struct world w;

	(void)state;
	open_world(&w, 0, true);
	up(&w);
	world_arrive(&w, 1);
	fake->stuck = FN_CONTROL;
	fake->way = FAKE_SLEEPS;
	fake->lingers = 20; /* and virtual time waits for the end */
	begun = loop_now(w.loop);
	assert_int_equal(host_control(w.adapters[0].host, "x", 1, 1), 0);
	/* The other adapter lives on meanwhile. */
	world_connect(&w, 1);
	assert_int_equal(await_kill(&w, FN_CONTROL)->at, begun + 5 * NS_PER_S);
	assert_true(world_findings(&w, RULE_X_17) == 1);
	fake->stuck = FN_COUNT;
	pass(&w, 3 * NS_PER_S);
	assert_true(host_port_open(w.adapters[0].host, NULL));
	assert_true(host_port_open(w.adapters[1].host, NULL));
	assert_int_equal(w.adapters[0].told[NOTICE_CONTROL], 1);
	assert_int_equal(w.adapters[0].last[NOTICE_CONTROL].error, ERROR_OPERATION_ABORTED);
	close_world(&w);
}

/* Two are open, of two adapters, each on a thread of its own: both come back from nowhere. */
static void test_two_handlers(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, 0, true);
	up(&w);
	world_arrive(&w, 1);
	world_connect(&w, 1);
	fake->stuck = FN_CONTROL;
	fake->way = FAKE_SLEEPS;
	assert_int_equal(host_control(w.adapters[0].host, "x", 1, 1), 0);
	pass(&w, NS_PER_S);
	assert_int_equal(host_control(w.adapters[1].host, "x", 1, 1), 0);
	await_kill(&w, FN_CONTROL);
	fake->stuck = FN_COUNT;
	pass(&w, 3 * NS_PER_S);
	assert_true(host_port_open(w.adapters[0].host, NULL));
	assert_true(host_port_open(w.adapters[1].host, NULL));
	close_world(&w);
}

static void test_stop_has_its_own(void **state)
{
	uint64_t begun;
	struct world w;

	(void)state;
	open_world(&w, 0, true);
	up(&w);
	fake->stuck = FN_STOP_POST_ASSOCIATE;
	fake->way = FAKE_SLEEPS;
	assert_int_equal(host_disable(w.adapters[0].host), 0);
	begun = loop_now(w.loop);
	assert_int_equal(await_kill(&w, FN_STOP_POST_ASSOCIATE)->at, begun + 2 * NS_PER_S);
	assert_int_equal(w.adapters[0].told[NOTICE_ADAPTER_DOWN], 1);
	assert_int_equal(w.adapters[0].told[NOTICE_ADAPTER_LOST], 0);
	fake->stuck = FN_COUNT;
	close_world(&w);
}

/* Virtual time stands while it computes; 30 ms of the system's clock are its limit. */
static void burns(enum fake_way way)
{
	struct host_counts c;
	uint64_t begun;
	struct world w;

	handler_ms = 30;
	open_world(&w, 0, true);
	up(&w);
	fake->stuck = FN_CONTROL;
	fake->way = way;
	assert_int_equal(host_control(w.adapters[0].host, "x", 1, 1), 0);
	begun = loop_now(w.loop);
	assert_int_equal(await_kill(&w, FN_CONTROL)->at, begun);
	host_counts(w.host, &c);
	assert_int_equal(c.threads, 1); /* it was not taken for one that blocks */
	fake->stuck = FN_COUNT;
	pass(&w, 3 * NS_PER_S);
	assert_true(host_port_open(w.adapters[0].host, NULL));
	close_world(&w);
}

static void test_spinning_handler(void **state)
{
	(void)state;
	burns(FAKE_SPINS);
	burns(FAKE_COMPUTES);
}

/* host_stop() itself ends one that hangs, and says so by its return. */
static void test_hanging_at_the_end(void **state)
{
	static const enum crossing_fn fns[] = {
		FN_STOP_POST_ASSOCIATE, FN_DEINIT_ADAPTER, FN_DEINIT_SERVICE};
	struct world w;
	unsigned i;

	(void)state;
	for (i = 0; i < 3; i++) {
		open_world(&w, 0, true);
		up(&w);
		fake->stuck = fns[i];
		fake->way = FAKE_SLEEPS;
		close_world(&w);
		assert_int_equal(events[nevents - 1].id, MODULE_STOPPED_UNEXPECTEDLY);
		assert_int_equal(events[nevents - 1].retry, 0);
	}
}

/* Each time it is loaded anew it has the same time for that. */
static void test_hanging_loads(void **state)
{
	struct world w;

	(void)state;
	load_ms = 30;
	open_world(&w, 0, true);
	up(&w);
	fake->hanging_loads = 2;
	kill_it(&w);
	await(&w, MODULE_STARTED);
	assert_int_equal(fake->kills, 2);
	assert_int_equal(count_events(MODULE_TIMED_OUT), 2);
	assert_int_equal(count_events(MODULE_FAILED_TO_START), 2);
	pass(&w, NS_PER_S);
	assert_true(host_port_open(w.adapters[0].host, NULL));
	close_world(&w);
}

static void test_hanging_first_start(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, 0, true);
	fake->stuck = FN_INIT_SERVICE;
	fake->way = FAKE_SLEEPS;
	assert_int_equal(world_start(&w), -EPROTO);
	assert_int_equal(nevents, 2);
	assert_int_equal(events[0].id, MODULE_TIMED_OUT);
	assert_int_equal(events[1].id, MODULE_FAILED_TO_START);
	assert_int_equal(events[1].handler, FN_INIT_SERVICE);
	close_world(&w);
}

/* ---- What a guard sees. ---- */

static void test_trespass(void **state)
{
	static const struct {
		struct module_trespass_info info;
		enum rule_id rule; /* RULE_COUNT: none */
	} cases[] = {
		{{TRESPASS_WRITE, FN_RECEIVE_PACKET, 0}, RULE_X_35},
		{{TRESPASS_GIVEN, FN_COUNT, 0}, RULE_X_10},
		{{TRESPASS_PACKET, FN_COUNT, 0}, RULE_X_60},
		{{TRESPASS_TABLE, FN_COUNT, 0}, RULE_X_03},
		{{TRESPASS_SYSTEM, FN_COUNT, 41}, RULE_COUNT},
	};
	const struct crossing *x;
	struct world w;
	unsigned i;

	(void)state;
	open_world(&w, 0, true);
	up(&w);
	for (i = 0; i < 5; i++) {
		uint64_t before = checker_violations(host_checker(w.host));

		fake->module.trespass(fake->module.user, &cases[i].info);
		x = &w.crossings[w.ncrossings - 1];
		assert_int_equal(x->fn, FN_MODULE_TRESPASS);
		assert_int_equal(x->module_trespass.what, cases[i].info.what);
		assert_int_equal(x->module_trespass.code, cases[i].info.code);
		assert_int_equal(checker_violations(host_checker(w.host)) - before,
			cases[i].rule != RULE_COUNT);
		if (cases[i].rule != RULE_COUNT)
			assert_int_equal(world_findings(&w, cases[i].rule), 1);
	}
	close_world(&w);
}

/* ---- In this process. ---- */

static enum module_event_id ids[4];
static unsigned nids;

static void keep_id(void *user, const struct module_event *e)
{
	(void)user;
	CHECK(nids < 4 && e->retry_ns == 0 && e->end == MODULE_LIVES);
	if (nids < 4)
		ids[nids++] = e->id;
}

static int in_process(const char *name)
{
	struct host_config config = {.event = keep_id};
	struct module *m;
	struct host *h;
	char err[200];
	int rc;

	nids = wrong = 0;
	assert_int_equal(loop_new(LOOP_VIRTUAL, &config.loop), 0);
	assert_int_equal(inproc_open(world_built(name), NULL, &m, err, sizeof(err)), 0);
	assert_int_equal(host_new(&config, m, &h), 0);
	rc = host_start(h, err, sizeof(err));
	assert_int_equal(host_stop(h), 0);
	host_free(h);
	loop_free(config.loop);
	assert_int_equal(wrong, 0);
	return rc;
}

static void test_in_process(void **state)
{
	(void)state;
	assert_int_equal(in_process(WORLD_TEMPLATE), 0);
	assert_int_equal(nids, 2);
	assert_int_equal(ids[0], MODULE_STARTED);
	assert_int_equal(ids[1], MODULE_STOPPED);
	assert_int_equal(in_process("tests/modules/init_fails.so"), -EPROTO);
	assert_int_equal(nids, 1);
	assert_int_equal(ids[0], MODULE_FAILED_TO_START);
}

/* ---- Real time. ---- */

static bool died(void *user)
{
	return *(const unsigned *)user >= 2;
}

static void count_event(void *user, const struct module_event *e)
{
	(void)e;
	++*(unsigned *)user;
}

static void *unseen(void *arg)
{
	fake_die_unseen((struct fake *)arg);
	return NULL;
}

/* Nothing is due on the loop: only the descriptor tells that there is something. */
static void test_descriptor(void **state)
{
	unsigned told = 0;
	struct host_config config = {.event = count_event, .user = &told};
	pthread_t thread;
	struct host *h;
	char err[200];

	(void)state;
	assert_int_equal(loop_new(LOOP_REAL, &config.loop), 0);
	fake = fake_new();
	assert_int_equal(host_new(&config, &fake->module, &h), 0);
	assert_false(fake->module.orderly);
	assert_int_equal(host_start(h, err, sizeof(err)), 0);
	assert_int_equal(told, 1);
	assert_int_equal(pthread_create(&thread, NULL, unseen, fake), 0);
	assert_int_equal(host_run(h, died, &told, 60 * NS_PER_S), HOST_REACHED);
	pthread_join(thread, NULL);
	assert_int_equal(host_stop(h), 0);
	host_free(h);
	loop_free(config.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_healthy),
		cmocka_unit_test(test_every_crossing),
		cmocka_unit_test(test_first_start),
		cmocka_unit_test(test_while_ending),
		cmocka_unit_test(test_while_dead),
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_early_key),
		cmocka_unit_test(test_user_asked),
		cmocka_unit_test(test_control),
		cmocka_unit_test(test_stop_while_dead),
		cmocka_unit_test(test_callbacks),
		cmocka_unit_test(test_five_deaths),
		cmocka_unit_test(test_backoff),
		cmocka_unit_test(test_failing_restart),
		cmocka_unit_test(test_dying_restart),
		cmocka_unit_test(test_stop_while_starting),
		cmocka_unit_test(test_sleeping_handler),
		cmocka_unit_test(test_two_handlers),
		cmocka_unit_test(test_stop_has_its_own),
		cmocka_unit_test(test_spinning_handler),
		cmocka_unit_test(test_hanging_at_the_end),
		cmocka_unit_test(test_hanging_loads),
		cmocka_unit_test(test_hanging_first_start),
		cmocka_unit_test(test_trespass),
		cmocka_unit_test(test_in_process),
		cmocka_unit_test(test_descriptor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
