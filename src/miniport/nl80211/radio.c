// SPDX-License-Identifier: BSD-2-Clause
/* Life of a radio, and the requests of miniport.h. */
#include "miniport/nl80211/internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <net/if.h>

#include "wire/algorithm.h"
#include "wire/rsne.h"

void radio_indicate(struct radio *r, const struct indication *ind)
{
	queue_put(&r->queue, ind);
}

void radio_indicate_status(
	struct radio *r, enum indication_type type, const struct mac *peer, uint32_t status)
{
	struct indication ind = {.type = type, .status = status};

	if (peer)
		ind.peer = *peer;
	radio_indicate(r, &ind);
}

struct nl_msg *radio_request(const struct radio *r, uint8_t command)
{
	struct nl_msg *m = netlink_request(&r->nl, command, 0);

	if (m && nla_put_u32(m, NL80211_ATTR_IFINDEX, r->info.ifindex)) {
		nlmsg_free(m);
		return NULL;
	}
	return m;
}

static void events_again(struct timer *t, void *user)
{
	(void)t;
	events_readable(user);
	link_readable(user);
}

void radio_events_later(struct radio *r)
{
	if ((netlink_waits(&r->nl) || netlink_waits(&r->route)) && !timer_armed(&r->again))
		(void)timer_arm(r->loop, &r->again, 0, events_again, r);
}

int radio_call(struct radio *r, struct nl_msg *m, netlink_fn reply, void *user)
{
	const int err = netlink_call(&r->nl, m, reply, user);

	radio_events_later(r);
	return err;
}

void radio_silence(struct radio *r)
{
	radio_sme_leave(r, true);
	radio_scan_stop(r);
	queue_discard(&r->queue, true);
}

void radio_tell(struct radio *r, enum radio_event event)
{
	if (r->config.event)
		r->config.event(r->config.user, event);
}

/* ---- What it can do. ---- */

static bool can(const struct radio_info *info, uint32_t suite)
{
	for (unsigned i = 0; i < info->nciphers; i++)
		if (info->ciphers[i] == suite)
			return true;
	return false;
}

/* Group frames may be under a weaker cipher than the rest, and those of management under BIP. */
static void list_pairs(struct radio *r)
{
	static const uint32_t auths[] = {ALGORITHM_AUTH_RSNA_PSK, ALGORITHM_AUTH_PSK_SHA256};
	const struct algorithm_pair open = {ALGORITHM_AUTH_OPEN, ALGORITHM_CIPHER_NONE};
	size_t u = 0, m = 0;

	r->unicast_pairs[u++] = r->multicast_pairs[m++] = open;
	for (size_t i = 0; i < sizeof(auths) / sizeof(auths[0]); i++) {
		if (!can(&r->info, CIPHER_CCMP_128))
			break;
		r->unicast_pairs[u++] = r->multicast_pairs[m++] =
			(struct algorithm_pair){auths[i], ALGORITHM_CIPHER_CCMP};
		if (can(&r->info, CIPHER_TKIP))
			r->multicast_pairs[m++] =
				(struct algorithm_pair){auths[i], ALGORITHM_CIPHER_TKIP};
		if (r->info.features & RADIO_BIP)
			r->multicast_pairs[m++] =
				(struct algorithm_pair){auths[i], ALGORITHM_CIPHER_BIP};
	}
	snprintf(r->description, sizeof(r->description), "%s: %s, phy%u", r->info.interface,
		r->info.driver[0] ? r->info.driver : "nl80211", r->info.wiphy);
	r->caps = (struct miniport_caps){.address = r->info.address,
		.description = r->description,
		.unicast = r->unicast_pairs,
		.multicast = r->multicast_pairs,
		.nunicast = u,
		.nmulticast = m};
}

/* Whoever manages a station has asked for these action frames of its peers, and nobody else may
 * then (11.13 of 802.11-2020, SA Query): one that cannot have them is not alone. */
static int claim(struct radio *r)
{
	static const uint8_t sa_query[] = {8};
	struct nl_msg *m = radio_request(r, NL80211_CMD_REGISTER_FRAME);

	if (m && (nla_put_u16(m, NL80211_ATTR_FRAME_TYPE, D11_ACTION) ||
			 nla_put(m, NL80211_ATTR_FRAME_MATCH, sizeof(sa_query), sa_query))) {
		nlmsg_free(m);
		m = NULL;
	}
	return radio_call(r, m, NULL, NULL);
}

static int refuse(char *err, size_t room, int error, const char *name, const char *why)
{
	snprintf(err, room, "%s: %s", name, why);
	return error;
}

static int permission(char *err, size_t room, const char *name, int error)
{
	if (error != -EPERM && error != -EACCES)
		return refuse(err, room, error, name, strerror(-error));
	return refuse(err, room, -EPERM, name,
		"not permitted: a radio needs the capability CAP_NET_ADMIN (run as root, or: "
		"setcap cap_net_admin+ep openihv)");
}

static int set_up(struct radio *r, char *err, size_t room)
{
	int rc = r->info.up ? 0 : link_set_up(r, true);

	if (rc == -ERFKILL)
		return refuse(err, room, rc, r->config.interface,
			"blocked by rfkill (rfkill list tells; rfkill unblock wifi)");
	return rc ? permission(err, room, r->config.interface, rc) : 0;
}

/* Nobody else uses it, and it is up. */
static int make_ours(struct radio *r, char *err, size_t room)
{
	const char *name = r->config.interface;
	int rc;

	if (r->info.connected)
		return refuse(err, room, -EBUSY, name,
			"is connected already, by another program: stop that first");
	rc = claim(r);
	if (rc == -EALREADY)
		return refuse(err, room, -EBUSY, name,
			"another program manages it (wpa_supplicant, iwd?): stop that first");
	if (rc)
		return permission(err, room, name, rc);
	return set_up(r, err, room);
}

/* The interface of that name, as it is now: can it be used? */
int radio_find(struct radio *r, char *err, size_t room)
{
	const char *name = r->config.interface;
	const uint32_t index = if_nametoindex(name);
	struct radio_info info;
	int rc = index ? wiphy_read(&r->nl, index, &info) : -ENODEV;

	if (!index)
		return refuse(err, room, -ENODEV, name, "there is no such interface");
	if (rc)
		return refuse(err, room, rc, name,
			rc == -ENODEV ? "is no wireless interface" : strerror(-rc));
	if (!info.station)
		return refuse(err, room, -EOPNOTSUPP, name,
			"is not in station mode (iw dev ... set type managed)");
	if (!r->config.look_only && radio_missing(&info)) {
		snprintf(err, room, "%s: its driver lacks %s", name, radio_missing(&info));
		return -EOPNOTSUPP;
	}
	r->info = info;
	rc = r->config.look_only ? 0 : make_ours(r, err, room);
	if (!rc && r->config.look_only && !info.up)
		return refuse(err, room, -ENETDOWN, name, "is down (ip link set ... up)");
	if (rc)
		return rc;
	list_pairs(r);
	r->present = r->up = true;
	return 0;
}

/* ---- Requests. ---- */

static void attach(struct miniport *mp, miniport_indicate_fn fn, void *user)
{
	queue_attach(&radio_of(mp)->queue, fn, user);
}

static void detach(struct miniport *mp)
{
	queue_attach(&radio_of(mp)->queue, NULL, NULL);
}

static const struct miniport_caps *caps(struct miniport *mp)
{
	return &radio_of(mp)->caps;
}

static void set_defaults(struct radio *r)
{
	r->auth = ALGORITHM_AUTH_OPEN;
	r->unicast = r->multicast = ALGORITHM_CIPHER_NONE;
}

static int power(struct miniport *mp, bool on)
{
	struct radio *r = radio_of(mp);

	if (!r->present || r->taken)
		return -ENODEV;
	if (!on && r->powered) {
		radio_silence(r);
		set_defaults(r);
	}
	r->powered = on;
	if (!r->config.look_only)
		link_set_operstate(r, true, false);
	return on && !r->up ? -ENODEV : 0;
}

static int scan(struct miniport *mp, const struct ssid *names, size_t count)
{
	struct radio *r = radio_of(mp);
	int err;

	if (radio_off(r))
		return -ENODEV;
	err = radio_scan_request(r, names, count, true);
	return err == -EBUSY || !err ? err : -EIO;
}

static const struct bss *bss_list(struct miniport *mp, size_t *count)
{
	struct radio *r = radio_of(mp);

	*count = 0;
	return radio_off(r) ? NULL : radio_scan_list(r, count);
}

static int set_algorithm(struct radio *r, uint32_t *slot, uint32_t value, bool known)
{
	if (radio_off(r))
		return -ENODEV;
	/* What a vendor makes of his own numbers his module and his access point know. */
	if (!known && value < ALGORITHM_IHV_START)
		return -EINVAL;
	*slot = value;
	return 0;
}

static int set_auth(struct miniport *mp, uint32_t auth)
{
	struct radio *r = radio_of(mp);
	bool known = false;

	for (size_t i = 0; i < r->caps.nunicast; i++)
		known |= r->unicast_pairs[i].auth == auth;
	return set_algorithm(r, &r->auth, auth, known);
}

static bool has_cipher(const struct algorithm_pair *list, size_t count, uint32_t cipher)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].cipher == cipher)
			return true;
	return false;
}

static int set_unicast(struct miniport *mp, uint32_t cipher)
{
	struct radio *r = radio_of(mp);

	return set_algorithm(
		r, &r->unicast, cipher, has_cipher(r->unicast_pairs, r->caps.nunicast, cipher));
}

static int set_multicast(struct miniport *mp, uint32_t cipher)
{
	struct radio *r = radio_of(mp);

	return set_algorithm(r, &r->multicast, cipher,
		has_cipher(r->multicast_pairs, r->caps.nmulticast, cipher));
}

/* The kernel drops what is not encrypted as soon as there is a key, and all but EAPOL before. */
static int set_exclude(struct miniport *mp, bool exclude)
{
	(void)exclude;
	return radio_off(radio_of(mp)) ? -ENODEV : 0;
}

/* EAPOL's is what the control port does anyway: in clear until there is a key, encrypted then. */
static int set_exemptions(struct miniport *mp, const struct privacy_exemption *list, size_t count)
{
	return radio_off(radio_of(mp)) ? -ENODEV : request_exemptions(list, count);
}

static int connect_to(struct miniport *mp, const struct connect_request *req)
{
	struct radio *r = radio_of(mp);

	return radio_off(r) ? -ENODEV : radio_sme_connect(r, req);
}

static int disconnect(struct miniport *mp)
{
	struct radio *r = radio_of(mp);

	if (radio_off(r))
		return -ENODEV;
	radio_sme_leave(r, false);
	radio_indicate_status(r, IND_DISCONNECT_COMPLETE, NULL, STATUS_SUCCESS);
	return 0;
}

static int reset(struct miniport *mp)
{
	struct radio *r = radio_of(mp);

	if (radio_off(r))
		return -ENODEV;
	radio_scan_stop(r);
	radio_sme_leave(r, false);
	set_defaults(r);
	radio_indicate_status(r, IND_RESET_COMPLETE, NULL, STATUS_SUCCESS);
	return 0;
}

static int nic_specific(struct miniport *mp, const uint8_t *in, uint32_t in_length, uint8_t *out,
	uint32_t *out_length)
{
	struct radio *r = radio_of(mp);

	if (radio_off(r))
		return -ENODEV;
	return request_address(&r->info.address, in, in_length, out, out_length) ? 0 : -EINVAL;
}

static const struct miniport_ops ops = {
	.attach = attach,
	.detach = detach,
	.caps = caps,
	.power = power,
	.scan = scan,
	.bss_list = bss_list,
	.set_auth = set_auth,
	.set_unicast_cipher = set_unicast,
	.set_multicast_cipher = set_multicast,
	.set_exclude_unencrypted = set_exclude,
	.set_exemptions = set_exemptions,
	.set_default_key = keys_set_default,
	.set_mapping_key = keys_set_mapping,
	.set_default_key_id = keys_set_default_id,
	.connect = connect_to,
	.disconnect = disconnect,
	.reset = reset,
	.port_state = port_state,
	.send = port_send,
	.nic_specific = nic_specific,
};

/* ---- Life. ---- */

static int join(struct radio *r)
{
	int err = netlink_join(&r->nl, "mlme");

	if (!err)
		err = netlink_join(&r->nl, "scan");
	return err ? err
		   : loop_watch_fd(r->loop, &r->nl_fd, netlink_fd(&r->nl), events_readable, r);
}

static int prepare(struct radio *r, char *err, size_t room)
{
	int rc = netlink_open_nl80211(&r->nl);

	if (rc == -EOPNOTSUPP)
		return refuse(err, room, rc, r->config.interface,
			"this kernel has no nl80211 (is the module cfg80211 loaded?)");
	if (!rc)
		rc = join(r);
	if (!rc)
		rc = link_open(r);
	if (rc)
		return refuse(err, room, rc, r->config.interface, strerror(-rc));
	rc = radio_find(r, err, room);
	r->found_up = r->info.up;
	return rc;
}

int radio_open(const struct radio_config *config, struct radio **out, char *err, size_t room)
{
	struct radio *r = calloc(1, sizeof(*r));
	int rc;

	if (!r) {
		snprintf(err, room, "out of memory");
		return -ENOMEM;
	}
	*r = (struct radio){.mp.ops = &ops, .config = *config, .loop = config->loop, .rfkill = -1};
	queue_init(&r->queue, r->loop, NULL);
	TAILQ_INIT(&r->sends);
	STAILQ_INIT(&r->early);
	set_defaults(r);
	rc = prepare(r, err, room);
	if (rc) {
		radio_close(r);
		return rc;
	}
	*out = r;
	return 0;
}

void radio_close(struct radio *r)
{
	if (!r)
		return;
	queue_attach(&r->queue, NULL, NULL);
	if (r->present && !r->taken && !r->config.look_only) {
		radio_silence(r);
		link_set_operstate(r, false, false);
		if (!r->found_up)
			(void)link_set_up(r, false);
	}
	port_forget_early(r);
	timer_disarm(r->loop, &r->again);
	timer_disarm(r->loop, &r->scan_limit);
	timer_disarm(r->loop, &r->timer);
	timer_disarm(r->loop, &r->signal);
	timer_disarm(r->loop, &r->send_timer);
	loop_unwatch_fd(r->loop, &r->nl_fd);
	netlink_close(&r->nl);
	link_close(r);
	radio_scan_free(r);
	free(r->ssids);
	free(r);
}

struct miniport *radio_miniport(struct radio *r)
{
	return &r->mp;
}

bool radio_is_up(const struct radio *r)
{
	return r->present && r->up;
}
