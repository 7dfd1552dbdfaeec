// SPDX-License-Identifier: BSD-2-Clause
/* The sandbox of Wine, in whose place a shell runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "worker/sandbox.h"

static char root[] = "/tmp/openihv-wine-XXXXXX"; /* prefix/, server/, outside, secret */
static char prefix[64], server[64];
static unsigned *got; /* shared with the child */
static uint16_t port; /* of a listening socket of this process, network order */

static int make_folders(void)
{
	char path[100];

	snprintf(path, sizeof(path), "%s/drive_c", prefix);
	if (mkdir(path, 0700))
		return -1;
	snprintf(path, sizeof(path), "%s/drive_c/users", prefix);
	return mkdir(path, 0700);
}

static int set_up(void **state)
{
	struct sockaddr_in here = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(here);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	got = mmap(NULL, sizeof(*got), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!mkdtemp(root) || got == MAP_FAILED)
		return -1;
	snprintf(prefix, sizeof(prefix), "%s/prefix", root);
	snprintf(server, sizeof(server), "%s/server", root);
	if (mkdir(prefix, 0700) || mkdir(server, 0700) || make_folders() || chdir(root) ||
		setenv("PREFIX", prefix, 1) || setenv("ROOT", root, 1))
		return -1;
	close(open("secret", O_CREAT | O_WRONLY, 0644));
	if (bind(fd, (const struct sockaddr *)&here, size) || listen(fd, 1) ||
		getsockname(fd, (struct sockaddr *)&here, &size))
		return -1;
	port = here.sin_port;
	return 0;
}

static int tear_down(void **state)
{
	unlink("prefix/socket");
	unlink("secret");
	unlink("outside");
	rmdir("prefix/drive_c/users");
	rmdir("prefix/drive_c");
	rmdir(prefix);
	rmdir(server);
	return chdir("/") || rmdir(root);
}

/* The exit status of the child, which enters and then does something. */
static int run(int (*act)(const void *), const void *argument)
{
	struct sandbox_wine w;
	int status;
	pid_t pid;

	assert_int_equal(sandbox_wine_prepare(&w, prefix, server, NULL), 0);
	pid = fork();
	if (pid == 0) {
		*got = sandbox_wine_child(&w);
		_exit(act(argument));
	}
	sandbox_wine_done(&w);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int shell(const void *script)
{
	execl("/bin/sh", "sh", "-c", (const char *)script, (char *)NULL);
	return 99;
}

static void needs(unsigned bits)
{
	char text[256];

	if ((*got & bits) == bits)
		return;
	print_message("this system gives: %s\n", sandbox_text(*got, text, sizeof(text)));
	skip();
}

static void expect(const char *script, bool success)
{
	int status = run(shell, script);

	assert_int_not_equal(status, 99);
	needs(SANDBOX_LANDLOCK);
	if ((status == 0) != success)
		print_error("%s: %d\n", script, status);
	assert_int_equal(status == 0, success);
}

static void test_files(void **state)
{
	expect("cd $PREFIX/drive_c/users && echo x > made && cat made > /dev/null && rm made",
		true);
	expect("cd $PREFIX/drive_c/users && mkdir d && mv d e && rmdir e", true);
	expect("ls $PREFIX > /dev/null && ls $ROOT/server > /dev/null", true);
	expect("echo x 2> /dev/null > $PREFIX/made", false);
	expect("echo x 2> /dev/null > $PREFIX/drive_c/made", false);
	expect("echo x 2> /dev/null > $ROOT/server/made", false);
	expect("ls /usr > /dev/null && cat /etc/passwd > /dev/null", true);
	expect("echo x 2> /dev/null > $ROOT/outside", false);
	expect("rm $ROOT/secret 2> /dev/null", false);
	expect("echo x 2> /dev/null >> $ROOT/secret", false);
	expect("mkdir $ROOT/e 2> /dev/null", false);
	expect("cat $ROOT/secret 2> /dev/null", false);
	expect("cat /etc/shadow 2> /dev/null", false);
	expect("ls $HOME 2> /dev/null", false);
}

static void test_user(void **state)
{
	char script[80];

	snprintf(script, sizeof(script), "test $(id -u) = %u && test -O $PREFIX",
		(unsigned)getuid());
	expect(script, true);
	needs(SANDBOX_USER);
	expect("grep -q 'CapEff:[[:space:]]*0*$' /proc/self/status", true);
	expect("grep -q 'NoNewPrivs:[[:space:]]*1$' /proc/self/status", true);
	expect("test $(ulimit -c) = 0", true);
}

static void test_other_process(void **state)
{
	char script[80];

	snprintf(script, sizeof(script), "kill -0 %d 2> /dev/null", (int)getpid());
	run(shell, "true");
	if (SANDBOX_LANDLOCK_ABI(*got) < 6)
		skip(); /* signals are Landlock's business since version 6 */
	expect(script, false);
	expect("sleep 100 & kill $!", true);
}

static int try_connect(const void *unused)
{
	struct sockaddr_in there = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = port};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd >= 0 && connect(fd, (const struct sockaddr *)&there, sizeof(there)) == 0;
}

static int try_send(const void *unused)
{
	struct sockaddr_in there = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(0xc0000201), .sin_port = htons(9)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	return fd >= 0 &&
	       sendto(fd, "x", 1, 0, (const struct sockaddr *)&there, sizeof(there)) == 1;
}

static void test_network(void **state)
{
	assert_int_equal(try_connect(NULL), 1); /* it is there */
	assert_int_equal(run(try_connect, NULL), 0);
	needs(SANDBOX_NETWORK);
	assert_int_equal(run(try_send, NULL), 0);
	expect("test $(grep -c : /proc/net/dev) = 1", true); /* lo */
}

/* As wineserver is reached */
static int reach(const void *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	return connect(fd, address, sizeof(struct sockaddr_un)) ? errno : 0;
}

static void test_unix_socket(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", prefix);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(run(reach, &address), 0);
	close(fd);
}

static void test_no_prefix(void **state)
{
	struct sandbox_wine w;

	assert_int_equal(sandbox_wine_prepare(&w, "/nowhere/at/all", server, NULL), -ENOENT);
	assert_int_equal(w.ruleset, -1);
	assert_int_equal(sandbox_wine_prepare(&w, prefix, "/nowhere/at/all", NULL), -ENOENT);
	assert_int_equal(w.ruleset, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_user),
		cmocka_unit_test(test_other_process),
		cmocka_unit_test(test_network),
		cmocka_unit_test(test_unix_socket),
		cmocka_unit_test(test_no_prefix),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
