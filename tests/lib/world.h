// SPDX-License-Identifier: BSD-2-Clause
/*
 * A whole host on the simulated radio, for tests:
 *
 *     test -- host -- module (.so, in this process, or in a worker of its own)
 *              |
 *           adapter ~~ station ~~ air ~~ access points, an echo host behind each
 *
 * One loop, on virtual time but for a few tests, and one seed. All crossings are kept. Whatever
 * goes wrong in here fails the test by cmocka's assertions; a function that returns bool tells
 * something that a test may expect either way.
 */
#ifndef OPENIHV_TESTS_LIB_WORLD_H
#define OPENIHV_TESTS_LIB_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "contract/checker.h"
#include "host/host.h"
#include "loop/loop.h"
#include "miniport/sim/sim.h"
#include "profile/profile.h"

#define WORLD_APS      4
#define WORLD_ADAPTERS 3
#define WORLD_NOTICES  NOTICE_TYPES
#define WORLD_SSID     "openihv"
/* A key as 64 hexadecimal digits: no test but those of passphrases pays for PBKDF2. */
#define WORLD_PSK      "d6f1a9c05b7e3482916c0fe8a73b5d24c8e1f0927a6b4d3518f2e0c9b7a61d5e"
#define WORLD_RADIO    "wpa2-psk:" WORLD_PSK
#define WORLD_RSN      "ext/rsn.so"
#define WORLD_TEMPLATE "sdk/template/template.so"
/* What the profile holds for the RSN extension. */
#define WORLD_FRAGMENT(settings) "<rsn xmlns=\"urn:openihv:rsn:1\">" settings "</rsn>"
#define WORLD_SECURITY           WORLD_FRAGMENT("<passphrase>" WORLD_PSK "</passphrase>")

struct world;

struct world_config {
	const char *module;   /* below OPENIHV_BUILD, or an absolute path */
	const char *security; /* fragment for the module; NULL: a profile without an IHV block */
	const char *aps[WORLD_APS]; /* as sim_ap_config_parse() reads them; SSID: WORLD_SSID */
	unsigned adapters;          /* stations; 0: 1 */
	uint64_t seed;              /* 0: 1 */
	bool strict, breaks_rules;  /* breaks_rules: world_close() accepts findings */
	bool guard;                 /* page guards */
	bool real;                  /* time, of the system's clock */
	bool isolated;              /* in a worker process; its random numbers go with the seed */
	uint32_t retry_ms;          /* of the APs' handshake messages; 0: theirs */
	/* Makes the module, in place of loading .module; world_start() is then the test's to call.
	 */
	struct module *(*make)(struct world *w);
	void (*configure)(struct world *w, struct host_config *hc);
	/* Between loading the module and its first call. */
	void (*loaded)(struct world *w);
	/* Each crossing, after it was recorded; under the host lock. */
	void (*crossing)(struct world *w, const struct crossing *x);
	void (*ui)(struct world *w, const struct host_ui_request *request);
	void *user;
};

/* A station and the adapter on it. */
struct world_adapter {
	struct world *world;
	struct miniport *mp;
	struct host_adapter *host;    /* NULL: removed, or not yet there */
	unsigned told[WORLD_NOTICES]; /* notices by type */
	struct host_notice last[WORLD_NOTICES];
	uint8_t data[128]; /* of the last notification or control answer */
	uint32_t data_length;
	unsigned replies;
	uint16_t echo_sequence;
	bool unplugged;
};

struct world {
	struct world_config config;
	struct loop *loop;
	struct sim *sim;
	struct sim_ap *aps[WORLD_APS];
	unsigned naps;
	struct profile *profile;
	struct host *host;
	struct module *module; /* the host's */
	struct world_adapter adapters[WORLD_ADAPTERS];
	unsigned nadapters;
	struct crossing *crossings;
	size_t ncrossings, room;
	struct host_ui_request ui; /* the last one; .data is not kept */
	unsigned ui_requests;
	bool stopped;
	unsigned sandbox, incarnations; /* isolated: SANDBOX_* of the last worker; how many came */
};

/* Radio, module, host; no adapter has arrived yet. */
void world_open(struct world *w, const struct world_config *config);
/* host_start() of a world whose module the test has made. 0 or its error. */
int world_start(struct world *w);
/*
 * Stops the host and looks at what it leaves behind: nothing alive, no violation (nor warning),
 * one Stop for each session, no thread and no buffer of the module, which is
 * unloaded.
 */
void world_close(struct world *w);
/* The first half: the host is stopped, and still there to be looked at. */
void world_stop(struct world *w);

/* Arrival of adapter i, until InitAdapter has returned. False: it failed. */
bool world_try_arrive(struct world *w, unsigned i);
void world_arrive(struct world *w, unsigned i);
/* Connects and waits for the end of that: authorised or not. */
bool world_try_connect(struct world *w, unsigned i);
void world_connect(struct world *w, unsigned i);
/* An echo over the port and back. False: no answer within a second, or the port is closed. */
bool world_try_ping(struct world *w, unsigned i);
void world_ping(struct world *w, unsigned i);
/* Arrival, connection, ping. */
void world_bring_up(struct world *w, unsigned i);
void world_disconnect(struct world *w, unsigned i);
/* From whatever state: the adapter (back) there, enabled, connected, and a ping. */
void world_recover(struct world *w, unsigned i);

/* Runs until the notices of a type exceed `before`. False: nothing is left to happen, or 300 s
 * passed. */
bool world_wait(struct world *w, unsigned i, enum host_notice_type type, unsigned before);
/* Runs for so long, or until nothing is left to happen. */
enum host_run_result world_rest(struct world *w, uint64_t ns);
/* Runs until an open port, as world_wait(). */
bool world_wait_open(struct world *w, unsigned i);

/* The AP of an adapter's port; NULL: none. */
struct sim_ap *world_ap(const struct world *w, unsigned i);
struct mac world_station(const struct world *w, unsigned i);

/* How many crossings of a kind there are. */
unsigned world_count(const struct world *w, enum crossing_fn fn, enum crossing_phase phase);
/* Findings of a rule, of whatever severity. */
unsigned world_findings(const struct world *w, enum rule_id rule);
/* Judged from the record, without the checker: gate, keys and Stop of each session (see .c). */
void world_check_sessions(const struct world *w);
/* Prints the record, for the one who has to find out. */
void world_dump(const struct world *w);
/* The checker found nothing up to now. */
void world_clean(const struct world *w);

/* The path of something that was built; static memory. */
const char *world_built(const char *name);

#endif
