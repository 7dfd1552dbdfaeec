// SPDX-License-Identifier: BSD-2-Clause
/*
 * What somebody would write who has no verifier: connects in a loop, in real time, and ends each
 * connection in some way at some moment. Of a module that is not well, it sees that the program
 * dies, that a handler does not return, or that no connection comes to an end; and it can be run
 * under other tools, which see more. With --rules it also says what the checker of the contract
 * finds, as `openihv run` does. The seed decides what it does, not what the threads do meanwhile.
 *
 *	openihv-stress MODULE open|wpa2 SECONDS SEED [--rules]
 */
#include "bench.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/rng.h"
#include "crypto/crypto.h"

#define STUCK_NS (20 * NS_PER_S) /* a connection that should be over; valgrind is slow */
#define SLOW_MS  15000
#define OPEN_NS  (5 * NS_PER_S)
#define REASON   3

enum end {
	END_DISASSOCIATED,
	END_DEAUTHENTICATED,
	END_DISCONNECTED,
	END_RESET,
	END_DISABLED,
	END_ROAMED,
	END_REKEYED,
	END_REMOVED,
	ENDS
};

enum exit_status {
	EXIT_BAD_USAGE = 2,
	EXIT_STUCK, /* or hung */
};

struct stress {
	struct loop *loop;
	struct sim *sim;
	struct sim_ap *aps[2];
	struct profile *profile;
	struct host *host;
	struct module *module;
	struct miniport *radio;
	struct host_adapter *a; /* NULL: gone */
	unsigned told[NOTICE_TYPES];
	uint64_t random;
	uint64_t takes; /* ns from a connection's begin until its port is open */
	size_t shown;   /* findings */
	bool rules;
	unsigned cycles, opened;
};

void bench_die(const char *what)
{
	fprintf(stderr, "openihv-stress: %s\n", what);
	exit(EXIT_BAD_USAGE);
}

__attribute__((noreturn)) static void stuck(const char *what)
{
	printf("stuck: %s\n", what);
	fflush(stdout);
	_exit(EXIT_STUCK); /* with a thread inside of the module nothing can be taken down */
}

static void on_notice(void *user, struct host_adapter *a, const struct host_notice *n)
{
	struct stress *s = user;

	(void)a;
	s->told[n->type]++;
	if (n->type == NOTICE_HANDLER_BLOCKED)
		stuck(crossing_name((enum crossing_fn)n->reason));
	if (n->type == NOTICE_ADAPTER_REMOVED)
		s->a = NULL;
}

static uint64_t below(struct stress *s, uint64_t n)
{
	return rng_mix(s->random++) % n;
}

/* ---- Waiting. ---- */

/* Until one of two kinds of notice comes. */
struct waiting {
	const struct stress *s;
	enum host_notice_type types[2];
	unsigned before;
};

static unsigned count(const struct waiting *w)
{
	return w->s->told[w->types[0]] + w->s->told[w->types[1]];
}

static bool came(void *user)
{
	const struct waiting *w = user;

	return count(w) != w->before;
}

static struct waiting wait_for(
	const struct stress *s, enum host_notice_type one, enum host_notice_type other)
{
	struct waiting w = {.s = s, .types = {one, other}};

	w.before = count(&w);
	return w;
}

static bool await(struct stress *s, struct waiting *w, uint64_t ns)
{
	return came(w) || host_run(s->host, came, w, ns) == HOST_REACHED;
}

/* ---- One connection. ---- */

static void arrive(struct stress *s)
{
	struct waiting w = wait_for(s, NOTICE_ADAPTER_UP, NOTICE_ADAPTER_FAILED);

	if (!s->a && (sim_add_station(s->sim, (struct mac){{0}}, &s->radio) ||
			     host_add_adapter(s->host, s->radio, &s->a)))
		bench_die("out of memory");
	if (!host_adapter_is_up(s->a) && !await(s, &w, STUCK_NS))
		stuck("the adapter does not come up");
}

static struct sim_ap *other_ap(const struct stress *s)
{
	struct mac peer;
	bool first = host_port_open(s->a, &peer) &&
		     memcmp(peer.b, sim_ap_config(s->aps[0])->bssid.b, sizeof(peer.b)) == 0;

	return s->aps[first ? 1 : 0];
}

static void disable(struct stress *s)
{
	struct waiting w = wait_for(s, NOTICE_ADAPTER_DOWN, NOTICE_ADAPTER_REMOVED);

	if (host_disable(s->a) == 0 && !await(s, &w, STUCK_NS))
		stuck("the adapter does not go down");
	if (s->a)
		host_enable(s->a);
}

static void depart(struct stress *s)
{
	struct waiting w = wait_for(s, NOTICE_ADAPTER_REMOVED, NOTICE_ADAPTER_LOST);

	if (host_remove(s->a) == 0 && !await(s, &w, STUCK_NS))
		stuck("the adapter cannot be removed");
}

static void end(struct stress *s, enum end way)
{
	const struct mac station = host_adapter_caps(s->a)->address;
	unsigned i;

	switch (way) {
	case END_DISASSOCIATED:
	case END_DEAUTHENTICATED:
		for (i = 0; i < 2; i++)
			if (way == END_DISASSOCIATED)
				sim_ap_disassociate(s->aps[i], station, REASON);
			else
				sim_ap_deauthenticate(s->aps[i], station, REASON);
		break;
	case END_RESET:
		host_reset(s->a);
		break;
	case END_DISABLED:
		disable(s);
		break;
	case END_ROAMED:
		sim_station_roam(s->radio, sim_ap_config(other_ap(s))->bssid, 0);
		break;
	case END_REKEYED:
		sim_ap_group_rekey(s->aps[0]);
		sim_ap_rekey(s->aps[0], station);
		break;
	case END_REMOVED:
		depart(s);
		break;
	case END_DISCONNECTED:
	case ENDS:
		break; /* as what follows each of them */
	}
}

/* The first connection tells how long it takes to open. From then on, any moment until then; a
 * quarter of them open first. */
static void go_on_for_a_while(struct stress *s)
{
	struct waiting w = wait_for(s, NOTICE_PORT_OPEN, NOTICE_CONNECT_FAILED);
	uint64_t began = monotonic_ns();

	if (!s->takes || below(s, 4) == 0) {
		s->opened += await(s, &w, OPEN_NS);
		if (!s->takes)
			s->takes = monotonic_ns() - began;
		host_run(s->host, NULL, NULL, below(s, 2 * NS_PER_MS));
	} else {
		s->opened += await(s, &w, below(s, s->takes));
	}
}

static void disconnect(struct stress *s)
{
	struct waiting w = wait_for(s, NOTICE_DISCONNECTED, NOTICE_CONNECT_FAILED);

	if (s->a && host_disconnect(s->a) == 0 && !await(s, &w, STUCK_NS))
		stuck("a connection does not end");
}

static void cycle(struct stress *s)
{
	arrive(s);
	if (host_adapter_is_up(s->a) && host_connect(s->a, s->profile) == 0)
		go_on_for_a_while(s);
	if (s->a)
		end(s, (enum end)below(s, ENDS));
	if (s->a && below(s, 2))
		host_run(s->host, NULL, NULL, below(s, 20 * NS_PER_MS));
	disconnect(s);
	s->cycles++;
}

/* ---- ---- */

static void show(struct stress *s)
{
	size_t n;
	const struct finding *list = checker_findings(host_checker(s->host), &n);

	for (; s->rules && s->shown < n; s->shown++)
		if (list[s->shown].severity != SEVERITY_W)
			printf("rule %s: %s\n", rule_info(list[s->shown].rule)->id,
				list[s->shown].text);
	fflush(stdout);
}

static void open_world(struct stress *s, const char *module, const char *network)
{
	struct sim_ap_config ap = {.ssid = {5, BENCH_SSID}};
	/* In valgrind a handler takes its time. */
	struct host_config config = {.handler_deadline_ms = SLOW_MS,
		.stop_deadline_ms = SLOW_MS,
		.notice = on_notice,
		.user = s};
	char err[256];
	unsigned i;

	if (strcmp(network, "open") != 0) {
		ap.security = SIM_WPA2_PSK;
		snprintf(ap.passphrase, sizeof(ap.passphrase), "%s", BENCH_KEY);
	}
	if (loop_new(LOOP_REAL, &s->loop) || sim_new(s->loop, s->random, &s->sim))
		bench_die("out of memory");
	for (i = 0; i < 2; i++) {
		ap.bssid = (struct mac){{2, 0, 0, 0, 1, (uint8_t)(1 + i)}};
		ap.channel = i ? 11 : 6;
		if (sim_add_ap(s->sim, &ap, &s->aps[i]))
			bench_die("out of memory");
	}
	s->profile = bench_profile();
	/* Never unloaded: a report of leaks, at the very end, is to name its functions. */
	if (!dlopen(module, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE))
		bench_die("the module cannot be loaded");
	config.loop = s->loop;
	if (bench_module(module, NULL, &s->module, err, sizeof(err)) ||
		host_new(&config, s->module, &s->host) || host_start(s->host, err, sizeof(err)))
		bench_die(err);
}

static void close_world(struct stress *s)
{
	if (host_stop(s->host))
		stuck("the module cannot be unloaded");
	show(s);
	host_free(s->host);
	sim_free(s->sim);
	loop_free(s->loop);
	profile_free(s->profile);
}

int main(int argc, char **argv)
{
	struct stress s = {0};
	uint64_t until;

	if (argc < 5 || argc > 6 || (argc == 6 && strcmp(argv[5], "--rules") != 0)) {
		fputs("usage: openihv-stress MODULE open|wpa2 SECONDS SEED [--rules]\n", stderr);
		return EXIT_BAD_USAGE;
	}
	s.random = rng_mix(strtoull(argv[4], NULL, 10));
	s.rules = argc == 6;
	open_world(&s, argv[1], argv[2]);
	/* In valgrind alone that takes seconds. */
	until = monotonic_ns() + strtoull(argv[3], NULL, 10) * NS_PER_S;
	while (monotonic_ns() < until) {
		cycle(&s);
		show(&s);
	}
	close_world(&s);
	printf("%u connections, %u opened\n", s.cycles, s.opened);
	return 0;
}
