// SPDX-License-Identifier: BSD-2-Clause
/* The template with one fault, chosen by FAULT when it is built. */
#include "template.h"

#include <signal.h>

#define FAULT_NONE              0
#define FAULT_GET_VERSION       1
#define FAULT_VERSION_UNWRITTEN 2
#define FAULT_FUTURE_VERSION    3
#define FAULT_INIT_SERVICE      4
#define FAULT_NULL_HANDLER      5
#define FAULT_NO_INIT_SERVICE   6
#define FAULT_NO_GET_VERSION    7
#define FAULT_INIT_ADAPTER      8
#define FAULT_LATE_COMPLETION   9
#define FAULT_CRASH             10
#define FAULT_HANG              11

#if FAULT != FAULT_NO_GET_VERSION
IHV_EXPORT DWORD WINAPI Dot11ExtIhvGetVersionInfo(PDOT11_IHV_VERSION_INFO info)
{
	if (FAULT == FAULT_GET_VERSION)
		return ERROR_GEN_FAILURE;
	if (FAULT == FAULT_VERSION_UNWRITTEN)
		return ERROR_SUCCESS;
	template_get_version_info(info);
	if (FAULT == FAULT_FUTURE_VERSION) {
		info->dwVerMin = 7;
		info->dwVerMax = 9;
	}
	return ERROR_SUCCESS;
}
#endif

#if FAULT == FAULT_INIT_ADAPTER
static DWORD WINAPI refuse_adapter(PDOT11_ADAPTER adapter, HANDLE svc, PHANDLE ext)
{
	return ERROR_OUTOFMEMORY;
}
#endif

#if FAULT == FAULT_CRASH || FAULT == FAULT_HANG
static DWORD WINAPI never_return(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t never = PTHREAD_COND_INITIALIZER;

	if (FAULT == FAULT_CRASH)
		raise(SIGSEGV);
	pthread_mutex_lock(&lock);
	while (pthread_cond_wait(&never, &lock) == 0)
		;
	return ERROR_SUCCESS;
}
#endif

#if FAULT == FAULT_LATE_COMPLETION
static HANDLE last_session;

static DWORD WINAPI note_session(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port, ULONG bytes,
	PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	last_session = session;
	return perform_post_associate(ext, session, port, bytes, params);
}

/* On the stack of Stop, for the session that it ends: X-40. */
static DWORD WINAPI stop_and_complete(
	HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	struct adapter *a = ext;

	stop_post_associate(ext, peer, status);
	host.Dot11ExtPostAssociateCompletion(
		a->svc, last_session, peer, L2_REASON_CODE_SUCCESS, ERROR_SUCCESS);
	return ERROR_SUCCESS;
}
#endif

#if FAULT != FAULT_NO_INIT_SERVICE
IHV_EXPORT DWORD WINAPI Dot11ExtIhvInitService(
	DWORD version, PDOT11EXT_APIS apis, LPVOID reserved, PDOT11EXT_IHV_HANDLERS handlers)
{
	DWORD error = template_init_service(version, apis, reserved, handlers);

	if (FAULT == FAULT_INIT_SERVICE)
		return ERROR_NOT_ENOUGH_MEMORY;
	if (FAULT == FAULT_NULL_HANDLER)
		handlers->Dot11ExtIhvStopPostAssociate = NULL;
#if FAULT == FAULT_INIT_ADAPTER
	handlers->Dot11ExtIhvInitAdapter = refuse_adapter;
#endif
#if FAULT == FAULT_CRASH || FAULT == FAULT_HANG
	handlers->Dot11ExtIhvStopPostAssociate = never_return;
#endif
#if FAULT == FAULT_LATE_COMPLETION
	handlers->Dot11ExtIhvPerformPostAssociate = note_session;
	handlers->Dot11ExtIhvStopPostAssociate = stop_and_complete;
#endif
	return error;
}
#endif
