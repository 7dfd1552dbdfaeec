// SPDX-License-Identifier: BSD-2-Clause
#include "verify/runner.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "crypto/crypto.h"
#include "host/host.h"
#include "trace/describe.h"
#include "verify/confine.h"
#include "verify/report.h"

#define LOAD_MS  70000        /* until it is loaded, as the host's own deadline for that */
#define GRACE_MS 2000         /* beyond what the run itself waits for a module */
#define LOOK_MS  100          /* between two looks whether a run goes on */
#define MEMORY   (4ull << 30) /* bytes of address space */
#define OUTPUT   (1 << 20)    /* bytes of what a module prints that are kept */
#define FILES    256

enum end {
	END_RUNNING,
	END_EXITED,
	END_SIGNALLED,
	END_HUNG,    /* killed: nothing happened any more */
	END_STOPPED, /* killed: it had stopped itself */
};

struct job {
	pid_t pid; /* 0: free */
	int pidfd;
	struct plan plan;
	uint64_t number;
	struct outcome *outcome; /* shared with the process */
	uint64_t seen, since;    /* crossings, and when they were that many first (ns) */
	enum end end;
	int status;
};

struct runner {
	const struct lab_config *config;
	unsigned limit, count, running;
	struct job jobs[RUNNER_JOBS + 1]; /* one of them is .told */
	struct job *told;                 /* whose outcome the caller looks at */
};

int runner_new(const struct lab_config *config, unsigned jobs, struct runner **out)
{
	struct runner *r = calloc(1, sizeof(*r));
	unsigned i;

	if (!r)
		return -ENOMEM;
	/* What the library prepares at its first use, each run would prepare anew; this way they
	 * inherit it. */
	crypto_free(crypto_new());
	r->config = config;
	r->limit = jobs < RUNNER_JOBS ? jobs : RUNNER_JOBS;
	for (i = 0; i < r->limit + 1; i++) {
		struct job *j = &r->jobs[i];

		j->outcome = mmap(NULL, sizeof(*j->outcome), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (j->outcome == MAP_FAILED) {
			j->outcome = NULL;
			runner_free(r);
			return -ENOMEM;
		}
		r->count++;
	}
	*out = r;
	return 0;
}

static void end_job(struct job *j)
{
	kill(j->pid, SIGKILL);
	waitpid(j->pid, NULL, 0);
	close(j->pidfd);
	j->pid = 0;
}

void runner_free(struct runner *r)
{
	unsigned i;

	if (!r)
		return;
	for (i = 0; i < r->count; i++) {
		if (r->jobs[i].pid)
			end_job(&r->jobs[i]);
		munmap(r->jobs[i].outcome, sizeof(*r->jobs[i].outcome));
	}
	free(r);
}

unsigned runner_running(const struct runner *r)
{
	return r->running;
}

/* ---- The child. ---- */

static void limit(__rlimit_resource_t resource, rlim_t value)
{
	struct rlimit now;

	if (getrlimit(resource, &now) || (now.rlim_max != RLIM_INFINITY && now.rlim_max < value))
		return;
	now.rlim_cur = now.rlim_max = value;
	setrlimit(resource, &now);
}

/* Whatever it prints, and however much: nobody reads it, but for a search for secrets. Then the
 * end that can be read; else -1. */
static int be_quiet(bool keeps)
{
	int null = open("/dev/null", O_RDWR), pair[2] = {-1, -1};

	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		if (null > STDERR_FILENO)
			close(null);
	}
	if (!keeps || pipe2(pair, O_NONBLOCK | O_CLOEXEC))
		return -1;
	fcntl(pair[1], F_SETPIPE_SZ, OUTPUT);
	dup2(pair[1], STDOUT_FILENO);
	dup2(pair[1], STDERR_FILENO);
	close(pair[1]);
	return pair[0];
}

__attribute__((noreturn)) static void child(struct runner *r, struct job *j)
{
	struct lab_config config = *r->config;

	/* Not a moment longer than who asked for it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpgid(0, 0);
	config.output = be_quiet(j->plan.scenario == SCENARIO_SECRETS);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, 64 << 20);
	limit(RLIMIT_NOFILE, FILES);
	confine_memory(MEMORY);
	lab_run(&config, &j->plan, j->outcome);
	_exit(0);
}

static struct job *free_job(struct runner *r)
{
	unsigned i;

	for (i = 0; i < r->count; i++)
		if (!r->jobs[i].pid && &r->jobs[i] != r->told)
			return &r->jobs[i];
	return NULL;
}

int runner_start(struct runner *r, const struct plan *plan, uint64_t number)
{
	struct job *j = free_job(r);

	if (!j || r->running == r->limit)
		return -EAGAIN;
	/* What is written is forgotten, not cleared: a run touches little of it. */
	if (madvise(j->outcome, sizeof(*j->outcome), MADV_REMOVE))
		memset(j->outcome, 0, sizeof(*j->outcome));
	j->plan = *plan;
	j->number = number;
	j->end = END_RUNNING;
	j->seen = 0;
	j->since = monotonic_ns();
	fflush(NULL);
	j->pid = fork();
	if (j->pid == 0)
		child(r, j);
	if (j->pid < 0) {
		j->pid = 0;
		return -errno;
	}
	j->pidfd = (int)syscall(SYS_pidfd_open, j->pid, 0);
	r->running++;
	return 0;
}

/* ---- How it ended. ---- */

static uint64_t patience_ms(const struct runner *r, const struct job *j)
{
	uint64_t handler = r->config->deadline_ms; /* 0: the host's own, which is no longer */

	if (atomic_load(&j->outcome->stage) <= LAB_STARTED)
		return LOAD_MS;
	return (handler > HOST_PATIENCE_MS ? handler : HOST_PATIENCE_MS) + GRACE_MS;
}

/* Something that moves as long as the run goes on. */
static uint64_t progress(const struct job *j)
{
	return atomic_load(&j->outcome->ncrossings) + atomic_load(&j->outcome->stage);
}

static bool is_over(struct runner *r, struct job *j)
{
	uint64_t now = monotonic_ns(), seen = progress(j);
	int status = 0;
	pid_t pid = waitpid(j->pid, &status, WNOHANG | WUNTRACED);

	if (pid == j->pid && WIFSTOPPED(status)) {
		j->end = END_STOPPED;
		end_job(j);
		return true;
	}
	if (pid == j->pid) {
		j->end = WIFSIGNALED(status) ? END_SIGNALLED : END_EXITED;
		j->status = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
		kill(-j->pid, SIGKILL); /* what it has left behind */
		close(j->pidfd);
		j->pid = 0;
		return true;
	}
	if (seen != j->seen) {
		j->seen = seen;
		j->since = now;
	} else if (now - j->since > patience_ms(r, j) * 1000000u) {
		j->end = END_HUNG;
		end_job(j);
		return true;
	}
	return false;
}

/* ---- What it says, checked. ---- */

static void printable(char *out, size_t room, const char *in, size_t in_room)
{
	size_t i;

	for (i = 0; i + 1 < room && i < in_room && in[i]; i++)
		out[i] = in[i] >= ' ' && in[i] <= '~' ? in[i] : '?';
	out[i] = '\0';
}

/* False: there is no such finding. */
static bool take_finding(struct run *run, const struct outcome_finding *in)
{
	struct outcome_finding *f = &run->findings[run->nfindings];

	*f = (struct outcome_finding){.severity = in->severity, .seq = in->seq};
	printable(f->rule, sizeof(f->rule), in->rule, sizeof(in->rule));
	printable(f->text, sizeof(f->text), in->text, sizeof(in->text));
	if (in->severity > SEVERITY_W || !report_has_rule(f->rule))
		return false;
	run->nfindings++;
	return true;
}

/* The handler that was open last, by the crossings that are kept. */
static const char *open_handler(const struct run *run)
{
	const struct crossing *x = run->outcome->crossings;
	unsigned i;

	for (i = run->nkept; i > 0; i--) {
		enum crossing_fn fn = (enum crossing_fn)x[i - 1].fn;

		if (crossing_border(fn) != BORDER_HANDLER)
			continue;
		return x[i - 1].phase == PHASE_ENTER ? crossing_name(fn) : NULL;
	}
	return NULL;
}

static void found_end(struct run *run, const char *rule, enum rule_severity s, const char *what)
{
	struct outcome_finding *f = &run->findings[run->nfindings++];
	const char *in = open_handler(run);

	*f = (struct outcome_finding){
		.severity = (uint8_t)s, .seq = atomic_load(&run->outcome->ncrossings)};
	snprintf(f->rule, sizeof(f->rule), "%s", rule);
	if (in)
		snprintf(f->text, sizeof(f->text), "%s in %s", what, in);
	else
		snprintf(f->text, sizeof(f->text), "%s outside of a handler", what);
}

static void judge_end(struct run *run, const struct job *j)
{
	bool done = atomic_load(&run->outcome->stage) == LAB_DONE;
	char what[96], cause[64];

	switch (j->end) {
	case END_SIGNALLED:
		found_end(run, "crash", SEVERITY_F,
			cause_text(MODULE_SIGNALLED, (uint32_t)j->status, false, cause,
				sizeof(cause)));
		break;
	case END_EXITED:
		if (done)
			break;
		snprintf(what, sizeof(what), "the process was ended with status %d", j->status);
		found_end(run, "crash", SEVERITY_F, what);
		break;
	case END_HUNG:
		found_end(run, "hang", SEVERITY_E, "nothing went on any more");
		break;
	case END_STOPPED:
		found_end(run, "hang", SEVERITY_E, "the process stopped itself");
		break;
	case END_RUNNING:
		break;
	}
}

/* Whether the run itself may have left this. */
static bool sensible(const struct outcome *o)
{
	size_t i;

	for (i = 0; i < sizeof(o->why) && o->why[i]; i++)
		if ((unsigned char)o->why[i] < ' ' || o->why[i] == 0x7F)
			return false;
	return i < sizeof(o->why) && o->error <= 0 && o->error > -4096 &&
	       atomic_load(&o->stage) <= LAB_DONE && atomic_load(&o->nfindings) <= OUTCOME_FINDINGS;
}

/* Crossings that could not be looked at by name or phase are not counted from there on. */
static unsigned kept(const struct outcome *o)
{
	uint64_t n = atomic_load(&o->ncrossings);
	unsigned i;

	if (n > OUTCOME_CROSSINGS)
		n = OUTCOME_CROSSINGS;
	for (i = 0; i < n; i++)
		if (o->crossings[i].fn >= FN_COUNT || o->crossings[i].phase > PHASE_POINT ||
			o->crossings[i].data_length > CROSSING_DATA)
			break;
	return i;
}

/* A report has to hold plans that can be read again. */
static bool readable(const struct plan *p)
{
	char text[PLAN_TEXT], err[160];
	struct plan again;

	return plan_parse(plan_format(p, text, sizeof(text)), &again, err, sizeof(err)) == 0;
}

/* A place that was never reached has no name: the run was one without it. */
static void leave_out_unreached(struct plan *p)
{
	while (p->count && !p->acts[p->count - 1].at.nth)
		p->count--;
}

static void resolve(struct run *run)
{
	const struct outcome *o = run->outcome;
	const struct plan planned = run->plan;
	unsigned i;

	run->all_done = true;
	for (i = 0; i < run->plan.count; i++) {
		const struct point *at = &o->acts[i].at;

		run->all_done &= o->acts[i].done != 0;
		if (o->acts[i].done && at->fn < FN_COUNT && at->phase <= PHASE_POINT &&
			at->hold <= HOLD_LONG && at->nth)
			run->plan.acts[i].at = *at;
	}
	leave_out_unreached(&run->plan);
	if (!readable(&run->plan)) { /* the module wrote over a point */
		run->plan = planned;
		leave_out_unreached(&run->plan);
	}
}

static void tell(struct runner *r, struct job *j, struct run *out)
{
	uint32_t n = atomic_load(&j->outcome->nfindings), i;
	bool sane = sensible(j->outcome);

	r->told = j;
	*out = (struct run){.plan = j->plan, .number = j->number, .outcome = j->outcome};
	out->made = j->outcome->error == 0 || !sane;
	printable(out->why, sizeof(out->why), j->outcome->why, sizeof(j->outcome->why));
	out->nkept = kept(j->outcome);
	for (i = 0; i < n && i < OUTCOME_FINDINGS; i++)
		sane &= take_finding(out, &j->outcome->findings[i]);
	judge_end(out, j);
	if (!sane)
		found_end(out, "crash", SEVERITY_F, "it wrote over memory of the verifier's,");
	resolve(out);
}

bool runner_wait(struct runner *r, int ms, struct run *out)
{
	struct pollfd fds[RUNNER_JOBS + 1];
	uint64_t end = monotonic_ns() + (uint64_t)ms * 1000000u;
	unsigned i, n;

	r->told = NULL;
	while (r->running) {
		for (i = n = 0; i < r->count; i++) {
			struct job *j = &r->jobs[i];

			if (!j->pid)
				continue;
			if (is_over(r, j)) {
				r->running--;
				tell(r, j, out);
				return true;
			}
			fds[n++] = (struct pollfd){.fd = j->pidfd, .events = POLLIN};
		}
		if (monotonic_ns() >= end)
			return false;
		poll(fds, n, LOOK_MS < ms ? LOOK_MS : ms);
	}
	return false;
}
