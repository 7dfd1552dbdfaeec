// SPDX-License-Identifier: BSD-2-Clause
/* What scenarios are made of. A step that cannot be done is left out: what was done to the module
 * may have made it impossible. */
#include <string.h>

#include "base/bytes.h"
#include "verify/lab_internal.h"
#include "wire/inet.h"

#define ETHERTYPE_IPV4 0x0800
#define BLIND_NS       (500 * NS_PER_MS) /* with nobody there who authenticates */
#define PING_NS        NS_PER_S

bool lab_new_station(struct lab *l, struct lab_adapter *a)
{
	struct miniport *mp;

	if (l->ntaps == LAB_STATIONS || sim_add_station(l->sim, (struct mac){{0}}, &mp))
		return false;
	a->tap = &l->taps[l->ntaps++];
	tap_init(a->tap, mp, l->loop);
	return true;
}

struct arriving {
	const struct lab_adapter *a;
	unsigned before;
};

static unsigned arrivals(const struct lab_adapter *a)
{
	return a->told[NOTICE_ADAPTER_UP] + a->told[NOTICE_ADAPTER_FAILED] +
	       a->told[NOTICE_ADAPTER_REMOVED];
}

static bool arrived(void *user)
{
	const struct arriving *w = user;

	return arrivals(w->a) != w->before;
}

struct lab_adapter *lab_arrive(struct lab *l, unsigned i)
{
	struct lab_adapter *a = &l->adapters[i];
	struct arriving w = {.a = a};
	unsigned before = arrivals(a);

	if (a->host || l->over || !l->host || !lab_new_station(l, a))
		return a;
	if (host_add_adapter(l->host, &a->tap->mp, &a->host))
		return a;
	w.before = before;
	lab_run_until(l, arrived, &w, LAB_LIMIT);
	return a;
}

bool lab_up(const struct lab_adapter *a)
{
	return a->host && host_adapter_is_up(a->host);
}

bool lab_open(const struct lab_adapter *a)
{
	return a->host && host_port_open(a->host, NULL);
}

struct opening {
	struct lab_adapter *a;
	unsigned ended;
};

static unsigned ended(const struct lab_adapter *a)
{
	return a->told[NOTICE_CONNECT_FAILED] + a->told[NOTICE_DISCONNECTED] +
	       a->told[NOTICE_ADAPTER_DOWN] + a->told[NOTICE_ADAPTER_REMOVED] +
	       a->told[NOTICE_ADAPTER_LOST];
}

static bool opened_or_ended(void *user)
{
	const struct opening *o = user;

	return lab_open(o->a) || ended(o->a) != o->ended;
}

void lab_await_open(struct lab_adapter *a)
{
	struct lab *l = a->lab;
	struct opening o = {.a = a, .ended = ended(a)};

	if (l->over || !a->host)
		return;
	if (l->config->blind) {
		lab_rest(l, BLIND_NS);
		return;
	}
	lab_run_until(l, opened_or_ended, &o, LAB_LIMIT);
}

bool lab_connect(struct lab_adapter *a)
{
	if (!lab_up(a) || host_connect(a->host, a->lab->profile))
		return false;
	lab_await_open(a);
	return lab_open(a) || a->lab->config->blind;
}

bool lab_ping(struct lab_adapter *a)
{
	static const uint8_t text[] = "over the authorised port";
	struct inet_echo echo = {.type = ICMP_ECHO_REQUEST_TYPE,
		.ttl = 64,
		.source = SIM_STATION_ADDRESS,
		.destination = SIM_ECHO_ADDRESS,
		.id = 0x6968,
		.sequence = ++a->echo_sequence,
		.payload = text,
		.payload_len = sizeof(text) - 1};
	uint8_t packet[128];
	struct writer out = writer_init(packet, sizeof(packet));
	unsigned before = a->replies;
	struct mac peer;

	if (!lab_open(a))
		return false;
	host_port_open(a->host, &peer);
	inet_echo_build(&out, &echo);
	if (host_send_data(a->host, peer, ETHERTYPE_IPV4, packet, (uint32_t)out.len))
		return false;
	return lab_await(a->lab, &a->replies, before, PING_NS);
}

void lab_disconnect(struct lab_adapter *a)
{
	unsigned before = a->told[NOTICE_DISCONNECTED];

	if (lab_up(a) && host_disconnect(a->host) == 0)
		lab_await(a->lab, &a->told[NOTICE_DISCONNECTED], before, LAB_LIMIT);
}

void lab_disable(struct lab_adapter *a)
{
	unsigned before = a->told[NOTICE_ADAPTER_DOWN];

	if (lab_up(a) && host_disable(a->host) == 0)
		lab_await(a->lab, &a->told[NOTICE_ADAPTER_DOWN], before, LAB_LIMIT);
}

bool lab_enable(struct lab_adapter *a)
{
	unsigned before = a->told[NOTICE_ADAPTER_UP];

	if (a->host && !lab_up(a) && host_enable(a->host) == 0)
		lab_await(a->lab, &a->told[NOTICE_ADAPTER_UP], before, LAB_LIMIT);
	return lab_up(a);
}

void lab_remove(struct lab_adapter *a)
{
	unsigned before = a->told[NOTICE_ADAPTER_REMOVED];

	if (!a->host)
		return;
	sim_unplug(a->tap->radio);
	lab_await(a->lab, &a->told[NOTICE_ADAPTER_REMOVED], before, LAB_LIMIT);
}

struct mac lab_station(const struct lab_adapter *a)
{
	return a->tap->radio->ops->caps(a->tap->radio)->address;
}

/* The AP of the port, or the first. */
struct sim_ap *lab_ap(const struct lab_adapter *a)
{
	const struct lab *l = a->lab;
	struct mac peer = {{0}};
	unsigned i;

	if (a->host)
		host_port_open(a->host, &peer);
	for (i = 0; i < l->naps; i++)
		if (mac_equal(&sim_ap_config(l->aps[i])->bssid, &peer))
			return l->aps[i];
	return l->aps[0];
}

/* Another one of the same network; NULL: there is none. */
struct sim_ap *lab_other_ap(const struct lab_adapter *a)
{
	const struct sim_ap_config *from = sim_ap_config(lab_ap(a));
	const struct lab *l = a->lab;
	unsigned i;

	for (i = 0; i < l->naps; i++) {
		const struct sim_ap_config *to = sim_ap_config(l->aps[i]);

		if (to != from && to->security == from->security &&
			to->ssid.length == from->ssid.length &&
			memcmp(to->ssid.bytes, from->ssid.bytes, from->ssid.length) == 0)
			return l->aps[i];
	}
	return NULL;
}
