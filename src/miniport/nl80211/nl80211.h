// SPDX-License-Identifier: BSD-2-Clause
/*
 * A real radio of Linux as a miniport: one interface in station mode, through nl80211. The station
 * management entity is here (authentication, association, roaming); frames of the control port,
 * keys and timing of the air are the kernel's.
 *
 * Data does not pass through the miniport: an authorised port is the interface itself, with the
 * kernel's own protocols. IND_RECEIVE and send() are for the control port's ethertype, EAPOL.
 *
 * Needs CAP_NET_ADMIN. Touches no interface but the one it was given.
 */
#ifndef OPENIHV_MINIPORT_NL80211_NL80211_H
#define OPENIHV_MINIPORT_NL80211_NL80211_H

#include "loop/loop.h"
#include "miniport/miniport.h"

struct radio;

/* What happens to the interface, told on the loop. */
enum radio_event {
	RADIO_DOWN,  /* it was set down, or rfkill blocks it: for host_disable() */
	RADIO_UP,    /* it is up again: for host_enable() */
	RADIO_GONE,  /* it, its driver or its device was removed; IND_REMOVED was indicated */
	RADIO_BACK,  /* one of that name has come, and can be used: for host_add_adapter() */
	RADIO_TAKEN, /* another program has begun to use it: it is left alone from now on */
};

struct radio_config {
	struct loop *loop; /* of LOOP_REAL */
	const char *interface;
	bool look_only; /* for scan() and bss_list() alone, also while somebody else uses it; it
			   must be up already, and is left as it is */
	void (*event)(void *user, enum radio_event event);
	void *user;
};

/*
 * Finds out what the interface can do, and sets it up if it is down. 0, or a negative errno and one
 * line in err: -ENODEV no such interface, -EPERM without CAP_NET_ADMIN, -EBUSY another program uses
 * it, -EOPNOTSUPP it lacks something (which is named), -ERFKILL it is blocked.
 */
int radio_open(const struct radio_config *config, struct radio **out, char *err, size_t room);
/* The link is given up and the interface left as it was found. */
void radio_close(struct radio *r);
/* Valid until radio_close(), also while the interface is gone. */
struct miniport *radio_miniport(struct radio *r);
bool radio_is_up(const struct radio *r);

/* ---- For lists (openihv adapters, openihv scan). ---- */

enum {
	RADIO_AUTHENTICATE =
		1 << 0, /* authentication and association apart: NL80211_CMD_AUTHENTICATE */
	RADIO_CONTROL_PORT = 1 << 1, /* EAPOL over nl80211 */
	RADIO_TX_STATUS = 1 << 2,    /* and whether it was acknowledged */
	RADIO_BIP = 1 << 3,          /* protected management frames */
	RADIO_NEEDED = RADIO_AUTHENTICATE | RADIO_CONTROL_PORT,
};

#define RADIO_CIPHERS 16

struct radio_info {
	char interface[16], driver[32], country[3]; /* country: "00" is the world's */
	struct mac address;
	uint32_t ifindex, wiphy;
	uint32_t features;
	uint32_t ciphers[RADIO_CIPHERS]; /* suite selectors */
	unsigned nciphers;
	uint32_t max_scan_ssids;
	bool station, up, connected; /* connected: somebody has associated it */
	struct ssid ssid;            /* if connected */
};

/* Calls each() for every interface of nl80211, in the kernel's order. 0 or a negative errno, and a
 * line in err. */
int radio_list(void (*each)(void *user, const struct radio_info *info), void *user, char *err,
	size_t room);
/* What of RADIO_NEEDED is missing, in words; NULL: nothing. */
const char *radio_missing(const struct radio_info *info);
/* In words, for one feature bit. */
const char *radio_feature_name(uint32_t feature);

#endif
