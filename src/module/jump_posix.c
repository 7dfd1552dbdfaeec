// SPDX-License-Identifier: BSD-2-Clause
/* Clocks of POSIX and C, and what waits for a point in time of one. */
#include "module/jump.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <threads.h>
#include <time.h>

#define SECOND INT64_C(1000000000)

static int64_t jump_of(clockid_t clock)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_REALTIME_ALARM:
	case CLOCK_TAI:
		return jump_wall();
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
	case CLOCK_BOOTTIME_ALARM:
		return jump_monotonic();
	default: /* of processor time, and whatever else there may be */
		return 0;
	}
}

/* Times that are too far away to move stay. */
static struct timespec moved(struct timespec ts, int64_t ns)
{
	struct timespec out = {.tv_nsec = ts.tv_nsec + ns % SECOND};

	if (__builtin_add_overflow(ts.tv_sec, ns / SECOND, &out.tv_sec))
		return ts;
	if (out.tv_nsec < 0) {
		out.tv_nsec += SECOND;
		out.tv_sec--;
	} else if (out.tv_nsec >= SECOND) {
		out.tv_nsec -= SECOND;
		out.tv_sec++;
	}
	return out;
}

/* ---- Reading. ---- */

static int our_clock_gettime(clockid_t clock, struct timespec *out)
{
	int rc = clock_gettime(clock, out);

	if (rc == 0)
		*out = moved(*out, jump_of(clock));
	return rc;
}

static int our_gettimeofday(struct timeval *out, void *zone)
{
	int rc = gettimeofday(out, zone);
	struct timespec ts;

	if (rc || !out)
		return rc;
	ts = moved((struct timespec){out->tv_sec, out->tv_usec * 1000}, jump_wall());
	*out = (struct timeval){ts.tv_sec, ts.tv_nsec / 1000};
	return 0;
}

static time_t our_time(time_t *out)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME_COARSE, &ts); /* which is time()'s own */
	ts = moved(ts, jump_wall());
	if (out)
		*out = ts.tv_sec;
	return ts.tv_sec;
}

static int our_timespec_get(struct timespec *out, int base)
{
	int rc = timespec_get(out, base);

	if (rc == TIME_UTC)
		*out = moved(*out, jump_wall());
	return rc;
}

/* ---- Waiting. ---- */

/* A point in time of the module's clock, in that of the system. One before the beginning of time
 * has passed as well as the beginning has; one that is none is left to the system. */
static struct timespec real(const struct timespec *point, int64_t jumped)
{
	struct timespec ts = *point;

	if (!jumped || ts.tv_nsec < 0 || ts.tv_nsec >= SECOND)
		return ts;
	ts = moved(ts, -jumped);
	return ts.tv_sec < 0 ? (struct timespec){0, 0} : ts;
}

/* A condition has one of two clocks and does not tell which. They are decades apart: it is the
 * one that is nearer. */
static int64_t nearer(const struct timespec *point)
{
	struct timespec wall, monotonic;

	our_clock_gettime(CLOCK_REALTIME, &wall);
	our_clock_gettime(CLOCK_MONOTONIC, &monotonic);
	return llabs((long long)(wall.tv_sec - point->tv_sec)) <
			       llabs((long long)(monotonic.tv_sec - point->tv_sec))
		       ? jump_wall()
		       : jump_monotonic();
}

static int our_cond_timedwait(pthread_cond_t *c, pthread_mutex_t *m, const struct timespec *point)
{
	const struct timespec ts = real(point, nearer(point));

	return pthread_cond_timedwait(c, m, &ts);
}

static int our_cond_clockwait(
	pthread_cond_t *c, pthread_mutex_t *m, clockid_t clock, const struct timespec *point)
{
	const struct timespec ts = real(point, jump_of(clock));

	return pthread_cond_clockwait(c, m, clock, &ts);
}

static int our_cnd_timedwait(cnd_t *c, mtx_t *m, const struct timespec *point)
{
	const struct timespec ts = real(point, jump_wall());

	return cnd_timedwait(c, m, &ts);
}

static int our_mutex_timedlock(pthread_mutex_t *m, const struct timespec *point)
{
	const struct timespec ts = real(point, jump_wall());

	return pthread_mutex_timedlock(m, &ts);
}

static int our_mutex_clocklock(pthread_mutex_t *m, clockid_t clock, const struct timespec *point)
{
	const struct timespec ts = real(point, jump_of(clock));

	return pthread_mutex_clocklock(m, clock, &ts);
}

static int our_mtx_timedlock(mtx_t *m, const struct timespec *point)
{
	const struct timespec ts = real(point, jump_wall());

	return mtx_timedlock(m, &ts);
}

static int our_sem_timedwait(sem_t *s, const struct timespec *point)
{
	const struct timespec ts = real(point, jump_wall());

	return sem_timedwait(s, &ts);
}

static int our_sem_clockwait(sem_t *s, clockid_t clock, const struct timespec *point)
{
	const struct timespec ts = real(point, jump_of(clock));

	return sem_clockwait(s, clock, &ts);
}

static int our_timedjoin(pthread_t thread, void **result, const struct timespec *point)
{
	const struct timespec ts = real(point, jump_wall());

	return pthread_timedjoin_np(thread, result, &ts);
}

static int our_clock_nanosleep(
	clockid_t clock, int flags, const struct timespec *point, struct timespec *left)
{
	const struct timespec ts = flags & TIMER_ABSTIME ? real(point, jump_of(clock)) : *point;

	return clock_nanosleep(clock, flags, &ts, left);
}

/* Its clock was chosen when it was made; a value of 0 stops it. */
static int our_timerfd_settime(
	int fd, int flags, const struct itimerspec *new, struct itimerspec *old)
{
	struct itimerspec ts = *new;

	if ((flags & TFD_TIMER_ABSTIME) && (ts.it_value.tv_sec || ts.it_value.tv_nsec)) {
		ts.it_value = real(&new->it_value, nearer(&new->it_value));
		ts.it_value.tv_nsec += !ts.it_value.tv_sec && !ts.it_value.tv_nsec;
	}
	return timerfd_settime(fd, flags, &ts, old);
}

#define OURS(function) (void (*)(void))(function)

const struct jump_import jump_imports[] = {
	{"clock_gettime", OURS(our_clock_gettime)},
	{"gettimeofday", OURS(our_gettimeofday)},
	{"time", OURS(our_time)},
	{"timespec_get", OURS(our_timespec_get)},
	{"pthread_cond_timedwait", OURS(our_cond_timedwait)},
	{"pthread_cond_clockwait", OURS(our_cond_clockwait)},
	{"cnd_timedwait", OURS(our_cnd_timedwait)},
	{"pthread_mutex_timedlock", OURS(our_mutex_timedlock)},
	{"pthread_mutex_clocklock", OURS(our_mutex_clocklock)},
	{"mtx_timedlock", OURS(our_mtx_timedlock)},
	{"sem_timedwait", OURS(our_sem_timedwait)},
	{"sem_clockwait", OURS(our_sem_clockwait)},
	{"pthread_timedjoin_np", OURS(our_timedjoin)},
	{"clock_nanosleep", OURS(our_clock_nanosleep)},
	{"timerfd_settime", OURS(our_timerfd_settime)},
};
const size_t jump_import_count = sizeof(jump_imports) / sizeof(jump_imports[0]);
const bool jump_early = false;
