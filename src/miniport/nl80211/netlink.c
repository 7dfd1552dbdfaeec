// SPDX-License-Identifier: BSD-2-Clause
#include "miniport/nl80211/netlink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include <linux/nl80211.h>
#include <netlink/genl/ctrl.h>

#include "base/clock.h"
#include "base/wipe.h"

#define EVENTS_MAX   64 /* at a time, so that a flood leaves the loop something */
#define ANSWER_NS    UINT64_C(5000000000)
#define MESSAGE_ROOM 32768 /* what the kernel makes of a dump at most: af_netlink.c */
#define RECEIVE_ROOM                                                                               \
	(1 << 20) /* bytes: a scan of a crowded place, and a flood of deauthentication */

struct netlink_event {
	STAILQ_ENTRY(netlink_event) next;
	struct nlmsghdr header; /* and what follows it */
};

/* libnl has error numbers of its own, which say less. */
static int from_libnl(int error)
{
	switch (-error) {
	case NLE_OBJ_NOTFOUND:
		return -EOPNOTSUPP;
	case NLE_PERM:
	case NLE_NOACCESS:
		return -EPERM;
	case NLE_NOMEM:
		return -ENOMEM;
	}
	return error ? -EIO : 0;
}

static int set_options(struct netlink *n)
{
	const int fd = nl_socket_get_fd(n->sock), on = 1, room = RECEIVE_ROOM;
	int err;

	/* Without the first the kernel's words and cookies are missing, and no more than that. */
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	/* No message of the kernel is longer, and so none has to be looked at before it is read. */
	err = from_libnl(nl_socket_set_msg_buf_size(n->sock, MESSAGE_ROOM));
	if (err)
		return err;
	nl_socket_disable_msg_peek(n->sock);
	return from_libnl(nl_socket_set_nonblocking(n->sock));
}

static int open_socket(struct netlink *n, int protocol)
{
	*n = (struct netlink){.sock = nl_socket_alloc()};
	STAILQ_INIT(&n->events);
	if (!n->sock)
		return -ENOMEM;
	return from_libnl(nl_connect(n->sock, protocol));
}

int netlink_open_nl80211(struct netlink *n)
{
	int err = open_socket(n, NETLINK_GENERIC);

	if (!err) {
		n->family = genl_ctrl_resolve(n->sock, "nl80211");
		err = n->family < 0 ? -EOPNOTSUPP : 0;
	}
	return err ? err : set_options(n);
}

int netlink_open_route(struct netlink *n)
{
	int err = open_socket(n, NETLINK_ROUTE);

	return err ? err : set_options(n);
}

void netlink_close(struct netlink *n)
{
	struct netlink_event *e;

	if (!n->sock)
		return;
	while ((e = STAILQ_FIRST(&n->events))) {
		STAILQ_REMOVE_HEAD(&n->events, next);
		free(e);
	}
	nl_socket_free(n->sock);
	n->sock = NULL;
}

int netlink_fd(const struct netlink *n)
{
	return nl_socket_get_fd(n->sock);
}

int netlink_join(struct netlink *n, const char *group)
{
	const int fd = nl_socket_get_fd(n->sock);
	int number, flags = fcntl(fd, F_GETFL);

	/* The group's number is asked for by libnl, which expects a socket that waits. */
	(void)fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
	number = genl_ctrl_resolve_grp(n->sock, "nl80211", group);
	(void)fcntl(fd, F_SETFL, flags);
	return number < 0 ? -EOPNOTSUPP : netlink_join_number(n, number);
}

int netlink_join_number(struct netlink *n, int group)
{
	return from_libnl(nl_socket_add_membership(n->sock, group));
}

struct nl_msg *netlink_request(const struct netlink *n, uint8_t command, int flags)
{
	struct nl_msg *m = nlmsg_alloc();

	if (m && !genlmsg_put(m, NL_AUTO_PORT, NL_AUTO_SEQ, n->family, 0, flags, command, 0)) {
		nlmsg_free(m);
		return NULL;
	}
	return m;
}

void netlink_drop(struct nl_msg *m)
{
	if (!m)
		return;
	wipe(nlmsg_hdr(m), nlmsg_hdr(m)->nlmsg_len);
	nlmsg_free(m);
}

static void keep_event(struct netlink *n, const struct nlmsghdr *h)
{
	struct netlink_event *e = malloc(offsetof(struct netlink_event, header) + h->nlmsg_len);

	if (!e) {
		n->overrun = true; /* to whoever looks it is the same */
		return;
	}
	memcpy(&e->header, h, h->nlmsg_len);
	STAILQ_INSERT_TAIL(&n->events, e, next);
}

/* ---- Answers. ---- */

struct asking {
	uint32_t seq;
	netlink_fn reply;
	void *user;
	bool over;
	int result;
};

static void take_extended(struct netlink *n, const struct nlmsghdr *h, size_t at)
{
	struct nlattr *table[NLMSGERR_ATTR_MAX + 1];

	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS) || at > h->nlmsg_len ||
		nla_parse(table, NLMSGERR_ATTR_MAX, (struct nlattr *)((uintptr_t)h + at),
			(int)(h->nlmsg_len - at), NULL))
		return;
	if (table[NLMSGERR_ATTR_COOKIE] && nla_len(table[NLMSGERR_ATTR_COOKIE]) == 8)
		n->cookie = nla_get_u64(table[NLMSGERR_ATTR_COOKIE]);
	if (table[NLMSGERR_ATTR_MSG])
		nla_strlcpy(n->why, table[NLMSGERR_ATTR_MSG], sizeof(n->why));
}

static void take_end(struct netlink *n, struct asking *a, const struct nlmsghdr *h)
{
	const struct nlmsgerr *e = nlmsg_data(h);
	size_t at = sizeof(*h) + sizeof(*e);

	a->over = true;
	a->result = 0;
	if (h->nlmsg_type != NLMSG_ERROR)
		return;
	if (h->nlmsg_len < at) {
		a->result = -EBADMSG;
		return;
	}
	a->result = e->error > 0 ? -EBADMSG : e->error;
	/* The request itself comes along, unless the kernel leaves it out as it was asked to. */
	if (!(h->nlmsg_flags & NLM_F_CAPPED) && e->msg.nlmsg_len > sizeof(e->msg))
		at += NLMSG_ALIGN(e->msg.nlmsg_len) - sizeof(e->msg);
	take_extended(n, h, at);
}

static void take_message(struct netlink *n, struct asking *a, const struct nlmsghdr *h)
{
	if (!a || h->nlmsg_seq != a->seq) {
		if (h->nlmsg_type >= NLMSG_MIN_TYPE)
			keep_event(n, h);
		return;
	}
	if (h->nlmsg_type == NLMSG_ERROR || h->nlmsg_type == NLMSG_DONE)
		take_end(n, a, h);
	else if (h->nlmsg_type >= NLMSG_MIN_TYPE && a->reply)
		a->reply(a->user, h);
}

/* Reads once. False: nothing was there. */
static bool take(struct netlink *n, struct asking *a)
{
	struct sockaddr_nl from = {0};
	unsigned char *bytes = NULL;
	const struct nlmsghdr *h;
	int left = nl_recv(n->sock, &from, &bytes, NULL);

	if (left == -NLE_NOMEM) {
		n->overrun = true; /* ENOBUFS: what was there has gone */
		return true;
	}
	if (left <= 0)
		return false;
	/* Everybody may send to a netlink socket. */
	for (h = (const struct nlmsghdr *)(const void *)bytes; !from.nl_pid && nlmsg_ok(h, left);
		h = nlmsg_next((struct nlmsghdr *)(uintptr_t)h, &left))
		take_message(n, a, h);
	free(bytes);
	return true;
}

int netlink_call(struct netlink *n, struct nl_msg *m, netlink_fn reply, void *user)
{
	const uint64_t end = monotonic_ns() + ANSWER_NS;
	struct pollfd fd = {.fd = m ? netlink_fd(n) : -1, .events = POLLIN};
	struct asking a = {.reply = reply, .user = user};
	uint64_t now;

	if (!m)
		return -ENOMEM;
	n->cookie = 0;
	n->why[0] = '\0';
	if (!(nlmsg_hdr(m)->nlmsg_flags & NLM_F_DUMP))
		nlmsg_hdr(m)->nlmsg_flags |= NLM_F_ACK;
	nl_complete_msg(n->sock, m);
	a.seq = nlmsg_hdr(m)->nlmsg_seq;
	a.over = nl_send(n->sock, m) < 0;
	a.result = a.over ? -EIO : -ETIMEDOUT;
	netlink_drop(m);
	while (!a.over && (now = monotonic_ns()) < end)
		if (!take(n, &a))
			(void)poll(&fd, 1, (int)((end - now) / 1000000) + 1);
	return a.result;
}

void netlink_events(struct netlink *n, netlink_fn event, void *user)
{
	struct netlink_event *e;
	unsigned i;

	for (i = 0; i < EVENTS_MAX; i++) {
		e = STAILQ_FIRST(&n->events);
		if (!e && !take(n, NULL))
			return;
		if (!e)
			continue;
		STAILQ_REMOVE_HEAD(&n->events, next);
		event(user, &e->header);
		free(e);
	}
}

bool netlink_attributes(const struct nlmsghdr *h, struct nlattr **table, uint8_t *command)
{
	const struct genlmsghdr *g = nlmsg_data(h);

	if (!genlmsg_valid_hdr((struct nlmsghdr *)(uintptr_t)h, 0))
		return false;
	*command = g->cmd;
	return nla_parse(table, NL80211_ATTR_MAX, genlmsg_attrdata(g, 0), genlmsg_attrlen(g, 0),
		       NULL) == 0;
}

bool netlink_bytes(const struct nlattr *attribute, void *out, size_t n)
{
	memset(out, 0, n);
	if (!attribute || nla_len(attribute) != (int)n)
		return false;
	memcpy(out, nla_data(attribute), n);
	return true;
}

bool netlink_waits(const struct netlink *n)
{
	return n->overrun || !STAILQ_EMPTY(&n->events);
}
