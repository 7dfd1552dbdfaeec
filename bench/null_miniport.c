// SPDX-License-Identifier: BSD-2-Clause
#include "null_miniport.h"

static const struct mac ap = {{2, 0, 0, 0, 0, 1}};
static const uint8_t elements[] = {0, 4, 'n', 'u', 'l', 'l'};
static const struct algorithm_pair pairs[] = {{1, 0}};

static struct null_miniport *of(struct miniport *mp)
{
	return (struct null_miniport *)mp;
}

static void tell(struct null_miniport *n, enum indication_type type, uint32_t status)
{
	static const uint8_t beacon[12 + sizeof(elements)], request[4], response[6];
	const struct association_info info = {.request = request,
		.request_length = sizeof(request),
		.response = response,
		.response_length = sizeof(response),
		.beacon = beacon,
		.beacon_length = sizeof(beacon),
		.auth = 1};
	const struct indication ind = {
		.type = type, .peer = ap, .status = status, .association = &info};

	if (n->indicate)
		n->indicate(n->user, &ind);
}

void null_associate(struct null_miniport *n)
{
	tell(n, IND_ASSOCIATION_START, 0);
	tell(n, IND_ASSOCIATION_COMPLETION, 0);
}

void null_disassociate(struct null_miniport *n, uint32_t status)
{
	tell(n, IND_DISASSOCIATION, status);
}

static void attach(struct miniport *mp, miniport_indicate_fn indicate, void *user)
{
	of(mp)->indicate = indicate;
	of(mp)->user = user;
}

static void detach(struct miniport *mp)
{
	of(mp)->indicate = NULL;
}

static const struct miniport_caps *caps(struct miniport *mp)
{
	return &of(mp)->caps;
}

static int accept_bool(struct miniport *mp, bool value)
{
	(void)mp;
	(void)value;
	return 0;
}

static int accept_number(struct miniport *mp, uint32_t value)
{
	(void)mp;
	(void)value;
	return 0;
}

static int accept_list(struct miniport *mp, const struct privacy_exemption *list, size_t count)
{
	(void)mp;
	(void)list;
	(void)count;
	return 0;
}

static int accept_key(struct miniport *mp, const struct miniport_key *key)
{
	(void)mp;
	(void)key;
	return 0;
}

static int accept_port(struct miniport *mp, const struct mac *peer, bool open)
{
	(void)mp;
	(void)peer;
	(void)open;
	return 0;
}

static int send_nothing(struct miniport *mp, const struct miniport_frame *frame)
{
	(void)mp;
	(void)frame;
	return 0;
}

static void scanned(void *user)
{
	tell(user, IND_SCAN_CONFIRM, 0);
}

static void connected(void *user)
{
	tell(user, IND_CONNECTION_START, 0);
	null_associate(user);
	tell(user, IND_CONNECTION_COMPLETION, 0);
}

static void disconnected(void *user)
{
	tell(user, IND_DISASSOCIATION, 7);
	tell(user, IND_DISCONNECT_COMPLETE, 0);
}

static int scan(struct miniport *mp, const struct ssid *hidden, size_t count)
{
	(void)hidden;
	(void)count;
	return loop_post(of(mp)->loop, scanned, mp, NULL);
}

static int start(struct miniport *mp, const struct connect_request *req)
{
	(void)req;
	return loop_post(of(mp)->loop, connected, mp, NULL);
}

static int end(struct miniport *mp)
{
	return loop_post(of(mp)->loop, disconnected, mp, NULL);
}

static const struct bss *bss_list(struct miniport *mp, size_t *count)
{
	*count = 1;
	return &of(mp)->bss;
}

static const struct miniport_ops ops = {
	.attach = attach,
	.detach = detach,
	.caps = caps,
	.power = accept_bool,
	.scan = scan,
	.bss_list = bss_list,
	.set_auth = accept_number,
	.set_unicast_cipher = accept_number,
	.set_multicast_cipher = accept_number,
	.set_exclude_unencrypted = accept_bool,
	.set_exemptions = accept_list,
	.set_default_key = accept_key,
	.set_mapping_key = accept_key,
	.set_default_key_id = accept_number,
	.connect = start,
	.disconnect = end,
	.reset = end,
	.port_state = accept_port,
	.send = send_nothing,
};

void null_init(struct null_miniport *n, struct loop *loop)
{
	*n = (struct null_miniport){
		.mp = {&ops},
		.loop = loop,
		.bss = {.bssid = ap,
			.rssi = -50,
			.frequency = 2412,
			.elements = elements,
			.elements_length = sizeof(elements)},
		.caps = {.address = {{2, 0, 0, 0, 0, 2}},
			.description = "null",
			.unicast = pairs,
			.multicast = pairs,
			.nunicast = 1,
			.nmulticast = 1},
	};
}
