// SPDX-License-Identifier: BSD-2-Clause
/*
 * The process of a peer: a shell command in a process group of its own, with one end of a stream
 * socket as standard input and output. Standard error is that of this process. Nothing here waits
 * longer than its deadline, in real time.
 */
#ifndef OPENIHV_PEER_PROCESS_H
#define OPENIHV_PEER_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct peer_process {
	pid_t pid; /* and of its group; 0: there is none (any more) */
	int pidfd, socket;
	size_t start, end; /* of what was read and not taken yet */
	uint8_t buffer[8192];
};

/* ns of the monotonic clock, ms from now. */
uint64_t peer_deadline(uint32_t ms);

/*
 * 0, or a negative errno of the system. The process is killed when the calling thread ends: so call
 * it from one that lives as long as the peer should.
 */
int peer_process_start(struct peer_process *p, const char *command);
/* All of it. 0, -EPIPE the other end is closed, -ETIMEDOUT, another negative errno. */
int peer_process_write(
	struct peer_process *p, const uint8_t *data, size_t length, uint64_t deadline);
/* Exactly that many. 0, -ENODATA the other end is closed, -ETIMEDOUT, another negative errno. */
int peer_process_read(struct peer_process *p, uint8_t *out, size_t length, uint64_t deadline);
/*
 * Lets it see the end of its input, waits for its end until the deadline (0: not at all), kills
 * whatever is left of its group, and reaps it. True: it had ended by itself, and *status is as of
 * waitpid(). May be called again, which does nothing and answers false.
 */
bool peer_process_end(struct peer_process *p, uint64_t deadline, int *status);

#endif
