// SPDX-License-Identifier: BSD-2-Clause
/* Calls out of the module: what they carry, and the order of 802.1X. */
#include "contract/checker_internal.h"

#include "base/bytes.h"

enum {
	CIPHER_BIP = 6,
	CIPHER_BIP_GMAC_128 = 0xB,
	CIPHER_BIP_CMAC_256 = 0xD,
	DIRECTION_INBOUND = 1,
	DIRECTION_OUTBOUND = 2,
	DIRECTION_BOTH = 3,
	SOURCE_WLAN_IHV = 0x40,
	KEY_HEADER = 0x80 << 24 | 1 << 16 | 24, /* NDIS_OBJECT_TYPE_DEFAULT, revision 1, size */
};

#define IHV_ALGORITHM 0x80000000u

static void check_buffer(struct checker *c, const struct crossing *x)
{
	uint32_t known = x->free_buffer.known;

	JUDGE(c, x, X_10, known != BUFFER_GIVEN,
		"FreeBuffer of a buffer that was given to the host");
	JUDGE(c, x, X_09, known != BUFFER_FREED, "FreeBuffer of a buffer that is free");
	JUDGE(c, x, X_09, known != BUFFER_FOREIGN,
		"FreeBuffer of a pointer that AllocateBuffer did not give");
}

static void check_algorithm(struct checker *c, const struct crossing *x)
{
	/* The three functions carry the same two numbers at the same place. */
	JUDGE(c, x, X_27,
		x->set_auth_algorithm.advertised ||
			x->set_auth_algorithm.algorithm >= IHV_ALGORITHM,
		"%s 0x%x, which the miniport does not advertise",
		crossing_name((enum crossing_fn)x->fn), x->set_auth_algorithm.algorithm);
}

static void check_keys(
	struct checker *c, const struct crossing *x, const struct adapter *a, uint32_t flags)
{
	JUDGE(c, x, X_50,
		(flags & (KEY_STATIC | KEY_DELETE)) || checker_live(&a->security) ||
			a->security.state == SESSION_STOPPING,
		"a key that is not static outside a session");
}

static bool group_management(uint32_t algorithm)
{
	return algorithm == CIPHER_BIP ||
	       (algorithm >= CIPHER_BIP_GMAC_128 && algorithm <= CIPHER_BIP_CMAC_256);
}

static void check_default_key(struct checker *c, const struct crossing *x, const struct adapter *a)
{
	uint32_t index = x->set_default_key.index, algorithm = x->set_default_key.algorithm;
	bool bip = group_management(algorithm);

	if (!JUDGE(c, x, X_63, !(x->flags & CROSSING_NULL), "SetDefaultKey without a key"))
		return;
	JUDGE(c, x, X_63,
		x->set_default_key.direction == DIRECTION_INBOUND ||
			x->set_default_key.direction == DIRECTION_BOTH,
		"direction %u", x->set_default_key.direction);
	JUDGE(c, x, X_63, x->set_default_key.header == (uint32_t)KEY_HEADER,
		"header 0x%08x, not 80/1/24", x->set_default_key.header);
	JUDGE(c, x, X_63,
		algorithm >= IHV_ALGORITHM || (bip ? index == 4 || index == 5 : index <= 3),
		"key index %u", index);
	JUDGE(c, x, X_63, !(x->set_default_key.flags & KEY_BAD_LAYOUT),
		"usKeyLength %u does not fit the cipher", x->set_default_key.length);
	check_keys(c, x, a, x->set_default_key.flags);
}

static void check_mapping_key(struct checker *c, const struct crossing *x, const struct adapter *a)
{
	uint32_t direction = x->set_key_mapping_key.direction;
	struct mac peer = mac_from_u64(x->peer);

	if (!JUDGE(c, x, X_64, !(x->flags & CROSSING_NULL), "SetKeyMappingKey without a key"))
		return;
	JUDGE(c, x, X_64, x->peer && !mac_is_multicast(&peer),
		"a mapping key for an address that is not unicast");
	JUDGE(c, x, X_64, direction >= DIRECTION_INBOUND && direction <= DIRECTION_BOTH,
		"direction %u", direction);
	JUDGE(c, x, X_64, !(x->set_key_mapping_key.flags & KEY_BAD_LAYOUT),
		"usKeyLength %u does not fit the cipher", x->set_key_mapping_key.length);
	check_keys(c, x, a, x->set_key_mapping_key.flags);
}

/* 0x888E and 0x88C7 with their bytes swapped: the classic error (contract 6.6). */
static bool swapped(uint16_t type)
{
	return type == 0x8E88 || type == 0xC788 || type < 0x0600;
}

static void check_lists(struct checker *c, const struct crossing *x)
{
	uint32_t types = x->set_ethertype_handling.types,
		 exemptions = x->set_ethertype_handling.exemptions;
	struct reader r;
	uint32_t i;

	JUDGE(c, x, X_62,
		!(types && x->set_ethertype_handling.types_null) &&
			!(exemptions && x->set_ethertype_handling.exemptions_null),
		"a count without a list");
	r = reader_init(x->data, x->data_length);
	for (i = 0; i < types && reader_left(&r) >= 2; i++) {
		uint16_t type = reader_be16(&r);

		JUDGE(c, x, X_62, !swapped(type), "EtherType bytes %02X %02X are not big-endian",
			type >> 8, type & 0xFF);
	}
	for (i = 0; i < exemptions && reader_left(&r) >= 6; i++) {
		uint16_t type = reader_be16(&r), action = reader_le16(&r), packet = reader_le16(&r);

		JUDGE(c, x, X_62, !swapped(type),
			"exemption's EtherType bytes %02X %02X are not big-endian", type >> 8,
			type & 0xFF);
		JUDGE(c, x, X_62, action >= 1 && action <= 2 && packet >= 1 && packet <= 3,
			"exemption with action %u, packet type %u", action, packet);
	}
}

static void check_packet(struct checker *c, const struct crossing *x, const struct adapter *a)
{
	struct mac peer = mac_from_u64(x->peer);

	if (!JUDGE(c, x, X_59, x->send_packet.length >= 8,
		    "a packet of %u bytes has no room for its header", x->send_packet.length))
		return;
	JUDGE(c, x, X_59, !mac_is_multicast(&peer), "a packet to a group address");
	if (checker_live(&a->security))
		JUDGE(c, x, X_59, x->peer == a->security.peer,
			"a packet to another station than the AP");
	JUDGE(c, x, X_61, !checker_object(c, OBJECT_SEND, x->handle),
		"hSendCompletion is that of an outstanding send");
}

static void check_virtual_station(struct checker *c, const struct crossing *x)
{
	uint32_t length = x->set_virtual_station_ap_properties.key_length;

	/* The four functions carry the reserved argument at the same place. */
	JUDGE(c, x, X_70, !x->request_virtual_station.reserved, "a reserved argument is not NULL");
	if (x->fn != FN_SET_VIRTUAL_STATION_AP_PROPERTIES)
		return;
	if (x->set_virtual_station_ap_properties.passphrase)
		JUDGE(c, x, X_70, length <= 64 && x->set_virtual_station_ap_properties.terminated,
			"a passphrase of %u bytes that does not end with NUL there", length);
	else
		JUDGE(c, x, X_70, length == 32 || length == 64, "a key of %u bytes", length);
}

void check_arguments(struct checker *c, const struct crossing *x, struct adapter *a)
{
	switch ((enum crossing_fn)x->fn) {
	case FN_FREE_BUFFER:
		check_buffer(c, x);
		break;
	case FN_SET_AUTH_ALGORITHM:
	case FN_SET_UNICAST_CIPHER_ALGORITHM:
	case FN_SET_MULTICAST_CIPHER_ALGORITHM:
		check_algorithm(c, x);
		break;
	case FN_SET_DEFAULT_KEY:
		check_default_key(c, x, a);
		break;
	case FN_SET_KEY_MAPPING_KEY:
		check_mapping_key(c, x, a);
		break;
	case FN_SET_DEFAULT_KEY_ID:
		JUDGE(c, x, X_64, x->set_default_key_id.index <= 3, "default key id %u",
			x->set_default_key_id.index);
		break;
	case FN_SET_ETHERTYPE_HANDLING:
		check_lists(c, x);
		break;
	case FN_SEND_PACKET:
		check_packet(c, x, a);
		break;
	case FN_SEND_NOTIFICATION:
		JUDGE(c, x, X_67, x->send_notification.present,
			"SendNotification without a notification");
		if (x->send_notification.present) {
			JUDGE(c, x, X_67, x->send_notification.source == SOURCE_WLAN_IHV,
				"notification source 0x%x", x->send_notification.source);
			JUDGE(c, x, X_67,
				(x->send_notification.size != 0) ==
					(x->send_notification.data_present != 0),
				"%u bytes of data, pointer %s", x->send_notification.size,
				x->send_notification.data_present ? "given" : "NULL");
		}
		break;
	case FN_REQUEST_VIRTUAL_STATION:
	case FN_RELEASE_VIRTUAL_STATION:
	case FN_QUERY_VIRTUAL_STATION_PROPERTIES:
	case FN_SET_VIRTUAL_STATION_AP_PROPERTIES:
		check_virtual_station(c, x);
		break;
	default: /* nothing in the arguments to judge */
		break;
	}
}

static bool registered(const struct adapter *a, uint16_t type)
{
	unsigned i;

	for (i = 0; i < a->nethertypes; i++)
		if (a->ethertypes[i] == type)
			return true;
	return false;
}

static void start_onex(struct checker *c, const struct crossing *x, const struct adapter *a)
{
	JUDGE(c, x, X_51, checker_live(&a->security), "StartOneX outside a security session");
	if (a->was_reset)
		JUDGE(c, x, X_46, a->security.end != END_RESET, "StartOneX after AdapterReset");
	JUDGE(c, x, X_52, registered(a, ETHERTYPE_EAPOL),
		"StartOneX without EtherType 0x888E registered");
	if (a->was_reset)
		JUDGE(c, x, X_48, a->nethertypes != 0,
			"StartOneX after a reset, and nothing was registered again");
	JUDGE(c, x, X_53, !a->onex, "StartOneX while an operation is running");
	JUDGE(c, x, X_11, x->start_onex.foreign == 0,
		"%u pointers of the EAP attributes are not from AllocateBuffer",
		x->start_onex.foreign);
}

/*
 * An EAPOL PDU begins with version, type, length; some pages let it begin at the type (C-13). The
 * length field tells which, as the version is a small number like the types.
 */
static bool is_eapol_key(const struct crossing *x)
{
	struct reader r;
	uint8_t version, type;
	uint16_t length;

	r = reader_init(x->data, x->data_length);
	version = reader_u8(&r);
	type = reader_u8(&r);
	length = reader_be16(&r);
	if (reader_ok(&r) && length + 4u <= x->process_security_packet.length)
		return type == EAPOL_TYPE_KEY;
	return version == EAPOL_TYPE_KEY || type == EAPOL_TYPE_KEY;
}

static void process_packet(struct checker *c, const struct crossing *x, struct adapter *a)
{
	/* An accepted module goes on after a terminal result, for what the AP starts anew (C-11).
	 */
	if (a->onex_done)
		JUDGE_RACE(c, x, X_56, a->onex,
			"ProcessSecurityPacket after the terminal result of 802.1X");
	else
		JUDGE(c, x, X_56, a->onex,
			"ProcessSecurityPacket while no 802.1X operation is running");
	JUDGE(c, x, X_55, !is_eapol_key(x), "an EAPOL-Key packet was fed to 802.1X");
	if (a->eapol_owed)
		MET(c, X_54);
	a->eapol_owed = false;
}

void check_onex(struct checker *c, const struct crossing *x, struct adapter *a)
{
	const struct session *s = &a->security;

	/* Ending 802.1X from inside Stop is what an accepted module does (C-23). */
	if (x->fn == FN_STOP_ONEX && s->state == SESSION_STOPPING)
		return;
	if (!checker_live(s))
		JUDGE(c, x, X_42, false, "%s without a live session",
			crossing_name((enum crossing_fn)x->fn));
	else
		MET(c, X_42);
	switch ((enum crossing_fn)x->fn) {
	case FN_START_ONEX:
		start_onex(c, x, a);
		break;
	case FN_STOP_ONEX:
		JUDGE(c, x, X_53, a->onex, "StopOneX with no operation running");
		break;
	default: /* only the three are sent here */
		process_packet(c, x, a);
		break;
	}
}
