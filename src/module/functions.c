// SPDX-License-Identifier: BSD-2-Clause
#include "module/functions.h"

#include <errno.h>
#include <stdatomic.h>

#include "module/heap.h"

/*
 * The module whose calls these are. The interface hands a function no context (AllocateBuffer has
 * not even an adapter), so a process carries one module; on Windows, too, each has a process of its
 * own.
 */
static struct carried *carried;

static _Thread_local const struct handler_call *open_handler;

/* Threads of the module's own are numbered as they appear. */
static _Thread_local uint32_t thread_number;
static _Atomic uint32_t threads_seen;

const struct handler_call *functions_enter(const struct handler_call *call)
{
	const struct handler_call *before = open_handler;

	open_handler = call;
	return before;
}

static bool keep_here(const struct function_call *call, bool returned)
{
	struct module *m = carried ? carried->module : NULL;

	if (!m || !m->hold || atomic_load(&m->held) ||
		!m->hold(m->hold_user, call->fn, open_handler != NULL, returned))
		return false;
	pthread_mutex_lock(&carried->hold_lock);
	atomic_store(&m->held, true);
	while (atomic_load(&m->held))
		pthread_cond_wait(&carried->let_go, &carried->hold_lock);
	pthread_mutex_unlock(&carried->hold_lock);
	return true;
}

void functions_let_go(struct carried *c)
{
	pthread_mutex_lock(&c->hold_lock);
	atomic_store(&c->module->held, false);
	pthread_cond_broadcast(&c->let_go);
	pthread_mutex_unlock(&c->hold_lock);
}

static DWORD up(struct function_call *call)
{
	DWORD result;

	if (!carried || !carried->module->function)
		return ERROR_SHUTDOWN_IN_PROGRESS;
	if (carried->guard)
		guard_tell(carried->guard, carried->module);
	call->within = open_handler;
	if (!open_handler) {
		if (!thread_number)
			thread_number = ++threads_seen;
		call->thread = thread_number;
	}
	call->kept = keep_here(call, false);
	result = carried->module->function(carried->module->user, call);
	keep_here(call, true);
	return result;
}

static DWORD allocate(struct function_call *call)
{
	DWORD error;

	if (!carried)
		return ERROR_SHUTDOWN_IN_PROGRESS;
	call->allocate_buffer.token = blocks_allocate(carried->blocks, call->allocate_buffer.size);
	error = up(call);
	if (error)
		blocks_discard(carried->blocks, call->allocate_buffer.token);
	return error;
}

static DWORD release(struct function_call *call)
{
	up(call);
	if (call->free_buffer.release && carried)
		blocks_release(carried->blocks, call->free_buffer.buffer);
	return ERROR_SUCCESS;
}

static DWORD get_user_data(struct function_call *call)
{
	void *p;
	DWORD error;

	if (!carried)
		return ERROR_SHUTDOWN_IN_PROGRESS;
	p = blocks_allocate(carried->blocks, MODULE_USER_DATA_MAX);
	call->get_user_data.token = call->get_user_data.bytes = p;
	error = up(call);
	if (error)
		blocks_discard(carried->blocks, p);
	else
		blocks_shrink(carried->blocks, p, *call->get_user_data.size);
	return error;
}

/* Lends what the call passes; a refusal gives it back at once. */
static DWORD lend(struct function_call *call, enum loan_kind kind, const void *key, size_t key_size,
	const void *p, size_t size)
{
	struct loan *loan;
	DWORD error;

	if (!carried || !p)
		return up(call);
	loan = lent_add(carried->lent, kind, key, key_size, p, size);
	error = up(call);
	if (error)
		lent_withdraw(carried->lent, loan);
	return error;
}

static DWORD send_packet(struct function_call *call)
{
	return lend(call, LOAN_PACKET, &call->send_packet.send, sizeof(call->send_packet.send),
		call->send_packet.packet, call->send_packet.length);
}

static DWORD send_ui_request(struct function_call *call)
{
	const DOT11EXT_IHV_UI_REQUEST *request = call->send_ui_request.request;

	return lend(call, LOAN_REQUEST, request ? &request->guidUIRequest : NULL, sizeof(GUID),
		request, sizeof(*request));
}

/* By function: most just go up. */
static DWORD carry_out(struct function_call *call)
{
	switch (call->fn) {
	case FN_ALLOCATE_BUFFER:
		return allocate(call);
	case FN_FREE_BUFFER:
		return release(call);
	case FN_GET_PROFILE_CUSTOM_USER_DATA:
		return get_user_data(call);
	case FN_SEND_PACKET:
		return send_packet(call);
	case FN_SEND_UI_REQUEST:
		return send_ui_request(call);
	default: /* nothing of the module's memory outlives the call */
		return up(call);
	}
}

/* What is allocated from here on is not the module's. */
static DWORD go(struct function_call *call)
{
	const bool before = heap_enter(false);
	DWORD error = carry_out(call);

	heap_enter(before);
	return error;
}

/* A function of the table, and its double in the memory that the module should not have kept. */
#define THUNK(name, parameters, ...)                                                               \
	static DWORD WINAPI live_##name parameters                                                 \
	{                                                                                          \
		struct function_call call = {__VA_ARGS__};                                         \
                                                                                                   \
		return go(&call);                                                                  \
	}                                                                                          \
	static DWORD WINAPI stale_##name parameters                                                \
	{                                                                                          \
		struct function_call call = {.stale = true, __VA_ARGS__};                          \
                                                                                                   \
		return go(&call);                                                                  \
	}

THUNK(AllocateBuffer, (DWORD n, LPVOID *pp), .fn = FN_ALLOCATE_BUFFER,
	.allocate_buffer = {n, pp, NULL})
THUNK(SetProfileCustomUserData, (HANDLE svc, HANDLE session, DWORD user, DWORD n, LPVOID p),
	.fn = FN_SET_PROFILE_CUSTOM_USER_DATA, .svc = svc, .set_user_data = {session, user, n, p})
THUNK(GetProfileCustomUserData, (HANDLE svc, HANDLE session, DWORD user, DWORD *n, LPVOID *pp),
	.fn = FN_GET_PROFILE_CUSTOM_USER_DATA, .svc = svc,
	.get_user_data = {session, user, n, pp, NULL, NULL})
THUNK(SetCurrentProfile,
	(HANDLE svc, HANDLE session, PDOT11EXT_IHV_CONNECTIVITY_PROFILE c,
		PDOT11EXT_IHV_SECURITY_PROFILE s),
	.fn = FN_SET_CURRENT_PROFILE, .svc = svc, .set_current_profile = {session, c, s})
THUNK(SendUIRequest, (HANDLE svc, PDOT11EXT_IHV_UI_REQUEST request), .fn = FN_SEND_UI_REQUEST,
	.svc = svc, .send_ui_request = {request})
THUNK(PreAssociateCompletion, (HANDLE svc, HANDLE session, DWORD reason, DWORD error),
	.fn = FN_PRE_ASSOCIATE_COMPLETION, .svc = svc, .completion = {session, NULL, reason, error})
THUNK(PostAssociateCompletion,
	(HANDLE svc, HANDLE session, PDOT11_MAC_ADDRESS peer, DWORD reason, DWORD error),
	.fn = FN_POST_ASSOCIATE_COMPLETION, .svc = svc,
	.completion = {session, peer ? *peer : NULL, reason, error})
THUNK(SendNotification, (HANDLE svc, PL2_NOTIFICATION_DATA data), .fn = FN_SEND_NOTIFICATION,
	.svc = svc, .send_notification = {data})
THUNK(SendPacket, (HANDLE svc, ULONG n, LPVOID p, HANDLE send), .fn = FN_SEND_PACKET, .svc = svc,
	.send_packet = {n, p, send})
THUNK(SetEtherTypeHandling,
	(HANDLE svc, ULONG backlog, ULONG nexemptions, PDOT11_PRIVACY_EXEMPTION exemptions,
		ULONG ntypes, USHORT *types),
	.fn = FN_SET_ETHERTYPE_HANDLING, .svc = svc,
	.set_ethertype_handling = {backlog, nexemptions, ntypes, exemptions, types})
THUNK(SetAuthAlgorithm, (HANDLE svc, DWORD value), .fn = FN_SET_AUTH_ALGORITHM, .svc = svc,
	.set = {value})
THUNK(SetUnicastCipherAlgorithm, (HANDLE svc, DWORD value), .fn = FN_SET_UNICAST_CIPHER_ALGORITHM,
	.svc = svc, .set = {value})
THUNK(SetMulticastCipherAlgorithm, (HANDLE svc, DWORD value),
	.fn = FN_SET_MULTICAST_CIPHER_ALGORITHM, .svc = svc, .set = {value})
THUNK(SetDefaultKey, (HANDLE svc, PDOT11_CIPHER_DEFAULT_KEY_VALUE key, DOT11_DIRECTION direction),
	.fn = FN_SET_DEFAULT_KEY, .svc = svc, .set_default_key = {key, direction})
THUNK(SetKeyMappingKey, (HANDLE svc, PDOT11_CIPHER_KEY_MAPPING_KEY_VALUE key),
	.fn = FN_SET_KEY_MAPPING_KEY, .svc = svc, .set_key_mapping_key = {key})
THUNK(SetDefaultKeyId, (HANDLE svc, ULONG id), .fn = FN_SET_DEFAULT_KEY_ID, .svc = svc, .set = {id})
THUNK(NicSpecificExtension, (HANDLE svc, DWORD nin, LPVOID in, DWORD *nout, LPVOID out),
	.fn = FN_NIC_SPECIFIC_EXTENSION, .svc = svc, .nic_specific_extension = {nin, in, nout, out})
THUNK(SetExcludeUnencrypted, (HANDLE svc, BOOL exclude), .fn = FN_SET_EXCLUDE_UNENCRYPTED,
	.svc = svc, .set = {(DWORD)exclude})
THUNK(StartOneX, (HANDLE svc, EAP_ATTRIBUTES *attributes), .fn = FN_START_ONEX, .svc = svc,
	.start_onex = {attributes})
THUNK(StopOneX, (HANDLE svc), .fn = FN_STOP_ONEX, .svc = svc)
THUNK(ProcessSecurityPacket, (HANDLE svc, DWORD n, LPVOID p), .fn = FN_PROCESS_SECURITY_PACKET,
	.svc = svc, .process_security_packet = {n, p})
THUNK(RequestVirtualStation, (HANDLE primary, LPVOID reserved), .fn = FN_REQUEST_VIRTUAL_STATION,
	.svc = primary, .virtual_station = {.reserved = reserved})
THUNK(ReleaseVirtualStation, (HANDLE primary, LPVOID reserved), .fn = FN_RELEASE_VIRTUAL_STATION,
	.svc = primary, .virtual_station = {.reserved = reserved})
THUNK(QueryVirtualStationProperties, (HANDLE svc, BOOL *is_virtual, GUID *primary, LPVOID reserved),
	.fn = FN_QUERY_VIRTUAL_STATION_PROPERTIES, .svc = svc,
	.virtual_station = {.reserved = reserved, .is_virtual = is_virtual, .primary = primary})
THUNK(SetVirtualStationAPProperties,
	(HANDLE svc, HANDLE session, DWORD n, PDOT11EXT_VIRTUAL_STATION_AP_PROPERTY property,
		LPVOID reserved),
	.fn = FN_SET_VIRTUAL_STATION_AP_PROPERTIES, .svc = svc,
	.virtual_station = {
		.reserved = reserved, .session = session, .length = n, .property = property})

static VOID WINAPI live_FreeBuffer(LPVOID p)
{
	struct function_call call = {.fn = FN_FREE_BUFFER, .free_buffer = {p, false}};

	go(&call);
}

static VOID WINAPI stale_FreeBuffer(LPVOID p)
{
	struct function_call call = {
		.stale = true, .fn = FN_FREE_BUFFER, .free_buffer = {p, false}};

	go(&call);
}

#define APIS(kind)                                                                                 \
	{                                                                                          \
		kind##_AllocateBuffer, kind##_FreeBuffer, kind##_SetProfileCustomUserData,         \
			kind##_GetProfileCustomUserData, kind##_SetCurrentProfile,                 \
			kind##_SendUIRequest, kind##_PreAssociateCompletion,                       \
			kind##_PostAssociateCompletion, kind##_SendNotification,                   \
			kind##_SendPacket, kind##_SetEtherTypeHandling, kind##_SetAuthAlgorithm,   \
			kind##_SetUnicastCipherAlgorithm, kind##_SetMulticastCipherAlgorithm,      \
			kind##_SetDefaultKey, kind##_SetKeyMappingKey, kind##_SetDefaultKeyId,     \
			kind##_NicSpecificExtension, kind##_SetExcludeUnencrypted,                 \
			kind##_StartOneX, kind##_StopOneX, kind##_ProcessSecurityPacket            \
	}

#define VIRTUAL_STATION_APIS(kind)                                                                 \
	{                                                                                          \
		kind##_RequestVirtualStation, kind##_ReleaseVirtualStation,                        \
			kind##_QueryVirtualStationProperties, kind##_SetVirtualStationAPProperties \
	}

static const DOT11EXT_APIS live = APIS(live), stale = APIS(stale);
static const DOT11EXT_VIRTUAL_STATION_APIS live_vs = VIRTUAL_STATION_APIS(live),
					   stale_vs = VIRTUAL_STATION_APIS(stale);

int functions_attach(struct carried *c)
{
	if (carried)
		return -EBUSY;
	carried = c;
	threads_seen = 0;
	heap_begin();
	return 0;
}

void functions_fill(const struct function_tables *tables)
{
	*tables->apis = live;
	*tables->virtual_station = live_vs;
}

void functions_expire(const struct function_tables *tables)
{
	*tables->apis = stale;
}

void functions_expire_virtual_station(const struct function_tables *tables)
{
	*tables->virtual_station = stale_vs;
}

void functions_detach(const struct carried *c)
{
	if (carried != c)
		return;
	carried = NULL;
	heap_end();
}
