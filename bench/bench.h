// SPDX-License-Identifier: BSD-2-Clause
/* The benchmark's parts. Each figure that has a goal is a ratio of two things measured in the same
 * run. */
#ifndef OPENIHV_BENCH_BENCH_H
#define OPENIHV_BENCH_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include "host/host.h"
#include "miniport/sim/sim.h"

struct bench_options {
	const char *rsn, *template; /* modules */
	bool shorter;               /* a quarter of a minute in place of two */
};

/* One row of the table. goal 0: none; the value is for orientation. */
void bench_row(const char *what, const char *unit, double value, double goal);
void bench_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void bench_die(const char *what) __attribute__((noreturn));

uint64_t bench_resident(void); /* bytes of this process that lie in memory */

/* A simulated world with one WPA2-PSK network, whose key needs no PBKDF2, and a host with the RSN
 * extension. */
struct bench_world {
	struct loop *loop;
	struct sim *sim;
	struct sim_ap *ap;
	struct host *host;
	struct profile *profile;
};

void bench_open(struct bench_world *w, const char *module,
	void (*notice)(void *user, struct host_adapter *a, const struct host_notice *n),
	void *user);
/* Ends with a verdict: dies if a rule was broken. */
/* Prints what was found, and dies if a rule was broken. */
void bench_judge(struct host *h);
void bench_close(struct bench_world *w);
/* A ping from the adapter through its open port. */
void bench_ping(struct host_adapter *a, uint16_t sequence);

/* Nanoseconds for the cryptography of one cycle, both ends, with the library alone and its contexts
 * reused. */
double bench_bare_crypto(unsigned rounds);

void bench_cycle(const struct bench_options *o);
void bench_indication(const struct bench_options *o);
void bench_scale(const struct bench_options *o);

#endif
