// SPDX-License-Identifier: BSD-2-Clause
/*
 * Every end of a post-association operation, begun at every point of a connection.
 *
 *     station ~~ air ~~ AP 1, AP 2 (weaker)
 *
 * A first run counts the crossings from the adapter's arrival to the answered ping. Then each end
 * is injected after the 1st, 2nd, ... last of them, by work that the crossing's callback posts;
 * whatever came of it, the adapter must afterwards be able to come back, connect and ping.
 */
#include "tests/lib/world.h"

#include <errno.h>
#include <stdio.h>

#define REASON_BUSY  5 /* 802.11-2020, Table 9-49 */
#define ROAM_BETTER  0xB
#define ROAM_MISSING 0xC

struct trigger {
	const char *name;
	/* 0, or why it could not happen at this point. */
	int (*pull)(struct world *w);
};

struct injection {
	const struct trigger *trigger;
	size_t after; /* crossings; 0: none */
	bool posted, pulled;
	int result;
};

/* What a module needs to get an authorised port. */
struct subject {
	const char *module, *security, *radio;
};

static const struct subject rsn = {WORLD_RSN, WORLD_SECURITY, WORLD_RADIO};
static const struct subject template = {WORLD_TEMPLATE, NULL, "open"};

/* The AP that has the station; NULL: none. */
static struct sim_ap *holder(struct world *w)
{
	struct sim_ap_station_info info;
	unsigned i;

	for (i = 0; i < w->naps; i++) {
		sim_ap_station(w->aps[i], world_station(w, 0), &info);
		if (info.state != SIM_STA_UNKNOWN)
			return w->aps[i];
	}
	return NULL;
}

static int disassociate(struct world *w)
{
	struct sim_ap *ap = holder(w);

	return ap ? sim_ap_disassociate(ap, world_station(w, 0), REASON_BUSY) : -ENOENT;
}

static int deauthenticate(struct world *w)
{
	struct sim_ap *ap = holder(w);

	return ap ? sim_ap_deauthenticate(ap, world_station(w, 0), REASON_BUSY) : -ENOENT;
}

static int deauthenticate_all(struct world *w)
{
	struct sim_ap *ap = holder(w);

	return sim_ap_deauthenticate_all(ap ? ap : w->aps[0], REASON_BUSY);
}

static int roam(struct world *w)
{
	return sim_station_roam(w->adapters[0].mp, sim_ap_config(w->aps[1])->bssid, ROAM_BETTER);
}

static int reassociate(struct world *w)
{
	return sim_station_roam(w->adapters[0].mp, sim_ap_config(w->aps[0])->bssid, ROAM_MISSING);
}

static int disable(struct world *w)
{
	return host_disable(w->adapters[0].host);
}

static int take_out(struct world *w)
{
	return host_remove(w->adapters[0].host);
}

static int unplug(struct world *w)
{
	sim_unplug(w->adapters[0].mp);
	w->adapters[0].unplugged = true;
	return 0;
}

static int disconnect(struct world *w)
{
	return host_disconnect(w->adapters[0].host);
}

/* Two ends at once. */
static int disassociate_and_disable(struct world *w)
{
	disassociate(w);
	return disable(w);
}

static int roam_and_unplug(struct world *w)
{
	roam(w);
	return unplug(w);
}

static int disconnect_and_unplug(struct world *w)
{
	disconnect(w);
	return unplug(w);
}

static const struct trigger triggers[] = {
	{"disassociation", disassociate},
	{"deauthentication", deauthenticate},
	{"deauthentication of all", deauthenticate_all},
	{"roam", roam},
	{"reassociation", reassociate},
	{"disable", disable},
	{"removal", take_out},
	{"surprise removal", unplug},
	{"disconnect", disconnect},
	{"disassociation, then disable", disassociate_and_disable},
	{"roam, then surprise removal", roam_and_unplug},
	{"disconnect, then surprise removal", disconnect_and_unplug},
};

static void pull(void *user)
{
	struct world *w = (struct world *)user;
	struct injection *in = (struct injection *)w->config.user;

	in->pulled = true;
	in->result = w->adapters[0].host ? in->trigger->pull(w) : -ENODEV;
}

static void on_crossing(struct world *w, const struct crossing *x)
{
	struct injection *in = (struct injection *)w->config.user;

	(void)x;
	if (in->posted || !in->after || w->ncrossings < in->after)
		return;
	in->posted = true;
	if (host_post(w->host, pull, w))
		in->result = -ENOMEM;
}

static void open_world(struct world *w, const struct subject *s, struct injection *in)
{
	const struct world_config config = {.module = s->module,
		.security = s->security,
		.aps = {s->radio, s->radio},
		.crossing = on_crossing,
		.user = in};

	world_open(w, &config);
}

/* Crossings up to the answered ping. *first: the last one before the adapter. */
static size_t measure(const struct subject *s, size_t *first)
{
	struct injection none = {0};
	struct world w;
	size_t n;

	open_world(&w, s, &none);
	*first = w.ncrossings;
	world_bring_up(&w, 0);
	n = w.ncrossings;
	world_close(&w);
	return n;
}

/* Stop comes for every session with what its end was told as (H-21). */
static void check_stops(const struct world *w)
{
	size_t i;

	for (i = 0; i < w->ncrossings; i++) {
		const struct crossing *x = &w->crossings[i];
		const struct mac peer = mac_from_u64(x->peer);

		if (x->fn != FN_STOP_POST_ASSOCIATE || x->phase != PHASE_ENTER)
			continue;
		assert_false(mac_is_wildcard(&peer));
		assert_true(x->reason == 7 || x->reason == 8 ||
			    x->reason == 0x10000 + REASON_BUSY ||
			    x->reason == 0x20000 + REASON_BUSY);
	}
}

/* Where a failure happened, told by the group's teardown. */
static struct {
	const char *trigger;
	size_t after;
} where;

static int tell_where(void **state)
{
	(void)state;
	print_message("last injection: %s after crossing %zu\n", where.trigger, where.after);
	return 0;
}

/* One run. True if the trigger could be pulled. */
static bool inject(const struct subject *s, const struct trigger *t, size_t after)
{
	struct injection in = {.trigger = t, .after = after, .result = -EAGAIN};
	struct world_adapter *a;
	struct world w;

	where.trigger = t->name; /* for whoever reads why it failed */
	where.after = after;
	open_world(&w, s, &in);
	a = &w.adapters[0];
	if (host_add_adapter(w.host, a->mp, &a->host))
		fail();
	world_rest(&w, NS_PER_S);
	if (a->host && host_adapter_is_up(a->host) && host_connect(a->host, w.profile) == 0)
		world_rest(&w, NS_PER_S);
	if (a->host && host_port_open(a->host, NULL) && !in.posted)
		world_try_ping(&w, 0);
	world_recover(&w, 0);
	check_stops(&w);
	world_check_sessions(&w);
	world_clean(&w);
	world_close(&w);
	return in.result == 0;
}

static void at_every_crossing(const struct subject *s)
{
	size_t first, last, k, runs = 0, done, i;

	last = measure(s, &first);
	assert_true(last > first + 30);
	for (i = 0; i < sizeof(triggers) / sizeof(triggers[0]); i++) {
		done = 0;
		for (k = first + 1; k <= last; k++, runs++)
			done += inject(s, &triggers[i], k);
		print_message("%s: %s, pulled %zu times\n", s->module, triggers[i].name, done);
		/* From the association on it must have been possible. */
		assert_true(done > 10);
	}
	print_message("%s: %zu injections, after each of the crossings %zu to %zu\n", s->module,
		runs, first + 1, last);
}

static void test_rsn(void **state)
{
	(void)state;
	at_every_crossing(&rsn);
}

static void test_template(void **state)
{
	(void)state;
	at_every_crossing(&template);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rsn),
		cmocka_unit_test(test_template),
	};

	return cmocka_run_group_tests(tests, NULL, tell_where);
}
