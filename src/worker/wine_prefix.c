// SPDX-License-Identifier: BSD-2-Clause
#include "worker/wine_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "worker/step.h"

enum { PATH_SIZE = 4096, STAMP_SIZE = PATH_SIZE + 512 };

// Counted up when prefixes of old are no longer what is made here.
#define STAMP_FORMAT "openihv prefix 1"

static void stamp_text(const struct wine *w, char out[STAMP_SIZE])
{
	(void)snprintf(out, STAMP_SIZE, "%s\n%s\n%s\n", STAMP_FORMAT, w->loader, w->version);
}

static bool is_current(const struct wine *w)
{
	char path[PATH_SIZE], want[STAMP_SIZE], have[STAMP_SIZE];
	(void)snprintf(path, sizeof(path), "%s/openihv.stamp", w->prefix);
	stamp_text(w, want);
	_cleanup_fclose_ FILE *f = fopen(path, "re");
	if (!f)
		return false;
	have[fread(have, 1, sizeof(have) - 1, f)] = '\0';
	return strcmp(want, have) == 0;
}

static int write_file(const char *folder, const char *name, const char *text)
{
	char path[PATH_SIZE];
	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *f = fopen(path, "we");
	if (!f)
		return -errno;
	bool bad = fputs(text, f) < 0;
	return fclose(f) || bad ? -EIO : 0;
}

// Removes a folder and all in it; links, such as Z: to the whole disk, are not followed.
static int remove_all(const char *path)
{
	char *const paths[] = {(char *)path, NULL};
	FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
	FTSENT *e;
	int error = 0;
	while (tree && (e = fts_read(tree))) {
		if (e->fts_info == FTS_D || (e->fts_info == FTS_NS && e->fts_errno == ENOENT))
			continue;
		if (remove(e->fts_path) < 0 && errno != ENOENT)
			error = -errno;
	}
	if (tree)
		fts_close(tree);
	return error;
}

static bool same_content(const char *a, const char *b)
{
	_cleanup_fclose_ FILE *fa = fopen(a, "re");
	_cleanup_fclose_ FILE *fb = fopen(b, "re");
	char x[16384], y[sizeof(x)];
	size_t n, m;
	if (!fa || !fb)
		return false;
	do {
		n = fread(x, 1, sizeof(x), fa);
		m = fread(y, 1, sizeof(y), fb);
		if (n != m || memcmp(x, y, n) != 0)
			return false;
	} while (n);
	return !ferror(fa) && !ferror(fb);
}

// Where this Wine keeps its own DLLs; false if that is not known.
static bool find_libraries(const struct wine *w, char out[PATH_SIZE])
{
	static const char *const places[] = {"/../x86_64-linux-gnu/wine/x86_64-windows",
		"/../lib/x86_64-linux-gnu/wine/x86_64-windows", "/../lib/wine/x86_64-windows",
		"/../lib64/wine/x86_64-windows"};
	_cleanup_free_ char *real = realpath(w->loader, NULL);
	char *slash = real ? strrchr(real, '/') : NULL;
	if (!slash)
		return false;
	*slash = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		char path[PATH_SIZE];
		int n = snprintf(path, sizeof(path), "%s%s", real, places[i]);
		if (n > 0 && n < PATH_SIZE && realpath(path, out))
			return true;
	}
	return false;
}

/*
 * Wine copies its DLLs into the prefix, 680 MB of 693. Those that are the same as the installed
 * ones become links to them: Wine would update them with a new version, but here the whole prefix
 * is made anew then (and .update-timestamp keeps Wine from writing through the links).
 */
static int share_libraries(const struct wine *w, const char *root)
{
	char libraries[PATH_SIZE], installed[PATH_SIZE + 300];
	char *const paths[] = {(char *)root, NULL};
	FTSENT *e;
	int error = 0;
	if (!find_libraries(w, libraries))
		return 0;
	FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
	while (tree && !error && (e = fts_read(tree))) {
		if (e->fts_info != FTS_F)
			continue;
		(void)snprintf(installed, sizeof(installed), "%s/%s", libraries, e->fts_name);
		if (!same_content(e->fts_path, installed))
			continue;
		if (unlink(e->fts_path) < 0 || symlink(installed, e->fts_path) < 0)
			error = -errno;
	}
	if (tree)
		fts_close(tree);
	return error;
}

// What programs of ours rely on.
static int check(const struct wine *w, const char *root)
{
	static const char *const files[] = {"system.reg", "drive_c/windows/system32/kernel32.dll",
		"dosdevices/c:/windows", "dosdevices/z:/"};
	char path[PATH_SIZE + 64], real[PATH_SIZE];
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", root, files[i]);
		if (access(path, R_OK) < 0)
			return wine_fail(
				w, -EIO, "Wine (%s) made a prefix without %s", w->loader, files[i]);
	}
	(void)snprintf(path, sizeof(path), "%s/dosdevices/z:", root);
	if (!realpath(path, real) || strcmp(real, "/") != 0)
		return wine_fail(w, -EIO, "Wine (%s) made a prefix whose Z: is not /", w->loader);
	return 0;
}

// All that has to be done in wine.new.
static int make(const struct wine *w, const char *root)
{
	const char *const boot[] = {w->loader, "wineboot.exe", "-i", NULL};
	char stamp[STAMP_SIZE];
	char **envp = wine_environment(w, root);
	if (!envp)
		return wine_fail(w, -ENOMEM, "out of memory");
	int rc = step_run(boot, envp, w->limit, NULL, 0);
	// The registry is written when the server ends.
	wine_server_down(w, root, envp);
	wine_environment_free(envp);
	if (rc)
		return wine_step_failed(w, rc, "making its prefix (wineboot) did not work");
	rc = check(w, root);
	if (rc)
		return rc;
	stamp_text(w, stamp);
	rc = share_libraries(w, root);
	if (!rc)
		rc = write_file(root, ".update-timestamp", "disable\n");
	if (!rc)
		rc = write_file(root, "openihv.stamp", stamp);
	return rc ? wine_fail(w, rc, "%s: %s", root, strerror(-rc)) : 0;
}

// A complete wine.new takes the place of what was there.
static int replace(const struct wine *w, const char *root)
{
	int error = remove_all(w->prefix);
	if (!error && rename(root, w->prefix) < 0)
		error = -errno;
	return error ? wine_fail(w, error, "%s: %s", w->prefix, strerror(-error)) : 0;
}

int wine_prefix_ready(const struct wine *w, bool alone)
{
	char root[PATH_SIZE];
	if (is_current(w))
		return 0;
	if (!alone)
		return wine_fail(w, -EBUSY,
			"%s belongs to another version of Wine, which is in use: end the other "
			"openihv first",
			w->prefix);
	wine_server_down(w, w->prefix, w->envp);
	(void)snprintf(root, sizeof(root), "%s.new", w->prefix);
	int rc = remove_all(root); // of one that was killed
	if (!rc && mkdir(root, 0700) < 0)
		rc = -errno;
	if (rc)
		return wine_fail(w, rc, "%s: %s", root, strerror(-rc));
	rc = make(w, root);
	if (!rc)
		rc = replace(w, root);
	if (rc)
		(void)remove_all(root);
	return rc;
}
