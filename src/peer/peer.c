// SPDX-License-Identifier: BSD-2-Clause
#include "peer/peer.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/wipe.h"
#include "peer/message.h"
#include "peer/process.h"

#define DONE 1 /* of take_action(): the answer is complete */

struct peer_timer {
	struct timer timer;
	struct peer *peer;
	uint32_t id;
};

struct peer {
	struct loop *loop;
	struct sim_ap *aps[PEER_APS_MAX];
	unsigned naps;
	uint32_t answer_ms;
	void (*log)(void *user, const char *text);
	void *user;
	struct peer_process process;
	struct peer_timer timers[PEER_TIMERS];
	uint32_t events;     /* sent so far */
	uint64_t messages;   /* received so far */
	enum peer_type type; /* of the present event */
	bool busy;           /* it is being answered */
	bool hello;          /* the peer has said its version */
	bool bye;            /* nothing it does has an effect any more */
	char error[160];     /* empty: it has not failed */
	uint8_t out[PEER_HEADER + PEER_BODY_MAX], in[PEER_BODY_MAX];
};

static const char *event_name(enum peer_type type)
{
	static const char *const names[] = {[PEER_HELLO] = "HELLO",
		[PEER_ASSOCIATED] = "ASSOCIATED",
		[PEER_FRAME] = "FRAME",
		[PEER_TIMER] = "TIMER",
		[PEER_DISASSOCIATED] = "DISASSOCIATED",
		[PEER_BYE] = "BYE"};

	return names[type];
}

/* The first failure counts, and is the end of the process. */
__attribute__((format(printf, 2, 3))) static int fail(struct peer *p, const char *format, ...)
{
	va_list args;

	if (!p->error[0]) {
		va_start(args, format);
		vsnprintf(p->error, sizeof(p->error), format, args);
		va_end(args);
	}
	for (unsigned i = 0; i < PEER_TIMERS; i++)
		timer_disarm(p->loop, &p->timers[i].timer);
	peer_process_end(&p->process, 0, NULL);
	return -EPROTO;
}

static int ended(struct peer *p, int status)
{
	const char *name = WIFSIGNALED(status) ? sigabbrev_np(WTERMSIG(status)) : NULL;

	if (name)
		return fail(p, "the peer was ended by signal %d (SIG%s)", WTERMSIG(status), name);
	if (WIFSIGNALED(status))
		return fail(p, "the peer was ended by signal %d", WTERMSIG(status));
	return fail(p, "the peer ended with status %d", WEXITSTATUS(status));
}

/* Reading or writing failed. */
static int lost(struct peer *p, int err, uint64_t deadline)
{
	int status;

	if (err == -ETIMEDOUT)
		return fail(p, "the peer has not answered %s within %g s", event_name(p->type),
			p->answer_ms / 1000.0);
	if (err != -EPIPE && err != -ENODATA)
		return fail(p, "the pipe to the peer: %s", strerror(-err));
	if (peer_process_end(&p->process, deadline, &status))
		return ended(p, status);
	return fail(p, "the peer has closed its standard output");
}

static struct sim_ap *find_ap(const struct peer *p, const struct mac *bssid)
{
	for (unsigned i = 0; i < p->naps; i++)
		if (mac_equal(&sim_ap_config(p->aps[i])->bssid, bssid))
			return p->aps[i];
	return NULL;
}

static void on_timer(struct timer *t, void *user);

static int set_timer(struct peer *p, const struct peer_action *a)
{
	struct timer *t = &p->timers[a->number].timer;

	timer_disarm(p->loop, t);
	return a->ms ? timer_arm(p->loop, t, a->ms * NS_PER_MS, on_timer, &p->timers[a->number])
		     : 0;
}

static void say(const struct peer *p, const struct peer_action *a)
{
	char text[PEER_LOG_MAX + 1];
	size_t i;

	for (i = 0; i < a->length; i++)
		text[i] = a->data[i] >= ' ' && a->data[i] <= '~' ? (char)a->data[i] : '?';
	text[i] = '\0';
	if (p->log)
		p->log(p->user, text);
}

static int check_hello(struct peer *p, const struct peer_action *a)
{
	if (p->hello)
		return fail(p, "the peer has said HELLO twice");
	if (a->number != PEER_VERSION)
		return fail(p, "the peer speaks version %u of the protocol, not %d", a->number,
			PEER_VERSION);
	p->hello = true;
	return 0;
}

static int finish_answer(struct peer *p, const struct peer_action *a)
{
	if (a->number != p->events - 1)
		return fail(p, "the peer's message %llu answers event %u, not %u",
			(unsigned long long)p->messages, a->number, p->events - 1);
	return DONE;
}

static int on_ap(struct sim_ap *ap, const struct peer_action *a)
{
	switch (a->type) {
	case PEER_DO_SEND:
		return sim_ap_send(ap, a->station, a->ethertype, a->data, a->length, a->clear);
	case PEER_DO_DISASSOCIATE:
		return sim_ap_disassociate(ap, a->station, a->reason);
	case PEER_DO_DEAUTHENTICATE:
		return sim_ap_deauthenticate(ap, a->station, a->reason);
	case PEER_DO_AUTHORISE:
	case PEER_DO_UNAUTHORISE:
		return sim_ap_authorise(ap, a->station, a->type == PEER_DO_AUTHORISE);
	case PEER_DO_KEY:
		return a->key_id ? sim_ap_set_group_key(ap, a->key_id, a->key)
				 : sim_ap_set_key(ap, a->station, a->key);
	default: /* see act() */
		return 0;
	}
}

/* 0, DONE, or an error after it was noted. What the air has overtaken has no effect. */
static int act(struct peer *p, const struct peer_action *a)
{
	struct sim_ap *ap;
	int err = 0;

	if (!p->hello && a->type != PEER_DO_HELLO)
		return fail(p, "the peer's first message is %s, not HELLO",
			peer_action_name((uint16_t)a->type));
	switch (a->type) {
	case PEER_DO_DONE:
		return finish_answer(p, a);
	case PEER_DO_HELLO:
		return check_hello(p, a);
	case PEER_DO_LOG:
		say(p, a);
		return 0;
	case PEER_DO_TIMER:
		err = p->bye ? 0 : set_timer(p, a);
		break;
	default: /* what is done at an access point */
		ap = find_ap(p, &a->bssid);
		if (!ap)
			return fail(p, "the peer's message %llu names a BSSID that is not its own",
				(unsigned long long)p->messages);
		err = p->bye ? 0 : on_ap(ap, a);
		break;
	}
	return err && err != -ENOENT ? fail(p, "the peer's message %llu: %s",
					       (unsigned long long)p->messages, strerror(-err))
				     : 0;
}

/* Reads one action and carries it out. 0, DONE, or an error. */
static int take_action(struct peer *p, uint64_t deadline)
{
	uint8_t header[PEER_HEADER];
	struct peer_action a;
	uint16_t type, length;
	int err = peer_process_read(&p->process, header, sizeof(header), deadline);

	if (err)
		return err == -ENODATA && p->bye ? DONE : lost(p, err, deadline);
	p->messages++;
	peer_get_header(header, &type, &length);
	if (!peer_action_name(type))
		return fail(p, "the peer's message %llu has the unknown type %u",
			(unsigned long long)p->messages, type);
	if (length > PEER_BODY_MAX)
		return fail(p, "the peer's message %llu is longer than %d bytes",
			(unsigned long long)p->messages, PEER_BODY_MAX);
	err = peer_process_read(&p->process, p->in, length, deadline);
	if (err)
		return lost(p, err, deadline);
	err = peer_get_action(type, p->in, length, &a);
	if (err == -EBADMSG)
		return fail(p, "the peer's message %llu: no %s has %u bytes",
			(unsigned long long)p->messages, peer_action_name(type), length);
	if (err)
		return fail(p, "the peer's message %llu: a number of %s is out of its range",
			(unsigned long long)p->messages, peer_action_name(type));
	return act(p, &a);
}

static struct peer_event next_event(struct peer *p, enum peer_type type)
{
	p->type = type;
	return (struct peer_event){.type = type, .number = p->events++, .time = loop_now(p->loop)};
}

/* What its own actions bring about is no news to the peer. */
static bool listens(const struct peer *p)
{
	return !p->error[0] && !p->busy && !p->bye;
}

/* Sends the event in w and takes the whole answer. 0 or -EPROTO. */
static int ask(struct peer *p, const struct writer *w)
{
	const uint64_t deadline = peer_deadline(p->answer_ms);
	unsigned n = 0;
	int rc;

	if (!writer_ok(w))
		return fail(p, "an event is too long for the peer");
	rc = peer_process_write(&p->process, w->buf, w->len, deadline);
	if (rc)
		return lost(p, rc, deadline);
	p->busy = true;
	do
		rc = ++n > PEER_ACTIONS_MAX
			     ? fail(p, "the peer's answer to %s has more than %d messages",
				       event_name(p->type), PEER_ACTIONS_MAX)
			     : take_action(p, deadline);
	while (rc == 0);
	p->busy = false;
	wipe(p->in, sizeof(p->in)); /* keys, perhaps */
	return rc == DONE ? 0 : rc;
}

static struct writer event_writer(struct peer *p)
{
	return writer_init(p->out, sizeof(p->out));
}

static void on_timer(struct timer *t, void *user)
{
	const struct peer_timer *timer = user;
	struct peer *p = timer->peer;
	struct writer w = event_writer(p);
	struct peer_event e;

	(void)t;
	if (!listens(p))
		return;
	e = next_event(p, PEER_TIMER);
	peer_put_timer(&w, &e, timer->id);
	(void)ask(p, &w);
}

static void on_associated(void *user, struct sim_ap *ap, struct mac station, bool reassociation,
	const uint8_t *elements, size_t length)
{
	struct peer *p = user;
	struct writer w = event_writer(p);
	struct peer_event e;

	if (!listens(p))
		return;
	e = next_event(p, PEER_ASSOCIATED);
	peer_put_associated(&w, &e, &sim_ap_config(ap)->bssid, &station,
		reassociation ? PEER_REASSOCIATION : 0, elements, length);
	(void)ask(p, &w);
}

static void on_frame(void *user, struct sim_ap *ap, struct mac station, uint16_t ethertype,
	const uint8_t *data, size_t length, bool guarded)
{
	struct peer *p = user;
	struct writer w = event_writer(p);
	struct peer_event e;

	if (!listens(p))
		return;
	e = next_event(p, PEER_FRAME);
	peer_put_frame(&w, &e, &sim_ap_config(ap)->bssid, &station, ethertype,
		guarded ? PEER_GUARDED : 0, data, length);
	(void)ask(p, &w);
}

static void on_disassociated(void *user, struct sim_ap *ap, struct mac station, uint16_t reason)
{
	struct peer *p = user;
	struct writer w = event_writer(p);
	struct peer_event e;

	if (!listens(p))
		return;
	e = next_event(p, PEER_DISASSOCIATED);
	peer_put_disassociated(&w, &e, &sim_ap_config(ap)->bssid, &station, reason);
	(void)ask(p, &w);
}

static const struct sim_peer_ops ops = {
	.associated = on_associated,
	.frame = on_frame,
	.disassociated = on_disassociated,
};

static int say_hello(struct peer *p, uint64_t seed)
{
	struct peer_ap aps[PEER_APS_MAX];
	struct writer w = event_writer(p);
	struct peer_event e = next_event(p, PEER_HELLO);
	int err;

	for (unsigned i = 0; i < p->naps; i++) {
		const struct sim_ap_config *c = sim_ap_config(p->aps[i]);

		aps[i] = (struct peer_ap){
			.bssid = c->bssid, .channel = c->channel, .ssid_length = c->ssid.length};
		memcpy(aps[i].ssid, c->ssid.bytes, c->ssid.length);
	}
	peer_put_hello(&w, &e, seed, aps, p->naps);
	err = ask(p, &w);
	return err || p->hello ? err : fail(p, "the peer has not said HELLO");
}

static void detach(struct peer *p)
{
	for (unsigned i = 0; i < p->naps; i++)
		(void)sim_ap_set_peer(p->aps[i], NULL, NULL);
	for (unsigned i = 0; i < PEER_TIMERS; i++)
		timer_disarm(p->loop, &p->timers[i].timer);
}

/* 0, or the error that was noted, which is told. */
static int free_peer(struct peer *p, char *err, size_t room)
{
	int rc = p->error[0] ? -EPROTO : 0;

	if (rc && room)
		snprintf(err, room, "%s", p->error);
	detach(p);
	wipe(p, sizeof(*p));
	free(p);
	return rc;
}

int peer_open(const struct peer_config *config, struct peer **out, char *err, size_t room)
{
	struct peer *p;
	int rc;

	if (config->naps > PEER_APS_MAX) {
		snprintf(err, room, "a peer speaks for at most %d access points", PEER_APS_MAX);
		return -EINVAL;
	}
	p = calloc(1, sizeof(*p));
	if (!p) {
		snprintf(err, room, "out of memory");
		return -ENOMEM;
	}
	p->loop = config->loop;
	p->answer_ms = config->answer_ms ? config->answer_ms : PEER_ANSWER_MS;
	p->log = config->log;
	p->user = config->user;
	for (uint32_t i = 0; i < PEER_TIMERS; i++)
		p->timers[i] = (struct peer_timer){.peer = p, .id = i};
	for (unsigned i = 0; i < config->naps; i++)
		if (sim_ap_set_peer(config->aps[i], &ops, p) == 0)
			p->aps[p->naps++] = config->aps[i];
	rc = peer_process_start(&p->process, config->command);
	if (rc)
		fail(p, "the peer cannot be started: %s", strerror(-rc));
	else
		rc = say_hello(p, config->seed);
	if (rc) {
		free_peer(p, err, room);
		return rc;
	}
	*out = p;
	return 0;
}

const char *peer_failed(const struct peer *p)
{
	return p->error[0] ? p->error : NULL;
}

static void say_bye(struct peer *p)
{
	const uint64_t deadline = peer_deadline(p->answer_ms);
	struct writer w = event_writer(p);
	struct peer_event e = next_event(p, PEER_BYE);
	int status;

	p->bye = true;
	peer_put_bye(&w, &e);
	if (ask(p, &w))
		return;
	if (!peer_process_end(&p->process, deadline, &status))
		fail(p, "the peer has not ended within %g s of BYE", p->answer_ms / 1000.0);
	else if (!WIFEXITED(status) || WEXITSTATUS(status))
		ended(p, status);
}

int peer_close(struct peer *p, char *err, size_t room)
{
	if (!p)
		return 0;
	if (!p->error[0])
		say_bye(p);
	return free_peer(p, err, room);
}

void peer_kill(struct peer *p)
{
	if (p)
		peer_process_end(&p->process, 0, NULL);
}
