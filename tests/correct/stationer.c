// SPDX-License-Identifier: BSD-2-Clause
/*
 * Asks for a virtual station whenever its adapter prepares a connection, tells the access point
 * that this will host, and gives it back when its adapter is reset. It does as well without one.
 */
#include <stdlib.h>
#include <string.h>

#include "base.h"

/* Of a virtual station: from its InitAdapter to its DeinitAdapter, whatever was asked in between
 * (X-70). */
struct station {
	struct station *next;
	HANDLE svc, ext;
	DWORD stops;
};

static DOT11EXT_VIRTUAL_STATION_APIS stations;
static struct station *known;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* taken last, and held across no call */

IHV_EXPORT DWORD WINAPI Dot11ExtIhvInitVirtualStation(
	PDOT11EXT_VIRTUAL_STATION_APIS apis, LPVOID reserved)
{
	stations = *apis;
	return ERROR_SUCCESS;
}

/* By either handle; the lock is held. */
static struct station *find(HANDLE svc, HANDLE ext)
{
	struct station *s = known;

	while (s && s->svc != svc && s->ext != ext)
		s = s->next;
	return s;
}

static bool is_station(HANDLE svc, HANDLE ext)
{
	bool is;

	pthread_mutex_lock(&lock);
	is = find(svc, ext) != NULL;
	pthread_mutex_unlock(&lock);
	return is;
}

static DWORD WINAPI init_adapter(PDOT11_ADAPTER adapter, HANDLE svc, PHANDLE ext)
{
	struct station *s = NULL;
	BOOL is_virtual = FALSE;
	GUID primary;
	DWORD error;

	stations.Dot11ExtQueryVirtualStationProperties(svc, &is_virtual, &primary, NULL);
	if (is_virtual) {
		s = calloc(1, sizeof(*s));
		if (!s)
			return ERROR_NOT_ENOUGH_MEMORY;
	}
	error = base.Dot11ExtIhvInitAdapter(adapter, svc, ext);
	if (error || !s) {
		free(s);
		return error;
	}
	s->svc = svc;
	s->ext = *ext;
	pthread_mutex_lock(&lock);
	s->next = known;
	known = s;
	pthread_mutex_unlock(&lock);
	return ERROR_SUCCESS;
}

static VOID WINAPI deinit_adapter(HANDLE ext)
{
	struct station **at, *gone = NULL;

	base.Dot11ExtIhvDeinitAdapter(ext);
	pthread_mutex_lock(&lock);
	for (at = &known; *at && (*at)->ext != ext; at = &(*at)->next)
		;
	if (*at) {
		gone = *at;
		*at = gone->next;
	}
	pthread_mutex_unlock(&lock);
	free(gone);
}

static void tell_ap(HANDLE svc)
{
	static const char phrase[] = "an example";
	DOT11EXT_VIRTUAL_STATION_AP_PROPERTY property;

	memset(&property, 0, sizeof(property));
	property.dot11SSID.uSSIDLength = 6;
	memcpy(property.dot11SSID.ucSSID, "hosted", 6);
	property.dot11AuthAlgo = DOT11_AUTH_ALGO_RSNA_PSK;
	property.dot11CipherAlgo = DOT11_CIPHER_ALGO_CCMP;
	property.bIsPassPhrase = TRUE;
	property.dwKeyLength = sizeof(phrase);
	memcpy(property.ucKeyData, phrase, sizeof(phrase));
	stations.Dot11ExtSetVirtualStationAPProperties(
		svc, base_adapter(svc)->connect, 1, &property, NULL);
}

/* The base's last step of each connection; the adapter's lock is held. */
static DWORD WINAPI lists(HANDLE svc, ULONG backlog, ULONG exemptions,
	PDOT11_PRIVACY_EXEMPTION exemption, ULONG registrations, USHORT *registration)
{
	struct adapter *a = base_adapter(svc);
	const HANDLE op = a->connect;

	if (is_station(svc, NULL))
		tell_ap(svc);
	else
		stations.Dot11ExtRequestVirtualStation(svc, NULL);
	if (!base_still(a, &a->connect, op))
		return ERROR_OPERATION_ABORTED;
	return host.Dot11ExtSetEtherTypeHandling(
		svc, backlog, exemptions, exemption, registrations, registration);
}

static DWORD WINAPI reset(HANDLE ext)
{
	const DWORD error = base.Dot11ExtIhvAdapterReset(ext);

	if (!is_station(NULL, ext))
		stations.Dot11ExtReleaseVirtualStation(((struct adapter *)ext)->svc, NULL);
	return error;
}

static DWORD WINAPI stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	struct station *s;

	pthread_mutex_lock(&lock);
	s = find(NULL, ext);
	if (s)
		s->stops++;
	pthread_mutex_unlock(&lock);
	return base.Dot11ExtIhvStopPostAssociate(ext, peer, status);
}

const struct mutation mutation = {
	.calls.Dot11ExtSetEtherTypeHandling = lists,
	.handlers.Dot11ExtIhvInitAdapter = init_adapter,
	.handlers.Dot11ExtIhvDeinitAdapter = deinit_adapter,
	.handlers.Dot11ExtIhvAdapterReset = reset,
	.handlers.Dot11ExtIhvStopPostAssociate = stop,
};
