// SPDX-License-Identifier: BSD-2-Clause
/*
 * What the files of the nl80211 miniport share.
 *
 *	netlink.c    the conversation with the kernel
 *	wiphy.c      what interface and radio are and can do
 *	link.c       the interface: up, down, gone, back; its operational state
 *	radio.c      life, and the requests of the miniport
 *	scan.c       scanning, and the list of what was found
 *	elements.c   what an association request asks for, and whether a BSS can give it
 *	sme.c        connecting, roaming and leaving
 *	events.c     what the kernel tells, for whom
 *	port.c       frames of the control port, the port's state
 *	keys.c       keys
 */
#ifndef OPENIHV_MINIPORT_NL80211_INTERNAL_H
#define OPENIHV_MINIPORT_NL80211_INTERNAL_H

#include <errno.h>
#include <sys/queue.h>

#include <linux/nl80211.h>

#include "base/bytes.h"
#include "miniport/nl80211/netlink.h"
#include "miniport/nl80211/nl80211.h"
#include "miniport/queue.h"
#include "miniport/requests.h"
#include "miniport/status.h"
#include "wire/dot11.h"

#define PAIRS_MAX  8
#define SENDS_MAX  64
#define EARLY_MAX  8
#define FAILED_MAX 32

enum sme_state {
	SME_IDLE,
	SME_AUTHENTICATING,
	SME_ASSOCIATING,
	SME_ASSOCIATED,
	SME_WAITING, /* connected once, without association: a round of roaming is due */
	SME_LOOKING, /* the same, and its scan is under way */
};

/* A BSS of the last scan, and the elements behind it. */
struct found {
	struct bss bss;
	uint64_t seen; /* loop time */
	uint8_t elements[];
};

/* Whom an attempt to associate is for. A copy: the list may change while it is under way. */
struct candidate {
	struct mac bssid;
	struct ssid ssid;
	uint32_t frequency;
	uint16_t capability;
	bool is_protected; /* its management frames will be */
};

/* Who could not be associated with in this round. */
struct failure {
	struct mac bssid;
	uint64_t at; /* loop time */
};

/* A frame of the control port that the kernel has not yet told the fate of. */
struct sending {
	TAILQ_ENTRY(sending) next;
	uint64_t kernel, host; /* cookies */
};

/* A frame that has come before the association that it belongs to was told. */
struct early {
	STAILQ_ENTRY(early) next;
	struct mac from;
	uint16_t ethertype, length;
	uint8_t bytes[];
};

struct radio {
	struct miniport mp; /* first: the host's pointer is this one */
	struct radio_config config;
	struct loop *loop;
	struct netlink nl, route;
	struct loop_fd nl_fd, route_fd, rfkill_fd;
	int rfkill;
	struct timer again; /* radio_events_later() */
	struct indication_queue queue;
	struct radio_info info;
	struct miniport_caps caps;
	struct algorithm_pair unicast_pairs[PAIRS_MAX], multicast_pairs[PAIRS_MAX];
	char description[64];

	bool present, up, powered, taken;
	bool found_up; /* when it was opened */
	bool blocked;  /* by rfkill, which is why it is down */

	/* what the host has set */
	uint32_t auth, unicast, multicast;

	/* scan.c */
	struct found **found;
	size_t nfound, found_room;
	struct bss *list;         /* what bss_list() gives */
	bool scanning, scan_told; /* scan_told: the host has asked for it */
	bool anothers;            /* somebody else's is under way, ours comes after it */
	bool looking;             /* the sme has */
	struct timer scan_limit;
	struct ssid wanted[8]; /* names to ask for */
	size_t nwanted;

	/* sme.c */
	enum sme_state state;
	struct ssid *ssids; /* of connect() */
	size_t nssids;
	struct candidate target;
	struct mac bssid; /* of the association, or of the last one */
	struct failure failed[FAILED_MAX];
	size_t nfailed;
	uint64_t left;                         /* when we left of ourselves, in loop time */
	bool connecting, roaming, associating; /* a START indication waits for its COMPLETION */
	bool reassociation, rescanned, weak;
	uint64_t retry;
	struct timer timer, signal;

	/* port.c */
	TAILQ_HEAD(, sending) sends;
	unsigned nsends;
	struct timer send_timer;
	STAILQ_HEAD(, early) early;
	unsigned nearly;
	bool port_open;

	/* keys.c: a bit for each index */
	uint32_t group_keys;
	bool pairwise_key;
};

static inline struct radio *radio_of(struct miniport *mp)
{
	return (struct radio *)mp;
}

static inline bool radio_off(const struct radio *r)
{
	return !r->present || !r->up || !r->powered || r->taken;
}

/* Whether the kernel's state of the interface is ours to change. */
static inline bool radio_holds(const struct radio *r)
{
	return r->present && r->up && !r->taken;
}

/* The kernel's answer to a request for an association that it has ended, though its event is still
 * to be read. */
static inline bool radio_is_over(int err)
{
	return err == -ENOTCONN || err == -ENOENT || err == -ENOLINK || err == -ENETDOWN ||
	       err == -ENODEV;
}

/* ---- radio.c */
void radio_indicate(struct radio *r, const struct indication *ind);
void radio_indicate_status(
	struct radio *r, enum indication_type type, const struct mac *peer, uint32_t status);
/* A request of nl80211 for the interface; NULL without memory. */
struct nl_msg *radio_request(const struct radio *r, uint8_t command);
int radio_call(struct radio *r, struct nl_msg *m, netlink_fn reply, void *user);
/* After every request, and after events were read: some may wait that no descriptor tells of. */
void radio_events_later(struct radio *r);
/* Nothing of an association is left, and nobody is told. */
void radio_silence(struct radio *r);
void radio_tell(struct radio *r, enum radio_event event);
int radio_find(struct radio *r, char *err, size_t room);

/* ---- wiphy.c */
/* All of the interface of that index. */
int wiphy_read(struct netlink *nl, uint32_t ifindex, struct radio_info *info);

/* ---- link.c */
int link_open(struct radio *r);
void link_readable(void *user);
void link_close(struct radio *r);
/* 0 or -ERFKILL ... */
int link_set_up(struct radio *r, bool up);
/* IF_OPER_DORMANT until the port is authorised, so that nobody asks for an address before; both
 * false: as it was. */
void link_set_operstate(struct radio *r, bool ours, bool open);

/* ---- scan.c */
int radio_scan_request(struct radio *r, const struct ssid *ssids, size_t count, bool told);
void radio_scan_event(struct radio *r, bool aborted);
void radio_scan_stop(struct radio *r);
void radio_scan_free(struct radio *r);
/* Reads what the kernel knows. */
void radio_scan_read(struct radio *r);
const struct bss *radio_scan_list(struct radio *r, size_t *count);
struct found *radio_scan_find(const struct radio *r, const struct mac *bssid);

/* ---- elements.c */
/* Names of the list that the host wants. */
bool elements_wanted(const struct radio *r, const struct found *f);
/* Whether a station with the host's algorithms can associate there. */
bool elements_suit(const struct radio *r, const struct found *f);
bool elements_protected(const struct radio *r, const struct found *f);
/* What an association request carries beyond the kernel's own. 0, with the suite of the
 * group cipher, or -EINVAL, -EMSGSIZE. */
int elements_request(
	const struct radio *r, const struct found *f, struct writer *w, uint32_t *group);

/* ---- sme.c */
int radio_sme_connect(struct radio *r, const struct connect_request *req);
/* silent: without indications, for power and removal. */
void radio_sme_leave(struct radio *r, bool silent);
void radio_sme_scanned(struct radio *r);
/* Events of the kernel, by their attributes. */
void radio_sme_authenticated(struct radio *r, struct nlattr **attributes);
void radio_sme_associated(struct radio *r, struct nlattr **attributes);
void radio_sme_ended(struct radio *r, struct nlattr **attributes);
/* The port is open: from now on a better access point is looked for when this one gets weak.
 * Before, the kernel has something more urgent to do. */
void radio_sme_watch_signal(struct radio *r);
void radio_sme_signal(struct radio *r, bool low);
/* The kernel has dropped events: is what we believe still so? */
void radio_sme_look_again(struct radio *r);

/* ---- events.c */
void events_readable(void *user);

/* ---- port.c */
int port_send(struct miniport *mp, const struct miniport_frame *frame);
int port_state(struct miniport *mp, const struct mac *peer, bool open);
void port_frame(struct radio *r, struct nlattr **attributes);
void port_sent(struct radio *r, struct nlattr **attributes);
/* Frames that came early belong to this association; others are dropped. */
void port_begins(struct radio *r);
/* Every frame completes, and none is left. */
void port_ends(struct radio *r);
void port_forget_early(struct radio *r);

/* ---- keys.c */
int keys_set_default(struct miniport *mp, const struct miniport_key *key);
int keys_set_mapping(struct miniport *mp, const struct miniport_key *key);
int keys_set_default_id(struct miniport *mp, uint32_t index);
void keys_forget(struct radio *r);

#endif
