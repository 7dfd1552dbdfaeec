// SPDX-License-Identifier: BSD-2-Clause
#include "rsn.h"

#define ADAPTERS 16

static struct {
	HANDLE ext, svc;
} adapters[ADAPTERS];

HANDLE rsn_svc(HANDLE ext)
{
	unsigned i;

	for (i = 0; i < ADAPTERS; i++)
		if (adapters[i].ext == ext)
			return adapters[i].svc;
	return NULL;
}

/* Adapters come one after the other. A handle that comes again takes its old place. */
DWORD WINAPI rsn_note_adapter(PDOT11_ADAPTER adapter, HANDLE svc, PHANDLE ext)
{
	const DWORD error = base.Dot11ExtIhvInitAdapter(adapter, svc, ext);
	unsigned i;

	for (i = 0; !error && i < ADAPTERS; i++)
		if (!adapters[i].ext || adapters[i].ext == *ext) {
			adapters[i].ext = *ext;
			adapters[i].svc = svc;
			break;
		}
	return error;
}
