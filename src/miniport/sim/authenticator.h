// SPDX-License-Identifier: BSD-2-Clause
/*
 * The authenticator's half of the 4-way and the group key handshake (802.11-2020, 12.7.6, 12.7.7),
 * for PSK with CCMP, and BIP where management frames are protected. It shares codecs and primitives
 * with supplicants, and no other code.
 *
 * One struct authenticator_bss holds what all stations of an access point share, one struct
 * authenticator serves one station. Everything else is reached through the table, so that a test
 * can drive it with no radio.
 */
#ifndef OPENIHV_MINIPORT_SIM_AUTHENTICATOR_H
#define OPENIHV_MINIPORT_SIM_AUTHENTICATOR_H

#include "base/hex.h"
#include "base/rng.h"
#include "loop/loop.h"
#include "miniport/sim/traffic.h"

#define AUTHENTICATOR_RSNE_MAX 128

struct authenticator_ops {
	/* Sends a PDU to the station, protected by the installed PTK if there is one. */
	void (*send_eapol)(void *user, const uint8_t *pdu, size_t length);
	/* Message 4 is in: tk protects both directions from now on. A rekeying replaces the older
	 * one. */
	void (*install_ptk)(void *user, const uint8_t tk[TRAFFIC_KEY_LEN]);
	/* The port may open. Follows install_ptk(), also at the end of a rekeying. */
	void (*authorised)(void *user);
	/* The station must be deauthenticated. May call authenticator_stop(), and is the last thing
	 * that happens. */
	void (*disconnect)(void *user, uint16_t reason);
};

/* What the stations of one access point share. Filled by its owner, but for the last group. */
struct authenticator_bss {
	struct loop *loop;
	struct crypto *crypto;
	struct rng *rng; /* nonces and group keys: a simulation is repeatable, never secret */
	const struct authenticator_ops *ops;
	struct mac address;
	uint8_t pmk[CRYPTO_PMK_LEN];
	uint8_t rsne[AUTHENTICATOR_RSNE_MAX]; /* as beaconed, with its two octets of element header
					       */
	size_t rsne_length;
	bool mfp;              /* management frames are protected, where the station can */
	uint32_t update_count; /* transmissions of one message */
	uint64_t retry;        /* ns between them */

	struct traffic_key gtk[2];  /* the key of serial n stands in gtk[n % 2] */
	struct traffic_key igtk[2]; /* likewise, with mfp; its id is 4 or 5 */
	uint32_t gtk_serial;        /* newest */
	uint32_t gtk_active;        /* serial of the key that group frames are sent with */
	uint32_t gtk_owed;          /* stations that have an older GTK only */
};

enum authenticator_state {
	AUTHENTICATOR_IDLE,
	AUTHENTICATOR_PTK_START,       /* message 1 sent */
	AUTHENTICATOR_PTK_NEGOTIATING, /* message 3 sent */
	AUTHENTICATOR_REKEYING,        /* group message 1 sent */
};

struct authenticator {
	struct authenticator_bss *bss;
	void *user;
	struct timer retry;
	enum authenticator_state state;
	enum crypto_akm akm;
	struct mac station;
	bool mfp;         /* negotiated: the messages carry an IGTK */
	bool established; /* a PTK is installed */
	bool owes_gtk;    /* counted in gtk_owed */
	uint32_t sent;    /* transmissions of the current message */
	uint32_t gtk;     /* serial of the GTK in the current message */
	uint64_t counter; /* last key replay counter used */
	uint64_t first;   /* the one of the first transmission of the current message */
	uint8_t anonce[CRYPTO_NONCE_LEN];
	struct crypto_ptk ptk;     /* if established */
	struct crypto_ptk pending; /* from message 2 on */
	uint8_t rsne[AUTHENTICATOR_RSNE_MAX];
	size_t rsne_length;
	uint64_t mic_failures, handshakes, group_handshakes;
};

/* Makes the first group keys. */
void authenticator_bss_init(struct authenticator_bss *bss);
/* Makes new group keys; authenticator_group_rekey() then hands it to one station each. */
void authenticator_bss_new_gtk(struct authenticator_bss *bss);
/* Wipes the keys. Its authenticators must have been stopped. */
void authenticator_bss_destroy(struct authenticator_bss *bss);

/*
 * A new association: forgets the older one and sends message 1. rsne is the whole element of the
 * association request. 0; -EPROTONOSUPPORT for an AKM suite that is not PSK; -EINVAL for an element
 * that is too long.
 */
int authenticator_start(struct authenticator *a, const struct mac *station, uint32_t akm,
	const uint8_t *rsne, size_t rsne_length);
/* Disarms and wipes; the counters remain. */
void authenticator_stop(struct authenticator *a);
/* An EAPOL PDU from the station. Whatever is wrong with it is discarded silently
 * (12.7.6.3, 12.7.6.5). */
void authenticator_receive(struct authenticator *a, const uint8_t *pdu, size_t length);
/* A new PTK; -EBUSY while a handshake runs, -ENOTCONN before the first was finished. */
int authenticator_rekey(struct authenticator *a);
/* Hands the newest GTK over, now or when the running 4-way handshake is finished. -ENOTCONN before
 * message 3. */
int authenticator_group_rekey(struct authenticator *a);
/* The TK that a station may use already although its message 4 has not come yet; NULL: none. */
const uint8_t *authenticator_pending_tk(const struct authenticator *a);

#endif
