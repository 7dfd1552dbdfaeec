// SPDX-License-Identifier: BSD-2-Clause
/*
 * A correct module for open networks that uses most of the interface: it sends one packet in each
 * association and opens the port when that is completed. What its files share, and what mutants of
 * it reach into.
 *
 * Threads: each adapter has a worker for life. Handlers note what there is to do, the worker does
 * it and completes. Locks, in this order: an adapter's, then one of the small ones in base_sends.c
 * and base_ui.c. The adapter's is held around each call that names the adapter, so a handler that
 * ends something (Stop, Reset, Deinit), which takes it too, finds no thread in such a call; it
 * announces itself by `ending`, and the worker steps aside.
 */
#ifndef OPENIHV_TESTS_MUTANTS_BASE_H
#define OPENIHV_TESTS_MUTANTS_BASE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "mutant.h"

/* 0x888E in network byte order. */
#define BASE_ETHERTYPE ((USHORT)0x8E88)
#define BASE_MEMO_SIZE 64
/* Of an EAPOL-Start. */
#define BASE_PACKET_SIZE ((ULONG)offsetof(DOT11_SECURITY_PACKET_HEADER, Data) + 4)

enum {
	BASE_REASON_RESET = L2_REASON_CODE_IHV_BASE,
	BASE_REASON_BUSY,
	BASE_REASON_MEMORY,
	BASE_REASON_DRIVER,
};

/* How far a security session has got. */
enum progress {
	SESSION_NEW,
	SESSION_SENT,  /* its packet is under way */
	SESSION_READY, /* its packet was completed */
	SESSION_DONE,  /* completed */
};

struct session {
	HANDLE id; /* NULL: there is none */
	DOT11_MAC_ADDRESS peer;
	enum progress progress;
	LPVOID memo; /* from Dot11ExtAllocateBuffer: what is known about the AP */
};

struct adapter {
	struct adapter *next; /* of all */
	HANDLE svc;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	atomic_uint ending; /* handlers that want to end something */
	pthread_t worker;   /* of base_worker.c */
	bool leaving;       /* DeinitAdapter was called */
	HANDLE connect;     /* the pending pre-association, or NULL */
	struct session session;
	void *own; /* of who calls base_step() in place of base_worker.c */
};

/* What the base calls: the host's functions, or a mutant's in their place. */
extern DOT11EXT_APIS calls;

/* base.c. The live adapter with that svc handle, or NULL. */
struct adapter *base_adapter(HANDLE svc);
/* For the worker, before each call to the host: is `op` still what `slot` holds? The lock is held.
 */
bool base_still(struct adapter *a, const HANDLE *slot, HANDLE op);
/* Handlers that end something: take the lock, and give it up. */
void base_end_begin(struct adapter *a);
void base_end_done(struct adapter *a);
/* Frees what the session holds and forgets it. The lock is held. */
void base_end_session(struct adapter *a);

/* Does the next thing there is to do, and says whether there was one. The lock is held, and given
 * up at times. */
bool base_step(struct adapter *a);

/*
 * base_worker.c, or what another module has in its place: who calls base_step(). The first is
 * called inside InitAdapter, and other than 0 says that it cannot be done; the second with the lock
 * held, when there is something to do; the last inside DeinitAdapter, when `leaving` was set and
 * nothing is left to do: nobody uses the adapter after it.
 */
int base_worker_start(struct adapter *a);
void base_worker_wake(struct adapter *a);
void base_worker_end(struct adapter *a);

/* base_sends.c */
struct send {
	struct send *next;
	struct adapter *owner;
	HANDLE session;
	HANDLE number; /* hSendCompletion: counted, never used again */
	LPVOID packet; /* from Dot11ExtAllocateBuffer */
};
/* An EAPOL-Start to the session's AP; NULL: no memory. The lock is held, as by the next. */
struct send *base_send_new(struct adapter *a);
/* Sends and gives up *s. 0 or a Win32 code. */
DWORD base_send_go(struct send *s);
/* Both. */
DWORD base_send(struct adapter *a);
/* One that is not under way. */
void base_send_free(struct send *s);
/* Takes the send out of the list; NULL: it is not there. */
struct send *base_send_take(HANDLE number);
DWORD WINAPI base_send_packet_completion(HANDLE number);

/* base_ui.c */
struct question {
	struct question *next;
	struct adapter *owner;
	bool sending, cancelled;
	DOT11EXT_IHV_UI_REQUEST wire;
	WCHAR text[16];
};
/* Shows the user a page, if none is shown for this adapter. The lock is held. */
void base_ask(struct adapter *a);
/* Forgets the questions of an adapter, or all for NULL. */
void base_ui_cancel(const struct adapter *owner);
DWORD WINAPI base_process_session_change(ULONG event, PWTSSESSION_NOTIFICATION session);
DWORD WINAPI base_is_ui_request_pending(GUID id, PBOOL pending);
DWORD WINAPI base_process_ui_response(GUID id, DWORD size, LPVOID response);

/* base_plain.c: handlers that change nothing. */
DWORD WINAPI base_validate_profile(HANDLE ext, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn, PDOT11EXT_IHV_SECURITY_PROFILE sec, PDWORD reason);
DWORD WINAPI base_capability_match(HANDLE ext, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn, PDOT11EXT_IHV_SECURITY_PROFILE sec,
	PDOT11_BSS_LIST list, PDWORD reason);
DWORD WINAPI base_discovery(HANDLE ext, BOOL insecure, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11_BSS_LIST list, PDOT11EXT_IHV_DISCOVERY_PROFILE_LIST out, PDWORD reason);
DWORD WINAPI base_receive_indication(
	HANDLE ext, DOT11EXT_IHV_INDICATION_TYPE type, ULONG size, LPVOID data);
DWORD WINAPI base_receive_packet(HANDLE ext, DWORD size, LPVOID packet);
DWORD WINAPI base_query_ui(
	HANDLE ext, DOT11EXT_IHV_CONNECTION_PHASE phase, PDOT11EXT_IHV_UI_REQUEST *out);
DWORD WINAPI base_onex_result(
	HANDLE ext, DOT11_MSONEX_RESULT result, PDOT11_MSONEX_RESULT_PARAMS params);
DWORD WINAPI base_control(
	HANDLE ext, DWORD in_size, PBYTE in, DWORD out_size, PBYTE out, PDWORD returned);

#endif
