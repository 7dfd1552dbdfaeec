// SPDX-License-Identifier: BSD-2-Clause
/*
 * The frame pipe: what host and peer, a program that speaks for access points, say to each other
 * over the peer's standard input and output. doc/peer-protocol.md is the reference.
 *
 * Each message is a header, type and length of the body, and the body. All numbers are
 * little-endian. The host sends an event, and then reads actions up to DONE.
 */
#ifndef OPENIHV_PEER_MESSAGE_H
#define OPENIHV_PEER_MESSAGE_H

#include "base/bytes.h"
#include "base/hex.h"

#define PEER_VERSION     1
#define PEER_HEADER      4
#define PEER_BODY_MAX    4096
#define PEER_ACTIONS_MAX 1024 /* in the answer to one event, DONE included */
#define PEER_PAYLOAD_MAX 2296 /* MSDU without LLC */
#define PEER_LOG_MAX     240
#define PEER_TIMERS      64
#define PEER_KEY_LEN     16
#define PEER_SSID_MAX    32
#define PEER_APS_MAX     64

enum peer_type {
	/* Events */
	PEER_HELLO = 1,
	PEER_ASSOCIATED,
	PEER_FRAME,
	PEER_TIMER,
	PEER_DISASSOCIATED,
	PEER_BYE,
	/* Actions */
	PEER_DO_DONE = 128,
	PEER_DO_HELLO,
	PEER_DO_SEND,
	PEER_DO_DISASSOCIATE,
	PEER_DO_DEAUTHENTICATE,
	PEER_DO_AUTHORISE,
	PEER_DO_UNAUTHORISE,
	PEER_DO_KEY,
	PEER_DO_TIMER,
	PEER_DO_LOG,
	PEER_DO_END, /* behind the last */
};

enum {
	PEER_REASSOCIATION = 1, /* flags of ASSOCIATED */
	PEER_GUARDED = 1,       /* of FRAME: it was encrypted */
	PEER_CLEAR = 1,         /* of SEND: not encrypted, whatever key there is */

	PEER_CIPHER_NONE = 0,
	PEER_CIPHER_CCMP = 4, /* as the suite 00-0F-AC:4 */
};

/* An access point as HELLO tells of it. */
struct peer_ap {
	struct mac bssid;
	uint8_t channel;
	uint8_t ssid_length;
	uint8_t ssid[PEER_SSID_MAX];
};

/* What stands before every event's own members. */
struct peer_event {
	enum peer_type type;
	uint32_t number; /* of the event; HELLO is 0 */
	uint64_t time;   /* ns, virtual */
};

/* One message each. The writer needs PEER_HEADER + PEER_BODY_MAX bytes of room; it fails if the
 * message were longer than that. */
void peer_put_hello(struct writer *w, const struct peer_event *e, uint64_t seed,
	const struct peer_ap *aps, size_t naps);
void peer_put_associated(struct writer *w, const struct peer_event *e, const struct mac *bssid,
	const struct mac *station, uint8_t flags, const uint8_t *elements, size_t length);
void peer_put_frame(struct writer *w, const struct peer_event *e, const struct mac *bssid,
	const struct mac *station, uint16_t ethertype, uint8_t flags, const uint8_t *payload,
	size_t length);
void peer_put_timer(struct writer *w, const struct peer_event *e, uint32_t id);
void peer_put_disassociated(struct writer *w, const struct peer_event *e, const struct mac *bssid,
	const struct mac *station, uint16_t reason);
void peer_put_bye(struct writer *w, const struct peer_event *e);

/* What of it is set depends on the type; pointers point into the body. */
struct peer_action {
	enum peer_type type;
	struct mac bssid, station;
	uint32_t number;     /* DONE: of the event; HELLO: the version; TIMER: its id */
	uint32_t ms;         /* TIMER; 0: stop it */
	uint16_t reason;     /* DISASSOCIATE, DEAUTHENTICATE */
	uint16_t ethertype;  /* SEND */
	bool clear;          /* SEND */
	uint8_t key_id;      /* KEY: 0 pairwise, 1 to 3 group */
	const uint8_t *key;  /* KEY: PEER_KEY_LEN bytes; NULL: none */
	const uint8_t *data; /* SEND: payload; LOG: text, not terminated */
	size_t length;
};

/* Type and length of a header's PEER_HEADER bytes. Nothing is judged. */
void peer_get_header(const uint8_t header[PEER_HEADER], uint16_t *type, uint16_t *length);
/*
 * 0; -ENOENT there is no action of that type; -EBADMSG not the length of one; -EINVAL a number out
 * of its range, or a bit that must be 0.
 */
int peer_get_action(uint16_t type, const uint8_t *body, size_t length, struct peer_action *out);
/* "SEND"; NULL: no action. */
const char *peer_action_name(uint16_t type);

#endif
