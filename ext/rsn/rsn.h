// SPDX-License-Identifier: BSD-2-Clause
#ifndef RSN_H
#define RSN_H

/*
 * What the files of the extension share. The story of a connection, in the order of the files:
 * module.c (loaded), adapter.c (an adapter arrives), preassoc.c (a profile is chosen), postassoc.c
 * (associated: the handshake), adapter.c again (reset, removal).
 *
 * Locks, always taken in this order: an adapter's, then one of the module's small ones (sends.c,
 * ui.c, cryptos.c). An adapter's lock is held around every call to the host that names the adapter,
 * so that what ends something (Stop, Reset, Deinit) cannot pass it; the host never waits for a
 * handler in such a call. The small locks are never held across a call to the host.
 */

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wlanihv.h>

#include "base/hex.h"
#include "crypto/crypto.h"
#include "network.h"
#include "supplicant.h"

// The host's functions. Written by InitService before any other thread can be here: the
// contract gives a module one table, and its completions name no adapter.
extern DOT11EXT_APIS rsn_host;

// A thread that does one thing and ends. `done` is set under the adapter's lock as its last act
// there, so that a join then waits for next to nothing.
struct worker {
	pthread_t thread;
	bool started; // to be joined
	bool done;
};

// What pre-association has settled, for every association until the next one or a reset.
struct prepared {
	bool ready;
	struct choice choice;
	struct mac address; // of this station; RSN only
	uint8_t pmk[CRYPTO_PMK_LEN];
};

// The security session of one association.
struct session {
	bool live;    // from PerformPostAssociate to Stop, Reset or Deinit
	bool opening; // an open network whose completion is still to come
	bool completed;
	HANDLE id;
	struct mac ap;
	DWORD radio_error;            // of the last key that was refused
	struct supplicant supplicant; // RSN only
};

struct adapter {
	HANDLE svc; // the host's name for it, dead on entry to DeinitAdapter
	GUID id;
	pthread_mutex_t lock;
	pthread_cond_t turn; // `ending` fell to 0
	atomic_uint ending;  // handlers that want to end something: workers step aside

	struct worker preparer;
	HANDLE connect;  // the pending pre-association, or NULL
	uint64_t serial; // of the last pre-association: tells an old worker from a new one
	struct prepared prepared;

	struct worker opener;
	struct session session;
	uint8_t *elements; // RSNEs of the session, kept for reuse; elements_cap octets
	size_t elements_cap;
	unsigned sends; // not completed yet; sends.c
};

// adapter.c
#define WORKER_STACK (256 * 1024)
// Starts `main(arg)`. 0 or a negative errno. The lock is held.
int worker_start(struct worker *w, void *(*main)(void *), void *arg);
// Joins one that is done. The lock is held.
void worker_reap(struct worker *w);
// For the worker itself, at its end: it is done, unless another has taken its place. The lock is
// held.
void worker_finish(struct worker *w);
// For the worker itself, at its start: waits for the end of the handler that has started it.
void worker_await_handler(struct adapter *a);
// For workers: takes the lock when no handler wants to end something.
void adapter_lock(struct adapter *a);
// For workers that hold it: lets such handlers in. Then look whether there still is work to do.
void adapter_yield(struct adapter *a);

// address.c: the address of this station, which no structure of the interface tells a module. The
// lock is held. 0 or a Win32 code.
DWORD adapter_address(struct adapter *a, struct mac *out);

// preassoc.c. Forgets what was prepared, cancels what is pending without a word, and returns the
// connect session that was pending or NULL. The lock is held.
HANDLE preassoc_end(struct adapter *a);

// postassoc.c. Ends the session without a word and wipes it; the session that was pending, or NULL.
// The lock is held.
HANDLE postassoc_end(struct adapter *a);

// keys.c. Win32 codes of the host.
DWORD keys_set_pairwise(HANDLE svc, const struct mac *ap, const uint8_t tk[SUPPLICANT_TK_LEN]);
DWORD keys_set_group(HANDLE svc, const struct mac *ap, const struct supplicant_group_key *key);

// sends.c. Packets that the host has not completed yet; they may outlive their session.
void sends_init(void);
void sends_destroy(void);
// Sends an EAPOL PDU. The adapter's lock is held. 0 or a Win32 code.
DWORD sends_send(struct adapter *a, const struct mac *peer, const void *pdu, size_t len);
// The adapter goes; its packets stay until they are completed.
void sends_forget(struct adapter *a);

// cryptos.c. A crypto object for the time of one call, from a small pool; NULL: no memory.
struct crypto *crypto_take(void);
void crypto_give(struct crypto *c);
void cryptos_destroy(void);

// ui.c
enum {
	UI_ANSWER_MAX = 64,
};
struct ui_request;
// The terminal session that requests go to.
void ui_set_session(DWORD session);
// A request of `owner` for the passphrase of a network, pending from now on; NULL: no memory.
struct ui_request *ui_open(struct adapter *owner, const uint8_t *ssid, size_t ssid_len);
PDOT11EXT_IHV_UI_REQUEST ui_wire(struct ui_request *ui);
// Waits until it is answered or cancelled. 0 with the answer, -ECANCELED (also when the user gave
// none), -EINVAL: an answer that is no text. Call it without locks.
int ui_wait(struct ui_request *ui, char answer[UI_ANSWER_MAX], size_t *len);
// Ends the request and wipes it.
void ui_close(struct ui_request *ui);
// Cancels those of `owner`, or all for NULL.
void ui_cancel(const struct adapter *owner);

// Handlers (wlanihv.h says what each is for).
DWORD WINAPI rsn_init_adapter(PDOT11_ADAPTER adapter, HANDLE svc, PHANDLE ext);
VOID WINAPI rsn_deinit_adapter(HANDLE ext);
DWORD WINAPI rsn_adapter_reset(HANDLE ext);
DWORD WINAPI rsn_perform_pre_associate(HANDLE ext, HANDLE connect,
	PDOT11EXT_IHV_PROFILE_PARAMS params, PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn,
	PDOT11EXT_IHV_SECURITY_PROFILE sec, PDOT11_BSS_LIST list, PDWORD reason);
DWORD WINAPI rsn_perform_post_associate(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port,
	ULONG size, PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params);
DWORD WINAPI rsn_stop_post_associate(
	HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status);
DWORD WINAPI rsn_validate_profile(HANDLE ext, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn, PDOT11EXT_IHV_SECURITY_PROFILE sec, PDWORD reason);
DWORD WINAPI rsn_perform_capability_match(HANDLE ext, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn, PDOT11EXT_IHV_SECURITY_PROFILE sec,
	PDOT11_BSS_LIST list, PDWORD reason);
DWORD WINAPI rsn_create_discovery_profiles(HANDLE ext, BOOL insecure,
	PDOT11EXT_IHV_PROFILE_PARAMS params, PDOT11_BSS_LIST list,
	PDOT11EXT_IHV_DISCOVERY_PROFILE_LIST out, PDWORD reason);
DWORD WINAPI rsn_receive_packet(HANDLE ext, DWORD size, LPVOID packet);
DWORD WINAPI rsn_send_packet_completion(HANDLE send);
DWORD WINAPI rsn_is_ui_request_pending(GUID id, PBOOL pending);
DWORD WINAPI rsn_process_ui_response(GUID id, DWORD size, LPVOID response);

#endif
