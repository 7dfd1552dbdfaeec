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

static void does_not_grow(const char *module, const char *security, const char *radio, bool isolated)
{
	const struct world_config config = {
		.module = module, .security = security, .aps = {radio}, .isolated = isolated};
	struct module_usage first, now;
	struct world w;
	unsigned i;

	world_open(&w, &config);
	world_arrive(&w, 0);
	for (i = 0; i < WARM_UP; i++)
		first = cycle(&w);
	for (i = 0; i < CYCLES; i++) {
		now = cycle(&w);
		assert_int_equal(now.heap_blocks, first.heap_blocks);
		assert_int_equal(now.heap_bytes, first.heap_bytes);
		assert_int_equal(now.threads, first.threads);
		assert_int_equal(now.descriptors, first.descriptors);
	}
	print_message("%s: %llu blocks of %llu bytes, %llu threads\n", module,
		(unsigned long long)now.heap_blocks, (unsigned long long)now.heap_bytes,
		(unsigned long long)now.threads);
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

static void look(struct secrets *s, const struct world *w, const char *when)
{
	static const char *const places[] = {"heap", "stack", "data", "other"};
	const struct module_found *f = s->probe.scan.found;
	unsigned i;

	assert_int_equal(w->module->ops->probe(w->module, &s->probe), 0);
	for (i = 0; i < SECRETS; i++)
		if (f[i].count)
			print_message("%s: %s: %u, the first: %s\n", when, names[i], f[i].count,
				places[f[i].first]);
}

static void is_gone(const struct secrets *s, enum secret first, enum secret last)
{
	unsigned i;

	for (i = first; i <= last; i++)
		assert_int_equal(s->probe.scan.found[i].count, 0);
}

static void test_secrets(void **state)
{
	const struct world_config config = {.module = WORLD_RSN,
		.security = WORLD_FRAGMENT("<passphrase>" PASSPHRASE "</passphrase>"),
		.aps = {"wpa2-psk:" PASSPHRASE},
		.isolated = true};
	struct secrets s;
	struct world w;

	(void)state;
	world_open(&w, &config);
	world_bring_up(&w, 0);
	learn(&s, &w);
	look(&s, &w, "connected");
	assert_true(s.probe.scan.found[KCK].count && s.probe.scan.found[PMK].count);
	world_disconnect(&w, 0);
	look(&s, &w, "stopped");
	is_gone(&s, TK, GTK);
	assert_int_equal(host_remove(w.adapters[0].host), 0);
	world_rest(&w, NS_PER_S);
	look(&s, &w, "removed");
	is_gone(&s, TK, UTF16);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_growth_rsn),
		cmocka_unit_test(test_growth_template),
		cmocka_unit_test(test_secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
