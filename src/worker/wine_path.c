// SPDX-License-Identifier: BSD-2-Clause
#include "worker/wine_internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "worker/step.h"

extern char **environ;

__attribute__((format(printf, 4, 5))) static int fail(
	char *err, size_t room, int code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)vsnprintf(err, room, format, args);
	va_end(args);
	return code;
}

// Octets of the UTF-8 sequence at p, 0 if it is none (RFC 3629, 4). What follows the end is 0.
static size_t utf8_length(const unsigned char *p)
{
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if ((p[0] >= 0x80 && p[0] < 0xc2) || p[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
		(p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

// Whether Windows could have a file of this name. Wine gives others a short name of its own making.
static bool can_be_named(const char *path)
{
	const unsigned char *p = (const unsigned char *)path;
	while (*p) {
		size_t n = utf8_length(p);
		if (n == 0 || *p < 0x20 || strchr("\\:*?\"<>|", *p))
			return false;
		bool last = p[n] == '/' || p[n] == '\0';
		if (last && (*p == '.' || *p == ' '))
			return false;
		p += n;
	}
	return true;
}

// Untested where there is no WSL, so it leaves all to its own tool.
static int wsl_path(const char *real, char **out, char *err, size_t room)
{
	char text[8192];
	const char *const argv[] = {"/usr/bin/wslpath", "-w", real, NULL};
	int rc = step_run(argv, environ, 10000, text, sizeof(text));
	text[strcspn(text, "\n")] = '\0';
	if (rc || !text[0])
		return fail(err, room, -EILSEQ, "%s: wslpath has no Windows name for it", real);
	*out = strdup(text);
	return *out ? 0 : fail(err, room, -ENOMEM, "out of memory");
}

int wine_path(const struct wine *w, const char *path, char **out, char *err, size_t room)
{
	*out = NULL;
	_cleanup_free_ char *real = realpath(path, NULL);
	if (!real)
		return fail(err, room, -errno, "%s: %s", path, strerror(errno));
	if (w->wsl)
		return wsl_path(real, out, err, room);
	if (!can_be_named(real))
		return fail(err, room, -EILSEQ,
			"%s: a name that Windows cannot express: rename or copy the file", real);
	if (asprintf(out, "Z:%s", real) < 0) {
		*out = NULL;
		return fail(err, room, -ENOMEM, "out of memory");
	}
	for (char *p = *out; *p; p++)
		*p = *p == '/' ? '\\' : *p;
	return 0;
}

// Few variables, so that a module runs alike for everyone: paths in UTF-8, messages in English.
char **wine_environment(const struct wine *w, const char *prefix)
{
	static const char *const kept[] = {"PATH", "HOME", "USER", "LOGNAME", "TZ"};
	static const char *const fixed[] = {"LC_ALL=C.UTF-8", "WINEDEBUG=-all", "WINEARCH=win64",
		// No offer to install .NET or a browser, no menus, no debugger on a crash.
		"WINEDLLOVERRIDES=mscoree=d;mshtml=d;winemenubuilder.exe=d;winedbg.exe=d"};
	enum { KEPT = sizeof(kept) / sizeof(kept[0]), FIXED = sizeof(fixed) / sizeof(fixed[0]) };
	char **envp = calloc(KEPT + FIXED + 3, sizeof(*envp));
	size_t n = 0;
	bool bad = !envp;
	for (size_t i = 0; i < KEPT && !bad; i++) {
		const char *value = getenv(kept[i]);
		if (value)
			bad = asprintf(&envp[n++], "%s=%s", kept[i], value) < 0;
	}
	for (size_t i = 0; i < FIXED && !bad; i++)
		bad = !(envp[n++] = strdup(fixed[i]));
	bad = bad || asprintf(&envp[n++], "WINEPREFIX=%s", prefix) < 0;
	bad = bad || asprintf(&envp[n++], "WINESERVER=%s", w->server) < 0;
	if (!bad)
		return envp;
	if (n)
		envp[n - 1] = NULL; // undefined after a failure of asprintf()
	wine_environment_free(envp);
	return NULL;
}

void wine_environment_free(char **envp)
{
	for (size_t i = 0; envp && envp[i]; i++)
		free(envp[i]);
	free(envp);
}

int wine_command(const struct wine *w, const char *program, const char *const args[],
	struct wine_command *out, char *err, size_t room)
{
	size_t n = 0, at = 0;
	*out = (struct wine_command){0};
	// Under WSL the kernel starts a .exe by its Unix path.
	int rc = w->wsl ? 0 : wine_path(w, program, &out->program, err, room);
	if (!rc && w->wsl && !(out->program = realpath(program, NULL)))
		rc = fail(err, room, -errno, "%s: %s", program, strerror(errno));
	if (rc)
		return rc;
	while (args && args[n])
		n++;
	out->argv = calloc(n + 3, sizeof(*out->argv));
	if (!out->argv) {
		wine_command_end(out);
		return fail(err, room, -ENOMEM, "out of memory");
	}
	if (!w->wsl)
		out->argv[at++] = w->loader;
	out->argv[at++] = out->program;
	for (size_t i = 0; i < n; i++)
		out->argv[at++] = (char *)args[i]; // execve() changes none
	out->envp = w->wsl ? environ : w->envp;
	return 0;
}

void wine_command_end(struct wine_command *c)
{
	free(c->argv);
	free(c->program);
	*c = (struct wine_command){0};
}
