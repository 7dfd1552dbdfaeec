// SPDX-License-Identifier: BSD-2-Clause
/*
 * Questions about the worker's process. One is on its way at a time: its answer belongs to it
 * without a number. Who asks may be the one that reads, or wait for that.
 */
#include "worker/proxy_internal.h"

#include <errno.h>
#include <poll.h>
#include <time.h>

#include "base/clock.h"

#define PROBE_NS UINT64_C(1000000000) /* for the answer */
#define LOOK_MS  1                    /* between two looks whether somebody else may read */

static void put_probe(struct writer *w, const void *what)
{
	message_put_probe(w, what);
}

/* Milliseconds until then, at least 1; 0: it is over. */
static int left_ms(uint64_t end)
{
	uint64_t now = monotonic_ns();

	return now < end ? (int)((end - now) / 1000000) + 1 : 0;
}

/* With the lock held. */
static void sleep_until(struct proxy *p, struct prober *me, uint64_t end)
{
	const struct timespec ts = {
		.tv_sec = (time_t)(end / 1000000000), .tv_nsec = (long)(end % 1000000000)};

	me->asleep = true;
	pthread_cond_clockwait(&me->turn, &p->lock, CLOCK_MONOTONIC, &ts);
	me->asleep = false;
}

/*
 * With the lock held, which is given up meanwhile. Reads if nobody else does or is about to: what
 * the module calls is for those who wait for a handler, as on virtual time the host makes others
 * wait until that has returned. If they come while we read, they take over soon.
 */
static void await_answer(struct proxy *p, struct prober *me, uint64_t end)
{
	int ms, rc;

	while (!me->done && (ms = left_ms(end)) > 0) {
		if (p->reading || !LIST_EMPTY(&p->waiters)) {
			sleep_until(p, me, end);
			continue;
		}
		p->reading = p->asks = true;
		pthread_mutex_unlock(&p->lock);
		rc = proxy_step(p, ms < LOOK_MS ? ms : LOOK_MS);
		if (rc < 0 || p->garbled)
			proxy_end(p);
		pthread_mutex_lock(&p->lock);
		p->asks = false;
		proxy_give_up_reading(p);
	}
}

/* One that sends much and hears nothing has a full pipe: that is no place to wait. */
static int send_probe(struct proxy *p, const struct module_probe *probe, uint64_t end)
{
	struct pollfd room = {.fd = p->channel.out, .events = POLLOUT};
	int err;

	if (poll(&room, 1, left_ms(end)) != 1)
		return -ETIMEDOUT;
	err = channel_send(&p->channel, (struct message){.type = MESSAGE_PROBE}, put_probe, probe);
	if (err && err != -EPIPE) /* that is read from the other pipe, with how it ended */
		p->module.ops->kill(&p->module);
	return 0;
}

/* With the lock held, which is given up meanwhile. */
static void ask(struct proxy *p, struct prober *me, uint64_t end)
{
	/* The answer may be read, and stored, while the question is still being sent. */
	const struct module_probe question = *me->probe;
	int err;

	p->probed = true;
	p->asked = question;
	p->prober = me;
	pthread_mutex_unlock(&p->lock);
	err = send_probe(p, &question, end);
	pthread_mutex_lock(&p->lock);
	if (err)
		p->probed = false;
	else
		await_answer(p, me, end);
}

int proxy_probe(struct module *m, struct module_probe *probe)
{
	struct proxy *p = (struct proxy *)m;
	struct prober me = {.result = -EIO, .turn = PTHREAD_COND_INITIALIZER};
	uint64_t end;

	if (!module_probe_sound(probe))
		return -EINVAL;
	pthread_mutex_lock(&p->probing);
	end = monotonic_ns() + PROBE_NS;
	pthread_mutex_lock(&p->lock);
	if (p->probed) {
		/* The one before us has gone without its answer, which comes first. */
		p->prober = &me;
		await_answer(p, &me, end);
	}
	me.done = false;
	me.probe = probe;
	if (!p->probed && !atomic_load(&m->ended)) {
		me.result = -ETIMEDOUT;
		ask(p, &me, end);
	} else if (p->probed) {
		me.result = -ETIMEDOUT;
	}
	p->prober = NULL;
	pthread_mutex_unlock(&p->lock);
	pthread_mutex_unlock(&p->probing);
	pthread_cond_destroy(&me.turn);
	return me.result;
}

/* With the lock held. */
static void finish(struct proxy *p, int result)
{
	struct prober *who = p->prober;

	p->probed = false;
	p->prober = NULL;
	if (!who)
		return;
	if (who->probe && !result)
		*who->probe = p->asked;
	who->result = result;
	who->done = true;
	pthread_cond_signal(&who->turn);
}

int proxy_probed(struct proxy *p, struct reader *body)
{
	int result, err = -EPROTO;

	pthread_mutex_lock(&p->lock);
	if (p->probed)
		err = message_get_probed(body, &p->asked, &result);
	if (!err)
		finish(p, result);
	pthread_mutex_unlock(&p->lock);
	return err;
}

void proxy_forget_probe(struct proxy *p)
{
	if (p->probed)
		finish(p, -EIO);
}
