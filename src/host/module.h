// SPDX-License-Identifier: BSD-2-Clause
/*
 * A loaded IHV Extensions module, wherever it runs: in this process, or behind a pipe in another.
 * The host makes a struct handler_call and has it carried out; the module's own calls come back as
 * struct function_call.
 *
 * Arguments are those of the documented interface (wlanihv.h), by the documented names without
 * their type prefix.
 */
#ifndef OPENIHV_HOST_MODULE_H
#define OPENIHV_HOST_MODULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wlanihv.h>

#include "contract/crossing.h"

/* One call into the module. Everything pointed to belongs to the host and outlives the call. */
struct handler_call {
	enum crossing_fn fn; /* FN_GET_VERSION_INFO ... FN_CONTROL */
	DWORD result;        /* out; ERROR_SUCCESS for the two handlers that return nothing */
	HANDLE adapter;      /* hIhvExtAdapter; unused by handlers that take none */
	union {
		struct {
			DOT11_IHV_VERSION_INFO *version; /* out */
		} get_version_info;
		struct {
			DWORD version;
			unsigned functions; /* non-NULL members of the table that the module is
					       given */
			unsigned handlers;  /* out: non-NULL members of the table that it gave */
		} init_service;
		struct {
			unsigned functions;
		} init_virtual_station;
		struct {
			DOT11_ADAPTER *adapter;
			HANDLE svc;
			HANDLE ext; /* out; NULL before */
		} init_adapter;
		struct {
			HANDLE session;
			DOT11EXT_IHV_PROFILE_PARAMS *params;
			DOT11EXT_IHV_CONNECTIVITY_PROFILE *connectivity;
			DOT11EXT_IHV_SECURITY_PROFILE *security;
			DOT11_BSS_LIST *bss;
			DWORD *reason;
		} profile; /* PerformPreAssociate, ValidateProfile, PerformCapabilityMatch */
		struct {
			HANDLE session;
			DOT11_PORT_STATE *port;
			ULONG length;
			DOT11_ASSOCIATION_COMPLETION_PARAMETERS *association;
		} perform_post_associate;
		struct {
			DOT11_MAC_ADDRESS *peer;
			DOT11_ASSOC_STATUS status;
		} stop_post_associate;
		struct {
			BOOL insecure;
			DOT11EXT_IHV_PROFILE_PARAMS *params;
			DOT11_BSS_LIST *bss;
			DOT11EXT_IHV_DISCOVERY_PROFILE_LIST *list; /* out */
			DWORD *reason;
		} create_discovery_profiles;
		struct {
			ULONG event;
			WTSSESSION_NOTIFICATION *session;
		} process_session_change;
		struct {
			DOT11EXT_IHV_INDICATION_TYPE type;
			ULONG length;
			void *buffer;
		} receive_indication;
		struct {
			DWORD length;
			void *buffer;
		} receive_packet;
		struct {
			HANDLE send;
		} send_packet_completion;
		struct {
			GUID request;
			BOOL *pending;
		} is_ui_request_pending;
		struct {
			GUID request;
			DWORD length;
			void *buffer;
		} process_ui_response;
		struct {
			DOT11EXT_IHV_CONNECTION_PHASE phase;
			DOT11EXT_IHV_UI_REQUEST *request; /* out */
		} query_ui_request;
		struct {
			DOT11_MSONEX_RESULT outcome;
			DOT11_MSONEX_RESULT_PARAMS *params;
		} onex_indicate_result;
		struct {
			DWORD in_size;
			BYTE *in;
			DWORD out_size;
			BYTE *out;
			DWORD *returned;
		} control;
	};
};

/* One call out of the module. Pointers are the module's and valid during the call only. */
struct function_call {
	enum crossing_fn fn; /* FN_ALLOCATE_BUFFER ... FN_SET_VIRTUAL_STATION_AP_PROPERTIES */
	bool stale;          /* made through the memory of InitService's argument */
	HANDLE svc;          /* hDot11SvcHandle; unused by the two buffer functions */
	union {
		struct {
			DWORD size;
			void **buffer;
		} allocate_buffer;
		struct {
			void *buffer;
		} free_buffer;
		struct {
			HANDLE session;
			DWORD user;
			DWORD size;
			void *data;
		} set_user_data;
		struct {
			HANDLE session;
			DWORD user;
			DWORD *size;
			void **data;
		} get_user_data;
		struct {
			HANDLE session;
			DOT11EXT_IHV_CONNECTIVITY_PROFILE *connectivity;
			DOT11EXT_IHV_SECURITY_PROFILE *security;
		} set_current_profile;
		struct {
			DOT11EXT_IHV_UI_REQUEST *request;
		} send_ui_request;
		struct {
			HANDLE session;
			const UCHAR *peer; /* 6 bytes or NULL; PostAssociateCompletion only */
			DWORD reason;
			DWORD error;
		} completion; /* PreAssociateCompletion, PostAssociateCompletion */
		struct {
			L2_NOTIFICATION_DATA *data;
		} send_notification;
		struct {
			ULONG length;
			void *packet;
			HANDLE send;
		} send_packet;
		struct {
			ULONG backlog, exemptions, types;
			DOT11_PRIVACY_EXEMPTION *exemption;
			USHORT *type;
		} set_ethertype_handling;
		struct {
			DWORD value;
		} set; /* the algorithms, the default key id, exclude unencrypted */
		struct {
			DOT11_CIPHER_DEFAULT_KEY_VALUE *key;
			DOT11_DIRECTION direction;
		} set_default_key;
		struct {
			DOT11_CIPHER_KEY_MAPPING_KEY_VALUE *key;
		} set_key_mapping_key;
		struct {
			DWORD in_size;
			void *in;
			DWORD *out_size;
			void *out;
		} nic_specific_extension;
		struct {
			EAP_ATTRIBUTES *attributes;
		} start_onex;
		struct {
			DWORD length;
			void *packet;
		} process_security_packet;
		struct {
			void *reserved;
			BOOL *is_virtual;
			GUID *primary;
			HANDLE session;
			DWORD length;
			DOT11EXT_VIRTUAL_STATION_AP_PROPERTY *property;
		} virtual_station;
	};
};

#define MODULE_HAS_VERSION_INFO    1u
#define MODULE_HAS_INIT_SERVICE    2u
#define MODULE_HAS_VIRTUAL_STATION 4u

struct module;

enum module_activity {
	MODULE_BUSY,   /* a thread runs, or waits for a processor */
	MODULE_ASLEEP, /* all sleep in the kernel; one may wake by itself */
	MODULE_ALONE,  /* it has no thread: nothing can happen before the next call into it */
};

struct module_ops {
	/* Carries out a call and returns when it has returned. No lock is held; any thread, several
	 * at a time. */
	void (*call)(struct module *m, struct handler_call *call);
	/* What the module's own threads are doing: only if none is busy can the host alone make
	 * something happen. */
	enum module_activity (*activity)(struct module *m);
	/* Threads that the module made and that still live, after a short grace for those that are
	 * about to end. */
	unsigned (*threads)(struct module *m);
	/* The calling thread belongs to the host from now on (began) or is about to end (!began).
	 */
	void (*host_thread)(struct module *m, bool began);
	/* Copies length bytes that the module has at p; -EFAULT if it has none there any more. */
	int (*read)(struct module *m, const void *p, void *out, size_t length);
	/* Unloads and frees. No call is open, none may come. */
	void (*close)(struct module *m);
};

struct module {
	const struct module_ops *ops;
	unsigned exports; /* MODULE_HAS_* */
	unsigned functions,
		vs_functions; /* non-NULL members of the two tables that it will be given (H-03) */
	/* Set by the host before the first call; takes what the module calls, from any of its
	 * threads. */
	DWORD (*function)(void *user, struct function_call *call);
	void *user;
};

#endif
