// SPDX-License-Identifier: BSD-2-Clause
/* Calls that come: read, made, answered. */
#include "worker/serve_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "module/inproc.h"

#define SPARE_MAX 4 /* calls whose memory is kept */

struct open_call *serve_call_of(const struct handler_call *c)
{
	const char *p = (const char *)c;

	return (struct open_call *)(uintptr_t)(p - offsetof(struct open_call, call));
}

static struct open_call *call_new(void)
{
	struct open_call *c;

	pthread_mutex_lock(&worker.lock);
	c = worker.spare;
	if (c) {
		worker.spare = c->next;
		worker.nspare--;
	}
	pthread_mutex_unlock(&worker.lock);
	return c ? c : calloc(1, sizeof(*c));
}

static void call_free(struct open_call *c)
{
	arena_reset(&c->arena);
	pthread_mutex_lock(&worker.lock);
	if (worker.nspare < SPARE_MAX) {
		c->next = worker.spare;
		worker.spare = c;
		worker.nspare++;
		c = NULL;
	}
	pthread_mutex_unlock(&worker.lock);
	if (c)
		arena_free(&c->arena);
	free(c);
}

/* Decoded twice: what the module writes to its inputs is then seen by comparing. */
int serve_read_call(const struct message *m, struct reader *body, struct open_call **out)
{
	struct reader again = *body;
	struct open_call *c = call_new();
	int err;

	if (!c)
		return -ENOMEM;
	c->number = m->call;
	memset(&c->call, 0, sizeof(c->call));
	memset(&c->before, 0, sizeof(c->before));
	c->call.fn = c->before.fn = (enum crossing_fn)m->fn;
	err = message_get_call(body, &c->arena, &c->call);
	if (!err)
		err = message_get_call(&again, &c->arena, &c->before);
	if (err)
		call_free(c);
	else
		*out = c;
	return err;
}

struct returned {
	const struct open_call *call;
	struct message_return extra;
};

static size_t block_size(void *user, const void *p)
{
	(void)user;
	return inproc_block(worker.module, p);
}

const struct block_source serve_blocks = {.size = block_size};

static void put_return(struct writer *w, const void *what)
{
	const struct returned *r = what;

	message_put_return(w, &r->call->call, &r->call->before, &serve_blocks, &r->extra);
}

/* A thread of ours that has only just begun would be taken for one of the module's. */
void serve_await_pool(void)
{
	pthread_mutex_lock(&worker.lock);
	while (worker.unknown)
		pthread_cond_wait(&worker.known, &worker.lock);
	pthread_mutex_unlock(&worker.lock);
}

/* Whether the module has threads of its own, or, at its end, how many. */
static unsigned module_threads(enum crossing_fn fn)
{
	unsigned n;

	if (fn == FN_DEINIT_SERVICE)
		serve_await_pool();
	pthread_mutex_lock(&worker.looking);
	if (fn == FN_DEINIT_SERVICE)
		n = worker.module->ops->threads(worker.module);
	else
		n = worker.module->ops->activity(worker.module) != MODULE_ALONE;
	pthread_mutex_unlock(&worker.looking);
	return n;
}

/* The host is gone, or not what it seems. What the module does now concerns nobody. */
void serve_end(int err)
{
	pthread_mutex_lock(&worker.lock);
	worker.over = true;
	worker.status = err == -EPIPE ? 0 : 1;
	if (worker.running || worker.callers || !worker.deinitialised)
		_exit(worker.status);
	pthread_cond_broadcast(&worker.work);
	pthread_mutex_unlock(&worker.lock);
}

/* In a thread of the pool, without the lock. */
void serve_make_call(struct open_call *c)
{
	struct returned r = {.call = c};
	struct message m = {.type = MESSAGE_RETURN, .fn = (uint16_t)c->call.fn, .call = c->number};
	int err;

	worker.module->ops->call(worker.module, &c->call);
	r.extra.threads = module_threads(c->call.fn);
	/* Before the return is sent: the host's next call may come at once. */
	pthread_mutex_lock(&worker.lock);
	worker.running--;
	worker.deinitialised |= c->call.fn == FN_DEINIT_SERVICE;
	pthread_mutex_unlock(&worker.lock);
	err = channel_send(&worker.channel, m, put_return, &r);
	if (err)
		serve_end(err);
	call_free(c);
}
