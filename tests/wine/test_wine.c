// SPDX-License-Identifier: BSD-2-Clause
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "worker/step.h"
#include "worker/wine_internal.h"

static char echo_exe[4096];
static char err[WINE_ERROR_SIZE];

/* ---- Programs in Wine. ---- */

static struct wine *opened(void)
{
	struct wine *w = NULL;
	int rc = wine_open(&w, err, sizeof(err));
	if (rc)
		fail_msg("wine_open: %d '%s'", rc, err);
	return w;
}

// Starts echo.exe with pipes; the ends of ours are closed on exec.
static pid_t spawn(const struct wine *w, const char *const args[], int *to, int *from)
{
	struct wine_command c;
	posix_spawn_file_actions_t actions;
	int in[2], out[2];
	pid_t pid = 0;
	if (wine_command(w, echo_exe, args, &c, err, sizeof(err)))
		fail_msg("wine_command: %s", err);
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in[0], 0);
	posix_spawn_file_actions_adddup2(&actions, out[1], 1);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	assert_int_equal(posix_spawn(&pid, c.argv[0], &actions, NULL, c.argv, c.envp), 0);
	posix_spawn_file_actions_destroy(&actions);
	wine_command_end(&c);
	close(in[0]);
	close(out[1]);
	*to = in[1];
	*from = out[0];
	return pid;
}

static int status_of(pid_t pid)
{
	int status = 0;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static int run(const struct wine *w, const char *const args[], char *out, size_t room)
{
	int to, from;
	size_t got = 0;
	ssize_t n;
	pid_t pid = spawn(w, args, &to, &from);
	close(to);
	while (out && got + 1 < room && (n = read(from, out + got, room - 1 - got)) > 0)
		got += (size_t)n;
	if (out)
		out[got] = '\0';
	close(from);
	return status_of(pid);
}

static void exchange(int to, int from, uint32_t *seed, size_t size)
{
	static uint8_t data[32768];
	for (size_t i = 0; i < size; i++) {
		*seed = *seed * 1664525 + 1013904223;
		data[i] = (uint8_t)(*seed >> 24);
	}
	assert_int_equal(write(to, data, size), size);
	for (size_t at = 0; at < size;) {
		uint8_t back[4096];
		ssize_t n = read(from, back, sizeof(back));
		assert_true(n > 0);
		for (ssize_t i = 0; i < n; i++)
			assert_int_equal(back[i], (uint8_t)~data[at++]);
	}
}

// Back and forth, all octets, many sizes; and the pipe ends when the program does.
static void twenty_programs(void **state)
{
	struct wine *w = opened();
	uint32_t seed = 1;
	for (int i = 0; i < 20; i++) {
		int to, from;
		char end;
		pid_t pid = spawn(w, NULL, &to, &from);
		for (size_t size = 1; size <= 32768; size = size * 3 + (size_t)i)
			exchange(to, from, &seed, size);
		close(to);
		assert_int_equal(read(from, &end, 1), 0);
		close(from);
		assert_int_equal(status_of(pid), 0);
	}
	wine_close(w);
}

static void statuses(void **state)
{
	struct wine *w = opened();
	assert_int_equal(run(w, (const char *[]){"exit", "7", NULL}, NULL, 0), 7);
	assert_int_equal(run(w, (const char *[]){"exit", "0", NULL}, NULL, 0), 0);
	assert_int_equal(run(w, (const char *[]){"crash", "113", NULL}, NULL, 0), 113);
	wine_close(w);
}

static void arguments(void **state)
{
	char out[500];
	struct wine *w = opened();
	const char *const args[] = {
		"args", "", "two words", "a\"quote", "back\\slash\\", "--x=*", NULL};
	assert_int_equal(run(w, args, out, sizeof(out)), 0);
	assert_string_equal(out, "\r\ntwo words\r\na\"quote\r\nback\\slash\\\r\n--x=*\r\n");
	wine_close(w);
}

/* ---- Nothing is left. ---- */

static bool has_prefix(const char *pid, const char *prefix)
{
	char path[300], want[4200], text[65536];
	(void)snprintf(path, sizeof(path), "/proc/%s/environ", pid);
	(void)snprintf(want, sizeof(want), "WINEPREFIX=%s", prefix);
	FILE *f = fopen(path, "re");
	size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0; // nothing for a zombie
	if (f)
		fclose(f);
	text[n] = '\0';
	for (size_t at = 0; at < n; at += strlen(text + at) + 1) {
		if (strcmp(text + at, want) == 0)
			return true;
	}
	return false;
}

static unsigned living(const char *prefix)
{
	unsigned count = 0;
	struct dirent *entry;
	DIR *proc = opendir("/proc");
	assert_non_null(proc);
	while ((entry = readdir(proc)))
		count += entry->d_name[0] >= '0' && entry->d_name[0] <= '9' &&
			 has_prefix(entry->d_name, prefix);
	closedir(proc);
	return count;
}

// The system is given some time to bury those that were killed.
static void assert_nothing_left(const char *prefix)
{
	for (int i = 0; i < 200 && living(prefix); i++)
		step_nap(10);
	assert_int_equal(living(prefix), 0);
	assert_int_equal(wine_server_of(prefix), 0);
}

static void last_one_ends_the_server(void **state)
{
	char prefix[4096];
	struct wine *first = opened(), *second = opened();
	(void)snprintf(prefix, sizeof(prefix), "%s", first->prefix);
	pid_t server = wine_server_pid(first);
	assert_true(server > 0 && kill(server, 0) == 0);
	assert_int_equal(wine_server_pid(second), server);
	assert_true(living(prefix) > 0);
	wine_close(first);
	assert_int_equal(wine_server_pid(second), server);
	assert_int_equal(run(second, (const char *[]){"exit", "5", NULL}, NULL, 0), 5);
	// A program that still runs is ended along with the server.
	int to, from;
	char one;
	pid_t pid = spawn(second, (const char *[]){"sleep", NULL}, &to, &from);
	assert_int_equal(read(from, &one, 1), 1);
	unsigned long begin = step_now();
	wine_close(second);
	(void)status_of(pid);
	assert_true(step_now() - begin < 30000);
	close(to);
	close(from);
	assert_nothing_left(prefix);
	wine_close(NULL);
}

static void server_that_died(void **state)
{
	struct wine *w = opened();
	char prefix[4096];
	(void)snprintf(prefix, sizeof(prefix), "%s", w->prefix);
	pid_t server = wine_server_pid(w);
	kill(server, SIGKILL);
	for (int i = 0; i < 500 && wine_server_pid(w); i++)
		step_nap(10);
	assert_int_equal(wine_server_pid(w), 0);
	assert_int_equal(wine_server_up(w, err, sizeof(err)), 0);
	assert_true(wine_server_pid(w) > 0 && wine_server_pid(w) != server);
	assert_int_equal(run(w, (const char *[]){"exit", "5", NULL}, NULL, 0), 5);
	wine_close(w);
	assert_nothing_left(prefix);
}

/* ---- Paths. ---- */

static void assert_path(const struct wine *w, const char *path, int rc, const char *want)
{
	char *out = NULL;
	assert_int_equal(wine_path(w, path, &out, err, sizeof(err)), rc);
	if (!rc)
		assert_string_equal(out, want);
	else
		assert_null(out);
	free(out);
}

static void paths(void **state)
{
	char folder[] = "/tmp/openihv-wine-XXXXXX", path[300], want[300];
	static const struct {
		const char *name;
		int rc;
	} cases[] = {{"plain.dll", 0}, {"two words.dll", 0},
		{"Stra\xc3\x9f"
		 "e \xe2\x82\xac \xf0\x9f\x98\x80.dll",
			0},
		{"back\\slash", -EILSEQ}, {"a:b", -EILSEQ}, {"what?", -EILSEQ}, {"st*r", -EILSEQ},
		{"\"", -EILSEQ}, {"a|b", -EILSEQ}, {"<", -EILSEQ}, {"line\nfeed", -EILSEQ},
		{"end.", -EILSEQ}, {"end ", -EILSEQ}, {"latin\xe9", -EILSEQ}, {"\xc0\xaf", -EILSEQ},
		{"\xed\xa0\x80", -EILSEQ}, {"cut\xe2\x82", -EILSEQ}, {"...", -EILSEQ},
		{".hidden", 0}};
	struct wine *w = opened();
	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, cases[i].name);
		(void)snprintf(want, sizeof(want), "Z:\\tmp\\%s\\%s", folder + 5, cases[i].name);
		close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
		assert_path(w, path, cases[i].rc, want);
		if (!cases[i].rc)
			assert_int_equal(run(w, (const char *[]){"open", want, NULL}, NULL, 0), 0);
		unlink(path);
	}
	assert_int_equal(run(w, (const char *[]){"open", want, NULL}, NULL, 0), 1);
	assert_path(w, path, -ENOENT, NULL);
	assert_path(w, "/", 0, "Z:\\");
	rmdir(folder);
	wine_close(w);
}

/* ---- Without Wine, and with a Wine that does not work. ---- */

struct fake {
	char folder[64], cache[80], loader[80], server[80];
};

static void write_script(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	fprintf(f, "#!/bin/sh\n%s\n", text);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, 0700), 0);
}

static int make_fake(void **state)
{
	static struct fake fake;
	strcpy(fake.folder, "/tmp/openihv-fake-XXXXXX");
	if (!mkdtemp(fake.folder))
		return -1;
	(void)snprintf(fake.cache, sizeof(fake.cache), "%s/cache", fake.folder);
	(void)snprintf(fake.loader, sizeof(fake.loader), "%s/wine", fake.folder);
	(void)snprintf(fake.server, sizeof(fake.server), "%s/wineserver", fake.folder);
	write_script(fake.server, "exit 0");
	setenv("XDG_CACHE_HOME", fake.cache, 1);
	setenv("OPENIHV_WINE", fake.loader, 1);
	*state = &fake;
	return 0;
}

static char users_cache[4096];

static int end_fake(void **state)
{
	const struct fake *fake = *state;
	const char *const rm[] = {"/bin/rm", "-rf", fake->folder, NULL};
	unsetenv("OPENIHV_WINE");
	if (users_cache[0])
		setenv("XDG_CACHE_HOME", users_cache, 1);
	else
		unsetenv("XDG_CACHE_HOME");
	return step_run(rm, (char *[]){NULL}, 60000, NULL, 0);
}

static void assert_refused(int code, const char *why)
{
	struct wine *w = NULL;
	int rc = wine_open_within(&w, 500, err, sizeof(err));
	if (rc != code || !strstr(err, why) || strchr(err, '\n'))
		fail_msg("expected %d '%s', got %d '%s'", code, why, rc, err);
	assert_null(w);
}

// Neither a half-made prefix nor a process.
static void assert_clean(const struct fake *fake)
{
	char path[120];
	(void)snprintf(path, sizeof(path), "%s/openihv/wine.new", fake->cache);
	assert_int_equal(access(path, F_OK), -1);
	assert_nothing_left(path);
	(void)snprintf(path, sizeof(path), "%s/openihv/wine", fake->cache);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void no_loader(void **state)
{
	const struct fake *fake = *state;
	assert_refused(-ENOENT, "which is no program");
	char *found = wine_find_loader("/nonexistent/wine64", "/nonexistent:/etc::");
	assert_null(found);
	write_script(fake->loader, "exit 0");
	found = wine_find_loader("/nonexistent/wine64", fake->folder);
	assert_string_equal(found, fake->loader);
	free(found);
	unlink(fake->server);
	setenv("PATH", "/nonexistent", 1);
	assert_refused(-ENOENT, "has no wineserver");
	setenv("PATH", "/usr/bin:/bin", 1);
	setenv("XDG_CACHE_HOME", "relative", 1);
	const char *home = getenv("HOME");
	char *kept = home ? strdup(home) : NULL;
	unsetenv("HOME");
	write_script(fake->server, "exit 0");
	assert_refused(-ENOENT, "neither XDG_CACHE_HOME nor HOME");
	if (kept)
		setenv("HOME", kept, 1);
	free(kept);
}

static void loader_that_hangs(void **state)
{
	const struct fake *fake = *state;
	write_script(fake->loader,
		"case $1 in --version) echo fake-1; exit;; esac; sleep 1000 & sleep 1000");
	assert_refused(-ETIMEDOUT, "not finished within 500 ms");
	assert_clean(fake);
	write_script(fake->loader, "sleep 1000");
	assert_refused(-ETIMEDOUT, "does not tell its version");
	assert_clean(fake);
}

static void loader_that_fails(void **state)
{
	const struct fake *fake = *state;
	write_script(fake->loader, "exit 3");
	assert_refused(-EIO, "exit status 3");
	write_script(fake->loader, "case $1 in --version) echo fake-1; exit;; esac; kill -11 $$");
	assert_refused(-EIO, "exit status 139");
	assert_clean(fake);
	write_script(fake->loader, "exit 0"); // and makes nothing
	assert_refused(-EIO, "without system.reg");
	assert_clean(fake);
	// Not one that Windows programs could live in: Z: leads elsewhere.
	write_script(fake->loader,
		"[ $1 != --version ] || exit 0; p=$WINEPREFIX; mkdir -p $p/dosdevices "
		"$p/drive_c/windows/system32\n"
		"touch $p/system.reg $p/drive_c/windows/system32/kernel32.dll\n"
		"ln -s ../drive_c $p/dosdevices/c:; ln -s /tmp $p/dosdevices/z:");
	assert_refused(-EIO, "whose Z: is not /");
	assert_clean(fake);
}

// A server that does not stay, after a prefix that is good.
static void server_that_fails(void **state)
{
	const struct fake *fake = *state;
	write_script(fake->loader, "[ $1 != --version ] || exit 0; p=$WINEPREFIX; mkdir -p "
				   "$p/dosdevices $p/drive_c/windows/system32\n"
				   "touch $p/system.reg $p/drive_c/windows/system32/kernel32.dll\n"
				   "ln -sf ../drive_c $p/dosdevices/c:; ln -sf / $p/dosdevices/z:\n"
				   "echo $1 >>$0.log");
	assert_refused(-EIO, "its server did not stay");
	write_script(fake->server, "case $1 in -k) exit 0;; esac; exit 9");
	assert_refused(-EIO, "its server did not start: exit status 9");
	// One that finds another one's lock twice is started a third time.
	write_script(fake->server, "case $1 in -k) exit 0;; esac; echo x >>$0.log\n"
				   "[ $(wc -l <$0.log) -gt 2 ] || exit 2; exit 8");
	assert_refused(-EIO, "its server did not start: exit status 8");
	// The prefix is kept: it was made once.
	char path[120], text[200];
	(void)snprintf(path, sizeof(path), "%s.log", fake->loader);
	FILE *f = fopen(path, "re");
	assert_non_null(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	const char *first = strstr(text, "wineboot");
	assert_non_null(first);
	assert_null(strstr(first + 1, "wineboot"));
}

// Another that does not give the lock back is not waited for without end.
static void lock_that_is_held(void **state)
{
	const struct fake *fake = *state;
	char path[120];
	write_script(fake->loader, "exit 0");
	(void)mkdir(fake->cache, 0700);
	(void)snprintf(path, sizeof(path), "%s/openihv", fake->cache);
	(void)mkdir(path, 0700);
	(void)snprintf(path, sizeof(path), "%s/openihv/wine.lock", fake->cache);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
	assert_refused(-ETIMEDOUT, "held by another openihv");
	close(fd);
	assert_refused(-EIO, "without system.reg");
}

/* ---- A prefix that is not there yet, and two who want it. ---- */

static void two_at_once(void **state)
{
	struct fake *fake = *state;
	char prefix[120], path[300];
	pid_t pids[2];
	unsetenv("OPENIHV_WINE");
	(void)snprintf(prefix, sizeof(prefix), "%s/openihv/wine", fake->cache);
	for (int i = 0; i < 2; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			struct wine *w = NULL;
			int rc = wine_open(&w, err, sizeof(err));
			if (!rc)
				rc = run(w, (const char *[]){"exit", "9", NULL}, NULL, 0) != 9;
			else
				fprintf(stderr, "%s\n", err);
			wine_close(w);
			_exit(rc ? 1 : 0);
		}
	}
	assert_int_equal(status_of(pids[0]), 0);
	assert_int_equal(status_of(pids[1]), 0);
	assert_nothing_left(prefix);
	(void)snprintf(path, sizeof(path), "%s.new", prefix);
	assert_int_equal(access(path, F_OK), -1);
	// Made small: what is installed anyway is linked to.
	(void)snprintf(path, sizeof(path), "%s/drive_c/windows/system32/kernel32.dll", prefix);
	struct stat st;
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	// One of another version is made anew, but not while somebody uses it.
	struct wine *w = opened(), *other = NULL;
	(void)snprintf(path, sizeof(path), "%s/openihv.stamp", prefix);
	write_script(path, "of another Wine");
	assert_int_equal(wine_open(&other, err, sizeof(err)), -EBUSY);
	assert_non_null(strstr(err, "another version of Wine, which is in use"));
	wine_close(w);
	assert_nothing_left(prefix);
}

int main(int argc, char **argv)
{
	const char *build = getenv("OPENIHV_BUILD"), *cache = getenv("XDG_CACHE_HOME");
	(void)snprintf(echo_exe, sizeof(echo_exe), "%s/tests/echo.exe", build ? build : "build");
	(void)snprintf(users_cache, sizeof(users_cache), "%s", cache ? cache : "");
	unsetenv("OPENIHV_WINE");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(twenty_programs),
		cmocka_unit_test(statuses),
		cmocka_unit_test(arguments),
		cmocka_unit_test(last_one_ends_the_server),
		cmocka_unit_test(server_that_died),
		cmocka_unit_test(paths),
		cmocka_unit_test_setup_teardown(no_loader, make_fake, end_fake),
		cmocka_unit_test_setup_teardown(loader_that_hangs, make_fake, end_fake),
		cmocka_unit_test_setup_teardown(loader_that_fails, make_fake, end_fake),
		cmocka_unit_test_setup_teardown(server_that_fails, make_fake, end_fake),
		cmocka_unit_test_setup_teardown(lock_that_is_held, make_fake, end_fake),
		cmocka_unit_test_setup_teardown(two_at_once, make_fake, end_fake),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
