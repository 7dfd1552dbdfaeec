// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_WORKER_WINE_H
#define OPENIHV_WORKER_WINE_H

/*
 * The Wine of this user, in which a Windows program of ours runs on Linux. Under the Windows
 * Subsystem for Linux there is no need of it: a .exe runs as it is.
 *
 * The loader is $OPENIHV_WINE, /usr/lib/wine/wine64 (Debian), or wine64 or wine in PATH.
 *
 * Four files lie in FOLDER, $XDG_CACHE_HOME/openihv or ~/.cache/openihv:
 *
 *	wine        the prefix: what Windows programs see as C:, and the registry. It is made once,
 *	            as wine.new, and renamed when it is complete. A stamp in it names the loader and
 *	            its version; if they are others, it is made anew.
 *	wine.lock   held exclusively (flock) while one of us makes the prefix, starts the server or
 *	            ends it, and never longer.
 *	wine.users  held shared by each open struct wine, in whatever process. Who closes tries to
 *hold it exclusively, under wine.lock: only the last one can, and ends the server.
 *
 *	wine.server where the server last had its socket, and which sandbox it is in.
 *
 * A wineserver, and services that it keeps, serve all programs of a prefix. The first program would
 * start them, and they would inherit its descriptors: a pipe to it would never end. So the server
 * is started first, and one program that does nothing, with no descriptor of ours. It stays
 * (wineserver -p) because a program that comes while the server is ending may fail to start.
 *
 * The kernel drops the locks of a process that is killed. It leaves the server behind, for the next
 * one that closes; by itself the server ends WINE_LINGER seconds after its last program.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum {
	WINE_LIMIT = 120000,   // ms for all of wine_open(); the prefix takes 10 to 15 s to make
	WINE_LINGER = 600,     // s
	WINE_ERROR_SIZE = 512, // room for any error of this file
	WINE_FOLDER_SIZE = 4096,
};

struct wine;

/*
 * Finds Wine, makes the prefix if there is none, and has the server running. Returns 0, or a
 * negative errno and one line in `err`:
 *	-ENOENT     no Wine, or no folder for the prefix
 *	-ETIMEDOUT  a step did not end within its time, and was killed
 *	-EBUSY      another version of Wine is using the prefix
 *	-EIO        a step failed
 *	and errors of the file system
 * A failure leaves no process and no half-made prefix behind.
 */
int wine_open(struct wine **out, char *err, size_t room);
// The same with another limit in milliseconds, for each step and for the wait for others.
int wine_open_within(struct wine **out, unsigned limit, char *err, size_t room);

// The last one ends the server and with it every program of the prefix, and waits for it. None may
// be about to start: it would start a server of its own. NULL is fine.
void wine_close(struct wine *w);

// Has the server running again, for someone who kept `w` open without a program for long. As
// wine_open().
int wine_server_up(struct wine *w, char *err, size_t room);

// The server of this prefix, or 0: there is none now (or never, under WSL).
pid_t wine_server_pid(const struct wine *w);
// The folder of its socket, wherever this Wine keeps that; false: there is no server now.
bool wine_server_folder(const struct wine *w, char *out, size_t room);
// The SANDBOX_* (sandbox.h) of the server that there is; it opens files and sockets for all.
unsigned wine_server_sandbox(const struct wine *w);
// The prefix, or NULL under WSL.
const char *wine_prefix(const struct wine *w);

/*
 * The Windows name of an existing file, for an argument of a program: Z:\... of its real path. To
 * be freed by the caller. -EILSEQ if Windows cannot express it (an octet below 0x20, one of
 * \:*?"<>|, a component that ends with a point or space, no UTF-8), errors of realpath(3), -ENOMEM.
 */
int wine_path(const struct wine *w, const char *path, char **out, char *err, size_t room);

// For execve() or posix_spawn(); argv[0] is a file to execute.
struct wine_command {
	char **argv;
	char **envp;   // the environment, of few variables
	char *program; // of argv
};

/*
 * How to run the .exe file `program` with arguments (NULL-terminated; paths among them by
 * wine_path()), whose strings must live as long as `out`; so must `w`. wine_command_end() frees.
 * Errors as wine_path(). The exit status that arrives is the low octet of the program's.
 */
int wine_command(const struct wine *w, const char *program, const char *const args[],
	struct wine_command *out, char *err, size_t room);
void wine_command_end(struct wine_command *c);

#endif
