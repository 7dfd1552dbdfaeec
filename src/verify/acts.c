// SPDX-License-Identifier: BSD-2-Clause
/*
 * What is done to a run, and when. A crossing that a plan names is met in one of three places: in
 * the record of crossings (what happens is then posted to the loop), in the hook for held threads
 * (the same, and the thread stays), or where a packet passes the radio.
 */
#include <string.h>

#include "base/bytes.h"
#include "crypto/crypto.h"
#include "verify/lab_internal.h"

#define TICK_NS         (5 * NS_PER_MS)  /* between two looks whether a held thread may go */
#define HELD_END_NS     (60 * NS_PER_MS) /* longest */
#define HELD_LONG_NS    (3 * NS_PER_S)
#define HELD_WITHIN_NS  (20 * NS_PER_MS) /* in a handler: nothing else of its adapter can come */
#define FORGED          96               /* bytes */
#define ETHERTYPE_EAPOL 0x888E
#define ROAM_BETTER_AP  0xBu /* DOT11_ASSOC_STATUS_ROAMING_BETTER_AP_FOUND */
#define NO_MEMORY       14u  /* ERROR_OUTOFMEMORY */
#define REASON_INACTIVE 4    /* 802.11-2020, Table 9-49 */
#define LOGOFF          6    /* WTS_SESSION_LOGOFF */

static const struct plan_act *due(const struct lab *l)
{
	return l->next < l->plan->count ? &l->plan->acts[l->next] : NULL;
}

/* The act that is due is being done, at this point. */
static void begun(struct lab *l, struct point at)
{
	struct outcome *o = l->out;

	o->acts[l->next].at = at;
	o->acts[l->next].done = true;
	l->since = l->crossings;
	l->next++;
}

/* ---- What is done. ---- */

static void roam(struct lab_adapter *a)
{
	const struct sim_ap *to = lab_other_ap(a);

	if (to)
		sim_station_roam(a->tap->radio, sim_ap_config(to)->bssid, ROAM_BETTER_AP);
}

static void forge(struct lab_adapter *a)
{
	uint8_t bytes[FORGED];

	if (crypto_random(bytes, sizeof(bytes)))
		return;
	/* An EAPOL-Key at first sight (802.11-2020, 12.7.2), and noise behind that. */
	bytes[0] = 2;
	bytes[1] = 3;
	store_be16(bytes + 2, sizeof(bytes) - 4);
	bytes[4] = 2;
	tap_bring(a->tap, sim_ap_config(lab_ap(a))->bssid, ETHERTYPE_EAPOL, bytes, sizeof(bytes));
}

static void stop_unknown(struct lab_adapter *a)
{
	struct mac peer = sim_ap_config(lab_ap(a))->bssid;

	/* While its port lives, the AP's name would be a Stop of that; later it is a repeated one.
	 */
	if (a->lab->ports)
		peer.b[5] ^= 0x40;
	a->lab->misled = a->lab->ports && !lab_open(a);
	host_stop_unknown(a->host, peer);
}

/* By the AP, or by the host, to the first adapter. */
static void act_of_radio(struct lab *l, struct lab_adapter *a, const struct plan_act *p)
{
	struct sim_ap *ap = lab_ap(a);
	uint16_t reason = (uint16_t)p->argument;

	switch (p->act) {
	case ACT_WILDCARD:
		a->tap->wildcard = true;
		sim_ap_disassociate(ap, lab_station(a), reason);
		break;
	case ACT_DISASSOCIATE:
		sim_ap_disassociate(ap, lab_station(a), reason);
		break;
	case ACT_DEAUTHENTICATE:
		sim_ap_deauthenticate(ap, lab_station(a), reason);
		break;
	case ACT_DEAUTHENTICATE_ALL:
		sim_ap_deauthenticate_all(ap, reason);
		break;
	case ACT_VANISH:
		sim_ap_vanish(ap);
		break;
	case ACT_REMOVE:
		sim_unplug(a->tap->radio);
		break;
	case ACT_ROAM:
		roam(a);
		break;
	case ACT_REASSOCIATE:
		sim_station_roam(a->tap->radio, sim_ap_config(ap)->bssid, ROAM_BETTER_AP);
		break;
	case ACT_STALE:
		tap_bring_stale(a->tap);
		break;
	case ACT_FORGE:
		forge(a);
		break;
	default: /* the others are not the radio's */
		break;
	}
	(void)l;
}

static void act(struct lab *l, const struct plan_act *p)
{
	struct lab_adapter *a = &l->adapters[0];

	if (!a->host || l->over)
		return;
	switch (p->act) {
	case ACT_DISCONNECT:
		host_disconnect(a->host);
		break;
	case ACT_DISABLE:
		host_disable(a->host);
		break;
	case ACT_RESET:
		host_reset(a->host);
		break;
	case ACT_LOGOFF:
		host_session_change(l->host, LOGOFF, 1);
		break;
	case ACT_STOP_UNKNOWN:
		stop_unknown(a);
		break;
	case ACT_CLOCK_FORWARD:
		l->jump_s += p->argument;
		break;
	case ACT_CLOCK_BACK:
		l->jump_s -= p->argument;
		break;
	default:
		act_of_radio(l, a, p);
		break;
	}
}

/* ---- Held threads. ---- */

static void let_go(struct lab *l)
{
	timer_disarm(l->loop, &l->release);
	pthread_mutex_lock(&l->hold_lock);
	l->held = false;
	pthread_mutex_unlock(&l->hold_lock);
	if (l->module)
		l->module->ops->let_go(l->module);
}

static bool held_long_enough(const struct lab *l)
{
	uint64_t age = loop_now(l->loop) - l->held_at;

	/* Its own handler waits for it; or what ends the session does. */
	if (host_blocked(l->host))
		return !l->held_within || age >= HELD_WITHIN_NS;
	if (l->hold_kind == HOLD_LONG)
		return l->performs != l->performs_before || age >= HELD_LONG_NS;
	return l->ends != l->ends_before || age >= HELD_END_NS;
}

static void look_at_held(struct timer *t, void *user)
{
	struct lab *l = user;

	/* It may still be on its way to sleep. */
	if (atomic_load(&l->module->held) && (l->over || held_long_enough(l)))
		let_go(l);
	else
		timer_arm(l->loop, t, TICK_NS, look_at_held, l);
}

static void begin_hold(struct lab *l, enum hold kind)
{
	l->hold_kind = kind;
	l->held_at = loop_now(l->loop);
	l->ends_before = l->ends;
	l->performs_before = l->performs;
	timer_arm(l->loop, &l->release, TICK_NS, look_at_held, l);
}

/* On the loop. */
static void fire(void *user)
{
	struct lab *l = user;
	unsigned i;

	for (i = 0; i < PLAN_ACTS; i++) {
		if (!l->firing[i])
			continue;
		l->firing[i] = false;
		if (l->plan->acts[i].at.hold != HOLD_NONE)
			begin_hold(l, l->plan->acts[i].at.hold);
		act(l, &l->plan->acts[i]);
	}
}

/* On the loop, for a scenario that lets associations end while they are pending. */
static void cut_off(void *user)
{
	struct lab *l = user;
	struct lab_adapter *a = &l->adapters[0];

	begin_hold(l, HOLD_END);
	if (a->host)
		sim_ap_disassociate(lab_ap(a), lab_station(a), REASON_INACTIVE);
}

/* On the loop. */
static void keep_request(void *user)
{
	begin_hold(user, HOLD_END);
}

static void post(struct lab *l, struct point at)
{
	l->firing[l->next] = true;
	begun(l, at);
	host_post(l->host, fire, l);
}

/*
 * A thread of the module's on its way into a function, or out of it, with no lock held. The lock of
 * the host is not to be had here: it may be waiting for this thread.
 */
bool acts_hold(void *user, enum crossing_fn fn, bool within, bool returned)
{
	struct lab *l = user;
	const struct plan_act *p;
	bool hold = false;
	uint32_t n;

	pthread_mutex_lock(&l->hold_lock);
	n = ++l->calls[fn][returned];
	p = due(l);
	if (p && p->at.hold != HOLD_NONE && !l->held) {
		if (p->at.nth)
			hold = p->at.fn == fn && p->at.nth == n &&
			       p->at.phase == (returned ? PHASE_EXIT : PHASE_ENTER);
		else
			hold = l->crossings - l->since >= p->at.skip;
	}
	if (l->cut && l->performs != l->performs_before && !within && !l->held) {
		l->cut = false;
		l->held = hold = true;
		l->held_within = false;
		host_post(l->host, cut_off, l);
	} else if (l->early && fn == FN_REQUEST_VIRTUAL_STATION && returned && !l->held) {
		l->held = hold = true;
		l->held_within = within;
		host_post(l->host, keep_request, l);
	} else if (hold) {
		l->held = true;
		l->held_within = within;
		post(l, (struct point){.fn = (uint16_t)fn,
				.phase = returned ? PHASE_EXIT : PHASE_ENTER,
				.hold = p->at.hold,
				.nth = n});
	}
	pthread_mutex_unlock(&l->hold_lock);
	return hold;
}

void acts_restart(struct lab *l)
{
	pthread_mutex_lock(&l->hold_lock);
	memset(l->seen, 0, sizeof(l->seen));
	memset(l->calls, 0, sizeof(l->calls));
	l->next = 0;
	l->since = l->crossings;
	pthread_mutex_unlock(&l->hold_lock);
}

void acts_early(struct lab *l, bool early)
{
	pthread_mutex_lock(&l->hold_lock);
	l->early = early;
	pthread_mutex_unlock(&l->hold_lock);
}

void acts_end(struct lab *l)
{
	pthread_mutex_lock(&l->hold_lock);
	l->early = false;
	l->next = l->plan->count;
	l->cut = false;
	pthread_mutex_unlock(&l->hold_lock);
	if (l->loop && l->held)
		let_go(l);
}

/* ---- Points in the record. ---- */

/* Or begins what a request waits for. */
static bool ends_something(const struct crossing *x)
{
	if (x->fn == FN_INIT_ADAPTER && x->handle)
		return x->phase == PHASE_EXIT;
	return x->phase == PHASE_EXIT &&
	       (x->fn == FN_STOP_POST_ASSOCIATE || x->fn == FN_ADAPTER_RESET ||
		       x->fn == FN_DEINIT_ADAPTER) &&
	       !(x->flags & CROSSING_UNKNOWN);
}

static void follow_port(struct lab *l, const struct crossing *x)
{
	if (x->fn == FN_PORT_CREATED)
		l->ports++;
	else if (x->fn == FN_PORT_DELETED && l->ports)
		l->ports--;
	if (x->fn == FN_POST_ASSOCIATE_TIMEOUT && l->misled)
		lab_found(l, "X-43", SEVERITY_W,
			"a pending session was not completed after a Stop for another AP");
	if (x->fn == FN_PORT_DELETED || x->fn == FN_POST_ASSOCIATE_COMPLETION)
		l->misled = false;
}

/* The kind of act may be done at this crossing, whichever the plan leaves open. */
static bool suits(const struct plan_act *p, const struct crossing *x)
{
	switch (act_kind(p->act)) {
	case ACT_EVENT:
		return true;
	case ACT_RECEIVED:
		return false; /* acts_received() */
	case ACT_SENT:
		return x->fn == FN_SEND_PACKET && x->phase == PHASE_ENTER;
	case ACT_FUNCTION:
		return x->phase == PHASE_ENTER &&
		       crossing_border((enum crossing_fn)x->fn) == BORDER_FUNCTION;
	}
	return false;
}

static bool here(const struct lab *l, const struct plan_act *p, const struct crossing *x)
{
	if (p->at.hold != HOLD_NONE || !suits(p, x))
		return false;
	if (p->at.nth)
		return x->fn == p->at.fn && x->phase == p->at.phase &&
		       l->seen[x->fn][x->phase] == p->at.nth;
	return l->next > 0 && l->crossings - l->since > p->at.skip;
}

/* The radio of whoever sends. */
static struct tap *sender(const struct lab *l, const struct crossing *x)
{
	const bool station = l->station && x->adapter == l->station;

	return l->adapters[station ? LAB_VIRTUAL : 0].tap;
}

void acts_crossing(struct lab *l, const struct crossing *x)
{
	const struct plan_act *p;
	struct point at = {.fn = x->fn, .phase = x->phase};

	follow_port(l, x);
	pthread_mutex_lock(&l->hold_lock);
	l->ends += ends_something(x);
	l->performs += x->fn == FN_PERFORM_POST_ASSOCIATE && x->phase == PHASE_EXIT;
	l->crossings++;
	if (x->fn == FN_INIT_ADAPTER && x->handle)
		l->station = x->adapter;
	at.nth = ++l->seen[x->fn][x->phase];
	p = due(l);
	if (p && here(l, p, x)) {
		if (act_kind(p->act) == ACT_EVENT) {
			post(l, at);
		} else {
			begun(l, at);
			if (act_kind(p->act) == ACT_SENT)
				sender(l, x)->sent = p->act;
			else
				l->failing = p;
		}
	}
	pthread_mutex_unlock(&l->hold_lock);
}

uint32_t acts_refuse(struct lab *l, const struct crossing *x)
{
	const struct plan_act *p = l->failing;

	if (!p)
		return 0;
	l->failing = NULL;
	if (p->argument)
		return p->argument;
	return x->fn == FN_ALLOCATE_BUFFER ? NO_MEMORY : 31; /* ERROR_GEN_FAILURE */
}

/* A packet is about to be told to the host, and would be the next one in the record. */
enum act acts_received(void *user, uint32_t *argument)
{
	struct lab *l = user;
	const struct plan_act *p;
	enum act act = ACTS;
	struct point at = {.fn = FN_IND_PACKET, .phase = PHASE_POINT};

	pthread_mutex_lock(&l->hold_lock);
	p = due(l);
	at.nth = l->seen[FN_IND_PACKET][PHASE_POINT] + 1;
	if (p && act_kind(p->act) == ACT_RECEIVED &&
		(p->at.nth ? p->at.nth == at.nth
			   : l->next > 0 && l->crossings - l->since > p->at.skip)) {
		act = p->act;
		*argument = p->argument;
		begun(l, at);
	}
	pthread_mutex_unlock(&l->hold_lock);
	return act;
}
