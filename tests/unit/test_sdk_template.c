// SPDX-License-Identifier: BSD-2-Clause
/*
 * The template extension against a host that only writes down what it is told. The template's
 * worker is held before its first instruction where a test needs an operation to be pending: this
 * program's pthread_create stands in front of the C library's, as do join and lock. Nothing sleeps,
 * nothing waits by the clock.
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <wlanihv.h>
#include <wlanreason.h>

#define EXPORT __attribute__((visibility("default")))

enum function { SET_AUTH, SET_UNICAST, SET_MULTICAST, PRE_DONE, POST_DONE };

struct call {
	enum function function;
	HANDLE svc, operation;
	DWORD value, error; /* algorithm or reason; win32 code */
	DOT11_MAC_ADDRESS peer;
	bool in_handler; /* on the thread that runs the handlers */
};

/* The host as the template sees it. Everything below the lock is under it. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct call calls[256];
	size_t count;
	bool hold_start;    /* new threads wait */
	bool join_releases; /* pthread_join lets them go */
	bool hold_set;      /* SetAuthAlgorithm waits */
	bool announced;     /* the thread with `announce` set got to a lock */
	bool fail_create;
	DWORD set_error;
	pthread_t handler_thread;
} fake = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static DOT11EXT_IHV_HANDLERS module;
static DOT11EXTIHV_GET_VERSION_INFO get_version;
static DOT11EXTIHV_INIT_SERVICE init_service;
static const DOT11_MAC_ADDRESS ap1 = {2, 0, 0, 0, 0, 1}, ap2 = {2, 0, 0, 0, 0, 2};

/* A host's handle: any value, never an address. */
static HANDLE handle(uintptr_t value)
{
	return (HANDLE)value;
}

/* ---- Threads of the template. ---- */

int __interceptor_pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *)
	__attribute__((weak));
int __interceptor_pthread_join(pthread_t, void **) __attribute__((weak));
int __interceptor_pthread_mutex_lock(pthread_mutex_t *) __attribute__((weak));

struct start {
	void *(*function)(void *);
	void *arg;
};

static void *held_start(void *arg)
{
	struct start start = *(struct start *)arg;

	free(arg);
	pthread_mutex_lock(&fake.lock);
	while (fake.hold_start)
		pthread_cond_wait(&fake.changed, &fake.lock);
	pthread_mutex_unlock(&fake.lock);
	return start.function(start.arg);
}

static void set_flag(bool *flag, bool value)
{
	pthread_mutex_lock(&fake.lock);
	*flag = value;
	pthread_cond_broadcast(&fake.changed);
	pthread_mutex_unlock(&fake.lock);
}

EXPORT int pthread_create(
	pthread_t *thread, const pthread_attr_t *attr, void *(*function)(void *), void *arg)
{
	int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) =
		__interceptor_pthread_create;
	struct start *start;
	int error;

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
	pthread_mutex_lock(&fake.lock);
	error = fake.fail_create ? EAGAIN : 0;
	pthread_mutex_unlock(&fake.lock);
	start = error ? NULL : malloc(sizeof(*start));
	if (!start)
		return EAGAIN;
	*start = (struct start){function, arg};
	error = real(thread, attr, held_start, start);
	if (error)
		free(start);
	return error;
}

EXPORT int pthread_join(pthread_t thread, void **result)
{
	int (*real)(pthread_t, void **) = __interceptor_pthread_join;

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "pthread_join");
	pthread_mutex_lock(&fake.lock);
	if (fake.join_releases)
		fake.hold_start = false;
	pthread_cond_broadcast(&fake.changed);
	pthread_mutex_unlock(&fake.lock);
	return real(thread, result);
}

/* Set on a thread that is to say when it first asks for a lock. */
static _Thread_local bool announce;

EXPORT int pthread_mutex_lock(pthread_mutex_t *lock)
{
	int (*real)(pthread_mutex_t *) = __interceptor_pthread_mutex_lock;

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "pthread_mutex_lock");
	if (announce) {
		announce = false;
		set_flag(&fake.announced, true);
	}
	return real(lock);
}

/* ---- Functions of the host. ---- */

static void record(struct call call)
{
	pthread_mutex_lock(&fake.lock);
	if (fake.count == sizeof(fake.calls) / sizeof(fake.calls[0]))
		abort();
	call.in_handler = pthread_equal(pthread_self(), fake.handler_thread);
	fake.calls[fake.count++] = call;
	pthread_cond_broadcast(&fake.changed);
	pthread_mutex_unlock(&fake.lock);
}

static DWORD WINAPI set_auth(HANDLE svc, DWORD value)
{
	record((struct call){.function = SET_AUTH, .svc = svc, .value = value});
	pthread_mutex_lock(&fake.lock);
	while (fake.hold_set)
		pthread_cond_wait(&fake.changed, &fake.lock);
	pthread_mutex_unlock(&fake.lock);
	return fake.set_error;
}

static DWORD WINAPI set_unicast(HANDLE svc, DWORD value)
{
	record((struct call){.function = SET_UNICAST, .svc = svc, .value = value});
	return ERROR_SUCCESS;
}

static DWORD WINAPI set_multicast(HANDLE svc, DWORD value)
{
	record((struct call){.function = SET_MULTICAST, .svc = svc, .value = value});
	return ERROR_SUCCESS;
}

static DWORD WINAPI pre_done(HANDLE svc, HANDLE operation, DWORD reason, DWORD error)
{
	record((struct call){.function = PRE_DONE,
		.svc = svc,
		.operation = operation,
		.value = reason,
		.error = error});
	return ERROR_SUCCESS;
}

static DWORD WINAPI post_done(
	HANDLE svc, HANDLE operation, PDOT11_MAC_ADDRESS peer, DWORD reason, DWORD error)
{
	struct call call = {.function = POST_DONE,
		.svc = svc,
		.operation = operation,
		.value = reason,
		.error = error};

	if (peer)
		memcpy(call.peer, *peer, sizeof(call.peer));
	record(call);
	return ERROR_SUCCESS;
}

static void unexpected(void)
{
	fprintf(stderr, "the template called a function that an open network has no use for\n");
	abort();
}

static void fill(void *table, size_t bytes, void (*function)(void))
{
	for (size_t at = 0; at < bytes; at += sizeof(function))
		memcpy((char *)table + at, &function, sizeof(function));
}

/* ---- Steps. ---- */

static size_t count_of(enum function function)
{
	size_t n = 0;

	pthread_mutex_lock(&fake.lock);
	for (size_t i = 0; i < fake.count; i++)
		n += fake.calls[i].function == function;
	pthread_mutex_unlock(&fake.lock);
	return n;
}

/* Waits until the n-th call (from 1) of a function came, and returns it. */
static struct call wait_for(enum function function, size_t n)
{
	pthread_mutex_lock(&fake.lock);
	for (;;) {
		size_t seen = 0;

		for (size_t i = 0; i < fake.count; i++) {
			seen += fake.calls[i].function == function;
			if (seen == n) {
				struct call call = fake.calls[i];

				pthread_mutex_unlock(&fake.lock);
				return call;
			}
		}
		pthread_cond_wait(&fake.changed, &fake.lock);
	}
}

static HANDLE arrive(HANDLE svc)
{
	WCHAR name[] = u"fake";
	DOT11_ADAPTER adapter = {.pszDescription = name};
	HANDLE ext = NULL;

	assert_int_equal(module.Dot11ExtIhvInitAdapter(&adapter, svc, &ext), ERROR_SUCCESS);
	assert_non_null(ext);
	return ext;
}

static DWORD pre_with(HANDLE ext, HANDLE connect, LPWSTR fragment, DWORD *reason)
{
	DOT11EXT_IHV_PROFILE_PARAMS params = {.BssType = dot11_BSS_type_infrastructure};
	DOT11EXT_IHV_CONNECTIVITY_PROFILE conn = {0};
	DOT11EXT_IHV_SECURITY_PROFILE sec = {.pszXmlFragmentIhvSecurity = fragment};
	DOT11_BSS_LIST list = {0};

	*reason = 0xDEAD;
	return module.Dot11ExtIhvPerformPreAssociate(
		ext, connect, &params, &conn, &sec, &list, reason);
}

static void pre(HANDLE ext, HANDLE connect)
{
	DWORD reason;

	assert_int_equal(pre_with(ext, connect, NULL, &reason), ERROR_SUCCESS);
	assert_int_equal(reason, L2_REASON_CODE_SUCCESS);
}

static void post(HANDLE ext, HANDLE session, const DOT11_MAC_ADDRESS peer)
{
	DOT11_PORT_STATE port = {.uSessionId = 99, .bPortControlled = TRUE};
	DOT11_ASSOCIATION_COMPLETION_PARAMETERS params = {
		.Header = {NDIS_OBJECT_TYPE_DEFAULT, 2, sizeof(params)}};

	memcpy(port.PeerMacAddress, peer, sizeof(port.PeerMacAddress));
	memcpy(params.MacAddr, peer, sizeof(params.MacAddr));
	assert_int_equal(module.Dot11ExtIhvPerformPostAssociate(
				 ext, session, &port, sizeof(params), &params),
		ERROR_SUCCESS);
	memset(&port, 0xA5, sizeof(port)); /* the template must not look at it later */
}

static void stop(HANDLE ext, const DOT11_MAC_ADDRESS peer)
{
	DOT11_MAC_ADDRESS copy;

	memcpy(copy, peer, sizeof(copy));
	assert_int_equal(module.Dot11ExtIhvStopPostAssociate(
				 ext, &copy, DOT11_ASSOC_STATUS_DISASSOCIATED_BY_OS),
		ERROR_SUCCESS);
}

/* Removal of an adapter whose worker may be held: it lets the worker go, and outlives it. */
static void leave(HANDLE ext)
{
	set_flag(&fake.join_releases, true);
	module.Dot11ExtIhvDeinitAdapter(ext);
}

static void check_success(struct call call, HANDLE svc, HANDLE operation)
{
	assert_ptr_equal(call.svc, svc);
	assert_ptr_equal(call.operation, operation);
	assert_int_equal(call.value, L2_REASON_CODE_SUCCESS);
	assert_int_equal(call.error, ERROR_SUCCESS);
	assert_false(call.in_handler); /* */
}

static void check_cancelled(struct call call, HANDLE svc, HANDLE operation)
{
	assert_ptr_equal(call.svc, svc);
	assert_ptr_equal(call.operation, operation);
	assert_true(call.value >= L2_REASON_CODE_IHV_BASE &&
		    call.value < L2_REASON_CODE_IHV_BASE + L2_REASON_CODE_GROUP_SIZE);
	assert_int_equal(call.error, ERROR_CANCELLED);
}

/* ---- Tests. ---- */

static void test_entry_points(void **state)
{
	DOT11_IHV_VERSION_INFO version = {7, 7};
	DOT11EXT_IHV_HANDLERS none;
	DOT11EXT_APIS api;
	void (*handler)(void);

	(void)state;
	assert_int_equal(get_version(&version), ERROR_SUCCESS);
	assert_int_equal(version.dwVerMin, 0);
	assert_int_equal(version.dwVerMax, 0);
	for (size_t at = 0; at < sizeof(module); at += sizeof(handler)) {
		memcpy(&handler, (char *)&module + at, sizeof(handler));
		assert_non_null(handler);
	}
	fill(&api, sizeof(api), unexpected);
	assert_int_not_equal(init_service(1, &api, NULL, &none), ERROR_SUCCESS);
}

static void test_open_cycle(void **state)
{
	HANDLE svc = handle(10), ext = arrive(svc);
	struct call call;

	(void)state;
	pre(ext, handle(11));
	check_success(wait_for(PRE_DONE, 1), svc, handle(11));
	call = wait_for(SET_AUTH, 1);
	assert_ptr_equal(call.svc, svc);
	assert_int_equal(call.value, DOT11_AUTH_ALGO_80211_OPEN);
	assert_int_equal(wait_for(SET_UNICAST, 1).value, DOT11_CIPHER_ALGO_NONE);
	assert_int_equal(wait_for(SET_MULTICAST, 1).value, DOT11_CIPHER_ALGO_NONE);

	post(ext, handle(12), ap1);
	call = wait_for(POST_DONE, 1);
	check_success(call, svc, handle(12));
	assert_memory_equal(call.peer, ap1, sizeof(ap1));
	stop(ext, ap1);
	assert_int_equal(module.Dot11ExtIhvAdapterReset(ext), ERROR_SUCCESS);
	leave(ext);
	assert_int_equal(fake.count, 5);
}

static void test_refused_profile(void **state)
{
	HANDLE ext = arrive(handle(10));
	WCHAR fragment[] = u"<security/>", empty[] = u"";
	DOT11EXT_IHV_SECURITY_PROFILE onex = {.bUseMSOnex = TRUE};
	DWORD reason;

	(void)state;
	assert_int_equal(pre_with(ext, handle(11), fragment, &reason), ERROR_NOT_SUPPORTED);
	assert_int_equal(reason, WLAN_REASON_CODE_IHV_SECURITY_NOT_SUPPORTED);
	assert_int_equal(module.Dot11ExtIhvValidateProfile(ext, NULL, NULL, &onex, &reason),
		ERROR_NOT_SUPPORTED);
	assert_int_not_equal(reason, L2_REASON_CODE_SUCCESS);
	assert_int_equal(
		module.Dot11ExtIhvPerformCapabilityMatch(ext, NULL, NULL, NULL, NULL, &reason),
		ERROR_SUCCESS);
	assert_int_equal(reason, L2_REASON_CODE_SUCCESS);
	leave(ext);
	assert_int_equal(fake.count, 0); /* */

	ext = arrive(handle(20));
	assert_int_equal(pre_with(ext, handle(21), empty, &reason), ERROR_SUCCESS);
	check_success(wait_for(PRE_DONE, 1), handle(20), handle(21));
	leave(ext);
}

static void test_second_pre_association(void **state)
{
	HANDLE ext = arrive(handle(10));
	DWORD reason;

	(void)state;
	set_flag(&fake.hold_start, true);
	pre(ext, handle(11));
	assert_int_equal(pre_with(ext, handle(12), NULL, &reason), ERROR_INVALID_STATE);
	assert_int_not_equal(reason, L2_REASON_CODE_SUCCESS);
	set_flag(&fake.hold_start, false);
	check_success(wait_for(PRE_DONE, 1), handle(10), handle(11));
	leave(ext);
	assert_int_equal(count_of(PRE_DONE), 1);
}

static void test_no_thread(void **state)
{
	HANDLE ext = arrive(handle(10));
	DOT11_PORT_STATE port = {0};
	DWORD reason;

	(void)state;
	set_flag(&fake.fail_create, true);
	assert_int_not_equal(pre_with(ext, handle(11), NULL, &reason), ERROR_SUCCESS);
	assert_int_not_equal(reason, L2_REASON_CODE_SUCCESS);
	assert_int_not_equal(
		module.Dot11ExtIhvPerformPostAssociate(ext, handle(12), &port, 0, NULL),
		ERROR_SUCCESS);
	set_flag(&fake.fail_create, false);
	assert_int_equal(fake.count, 0);
	pre(ext, handle(13)); /* nothing is left of the failed one */
	check_success(wait_for(PRE_DONE, 1), handle(10), handle(13));
	leave(ext);
}

static void test_driver_failure(void **state)
{
	HANDLE ext = arrive(handle(10));
	struct call call;

	(void)state;
	fake.set_error = ERROR_GEN_FAILURE;
	pre(ext, handle(11));
	call = wait_for(PRE_DONE, 1);
	assert_int_equal(call.error, ERROR_GEN_FAILURE);
	assert_int_not_equal(call.value, L2_REASON_CODE_SUCCESS); /* */
	assert_int_equal(count_of(SET_UNICAST), 0);
	leave(ext);
}

static void test_stop_while_pending(void **state)
{
	HANDLE ext = arrive(handle(10));

	(void)state;
	set_flag(&fake.hold_start, true);
	post(ext, handle(12), ap1);
	stop(ext, ap2); /* not the session's: nothing happens */
	stop(ext, ap1);
	stop(ext, ap1);
	leave(ext);
	assert_int_equal(fake.count, 0); /* */
}

static void test_stop_of_unknown_peer(void **state)
{
	HANDLE ext = arrive(handle(10));

	(void)state;
	stop(ext, ap1);
	set_flag(&fake.hold_start, true);
	post(ext, handle(12), ap1);
	stop(ext, ap2);
	set_flag(&fake.hold_start, false);
	check_success(wait_for(POST_DONE, 1), handle(10), handle(12));
	leave(ext);
}

static void test_reset_while_pre_pending(void **state)
{
	HANDLE ext = arrive(handle(10));

	(void)state;
	set_flag(&fake.hold_start, true);
	pre(ext, handle(11));
	assert_int_equal(module.Dot11ExtIhvAdapterReset(ext), ERROR_SUCCESS);
	assert_int_equal(fake.count, 1); /* before Reset returned */
	check_cancelled(fake.calls[0], handle(10), handle(11));
	set_flag(&fake.hold_start, false);
	assert_int_equal(module.Dot11ExtIhvAdapterReset(ext), ERROR_SUCCESS);
	pre(ext, handle(13)); /* */
	check_success(wait_for(PRE_DONE, 2), handle(10), handle(13));
	leave(ext);
	assert_int_equal(count_of(PRE_DONE), 2);
}

static void test_reset_while_post_pending(void **state)
{
	HANDLE ext = arrive(handle(10));

	(void)state;
	pre(ext, handle(11));
	wait_for(PRE_DONE, 1);
	set_flag(&fake.hold_start, true);
	post(ext, handle(12), ap1);
	assert_int_equal(module.Dot11ExtIhvAdapterReset(ext), ERROR_SUCCESS);
	assert_int_equal(count_of(POST_DONE), 1); /* */
	check_cancelled(wait_for(POST_DONE, 1), handle(10), handle(12));
	assert_memory_equal(wait_for(POST_DONE, 1).peer, ap1, sizeof(ap1));
	stop(ext, ap1); /* after Reset: nothing to do */
	leave(ext);
	assert_int_equal(count_of(PRE_DONE), 1);
	assert_int_equal(count_of(POST_DONE), 1);
}

static void test_reset_after_stop_or_completion(void **state)
{
	HANDLE ext = arrive(handle(10));

	(void)state;
	post(ext, handle(12), ap1);
	wait_for(POST_DONE, 1);
	assert_int_equal(module.Dot11ExtIhvAdapterReset(ext), ERROR_SUCCESS);
	set_flag(&fake.hold_start, true);
	post(ext, handle(13), ap1);
	stop(ext, ap1);
	assert_int_equal(module.Dot11ExtIhvAdapterReset(ext), ERROR_SUCCESS);
	leave(ext);
	assert_int_equal(fake.count, 1); /* a stopped or completed one is not cancelled */
}

static void *reset_thread(void *ext)
{
	announce = true;
	module.Dot11ExtIhvAdapterReset(ext);
	return NULL;
}

static void *removal_thread(void *ext)
{
	announce = true;
	module.Dot11ExtIhvDeinitAdapter(ext);
	return NULL;
}

/* A handler that ends things comes while the worker is inside a call: no other call may follow. */
static void end_during_call(HANDLE ext, void *(*handler)(void *))
{
	pthread_t thread;

	set_flag(&fake.hold_set, true);
	pre(ext, handle(11));
	wait_for(SET_AUTH, 1);
	assert_int_equal(pthread_create(&thread, NULL, handler, ext), 0);
	pthread_mutex_lock(&fake.lock);
	while (!fake.announced)
		pthread_cond_wait(&fake.changed, &fake.lock);
	pthread_mutex_unlock(&fake.lock);
	set_flag(&fake.hold_set, false);
	pthread_join(thread, NULL);
	assert_int_equal(count_of(SET_UNICAST), 0);
}

static void test_reset_during_call(void **state)
{
	HANDLE ext = arrive(handle(10));

	(void)state;
	end_during_call(ext, reset_thread);
	assert_int_equal(count_of(PRE_DONE), 1);
	check_cancelled(wait_for(PRE_DONE, 1), handle(10), handle(11));
	leave(ext);
	assert_int_equal(fake.count, 2);
}

static void test_removal_during_call(void **state)
{
	(void)state;
	end_during_call(arrive(handle(10)), removal_thread);
	assert_int_equal(fake.count, 1); /* the call itself */
}

static void test_removal_with_pre_pending(void **state)
{
	HANDLE ext = arrive(handle(10));

	(void)state;
	set_flag(&fake.hold_start, true);
	pre(ext, handle(11));
	leave(ext);
	assert_int_equal(fake.count, 0); /* */
}

static void test_many_associations(void **state)
{
	HANDLE ext = arrive(handle(10));

	(void)state;
	pre(ext, handle(11));
	wait_for(PRE_DONE, 1);
	for (size_t i = 1; i <= 50; i++) {
		post(ext, handle(100 + i), i % 2 ? ap1 : ap2);
		check_success(wait_for(POST_DONE, i), handle(10), handle(100 + i));
		stop(ext, i % 2 ? ap1 : ap2);
	}
	leave(ext);
	assert_int_equal(count_of(PRE_DONE), 1);
	assert_int_equal(count_of(POST_DONE), 50);
}

/* Stop right behind Perform, worker and handler racing: at most one completion, and none after
 * Stop. */
static void test_stop_races_completion(void **state)
{
	HANDLE ext = arrive(handle(10));
	size_t completed = 0;

	(void)state;
	for (size_t i = 1; i <= 100; i++) {
		size_t before = completed;

		post(ext, handle(100 + i), ap1);
		stop(ext, ap1);
		completed = count_of(POST_DONE);
		assert_true(completed <= before + 1);
		if (completed > before)
			assert_ptr_equal(wait_for(POST_DONE, completed).operation, handle(100 + i));
	}
	leave(ext);
	assert_int_equal(count_of(POST_DONE), completed);
}

static void test_two_adapters(void **state)
{
	HANDLE one = arrive(handle(10)), two = arrive(handle(20));

	(void)state;
	assert_ptr_not_equal(one, two);
	pre(one, handle(11));
	check_success(wait_for(PRE_DONE, 1), handle(10), handle(11));
	pre(two, handle(21));
	check_success(wait_for(PRE_DONE, 2), handle(20), handle(21));
	post(two, handle(22), ap1);
	check_success(wait_for(POST_DONE, 1), handle(20), handle(22));
	post(one, handle(12), ap1); /* the same AP */
	check_success(wait_for(POST_DONE, 2), handle(10), handle(12));
	stop(one, ap1);
	leave(one);
	post(two, handle(23), ap2);
	check_success(wait_for(POST_DONE, 3), handle(20), handle(23));
	leave(two);
}

static void test_other_handlers(void **state)
{
	HANDLE ext = arrive(handle(10));
	DOT11EXT_IHV_DISCOVERY_PROFILE_LIST list = {.dwCount = 7};
	DOT11EXT_IHV_UI_REQUEST request, *out = &request;
	GUID guid = {0};
	BOOL pending = TRUE;
	DWORD reason = 7, returned = 7;
	BYTE byte = 0;

	(void)state;
	assert_int_equal(
		module.Dot11ExtIhvCreateDiscoveryProfiles(ext, TRUE, NULL, NULL, &list, &reason),
		ERROR_SUCCESS);
	assert_int_equal(list.dwCount, 0);
	assert_int_equal(reason, L2_REASON_CODE_SUCCESS);
	assert_int_equal(module.Dot11ExtIhvIsUIRequestPending(guid, &pending), ERROR_SUCCESS);
	assert_false(pending);
	assert_int_equal(module.Dot11ExtIhvQueryUIRequest(ext, connection_phase_any, &out),
		ERROR_CALL_NOT_IMPLEMENTED);
	assert_null(out);
	assert_int_not_equal(
		module.Dot11ExtIhvControl(ext, 1, &byte, 1, &byte, &returned), ERROR_SUCCESS);
	assert_int_equal(returned, 0);
	leave(ext);
}

/* ---- Set-up. ---- */

static int fresh(void **state)
{
	(void)state;
	pthread_mutex_lock(&fake.lock);
	fake.count = 0;
	fake.hold_start = fake.join_releases = fake.hold_set = fake.announced = fake.fail_create =
		false;
	fake.set_error = ERROR_SUCCESS;
	fake.handler_thread = pthread_self();
	pthread_mutex_unlock(&fake.lock);
	return 0;
}

static int load(void **state)
{
	const char *build = getenv("OPENIHV_BUILD");
	DOT11EXT_APIS api;
	char path[4096];
	void *library;

	snprintf(path, sizeof(path), "%s/sdk/template/template.so", build ? build : ".");
	library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!library) {
		fprintf(stderr, "%s\n", dlerror());
		return -1;
	}
	*state = library;
	*(void **)&get_version = dlsym(library, IHV_VERSION_FUNCTION_NAME);
	*(void **)&init_service = dlsym(library, IHV_INIT_FUNCTION_NAME);
	if (!get_version || !init_service)
		return -1;
	fill(&api, sizeof(api), unexpected);
	api.Dot11ExtSetAuthAlgorithm = set_auth;
	api.Dot11ExtSetUnicastCipherAlgorithm = set_unicast;
	api.Dot11ExtSetMulticastCipherAlgorithm = set_multicast;
	api.Dot11ExtPreAssociateCompletion = pre_done;
	api.Dot11ExtPostAssociateCompletion = post_done;
	if (init_service(0, &api, NULL, &module) != ERROR_SUCCESS)
		return -1;
	memset(&api, 0xA5, sizeof(api)); /* the template has its own copy */
	return 0;
}

static int unload(void **state)
{
	if (module.Dot11ExtIhvDeinitService)
		module.Dot11ExtIhvDeinitService();
	return *state ? dlclose(*state) : 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_entry_points, fresh),
		cmocka_unit_test_setup(test_open_cycle, fresh),
		cmocka_unit_test_setup(test_refused_profile, fresh),
		cmocka_unit_test_setup(test_second_pre_association, fresh),
		cmocka_unit_test_setup(test_no_thread, fresh),
		cmocka_unit_test_setup(test_driver_failure, fresh),
		cmocka_unit_test_setup(test_stop_while_pending, fresh),
		cmocka_unit_test_setup(test_stop_of_unknown_peer, fresh),
		cmocka_unit_test_setup(test_reset_while_pre_pending, fresh),
		cmocka_unit_test_setup(test_reset_while_post_pending, fresh),
		cmocka_unit_test_setup(test_reset_after_stop_or_completion, fresh),
		cmocka_unit_test_setup(test_reset_during_call, fresh),
		cmocka_unit_test_setup(test_removal_during_call, fresh),
		cmocka_unit_test_setup(test_removal_with_pre_pending, fresh),
		cmocka_unit_test_setup(test_many_associations, fresh),
		cmocka_unit_test_setup(test_stop_races_completion, fresh),
		cmocka_unit_test_setup(test_two_adapters, fresh),
		cmocka_unit_test_setup(test_other_handlers, fresh),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
