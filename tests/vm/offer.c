// SPDX-License-Identifier: BSD-2-Clause
/*
 * Offers one frame to an interface again and again until it is ended, whether or not the interface
 * is up and its port open: which of them the air carries first is for the witness to see.
 *
 * usage: offer INTERFACE FRAME MICROSECONDS      (FRAME in hexadecimal, with its Ethernet header)
 */
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <linux/if_packet.h>

#define FRAME_MAX 1514
#define STEP_MAX  1000000

static int fail(const char *what)
{
	perror(what);
	return 2;
}

/* Number of bytes; 0: it is no frame. */
static size_t parse(const char *hex, unsigned char *frame)
{
	size_t n;
	int used;

	for (n = 0; n < FRAME_MAX && *hex; n++, hex += 2)
		if (sscanf(hex, "%2hhx%n", &frame[n], &used) != 1 || used != 2)
			return 0;
	return *hex ? 0 : n;
}

static int bind_to(int fd, const char *name)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(name)};

	return to.sll_ifindex ? bind(fd, (struct sockaddr *)&to, sizeof(to)) : -1;
}

int main(int argc, char **argv)
{
	unsigned char frame[FRAME_MAX];
	struct timespec step;
	size_t n = 0;
	long us = 0;
	int fd;

	if (argc == 4) {
		n = parse(argv[2], frame);
		us = strtol(argv[3], NULL, 10);
	}
	if (!n || us < 1 || us >= STEP_MAX) {
		fprintf(stderr, "usage: offer INTERFACE FRAME MICROSECONDS\n");
		return 2;
	}
	step = (struct timespec){.tv_nsec = us * 1000};
	fd = socket(AF_PACKET, SOCK_RAW, 0); /* receives nothing */
	if (fd < 0 || bind_to(fd, argv[1]))
		return fail(argv[1]);
	for (;;) {
		/* Down, no carrier, or full: the next one may pass. */
		(void)!send(fd, frame, n, MSG_DONTWAIT);
		nanosleep(&step, NULL);
	}
}
