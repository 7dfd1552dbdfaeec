// SPDX-License-Identifier: BSD-2-Clause
/* Pipes, thread and life of the hostile worker. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "tests/lib/hostile_internal.h"

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* ---- Writing. ---- */

int hostile_write(struct hostile *h, const void *p, size_t n)
{
	struct pollfd fds[2] = {{.events = POLLOUT}, {.fd = h->wake, .events = POLLIN}};
	const uint8_t *from = p;
	ssize_t done;

	while (n && h->out >= 0) {
		done = write(h->out, from, n);
		if (done > 0) {
			from += done;
			n -= (size_t)done;
			continue;
		}
		if (errno != EAGAIN)
			return -1;
		fds[0].fd = h->out;
		poll(fds, 2, -1);
		if (fds[1].revents)
			return -1;
	}
	return 0;
}

int hostile_send(struct hostile *h, struct message m)
{
	m.length = (uint32_t)h->outbox_length;
	message_put_header(h->outbox, &m);
	return hostile_write(h, h->outbox, MESSAGE_HEADER + h->outbox_length);
}

/* ---- Reading. ---- */

/* They stay in the pipe until consume(). False: the host is gone. */
static bool look_into_pipe(struct hostile *h)
{
	ssize_t n = tee(h->in, h->scratch[1], 64 * 1024, SPLICE_F_NONBLOCK), got;

	if (n < 0)
		return errno == EAGAIN;
	if (n == 0)
		return false;
	if (h->filled + (size_t)n > h->inbox_room) {
		h->inbox_room = 2 * (h->filled + (size_t)n);
		h->inbox = realloc(h->inbox, h->inbox_room);
		require(h->inbox != NULL);
	}
	for (; n; n -= got) {
		got = read(h->scratch[0], h->inbox + h->filled, (size_t)n);
		require(got > 0);
		h->filled += (size_t)got;
		h->held += (size_t)got;
	}
	return true;
}

/* All of the first n bytes of the inbox leave the pipe. */
static void consume(struct hostile *h, size_t n)
{
	const size_t gone = h->filled - h->held;
	uint8_t dump[4096];
	size_t left = n > gone ? n - gone : 0;
	ssize_t got;

	h->held -= left;
	for (; left && h->in >= 0; left -= (size_t)got) {
		got = read(h->in, dump, left < sizeof(dump) ? left : sizeof(dump));
		require(got > 0);
	}
}

static struct hostile_call *open_call(struct hostile *h, uint32_t number)
{
	unsigned i;

	for (i = 0; i < HOSTILE_CALLS; i++)
		if (h->calls[i].m.type == (number ? MESSAGE_CALL : 0) &&
			h->calls[i].m.call == number)
			return &h->calls[i];
	return NULL;
}

static int called(struct hostile *h, const struct message *m, const uint8_t *body)
{
	struct hostile_call *c = open_call(h, 0);
	struct handler_call decoded = {.fn = (enum crossing_fn)m->fn};
	struct reader r = reader_init(body, m->length);

	require(c != NULL); /* a host that does not wait for its handlers */
	*c = (struct hostile_call){.m = *m, .body = malloc(m->length + 1)};
	require(c->body != NULL);
	memcpy(c->body, body, m->length);
	require(message_get_call(&r, &h->arena, &decoded) == 0); /* the host keeps the protocol */
	hostile_learn(h, &decoded);
	arena_reset(&h->arena);
	return hostile_act(h, c);
}

/* An answer: its thread goes on. */
static int replied(struct hostile *h, const struct message *m)
{
	struct hostile_call *c;

	if (m->call == 0) {
		h->waiting &= m->thread != 1;
		return hostile_next(h);
	}
	c = open_call(h, m->call);
	return c ? hostile_act(h, c) : 0;
}

static int received(struct hostile *h, const struct message *m, const uint8_t *body)
{
	switch ((enum message_type)m->type) {
	case MESSAGE_START:
		return hostile_greet(h);
	case MESSAGE_CALL:
		return called(h, m, body);
	case MESSAGE_REPLY:
		return replied(h, m);
	case MESSAGE_PROBE:
		return hostile_probed(h, m, body);
	default: /* RELEASE: it forgets nothing anyway */
		return 0;
	}
}

/* All whole messages that are there. -1: it is gone. */
static int take_messages(struct hostile *h)
{
	struct message m;
	size_t taken = 0, size;
	int err = 0;

	while (!err && h->filled - taken >= MESSAGE_HEADER && !h->deaf && h->in >= 0) {
		require(message_get_header(h->inbox + taken, false, &m) == 0);
		size = MESSAGE_HEADER + m.length;
		if (h->filled - taken < size)
			break;
		err = received(h, &m, h->inbox + taken + MESSAGE_HEADER);
		taken += size;
		if (!h->deaf)
			consume(h, taken);
	}
	/* A part: the host is still about to write, and needs the room. */
	if (!h->deaf)
		consume(h, h->filled);
	memmove(h->inbox, h->inbox + taken, h->filled - taken);
	h->filled -= taken;
	return err;
}

/* ---- Its life. ---- */

static void *worker_main(void *user)
{
	struct hostile *h = user;
	struct pollfd fds[3] = {{.fd = h->wake, .events = POLLIN}};
	unsigned i;

	for (;;) {
		fds[1] = (struct pollfd){.fd = h->in, .events = h->deaf ? 0 : POLLIN};
		fds[2] = (struct pollfd){.fd = h->out}; /* the host is gone: an error */
		poll(fds, 3, -1);
		if (fds[0].revents || fds[2].revents)
			break;
		if (fds[1].revents && (h->deaf || !look_into_pipe(h) || take_messages(h)))
			break;
	}
	close_one(&h->in);
	close_one(&h->out);
	for (i = 0; i < HOSTILE_CALLS; i++)
		free(h->calls[i].body);
	memset(h->calls, 0, sizeof(h->calls));
	return NULL;
}

static void join(struct hostile *h)
{
	eventfd_t count;

	if (h->running)
		pthread_join(h->thread, NULL);
	h->running = false;
	eventfd_read(h->wake, &count);
}

static int start(void *user, struct worker_process *out, char *err, size_t room)
{
	struct hostile *h = user;
	int to[2], from[2];

	(void)err;
	(void)room;
	join(h);
	require(pipe2(to, O_CLOEXEC | O_NONBLOCK) == 0 && pipe2(from, O_CLOEXEC | O_NONBLOCK) == 0);
	*out = (struct worker_process){.to = to[1], .from = from[0], .socket = -1};
	h->in = to[0];
	h->out = from[1];
	h->deaf = h->waiting = false;
	h->filled = h->held = 0;
	h->npending = h->nhandles = h->nsvcs = 0;
	require(pthread_create(&h->thread, NULL, worker_main, h) == 0);
	h->running = true;
	return 0;
}

static void kill_it(void *user)
{
	struct hostile *h = user;

	require(eventfd_write(h->wake, 1) == 0);
}

static void close_it(void *user)
{
	struct hostile *h = user;

	kill_it(h);
	join(h);
	close(h->wake);
	close(h->scratch[0]);
	close(h->scratch[1]);
	arena_free(&h->arena);
	free(h->inbox);
	free(h->outbox);
	free(h);
}

struct hostile *hostile_new(const struct hostile_config *config)
{
	struct hostile *h = calloc(1, sizeof(*h));

	require(h != NULL);
	h->config = *config;
	h->bytes = reader_init(config->bytes, config->size);
	h->in = h->out = -1;
	h->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	require(h->wake >= 0 && pipe2(h->scratch, O_CLOEXEC) == 0);
	h->outbox = malloc(MESSAGE_HEADER + HOSTILE_ROOM);
	require(h->outbox != NULL);
	return h;
}

struct worker_source hostile_source(struct hostile *h)
{
	return (struct worker_source){
		.start = start, .kill = kill_it, .close = close_it, .user = h};
}

size_t hostile_whole(const struct hostile *h)
{
	return h->whole;
}
