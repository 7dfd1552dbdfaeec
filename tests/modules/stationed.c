// SPDX-License-Identifier: BSD-2-Clause
#include "stationed.h"
#include "template.h"

#define WHOLE 0x73746174

/* What is known of the station: lives from its InitAdapter to its DeinitAdapter. */
struct data {
	HANDLE ext;
	DWORD whole;
};

static DOT11EXT_VIRTUAL_STATION_APIS stations;
static DOT11EXT_IHV_HANDLERS plain;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* never held across a call */
static struct stationed seen;
static struct data *data;
static GUID first;
static bool requesting, know_first, refuse, tell_ap;
static DOT11EXT_VIRTUAL_STATION_AP_PROPERTY ap;
static HANDLE connect_session;

static void note(DWORD result)
{
	pthread_mutex_lock(&lock);
	seen.result = result;
	pthread_mutex_unlock(&lock);
}

static void set_requesting(bool now)
{
	pthread_mutex_lock(&lock);
	requesting = now;
	pthread_mutex_unlock(&lock);
}

static void *request(void *svc)
{
	DWORD result;

	set_requesting(true);
	result = stations.Dot11ExtRequestVirtualStation(svc, NULL);
	set_requesting(false);
	note(result);
	return NULL;
}

static void request_later(HANDLE svc)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, request, svc) == 0)
		pthread_detach(thread);
}

static void query(HANDLE svc)
{
	BOOL is_virtual = FALSE;
	GUID primary;
	DWORD result;

	memset(&primary, 0, sizeof(primary));
	result = stations.Dot11ExtQueryVirtualStationProperties(svc, &is_virtual, &primary, NULL);
	pthread_mutex_lock(&lock);
	seen.result = result;
	seen.is_virtual = is_virtual;
	seen.of_first = memcmp(&primary, &first, sizeof(first)) == 0;
	pthread_mutex_unlock(&lock);
}

static void set_ap(HANDLE svc, HANDLE session)
{
	const DWORD result =
		stations.Dot11ExtSetVirtualStationAPProperties(svc, session, 1, &ap, NULL);

	pthread_mutex_lock(&lock);
	seen.ap_result = result;
	pthread_mutex_unlock(&lock);
}

static DWORD WINAPI control(
	HANDLE ext, DWORD in_size, BYTE *in, DWORD out_size, BYTE *out, DWORD *returned)
{
	const HANDLE svc = ((struct adapter *)ext)->svc;

	switch (in_size ? (enum stationed_order)in[0] : STATIONED_NOTHING) {
	case STATIONED_NOTHING:
		break;
	case STATIONED_REQUEST:
		request(svc);
		break;
	case STATIONED_LATER:
		request_later(svc);
		break;
	case STATIONED_RELEASE:
		note(stations.Dot11ExtReleaseVirtualStation(svc, NULL));
		break;
	case STATIONED_QUERY:
		query(svc);
		break;
	case STATIONED_AP:
		tell_ap = in_size == 1 + sizeof(ap);
		if (tell_ap)
			memcpy(&ap, in + 1, sizeof(ap));
		break;
	case STATIONED_AP_LATE:
		set_ap(svc, connect_session);
		break;
	case STATIONED_REFUSE:
		refuse = true;
		break;
	case STATIONED_CRASH:
		__builtin_trap();
	}
	*returned = 0;
	if (out_size < sizeof(seen))
		return ERROR_INSUFFICIENT_BUFFER;
	pthread_mutex_lock(&lock);
	memcpy(out, &seen, sizeof(seen));
	pthread_mutex_unlock(&lock);
	*returned = sizeof(seen);
	return ERROR_SUCCESS;
}

static DWORD came(HANDLE ext)
{
	struct data *d = calloc(1, sizeof(*d));

	if (!d)
		return ERROR_NOT_ENOUGH_MEMORY;
	*d = (struct data){.ext = ext, .whole = WHOLE};
	pthread_mutex_lock(&lock);
	data = d;
	seen.came++;
	seen.early += requesting;
	pthread_mutex_unlock(&lock);
	return ERROR_SUCCESS;
}

static DWORD WINAPI station_init(PDOT11_ADAPTER adapter, HANDLE svc, PHANDLE ext)
{
	BOOL is_virtual = FALSE;
	GUID primary;
	DWORD error;

	if (!know_first)
		first = adapter->gAdapterId;
	know_first = true;
	if (refuse) {
		refuse = false;
		return ERROR_GEN_FAILURE;
	}
	stations.Dot11ExtQueryVirtualStationProperties(svc, &is_virtual, &primary, NULL);
	error = plain.Dot11ExtIhvInitAdapter(adapter, svc, ext);
	return error == ERROR_SUCCESS && is_virtual ? came(*ext) : error;
}

static VOID WINAPI station_deinit(HANDLE ext)
{
	plain.Dot11ExtIhvDeinitAdapter(ext);
	pthread_mutex_lock(&lock);
	if (data && data->ext == ext) {
		free(data);
		data = NULL;
		seen.gone++;
	}
	pthread_mutex_unlock(&lock);
}

static DWORD WINAPI station_pre_associate(HANDLE ext, HANDLE session,
	PDOT11EXT_IHV_PROFILE_PARAMS params, PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn,
	PDOT11EXT_IHV_SECURITY_PROFILE sec, PDOT11_BSS_LIST list, PDWORD reason)
{
	connect_session = session;
	if (tell_ap)
		set_ap(((struct adapter *)ext)->svc, session);
	tell_ap = false;
	return plain.Dot11ExtIhvPerformPreAssociate(ext, session, params, conn, sec, list, reason);
}

static DWORD WINAPI station_stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	pthread_mutex_lock(&lock);
	if (data && data->ext == ext)
		seen.stopped += data->whole == WHOLE;
	pthread_mutex_unlock(&lock);
	return plain.Dot11ExtIhvStopPostAssociate(ext, peer, status);
}

IHV_EXPORT DWORD WINAPI Dot11ExtIhvGetVersionInfo(PDOT11_IHV_VERSION_INFO info)
{
	return template_get_version_info(info);
}

IHV_EXPORT DWORD WINAPI Dot11ExtIhvInitService(
	DWORD version, PDOT11EXT_APIS apis, LPVOID reserved, PDOT11EXT_IHV_HANDLERS handlers)
{
	DWORD error = template_init_service(version, apis, reserved, handlers);

	plain = *handlers;
	handlers->Dot11ExtIhvControl = control;
	handlers->Dot11ExtIhvInitAdapter = station_init;
	handlers->Dot11ExtIhvDeinitAdapter = station_deinit;
	handlers->Dot11ExtIhvPerformPreAssociate = station_pre_associate;
	handlers->Dot11ExtIhvStopPostAssociate = station_stop;
	return error;
}

IHV_EXPORT DWORD WINAPI Dot11ExtIhvInitVirtualStation(
	PDOT11EXT_VIRTUAL_STATION_APIS apis, LPVOID reserved)
{
	stations = *apis;
	return ERROR_SUCCESS;
}
