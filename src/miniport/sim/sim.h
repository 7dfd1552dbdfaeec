// SPDX-License-Identifier: BSD-2-Clause
/*
 * A simulated radio: one medium, any number of access points and stations, virtual or real time,
 * one seed.
 *
 * Frames on the medium are whole 802.11 frames, so a capture of them is what a monitor interface
 * would see. An access point is a real authenticator: open, or WPA2-PSK with CCMP by its own half
 * of the 4-way handshake; behind it sits a host that answers ICMP echo requests to
 * SIM_ECHO_ADDRESS, so that a ping over the port proves the keys. Two more kinds are for modules
 * whose protocol is not known here: SIM_BLIND associates everybody and is silent, SIM_PEER leaves
 * the protocol to its owner (struct sim_peer_ops).
 *
 * A station connects to the best signal among the BSSs that have a wanted SSID and the security
 * that was set; with algorithms of the IHV range these are SIM_BLIND and SIM_PEER alone, and there
 * is no key for such a cipher. It asks an access point three times, 200 ms apart. It misses the
 * beacons of one that vanished after 2 s. A lost association is followed by attempts to roam, 100
 * ms after the loss and then 1, 2, 4 ... 16 s after each failed one; after eight losses and
 * failures in a row, with no port_state(open) in between, it stays put until connect() or
 * disconnect(). Beacons are implied: no timer runs while nothing is pending, so that virtual time
 * comes to an end.
 *
 * With management frame protection, frames that end an association are encrypted, and those to all
 * stations carry a MIC; the other side drops what should be protected and is not. A station then
 * asks its access point whether it knows it (SA Query, 802.11-2020, 11.13), and is lost after five
 * requests in vain. An access point asks nothing: a new association simply ends the older one.
 *
 * Everything runs on the loop given to sim_new() and is serialised by its owner.
 */
#ifndef OPENIHV_MINIPORT_SIM_SIM_H
#define OPENIHV_MINIPORT_SIM_SIM_H

#include "loop/loop.h"
#include "miniport/miniport.h"

#define SIM_ECHO_ADDRESS    0xC0000201u /* 192.0.2.1, behind every AP (RFC 5737 TEST-NET-1) */
#define SIM_STATION_ADDRESS 0xC0000264u /* 192.0.2.100 */

struct sim;
struct sim_ap;

enum sim_security {
	SIM_OPEN,
	SIM_WPA2_PSK,
	SIM_BLIND, /* associates everybody, never says anything; data passes as at an open one */
	SIM_PEER,  /* associates everybody; what follows is sim_ap_set_peer()'s */
};

/* Management frame protection of a SIM_WPA2_PSK, with BIP-CMAC-128 (802.11-2020, 12.6.3). */
enum sim_mfp {
	SIM_MFP_OFF,
	SIM_MFP_OPTIONAL, /* with stations that are capable of it */
	SIM_MFP_REQUIRED, /* others are refused */
};

#define SIM_ELEMENTS_MAX 257 /* one element of full length */

struct sim_ap_config {
	enum sim_security security;
	char passphrase[65]; /* 8 to 63 characters, or 64 hex digits */
	uint32_t akms;       /* bit set of SIM_AKM_*; 0: SIM_AKM_PSK */
	enum sim_mfp mfp;
	struct ssid ssid;
	struct mac bssid;      /* zero: chosen from the seed, locally administered */
	uint8_t channel;       /* 1..14; 0: 1 */
	int32_t rssi;          /* dBm at every station; 0: -50 */
	uint32_t update_count; /* transmissions of each message of a handshake; 0: 4 */
	uint32_t retry_ms;     /* between them; 0: 1000 */
	bool privacy; /* the Privacy bit of SIM_BLIND and SIM_PEER; others have their own */
	/* Whole elements for beacons, probe and association responses, behind the AP's own. */
	uint8_t elements[SIM_ELEMENTS_MAX];
	uint16_t elements_length;
};

#define SIM_AKM_PSK        1u /* 00-0F-AC:2 */
#define SIM_AKM_PSK_SHA256 2u /* 00-0F-AC:6 */

/*
 * Reads `open`, `wpa2-psk:PASSPHRASE`, `blind` or `peer`, then any of `,ssid=NAME` `,bssid=MAC`
 * `,channel=N` `,rssi=DBM` `,akm=psk|psk-sha256|both` `,mfp=off|optional|required` `,ie=HEX`
 * `,privacy=on|off`. A comma in a passphrase or name is written `\,`, and a backslash before a
 * comma
 * `\\`. HEX is one or more whole elements that the AP does not make itself; mfp is for wpa2-psk,
 * privacy for blind and peer. Fields that are not named keep what *config held. 0, or -EINVAL with
 * one sentence in err (room bytes) that names the cause; then *config is as it was.
 */
int sim_ap_config_parse(const char *spec, struct sim_ap_config *config, char *err, size_t room);

/* 0 or -ENOMEM. The same loop clock, seed and calls give the same frames. */
int sim_new(struct loop *loop, uint64_t seed, struct sim **out);
/* Frees every AP and station too; a host must have detached from the stations. */
void sim_free(struct sim *sim);

/* 0, -ENOMEM, -EINVAL (passphrase, SSID, BSSID, elements), -EEXIST (BSSID). The AP answers from now
 * on. */
int sim_add_ap(struct sim *sim, const struct sim_ap_config *config, struct sim_ap **out);
/*
 * A new station; address zero: chosen from the seed. The miniport belongs to the sim;
 * sim_remove_station() frees it. 0, -ENOMEM, -EINVAL (group address), -EEXIST.
 */
int sim_add_station(struct sim *sim, struct mac address, struct miniport **out);
/* Whether the station can protect management frames; a new one can. Only before it connects. */
void sim_station_set_mfp(struct miniport *mp, bool capable);
/*
 * Surprise removal: IND_REMOVED is queued, and everything answers -ENODEV from now on. The AP hears
 * nothing, and sends that wait for their IND_SEND_COMPLETE never get it.
 */
void sim_unplug(struct miniport *mp);
/* Frees a station that no host is attached to. */
void sim_remove_station(struct miniport *mp);

/* As completed by sim_add_ap(). */
const struct sim_ap_config *sim_ap_config(const struct sim_ap *ap);

/* What an AP can be told to do. Unknown stations: -ENOENT. */
int sim_ap_disassociate(struct sim_ap *ap, struct mac station, uint16_t reason);
int sim_ap_deauthenticate(struct sim_ap *ap, struct mac station, uint16_t reason);
int sim_ap_deauthenticate_all(struct sim_ap *ap, uint16_t reason); /* one broadcast frame */
int sim_ap_group_rekey(struct sim_ap *ap); /* new GTK, group handshake with each station */
/* A new 4-way handshake, protected by the old PTK. -EBUSY while one runs, -ENOTCONN before one. */
int sim_ap_rekey(struct sim_ap *ap, struct mac station);
/* A group frame to all stations of the AP, protected by the GTK unless the network is open. */
int sim_ap_broadcast(struct sim_ap *ap, uint16_t ethertype, const uint8_t *data, size_t length);
void sim_ap_vanish(struct sim_ap *ap); /* no beacon, no answer: stations lose it */
void sim_ap_return(struct sim_ap *ap); /* back, with no memory of its stations */
void sim_ap_set_rssi(struct sim_ap *ap, int32_t rssi);

enum sim_ap_state {
	SIM_STA_UNKNOWN,
	SIM_STA_ASSOCIATED, /* handshake not finished */
	SIM_STA_AUTHORISED,
};

struct sim_ap_station_info {
	enum sim_ap_state state;
	/* Data frames, not EAPOL: those that passed decryption and the AP's own port ... */
	uint64_t data_received;
	/* ... and those that came before the station was authorised, or cannot be decrypted. */
	uint64_t data_refused;
	uint64_t mic_failures; /* EAPOL-Key with a wrong MIC: a wrong passphrase shows here */
	uint64_t handshakes, group_handshakes; /* completed */
	/* SIM_BLIND, SIM_PEER: frames of the vendor's protocol. Data is IPv4, ARP and IPv6 there,
	 * and everything else is protocol. */
	uint64_t protocol_received;
};
void sim_ap_station(const struct sim_ap *ap, struct mac station, struct sim_ap_station_info *out);

/* The secrets of a station's handshake, of the one that runs or the last: for who wants to know
 * what is left of them elsewhere. */
struct sim_ap_keys {
	uint8_t pmk[32], kck[16], kek[16], tk[16];
};
/* 0, -ENOENT: no such station, or no handshake has come as far as message 2. */
int sim_ap_keys(const struct sim_ap *ap, struct mac station, struct sim_ap_keys *out);

/*
 * What the owner of a SIM_PEER is told, on the loop; it may act from inside. Each associated() is
 * followed by one disassociated(), also when the owner itself has ended the association (then from
 * inside that call), but not when the AP or the registration goes.
 */
struct sim_peer_ops {
	/* The response has been sent. elements are those of the (re)association request, not
	 * judged. */
	void (*associated)(void *user, struct sim_ap *ap, struct mac station, bool reassociation,
		const uint8_t *elements, size_t length);
	/* A frame of the vendor's protocol. guarded: it was encrypted with the station's key. */
	void (*frame)(void *user, struct sim_ap *ap, struct mac station, uint16_t ethertype,
		const uint8_t *data, size_t length, bool guarded);
	/* reason is the frame's (802.11-2020, Table 9-49), whoever sent it; 0 without one: the
	 * station has associated again, here or elsewhere, or has gone, or the AP has. */
	void (*disassociated)(void *user, struct sim_ap *ap, struct mac station, uint16_t reason);
};

/* ops must outlive the registration; NULL ends it. Without one the AP is silent. -EINVAL: no
 * SIM_PEER. */
int sim_ap_set_peer(struct sim_ap *ap, const struct sim_peer_ops *ops, void *user);

/*
 * What the owner of a SIM_PEER does. All: -EINVAL no SIM_PEER, or another wrong argument; -ENOENT
 * the station is not associated, or the AP has vanished.
 *
 * sim_ap_send: to a station, or to all of them if it is a group address; encrypted with the key
 * that was set, if there is one and clear is false. Also -ENOMEM, -EIO.
 */
int sim_ap_send(struct sim_ap *ap, struct mac station, uint16_t ethertype, const uint8_t *data,
	size_t length, bool clear);
/* The AP's port for the station: whether its data is let through. It begins closed. */
int sim_ap_authorise(struct sim_ap *ap, struct mac station, bool authorised);
/* The pairwise CCMP-128 key, TRAFFIC_KEY_LEN (16) bytes, for both directions; NULL: none. Data of
 * the station must then be encrypted. Packet numbers begin anew. */
int sim_ap_set_key(struct sim_ap *ap, struct mac station, const uint8_t *tk);
/* The key of group frames, with its id on the air, 1 to 3; tk NULL: none. */
int sim_ap_set_group_key(struct sim_ap *ap, uint8_t id, const uint8_t *tk);

/*
 * Makes a station roam to bssid for a DOT11_ASSOC_STATUS reason (0xB better AP, 0xC association
 * lost), by reassociation. -ENOENT no such AP, -ENOTCONN not associated.
 */
int sim_station_roam(struct miniport *mp, struct mac bssid, uint32_t reason);
/* Delivers a frame of the test's making to whom its addr1 names, as if it had been on the air; no
 * rule sees it. */
int sim_inject(struct sim *sim, const uint8_t *frame, size_t length);

/*
 * nic_specific() with these four characters as input answers struct sim_station_counters, in the
 * machine's byte order. Any other input, or too little room for the answer: -EINVAL.
 */
#define SIM_NIC_PING "PING"

struct sim_station_counters {
	uint64_t sent, received; /* MSDUs: handed to the air, indicated to the host */
	uint64_t undecryptable;  /* protected, and no key for it or a wrong one */
	uint64_t replays;        /* packet number not greater than the last */
	uint64_t privacy_drops;  /* dropped by an exemption or by exclude_unencrypted */
	uint64_t unprotected;    /* management frames that should have been protected */
};

/* Kinds of frames for rules. */
enum sim_kind {
	SIM_ANY,
	SIM_AUTHENTICATION,
	SIM_ASSOCIATION_REQUEST, /* or reassociation */
	SIM_ASSOCIATION_RESPONSE,
	SIM_DISASSOCIATION, /* or deauthentication */
	SIM_MESSAGE_1,
	SIM_MESSAGE_2,
	SIM_MESSAGE_3,
	SIM_MESSAGE_4,
	SIM_GROUP_1,
	SIM_GROUP_2,
	SIM_EAPOL, /* any EAPOL */
	SIM_DATA,  /* data that is not EAPOL */
};

enum sim_action {
	SIM_DROP,
	SIM_DELAY,     /* by .delay ns; later frames overtake it */
	SIM_DUPLICATE, /* sent twice, back to back; protected, each with its own packet number */
	SIM_REORDER,   /* held until the next frame of the same direction has passed */
	SIM_CORRUPT,   /* bit .offset of the body is inverted; SIM_RANDOM: any one, by the seed */
	SIM_TRUNCATE,  /* the last .offset bytes are cut; SIM_RANDOM: any number */
	SIM_EXTEND,    /* .offset bytes are appended */
	SIM_REPLAY,    /* delivered, and by an attacker the same bytes again .delay ns later */
	/* Dropped, and the AP disassociates the station with reason .offset instead. */
	SIM_DISASSOCIATE,
};

#define SIM_RANDOM UINT32_MAX

/*
 * A rule acts on the frames of one kind that match, from the (skip+1)th on, count of them (0: all).
 * kind is judged before encryption, so that a protected EAPOL frame still matches. hits counts, so
 * that a test can tell that its fault happened. CORRUPT, TRUNCATE and EXTEND work on what stands
 * behind the LLC header (for EAPOL: the PDU), or on the body of a management frame, before
 * encryption. All rules that match act, in the order in which they were added, until one loses the
 * frame. SIM_ANY includes probe requests and responses.
 */
struct sim_rule {
	enum sim_kind kind;
	enum sim_action action;
	uint32_t skip, count;
	uint32_t offset;
	uint64_t delay;
	uint32_t hits;
	uint32_t seen;
};

/* The rule belongs to the caller and must live until sim_remove_rule() or sim_free(). */
void sim_add_rule(struct sim *sim, struct sim_rule *rule);
void sim_remove_rule(struct sim *sim, struct sim_rule *rule);

/* Sees every frame at the end of its time on the air, before rules lose it. time is the loop's. One
 * tap; NULL removes it. */
typedef void (*sim_tap_fn)(
	void *user, uint64_t time, const uint8_t *frame, size_t length, uint32_t frequency);
void sim_set_tap(struct sim *sim, sim_tap_fn tap, void *user);

#endif
