// SPDX-License-Identifier: BSD-2-Clause
#include "worker/worker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/program.h"
#include "module/file.h"
#include "worker/launch.h"
#include "worker/source_wine.h"

/* What starts the incarnations of one module. */
struct source {
	char *module, *program;
};

/* Of the environment a module sees what loader, C library, libcrypto and sanitizers go by. The rest
 * is nobody's business: people keep passwords there. */
static const char *const kept[] = {"LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH",
	"LD_PRELOAD", "OPENSSL_CONF", "OPENSSL_MODULES", "ASAN_OPTIONS", "LSAN_OPTIONS",
	"TSAN_OPTIONS", "UBSAN_OPTIONS"};

#define KEPT (sizeof(kept) / sizeof(kept[0]))

static bool is_named(const char *variable, const char *name)
{
	size_t n = strlen(name);

	return strncmp(variable, name, n) == 0 && variable[n] == '=';
}

/* The strings stay where they are. */
static void environment(char *out[KEPT + 1])
{
	size_t i, n = 0;
	char **v;

	for (i = 0; i < KEPT; i++) {
		for (v = environ; *v && !is_named(*v, kept[i]); v++)
			;
		if (*v)
			out[n++] = *v;
	}
	out[n] = NULL;
}

static int start_native(void *user, struct worker_process *out, char *err, size_t room)
{
	struct source *s = user;
	char socket[] = "SOCKET";
	char *argv[] = {s->program, s->module, socket, NULL}, *envp[KEPT + 1];
	struct launch program = {.program = s->program, .argv = argv, .envp = envp, .socket = true};
	int rc;

	environment(envp);
	rc = launch(&program, out);
	if (rc)
		snprintf(err, room, "its worker %s cannot be started: %s", s->program,
			strerror(-rc));
	return rc;
}

static void source_close(void *user)
{
	struct source *s = user;

	free(s->module);
	free(s->program);
	free(s);
}

static char *program_for(const struct worker_config *config, const char *name, const char *variable)
{
	return config->program ? strdup(config->program) : program_find(name, variable);
}

static int open_native(const char *path, const struct worker_config *config,
	struct worker_source *out, char *err, size_t room)
{
	struct source *s = calloc(1, sizeof(*s));

	snprintf(err, room, "out of memory");
	if (!s)
		return -ENOMEM;
	s->module = realpath(path, NULL);
	s->program = program_for(config, "openihv-worker", "OPENIHV_WORKER");
	if (!s->module || !s->program) {
		source_close(s);
		return -ENOMEM;
	}
	*out = (struct worker_source){.start = start_native, .close = source_close, .user = s};
	return 0;
}

static int open_wine(const char *path, const struct worker_config *config,
	struct worker_source *out, char *err, size_t room)
{
	char *program = program_for(config, "openihv-worker.exe", "OPENIHV_WORKER_EXE");
	int rc = -ENOMEM;

	snprintf(err, room, "out of memory");
	if (program)
		rc = source_wine_open(path, program, out, err, room);
	free(program);
	return rc;
}

int worker_open(const char *path, const struct worker_config *config, struct module **out,
	char *err, size_t room)
{
	struct worker_source source;
	enum module_kind kind;
	int rc = module_file_check(path, &kind, err, room);

	*out = NULL;
	if (rc)
		return rc;
	rc = kind == MODULE_PE ? open_wine(path, config, &source, err, room)
			       : open_native(path, config, &source, err, room);
	return rc ? rc : proxy_open(path, &source, &config->options, out, err, room);
}
