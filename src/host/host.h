// SPDX-License-Identifier: BSD-2-Clause
/*
 * The operating system's side of Native 802.11 IHV Extensions: carries one module, any number of
 * adapters.
 *
 * A host does its work in host_run(), on a thread of its own: indications of the miniports, timers
 * and posted work under the host lock, calls into the module with no lock held. Every function here
 * takes the lock and may be called between runs, or from a callback of the host. Functions begin an
 * operation and return; how it ends is told by a notice.
 *
 * With a loop on virtual time the clock moves only when every queue is empty and the module is
 * idle, so that a run is repeatable. With real time host_run() sleeps until there is something to
 * do.
 *
 * A module in a process of its own may die, of itself or because a handler did not return in time.
 * The host then closes its ports, switches the adapters off and, by a timer on the loop, starts it
 * anew after 1 s (host_config.restart_ms), and twice as long after each death that follows, 60 s at
 * most; after a life of 10 minutes it is 1 s again. Adapters come back by themselves, and so do
 * connections that were wanted. Five deaths within 10 minutes leave it stopped.
 */
#ifndef OPENIHV_HOST_HOST_H
#define OPENIHV_HOST_HOST_H

#include "contract/checker.h"
#include "host/module.h"
#include "loop/loop.h"
#include "miniport/miniport.h"
#include "profile/profile.h"

struct host;
struct host_adapter;

enum host_notice_type {
	NOTICE_ADAPTER_UP,      /* InitAdapter returned success */
	NOTICE_ADAPTER_FAILED,  /* .error: InitAdapter's */
	NOTICE_ADAPTER_DOWN,    /* DeinitAdapter returned; the adapter is disabled */
	NOTICE_ADAPTER_REMOVED, /* the same, and the host no longer knows it: its pointer dies after
				   the callback */
	NOTICE_ADAPTER_LOST, /* the module died: the port is closed and deleted, keys are removed,
				the radio is off. NOTICE_ADAPTER_UP follows when it is back */
	NOTICE_CONNECTED, /* .peer: the port is authorised for the first time in this connection */
	NOTICE_CONNECT_FAILED, /* .reason (L2 reason code) .error (Win32) */
	NOTICE_DISCONNECTED,   /* the connection is over, and the module was reset */
	NOTICE_PORT_OPEN,      /* .peer */
	NOTICE_PORT_CLOSED,    /* .peer .reason .error: a completion with failure */
	NOTICE_PORT_DELETED,   /* .peer .reason: DOT11_ASSOC_STATUS that Stop was given; 0xA (system
				  error): the module died */
	NOTICE_DATA,         /* .peer .ethertype .data .length: a frame that passed the open port */
	NOTICE_NOTIFICATION, /* .reason: code; .data .length: Dot11ExtSendNotification for listeners
				of WLAN_IHV */
	NOTICE_CONTROL,      /* .error .data .length: the answer of host_control() */
	NOTICE_HANDLER_BLOCKED, /* .reason: enum crossing_fn of a handler that is overdue, of a
				   module that cannot be ended */
	NOTICE_TYPES
};

struct host_notice {
	enum host_notice_type type;
	struct mac peer;
	uint32_t reason, error;
	uint16_t ethertype;
	const uint8_t *data; /* valid during the callback */
	uint32_t length;
};

/* A request of the module for the user, to be answered with host_ui_respond(), at once or later. */
struct host_ui_request {
	uint64_t id;
	struct host_adapter *adapter;
	uint32_t session; /* WTS session */
	GUID page;        /* of the vendor's UI extension */
	const uint8_t *data;
	uint32_t length;
};

/* By the names and numbers that users of Windows know from the log of WLAN-AutoConfig. */
enum module_event_id {
	MODULE_FAILED_TO_START = 10000,
	MODULE_STARTED,
	MODULE_STOPPED,              /* in order */
	MODULE_STOPPED_UNEXPECTEDLY, /* it died */
	MODULE_TIMED_OUT, /* a handler is overdue, or none is open and the module keeps virtual
			     time still; its process is killed, and stopping follows */
};

/* What pointers name is valid during the callback. */
struct module_event {
	enum module_event_id id;
	const char *path;            /* of the module */
	enum module_end end;         /* MODULE_LIVES: it did not die, or never came to life */
	uint32_t code;               /* Win32 code, signal, exception or exit status */
	enum crossing_fn handler;    /* that was open, or is overdue; FN_COUNT: none */
	unsigned deaths;             /* within the last 10 minutes, this one included */
	uint64_t retry_ns;           /* until it is started anew; 0: it is not */
	const char *why;             /* one line for people; NULL: nothing to add */
	const struct crossing *last; /* the last crossings before it, the oldest first */
	unsigned nlast;
};

struct host_config {
	struct loop *loop;
	uint32_t version; /* of the interface: 0, as the system says since Vista */
	bool strict;      /* refuse calls that break a rule, and count races as violations */
	/* Seconds until an operation is given up: 0 takes what stands behind it */
	uint32_t pre_associate_s;  /* 120 */
	uint32_t post_associate_s; /* 30; WLAN_REASON_CODE_SECURITY_TIMEOUT */
	uint32_t association_s;    /* 10, as the system since Windows 7 */
	/*
	 * Until a call into the module is overdue, on the loop's clock or by the system's monotonic
	 * one: 0 takes what stands behind it. A module in a process of its own is then killed; so
	 * is one whose threads keep virtual time still for as long as a handler may take.
	 */
	uint32_t handler_deadline_ms; /* 5000 */
	uint32_t stop_deadline_ms;    /* 2000; StopPostAssociate alone */
	uint32_t load_deadline_ms;    /* 60000; to load it anew */
	uint32_t restart_ms; /* 1000; until a module that died is started anew, the first time */
	/* Callbacks, called with the lock held; NULL: not wanted. */
	void (*crossing)(void *user, const struct crossing *x);
	void (*notice)(void *user, struct host_adapter *a, const struct host_notice *n);
	void (*ui)(void *user, const struct host_ui_request *request);
	void (*event)(void *user, const struct module_event *event);
	/*
	 * The module asks for a virtual station of primary (Dot11ExtRequestVirtualStation), or no
	 * longer: it gave it back, its primary goes down, the module has died, or two minutes have
	 * passed without a station. Called on the loop, never inside the module's call; not called
	 * again for a primary that is removed. To make one is the owner's business: he gives it to
	 * host_add_virtual(), from in here or later, or lets it be. One that was given back leaves
	 * by itself, with NOTICE_ADAPTER_REMOVED. NULL: there are none, and three of the four
	 * functions answer ERROR_NOT_SUPPORTED.
	 */
	void (*virtual_station)(void *user, struct host_adapter *primary, bool wanted);
	/* Asked when the entry of an extensibility function has been recorded: a Win32 code is its
	 * answer, and nothing is done; ERROR_SUCCESS lets it be carried out. */
	uint32_t (*refuse)(void *user, const struct crossing *x);
	void *user;
};

/*
 * Takes over the module (closed by host_free(), also after an error). 0, -ENOMEM or the errno of a
 * thread. One host at a time may have its module in this process, since the interface gives its
 * functions no context; modules in processes of their own may be many.
 */
int host_new(const struct host_config *config, struct module *m, struct host **out);
/*
 * GetVersionInfo, InitService, InitVirtualStation; also for a module that was left stopped after
 * too many deaths, which then counts its deaths anew. 0, or a negative errno with one sentence in
 * err: -EPROTO the module failed, died or has incomplete tables, -ENOTSUP no version in common,
 * -ENOMEM, -EALREADY, -EBUSY (its old process has not ended yet). A module that dies in here is not
 * started anew. After an error, too, host_stop() comes next, and host_free() only if that says 0.
 */
int host_start(struct host *h, char *err, size_t room);
/*
 * Takes all adapters down and calls DeinitService. -EBUSY if a handler never returned: the module
 * then cannot be unloaded, and host_free() must not be called.
 */
int host_stop(struct host *h);
void host_free(struct host *h);

/* Real time that a run in virtual time may stand still for a module that owes a completion and will
 * go on by itself, however little a handler may take. */
#define HOST_PATIENCE_MS 5000

enum host_run_result {
	HOST_REACHED,  /* until() was true */
	HOST_QUIET,    /* nothing is left that could happen by itself (virtual time only) */
	HOST_LIMIT,    /* the limit was reached */
	HOST_RESTLESS, /* a module in this process kept virtual time still for as long as a handler
			  may take: nothing can go on */
};
/*
 * Works until until(user) is true (asked under the lock, after each step; NULL: never), nothing is
 * left to happen, or limit_ns has passed on the loop's clock (UINT64_MAX: no limit).
 */
enum host_run_result host_run(
	struct host *h, bool (*until)(void *user), void *user, uint64_t limit_ns);
/* Runs fn(user) on the loop, under the lock, from any thread. 0 or -ENOMEM. */
int host_post(struct host *h, void (*fn)(void *user), void *user);

/*
 * Arrival: InitAdapter. The miniport must outlive the adapter. While the module is dead the adapter
 * waits for it. 0 or -ENOMEM.
 */
int host_add_adapter(struct host *h, struct miniport *mp, struct host_adapter **out);
/*
 * The machine's one virtual station, an adapter of its own on a miniport of its own; also one that
 * this module did not ask for, but another of the vendor. It leaves, with NOTICE_ADAPTER_REMOVED,
 * before its primary goes down or is removed, and with the module: it does not come back by itself
 * after a death. So it does if its InitAdapter fails, after NOTICE_ADAPTER_FAILED. 0, -ENOMEM,
 * -EEXIST, -EINVAL (primary is virtual itself), -ENETDOWN (primary is not up).
 */
int host_add_virtual(struct host_adapter *primary, struct miniport *mp, struct host_adapter **out);
/*
 * The access point that a virtual station will host, as the module told it in the connection of a,
 * with Dot11ExtSetVirtualStationAPProperties: SSID of 1 to 32 octets, a pass phrase with its end or
 * a key of 32 octets or 64 hexadecimal digits. The caller wipes it. False, and nothing is written:
 * none was told, or the connection is over.
 */
bool host_virtual_ap(const struct host_adapter *a, DOT11EXT_VIRTUAL_STATION_AP_PROPERTY *out);
/* 0, -EALREADY or -EBUSY (still on its way). An adapter that was lost may be disabled, and enabled
 * to wait for the module again. */
int host_disable(struct host_adapter *a);
int host_enable(struct host_adapter *a);
/* Orderly removal; a surprise removal is the miniport's to indicate. 0 or -EALREADY. */
int host_remove(struct host_adapter *a);

/*
 * Scans, has the module judge the profile, and connects. The profile stays the caller's and must
 * live until the connection is over: NOTICE_DISCONNECTED, NOTICE_CONNECT_FAILED, or the adapter
 * down or removed. A connection that is wanted while the module dies is not over: it is made again,
 * with this profile, when the adapter is back, unless host_disconnect() says otherwise. 0,
 * -ENETDOWN, -EBUSY (a connection lives or is under way), -EINVAL (not infrastructure: H-14),
 * -ENOMEM.
 */
int host_connect(struct host_adapter *a, const struct profile *profile);
/* 0, -ENETDOWN, -EALREADY. */
int host_disconnect(struct host_adapter *a);
/*
 * OID_DOT11_RESET_REQUEST, as the system makes it of its own accord: AdapterReset comes first and
 * finds what is pending, StopPostAssociate follows (contract 4.8, the reverse order). A connection
 * is over with that: NOTICE_DISCONNECTED. 0, -ENETDOWN, -EBUSY (an end is under way), -ENOMEM, or
 * the miniport's error.
 */
int host_reset(struct host_adapter *a);
/* An MSDU for the port. 0, -EACCES the port is not authorised, or the miniport's error. */
int host_send_data(struct host_adapter *a, struct mac to, uint16_t ethertype, const void *data,
	uint32_t length);
/*
 * WlanIhvControl with wlan_ihv_control_type_service; answered by NOTICE_CONTROL, with
 * ERROR_OPERATION_ABORTED if the module dies first. 0 or -ENOMEM, -ENETDOWN.
 */
int host_control(struct host_adapter *a, const void *in, uint32_t in_size, uint32_t out_size);
/* Ends a UI request with the user's answer. 0, -ENOENT, -ENOMEM. */
int host_ui_respond(struct host *h, uint64_t id, const void *data, uint32_t length);
/* WTS_* event of session for every module (ProcessSessionChange). 0, -ENOMEM or -ENETDOWN (the
 * module is not there). */
int host_session_change(struct host *h, uint32_t event, uint32_t session);

/*
 * For whom tests a module: StopPostAssociate for an AP that has no session here, which a module has
 * to bear. Nothing comes of it on this side. 0, -ENETDOWN, -ENOMEM.
 */
int host_stop_unknown(struct host_adapter *a, struct mac peer);
/* A handler waits for something, so that another thread goes on in place of its own. */
bool host_blocked(const struct host *h);
const struct miniport_caps *host_adapter_caps(const struct host_adapter *a);
bool host_port_open(const struct host_adapter *a, struct mac *peer);
bool host_adapter_is_up(const struct host_adapter *a);
const struct checker *host_checker(const struct host *h);

/*
 * Where the calling thread is, for a report of a crash; usable in a signal handler. True if it runs
 * code of the module: *handler is then the handler it was called by, or FN_COUNT in a thread of the
 * module's own.
 */
bool host_in_module(enum crossing_fn *handler);

/* What is alive, for tests that look for leaks. */
struct host_counts {
	unsigned adapters, sessions, buffers, sends, ui_requests, threads;
};
void host_counts(struct host *h, struct host_counts *out);

#endif
