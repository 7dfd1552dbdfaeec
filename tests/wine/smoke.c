// SPDX-License-Identifier: BSD-2-Clause
/*
 * Loads a module, given by its path, into this process and leads it from InitService to
 * DeinitService, without a host: what the module asks of one is refused, but for memory.
 */
#include <errno.h>
#include <stdarg.h>

#include <cmocka.h>

#include "module/inproc.h"

static const char *path;
static struct module *module;
static HANDLE ext;
static unsigned others; // calls of the module other than for memory

static WCHAR good[] = u"<rsn xmlns=\"urn:openihv:rsn:1\"><passphrase>12345678</passphrase></rsn>";
static WCHAR bad[] = u"<rsn xmlns=\"urn:openihv:rsn:1\"><passphrase>1234567</passphrase></rsn>";

static DWORD function(void *user, struct function_call *call)
{
	(void)user;
	switch (call->fn) {
	case FN_ALLOCATE_BUFFER:
		*call->allocate_buffer.buffer = call->allocate_buffer.token;
		return call->allocate_buffer.token ? ERROR_SUCCESS : ERROR_NOT_ENOUGH_MEMORY;
	case FN_FREE_BUFFER:
		call->free_buffer.release = true;
		return ERROR_SUCCESS;
	default: // whatever else there is
		others++;
		return ERROR_NOT_SUPPORTED;
	}
}

static DWORD call(struct handler_call *c)
{
	module->ops->call(module, c);
	return c->result;
}

static void test_refused_files(void **state)
{
	static const struct {
		const char *path;
		int error;
	} table[] = {{"", -ENOENT}, {"no such file.dll", -ENOENT}, {".", -EINVAL},
		{"\xff\xff", -ENOENT}, {"c:\\windows\\system32\\kernel32.dll", -EINVAL}};
	char err[200];

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		err[0] = '\0';
		assert_int_equal(inproc_open(table[i].path, NULL, &module, err, sizeof(err)),
			table[i].error);
		assert_null(module);
		assert_int_not_equal(err[0], '\0');
	}
}

static void test_open(void **state)
{
	struct module *second;
	char err[200] = "";

	(void)state;
	if (inproc_open(path, NULL, &module, err, sizeof(err)) != 0)
		fail_msg("%s: %s", path, err);
	module->function = function;
	assert_int_equal(module->exports & MODULE_HAS_VERSION_INFO, MODULE_HAS_VERSION_INFO);
	assert_int_equal(module->exports & MODULE_HAS_INIT_SERVICE, MODULE_HAS_INIT_SERVICE);
	assert_int_equal(module->functions, 22);
	assert_int_equal(inproc_open(path, NULL, &second, err, sizeof(err)), -EBUSY);
}

static void test_start(void **state)
{
	DOT11_IHV_VERSION_INFO version = {77, 78};
	struct handler_call get = {
		.fn = FN_GET_VERSION_INFO, .get_version_info = {.version = &version}};
	struct handler_call init = {.fn = FN_INIT_SERVICE};

	(void)state;
	assert_int_equal(call(&get), ERROR_SUCCESS);
	assert_int_equal(version.dwVerMin, 0);
	assert_int_equal(call(&init), ERROR_SUCCESS);
	assert_int_equal(init.init_service.handlers, 19);
	assert_int_equal(module->ops->activity(module), MODULE_ALONE);
}

static void test_adapter(void **state)
{
	DOT11_ADAPTER adapter = {.gAdapterId = {1, 2, 3, {4}}};
	struct handler_call init = {
		.fn = FN_INIT_ADAPTER, .init_adapter = {&adapter, (HANDLE)(uintptr_t)1, NULL}};

	(void)state;
	assert_int_equal(call(&init), ERROR_SUCCESS);
	ext = init.init_adapter.ext;
	assert_non_null(ext);
}

static DWORD validate(WCHAR *fragment, DWORD *reason)
{
	DOT11EXT_IHV_PROFILE_PARAMS params = {.BssType = dot11_BSS_type_infrastructure};
	DOT11EXT_IHV_SECURITY_PROFILE security = {fragment, FALSE};
	struct handler_call c = {.fn = FN_VALIDATE_PROFILE,
		.adapter = ext,
		.profile = {.params = &params, .security = &security, .reason = reason}};

	*reason = 77;
	return call(&c);
}

// The template is for open networks and takes no fragment, the RSN extension takes its own.
static void test_profiles(void **state)
{
	DWORD reason;

	(void)state;
	assert_int_equal(validate(NULL, &reason), ERROR_SUCCESS);
	assert_int_equal(reason, 0);
	assert_int_not_equal(validate(bad, &reason), ERROR_SUCCESS);
	assert_int_not_equal(reason, 0);
	if (strstr(path, "rsnihv")) {
		assert_int_equal(validate(good, &reason), ERROR_SUCCESS);
		assert_int_equal(reason, 0);
	}
}

// A thread that the module does not own is told from one that the host has claimed.
static DWORD WINAPI rest(LPVOID events)
{
	HANDLE *e = (HANDLE *)events;

	(void)SetEvent(e[1]);
	(void)WaitForSingleObject(e[0], INFINITE);
	return 0;
}

static DWORD WINAPI rest_claimed(LPVOID events)
{
	HANDLE *e = (HANDLE *)events;

	module->ops->host_thread(module, true);
	(void)SetEvent(e[1]);
	(void)WaitForSingleObject(e[0], INFINITE);
	return 0;
}

static void test_threads(void **state)
{
	HANDLE events[] = {
		CreateEventW(NULL, TRUE, FALSE, NULL), CreateEventW(NULL, TRUE, FALSE, NULL)};
	HANDLE ours = CreateThread(NULL, 0, rest_claimed, events, 0, NULL);

	(void)state;
	assert_int_equal(WaitForSingleObject(events[1], INFINITE), WAIT_OBJECT_0);
	assert_int_equal(module->ops->activity(module), MODULE_ALONE);
	(void)ResetEvent(events[1]);
	HANDLE foreign = CreateThread(NULL, 0, rest, events, 0, NULL);
	assert_int_equal(WaitForSingleObject(events[1], INFINITE), WAIT_OBJECT_0);
	assert_int_equal(module->ops->activity(module), MODULE_BUSY);
	assert_int_equal(module->ops->threads(module), 1);
	(void)SetEvent(events[0]);
	(void)WaitForSingleObject(ours, INFINITE);
	(void)WaitForSingleObject(foreign, INFINITE);
	CloseHandle(ours);
	CloseHandle(foreign);
	CloseHandle(events[0]);
	CloseHandle(events[1]);
	assert_int_equal(module->ops->threads(module), 0);
}

static void test_stop(void **state)
{
	struct handler_call deinit = {.fn = FN_DEINIT_ADAPTER, .adapter = ext};
	struct handler_call stop = {.fn = FN_DEINIT_SERVICE};

	(void)state;
	assert_int_equal(call(&deinit), ERROR_SUCCESS);
	assert_int_equal(call(&stop), ERROR_SUCCESS);
	assert_int_equal(module->ops->threads(module), 0);
	assert_int_equal(others, 0);
	module->ops->close(module);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused_files),
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_start),
		cmocka_unit_test(test_adapter),
		cmocka_unit_test(test_profiles),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_stop),
	};

	if (argc != 2) {
		(void)fprintf(stderr, "usage: smoke MODULE.dll\n");
		return 2;
	}
	path = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
