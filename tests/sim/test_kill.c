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
#include "tests/lib/life.h"
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

/* Until it has been hit, as virtual time does not wait for what the system does. It stays the
 * proxy's to reap. */
static void shoot(struct world *w, struct shot *s)
{
	const pid_t pid = proxy_pid(w->module);
	siginfo_t info;

	s->fired = true;
	s->at = loop_now(w->loop);
	CHECK(s, pid > 0 && kill(pid, s->signal) == 0);
	CHECK(s, waitid(P_PID, (id_t)pid, &info, WEXITED | WSTOPPED | WNOWAIT) == 0);
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
		.breaks_rules = s->signal == SIGSTOP, /* but see judge_findings() */
		.configure = configure,
		.crossing = on_crossing,
		.user = s};

	world_open(w, &config);
}

/* No rule was broken but, by one that is stopped, that handlers return and associations complete.
 */
static void judge_findings(const struct world *w, const struct shot *s)
{
	const struct finding *list;
	size_t count, i;

	list = checker_findings(host_checker(w->host), &count);
	for (i = 0; i < count; i++)
		if (s->signal != SIGSTOP ||
			(list[i].rule != RULE_X_17 && list[i].rule != RULE_X_22 &&
				list[i].rule != RULE_X_32))
			fail_msg("%s: %s", rule_info(list[i].rule)->id, list[i].text);
}

/* Nothing alive, no process. */
static void close_world(struct world *w, struct shot *s)
{
	struct host_counts c;

	if (!w->stopped)
		world_stop(w);
	host_counts(w->host, &c);
	assert_int_equal(c.adapters + c.sessions + c.buffers + c.sends + c.ui_requests, 0);
	judge_findings(w, s);
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

static void await_up(struct world *w)
{
	const struct world_adapter *a = &w->adapters[0];

	if (!host_adapter_is_up(a->host))
		assert_true(world_wait(w, 0, NOTICE_ADAPTER_UP, a->told[NOTICE_ADAPTER_UP]));
}

/* Returns whether it connected. */
static bool live(struct world *w)
{
	world_try_arrive(w, 0);
	await_up(w); /* it may be lost in the moment when it is up */
	if (!world_try_connect(w, 0))
		return false;
	world_try_ping(w, 0);
	return true;
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

	aim(&none, "no signal", SIGCONT, 0);
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
	bool connected;

	aim(&s, "connect", signal, after);
	open_world(&w, &s);
	connected = live(&w);
	/* Stopped when nobody called it any more: it is found out by the next call. */
	if (connected && !count_events(&s, MODULE_STOPPED_UNEXPECTEDLY) && signal == SIGSTOP)
		assert_int_equal(host_control(w.adapters[0].host, "x", 1, 1), 0);
	await_death(&w, &s, 1);
	if (!connected) {
		await_up(&w);
		world_connect(&w, 0);
	}
	assert_true(world_wait_open(&w, 0));
	world_ping(&w, 0);
	assert_true(radio_has_key(0) && radio_group_keys(0));
	assert_true(s.fired);
	judge_port(&w, &s);
	judge_events(&s);
	assert_int_equal(w.adapters[0].told[NOTICE_ADAPTER_LOST], 1);
	assert_int_equal(w.adapters[0].told[NOTICE_DISCONNECTED], 0);
	/* Only one that is stopped while its own threads have something to do holds up a
	 * connection until that is given up. */
	assert_true(connected || signal == SIGSTOP);
	assert_int_equal(w.adapters[0].told[NOTICE_CONNECT_FAILED], !connected);
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

/* ---- While an end is under way. ---- */

static const char *const ending_names[] = {
	"disconnect", "disable", "removal", "surprise removal", "stop"};

/* The end comes to its end without the module; only a stop keeps that from coming back. */
static void end_and_shoot(enum ending how, int signal, uint64_t after)
{
	const struct world_adapter *a;
	struct shot s;
	struct world w;

	aim(&s, ending_names[how], signal, after);
	open_world(&w, &s);
	a = &w.adapters[0];
	world_bring_up(&w, 0);
	life_end(&w, how);
	assert_true(s.fired);
	if (how != END_STOP) {
		if (!count_events(&s, MODULE_STOPPED_UNEXPECTEDLY))
			assert_int_equal(host_session_change(w.host, 5, 1), 0);
		await_death(&w, &s, 1);
		world_rest(&w, 3 * NS_PER_S);
		assert_int_equal(count_events(&s, MODULE_STARTED), 2);
	}
	if (how == END_DISCONNECT || how == END_DISABLE)
		assert_int_equal(host_adapter_is_up(a->host), how == END_DISCONNECT);
	assert_int_equal(a->told[NOTICE_CONNECTED], 1);
	assert_int_equal(a->told[NOTICE_ADAPTER_DOWN], how == END_DISABLE);
	if (!s.wrong && how == END_DISABLE)
		assert_true(radio_empty(&w, 0));
	close_world(&w, &s);
	assert_int_equal(count_events(&s, MODULE_STOPPED_UNEXPECTEDLY), 1);
}

static void test_while_ending(void **state)
{
	static const int signals[] = {SIGKILL, SIGSTOP};
	uint64_t first, last, n;
	unsigned how, i, count = 0;
	struct shot none;
	struct world w;

	(void)state;
	for (how = 0; how < ENDINGS; how++) {
		aim(&none, ending_names[how], SIGCONT, 0);
		open_world(&w, &none);
		world_bring_up(&w, 0);
		first = w.ncrossings;
		life_end(&w, (enum ending)how);
		/* But for "module unloaded" and, before it, the return of DeinitService. */
		last = w.ncrossings - (how == END_STOP ? 2 : 0);
		close_world(&w, &none);
		assert_true(last > first);
		for (i = 0; i < 2; i++)
			for (n = first + 1; n <= last; n++, count++)
				end_and_shoot((enum ending)how, signals[i], n);
	}
	print_message("%u deaths\n", count);
}

/* ---- Nobody starts it for ever, and a stop ends what is stopped. ---- */

static void test_five_deaths(void **state)
{
	const struct told *e;
	struct shot s;
	struct world w;
	unsigned i;

	(void)state;
	aim(&s, "five deaths", SIGKILL, 0);
	open_world(&w, &s);
	world_bring_up(&w, 0);
	for (i = 1; i <= 5; i++) {
		assert_true(world_wait_open(&w, 0));
		world_ping(&w, 0);
		shoot(&w, &s);
		e = await_death(&w, &s, i);
		assert_int_equal(e->end, MODULE_SIGNALLED);
		assert_int_equal(e->code, SIGKILL);
		assert_int_equal(e->deaths, i);
		assert_int_equal(e->retry, i < 5 ? NS_PER_S << (i - 1) : 0);
	}
	assert_int_equal(world_rest(&w, 1000 * NS_PER_S), HOST_QUIET);
	assert_int_equal(w.incarnations, 5);
	assert_int_equal(proxy_pid(w.module), 0);
	assert_int_equal(w.adapters[0].told[NOTICE_CONNECT_FAILED], 1);
	assert_int_equal(w.adapters[0].last[NOTICE_CONNECT_FAILED].reason,
		WLAN_REASON_CODE_IHV_NOT_AVAILABLE);
	close_world(&w, &s);
}

static void test_stop_of_a_stopped_one(void **state)
{
	struct shot s;
	struct world w;

	(void)state;
	aim(&s, "host_stop()", SIGSTOP, 0);
	open_world(&w, &s);
	world_bring_up(&w, 0);
	shoot(&w, &s);
	close_world(&w, &s);
	assert_int_equal(s.nevents, 3);
	assert_int_equal(s.events[1].id, MODULE_TIMED_OUT);
	assert_int_equal(s.events[1].handler, FN_STOP_POST_ASSOCIATE);
	assert_int_equal(s.events[2].id, MODULE_STOPPED_UNEXPECTEDLY);
	assert_int_equal(s.events[2].end, MODULE_KILLED);
	assert_int_equal(s.events[2].retry, 0);
	assert_int_equal(s.events[2].at, s.at + STOP_DEADLINE);
}

/* Unloading asks nothing of it: it has no deadline of a handler's, but one of the system's clock.
 */
static void test_stopped_before_unloading(void **state)
{
	struct shot s;
	struct world w;

	(void)state;
	aim(&s, "unloading", SIGSTOP, 0);
	open_world(&w, &s);
	world_bring_up(&w, 0);
	world_stop(&w);
	shoot(&w, &s);
	close_world(&w, &s);
	assert_int_equal(s.events[s.nevents - 1].id, MODULE_STOPPED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_crashed),
		cmocka_unit_test(test_stopped),
		cmocka_unit_test(test_while_ending),
		cmocka_unit_test(test_five_deaths),
		cmocka_unit_test(test_stop_of_a_stopped_one),
		cmocka_unit_test(test_stopped_before_unloading),
	};

	return cmocka_run_group_tests(tests, NULL, tell_where);
}
