// SPDX-License-Identifier: BSD-2-Clause
/*
 * What no single call shows: what a module holds after each of many ends, how busy it is while
 * nothing happens, and which secrets are left in its memory.
 */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/wipe.h"
#include "verify/lab_internal.h"

#define WARM_UP         4 /* cycles that do not count: caches fill */
#define SAMPLES         16
#define AGAIN           4 /* times that what grows is done again */
#define PAUSE_NS        (100 * NS_PER_MS)
#define RETURN_NS       (3 * NS_PER_S)
#define IDLE_MS         60 /* of real time, in which the module has nothing to do */
#define BUSY_PART       3  /* a third of that on a processor is busy */
#define REASON_INACTIVE 4
#define ROAM_BETTER_AP  0xBu /* DOT11_ASSOC_STATUS_ROAMING_BETTER_AP_FOUND */

/* ---- Growth. ---- */

enum resource { HEAP, BUFFERS, THREADS, DESCRIPTORS, RESOURCES };

static const char *const resources[RESOURCES] = {
	"heap blocks", "buffers of Dot11ExtAllocateBuffer", "threads", "descriptors"};

struct samples {
	uint64_t of[RESOURCES][SAMPLES];
	unsigned count;
};

static bool usage(struct lab *l, struct module_usage *out)
{
	struct module_probe p = {.what = PROBE_USAGE};

	if (l->over || !l->module || !l->module->ops->probe || l->module->ops->probe(l->module, &p))
		return false;
	*out = p.usage;
	return true;
}

static void sample(struct lab *l, struct samples *s)
{
	struct host_counts counts;
	struct module_usage u;

	if (s->count == SAMPLES || !usage(l, &u))
		return;
	host_counts(l->host, &counts);
	s->of[HEAP][s->count] = u.heap_blocks;
	s->of[BUFFERS][s->count] = counts.buffers;
	s->of[THREADS][s->count] = u.threads;
	s->of[DESCRIPTORS][s->count] = u.descriptors;
	s->count++;
}

/* What grows in each cycle after the first few, and never shrinks. */
static uint64_t growth(const struct samples *s, enum resource r)
{
	const uint64_t *of = s->of[r];
	unsigned i;

	if (s->count < WARM_UP + 4 || of[0] == MODULE_UNKNOWN)
		return 0;
	for (i = WARM_UP; i < s->count; i++)
		if (of[i] <= of[i - 1])
			return 0;
	return (of[s->count - 1] - of[WARM_UP - 1]) / (s->count - WARM_UP);
}

static void judge_growth(struct lab *l, const struct samples *s, const char *rule, const char *what)
{
	unsigned r;

	if (s->count)
		l->out->exercised[RULE_X_41] |= strcmp(rule, rule_info(RULE_X_41)->id) == 0;
	for (r = 0; r < RESOURCES; r++) {
		uint64_t each = growth(s, (enum resource)r);

		if (each)
			lab_found(l, rule, SEVERITY_E, "%s leaves %llu %s behind, time and again",
				what, (unsigned long long)each, resources[r]);
	}
}

/* ---- Cycles: associations that end, open or not yet. ---- */

static void ended_by_ap(struct lab_adapter *a)
{
	unsigned before = a->told[NOTICE_PORT_DELETED];

	if (!a->host)
		return;
	sim_ap_disassociate(lab_ap(a), lab_station(a), REASON_INACTIVE);
	lab_await(a->lab, &a->told[NOTICE_PORT_DELETED], before, RETURN_NS);
}

/* The radio is back, and what the module does by itself is over. */
static void come_again(struct lab_adapter *a)
{
	lab_await_open(a);
	lab_rest(a->lab, PAUSE_NS);
}

static void cycle_open(struct lab *l, struct lab_adapter *a)
{
	struct samples s = {.count = 0};
	unsigned i;

	for (i = 0; i < l->config->cycles && !l->over; i++) {
		ended_by_ap(a);
		come_again(a);
		sample(l, &s);
	}
	judge_growth(l, &s, "X-41", "StopPostAssociate of a completed session");
}

/* The AP ends each association where the handshake waits for it; where there is none, as soon as
 * the module has taken its first step. */
static void cycle_pending(struct lab *l, struct lab_adapter *a)
{
	struct sim_rule rule = {.kind = SIM_MESSAGE_3,
		.action = SIM_DISASSOCIATE,
		.offset = REASON_INACTIVE,
		.count = 1};
	bool handshake = sim_ap_config(lab_ap(a))->security == SIM_WPA2_PSK;
	struct samples s = {.count = 0};
	unsigned i;

	for (i = 0; i < l->config->cycles && !l->over && a->host; i++) {
		unsigned before = a->told[NOTICE_PORT_DELETED] + 2, seen;

		rule.seen = rule.hits = 0;
		if (handshake)
			sim_add_rule(l->sim, &rule);
		l->performs_before = l->performs;
		l->cut = !handshake;
		ended_by_ap(a);
		while (!l->over && (seen = a->told[NOTICE_PORT_DELETED]) < before &&
			lab_await(l, &a->told[NOTICE_PORT_DELETED], seen, RETURN_NS))
			;
		l->cut = false;
		if (handshake)
			sim_remove_rule(l->sim, &rule);
		come_again(a);
		sample(l, &s);
	}
	judge_growth(l, &s, "X-41", "StopPostAssociate of a pending session");
}

static void cycle_roams(struct lab *l, struct lab_adapter *a)
{
	struct samples s = {.count = 0};
	unsigned i;

	for (i = 0; i < l->config->cycles && !l->over && a->host && lab_other_ap(a); i++) {
		unsigned before = a->told[NOTICE_PORT_DELETED];

		sim_station_roam(
			a->tap->radio, sim_ap_config(lab_other_ap(a))->bssid, ROAM_BETTER_AP);
		lab_await(l, &a->told[NOTICE_PORT_DELETED], before, RETURN_NS);
		come_again(a);
		sample(l, &s);
	}
	judge_growth(l, &s, "X-41", "StopPostAssociate of a session that ends by a roam");
}

static void cycle_connections(struct lab *l, struct lab_adapter *a)
{
	struct samples s = {.count = 0};
	unsigned i;

	for (i = 0; i < l->config->cycles && !l->over; i++) {
		lab_disconnect(a);
		lab_rest(l, PAUSE_NS);
		sample(l, &s);
		lab_connect(a);
	}
	judge_growth(l, &s, "leak", "a connection and its end");
}

static void rest_in_real_time(void)
{
	const struct timespec t = {.tv_nsec = IDLE_MS * 1000000};

	nanosleep(&t, NULL);
}

/* Virtual time stands still meanwhile: whoever is busy is so by himself. */
static void watch_idle(struct lab *l)
{
	struct module_usage before, after;
	uint64_t used;

	lab_rest(l, PAUSE_NS);
	if (!usage(l, &before))
		return;
	rest_in_real_time();
	if (!usage(l, &after) || after.cpu_ns < before.cpu_ns)
		return;
	used = (after.cpu_ns - before.cpu_ns) / 1000000;
	if (used >= IDLE_MS / BUSY_PART)
		lab_found(l, "busy", SEVERITY_E,
			"while nothing happens its threads use %llu ms of processor time in %d ms",
			(unsigned long long)used, IDLE_MS);
}

void scenario_cycles(struct lab *l)
{
	struct lab_adapter *a = lab_arrive(l, 0);

	lab_connect(a);
	l->out->opened_before |= lab_open(a);
	watch_idle(l);
	cycle_open(l, a);
	cycle_pending(l, a);
	cycle_roams(l, a);
	cycle_connections(l, a);
}

void scenario_arrivals(struct lab *l)
{
	struct lab_adapter *a = lab_arrive(l, 0);
	struct samples s = {.count = 0};
	unsigned i;

	lab_connect(a);
	l->out->opened_before |= lab_open(a);
	for (i = 0; i < l->config->cycles && !l->over; i++) {
		lab_disable(a);
		lab_rest(l, PAUSE_NS);
		sample(l, &s);
		lab_enable(a);
		lab_connect(a);
	}
	judge_growth(l, &s, "leak", "an adapter that comes and goes");
}

/*
 * What is held when all adapters are gone, and more than undisturbed, may be a cache that another
 * path has filled, with some room to spare. So the same is done again: what grows by as much each
 * time is lost.
 */
bool measure_end(struct lab *l)
{
	uint64_t before = l->config->held[l->plan->scenario], more;
	struct module_usage u;

	if (!usage(l, &u) || u.heap_blocks == MODULE_UNKNOWN)
		return false;
	if (!l->again) {
		l->out->held = u.heap_blocks;
		return l->plan->count && u.heap_blocks > before;
	}
	more = l->out->held - before;
	if (u.heap_blocks < l->out->held + more * l->again)
		return false;
	if (l->again < AGAIN)
		return true;
	if (!l->over)
		lab_found(l, "leak", SEVERITY_E,
			"each time it leaves %llu heap blocks behind when its adapters are gone",
			(unsigned long long)more);
	return false;
}

/* ---- Secrets. ---- */

#define SECRETS    12
#define OUTPUT_MAX (1 << 20) /* bytes of what it prints that are looked through */

/* Their names are what a finding tells, and never more. */
struct secrets {
	const char *names[SECRETS];
	struct module_probe probe;
	bool session[SECRETS]; /* must be gone with the session, and not only with the adapter */
};

static void add_secret(struct secrets *s, const char *name, bool session, const void *p, size_t n)
{
	uint32_t i = s->probe.scan.count;

	if (i == SECRETS || n < MODULE_NEEDLE_MIN)
		return;
	if (n > MODULE_NEEDLE_SIZE)
		n = MODULE_NEEDLE_SIZE;
	s->names[i] = name;
	s->session[i] = session;
	module_needle_set(&s->probe.scan.needles[i], p, (uint32_t)n, i + 1);
	s->probe.scan.count++;
}

/* As the user has typed it, and as an interface in UTF-16 gives it on. */
static void add_passphrase(struct secrets *s, const char *text)
{
	uint8_t wide[2 * LAB_UI_RESPONSE] = {0};
	size_t n = strlen(text), i;

	for (i = 0; i < n; i++)
		wide[2 * i] = (uint8_t)text[i];
	add_secret(s, "the passphrase", false, text, n);
	add_secret(s, "the passphrase (UTF-16)", false, wide, 2 * n);
	wipe(wide, sizeof(wide));
}

static void learn(struct lab *l, struct lab_adapter *a, struct secrets *s)
{
	static const char *const of_tap[] = {"the group key", "the pairwise key"};
	struct sim_ap_keys keys;
	unsigned i;

	memset(s, 0, sizeof(*s));
	s->probe.what = PROBE_SCAN;
	if (sim_ap_keys(lab_ap(a), lab_station(a), &keys) == 0) {
		add_secret(s, "the key confirmation key (KCK)", true, keys.kck, sizeof(keys.kck));
		add_secret(s, "the key encryption key (KEK)", true, keys.kek, sizeof(keys.kek));
		add_secret(s, "the pairwise key (TK)", true, keys.tk, sizeof(keys.tk));
		add_secret(s, "the pairwise master key (PMK)", false, keys.pmk, sizeof(keys.pmk));
		wipe(&keys, sizeof(keys));
	}
	for (i = 0; i < a->tap->nkeys; i++) {
		const struct tap_key *k = &a->tap->keys[i];

		add_secret(s, of_tap[k->mapping], true, k->bytes, k->length);
	}
	add_passphrase(s, l->config->ui_response);
}

/* What it has printed so far. */
static ssize_t drain(int fd, uint8_t *text, size_t room)
{
	size_t used = 0;
	ssize_t n;

	while (used < room && (n = read(fd, text + used, room - used)) > 0)
		used += (size_t)n;
	return (ssize_t)used;
}

static bool holds(const uint8_t *text, size_t n, const uint8_t *what, size_t length)
{
	return memmem(text, n, what, length) != NULL;
}

/* As it is, or as people print bytes: in hexadecimal digits. */
static bool printed(const uint8_t *text, size_t n, const struct module_needle *needle)
{
	static const char *const digits[] = {"0123456789abcdef", "0123456789ABCDEF"};
	uint8_t plain[MODULE_NEEDLE_SIZE], hex[2 * MODULE_NEEDLE_SIZE];
	unsigned upper, k;
	bool found;

	for (k = 0; k < needle->length; k++)
		plain[k] = needle->masked[k] ^ needle->mask[k];
	found = holds(text, n, plain, needle->length);
	for (upper = 0; upper < 2 && !found; upper++) {
		for (k = 0; k < needle->length; k++) {
			hex[2 * k] = (uint8_t)digits[upper][plain[k] >> 4];
			hex[2 * k + 1] = (uint8_t)digits[upper][plain[k] & 15];
		}
		found = holds(text, n, hex, 2 * (size_t)needle->length);
	}
	wipe(plain, sizeof(plain));
	wipe(hex, sizeof(hex));
	return found;
}

static void search_output(struct lab *l, const struct secrets *s)
{
	static uint8_t text[OUTPUT_MAX];
	ssize_t n = drain(l->config->output, text, sizeof(text));
	unsigned i;

	for (i = 0; i < s->probe.scan.count; i++)
		if (printed(text, (size_t)n, &s->probe.scan.needles[i]))
			lab_found(l, "X-58", SEVERITY_F, "%s was printed", s->names[i]);
	wipe(text, sizeof(text));
}

static void search(struct lab *l, struct secrets *s, const char *when, bool session)
{
	static const char *const places[] = {
		"on the heap", "on a stack", "in static data", "in other memory"};
	unsigned i;

	if (l->over || !l->module->ops->probe || l->module->ops->probe(l->module, &s->probe))
		return;
	l->out->exercised[RULE_X_58] |= s->probe.scan.count > 0;
	for (i = 0; i < s->probe.scan.count; i++) {
		const struct module_found *f = &s->probe.scan.found[i];

		if (f->count && (s->session[i] || !session))
			lab_found(l, "X-58", SEVERITY_F, "%s is left in memory after %s, %s",
				s->names[i], when, places[f->first]);
	}
}

/* The AP does not take the station back: nothing of a new session mixes with the old one. */
static void end_for_good(struct lab *l, struct lab_adapter *a)
{
	unsigned i;

	ended_by_ap(a);
	for (i = 0; i < l->naps; i++)
		sim_ap_vanish(l->aps[i]);
	lab_rest(l, PAUSE_NS);
}

static void come_back(struct lab *l, struct lab_adapter *a)
{
	unsigned i;

	for (i = 0; i < l->naps; i++)
		sim_ap_return(l->aps[i]);
	lab_disconnect(a);
	lab_enable(a);
	lab_connect(a);
}

static void search_pending(struct lab *l, struct lab_adapter *a, struct secrets *s)
{
	struct sim_rule rule = {.kind = SIM_MESSAGE_3, .action = SIM_DROP};

	if (sim_ap_config(l->aps[0])->security != SIM_WPA2_PSK)
		return;
	/* Message 3 never comes: the session keys are there, and the port is not open. */
	sim_add_rule(l->sim, &rule);
	if (lab_up(a) && host_connect(a->host, l->profile) == 0)
		lab_rest(l, NS_PER_S);
	learn(l, a, s);
	end_for_good(l, a);
	search(l, s, "StopPostAssociate of a pending session", true);
	sim_remove_rule(l->sim, &rule);
}

void scenario_secrets(struct lab *l)
{
	struct lab_adapter *a = lab_arrive(l, 0);
	struct secrets s;

	lab_connect(a);
	l->out->opened_before |= lab_open(a);
	learn(l, a, &s);
	end_for_good(l, a);
	search(l, &s, "StopPostAssociate", true);
	come_back(l, a);
	learn(l, a, &s);
	lab_disconnect(a);
	search(l, &s, "AdapterReset", true);
	search_pending(l, a, &s);
	come_back(l, a);
	learn(l, a, &s);
	lab_disable(a);
	lab_rest(l, PAUSE_NS);
	search(l, &s, "DeinitAdapter", false);
	search_output(l, &s);
	wipe(&s, sizeof(s));
	lab_enable(a);
}
