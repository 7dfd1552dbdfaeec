// SPDX-License-Identifier: BSD-2-Clause
/* An access point whose protocol is spoken by its owner. */
#include "miniport/sim/sim_internal.h"

#include <errno.h>

#include "base/wipe.h"

#define GROUP_KEY_IDS 3

int sim_ap_set_peer(struct sim_ap *ap, const struct sim_peer_ops *ops, void *user)
{
	if (ap->config.security != SIM_PEER)
		return -EINVAL;
	ap->peer = ops;
	ap->peer_user = user;
	return 0;
}

void ap_peer_associated(struct ap_station *s, const struct dot11_assoc_req *a)
{
	if (s->ap->peer)
		s->ap->peer->associated(s->ap->peer_user, s->ap, s->address, a->reassociation,
			a->elements, a->elements_len);
}

void ap_peer_frame(
	struct ap_station *s, uint16_t ethertype, const struct reader *payload, bool guarded)
{
	if (s->ap->peer)
		s->ap->peer->frame(s->ap->peer_user, s->ap, s->address, ethertype, payload->pos,
			reader_left(payload), guarded);
}

/* 0, or what all functions for the owner answer. */
static int find(const struct sim_ap *ap, const struct mac *station, struct ap_station **out)
{
	if (ap->config.security != SIM_PEER)
		return -EINVAL;
	*out = ap_associated(ap, station);
	return *out ? 0 : -ENOENT;
}

int sim_ap_send(struct sim_ap *ap, struct mac station, uint16_t ethertype, const uint8_t *data,
	size_t length, bool clear)
{
	struct ap_station *s = NULL;
	int err;

	if (length > MSDU_MAX - D11_LLC_SNAP_LEN || (length && !data))
		return -EINVAL;
	err = find(ap, &station, &s);
	if (err == -ENOENT && ap->present && mac_is_multicast(&station))
		err = 0;
	return err ? err : ap_send_data(ap, s, ethertype, data, length, clear);
}

int sim_ap_authorise(struct sim_ap *ap, struct mac station, bool authorised)
{
	struct ap_station *s;
	int err = find(ap, &station, &s);

	if (!err)
		s->state = authorised ? SIM_STA_AUTHORISED : SIM_STA_ASSOCIATED;
	return err;
}

static void set_key(struct traffic_key *key, uint8_t id, const uint8_t *tk)
{
	wipe(key, sizeof(*key));
	if (!tk)
		return;
	memcpy(key->tk, tk, sizeof(key->tk));
	key->id = id;
	key->set = true;
}

int sim_ap_set_key(struct sim_ap *ap, struct mac station, const uint8_t *tk)
{
	struct ap_station *s;
	int err = find(ap, &station, &s);

	if (!err)
		set_key(&s->ptk, 0, tk);
	return err;
}

int sim_ap_set_group_key(struct sim_ap *ap, uint8_t id, const uint8_t *tk)
{
	if (ap->config.security != SIM_PEER || id < 1 || id > GROUP_KEY_IDS)
		return -EINVAL;
	set_key(&ap->bss.gtk[ap->bss.gtk_active % 2], id, tk);
	return 0;
}
