// SPDX-License-Identifier: BSD-2-Clause
#include "tests/lib/rsn_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dlfcn.h>

#include "base/bytes.h"
#include "wire/dot11.h"

struct rsn_host host = {.lock = PTHREAD_MUTEX_INITIALIZER, .called = PTHREAD_COND_INITIALIZER};

static void complain(const char *what)
{
	host.complaints++;
	host.complaint = what;
}

static bool svc_known(HANDLE svc)
{
	const uintptr_t i = (uintptr_t)svc;

	return i >= 1 && i <= SVCS_MAX && !host.dead[i - 1];
}

// Writes down a call; returns what the function is to answer.
static DWORD record(struct call *c)
{
	pthread_mutex_lock(&host.lock);
	c->thread = pthread_self();
	if (c->fn > FN_FREE && !svc_known(c->svc))
		complain("dead or unknown svc handle (X-14)");
	if (c->fn == FN_OTHER)
		complain("a function that this module does not need");
	if (host.count < CALLS_MAX)
		host.calls[host.count++] = *c;
	else
		complain("too many calls for the test");
	host.of[c->fn]++;
	const DWORD error = host.fail[c->fn];
	pthread_cond_broadcast(&host.called);
	pthread_mutex_unlock(&host.lock);
	return error;
}

static void keep(struct call *c, const void *p, size_t len)
{
	c->len = len < sizeof(c->data) ? len : sizeof(c->data);
	memcpy(c->data, p, c->len);
}

static DWORD WINAPI allocate(DWORD size, LPVOID *out)
{
	struct call c = {.fn = FN_ALLOCATE, .a = size};

	DWORD error = record(&c);
	pthread_mutex_lock(&host.lock);
	if (host.fail_allocate_at > 0 && --host.fail_allocate_at == 0)
		error = ERROR_OUTOFMEMORY;
	if (!error)
		host.buffers++;
	pthread_mutex_unlock(&host.lock);
	*out = error ? NULL : malloc(size ? size : 1);
	return error;
}

static VOID WINAPI release(LPVOID p)
{
	struct call c = {.fn = FN_FREE};

	(void)record(&c);
	if (!p)
		return;
	pthread_mutex_lock(&host.lock);
	host.buffers--;
	pthread_mutex_unlock(&host.lock);
	free(p);
}

static DWORD WINAPI set_user_data(HANDLE svc, HANDLE connect, DWORD session, DWORD n, LPVOID p)
{
	struct call c = {.fn = FN_OTHER, .svc = svc};

	return record(&c);
}

static DWORD WINAPI get_user_data(HANDLE svc, HANDLE connect, DWORD session, DWORD *n, LPVOID *p)
{
	struct call c = {.fn = FN_OTHER, .svc = svc};

	return record(&c);
}

static DWORD WINAPI set_profile(HANDLE svc, HANDLE connect, PDOT11EXT_IHV_CONNECTIVITY_PROFILE a,
	PDOT11EXT_IHV_SECURITY_PROFILE b)
{
	struct call c = {.fn = FN_OTHER, .svc = svc};

	return record(&c);
}

static void answer_ui(const GUID *id)
{
	WCHAR *text = wide(host.answer);

	(void)host.on.Dot11ExtIhvProcessUIResponse(*id, (DWORD)(2 * strlen(host.answer) + 2), text);
	free(text);
}

static DWORD WINAPI send_ui_request(HANDLE svc, PDOT11EXT_IHV_UI_REQUEST request)
{
	struct call c = {.fn = FN_SEND_UI_REQUEST, .svc = svc, .a = request->dwSessionId};

	keep(&c, request->pvUIRequest, request->dwByteCount);
	pthread_mutex_lock(&host.lock);
	host.ui = request->guidUIRequest;
	host.ui_request = request;
	pthread_mutex_unlock(&host.lock);
	const DWORD error = record(&c);
	if (!error && host.answer_at_once)
		answer_ui(&request->guidUIRequest);
	return error;
}

static void judge_pair(DWORD reason, DWORD error)
{
	const bool ihv = reason >= 0x90000 && reason <= 0x9ffff;

	pthread_mutex_lock(&host.lock);
	if (error == 0 && reason != 0 && !ihv)
		complain("success with a foreign reason (X-28)");
	if (error != 0 && reason == 0)
		complain("failure without a reason (X-29)");
	pthread_mutex_unlock(&host.lock);
}

static DWORD WINAPI pre_completion(HANDLE svc, HANDLE connect, DWORD reason, DWORD error)
{
	struct call c = {
		.fn = FN_PRE_COMPLETION, .svc = svc, .handle = connect, .a = reason, .b = error};

	judge_pair(reason, error);
	return record(&c);
}

static DWORD WINAPI post_completion(
	HANDLE svc, HANDLE session, PDOT11_MAC_ADDRESS peer, DWORD reason, DWORD error)
{
	struct call c = {
		.fn = FN_POST_COMPLETION, .svc = svc, .handle = session, .a = reason, .b = error};

	if (peer)
		keep(&c, *peer, 6);
	judge_pair(reason, error);
	return record(&c);
}

static DWORD WINAPI notification(HANDLE svc, PL2_NOTIFICATION_DATA data)
{
	struct call c = {.fn = FN_OTHER, .svc = svc};

	return record(&c);
}

static DWORD WINAPI send_packet(HANDLE svc, ULONG n, LPVOID p, HANDLE h)
{
	struct call c = {.fn = FN_SEND_PACKET, .svc = svc, .handle = h, .packet = p};

	keep(&c, p, n);
	pthread_mutex_lock(&host.lock);
	for (size_t i = 0; i < host.count; i++) {
		if (host.calls[i].fn == FN_SEND_PACKET && host.calls[i].handle == h)
			complain("a send handle again (X-61)");
	}
	pthread_mutex_unlock(&host.lock);
	return record(&c);
}

static DWORD WINAPI ethertypes(HANDLE svc, ULONG backlog, ULONG nexemptions,
	PDOT11_PRIVACY_EXEMPTION exemptions, ULONG nregistrations, USHORT *registrations)
{
	struct call c = {.fn = FN_ETHERTYPES, .svc = svc, .a = nexemptions, .b = nregistrations};
	uint8_t both[16] = {0};

	if (nexemptions)
		memcpy(both, exemptions, sizeof(*exemptions));
	if (nregistrations)
		memcpy(both + 6, registrations, 2);
	keep(&c, both, sizeof(both));
	return record(&c);
}

static DWORD WINAPI set_auth(HANDLE svc, DWORD algorithm)
{
	struct call c = {.fn = FN_AUTH, .svc = svc, .a = algorithm};

	return record(&c);
}

static DWORD WINAPI set_unicast(HANDLE svc, DWORD algorithm)
{
	struct call c = {.fn = FN_UNICAST, .svc = svc, .a = algorithm};

	return record(&c);
}

static DWORD WINAPI set_multicast(HANDLE svc, DWORD algorithm)
{
	struct call c = {.fn = FN_MULTICAST, .svc = svc, .a = algorithm};

	return record(&c);
}

static DWORD WINAPI set_default_key(
	HANDLE svc, PDOT11_CIPHER_DEFAULT_KEY_VALUE key, DOT11_DIRECTION direction)
{
	struct call c = {.fn = FN_DEFAULT_KEY, .svc = svc, .a = direction};

	keep(&c, key, offsetof(DOT11_CIPHER_DEFAULT_KEY_VALUE, ucKey) + key->usKeyLength);
	return record(&c);
}

static DWORD WINAPI set_mapping_key(HANDLE svc, PDOT11_CIPHER_KEY_MAPPING_KEY_VALUE key)
{
	struct call c = {.fn = FN_MAPPING_KEY, .svc = svc, .a = key->Direction};

	keep(&c, key, offsetof(DOT11_CIPHER_KEY_MAPPING_KEY_VALUE, ucKey) + key->usKeyLength);
	return record(&c);
}

static DWORD WINAPI set_default_key_id(HANDLE svc, ULONG id)
{
	struct call c = {.fn = FN_OTHER, .svc = svc};

	return record(&c);
}

static DWORD WINAPI nic_specific(HANDLE svc, DWORD n, LPVOID in, DWORD *out_size, LPVOID out)
{
	struct call c = {.fn = FN_NIC, .svc = svc};

	const DWORD error = record(&c);
	if (error)
		return error;
	if (n != 4 || memcmp(in, "ADDR", 4) != 0 || *out_size < 6)
		return ERROR_INVALID_PARAMETER;
	memcpy(out, host.station.b, 6);
	*out_size = 6;
	return ERROR_SUCCESS;
}

static DWORD WINAPI set_exclude(HANDLE svc, BOOL exclude)
{
	struct call c = {.fn = FN_EXCLUDE, .svc = svc, .a = (DWORD)exclude};

	return record(&c);
}

static DWORD WINAPI start_onex(HANDLE svc, EAP_ATTRIBUTES *attributes)
{
	struct call c = {.fn = FN_OTHER, .svc = svc};

	return record(&c);
}

static DWORD WINAPI stop_onex(HANDLE svc)
{
	struct call c = {.fn = FN_OTHER, .svc = svc};

	return record(&c);
}

static DWORD WINAPI process_packet(HANDLE svc, DWORD n, LPVOID p)
{
	struct call c = {.fn = FN_OTHER, .svc = svc};

	return record(&c);
}

static const DOT11EXT_APIS table = {
	allocate,
	release,
	set_user_data,
	get_user_data,
	set_profile,
	send_ui_request,
	pre_completion,
	post_completion,
	notification,
	send_packet,
	ethertypes,
	set_auth,
	set_unicast,
	set_multicast,
	set_default_key,
	set_mapping_key,
	set_default_key_id,
	nic_specific,
	set_exclude,
	start_onex,
	stop_onex,
	process_packet,
};

void host_start(const char *path)
{
	DOT11_IHV_VERSION_INFO version = {77, 78};
	DOT11EXT_APIS *temporary = malloc(sizeof(*temporary));

	assert_non_null(temporary);
	*temporary = table;
	host.module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!host.module)
		fail_msg("%s", dlerror());
	*(void **)&host.version = dlsym(host.module, IHV_VERSION_FUNCTION_NAME);
	*(void **)&host.init = dlsym(host.module, IHV_INIT_FUNCTION_NAME);
	assert_non_null(host.version);
	assert_non_null(host.init);
	assert_int_equal(host.version(&version), ERROR_SUCCESS);
	assert_int_equal(version.dwVerMin, 0);
	assert_int_equal(version.dwVerMax, 0);
	assert_int_equal(host.init(0, temporary, NULL, &host.on), ERROR_SUCCESS);
	free(temporary);
	LPVOID members[sizeof(host.on) / sizeof(LPVOID)];
	memcpy(members, &host.on, sizeof(members));
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		assert_non_null(members[i]);
}

void host_stop(void)
{
	host.on.Dot11ExtIhvDeinitService();
	assert_int_equal(host.buffers, 0);
	assert_int_equal(dlclose(host.module), 0);
	host.module = NULL;
}

int host_setup(void **state)
{
	const char *path = getenv("OPENIHV_RSN");
	const char *build = getenv("OPENIHV_BUILD");
	char buffer[4096];

	(void)snprintf(buffer, sizeof(buffer), "%s/ext/rsn.so", build ? build : ".");
	host_start(path ? path : buffer);
	return 0;
}

int host_teardown(void **state)
{
	host_stop();
	return 0;
}

void host_clear(void)
{
	pthread_mutex_lock(&host.lock);
	host.count = 0;
	memset(host.of, 0, sizeof(host.of));
	memset(host.fail, 0, sizeof(host.fail));
	host.fail_allocate_at = 0;
	host.complaints = 0;
	host.complaint = NULL;
	host.answer_at_once = false;
	pthread_mutex_unlock(&host.lock);
}

void host_wait(enum fn fn, unsigned n)
{
	pthread_mutex_lock(&host.lock);
	while (host.of[fn] < n)
		pthread_cond_wait(&host.called, &host.lock);
	pthread_mutex_unlock(&host.lock);
}

unsigned host_calls(enum fn fn)
{
	pthread_mutex_lock(&host.lock);
	const unsigned n = host.of[fn];
	pthread_mutex_unlock(&host.lock);
	return n;
}

struct call host_call(enum fn fn, unsigned n)
{
	struct call found = {0};
	bool ok = false;

	pthread_mutex_lock(&host.lock);
	for (size_t i = 0; i < host.count && !ok; i++) {
		ok = host.calls[i].fn == fn && --n == 0;
		if (ok)
			found = host.calls[i];
	}
	pthread_mutex_unlock(&host.lock);
	assert_true(ok);
	return found;
}

void host_assert_clean(void)
{
	pthread_mutex_lock(&host.lock);
	const char *complaint = host.complaint;
	pthread_mutex_unlock(&host.lock);
	if (complaint)
		fail_msg("%s", complaint);
}

HANDLE host_adapter(unsigned i)
{
	static WCHAR description[] = u"a test";
	DOT11_ADAPTER adapter = {.gAdapterId = {.Data1 = i}, .pszDescription = description};
	HANDLE ext = NULL;

	pthread_mutex_lock(&host.lock);
	host.dead[i] = false;
	pthread_mutex_unlock(&host.lock);
	assert_int_equal(
		host.on.Dot11ExtIhvInitAdapter(&adapter, host_svc(i), &ext), ERROR_SUCCESS);
	assert_non_null(ext);
	return ext;
}

void host_remove(unsigned i, HANDLE ext)
{
	pthread_mutex_lock(&host.lock);
	host.dead[i] = true;
	pthread_mutex_unlock(&host.lock);
	host.on.Dot11ExtIhvDeinitAdapter(ext);
}

void host_complete_send(const struct call *send)
{
	assert_memory_equal(send->packet, send->data, send->len);
	assert_int_equal(host.on.Dot11ExtIhvSendPacketCompletion(send->handle), ERROR_SUCCESS);
}

void bss_add(struct bss_list *l, const struct bss_spec *spec)
{
	DOT11_BSS_ENTRY entry;
	uint8_t elements[512];
	struct writer e = writer_init(elements, sizeof(elements));

	memset(&entry, 0, sizeof(entry));
	writer_u8(&e, 0);
	writer_u8(&e, (uint8_t)strlen(spec->ssid));
	writer_put(&e, spec->ssid, strlen(spec->ssid));
	writer_put(&e, spec->rsne, spec->rsne_len);
	entry.dot11BSSType =
		spec->adhoc ? dot11_BSS_type_independent : dot11_BSS_type_infrastructure;
	entry.usCapabilityInformation = spec->privacy ? 0x11 : 0x01;
	entry.uBufferLength = (ULONG)e.len;
	struct writer w = writer_init(l->memory + 1, sizeof(l->memory) - 1);
	w.len = l->len;
	writer_put(&w, &entry, offsetof(DOT11_BSS_ENTRY, ucBuffer));
	writer_put(&w, elements, e.len);
	assert_true(writer_ok(&e) && writer_ok(&w));
	l->len = w.len;
	l->list = (DOT11_BSS_LIST){(ULONG)w.len, l->memory + 1};
}

WCHAR *wide(const char *text)
{
	const size_t n = strlen(text) + 1;
	WCHAR *out = malloc(n * sizeof(*out));

	assert_non_null(out);
	for (size_t i = 0; i < n; i++)
		out[i] = (WCHAR)(unsigned char)text[i];
	return out;
}

DWORD host_pre_associate(HANDLE ext, HANDLE connect, const char *xml, const char *ssid,
	struct bss_list *l, DWORD *reason)
{
	DOT11EXT_IHV_SSID_LIST names = {.ulCount = 1};
	DOT11EXT_IHV_PROFILE_PARAMS params = {&names, dot11_BSS_type_infrastructure, NULL};
	DOT11EXT_IHV_CONNECTIVITY_PROFILE conn = {NULL};
	DOT11EXT_IHV_SECURITY_PROFILE sec = {xml ? wide(xml) : NULL, FALSE};
	struct bss_list *copy = malloc(sizeof(*copy));

	assert_non_null(copy);
	*copy = *l;
	copy->list.pucBuffer = copy->memory + 1;
	names.SSIDs[0].uSSIDLength = (ULONG)strlen(ssid);
	memcpy(names.SSIDs[0].ucSSID, ssid, strlen(ssid));
	*reason = 0xdeadbeef;
	const DWORD error = host.on.Dot11ExtIhvPerformPreAssociate(
		ext, connect, &params, &conn, &sec, &copy->list, reason);
	assert_int_not_equal(*reason, 0xdeadbeef);
	assert_int_equal(error == 0, *reason == 0);
	// Nothing of it may be used any more.
	memset(copy, 0xee, sizeof(*copy));
	free(copy);
	free(sec.pszXmlFragmentIhvSecurity);
	return error;
}

static ULONG put_area(struct writer *w, size_t fixed, const uint8_t *rsne, size_t len, ULONG *size)
{
	const size_t start = w->len;

	// Fixed fields that look like an RSNE up to the first real element: a capability or a
	// timestamp may have any value, and must not be read as elements.
	writer_zero(w, fixed);
	w->buf[start] = D11_EID_RSN;
	w->buf[start + 1] = (uint8_t)(fixed - 2);
	writer_put(w, "\x00\x07openihv", 9);
	writer_put(w, rsne, len);
	*size = (ULONG)(w->len - start);
	return (ULONG)start;
}

DWORD host_post_associate(HANDLE ext, HANDLE session, const struct handshake *h, DWORD auth)
{
	uint8_t *memory = calloc(1, 1024);
	struct writer w = writer_init(memory, 1024);
	DOT11_ASSOCIATION_COMPLETION_PARAMETERS p;
	DOT11_PORT_STATE port = {.uSessionId = 5, .bPortControlled = TRUE};

	memset(&p, 0, sizeof(p));
	p.Header = (NDIS_OBJECT_HEADER){0x80, 1, 88};
	p.AuthAlgo = (DOT11_AUTH_ALGORITHM)auth;
	memcpy(p.MacAddr, h->ap.b, 6);
	memcpy(port.PeerMacAddress, h->ap.b, 6);
	writer_zero(&w, 88);
	p.uAssocReqOffset = put_area(&w, 4, h->own_elements, h->own_len, &p.uAssocReqSize);
	p.uBeaconOffset = put_area(&w, 12, h->ap_elements, h->ap_len, &p.uBeaconSize);
	memcpy(memory, &p, 88);
	uint8_t *exact = malloc(w.len);
	memcpy(exact, memory, w.len);
	free(memory);
	const DWORD error = host.on.Dot11ExtIhvPerformPostAssociate(ext, session, &port,
		(ULONG)w.len, (PDOT11_ASSOCIATION_COMPLETION_PARAMETERS)(void *)exact);
	memset(exact, 0xee, w.len);
	free(exact);
	return error;
}

DWORD host_receive(HANDLE ext, const struct handshake *h, const struct handshake_frame *f)
{
	uint8_t *packet = malloc(8 + f->len);

	assert_non_null(packet);
	memcpy(packet, h->ap.b, 6);
	packet[6] = 0x88;
	packet[7] = 0x8e;
	memcpy(packet + 8, f->pdu, f->len);
	const DWORD error = host.on.Dot11ExtIhvReceivePacket(ext, (DWORD)(8 + f->len), packet);
	free(packet);
	return error;
}
