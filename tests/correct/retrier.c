// SPDX-License-Identifier: BSD-2-Clause
/* Tries three times to send a packet that the host does not take, as long as the session lives. */
#include "base.h"

#define TRIES 3

static DWORD WINAPI send_packet(HANDLE svc, ULONG size, LPVOID packet, HANDLE number)
{
	struct adapter *a = base_adapter(svc);
	const HANDLE op = a->session.id;
	DWORD error = ERROR_OPERATION_ABORTED;
	unsigned i;

	for (i = 0; i < TRIES && error && base_still(a, &a->session.id, op); i++)
		error = host.Dot11ExtSendPacket(svc, size, packet, number);
	return error;
}

const struct mutation mutation = {.calls.Dot11ExtSendPacket = send_packet};
