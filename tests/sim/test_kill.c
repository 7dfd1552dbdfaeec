// SPDX-License-Identifier: BSD-2-Clause
/*
 * A worker process that is killed, crashes or is stopped, at every crossing.
 *
 *     test -- host == pipes == openihv-worker -- ext/rsn.so
 *       |      |                    ^
 *       |   adapter ~~ station ~~ WPA2 AP
 *       '------- signals -----------'
 *
 * A first run counts the crossings; then one run for each of them and each signal, sent from the
 * crossing's callback. Times are virtual.
 */
#include "tests/lib/world.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <wlanreason.h>

#include "tests/lib/radio.h"
#include "worker/proxy.h"

#define EVENTS_MAX    32
#define DEADLINE      (5 * NS_PER_S)
#define STOP_DEADLINE (2 * NS_PER_S)
#define ETHERTYPE_ARP 0x0806

struct told {
	enum module_event_id id;
	enum module_end end;
	uint32_t code;
	enum crossing_fn handler;
	unsigned deaths;
	uint64_t retry, at;
};

/* A signal, the crossing after which it comes (0: none), and what was told of it. */
struct shot {
	int signal;
	uint64_t after;
	bool fired;
	uint64_t at;
	struct told events[EVENTS_MAX];
	unsigned nevents;
	unsigned wrong; /* cmocka cannot fail a test from a callback */
};

#define CHECK(s, condition)                                                                        \
	do {                                                                                       \
		if (!(condition) && !(s)->wrong++)                                                 \
			print_error("%s:%d: %s\n", __FILE__, __LINE__, #condition);                \
	} while (0)

/* ---- What the host tells. ---- */

static void broadcast(void *user)
{
	const struct world *w = (const struct world *)user;

	sim_ap_broadcast(w->aps[0], ETHERTYPE_ARP, (const uint8_t *)"anybody?", 8);
}

/* Nothing of the dead module is left in the host or below it, and no frame passes. */
static void nothing_left(struct world *w, struct shot *s)
{
	struct host_adapter *a = w->adapters[0].host;
	struct host_counts c;

	host_counts(w->host, &c);
	CHECK(s, c.adapters == 0);
	CHECK(s, c.sessions == 0);
	CHECK(s, c.buffers == 0);
	CHECK(s, c.sends == 0);
	CHECK(s, c.ui_requests == 0);
	CHECK(s, radio_empty(w, 0));
	if (!a)
		return;
	CHECK(s, !host_port_open(a, NULL));
	CHECK(s, host_send_data(a, sim_ap_config(w->aps[0])->bssid, ETHERTYPE_ARP, "x", 1) ==
			 -EACCES);
	CHECK(s, host_post(w->host, broadcast, w) == 0);
}

static void on_event(void *user, const struct module_event *e)
{
	struct world *w = (struct world *)user;
	struct shot *s = (struct shot *)w->config.user;

	if (s->nevents == EVENTS_MAX)
		abort();
	s->events[s->nevents++] = (struct told){.id = e->id,
		.end = e->end,
		.code = e->code,
		.handler = e->handler,
		.deaths = e->deaths,
		.retry = e->retry_ns,
		.at = loop_now(w->loop)};
	if (e->end != MODULE_LIVES)
		nothing_left(w, s);
}

static void shoot(struct world *w, struct shot *s)
{
	s->fired = true;
	s->at = loop_now(w->loop);
	CHECK(s, kill(proxy_pid(w->module), s->signal) == 0);
}

static void on_crossing(struct world *w, const struct crossing *x)
{
	struct shot *s = (struct shot *)w->config.user;

	if (x->seq == s->after)
		shoot(w, s);
}

static void configure(struct world *w, struct host_config *hc)
{
	hc->event = on_event;
	radio_watch(w);
}

static void open_world(struct world *w, struct shot *s)
{
	const struct world_config config = {.module = WORLD_RSN,
		.security = WORLD_SECURITY,
		.aps = {WORLD_RADIO},
		.isolated = true,
		.breaks_rules = s->signal == SIGSTOP, /* X-17, and no other: close_world() */
		.configure = configure,
		.crossing = on_crossing,
		.user = s};

	world_open(w, &config);
}

/* Nothing alive, no process, and no rule broken but that handlers have to return. */
static void close_world(struct world *w, struct shot *s)
{
	struct host_counts c;

	if (!w->stopped)
		world_stop(w);
	host_counts(w->host, &c);
	assert_int_equal(c.adapters + c.sessions + c.buffers + c.sends + c.ui_requests, 0);
	assert_int_equal(checker_violations(host_checker(w->host)), world_findings(w, RULE_X_17));
	world_close(w);
	assert_int_equal(s->wrong, 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

/* ---- Waiting. ---- */

static unsigned count_events(const struct shot *s, enum module_event_id id)
{
	unsigned i, n = 0;

	for (i = 0; i < s->nevents; i++)
		n += s->events[i].id == id;
	return n;
}

/* The module has died as often as it has to. */
struct deaths {
	const struct shot *shot;
	unsigned count;
};

static bool died(void *user)
{
	const struct deaths *d = (const struct deaths *)user;

	return count_events(d->shot, MODULE_STOPPED_UNEXPECTEDLY) >= d->count;
}

static const struct told *await_death(struct world *w, struct shot *s, unsigned count)
{
	struct deaths d = {s, count};

	assert_int_equal(host_run(w->host, died, &d, 100 * NS_PER_S), HOST_REACHED);
	return &s->events[s->nevents - 1];
}

static void live(struct world *w)
{
	/* It may be lost in the moment when it is up. */
	if (!world_try_arrive(w, 0) || !host_adapter_is_up(w->adapters[0].host))
		assert_true(world_wait(w, 0, NOTICE_ADAPTER_UP, 1));
	world_connect(w, 0);
	world_try_ping(w, 0);
}

/* ---- A signal at each crossing of a connect. ---- */

/* When the call of fn began that was open at crossing i. */
static uint64_t begin_of(const struct world *w, size_t i, uint32_t fn)
{
	while (i-- > 0)
		if (w->crossings[i].fn == fn && w->crossings[i].phase == PHASE_ENTER)
			return w->crossings[i].time;
	fail_msg("no such call");
	return 0;
}

/* The crossing of the death, which came when it had to. */
static size_t find_death(const struct world *w, const struct shot *s)
{
	const struct crossing *x;
	uint32_t fn;
	size_t i;

	for (i = 0; i < w->ncrossings && w->crossings[i].fn != FN_MODULE_DIED; i++)
		;
	assert_true(i < w->ncrossings);
	x = &w->crossings[i];
	assert_int_equal(x->module_died.deadline, s->signal == SIGSTOP);
	if (s->signal == SIGSTOP) {
		fn = x->module_died.function;
		assert_int_equal(x->time - begin_of(w, i, fn),
			fn == FN_STOP_POST_ASSOCIATE ? STOP_DEADLINE : DEADLINE);
	} else {
		assert_int_equal(x->time, s->at);
	}
	return i;
}

/* From the record alone: the port closes and is deleted at the moment of the death, and no data
 * passes until another is authorised. */
static void judge_port(const struct world *w, const struct shot *s)
{
	const size_t death = find_death(w, s);
	bool port = false, gate = false;
	size_t i;

	for (i = 0; i < w->ncrossings; i++) {
		const struct crossing *x = &w->crossings[i];

		if (i > death && x->time > w->crossings[death].time && port)
			assert_true(x->time >= w->crossings[death].time + NS_PER_S);
		if (x->fn == FN_MODULE_LOADED)
			assert_false(port || gate);
		if (x->fn == FN_PORT_CREATED || x->fn == FN_PORT_DELETED)
			port = x->fn == FN_PORT_CREATED;
		if (x->fn == FN_PORT_GATE)
			gate = x->port_gate.open;
		if (x->fn == FN_DATA_PASSED)
			assert_true(gate);
	}
	assert_int_equal(world_count(w, FN_MODULE_DIED, PHASE_POINT), 1);
}

static void judge_events(const struct shot *s)
{
	const struct told *e = s->events;
	const bool stopped = s->signal == SIGSTOP;

	assert_int_equal(s->nevents, stopped ? 4 : 3);
	assert_int_equal((e++)->id, MODULE_STARTED);
	if (stopped) {
		assert_int_equal(e->id, MODULE_TIMED_OUT);
		assert_int_equal(e->handler, e[1].handler);
		assert_int_equal(e->at, e[1].at);
		e++;
	}
	assert_int_equal(e->id, MODULE_STOPPED_UNEXPECTEDLY);
	assert_int_equal(e->end, stopped ? MODULE_KILLED : MODULE_SIGNALLED);
	assert_int_equal(e->code, stopped ? 0 : s->signal);
	assert_int_equal(e->deaths, 1);
	assert_int_equal(e->retry, NS_PER_S);
	assert_int_equal(e[1].id, MODULE_STARTED);
	assert_int_equal(e[1].at, e->at + NS_PER_S);
}

/* Where a failure happened, told by the group's teardown. */
static struct {
	const char *what;
	int signal;
	uint64_t after;
} where;

static int tell_where(void **state)
{
	(void)state;
	print_message("last: %s, signal %d after crossing %u\n", where.what, where.signal,
		(unsigned)where.after);
	return 0;
}

static void aim(struct shot *s, const char *what, int signal, uint64_t after)
{
	*s = (struct shot){.signal = signal, .after = after};
	where.what = what;
	where.signal = signal;
	where.after = after;
}

/* *first: the last crossing before the adapter. Returns the last one. */
static uint64_t measure(uint64_t *first)
{
	struct shot none;
	struct world w;
	uint64_t n;

	aim(&none, "no signal", 0, 0);
	open_world(&w, &none);
	*first = w.ncrossings;
	live(&w);
	assert_true(radio_has_key(0) && radio_group_keys(0));
	n = w.ncrossings;
	close_world(&w, &none);
	return n;
}

static void connect_and_shoot(int signal, uint64_t after)
{
	struct shot s;
	struct world w;

	aim(&s, "connect", signal, after);
	open_world(&w, &s);
	live(&w);
	/* Stopped when nobody called it any more: it is found out by the next call. */
	if (!count_events(&s, MODULE_STOPPED_UNEXPECTEDLY) && signal == SIGSTOP)
		assert_int_equal(host_control(w.adapters[0].host, "x", 1, 1), 0);
	await_death(&w, &s, 1);
	assert_true(world_wait_open(&w, 0));
	world_ping(&w, 0);
	assert_true(radio_has_key(0) && radio_group_keys(0));
	assert_true(s.fired);
	judge_port(&w, &s);
	judge_events(&s);
	assert_int_equal(w.adapters[0].told[NOTICE_ADAPTER_LOST], 1);
	assert_int_equal(w.adapters[0].told[NOTICE_DISCONNECTED], 0);
	assert_int_equal(w.adapters[0].told[NOTICE_CONNECT_FAILED], 0);
	assert_int_equal(w.incarnations, 2);
	close_world(&w, &s);
}

static void at_every_crossing(int signal)
{
	uint64_t first, last = measure(&first), n;

	assert_true(last > first + 60);
	for (n = first + 1; n <= last; n++)
		connect_and_shoot(signal, n);
	print_message("%u deaths\n", (unsigned)(last - first));
}

static void test_killed(void **state)
{
	(void)state;
	at_every_crossing(SIGKILL);
}

static void test_crashed(void **state)
{
	(void)state;
	at_every_crossing(SIGSEGV);
}

static void test_stopped(void **state)
{
	(void)state;
	at_every_crossing(SIGSTOP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_crashed),
		cmocka_unit_test(test_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, tell_where);
}
