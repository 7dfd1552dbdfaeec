// SPDX-License-Identifier: BSD-2-Clause
#include "supplicant.h"

#include <errno.h>
#include <string.h>

#include "base/wipe.h"
#include "messages.h"

size_t supplicant_key_len(enum supplicant_cipher cipher)
{
	switch (cipher) { // 802.11-2020, Table 12-7
	case SUPPLICANT_CCMP:
	case SUPPLICANT_BIP:
		return 16;
	case SUPPLICANT_TKIP:
		return 32;
	}
	return 0;
}

int supplicant_begin(struct supplicant *s, const struct supplicant_config *config,
	const struct supplicant_ops *ops, void *user)
{
	const size_t own_max = MESSAGE_MAX - EAPOL_KEY_LEN;

	if (!config->pmk || config->own.len < 2 || config->own.len > own_max)
		return -EINVAL;
	if (config->ap_rsne.len < 2 || config->group == SUPPLICANT_BIP)
		return -EINVAL;
	*s = (struct supplicant){.ops = ops, .user = user, .config = *config};
	memcpy(s->pmk, config->pmk, sizeof(s->pmk));
	s->config.pmk = s->pmk;
	return 0;
}

void supplicant_end(struct supplicant *s)
{
	wipe(s, sizeof(*s));
}

// The one place from which the owner hears of a result. It hears of changes: OK after a failure or
// the reverse, but not of one failure after another.
static void report(struct supplicant *s, enum supplicant_result result)
{
	const bool failed = s->result != SUPPLICANT_PENDING && s->result != SUPPLICANT_OK;

	if (s->result == result || (failed && result != SUPPLICANT_OK))
		return;
	s->result = result;
	s->ops->done(s->user, result);
}

// The keys that answer a message 1 with this ANonce. A repeated message 1 gives the same keys
// again; another ANonce in the same handshake keeps the SNonce (12.7.6.2) but gives another PTK.
static int keys_for(const struct supplicant *s, struct crypto *c, const struct eapol_key *key,
	struct supplicant_keys *out)
{
	*out = s->next;
	if (out->valid && memcmp(out->anonce, key->nonce, CRYPTO_NONCE_LEN) == 0)
		return 0;
	if (!out->valid) {
		const int err = crypto_random(out->snonce, sizeof(out->snonce));
		if (err)
			return err;
	}
	memcpy(out->anonce, key->nonce, sizeof(out->anonce));
	const struct crypto_ptk_input in = {
		.pmk = s->pmk,
		.pmk_len = sizeof(s->pmk),
		.aa = s->config.ap.b,
		.spa = s->config.station.b,
		.anonce = out->anonce,
		.snonce = out->snonce,
		.tk_len = SUPPLICANT_TK_LEN,
	};
	const int err = crypto_ptk(c, s->config.akm, &in, &out->ptk);
	out->valid = !err;
	return err;
}

// An authenticator that does not like the MIC of message 2 says nothing: it repeats message 1 until
// it gives up (12.7.6.3). So a run of them, told apart by their counters, means a wrong passphrase.
static void count_ask(struct supplicant *s, uint64_t counter)
{
	if (s->current.valid)
		return;
	if (s->asks == 0 || s->asked != counter)
		s->asks++;
	s->asked = counter;
	if (s->asks >= SUPPLICANT_PATIENCE)
		report(s, SUPPLICANT_CREDENTIAL);
}

// Message 1 has no MIC: it moves neither the replay counter nor the keys in use.
static void on_message_1(struct supplicant *s, struct crypto *c, const struct eapol_key *key)
{
	struct supplicant_keys keys;
	struct message answer;

	int err = keys_for(s, c, key, &keys);
	if (!err)
		err = message_build_2(s, c, key, &keys, &answer);
	if (!err)
		err = s->ops->send(s->user, answer.pdu, answer.len);
	if (!err) {
		s->next = keys;
		count_ask(s, key->replay_counter);
	}
	wipe(&keys, sizeof(keys));
}

// The temporal key goes to the radio once in its life, whatever is repeated: installing it again
// would reset its packet number (KRACK, CVE-2017-13077). Then nobody needs it here any more.
static int install_pairwise(struct supplicant *s)
{
	if (s->current.installed)
		return 0;
	const int err = s->ops->install_pairwise(s->user, s->current.ptk.tk);
	if (err)
		return err;
	s->current.installed = true;
	wipe(s->current.ptk.tk, sizeof(s->current.ptk.tk));
	return 0;
}

static bool is_installed(const struct supplicant *s, const struct supplicant_group_key *key)
{
	for (size_t i = 1; i < SUPPLICANT_KEY_IDS; i++) {
		const struct supplicant_group_key *slot = &s->group[i];
		if (slot->id && slot->cipher == key->cipher &&
			equal_ct(slot->key, key->key, sizeof(key->key)))
			return true;
	}
	return false;
}

// Likewise for group keys, whose replay counter would be reset (CVE-2017-13078 to -13081). A second
// identifier is no other key: CCMP does not authenticate it, so each frame would be accepted twice.
static int install_group(struct supplicant *s, const struct supplicant_group_key *key)
{
	if (is_installed(s, key))
		return 0;
	const int err = s->ops->install_group(s->user, key);
	if (!err)
		s->group[key->id] = *key;
	return err;
}

static int install_groups(struct supplicant *s, const struct delivery *d)
{
	const int err = install_group(s, &d->group);

	return err || !d->igtk.id ? err : install_group(s, &d->igtk);
}

static void commit_3(struct supplicant *s, const struct delivery *d)
{
	s->counted = true;
	s->counter = d->counter;
	if (!d->repeated) {
		s->current = s->next;
		wipe(&s->next, sizeof(s->next));
	}
	int err = install_pairwise(s);
	if (!err)
		err = install_groups(s, d);
	report(s, err ? SUPPLICANT_KEY_FAILURE : SUPPLICANT_OK);
}

// Message 4 leaves before the keys are installed (12.7.6.5): it must not be encrypted with them.
static void on_message_3(struct supplicant *s, struct crypto *c, const struct eapol_key *key)
{
	struct delivery d;
	struct message answer;

	int err = message_judge_3(s, c, key, &d);
	if (err == -EPERM)
		report(s, SUPPLICANT_MISMATCH);
	if (err)
		return;
	err = message_build_4(s, c, key, d.repeated ? &s->current : &s->next, &answer);
	if (!err)
		err = s->ops->send(s->user, answer.pdu, answer.len);
	if (!err)
		commit_3(s, &d);
	wipe(&d, sizeof(d));
}

// 12.7.7.3: installed first, then confirmed. A key that the radio refused is not confirmed, so that
// the authenticator tries again.
static void on_group_1(struct supplicant *s, struct crypto *c, const struct eapol_key *key)
{
	struct delivery d;
	struct message answer;

	int err = message_judge_group_1(s, c, key, &d);
	if (err)
		return;
	err = message_build_group_2(s, c, key, &s->current, &answer);
	if (!err) {
		s->counted = true;
		s->counter = d.counter;
		err = install_groups(s, &d);
	}
	if (!err)
		(void)s->ops->send(s->user, answer.pdu, answer.len);
	wipe(&d, sizeof(d));
}

void supplicant_receive(struct supplicant *s, struct crypto *c, const void *pdu, size_t len)
{
	struct eapol_key key;

	if (!s->ops)
		return;
	switch (message_classify(s, pdu, len, &key)) {
	case EAPOL_KEY_PAIRWISE_1:
		on_message_1(s, c, &key);
		break;
	case EAPOL_KEY_PAIRWISE_3:
		on_message_3(s, c, &key);
		break;
	case EAPOL_KEY_GROUP_1:
		on_group_1(s, c, &key);
		break;
	case EAPOL_KEY_PAIRWISE_2:
	case EAPOL_KEY_PAIRWISE_4:
	case EAPOL_KEY_GROUP_2:
	case EAPOL_KEY_UNKNOWN:
		break;
	}
}
