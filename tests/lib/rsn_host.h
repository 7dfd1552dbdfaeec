// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_TESTS_LIB_RSN_HOST_H
#define OPENIHV_TESTS_LIB_RSN_HOST_H

/*
 * A host for tests of an extension: a table of functions that writes down every call, fails those
 * it is told to, and judges what it can on the spot. It is small and has no radio: the real one is
 * in src/host. Complaints are counted, not asserted, because calls come from any thread.
 */

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wlanihv.h>

#include "tests/lib/handshake.h"

enum fn {
	FN_ALLOCATE,
	FN_FREE,
	FN_SEND_UI_REQUEST,
	FN_PRE_COMPLETION,
	FN_POST_COMPLETION,
	FN_SEND_PACKET,
	FN_ETHERTYPES,
	FN_AUTH,
	FN_UNICAST,
	FN_MULTICAST,
	FN_DEFAULT_KEY,
	FN_MAPPING_KEY,
	FN_NIC,
	FN_EXCLUDE,
	FN_OTHER, // what this extension has no business to call
	FN_COUNT,
};

struct call {
	enum fn fn;
	HANDLE svc;
	HANDLE handle; // session, connect session or send
	DWORD a, b;    // reason and error; algorithm; direction; count
	pthread_t thread;
	uint8_t data[700]; // packet, key structure, lists
	size_t len;
	LPVOID packet; // where it is
};

enum {
	CALLS_MAX = 4096,
	SVCS_MAX = 64,
};

struct rsn_host {
	void *module;
	DOT11EXT_IHV_HANDLERS on;
	DOT11EXTIHV_GET_VERSION_INFO version;
	DOT11EXTIHV_INIT_SERVICE init;

	pthread_mutex_t lock;
	pthread_cond_t called;
	struct call calls[CALLS_MAX];
	size_t count;
	unsigned of[FN_COUNT];
	unsigned complaints;
	const char *complaint;     // the last one
	DWORD fail[FN_COUNT];      // what the function returns instead
	unsigned fail_allocate_at; // 1: the first one from now
	bool dead[SVCS_MAX];       // svc handle i + 1
	long buffers;              // allocated and not freed
	struct mac station;
	bool answer_at_once; // from inside SendUIRequest, by the passphrase below
	const char *answer;
	GUID ui;
	PDOT11EXT_IHV_UI_REQUEST ui_request;
};

// One host for the process, as the functions carry no context.
extern struct rsn_host host;

// Loads the module at `path` and starts its service; stops and unloads it. Asserted.
void host_start(const char *path);
void host_stop(void);

// The same as fixtures of cmocka, for $OPENIHV_RSN or else ext/rsn.so below $OPENIHV_BUILD.
int host_setup(void **state);
int host_teardown(void **state);

// Forgets calls, failures and complaints.
void host_clear(void);
// Waits until `fn` has been called `n` times since host_clear().
void host_wait(enum fn fn, unsigned n);
unsigned host_calls(enum fn fn);
// The n-th call of that function from 1, which must have been made.
struct call host_call(enum fn fn, unsigned n);
// No complaint so far.
void host_assert_clean(void);

// An adapter with svc handle i + 1.
HANDLE host_adapter(unsigned i);
void host_remove(unsigned i, HANDLE ext);
static inline HANDLE host_svc(unsigned i)
{
	return (HANDLE)(uintptr_t)(i + 1);
}

// Completes a SendPacket after checking that the packet is still what it was.
void host_complete_send(const struct call *send);

// A BSS for a list: elements of an SSID and of `rsne` (NULL for an open network).
struct bss_spec {
	const char *ssid;
	const uint8_t *rsne;
	size_t rsne_len;
	bool privacy;
	bool adhoc;
};
struct bss_list {
	uint8_t memory[2048];
	DOT11_BSS_LIST list; // at an odd address
	size_t len;
};
void bss_add(struct bss_list *l, const struct bss_spec *spec);

// A terminated UTF-16 copy of ASCII text, which the caller frees.
WCHAR *wide(const char *text);

// Handler calls with what they need around them. `xml` is the security fragment or NULL.
DWORD host_pre_associate(HANDLE ext, HANDLE connect, const char *xml, const char *ssid,
	struct bss_list *l, DWORD *reason);
// `h` gives the addresses and RSNEs.
DWORD host_post_associate(HANDLE ext, HANDLE session, const struct handshake *h, DWORD auth);
DWORD host_receive(HANDLE ext, const struct handshake *h, const struct handshake_frame *f);

#endif
