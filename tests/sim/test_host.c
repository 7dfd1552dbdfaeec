// SPDX-License-Identifier: BSD-2-Clause
/*
 * What may come at any time: the owner's calls from its callbacks, ends that meet what is under
 * way, and modules that pass in what is not true.
 *
 *     test: handlers of its own (tests/modules/scripted.so) -- host -- adapter ~~ open AP
 *                                            or ext/rsn.so -- host -- adapter ~~ WPA2 AP
 */
#include "tests/lib/world.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "host/host_internal.h"
#include "tests/modules/scripted.h"

static struct scripted *script; /* of the module that is loaded; one at a time */

static void find_script(struct world *w)
{
	void *library = dlopen(world_built(w->config.module), RTLD_NOW | RTLD_NOLOAD);
	void (*prepare)(void) = (void (*)(void))w->config.user;

	assert_non_null(library);
	script = dlsym(library, SCRIPTED_SYMBOL);
	assert_non_null(script);
	dlclose(library); /* the host still holds it */
	if (prepare)
		prepare();
}

static void open_script(struct world *w, void (*prepare)(void),
	void (*crossing)(struct world *w, const struct crossing *x), bool breaks_rules)
{
	const struct world_config config = {.module = "tests/modules/scripted.so",
		.aps = {"open"},
		.adapters = 2,
		.breaks_rules = breaks_rules,
		.loaded = find_script,
		.crossing = crossing,
		.user = (void *)prepare};

	world_open(w, &config);
}

static bool entered(const struct crossing *x, enum crossing_fn fn)
{
	return x->fn == fn && x->phase == PHASE_ENTER;
}

/* ---- InitAdapter fails. ---- */

static DWORD WINAPI ask_and_fail(PDOT11_ADAPTER adapter, HANDLE svc, PHANDLE ext)
{
	static DOT11EXT_IHV_UI_REQUEST request = {.guidUIRequest = {.Data1 = 1}};

	(void)adapter, (void)ext;
	assert_int_equal(script->host.Dot11ExtSendUIRequest(svc, &request), ERROR_SUCCESS);
	return ERROR_GEN_FAILURE;
}

static void prepare_failure(void)
{
	script->own.Dot11ExtIhvInitAdapter = ask_and_fail;
}

static void (*told)(void *user, struct host_adapter *a, const struct host_notice *n);

static void remove_failed(void *user, struct host_adapter *a, const struct host_notice *n)
{
	told(user, a, n);
	if (n->type == NOTICE_ADAPTER_FAILED)
		assert_int_equal(host_remove(a), 0);
}

static void test_removed_when_failed(void **state)
{
	struct host_counts c;
	struct world w;

	(void)state;
	open_script(&w, prepare_failure, NULL, true);
	told = w.host->config.notice;
	w.host->config.notice = remove_failed;
	assert_int_equal(host_add_adapter(w.host, w.adapters[0].mp, &w.adapters[0].host), 0);
	assert_true(world_wait(&w, 0, NOTICE_ADAPTER_REMOVED, 0));
	world_rest(&w, NS_PER_S);
	host_counts(w.host, &c);
	assert_int_equal(c.ui_requests, 0); /* nobody is there to be answered */
	world_close(&w);
}

/* ---- A buffer that was given to the host is freed by the module. ---- */

static void *given;

static DWORD WINAPI give(
	HANDLE ext, DOT11EXT_IHV_CONNECTION_PHASE phase, PDOT11EXT_IHV_UI_REQUEST *request)
{
	(void)ext, (void)phase;
	assert_int_equal(
		script->host.Dot11ExtAllocateBuffer(sizeof(**request), &given), ERROR_SUCCESS);
	*request = given;
	return ERROR_SUCCESS;
}

static DWORD WINAPI free_given(
	HANDLE ext, DWORD in_size, PBYTE in, DWORD out_size, PBYTE out, PDWORD returned)
{
	(void)ext, (void)in_size, (void)in, (void)out_size, (void)out;
	script->host.Dot11ExtFreeBuffer(given);
	*returned = 0;
	return ERROR_SUCCESS;
}

static void prepare_giving(void)
{
	script->own.Dot11ExtIhvQueryUIRequest = give;
	script->own.Dot11ExtIhvControl = free_given;
}

/* Told from a second free of a buffer of its own. */
static void test_given_is_freed(void **state)
{
	struct world w;

	(void)state;
	open_script(&w, prepare_giving, NULL, true);
	world_bring_up(&w, 0);
	assert_int_equal(host_control(w.adapters[0].host, "x", 1, 1), 0);
	assert_true(world_wait(&w, 0, NOTICE_CONTROL, 0));
	assert_int_equal(world_findings(&w, RULE_X_10), 1);
	assert_int_equal(world_findings(&w, RULE_X_09), 0);
	world_close(&w);
}

/* ---- The adapter is about to be taken from the module. ---- */

static HANDLE kept_svc, kept_connect;
static DWORD answer;

static DWORD WINAPI keep_svc(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port, ULONG bytes,
	PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	if (!kept_svc)
		kept_svc = script->svc(ext);
	return script->template.Dot11ExtIhvPerformPostAssociate(ext, session, port, bytes, params);
}

static DWORD WINAPI send_late(
	HANDLE ext, DWORD in_size, PBYTE in, DWORD out_size, PBYTE out, PDWORD returned)
{
	static BYTE packet[16] = {2, 0, 0, 0, 1, 1, 0x88, 0x8E};

	(void)ext, (void)in_size, (void)in, (void)out_size, (void)out;
	answer = script->host.Dot11ExtSendPacket(kept_svc, sizeof(packet), packet, packet);
	*returned = 0;
	return ERROR_SUCCESS;
}

static void prepare_late_send(void)
{
	kept_svc = NULL;
	script->own.Dot11ExtIhvPerformPostAssociate = keep_svc;
	script->own.Dot11ExtIhvControl = send_late;
}

/* The other adapter's Control comes between Stop and DeinitAdapter of this one. */
static void ask_other(struct world *w, const struct crossing *x)
{
	if (x->fn == FN_STOP_POST_ASSOCIATE && x->phase == PHASE_EXIT)
		assert_int_equal(host_control(w->adapters[1].host, "x", 1, 1), 0);
}

static void test_send_before_deinit(void **state)
{
	struct host_counts c;
	struct world w;

	(void)state;
	open_script(&w, prepare_late_send, ask_other, true); /* without a session */
	world_bring_up(&w, 0);
	world_arrive(&w, 1);
	assert_int_equal(host_remove(w.adapters[0].host), 0);
	assert_true(world_wait(&w, 0, NOTICE_ADAPTER_REMOVED, 0));
	assert_int_equal(w.adapters[1].told[NOTICE_CONTROL], 1);
	assert_int_not_equal(answer, ERROR_SUCCESS);
	host_counts(w.host, &c);
	assert_int_equal(c.sends, 0);
	world_close(&w);
}

/* ---- What a module passes in. ---- */

static DWORD WINAPI endless_fragment(HANDLE ext, HANDLE session,
	PDOT11EXT_IHV_PROFILE_PARAMS params, PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn,
	PDOT11EXT_IHV_SECURITY_PROFILE sec, PDOT11_BSS_LIST list, PDWORD reason)
{
	WCHAR *endless = malloc(PROFILE_MAX_BYTES);
	DOT11EXT_IHV_SECURITY_PROFILE wrong = {.pszXmlFragmentIhvSecurity = endless};
	static WCHAR text[] = {'<', 'a', '/', '>', 0};
	DOT11EXT_IHV_CONNECTIVITY_PROFILE fine = {.pszXmlFragmentIhvConnectivity = text};

	(void)params, (void)conn, (void)sec, (void)list;
	assert_non_null(endless);
	memset(endless, 'x', PROFILE_MAX_BYTES);
	answer = script->host.Dot11ExtSetCurrentProfile(script->svc(ext), session, &fine, &wrong);
	free(endless);
	*reason = 1;
	return ERROR_GEN_FAILURE;
}

static void prepare_endless(void)
{
	script->own.Dot11ExtIhvPerformPreAssociate = endless_fragment;
}

/* The first fragment is not kept when the second is refused: LeakSanitizer tells. */
static void test_fragment_refused(void **state)
{
	struct world w;

	(void)state;
	open_script(&w, prepare_endless, NULL, true);
	world_arrive(&w, 0);
	assert_false(world_try_connect(&w, 0));
	assert_int_equal(answer, ERROR_INVALID_PARAMETER);
	assert_null(w.adapters[0].host->own_connectivity);
	world_close(&w);
}

/* Lists that say more than their memory holds, and requests smaller than one. */
static DWORD WINAPI discover_more(HANDLE ext, BOOL insecure, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11_BSS_LIST bss, PDOT11EXT_IHV_DISCOVERY_PROFILE_LIST list, PDWORD reason)
{
	void *p = NULL;

	(void)ext, (void)insecure, (void)params, (void)bss;
	assert_int_equal(
		script->host.Dot11ExtAllocateBuffer(sizeof(DOT11EXT_IHV_DISCOVERY_PROFILE), &p), 0);
	list->dwCount = 1000;
	list->pIhvDiscoveryProfiles = p;
	*reason = 0;
	return ERROR_SUCCESS;
}

static DWORD WINAPI small_request(
	HANDLE ext, DOT11EXT_IHV_CONNECTION_PHASE phase, PDOT11EXT_IHV_UI_REQUEST *request)
{
	void *p = NULL;

	(void)ext, (void)phase;
	assert_int_equal(script->host.Dot11ExtAllocateBuffer(1, &p), 0);
	*request = p;
	return ERROR_SUCCESS;
}

static DWORD WINAPI more_attributes(
	HANDLE ext, DWORD in_size, PBYTE in, DWORD out_size, PBYTE out, PDWORD returned)
{
	EAP_ATTRIBUTES *e = NULL;
	void *p = NULL;

	(void)in_size, (void)in, (void)out_size, (void)out;
	assert_int_equal(script->host.Dot11ExtAllocateBuffer(sizeof(*e), &p), 0);
	e = p;
	assert_int_equal(script->host.Dot11ExtAllocateBuffer(1, &p), 0);
	e->dwNumberOfAttributes = 1000;
	e->pAttribs = p;
	answer = script->host.Dot11ExtStartOneX(script->svc(ext), e);
	script->host.Dot11ExtFreeBuffer(p);
	script->host.Dot11ExtFreeBuffer(e);
	*returned = 0;
	return ERROR_SUCCESS;
}

static void prepare_more(void)
{
	script->own.Dot11ExtIhvCreateDiscoveryProfiles = discover_more;
	script->own.Dot11ExtIhvQueryUIRequest = small_request;
	script->own.Dot11ExtIhvControl = more_attributes;
}

static void test_more_than_there_is(void **state)
{
	struct world w;

	(void)state;
	open_script(&w, prepare_more, NULL, true);
	world_bring_up(&w, 0);
	assert_int_equal(host_control(w.adapters[0].host, "x", 1, 1), 0);
	assert_true(world_wait(&w, 0, NOTICE_CONTROL, 0));
	assert_int_equal(answer, ERROR_NOT_SUPPORTED);
	assert_true(world_findings(&w, RULE_X_11) >= 2);
	world_close(&w);
}

/* ---- An end meets what is under way. ---- */

static pthread_mutex_t gate_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t gate_moved = PTHREAD_COND_INITIALIZER;
static bool gate_open;

static void open_gate(void)
{
	pthread_mutex_lock(&gate_lock);
	gate_open = true;
	pthread_cond_broadcast(&gate_moved);
	pthread_mutex_unlock(&gate_lock);
}

/* The first opinion takes long, and is a bad one. */
static DWORD WINAPI slow_opinion(HANDLE ext, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn, PDOT11EXT_IHV_SECURITY_PROFILE sec, PDWORD reason)
{
	DWORD error = ERROR_GEN_FAILURE;

	(void)ext, (void)params, (void)conn, (void)sec;
	*reason = 0;
	pthread_mutex_lock(&gate_lock);
	if (gate_open)
		error = ERROR_SUCCESS;
	while (!gate_open)
		pthread_cond_wait(&gate_moved, &gate_lock);
	pthread_mutex_unlock(&gate_lock);
	if (error)
		*reason = 0x90001;
	return error;
}

static void prepare_slow(void)
{
	gate_open = false;
	script->own.Dot11ExtIhvValidateProfile = slow_opinion;
}

static void test_opinion_of_before(void **state)
{
	struct world_adapter *a;
	struct world w;

	(void)state;
	open_script(&w, prepare_slow, NULL, false);
	a = &w.adapters[0];
	world_arrive(&w, 0);
	assert_int_equal(host_connect(a->host, w.profile), 0);
	world_rest(&w, NS_PER_S);
	world_disconnect(&w, 0);
	assert_int_equal(host_connect(a->host, w.profile), 0);
	world_rest(&w, NS_PER_S);
	open_gate();
	assert_true(world_wait(&w, 0, NOTICE_CONNECTED, 0));
	assert_int_equal(a->told[NOTICE_CONNECT_FAILED], 0);
	world_ping(&w, 0);
	world_close(&w);
}

static DWORD WINAPI refuse(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port, ULONG bytes,
	PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	(void)ext, (void)session, (void)port, (void)bytes, (void)params;
	return ERROR_GEN_FAILURE;
}

static void prepare_refusal(void)
{
	script->own.Dot11ExtIhvPerformPostAssociate = refuse;
}

static void disconnect_in_perform(struct world *w, const struct crossing *x)
{
	if (entered(x, FN_PERFORM_POST_ASSOCIATE))
		assert_int_equal(host_disconnect(w->adapters[0].host), 0);
}

/* What ends a connection first is what is told. */
static void test_refused_while_ending(void **state)
{
	struct world w;

	(void)state;
	open_script(&w, prepare_refusal, disconnect_in_perform, false);
	world_arrive(&w, 0);
	assert_int_equal(host_connect(w.adapters[0].host, w.profile), 0);
	world_rest(&w, 100 * NS_PER_S);
	assert_int_equal(w.adapters[0].told[NOTICE_CONNECT_FAILED], 0);
	assert_int_equal(w.adapters[0].told[NOTICE_DISCONNECTED], 1);
	world_close(&w);
}

static DWORD WINAPI never_complete(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port, ULONG bytes,
	PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	(void)ext, (void)session, (void)port, (void)bytes, (void)params;
	return ERROR_SUCCESS;
}

static void prepare_never_complete(void)
{
	script->own.Dot11ExtIhvPerformPostAssociate = never_complete;
}

/* The association is lost before the radio says that the connection is complete. */
static void lose_association(struct world *w, const struct crossing *x)
{
	struct indication ind = {.type = IND_DISASSOCIATION, .peer = mac_from_u64(UINT64_MAX)};

	if (entered(x, FN_PERFORM_POST_ASSOCIATE))
		adapter_indicate(w->adapters[0].host, &ind);
}

static void test_lost_before_complete(void **state)
{
	struct world w;

	(void)state;
	open_script(&w, prepare_never_complete, lose_association, false);
	world_arrive(&w, 0);
	assert_false(world_try_connect(&w, 0));
	assert_int_equal(w.adapters[0].last[NOTICE_CONNECT_FAILED].reason, 0x38003);
	world_close(&w);
}

static void answer_in_reset(struct world *w, const struct crossing *x)
{
	if (entered(x, FN_ADAPTER_RESET))
		assert_int_equal(host_ui_respond(w->host, w->ui.id, NULL, 0), 0);
}

/* The user answers while the module is told to forget the question. */
static void test_answer_too_late(void **state)
{
	const struct world_config config = {.module = WORLD_RSN,
		.security = WORLD_FRAGMENT(""),
		.aps = {WORLD_RADIO},
		.crossing = answer_in_reset};
	struct host_counts c;
	struct world w;

	(void)state;
	world_open(&w, &config);
	world_arrive(&w, 0);
	assert_int_equal(host_connect(w.adapters[0].host, w.profile), 0);
	world_rest(&w, NS_PER_S);
	assert_int_equal(w.ui_requests, 1);
	world_disconnect(&w, 0);
	world_rest(&w, NS_PER_S);
	assert_int_equal(world_count(&w, FN_PROCESS_UI_RESPONSE, PHASE_ENTER), 0);
	host_counts(w.host, &c);
	assert_int_equal(c.ui_requests, 0);
	world_close(&w);
}

/* ---- A run in slices. ---- */

static DWORD WINAPI keep_connect(HANDLE ext, HANDLE session, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn, PDOT11EXT_IHV_SECURITY_PROFILE sec,
	PDOT11_BSS_LIST list, PDWORD reason)
{
	(void)ext, (void)params, (void)conn, (void)sec, (void)list;
	kept_connect = session;
	*reason = 0;
	return ERROR_SUCCESS;
}

static void prepare_keep(void)
{
	script->own.Dot11ExtIhvPerformPreAssociate = keep_connect;
}

static void test_slices(void **state)
{
	struct world w;
	unsigned i;

	(void)state;
	open_script(&w, prepare_keep, NULL, true);
	world_arrive(&w, 0);
	assert_int_equal(host_connect(w.adapters[0].host, w.profile), 0);
	for (i = 0; i < 130 && !w.adapters[0].told[NOTICE_CONNECT_FAILED]; i++)
		world_rest(&w, NS_PER_S);
	assert_int_equal(i, 121); /* 100 ms of scan, and 120 s */
	world_close(&w);
}

/* ---- A handler that blocked returns. ---- */

static DWORD WINAPI wait_at_gate(HANDLE ext)
{
	pthread_mutex_lock(&gate_lock);
	while (!gate_open)
		pthread_cond_wait(&gate_moved, &gate_lock);
	gate_open = false;
	pthread_mutex_unlock(&gate_lock);
	return script->template.Dot11ExtIhvAdapterReset(ext);
}

static DWORD WINAPI open_in_control(
	HANDLE ext, DWORD in_size, PBYTE in, DWORD out_size, PBYTE out, PDWORD returned)
{
	(void)ext, (void)in_size, (void)in, (void)out_size, (void)out;
	open_gate();
	*returned = 0;
	return ERROR_SUCCESS;
}

static void prepare_gate(void)
{
	gate_open = false;
	script->own.Dot11ExtIhvAdapterReset = wait_at_gate;
	script->own.Dot11ExtIhvControl = open_in_control;
}

static uint64_t time_of_last(const struct world *w, enum crossing_fn fn)
{
	size_t i = w->ncrossings;

	while (i-- > 0)
		if (w->crossings[i].fn == fn && w->crossings[i].phase == PHASE_EXIT)
			return w->crossings[i].time;
	return 0;
}

/* It is finished before time moves, though its thread has to sleep at the host lock for that. What
 * this looks for needs a busy machine to happen. */
static void test_time_waits_for_returned(void **state)
{
	struct world w;
	unsigned i;

	(void)state;
	open_script(&w, prepare_gate, NULL, false);
	world_bring_up(&w, 0);
	world_arrive(&w, 1);
	for (i = 0; i < 30; i++) {
		assert_int_equal(host_disconnect(w.adapters[0].host), 0);
		world_rest(&w, NS_PER_S);
		assert_int_equal(w.adapters[0].told[NOTICE_DISCONNECTED], i);
		assert_int_equal(host_control(w.adapters[1].host, "x", 1, 1), 0);
		world_rest(&w, NS_PER_S);
		assert_int_equal(w.adapters[0].told[NOTICE_DISCONNECTED], i + 1);
		assert_int_equal(time_of_last(&w, FN_ADAPTER_RESET), time_of_last(&w, FN_CONTROL));
		world_connect(&w, 0);
	}
	open_gate();
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_removed_when_failed),
		cmocka_unit_test(test_given_is_freed),
		cmocka_unit_test(test_send_before_deinit),
		cmocka_unit_test(test_fragment_refused),
		cmocka_unit_test(test_more_than_there_is),
		cmocka_unit_test(test_opinion_of_before),
		cmocka_unit_test(test_refused_while_ending),
		cmocka_unit_test(test_lost_before_complete),
		cmocka_unit_test(test_answer_too_late),
		cmocka_unit_test(test_slices),
		cmocka_unit_test(test_time_waits_for_returned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
