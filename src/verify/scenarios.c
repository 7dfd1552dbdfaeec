// SPDX-License-Identifier: BSD-2-Clause
/* The lives that a module is taken through, and what has to work after each. */
#include <string.h>

#include "verify/lab_internal.h"

#define SETTLE_NS       (300 * NS_PER_MS) /* what a step has caused comes to rest */
#define RETURN_NS       (3 * NS_PER_S)    /* for a radio that looks for its AP again */
#define REASON_INACTIVE 4                 /* 802.11-2020, Table 9-49 */
#define ROAM_LOST       0xCu              /* DOT11_ASSOC_STATUS_ROAMING_ASSOCIATION_LOST */
#define ROAM_BETTER     0xBu

/* As wtsapi32 numbers them. */
enum { WTS_LOGON = 5, WTS_LOGOFF, WTS_LOCK, WTS_UNLOCK };

static struct lab_adapter *arrive_and_connect(struct lab *l, unsigned i)
{
	struct lab_adapter *a = lab_arrive(l, i);

	if (lab_connect(a))
		l->passed_before |= lab_ping(a);
	if (i == 0)
		l->out->opened_before |= lab_open(a);
	return a;
}

static void scenario_connect(struct lab *l)
{
	struct lab_adapter *a = arrive_and_connect(l, 0);

	lab_disconnect(a);
}

static void scenario_reconnect(struct lab *l)
{
	struct lab_adapter *a = arrive_and_connect(l, 0);

	lab_disconnect(a);
	lab_connect(a);
	lab_ping(a);
	lab_disable(a);
}

static void roam_to(struct lab_adapter *a, const struct sim_ap *to, uint32_t why)
{
	unsigned before = a->told[NOTICE_PORT_DELETED];

	if (!to || !a->host)
		return;
	if (sim_station_roam(a->tap->radio, sim_ap_config(to)->bssid, why))
		return;
	lab_await(a->lab, &a->told[NOTICE_PORT_DELETED], before, RETURN_NS);
	lab_await_open(a);
	lab_ping(a);
}

static void scenario_roam(struct lab *l)
{
	struct lab_adapter *a = arrive_and_connect(l, 0);

	roam_to(a, lab_other_ap(a), ROAM_BETTER);
	roam_to(a, lab_other_ap(a), ROAM_LOST);
	lab_disable(a);
}

static void scenario_reassociate(struct lab *l)
{
	struct lab_adapter *a = arrive_and_connect(l, 0);

	roam_to(a, lab_ap(a), ROAM_BETTER);
	lab_disconnect(a);
}

static void scenario_rekey(struct lab *l)
{
	struct lab_adapter *a = arrive_and_connect(l, 0);

	if (lab_open(a)) {
		sim_ap_rekey(lab_ap(a), lab_station(a));
		lab_rest(l, SETTLE_NS);
		sim_ap_group_rekey(lab_ap(a));
		lab_rest(l, SETTLE_NS);
		lab_ping(a);
	}
	lab_disconnect(a);
}

/* The AP sends it away; the radio comes back by itself, with no new pre-association. */
static void come_back(struct lab_adapter *a, bool deauthenticate)
{
	unsigned before = a->told[NOTICE_PORT_DELETED];

	if (!a->host)
		return;
	if (deauthenticate)
		sim_ap_deauthenticate(lab_ap(a), lab_station(a), REASON_INACTIVE);
	else
		sim_ap_disassociate(lab_ap(a), lab_station(a), REASON_INACTIVE);
	if (lab_await(a->lab, &a->told[NOTICE_PORT_DELETED], before, RETURN_NS))
		lab_await_open(a);
}

static void scenario_several(struct lab *l)
{
	struct lab_adapter *a = arrive_and_connect(l, 0);

	come_back(a, false);
	come_back(a, true);
	lab_ping(a);
	lab_disable(a);
	lab_enable(a);
	lab_connect(a);
}

static void scenario_adapters(struct lab *l)
{
	struct lab_adapter *a = arrive_and_connect(l, 0), *b = arrive_and_connect(l, 1);

	come_back(a, false);
	lab_ping(b);
	lab_disconnect(a);
	lab_ping(b);
	lab_connect(a);
	lab_remove(b);
	lab_ping(a);
}

static void scenario_ui(struct lab *l)
{
	struct lab_adapter *a = arrive_and_connect(l, 0);

	lab_disconnect(a);
}

static void scenario_session(struct lab *l)
{
	struct lab_adapter *a = arrive_and_connect(l, 0);
	static const uint32_t events[] = {WTS_LOCK, WTS_UNLOCK, WTS_LOGOFF, WTS_LOGON};
	size_t i;

	for (i = 0; i < sizeof(events) / sizeof(events[0]) && l->host && !l->over; i++) {
		host_session_change(l->host, events[i], 1);
		lab_rest(l, SETTLE_NS);
	}
	lab_ping(a);
	lab_disconnect(a);
}

static void indicate(struct lab_adapter *a, enum indication_type type, uint32_t length)
{
	static const uint8_t zeros[64];
	struct indication ind = {.type = type, .data = zeros, .length = length};

	if (a->host && a->tap->indicate)
		a->tap->indicate(a->tap->host, &ind);
}

static void tell(void *user)
{
	const struct lab_telling *t = user;

	indicate(t->a, t->type, t->length);
}

/* A structure of the documented size, and less than that: what a driver says may be wrong. */
static void scenario_events(struct lab *l)
{
	static const struct {
		enum indication_type type;
		uint32_t length;
	} indications[] = {{IND_MEDIA_SPECIFIC, 16}, {IND_MEDIA_SPECIFIC, 0},
		{IND_PMKID_CANDIDATE_LIST, 12}, {IND_TKIPMIC_FAILURE, 16}, {IND_PHY_STATE, 8},
		{IND_LINK_QUALITY, 12}, {IND_LINK_QUALITY, 3}};
	static const char request[] = "VERSION";
	struct lab_adapter *a = arrive_and_connect(l, 0);
	size_t i;

	for (i = 0; i < sizeof(indications) / sizeof(indications[0]) && a->host && !l->over; i++) {
		l->telling = (struct lab_telling){a, indications[i].type, indications[i].length};
		host_post(l->host, tell, &l->telling);
		lab_rest(l, 10 * NS_PER_MS);
	}
	for (i = 0; i < 3 && a->host && !l->over; i++) {
		unsigned before = a->told[NOTICE_CONTROL];

		/* With room for the answer, with too little, and without a request. */
		if (host_control(a->host, i < 2 ? request : NULL,
			    i < 2 ? (uint32_t)strlen(request) : 0, i == 1 ? 2 : 64) == 0)
			lab_await(l, &a->told[NOTICE_CONTROL], before, LAB_LIMIT);
	}
	lab_ping(a);
	lab_disconnect(a);
}

static void reset(struct lab_adapter *a)
{
	unsigned before = a->told[NOTICE_DISCONNECTED];

	if (a->host && host_reset(a->host) == 0)
		lab_await(a->lab, &a->told[NOTICE_DISCONNECTED], before, LAB_LIMIT);
}

/* As after InitAdapter: what could be done then can be done again. */
static void connect_after_reset(struct lab_adapter *a)
{
	struct lab *l = a->lab;
	bool opened = false, passed = false;

	reset(a);
	if (!lab_up(a) || l->next)
		return; /* something else was done to it */
	l->out->exercised[RULE_X_47] = 1;
	opened = lab_connect(a);
	passed = lab_ping(a);
	if (l->over || l->next || (opened && (passed || !l->passed_before)))
		return;
	lab_found(l, "X-47", SEVERITY_W,
		opened ? "after AdapterReset the next connection opens a port, but no data passes"
		       : "after AdapterReset the next connection fails");
}

static void scenario_reset(struct lab *l)
{
	struct lab_adapter *a = arrive_and_connect(l, 0);

	if (l->out->opened_before)
		connect_after_reset(a);
	else
		reset(a);
	lab_connect(a);
	lab_ping(a);
	reset(a);
}

static void leave(struct lab *l)
{
	unsigned i;

	for (i = 0; i < 2; i++)
		if (l->adapters[i].host)
			lab_remove(&l->adapters[i]);
}

static void scenario_reload(struct lab *l)
{
	bool isolated = l->module && l->module->remote;

	const struct lab_adapter *a = arrive_and_connect(l, 0);
	bool opened = lab_open(a);

	leave(l);
	if (l->over || !lab_unload(l))
		return;
	if (!lab_load(l, false, isolated)) {
		lab_found(l, "reload", SEVERITY_E, "it cannot be loaded again");
		return;
	}
	a = arrive_and_connect(l, 0);
	if (opened && !l->over && !l->next && !lab_open(a))
		lab_found(l, "reload", SEVERITY_E,
			"after it was loaded again its first connection fails");
	lab_disconnect(&l->adapters[0]);
}

static void (*const scripts[SCENARIOS])(struct lab *l) = {
	[SCENARIO_CONNECT] = scenario_connect,
	[SCENARIO_RECONNECT] = scenario_reconnect,
	[SCENARIO_ROAM] = scenario_roam,
	[SCENARIO_REASSOCIATE] = scenario_reassociate,
	[SCENARIO_REKEY] = scenario_rekey,
	[SCENARIO_SEVERAL] = scenario_several,
	[SCENARIO_ADAPTERS] = scenario_adapters,
	[SCENARIO_UI] = scenario_ui,
	[SCENARIO_SESSION] = scenario_session,
	[SCENARIO_EVENTS] = scenario_events,
	[SCENARIO_RESET] = scenario_reset,
	[SCENARIO_RELOAD] = scenario_reload,
	[SCENARIO_VIRTUAL] = scenario_virtual,
	[SCENARIO_CYCLES] = scenario_cycles,
	[SCENARIO_ARRIVALS] = scenario_arrivals,
	[SCENARIO_GUARD] = scenario_several,
	[SCENARIO_SECRETS] = scenario_secrets,
};

void scenario_run(struct lab *l)
{
	if (scripts[l->plan->scenario])
		scripts[l->plan->scenario](l);
}

/* ---- Afterwards. ---- */

/* All APs are there, the adapter is there, and nothing is connected. */
static struct lab_adapter *start_over(struct lab *l)
{
	struct lab_adapter *a = &l->adapters[0];
	unsigned i;

	for (i = 0; i < l->naps; i++) {
		sim_ap_return(l->aps[i]);
		sim_ap_set_rssi(l->aps[i], l->config->aps[i].rssi ? l->config->aps[i].rssi : -50);
	}
	if (!a->host)
		return lab_arrive(l, 0);
	lab_enable(a);
	lab_disconnect(a);
	return a;
}

bool scenario_recover(struct lab *l)
{
	enum scenario s = l->plan->scenario;
	struct lab_adapter *a;

	lab_rest(l, SETTLE_NS);
	acts_end(l); /* from here on nothing is done to it */
	if (l->over || !l->host)
		return false;
	lab_rest(l, RETURN_NS);
	a = start_over(l);
	lab_connect(a);
	l->out->opened = lab_open(a);
	l->out->passed = lab_ping(a);
	if (!l->over && l->config->opens[s] && !l->out->opened)
		lab_found(l, "connect", SEVERITY_E, "after that, the next connection fails");
	else if (!l->over && l->config->passes[s] && !l->out->passed)
		lab_found(l, "connect", SEVERITY_E,
			"after that, the port of the next connection is open, but no data passes");
	lab_disconnect(a);
	leave(l);
	return measure_end(l);
}
