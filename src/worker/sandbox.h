// SPDX-License-Identifier: BSD-2-Clause
/*
 * Least privilege for the process in which a module runs.
 *
 * A module reads bytes from the air, so the worker gives up whatever a module has no use for before
 * it loads one. Each measure stands by itself: one that this kernel lacks is left out, and
 * the bits of *got tell; sandbox_enter() lists them. The worker's side is sandbox.c with its
 * helpers, the host's sandbox_watch.c, the child that becomes Wine sandbox_wine.c.
 *
 * What it does not keep a module from: doing as it likes with its own memory and with the pipe to
 * the host, using a processor, and learning names, sizes and dates of files (stat is not confined
 * by Landlock). A refusal of Landlock's (EACCES) is not seen by the host, one of the filter's
 * (EPERM) is.
 */
#ifndef OPENIHV_WORKER_SANDBOX_H
#define OPENIHV_WORKER_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SANDBOX_DESCRIPTORS   0x01u /* none is open but the given ones */
#define SANDBOX_NO_PRIVILEGES 0x02u /* no_new_privs, not dumpable */
#define SANDBOX_USER          0x04u /* a user or user namespace of its own, and no capability (*) */
#define SANDBOX_NETWORK       0x08u /* an empty network namespace of its own */
#define SANDBOX_LIMITS        0x10u /* memory, descriptors, no core, no file growth */
#define SANDBOX_THREADS       0x20u /* the number of threads is limited */
#define SANDBOX_FILTER        0x40u /* system call filter */
#define SANDBOX_SEEN          0x80u /* its refusals come to the host's notice */
#define SANDBOX_LANDLOCK      0x100u
/* (*) Only for root, where the module cannot be read otherwise, that to read; Landlock says what.
 */
/* Version of Landlock's interface, 0: none. From 4 on it knows TCP, from 6 on signals and abstract
 * sockets. */
#define SANDBOX_LANDLOCK_ABI(got) ((got) >> 16 & 0xffu)

#define SANDBOX_MEMORY      ((uint64_t)1 << 30) /* bytes of address space */
#define SANDBOX_THREADS_MAX 40u                 /* all of the process: its own, the module's */

struct sandbox_config {
	const int *keep; /* descriptors that stay; 0, 1 and 2 become /dev/null if not named */
	unsigned nkeep;
	int listener_socket; /* worker's end of a unix(7) socket pair: takes the listener to the
				host, and is closed; -1: none, refusals will not be seen */
	uint64_t memory;     /* bytes; 0: SANDBOX_MEMORY */
	unsigned threads;    /* 0: SANDBOX_THREADS_MAX */
	const char *module;  /* path of the module's file: it and the libraries next to it may be
			    read; or NULL */
	const char *const *read; /* more files and folders that may be read, NULL at the end; or
				    NULL */
};

/*
 * Called once, in a process with one thread, before the module is loaded. From then on:
 *
 * - reading and executing of files: beneath the system's library folders, the module's file and the
 *   libraries in its folder, and config.read; writing, creating, removing: nowhere (Landlock);
 * - system calls: those of a list (sandbox_filter.c); any other fails with EPERM and the host is
 *   told, or only fails if it cannot be told; those of the 32-bit and x32 interfaces kill;
 * - code comes from files: memory that was ever writable cannot be made executable;
 * - no network, no other process, no signal to one;
 * - limits: config.memory, config.threads, 64 descriptors, and SIGXFSZ is ignored.
 *
 * PR_SET_PDEATHSIG is kept. Built with a sanitizer there is no limit on memory and file size.
 *
 * A refused call stands still until the host has answered it: the host has to watch the listener
 * even while it waits for the worker.
 *
 * 0, with *got telling what was done (never fails because a kernel lacks something); -EBADF: a
 * descriptor of config is not open.
 */
int sandbox_enter(const struct sandbox_config *config, unsigned *got);

/* One line for people: what is in force, and what is not. Returns buf; room of 256 is enough. */
const char *sandbox_text(unsigned got, char *buf, size_t room);

/* The host's side. */

/*
 * Takes the listener from the host's end of the socket pair; waits if the socket does. Close the
 * host's copy of the worker's end before, or the end of a worker is not seen. A descriptor with
 * close-on-exec set, the caller's; -ENODATA: the worker has none, or ended; -EAGAIN: nothing came
 * yet (non-blocking socket); -EPROTO: what came is no listener; another -errno of recvmsg().
 */
int sandbox_receive_listener(int socket);

struct sandbox_refusal {
	uint32_t number; /* of the system call */
	pid_t thread;
	const char *name; /* as of system_call_name() */
};

/*
 * Answers one waiting system call with EPERM. Never waits, and never lets a call go on: between a
 * look at its arguments and its execution another thread could change what they point to. False:
 * none waits, or the worker is gone; the listener then polls POLLHUP for ever, so that it has to
 * be taken out of a loop.
 */
bool sandbox_answer(int listener, struct sandbox_refusal *out);

/*
 * Wine: between fork() and exec().
 *
 * Its server opens files and sockets for all programs, by the names that they send it; what a
 * worker is refused it could ask the server for. So server and services are confined, too. They
 * serve modules of any folder, hence read what the user may read; they write where Wine does.
 */

struct sandbox_wine {
	int ruleset;  /* Landlock; -1: none */
	unsigned abi; /* of Landlock */
	char uid_map[32], gid_map[32];
};

/*
 * In the host, before fork(): reading of the system's folders, of the prefix, of `server` (in which
 * wineserver has its socket) and of those in `read` (NULL at the end, or NULL); writing where
 * Windows lets a user write: beneath the prefix in drive_c/users, drive_c/ProgramData and
 * drive_c/windows/temp. The rest of the prefix is also the next module's. 0; -errno: prefix or
 * server cannot be opened.
 */
int sandbox_wine_prepare(
	struct sandbox_wine *w, const char *prefix, const char *server, const char *const *read);
/* The same for the server and the first program, which starts the services: reading of everything,
 * writing beneath both folders. */
int sandbox_wine_prepare_server(struct sandbox_wine *w, const char *prefix, const char *server);
/*
 * In the child, async-signal-safe: no new privileges, no capabilities, limits (no core, 4096
 * descriptors, a file of 1 GiB), a network namespace with nothing in it, Landlock. Unix sockets
 * with a path, by which Wine's processes talk, go on. Returns the SANDBOX_* in force.
 */
unsigned sandbox_wine_child(const struct sandbox_wine *w);
/* In the host, after fork(). */
void sandbox_wine_done(struct sandbox_wine *w);

#endif
