// SPDX-License-Identifier: BSD-2-Clause
#include "loop/loop.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <unistd.h>

#include "base/clock.h"

struct post {
	STAILQ_ENTRY(post) next;
	void (*run)(void *user);
	void (*destroy)(void *user);
	void *user;
};

STAILQ_HEAD(post_list, post);

/*
 * What the order depends on lies in the heap itself, and where a timer is in it lies in a table of
 * numbers: moving an entry touches no timer. Timers lie in their owners, thousands of them, each a
 * cache miss.
 */
struct entry {
	uint64_t at;
	uint64_t tie; /* order of arming: equal times fire in a fixed order */
	struct timer *timer;
	uint32_t number;
};

#define NO_NUMBER UINT32_MAX

struct loop {
	enum loop_clock clock;
	uint64_t start; /* real: CLOCK_MONOTONIC at birth */
	uint64_t now;   /* virtual: the clock itself */

	struct entry *heap; /* binary, the earliest first */
	uint32_t *place;    /* of each number: where in the heap it is, or the next free number */
	uint32_t timers, room, numbers, free_number;
	uint64_t ties;

	pthread_mutex_t
		post_lock; /* guards posts alone: posting never waits for the loop's owner */
	struct post_list posts;
	atomic_size_t posted;
	int wake;   /* eventfd; -1 on a virtual clock, where nobody sleeps on the loop */
	int set;    /* epoll, of the watched descriptors; -1 likewise */
	bool ready; /* one of them may be readable */
};

static int open_descriptors(struct loop *loop)
{
	loop->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	loop->set = epoll_create1(EPOLL_CLOEXEC);
	return loop->wake < 0 || loop->set < 0 ? -errno : 0;
}

static void close_descriptors(struct loop *loop)
{
	if (loop->wake >= 0)
		close(loop->wake);
	if (loop->set >= 0)
		close(loop->set);
}

int loop_new(enum loop_clock clock, struct loop **out)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	if (!loop)
		return -ENOMEM;
	loop->clock = clock;
	loop->wake = loop->set = -1;
	loop->free_number = NO_NUMBER;
	if (clock == LOOP_REAL) {
		int err = open_descriptors(loop);

		if (err) {
			close_descriptors(loop);
			free(loop);
			return err;
		}
		loop->start = monotonic_ns();
	}
	pthread_mutex_init(&loop->post_lock, NULL);
	STAILQ_INIT(&loop->posts);
	*out = loop;
	return 0;
}

void loop_free(struct loop *loop)
{
	struct post *p;

	if (!loop)
		return;
	while ((p = STAILQ_FIRST(&loop->posts))) {
		STAILQ_REMOVE_HEAD(&loop->posts, next);
		if (p->destroy)
			p->destroy(p->user);
		free(p);
	}
	pthread_mutex_destroy(&loop->post_lock);
	close_descriptors(loop);
	free(loop->heap);
	free(loop->place);
	free(loop);
}

enum loop_clock loop_clock(const struct loop *loop)
{
	return loop->clock;
}

uint64_t loop_now(const struct loop *loop)
{
	return loop->clock == LOOP_VIRTUAL ? loop->now : monotonic_ns() - loop->start;
}

static bool earlier(const struct entry *a, const struct entry *b)
{
	return a->at != b->at ? a->at < b->at : a->tie < b->tie;
}

static void put(struct loop *loop, uint32_t i, const struct entry *e)
{
	loop->heap[i] = *e;
	loop->place[e->number] = i;
}

static void sift_up(struct loop *loop, uint32_t i, struct entry e)
{
	while (i > 0 && earlier(&e, &loop->heap[(i - 1) / 2])) {
		put(loop, i, &loop->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	put(loop, i, &e);
}

static void sift_down(struct loop *loop, uint32_t i, struct entry e)
{
	for (;;) {
		uint32_t child = 2 * i + 1;

		if (child >= loop->timers)
			break;
		if (child + 1 < loop->timers && earlier(&loop->heap[child + 1], &loop->heap[child]))
			child++;
		if (!earlier(&loop->heap[child], &e))
			break;
		put(loop, i, &loop->heap[child]);
		i = child;
	}
	put(loop, i, &e);
}

/* Room for one more entry and its number. */
static int reserve(struct loop *loop)
{
	uint32_t room = loop->room ? loop->room * 2 : 64;
	struct entry *heap;
	uint32_t *place;

	if (loop->timers < loop->room)
		return 0;
	heap = reallocarray(loop->heap, room, sizeof(*heap));
	if (!heap)
		return -ENOMEM;
	loop->heap = heap;
	place = reallocarray(loop->place, room, sizeof(*place));
	if (!place)
		return -ENOMEM;
	loop->place = place;
	loop->room = room;
	return 0;
}

int timer_arm(struct loop *loop, struct timer *t, uint64_t delay,
	void (*fire)(struct timer *, void *), void *user)
{
	uint32_t number;

	timer_disarm(loop, t);
	if (reserve(loop))
		return -ENOMEM;
	number = loop->free_number;
	if (number == NO_NUMBER)
		number = loop->numbers++;
	else
		loop->free_number = loop->place[number];
	t->at = loop_now(loop) + delay;
	t->id = number + 1;
	t->fire = fire;
	t->user = user;
	sift_up(loop, loop->timers++,
		(struct entry){.at = t->at, .tie = loop->ties++, .timer = t, .number = number});
	return 0;
}

void timer_disarm(struct loop *loop, struct timer *t)
{
	struct entry last;
	uint32_t number, i;

	if (!t->id)
		return;
	number = t->id - 1;
	t->id = 0;
	i = loop->place[number];
	loop->place[number] = loop->free_number;
	loop->free_number = number;
	last = loop->heap[--loop->timers];
	if (last.number == number)
		return;
	if (i > 0 && earlier(&last, &loop->heap[(i - 1) / 2]))
		sift_up(loop, i, last);
	else
		sift_down(loop, i, last);
}

int loop_post(struct loop *loop, void (*run)(void *user), void *user, void (*destroy)(void *user))
{
	struct post *p = malloc(sizeof(*p));

	if (!p)
		return -ENOMEM;
	*p = (struct post){.run = run, .destroy = destroy, .user = user};
	pthread_mutex_lock(&loop->post_lock);
	STAILQ_INSERT_TAIL(&loop->posts, p, next);
	atomic_fetch_add(&loop->posted, 1);
	pthread_mutex_unlock(&loop->post_lock);
	loop_kick(loop);
	return 0;
}

static bool run_post(struct loop *loop)
{
	struct post *p;

	if (!atomic_load(&loop->posted))
		return false;
	pthread_mutex_lock(&loop->post_lock);
	p = STAILQ_FIRST(&loop->posts);
	if (p) {
		STAILQ_REMOVE_HEAD(&loop->posts, next);
		atomic_fetch_sub(&loop->posted, 1);
	}
	pthread_mutex_unlock(&loop->post_lock);
	if (!p)
		return false;
	p->run(p->user);
	free(p);
	return true;
}

int loop_watch_fd(struct loop *loop, struct loop_fd *w, int fd, void (*run)(void *user), void *user)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = w};

	loop_unwatch_fd(loop, w);
	*w = (struct loop_fd){.fd = fd, .run = run, .user = user};
	if (epoll_ctl(loop->set, EPOLL_CTL_ADD, fd, &event))
		return -errno;
	w->watched = true;
	return 0;
}

void loop_unwatch_fd(struct loop *loop, struct loop_fd *w)
{
	if (w->watched)
		(void)epoll_ctl(loop->set, EPOLL_CTL_DEL, w->fd, NULL);
	w->watched = false;
}

/* One at a time: what it runs may unwatch any other. */
static bool run_fd(struct loop *loop)
{
	struct epoll_event event;
	struct loop_fd *w;

	loop->ready = loop->ready && epoll_wait(loop->set, &event, 1, 0) == 1;
	if (!loop->ready)
		return false;
	w = event.data.ptr;
	w->run(w->user);
	return true;
}

bool loop_ready(const struct loop *loop)
{
	return loop_delay(loop) == 0;
}

bool loop_step(struct loop *loop)
{
	struct timer *t;

	if (run_post(loop))
		return true;
	if (!loop->timers || loop->heap[0].at > loop_now(loop))
		return run_fd(loop);
	t = loop->heap[0].timer;
	timer_disarm(loop, t);
	t->fire(t, t->user);
	return true;
}

bool loop_advance(struct loop *loop)
{
	if (loop->clock != LOOP_VIRTUAL || !loop->timers)
		return false;
	if (loop->heap[0].at > loop->now)
		loop->now = loop->heap[0].at;
	return true;
}

void loop_skip(struct loop *loop, uint64_t ns)
{
	if (loop->clock == LOOP_VIRTUAL)
		loop->now += ns;
}

uint64_t loop_delay(const struct loop *loop)
{
	uint64_t now;

	if (atomic_load(&loop->posted))
		return 0;
	if (!loop->timers)
		return UINT64_MAX;
	now = loop_now(loop);
	return loop->heap[0].at > now ? loop->heap[0].at - now : 0;
}

void loop_wait(struct loop *loop, uint64_t limit_ns, int fd)
{
	/* poll() passes over a descriptor of -1. */
	struct pollfd fds[] = {{.fd = loop->wake, .events = POLLIN},
		{.fd = loop->set, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
	struct timespec ts = {
		.tv_sec = (time_t)(limit_ns / NS_PER_S), .tv_nsec = (long)(limit_ns % NS_PER_S)};
	uint64_t count;

	if (atomic_load(&loop->posted))
		return;
	if (ppoll(fds, 3, limit_ns == UINT64_MAX ? NULL : &ts, NULL) <= 0)
		return;
	loop->ready = fds[1].revents != 0;
	if (fds[0].revents && read(loop->wake, &count, sizeof(count)) < 0)
		return; /* somebody else took the wake-up: the caller looks at its work anyway */
}

void loop_kick(struct loop *loop)
{
	uint64_t one = 1;

	/* A full counter means that a wake-up is pending already. */
	if (loop->wake >= 0 && write(loop->wake, &one, sizeof(one)) < 0)
		return;
}
