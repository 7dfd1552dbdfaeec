// SPDX-License-Identifier: BSD-2-Clause
#include "worker/channel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/wipe.h"

#define FIRST_ROOM (64u * 1024)
#define SMALL      1024u /* bytes of a message that need no allocation */

int channel_init(struct channel *ch, int in, int out, bool from_worker)
{
	*ch = (struct channel){.in = in, .out = out, .from_worker = from_worker};
	ch->buf = malloc(FIRST_ROOM);
	if (!ch->buf) {
		channel_close_descriptor(in);
		channel_close_descriptor(out);
		return -ENOMEM;
	}
	ch->room = FIRST_ROOM;
	pthread_mutex_init(&ch->sending, NULL);
	return 0;
}

void channel_close(struct channel *ch)
{
	if (!ch->buf)
		return;
	channel_close_descriptor(ch->in);
	channel_close_descriptor(ch->out);
	wipe(ch->buf, ch->filled);
	free(ch->buf);
	ch->buf = NULL;
	pthread_mutex_destroy(&ch->sending);
}

static int write_all(struct channel *ch, const uint8_t *p, size_t n)
{
	int done;

	pthread_mutex_lock(&ch->sending);
	for (done = 0; n; p += done, n -= (size_t)done) {
		done = channel_write_some(ch->out, p, n);
		if (done < 0)
			break;
	}
	pthread_mutex_unlock(&ch->sending);
	if (!n)
		return 0;
	return done < 0 ? done : -EPIPE;
}

/* Tries with room for n bytes in all. -ENOBUFS: that was too little. */
static int send_within(struct channel *ch, struct message *m, message_put put, const void *what,
	uint8_t *p, size_t n)
{
	struct writer w = writer_init(p + MESSAGE_HEADER, n - MESSAGE_HEADER);
	int err = -ENOBUFS;

	if (put)
		put(&w, what);
	if (writer_ok(&w)) {
		m->length = (uint32_t)w.len;
		message_put_header(p, m);
		err = write_all(ch, p, MESSAGE_HEADER + w.len);
	}
	/* Keys, profiles and packets pass through here. */
	wipe(p, MESSAGE_HEADER + w.len);
	return err;
}

int channel_send(struct channel *ch, struct message m, message_put put, const void *what)
{
	uint8_t small[SMALL], *p;
	size_t n;
	int err = send_within(ch, &m, put, what, small, sizeof(small));

	for (n = FIRST_ROOM; err == -ENOBUFS; n *= 4) {
		if (n > MESSAGE_MAX + FIRST_ROOM)
			n = MESSAGE_HEADER + MESSAGE_MAX;
		p = malloc(n);
		if (!p)
			return -ENOMEM;
		err = send_within(ch, &m, put, what, p, n);
		free(p);
		if (n == MESSAGE_HEADER + MESSAGE_MAX && err == -ENOBUFS)
			return -EMSGSIZE;
	}
	return err;
}

void channel_forget(struct channel *ch)
{
	wipe(ch->buf, ch->taken);
	if (ch->taken == ch->filled)
		ch->taken = ch->filled = 0;
}

bool channel_buffered(const struct channel *ch)
{
	return ch->filled > ch->taken;
}

/* Room for a message of n bytes from .taken on, behind what is there of it. */
static int make_room(struct channel *ch, size_t n)
{
	size_t have = ch->filled - ch->taken;
	uint8_t *p;

	if (ch->room - ch->taken >= n)
		return 0;
	p = ch->buf;
	if (ch->room < n) {
		p = malloc(n);
		if (!p)
			return -ENOMEM;
	}
	memmove(p, ch->buf + ch->taken, have);
	if (p != ch->buf) {
		wipe(ch->buf, ch->filled);
		free(ch->buf);
		ch->buf = p;
		ch->room = n;
	} else {
		wipe(ch->buf + have, ch->filled - have); /* where it was */
	}
	ch->taken = 0;
	ch->filled = have;
	return 0;
}

/* Reads until n bytes are there. 1, 0 (not yet), or a negative errno. */
static int fill(struct channel *ch, size_t n)
{
	int got = make_room(ch, n);

	while (!got && ch->filled - ch->taken < n) {
		got = channel_read_some(ch->in, ch->buf + ch->filled, ch->room - ch->filled);
		if (got == -EAGAIN)
			return 0;
		if (got <= 0)
			return -EPIPE;
		ch->filled += (size_t)got;
		got = 0;
	}
	return got ? got : 1;
}

int channel_receive(struct channel *ch, struct message *m, struct reader *body)
{
	int err;

	if (ch->taken == ch->filled)
		ch->taken = ch->filled = 0;
	err = fill(ch, MESSAGE_HEADER);
	if (err != 1)
		return err;
	err = message_get_header(ch->buf + ch->taken, ch->from_worker, m);
	if (err)
		return err;
	err = fill(ch, MESSAGE_HEADER + m->length);
	if (err != 1)
		return err;
	*body = reader_init(ch->buf + ch->taken + MESSAGE_HEADER, m->length);
	ch->taken += MESSAGE_HEADER + m->length;
	return 1;
}

int channel_receive_soon(struct channel *ch, struct message *m, struct reader *body)
{
	int rc = channel_receive(ch, m, body);
	uint64_t end;

	if (rc)
		return rc;
	end = monotonic_ns() + CHANNEL_SPIN_NS;
	do {
		channel_yield();
		rc = channel_receive(ch, m, body);
	} while (rc == 0 && monotonic_ns() < end);
	return rc;
}
