// SPDX-License-Identifier: BSD-2-Clause
/*
 * One end of the pair of pipes between host and worker: whole messages in, whole messages out.
 *
 * Any thread may send. One thread at a time may receive; which one is the caller's business.
 */
#ifndef OPENIHV_WORKER_CHANNEL_H
#define OPENIHV_WORKER_CHANNEL_H

#include <pthread.h>

#include "worker/message.h"

struct channel {
	int in, out;      /* the owner's; closed by channel_close() */
	bool from_worker; /* what comes in is a worker's */
	pthread_mutex_t sending;
	uint8_t *buf; /* received: [taken, filled) is not used yet */
	size_t room, taken, filled;
};

/* How a body is written; `what` is whatever channel_send() was given. */
typedef void (*message_put)(struct writer *w, const void *what);

/* Takes the descriptors over, also with -ENOMEM. 0 or -ENOMEM. */
int channel_init(struct channel *ch, int in, int out, bool from_worker);
/* Wipes what is left of the last messages. The descriptors are closed unless they are negative. */
void channel_close(struct channel *ch);

/*
 * 0, -ENOMEM, -EMSGSIZE (over MESSAGE_MAX), -EPIPE: the other end is gone, or -ETIMEDOUT: it has
 * not read for CHANNEL_PATIENCE_MS while its pipe is full. put may be called more than once; NULL:
 * no body.
 */
int channel_send(struct channel *ch, struct message m, message_put put, const void *what);
/*
 * The next message, whose body stays valid until the next call. 1: there is one. 0: nothing is
 * there yet (a channel that does not block only). -EPIPE: the other end is gone. -EPROTO: what came
 * is no message. -ENOMEM.
 */
int channel_receive(struct channel *ch, struct message *m, struct reader *body);
/*
 * The same, but tries for a while (CHANNEL_SPIN_NS) before it says 0: an answer that comes at once
 * costs neither end a sleep. For that is what a round trip between two processors is made of.
 */
int channel_receive_soon(struct channel *ch, struct message *m, struct reader *body);
/* Wipes what has been received so far, bodies included: keys and packets lie in them. */
void channel_forget(struct channel *ch);
/* A message, or a part of one, has been read and not yet been received. */
bool channel_buffered(const struct channel *ch);

#define CHANNEL_PATIENCE_MS 2000
#define CHANNEL_SPIN_NS     50000

/* The system's part (channel_posix.c, channel_windows.c): bytes moved (0: end of the file),
 * -EAGAIN, or -EPIPE for every other error. Waiting for room is bounded by CHANNEL_PATIENCE_MS, and
 * then -ETIMEDOUT. */
int channel_read_some(int fd, void *p, size_t n);
int channel_write_some(int fd, const void *p, size_t n);
void channel_close_descriptor(int fd);
/* Lets others run; waits until something can be read. */
void channel_yield(void);
void channel_sleep(int fd);

#endif
