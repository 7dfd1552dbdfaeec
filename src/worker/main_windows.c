// SPDX-License-Identifier: BSD-2-Clause
/*
 * openihv-worker.exe MODULE [PID]: a Windows process for one module, under Wine, which tells
 * Linux's number of it, or beside WSL. Not for people: it speaks the protocol on stdin and stdout.
 */
#include <fcntl.h>
#include <io.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

#include "module/threads.h"
#include "worker/serve.h"

/* Exit status: Wine hands on no more than the low byte of an exception's code. */
#define CRASHED 86
#define TELL_MS 500

static struct serve_config config;

/* Tells the host of a crash, on a stack of its own: the one that crashed may be full. */
static struct {
	HANDLE crash, told; /* events */
	_Atomic DWORD code;
} teller;

static DWORD WINAPI teller_main(LPVOID unused)
{
	(void)unused;
	SetEvent(teller.told);
	WaitForSingleObject(teller.crash, INFINITE);
	serve_crash(atomic_load(&teller.code));
	SetEvent(teller.told);
	return 0;
}

/* Before the module, so that it counts as ours. */
static int start_teller(void)
{
	HANDLE thread;

	teller.crash = CreateEventW(NULL, TRUE, FALSE, NULL);
	teller.told = CreateEventW(NULL, FALSE, FALSE, NULL);
	thread = CreateThread(NULL, 0, teller_main, NULL, 0, NULL);
	if (!teller.crash || !teller.told || !thread)
		return -1;
	CloseHandle(thread);
	WaitForSingleObject(teller.told, INFINITE); /* it is there */
	return 0;
}

static LONG WINAPI crashed(EXCEPTION_POINTERS *info)
{
	atomic_store(&teller.code, info->ExceptionRecord->ExceptionCode);
	SetEvent(teller.crash);
	/* Not for ever: a thread that crashes while it sends keeps the channel to itself. */
	WaitForSingleObject(teller.told, TELL_MS);
	TerminateProcess(GetCurrentProcess(), CRASHED);
	return EXCEPTION_EXECUTE_HANDLER;
}

/* After an overflow of the stack there is room for this, not for the way to the unhandled ones'. */
static LONG CALLBACK overflowed(EXCEPTION_POINTERS *info)
{
	if (info->ExceptionRecord->ExceptionCode == EXCEPTION_STACK_OVERFLOW)
		return crashed(info);
	return EXCEPTION_CONTINUE_SEARCH;
}

static int own(int fd)
{
	int copy = _dup(fd);

	if (copy >= 0)
		SetHandleInformation((HANDLE)_get_osfhandle(copy), HANDLE_FLAG_INHERIT, 0);
	return copy;
}

/* What the module prints goes where errors go, and what it reads is empty. */
static int keep_pipes(void)
{
	int null = _open("NUL", _O_RDONLY | _O_BINARY);

	_setmode(0, _O_BINARY);
	_setmode(1, _O_BINARY);
	config.in = own(0);
	config.out = own(1);
	if (null < 0 || config.in < 0 || config.out < 0)
		return -1;
	_setmode(config.in, _O_BINARY);
	_setmode(config.out, _O_BINARY);
	if (_dup2(null, 0) < 0 || _dup2(2, 1) < 0)
		return -1;
	_close(null);
	SetStdHandle(STD_INPUT_HANDLE, (HANDLE)_get_osfhandle(0));
	SetStdHandle(STD_OUTPUT_HANDLE, (HANDLE)_get_osfhandle(1));
	return 0;
}

/* -municode: called by the C runtime, whose headers do not declare it. */
int wmain(int argc, wchar_t **argv);

int wmain(int argc, wchar_t **argv)
{
	static char module[4 * MAX_PATH];

	SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX);
	if (argc < 2 || argc > 3 || _isatty(0)) {
		fputs("openihv-worker.exe is started by openihv, for one module\n", stderr);
		return 2;
	}
	if (!WideCharToMultiByte(
		    CP_UTF8, 0, argv[1], -1, module, (int)sizeof(module), NULL, NULL) ||
		keep_pipes() || start_teller())
		return EXIT_FAILURE;
	SetUnhandledExceptionFilter(crashed);
	AddVectoredExceptionHandler(1, overflowed);
	config.module = module;
	if (argc == 3)
		threads_of_linux((unsigned)wcstoul(argv[2], NULL, 10));
	return serve(&config);
}
