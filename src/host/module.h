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

#include "base/rng.h"
#include "contract/crossing.h"

/*
 * Memory of Dot11ExtAllocateBuffer is the module's, wherever that is. The host knows a block by its
 * token, the address by which the module knows it, and reads it through module_view() alone.
 */
struct module_view {
	const void *token;
	const void *bytes;
	uint32_t size;
};

/* What came along with a call from a module in another process: the blocks that its arguments or
 * outputs name. In this process there is none, and a token is an address. */
struct module_views {
	struct module_view *list; /* one malloc()ed block, bytes included, wiped and freed by the
				     host after the call's last use; NULL: none */
	size_t size;              /* of that block */
	unsigned count;
};

/* One call into the module. Everything pointed to belongs to the host and outlives the call. */
struct handler_call {
	enum crossing_fn fn; /* FN_GET_VERSION_INFO ... FN_CONTROL; FN_MODULE_LOADED: load it anew
				after it has ended */
	DWORD result;        /* out; ERROR_SUCCESS for the two handlers that return nothing */
	bool lost;           /* out: the module ended before it returned; no other output counts */
	HANDLE adapter;      /* hIhvExtAdapter; unused by handlers that take none */
	struct module_views views; /* out */
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
			/* out; the array and the strings are tokens */
			DOT11EXT_IHV_DISCOVERY_PROFILE_LIST *list;
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
			bool modified; /* out: the packet's buffer had changed, or was gone
					*/
		} send_packet_completion;
		struct {
			GUID request;
			BOOL *pending;
		} is_ui_request_pending;
		struct {
			GUID request;
			DWORD length;
			void *buffer;
			bool modified; /* out: the request had changed, or was gone */
		} process_ui_response;
		struct {
			DOT11EXT_IHV_CONNECTION_PHASE phase;
			DOT11EXT_IHV_UI_REQUEST *request; /* out; a token, and so is its data */
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
	bool kept;           /* by module->hold(), on its way in */
	bool stale;          /* made through the memory of InitService's argument */
	HANDLE svc;          /* hDot11SvcHandle; unused by the two buffer functions */
	/* The handler in whose thread it is made; NULL: a thread of the module's own */
	const struct handler_call *within;
	uint32_t thread; /* of the module's own: 1, 2, ... in order of appearance; else 0 */
	struct module_views views;
	union {
		struct {
			DWORD size;
			void **buffer; /* out: the token, if the host agrees */
			void *token;   /* of `size` zeroed bytes that the carrier has ready; NULL:
					  it has no memory */
		} allocate_buffer;
		struct {
			void *buffer; /* token */
			bool release; /* out: it was the module's; the carrier gives it up */
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
			void **data; /* out: the token, if there is data */
			void *token; /* as above, of MODULE_USER_DATA_MAX bytes */
			void *bytes; /* where the host writes them */
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
			EAP_ATTRIBUTES *attributes; /* a token, and so is all that it points to */
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

#define MODULE_USER_DATA_MAX (64u * 1024) /* bytes kept for a user by SetProfileCustomUserData */

#define CONTROL_GUARD 64 /* bytes behind the output of Control that nobody may write */

/* How a module in a process of its own ended (crossing.h). */
struct module_death {
	enum module_end end;
	uint32_t code;
	const char *why; /* one line for people, or NULL; lives as long as the module */
};

/* What a guard or a sandbox saw (crossing.h). Not a call: told as soon as it is known. */
struct module_trespass_info {
	enum module_trespass what;
	enum crossing_fn fn; /* the handler concerned; FN_COUNT: none */
	uint32_t code;
};

/* ---- Probes: questions about the place where the module is, and one thing done to it. ---- */

enum module_probe_what {
	PROBE_USAGE, /* what the module holds now */
	PROBE_SCAN,  /* where copies of secrets are in its memory */
	PROBE_CLOCK, /* its clocks jump */
};

#define MODULE_UNKNOWN UINT64_MAX /* a number of struct module_usage that nobody knows here */

/* All exact, none sampled: so that growth by one from cycle to cycle is a leak. */
struct module_usage {
	/* Blocks of the C library's heap that live, and the bytes that were asked for, of those
	 * that were allocated by the module or a library that it uses: in a handler or a thread of
	 * its own, and not within a function of ours. Who frees them does not matter. */
	uint64_t heap_blocks, heap_bytes;
	uint64_t threads;     /* of the module's own; those that are about to end are left out */
	uint64_t descriptors; /* open in the process, ours too; on Windows its handles */
	uint64_t cpu_ns;      /* processor time of those threads so far */
};

#define MODULE_NEEDLES     16u
#define MODULE_NEEDLE_MIN  8u
#define MODULE_NEEDLE_SIZE 64u

/* Bytes to look for. They are nowhere in memory as they are: a search must not find itself. */
struct module_needle {
	uint32_t length;                    /* MODULE_NEEDLE_MIN ... MODULE_NEEDLE_SIZE */
	uint8_t mask[MODULE_NEEDLE_SIZE];   /* no byte 0 of the first `length`; others are 0 */
	uint8_t masked[MODULE_NEEDLE_SIZE]; /* needle ^ mask; others are 0 */
};

enum module_place {
	PLACE_HEAP,  /* of the C library */
	PLACE_STACK, /* of a thread, also one that has ended and whose stack is kept */
	PLACE_DATA,  /* static data of the module's file */
	PLACE_OTHER, /* static data of others, other memory of the process */
};

struct module_found {
	uint32_t count;          /* places */
	enum module_place first; /* of them, by address; only if there is one */
};

struct module_probe {
	enum module_probe_what what;
	union {
		struct module_usage usage; /* out */
		struct {
			uint32_t count; /* of needles, MODULE_NEEDLES at most */
			struct module_needle needles[MODULE_NEEDLES];
			struct module_found found[MODULE_NEEDLES]; /* out, one for each */
			uint64_t bytes; /* out: of memory that was looked through */
		} scan;
		struct {
			/* By how much the chosen clocks jump, as the code in the module's file sees
			 * them, added to earlier jumps. Those of the host and of libraries stay;
			 * points in time that the module waits for are put right. A module
			 * that is loaded anew has the right time. */
			int64_t jump_ns;
			bool wall, monotonic; /* which */
		} clock;
	};
};

/* The first `length` bytes at p, masked by numbers that follow from seed. */
static inline void module_needle_set(
	struct module_needle *n, const void *p, uint32_t length, uint64_t seed)
{
	const uint8_t *bytes = (const uint8_t *)p;
	uint32_t i;

	*n = (struct module_needle){.length = length};
	for (i = 0; i < length && i < MODULE_NEEDLE_SIZE; i++) {
		n->mask[i] = (uint8_t)(1 + rng_mix(seed + i) % UINT8_MAX);
		n->masked[i] = bytes[i] ^ n->mask[i];
	}
}

static inline bool module_needle_sound(const struct module_needle *n)
{
	uint32_t i;

	if (n->length < MODULE_NEEDLE_MIN || n->length > MODULE_NEEDLE_SIZE)
		return false;
	for (i = 0; i < MODULE_NEEDLE_SIZE; i++)
		if (i < n->length ? n->mask[i] == 0 : n->mask[i] || n->masked[i])
			return false;
	return true;
}

/* It asks for something, and its needles are as described. */
static inline bool module_probe_sound(const struct module_probe *p)
{
	uint32_t i;

	if (p->what != PROBE_SCAN)
		return p->what == PROBE_USAGE || p->what == PROBE_CLOCK;
	for (i = 0; i < p->scan.count && i < MODULE_NEEDLES; i++)
		if (!module_needle_sound(&p->scan.needles[i]))
			return false;
	return i == p->scan.count;
}

struct module;

enum module_activity {
	MODULE_BUSY,   /* a thread runs, or waits for a processor */
	MODULE_ASLEEP, /* all sleep in the kernel; one may wake by itself */
	MODULE_ALONE,  /* it has no thread: nothing can happen before the next call into it */
};

/* Those marked (other process) are NULL in a carrier that needs none: a module in this process. */
struct module_ops {
	/* Carries out a call and returns when it has returned, or when the module has ended. No
	 * lock is held; any thread, several at a time. */
	void (*call)(struct module *m, struct handler_call *call);
	/* What the module's own threads are doing: only if none is busy can the host alone make
	 * something happen. Never waits. */
	enum module_activity (*activity)(struct module *m);
	/* Optional: a thread of the module's own that sleeps, or (in this process) the host's
	 * thread `host_thread` if that is not 0, will wake by itself at some point in time, or
	 * nobody knows. Asked when activity() has said that they sleep. */
	bool (*dozes)(struct module *m, int host_thread);
	/* Threads that the module made and that still live, after a short grace for those that are
	 * about to end. Asked after DeinitService. */
	unsigned (*threads)(struct module *m);
	/* The calling thread belongs to the host from now on (began) or is about to end (!began).
	 */
	void (*host_thread)(struct module *m, bool began);
	/* The host has taken a block over from the module and is done with it: the carrier gives it
	 * up. Never waits. */
	void (*release)(struct module *m, void *token);
	/* Unloads and frees. No call is open, none may come. */
	void (*close)(struct module *m);
	/* (other process) Takes up what the module sent while no call was open, without waiting.
	 * True: there was something. Called with no lock held. */
	bool (*pump)(struct module *m);
	/* (other process) Readable when something came for pump() since that last said that there
	 * is nothing; -1 while the module is ended. */
	int (*descriptor)(struct module *m);
	/* (other process) Ends it at once, wherever it is; calls that are open return lost. Any
	 * thread, never waits. */
	void (*kill)(struct module *m);
	/* (other process) How it ended. */
	void (*death)(struct module *m, struct module_death *out);
	/* The thread that module->hold() kept goes on. Any thread, never waits; nothing if none is
	 * kept. */
	void (*let_go)(struct module *m);
	/*
	 * Asks or does what p says; NULL in a carrier that can do none of it. Any thread, with no
	 * lock held, also while calls are open or another probe is; it may carry out calls of the
	 * module meanwhile. On an error no output counts.
	 * -ENOTSUP: not this one, here (PROBE_SCAN of the host's own process or with sanitizers,
	 * PROBE_CLOCK on a
	 * machine whose loader's tables it does not know); -EINVAL: a needle or count that is none;
	 * -EIO: the module has ended; -ETIMEDOUT: no answer within a second; or the error of a
	 * system call.
	 */
	int (*probe)(struct module *m, struct module_probe *p);
};

struct module {
	const struct module_ops *ops;
	const char *path; /* of its file, for people; the carrier's */
	bool remote;      /* in another process: a token is not an address */
	bool orderly;     /* set by the host: on virtual time, where a handler's return goes before
			     calls of other threads that came while it was open */
	_Atomic bool ended; /* the process is gone; FN_MODULE_LOADED makes a new one */
	unsigned exports;   /* MODULE_HAS_* */
	unsigned functions,
		vs_functions; /* non-NULL members of the two tables that it will be given (H-03) */
	/* Set by the host before the first call; takes what the module calls. From any thread, with
	 * no lock of the carrier's held. */
	DWORD (*function)(void *user, struct function_call *call);
	/* The same for what a guard or sandbox saw. */
	void (*trespass)(void *user, const struct module_trespass_info *info);
	void *user;
	/*
	 * Optional: for whom wants to see what a module does when one of its threads comes late.
	 * Asked on the way into a function (!returned) and on the way out, with no lock held,
	 * unless a thread is kept already; true keeps the thread that calls until ops->let_go().
	 * Not asked again for what it let go. within: in the thread of a handler.
	 */
	bool (*hold)(void *user, enum crossing_fn fn, bool within, bool returned);
	void *hold_user;
	_Atomic bool held; /* a thread is kept; the carrier's */
};

/* size bytes of a block of the module's that c or its outputs name; NULL: they did not come. */
static inline const void *module_view(
	const struct module *m, const struct module_views *views, const void *token, size_t size)
{
	unsigned i;

	if (!m->remote)
		return token;
	for (i = 0; i < views->count; i++)
		if (views->list[i].token == token && views->list[i].size >= size)
			return views->list[i].bytes;
	return NULL;
}

#endif
