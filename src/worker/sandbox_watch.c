// SPDX-License-Identifier: BSD-2-Clause
/* The host's side: seccomp_unotify(2). */
#include "worker/sandbox.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/syscall.h"

/* The kernel writes its own size, which may be larger than that of the headers. */
union notification {
	struct seccomp_notif n;
	char room[512];
};

union response {
	struct seccomp_notif_resp r;
	char room[512];
};

static bool is_listener(int fd)
{
	uint64_t none = 0;

	return ioctl(fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &none) == 0 || errno == ENOENT;
}

int sandbox_receive_listener(int socket)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {0};
	char byte;
	struct iovec io = {.iov_base = &byte, .iov_len = 1};
	struct msghdr message = {.msg_iov = &io,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control)};
	const struct cmsghdr *c;
	ssize_t n;
	int fd;

	do
		n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == ECONNRESET ? -ENODATA : -errno;
	c = CMSG_FIRSTHDR(&message);
	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS ||
		c->cmsg_len != CMSG_LEN(sizeof(fd)))
		return n == 0 ? -ENODATA : -EPROTO;
	memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	if (is_listener(fd))
		return fd;
	close(fd);
	return -EPROTO;
}

bool sandbox_answer(int listener, struct sandbox_refusal *out)
{
	union notification in = {0};
	union response response = {0};
	struct pollfd p = {.fd = listener, .events = POLLIN};

	/* Without this look the next line would wait for the next refusal. */
	if (poll(&p, 1, 0) != 1 || !(p.revents & POLLIN))
		return false;
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &in))
		return false; /* ENOENT: the thread died, or a signal took it out of the call */
	response.r.id = in.n.id;
	response.r.error = -EPERM;
	/* That it fails means the same, only later; the attempt was made in any case. */
	ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
	out->number = (uint32_t)in.n.data.nr;
	out->thread = (pid_t)in.n.pid;
	out->name = system_call_name(out->number);
	return true;
}
