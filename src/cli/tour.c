// SPDX-License-Identifier: BSD-2-Clause
#include "cli/tour.h"

#include <string.h>

#include "base/bytes.h"
#include "miniport/sim/sim.h"
#include "peer/peer.h"
#include "wire/inet.h"

#define ETHERTYPE_IPV4 0x0800
#define STEP_LIMIT                                                                                 \
	(150 * NS_PER_S) /* of virtual time; longer than any of the host's own watchdogs */
#define REASON_BUSY    5 /* 802.11-2020, Table 9-49: the AP cannot handle all associated stations */
#define ROAM_BETTER_AP 0xB /* DOT11_ASSOC_STATUS_ROAMING_BETTER_AP_FOUND */

/* Waits until *counter has moved on from `before`, or the module has died. */
struct wait {
	const struct world *w;
	const unsigned *counter, *or_else;
	unsigned before, or_before;
};

/* In this step. */
static bool died(const struct world *w)
{
	return w->life.deaths != w->step_deaths;
}

/* It ends the run, and is told at the end of it. */
static bool peer_lost(const struct world *w)
{
	return w->peer && peer_failed(w->peer);
}

static bool moved(void *user)
{
	const struct wait *wait = user;

	return *wait->counter != wait->before ||
	       (wait->or_else && *wait->or_else != wait->or_before) || died(wait->w) ||
	       peer_lost(wait->w);
}

/* False: or_else happened instead, or a death, or nothing did. */
static bool await_or(
	struct world *w, const unsigned *counter, unsigned before, const unsigned *or_else)
{
	struct wait wait = {.w = w, .counter = counter, .before = before, .or_else = or_else};

	wait.or_before = or_else ? *or_else : 0;
	if (host_run(w->host, moved, &wait, STEP_LIMIT) == HOST_REACHED)
		return *counter != before;
	return false;
}

static bool await(struct world *w, const unsigned *counter, unsigned before)
{
	return await_or(w, counter, before, NULL);
}

/* What a death has kept from happening is not told: the death is. */
static bool fail(struct world *w, const char *what)
{
	if (died(w) || peer_lost(w))
		return false;
	if (w->blocked)
		snprintf(w->why, sizeof(w->why), "%s: %s has not returned", what,
			crossing_name((enum crossing_fn)(w->blocked - 1)));
	else
		snprintf(w->why, sizeof(w->why), "%s", what);
	world_note(w, "%s", w->why);
	return false;
}

/* The end of a step: what is under way comes to rest, but nobody waits for far timers. */
static void rest(struct world *w)
{
	host_run(w->host, NULL, NULL, 200 * NS_PER_MS);
}

static bool ping(struct world *w)
{
	uint8_t packet[128];
	struct writer out = writer_init(packet, sizeof(packet));
	static const uint8_t text[] = "openihv: an echo over the authorised port";
	struct inet_echo echo = {.type = ICMP_ECHO_REQUEST_TYPE,
		.ttl = 64,
		.source = SIM_STATION_ADDRESS,
		.destination = SIM_ECHO_ADDRESS,
		.id = 0x6968,
		.sequence = ++w->echo_sequence,
		.payload = text,
		.payload_len = sizeof(text) - 1};
	unsigned before = w->replies;
	uint64_t sent = loop_now(w->loop);
	struct mac peer;

	host_port_open(w->adapter, &peer);
	inet_echo_build(&out, &echo);
	if (host_send_data(w->adapter, peer, ETHERTYPE_IPV4, packet, (uint32_t)out.len))
		return fail(w, "the ping could not be sent");
	if (!await(w, &w->replies, before))
		return fail(w, "the ping was not answered");
	world_note(w, "ping 192.0.2.1: %zu bytes over the port and back in %.3f ms", out.len,
		(double)(loop_now(w->loop) - sent) / 1e6);
	return true;
}

static bool connect_failed(struct world *w)
{
	char reason[96], error[96];

	if (died(w) || peer_lost(w) || w->last.type != NOTICE_CONNECT_FAILED)
		return fail(w, "the connection did not come about");
	reason_text(w->last.reason, reason, sizeof(reason));
	error_text(w->last.error, error, sizeof(error));
	snprintf(w->why, sizeof(w->why), "the connection was not made: %s; %s", reason, error);
	world_note(w, "%s", w->why);
	return false;
}

/* The first access point says what kind of run it is. */
static bool blind(const struct world *w)
{
	return sim_ap_config(w->aps[0])->security == SIM_BLIND;
}

/* At a blind access point the port stays pending, and its gate closed. */
static bool pending_and_closed(struct world *w)
{
	static const uint8_t packet[64];

	rest(w);
	if (host_port_open(w->adapter, NULL)) {
		world_note(w, "the module asks for no authentication");
		return ping(w);
	}
	if (!w->pending)
		return connect_failed(w);
	if (host_send_data(w->adapter, w->port, ETHERTYPE_IPV4, packet, sizeof(packet)) == 0)
		return fail(w, "data has passed a port that is not authorised");
	world_note(w, "nobody answers: the port is pending, and no data passes");
	return true;
}

static bool connect_and_ping(struct world *w)
{
	unsigned before = w->told[NOTICE_CONNECTED], performed = w->performed;

	if (host_connect(w->adapter, w->profile))
		return fail(w, "the adapter cannot connect now");
	if (!await_or(w, blind(w) ? &w->performed : &w->told[NOTICE_CONNECTED],
		    blind(w) ? performed : before, &w->told[NOTICE_CONNECT_FAILED]))
		return connect_failed(w);
	return blind(w) ? pending_and_closed(w) : ping(w);
}

static bool connected(const struct world *w)
{
	return host_port_open(w->adapter, NULL) || (blind(w) && w->pending);
}

/* A way that ends an authorised port needs one. */
static bool ensure_connected(struct world *w)
{
	unsigned before = w->told[NOTICE_ADAPTER_UP];

	if (connected(w))
		return true;
	if (!host_adapter_is_up(w->adapter)) {
		if (host_enable(w->adapter) || !await(w, &w->told[NOTICE_ADAPTER_UP], before))
			return fail(w, "the adapter did not come up");
	}
	return connect_and_ping(w);
}

static struct sim_ap *current_ap(struct world *w)
{
	unsigned i;

	for (i = 0; i < w->naps; i++)
		if (mac_equal(&sim_ap_config(w->aps[i])->bssid, &w->port))
			return w->aps[i];
	return w->aps[0];
}

static struct mac station(const struct world *w)
{
	return host_adapter_caps(w->adapter)->address;
}

/* What had happened when a port was about to be ended. */
struct mark {
	unsigned deleted, opened, performed;
};

static struct mark mark(const struct world *w)
{
	return (struct mark){.deleted = w->told[NOTICE_PORT_DELETED],
		.opened = w->told[NOTICE_PORT_OPEN],
		.performed = w->performed};
}

static bool await_port(struct world *w, const struct mark *m)
{
	if (!await(w, blind(w) ? &w->performed : &w->told[NOTICE_PORT_OPEN],
		    blind(w) ? m->performed : m->opened))
		return fail(w, "the radio did not come back");
	return blind(w) ? pending_and_closed(w) : ping(w);
}

/* After the AP has ended the port the radio finds its way back by itself. */
static bool await_return(struct world *w, const struct mark *m)
{
	if (!await(w, &w->told[NOTICE_PORT_DELETED], m->deleted))
		return fail(w, "the port was not deleted");
	return await_port(w, m);
}

/* NULL, or why there is nothing that could be pending, or could be anything else. */
static const char *never_pending(struct world *w)
{
	switch (sim_ap_config(current_ap(w))->security) {
	case SIM_OPEN:
		return "left out: an open network has no handshake that could be pending";
	case SIM_BLIND:
		return "left out: at a blind access point every port is pending";
	case SIM_WPA2_PSK:
	case SIM_PEER:
		break;
	}
	return NULL;
}

static bool way_pending(struct world *w)
{
	struct sim_rule rule = {.kind = SIM_MESSAGE_3,
		.action = SIM_DISASSOCIATE,
		.count = 1,
		.offset = REASON_BUSY};
	struct mark before = mark(w);
	bool ok;

	if (never_pending(w)) {
		world_note(w, "%s", never_pending(w));
		return true;
	}
	/* A new association first; the AP disassociates where it would have sent message 3, or
	 * where the first frame of the vendor's protocol would have been. */
	if (sim_ap_config(current_ap(w))->security == SIM_PEER)
		rule.kind = SIM_DATA;
	sim_add_rule(w->sim, &rule);
	sim_ap_deauthenticate(current_ap(w), station(w), REASON_BUSY);
	ok = await(w, &w->told[NOTICE_PORT_DELETED], before.deleted) &&
	     await_or(w, &w->told[NOTICE_PORT_DELETED], before.deleted + 1,
		     &w->told[NOTICE_PORT_OPEN]);
	sim_remove_rule(w->sim, &rule);
	if (!ok && !rule.hits && w->told[NOTICE_PORT_OPEN] != before.opened && !died(w)) {
		world_note(w, "left out: the port opens before a frame has been exchanged");
		return ping(w);
	}
	if (!ok || !rule.hits)
		return fail(w, "the AP did not get to disassociate during the handshake");
	return await_port(w, &before);
}

static bool way_disassociate(struct world *w)
{
	struct mark before = mark(w);

	sim_ap_disassociate(current_ap(w), station(w), REASON_BUSY);
	return await_return(w, &before);
}

static bool way_roam(struct world *w)
{
	const struct sim_ap_config *from = sim_ap_config(current_ap(w));
	struct mark before = mark(w);
	unsigned i;

	if (w->ap_added)
		world_note(w, "to a second access point of the network, which the run has added");

	for (i = 0; i < w->naps; i++) {
		const struct sim_ap_config *to = sim_ap_config(w->aps[i]);

		if (w->aps[i] != current_ap(w) && to->ssid.length == from->ssid.length &&
			memcmp(to->ssid.bytes, from->ssid.bytes, from->ssid.length) == 0 &&
			to->security == from->security)
			break;
	}
	if (i == w->naps) {
		world_note(w, "left out: there is no second access point of this network");
		return true;
	}
	if (sim_station_roam(w->mp, sim_ap_config(w->aps[i])->bssid, ROAM_BETTER_AP))
		return fail(w, "the radio cannot roam");
	return await_return(w, &before);
}

static bool way_disconnect(struct world *w)
{
	unsigned before = w->told[NOTICE_DISCONNECTED];

	if (host_disconnect(w->adapter) || !await(w, &w->told[NOTICE_DISCONNECTED], before))
		return fail(w, "the disconnection did not end");
	return true;
}

static bool way_disable(struct world *w)
{
	unsigned before = w->told[NOTICE_ADAPTER_DOWN];

	if (host_disable(w->adapter) || !await(w, &w->told[NOTICE_ADAPTER_DOWN], before))
		return fail(w, "the adapter did not go down");
	return true;
}

static bool way_enable(struct world *w)
{
	unsigned before = w->told[NOTICE_ADAPTER_DOWN];

	if (host_adapter_is_up(w->adapter) &&
		(host_disable(w->adapter) || !await(w, &w->told[NOTICE_ADAPTER_DOWN], before)))
		return fail(w, "the adapter did not go down");
	return ensure_connected(w);
}

static bool way_remove(struct world *w)
{
	unsigned before = w->told[NOTICE_ADAPTER_REMOVED];

	sim_unplug(w->mp);
	if (!await(w, &w->told[NOTICE_ADAPTER_REMOVED], before))
		return fail(w, "the adapter was not let go");
	return true;
}

static const struct {
	const char *name, *text;
	bool (*run)(struct world *w);
	bool connected; /* needs an authorised port to begin with */
} table[WAYS] = {
	[WAY_PENDING] = {"pending", "The AP disassociates while the handshake is pending",
		way_pending, true},
	[WAY_DISASSOCIATE] = {"disassociate", "The AP disassociates an authorised port",
		way_disassociate, true},
	[WAY_ROAM] = {"roam", "The adapter roams to a second AP", way_roam, true},
	[WAY_DISCONNECT] = {"disconnect", "The host disconnects: disassociation, then reset",
		way_disconnect, true},
	[WAY_DISABLE] = {"disable", "The adapter is disabled", way_disable, true},
	[WAY_ENABLE] = {"enable", "The adapter is enabled and connects again", way_enable, false},
	[WAY_REMOVE] = {"remove", "The adapter is surprise-removed", way_remove, true},
};

enum way way_by_name(const char *name)
{
	unsigned i;

	for (i = 0; i < WAYS; i++)
		if (strcmp(table[i].name, name) == 0)
			break;
	return (enum way)i;
}

const char *way_name(enum way way)
{
	return table[way].name;
}

const char *way_text(enum way way)
{
	return table[way].text;
}

static bool arrive(struct world *w)
{
	unsigned before = w->told[NOTICE_ADAPTER_UP];

	if (host_add_adapter(w->host, w->mp, &w->adapter))
		return fail(w, "out of memory");
	if (!await_or(w, &w->told[NOTICE_ADAPTER_UP], before, &w->told[NOTICE_ADAPTER_FAILED]))
		return fail(w, "Dot11ExtIhvInitAdapter failed");
	return connect_and_ping(w);
}

/* After a death: there is nothing more to wait for. */
static bool settled(void *user)
{
	const struct world *w = user;

	return !w->adapter || w->life.given_up || died(w) || peer_lost(w) || connected(w);
}

/*
 * The module comes back by itself, the adapter with it, and so does a connection that was wanted;
 * it may die again on the way. Where none was wanted everything comes to rest.
 */
static bool recover(struct world *w)
{
	do {
		w->step_deaths = w->life.deaths;
		host_run(w->host, settled, w, STEP_LIMIT);
		if (w->adapter && !w->life.given_up && !died(w))
			rest(w);
	} while (died(w) && !w->life.given_up);
	w->step_deaths = w->life.deaths;
	if (w->life.given_up)
		return fail(
			w, "the module died too often and is not started anew: the run ends here");
	if (w->adapter && connected(w))
		world_note(w, "the module is back, and the port is open again");
	return true;
}

/* A step that the module's death ends has come to its end: the tour goes on with the next. */
static bool step(struct world *w, const char *text, bool needs_port, bool (*run)(struct world *w))
{
	bool ok;

	world_heading(w, text);
	w->step_deaths = w->life.deaths;
	ok = (!needs_port || ensure_connected(w)) && run(w);
	if (ok && w->adapter)
		rest(w);
	if (!died(w))
		return ok;
	world_note(w, "the module's death has ended this step");
	return recover(w);
}

bool tour_run(struct world *w)
{
	const enum way *ways = w->options->ways;
	unsigned i;

	if (!step(w, "An adapter arrives and connects", false, arrive) || peer_lost(w))
		return false;
	for (i = 0; i < w->options->nways && w->adapter; i++)
		if (!step(w, table[ways[i]].text, table[ways[i]].connected, table[ways[i]].run) ||
			peer_lost(w))
			return false;
	return true;
}
