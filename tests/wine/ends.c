// SPDX-License-Identifier: BSD-2-Clause
/* The template, whose PerformPreAssociate ends its process, or never returns: END says how. */
#include "../modules/template.h"

#include <stdlib.h>

#define END_WRITE    1 /* to where nothing is */
#define END_JUMP     2 /* to there */
#define END_RAISE    3 /* an exception with a code of its own */
#define END_EXIT     4
#define END_OVERFLOW 5 /* of the stack */
#define END_HANG     6
#define END_THREAD   7 /* as END_WRITE, in a thread of its own */

static volatile unsigned depth;

static unsigned overflow(void)
{
	volatile char room[4096];

	room[depth % sizeof(room)] = (char)depth;
	depth++;
	return depth ? overflow() + (unsigned char)room[depth % sizeof(room)] : 0;
}

static DWORD WINAPI write_nowhere(LPVOID nowhere)
{
	*(volatile int *)nowhere = 1;
	return 0;
}

static void end(void)
{
	void (*volatile nowhere)(void) = NULL;

	switch (END) {
	case END_WRITE:
		write_nowhere(NULL);
		break;
	case END_JUMP:
		nowhere();
		break;
	case END_RAISE:
		RaiseException(0xE0001234, EXCEPTION_NONCONTINUABLE, 0, NULL);
		break;
	case END_EXIT:
		exit(3);
	case END_OVERFLOW:
		overflow();
		break;
	case END_HANG:
		Sleep(INFINITE);
		break;
	case END_THREAD:
		CloseHandle(CreateThread(NULL, 0, write_nowhere, NULL, 0, NULL));
		Sleep(INFINITE);
		break;
	}
}

static DWORD WINAPI end_and_associate(HANDLE ext, HANDLE connect,
	PDOT11EXT_IHV_PROFILE_PARAMS params, PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
	PDOT11EXT_IHV_SECURITY_PROFILE security, PDOT11_BSS_LIST networks, PDWORD reason)
{
	end();
	return perform_pre_associate(
		ext, connect, params, connectivity, security, networks, reason);
}

IHV_EXPORT DWORD WINAPI Dot11ExtIhvGetVersionInfo(PDOT11_IHV_VERSION_INFO info)
{
	return template_get_version_info(info);
}

IHV_EXPORT DWORD WINAPI Dot11ExtIhvInitService(
	DWORD version, PDOT11EXT_APIS apis, LPVOID reserved, PDOT11EXT_IHV_HANDLERS handlers)
{
	DWORD error = template_init_service(version, apis, reserved, handlers);

	handlers->Dot11ExtIhvPerformPreAssociate = end_and_associate;
	return error;
}
