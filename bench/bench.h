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
	const char *worker;         /* the program that carries one */
	bool shorter;               /* a quarter of a minute in place of two */
};

/* One row of the table. goal 0: none; the value is for orientation. */
void bench_row(const char *what, const char *unit, double value, double goal);
void bench_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void bench_die(const char *what) __attribute__((noreturn));

/* The network of every world here: its key needs no PBKDF2. */
#define BENCH_SSID "bench"
#define BENCH_KEY  "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
/* A profile for it, which tells the RSN extension the key. The caller's. */
struct profile *bench_profile(void);

uint64_t bench_resident(void); /* bytes of this process that lie in memory */

/* A simulated world with one WPA2-PSK network and a host with the RSN extension. */
struct bench_world {
	struct module *module;
	struct loop *loop;
	struct sim *sim;
	struct sim_ap *ap;
	struct host *host;
	struct profile *profile;
};

/* Opens a module in the process of the program `worker`; NULL: in this one. */
int bench_module(
	const char *module, const char *worker, struct module **out, char *err, size_t room);

/* worker: the program in whose process the module runs; NULL: in this one. */
void bench_open(struct bench_world *w, const char *module, const char *worker,
	void (*notice)(void *user, struct host_adapter *a, const struct host_notice *n),
	void *user);
/* Prints what was found, and dies if a rule was broken. */
void bench_judge(struct host *h);
void bench_close(struct bench_world *w);
/* A ping from the adapter through its open port. */
void bench_ping(struct host_adapter *a, uint16_t sequence);

/* Nanoseconds for the cryptography of one cycle, both ends, with the library alone and its contexts
 * reused. */
double bench_bare_crypto(unsigned rounds);

/*
 * One adapter, over and over: association, 4-way handshake, authorised, ping, disassociation by the
 * AP, Stop, port gone. The whole cycle is driven from notices, so that it costs what it costs a
 * real user: every crossing is recorded and judged.
 */
struct cycles {
	struct bench_world w;
	struct host_adapter *a;
	unsigned done, target;
	bool up;
};

void cycles_start(struct cycles *c, const char *module, const char *worker);
/* Until so many cycles have been made in all. */
void cycles_run(struct cycles *c, unsigned until);
/* Microseconds that each of the next `count` took. */
double cycles_time(struct cycles *c, unsigned count);

/* Keeps the calling thread, and what it makes from now on, on one processor. */
void bench_stay_on(unsigned processor);

/* Of ratios: what else the machine does hits both sides of a pair alike. Sorts the list. */
double bench_median(double *list, unsigned count);

void bench_cycle(const struct bench_options *o);
void bench_isolated(const struct bench_options *o);
void bench_indication(const struct bench_options *o);
void bench_scale(const struct bench_options *o);
void bench_verify(const struct bench_options *o);

#endif
