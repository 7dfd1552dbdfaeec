// SPDX-License-Identifier: BSD-2-Clause
/* What a process dies of, in words. */
#include "trace/describe.h"

#include <signal.h>
#include <stdio.h>

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const struct {
	int number;
	const char *name;
} signals[] = {
	{SIGSEGV, "SIGSEGV"},
	{SIGBUS, "SIGBUS"},
	{SIGILL, "SIGILL"},
	{SIGFPE, "SIGFPE"},
	{SIGABRT, "SIGABRT"},
	{SIGTRAP, "SIGTRAP"},
	{SIGKILL, "SIGKILL"},
	{SIGSYS, "SIGSYS"},
	{SIGTERM, "SIGTERM"},
	{SIGINT, "SIGINT"},
	{SIGHUP, "SIGHUP"},
	{SIGXCPU, "SIGXCPU"},
	{SIGPIPE, "SIGPIPE"},
	{SIGALRM, "SIGALRM"},
};

/* By the names of the Windows headers (STATUS_...). */
static const struct {
	uint32_t code;
	const char *text;
} exceptions[] = {
	{0x80000002, "datatype misalignment"},
	{0x80000003, "breakpoint"},
	{0xC0000005, "access violation"},
	{0xC0000006, "in-page error"},
	{0xC0000017, "out of memory"},
	{0xC000001D, "illegal instruction"},
	{0xC0000025, "noncontinuable exception"},
	{0xC000008C, "array bounds exceeded"},
	{0xC000008E, "floating-point division by zero"},
	{0xC0000094, "integer division by zero"},
	{0xC0000095, "integer overflow"},
	{0xC0000096, "privileged instruction"},
	{0xC00000FD, "stack overflow"},
	{0xC0000135, "DLL not found"},
	{0xC0000374, "heap corruption"},
	{0xC0000409, "stack buffer overrun"},
	{0xE06D7363, "C++ exception"},
};

const char *signal_name(int number)
{
	size_t i;

	for (i = 0; i < COUNT(signals); i++)
		if (signals[i].number == number)
			return signals[i].name;
	return NULL;
}

static const char *exception_name(uint32_t code)
{
	size_t i;

	for (i = 0; i < COUNT(exceptions); i++)
		if (exceptions[i].code == code)
			return exceptions[i].text;
	return NULL;
}

const char *cause_text(enum module_end end, uint32_t code, bool deadline, char *room, size_t length)
{
	const char *name = end == MODULE_SIGNALLED   ? signal_name((int)code)
			   : end == MODULE_EXCEPTION ? exception_name(code)
						     : NULL;

	room[0] = '\0';
	switch (end) {
	case MODULE_EXITED:
		snprintf(room, length, "exit status %u", code);
		break;
	case MODULE_SIGNALLED:
		snprintf(room, length, name ? "signal %u (%s)" : "signal %u", code, name);
		break;
	case MODULE_EXCEPTION:
		snprintf(room, length, name ? "exception 0x%08X (%s)" : "exception 0x%08X", code,
			name);
		break;
	case MODULE_KILLED:
		snprintf(room, length, deadline ? "killed at its deadline" : "killed");
		break;
	case MODULE_GARBLED:
		snprintf(room, length, "protocol error");
		break;
	case MODULE_NEVER_CAME:
		snprintf(room, length, "not loaded");
		break;
	case MODULE_LIVES:
		break;
	}
	return room;
}
