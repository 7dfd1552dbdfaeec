// SPDX-License-Identifier: BSD-2-Clause
/* Scanning, and the list of what was found. */
#include "miniport/nl80211/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT_NS (20 * NS_PER_S) /* a driver that forgot it */
#define OLD_NS   (30 * NS_PER_S) /* a BSS that was not heard for so long is taken to be gone */

static void forget(struct radio *r)
{
	while (r->nfound)
		free(r->found[--r->nfound]);
}

void radio_scan_free(struct radio *r)
{
	forget(r);
	free(r->found);
	free(r->list);
	r->found = NULL;
	r->list = NULL;
	r->found_room = 0;
}

static struct found *new_found(const struct nlattr *elements)
{
	size_t n = elements ? (size_t)nla_len(elements) : 0;
	struct found *f = calloc(1, sizeof(*f) + n);

	if (!f)
		return NULL;
	if (n)
		memcpy(f->elements, nla_data(elements), n);
	f->bss.elements = f->elements;
	f->bss.elements_length = (uint32_t)n;
	return f;
}

static bool add(struct radio *r, struct found *f)
{
	size_t room = r->found_room ? 2 * r->found_room : 32;
	struct found **more;

	if (r->nfound == r->found_room) {
		more = reallocarray(r->found, room, sizeof(*more));
		if (!more)
			return false;
		r->found = more;
		r->found_room = room;
	}
	r->found[r->nfound++] = f;
	return true;
}

static uint64_t seen_at(struct radio *r, struct nlattr **b)
{
	uint64_t ago = b[NL80211_BSS_SEEN_MS_AGO] ? nla_get_u32(b[NL80211_BSS_SEEN_MS_AGO]) : 0;
	uint64_t now = loop_now(r->loop);

	return ago * NS_PER_MS < now ? now - ago * NS_PER_MS : 0;
}

static void take_bss(void *user, const struct nlmsghdr *h)
{
	static const struct nla_policy policy[NL80211_BSS_MAX + 1] = {
		[NL80211_BSS_FREQUENCY] = {.type = NLA_U32},
		[NL80211_BSS_TSF] = {.type = NLA_U64},
		[NL80211_BSS_BEACON_INTERVAL] = {.type = NLA_U16},
		[NL80211_BSS_CAPABILITY] = {.type = NLA_U16},
		[NL80211_BSS_SIGNAL_MBM] = {.type = NLA_U32},
		[NL80211_BSS_SEEN_MS_AGO] = {.type = NLA_U32},
	};
	struct nlattr *a[NL80211_ATTR_MAX + 1], *b[NL80211_BSS_MAX + 1];
	struct radio *r = user;
	uint8_t command;
	struct found *f;

	if (!netlink_attributes(h, a, &command) || !a[NL80211_ATTR_BSS] ||
		nla_parse_nested(b, NL80211_BSS_MAX, a[NL80211_ATTR_BSS],
			(struct nla_policy *)(uintptr_t)policy))
		return;
	f = new_found(b[NL80211_BSS_INFORMATION_ELEMENTS]);
	if (!f)
		return;
	f->seen = seen_at(r, b);
	if (!netlink_bytes(b[NL80211_BSS_BSSID], f->bss.bssid.b, MAC_LEN) ||
		elements_check(f->elements, f->bss.elements_length) ||
		loop_now(r->loop) - f->seen > OLD_NS || !add(r, f)) {
		free(f);
		return;
	}
	if (b[NL80211_BSS_SIGNAL_MBM])
		f->bss.rssi = (int32_t)nla_get_u32(b[NL80211_BSS_SIGNAL_MBM]) / 100;
	if (b[NL80211_BSS_FREQUENCY])
		f->bss.frequency = nla_get_u32(b[NL80211_BSS_FREQUENCY]);
	if (b[NL80211_BSS_CAPABILITY])
		f->bss.capability = nla_get_u16(b[NL80211_BSS_CAPABILITY]);
	if (b[NL80211_BSS_BEACON_INTERVAL])
		f->bss.beacon_interval = nla_get_u16(b[NL80211_BSS_BEACON_INTERVAL]);
	if (b[NL80211_BSS_TSF])
		f->bss.timestamp = nla_get_u64(b[NL80211_BSS_TSF]);
}

void radio_scan_read(struct radio *r)
{
	struct nl_msg *m = netlink_request(&r->nl, NL80211_CMD_GET_SCAN, NLM_F_DUMP);

	if (m && nla_put_u32(m, NL80211_ATTR_IFINDEX, r->info.ifindex)) {
		nlmsg_free(m);
		return;
	}
	forget(r);
	/* What could be read of it is better than nothing. */
	(void)radio_call(r, m, take_bss, r);
}

struct found *radio_scan_find(const struct radio *r, const struct mac *bssid)
{
	for (size_t i = 0; i < r->nfound; i++)
		if (mac_equal(&r->found[i]->bss.bssid, bssid))
			return r->found[i];
	return NULL;
}

const struct bss *radio_scan_list(struct radio *r, size_t *count)
{
	struct bss *list = reallocarray(r->list, r->nfound ? r->nfound : 1, sizeof(*list));

	*count = 0;
	if (!list)
		return NULL;
	r->list = list;
	for (size_t i = 0; i < r->nfound; i++)
		list[i] = r->found[i]->bss;
	*count = r->nfound;
	return list;
}

/* The wildcard first, then as many names as the radio can ask for at once. */
static int put_names(const struct radio *r, struct nl_msg *m)
{
	struct nlattr *list = nla_nest_start(m, NL80211_ATTR_SCAN_SSIDS);
	int at = 1;

	if (!list || nla_put(m, at, 0, NULL))
		return -ENOMEM;
	for (size_t i = 0; i < r->nwanted && (uint32_t)at < r->info.max_scan_ssids; i++)
		if (nla_put(m, ++at, r->wanted[i].length, r->wanted[i].bytes))
			return -ENOMEM;
	nla_nest_end(m, list);
	return 0;
}

static int trigger(struct radio *r)
{
	struct nl_msg *m = radio_request(r, NL80211_CMD_TRIGGER_SCAN);
	int err;

	if (m && put_names(r, m)) {
		nlmsg_free(m);
		m = NULL;
	}
	err = radio_call(r, m, NULL, NULL);
	r->anothers = err == -EBUSY;
	return r->anothers ? 0 : err;
}

static void remember(struct radio *r, const struct ssid *ssids, size_t count)
{
	const size_t room = sizeof(r->wanted) / sizeof(r->wanted[0]);

	r->nwanted = count < room ? count : room;
	if (r->nwanted)
		memcpy(r->wanted, ssids, r->nwanted * sizeof(*ssids));
}

static void overdue(struct timer *t, void *user)
{
	struct radio *r = user;

	(void)t;
	r->anothers = false;
	radio_scan_event(r, true);
}

int radio_scan_request(struct radio *r, const struct ssid *ssids, size_t count, bool told)
{
	int err = 0;

	if (told && r->scan_told)
		return -EBUSY;
	remember(r, ssids, count);
	if (!r->scanning)
		err = trigger(r);
	if (err)
		return err;
	if (!r->scanning)
		(void)timer_arm(r->loop, &r->scan_limit, LIMIT_NS, overdue, r);
	r->scanning = true;
	r->scan_told |= told;
	r->looking |= !told;
	return 0;
}

void radio_scan_event(struct radio *r, bool aborted)
{
	const bool told = r->scan_told, looking = r->looking;

	if (!r->scanning)
		return; /* somebody else's; its results are read when they are needed */
	if (r->anothers && !trigger(r) && !r->anothers)
		return; /* it may not have asked for our names */
	timer_disarm(r->loop, &r->scan_limit);
	r->scanning = r->scan_told = r->looking = false;
	radio_scan_read(r);
	if (told)
		radio_indicate_status(
			r, IND_SCAN_CONFIRM, NULL, aborted ? STATUS_CANCELLED : STATUS_SUCCESS);
	if (looking)
		radio_sme_scanned(r);
}

void radio_scan_stop(struct radio *r)
{
	const bool told = r->scan_told;

	if (r->scanning && radio_holds(r))
		(void)radio_call(r, radio_request(r, NL80211_CMD_ABORT_SCAN), NULL, NULL);
	timer_disarm(r->loop, &r->scan_limit);
	r->scanning = r->scan_told = r->looking = false;
	if (told)
		radio_indicate_status(r, IND_SCAN_CONFIRM, NULL, STATUS_CANCELLED);
}
