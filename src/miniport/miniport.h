// SPDX-License-Identifier: BSD-2-Clause
/*
 * The radio's side: what the host asks of a Native 802.11 miniport in ExtSTA mode, and what it is
 * told by one.
 *
 * Requests go down through struct miniport_ops, each one an OID of windot11.h or a send.
 * Indications come up through the function that attach() registered. Three rules hold for every
 * implementation:
 *
 *   1. Requests are made, and indications are delivered, on the host's loop, serialised by the
 * host.
 *   2. A request never delivers an indication before it returned: what it causes is queued on the
 * loop.
 *   3. After detach() no indication is delivered.
 *
 * Order of indications, from the miniport pages named in each line of enum indication_type: a
 * CONNECTION_START is closed by a CONNECTION_COMPLETION, an ASSOCIATION_START by an
 * ASSOCIATION_COMPLETION, a ROAMING_START by a ROAMING_COMPLETION. A DISASSOCIATION is indicated
 * for an explicit end only; an ASSOCIATION_START while associated is itself the end of the old
 * association (implicit-disassociation-operations).
 */
#ifndef OPENIHV_MINIPORT_MINIPORT_H
#define OPENIHV_MINIPORT_MINIPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hex.h"

struct miniport;

enum indication_type {
	IND_SCAN_CONFIRM,          /* the BSS list is fresh */
	IND_CONNECTION_START,      /* ndis-status-dot11-connection-start */
	IND_CONNECTION_COMPLETION, /* .status */
	IND_ASSOCIATION_START,     /* .peer; ndis-status-dot11-association-start */
	/* .peer .status .association; ndis-status-dot11-association-completion */
	IND_ASSOCIATION_COMPLETION,
	IND_ROAMING_START,      /* .peer .status = reason; ndis-status-dot11-roaming-start */
	IND_ROAMING_COMPLETION, /* .status */
	/* .peer (or FF:FF:FF:FF:FF:FF) .status; ndis-status-dot11-disassociation */
	IND_DISASSOCIATION,
	IND_DISCONNECT_COMPLETE, /* answers disconnect(); all that it caused was indicated before */
	IND_RESET_COMPLETE,      /* answers reset(), likewise */
	IND_RECEIVE,         /* .peer .ethertype .data .length; an MSDU, header and LLC removed */
	IND_SEND_COMPLETE,   /* .cookie; the frame was acknowledged or given up */
	IND_TKIPMIC_FAILURE, /* .data .length: DOT11_TKIPMIC_FAILURE_PARAMETERS */
	IND_PMKID_CANDIDATE_LIST, /* .data .length: DOT11_PMKID_CANDIDATE_LIST_PARAMETERS */
	IND_PHY_STATE,            /* .data .length: DOT11_PHY_STATE_PARAMETERS */
	IND_LINK_QUALITY,         /* .data .length: DOT11_LINK_QUALITY_PARAMETERS */
	/* .data .length: NDIS_STATUS_MEDIA_SPECIFIC_INDICATION, the vendor's own format */
	IND_MEDIA_SPECIFIC,
	IND_REMOVED, /* the device is gone; every later request answers -ENODEV */
};

/* What an association exchanged, as windot11.h wants it told: whole frame bodies, without the
 * 802.11 MAC header. */
struct association_info {
	const uint8_t *request;  /* (re)association request */
	const uint8_t *response; /* response */
	const uint8_t *beacon;   /* beacon or probe response */
	uint32_t request_length, response_length, beacon_length;
	bool reassociation; /* request and response were the reassociation kind */
	/* DOT11_AUTH_ALGORITHM and DOT11_CIPHER_ALGORITHM in force */
	uint32_t auth, unicast, multicast;
};

/* Everything that a pointer here names belongs to the miniport and is valid during the indication
 * only. */
struct indication {
	enum indication_type type;
	struct mac peer;
	uint32_t status;    /* DOT11_ASSOC_STATUS */
	uint16_t ethertype; /* host byte order */
	const uint8_t *data;
	uint32_t length;
	uint64_t cookie;
	const struct association_info *association;
};

struct ssid {
	uint8_t length; /* 0..32 */
	uint8_t bytes[32];
};

/* A BSS that the last scan saw. */
struct bss {
	struct mac bssid;
	int32_t rssi;                         /* dBm */
	uint32_t frequency;                   /* MHz */
	uint16_t capability, beacon_interval; /* TU */
	uint64_t timestamp;                   /* TSF, us */
	const uint8_t *elements;
	uint32_t elements_length;
	/* The name under which the radio has found it, where that is not the first of the elements:
	 * a network that hides its name, or a beacon that is no more than noise. NULL: it is. */
	const struct ssid *name;
};

/* OID_DOT11_DESIRED_SSID_LIST, _DESIRED_BSS_TYPE and _CONNECT_REQUEST in one. */
struct connect_request {
	const struct ssid *ssids;
	size_t nssids;
	uint32_t bss_type; /* DOT11_BSS_TYPE */
};

/*
 * OID_DOT11_CIPHER_DEFAULT_KEY and _KEY_MAPPING_KEY. The miniport copies the key and wipes it when
 * it is replaced. To remove one, peer or index say which; algorithm and what follows are not set.
 *
 * BIP (6) is the integrity group key: index 4 or 5, and the packet number is the IPN.
 *
 * A TKIP key (2) has 32 bytes, in the order of a GTK (802.11-2020, 12.8.2): the temporal key (16),
 * the Michael key for what the access point sends (8), the one for what the station sends (8).
 * Linux wants the same of a station with its own view of sending and receiving, that is with the
 * last two exchanged. The packet number is the TSC.
 */
struct miniport_key {
	struct mac peer;    /* mapping key: the station; default key: the AP or zero */
	uint32_t algorithm; /* DOT11_CIPHER_ALGORITHM */
	uint32_t index;     /* default keys only: 0 to 3, of BIP 4 and 5 */
	uint32_t direction; /* DOT11_DIRECTION */
	bool remove, permanent;
	uint64_t receive_pn; /* 48-bit packet number from which received frames are accepted
				(exclusive) */
	const uint8_t *key;
	uint32_t length; /* bytes of key */
};

struct privacy_exemption {
	uint16_t ethertype; /* host byte order */
	uint16_t action;    /* 1 always in clear, 2 in clear while no key mapping key exists */
	uint16_t packet;    /* 1 unicast, 2 multicast, 3 both */
};

/* An authentication algorithm with a cipher that the radio can use beneath it. A radio that can
 * protect management frames says so by a multicast pair with BIP (6); that it then does, where the
 * access point can too, is its own decision and shows in the RSNE of its association request. */
struct algorithm_pair {
	uint32_t auth, cipher;
};

struct miniport_caps {
	struct mac address;
	const char *description; /* UTF-8 */
	const struct algorithm_pair *unicast, *multicast;
	size_t nunicast, nmulticast;
};

/* An MSDU to send. data is copied. */
struct miniport_frame {
	struct mac peer;    /* destination */
	uint16_t ethertype; /* host byte order */
	const uint8_t *data;
	uint32_t length;
	uint64_t cookie; /* 0: no IND_SEND_COMPLETE wanted */
};

/*
 * A module needs the station's address for its key derivation and is told it in no structure. Every
 * miniport here answers a NIC-specific request of these four characters with the six bytes of its
 * address.
 */
#define MINIPORT_NIC_ADDRESS "ADDR"

typedef void (*miniport_indicate_fn)(void *user, const struct indication *ind);

/*
 * Every request answers 0 or: -ENOTSUP the radio has no such request; -EINVAL an argument it cannot
 * take; -ENODEV it is gone or off; -EBUSY not now; -EIO it failed; -ENOMEM. All members are set but
 * those marked optional.
 */
struct miniport_ops {
	void (*attach)(struct miniport *mp, miniport_indicate_fn indicate, void *user);
	void (*detach)(struct miniport *mp);
	const struct miniport_caps *(*caps)(struct miniport *mp);

	/* OID_DOT11_NIC_POWER_STATE; off drops every association silently. */
	int (*power)(struct miniport *mp, bool on);
	/* OID_DOT11_SCAN_REQUEST for every network, and by name for those that hide (at most as
	 * many as the radio can ask for at once); IND_SCAN_CONFIRM follows. */
	int (*scan)(struct miniport *mp, const struct ssid *hidden, size_t count);
	/* OID_DOT11_ENUM_BSS_LIST; the array is valid until the loop turns. */
	const struct bss *(*bss_list)(struct miniport *mp, size_t *count);

	int (*set_auth)(struct miniport *mp, uint32_t auth);
	int (*set_unicast_cipher)(struct miniport *mp, uint32_t cipher);
	int (*set_multicast_cipher)(struct miniport *mp, uint32_t cipher);
	int (*set_exclude_unencrypted)(struct miniport *mp, bool exclude);
	int (*set_exemptions)(
		struct miniport *mp, const struct privacy_exemption *list, size_t count);
	int (*set_default_key)(struct miniport *mp, const struct miniport_key *key);
	int (*set_mapping_key)(struct miniport *mp, const struct miniport_key *key);
	int (*set_default_key_id)(struct miniport *mp, uint32_t index);

	/* IND_CONNECTION_START follows. */
	int (*connect)(struct miniport *mp, const struct connect_request *req);
	/* IND_DISASSOCIATION if associated, IND_DISCONNECT_COMPLETE. */
	int (*disconnect)(struct miniport *mp);
	/* Likewise with IND_RESET_COMPLETE; keys and algorithms go. */
	int (*reset)(struct miniport *mp);
	int (*port_state)(struct miniport *mp, const struct mac *peer, bool open);
	/* Queues a frame; -ENOTCONN without an association. */
	int (*send)(struct miniport *mp, const struct miniport_frame *frame);
	/* Optional, OID_DOT11_NIC_SPECIFIC_EXTENSION. *out_length: room, then bytes written. */
	int (*nic_specific)(struct miniport *mp, const uint8_t *in, uint32_t in_length,
		uint8_t *out, uint32_t *out_length);
};

struct miniport {
	const struct miniport_ops *ops;
};

#endif
