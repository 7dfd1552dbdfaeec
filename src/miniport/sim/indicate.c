// SPDX-License-Identifier: BSD-2-Clause
/* Indications of one station, in the words of its files (miniport/queue.h). */
#include "miniport/sim/sim_internal.h"

void indicate(struct station *st, const struct indication *ind)
{
	queue_put(&st->queue, ind);
}

void indicate_status(
	struct station *st, enum indication_type type, const struct mac *peer, uint32_t status)
{
	struct indication ind = {.type = type, .status = status};

	if (peer)
		ind.peer = *peer;
	indicate(st, &ind);
}

void indicate_receive(struct station *st, const struct mac *peer, uint16_t ethertype,
	const uint8_t *data, size_t length)
{
	indicate(st, &(struct indication){.type = IND_RECEIVE,
			     .peer = *peer,
			     .ethertype = ethertype,
			     .data = data,
			     .length = (uint32_t)length});
}

void indicate_association(
	struct station *st, const struct mac *peer, const struct association_info *info)
{
	indicate(st, &(struct indication){.type = IND_ASSOCIATION_COMPLETION,
			     .peer = *peer,
			     .status = STATUS_SUCCESS,
			     .association = info});
}

void indicate_discard(struct station *st, bool keep_completions)
{
	queue_discard(&st->queue, keep_completions);
}
