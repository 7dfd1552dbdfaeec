// SPDX-License-Identifier: BSD-2-Clause
/*
 * A radio, a module, a host and an adapter, put together for a run; and what is seen of it:
 * timeline, trace. What the run plays on is a stage: the simulation in virtual time (stage_sim.c,
 * in openihv) or a real radio (air.c, in openihv-radio). World and stage know each other by struct
 * stage alone, so that neither program has what only the other needs.
 */
#ifndef OPENIHV_CLI_WORLD_H
#define OPENIHV_CLI_WORLD_H

#include "cli/cli.h"
#include "cli/life.h"
#include "cli/way.h"
#include "host/host.h"
#include "profile/profile.h"
#include "trace/trace.h"

#define WORLD_APS 16

struct world;

/* What is NULL there is nothing for. */
struct stage {
	/* Makes loop, miniport and profile. 0, or an exit status after an error was printed. */
	int (*open)(struct world *w);
	/* Connects, and does what there is to do. False, after it said why, if that did not come
	 * about as it should. */
	bool (*run)(struct world *w);
	/* True: of another adapter than the one that the run is about, and dealt with. */
	bool (*other_crossing)(struct world *w, const struct crossing *x);
	bool (*other_notice)(struct world *w, struct host_adapter *a, const struct host_notice *n);
	void (*notice)(struct world *w, const struct host_notice *n);
	/* struct host_config's; user is the world. */
	void (*virtual_station)(void *user, struct host_adapter *primary, bool wanted);
	/* When the module has ended. 0, or an exit status after an error was printed. */
	int (*finish)(struct world *w);
	/* abandoned: the module could not be unloaded, so nothing is to be freed. */
	void (*close)(struct world *w, bool abandoned);
	bool repeatable; /* the seed decides of random numbers, too */
};

extern const struct stage stage_sim, stage_air;

struct world_options {
	const struct stage *stage;
	const char *module;
	const char *profile;     /* NULL: a minimal one for the first AP */
	const char *ui_response; /* NULL: ask at the terminal */
	const char *trace, *pcap;
	const char *interface; /* of a real radio */
	uint64_t seconds;      /* that a real radio is to be used; 0: until a signal comes */
	const char *peer; /* command that speaks for the APs of kind peer; NULL: there are none */
	const struct sim_ap_config *aps;
	unsigned naps;
	const enum way *ways; /* the ends of the tour */
	unsigned nways;
	uint64_t seed;
	uint32_t deadline_ms, stop_deadline_ms; /* 0: the host's own */
	uint32_t peer_deadline_ms;              /* 0: PEER_ANSWER_MS */
	bool json, quiet, strict, in_process, guard;
};

struct world {
	const struct world_options *options;
	struct loop *loop;
	struct sim *sim;
	struct sim_ap *aps[WORLD_APS];
	unsigned naps;
	bool ap_added; /* the second AP is the run's own, for the roam */
	struct peer *peer;
	struct air *air; /* what happens to a real radio */
	struct miniport *mp;
	struct profile *profile;
	struct host *host;
	bool stopped;                 /* the module has ended already */
	struct host_adapter *adapter; /* NULL: removed */
	struct miniport *station_mp;  /* of the virtual station (station.c); NULL: none was made */
	struct host_adapter *station; /* NULL: there is none now */
	uint64_t station_svc;         /* hDot11SvcHandle of the last one */
	struct history *history;
	bool colour;
	char why[256];     /* the run could not go on; empty: it could */
	uint64_t findings; /* of the checker so far */
	struct life life;
	unsigned step_deaths; /* when the present step of the tour began */
	unsigned sandbox;     /* that was told; SANDBOX_* */
	bool sandboxed;

	FILE *trace_file;
	struct trace_writer trace;
	bool tracing;
	struct trace_writer out; /* --json */
	struct pcap_writer *pcap;

	/* What was told last */
	struct host_notice last;
	unsigned told[NOTICE_TYPES]; /* how often each was */
	unsigned replies;            /* to pings */
	unsigned performed;          /* post-associations that were begun */
	struct mac port;             /* the AP of the last one */
	bool pending;                /* its port lives */
	unsigned blocked;            /* 1 + function of a handler that has not returned */
	uint16_t echo_sequence;
};

/* 0, or an exit status: EXIT_USAGE after an error was printed, EXIT_FINDINGS if the module died in
 * its start. */
int world_open(struct world *w, const struct world_options *options);
/* Ends module and host. False if the module cannot be unloaded: then the process must end at once.
 */
bool world_close(struct world *w);
/* Writes out the trace, and what the stage has. 0, or an exit status after an error was printed. */
int world_save(struct world *w);

/* A heading in the timeline. */
void world_heading(struct world *w, const char *text);
void world_note(struct world *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
