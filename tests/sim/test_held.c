// SPDX-License-Identifier: BSD-2-Clause
/*
 * What correct modules hold: nothing more from connection to connection, and no secret longer than
 * they need it. The radio's side knows the secrets: they are looked for in the worker.
 *
 *     test -- host == pipes == openihv-worker -- rsn.so, template.so
 *              |                    ^ usage, search
 *           adapter ~~ station ~~ AP -> keys
 */
#include "tests/lib/life.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "miniport/sim/sim_internal.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1 /* the heap is a sanitizer's: it is not counted, and freed blocks are kept */
#else
#define SANITIZED 0
#endif

#define WARM_UP    5
#define CYCLES     100
#define QUESTIONS  300
#define STEPS      5 /* of a hundred cycles; what leaks does so in each */
#define PASSPHRASE "correct horse battery"

/* ---- Growth. ---- */

static struct module_usage usage(const struct world *w)
{
	struct module_probe p = {.what = PROBE_USAGE};

	assert_int_equal(w->module->ops->probe(w->module, &p), 0);
	return p.usage;
}

static struct module_usage cycle(struct world *w)
{
	world_connect(w, 0);
	world_ping(w, 0);
	world_disconnect(w, 0);
	world_rest(w, NS_PER_S);
	return usage(w);
}

/*
 * Whether something grows from cycle to cycle. A thread of the host's that a handler comes to for
 * the first time gets what libcrypto keeps for each; there are few of those.
 */
static void does_not_grow(
	const char *module, const char *security, const char *radio, bool isolated)
{
	const struct world_config config = {
		.module = module, .security = security, .aps = {radio}, .isolated = isolated};
	struct module_usage before, now;
	unsigned i, grown = 0;
	struct world w;

	world_open(&w, &config);
	world_arrive(&w, 0);
	for (i = 0; i < WARM_UP; i++)
		before = cycle(&w);
	for (i = 0; i < CYCLES; i++, before = now) {
		now = cycle(&w);
		grown += now.heap_blocks > before.heap_blocks || now.heap_bytes > before.heap_bytes;
		assert_int_equal(now.threads, before.threads);
		assert_int_equal(now.descriptors, before.descriptors);
	}
	print_message("%s: %llu blocks of %llu bytes, which grew in %u cycles of %u\n", module,
		(unsigned long long)now.heap_blocks, (unsigned long long)now.heap_bytes, grown,
		CYCLES);
	assert_true(grown <= STEPS);
	world_close(&w);
}

static void test_growth_rsn(void **state)
{
	(void)state;
	does_not_grow(WORLD_RSN, WORLD_SECURITY, WORLD_RADIO, true);
	does_not_grow(WORLD_RSN, WORLD_SECURITY, WORLD_RADIO, false);
}

static void test_growth_template(void **state)
{
	(void)state;
	does_not_grow(WORLD_TEMPLATE, NULL, "open", true);
	does_not_grow(WORLD_TEMPLATE, NULL, "open", false);
}

/* ---- Who asks disturbs nobody. ---- */

/* Not for ever: while it is asked, the module's process does not rest, and virtual time waits. */
static void *ask_often(void *world)
{
	unsigned i;

	for (i = 0; i < QUESTIONS; i++)
		usage(world);
	return world;
}

/* The record of some cycles, asked about meanwhile or not at all. */
static struct record live(bool asked)
{
	const struct world_config config = {.module = WORLD_RSN,
		.security = WORLD_SECURITY,
		.aps = {WORLD_RADIO},
		.isolated = true,
		.seed = 7};
	struct record r;
	struct world w;
	pthread_t thread;
	unsigned i;

	world_open(&w, &config);
	world_arrive(&w, 0);
	if (asked)
		assert_int_equal(pthread_create(&thread, NULL, ask_often, &w), 0);
	for (i = 0; i < WARM_UP; i++) {
		world_connect(&w, 0);
		world_ping(&w, 0);
		world_disconnect(&w, 0);
	}
	if (asked)
		pthread_join(thread, NULL);
	r = (struct record){malloc(w.ncrossings * sizeof(*r.list)), w.ncrossings};
	assert_non_null(r.list);
	memcpy(r.list, w.crossings, w.ncrossings * sizeof(*r.list));
	world_close(&w);
	return r;
}

static void test_asking(void **state)
{
	struct record quiet = live(false), asked;
	unsigned i;

	(void)state;
	for (i = 0; i < 5; i++) {
		asked = live(true);
		record_same(&quiet, &asked);
		free(asked.list);
	}
	free(quiet.list);
}

/* ---- Secrets. ---- */

enum secret { TK, KCK, KEK, GTK, PMK, UTF8, UTF16, SECRETS };

static const char *const names[SECRETS] = {
	"TK", "KCK", "KEK", "GTK", "PMK", "passphrase (UTF-8)", "passphrase (UTF-16)"};

struct secrets {
	struct module_probe probe;
};

/* Those of the present association. */
static void learn(struct secrets *s, const struct world *w)
{
	const struct mac station = world_station(w, 0);
	const struct sim_ap *ap = w->aps[0];
	const struct authenticator *a = &ap_station_find(ap, &station)->authenticator;
	struct module_needle *n = s->probe.scan.needles;
	uint8_t wide[2 * sizeof(PASSPHRASE)] = {0};
	size_t i;

	for (i = 0; i + 1 < sizeof(PASSPHRASE); i++)
		wide[2 * i] = (uint8_t)PASSPHRASE[i];
	s->probe = (struct module_probe){.what = PROBE_SCAN, .scan.count = SECRETS};
	module_needle_set(&n[TK], a->ptk.tk, (uint32_t)a->ptk.tk_len, 1);
	module_needle_set(&n[KCK], a->ptk.kck, sizeof(a->ptk.kck), 2);
	module_needle_set(&n[KEK], a->ptk.kek, sizeof(a->ptk.kek), 3);
	module_needle_set(&n[GTK], ap->bss.gtk[ap->bss.gtk_serial % 2].tk, TRAFFIC_KEY_LEN, 4);
	module_needle_set(&n[PMK], ap->bss.pmk, sizeof(ap->bss.pmk), 5);
	module_needle_set(&n[UTF8], PASSPHRASE, sizeof(PASSPHRASE) - 1, 6);
	module_needle_set(&n[UTF16], wide, sizeof(wide) - 2, 7);
}

/* Those that nobody needs any more must be gone: all from `first` to `last`. */
static void look(struct secrets *s, const struct world *w, const char *when, enum secret first,
	enum secret last)
{
	static const char *const places[] = {"heap", "stack", "data", "other"};
	const struct module_found *f = s->probe.scan.found;
	unsigned i, left = 0;

	assert_int_equal(w->module->ops->probe(w->module, &s->probe), 0);
	for (i = first; i <= (unsigned)last; i++) {
		if (f[i].count)
			print_message("%s: %u of %s, the first: %s\n", when, f[i].count, names[i],
				places[f[i].first]);
		left += f[i].count;
	}
	assert_int_equal(left, 0);
}

static void answer(struct world *w, const struct host_ui_request *request)
{
	uint16_t units[sizeof(PASSPHRASE)] = {0};
	size_t i;

	for (i = 0; i < sizeof(PASSPHRASE) - 1; i++)
		units[i] = (uint16_t)PASSPHRASE[i];
	assert_int_equal(host_ui_respond(w->host, request->id, units, sizeof(units)), 0);
}

enum course { PLAIN, ASKED, REKEYED, REGROUPED, ROAMED, GUARDED, COURSES };

static const char *const courses[COURSES] = {
	"plain", "asked", "rekeyed", "group rekeyed", "disassociated", "guarded"};

static void go_on(struct world *w, struct secrets *s, enum course course)
{
	const struct mac station = world_station(w, 0);

	if (course == REKEYED)
		assert_int_equal(sim_ap_rekey(w->aps[0], station), 0);
	else if (course == REGROUPED)
		assert_int_equal(sim_ap_group_rekey(w->aps[0]), 0);
	else if (course == ROAMED)
		assert_int_equal(sim_ap_disassociate(w->aps[0], station, 8), 0);
	else
		return;
	world_rest(w, 10 * NS_PER_S);
	if (course == REGROUPED)
		look(s, w, "group rekeyed", TK, TK);
	else
		look(s, w, "anew", TK, GTK - 1); /* the keys of before */
	learn(s, w);
}

static void run_course(enum course course, uint64_t seed)
{
	const struct world_config config = {.module = WORLD_RSN,
		.security = course == ASKED
				    ? WORLD_FRAGMENT("")
				    : WORLD_FRAGMENT("<passphrase>" PASSPHRASE "</passphrase>"),
		.aps = {"wpa2-psk:" PASSPHRASE},
		.seed = seed,
		.guard = course == GUARDED,
		.ui = answer,
		.isolated = true};
	struct secrets s;
	struct world w;

	print_message("%s\n", courses[course]);
	world_open(&w, &config);
	world_bring_up(&w, 0);
	learn(&s, &w);
	/* What the radio has now, the module need not keep; what it works with is found. */
	look(&s, &w, "connected", TK, TK);
	assert_true(s.probe.scan.found[KCK].count && s.probe.scan.found[PMK].count);
	go_on(&w, &s, course);
	world_disconnect(&w, 0);
	look(&s, &w, "stopped", TK, GTK);
	assert_int_equal(host_remove(w.adapters[0].host), 0);
	world_rest(&w, NS_PER_S);
	look(&s, &w, "removed", TK, UTF16);
	world_close(&w);
}

static void test_secrets(void **state)
{
	uint64_t seed;
	unsigned c;

	(void)state;
	if (SANITIZED) {
		print_message("a sanitizer keeps what was freed, and old frames\n");
		skip();
	}
	for (c = 0; c < COURSES; c++)
		for (seed = 1; seed <= 3; seed++)
			run_course((enum course)c, seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_growth_rsn),
		cmocka_unit_test(test_growth_template),
		cmocka_unit_test(test_asking),
		cmocka_unit_test(test_secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
