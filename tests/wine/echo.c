// SPDX-License-Identifier: BSD-2-Clause
/*
 * A Windows program for test_wine.c. Without arguments it gives back what it reads, each octet
 * complemented, until the end. Else:
 *
 *	args ARG...   prints each argument on a line of its own
 *	exit N        ends with that status
 *	crash N       dies of an access violation, which a filter turns into status N
 *	open FILE     opens a file by its Windows name: 0 or 1
 *	sleep         prints a line and stays for a minute
 */
#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <windows.h>

#include <shellapi.h>

static UINT status_of_crash;

static LONG WINAPI on_crash(EXCEPTION_POINTERS *what)
{
	(void)what;
	TerminateProcess(GetCurrentProcess(), status_of_crash);
	return EXCEPTION_EXECUTE_HANDLER;
}

static int crash(UINT status)
{
	int *volatile nowhere = NULL;
	status_of_crash = status;
	SetUnhandledExceptionFilter(on_crash);
	return *nowhere;
}

static int echo(void)
{
	unsigned char buf[65536];
	int n;
	_setmode(0, _O_BINARY);
	_setmode(1, _O_BINARY);
	while ((n = _read(0, buf, sizeof(buf))) > 0) {
		for (int i = 0; i < n; i++)
			buf[i] = (unsigned char)~buf[i];
		for (int at = 0, m; at < n; at += m) {
			m = _write(1, buf + at, (unsigned)(n - at));
			if (m <= 0)
				return 2;
		}
	}
	return n == 0 ? 0 : 3;
}

// The second argument, as UTF-16: argv has it in a code page that lacks most letters.
static int open_file(void)
{
	int n = 0;
	wchar_t **args = CommandLineToArgvW(GetCommandLineW(), &n);
	HANDLE file =
		CreateFileW(args[2], GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
	return file == INVALID_HANDLE_VALUE;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return echo();
	if (strcmp(argv[1], "exit") == 0 && argc > 2)
		return atoi(argv[2]);
	if (strcmp(argv[1], "crash") == 0 && argc > 2)
		return crash((UINT)atoi(argv[2]));
	if (strcmp(argv[1], "open") == 0 && argc > 2)
		return open_file();
	if (strcmp(argv[1], "sleep") == 0) {
		puts("here");
		fflush(stdout);
		Sleep(60000);
	}
	for (int i = 2; i < argc; i++)
		printf("%s\n", argv[i]);
	return 0;
}
