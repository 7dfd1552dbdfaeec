// SPDX-License-Identifier: BSD-2-Clause
/*
 * A peer: a program of the user's that speaks a vendor's protocol for the access points of kind
 * SIM_PEER. It is asked and answers within one step of the loop, so virtual time stands still
 * meanwhile, and the same seed and answers give the same run.
 *
 * doc/peer-protocol.md is the reference. The loop's owner, and so whoever waits for a lock of his,
 * waits with it for an answer.
 *
 * Everything but peer_open() and peer_close() happens on the loop. One that fails is killed at
 * once; its access points are then silent.
 */
#ifndef OPENIHV_PEER_PEER_H
#define OPENIHV_PEER_PEER_H

#include "loop/loop.h"
#include "miniport/sim/sim.h"

#define PEER_ANSWER_MS 10000

struct peer;

struct peer_config {
	const char *command; /* for /bin/sh -c; copied nowhere, needed by peer_open() alone */
	struct loop *loop;
	struct sim_ap *const *aps; /* those that are no SIM_PEER are left out */
	unsigned naps;             /* at most PEER_APS_MAX (peer/message.h) */
	uint64_t seed;
	uint32_t answer_ms; /* real time for the answer to one event; 0: PEER_ANSWER_MS */
	/* What it has to say: printable ASCII. NULL: not wanted. */
	void (*log)(void *user, const char *text);
	void *user;
};

/*
 * Starts the command, says HELLO, and attends the access points from now on. 0, or a negative errno
 * with one sentence in err (room bytes): -EPROTO the peer fails, -EINVAL too many access points,
 * -ENOMEM, another of the system.
 * The calling thread must live as long as the peer should.
 */
int peer_open(const struct peer_config *config, struct peer **out, char *err, size_t room);
/* NULL, or one sentence: it has failed, and why. */
const char *peer_failed(const struct peer *p);
/*
 * Says BYE to one that has not failed and waits for its end, then lets go of the access points,
 * which must still be there. 0, or -EPROTO with one sentence in err: the peer failed, then or
 * before, or ended with a status other than 0. In any case its process group is gone. NULL: 0.
 */
int peer_close(struct peer *p, char *err, size_t room);
/* For one who must end without peer_close(): kills the process group. NULL is allowed. */
void peer_kill(struct peer *p);

#endif
