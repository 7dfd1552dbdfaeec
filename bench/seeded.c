// SPDX-License-Identifier: BSD-2-Clause
/*
 * Mistakes for the comparison with other tools, in the way of tests/mutants: memory and threads of
 * the module's own, which the contract knows nothing of. These tools are made for them.
 */
#include <stdlib.h>

#include "tests/mutants/base.h"

/* A count of packets under way, by the worker and by whoever tells that one was sent. */
static volatile unsigned race_under_way;

static DWORD WINAPI race_send(HANDLE svc, ULONG size, LPVOID packet, HANDLE number)
{
	const DWORD error = host.Dot11ExtSendPacket(svc, size, packet, number);

	if (!error)
		race_under_way++;
	return error;
}

static DWORD WINAPI race_completion(HANDLE number)
{
	race_under_way--;
	return base.Dot11ExtIhvSendPacketCompletion(number);
}

extern const struct mutation seeded_race;
const struct mutation seeded_race = {.calls.Dot11ExtSendPacket = race_send,
	.handlers.Dot11ExtIhvSendPacketCompletion = race_completion};

/* What is noted about the packet under way is freed by Stop, and looked at when it is completed. */
struct note {
	volatile unsigned completions;
};

static struct note *note;

static DWORD WINAPI note_send(HANDLE svc, ULONG size, LPVOID packet, HANDLE number)
{
	if (!note)
		note = calloc(1, sizeof(*note));
	return note ? host.Dot11ExtSendPacket(svc, size, packet, number) : ERROR_NOT_ENOUGH_MEMORY;
}

static DWORD WINAPI note_completion(HANDLE number)
{
	note->completions++;
	return base.Dot11ExtIhvSendPacketCompletion(number);
}

static DWORD WINAPI note_stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	const DWORD error = base.Dot11ExtIhvStopPostAssociate(ext, peer, status);

	free(note);
	return error;
}

static DWORD WINAPI note_perform(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port, ULONG size,
	PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	note = NULL;
	return base.Dot11ExtIhvPerformPostAssociate(ext, session, port, size, params);
}

static VOID WINAPI note_deinit(HANDLE ext)
{
	note = NULL;
	base.Dot11ExtIhvDeinitAdapter(ext);
}

extern const struct mutation seeded_after_free;
const struct mutation seeded_after_free = {.calls.Dot11ExtSendPacket = note_send,
	.handlers.Dot11ExtIhvSendPacketCompletion = note_completion,
	.handlers.Dot11ExtIhvStopPostAssociate = note_stop,
	.handlers.Dot11ExtIhvPerformPostAssociate = note_perform,
	.handlers.Dot11ExtIhvDeinitAdapter = note_deinit};
