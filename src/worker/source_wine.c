// SPDX-License-Identifier: BSD-2-Clause
#include "worker/source_wine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "worker/launch.h"
#include "worker/sandbox.h"
#include "worker/wine.h"

struct source {
	struct wine *wine;
	char *module;    /* as Windows calls it */
	char *program;   /* as Linux calls it */
	char *places[3]; /* that may be read: the folders of both; NULL at the end */
};

static unsigned enter_sandbox(const void *user)
{
	return sandbox_wine_child(user);
}

static int failed(char *err, size_t room, const struct source *s, int rc)
{
	snprintf(err, room, "its worker %s cannot be started: %s", s->program, strerror(-rc));
	return rc;
}

/* Under WSL the program is a process of Windows, which no sandbox of Linux reaches. */
static int start_confined(const struct source *s, struct launch *program,
	struct worker_process *out, char *err, size_t room)
{
	const char *prefix = wine_prefix(s->wine);
	char server[WINE_FOLDER_SIZE];
	struct sandbox_wine sandbox;
	int rc;

	if (!prefix) {
		rc = launch(program, out);
		return rc ? failed(err, room, s, rc) : 0;
	}
	if (!wine_server_folder(s->wine, server, sizeof(server))) {
		snprintf(err, room, "Wine's server has just ended");
		return -EIO;
	}
	rc = sandbox_wine_prepare(&sandbox, prefix, server, (const char *const *)s->places);
	if (rc) {
		snprintf(err, room, "its sandbox cannot be made (%s): %s", prefix, strerror(-rc));
		return rc;
	}
	program->prepare = enter_sandbox;
	program->user = &sandbox;
	rc = launch(program, out);
	sandbox_wine_done(&sandbox);
	/* What the server is allowed, the worker is. */
	out->sandbox &=
		wine_server_sandbox(s->wine) | ~(unsigned)(SANDBOX_NETWORK | SANDBOX_LANDLOCK);
	return rc ? failed(err, room, s, rc) : 0;
}

static int start(void *user, struct worker_process *out, char *err, size_t room)
{
	const struct source *s = user;
	/* A number of Linux's would say nothing to a process of Windows. */
	const char *const args[] = {s->module, wine_prefix(s->wine) ? "PID" : NULL, NULL};
	struct launch program = {0};
	struct wine_command command;
	/* Whoever killed the last worker may have taken the server along. */
	int rc = wine_server_up(s->wine, err, room);

	if (rc)
		return rc;
	rc = wine_command(s->wine, s->program, args, &command, err, room);
	if (rc)
		return rc;
	program.program = command.argv[0];
	program.argv = command.argv;
	program.envp = command.envp;
	rc = start_confined(s, &program, out, err, room);
	wine_command_end(&command);
	if (!rc)
		out->server = wine_server_pid(s->wine);
	return rc;
}

static void source_close(void *user)
{
	struct source *s = user;

	wine_close(s->wine);
	free(s->module);
	free(s->program);
	free(s->places[0]);
	free(s->places[1]);
	free(s);
}

static char *folder_of(const char *path)
{
	char *real = realpath(path, NULL), *slash = real ? strrchr(real, '/') : NULL;

	if (slash)
		slash[slash == real] = '\0'; /* of "/file" the root stays */
	return real;
}

static int fill(struct source *s, const char *module, const char *program, char *err, size_t room)
{
	int rc;

	if (access(program, R_OK)) {
		rc = -errno;
		snprintf(err, room,
			"a Windows module, and %s, which runs such, is not there: %s "
			"(OPENIHV_WORKER_EXE "
			"names another)",
			program, strerror(-rc));
		return rc;
	}
	snprintf(err, room, "out of memory");
	s->program = realpath(program, NULL);
	s->places[0] = folder_of(module);
	s->places[1] = folder_of(program);
	if (!s->program || !s->places[0] || !s->places[1])
		return -ENOMEM;
	rc = wine_open(&s->wine, err, room);
	return rc ? rc : wine_path(s->wine, module, &s->module, err, room);
}

int source_wine_open(
	const char *module, const char *program, struct worker_source *out, char *err, size_t room)
{
	struct source *s = calloc(1, sizeof(*s));
	int rc;

	if (!s) {
		snprintf(err, room, "out of memory");
		return -ENOMEM;
	}
	rc = fill(s, module, program, err, room);
	if (rc)
		source_close(s);
	else
		*out = (struct worker_source){.start = start, .close = source_close, .user = s};
	return rc;
}
