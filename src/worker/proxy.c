// SPDX-License-Identifier: BSD-2-Clause
#include "worker/proxy_internal.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_MS 1 /* between two looks whether a handler that others wait for sleeps */

/* FN_MODULE_LOADED: the module has ended, and is to come again. */
static void load(struct proxy *p, struct handler_call *c)
{
	int rc;

	/* Nobody looks at pipes or observer while .ended is set, but who asked before. */
	pthread_mutex_lock(&p->probing);
	proxy_close_process(p);
	pthread_mutex_unlock(&p->probing);
	rc = proxy_start(p, p->why, sizeof(p->why));
	c->result = ERROR_SUCCESS;
	if (!rc)
		return;
	p->death = (struct module_death){.end = MODULE_NEVER_CAME, .why = p->why};
	c->result = rc == -ETIMEDOUT ? ERROR_TIMEOUT : ERROR_GEN_FAILURE;
}

/* ---- Calls. ---- */

void proxy_give_up_reading(struct proxy *p)
{
	struct waiter *w = LIST_FIRST(&p->waiters);

	p->reading = p->acting = false;
	while (w && !w->asleep)
		w = LIST_NEXT(w, next);
	if (w)
		pthread_cond_signal(&w->turn);
	else if (p->prober && p->prober->asleep)
		pthread_cond_signal(&p->prober->turn);
}

/*
 * One step of the thread that reads while it waits. A handler that sleeps may be waiting for a
 * thread of the module whose call was put off: then that comes first.
 */
static int read_on(struct proxy *p)
{
	bool looks;
	int rc;

	/* One that came while somebody read who may not serve it (proxy_probe.c). */
	if (p->ndeferred && proxy_serve_deferred(p, true))
		return p->garbled ? -EPIPE : 1;
	looks = p->ndeferred || atomic_load(&p->module.held);
	rc = proxy_step(p, looks ? LOOK_MS : -1);
	if (rc >= 0 && proxy_serve_kept(p))
		rc = 1;
	if (rc == 0 && p->ndeferred && proxy_at_rest(p))
		rc = proxy_serve_deferred(p, false);
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
			proxy_end(p);
		pthread_mutex_lock(&p->lock);
		proxy_give_up_reading(p);
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
		if (rc == 0)
			rc = proxy_serve_kept(p);
		if (rc == 0 && !proxy_handler_open(p))
			rc = proxy_serve_deferred(p, false);
	}
	if (rc < 0 || p->garbled)
		proxy_end(p);
	pthread_mutex_lock(&p->lock);
	proxy_give_up_reading(p);
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
	else if (!p->acting && !p->ndeferred && !p->kept.let_go && proxy_at_rest(p))
		activity = MODULE_ASLEEP;
	pthread_mutex_unlock(&p->lock);
	return activity;
}

static bool proxy_dozes(struct module *m, int host_thread)
{
	struct proxy *p = (struct proxy *)m;
	bool dozes;

	(void)host_thread;
	pthread_mutex_lock(&p->lock);
	dozes = !atomic_load(&m->ended) && !p->alone && p->observer &&
		!observe_stopped(p->observer) && observe_dozes(p->observer);
	pthread_mutex_unlock(&p->lock);
	return dozes;
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

static void proxy_let_go(struct module *m)
{
	struct proxy *p = (struct proxy *)m;

	pthread_mutex_lock(&p->lock);
	p->kept.let_go = p->kept.body != NULL;
	p->alone = false;
	pthread_mutex_unlock(&p->lock);
}

static void proxy_close(struct module *m)
{
	struct proxy *p = (struct proxy *)m;

	if (!atomic_load(&m->ended))
		proxy_farewell(p);
	proxy_close_process(p);
	if (p->source.close)
		p->source.close(p->source.user);
	arena_free(&p->arena);
	free(p->releases);
	pthread_mutex_destroy(&p->lock);
	pthread_mutex_destroy(&p->probing);
	free(p->user_data);
	free(p->path);
	free(p);
}

static const struct module_ops proxy_ops = {
	.call = proxy_call,
	.activity = proxy_activity,
	.dozes = proxy_dozes,
	.threads = proxy_threads,
	.host_thread = proxy_host_thread,
	.release = proxy_release,
	.close = proxy_close,
	.pump = proxy_pump,
	.descriptor = proxy_descriptor,
	.kill = proxy_kill,
	.death = proxy_death,
	.let_go = proxy_let_go,
	.probe = proxy_probe,
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
	pthread_mutex_init(&p->probing, NULL);
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
		rc = proxy_start(p, err, room);
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
