// SPDX-License-Identifier: BSD-2-Clause
/*
 * What the files of the simulated radio share.
 *
 *	sim.c            life of the simulation, stations and access points by address
 *	medium.c         frames on the air: rules, tap, delivery
 *	rules.c          what the rules want done to one frame
 *	ap.c             an access point's management frames and what it can be told
 *	ap_control.c     what a test or a user tells it to do
 *	ap_elements.c    what it announces, and what it wants of a station's elements
 *	ap_data.c        its data path, and the host behind it
 *	ap_peer.c        the seam to the owner of a SIM_PEER
 *	authenticator.c  its half of the handshakes
 *	station.c        the miniport's requests
 *	indicate.c       the miniport's indications
 *	candidates.c     whom to associate with, in which order
 *	sme.c            connecting, roaming and leaving
 *	station_data.c   keys, sending and receiving
 *	robust.c         protected management frames, on both sides
 *
 * Every timer that exists: an access point's station has the authenticator's (retry); a station has
 * indicate, sme (answers, beacon loss and roaming, which exclude each other), query and scan; a
 * frame has its arrival. None runs while nothing is pending.
 */
#ifndef OPENIHV_MINIPORT_SIM_INTERNAL_H
#define OPENIHV_MINIPORT_SIM_INTERNAL_H

#include <sys/queue.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/bytes.h"
#include "base/rng.h"
#include "loop/loop.h"
#include "miniport/sim/authenticator.h"
#include "miniport/pool.h"
#include "miniport/queue.h"
#include "miniport/requests.h"
#include "miniport/sim/sim.h"
#include "miniport/sim/traffic.h"
#include "miniport/status.h"
#include "wire/dot11.h"

#define AIR_PREAMBLE    (50 * NS_PER_US)
#define ANSWER_TIMEOUT  (200 * NS_PER_MS)
#define ANSWER_TRIES    3
#define SCAN_TIME       (100 * NS_PER_MS)
#define BEACON_LOSS     (2 * NS_PER_S)
#define QUERY_RETRY     (201 * 1024 * NS_PER_US) /* 802.11-2020, 11.13 and Annex C: of 1000 TU */
#define QUERY_TRIES     5
#define ROAM_DELAY      (100 * NS_PER_MS)
#define ROAM_RETRY      (1 * NS_PER_S) /* doubled after each failure up to ROAM_RETRY_MAX */
#define ROAM_RETRY_MAX  (16 * NS_PER_S)
#define ROAM_TRIES      8 /* then the station gives up, so that virtual time can end */
#define BEACON_INTERVAL 100
#define ELEMENTS_MAX    (128 + SIM_ELEMENTS_MAX)
#define BEACON_MAX      (12 + ELEMENTS_MAX)
#define MAPPING_KEYS    4
#define DATA_KEYS       4               /* default keys for data */
#define DEFAULT_KEYS    (DATA_KEYS + 2) /* and two for BIP */

struct station;

/* A frame on its way. */
struct frame {
	struct timer arrival;
	struct sim *sim;
	TAILQ_ENTRY(frame) air;  /* sim->air, or sim->held once it has arrived to be overtaken */
	TAILQ_ENTRY(frame) owed; /* sender->sending, while sender is set */
	struct station *sender;  /* waits for a completion with cookie */
	uint64_t cookie;
	uint32_t frequency;
	bool lost, hold;
	uint16_t reason; /* with disassociate */
	bool disassociate;
	uint16_t length, room;
	uint8_t bytes[];
};
TAILQ_HEAD(frame_list, frame);

struct sim {
	struct loop *loop;
	struct crypto *crypto;
	struct rng rng;
	struct pool pool;
	struct station *stations;
	struct sim_ap *aps;
	size_t naps;
	struct frame_list air, held;
	struct bss *bss_list; /* room for naps, made when asked for */
	size_t bss_room;
	struct sim_rule **rules;
	size_t nrules;
	sim_tap_fn tap;
	void *tap_user;
};

/* A station as its access point sees it. Stays when the station leaves, for its counters. */
struct ap_station {
	UT_hash_handle hh;
	struct sim_ap *ap;
	struct mac address;
	enum sim_ap_state state;
	bool authenticated; /* 802.11 authentication */
	uint16_t aid;
	uint64_t air_free; /* the link towards the station is taken until then */
	struct traffic_key ptk;
	struct authenticator authenticator;
	uint64_t data_received, data_refused, protocol_received;
};

struct sim_ap {
	struct sim *sim;
	UT_hash_handle hh;
	struct sim_ap_config config;
	struct authenticator_bss bss;
	bool present;
	uint16_t sequence, aids;
	uint64_t air_free; /* group frames and those to strangers */
	struct ap_station *stations;
	LIST_HEAD(, station) members; /* stations that believe to be associated */
	uint8_t elements[ELEMENTS_MAX];
	uint16_t elements_length, capability;
	const struct sim_peer_ops *peer;
	void *peer_user;
};

enum sme_state {
	SME_IDLE,
	SME_AUTHENTICATING,
	SME_ASSOCIATING,
	SME_ASSOCIATED,
	SME_WAITING, /* connected once, without association: the next attempt to roam is due */
	SME_GIVEN_UP,
};

struct station_key {
	struct traffic_key traffic;
	struct mac peer;
	uint8_t direction;
	bool permanent;
};

struct station {
	struct miniport mp; /* first: the host's pointer is this one */
	struct sim *sim;
	UT_hash_handle hh;
	LIST_ENTRY(station) member; /* ap->members, while associated */
	struct miniport_caps caps;
	struct indication_queue queue;
	struct timer sme_timer, scanning;
	struct frame_list sending;
	uint64_t air_free;
	uint16_t sequence;
	bool powered, removed, port_open, exclude_unencrypted, mfp_capable;
	uint32_t auth, unicast, multicast, default_key_id;
	uint16_t nexemptions;
	struct privacy_exemption exemptions[EXEMPTIONS_MAX];
	struct station_key default_keys[DEFAULT_KEYS], mapping_keys[MAPPING_KEYS];
	struct sim_station_counters counters;

	/* sme.c */
	enum sme_state state;
	struct ssid *ssids; /* of connect() */
	size_t nssids;
	struct sim_ap *target;  /* candidate, then the associated AP */
	struct sim_ap *current; /* the AP of the last association: it is reassociated from */
	bool connecting, roaming, associating; /* a START indication waits for its COMPLETION */
	bool reassociation;
	uint8_t tries, roams;
	uint64_t roam_retry;

	/* robust.c */
	struct timer query; /* armed: a request waits for its response */
	uint16_t transaction;
	uint8_t queries;
};

/* --- sim.c */
struct station *sim_station_find(const struct sim *sim, const struct mac *address);
struct sim_ap *sim_ap_find(const struct sim *sim, const struct mac *bssid);
uint16_t sim_next_sequence(uint16_t *sequence); /* as a Sequence Control field */

/* Whether a data frame is one whole MSDU. A piece of one must not be taken for the whole, nor an
 * A-MSDU for a plain one; neither is known here. */
bool sim_is_msdu(const struct dot11_header *h);
/* Whether a kind of management frame is protected where that was negotiated: of the robust ones
 * (802.11-2020, 4.5.4.9) those that are known here. */
bool sim_is_robust(unsigned kind);

/* --- medium.c */
struct transmission {
	enum sim_kind kind;
	uint64_t *air_free; /* of the sender's link */
	uint32_t frequency;
	struct dot11_header header;
	uint16_t ethertype;  /* data frames */
	const uint8_t *body; /* management: the frame body; data: the MSDU without LLC */
	size_t length;
	struct traffic_key *key; /* NULL: in clear */
	struct station *sender;  /* with cookie: wants IND_SEND_COMPLETE */
	uint64_t cookie;
};
/* 0, -EINVAL too long, -ENOMEM, -EIO. The body is copied. */
int medium_send(struct sim *sim, const struct transmission *t);
/* A frame of the caller's making, as it is. */
int medium_inject(struct sim *sim, const uint8_t *bytes, size_t length);
/* The sender goes: its frames fly on and complete to nobody; or they complete now. */
void medium_forget_sender(struct station *st);
void medium_complete_all(struct station *st);
void medium_destroy(struct sim *sim);
/* M1 .. G2, or EAPOL. */
enum sim_kind medium_eapol_kind(const uint8_t *pdu, size_t length);

/* --- rules.c */
struct rule_verdict {
	bool lost, hold, duplicate, replay, disassociate;
	uint16_t reason;
	uint64_t delay, replay_delay;
	bool changed; /* body and length are in changed_body */
	size_t length;
	uint8_t changed_body[MSDU_MAX];
};
void rules_judge(struct sim *sim, const struct transmission *t, struct rule_verdict *v);

/* --- ap.c */
void ap_receive(struct sim_ap *ap, const struct dot11_header *h, struct reader body);
struct ap_station *ap_station_find(const struct sim_ap *ap, const struct mac *address);
int ap_send_management(struct sim_ap *ap, const struct mac *to, unsigned kind,
	enum sim_kind rule_kind, const struct writer *body);
int ap_send_reason(struct sim_ap *ap, const struct mac *to, unsigned kind, uint16_t reason);
/* Says so, and forgets the station. The error of the sending. */
int ap_throw_out(struct ap_station *s, unsigned kind, uint16_t reason);
/* Ends association, keys and handshake; the counters remain. Tells the peer, with the reason. */
void ap_forget(struct ap_station *s, uint16_t reason);
/* The station if it is associated now, else NULL. */
struct ap_station *ap_associated(const struct sim_ap *ap, const struct mac *station);
uint32_t ap_frequency(const struct sim_ap *ap);
/* Forgets a station and its counters. */
void ap_purge(struct sim_ap *ap, const struct mac *station);
void ap_destroy(struct sim_ap *ap);

/* --- ap_elements.c */
void ap_build_elements(struct sim_ap *ap);
/* The body of its beacon or probe response now. */
void ap_put_beacon(const struct sim_ap *ap, struct writer *w);
/* The status code for the security part of an association request; *akm and *rsne are set on
 * success. */
uint16_t ap_judge_rsne(const struct sim_ap *ap, const uint8_t *elements, size_t length,
	uint32_t *akm, struct element *rsne);
void put_rates(struct writer *w);
uint32_t sim_akm_suite(uint32_t bit); /* SIM_AKM_* to suite */

/* --- ap_data.c */
extern const struct authenticator_ops ap_authenticator_ops;
void ap_receive_data(struct sim_ap *ap, const struct dot11_header *h, struct reader body);
/*
 * Decrypts with the PTK or, before message 4 has come, with the one that it will confirm: a station
 * may have installed its keys before it had to repeat message 4. *early tells that.
 */
ssize_t ap_open_frame(struct ap_station *s, const struct dot11_header *h, struct reader body,
	uint8_t *out, bool *early);
/* To one station, or (s NULL) to all; encrypted if there is a key, unless clear. */
int ap_send_data(struct sim_ap *ap, struct ap_station *s, uint16_t ethertype,
	const uint8_t *payload, size_t length, bool clear);

/* --- ap_peer.c */
void ap_peer_associated(struct ap_station *s, const struct dot11_assoc_req *a);
void ap_peer_frame(
	struct ap_station *s, uint16_t ethertype, const struct reader *payload, bool guarded);

/* --- station.c */
static inline struct station *station_of(struct miniport *mp)
{
	return (struct station *)mp;
}
void station_init(struct station *st, struct sim *sim, const struct mac *address);
void station_receive(struct station *st, const struct dot11_header *h, struct reader body);
void station_destroy(struct station *st);
/* Whether the association with the target has, or will have, management frame protection. */
bool station_mfp(const struct station *st);

/* --- indicate.c */
void indicate(struct station *st, const struct indication *ind);
void indicate_status(
	struct station *st, enum indication_type type, const struct mac *peer, uint32_t status);
/* Queues IND_RECEIVE or an association completion, whose bytes are copied. */
void indicate_receive(struct station *st, const struct mac *peer, uint16_t ethertype,
	const uint8_t *data, size_t length);
void indicate_association(
	struct station *st, const struct mac *peer, const struct association_info *info);
void indicate_discard(struct station *st, bool keep_completions);

/* --- candidates.c */
/* The best candidate, or the best of those that are worse than after; NULL: none. */
struct sim_ap *sme_candidate(const struct station *st, const struct sim_ap *after);

/* --- sme.c */
int sme_connect(struct station *st, const struct connect_request *req);
/* Closes what is open and leaves the AP; IND_DISASSOCIATION etc. are queued unless silent. */
void sme_leave(struct station *st, bool silent);
void sme_receive(struct station *st, const struct dot11_header *h, struct reader body);
/* To the target; protected where it must be. */
void sme_send(
	struct station *st, unsigned kind, enum sim_kind rule_kind, const struct writer *body);
/* The access point is there no more, as far as can be told. */
void sme_ap_lost(struct station *st);
void sme_ap_vanished(struct station *st);
void sme_ap_returned(struct station *st);
int sme_roam(struct station *st, struct sim_ap *to, uint32_t reason);
/* No more timers and no AP, without a frame or an indication. */
void sme_silence(struct station *st);

/* --- station_data.c */
int station_set_default_key(struct miniport *mp, const struct miniport_key *key);
int station_set_mapping_key(struct miniport *mp, const struct miniport_key *key);
int station_send(struct miniport *mp, const struct miniport_frame *frame);
void station_receive_data(struct station *st, const struct dot11_header *h, struct reader body);
void station_association_keys(
	struct station *st, const struct mac *ap); /* what goes with a new association */
void station_clear_keys(struct station *st);
/* The pairwise key, if the association has management frame protection and is that far; else NULL.
 */
struct traffic_key *station_management_key(struct station *st);
enum station_trust {
	STATION_TRUSTED,
	STATION_DROPPED,     /* not authentic, or a replay */
	STATION_UNPROTECTED, /* as anybody can have sent it */
};
/* Judges a robust management frame of the access point. Trusted: body is then what it says, in the
 * frame or in plain, which has room for MSDU_MAX. */
enum station_trust station_open_management(
	struct station *st, const struct dot11_header *h, struct reader *body, uint8_t *plain);

/* --- robust.c */
/* False: not to be believed. body may then be in plain, which has room for MSDU_MAX. */
bool ap_open_robust(
	struct ap_station *s, const struct dot11_header *h, struct reader *body, uint8_t *plain);
void ap_answer_query(struct ap_station *s, struct reader *body);
/* Likewise. What was not protected makes the station ask its access point whether it is true. */
bool station_open_robust(
	struct station *st, const struct dot11_header *h, struct reader *body, uint8_t *plain);
void station_query_answered(struct station *st, struct reader *body);
void station_query_stop(struct station *st);

#endif
