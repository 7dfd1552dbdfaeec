// SPDX-License-Identifier: BSD-2-Clause
/*
 * Timers and posted work on one clock, real or virtual.
 *
 * A loop owns no thread and takes no lock of its own: its owner serialises every call (the host
 * does it with the host lock) except loop_post() and loop_kick(), which any thread may call at any
 * time.
 *
 * Virtual time stands still until loop_advance() moves it to the next timer, so a timeout of 30
 * seconds costs nothing and the same inputs give the same run. When it may move is the owner's
 * decision.
 */
#ifndef OPENIHV_LOOP_LOOP_H
#define OPENIHV_LOOP_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NS_PER_US 1000ULL
#define NS_PER_MS 1000000ULL
#define NS_PER_S  1000000000ULL

enum loop_clock {
	LOOP_VIRTUAL,
	LOOP_REAL, /* CLOCK_MONOTONIC */
};

struct loop;

/* Embedded in its owner; zero-initialise it. It must not move or be freed while it is armed. */
struct timer {
	uint64_t at; /* ns on the loop's clock */
	uint32_t id; /* 1 + its number in the loop's table; 0: not armed */
	void (*fire)(struct timer *t, void *user);
	void *user;
};

/* A descriptor that the loop watches; likewise embedded and zero-initialised. */
struct loop_fd {
	int fd;
	bool watched;
	void (*run)(void *user);
	void *user;
};

/* 0, -ENOMEM, or the errno of the descriptors that it sleeps on. */
int loop_new(enum loop_clock clock, struct loop **out);
/* Posted work that was never run is destroyed; armed timers are forgotten. */
void loop_free(struct loop *loop);

enum loop_clock loop_clock(const struct loop *loop);
/* Nanoseconds since the loop was made. */
uint64_t loop_now(const struct loop *loop);

/*
 * Arms t to fire in delay ns from now; an armed timer is moved. fire runs on the loop, after t was
 * disarmed. 0, or -ENOMEM (then t is not armed).
 */
int timer_arm(struct loop *loop, struct timer *t, uint64_t delay,
	void (*fire)(struct timer *, void *), void *user);
/* A timer that is not armed may be disarmed. */
void timer_disarm(struct loop *loop, struct timer *t);
static inline bool timer_armed(const struct timer *t)
{
	return t->id != 0;
}

/*
 * Hands work to the loop from any thread: run(user) is called once, in posting order, on the loop.
 * If the loop goes away first, destroy(user) is called instead (may be NULL). 0 or -ENOMEM.
 */
int loop_post(struct loop *loop, void (*run)(void *user), void *user, void (*destroy)(void *user));

/*
 * Real time only: while fd is readable, or in error, run(user) is called on the loop. Nothing is
 * owned: the caller closes fd, after loop_unwatch_fd(), by which nothing of it is called any more.
 * 0, or a negative errno of epoll_ctl(2).
 */
int loop_watch_fd(
	struct loop *loop, struct loop_fd *w, int fd, void (*run)(void *user), void *user);
/* One that is not watched may be unwatched. */
void loop_unwatch_fd(struct loop *loop, struct loop_fd *w);

/* Runs the oldest posted work, or else one due timer, or else what is ready of the descriptors.
 * True if something ran. */
bool loop_step(struct loop *loop);
/* True if loop_step() would run something now. */
bool loop_ready(const struct loop *loop);

/* Virtual time only: moves the clock to the next timer. False if no timer is armed. */
bool loop_advance(struct loop *loop);
/* Virtual time only: moves the clock on by ns, in which no timer may be due. */
void loop_skip(struct loop *loop, uint64_t ns);
/*
 * Real time only: sleeps until work is posted, the loop is kicked, a timer is due or, at the
 * latest, until limit_ns has passed (UINT64_MAX: no limit). Or until fd is readable (-1: none). The
 * caller must not hold the lock that serialises the loop, and passes the delay that loop_delay()
 * told while it did.
 */
void loop_wait(struct loop *loop, uint64_t limit_ns, int fd);
/* ns until the next timer is due, 0 if one is due or work is posted, UINT64_MAX if there is
 * nothing. */
uint64_t loop_delay(const struct loop *loop);
/* Ends a loop_wait() of another thread. */
void loop_kick(struct loop *loop);

#endif
