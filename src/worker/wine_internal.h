// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_WORKER_WINE_INTERNAL_H
#define OPENIHV_WORKER_WINE_INTERNAL_H

// What the files of the Wine environment share, and its tests.

#include "worker/wine.h"

// wineserver's option to stay: `-p` and WINE_LINGER.
#define WINE_LINGER_OPTION "-p600"

struct wine {
	bool wsl;       // no Wine at all
	char *loader;   // runs a Windows program
	char *server;   // the program wineserver
	char *version;  // of the loader, as it tells
	char *folder;   // where the files are
	char *prefix;   // folder/wine
	char **envp;    // WINEPREFIX is `prefix`
	unsigned limit; // ms, of a step
	int users;      // the file wine.users with a shared lock on it; -1: none
	char *err;      // where errors go
	size_t room;
};

// Writes the line about an error and returns `code`.
int wine_fail(const struct wine *w, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
// The same for what step_run() returned, which is not 0.
int wine_step_failed(const struct wine *w, int rc, const char *what);

// The loader: `fixed` if that can be executed, else wine64 or wine in the folders of `path`. To be
// freed; NULL: none.
char *wine_find_loader(const char *fixed, const char *path);
// The environment of a Windows program; freed by wine_environment_free(). NULL: no memory.
char **wine_environment(const struct wine *w, const char *prefix);
void wine_environment_free(char **envp);

// wine_prefix.c. Held: wine.lock. alone: nobody else uses the prefix.
int wine_prefix_ready(const struct wine *w, bool alone);

// wine_server.c: by prefix, since a prefix in the making has a server, too.
pid_t wine_server_of(const char *prefix);
// How many programs run in it.
unsigned wine_programs_of(const char *prefix);
int wine_server_start(const struct wine *w);
void wine_server_down(const struct wine *w, const char *prefix, char **envp);

// wine_confined.c: as step_run(), in the sandbox of the server. Held: wine.lock.
int wine_confined_run(const struct wine *w, const char *const argv[]);

#endif
