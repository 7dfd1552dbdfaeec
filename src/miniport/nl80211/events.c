// SPDX-License-Identifier: BSD-2-Clause
/* What the kernel tells, for whom. */
#include "miniport/nl80211/internal.h"

#define OWN_ECHO                                                                                   \
	(3 * NS_PER_S) /* so long after we left, what is told may still be of our doing            \
			*/

/* Authentication or association, and none of ours: somebody else has the interface. */
static bool is_anothers(const struct radio *r)
{
	return r->state != SME_AUTHENTICATING && r->state != SME_ASSOCIATING &&
	       loop_now(r->loop) - r->left > OWN_ECHO;
}

static void taken(struct radio *r)
{
	if (r->taken)
		return;
	if (r->state == SME_ASSOCIATED)
		radio_indicate_status(r, IND_DISASSOCIATION, &r->bssid, STATUS_BY_OS);
	r->taken = true;
	radio_silence(r);
	radio_tell(r, RADIO_TAKEN);
}

/* The signal has crossed the threshold, or beacons stay away: then the end is near. */
static void signal_event(struct radio *r, struct nlattr *cqm)
{
	struct nlattr *a[NL80211_ATTR_CQM_MAX + 1];
	const struct nlattr *e;

	if (!cqm || nla_parse_nested(a, NL80211_ATTR_CQM_MAX, cqm, NULL))
		return;
	e = a[NL80211_ATTR_CQM_RSSI_THRESHOLD_EVENT];
	if (e)
		radio_sme_signal(r, nla_get_u32(e) == NL80211_CQM_RSSI_THRESHOLD_EVENT_LOW);
}

static void on_event(void *user, const struct nlmsghdr *h)
{
	struct nlattr *a[NL80211_ATTR_MAX + 1];
	struct radio *r = user;
	uint8_t command;

	if (!r->present || r->taken || !netlink_attributes(h, a, &command) ||
		!a[NL80211_ATTR_IFINDEX] || nla_get_u32(a[NL80211_ATTR_IFINDEX]) != r->info.ifindex)
		return;
	switch (command) {
	case NL80211_CMD_NEW_SCAN_RESULTS:
	case NL80211_CMD_SCAN_ABORTED:
		radio_scan_event(r, command == NL80211_CMD_SCAN_ABORTED);
		break;
	case NL80211_CMD_AUTHENTICATE:
		if (is_anothers(r))
			taken(r);
		radio_sme_authenticated(r, a);
		break;
	case NL80211_CMD_ASSOCIATE:
		radio_sme_associated(r, a);
		break;
	case NL80211_CMD_DEAUTHENTICATE:
	case NL80211_CMD_DISASSOCIATE:
		radio_sme_ended(r, a);
		break;
	case NL80211_CMD_CONTROL_PORT_FRAME:
		port_frame(r, a);
		break;
	case NL80211_CMD_CONTROL_PORT_FRAME_TX_STATUS:
		port_sent(r, a);
		break;
	case NL80211_CMD_NOTIFY_CQM:
		signal_event(r, a[NL80211_ATTR_CQM]);
		break;
	default: /* forged frames (UNPROT_*), and what says the same once more (CONNECT, DISCONNECT)
		  */
		break;
	}
}

void events_readable(void *user)
{
	struct radio *r = user;

	netlink_events(&r->nl, on_event, r);
	if (r->nl.overrun) {
		r->nl.overrun = false;
		if (r->scanning)
			radio_scan_event(r, false);
		radio_sme_look_again(r);
	}
	radio_events_later(r);
}
