// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/rng.h"
#include "loop/loop.h"

static struct loop *new_loop(enum loop_clock clock)
{
	struct loop *loop;

	assert_int_equal(loop_new(clock, &loop), 0);
	return loop;
}

struct log {
	struct loop *loop;
	unsigned fired[64];
	uint64_t at[64];
	unsigned count;
};

struct item {
	struct timer timer;
	struct log *log;
	unsigned number;
};

static void fired(struct timer *t, void *user)
{
	struct item *i = user;

	assert_ptr_equal(t, &i->timer);
	assert_false(timer_armed(t)); /* so that it may arm itself again */
	i->log->at[i->log->count] = loop_now(i->log->loop);
	i->log->fired[i->log->count++] = i->number;
}

static void arm(struct item *i, struct log *log, unsigned number, uint64_t delay)
{
	i->log = log;
	i->number = number;
	assert_int_equal(timer_arm(log->loop, &i->timer, delay, fired, i), 0);
	assert_true(timer_armed(&i->timer));
}

static void drain(struct loop *loop)
{
	do {
		while (loop_step(loop))
			;
	} while (loop_advance(loop));
}

static void test_order(void **state)
{
	struct log log = {.loop = new_loop(LOOP_VIRTUAL)};
	struct item items[4] = {0};

	(void)state;
	arm(&items[0], &log, 0, 30);
	arm(&items[1], &log, 1, 10);
	arm(&items[2], &log, 2, 30);
	arm(&items[3], &log, 3, 20);
	assert_false(loop_step(log.loop)); /* time stands still until it is moved */
	assert_int_equal(loop_delay(log.loop), 10);
	drain(log.loop);
	assert_int_equal(log.count, 4);
	assert_int_equal(log.fired[0], 1);
	assert_int_equal(log.fired[1], 3);
	assert_int_equal(log.fired[2], 0); /* equal times: in the order of arming */
	assert_int_equal(log.fired[3], 2);
	assert_int_equal(log.at[0], 10);
	assert_int_equal(loop_now(log.loop), 30);
	assert_true(loop_delay(log.loop) == UINT64_MAX);
	assert_false(loop_advance(log.loop));
	loop_free(log.loop);
}

static void test_disarm(void **state)
{
	struct log log = {.loop = new_loop(LOOP_VIRTUAL)};
	struct item items[3] = {0};

	(void)state;
	arm(&items[0], &log, 0, 10);
	arm(&items[1], &log, 1, 20);
	arm(&items[2], &log, 2, 30);
	timer_disarm(log.loop, &items[1].timer);
	timer_disarm(log.loop, &items[1].timer); /* once more does nothing */
	arm(&items[2], &log, 2, 5);              /* an armed one is moved */
	drain(log.loop);
	assert_int_equal(log.count, 2);
	assert_int_equal(log.fired[0], 2);
	assert_int_equal(log.fired[1], 0);
	loop_free(log.loop);
}

/* Timers at random, armed, moved and disarmed, against a list that is searched from end to end. */
#define MANY 500

struct model {
	struct loop *loop;
	struct timer timers[MANY];
	uint64_t at[MANY], tie[MANY]; /* at 0: not armed */
	uint64_t ties, fired;
};

static void model_fired(struct timer *t, void *user)
{
	struct model *m = user;
	size_t i, n = (size_t)(t - m->timers), first = MANY;

	for (i = 0; i < MANY; i++)
		if (m->at[i] && (first == MANY || m->at[i] < m->at[first] ||
					(m->at[i] == m->at[first] && m->tie[i] < m->tie[first])))
			first = i;
	assert_int_equal(n, first);
	assert_int_equal(loop_now(m->loop), m->at[n]);
	m->at[n] = 0;
	m->fired++;
}

static void test_random(void **state)
{
	struct model *m = calloc(1, sizeof(*m));
	struct rng rng;
	unsigned i;

	(void)state;
	assert_non_null(m);
	rng_init(&rng, 7);
	m->loop = new_loop(LOOP_VIRTUAL);
	for (i = 0; i < 20000; i++) {
		size_t n = (size_t)rng_below(&rng, MANY);
		uint64_t delay = 1 + rng_below(&rng, 50);

		switch (rng_below(&rng, 4)) {
		case 0:
			timer_disarm(m->loop, &m->timers[n]);
			m->at[n] = 0;
			break;
		case 1:
			if (!loop_step(m->loop))
				loop_advance(m->loop);
			break;
		default:
			assert_int_equal(
				timer_arm(m->loop, &m->timers[n], delay, model_fired, m), 0);
			m->at[n] = loop_now(m->loop) + delay;
			m->tie[n] = m->ties++;
			break;
		}
	}
	drain(m->loop);
	for (i = 0; i < MANY; i++)
		assert_int_equal(m->at[i], 0);
	assert_true(m->fired > 1000);
	loop_free(m->loop);
	free(m);
}

struct counter {
	unsigned run, destroyed;
	unsigned order[8];
};

struct posted {
	struct counter *c;
	unsigned number;
};

static void count_run(void *user)
{
	struct posted *p = user;

	p->c->order[p->c->run++ % 8] = p->number;
}

static void count_destroyed(void *user)
{
	((struct posted *)user)->c->destroyed++;
}

static void test_posts(void **state)
{
	struct loop *loop = new_loop(LOOP_VIRTUAL);
	struct counter c = {0};
	struct posted p[3] = {{&c, 1}, {&c, 2}, {&c, 3}};
	unsigned i;

	(void)state;
	for (i = 0; i < 3; i++)
		assert_int_equal(loop_post(loop, count_run, &p[i], count_destroyed), 0);
	assert_true(loop_ready(loop));
	assert_true(loop_step(loop));
	assert_true(loop_step(loop));
	assert_int_equal(c.run, 2);
	assert_int_equal(c.order[0], 1);
	assert_int_equal(c.order[1], 2);
	loop_free(loop); /* what was never run is destroyed */
	assert_int_equal(c.run, 2);
	assert_int_equal(c.destroyed, 1);
}

#define POSTERS 4
#define POSTS   1000

struct crowd {
	struct loop *loop;
	unsigned sum; /* touched on the loop only */
};

static void add(void *user)
{
	((struct crowd *)user)->sum++;
}

static void *poster(void *user)
{
	struct crowd *c = user;
	unsigned i;

	for (i = 0; i < POSTS; i++)
		if (loop_post(c->loop, add, c, NULL))
			abort();
	return NULL;
}

/* In real time the loop sleeps between posts, and misses none. */
static void test_threads(void **state)
{
	struct crowd c = {.loop = new_loop(LOOP_REAL)};
	pthread_t threads[POSTERS];
	unsigned i;

	(void)state;
	for (i = 0; i < POSTERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, poster, &c), 0);
	while (c.sum < POSTERS * POSTS) {
		while (loop_step(c.loop))
			;
		if (c.sum < POSTERS * POSTS)
			loop_wait(c.loop, UINT64_MAX, -1);
	}
	for (i = 0; i < POSTERS; i++)
		pthread_join(threads[i], NULL);
	loop_free(c.loop);
}

static void *kicker(void *user)
{
	loop_kick(user);
	return NULL;
}

static void test_kick(void **state)
{
	struct loop *loop = new_loop(LOOP_REAL);
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, kicker, loop), 0);
	loop_wait(loop, UINT64_MAX, -1); /* would never end */
	pthread_join(thread, NULL);
	assert_false(loop_step(loop));
	loop_free(loop);
}

/* A descriptor of somebody else's that is readable ends the wait, too; and stays as it was. */
static void test_descriptor(void **state)
{
	struct loop *loop = new_loop(LOOP_REAL);
	int fds[2];
	char c;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], "x", 1), 1);
	loop_wait(loop, UINT64_MAX, fds[0]); /* would never end */
	loop_wait(loop, UINT64_MAX, fds[0]);
	assert_int_equal(read(fds[0], &c, 1), 1);
	loop_kick(loop);
	loop_wait(loop, UINT64_MAX, fds[0]);
	close(fds[0]);
	close(fds[1]);
	loop_free(loop);
}

struct watched {
	struct loop *loop;
	struct loop_fd fd, other;
	int in;
	unsigned runs;
	bool stop_other;
};

static void read_one(void *user)
{
	struct watched *w = user;
	char c;

	assert_int_equal(read(w->in, &c, 1), 1);
	w->runs++;
	if (w->stop_other)
		loop_unwatch_fd(w->loop, &w->other);
}

static void never(void *user)
{
	(void)user;
	fail_msg("it is not watched any more");
}

/* Watched descriptors end the wait, run once for each byte, and no more after loop_unwatch_fd(),
 * which may be called by another one. */
static void test_watched(void **state)
{
	struct watched w = {.loop = new_loop(LOOP_REAL)};
	int a[2], b[2];

	(void)state;
	assert_int_equal(pipe(a), 0);
	assert_int_equal(pipe(b), 0);
	w.in = a[0];
	loop_unwatch_fd(w.loop, &w.fd);
	assert_int_equal(loop_watch_fd(w.loop, &w.fd, a[0], read_one, &w), 0);
	assert_int_equal(loop_watch_fd(w.loop, &w.other, -1, never, NULL), -EBADF);
	assert_false(loop_step(w.loop));
	assert_int_equal(write(a[1], "xy", 2), 2);
	loop_wait(w.loop, UINT64_MAX, -1); /* would never end */
	assert_true(loop_step(w.loop));
	assert_true(loop_step(w.loop));
	assert_false(loop_step(w.loop));
	assert_int_equal(w.runs, 2);

	assert_int_equal(loop_watch_fd(w.loop, &w.other, b[0], never, NULL), 0);
	w.stop_other = true;
	assert_int_equal(write(a[1], "x", 1), 1);
	loop_wait(w.loop, UINT64_MAX, -1);
	assert_true(loop_step(w.loop));
	assert_int_equal(write(b[1], "x", 1), 1);
	loop_wait(w.loop, 0, -1);
	assert_false(loop_step(w.loop));
	loop_unwatch_fd(w.loop, &w.fd);
	loop_free(w.loop);
	close(a[0]);
	close(a[1]);
	close(b[0]);
	close(b[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_disarm),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_posts),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_kick),
		cmocka_unit_test(test_descriptor),
		cmocka_unit_test(test_watched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
