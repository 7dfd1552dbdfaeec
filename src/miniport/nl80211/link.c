// SPDX-License-Identifier: BSD-2-Clause
/*
 * The interface as the rest of the system sees it: up, down, gone, back; and its operational state
 * (RFC 2863, Documentation/networking/operstates): dormant until the port is authorised, so that a
 * DHCP client waits for it.
 */
#include "miniport/nl80211/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rfkill.h>
#include <linux/rtnetlink.h>

#define LINK_MODE_DEFAULT 0
#define LINK_MODE_DORMANT 1

static struct nl_msg *link_message(uint32_t ifindex, unsigned flags, unsigned change)
{
	struct nl_msg *m = nlmsg_alloc_simple(RTM_NEWLINK, 0);
	struct ifinfomsg info = {.ifi_family = AF_UNSPEC,
		.ifi_index = (int)ifindex,
		.ifi_flags = flags,
		.ifi_change = change};

	if (m && nlmsg_append(m, &info, sizeof(info), NLMSG_ALIGNTO)) {
		nlmsg_free(m);
		return NULL;
	}
	return m;
}

static int link_call(struct radio *r, struct nl_msg *m)
{
	const int err = netlink_call(&r->route, m, NULL, NULL);

	radio_events_later(r);
	return err;
}

int link_set_up(struct radio *r, bool up)
{
	return link_call(r, link_message(r->info.ifindex, up ? IFF_UP : 0, IFF_UP));
}

void link_set_operstate(struct radio *r, bool ours, bool open)
{
	struct nl_msg *m;

	if (!r->present || r->taken)
		return;
	m = link_message(r->info.ifindex, 0, 0);
	if (m && (nla_put_u8(m, IFLA_LINKMODE, ours ? LINK_MODE_DORMANT : LINK_MODE_DEFAULT) ||
			 nla_put_u8(m, IFLA_OPERSTATE,
				 open || !ours ? IF_OPER_UP : IF_OPER_DORMANT))) {
		nlmsg_free(m);
		return;
	}
	/* Nothing can be done about a refusal; clients ask for addresses too early then. */
	(void)link_call(r, m);
}

static void came_back(struct radio *r)
{
	char err[128];

	if (r->taken || radio_find(r, err, sizeof(err)))
		return; /* not yet, or it is another kind of device now */
	radio_tell(r, RADIO_BACK);
}

/* Whether rfkill keeps the radio down, rather than somebody who wants it so. */
static bool is_blocked(const struct radio *r)
{
	char pattern[80];
	glob_t found;
	bool blocked = false;
	size_t i;

	snprintf(pattern, sizeof(pattern), "/sys/class/net/%s/phy80211/rfkill*/state",
		r->info.interface);
	if (glob(pattern, 0, NULL, &found))
		return false;
	for (i = 0; i < found.gl_pathc; i++) {
		FILE *f = fopen(found.gl_pathv[i], "re");

		/* RFKILL_USER_STATE_UNBLOCKED */
		blocked |= f && fgetc(f) != '1';
		if (f)
			fclose(f);
	}
	globfree(&found);
	return blocked;
}

static void changed(struct radio *r, bool up)
{
	if (up == r->up)
		return;
	r->up = up;
	r->blocked = !up && is_blocked(r);
	if (!up)
		radio_silence(r);
	radio_tell(r, up ? RADIO_UP : RADIO_DOWN);
}

static void gone(struct radio *r)
{
	r->present = r->up = false;
	radio_silence(r);
	radio_indicate_status(r, IND_REMOVED, NULL, STATUS_SUCCESS);
	radio_tell(r, RADIO_GONE);
}

static void link_event(void *user, const struct nlmsghdr *h)
{
	const struct ifinfomsg *info = nlmsg_data(h);
	struct nlattr *a[IFLA_MAX + 1];
	struct radio *r = user;
	bool ours;

	if ((h->nlmsg_type != RTM_NEWLINK && h->nlmsg_type != RTM_DELLINK) ||
		nlmsg_parse((struct nlmsghdr *)(uintptr_t)h, sizeof(*info), a, IFLA_MAX, NULL))
		return;
	/* A bridge tells of its ports, too. */
	if (info->ifi_family != AF_UNSPEC)
		return;
	ours = r->present && (uint32_t)info->ifi_index == r->info.ifindex;
	if (h->nlmsg_type == RTM_DELLINK && ours)
		gone(r);
	else if (h->nlmsg_type == RTM_NEWLINK && ours)
		changed(r, (info->ifi_flags & IFF_UP) != 0);
	else if (h->nlmsg_type == RTM_NEWLINK && !r->present && a[IFLA_IFNAME] &&
		 strcmp(nla_get_string(a[IFLA_IFNAME]), r->config.interface) == 0)
		came_back(r);
}

/* The kernel has dropped events: how is it now? */
static void look_again(struct radio *r)
{
	struct radio_info now;
	int err;

	if (!r->present) {
		came_back(r);
		return;
	}
	err = wiphy_read(&r->nl, r->info.ifindex, &now);
	if (err == -ENODEV)
		gone(r);
	else if (!err)
		changed(r, now.up);
}

void link_readable(void *user)
{
	struct radio *r = user;

	netlink_events(&r->route, link_event, r);
	if (r->route.overrun) {
		r->route.overrun = false;
		look_again(r);
	}
	radio_events_later(r);
}

/* Something was blocked or freed: the interface is set up again as soon as it can be. */
static void rfkill_readable(void *user)
{
	struct rfkill_event event;
	struct radio *r = user;
	ssize_t n;

	while ((n = read(r->rfkill, &event, sizeof(event))) > 0)
		;
	if (n == 0 || (n < 0 && errno != EAGAIN))
		loop_unwatch_fd(r->loop, &r->rfkill_fd);
	if (!r->present)
		came_back(r); /* blocked was what it came back as */
	else if (r->blocked && !is_blocked(r))
		(void)link_set_up(r, true);
}

int link_open(struct radio *r)
{
	int err = netlink_open_route(&r->route);

	if (!err)
		err = netlink_join_number(&r->route, RTNLGRP_LINK);
	if (!err)
		err = loop_watch_fd(r->loop, &r->route_fd, netlink_fd(&r->route), link_readable, r);
	/* A machine without rfkill has nothing to block it. */
	r->rfkill = err ? -1 : open("/dev/rfkill", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (r->rfkill >= 0)
		err = loop_watch_fd(r->loop, &r->rfkill_fd, r->rfkill, rfkill_readable, r);
	return err;
}

void link_close(struct radio *r)
{
	loop_unwatch_fd(r->loop, &r->route_fd);
	loop_unwatch_fd(r->loop, &r->rfkill_fd);
	netlink_close(&r->route);
	if (r->rfkill >= 0)
		close(r->rfkill);
}
