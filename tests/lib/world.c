// SPDX-License-Identifier: BSD-2-Clause
#include "tests/lib/world.h"

#include <dlfcn.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "crypto/crypto.h"
#include "module/inproc.h"
#include "wire/inet.h"
#include "worker/worker.h"

#define ETHERTYPE_IPV4 0x0800
#define PATIENCE       (300 * NS_PER_S) /* longer than any watchdog of the host */
#define SESSIONS_MAX   64               /* alive at a time, in world_check_sessions() */

const char *world_built(const char *name)
{
	static char path[4096];
	const char *build = getenv("OPENIHV_BUILD");

	if (name[0] == '/')
		build = "";
	snprintf(path, sizeof(path), "%s/%s", build ? build : "build", name);
	return path;
}

static struct world_adapter *adapter_of(struct world *w, const struct host_adapter *a)
{
	unsigned i;

	for (i = 0; i < w->nadapters; i++)
		if (w->adapters[i].host == a)
			return &w->adapters[i];
	return NULL;
}

static void on_crossing(void *user, const struct crossing *x)
{
	struct world *w = (struct world *)user;

	if (w->ncrossings == w->room) {
		w->room = w->room ? 2 * w->room : 512;
		w->crossings = reallocarray(w->crossings, w->room, sizeof(*w->crossings));
		if (!w->crossings)
			abort();
	}
	w->crossings[w->ncrossings++] = *x;
	if (w->config.crossing)
		w->config.crossing(w, x);
}

static void count_reply(struct world_adapter *a, const struct host_notice *n)
{
	struct inet_echo echo;

	if (n->ethertype == ETHERTYPE_IPV4 && inet_echo_parse(n->data, n->length, &echo) == 0 &&
		echo.type == ICMP_ECHO_REPLY_TYPE && echo.sequence == a->echo_sequence)
		a->replies++;
}

static void on_notice(void *user, struct host_adapter *host, const struct host_notice *n)
{
	struct world_adapter *a = adapter_of((struct world *)user, host);

	if (!a)
		return;
	a->told[n->type]++;
	a->last[n->type] = *n;
	a->last[n->type].data = NULL;
	if (n->type == NOTICE_DATA)
		count_reply(a, n);
	if (n->type == NOTICE_NOTIFICATION || n->type == NOTICE_CONTROL) {
		a->data_length = n->length < sizeof(a->data) ? n->length : sizeof(a->data);
		if (a->data_length)
			memcpy(a->data, n->data, a->data_length);
	}
	if (n->type == NOTICE_ADAPTER_REMOVED)
		a->host = NULL;
}

static void on_ui(void *user, const struct host_ui_request *request)
{
	struct world *w = (struct world *)user;

	w->ui = *request;
	w->ui.data = NULL;
	w->ui_requests++;
	if (w->config.ui)
		w->config.ui(w, request);
}

static void make_profile(struct world *w)
{
	static const char format[] =
		"<?xml version=\"1.0\"?>"
		"<WLANProfile xmlns=\"http://www.microsoft.com/networking/WLAN/profile/v1\">"
		"<name>test</name><SSIDConfig><SSID><name>" WORLD_SSID "</name></SSID></SSIDConfig>"
		"<connectionType>ESS</connectionType><connectionMode>manual</connectionMode>"
		"<IHV><OUIHeader><OUI>000FAC</OUI><type>01</type></OUIHeader>"
		"<security>%s</security><useMSOneX>false</useMSOneX></IHV></WLANProfile>";
	const size_t room = sizeof(format) + 2048;
	struct profile_error err = {0};
	char *text;
	int n, rc;

	if (!w->config.security) {
		rc = profile_minimal((const uint8_t *)WORLD_SSID, strlen(WORLD_SSID), &w->profile);
		assert_int_equal(rc, 0);
		return;
	}
	text = malloc(room);
	assert_non_null(text);
	n = snprintf(text, room, format, w->config.security);
	assert_true(n > 0 && (size_t)n < room);
	rc = profile_parse(text, (size_t)n, &w->profile, &err);
	free(text);
	if (rc)
		fail_msg("profile: %s", err.text);
}

static void make_radio(struct world *w)
{
	char err[200];
	unsigned i;

	assert_int_equal(sim_new(w->loop, w->config.seed, &w->sim), 0);
	for (i = 0; i < WORLD_APS && w->config.aps[i]; i++) {
		struct sim_ap_config ap = {
			.ssid = {.length = sizeof(WORLD_SSID) - 1, .bytes = WORLD_SSID},
			.bssid = {{2, 0, 0, 0, 1, (uint8_t)(i + 1)}},
			.channel = (uint8_t)(1 + 5 * i),
			.rssi = -50 - 5 * (int32_t)i,
			.retry_ms = w->config.retry_ms};

		if (sim_ap_config_parse(w->config.aps[i], &ap, err, sizeof(err)))
			fail_msg("access point %s: %s", w->config.aps[i], err);
		assert_int_equal(sim_add_ap(w->sim, &ap, &w->aps[i]), 0);
		w->naps++;
	}
	w->nadapters = w->config.adapters ? w->config.adapters : 1;
	for (i = 0; i < w->nadapters; i++) {
		w->adapters[i].world = w;
		assert_int_equal(sim_add_station(w->sim, (struct mac){{0}}, &w->adapters[i].mp), 0);
	}
}

static void *nothing(void *arg)
{
	return arg;
}

/* ThreadSanitizer starts a thread of its own with the first of the process: it must not come after
 * the module and be taken for one of that. */
static void settle_threads(void)
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, nothing, NULL), 0);
	pthread_join(thread, NULL);
}

static void on_sandboxed(void *user, unsigned sandbox)
{
	struct world *w = (struct world *)user;

	w->sandbox = sandbox;
	w->incarnations++;
}

static int open_isolated(struct world *w, struct module **out, char *err, size_t room)
{
	const struct worker_options options = {.guard = w->config.guard,
		.repeatable = true,
		.seed = w->config.seed,
		.sandboxed = on_sandboxed,
		.user = w};
	char *program = strdup(world_built("openihv-worker"));
	struct worker_config config = {.options = options, .program = program};
	int rc;

	assert_non_null(program);
	/* A Windows module's is of another build, which the environment names. */
	if (strstr(w->config.module, ".dll"))
		config.program = NULL;
	rc = worker_open(world_built(w->config.module), &config, out, err, room);
	free(program);
	return rc;
}

static struct module *open_module(struct world *w)
{
	const struct inproc_options options = {.guard = w->config.guard};
	struct module *m = NULL;
	char err[256] = "";
	int rc;

	if (w->config.make)
		return w->config.make(w);
	if (w->config.isolated)
		rc = open_isolated(w, &m, err, sizeof(err));
	else
		rc = inproc_open(world_built(w->config.module), &options, &m, err, sizeof(err));
	if (rc)
		fail_msg("%s: %s", w->config.module, err);
	return m;
}

void world_open(struct world *w, const struct world_config *config)
{
	struct host_config hc = {.crossing = on_crossing,
		.notice = on_notice,
		.ui = on_ui,
		.user = w,
		.strict = config->strict};
	struct module *m;
	char err[256] = "";

	memset(w, 0, sizeof(*w));
	w->config = *config;
	if (!w->config.seed)
		w->config.seed = 1;
	assert_int_equal(crypto_make_repeatable(w->config.seed), 0);
	assert_int_equal(loop_new(config->real ? LOOP_REAL : LOOP_VIRTUAL, &w->loop), 0);
	hc.loop = w->loop;
	make_profile(w);
	make_radio(w);
	settle_threads();
	m = open_module(w);
	if (config->configure)
		config->configure(w, &hc);
	assert_int_equal(host_new(&hc, m, &w->host), 0);
	w->module = m;
	if (w->config.loaded)
		w->config.loaded(w);
	if (config->make)
		return;
	if (host_start(w->host, err, sizeof(err)))
		fail_msg("%s: %s", config->module, err);
}

int world_start(struct world *w)
{
	char err[256] = "";
	int rc = host_start(w->host, err, sizeof(err));

	assert_true(rc == 0 || err[0]);
	return rc;
}

/* ---- Looking at the record. ---- */

unsigned world_count(const struct world *w, enum crossing_fn fn, enum crossing_phase phase)
{
	unsigned n = 0;
	size_t i;

	for (i = 0; i < w->ncrossings; i++)
		n += w->crossings[i].fn == fn && w->crossings[i].phase == phase;
	return n;
}

unsigned world_findings(const struct world *w, enum rule_id rule)
{
	const struct finding *list;
	unsigned n = 0;
	size_t count, i;

	list = checker_findings(host_checker(w->host), &count);
	for (i = 0; i < count; i++)
		n += list[i].rule == rule;
	return n;
}

void world_dump(const struct world *w)
{
	size_t i;

	for (i = 0; i < w->ncrossings; i++) {
		const struct crossing *x = &w->crossings[i];

		print_error("%5" PRIu64 " %12.6f t%u a%" PRIx64 " h%" PRIx64
			    " %s %s result %u reason %x\n",
			x->seq, (double)x->time / 1e9, x->thread, x->adapter, x->handle,
			x->phase == PHASE_ENTER  ? ">"
			: x->phase == PHASE_EXIT ? "<"
						 : "-",
			crossing_name((enum crossing_fn)x->fn), x->result, x->reason);
	}
}

void world_clean(const struct world *w)
{
	const struct finding *list;
	size_t count, i, bad = 0;

	list = checker_findings(host_checker(w->host), &count);
	for (i = 0; i < count; i++) {
		const struct rule *rule = rule_info(list[i].rule);

		/* A race that was lost by nobody: a worker that completes while its handler
		 * is on the way home (contract 5.0). It depends on the machine. */
		if (list[i].severity == SEVERITY_W && rule->severity != SEVERITY_W)
			continue;
		if (!bad++)
			world_dump(w);
		print_error(
			"%s at crossing %" PRIu64 ": %s\n", rule->id, list[i].seq, list[i].text);
	}
	assert_int_equal(bad, 0);
	assert_false(checker_incomplete(host_checker(w->host)));
}

/* What is alive of one adapter while its record is read. */
struct life {
	uint64_t adapter, session;
	bool started, gate, key, secure;
};

static void fault(const struct world *w, const struct crossing *x, const char *what)
{
	world_dump(w);
	fail_msg("crossing %" PRIu64 " (%s): %s", x->seq, crossing_name((enum crossing_fn)x->fn),
		what);
}

static void need(const struct world *w, const struct crossing *x, bool ok, const char *what)
{
	if (!ok)
		fault(w, x, what);
}

/* Starts and ends of a session. True if it was one. */
static bool session_crossing(const struct world *w, struct life *l, const struct crossing *x)
{
	switch (x->fn) {
	case FN_PERFORM_POST_ASSOCIATE:
		if (x->phase == PHASE_ENTER) {
			need(w, x, !l->session, "a session lives already");
			l->session = x->handle;
			l->started = l->key = false;
		} else if (x->result) {
			l->session = 0;
		} else {
			l->started = true;
		}
		return true;
	case FN_STOP_POST_ASSOCIATE:
		if (x->phase == PHASE_ENTER) {
			need(w, x, l->started && x->handle == l->session,
				"no such session was started");
			need(w, x, !l->gate, "the gate is open");
			l->started = false;
		} else {
			l->session = 0;
		}
		return true;
	case FN_DEINIT_ADAPTER:
		need(w, x, !l->session, "a session lives");
		return true;
	}
	return false;
}

static void life_crossing(const struct world *w, struct life *l, const struct crossing *x)
{
	if (session_crossing(w, l, x))
		return;
	switch (x->fn) {
	case FN_SET_AUTH_ALGORITHM:
		l->secure = x->set_auth_algorithm.algorithm != 1; /* open system */
		break;
	case FN_SET_KEY_MAPPING_KEY:
		if (x->phase == PHASE_EXIT && x->result == 0)
			l->key = true;
		break;
	case FN_PORT_GATE:
		need(w, x, !x->port_gate.open || l->started, "the gate opens without a session");
		need(w, x, !x->port_gate.open || !l->secure || l->key,
			"the gate opens without a pairwise key");
		l->gate = x->port_gate.open;
		break;
	case FN_DATA_PASSED:
		need(w, x, l->gate, "data passed a closed gate");
		break;
	case FN_PORT_DELETED:
		need(w, x, !l->session && !l->gate, "a port is deleted that is in use");
		break;
	}
}

/* Sessions end with their module; gates have to be closed after it. */
static void dead(struct life *lives, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		lives[i].session = lives[i].started = 0;
}

/*
 * One Stop for each started session and with the gate closed, never two sessions at a time on an
 * adapter, no open gate without session and (but for open networks) without a pairwise key.
 */
void world_check_sessions(const struct world *w)
{
	struct life lives[SESSIONS_MAX] = {{0}};
	size_t i, n = 0, at;

	for (i = 0; i < w->ncrossings; i++) {
		const struct crossing *x = &w->crossings[i];

		if (x->fn == FN_MODULE_DIED)
			dead(lives, n);
		if (!x->adapter)
			continue;
		for (at = 0; at < n && lives[at].adapter != x->adapter; at++)
			;
		if (at == n) {
			assert_true(n < SESSIONS_MAX);
			lives[n++].adapter = x->adapter;
		}
		life_crossing(w, &lives[at], x);
	}
	for (at = 0; w->stopped && at < n; at++)
		if (lives[at].session || lives[at].gate) {
			world_dump(w);
			fail_msg("a session was never stopped");
		}
}

/* ---- The end. ---- */

static void none_left(struct world *w)
{
	struct host_counts c;

	host_counts(w->host, &c);
	assert_int_equal(c.adapters, 0);
	assert_int_equal(c.sessions, 0);
	assert_int_equal(c.buffers, 0);
	assert_int_equal(c.sends, 0);
	assert_int_equal(c.ui_requests, 0);
}

void world_stop(struct world *w)
{
	const struct checker *c = host_checker(w->host);

	assert_int_equal(host_stop(w->host), 0);
	w->stopped = true;
	world_check_sessions(w);
	if (!w->config.breaks_rules) {
		none_left(w);
		world_clean(w);
		if (!w->config.make && !world_count(w, FN_MODULE_DIED, PHASE_POINT)) {
			assert_true(checker_exercised(c, RULE_X_06) > 0);
			assert_true(checker_exercised(c, RULE_X_08) > 0);
		}
	}
	assert_int_equal(world_count(w, FN_MODULE_UNLOADED, PHASE_POINT), 1);
}

void world_close(struct world *w)
{
	void *still;
	unsigned i;

	if (!w->stopped)
		world_stop(w);
	for (i = 0; i < w->nadapters; i++)
		assert_null(w->adapters[i].host); /* removal was told */
	host_free(w->host);
	if (!w->config.make) {
		still = dlopen(world_built(w->config.module), RTLD_NOW | RTLD_NOLOAD);
		assert_null(still);
	}
	sim_free(w->sim);
	loop_free(w->loop);
	profile_free(w->profile);
	free(w->crossings);
	assert_int_equal(crypto_make_random(), 0);
	memset(w, 0, sizeof(*w));
}

/* ---- Steps. ---- */

struct wait {
	const unsigned *counter[2];
	unsigned before[2];
};

static bool moved(void *user)
{
	const struct wait *wait = (const struct wait *)user;

	return *wait->counter[0] != wait->before[0] ||
	       (wait->counter[1] && *wait->counter[1] != wait->before[1]);
}

bool world_wait(struct world *w, unsigned i, enum host_notice_type type, unsigned before)
{
	struct wait wait = {.counter = {&w->adapters[i].told[type]}, .before = {before}};

	return host_run(w->host, moved, &wait, PATIENCE) == HOST_REACHED;
}

enum host_run_result world_rest(struct world *w, uint64_t ns)
{
	return host_run(w->host, NULL, NULL, ns);
}

static bool is_open(void *user)
{
	const struct world_adapter *a = (const struct world_adapter *)user;

	return a->host && host_port_open(a->host, NULL);
}

bool world_wait_open(struct world *w, unsigned i)
{
	return host_run(w->host, is_open, &w->adapters[i], PATIENCE) == HOST_REACHED;
}

bool world_try_arrive(struct world *w, unsigned i)
{
	struct world_adapter *a = &w->adapters[i];
	const unsigned before = a->told[NOTICE_ADAPTER_UP];

	if (a->unplugged) {
		sim_remove_station(a->mp);
		assert_int_equal(sim_add_station(w->sim, (struct mac){{0}}, &a->mp), 0);
		a->unplugged = false;
	}
	assert_null(a->host);
	assert_int_equal(host_add_adapter(w->host, a->mp, &a->host), 0);
	return world_wait(w, i, NOTICE_ADAPTER_UP, before);
}

void world_arrive(struct world *w, unsigned i)
{
	assert_true(world_try_arrive(w, i));
	assert_true(host_adapter_is_up(w->adapters[i].host));
}

bool world_try_connect(struct world *w, unsigned i)
{
	struct world_adapter *a = &w->adapters[i];
	struct wait wait = {
		.counter = {&a->told[NOTICE_CONNECTED], &a->told[NOTICE_CONNECT_FAILED]}};

	wait.before[0] = *wait.counter[0];
	wait.before[1] = *wait.counter[1];
	assert_int_equal(host_connect(a->host, w->profile), 0);
	assert_int_equal(host_run(w->host, moved, &wait, PATIENCE), HOST_REACHED);
	return *wait.counter[0] != wait.before[0];
}

void world_connect(struct world *w, unsigned i)
{
	if (world_try_connect(w, i))
		return;
	world_dump(w);
	fail_msg("connect failed: reason 0x%x error %u",
		w->adapters[i].last[NOTICE_CONNECT_FAILED].reason,
		w->adapters[i].last[NOTICE_CONNECT_FAILED].error);
}

bool world_try_ping(struct world *w, unsigned i)
{
	struct world_adapter *a = &w->adapters[i];
	uint8_t packet[128];
	struct writer out = writer_init(packet, sizeof(packet));
	const struct inet_echo echo = {.type = ICMP_ECHO_REQUEST_TYPE,
		.ttl = 64,
		.source = SIM_STATION_ADDRESS,
		.destination = SIM_ECHO_ADDRESS,
		.id = 0x6968,
		.sequence = ++a->echo_sequence,
		.payload = "ping",
		.payload_len = 4};
	struct wait wait = {.counter = {&a->replies}, .before = {a->replies}};
	struct mac peer;

	host_port_open(a->host, &peer);
	inet_echo_build(&out, &echo);
	if (host_send_data(a->host, peer, ETHERTYPE_IPV4, packet, (uint32_t)out.len))
		return false;
	return host_run(w->host, moved, &wait, NS_PER_S) == HOST_REACHED;
}

void world_ping(struct world *w, unsigned i)
{
	if (world_try_ping(w, i))
		return;
	world_dump(w);
	fail_msg("the ping was not answered");
}

void world_bring_up(struct world *w, unsigned i)
{
	world_arrive(w, i);
	world_connect(w, i);
	world_ping(w, i);
}

void world_disconnect(struct world *w, unsigned i)
{
	struct world_adapter *a = &w->adapters[i];
	const unsigned before = a->told[NOTICE_DISCONNECTED];

	assert_int_equal(host_disconnect(a->host), 0);
	assert_true(world_wait(w, i, NOTICE_DISCONNECTED, before));
}

static void enable(struct world *w, unsigned i)
{
	const unsigned before = w->adapters[i].told[NOTICE_ADAPTER_UP];

	assert_int_equal(host_enable(w->adapters[i].host), 0);
	assert_true(world_wait(w, i, NOTICE_ADAPTER_UP, before));
}

void world_recover(struct world *w, unsigned i)
{
	struct world_adapter *a = &w->adapters[i];
	unsigned tries;
	int err;

	for (tries = 0; tries < 4; tries++) {
		/* Whatever is under way comes to its end: the radio may find back by itself. */
		world_rest(w, 30 * NS_PER_S);
		if (is_open(a))
			break;
		if (!a->host)
			world_arrive(w, i);
		else if (!host_adapter_is_up(a->host))
			enable(w, i);
		err = host_connect(a->host, w->profile);
		assert_true(err == 0 || err == -EBUSY);
	}
	if (!is_open(a)) {
		world_dump(w);
		fail_msg("the adapter does not come back");
	}
	world_ping(w, i);
}

struct sim_ap *world_ap(const struct world *w, unsigned i)
{
	struct mac peer;
	unsigned n;

	if (!w->adapters[i].host || !host_port_open(w->adapters[i].host, &peer))
		return NULL;
	for (n = 0; n < w->naps; n++)
		if (mac_equal(&sim_ap_config(w->aps[n])->bssid, &peer))
			return w->aps[n];
	return NULL;
}

struct mac world_station(const struct world *w, unsigned i)
{
	return w->adapters[i].mp->ops->caps(w->adapters[i].mp)->address;
}
