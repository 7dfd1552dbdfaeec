// SPDX-License-Identifier: BSD-2-Clause
/*
 * The supplicant's state machine. An input is one octet (bit 0: the AKM, 1: management frame
 * protection, 2: TKIP for groups) and then steps:
 *
 *	kind (1), length (2, little-endian), that many octets
 *
 * Kind 0 is a frame as it is; 1 a good message 1 whose fields the octets are XORed onto; 2 a
 *message 3 and 3 a group message 1 with a good MIC whose plain key data they are; 4 a good message
 *3, 5 a good group message 1; 6 a new ANonce, 7 new group keys. No step may install a key twice.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "supplicant.h"
#include "tests/lib/handshake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	STEPS_MAX = 64,
	KEYS_MAX = 2 * STEPS_MAX,
};

struct run {
	struct handshake h;
	struct supplicant s;
	struct crypto *c;
	uint8_t tk[KEYS_MAX][16];
	size_t tks;
	struct supplicant_group_key last[SUPPLICANT_KEY_IDS];
	enum supplicant_result result;
};

static int on_send(void *user, const void *pdu, size_t len)
{
	struct run *r = (struct run *)user;

	// Learns the PTK of a message 2, so that what follows can have a good MIC.
	(void)handshake_is_2(&r->h, pdu, len, r->h.counter);
	return 0;
}

static int on_pairwise(void *user, const uint8_t tk[SUPPLICANT_TK_LEN])
{
	struct run *r = (struct run *)user;

	for (size_t i = 0; i < r->tks; i++)
		assert(memcmp(r->tk[i], tk, 16) != 0);
	assert(r->tks < KEYS_MAX);
	memcpy(r->tk[r->tks++], tk, 16);
	return 0;
}

static int on_group(void *user, const struct supplicant_group_key *key)
{
	struct run *r = (struct run *)user;

	if (key->cipher == SUPPLICANT_BIP)
		assert(r->h.mfp && (key->id == 4 || key->id == 5));
	else
		assert(key->id >= 1 && key->id <= 3);
	assert(key->rsc >> 48 == 0);
	struct supplicant_group_key *last = &r->last[key->id];
	assert(last->id == 0 || memcmp(last->key, key->key, sizeof(key->key)) != 0);
	*last = *key;
	return 0;
}

static void on_done(void *user, enum supplicant_result result)
{
	struct run *r = (struct run *)user;

	assert(result != SUPPLICANT_PENDING && result != r->result);
	assert(result != SUPPLICANT_OK || r->tks > 0);
	r->result = result;
}

static const struct supplicant_ops ops = {on_send, on_pairwise, on_group, on_done};

// On memory of its exact size.
static void give(struct run *r, const uint8_t *pdu, size_t len)
{
	uint8_t *exact = malloc(len ? len : 1);

	assert(exact);
	if (len)
		memcpy(exact, pdu, len);
	supplicant_receive(&r->s, r->c, exact, len);
	free(exact);
}

static void give_message(
	struct run *r, const struct handshake_message *m, const uint8_t *damage, size_t len)
{
	struct handshake_frame f;

	handshake_build(&r->h, m, &f);
	for (size_t i = 0; i < len && i < f.len; i++)
		f.pdu[i] ^= damage[i];
	give(r, f.pdu, f.len);
}

static void give_plain(struct run *r, struct handshake_message m, const uint8_t *plain, size_t len)
{
	if (len > 2048)
		return;
	memset(m.plain, 0, sizeof(m.plain));
	if (len)
		memcpy(m.plain, plain, len);
	m.plain_len = len;
	give_message(r, &m, NULL, 0);
}

static void step(struct run *r, uint8_t kind, const uint8_t *p, size_t len)
{
	struct handshake_message m;

	switch (kind % 8) {
	case 0:
		give(r, p, len);
		break;
	case 1:
		m = handshake_1(&r->h);
		give_message(r, &m, p, len);
		break;
	case 2:
		give_plain(r, handshake_3(&r->h), p, len);
		break;
	case 3:
		give_plain(r, handshake_group_1(&r->h), p, len);
		break;
	case 4:
		m = handshake_3(&r->h);
		give_message(r, &m, p, len);
		break;
	case 5:
		m = handshake_group_1(&r->h);
		give_message(r, &m, p, len);
		break;
	case 6:
		handshake_anonce(&r->h, len ? p[0] : 0);
		break;
	case 7:
		handshake_gtk(&r->h, (uint8_t)(1 + (len ? p[0] % 3 : 0)), len > 1 ? p[1] : 9);
		if (len > 2)
			handshake_igtk(&r->h, (uint16_t)(4 + p[2] % 2), p[1]);
		break;
	}
}

enum {
	FLAG_SHA256 = 1,
	FLAG_PROTECTED = 2,
	FLAG_TKIP = 4,
};

static struct handshake *template_of(uint8_t flags)
{
	static struct handshake made[8]; // the PMK takes milliseconds: made once
	static bool ready[8];
	struct handshake *h = &made[flags % 8];

	if (!ready[flags % 8]) {
		handshake_init(h, flags & FLAG_SHA256 ? CRYPTO_AKM_SHA256 : CRYPTO_AKM_SHA1);
		if (flags & FLAG_PROTECTED)
			handshake_protect(h);
		if (flags & FLAG_TKIP)
			handshake_tkip(h);
	}
	ready[flags % 8] = true;
	return h;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader in = reader_init(data, size);
	struct run r = {0};

	assert(crypto_make_repeatable(1) == 0);
	r.h = *template_of(reader_u8(&in));
	r.c = r.h.c;
	const struct supplicant_config config = {
		.akm = r.h.akm,
		.group = r.h.gtk_len == 16 ? SUPPLICANT_CCMP : SUPPLICANT_TKIP,
		.mfp = r.h.mfp,
		.pmk = r.h.pmk,
		.ap = r.h.ap,
		.station = r.h.station,
		.own = {r.h.own_elements, r.h.own_len},
		.ap_rsne = {r.h.ap_elements, r.h.ap_len},
	};
	assert(supplicant_begin(&r.s, &config, &ops, &r) == 0);
	for (int i = 0; i < STEPS_MAX && reader_left(&in) > 0; i++) {
		const uint8_t kind = reader_u8(&in);
		const size_t len = reader_le16(&in);
		const size_t have = len < reader_left(&in) ? len : reader_left(&in);
		step(&r, kind, reader_take(&in, have), have);
	}
	supplicant_end(&r.s);
	return 0;
}
