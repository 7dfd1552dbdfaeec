// SPDX-License-Identifier: BSD-2-Clause
/* Runs of the verifier, each in its process: what a run may do to that, and what it may leave
 * behind in the memory that it shares. Here the run is a function of this file's, in place of
 * lab_run(). */
#include "verify/runner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/rng.h"
#include "verify/confine.h"

#define RANDOM_RUNS 100

/* What the run does, by the argument of its plan's first act; then its seed. */
enum deed {
	DEED_RIGHT,
	DEED_LOOK, /* whether all that it is given is zero */
	DEED_LONG_TEXTS,
	DEED_MANY_FINDINGS,
	DEED_CROSSINGS,
	DEED_FUNCTION,
	DEED_PHASE,
	DEED_DATA,
	DEED_POINTS,
	DEED_RETURN, /* of what does not return */
	DEED_ONES,
	DEED_ANY,
	DEED_EXIT,
	DEED_SIGNAL,
	DEED_STOP,
	DEED_CANNOT,
	DEED_WAIT,
	DEED_SYSTEM,
};

static uint64_t seed;

static void add_finding(struct outcome *o, const char *rule, const char *text)
{
	struct outcome_finding *f = &o->findings[atomic_load(&o->nfindings)];

	*f = (struct outcome_finding){.severity = SEVERITY_E, .seq = 3};
	snprintf(f->rule, sizeof(f->rule), "%s", rule);
	snprintf(f->text, sizeof(f->text), "%s", text);
	atomic_fetch_add(&o->nfindings, 1);
}

static void add_crossing(struct outcome *o, enum crossing_fn fn, enum crossing_phase phase)
{
	const uint64_t n = atomic_fetch_add(&o->ncrossings, 1);

	o->crossings[n] =
		(struct crossing){.seq = n + 1, .fn = (uint16_t)fn, .phase = (uint8_t)phase};
}

static void fill_any(struct outcome *o)
{
	struct rng rng;
	size_t i;

	rng_init(&rng, seed);
	for (i = 0; i < sizeof(*o); i++)
		if (rng_below(&rng, 4))
			((uint8_t *)o)[i] = (uint8_t)rng_below(&rng, 256);
}

/* Each has to fail, but for the first; which did not is told. */
static void try_system(struct outcome *o)
{
	const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
	siginfo_t info = {.si_code = SI_QUEUE};
	struct rlimit now;
	int fd;

	confine_calls();
	fd = (int)syscall(SYS_pidfd_open, getppid(), 0);
	if (getrlimit(RLIMIT_AS, &now) || kill(getpid(), 0) || raise(0))
		add_finding(o, "X-40", "what is its own");
	if (fork() >= 0)
		add_finding(o, "crash", "fork");
	if (kill(getppid(), 0) == 0 || kill(-1, 0) == 0 || kill(0, 0) == 0)
		add_finding(o, "crash", "kill");
	if (syscall(SYS_tkill, getppid(), 0) == 0 ||
		syscall(SYS_tgkill, getppid(), getppid(), 0) == 0)
		add_finding(o, "crash", "tkill");
	if (syscall(SYS_rt_sigqueueinfo, getppid(), 0, &info) == 0)
		add_finding(o, "crash", "rt_sigqueueinfo");
	if (fd >= 0 && syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0) == 0)
		add_finding(o, "crash", "pidfd_send_signal");
	if (setrlimit(RLIMIT_NOFILE, &now) == 0 || prlimit(0, RLIMIT_AS, &all, NULL) == 0)
		add_finding(o, "crash", "setrlimit");
	if (execl("/bin/true", "true", NULL) == 0)
		add_finding(o, "crash", "execve");
}

static void misbehave(enum deed deed, struct outcome *o)
{
	size_t i;

	switch (deed) {
	case DEED_RIGHT:
		add_crossing(o, FN_STOP_POST_ASSOCIATE, PHASE_ENTER);
		add_crossing(o, FN_STOP_POST_ASSOCIATE, PHASE_EXIT);
		add_finding(o, "X-40", "as it was seen");
		o->acts[0].done = 1;
		break;
	case DEED_LOOK:
		for (i = 0; i < sizeof(*o); i++)
			if (((uint8_t *)o)[i] && i != offsetof(struct outcome, stage)) {
				add_finding(o, "leak", "what another run has left");
				break;
			}
		break;
	case DEED_LONG_TEXTS:
		add_finding(o, "X-40", "");
		memset(o->findings[0].text, '\033', sizeof(o->findings[0].text));
		break;
	case DEED_MANY_FINDINGS:
		memset(o->findings, 0xC8, sizeof(o->findings));
		atomic_store(&o->nfindings, UINT32_MAX);
		break;
	case DEED_CROSSINGS:
		atomic_store(&o->ncrossings, UINT64_MAX);
		break;
	case DEED_FUNCTION:
	case DEED_PHASE:
	case DEED_DATA:
		for (i = 0; i < 5; i++)
			add_crossing(o, FN_SEND_PACKET, PHASE_ENTER);
		o->crossings[3].fn = deed == DEED_FUNCTION ? FN_COUNT : FN_SEND_PACKET;
		o->crossings[3].phase = deed == DEED_PHASE ? PHASE_POINT + 1 : PHASE_ENTER;
		o->crossings[3].data_length = deed == DEED_DATA ? CROSSING_DATA + 1 : 0;
		break;
	case DEED_POINTS:
		o->acts[0].done = 2;
		o->acts[0].at = (struct point){.fn = FN_COUNT, .phase = PHASE_ENTER, .nth = 9};
		break;
	case DEED_RETURN:
		o->acts[0].done = 1;
		o->acts[0].at =
			(struct point){.fn = FN_MODULE_TRESPASS, .phase = PHASE_EXIT, .nth = 9};
		break;
	case DEED_ONES:
		memset(o, 0xFF, sizeof(*o));
		break;
	case DEED_ANY:
		fill_any(o);
		break;
	case DEED_EXIT:
		_exit(7);
	case DEED_SIGNAL:
		add_crossing(o, FN_STOP_POST_ASSOCIATE, PHASE_ENTER);
		signal(SIGABRT, SIG_DFL);
		abort();
	case DEED_STOP:
		raise(SIGSTOP);
		break;
	case DEED_CANNOT:
		o->error = -ENOEXEC;
		snprintf(o->why, sizeof(o->why), "no module at /\303\274");
		break;
	case DEED_WAIT:
		pause();
		break;
	case DEED_SYSTEM:
		try_system(o);
		break;
	}
}

bool lab_run(const struct lab_config *config, const struct plan *plan, struct outcome *out)
{
	const enum deed deed = (enum deed)plan->acts[0].argument;

	assert_non_null(config);
	atomic_store(&out->stage, LAB_STARTED);
	misbehave(deed, out);
	if (deed != DEED_ANY)
		atomic_store(&out->stage, LAB_DONE);
	return true;
}

/* ---- ---- */

static const struct lab_config config;

static struct plan plan_for(enum deed deed)
{
	return (struct plan){.scenario = SCENARIO_CONNECT,
		.count = 1,
		.acts = {{.act = ACT_DISCONNECT,
			.argument = deed,
			.at = {.fn = FN_SEND_PACKET, .phase = PHASE_ENTER, .nth = 1}}}};
}

static void wait_for(struct runner *r, struct run *out)
{
	while (!runner_wait(r, 1000, out))
		;
}

static struct run made(struct runner *r, enum deed deed)
{
	const struct plan plan = plan_for(deed);
	struct run run;

	assert_int_equal(runner_start(r, &plan, 5), 0);
	wait_for(r, &run);
	assert_int_equal(runner_running(r), 0);
	assert_int_equal(run.number, 5);
	return run;
}

static bool is_text(const char *text, size_t room)
{
	size_t i;

	for (i = 0; i < room && text[i]; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return i < room;
}

/* Whatever the run did: numbers in their ranges, texts that end. */
static void check(const struct run *run)
{
	char text[PLAN_TEXT];
	unsigned i;

	assert_true(run->nfindings <= RUN_FINDINGS);
	for (i = 0; i < run->nfindings; i++) {
		assert_true(run->findings[i].severity <= SEVERITY_W);
		assert_true(is_text(run->findings[i].rule, OUTCOME_RULE));
		assert_true(is_text(run->findings[i].text, OUTCOME_TEXT));
	}
	assert_true(is_text(run->why, sizeof(run->why)));
	assert_true(run->nkept <= OUTCOME_CROSSINGS);
	for (i = 0; i < run->nkept; i++) {
		assert_true(run->outcome->crossings[i].fn < FN_COUNT);
		assert_true(run->outcome->crossings[i].phase <= PHASE_POINT);
		assert_true(run->outcome->crossings[i].data_length <= CROSSING_DATA);
	}
	assert_true(run->plan.acts[0].at.fn < FN_COUNT);
	assert_true(run->plan.acts[0].at.hold <= HOLD_LONG);
	assert_true(strlen(plan_format(&run->plan, text, sizeof(text))) < sizeof(text) - 1);
}

static void expect_end(struct run *run, const char *rule, const char *text)
{
	check(run);
	assert_int_equal(run->nfindings, 1);
	assert_string_equal(run->findings[0].rule, rule);
	assert_string_equal(run->findings[0].text, text);
}

static struct runner *runner(void **state)
{
	return *state;
}

static int set_up(void **state)
{
	return runner_new(&config, 2, (struct runner **)state);
}

static int tear_down(void **state)
{
	runner_free(*state);
	return 0;
}

/* ---- ---- */

static void test_right(void **state)
{
	struct run run = made(runner(state), DEED_RIGHT);

	check(&run);
	assert_true(run.made && run.all_done);
	assert_int_equal(run.nfindings, 1);
	assert_string_equal(run.findings[0].rule, "X-40");
	assert_string_equal(run.findings[0].text, "as it was seen");
	assert_int_equal(run.findings[0].seq, 3);
	assert_int_equal(run.nkept, 2);
}

static void test_texts(void **state)
{
	struct run run = made(runner(state), DEED_LONG_TEXTS);

	check(&run);
	assert_int_equal(strspn(run.findings[0].text, "?"), OUTCOME_TEXT - 1);
}

static void test_counts(void **state)
{
	struct run run = made(runner(state), DEED_MANY_FINDINGS);

	check(&run);
	expect_end(&run, "crash", "it wrote over memory of the verifier's, outside of a handler");
	run = made(runner(state), DEED_CROSSINGS);
	check(&run);
	assert_int_equal(run.nkept, OUTCOME_CROSSINGS);
}

static void test_crossings(void **state)
{
	static const enum deed deeds[] = {DEED_FUNCTION, DEED_PHASE, DEED_DATA};
	size_t i;

	for (i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
		struct run run = made(runner(state), deeds[i]);

		check(&run);
		assert_int_equal(run.nkept, 3);
	}
}

/* A point that is none is not believed: the plan's stays. */
static void test_points(void **state)
{
	static const enum deed deeds[] = {DEED_POINTS, DEED_RETURN};
	size_t i;

	for (i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
		struct run run = made(runner(state), deeds[i]);

		check(&run);
		assert_true(run.all_done);
		assert_int_equal(run.plan.acts[0].at.fn, FN_SEND_PACKET);
		assert_int_equal(run.plan.acts[0].at.nth, 1);
	}
}

/* A second act whose place never came. */
static void test_never_reached(void **state)
{
	struct plan plan = plan_for(DEED_RIGHT);
	struct run run;

	plan.count = 2;
	plan.acts[1] = plan.acts[0];
	plan.acts[1].at = (struct point){.skip = 40, .hold = HOLD_END};
	assert_int_equal(runner_start(runner(state), &plan, 5), 0);
	wait_for(runner(state), &run);
	check(&run);
	assert_false(run.all_done);
	assert_int_equal(run.plan.count, 1);
}

static void test_any(void **state)
{
	struct run run = made(runner(state), DEED_ONES);

	check(&run);
	assert_true(run.made);
	for (seed = 0; seed < RANDOM_RUNS; seed++) {
		run = made(runner(state), DEED_ANY);
		check(&run);
		assert_true(run.made);
		assert_string_equal(run.findings[run.nfindings - 1].rule, "crash");
	}
}

/* Nothing of a run is left for the next one. */
static void test_clean(void **state)
{
	unsigned i;

	for (i = 0; i < 4; i++) {
		struct run run = made(runner(state), i % 2 ? DEED_LOOK : DEED_ONES);

		assert_int_equal(run.nfindings, i % 2 ? 0 : 1);
	}
}

static void test_ends(void **state)
{
	struct run run = made(runner(state), DEED_EXIT);

	expect_end(&run, "crash", "the process was ended with status 7 outside of a handler");
	assert_int_equal(run.findings[0].severity, SEVERITY_F);
	assert_false(run.all_done);
	run = made(runner(state), DEED_SIGNAL);
	check(&run);
	assert_int_equal(run.nfindings, 1);
	assert_string_equal(run.findings[0].rule, "crash");
	assert_non_null(strstr(run.findings[0].text, "in Dot11ExtIhvStopPostAssociate"));
	run = made(runner(state), DEED_STOP);
	expect_end(&run, "hang", "the process stopped itself outside of a handler");
}

static void test_cannot(void **state)
{
	struct run run = made(runner(state), DEED_CANNOT);

	check(&run);
	assert_false(run.made);
	assert_string_equal(run.why, "no module at /??");
}

static void test_system(void **state)
{
	struct run run = made(runner(state), DEED_SYSTEM);
	unsigned i;

	for (i = 0; i < run.nfindings; i++)
		print_error("%s: %s\n", run.findings[i].rule, run.findings[i].text);
	assert_int_equal(run.nfindings, 0);
}

/* Two at a time; what still runs at the end is ended. */
static void test_many(void **state)
{
	const struct plan waits = plan_for(DEED_WAIT), right = plan_for(DEED_RIGHT);
	struct runner *r;
	struct run run;

	(void)state;
	assert_int_equal(runner_new(&config, 2, &r), 0);
	assert_int_equal(runner_start(r, &waits, 1), 0);
	assert_int_equal(runner_start(r, &right, 2), 0);
	assert_int_equal(runner_start(r, &right, 3), -EAGAIN);
	wait_for(r, &run);
	assert_int_equal(run.number, 2);
	assert_int_equal(runner_start(r, &right, 3), 0);
	wait_for(r, &run);
	assert_int_equal(run.number, 3);
	assert_int_equal(runner_running(r), 1);
	assert_false(runner_wait(r, 1, &run));
	runner_free(r);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_right),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_crossings),
		cmocka_unit_test(test_points),
		cmocka_unit_test(test_never_reached),
		cmocka_unit_test(test_any),
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_cannot),
		cmocka_unit_test(test_system),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
