// SPDX-License-Identifier: BSD-2-Clause
/*
 * Runs the tests of the build for Windows in the user's Wine. Each of those programs ends with "N
 * passed, N failed"; here that becomes as many lines of TAP.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "worker/step.h"
#include "worker/wine.h"

#define SKIPPED   77
#define LIMIT_MS  60000
#define OUTPUT    65536
#define VARIABLES 32

static struct wine *wine;
static unsigned number, bad;

static void count(const char *program, const char *what, unsigned n)
{
	while (n--)
		printf("%s %u - %s\n", what, ++number, program);
}

/* What the environment of Wine lacks: where the module under test is. */
static int run_program(const struct wine_command *c, char *out)
{
	char *envp[VARIABLES + 2];
	char rsn[] = "OPENIHV_RSN=ext/rsnihv.dll";
	unsigned n;

	for (n = 0; c->envp[n] && n < VARIABLES; n++)
		envp[n] = c->envp[n];
	envp[n++] = rsn;
	envp[n] = NULL;
	return step_run((const char *const *)c->argv, envp, LIMIT_MS, out, OUTPUT);
}

static void run(const char *program, const char *argument)
{
	const char *const args[] = {argument, NULL};
	static char out[OUTPUT];
	char err[WINE_ERROR_SIZE];
	struct wine_command c;
	unsigned passed = 0, failed = 0;
	const char *last;
	int rc = wine_command(wine, program, args, &c, err, sizeof(err));

	out[0] = '\0';
	if (!rc)
		rc = run_program(&c, out);
	wine_command_end(&c);
	for (last = out; strchr(last, '\n') && strchr(last, '\n')[1];)
		last = strchr(last, '\n') + 1;
	if (sscanf(last, "%u passed, %u failed", &passed, &failed) != 2 ||
		(rc != 0) != (failed != 0))
		failed += !failed;
	if (failed)
		printf("%s %s: status %d\n%s\n", program, argument ? argument : "", rc, out);
	count(program, "ok", passed);
	count(program, "not ok", failed);
	bad += failed;
}

int main(void)
{
	const char *exe = getenv("OPENIHV_WORKER_EXE");
	char folder[4096], err[WINE_ERROR_SIZE];
	glob_t found = {0};
	size_t i;

	if (!exe || !strrchr(exe, '/')) {
		printf("OPENIHV_WORKER_EXE does not name openihv-worker.exe of a build for "
		       "Windows\n");
		return SKIPPED;
	}
	snprintf(folder, sizeof(folder), "%.*s", (int)(strrchr(exe, '/') - exe), exe);
	if (chdir(folder) || glob("tests/wine/test_*.exe", 0, NULL, &found)) {
		printf("%s: no tests of a build for Windows\n", folder);
		return EXIT_FAILURE;
	}
	if (wine_open(&wine, err, sizeof(err))) {
		printf("%s\n", err);
		return EXIT_FAILURE;
	}
	for (i = 0; i < found.gl_pathc; i++)
		run(found.gl_pathv[i], NULL);
	run("tests/wine/smoke.exe", "ext/rsnihv.dll");
	run("tests/wine/smoke.exe", "sdk/template/template.dll");
	wine_close(wine);
	globfree(&found);
	printf("1..%u\n", number);
	return bad || !number ? EXIT_FAILURE : EXIT_SUCCESS;
}
