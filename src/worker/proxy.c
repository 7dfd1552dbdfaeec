// SPDX-License-Identifier: BSD-2-Clause
#include "worker/proxy_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/wipe.h"
#include "worker/sandbox.h"

#define START_S     60
#define FAREWELL_MS 2000 /* for a worker to end by itself when its pipe has been closed */
#define LOOK_MS     1    /* between two looks whether a handler that others wait for sleeps */

/* ---- The end of a process. ---- */

/* Waits for the end of a child; false after ms (-1: for ever). Signals of the program, that of this
 * very end among them, do not cut it short. */
static bool wait_for_end(pid_t pid, int ms)
{
	const uint64_t end = monotonic_ns() + (ms < 0 ? 0 : (uint64_t)ms * 1000000);
	struct pollfd fd = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
	uint64_t now;
	int rc;

	if (fd.fd < 0)
		return false;
	while ((rc = poll(&fd, 1, ms)) < 0 && errno == EINTR) {
		now = monotonic_ns();
		if (ms >= 0)
			ms = now < end ? (int)((end - now) / 1000000) : 0;
	}
	close(fd.fd);
	return rc == 1;
}

/* The process has closed its pipe, or must go: it is gone when this returns, and leaves no zombie.
 */
static int reap(struct proxy *p, int patience_ms)
{
	int status = 0;
	bool lingers;

	if (p->process.pid <= 0)
		return 0;
	lingers = !wait_for_end(p->process.pid, patience_ms);
	if (lingers) {
		kill(p->process.pid, SIGKILL);
		wait_for_end(p->process.pid, -1);
	}
	/* Under the lock, so that nobody kills what has the number next. */
	pthread_mutex_lock(&p->lock);
	while (waitpid(p->process.pid, &status, 0) < 0 && errno == EINTR)
		;
	p->process.pid = 0;
	p->garbled |= lingers; /* the signal that it ended by was ours */
	pthread_mutex_unlock(&p->lock);
	return status;
}

static void judge_end(struct proxy *p, int status)
{
	struct module_death *d = &p->death;

	*d = (struct module_death){.end = MODULE_EXITED, .code = (uint32_t)WEXITSTATUS(status)};
	if (p->killed)
		d->end = MODULE_KILLED;
	else if (p->exception)
		*d = (struct module_death){.end = MODULE_EXCEPTION, .code = p->exception};
	else if (p->garbled)
		d->end = MODULE_GARBLED;
	else if (WIFSIGNALED(status))
		*d = (struct module_death){
			.end = MODULE_SIGNALLED, .code = (uint32_t)WTERMSIG(status)};
}

static void close_listener(struct proxy *p)
{
	if (p->listener >= 0)
		close(p->listener);
	p->listener = -1;
}

static void close_process(struct proxy *p)
{
	channel_close(&p->channel);
	observe_free(p->observer);
	p->observer = NULL;
	close_listener(p);
	if (p->ready >= 0)
		close(p->ready);
	p->ready = -1;
	proxy_drop_deferred(p);
	arena_reset(&p->arena);
}

/* By the reader. Nobody uses pipes or observer any more once .ended is set, except under the lock.
 */
static void end(struct proxy *p)
{
	struct waiter *w;
	bool must_go;
	int status;

	pthread_mutex_lock(&p->lock);
	must_go = p->garbled || p->killed;
	pthread_mutex_unlock(&p->lock);
	status = reap(p, must_go ? 0 : 1000);
	pthread_mutex_lock(&p->lock);
	judge_end(p, status);
	atomic_store(&p->module.ended, true);
	LIST_FOREACH(w, &p->waiters, next)
	pthread_cond_signal(&w->turn);
	pthread_mutex_unlock(&p->lock);
}

/* ---- The start of one. ---- */

static void close_socket(struct proxy *p)
{
	if (p->process.socket >= 0)
		close(p->process.socket);
	p->process.socket = -1;
}

static bool take_listener(struct proxy *p)
{
	p->listener = sandbox_receive_listener(p->process.socket);
	return p->listener >= 0;
}

static void put_start(struct writer *w, const void *what)
{
	message_put_start(w, what);
}

/*
 * Receives the first message. While the module is loaded its constructors run, and what the filter
 * refuses them waits for an answer. As channel_receive(); 0: it did not come in time.
 */
static int receive_first(struct proxy *p, uint64_t end_ns, struct message *m, struct reader *body)
{
	struct pollfd fds[2] = {{.fd = p->channel.in, .events = POLLIN}, {.events = POLLIN}};
	uint64_t now;
	int rc = 0;

	while (rc == 0 && (now = monotonic_ns()) < end_ns) {
		fds[1].fd = p->listener >= 0 ? p->listener : p->process.socket;
		if (poll(fds, 2, (int)((end_ns - now) / 1000000) + 1) <= 0)
			continue;
		if (fds[1].revents && p->listener >= 0)
			proxy_refuse(p);
		else if (fds[1].revents && !take_listener(p))
			close_socket(p);
		if (fds[0].revents)
			rc = channel_receive(&p->channel, m, body);
	}
	return rc;
}

/* It names the tables of this interface, which are whole (H-03): what it says of them is told as
 * the host's own doing. */
static bool ready_is_sound(const struct message_ready *ready)
{
	return ready->version == PROTOCOL_VERSION &&
	       ready->functions == sizeof(DOT11EXT_APIS) / sizeof(void (*)(void)) &&
	       ready->vs_functions ==
		       sizeof(DOT11EXT_VIRTUAL_STATION_APIS) / sizeof(void (*)(void));
}

/* Waits for READY or FAILED. */
static int await_ready(struct proxy *p, struct message_ready *ready, char *err, size_t room)
{
	unsigned seconds = p->options.start_s ? p->options.start_s : START_S;
	struct reader body;
	struct message m;
	int error = -EPROTO;
	int rc = receive_first(p, monotonic_ns() + seconds * UINT64_C(1000000000), &m, &body);

	if (rc == 0) {
		snprintf(err, room, "its worker did not load it within %u s", seconds);
		return -ETIMEDOUT;
	}
	if (rc == 1 && m.type == MESSAGE_READY && message_get_ready(&body, ready) == 0 &&
		ready_is_sound(ready))
		return 0;
	if (rc == 1 && m.type == MESSAGE_FAILED &&
		message_get_failed(&body, &error, err, room) == 0)
		return error < 0 ? error : -EPROTO;
	snprintf(err, room,
		rc == 1 ? "its worker does not speak version %u of the protocol"
			: "its worker ended before it had loaded it (protocol %u)",
		PROTOCOL_VERSION);
	return -EPROTO;
}

static int greet(struct proxy *p, char *err, size_t room)
{
	struct message_start start = {.version = PROTOCOL_VERSION,
		.guard = p->options.guard,
		.repeatable = p->options.repeatable,
		.seed = p->options.seed + p->incarnation};
	struct message_ready ready = {0};
	int rc = channel_send(
		&p->channel, (struct message){.type = MESSAGE_START}, put_start, &start);

	if (rc) {
		snprintf(err, room, "its worker could not be started");
		return rc;
	}
	rc = await_ready(p, &ready, err, room);
	if (rc)
		return rc;
	p->module.exports = ready.exports & (MODULE_HAS_VERSION_INFO | MODULE_HAS_INIT_SERVICE |
						    MODULE_HAS_VIRTUAL_STATION);
	p->module.functions = ready.functions;
	p->module.vs_functions = ready.vs_functions;
	if (p->listener < 0 && (ready.sandbox & SANDBOX_SEEN))
		take_listener(p);
	if (p->options.sandboxed)
		p->options.sandboxed(p->options.user, ready.sandbox | p->process.sandbox);
	return 0;
}

/* What pump() takes up comes from two sides, and a thread of the module's stands still until a
 * refusal is answered. */
static int watch(struct proxy *p, char *err, size_t room)
{
	struct epoll_event event = {.events = EPOLLIN};

	p->ready = epoll_create1(EPOLL_CLOEXEC);
	if (p->ready >= 0 && epoll_ctl(p->ready, EPOLL_CTL_ADD, p->channel.in, &event) == 0 &&
		(p->listener < 0 || epoll_ctl(p->ready, EPOLL_CTL_ADD, p->listener, &event) == 0))
		return 0;
	snprintf(err, room, "its worker cannot be watched: %s", strerror(errno));
	return -errno;
}

static int start(struct proxy *p, char *err, size_t room)
{
	struct worker_process process = {.socket = -1, .to = -1, .from = -1};
	int rc = p->source.start(p->source.user, &process, err, room);

	if (rc)
		return rc;
	p->incarnation++;
	pthread_mutex_lock(&p->lock);
	p->process = process;
	p->killed = p->garbled = p->alone = false;
	p->exception = 0;
	p->threads = 0;
	p->nreleases = 0;
	pthread_mutex_unlock(&p->lock);
	snprintf(err, room, "out of memory");
	rc = channel_init(&p->channel, process.from, process.to, true);
	if (!rc && process.pid > 0)
		rc = observe_new(process.pid, process.server, &p->observer);
	/* A worker that does not read must not hold up a thread of ours for ever; one that is not
	 * there to read, or write, must not either. */
	fcntl(process.to, F_SETFL, O_NONBLOCK);
	fcntl(process.from, F_SETFL, O_NONBLOCK);
	if (!rc)
		rc = greet(p, err, room);
	if (!rc)
		rc = watch(p, err, room);
	close_socket(p);
	if (rc) {
		p->garbled = true;
		reap(p, 0);
		close_process(p);
		return rc;
	}
	atomic_store(&p->module.ended, false);
	return 0;
}

/* FN_MODULE_LOADED: the module has ended, and is to come again. */
static void load(struct proxy *p, struct handler_call *c)
{
	int rc;

	close_process(p); /* nobody looks at pipes or observer while .ended is set */
	rc = start(p, p->why, sizeof(p->why));
	c->result = ERROR_SUCCESS;
	if (!rc)
		return;
	p->death = (struct module_death){.end = MODULE_NEVER_CAME, .why = p->why};
	c->result = rc == -ETIMEDOUT ? ERROR_TIMEOUT : ERROR_GEN_FAILURE;
}

/* ---- Calls. ---- */

/* With the lock held: the reader stops reading. Somebody who waits goes on in its place. */
static void give_up_reading(struct proxy *p)
{
	struct waiter *w = LIST_FIRST(&p->waiters);

	p->reading = p->acting = false;
	while (w && !w->asleep)
		w = LIST_NEXT(w, next);
	if (w)
		pthread_cond_signal(&w->turn);
}

/*
 * One step of the thread that reads while it waits. A handler that sleeps may be waiting for a
 * thread of the module whose call was put off: then that comes first.
 */
static int read_on(struct proxy *p)
{
	int rc = proxy_step(p, p->ndeferred ? LOOK_MS : -1);

	if (rc == 0 && p->ndeferred && proxy_at_rest(p))
		rc = proxy_serve_deferred(p);
	return p->garbled ? -EPIPE : rc;
}

static void wait_for_return(struct proxy *p, struct waiter *w)
{
	int rc;

	pthread_mutex_lock(&p->lock);
	while (!w->done && !atomic_load(&p->module.ended)) {
		if (p->reading) {
			w->asleep = true;
			pthread_cond_wait(&w->turn, &p->lock);
			w->asleep = false;
			continue;
		}
		p->reading = true;
		pthread_mutex_unlock(&p->lock);
		rc = read_on(p);
		if (rc < 0)
			end(p);
		pthread_mutex_lock(&p->lock);
		give_up_reading(p);
	}
	if (!w->done)
		LIST_REMOVE(w, next);
	w->call->lost = !w->done;
	pthread_mutex_unlock(&p->lock);
}

static void put_number(struct writer *w, const void *what)
{
	message_put_number(w, *(const uint64_t *)what);
}

/* Tells the worker what blocks it may give up, and the host what was refused before it was there.
 */
static void tell_news(struct proxy *p)
{
	const struct message release = {.type = MESSAGE_RELEASE};
	struct module_trespass_info early;
	bool told = true;
	uint64_t token;

	while (told) {
		pthread_mutex_lock(&p->lock);
		told = p->nearly > 0;
		if (told)
			early = p->early[--p->nearly];
		token = p->nreleases ? (uintptr_t)p->releases[--p->nreleases] : 0;
		pthread_mutex_unlock(&p->lock);
		if (told)
			p->module.trespass(p->module.user, &early);
		if (token)
			channel_send(&p->channel, release, put_number, &token);
		told |= token != 0;
	}
}

static void put_call(struct writer *w, const void *what)
{
	message_put_call(w, what);
}

static void proxy_call(struct module *m, struct handler_call *c)
{
	struct proxy *p = (struct proxy *)m;
	struct waiter w = {.call = c, .turn = PTHREAD_COND_INITIALIZER};
	struct message message = {.type = MESSAGE_CALL, .fn = (uint16_t)c->fn};
	int err;

	if (c->fn == FN_MODULE_LOADED) {
		load(p, c);
		return;
	}
	pthread_mutex_lock(&p->lock);
	if (atomic_load(&m->ended)) {
		c->lost = true;
		pthread_mutex_unlock(&p->lock);
		return;
	}
	if (++p->next_number == 0)
		p->next_number = 1;
	w.number = p->next_number;
	p->alone = false;
	LIST_INSERT_HEAD(&p->waiters, &w, next);
	pthread_mutex_unlock(&p->lock);
	message.call = w.number;
	tell_news(p);
	err = channel_send(&p->channel, message, put_call, c);
	if (err && err != -EPIPE) /* that is read from the other pipe, with how it ended */
		m->ops->kill(m);
	wait_for_return(p, &w);
	pthread_cond_destroy(&w.turn);
}

static bool proxy_pump(struct module *m)
{
	struct proxy *p = (struct proxy *)m;
	unsigned i;
	int rc = 1;

	pthread_mutex_lock(&p->lock);
	if (p->reading || atomic_load(&m->ended)) {
		pthread_mutex_unlock(&p->lock);
		return false;
	}
	p->reading = true;
	pthread_mutex_unlock(&p->lock);
	/* Not without end, however much it has to say. */
	for (i = 0; i < 64 && rc > 0 && !p->garbled; i++) {
		rc = proxy_step(p, 0);
		if (rc == 0 && !proxy_handler_open(p))
			rc = proxy_serve_deferred(p);
	}
	if (rc < 0 || p->garbled)
		end(p);
	pthread_mutex_lock(&p->lock);
	give_up_reading(p);
	pthread_mutex_unlock(&p->lock);
	return i > 1 || rc != 0;
}

static enum module_activity proxy_activity(struct module *m)
{
	struct proxy *p = (struct proxy *)m;
	enum module_activity activity = MODULE_BUSY;

	pthread_mutex_lock(&p->lock);
	if (atomic_load(&m->ended) || p->alone)
		activity = MODULE_ALONE;
	else if (!p->acting && !p->ndeferred && proxy_at_rest(p))
		activity = MODULE_ASLEEP;
	pthread_mutex_unlock(&p->lock);
	return activity;
}

static unsigned proxy_threads(struct module *m)
{
	return ((struct proxy *)m)->threads;
}

static void proxy_host_thread(struct module *m, bool began)
{
	(void)m;
	(void)began; /* our threads are in another process than the module's */
}

/* The host's lock is held: what has to be said is said with the next call. */
static void proxy_release(struct module *m, void *token)
{
	struct proxy *p = (struct proxy *)m;
	void **grown;

	pthread_mutex_lock(&p->lock);
	if (p->nreleases == p->releases_room && p->releases_room < RELEASES_MAX) {
		unsigned more = p->releases_room ? p->releases_room * 2 : 16;

		grown = reallocarray(p->releases, more, sizeof(*grown));
		if (grown) {
			p->releases = grown;
			p->releases_room = more;
		}
	}
	if (p->nreleases < p->releases_room) /* else the worker keeps it */
		p->releases[p->nreleases++] = token;
	pthread_mutex_unlock(&p->lock);
}

static int proxy_descriptor(struct module *m)
{
	return atomic_load(&m->ended) ? -1 : ((struct proxy *)m)->ready;
}

static void proxy_kill(struct module *m)
{
	struct proxy *p = (struct proxy *)m;

	pthread_mutex_lock(&p->lock);
	p->killed = true;
	if (p->process.pid > 0)
		kill(p->process.pid, SIGKILL);
	pthread_mutex_unlock(&p->lock);
	if (p->source.kill)
		p->source.kill(p->source.user);
}

static void proxy_death(struct module *m, struct module_death *out)
{
	struct proxy *p = (struct proxy *)m;

	pthread_mutex_lock(&p->lock);
	*out = p->death;
	pthread_mutex_unlock(&p->lock);
}

static void proxy_close(struct module *m)
{
	struct proxy *p = (struct proxy *)m;

	if (!atomic_load(&m->ended)) {
		channel_close_descriptor(p->channel.out); /* it ends when it reads that */
		p->channel.out = -1;
		close_listener(p); /* nobody answers any more: what is refused fails at once */
		reap(p, FAREWELL_MS);
	}
	close_process(p);
	if (p->source.close)
		p->source.close(p->source.user);
	arena_free(&p->arena);
	free(p->releases);
	pthread_mutex_destroy(&p->lock);
	free(p->user_data);
	free(p->path);
	free(p);
}

static const struct module_ops proxy_ops = {
	.call = proxy_call,
	.activity = proxy_activity,
	.threads = proxy_threads,
	.host_thread = proxy_host_thread,
	.release = proxy_release,
	.close = proxy_close,
	.pump = proxy_pump,
	.descriptor = proxy_descriptor,
	.kill = proxy_kill,
	.death = proxy_death,
};

static void set_signals(void)
{
	struct sigaction now;

	if (sigaction(SIGPIPE, NULL, &now) == 0 && now.sa_handler == SIG_DFL)
		signal(SIGPIPE, SIG_IGN);
	/* As a program may find it that was started so: a child would be gone with its status, and
	 * its number somebody else's, before anybody asks. */
	if (sigaction(SIGCHLD, NULL, &now) == 0 && now.sa_handler == SIG_IGN)
		signal(SIGCHLD, SIG_DFL);
}

int proxy_open(const char *path, const struct worker_source *source,
	const struct worker_options *options, struct module **out, char *err, size_t room)
{
	struct proxy *p = calloc(1, sizeof(*p));
	int rc = -ENOMEM;

	*out = NULL;
	snprintf(err, room, "out of memory");
	if (!p) {
		if (source->close)
			source->close(source->user);
		return rc;
	}
	set_signals();
	pthread_mutex_init(&p->lock, NULL);
	LIST_INIT(&p->waiters);
	STAILQ_INIT(&p->deferred);
	p->source = *source;
	p->options = *options;
	p->listener = p->ready = -1;
	p->module.ops = &proxy_ops;
	p->module.remote = true;
	atomic_store(&p->module.ended, true);
	p->path = strdup(path);
	p->module.path = p->path;
	if (p->path)
		rc = start(p, err, room);
	if (rc) {
		proxy_close(&p->module);
		return rc;
	}
	*out = &p->module;
	return 0;
}

void proxy_counts(const struct module *m, unsigned long *calls, unsigned long *functions)
{
	struct proxy *p = (struct proxy *)(uintptr_t)m;

	pthread_mutex_lock(&p->lock);
	*calls = p->calls;
	*functions = p->functions;
	pthread_mutex_unlock(&p->lock);
}

pid_t proxy_pid(const struct module *m)
{
	struct proxy *p = (struct proxy *)(uintptr_t)m;
	pid_t pid;

	pthread_mutex_lock(&p->lock);
	pid = p->process.pid;
	pthread_mutex_unlock(&p->lock);
	return pid;
}
