// SPDX-License-Identifier: BSD-2-Clause
/*
 * Mistakes with virtual stations. They export the third entry point, which other
 * mutants do not have: nothing else of this file may be wanted by them.
 */
#include <string.h>

#include "base.h"

static DOT11EXT_VIRTUAL_STATION_APIS stations;
static bool ask_at_once;

IHV_EXPORT DWORD WINAPI Dot11ExtIhvInitVirtualStation(
	PDOT11EXT_VIRTUAL_STATION_APIS apis, LPVOID reserved)
{
	BOOL is_virtual;
	GUID primary;

	stations = *apis;
	if (ask_at_once)
		stations.Dot11ExtQueryVirtualStationProperties(NULL, &is_virtual, &primary, NULL);
	return ERROR_SUCCESS;
}

/* The function may be called once this one has returned. */
static VOID x05_started(PDOT11EXT_APIS apis, PDOT11EXT_IHV_HANDLERS out)
{
	ask_at_once = true;
}

const struct mutation x05_inside = {.started = x05_started};

static DWORD WINAPI x70_init_adapter(PDOT11_ADAPTER adapter, HANDLE svc, PHANDLE ext)
{
	BOOL is_virtual = FALSE;
	GUID primary;

	stations.Dot11ExtQueryVirtualStationProperties(svc, &is_virtual, &primary, &stations);
	return base.Dot11ExtIhvInitAdapter(adapter, svc, ext);
}

const struct mutation x70_reserved = {.handlers.Dot11ExtIhvInitAdapter = x70_init_adapter};

/* The pass phrase is counted without its end. */
static DWORD WINAPI x70_lists(HANDLE svc, ULONG backlog, ULONG exemptions,
	PDOT11_PRIVACY_EXEMPTION exemption, ULONG registrations, USHORT *registration)
{
	static const char phrase[] = "an example";
	DOT11EXT_VIRTUAL_STATION_AP_PROPERTY property;
	const struct adapter *a = base_adapter(svc);

	memset(&property, 0, sizeof(property));
	property.bIsPassPhrase = TRUE;
	property.dwKeyLength = sizeof(phrase) - 1;
	memcpy(property.ucKeyData, phrase, sizeof(phrase) - 1);
	stations.Dot11ExtSetVirtualStationAPProperties(svc, a->connect, 1, &property, NULL);
	return host.Dot11ExtSetEtherTypeHandling(
		svc, backlog, exemptions, exemption, registrations, registration);
}

const struct mutation x70_phrase_length = {.calls.Dot11ExtSetEtherTypeHandling = x70_lists};
