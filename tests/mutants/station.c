// SPDX-License-Identifier: BSD-2-Clause
/*
 * Mistakes with virtual stations. They export the third entry point, which other
 * mutants do not have: nothing else of this file may be wanted by them.
 */
#include <stdlib.h>
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

/* The data of the one virtual station: of its adapter in the base nothing is needed. */
static HANDLE *own, primary_svc, primary_ext;

static DWORD WINAPI forgotten_init(PDOT11_ADAPTER adapter, HANDLE svc, PHANDLE ext)
{
	const DWORD error = base.Dot11ExtIhvInitAdapter(adapter, svc, ext);
	BOOL is_virtual = FALSE;
	GUID primary;

	if (error)
		return error;
	stations.Dot11ExtQueryVirtualStationProperties(svc, &is_virtual, &primary, NULL);
	if (is_virtual) {
		own = malloc(sizeof(*own));
		if (own)
			*own = *ext;
	} else {
		primary_svc = svc;
		primary_ext = *ext;
		stations.Dot11ExtRequestVirtualStation(svc, NULL);
	}
	return ERROR_SUCCESS;
}

static void forget(void)
{
	free(own);
	own = NULL;
}

/* What is given back is not gone yet. */
static DWORD WINAPI forgotten_reset(HANDLE ext)
{
	const DWORD error = base.Dot11ExtIhvAdapterReset(ext);

	if (ext == primary_ext && own) {
		forget();
		stations.Dot11ExtReleaseVirtualStation(primary_svc, NULL);
	}
	return error;
}

static DWORD WINAPI forgotten_stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	if (ext != primary_ext && !own)
		return ERROR_INVALID_HANDLE;
	return base.Dot11ExtIhvStopPostAssociate(ext, peer, status);
}

static VOID WINAPI forgotten_deinit(HANDLE ext)
{
	base.Dot11ExtIhvDeinitAdapter(ext);
	if (own && *own == ext)
		forget();
}

const struct mutation x70_forgotten = {
	.handlers.Dot11ExtIhvInitAdapter = forgotten_init,
	.handlers.Dot11ExtIhvAdapterReset = forgotten_reset,
	.handlers.Dot11ExtIhvStopPostAssociate = forgotten_stop,
	.handlers.Dot11ExtIhvDeinitAdapter = forgotten_deinit,
};
