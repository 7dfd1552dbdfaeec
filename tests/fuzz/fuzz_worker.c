// SPDX-License-Identifier: BSD-2-Clause
/*
 * A host, and a worker that means harm (tests/lib/hostile.h), on the simulated radio:
 *
 *     host A -- proxy == hostile worker         host B -- proxy == worker that behaves
 *       |                                         |
 *     adapter ~~~~~~ open AP, WPA2 AP ~~~~~~~~ adapter
 *
 * One loop on virtual time; the hosts run in turns. An input is flags (1), a number of steps (1),
 * the steps of host A (1 each), and the bytes that the hostile worker acts by. Flags: 1: host B is
 * there, and connected; 2: host A connects to the WPA2 network; 4: it is strict; 8: each START
 * takes a byte, too.
 *
 * The hostile module never completes a session with success: no port of host A may open, no frame
 * pass it. Nothing may be left when host A has stopped, the host's own rules (H) hold, and host B's
 * connection does not suffer.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "crypto/crypto.h"
#include "host/host.h"
#include "miniport/sim/sim.h"
#include "tests/lib/hostile.h"
#include "wire/inet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define STEPS_MAX      16
#define ETHERTYPE_IPV4 0x0800
#define PSK            "d6f1a9c05b7e3482916c0fe8a73b5d24c8e1f0927a6b4d3518f2e0c9b7a61d5e"

enum {
	WITH_B = 1,
	WPA2 = 2,
	STRICT = 4,
	STARTS = 8,
};

struct side {
	struct module *module; /* the host's */
	struct host *host;
	struct host_adapter *adapter; /* NULL: it is not there */
	struct miniport *mp;
	bool hostile;
	bool dead; /* the module, at the last look */
	unsigned told[NOTICE_TYPES], replies;
	uint16_t sequence;
	uint64_t ui; /* the last request */
};

struct run {
	struct loop *loop;
	struct sim *sim;
	struct sim_ap *aps[2];
	struct side a, b;
	const struct profile *profile;
};

static struct profile *profiles[2]; /* kept from input to input */

#define REQUIRE(condition) require(condition, #condition, __LINE__)

static void require(bool condition, const char *what, int line)
{
	if (condition)
		return;
	fprintf(stderr, "fuzz_worker.c:%d: %s\n", line, what);
	abort();
}

/* ---- What the hosts tell. ---- */

static void on_crossing(void *user, const struct crossing *x)
{
	struct side *s = user;

	if (!s->hostile)
		return;
	if (x->fn == FN_MODULE_LOADED || x->fn == FN_MODULE_DIED)
		s->dead = x->fn == FN_MODULE_DIED;
	REQUIRE(x->fn != FN_PORT_GATE || !x->port_gate.open);
	REQUIRE(x->fn != FN_OID_PORT_STATE || !x->oid_port_state.open);
	REQUIRE(x->fn != FN_DATA_PASSED);
}

static void on_notice(void *user, struct host_adapter *adapter, const struct host_notice *n)
{
	struct side *s = user;
	struct inet_echo echo;

	s->told[n->type]++;
	if (s->hostile)
		REQUIRE(n->type != NOTICE_PORT_OPEN && n->type != NOTICE_DATA &&
			n->type != NOTICE_CONNECTED);
	if (n->type == NOTICE_ADAPTER_REMOVED && adapter == s->adapter)
		s->adapter = NULL;
	if (n->type == NOTICE_DATA && n->ethertype == ETHERTYPE_IPV4 &&
		inet_echo_parse(n->data, n->length, &echo) == 0 &&
		echo.type == ICMP_ECHO_REPLY_TYPE && echo.sequence == s->sequence)
		s->replies++;
}

static void on_ui(void *user, const struct host_ui_request *request)
{
	struct side *s = user;

	s->ui = request->id;
}

/* ---- One side. ---- */

static bool side_start(struct run *r, struct side *s, const struct hostile_config *worker,
	const struct host_config *config)
{
	const struct worker_options options = {.start_s = 20};
	struct worker_source source = hostile_source(hostile_new(worker));
	struct host_config hc = *config;
	struct module *m;
	char err[256];

	hc.loop = r->loop;
	hc.crossing = on_crossing;
	hc.notice = on_notice;
	hc.ui = on_ui;
	hc.user = s;
	if (proxy_open("played", &source, &options, &m, err, sizeof(err)))
		return false;
	REQUIRE(host_new(&hc, m, &s->host) == 0);
	s->module = m;
	REQUIRE(sim_add_station(r->sim, (struct mac){{0}}, &s->mp) == 0);
	return host_start(s->host, err, sizeof(err)) == 0;
}

static void rest(struct side *s, uint64_t ns)
{
	host_run(s->host, NULL, NULL, ns);
}

/* Whatever it says to that. */
static void probe(struct side *s)
{
	struct module_probe p = {.what = PROBE_USAGE};
	int rc = s->module->ops->probe(s->module, &p);

	REQUIRE(rc == 0 || rc == -EIO || rc == -ETIMEDOUT);
}

/* Nothing of the host's own doing is wrong, whatever the module did. */
static void judge(const struct side *s)
{
	const struct finding *list;
	size_t count, i;

	list = checker_findings(host_checker(s->host), &count);
	for (i = 0; i < count; i++) {
		const struct rule *rule = rule_info(list[i].rule);

		if (rule->id[0] != 'H' && s->hostile)
			continue;
		if (rule->id[0] != 'H' && list[i].severity == SEVERITY_W)
			continue;
		fprintf(stderr, "%s at crossing %llu: %s\n", rule->id,
			(unsigned long long)list[i].seq, list[i].text);
		REQUIRE(rule == NULL);
	}
}

static void side_stop(struct side *s)
{
	struct host_counts c;

	if (!s->host)
		return;
	REQUIRE(host_stop(s->host) == 0);
	REQUIRE(s->adapter == NULL);
	judge(s);
	host_counts(s->host, &c);
	REQUIRE(c.adapters == 0);
	REQUIRE(c.sessions == 0);
	REQUIRE(c.sends == 0);
	REQUIRE(c.ui_requests == 0);
	/* What a module that lives to its end has not freed is its own fault. */
	REQUIRE(c.buffers == 0 || !s->dead);
	host_free(s->host);
	s->host = NULL;
}

/* ---- The one that must not suffer. ---- */

static bool b_connected(void *user)
{
	const struct side *b = user;

	return b->told[NOTICE_CONNECTED] || b->told[NOTICE_CONNECT_FAILED];
}

static bool b_up(void *user)
{
	return ((const struct side *)user)->told[NOTICE_ADAPTER_UP] != 0;
}

static bool b_answered(void *user)
{
	return ((const struct side *)user)->replies != 0;
}

static void b_ping(struct run *r)
{
	struct side *b = &r->b;
	struct mac peer;
	uint8_t packet[64];
	struct writer out = writer_init(packet, sizeof(packet));
	const struct inet_echo echo = {.type = ICMP_ECHO_REQUEST_TYPE,
		.ttl = 64,
		.source = SIM_STATION_ADDRESS,
		.destination = SIM_ECHO_ADDRESS,
		.sequence = ++b->sequence};

	if (!b->host)
		return;
	rest(b, 1);
	b->replies = 0;
	REQUIRE(host_port_open(b->adapter, &peer));
	inet_echo_build(&out, &echo);
	REQUIRE(host_send_data(b->adapter, peer, ETHERTYPE_IPV4, packet, (uint32_t)out.len) == 0);
	REQUIRE(host_run(b->host, b_answered, b, NS_PER_S) == HOST_REACHED);
	REQUIRE(b->told[NOTICE_PORT_OPEN] == 1 && !b->told[NOTICE_PORT_CLOSED] &&
		!b->told[NOTICE_PORT_DELETED] && !b->told[NOTICE_ADAPTER_LOST]);
}

static void b_begin(struct run *r)
{
	const struct hostile_config worker = {.honest = true, .at = FN_COUNT};
	const struct host_config config = {.strict = false};

	REQUIRE(side_start(r, &r->b, &worker, &config));
	REQUIRE(host_add_adapter(r->b.host, r->b.mp, &r->b.adapter) == 0);
	REQUIRE(host_run(r->b.host, b_up, &r->b, NS_PER_S) == HOST_REACHED);
	REQUIRE(host_connect(r->b.adapter, profiles[0]) == 0);
	REQUIRE(host_run(r->b.host, b_connected, &r->b, 100 * NS_PER_S) == HOST_REACHED);
	b_ping(r);
}

/* ---- The steps of host A. ---- */

static void arrive(struct run *r)
{
	REQUIRE(host_add_adapter(r->a.host, r->a.mp, &r->a.adapter) == 0);
	rest(&r->a, NS_PER_MS);
}

static void adapter_step(struct run *r, uint8_t step)
{
	static const uint8_t bytes[64];
	struct host_adapter *a = r->a.adapter;
	struct mac peer = sim_ap_config(r->aps[0])->bssid;

	/* Each may be refused, as the state is; none may do harm. */
	switch (step) {
	case 0:
		(void)host_connect(a, r->profile);
		break;
	case 1:
		(void)host_disconnect(a);
		break;
	case 2:
		(void)host_disable(a);
		break;
	case 3:
		(void)host_enable(a);
		break;
	case 4:
		(void)host_remove(a);
		break;
	case 5:
		(void)host_control(a, bytes, sizeof(bytes), 32);
		break;
	case 6:
		REQUIRE(host_send_data(a, peer, ETHERTYPE_IPV4, bytes, sizeof(bytes)) != 0);
		break;
	case 7:
		REQUIRE(!host_port_open(a, NULL));
		break;
	}
}

static void world_step(struct run *r, uint8_t step)
{
	static const uint8_t bytes[64] = {2, 1};
	const struct mac station = r->a.mp->ops->caps(r->a.mp)->address;

	switch (step) {
	case 8:
		rest(&r->a, 10 * NS_PER_S);
		break;
	case 9:
		rest(&r->a, 60 * NS_PER_S);
		break;
	case 10:
		(void)sim_ap_disassociate(r->aps[0], station, 8);
		(void)sim_ap_disassociate(r->aps[1], station, 8);
		break;
	case 11:
		(void)host_session_change(r->a.host, WTS_SESSION_LOGOFF, 1);
		break;
	case 12:
		(void)host_ui_respond(r->a.host, r->a.ui, bytes, sizeof(bytes));
		break;
	case 13:
		(void)sim_ap_broadcast(r->aps[1], 0x888E, bytes, sizeof(bytes));
		(void)sim_ap_broadcast(r->aps[0], 0x888E, bytes, sizeof(bytes));
		break;
	case 14:
		b_ping(r);
		break;
	case 15:
		rest(&r->a, NS_PER_S);
		probe(&r->a);
		break;
	}
}

static void take_steps(struct run *r, const uint8_t *steps, unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++) {
		if (!r->a.adapter)
			arrive(r);
		if (steps[i] % 16 < 8)
			adapter_step(r, steps[i] % 16);
		else
			world_step(r, steps[i] % 16);
		rest(&r->a, 300 * NS_PER_MS);
	}
}

static void run_a(struct run *r, struct reader *in, uint8_t flags)
{
	/* Every way once: a life without steps of its own */
	static const uint8_t ordinary[] = {0, 6, 15, 8, 1, 2, 3, 0, 9};
	const struct host_config config = {.strict = (flags & STRICT) != 0,
		.handler_deadline_ms = 10, /* of real time, too: it bounds what an input takes */
		.stop_deadline_ms = 10,
		.load_deadline_ms = 1000};
	struct hostile_config worker = {.at = FN_COUNT,
		.secure = (flags & WPA2) != 0,
		.starts = (flags & STARTS) != 0,
		.flood_max = 64};
	unsigned n = reader_u8(in) % (STEPS_MAX + 1);
	const uint8_t *steps = reader_take(in, n);

	if (!reader_ok(in))
		return;
	worker.size = reader_left(in);
	worker.bytes = reader_take(in, worker.size);
	if (side_start(r, &r->a, &worker, &config))
		take_steps(r, n ? steps : ordinary, n ? n : sizeof(ordinary));
	side_stop(&r->a);
}

static void make_radio(struct run *r)
{
	static const char *const specs[] = {"open,ssid=open,bssid=02:00:00:00:01:01,channel=1",
		"wpa2-psk:" PSK ",ssid=wpa2,bssid=02:00:00:00:01:02,channel=6"};
	unsigned i;
	char err[200];

	REQUIRE(crypto_make_repeatable(1) == 0);
	REQUIRE(loop_new(LOOP_VIRTUAL, &r->loop) == 0);
	REQUIRE(sim_new(r->loop, 1, &r->sim) == 0);
	for (i = 0; i < 2; i++) {
		struct sim_ap_config ap = {.rssi = -50};

		REQUIRE(sim_ap_config_parse(specs[i], &ap, err, sizeof(err)) == 0);
		REQUIRE(sim_add_ap(r->sim, &ap, &r->aps[i]) == 0);
		if (!profiles[i])
			REQUIRE(profile_minimal(ap.ssid.bytes, ap.ssid.length, &profiles[i]) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run r = {.a.hostile = true};
	struct reader in = reader_init(data, size);
	const uint8_t flags = reader_u8(&in);

	if (size < 2 || size > 4096)
		return 0;
	make_radio(&r);
	r.profile = profiles[flags & WPA2 ? 1 : 0];
	if (flags & WITH_B)
		b_begin(&r);
	run_a(&r, &in, flags);
	if (flags & WITH_B) {
		b_ping(&r);
		side_stop(&r.b);
	}
	sim_free(r.sim);
	loop_free(r.loop);
	return 0;
}
