// SPDX-License-Identifier: BSD-2-Clause
#include "tests/lib/radio.h"

#include <stdlib.h>

static const struct world *world;
static const struct miniport_ops *radio; /* as the simulation made it */
static struct miniport_ops watched;
static struct {
	bool powered, pairwise;
	uint32_t group; /* bits by index */
} at_radio[WORLD_ADAPTERS];

static unsigned index_of(const struct miniport *mp)
{
	unsigned i;

	for (i = 0; i < world->nadapters; i++)
		if (world->adapters[i].mp == mp)
			return i;
	abort();
}

static int watch_power(struct miniport *mp, bool on)
{
	at_radio[index_of(mp)].powered = on;
	return radio->power(mp, on);
}

static int watch_default_key(struct miniport *mp, const struct miniport_key *key)
{
	uint32_t bit = 1u << key->index;
	uint32_t *group = &at_radio[index_of(mp)].group;

	*group = key->remove ? *group & ~bit : *group | bit;
	return radio->set_default_key(mp, key);
}

static int watch_mapping_key(struct miniport *mp, const struct miniport_key *key)
{
	at_radio[index_of(mp)].pairwise = !key->remove;
	return radio->set_mapping_key(mp, key);
}

void radio_watch(struct world *w)
{
	unsigned i;

	world = w;
	memset(at_radio, 0, sizeof(at_radio));
	radio = w->adapters[0].mp->ops;
	watched = *radio;
	watched.power = watch_power;
	watched.set_default_key = watch_default_key;
	watched.set_mapping_key = watch_mapping_key;
	for (i = 0; i < w->nadapters; i++)
		w->adapters[i].mp->ops = &watched;
}

bool radio_empty(const struct world *w, unsigned i)
{
	return (!at_radio[i].powered || w->adapters[i].unplugged) && !at_radio[i].pairwise &&
	       at_radio[i].group == 0;
}

bool radio_has_key(unsigned i)
{
	return at_radio[i].powered && at_radio[i].pairwise;
}

uint32_t radio_group_keys(unsigned i)
{
	return at_radio[i].group;
}
