// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_WIRE_DOT11_H
#define OPENIHV_WIRE_DOT11_H

/*
 * IEEE 802.11-2020 MAC frames: header, management bodies, elements; LLC/SNAP. Pure codecs.
 *
 * Parsers read from a struct reader and leave it after what they read; the structures they fill
 * point into the reader's memory. They return 0, -EBADMSG for a truncated or malformed message, or
 * -EPROTONOSUPPORT for one that is well formed as far as it was read but not of a kind handled
 * here. Builders append to a struct writer and return nothing: the writer's sticky error tells.
 *
 * Constants start with D11_ because windot11.h of the Windows interface owns DOT11_.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/hex.h"

// Frame Control, as the little-endian number (9.2.4.1).
enum {
	D11_FC_VERSION = 0x0003,
	D11_FC_TYPE = 0x000c,
	D11_FC_SUBTYPE = 0x00f0,
	D11_FC_KIND = D11_FC_TYPE | D11_FC_SUBTYPE, // compare with enum d11_frame
	D11_FC_TO_DS = 0x0100,
	D11_FC_FROM_DS = 0x0200,
	D11_FC_MORE_FRAGMENTS = 0x0400,
	D11_FC_RETRY = 0x0800,
	D11_FC_POWER = 0x1000,
	D11_FC_MORE_DATA = 0x2000,
	D11_FC_PROTECTED = 0x4000,
	D11_FC_HTC = 0x8000,

	D11_TYPE_MGMT = 0x0000,
	D11_TYPE_CONTROL = 0x0004,
	D11_TYPE_DATA = 0x0008,
};

// Type and subtype together (Table 9-1), as they stand in Frame Control.
enum d11_frame {
	D11_ASSOC_REQ = 0x0000,
	D11_ASSOC_RESP = 0x0010,
	D11_REASSOC_REQ = 0x0020,
	D11_REASSOC_RESP = 0x0030,
	D11_PROBE_REQ = 0x0040,
	D11_PROBE_RESP = 0x0050,
	D11_BEACON = 0x0080,
	D11_DISASSOC = 0x00a0,
	D11_AUTH = 0x00b0,
	D11_DEAUTH = 0x00c0,
	D11_ACTION = 0x00d0,
	D11_DATA = 0x0008,
	D11_NULL = 0x0048,
	D11_QOS_DATA = 0x0088,
	D11_QOS_NULL = 0x00c8,
};

// Capability Information (9.4.1.4).
enum {
	D11_CAP_ESS = 0x0001,
	D11_CAP_IBSS = 0x0002,
	D11_CAP_PRIVACY = 0x0010,
	D11_CAP_SHORT_PREAMBLE = 0x0020,
	D11_CAP_SHORT_SLOT = 0x0400,
};

// Authentication algorithms (9.4.1.1).
enum {
	D11_AUTH_OPEN = 0,
	D11_AUTH_SHARED_KEY = 1,
	D11_AUTH_FT = 2,
	D11_AUTH_SAE = 3,
};

// Reason codes (Table 9-49), those that RSN and PSK use.
enum d11_reason {
	D11_REASON_UNSPECIFIED = 1,
	D11_REASON_INVALID_AUTHENTICATION = 2,
	D11_REASON_LEAVING_DEAUTH = 3,
	D11_REASON_INACTIVITY = 4,
	D11_REASON_NO_MORE_STAS = 5,
	D11_REASON_CLASS2_FRAME = 6,
	D11_REASON_CLASS3_FRAME = 7,
	D11_REASON_LEAVING_DISASSOC = 8,
	D11_REASON_NOT_AUTHENTICATED = 9,
	D11_REASON_INVALID_ELEMENT = 13,
	D11_REASON_MIC_FAILURE = 14,
	D11_REASON_4WAY_TIMEOUT = 15,
	D11_REASON_GROUP_KEY_TIMEOUT = 16,
	D11_REASON_4WAY_ELEMENT_MISMATCH = 17,
	D11_REASON_GROUP_CIPHER = 18,
	D11_REASON_PAIRWISE_CIPHER = 19,
	D11_REASON_AKMP = 20,
	D11_REASON_RSNE_VERSION = 21,
	D11_REASON_RSNE_CAPABILITIES = 22,
	D11_REASON_8021X_FAILED = 23,
	D11_REASON_CIPHER_REJECTED = 24,
	D11_REASON_INVALID_PMKID = 49,
	D11_REASON_INVALID_MDE = 50,
	D11_REASON_INVALID_FTE = 51,
};

// Status codes (Table 9-50), those that RSN and PSK use.
enum d11_status {
	D11_STATUS_SUCCESS = 0,
	D11_STATUS_UNSPECIFIED = 1,
	D11_STATUS_CAPABILITIES = 10,
	D11_STATUS_NO_ASSOCIATION = 11,
	D11_STATUS_DENIED_OTHER = 12,
	D11_STATUS_AUTH_ALGORITHM = 13,
	D11_STATUS_AUTH_SEQUENCE = 14,
	D11_STATUS_CHALLENGE = 15,
	D11_STATUS_AUTH_TIMEOUT = 16,
	D11_STATUS_NO_MORE_STAS = 17,
	D11_STATUS_BASIC_RATES = 18,
	D11_STATUS_REFUSED_TEMPORARILY = 30,
	D11_STATUS_ROBUST_MGMT_VIOLATION = 31,
	D11_STATUS_INVALID_ELEMENT = 40,
	D11_STATUS_GROUP_CIPHER = 41,
	D11_STATUS_PAIRWISE_CIPHER = 42,
	D11_STATUS_AKMP = 43,
	D11_STATUS_RSNE_VERSION = 44,
	D11_STATUS_RSNE_CAPABILITIES = 45,
	D11_STATUS_CIPHER_REJECTED = 46,
	D11_STATUS_INVALID_PMKID = 53,
	D11_STATUS_ANTI_CLOGGING = 76,
	D11_STATUS_GROUP_UNSUPPORTED = 77,
	D11_STATUS_SAE_HASH_TO_ELEMENT = 126,
};

// Element identifiers (Table 9-92).
enum {
	D11_EID_SSID = 0,
	D11_EID_RATES = 1,
	D11_EID_DS_PARAMETER = 3,
	D11_EID_TIM = 5,
	D11_EID_COUNTRY = 7,
	D11_EID_RSN = 48,
	D11_EID_EXTENDED_RATES = 50,
	D11_EID_MOBILITY_DOMAIN = 54,
	D11_EID_FAST_BSS_TRANSITION = 55,
	D11_EID_MME = 76, // Management MIC
	D11_EID_VENDOR = 221,
	D11_EID_RSNX = 244,
	D11_EID_EXTENSION = 255,
};

// Action frames begin with a category and its action (9.4.1.11). Those of SA Query go on with a
// transaction identifier of two octets (9.6.9).
enum {
	D11_CATEGORY_SA_QUERY = 8,
	D11_SA_QUERY_REQUEST = 0,
	D11_SA_QUERY_RESPONSE = 1,
};

enum {
	D11_HEADER_LEN = 24,             // three addresses, no QoS, no HT Control
	D11_HEADER_MAX = 24 + 6 + 2 + 4, // everything
	D11_SSID_MAX = 32,
	D11_ELEMENT_MAX = 2 + 255,
	D11_LLC_SNAP_LEN = 8,
};

// Management and data frame header (9.3.2.1, 9.3.3.1). Optional fields are there when
// frame_control says so, and 0 otherwise: addr4 with both DS bits, qos_control in QoS data
// subtypes, ht_control when +HTC is set in a QoS data or management frame.
struct dot11_header {
	uint16_t frame_control;
	uint16_t duration; // microseconds, or AID in PS-Poll (not handled)
	struct mac addr1;  // receiver
	struct mac addr2;  // transmitter
	struct mac addr3;
	struct mac addr4;
	uint16_t sequence_control; // fragment in bits 0-3, sequence number above
	uint16_t qos_control;
	uint32_t ht_control;
};

static inline unsigned dot11_type(const struct dot11_header *h)
{
	return h->frame_control & D11_FC_TYPE;
}

// One of enum d11_frame.
static inline unsigned dot11_kind(const struct dot11_header *h)
{
	return h->frame_control & D11_FC_KIND;
}

static inline bool dot11_has_qos(const struct dot11_header *h)
{
	return dot11_type(h) == D11_TYPE_DATA && (h->frame_control & 0x0080);
}

static inline bool dot11_has_addr4(const struct dot11_header *h)
{
	const unsigned both = D11_FC_TO_DS | D11_FC_FROM_DS;
	return dot11_type(h) == D11_TYPE_DATA && (h->frame_control & both) == both;
}

static inline bool dot11_has_htc(const struct dot11_header *h)
{
	return (h->frame_control & D11_FC_HTC) &&
	       (dot11_has_qos(h) || dot11_type(h) == D11_TYPE_MGMT);
}

// Octets that dot11_header_build() writes.
size_t dot11_header_len(const struct dot11_header *h);

// -EPROTONOSUPPORT: protocol version not 0, or a control or extension frame.
int dot11_header_parse(struct reader *r, struct dot11_header *h);

void dot11_header_build(struct writer *w, const struct dot11_header *h);

// A management header of the given kind (enum d11_frame); sequence number 0 to 4095, fragment 0.
void dot11_mgmt_header_build(struct writer *w, unsigned kind, const struct mac *to,
	const struct mac *from, const struct mac *bssid, unsigned sequence);

// Destination and source of a management or data frame that is no A-MSDU (Table 9-30).
void dot11_addresses(const struct dot11_header *h, struct mac *destination, struct mac *source);

// Beacon and probe response (9.3.3.2, 9.3.3.10).
struct dot11_beacon {
	uint64_t timestamp; // microseconds
	uint16_t interval;  // units of 1024 microseconds
	uint16_t capability;
	const uint8_t *elements;
	size_t elements_len;
};

// 9.3.3.11. What follows the status depends on the algorithm: elements, or the SAE fields.
struct dot11_auth {
	uint16_t algorithm;
	uint16_t sequence;
	uint16_t status;
	const uint8_t *rest;
	size_t rest_len;
};

// Association request (9.3.3.5) and, with `reassociation`, reassociation request (9.3.3.7).
struct dot11_assoc_req {
	bool reassociation;
	uint16_t capability;
	uint16_t listen_interval;
	struct mac current_ap; // reassociation only
	const uint8_t *elements;
	size_t elements_len;
};

// Association and reassociation response (9.3.3.6, 9.3.3.8). The two upper bits of an AID are set
// on the air (9.4.1.8): `aid` is without them.
struct dot11_assoc_resp {
	uint16_t capability;
	uint16_t status;
	uint16_t aid;
	const uint8_t *elements;
	size_t elements_len;
};

// Deauthentication and disassociation (9.3.3.12, 9.3.3.4).
struct dot11_reason {
	uint16_t reason;
	const uint8_t *elements;
	size_t elements_len;
};

// These take what follows the header, to its end. Elements are not judged here.
int dot11_beacon_parse(struct reader *r, struct dot11_beacon *b);
int dot11_auth_parse(struct reader *r, struct dot11_auth *a);
int dot11_assoc_req_parse(struct reader *r, bool reassociation, struct dot11_assoc_req *a);
int dot11_assoc_resp_parse(struct reader *r, struct dot11_assoc_resp *a);
int dot11_reason_parse(struct reader *r, struct dot11_reason *d);

// These write the body; NULL elements with length 0 when the caller appends them itself.
void dot11_beacon_build(struct writer *w, const struct dot11_beacon *b);
void dot11_auth_build(struct writer *w, const struct dot11_auth *a);
void dot11_assoc_req_build(struct writer *w, const struct dot11_assoc_req *a);
void dot11_assoc_resp_build(struct writer *w, const struct dot11_assoc_resp *a);
void dot11_reason_build(struct writer *w, const struct dot11_reason *d);

// One element (9.4.2.1). `data` points into the reader's memory; the two octets before it are the
// identifier and the length. For D11_EID_EXTENSION the first octet of data is the extension.
struct element {
	uint8_t id;
	uint8_t len;
	const uint8_t *data;
};

/*
 * The next element. False at the end, and at an element that does not fit, which also makes the
 * reader bad:
 *
 *	while (element_next(&r, &e))
 *		...
 *	if (!reader_ok(&r))
 *		return -EBADMSG;
 */
static inline bool element_next(struct reader *r, struct element *e)
{
	if (reader_left(r) == 0)
		return false;
	e->id = reader_u8(r);
	e->len = reader_u8(r);
	e->data = reader_take(r, e->len);
	return reader_ok(r);
}

// The first element of that kind. Returns 0, -ENOENT, or -EBADMSG if the elements are malformed
// before it is found (what follows it is not looked at). `e` is meaningful after 0 only.
int element_find(const void *elements, size_t len, uint8_t id, struct element *e);

// 0 when `elements` is a whole number of elements, otherwise -EBADMSG.
int elements_check(const void *elements, size_t len);

// Appends an element. More than 255 octets make the writer bad.
void element_put(struct writer *w, uint8_t id, const void *data, size_t len);

// Ethertypes used here.
enum {
	LLC_ETHERTYPE_IPV4 = 0x0800,
	LLC_ETHERTYPE_ARP = 0x0806,
	LLC_ETHERTYPE_IPV6 = 0x86dd,
	LLC_ETHERTYPE_EAPOL = 0x888e,
	LLC_ETHERTYPE_PREAUTH = 0x88c7,
};

// AA AA 03 00 00 00 and the ethertype (802.2 LLC with SNAP, RFC 1042).
// -EPROTONOSUPPORT: other LLC, or an OUI that is not 00-00-00.
int llc_snap_parse(struct reader *r, uint16_t *ethertype);

void llc_snap_build(struct writer *w, uint16_t ethertype);

#endif
