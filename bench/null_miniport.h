// SPDX-License-Identifier: BSD-2-Clause
/* A miniport without a radio: it associates when it is told to, with an open network, and takes no
 * time. */
#ifndef OPENIHV_BENCH_NULL_MINIPORT_H
#define OPENIHV_BENCH_NULL_MINIPORT_H

#include "loop/loop.h"
#include "miniport/miniport.h"

struct null_miniport {
	struct miniport mp;
	struct loop *loop;
	miniport_indicate_fn indicate;
	void *user;
	struct bss bss;
	struct miniport_caps caps;
};

void null_init(struct null_miniport *n, struct loop *loop);
/* On the loop: START and COMPLETION of an association; its explicit end. */
void null_associate(struct null_miniport *n);
void null_disassociate(struct null_miniport *n, uint32_t status);

#endif
