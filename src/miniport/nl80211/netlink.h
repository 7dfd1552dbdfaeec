// SPDX-License-Identifier: BSD-2-Clause
/*
 * A conversation with the kernel over one netlink socket: requests are answered before they return,
 * and what the kernel says of itself waits in the order in which it was said. A request is carried
 * out by the kernel in the call that sends it, so its answer is never far.
 */
#ifndef OPENIHV_MINIPORT_NL80211_NETLINK_H
#define OPENIHV_MINIPORT_NL80211_NETLINK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

struct netlink_event;

struct netlink {
	struct nl_sock *sock;
	int family; /* of generic netlink, nl80211's */
	STAILQ_HEAD(, netlink_event) events;
	bool overrun;    /* the kernel had to drop events; whoever looks clears it */
	uint64_t cookie; /* that the last request was answered with; 0: none */
	char why[128];   /* what the kernel said to the last request that it refused, or "" */
};

/* Of one message; freed after the call. */
typedef void (*netlink_fn)(void *user, const struct nlmsghdr *h);

/* 0, or a negative errno: -EOPNOTSUPP: the kernel has no nl80211 (is cfg80211 loaded?). */
int netlink_open_nl80211(struct netlink *n);
int netlink_open_route(struct netlink *n);
/* One that was never opened, but is zero, may be closed. */
void netlink_close(struct netlink *n);
int netlink_fd(const struct netlink *n);

/* Joins a multicast group of nl80211 ("mlme", "scan"), or of the routing family by its number. */
int netlink_join(struct netlink *n, const char *group);
int netlink_join_number(struct netlink *n, int group);

/* A request of nl80211, NULL without memory. flags: NLM_F_DUMP or 0. */
struct nl_msg *netlink_request(const struct netlink *n, uint8_t command, int flags);

/* Frees a request that is not sent, and wipes it: it may hold a key. NULL is allowed. */
void netlink_drop(struct nl_msg *m);

/*
 * Sends the request, which it frees, and waits for its end; each message of the answer is given to
 * reply (may be NULL). 0; the negative errno that the kernel answered, n->why its words; -ENOMEM
 * for a message of NULL, -ETIMEDOUT if no answer came within five seconds.
 */
int netlink_call(struct netlink *n, struct nl_msg *m, netlink_fn reply, void *user);

/* Whether there are events, or is an overrun, that came during a request: the descriptor does not
 * tell of them. */
bool netlink_waits(const struct netlink *n);
/* Gives events that have come to event(), which may make requests; not all at once. */
void netlink_events(struct netlink *n, netlink_fn event, void *user);

/* The attributes of a message of nl80211, in a table of NL80211_ATTR_MAX + 1 entries. False: it is
 * none, or malformed. */
bool netlink_attributes(const struct nlmsghdr *h, struct nlattr **table, uint8_t *command);

/* Copies at most n bytes of an attribute; the rest of out is zero. False: it has another length. */
bool netlink_bytes(const struct nlattr *attribute, void *out, size_t n);

#endif
