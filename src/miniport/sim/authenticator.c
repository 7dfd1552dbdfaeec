// SPDX-License-Identifier: BSD-2-Clause
#include "miniport/sim/authenticator.h"

#include <errno.h>

#include "base/wipe.h"
#include "wire/eapol.h"
#include "wire/eapol_key.h"
#include "wire/kde.h"
#include "wire/rsne.h"

#define KEY_DATA_MAX 256

static void resend(struct timer *t, void *user);

void authenticator_bss_new_gtk(struct authenticator_bss *bss)
{
	struct traffic_key *gtk = &bss->gtk[++bss->gtk_serial % 2];

	*gtk = (struct traffic_key){.id = (uint8_t)(1 + bss->gtk_serial % 2), .set = true};
	rng_fill(bss->rng, gtk->tk, sizeof(gtk->tk));
	if (bss->mfp) {
		struct traffic_key *igtk = &bss->igtk[bss->gtk_serial % 2];

		*igtk = (struct traffic_key){.id = (uint8_t)(4 + bss->gtk_serial % 2), .set = true};
		rng_fill(bss->rng, igtk->tk, sizeof(igtk->tk));
	}
	/* While stations wait for a key, group frames go with the newest one that some of them can
	 * have. */
	bss->gtk_active = bss->gtk_owed ? bss->gtk_serial - 1 : bss->gtk_serial;
}

void authenticator_bss_init(struct authenticator_bss *bss)
{
	bss->gtk_serial = 0;
	bss->gtk_owed = 0;
	authenticator_bss_new_gtk(bss);
}

void authenticator_bss_destroy(struct authenticator_bss *bss)
{
	wipe(bss->pmk, sizeof(bss->pmk));
	wipe(bss->gtk, sizeof(bss->gtk));
	wipe(bss->igtk, sizeof(bss->igtk));
}

/* The last station that gets the newest GTK makes it the one that group frames are sent with. */
static void gtk_settled(struct authenticator *a)
{
	if (!a->owes_gtk)
		return;
	a->owes_gtk = false;
	if (--a->bss->gtk_owed == 0)
		a->bss->gtk_active = a->bss->gtk_serial;
}

static void enter(struct authenticator *a, enum authenticator_state state)
{
	a->state = state;
	a->sent = 0;
	a->first = a->counter + 1;
	timer_disarm(a->bss->loop, &a->retry);
}

static uint16_t descriptor_version(const struct authenticator *a)
{
	return a->akm == CRYPTO_AKM_SHA1 ? KEY_VERSION_SHA1_AES : KEY_VERSION_CMAC_AES;
}

/* The key that signs and wraps the current message. */
static const struct crypto_ptk *message_ptk(const struct authenticator *a)
{
	return a->state == AUTHENTICATOR_PTK_NEGOTIATING ? &a->pending : &a->ptk;
}

static struct traffic_key *message_gtk(struct authenticator *a)
{
	if (a->bss->gtk_serial - a->gtk > 1)
		a->gtk = a->bss->gtk_serial; /* the older one is gone */
	return &a->bss->gtk[a->gtk % 2];
}

/* Builds, signs and sends one EAPOL-Key PDU; k->info says whether it carries a MIC. */
static void send_key(struct authenticator *a, struct eapol_key *k)
{
	uint8_t pdu[EAPOL_KEY_LEN + KEY_DATA_MAX];
	struct writer w = writer_init(pdu, sizeof(pdu));
	size_t mic;
	int err = 0;

	k->version = EAPOL_VERSION_2004;
	k->descriptor = EAPOL_KEY_DESCRIPTOR_RSN;
	k->info = (uint16_t)(k->info | descriptor_version(a));
	k->replay_counter = a->counter;
	k->mic_len = EAPOL_KEY_MIC_LEN;
	mic = eapol_key_build(&w, k);
	if (writer_ok(&w) && (k->info & KEY_INFO_MIC))
		err = crypto_eapol_mic(
			a->bss->crypto, a->akm, message_ptk(a)->kck, pdu, w.len, mic, pdu + mic);
	if (writer_ok(&w) && !err)
		a->bss->ops->send_eapol(a->user, pdu, w.len);
}

/* 802.11-2020, 12.7.6.2 */
static void send_message_1(struct authenticator *a)
{
	uint8_t key_data[KDE_HEADER_LEN + PMKID_LEN], pmkid[PMKID_LEN];
	struct writer w = writer_init(key_data, sizeof(key_data));
	struct eapol_key k = {.info = KEY_INFO_PAIRWISE | KEY_INFO_ACK,
		.key_length = TRAFFIC_KEY_LEN,
		.nonce = a->anonce,
		.key_data = key_data};

	if (!crypto_pmkid(
		    a->bss->crypto, a->akm, a->bss->pmk, a->bss->address.b, a->station.b, pmkid))
		kde_put_pmkid(&w, pmkid);
	k.key_data_len = (uint16_t)w.len;
	send_key(a, &k);
}

/* Wraps w's content and sends it as k's key data. */
static void send_wrapped(struct authenticator *a, struct eapol_key *k, struct writer *w)
{
	uint8_t wrapped[KEY_DATA_MAX];

	kde_pad(w, 0);
	if (writer_ok(w) && w->len + CRYPTO_WRAP_OVERHEAD <= sizeof(wrapped) &&
		!crypto_aes_wrap(a->bss->crypto, message_ptk(a)->kek, CRYPTO_KEK_LEN, w->buf,
			w->len, wrapped)) {
		k->key_data = wrapped;
		k->key_data_len = (uint16_t)(w->len + CRYPTO_WRAP_OVERHEAD);
		send_key(a, k);
	}
	wipe(w->buf, w->cap);
}

/* GTK and, with management frame protection, the IGTK that goes with it. */
static void put_group_keys(struct authenticator *a, struct writer *w, struct eapol_key *k)
{
	const struct traffic_key *gtk = message_gtk(a), *igtk = &a->bss->igtk[a->gtk % 2];
	struct kde_gtk kde = {.key_id = gtk->id, .key = gtk->tk, .key_len = sizeof(gtk->tk)};
	struct kde_igtk integrity = {.key_id = igtk->id,
		.ipn = igtk->sent,
		.key = igtk->tk,
		.key_len = sizeof(igtk->tk)};

	kde_put_gtk(w, &kde);
	k->rsc = gtk->sent;
	if (a->mfp)
		kde_put_igtk(w, &integrity);
}

/* 802.11-2020, 12.7.6.4 */
static void send_message_3(struct authenticator *a)
{
	uint8_t plain[KEY_DATA_MAX - CRYPTO_WRAP_OVERHEAD];
	struct writer w = writer_init(plain, sizeof(plain));
	struct eapol_key k = {.info = KEY_INFO_PAIRWISE | KEY_INFO_INSTALL | KEY_INFO_ACK |
				      KEY_INFO_MIC | KEY_INFO_SECURE | KEY_INFO_ENCRYPTED,
		.key_length = TRAFFIC_KEY_LEN,
		.nonce = a->anonce};

	writer_put(&w, a->bss->rsne, a->bss->rsne_length);
	put_group_keys(a, &w, &k);
	send_wrapped(a, &k, &w);
}

/* 802.11-2020, 12.7.7.2 */
static void send_group_1(struct authenticator *a)
{
	uint8_t plain[KEY_DATA_MAX - CRYPTO_WRAP_OVERHEAD];
	struct writer w = writer_init(plain, sizeof(plain));
	struct eapol_key k = {
		.info = KEY_INFO_ACK | KEY_INFO_MIC | KEY_INFO_SECURE | KEY_INFO_ENCRYPTED};

	put_group_keys(a, &w, &k);
	send_wrapped(a, &k, &w);
}

/* Sends the current message for the first time or again, each time with a new key replay counter
 * (12.7.2). */
static void transmit(struct authenticator *a)
{
	a->sent++;
	a->counter++;
	/* Without memory for the timer the handshake is as if every retransmission was lost. */
	(void)timer_arm(a->bss->loop, &a->retry, a->bss->retry, resend, a);
	switch (a->state) {
	case AUTHENTICATOR_IDLE:
		break;
	case AUTHENTICATOR_PTK_START:
		send_message_1(a);
		break;
	case AUTHENTICATOR_PTK_NEGOTIATING:
		send_message_3(a);
		break;
	case AUTHENTICATOR_REKEYING:
		send_group_1(a);
		break;
	}
}

static void resend(struct timer *t, void *user)
{
	struct authenticator *a = user;

	if (a->sent < a->bss->update_count)
		transmit(a);
	else /* 802.11-2020, 12.7.6.1, 12.7.7.1 */
		a->bss->ops->disconnect(a->user, a->state == AUTHENTICATOR_REKEYING
							 ? D11_REASON_GROUP_KEY_TIMEOUT
							 : D11_REASON_4WAY_TIMEOUT);
}

static void start_ptk(struct authenticator *a)
{
	rng_fill(a->bss->rng, a->anonce, sizeof(a->anonce));
	enter(a, AUTHENTICATOR_PTK_START);
	transmit(a);
}

static void start_group(struct authenticator *a)
{
	a->gtk = a->bss->gtk_serial;
	enter(a, AUTHENTICATOR_REKEYING);
	transmit(a);
}

/* 802.11-2020, 12.6.3: whether the station is capable of it; rsne is its whole element. */
static bool mfp_capable(const uint8_t *rsne, size_t length)
{
	struct rsne parsed;

	return length > 2 && !rsne_parse(rsne + 2, length - 2, &parsed) &&
	       (parsed.capabilities & RSN_CAP_MFPC);
}

int authenticator_start(struct authenticator *a, const struct mac *station, uint32_t akm,
	const uint8_t *rsne, size_t rsne_length)
{
	if (rsne_length > sizeof(a->rsne))
		return -EINVAL;
	authenticator_stop(a);
	if (crypto_akm_of_suite(akm, &a->akm))
		return -EPROTONOSUPPORT;
	a->station = *station;
	a->counter = 0;
	memcpy(a->rsne, rsne, rsne_length);
	a->rsne_length = rsne_length;
	a->mfp = a->bss->mfp && mfp_capable(rsne, rsne_length);
	start_ptk(a);
	return 0;
}

void authenticator_stop(struct authenticator *a)
{
	enter(a, AUTHENTICATOR_IDLE);
	gtk_settled(a);
	a->established = a->mfp = false;
	wipe(&a->ptk, sizeof(a->ptk));
	wipe(&a->pending, sizeof(a->pending));
	wipe(a->anonce, sizeof(a->anonce));
}

int authenticator_rekey(struct authenticator *a)
{
	if (!a->established)
		return -ENOTCONN;
	if (a->state != AUTHENTICATOR_IDLE)
		return -EBUSY;
	start_ptk(a);
	return 0;
}

int authenticator_group_rekey(struct authenticator *a)
{
	if (!a->established && a->state != AUTHENTICATOR_PTK_NEGOTIATING)
		return -ENOTCONN;
	if (!a->owes_gtk) {
		a->owes_gtk = true;
		/* Until all stations have the newest key, group frames go with the one before. */
		if (!a->bss->gtk_owed++)
			a->bss->gtk_active = a->bss->gtk_serial - 1;
	}
	if (a->state == AUTHENTICATOR_IDLE || a->state == AUTHENTICATOR_REKEYING)
		start_group(a);
	return 0;
}

const uint8_t *authenticator_pending_tk(const struct authenticator *a)
{
	return a->state == AUTHENTICATOR_PTK_NEGOTIATING ? a->pending.tk : NULL;
}

/* The RSNE in message 2 must be, bit by bit, that of the association request (12.7.6.3 c). */
static bool same_rsne(const struct authenticator *a, const struct eapol_key *k)
{
	struct element e;

	return !element_find(k->key_data, k->key_data_len, D11_EID_RSN, &e) &&
	       (size_t)e.len + 2 == a->rsne_length && !memcmp(e.data - 2, a->rsne, a->rsne_length);
}

/* 802.11-2020, 12.7.6.3 */
static void message_2(struct authenticator *a, const struct eapol_key *k)
{
	struct crypto_ptk_input in = {.pmk = a->bss->pmk,
		.pmk_len = sizeof(a->bss->pmk),
		.aa = a->bss->address.b,
		.spa = a->station.b,
		.anonce = a->anonce,
		.snonce = k->nonce,
		.tk_len = TRAFFIC_KEY_LEN};
	struct crypto_ptk ptk;

	if (crypto_ptk(a->bss->crypto, a->akm, &in, &ptk))
		goto out;
	if (crypto_eapol_mic_check(a->bss->crypto, a->akm, ptk.kck, k->frame, k->frame_len,
		    EAPOL_KEY_MIC_OFFSET)) {
		a->mic_failures++;
		goto out;
	}
	if (!same_rsne(a, k)) {
		a->bss->ops->disconnect(a->user, D11_REASON_4WAY_ELEMENT_MISMATCH);
		goto out;
	}
	a->pending = ptk;
	a->gtk = a->bss->gtk_serial;
	enter(a, AUTHENTICATOR_PTK_NEGOTIATING);
	transmit(a);
out:
	wipe(&ptk, sizeof(ptk));
}

/* Messages 4 and group 2 carry nothing but their MIC. */
static bool authentic(struct authenticator *a, const struct eapol_key *k)
{
	if (!crypto_eapol_mic_check(a->bss->crypto, a->akm, message_ptk(a)->kck, k->frame,
		    k->frame_len, EAPOL_KEY_MIC_OFFSET))
		return true;
	a->mic_failures++;
	return false;
}

/* The message that was answered carried the GTK of serial a->gtk. */
static void gtk_delivered(struct authenticator *a)
{
	if (a->gtk == a->bss->gtk_serial)
		gtk_settled(a);
	else
		start_group(a);
}

/* 802.11-2020, 12.7.6.5 */
static void message_4(struct authenticator *a, const struct eapol_key *k)
{
	if (!authentic(a, k))
		return;
	a->ptk = a->pending;
	wipe(&a->pending, sizeof(a->pending));
	a->established = true;
	a->handshakes++;
	enter(a, AUTHENTICATOR_IDLE);
	a->bss->ops->install_ptk(a->user, a->ptk.tk);
	a->bss->ops->authorised(a->user);
	gtk_delivered(a);
}

/* 802.11-2020, 12.7.7.3 */
static void group_2(struct authenticator *a, const struct eapol_key *k)
{
	if (!authentic(a, k))
		return;
	a->group_handshakes++;
	enter(a, AUTHENTICATOR_IDLE);
	gtk_delivered(a);
}

/* Whether k answers any transmission of the current message (12.7.2: Key Replay Counter). */
static bool answers(const struct authenticator *a, const struct eapol_key *k)
{
	return k->replay_counter >= a->first && k->replay_counter <= a->counter &&
	       eapol_key_descriptor_version(k) == descriptor_version(a);
}

void authenticator_receive(struct authenticator *a, const uint8_t *pdu, size_t length)
{
	struct eapol_key k;

	if (a->state == AUTHENTICATOR_IDLE || eapol_key_parse(pdu, length, EAPOL_KEY_MIC_LEN, &k) ||
		!answers(a, &k))
		return;
	switch (eapol_key_message(&k)) {
	case EAPOL_KEY_PAIRWISE_2:
		if (a->state == AUTHENTICATOR_PTK_START)
			message_2(a, &k);
		break;
	case EAPOL_KEY_PAIRWISE_4:
		if (a->state == AUTHENTICATOR_PTK_NEGOTIATING)
			message_4(a, &k);
		break;
	case EAPOL_KEY_GROUP_2:
		if (a->state == AUTHENTICATOR_REKEYING)
			group_2(a, &k);
		break;
	case EAPOL_KEY_UNKNOWN:
	case EAPOL_KEY_PAIRWISE_1:
	case EAPOL_KEY_PAIRWISE_3:
	case EAPOL_KEY_GROUP_1:
		break;
	}
}
