// SPDX-License-Identifier: BSD-2-Clause
/* What an interface and its radio are and can do. */
#include "miniport/nl80211/internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/if.h>

#include "base/hex.h"
#include "wire/rsne.h"

static const struct {
	uint32_t feature;
	const char *name;
} features[] = {
	{RADIO_AUTHENTICATE, "authentication apart from association (NL80211_CMD_AUTHENTICATE)"},
	{RADIO_CONTROL_PORT, "EAPOL over nl80211 (CONTROL_PORT_OVER_NL80211)"},
	{RADIO_TX_STATUS, "the fate of EAPOL frames (CONTROL_PORT_OVER_NL80211_TX_STATUS)"},
	{RADIO_BIP, "protected management frames (BIP-CMAC-128)"},
};
#define NFEATURES (sizeof(features) / sizeof(features[0]))

const char *radio_feature_name(uint32_t feature)
{
	for (size_t i = 0; i < NFEATURES; i++)
		if (features[i].feature == feature)
			return features[i].name;
	return "?";
}

const char *radio_missing(const struct radio_info *info)
{
	uint32_t missing = RADIO_NEEDED & ~info->features;

	if (!missing)
		return NULL;
	return radio_feature_name(missing & -missing);
}

static void take_commands(struct radio_info *info, struct nlattr *list)
{
	struct nlattr *a;
	int left;

	nla_for_each_nested(a, list, left)
	{
		uint32_t command = 0;

		if (!netlink_bytes(a, &command, sizeof(command)))
			continue;
		if (command == NL80211_CMD_AUTHENTICATE)
			info->features |= RADIO_AUTHENTICATE;
	}
}

static void take_ciphers(struct radio_info *info, const struct nlattr *list)
{
	struct reader r = reader_init(nla_data(list), (size_t)nla_len(list));

	info->nciphers = 0;
	while (info->nciphers < RADIO_CIPHERS && reader_left(&r) >= 4) {
		uint32_t suite;

		reader_copy(&r, &suite, sizeof(suite)); /* as the host writes numbers */
		info->ciphers[info->nciphers++] = suite;
		if (suite == CIPHER_BIP_CMAC_128)
			info->features |= RADIO_BIP;
	}
}

static bool has_bit(const struct nlattr *set, unsigned bit)
{
	const uint8_t *p = nla_data(set);

	return (int)(bit / 8) < nla_len(set) && (p[bit / 8] >> bit % 8 & 1);
}

/* One of the many messages in which a radio is described. */
static void take_wiphy(void *user, const struct nlmsghdr *h)
{
	struct nlattr *a[NL80211_ATTR_MAX + 1];
	struct radio_info *info = user;
	uint8_t command;

	if (!netlink_attributes(h, a, &command) || !a[NL80211_ATTR_WIPHY] ||
		nla_get_u32(a[NL80211_ATTR_WIPHY]) != info->wiphy)
		return;
	if (a[NL80211_ATTR_SUPPORTED_COMMANDS])
		take_commands(info, a[NL80211_ATTR_SUPPORTED_COMMANDS]);
	if (a[NL80211_ATTR_CIPHER_SUITES])
		take_ciphers(info, a[NL80211_ATTR_CIPHER_SUITES]);
	if (a[NL80211_ATTR_MAX_NUM_SCAN_SSIDS])
		info->max_scan_ssids = nla_get_u8(a[NL80211_ATTR_MAX_NUM_SCAN_SSIDS]);
	if (!a[NL80211_ATTR_EXT_FEATURES])
		return;
	if (has_bit(a[NL80211_ATTR_EXT_FEATURES], NL80211_EXT_FEATURE_CONTROL_PORT_OVER_NL80211))
		info->features |= RADIO_CONTROL_PORT;
	if (has_bit(a[NL80211_ATTR_EXT_FEATURES],
		    NL80211_EXT_FEATURE_CONTROL_PORT_OVER_NL80211_TX_STATUS))
		info->features |= RADIO_TX_STATUS;
}

static void take_interface(struct radio_info *info, struct nlattr **a)
{
	*info = (struct radio_info){.country = "00"};
	if (!a[NL80211_ATTR_IFINDEX] || !a[NL80211_ATTR_IFNAME] || !a[NL80211_ATTR_WIPHY])
		return; /* a device without a network interface (P2P) */
	info->ifindex = nla_get_u32(a[NL80211_ATTR_IFINDEX]);
	info->wiphy = nla_get_u32(a[NL80211_ATTR_WIPHY]);
	nla_strlcpy(info->interface, a[NL80211_ATTR_IFNAME], sizeof(info->interface));
	netlink_bytes(a[NL80211_ATTR_MAC], info->address.b, MAC_LEN);
	info->station = a[NL80211_ATTR_IFTYPE] &&
			nla_get_u32(a[NL80211_ATTR_IFTYPE]) == NL80211_IFTYPE_STATION;
	if (a[NL80211_ATTR_SSID] && (size_t)nla_len(a[NL80211_ATTR_SSID]) <= D11_SSID_MAX) {
		info->connected = true;
		info->ssid.length = (uint8_t)nla_len(a[NL80211_ATTR_SSID]);
		memcpy(info->ssid.bytes, nla_data(a[NL80211_ATTR_SSID]), info->ssid.length);
	}
}

static void take_country(void *user, const struct nlmsghdr *h)
{
	struct nlattr *a[NL80211_ATTR_MAX + 1];
	struct radio_info *info = user;
	uint8_t command;

	if (netlink_attributes(h, a, &command) && a[NL80211_ATTR_REG_ALPHA2])
		nla_strlcpy(info->country, a[NL80211_ATTR_REG_ALPHA2], sizeof(info->country));
}

/* The driver's name is only for people. */
static void read_driver(struct radio_info *info)
{
	char path[64], target[256];
	const char *name;
	ssize_t n;

	snprintf(path, sizeof(path), "/sys/class/net/%s/device/driver", info->interface);
	n = readlink(path, target, sizeof(target) - 1);
	if (n <= 0)
		return;
	target[n] = '\0';
	name = strrchr(target, '/');
	snprintf(info->driver, sizeof(info->driver), "%.31s", name ? name + 1 : target);
}

static void read_flags(struct radio_info *info)
{
	char path[64];
	unsigned flags = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/class/net/%s/flags", info->interface);
	f = fopen(path, "re");
	if (!f)
		return;
	info->up = fscanf(f, "%x", &flags) == 1 && (flags & IFF_UP);
	fclose(f);
}

static int read_radio(struct netlink *nl, struct radio_info *info)
{
	struct nl_msg *m = netlink_request(nl, NL80211_CMD_GET_WIPHY, NLM_F_DUMP);
	int err;

	if (m && (nla_put_flag(m, NL80211_ATTR_SPLIT_WIPHY_DUMP) ||
			 nla_put_u32(m, NL80211_ATTR_WIPHY, info->wiphy))) {
		nlmsg_free(m);
		m = NULL;
	}
	err = netlink_call(nl, m, take_wiphy, info);
	m = err ? NULL : netlink_request(nl, NL80211_CMD_GET_REG, 0);
	if (m && nla_put_u32(m, NL80211_ATTR_WIPHY, info->wiphy)) {
		nlmsg_free(m);
		m = NULL;
	}
	if (!err)
		(void)netlink_call(nl, m, take_country, info);
	read_driver(info);
	read_flags(info);
	return err;
}

/* ---- One, or all. ---- */

struct collecting {
	struct radio_info list[64];
	unsigned count;
};

static void take_one(void *user, const struct nlmsghdr *h)
{
	struct nlattr *a[NL80211_ATTR_MAX + 1];
	struct collecting *c = user;
	uint8_t command;

	if (c->count == 64 || !netlink_attributes(h, a, &command))
		return;
	take_interface(&c->list[c->count], a);
	if (c->list[c->count].ifindex)
		c->count++;
}

int wiphy_read(struct netlink *nl, uint32_t ifindex, struct radio_info *info)
{
	struct nl_msg *m = netlink_request(nl, NL80211_CMD_GET_INTERFACE, 0);
	struct collecting c = {.count = 0};
	int err;

	if (m && nla_put_u32(m, NL80211_ATTR_IFINDEX, ifindex)) {
		nlmsg_free(m);
		m = NULL;
	}
	err = netlink_call(nl, m, take_one, &c);
	if (!err && !c.count)
		err = -ENODEV;
	if (!err)
		err = read_radio(nl, &c.list[0]);
	if (!err)
		*info = c.list[0];
	return err;
}

int radio_list(
	void (*each)(void *user, const struct radio_info *info), void *user, char *err, size_t room)
{
	struct collecting c = {.count = 0};
	struct netlink nl;
	int rc = netlink_open_nl80211(&nl);
	unsigned i;

	if (rc)
		snprintf(err, room, "this kernel has no nl80211 (is the module cfg80211 loaded?)");
	if (!rc)
		rc = netlink_call(&nl, netlink_request(&nl, NL80211_CMD_GET_INTERFACE, NLM_F_DUMP),
			take_one, &c);
	for (i = 0; !rc && i < c.count; i++)
		rc = read_radio(&nl, &c.list[i]);
	if (rc && rc != -EOPNOTSUPP)
		snprintf(err, room, "nl80211: %s", strerror(-rc));
	for (i = 0; !rc && i < c.count; i++)
		each(user, &c.list[i]);
	netlink_close(&nl);
	return rc;
}
