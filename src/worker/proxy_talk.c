// SPDX-License-Identifier: BSD-2-Clause
/* What a worker says while it runs. It is hostile: everything is looked at before it is acted on.
 */
#include "worker/proxy_internal.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/wipe.h"
#include "worker/sandbox.h"

/* With the lock held. */
static struct waiter *waiter_by_number(struct proxy *p, uint32_t number)
{
	struct waiter *w;

	LIST_FOREACH(w, &p->waiters, next)
	if (w->number == number && !w->done)
		return w;
	return NULL;
}

static int handler_returned(struct proxy *p, const struct message *m, struct reader *body)
{
	struct message_return extra = {0};
	struct waiter *w;
	int err;

	pthread_mutex_lock(&p->lock);
	w = waiter_by_number(p, m->call);
	pthread_mutex_unlock(&p->lock);
	/* Its owner sleeps until it is done, and only the reader ends it: it stays. */
	if (!w || w->call->fn != (enum crossing_fn)m->fn)
		return -EPROTO;
	err = message_get_return(body, w->call, &extra);
	if (err)
		return err;
	pthread_mutex_lock(&p->lock);
	p->calls++;
	p->threads = extra.threads;
	w->done = true;
	LIST_REMOVE(w, next);
	p->alone = extra.threads == 0 && LIST_EMPTY(&p->waiters);
	pthread_cond_signal(&w->turn);
	pthread_mutex_unlock(&p->lock);
	return 0;
}

struct reply {
	const struct function_call *call;
	DWORD result;
};

static void put_reply(struct writer *w, const void *what)
{
	const struct reply *r = what;

	message_put_reply(w, r->call, r->result);
}

static int prepare_user_data(struct proxy *p, struct function_call *call)
{
	if (!p->user_data)
		p->user_data = malloc(MODULE_USER_DATA_MAX);
	call->get_user_data.bytes = p->user_data;
	return p->user_data ? 0 : -ENOMEM;
}

/* ---- Threads that are kept on purpose. ---- */

static bool wants_kept(struct proxy *p, const struct message *m, bool returned)
{
	return p->module.hold && !atomic_load(&p->module.held) &&
	       p->module.hold(p->module.hold_user, (enum crossing_fn)m->fn, m->call != 0, returned);
}

/* Takes over a copy of the body. */
static int keep(struct proxy *p, const struct message *m, const uint8_t *body, size_t length)
{
	uint8_t *copy = malloc(length ? length : 1);

	if (!copy)
		return -ENOMEM;
	if (length)
		memcpy(copy, body, length);
	pthread_mutex_lock(&p->lock);
	p->kept = (struct kept){.m = *m, .body = copy};
	p->kept.m.length = (uint32_t)length;
	pthread_mutex_unlock(&p->lock);
	atomic_store(&p->module.held, true);
	return 0;
}

static int keep_function(struct proxy *p, const struct message *m, struct reader *body)
{
	size_t n = reader_left(body);

	return keep(p, m, reader_take(body, n), n);
}

static int keep_reply(struct proxy *p, const struct message *m, const struct reply *reply)
{
	uint8_t *room = malloc(MESSAGE_MAX);
	struct writer w;
	int err;

	if (!room)
		return -ENOMEM;
	w = writer_init(room, MESSAGE_MAX);
	put_reply(&w, reply);
	err = keep(p, m, room, w.len);
	wipe(room, w.len);
	free(room);
	return err;
}

static void put_kept(struct writer *w, const void *what)
{
	const struct kept *k = what;

	writer_put(w, k->body, k->m.length);
}

static int serve_function(struct proxy *p, const struct message *m, struct reader *body, bool asks)
{
	struct function_call call = {.fn = (enum crossing_fn)m->fn};
	struct message answer = {
		.type = MESSAGE_REPLY, .fn = m->fn, .call = m->call, .thread = m->thread};
	struct reply reply = {.call = &call};
	struct waiter *w = NULL;
	int err;

	pthread_mutex_lock(&p->lock);
	p->alone = false;
	p->functions++;
	if (m->call)
		w = waiter_by_number(p, m->call);
	pthread_mutex_unlock(&p->lock);
	/* Made in the thread of a handler that is open, or in a thread of its own; nothing else. */
	if ((m->call != 0) != (w != NULL) || (m->call == 0) != (m->thread != 0))
		return -EPROTO;
	if (asks && wants_kept(p, m, false))
		return keep_function(p, m, body);
	err = message_get_function(body, &p->arena, &call);
	call.within = w ? w->call : NULL;
	call.thread = m->thread;
	call.kept = !asks;
	if (!err && call.fn == FN_GET_PROFILE_CUSTOM_USER_DATA)
		err = prepare_user_data(p, &call);
	if (!err) {
		reply.result = p->module.function(p->module.user, &call);
		err = wants_kept(p, m, true) ? keep_reply(p, &answer, &reply)
					     : channel_send(&p->channel, answer, put_reply, &reply);
		if (err == -EPIPE) /* it has died meanwhile; how, is read from the other pipe */
			err = 0;
	}
	if (p->user_data && call.fn == FN_GET_PROFILE_CUSTOM_USER_DATA)
		wipe(p->user_data, MODULE_USER_DATA_MAX);
	if (call.views.list) {
		wipe(call.views.list, call.views.size);
		free(call.views.list);
	}
	arena_reset(&p->arena);
	return err;
}

static int defer(struct proxy *p, const struct message *m, struct reader *body)
{
	size_t n = reader_left(body);
	struct deferred *d;

	if (p->ndeferred == DEFERRED_MAX || n > DEFERRED_BYTES - p->deferred_bytes)
		return -EPROTO;
	d = malloc(sizeof(*d) + n);
	if (!d)
		return -ENOMEM;
	d->m = *m;
	reader_copy(body, d->body, n);
	pthread_mutex_lock(&p->lock);
	p->alone = false;
	STAILQ_INSERT_TAIL(&p->deferred, d, next);
	p->ndeferred++;
	p->deferred_bytes += n;
	pthread_mutex_unlock(&p->lock);
	return 0;
}

/* The oldest; of a handler: the oldest that was made in one. */
static struct deferred *take_deferred(struct proxy *p, bool of_handler)
{
	struct deferred *d;

	pthread_mutex_lock(&p->lock);
	d = STAILQ_FIRST(&p->deferred);
	while (d && of_handler && d->m.call == 0)
		d = STAILQ_NEXT(d, next);
	if (d) {
		STAILQ_REMOVE(&p->deferred, d, deferred, next);
		p->ndeferred--;
		p->deferred_bytes -= d->m.length;
	}
	pthread_mutex_unlock(&p->lock);
	return d;
}

static void forget_deferred(struct deferred *d)
{
	wipe(d->body, d->m.length);
	free(d);
}

static void garbled(struct proxy *p)
{
	pthread_mutex_lock(&p->lock);
	p->garbled = true;
	pthread_mutex_unlock(&p->lock);
}

bool proxy_serve_deferred(struct proxy *p, bool of_handler)
{
	struct deferred *d = take_deferred(p, of_handler);
	struct reader body;

	if (!d)
		return false;
	body = reader_init(d->body, d->m.length);
	if (serve_function(p, &d->m, &body, true))
		garbled(p);
	forget_deferred(d);
	return true;
}

static struct kept take_kept(struct proxy *p, bool let_go)
{
	struct kept k;

	pthread_mutex_lock(&p->lock);
	k = p->kept;
	if (k.body && (k.let_go || !let_go))
		p->kept = (struct kept){.body = NULL};
	else
		k.body = NULL;
	pthread_mutex_unlock(&p->lock);
	return k;
}

static void forget_kept(struct proxy *p, struct kept *k)
{
	wipe(k->body, k->m.length);
	free(k->body);
	atomic_store(&p->module.held, false);
}

bool proxy_serve_kept(struct proxy *p)
{
	struct kept k = take_kept(p, true);
	struct reader body;
	int err;

	if (!k.body)
		return false;
	/* From here on another one may be kept. */
	atomic_store(&p->module.held, false);
	body = reader_init(k.body, k.m.length);
	if (k.m.type == MESSAGE_REPLY)
		err = channel_send(&p->channel, k.m, put_kept, &k);
	else
		err = serve_function(p, &k.m, &body, false);
	if (err && err != -EPIPE)
		garbled(p);
	wipe(k.body, k.m.length);
	free(k.body);
	return true;
}

void proxy_drop_deferred(struct proxy *p)
{
	struct deferred *d;
	struct kept k;

	while ((d = take_deferred(p, false)))
		forget_deferred(d);
	k = take_kept(p, false);
	if (k.body)
		forget_kept(p, &k);
}

bool proxy_handler_open(struct proxy *p)
{
	bool open;

	pthread_mutex_lock(&p->lock);
	open = !LIST_EMPTY(&p->waiters);
	pthread_mutex_unlock(&p->lock);
	return open;
}

static int trespassed(struct proxy *p, struct reader *body)
{
	struct module_trespass_info info;
	int err = message_get_trespass(body, &info);

	/* What a filter refuses the kernel tells, not the worker. */
	if (!err && info.what == TRESPASS_SYSTEM)
		err = -EPROTO;
	if (!err && p->module.trespass)
		p->module.trespass(p->module.user, &info);
	return err;
}

static int act(struct proxy *p, const struct message *m, struct reader *body)
{
	uint64_t code = 0;
	int err = -EPROTO;

	switch ((enum message_type)m->type) {
	case MESSAGE_RETURN:
		return handler_returned(p, m, body);
	case MESSAGE_FUNCTION:
		if (p->module.orderly && (p->asks || (m->call == 0 && proxy_handler_open(p))))
			return defer(p, m, body);
		return serve_function(p, m, body, true);
	case MESSAGE_TRESPASS:
		return trespassed(p, body);
	case MESSAGE_PROBED:
		return proxy_probed(p, body);
	case MESSAGE_CRASH:
		err = message_get_number(body, &code);
		p->exception = (uint32_t)code;
		return err;
	case MESSAGE_READY:
	case MESSAGE_FAILED: /* those came before */
	case MESSAGE_START:
	case MESSAGE_CALL:
	case MESSAGE_REPLY:
	case MESSAGE_RELEASE:
	case MESSAGE_PROBE:
	case MESSAGE_TYPES:
		break;
	}
	return err;
}

bool proxy_refuse(struct proxy *p)
{
	struct sandbox_refusal refusal;
	struct module_trespass_info info = {.what = TRESPASS_SYSTEM, .fn = FN_COUNT};

	if (p->listener < 0 || !sandbox_answer(p->listener, &refusal))
		return false;
	info.code = (uint32_t)refusal.number;
	if (p->module.trespass)
		p->module.trespass(p->module.user, &info);
	else if (p->nearly < EARLY_MAX)
		p->early[p->nearly++] = info;
	return true;
}

static void set_acting(struct proxy *p, bool acting)
{
	pthread_mutex_lock(&p->lock);
	p->acting = acting;
	pthread_mutex_unlock(&p->lock);
}

/* Waits until there is something to receive. 1: so it is. 0: there is not, or it was something
 * else. */
static int look(struct proxy *p, int ms)
{
	struct pollfd fds[2] = {
		{.fd = p->channel.in, .events = POLLIN}, {.fd = p->listener, .events = POLLIN}};

	set_acting(p, false);
	if (poll(fds, 2, ms) <= 0)
		return 0;
	set_acting(p, true);
	/* However many it answers, what the worker says is heard. */
	if (fds[1].revents)
		proxy_refuse(p);
	return fds[0].revents != 0;
}

int proxy_step(struct proxy *p, int ms)
{
	struct reader body;
	struct message m;
	int err = 0;

	/* A message may be there as a whole already; then nothing is asked of the kernel. While it
	 * is tried whether one comes at once, nobody may take the worker to be at rest. */
	if (ms != 0) {
		set_acting(p, true);
		err = channel_receive_soon(&p->channel, &m, &body);
	} else if (channel_buffered(&p->channel)) {
		err = channel_receive(&p->channel, &m, &body);
	}
	if (err == 0) {
		if (look(p, ms) == 0)
			return p->acting;
		err = channel_receive(&p->channel, &m, &body);
	}
	if (err == 1) {
		err = act(p, &m, &body) ? -EPROTO : 1;
		channel_forget(&p->channel);
	}
	if (err >= 0)
		return 1;
	if (err != -EPIPE)
		garbled(p);
	return -EPIPE;
}

/* It has said something, or waits for an answer of ours. */
static bool has_spoken(const struct proxy *p)
{
	struct pollfd fd = {.fd = p->listener, .events = POLLIN};
	int in = 0;

	if (ioctl(p->channel.in, FIONREAD, &in) || in)
		return true;
	return p->listener >= 0 && poll(&fd, 1, 0) > 0;
}

/* It has not read all that it was told. */
static bool has_to_hear(const struct proxy *p)
{
	int out = 0;

	return ioctl(p->channel.out, FIONREAD, &out) || out;
}

bool proxy_at_rest(struct proxy *p)
{
	bool heard = !has_to_hear(p); /* before the look: else it may begin to read after it */

	/* One that is played by a test has no threads to look at. */
	if (!p->observer)
		return heard && !has_spoken(p);
	if (has_spoken(p) || !observe_at_rest(p->observer) || has_spoken(p))
		return false;
	return observe_stopped(p->observer) || (heard && !has_to_hear(p));
}
