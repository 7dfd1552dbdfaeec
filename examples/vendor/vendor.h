// SPDX-License-Identifier: BSD-2-Clause
/*
 * What the files of this module share.
 *
 *	module.c     entry points, handler table, service
 *	adapter.c    an adapter arrives, is reset, leaves; pre-association on a worker
 *	session.c    post-association: the security session of one association; Stop
 *	sends.c      packets under way
 *	handshake.c  the vendor's protocol
 *	secret.c     the profile's settings
 *
 * Each adapter has one lock, held around every call to the host, which never waits for a handler
 * inside such a call. A handler that ends something (Stop, Reset, Deinit) announces itself first by
 * end_begin(); whoever else is about to call the host steps aside (still()) and then finds its
 * operation gone. So when Stop returns nobody is in the session's code, and nobody comes back.
 * Numbers like X-40 name the contract's rules.
 */
#ifndef VENDOR_H
#define VENDOR_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include <wlanihv.h>

#include "handshake.h"

#define ETHERTYPE 0xB588 /* 88 B5 on the wire: IEEE Std 802, Local Experimental EtherType 1 */

/* Reasons of our own. The Win32 code beside one says whether it is a success. */
enum {
	REASON_RESET = L2_REASON_CODE_IHV_BASE,
	REASON_BUSY,
	REASON_NO_THREAD,
	REASON_DRIVER,
	REASON_SETTINGS, /* the profile has no secret of ours */
	REASON_SECRET,   /* the access point has another one */
	REASON_CRYPTO,
};

struct session {
	HANDLE id; /* live security session, or NULL */
	DOT11_MAC_ADDRESS peer;
	bool open; /* told to be */
	bool told; /* a completion was made, of either kind */
	struct handshake handshake;
};

struct adapter {
	HANDLE svc; /* the host's name of the adapter; dead on entry to DeinitAdapter */
	pthread_mutex_t lock;
	pthread_cond_t turn; /* ending fell to 0 */
	atomic_uint ending;  /* handlers that are ending something */
	pthread_t worker;
	bool started, running; /* worker is to be joined; worker will look for work again */
	HANDLE connect;        /* pending pre-association, or NULL */
	struct handshake_secret secret;
	struct session session;
};

/* The host's functions. Written once by InitService, before any other thread exists. */
extern DOT11EXT_APIS host;

/* --- adapter.c */
void end_begin(struct adapter *a);
void end_done(struct adapter *a);
/* Asked with the lock held before each call to the host: is `op` still what `slot` holds? */
bool still(struct adapter *a, const HANDLE *slot, HANDLE op);
DWORD WINAPI init_adapter(PDOT11_ADAPTER adapter, HANDLE svc, PHANDLE ext);
VOID WINAPI deinit_adapter(HANDLE ext);
DWORD WINAPI adapter_reset(HANDLE ext);
DWORD WINAPI perform_pre_associate(HANDLE ext, HANDLE connect, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity, PDOT11EXT_IHV_SECURITY_PROFILE security,
	PDOT11_BSS_LIST networks, PDWORD reason);
DWORD WINAPI judge_profile(HANDLE ext, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity, PDOT11EXT_IHV_SECURITY_PROFILE security,
	PDWORD reason);

/* --- session.c */
/* Takes the session out and wipes it: the handle of a completion that is still owed, or NULL. */
HANDLE session_end(struct adapter *a, DOT11_MAC_ADDRESS *peer);
DWORD WINAPI perform_post_associate(HANDLE ext, HANDLE id, PDOT11_PORT_STATE port, ULONG size,
	PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params);
DWORD WINAPI stop_post_associate(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status);
DWORD WINAPI receive_packet(HANDLE ext, DWORD size, LPVOID packet);

/* --- sends.c */
/* Called with the adapter's lock held. A Win32 code. */
DWORD sends_send(HANDLE svc, const DOT11_MAC_ADDRESS peer, const struct handshake_message *m);
DWORD WINAPI send_packet_completion(HANDLE send);
void sends_destroy(void);

#endif
