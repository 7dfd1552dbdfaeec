// SPDX-License-Identifier: BSD-2-Clause
/* The beginning and the end of a worker's process, and what is known of it in between. */
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
#include <unistd.h>

#include "base/clock.h"
#include "worker/sandbox.h"

#define START_S     60
#define FAREWELL_MS 2000 /* for a worker to end by itself when its pipe has been closed */

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

void proxy_close_process(struct proxy *p)
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
void proxy_end(struct proxy *p)
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
	proxy_forget_probe(p);
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

int proxy_start(struct proxy *p, char *err, size_t room)
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
	/* A worker that does not read must not hold up a thread of ours for ever; one that is not
	 * there to read, or write, must not either. */
	fcntl(process.to, F_SETFL, O_NONBLOCK);
	fcntl(process.from, F_SETFL, O_NONBLOCK);
	rc = channel_init(&p->channel, process.from, process.to, true);
	if (!rc && process.pid > 0)
		rc = observe_new(process.pid, process.server, &p->observer);
	if (!rc)
		rc = greet(p, err, room);
	if (!rc)
		rc = watch(p, err, room);
	close_socket(p);
	if (rc) {
		p->garbled = true;
		reap(p, 0);
		proxy_close_process(p);
		return rc;
	}
	atomic_store(&p->module.ended, false);
	return 0;
}

void proxy_farewell(struct proxy *p)
{
	channel_close_descriptor(p->channel.out); /* it ends when it reads that */
	p->channel.out = -1;
	close_listener(p); /* nobody answers any more: what is refused fails at once */
	reap(p, FAREWELL_MS);
}
