// SPDX-License-Identifier: BSD-2-Clause
/* What the files of the host share. Everything here is guarded by the host lock unless it says
 * otherwise. */
#ifndef OPENIHV_HOST_HOST_INTERNAL_H
#define OPENIHV_HOST_HOST_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/queue.h>

#include <uthash.h>

#include "base/handle.h"
#include "contract/dataport.h"
#include "host/host.h"

enum {
	HANDLE_ADAPTER = 1,
	HANDLE_CONNECT,
	HANDLE_SESSION,
	HANDLE_SEND,
};

#define SEND_INLINE                                                                                \
	320 /* bytes of a security packet that need no allocation of their own; EAPOL-Key fits */
#define BACKLOG_DEFAULT    32 /* of a registration that names none */
#define BACKLOG_MAX        1024
#define ETHERTYPES_MAX     32
#define CONTROL_GUARD_BYTE 0xA5
/* Stands where a handler has to write a number, before it is called */
#define REASON_UNWRITTEN 0xFEEDFACEu
#define PACKET_SEEN                                                                                \
	8 /* bytes of a packet in its record: EAPOL header, descriptor type, key information */
#define FREED 64 /* buffers that were freed last; as many as the carrier keeps in quarantine */

struct call;
typedef void (*call_fn)(struct host *h, struct call *c);

/* A call into the module, waiting or open. */
struct call {
	STAILQ_ENTRY(call) next;
	struct host_adapter *adapter; /* whose queue it is in; NULL: the service's */
	struct handler_call hc;
	struct crossing x; /* entry, and later exit, of the call */
	call_fn begin;     /* on the point of being made; NULL: nothing to do */
	call_fn done;      /* after it returned */
	/* One block of memory for what hc points to, and the pristine copy of its first `guarded`
	 * bytes */
	uint8_t *memory;
	size_t memory_length, guarded;
	atomic_bool returned; /* from the module; not guarded */
	bool late;            /* overdue, and said so */
	bool abandoned;       /* the module died: nobody waits for it but its thread */
	uint64_t tag;         /* the UI request of a response; the attempt of an opinion */
	DWORD reason;
	_Alignas(max_align_t)
		uint8_t room[SEND_INLINE * 2]; /* .memory of small calls: structures of any kind */
};

STAILQ_HEAD(call_queue, call);

/* Calls of one adapter, or of the service: made one at a time, in order. */
struct queue {
	struct call_queue calls;
	struct call *open;
	bool listed; /* in the host's list of queues with work */
	STAILQ_ENTRY(queue) next;
};

STAILQ_HEAD(queue_list, queue);

struct buffer {
	UT_hash_handle hh;
	void *p; /* token */
	uint64_t id;
	size_t size;
	struct host_adapter *adapter; /* in whose handler it was allocated */
};

struct send {
	UT_hash_handle hh; /* by .value */
	HANDLE value;      /* hSendCompletion, the module's choice */
	uint64_t handle;   /* cookie for the miniport */
	uint64_t id;       /* for the record */
	struct host_adapter *adapter;
	TAILQ_ENTRY(send) next; /* in the adapter's list, or the spare one */
	bool completing;        /* SendPacketCompletion is in the queue */
};

TAILQ_HEAD(send_list, send);

struct ui_request {
	TAILQ_ENTRY(ui_request) next;
	uint64_t id;
	struct host_adapter *adapter;
	GUID guid;
	uint8_t *data; /* copy of pvUIRequest */
	bool cancelled, answered;
};

TAILQ_HEAD(ui_list, ui_request);

/* Dot11ExtSetProfileCustomUserData: bytes of a user for a profile. */
struct user_data {
	TAILQ_ENTRY(user_data) next;
	char *profile;
	uint32_t user;
	uint32_t size;
	uint8_t *bytes;
};

enum adapter_phase {
	PHASE_ARRIVING, /* InitAdapter is queued or open */
	PHASE_UP,
	PHASE_LEAVING, /* no new work; ends with DeinitAdapter */
	PHASE_DOWN,
	PHASE_LOST, /* without a module: waits for that to come back */
};

enum connect_phase {
	CONNECT_IDLE,
	CONNECT_SCANNING,    /* for PerformPreAssociate's list */
	CONNECT_JUDGING,     /* the module looks at the profile */
	CONNECT_PRE,         /* PerformPreAssociate to PreAssociateCompletion */
	CONNECT_ASSOCIATING, /* OID_DOT11_CONNECT_REQUEST is set */
	CONNECT_SECURING,    /* associated once, not yet authorised */
	CONNECT_UP,          /* was authorised */
	CONNECT_ENDING,      /* disconnect is set at the miniport */
	CONNECT_RESETTING,   /* AdapterReset is queued or open */
};

struct host_adapter {
	struct host *host;
	struct miniport *mp;
	TAILQ_ENTRY(host_adapter) next;
	struct queue queue;
	enum adapter_phase phase;
	bool removing, gone; /* the end is a removal; the miniport is gone */
	bool losing;         /* the module died, and that is being told */
	bool deinit_queued, svc_live, ext_listed;
	uint64_t svc;
	HANDLE ext;
	uint32_t ext_number;
	UT_hash_handle hh; /* by .ext */
	GUID guid;
	struct host_adapter *primary; /* of a virtual station; NULL: it is none */

	enum connect_phase connect;
	const struct profile *profile;
	uint64_t connect_handle;
	const struct profile *wanted; /* of a connection that the module's death cut off */
	uint64_t attempt;             /* counts connections: an opinion is about one of them */
	uint16_t *own_connectivity,
		*own_security;            /* by SetCurrentProfile, in place of the profile's */
	char *own_name;                   /* of the profile that they belong to */
	uint32_t fail_reason, fail_error; /* what ended the connection, for the notice */
	bool report_failure, disconnected;
	bool reset_first; /* the end is host_reset(): AdapterReset before Stop */
	struct timer watchdog;

	struct dataport port;
	uint64_t session;
	struct timer security_timer;
	bool perform_lost;    /* there was no memory for its call */
	struct call *perform; /* PerformPostAssociate that is still in the queue */
	uint8_t *association; /* DOT11_ASSOCIATION_COMPLETION_PARAMETERS and what it points to, of
				 the last association */
	uint32_t association_length, association_room;
	uint32_t keys; /* bit set of default key indices that were set in the session */
	uint32_t stop_status;
	bool mapping_key;
	/* By SetVirtualStationAPProperties, for this connection: holds a key */
	DOT11EXT_VIRTUAL_STATION_AP_PROPERTY ap;
	bool has_ap;

	uint16_t ethertypes[ETHERTYPES_MAX];
	unsigned nethertypes;
	uint32_t backlog, queued_packets, order;

	struct send_list sends;
	unsigned buffers, controls; /* controls: that have not been answered */
};

enum life {
	LIFE_NONE, /* not started yet */
	LIFE_STARTING,
	LIFE_RUNNING,
	LIFE_DEAD, /* its process has ended; another start is due */
	LIFE_OVER, /* stopped in order, failed at the first start, or died too often */
};

#define DEATHS_MAX     5 /* within DEATHS_WINDOW, and it is not started anew */
#define DEATHS_WINDOW  (600 * NS_PER_S)
#define LAST_CROSSINGS 16

/* The module's life (start.c), and what is known of its deaths (death.c). */
struct lifetime {
	enum life state;
	bool alive;               /* calls can be made in it, and from it */
	bool killed;              /* by the host: it is about to end */
	bool stopping;            /* host_stop() was called: there is no restart */
	bool lived;               /* was running once */
	enum crossing_fn overdue; /* the handler that it was killed for; FN_COUNT: none */
	enum crossing_fn step;    /* of the start that is under way, or was the last */
	unsigned steps;
	int error; /* why the start failed */
	char why[160];
	uint64_t began, backoff;
	uint64_t deaths[DEATHS_MAX]; /* the last ones, a ring */
	unsigned ndeaths;
	struct timer restart;
};

/* The one of the machine (virtual.c). */
struct virtual_station {
	struct host_adapter *asked_by; /* the primary; NULL: nobody asks, or has to be told so */
	struct host_adapter *station;  /* NULL: there is none */
	bool wanted;                   /* by the module */
	bool told;                     /* what the owner knows of that */
	bool released;                 /* the last request, by the module */
	struct timer soon, expiry;
};

TAILQ_HEAD(adapter_list, host_adapter);
TAILQ_HEAD(user_data_list, user_data);

struct host {
	struct host_config config;
	struct loop *loop;
	struct module *module;
	struct checker *checker;

	/*
	 * Recursive, so that callbacks may use the public functions. A thread waits for something
	 * or calls the module only from serve(), which holds it once.
	 */
	pthread_mutex_t lock;
	atomic_uint calling; /* threads of the module in an extensibility function; not guarded */
	struct queue_list ready; /* queues with a call that can be made */
	struct queue service;    /* calls that belong to no adapter */

	/* The pool (engine.c) */
	pthread_cond_t work;   /* there is a run to serve, or the lead is vacant */
	pthread_cond_t change; /* a run ended; a module's call came while somebody waited for one */
	int run_ended;         /* eventfd */
	bool running, quit, waiting_for_module;
	atomic_bool asleep; /* the leader waits for time or news; watched without lock */
	atomic_uint_fast64_t open_call; /* number of the leader's; 0: none; the same */
	uint64_t calls_made;            /* numbers them */
	uint64_t restless; /* by the system's clock: since when the module alone keeps virtual time
			      still; 0: it does not */
	uint64_t acted;    /* by the system's clock: when the module was called, or called, last */
	uint64_t patient;  /* by the system's clock: since when virtual time has waited for a module
			      that owes something, after the last call; 0: it has not */
	uint64_t restless_cpu; /* the process's processor time then */
	bool alone; /* the module had no thread at the last look, and was not called since */
	enum host_run_result run_result;
	bool (*until)(void *user);
	void *until_user;
	uint64_t run_end;
	unsigned threads, parked, displaced;
	unsigned callers; /* threads of the module that wait for a handler to return */
	bool has_left;
	pthread_t left; /* the thread of the pool that ended last; nobody has joined it yet */
	struct server *leader;
	TAILQ_HEAD(server_list, server) servers;

	struct handle_table adapters, connects, sessions, sends;
	struct adapter_list adapter_list;
	struct virtual_station virtual;
	struct host_adapter *by_ext; /* live adapters by the module's handle */
	uint32_t next_ext;

	struct buffer *buffers;
	struct {
		const void *p;
		bool given; /* it was freed by the host, that had taken it over */
	} freed[FREED];
	unsigned next_freed;
	uint64_t next_buffer;
	struct send *sends_by_value;
	struct send_list spare_sends;
	uint64_t next_send;
	struct ui_list ui;
	uint64_t next_ui;
	struct user_data_list user_data;
	struct call_queue spare_calls;
	unsigned nspare_calls, reserved_calls;

	uint64_t seq;
	uint64_t serial; /* tells hosts of one process apart, for thread numbers */
	uint16_t next_thread;
	uint16_t acting; /* who is recorded: a thread of the module's, 0: the one that runs */
	uint16_t *module_threads; /* numbers for the record, by function_call.thread */
	uint32_t nmodule_threads;
	DWORD version; /* of the interface, in use */
	unsigned handlers;
	bool started, step_done;
	struct lifetime life;
	unsigned abandoned; /* calls that a dead module's threads have not come back from */
	struct crossing last[LAST_CROSSINGS]; /* a ring */
	unsigned nlast;
};

/* engine.c */
int engine_start(struct host *h);
void engine_stop(struct host *h);
/* A module's call has changed something: whoever waits for that looks again. */
void engine_changed(struct host *h);
/* Around every call of the module: takes the lock, when what comes before the call has happened. */
void engine_enter(struct host *h);
void engine_leave(struct host *h);
/* Calls that have returned from the module, and were not lost, are finished now. */
void engine_finish_returned(struct host *h);
/* The module is dead: calls that are open end without a return. Tells the youngest of them, or
 * FN_COUNT. */
enum crossing_fn engine_abandon(struct host *h);
/* The open call of a handler; NULL: there is none. */
const struct call *engine_open(const struct host *h, enum crossing_fn fn);
/* The handler call in whose thread a function was called; NULL: in a thread of the module's own. */
const struct call *engine_call(const struct function_call *call);

/* calls.c */
struct call *call_new(struct host *h, struct host_adapter *a, enum crossing_fn fn, size_t memory);
/* Keeps one call for the ends of one more adapter, or of one less. 0 or -ENOMEM. */
int call_reserve(struct host *h);
void call_unreserve(struct host *h);
void call_free(struct host *h, struct call *c);
void call_queue(struct host *h, struct call *c);
/* Takes a call that has not begun out of its queue; it is the caller's. */
void call_withdraw(struct host *h, struct call *c);
/* The next call that can be made, taken out of its queue and marked open there; NULL if none. */
struct call *call_take(struct host *h);
void call_begin(struct host *h, struct call *c);
void call_finish(struct host *h, struct call *c);
bool queue_idle(const struct queue *q);
/* An open call that its queue is rid of; its thread frees it. */
void call_abandon(struct host *h, struct call *c);
void calls_drop(struct host *h); /* all that wait */

/* start.c */
/* Loads it, if it is not there, and begins what leads to LIFE_RUNNING. */
void service_start(struct host *h);

/* death.c */
/* The module's process has ended, if that was not noticed before. */
void service_lost(struct host *h);
/* A start failed: for good if it was the first one. */
void service_failed(struct host *h, int error, uint32_t code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* A handler is overdue: there is no other way to end it than with its process. */
void service_timed_out(struct host *h, enum crossing_fn fn);
void service_event(struct host *h, enum module_event_id id);
void trespassed(void *user, const struct module_trespass_info *info);

/* lost.c */
/* First: from now on nothing is asked of the module for them. */
void adapters_losing(struct host *h);
void adapters_lost(struct host *h);
void adapters_return(struct host *h);
/* The module will not come back: connections that waited for it fail. */
void adapters_give_up(struct host *h);
/* Attached, and waits for the module. */
void adapter_wait(struct host_adapter *a);

/* record.c */
/* Completes, judges and shows a crossing. Returns the number of violations that it showed. */
unsigned record(struct host *h, struct crossing *x, enum crossing_phase phase);
/* A request, indication or event. Unused: 0. */
void record_point(struct host *h, const struct host_adapter *a, enum crossing_fn fn,
	const struct mac *peer, uint32_t reason, uint32_t result);
struct crossing crossing_of(const struct host_adapter *a, enum crossing_fn fn);
void record_handler(struct call *c); /* arguments of a handler call into c->x */
void record_handler_result(struct host *h, struct call *c);

/* The number, for the record, of the thread that made this call. */
uint16_t record_thread(struct host *h, const struct function_call *call);

/* record_function.c */
void record_function(struct host *h, const struct function_call *call, struct crossing *x);

/* indications.c */
void adapter_indicate(void *user, const struct indication *ind);

/* adapter.c */
void adapter_leave(struct host_adapter *a, bool removing); /* may free it */
/* InitAdapter has returned and is about to be recorded: the adapter gets the module's handle. */
void adapter_initialised(struct host_adapter *a, struct call *c);
/* Goes on with leaving, when what it waits for may have happened. */
void adapter_proceed(struct host_adapter *a);
void adapter_notice(struct host_adapter *a, const struct host_notice *n);
void adapter_tell(struct host_adapter *a, enum host_notice_type type, uint32_t error);
int adapter_init(struct host_adapter *a);    /* queues InitAdapter */
void adapter_forget(struct host_adapter *a); /* its handles, the host's and the module's */
void adapter_left(struct host_adapter *a);   /* down now, or removed: may free it */

/* connection.c */
void connection_scanned(struct host_adapter *a);
void connection_pre_completed(struct host_adapter *a, DWORD reason, DWORD error);
void connection_completed(struct host_adapter *a, uint32_t status);
void connection_authorised(struct host_adapter *a);
/* A port was created or deleted: without one, a connection that was never authorised has only so
 * much time. */
void connection_port(struct host_adapter *a, bool there);
/* The connection cannot be kept: ends it and reports why. */
void connection_fail(struct host_adapter *a, uint32_t reason, uint32_t error);
/* The miniport has disconnected, or the port has gone while that was waited for. */
void connection_proceed(struct host_adapter *a, bool disconnected);
void connection_forget_fragments(struct host_adapter *a);
/* The module died: the connection is wanted again later, or over. */
void connection_lost(struct host_adapter *a);
void connection_again(struct host_adapter *a); /* the one that is wanted */
void connection_unwanted(struct host_adapter *a, uint32_t reason, uint32_t error);
void connection_drop(struct host_adapter *a); /* the adapter is leaving: forget it, tell nobody */

/* session.c */
void session_event(struct host_adapter *a, const struct dataport_event *event);
/* The module died: the port goes without a Stop, and no key is left. */
void session_lost(struct host_adapter *a);
DWORD session_completed(struct host_adapter *a, HANDLE session, DWORD reason, DWORD error);

/* packets.c */
void packet_received(struct host_adapter *a, const struct indication *ind);
void packet_sent(struct host_adapter *a, uint64_t cookie);
void packets_drop(struct host_adapter *a); /* those that wait for a port that is over */
void sends_forget(struct host_adapter *a);
void sends_complete(struct host_adapter *a); /* all that are outstanding */
void lists_clear(struct host_adapter *a);

/* Number of the send for the record: that of the outstanding one with the same value, or the next.
 */
void packet_number(struct host *h, HANDLE value, struct crossing *x);
DWORD packet_send(struct host_adapter *a, const struct function_call *call);
DWORD packet_filter(struct host_adapter *a, const struct function_call *call);

/* params.c: the structures of the interface, each call's in one block of its memory */
typedef bool (*bss_filter)(const struct profile *p, const struct bss *b);
/* PerformPreAssociate, ValidateProfile, PerformCapabilityMatch; list NULL: none is given. */
struct call *call_profile(struct host_adapter *a, enum crossing_fn fn, const struct bss *list,
	size_t count, bss_filter wanted);
struct call *call_discovery(struct host_adapter *a, const struct bss *list, size_t count);
/* Keeps what PerformPostAssociate will be told of this association. -EMSGSIZE over 64 KiB, -ENOMEM.
 */
int params_association(struct host_adapter *a, const struct indication *ind);
void fragment_free(uint16_t **text); /* wipes it */

/* memory.c */
struct buffer *buffer_find(struct host *h, const void *p);
/* p is from AllocateBuffer, with so many bytes behind it: it may be looked into. */
/* Its first `size` bytes, to be read until the call is over; NULL: there is no such live buffer, or
 * it is smaller. */
const void *buffer_view(
	struct host *h, const struct module_views *views, const void *token, uint64_t size);
DWORD buffer_allocate(struct host *h, const struct function_call *call, void *token, DWORD size,
	struct crossing *x);
void buffer_free(struct host *h, struct buffer *b, bool given);
/* The host takes over what a handler returned, and frees it. 1 if p is not from AllocateBuffer and
 * not NULL. */
unsigned buffer_take(struct host *h, const void *p);
/* What a token is that no live buffer has: BUFFER_FREED, BUFFER_GIVEN or BUFFER_FOREIGN. */
enum buffer_known buffer_gone(const struct host *h, const void *p);
void buffers_forget(struct host *h); /* frees what the module left, at the end of its life */
unsigned buffers_left(const struct host *h, const struct host_adapter *a);

/* ui.c */
bool ui_pending(const struct host_adapter *a);                /* the user has not answered yet */
void ui_cancel(struct host *h, const struct host_adapter *a); /* all of an adapter, or all */
/* After AdapterReset, DeinitAdapter or logoff: asks the module about each request that it should
 * have forgotten. */
void ui_poll_cancelled(struct host *h);
/* Number of the request for the record: that of the pending one with the same GUID, or the next. */
void ui_number(struct host *h, const GUID *guid, struct crossing *x);
DWORD ui_send(struct host_adapter *a, DOT11EXT_IHV_UI_REQUEST *request);
void ui_free(struct host *h, const struct host_adapter *a); /* of an adapter, or all */
unsigned ui_count(const struct host *h);
void user_data_free(struct user_data *d);
DWORD user_data_set(struct host_adapter *a, const struct function_call *call);
DWORD user_data_get(struct host_adapter *a, const struct function_call *call, struct crossing *x);
void user_data_wipe(struct host_adapter *a); /* all users', of the present profile */

/* keys.c */
/* Finds number and key in the layout of the algorithm. False if the layout contradicts the length.
 */
bool key_layout(uint32_t algorithm, const UCHAR *p, uint32_t length, struct miniport_key *key);
DWORD key_set_default(struct host_adapter *a, const struct function_call *call);
DWORD key_set_mapping(struct host_adapter *a, const struct function_call *call);

/* virtual.c */
DWORD virtual_function(
	struct host_adapter *a, const struct function_call *call, struct crossing *x);
/* The pass phrase ends where its length says, and not before. */
bool virtual_phrase_ends(const DOT11EXT_VIRTUAL_STATION_AP_PROPERTY *p);
void virtual_forget_ap(struct host_adapter *a);
bool virtual_lives(const struct host_adapter *primary); /* one of this adapter */
/* What host_add_virtual() says of it; 0: it is the machine's from now on. */
int virtual_arrives(struct host_adapter *station, struct host_adapter *primary);
/* It was not added after all. */
void virtual_undone(struct host_adapter *a);
void virtual_up(struct host_adapter *a); /* an adapter of whatever kind */
/* Its station leaves before it, and none comes. */
void virtual_primary_leaves(struct host_adapter *a);
/* The adapter, of whatever kind, is about to be freed. */
void virtual_gone(struct host_adapter *a);
/* The module died: nobody asks any more. The station, or NULL. */
struct host_adapter *virtual_lost(struct host *h);
void virtual_end(struct host *h);

/* extapi.c */
DWORD extapi(void *user, struct function_call *call);
struct host_adapter *extapi_adapter(struct host *h, HANDLE svc);
DWORD extapi_error(int err); /* Win32 code of an errno */

static inline HANDLE handle_to_win(uint64_t h)
{
	return (HANDLE)(uintptr_t)h;
}

static inline uint64_t handle_from_win(HANDLE h)
{
	return (uint64_t)(uintptr_t)h;
}

#endif
