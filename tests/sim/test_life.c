// SPDX-License-Identifier: BSD-2-Clause
/*
 * The rest of an adapter's and a module's life: what the user is asked, what modules ask the host,
 * calls that must be refused, handlers that do not return.
 *
 *     test: handlers of its own (tests/modules/scripted.so) -- host -- adapter ~~ open AP
 *                                            or ext/rsn.so -- host -- adapter ~~ WPA2 AP
 */
#include "tests/lib/world.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <wtsapi32.h>

#include "tests/modules/scripted.h"

#define REASON_CREDENTIAL 0x90000
#define REASON_CANCELLED  0x90008

/* ---- The user. ---- */

static const struct world_config asking = {
	.module = WORLD_RSN, .security = WORLD_FRAGMENT(""), .aps = {WORLD_RADIO}};

static void open_asking(struct world *w)
{
	world_open(w, &asking);
	world_arrive(w, 0);
	assert_int_equal(host_connect(w->adapters[0].host, w->profile), 0);
	world_rest(w, NS_PER_S);
	assert_int_equal(w->ui_requests, 1);
	assert_ptr_equal(w->ui.adapter, w->adapters[0].host);
	assert_true(w->ui.length > 0);
}

static int respond(struct world *w, const char *text)
{
	uint16_t units[128] = {0};
	size_t i;

	for (i = 0; text[i]; i++)
		units[i] = (uint16_t)text[i];
	return host_ui_respond(w->host, w->ui.id, units, (uint32_t)(i * sizeof(*units)));
}

static void test_ui_answered(void **state)
{
	struct world w;

	(void)state;
	open_asking(&w);
	assert_int_equal(host_ui_respond(w.host, w.ui.id + 1, "x", 1), -ENOENT);
	assert_int_equal(respond(&w, WORLD_PSK), 0);
	assert_int_equal(respond(&w, WORLD_PSK), -ENOENT); /* once */
	assert_true(world_wait(&w, 0, NOTICE_CONNECTED, 0));
	world_ping(&w, 0);
	world_close(&w);
}

static void expect_refusal(struct world *w, uint32_t reason)
{
	assert_true(world_wait(w, 0, NOTICE_CONNECT_FAILED, 0));
	assert_int_equal(w->adapters[0].last[NOTICE_CONNECT_FAILED].reason, reason);
	assert_int_equal(w->adapters[0].told[NOTICE_PORT_OPEN], 0);
	world_close(w);
}

static void test_ui_bad_answers(void **state)
{
	struct world w;

	(void)state;
	open_asking(&w);
	assert_int_equal(respond(&w, "short"), 0);
	expect_refusal(&w, REASON_CREDENTIAL);
	open_asking(&w);
	assert_int_equal(respond(&w, "wrong horse battery"), 0);
	expect_refusal(&w, REASON_CREDENTIAL);
	open_asking(&w);
	assert_int_equal(respond(&w, ""), 0); /* declined */
	expect_refusal(&w, REASON_CANCELLED);
}

static void none_pending(struct world *w)
{
	struct host_counts c;

	world_rest(w, NS_PER_S);
	host_counts(w->host, &c);
	assert_int_equal(c.ui_requests, 0);
	assert_int_equal(host_ui_respond(w->host, w->ui.id, "x", 1), -ENOENT);
}

static void test_ui_cancelled(void **state)
{
	struct world w;

	(void)state;
	open_asking(&w);
	world_disconnect(&w, 0);
	none_pending(&w);
	world_close(&w);

	open_asking(&w);
	assert_int_equal(host_disable(w.adapters[0].host), 0);
	assert_true(world_wait(&w, 0, NOTICE_ADAPTER_DOWN, 0));
	none_pending(&w);
	world_close(&w);

	open_asking(&w);
	sim_unplug(w.adapters[0].mp);
	assert_true(world_wait(&w, 0, NOTICE_ADAPTER_REMOVED, 0));
	none_pending(&w);
	world_close(&w);

	open_asking(&w);
	assert_int_equal(host_session_change(w.host, WTS_SESSION_LOGOFF, 0), 0);
	assert_true(world_wait(&w, 0, NOTICE_CONNECT_FAILED, 0));
	none_pending(&w);
	world_close(&w);

	open_asking(&w); /* the end of everything */
	world_close(&w);
}

/* Nobody answers: the host's patience with the user ends, which is nobody's fault; the module is
 * reset. */
static void test_ui_unanswered(void **state)
{
	struct world w;

	(void)state;
	open_asking(&w);
	assert_true(world_wait(&w, 0, NOTICE_CONNECT_FAILED, 0));
	assert_int_equal(
		w.adapters[0].last[NOTICE_CONNECT_FAILED].reason, 0x38011); /* UI request timeout */
	none_pending(&w);
	assert_int_equal(world_count(&w, FN_PRE_ASSOCIATE_TIMEOUT, PHASE_POINT), 0);
	world_close(&w);
}

/* ---- A scripted module. ---- */

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

static void open_script(struct world *w, void (*prepare)(void), bool strict, bool breaks_rules)
{
	const struct world_config config = {.module = "tests/modules/scripted.so",
		.aps = {"open", "open"},
		.adapters = 2,
		.strict = strict,
		.breaks_rules = breaks_rules,
		.loaded = find_script,
		.user = (void *)prepare};

	world_open(w, &config);
}

static DWORD control(struct world *w, unsigned i)
{
	const unsigned before = w->adapters[i].told[NOTICE_CONTROL];

	assert_int_equal(host_control(w->adapters[i].host, "ask", 3, 16), 0);
	assert_true(world_wait(w, i, NOTICE_CONTROL, before));
	return w->adapters[i].last[NOTICE_CONTROL].error;
}

/* Handles as a module may have kept them. */
static HANDLE kept_session, kept_svc, kept_connect;
static DWORD answers[8];
static void *kept_data;

static DWORD WINAPI echo_control(
	HANDLE ext, DWORD in_size, PBYTE in, DWORD out_size, PBYTE out, PDWORD returned)
{
	BYTE text[] = "told";
	L2_NOTIFICATION_DATA n = {.NotificationSource = L2_NOTIFICATION_SOURCE_WLAN_IHV,
		.NotificationCode = 77,
		.dwDataSize = sizeof(text),
		.pData = text};

	assert_int_equal(
		script->host.Dot11ExtSendNotification(script->svc(ext), &n), ERROR_SUCCESS);
	assert_true(in_size <= out_size);
	memcpy(out, in, in_size);
	*returned = in_size;
	return ERROR_SUCCESS;
}

static void prepare_echo(void)
{
	script->own.Dot11ExtIhvControl = echo_control;
}

static void test_control(void **state)
{
	struct world_adapter *a;
	struct world w;

	(void)state;
	open_script(&w, prepare_echo, false, false);
	a = &w.adapters[0];
	world_arrive(&w, 0);
	assert_int_equal(control(&w, 0), ERROR_SUCCESS);
	assert_int_equal(a->last[NOTICE_CONTROL].length, 3);
	assert_memory_equal(a->data, "ask", 3);
	assert_int_equal(a->told[NOTICE_NOTIFICATION], 1);
	assert_int_equal(a->last[NOTICE_NOTIFICATION].reason, 77);
	assert_int_equal(a->last[NOTICE_NOTIFICATION].length, 5);
	assert_int_equal(host_session_change(w.host, WTS_SESSION_LOGON, 1), 0);
	world_rest(&w, NS_PER_S);
	assert_int_equal(world_count(&w, FN_PROCESS_SESSION_CHANGE, PHASE_EXIT), 1);
	assert_int_equal(host_disable(a->host), 0);
	assert_true(world_wait(&w, 0, NOTICE_ADAPTER_DOWN, 0));
	assert_int_equal(host_control(a->host, "ask", 3, 16), -ENETDOWN);
	world_close(&w);
}

/* The module's own thread, in pre-association: user data, a new profile, then completion. */
static void *user_data_main(void *arg)
{
	const DOT11EXT_APIS *h = &script->host;
	static WCHAR fragment[] = {'<', 'a', '/', '>', 0};
	DOT11EXT_IHV_CONNECTIVITY_PROFILE conn = {.pszXmlFragmentIhvConnectivity = fragment};
	DWORD size = 0;

	(void)arg;
	answers[0] =
		h->Dot11ExtGetProfileCustomUserData(kept_svc, kept_connect, 1, &size, &kept_data);
	answers[1] =
		h->Dot11ExtSetProfileCustomUserData(kept_svc, kept_connect, 1, 6, (void *)"secret");
	answers[2] =
		h->Dot11ExtGetProfileCustomUserData(kept_svc, kept_connect, 1, &size, &kept_data);
	answers[3] = size;
	answers[4] = kept_data ? (DWORD)memcmp(kept_data, "secret", 6) : 1;
	h->Dot11ExtFreeBuffer(kept_data);
	answers[5] = h->Dot11ExtSetCurrentProfile(kept_svc, kept_connect, &conn, NULL);
	answers[6] =
		h->Dot11ExtGetProfileCustomUserData(kept_svc, kept_connect, 1, &size, &kept_data);
	answers[7] = h->Dot11ExtPreAssociateCompletion(
		kept_svc, kept_connect, 0x90001, ERROR_GEN_FAILURE);
	return NULL;
}

static pthread_t user_data_thread;

static DWORD WINAPI user_data_pre_associate(HANDLE ext, HANDLE session,
	PDOT11EXT_IHV_PROFILE_PARAMS params, PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn,
	PDOT11EXT_IHV_SECURITY_PROFILE sec, PDOT11_BSS_LIST list, PDWORD reason)
{
	(void)params, (void)conn, (void)sec, (void)list;
	kept_svc = script->svc(ext);
	kept_connect = session;
	*reason = 0;
	return pthread_create(&user_data_thread, NULL, user_data_main, NULL) ? ERROR_OUTOFMEMORY
									     : 0;
}

static void prepare_user_data(void)
{
	script->own.Dot11ExtIhvPerformPreAssociate = user_data_pre_associate;
}

static void test_user_data(void **state)
{
	struct world w;

	(void)state;
	open_script(&w, prepare_user_data, false, false);
	world_arrive(&w, 0);
	assert_false(world_try_connect(&w, 0));
	pthread_join(user_data_thread, NULL);
	assert_int_equal(answers[0], ERROR_NOT_FOUND); /* nothing yet */
	assert_int_equal(answers[1], ERROR_SUCCESS);
	assert_int_equal(answers[2], ERROR_SUCCESS);
	assert_int_equal(answers[3], 6);
	assert_int_equal(answers[4], 0);
	assert_int_equal(answers[5], ERROR_SUCCESS);
	assert_int_equal(answers[6], ERROR_NOT_FOUND); /* wiped with the change of the profile */
	assert_int_equal(answers[7], ERROR_SUCCESS);
	assert_int_equal(w.adapters[0].last[NOTICE_CONNECT_FAILED].reason, 0x90001);
	assert_int_equal(w.adapters[0].last[NOTICE_CONNECT_FAILED].error, ERROR_GEN_FAILURE);
	world_close(&w);
}

/* A list of one profile, all of it from AllocateBuffer, or not. */
static bool foreign_list;

static DWORD WINAPI discover(HANDLE ext, BOOL insecure, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11_BSS_LIST bss, PDOT11EXT_IHV_DISCOVERY_PROFILE_LIST list, PDWORD reason)
{
	static DOT11EXT_IHV_DISCOVERY_PROFILE wrong;
	void *p = NULL, *text = NULL;

	(void)ext, (void)insecure, (void)params, (void)bss;
	list->dwCount = 1;
	*reason = 0;
	list->pIhvDiscoveryProfiles = &wrong;
	if (foreign_list)
		return ERROR_SUCCESS;
	assert_int_equal(script->host.Dot11ExtAllocateBuffer(sizeof(wrong), &p), 0);
	assert_int_equal(script->host.Dot11ExtAllocateBuffer(64, &text), 0);
	list->pIhvDiscoveryProfiles = p;
	memset(p, 0, sizeof(wrong));
	list->pIhvDiscoveryProfiles->IhvSecurityProfile.pszXmlFragmentIhvSecurity = text;
	return ERROR_SUCCESS;
}

static void prepare_discovery(void)
{
	script->own.Dot11ExtIhvCreateDiscoveryProfiles = discover;
}

static void test_discovery(void **state)
{
	struct host_counts c;
	struct world w;

	(void)state;
	foreign_list = false;
	open_script(&w, prepare_discovery, false, false);
	world_bring_up(&w, 0);
	assert_int_equal(world_count(&w, FN_BUFFER_RELEASED, PHASE_POINT), 2);
	host_counts(w.host, &c);
	assert_int_equal(c.buffers, 0);
	world_close(&w);

	foreign_list = true;
	open_script(&w, prepare_discovery, false, true);
	world_bring_up(&w, 0);
	assert_true(world_findings(&w, RULE_X_11) > 0);
	world_close(&w);
}

/* ---- Handles that are dead, or never were. ---- */

static DWORD WINAPI keep_session(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port, ULONG bytes,
	PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	kept_session = session;
	kept_svc = script->svc(ext);
	return script->template.Dot11ExtIhvPerformPostAssociate(ext, session, port, bytes, params);
}

/* Uses what it has kept, and what it made up. */
static DWORD WINAPI use_kept(
	HANDLE ext, DWORD in_size, PBYTE in, DWORD out_size, PBYTE out, PDWORD returned)
{
	const DOT11EXT_APIS *h = &script->host;
	HANDLE svc = script->svc(ext), garbage = (HANDLE)(uintptr_t)0x1234;

	(void)in_size, (void)in, (void)out_size, (void)out;
	*returned = 0;
	answers[0] = h->Dot11ExtPostAssociateCompletion(svc, kept_session, NULL, 0, 0);
	answers[1] = h->Dot11ExtPostAssociateCompletion(svc, garbage, NULL, 0, 0);
	answers[2] = h->Dot11ExtSetDefaultKeyId(garbage, 0);
	answers[3] = h->Dot11ExtSetDefaultKeyId(NULL, 0);
	answers[4] = h->Dot11ExtSetDefaultKeyId(kept_svc, 0);
	return ERROR_SUCCESS;
}

static void prepare_kept(void)
{
	script->own.Dot11ExtIhvPerformPostAssociate = keep_session;
	script->own.Dot11ExtIhvControl = use_kept;
}

static void test_dead_and_garbage(void **state)
{
	struct world w;

	(void)state;
	open_script(&w, prepare_kept, false, true);
	world_bring_up(&w, 0);
	world_disconnect(&w, 0);
	memset(answers, 0, sizeof(answers));
	assert_int_equal(control(&w, 0), ERROR_SUCCESS);
	assert_int_equal(answers[0], ERROR_INVALID_HANDLE);
	assert_int_equal(answers[1], ERROR_INVALID_HANDLE);
	assert_int_equal(answers[2], ERROR_INVALID_HANDLE);
	assert_int_equal(answers[3], ERROR_INVALID_HANDLE);
	assert_int_equal(answers[4], ERROR_SUCCESS); /* that one lives */
	assert_true(world_findings(&w, RULE_X_40) > 0);
	assert_true(world_findings(&w, RULE_X_13) > 0);
	assert_false(host_port_open(w.adapters[0].host, NULL));

	/* From the second adapter, with the handle of one that is gone. */
	world_arrive(&w, 1);
	assert_int_equal(host_remove(w.adapters[0].host), 0);
	assert_true(world_wait(&w, 0, NOTICE_ADAPTER_REMOVED, 0));
	assert_int_equal(world_findings(&w, RULE_X_14), 0);
	assert_int_equal(control(&w, 1), ERROR_SUCCESS);
	assert_int_equal(answers[4], ERROR_INVALID_HANDLE);
	assert_true(world_findings(&w, RULE_X_14) > 0);
	world_close(&w);
}

/* With the session of the other adapter. */
static void test_handle_of_another(void **state)
{
	struct world w;

	(void)state;
	open_script(&w, prepare_kept, false, true);
	world_bring_up(&w, 0);
	world_arrive(&w, 1);
	assert_int_equal(control(&w, 1), ERROR_SUCCESS);
	assert_int_equal(answers[0], ERROR_INVALID_HANDLE);
	assert_true(world_findings(&w, RULE_X_13) + world_findings(&w, RULE_X_36) > 0);
	assert_true(host_port_open(w.adapters[0].host, NULL));
	world_ping(&w, 0);
	world_close(&w);
}

/* A rule is broken and the state stays defined: reported, and carried out or (strict) not. */
static DWORD WINAPI early_completion(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port,
	ULONG bytes, PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	(void)port, (void)bytes, (void)params;
	answers[0] =
		script->host.Dot11ExtPostAssociateCompletion(script->svc(ext), session, NULL, 0, 0);
	return ERROR_SUCCESS;
}

static void prepare_early(void)
{
	script->own.Dot11ExtIhvPerformPostAssociate = early_completion;
}

static void test_strict(void **state)
{
	struct world w;

	(void)state;
	open_script(&w, prepare_early, false, true);
	world_bring_up(&w, 0);
	assert_int_equal(answers[0], ERROR_SUCCESS);
	assert_true(world_findings(&w, RULE_X_31) > 0);
	world_close(&w);

	open_script(&w, prepare_early, true, true);
	world_arrive(&w, 0);
	assert_false(world_try_connect(&w, 0));
	assert_int_equal(answers[0], ERROR_INVALID_STATE);
	assert_true(world_findings(&w, RULE_X_31) > 0);
	assert_int_equal(w.adapters[0].told[NOTICE_PORT_OPEN], 0);
	/* The host waited in vain for a completion that it takes. */
	assert_int_equal(w.adapters[0].last[NOTICE_CONNECT_FAILED].reason, 0x38007);
	world_close(&w);
}

/* A pre-association that never completes: given up and reported. */
static DWORD WINAPI forget_pre_associate(HANDLE ext, HANDLE session,
	PDOT11EXT_IHV_PROFILE_PARAMS params, PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn,
	PDOT11EXT_IHV_SECURITY_PROFILE sec, PDOT11_BSS_LIST list, PDWORD reason)
{
	(void)ext, (void)session, (void)params, (void)conn, (void)sec, (void)list;
	*reason = 0;
	return ERROR_SUCCESS;
}

static void prepare_forget(void)
{
	script->own.Dot11ExtIhvPerformPreAssociate = forget_pre_associate;
}

static void test_never_completed(void **state)
{
	struct world w;

	(void)state;
	open_script(&w, prepare_forget, false, true);
	world_arrive(&w, 0);
	assert_false(world_try_connect(&w, 0));
	assert_int_equal(
		w.adapters[0].last[NOTICE_CONNECT_FAILED].reason, 0x3800E); /* not responding */
	assert_int_equal(world_count(&w, FN_PRE_ASSOCIATE_TIMEOUT, PHASE_POINT), 1);
	assert_true(world_findings(&w, RULE_X_22) > 0);
	assert_int_equal(world_count(&w, FN_OID_CONNECT, PHASE_POINT), 0);
	world_close(&w);
}

/* ---- Handlers that take their time. ---- */

static pthread_mutex_t gate_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t gate_moved = PTHREAD_COND_INITIALIZER;
static bool gate_open, gate_asked;
static pthread_t gate_keeper;

/* A thread of the module: opens the gate once somebody asked for it. */
static void *keep_gate(void *arg)
{
	(void)arg;
	pthread_mutex_lock(&gate_lock);
	while (!gate_asked)
		pthread_cond_wait(&gate_moved, &gate_lock);
	gate_open = true;
	pthread_cond_broadcast(&gate_moved);
	pthread_mutex_unlock(&gate_lock);
	return NULL;
}

/* Blocks until the keeper opens; that one waits for the other adapter's Control. */
static DWORD WINAPI blocking_reset(HANDLE ext)
{
	pthread_mutex_lock(&gate_lock);
	while (!gate_open)
		pthread_cond_wait(&gate_moved, &gate_lock);
	pthread_mutex_unlock(&gate_lock);
	return script->template.Dot11ExtIhvAdapterReset(ext);
}

static DWORD WINAPI ask_keeper(
	HANDLE ext, DWORD in_size, PBYTE in, DWORD out_size, PBYTE out, PDWORD returned)
{
	(void)ext, (void)in_size, (void)in, (void)out_size, (void)out;
	pthread_mutex_lock(&gate_lock);
	gate_asked = true;
	pthread_cond_broadcast(&gate_moved);
	pthread_mutex_unlock(&gate_lock);
	*returned = 0;
	return ERROR_SUCCESS;
}

static void prepare_gate(void)
{
	gate_open = gate_asked = false;
	script->own.Dot11ExtIhvAdapterReset = blocking_reset;
	script->own.Dot11ExtIhvControl = ask_keeper;
}

static void test_blocked_handler(void **state)
{
	struct world w;

	(void)state;
	open_script(&w, prepare_gate, false, false);
	world_bring_up(&w, 0);
	world_bring_up(&w, 1);
	assert_int_equal(pthread_create(&gate_keeper, NULL, keep_gate, NULL), 0);
	assert_int_equal(host_disconnect(w.adapters[0].host), 0);
	world_rest(&w, NS_PER_S);
	assert_int_equal(w.adapters[0].told[NOTICE_DISCONNECTED], 0); /* it blocks */
	/* The other adapter lives on, in moving time. */
	world_ping(&w, 1);
	assert_int_equal(sim_ap_disassociate(world_ap(&w, 1), world_station(&w, 1), 5), 0);
	world_rest(&w, NS_PER_S);
	world_ping(&w, 1);
	assert_int_equal(control(&w, 1), ERROR_SUCCESS);
	pthread_join(gate_keeper, NULL);
	world_rest(&w, NS_PER_S);
	assert_int_equal(w.adapters[0].told[NOTICE_DISCONNECTED], 1);
	assert_int_equal(w.adapters[0].told[NOTICE_HANDLER_BLOCKED], 0); /* less than 5 s */
	world_recover(&w, 0);
	world_close(&w);
}

static DWORD WINAPI never_return(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	(void)ext, (void)peer, (void)status;
	for (;;)
		pause();
	return ERROR_SUCCESS;
}

static void prepare_never(void)
{
	script->own.Dot11ExtIhvStopPostAssociate = never_return;
}

/* In a process of its own, for the module can never be unloaded. Returns the line that failed. */
static int never_returns(void)
{
	enum host_run_result r;
	struct world w;

	open_script(&w, prepare_never, false, true);
	world_bring_up(&w, 0);
	world_bring_up(&w, 1);
	if (sim_ap_disassociate(world_ap(&w, 0), world_station(&w, 0), 5))
		return __LINE__;
	r = world_rest(&w, 60 * NS_PER_S);
	if (r != HOST_QUIET && r != HOST_LIMIT)
		return __LINE__;
	if (w.adapters[0].told[NOTICE_HANDLER_BLOCKED] != 1 ||
		w.adapters[0].last[NOTICE_HANDLER_BLOCKED].reason != FN_STOP_POST_ASSOCIATE)
		return __LINE__;
	if (!world_findings(&w, RULE_X_17) || world_count(&w, FN_HANDLER_OVERDUE, PHASE_POINT) != 1)
		return __LINE__;
	if (host_port_open(w.adapters[0].host, NULL)) /* closed before the call was made */
		return __LINE__;
	world_ping(&w, 1);
	if (host_stop(w.host) != -EBUSY)
		return __LINE__;
	return 0;
}

static void test_handler_never_returns(void **state)
{
	int status = 0;
	pid_t pid;

	(void)state;
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int line = never_returns();

		if (line)
			fprintf(stderr, "%s:%d\n", __FILE__, line);
		_exit(line != 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- The host ends while a connection is on its way. ---- */

/* Stops the host after so many crossings of a connection; all must be clean. */
static void test_stop_at_every_crossing(void **state)
{
	static const struct world_config config = {
		.module = WORLD_RSN, .security = WORLD_SECURITY, .aps = {WORLD_RADIO}};
	struct world w;
	unsigned ns;

	(void)state;
	for (ns = 0; ns <= 1000; ns += 20) {
		world_open(&w, &config);
		world_arrive(&w, 0);
		assert_int_equal(host_connect(w.adapters[0].host, w.profile), 0);
		/* The scan takes 100 ms, all the rest less than one. */
		world_rest(&w, 100 * NS_PER_MS - 20 * NS_PER_US + ns * NS_PER_US);
		world_close(&w);
	}
}

static void test_states(void **state)
{
	struct world w;
	struct world_adapter *a = &w.adapters[0];

	(void)state;
	open_script(&w, NULL, false, false);
	world_arrive(&w, 0);
	assert_int_equal(host_enable(a->host), -EALREADY);
	assert_int_equal(host_disconnect(a->host), -EALREADY);
	assert_int_equal(host_send_data(a->host, world_station(&w, 1), 0x0800, "x", 1), -EACCES);
	world_connect(&w, 0);
	assert_int_equal(host_connect(a->host, w.profile), -EBUSY);
	assert_int_equal(host_disable(a->host), 0);
	assert_int_equal(host_disable(a->host), -EBUSY);
	assert_int_equal(host_connect(a->host, w.profile), -ENETDOWN);
	assert_true(world_wait(&w, 0, NOTICE_ADAPTER_DOWN, 0));
	assert_int_equal(host_disable(a->host), -EALREADY);
	assert_int_equal(host_disconnect(a->host), -ENETDOWN);
	world_recover(&w, 0);
	assert_int_equal(host_remove(a->host), 0);
	assert_int_equal(host_remove(a->host), -EALREADY);
	assert_true(world_wait(&w, 0, NOTICE_ADAPTER_REMOVED, 0));
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ui_answered),
		cmocka_unit_test(test_ui_bad_answers),
		cmocka_unit_test(test_ui_cancelled),
		cmocka_unit_test(test_ui_unanswered),
		cmocka_unit_test(test_control),
		cmocka_unit_test(test_user_data),
		cmocka_unit_test(test_discovery),
		cmocka_unit_test(test_dead_and_garbage),
		cmocka_unit_test(test_handle_of_another),
		cmocka_unit_test(test_strict),
		cmocka_unit_test(test_never_completed),
		cmocka_unit_test(test_blocked_handler),
		cmocka_unit_test(test_handler_never_returns),
		cmocka_unit_test(test_stop_at_every_crossing),
		cmocka_unit_test(test_states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
