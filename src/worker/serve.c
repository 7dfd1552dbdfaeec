// SPDX-License-Identifier: BSD-2-Clause
#include "worker/serve.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "module/inproc.h"
#include "worker/serve_internal.h"

#define RELIEF_NS 10000000 /* between two looks of the relief */

struct worker worker = {.lock = PTHREAD_MUTEX_INITIALIZER,
	.looking = PTHREAD_MUTEX_INITIALIZER,
	.work = PTHREAD_COND_INITIALIZER,
	.known = PTHREAD_COND_INITIALIZER};

static void *pool_main(void *user);

/* ---- Receiving. ---- */

static int reply_came(const struct message *m, struct reader *body)
{
	struct caller *c;
	int err;

	pthread_mutex_lock(&worker.lock);
	for (c = worker.callers; c; c = c->next)
		if (!c->done && c->call == m->call && c->thread == m->thread &&
			c->function->fn == (enum crossing_fn)m->fn)
			break;
	pthread_mutex_unlock(&worker.lock);
	if (!c)
		return -EPROTO;
	err = message_get_reply(body, c->function, &c->result);
	pthread_mutex_lock(&worker.lock);
	c->done = true;
	worker.moved++;
	pthread_cond_signal(&c->turn);
	pthread_mutex_unlock(&worker.lock);
	return err;
}

static int release_came(struct reader *body)
{
	uint64_t token;
	int err = message_get_number(body, &token);

	if (!err)
		worker.module->ops->release(worker.module, (void *)(uintptr_t)token);
	return err;
}

/* Receives one message, with the role of the reader. A call goes to *call. */
static int receive(struct open_call **call)
{
	struct reader body;
	struct message m;
	int rc;

	*call = NULL;
	while ((rc = channel_receive_soon(&worker.channel, &m, &body)) == 0)
		channel_sleep(worker.channel.in);
	if (rc != 1)
		return rc ? rc : -EPIPE;
	rc = -EPROTO;
	if (m.type == MESSAGE_CALL)
		rc = serve_read_call(&m, &body, call);
	else if (m.type == MESSAGE_REPLY)
		rc = reply_came(&m, &body);
	else if (m.type == MESSAGE_RELEASE)
		rc = release_came(&body);
	else if (m.type == MESSAGE_PROBE)
		rc = serve_probe(&body);
	channel_forget(&worker.channel);
	return rc;
}

/*
 * With the lock held: somebody else may read. A caller that still sends does not hear that, and one
 * that is done goes away. With none left, a handler may be open that waits for the host's next
 * call: then the relief has to come back.
 */
static void give_up_reading(void)
{
	struct caller *c = worker.callers;

	worker.reading = false;
	while (c && (!c->asleep || c->done))
		c = c->next;
	if (c)
		pthread_cond_signal(&c->turn);
	else if (worker.idle && (!worker.running || !(worker.ticking || worker.called)))
		pthread_cond_signal(&worker.work);
}

/* With the lock held. */
static void add_thread(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, pool_main, NULL))
		return; /* those that come back do its work */
	worker.pool++;
	worker.unknown++;
}

/* For a thread of the module's that has received a call: another one has to make it. */
static void pass_on(struct open_call *c)
{
	struct open_call **end;

	pthread_mutex_lock(&worker.lock);
	c->next = NULL;
	for (end = &worker.waiting; *end; end = &(*end)->next)
		;
	*end = c;
	if (worker.idle)
		pthread_cond_signal(&worker.work);
	else
		add_thread();
	pthread_mutex_unlock(&worker.lock);
}

/* ---- The pool. ---- */

/* With the lock held: a handler begins in this thread, and nobody reads. Somebody has to become the
 * relief; who is idle is called by run_pool(), when the lock is free. */
static void begin(void)
{
	worker.running++;
	worker.moved++;
	if (worker.ticking)
		return;
	worker.called = worker.idle > 0;
	if (!worker.called)
		add_thread();
}

/*
 * The relief, with the lock held: looks every 10 ms until a handler has been open, with nobody
 * reading, from one look to the next, or nothing has happened in between. A handler that calls
 * functions reads for itself: who took that from it would have to wake it for each answer.
 */
static void relieve(void)
{
	struct timespec ts;
	uint64_t moved;

	worker.ticking = true;
	do {
		moved = worker.moved;
		clock_gettime(CLOCK_REALTIME, &ts);
		ts.tv_nsec += RELIEF_NS;
		ts.tv_sec += ts.tv_nsec / 1000000000;
		ts.tv_nsec %= 1000000000;
		pthread_cond_timedwait(&worker.work, &worker.lock, &ts);
	} while (!worker.over && !worker.waiting && moved != worker.moved &&
		 (worker.running || worker.reading));
	worker.ticking = false;
}

/* With the lock held, when others read or run: waits until there is something to do. True: read
 * now. */
static bool wait_for_work(void)
{
	bool read = false;

	worker.idle++;
	worker.called = false;
	if (worker.running && !worker.reading && !worker.ticking) {
		relieve();
		read = worker.running && !worker.reading && !worker.waiting && !worker.over;
	} else {
		pthread_cond_wait(&worker.work, &worker.lock);
	}
	worker.idle--;
	return read;
}

/* With the lock held, which is given up meanwhile. NULL: no call came. */
static struct open_call *read_call(void)
{
	struct open_call *c;
	int err;

	worker.reading = true;
	pthread_mutex_unlock(&worker.lock);
	err = receive(&c);
	if (err)
		serve_end(err);
	pthread_mutex_lock(&worker.lock);
	if (c)
		begin();
	give_up_reading();
	return c;
}

static struct open_call *next_call(void)
{
	struct open_call *c = worker.waiting;

	if (c) {
		worker.waiting = c->next;
		begin();
		return c;
	}
	if (!worker.reading && (!worker.running || wait_for_work()))
		return read_call();
	/* The relief may have come back because of a call that a caller has received. */
	if (worker.reading && !worker.waiting)
		wait_for_work();
	return NULL;
}

static void run_pool(void)
{
	struct open_call *c;
	bool call;

	pthread_mutex_lock(&worker.lock);
	while (!worker.over) {
		c = next_call();
		if (!c)
			continue;
		call = worker.called;
		pthread_mutex_unlock(&worker.lock);
		if (call)
			pthread_cond_signal(&worker.work);
		serve_make_call(c);
		pthread_mutex_lock(&worker.lock);
	}
	pthread_mutex_unlock(&worker.lock);
}

/* What a library keeps for a thread has to go with that, and before the library does. */
static void end_thread(void)
{
	pthread_t before;
	bool had;

	pthread_mutex_lock(&worker.lock);
	before = worker.last;
	had = worker.has_last;
	worker.last = pthread_self();
	worker.has_last = true;
	worker.pool--;
	pthread_cond_broadcast(&worker.work);
	pthread_mutex_unlock(&worker.lock);
	if (had)
		pthread_join(before, NULL);
}

/* By the first thread. */
static void join_pool(void)
{
	pthread_mutex_lock(&worker.lock);
	while (worker.pool)
		pthread_cond_wait(&worker.work, &worker.lock);
	pthread_mutex_unlock(&worker.lock);
	if (worker.has_last)
		pthread_join(worker.last, NULL);
}

static void *pool_main(void *user)
{
	(void)user;
	pthread_mutex_lock(&worker.looking);
	worker.module->ops->host_thread(worker.module, true);
	pthread_mutex_unlock(&worker.looking);
	pthread_mutex_lock(&worker.lock);
	worker.unknown--;
	pthread_cond_broadcast(&worker.known);
	pthread_mutex_unlock(&worker.lock);
	run_pool();
	end_thread();
	return NULL;
}

/* ---- Calls of the module. ---- */

static void put_function(struct writer *w, const void *what)
{
	message_put_function(w, what, &serve_blocks);
}

static void add_caller(struct caller *c)
{
	pthread_mutex_lock(&worker.lock);
	c->next = worker.callers;
	worker.callers = c;
	pthread_mutex_unlock(&worker.lock);
}

/* With the lock held. */
static void remove_caller(struct caller *c)
{
	struct caller **at;

	for (at = &worker.callers; *at != c; at = &(*at)->next)
		;
	*at = c->next;
}

static void wait_for_reply(struct caller *c)
{
	struct open_call *other;
	int err;

	pthread_mutex_lock(&worker.lock);
	while (!c->done) {
		if (worker.reading) {
			c->asleep = true;
			pthread_cond_wait(&c->turn, &worker.lock);
			c->asleep = false;
			continue;
		}
		worker.reading = true;
		pthread_mutex_unlock(&worker.lock);
		err = receive(&other);
		if (err)
			serve_end(err);
		if (other)
			pass_on(other);
		pthread_mutex_lock(&worker.lock);
		if (c->done)
			remove_caller(c);
		give_up_reading();
		if (c->done) {
			pthread_mutex_unlock(&worker.lock);
			return;
		}
	}
	remove_caller(c);
	pthread_mutex_unlock(&worker.lock);
}

static DWORD function(void *user, struct function_call *f)
{
	struct caller c = {.function = f,
		.call = f->within ? serve_call_of(f->within)->number : 0,
		.thread = f->thread,
		.turn = PTHREAD_COND_INITIALIZER};
	struct message m = {.type = MESSAGE_FUNCTION,
		.fn = (uint16_t)f->fn,
		.call = c.call,
		.thread = c.thread};
	int err;

	(void)user;
	add_caller(&c);
	err = channel_send(&worker.channel, m, put_function, f);
	if (err == -EPIPE)
		serve_end(err); /* does not return, as this call is open */
	if (err) {
		pthread_mutex_lock(&worker.lock);
		remove_caller(&c);
		pthread_mutex_unlock(&worker.lock);
		return ERROR_NOT_ENOUGH_MEMORY;
	}
	wait_for_reply(&c);
	pthread_cond_destroy(&c.turn);
	return c.result;
}

static void put_trespass(struct writer *w, const void *what)
{
	message_put_trespass(w, what);
}

static void trespass(void *user, const struct module_trespass_info *info)
{
	(void)user;
	channel_send(
		&worker.channel, (struct message){.type = MESSAGE_TRESPASS}, put_trespass, info);
}

/* ---- The beginning and the end. ---- */

static void put_ready(struct writer *w, const void *what)
{
	message_put_ready(w, what);
}

struct failure {
	int error;
	const char *why;
};

static void put_failed(struct writer *w, const void *what)
{
	const struct failure *f = what;

	message_put_failed(w, f->error, f->why);
}

static int fail(int error, const char *why)
{
	const struct failure f = {error, why};

	channel_send(&worker.channel, (struct message){.type = MESSAGE_FAILED}, put_failed, &f);
	return -1;
}

static int load(const struct serve_config *config, const struct message_start *start)
{
	char err[256] = "";
	struct message_ready ready = {.version = PROTOCOL_VERSION};
	int error;

	if (config->prepare)
		ready.sandbox = config->prepare(start, config->module);
	error = inproc_open(config->module,
		&(struct inproc_options){.guard = start->guard, .own_process = true},
		&worker.module, err, sizeof(err));
	if (error)
		return fail(error, err);
	worker.module->function = function;
	worker.module->trespass = trespass;
	if (config->loaded)
		config->loaded(start);
	ready.exports = worker.module->exports;
	ready.functions = worker.module->functions;
	ready.vs_functions = worker.module->vs_functions;
	return channel_send(
		&worker.channel, (struct message){.type = MESSAGE_READY}, put_ready, &ready);
}

static int greet(struct message_start *start)
{
	struct reader body;
	struct message m;
	int rc;

	while ((rc = channel_receive(&worker.channel, &m, &body)) == 0)
		channel_sleep(worker.channel.in);
	if (rc != 1 || m.type != MESSAGE_START || message_get_start(&body, start))
		return -1;
	if (start->version == PROTOCOL_VERSION)
		return 0;
	return fail(-EPROTO, "its worker is of another version than this program");
}

int serve(const struct serve_config *config)
{
	struct message_start start;

	if (channel_init(&worker.channel, config->in, config->out, false))
		return 1;
	if (greet(&start) || load(config, &start))
		return 1;
	run_pool();
	join_pool();
	worker.module->ops->close(worker.module);
	channel_close(&worker.channel);
	return worker.status;
}

static void put_number(struct writer *w, const void *what)
{
	message_put_number(w, *(const uint64_t *)what);
}

void serve_crash(uint32_t code)
{
	uint64_t v = code;

	channel_send(&worker.channel, (struct message){.type = MESSAGE_CRASH}, put_number, &v);
}
