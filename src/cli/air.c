// SPDX-License-Identifier: BSD-2-Clause
/*
 * A real radio as a stage: it connects, and stays connected until SIGINT, SIGTERM, the end of
 * --for, or another program takes the interface.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <wlanreason.h>

#include "cli/arguments.h"
#include "cli/world.h"
#include "miniport/nl80211/nl80211.h"

#define AGAIN     (2 * NS_PER_S) /* until a connection that ended is wanted again */
#define AGAIN_MAX (32 * NS_PER_S)
#define END_LIMIT (10 * NS_PER_S) /* for saying good-bye */

struct air {
	struct world *w;
	struct radio *radio;
	int signalled; /* eventfd that a signal writes to */
	struct loop_fd fd;
	struct timer again, limit;
	uint64_t delay;
	bool running;
	bool begun;  /* the first connection was made */
	bool ending; /* nothing is begun any more */
	bool over;   /* the run is to end */
	bool failed;
};

/* A handler knows nothing else; -1: none is installed. */
static volatile sig_atomic_t signal_fd = -1;

static void on_signal(int number)
{
	const int saved = errno;

	(void)number;
	(void)eventfd_write(signal_fd, 1);
	errno = saved;
}

static void catch_signals(int fd)
{
	struct sigaction action = {
		.sa_handler = fd >= 0 ? on_signal : SIG_DFL, .sa_flags = SA_RESTART};

	signal_fd = fd >= 0 ? fd : signal_fd;
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
}

static void end(struct air *a, bool failed)
{
	a->over = true;
	a->failed |= failed;
}

static void on_end(void *user)
{
	struct air *a = user;
	eventfd_t count;

	(void)eventfd_read(a->signalled, &count);
	end(a, false);
}

static void on_limit(struct timer *t, void *user)
{
	(void)t;
	end(user, false);
}

/* ---- Wanting to be connected. ---- */

static void connect_now(struct timer *t, void *user)
{
	struct air *a = user;
	struct world *w = a->w;
	int err;

	(void)t;
	if (a->ending || !w->adapter || !host_adapter_is_up(w->adapter))
		return;
	err = host_connect(w->adapter, w->profile);
	/* Busy: the host is at it already, as after the death of a module, and tells how it ends.
	 */
	if (!err || err == -EBUSY)
		return;
	(void)timer_arm(w->loop, &a->again, a->delay, connect_now, a);
}

static void connect_later(struct air *a)
{
	(void)timer_arm(a->w->loop, &a->again, a->delay, connect_now, a);
	if (a->delay < AGAIN_MAX)
		a->delay *= 2;
}

/* The air may be better in a moment; what the module says of the network will not. */
static bool may_come_about(uint32_t reason)
{
	return reason == WLAN_REASON_CODE_NETWORK_NOT_AVAILABLE ||
	       reason == WLAN_REASON_CODE_ASSOCIATION_FAILURE ||
	       reason == WLAN_REASON_CODE_ASSOCIATION_TIMEOUT;
}

static void connect_failed(struct air *a, const struct host_notice *n)
{
	struct world *w = a->w;
	char reason[96], error[96];

	reason_text(n->reason, reason, sizeof(reason));
	error_text(n->error, error, sizeof(error));
	world_note(w, "the connection was not made: %s; %s", reason, error);
	if (a->begun || may_come_about(n->reason)) {
		connect_later(a);
		return;
	}
	snprintf(w->why, sizeof(w->why), "the connection was not made: %s; %s", reason, error);
	end(a, true);
}

/* ---- The radio goes and comes. ---- */

static void enable(struct air *a)
{
	struct world *w = a->w;

	/* Busy: it is still on its way down; the notice of that comes here again. */
	if (!a->ending && w->adapter && radio_is_up(a->radio))
		(void)host_enable(w->adapter);
}

static void add_adapter(struct timer *t, void *user)
{
	struct air *a = user;
	struct world *w = a->w;

	(void)t;
	if (a->ending || w->adapter || !radio_is_up(a->radio))
		return;
	if (host_add_adapter(w->host, w->mp, &w->adapter)) {
		world_note(w, "the adapter could not be added");
		end(a, true);
	}
}

static void radio_event(void *user, enum radio_event event)
{
	struct air *a = user;
	struct world *w = a->w;

	if (!a->running)
		return;
	switch (event) {
	case RADIO_DOWN:
		world_note(w, "%s is down", w->options->interface);
		if (w->adapter)
			(void)host_disable(w->adapter);
		break;
	case RADIO_UP:
		world_note(w, "%s is up", w->options->interface);
		enable(a);
		break;
	case RADIO_GONE:
		world_note(w, "%s is gone", w->options->interface);
		break;
	case RADIO_BACK:
		world_note(w, "%s is back", w->options->interface);
		(void)timer_arm(w->loop, &a->again, 0, add_adapter, a);
		break;
	case RADIO_TAKEN:
		snprintf(w->why, sizeof(w->why), "another program has begun to use %s",
			w->options->interface);
		world_note(w, "%s: it is left to it", w->why);
		end(a, true);
		break;
	}
}

static void air_notice(struct world *w, const struct host_notice *n)
{
	struct air *a = w->air;

	if (a->ending)
		return;
	switch (n->type) {
	case NOTICE_ADAPTER_UP:
		a->delay = AGAIN;
		connect_now(NULL, a);
		break;
	case NOTICE_ADAPTER_DOWN:
		enable(a);
		break;
	case NOTICE_ADAPTER_REMOVED:
		(void)timer_arm(w->loop, &a->again, 0, add_adapter, a);
		break;
	case NOTICE_ADAPTER_FAILED:
		snprintf(w->why, sizeof(w->why), "the module refuses the adapter");
		world_note(w, "%s", w->why);
		end(a, true);
		break;
	case NOTICE_CONNECTED:
		a->begun = true;
		a->delay = AGAIN;
		break;
	case NOTICE_CONNECT_FAILED:
		connect_failed(a, n);
		break;
	case NOTICE_DISCONNECTED:
		connect_later(a);
		break;
	default: /* of no consequence here */
		break;
	}
}

/* ---- The run. ---- */

static bool is_over(void *user)
{
	const struct air *a = user;

	return a->over;
}

static bool is_disconnected(void *user)
{
	const struct world *w = user;

	return !w->adapter || w->told[NOTICE_DISCONNECTED] + w->told[NOTICE_CONNECT_FAILED] > 0;
}

static void say_goodbye(struct world *w)
{
	w->told[NOTICE_DISCONNECTED] = w->told[NOTICE_CONNECT_FAILED] = 0;
	if (w->adapter && host_disconnect(w->adapter) == 0)
		host_run(w->host, is_disconnected, w, END_LIMIT);
}

static bool air_run(struct world *w)
{
	struct air *a = w->air;

	a->running = true;
	catch_signals(a->signalled);
	if (w->options->seconds)
		(void)timer_arm(w->loop, &a->limit, w->options->seconds * NS_PER_S, on_limit, a);
	add_adapter(NULL, a);
	host_run(w->host, is_over, a, UINT64_MAX);
	a->ending = true;
	timer_disarm(w->loop, &a->again);
	say_goodbye(w);
	if (!a->begun && !w->why[0])
		snprintf(w->why, sizeof(w->why), "the run was ended before it was connected");
	return a->begun && !a->failed;
}

static int open_radio(struct air *a)
{
	const struct radio_config config = {.loop = a->w->loop,
		.interface = a->w->options->interface,
		.event = radio_event,
		.user = a};
	char err[256];

	if (radio_open(&config, &a->radio, err, sizeof(err)))
		return cli_error("%s", err);
	a->w->mp = radio_miniport(a->radio);
	return 0;
}

static int air_open(struct world *w)
{
	struct air *a = calloc(1, sizeof(*a));
	int rc = take_profile(w->options->profile, &w->profile);

	w->air = a;
	if (a)
		*a = (struct air){.w = w, .delay = AGAIN, .signalled = -1};
	if (rc)
		return rc;
	if (!a || loop_new(LOOP_REAL, &w->loop))
		return cli_error("out of memory");
	a->signalled = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (a->signalled < 0 || loop_watch_fd(w->loop, &a->fd, a->signalled, on_end, a))
		return cli_error("out of memory");
	return open_radio(a);
}

static void air_close(struct world *w, bool abandoned)
{
	struct air *a = w->air;

	if (!a || abandoned)
		return;
	catch_signals(-1);
	if (w->loop) {
		timer_disarm(w->loop, &a->again);
		timer_disarm(w->loop, &a->limit);
		loop_unwatch_fd(w->loop, &a->fd);
	}
	if (a->signalled >= 0)
		close(a->signalled);
	radio_close(a->radio);
	free(a);
	w->air = NULL;
}

const struct stage stage_air = {
	.open = air_open, .run = air_run, .notice = air_notice, .close = air_close};
