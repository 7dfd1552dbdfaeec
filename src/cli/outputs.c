// SPDX-License-Identifier: BSD-2-Clause
#include "cli/outputs.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli/cli.h"

static const struct {
	const char *option;
	int (*write)(FILE *f, const struct report *r);
} formats[OUTPUTS] = {
	[OUTPUT_JSON] = {"--json", report_write_json},
	[OUTPUT_JUNIT] = {"--junit", report_write_junit},
	[OUTPUT_SARIF] = {"--sarif", report_write_sarif},
	[OUTPUT_HTML] = {"--html", report_write_html},
};

const char outputs_help[] =
	"  --json FILE         the whole report, for openihv merge and for programs\n"
	"  --junit FILE        JUnit XML, a test case for each rule\n"
	"  --sarif FILE        SARIF 2.1.0\n"
	"  --html FILE         one page for a browser, or to be printed\n";

bool outputs_option(struct outputs *o, int option)
{
	if (option < OUTPUT_OPTION || option >= OUTPUT_OPTION + OUTPUTS)
		return false;
	o->file[option - OUTPUT_OPTION] = optarg;
	return true;
}

static bool is_stdout(const char *file)
{
	return strcmp(file, "-") == 0;
}

/* The folder in which the file lies, or will; empty: the name is too long. */
static void folder_of(const char *file, char *room, size_t length)
{
	const char *slash = strrchr(file, '/');
	const size_t n = slash ? (size_t)(slash - file) + (slash == file) : 1;

	if (n < length)
		snprintf(room, length, "%.*s", (int)n, slash ? file : ".");
	else
		room[0] = '\0';
}

static int check_file(const char *file)
{
	char folder[PATH_MAX];
	struct stat st;

	if (stat(file, &st) == 0 && S_ISDIR(st.st_mode))
		return EISDIR;
	if (stat(file, &st) == 0 && !S_ISREG(st.st_mode)) /* a device, a pipe */
		return access(file, W_OK) == 0 ? 0 : errno;
	folder_of(file, folder, sizeof(folder));
	return access(folder, W_OK | X_OK) == 0 ? 0 : errno;
}

int outputs_check(const struct outputs *o, const char *command)
{
	unsigned i, j;
	int error;

	for (i = 0; i < OUTPUTS; i++) {
		if (!o->file[i])
			continue;
		for (j = 0; j < i; j++)
			if (o->file[j] && strcmp(o->file[i], o->file[j]) == 0)
				return cli_error("%s: %s and %s both go to '%s'", command,
					formats[j].option, formats[i].option, o->file[i]);
		error = is_stdout(o->file[i]) ? 0 : check_file(o->file[i]);
		if (error)
			return cli_error("%s: %s: %s", command, o->file[i], strerror(error));
	}
	return 0;
}

/* Beside the file, so that it can be renamed; with the rights that the umask leaves. */
static FILE *temporary(const char *file, char **name)
{
	const mode_t mask = umask(0);
	FILE *f = NULL;
	int fd;

	umask(mask);
	if (asprintf(name, "%s.XXXXXX", file) < 0) {
		*name = NULL;
		errno = ENOMEM;
		return NULL;
	}
	fd = mkstemp(*name);
	if (fd >= 0 && fchmod(fd, 0666 & ~mask) == 0)
		f = fdopen(fd, "w");
	if (fd >= 0 && !f) {
		const int error = errno;

		close(fd);
		unlink(*name);
		errno = error;
	}
	return f;
}

/* 0 or a negative errno. */
static int replace(const char *file, enum output output, const struct report *r)
{
	_cleanup_free_ char *name = NULL;
	FILE *f = temporary(file, &name);
	int rc;

	if (!f)
		return -errno;
	rc = formats[output].write(f, r);
	if (fclose(f) && !rc)
		rc = -errno;
	if (!rc && rename(name, file))
		rc = -errno;
	if (rc)
		unlink(name);
	return rc;
}

static int write_file(const char *file, enum output output, const struct report *r)
{
	_cleanup_free_ char *real = realpath(file, NULL); /* what a link points to is replaced */
	struct stat st;
	FILE *f;
	int rc;

	if (stat(file, &st) || S_ISREG(st.st_mode))
		return replace(real ? real : file, output, r);
	f = fopen(file, "w");
	if (!f)
		return -errno;
	rc = formats[output].write(f, r);
	if (fclose(f) && !rc)
		rc = -errno;
	return rc;
}

/* main() looks at the stream again, and would tell of the same error. */
static int write_stdout(int rc)
{
	if (rc)
		clearerr(stdout);
	return rc;
}

int outputs_write(const struct outputs *o, const struct report *r)
{
	bool taken = false;
	int ret = 0, rc;
	unsigned i;

	for (i = 0; i < OUTPUTS; i++) {
		const char *file = o->file[i];
		const bool here = file && is_stdout(file);

		if (!file)
			continue;
		taken = taken || here;
		rc = here ? write_stdout(formats[i].write(stdout, r))
			  : write_file(file, (enum output)i, r);
		if (rc)
			ret = cli_error("%s: %s", here ? "standard output" : file, strerror(-rc));
	}
	rc = taken ? 0 : write_stdout(report_write_text(stdout, r, cli_colour(stdout)));
	if (rc)
		ret = cli_error("standard output: %s", strerror(-rc));
	return ret;
}
